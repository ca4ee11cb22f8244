"""The planning workbook: its pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = ("rosters", "settlements", "triage", "vote_rounds", "votes")
