"""The selection memo: its pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("letters", "memo", "narratives")
