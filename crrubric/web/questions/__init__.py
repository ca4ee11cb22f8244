"""Questions to vendors and their answers: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("answers", "askings", "questions")
