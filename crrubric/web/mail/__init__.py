"""Reminders: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("reminders",)
