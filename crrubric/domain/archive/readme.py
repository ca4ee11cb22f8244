"""The first thing that people read of an archive."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from crrubric.domain.archive.manifest import CopyKind
from crrubric.domain.translation import N_

README = "readme.txt"
FOLDERS = (
    ("memo/", N_("The selection memo, as it was issued: PDF, Word document and web page.")),
    ("results/", N_("What was computed, and what it is computed from.")),
    ("ballots/", N_("Every mark that counts, and every ballot as it was sealed.")),
    ("votes/", N_("Answers in votes on must-haves, as they were sealed.")),
    ("meeting/", N_("The minutes.")),
    ("rubric/", N_("The rubric, and a blank ballot.")),
    ("evidence/", N_("The files that were attached to vendors and marks.")),
    ("questions/", N_("Questions to vendors, and their answers.")),
    ("vendors/", N_("The vendors, with their scores and prices.")),
    ("plan/", N_("The planning workbook.")),
    ("purchase/", N_("The checklist of the purchase, and the order of its steps.")),
    ("journal/", N_("The journal: who did what, when, each entry under a hash.")),
    ("redactions/", N_("Which texts were blacked out, and why.")),
    ("manifest.json", N_("A list of every file with its size and its SHA-256.")),
)
REDACTED = N_(
    "This is a copy for the public. redactions/log.csv says which texts were blacked out, and why;"
    " manifest.json names every file that was left out, with its SHA-256. What was hidden in the"
    " journal is covered by its hashes all the same: whoever is shown such a text later can check"
    " that it is the one."
)
VERIFY = (
    N_(
        "To see whether all of this is as it was written, open verify.html in a browser and choose"
        " the archive (the ZIP file). It works without a network and sends nothing anywhere. Or run"
        " “python3 verify.py ARCHIVE”, which needs Python 3.9 or newer and nothing else."
    ),
    N_(
        "Each names every file that was changed, and computes the result again from the ballots."
        " Then compare the fingerprint of the journal that it prints with one that a memo, the"
        " minutes or a receipt prints: without that, it shows only that the archive fits together."
    ),
    N_(
        "Who doubts the verifiers in here takes them from elsewhere: from another archive, or from"
        " the source code of crrubric. The file docs/archive-format.md there says how to write one."
    ),
)


def compose_readme(
    title: str,
    made_at: datetime,
    kind: CopyKind,
    paths: Iterable[str],
    translate: Callable[[str], str],
) -> str:
    """The text, in lines of any length. Args: paths: of the other files."""
    held = {f"{path.split('/')[0]}/" for path in paths} | {"manifest.json"}
    folders = [(path, about) for path, about in FOLDERS if path in held]
    heading = (
        N_("Archive of the evaluation “%(title)s”")
        if kind is CopyKind.WHOLE
        else N_("Archive of the evaluation “%(title)s”: a redacted copy")
    )
    made = translate(N_("Made %(when)s.")) % {
        "when": f"{made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    }
    width = max(len(path) for path, _about in folders)
    return "\n".join(
        [
            translate(heading) % {"title": title},
            made,
            "",
            *(f"{path:{width}}  {translate(about)}" for path, about in folders),
            "",
            *([translate(REDACTED), ""] if kind is CopyKind.REDACTED else []),
            "\n\n".join(map(translate, VERIFY)),
            "",
        ]
    )
