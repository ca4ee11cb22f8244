"""Which of one's own marks were saved elsewhere, for a page that shows older ones."""

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.typed import parse_id
from crrubric.extensions import db
from crrubric.models import Mark
from crrubric.queries.ballots.ballots import load_own_marks_on
from crrubric.queries.people.access import Seat
from crrubric.web.ballots.mark_fields import MarkFields
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.words import format_clock_time

bp = Blueprint("newer", __name__, url_prefix="/evaluations/<slug>/ballots/newer")

MOST = 500  # marks that a page can ask about
FIELDS = ("answer", "note", "evidence_kind", "evidence_place", "evidence_on", "evidence_until")


@bp.get("")
@require_permission(Action.VIEW_OWN_BALLOTS)
def show_newer_marks(seat: Seat) -> ResponseReturnValue:
    """Those of the marks in `known` that have another version by now; nobody else's, ever."""
    known = read_known_versions(request.args.get("known", ""))
    stored = load_own_marks_on(db.session(), seat.member, known) if seat.member else {}
    newer = [
        describe_newer_mark(seat, cell, stored.get(cell))
        for cell, version in known.items()
        if (stored[cell].version if cell in stored else 0) != version
    ]
    return jsonify(newer=newer)


def read_known_versions(text: str) -> dict[tuple[int, int], int]:
    """(vendor, criterion) -> the version that the page shows; what can't be read is left out."""
    found = {}
    for part in text.split(",")[:MOST]:
        vendor, criterion, version = [parse_id(each) for each in f"{part}---".split("-")[:3]]
        if vendor is not None and criterion is not None and version is not None:
            found[vendor, criterion] = version
    return found


def describe_newer_mark(seat: Seat, cell: tuple[int, int], mark: Mark | None) -> dict[str, object]:
    """The mark as its form would show it; of none, which was set aside, empty fields."""
    vendor_id, criterion_id = cell
    fields = MarkFields.stored(mark)
    return {
        "action": url_for(
            "ballots.save_mark",
            slug=seat.evaluation.slug,
            vendor_id=vendor_id,
            criterion_id=criterion_id,
        ),
        "version": int(fields.version),
        "saved_at": format_clock_time(mark.marked_at) if mark else "",
        **{name: getattr(fields, name) for name in FIELDS},
    }
