"""Evaluation, rubric, vendors, committee, assignment, practice, corrections: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = (
    "assignment",
    "chairs",
    "closing",
    "committee",
    "corrections",
    "evaluations",
    "practice",
    "rubric",
    "sections",
    "vendors",
    "weights",
)
