"""Files that leave: results and marks as CSV and JSON, dates as calendars."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("calendars", "exports")
