"""Files that leave: results and marks as CSV and JSON."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("exports",)
