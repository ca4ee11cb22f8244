"""The first sheet of an offline workbook: how to fill it in, until when, and where it goes."""

from collections.abc import Callable, Iterator

from crrubric.domain import limits
from crrubric.domain.ballots.offline.books import OfflineBook
from crrubric.domain.translation import N_

Say = Callable[[str], str]
README = N_("Read me")  # the name of the sheet
TITLE = N_("Ballots of %(name)s")
STATE = N_("State of %(when)s (%(zone)s)")
HOW = N_("How to fill it in")
STEPS = (
    N_("Each vendor has a sheet of its own. The white cells are yours; the gray ones are locked."),
    N_(
        "Answer: choose from the list in the cell. “Can’t tell” means that you could not find out;"
        " “Not applicable” is on the list only where a criterion may not apply."
    ),
    N_(
        "Note: say why, and what you saw, in at most %(limit)s characters. Notes may become part of"
        " the public record."
    ),
    N_(
        "“Kind of evidence” and the cells after it say what you saw, where, and when. Write a"
        " date like 2027-03-12."
    ),
    N_("Don’t add, delete or move rows and columns, and keep the names of the sheets."),
)
EMPTY = N_("What may stay empty")
EMPTY_WORDS = (
    N_(
        "A row without an answer changes nothing, so you can upload the file as often as you like"
        " while you go on. A note needs an answer beside it. The evidence may stay empty."
    ),
    N_("What you answered in the portal before is filled in. Change it here only if you want to."),
)
WHEN = N_("Until when")
NO_DAY = N_("There is no closing date yet. Ask the chair.")
WHERE = N_("Where it goes")
UPLOAD = N_("Upload the file in the portal, on “My ballots”:")
AFTER_UPLOAD = N_(
    "You see what would change before anything is taken. If you also answered in the portal"
    " meanwhile, you choose which of the two counts. Nothing is submitted by that: review and"
    " submit each ballot in the portal."
)
PRIVATE = N_("Keep this file to yourself. Until the committee meets, only you see your marks.")
VENDORS = N_("Vendors")
# of a workbook that a chair enters for a reviewer
PRIVATE_WITH_CHAIR = N_(
    "Show this file to nobody but %(chair)s. Until the committee meets, nobody else sees your"
    " marks."
)
EMPTY_WITH_CHAIR = (
    N_(
        "You abstain in a row without an answer: tell the chair why. A vendor for whom you leave"
        " every row empty is left out. A note needs an answer beside it. The evidence may stay"
        " empty."
    ),
    N_("Leave out a vendor with whom you have a conflict of interest, and tell the chair."),
)
RETURN_WORDS = N_(
    "Give the file back to %(chair)s, who enters it for you. Each ballot is sealed by that, and you"
    " are asked to confirm it."
)


def list_instructions(book: OfflineBook, say: Say) -> Iterator[tuple[bool, str]]:
    """(whether it is a heading, text) of each line between the title and the vendors."""
    names = {"chair": book.chair}
    yield False, say(PRIVATE_WITH_CHAIR) % names if book.chair else say(PRIVATE)
    yield True, say(HOW)
    for number, text in enumerate(STEPS, 1):
        yield False, f"{number}. {say(text) % {'limit': f'{limits.NOTE:,}'}}"
    yield True, say(EMPTY)
    for text in EMPTY_WITH_CHAIR if book.chair else EMPTY_WORDS:
        yield False, say(text)
    yield True, say(WHEN)
    yield False, book.closing or say(NO_DAY)
    yield True, say(WHERE)
    if book.chair:
        yield False, say(RETURN_WORDS) % names
        return
    yield False, say(UPLOAD)
    yield False, book.address
    yield False, say(AFTER_UPLOAD)
