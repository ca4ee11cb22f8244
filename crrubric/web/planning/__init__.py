"""The planning workbook: its pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = (
    "cohorts",
    "hints",
    "item_pages.item_board",
    "item_pages.item_edits",
    "item_pages.items",
    "kept",
    "lines",
    "measure_pages.measure_edits",
    "measure_pages.measures",
    "measure_pages.reviews",
    "plan_answers",
    "plan_people",
    "plan_sections",
    "plan_versions",
    "print_pages.printed_plan",
    "rosters",
    "seat_pages.seats",
    "settlements",
    "triage",
    "vote_rounds",
    "votes",
    "workbook",
)
