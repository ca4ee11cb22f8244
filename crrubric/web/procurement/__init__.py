"""The purchase: its facts, the proof of order, its checklist."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("purchase", "purchase_facts", "purchase_lines")
