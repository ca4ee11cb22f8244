"""Matrix, cell, scores, comparison, list of needs, agreement and what if: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("agreement", "cell", "needs", "renewals", "results", "what_if")
