"""Matrix, cell, scores, comparison, agreement and what if: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("agreement", "cell", "results", "what_if")
