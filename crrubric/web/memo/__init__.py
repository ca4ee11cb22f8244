"""The selection memo: its pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("issues", "letters", "memo", "naming", "narratives")
