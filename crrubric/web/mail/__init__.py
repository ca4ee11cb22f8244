"""Reminders and notices: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("notices", "reminders")
