"""The journal: its page and its words."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("archives", "journal")
