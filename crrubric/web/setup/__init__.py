"""Evaluation, rubric, vendors, committee, assignment, practice, corrections: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = (
    "assignment",
    "chairs",
    "closing",
    "committee",
    "corrections",
    "deletion",
    "evaluations",
    "links",
    "offer_pages.costs",
    "offer_pages.further_prices",
    "practice",
    "rubric",
    "rubric_pages.files",
    "rubric_pages.library",
    "rubric_papers",
    "search",
    "sections",
    "several_pages.several",
    "several_pages.vendor_table",
    "vendors",
    "weights",
)
