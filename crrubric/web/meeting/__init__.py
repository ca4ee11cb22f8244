"""Meeting, decision and reinstatements: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = (
    "decision",
    "meeting",
    "minutes_papers",
    "motions",
    "projector",
    "promises",
    "reinstatements",
)
