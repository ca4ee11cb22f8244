"""The journal of an evaluation: who changed what, newest first."""

from collections.abc import Mapping

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.record.journal import (
    PAGE,
    JournalFilter,
    find_journal_head,
    list_journal_actors,
    list_journal_entries,
    tells_reason,
)
from crrubric.queries.setup.vendors import list_visible_vendors
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.ids import read_address_number
from crrubric.web.shared.page import render_page

JOURNAL_PAGES = 100_000
# What the journal can be narrowed to: (label, how the names of its events begin). Each event of an
# evaluation is in one of them.
KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "set-up": (N_("Set-up"), ("EVALUATION", "RULE", "RUBRIC", "SECTION", "CRITERION", "VENDOR")),
    "prices": (N_("Learners and prices"), ("SEATS", "PRICES")),
    "purchase": (N_("Purchase"), ("PURCHASE",)),
    "committee": (N_("Committee"), ("MEMBER", "INVITE", "CHAIR")),
    "practice": (N_("Practice round"), ("PRACTICE",)),
    "phases": (N_("Phases and retention"), ("PHASE", "RETENTION")),
    "plan": (N_("Planning workbook"), ("PLAN",)),
    "triage": (N_("Triage"), ("CALIBRATION", "COHORT", "VENUES", "COUNTS")),
    "vote": (N_("Vote on must-haves"), ("VOTE",)),
    "interest": (N_("Conflicts of interest"), ("NO_CONFLICT", "CONFLICT", "WAIVER")),
    "ballots": (N_("Ballots and marks"), ("BALLOT", "MARK", "REMIND")),
    "questions": (N_("Questions to vendors"), ("QUESTION", "ASKING")),
    "meeting": (N_("Meeting"), ("MEETING", "ATTENDANCE", "MOTION", "CELL")),
    "findings": (
        N_("Findings and decision"),
        ("FINDING", "DECISION", "REINSTATEMENT", "POSITION", "COMMITMENT"),
    ),
    "memo": (N_("Memo and letters"), ("MEMO", "NARRATIVES", "LETTER")),
    "archive": (N_("Archive and redactions"), ("ARCHIVE", "REDACTION")),
    "items": (N_("Action items"), ("ITEM",)),
    "measures": (N_("Measures and review meetings"), ("MEASURE", "ACTUAL", "REVIEW")),
}

bp = Blueprint("journal", __name__, url_prefix="/evaluations/<slug>")


@bp.get("/journal")
@require_permission(Action.VIEW_JOURNAL)
def show_journal(seat: Seat) -> ResponseReturnValue:
    """Who changed what, newest first; of one kind, one person, one vendor."""
    wanted = read_journal_filter()
    rows = list_journal_entries(db.session(), seat, wanted)
    return render_page(
        "record/journal.html",
        seat,
        rows=rows,
        told={row.id for row in rows if tells_reason(seat, row)},
        older=wanted.page + 1 if len(rows) == PAGE else None,
        wanted=wanted,
        kind=request.args.get("kind", ""),
        kinds={key: _(label) for key, (label, _begin) in KINDS.items()},
        people=list_journal_actors(db.session(), seat),
        vendors=list_visible_vendors(db.session(), seat),
        head=find_journal_head(db.session(), seat.evaluation),
    )


def read_journal_filter() -> JournalFilter:
    """The filter in the address. Raises: NotFound for an odd one."""
    page_ = read_address_number("page", below=JOURNAL_PAGES)
    vendor = read_address_number("vendor")
    kind, who = request.args.get("kind", ""), request.args.get("who", "")
    if (kind and kind not in KINDS) or not who.isprintable():
        raise make_not_found()
    return JournalFilter(list_events_of_kind(kind) or None, who or None, vendor or None, page_)


def list_events_of_kind(kind: str) -> frozenset[Event]:
    """The events of one kind; none for no kind."""
    return frozenset(e for e in Event if kind and e.value.startswith(KINDS[kind][1]))
