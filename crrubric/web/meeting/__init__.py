"""Meeting, decision and reinstatements: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("decision", "meeting", "motions", "projector", "promises", "reinstatements")
