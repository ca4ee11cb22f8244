"""Ballots, declarations, evidence, files and entries on behalf: their pages."""

# the modules with a blueprint; `crrubric.web` registers them
BLUEPRINTS = (
    "across",
    "ballots",
    "declarations",
    "entries",
    "entry_books",
    "evidence",
    "files",
    "newer",
    "offline",
    "unsent",
)
