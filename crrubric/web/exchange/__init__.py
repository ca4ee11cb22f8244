"""Files that leave: results and marks as CSV and JSON, dates as calendars; marks that come in."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("calendars", "exports", "imports")
