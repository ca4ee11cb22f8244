"""The journal: its page and its words; archives; what is kept how long."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("archives", "journal", "keeping")
