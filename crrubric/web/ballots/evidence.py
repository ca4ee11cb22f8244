"""The register of evidence, and what pages say of evidence: its place as a link, its age."""

from dataclasses import replace

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.ballots.evidence import (
    ExpiredEvidence,
    OldEvidence,
    check_evidence_age,
    place_of,
)
from crrubric.domain.policy import FROM_MEETING
from crrubric.extensions import db
from crrubric.models import Criterion, Mark, VendorFile
from crrubric.queries.ballots import files as read
from crrubric.queries.ballots.evidence import EvidenceFilter, list_evidence_page
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.queries.setup.vendors import list_visible_vendors
from crrubric.web.ballots.files import send_attached_file
from crrubric.web.ballots.mark_fields import list_evidence_kinds
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.ids import read_address_number
from crrubric.web.shared.page import render_page
from crrubric.web.shared.words import current_day, format_day

bp = Blueprint("evidence", __name__, url_prefix="/evaluations/<slug>/evidence")
PAGES = 10_000
AGED = "aged"


def init_app(app: Flask) -> None:
    """Give templates the filters, and the kinds of evidence to choose from."""
    filters = {"place_of": place_of, "aged": describe_evidence_age, "file_size": format_file_size}
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals["evidence_kinds"] = list_evidence_kinds


def describe_evidence_age(mark: Mark, criterion: Criterion) -> str:
    """What is to be said of the age of a mark's evidence; nothing where it is fresh."""
    if mark.evidence_on is None and mark.evidence_until is None:
        return ""
    found = check_evidence_age(
        mark.evidence_on,
        mark.evidence_until,
        today=current_day(),
        months=criterion.evidence_months,
    )
    if isinstance(found, ExpiredEvidence):
        return str(_("expired %(day)s", day=format_day(found.until)))
    if isinstance(found, OldEvidence):
        return str(ngettext("older than a month", "older than %(num)s months", found.months))
    return ""


def format_file_size(size: int) -> str:
    """The size of a file: 640 KB, 2.5 MB."""
    if size < 1024 * 1024:
        return str(_("%(size)s KB", size=max(1, round(size / 1024))))
    return str(_("%(size)s MB", size=f"{size / 1024 / 1024:.1f}"))


@bp.get("/")
@require_permission(Action.VIEW_EVIDENCE)
def show_evidence_register(seat: Seat) -> ResponseReturnValue:
    """What marks point to, and every file; before the meeting of others only vendors' files."""
    sought = read_evidence_filter()
    session = db.session()
    vendors = list_visible_vendors(session, seat)
    criteria = [
        row for part in list_rubric_parts(session, seat.evaluation.id) for row in part.criteria
    ]
    known = {None, *(row.id for row in vendors)}, {None, *(row.id for row in criteria)}
    if sought.vendor_id not in known[0] or sought.criterion_id not in known[1]:
        raise make_not_found()
    pieces, more = list_evidence_page(session, seat, sought, criteria, current_day())
    return render_page(
        "ballots/evidence.html",
        seat,
        pieces=pieces,
        vendors=vendors,
        criteria=criteria,
        sought=sought,
        files=list_shown_files(seat, sought),
        companies={row.id: row.name for row in vendors},
        older=make_filter_query(replace(sought, page=sought.page + 1)) if more else None,
        newer=make_filter_query(replace(sought, page=sought.page - 1)) if sought.page else None,
        is_open=seat.evaluation.phase in FROM_MEETING,
    )


def list_shown_files(seat: Seat, sought: EvidenceFilter) -> list[VendorFile]:
    """Files of vendors: on the first page, unless a criterion or an age is sought."""
    if sought.page or sought.criterion_id is not None or sought.aged:
        return []
    return read.list_vendor_files(db.session(), seat, vendor_id=sought.vendor_id)


def read_evidence_filter() -> EvidenceFilter:
    """The filter in the address. Raises: NotFound for an odd one."""
    return EvidenceFilter(
        read_address_number("vendor") or None,
        read_address_number("criterion") or None,
        request.args.get("age") == AGED,
        read_address_number("page", below=PAGES),
    )


def make_filter_query(sought: EvidenceFilter) -> dict[str, object]:
    """The filter as it stands in an address."""
    found = {
        "vendor": sought.vendor_id,
        "criterion": sought.criterion_id,
        "age": AGED if sought.aged else None,
        "page": sought.page or None,
    }
    return {key: value for key, value in found.items() if value is not None}


@bp.get("/files/<key>")
@require_permission(Action.VIEW_EVIDENCE)
def download_mark_file(seat: Seat, key: str) -> ResponseReturnValue:
    """One file on a mark that I may see."""
    return send_attached_file(read.find_mark_file(db.session(), seat, key))
