"""The register of evidence, and what pages say of evidence: its place as a link, its age."""

from dataclasses import replace

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.ballots.evidence import Expired, Old, age_flag, place_of
from crrubric.domain.policy import FROM_MEETING
from crrubric.extensions import db
from crrubric.models import Criterion, Mark, VendorFile
from crrubric.queries.ballots import files as read
from crrubric.queries.ballots.evidence import Sought, register
from crrubric.queries.people.access import Seat, not_found
from crrubric.queries.setup.rubrics import parts
from crrubric.queries.setup.vendors import list_visible_vendors
from crrubric.web.ballots.files import served
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.page import page
from crrubric.web.shared.words import day, today

bp = Blueprint("evidence", __name__, url_prefix="/evaluations/<slug>/evidence")
PAGES = 10_000
AGED = "aged"


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    filters = {"place_of": place_of, "aged": aged, "file_size": file_size}
    app.jinja_env.filters.update(filters)


def aged(mark: Mark, criterion: Criterion) -> str:
    """What is to be said of the age of a mark's evidence; nothing where it is fresh."""
    found = age_flag(
        mark.evidence_on,
        mark.evidence_until,
        today=today(),
        months=criterion.evidence_months,
    )
    if isinstance(found, Expired):
        return str(_("expired %(day)s", day=day(found.until)))
    if isinstance(found, Old):
        return str(ngettext("older than a month", "older than %(num)s months", found.months))
    return ""


def file_size(size: int) -> str:
    """The size of a file: 640 KB, 2.5 MB."""
    if size < 1024 * 1024:
        return str(_("%(size)s KB", size=max(1, round(size / 1024))))
    return str(_("%(size)s MB", size=f"{size / 1024 / 1024:.1f}"))


@bp.get("/")
@in_evaluation(Action.VIEW_EVIDENCE)
def index(seat: Seat) -> ResponseReturnValue:
    """What marks point to, and every file; before the meeting of others only vendors' files."""
    sought = sought_evidence()
    session = db.session()
    vendors = list_visible_vendors(session, seat)
    criteria = [row for part in parts(session, seat.evaluation.id) for row in part.criteria]
    known = {None, *(row.id for row in vendors)}, {None, *(row.id for row in criteria)}
    if sought.vendor_id not in known[0] or sought.criterion_id not in known[1]:
        raise not_found()
    pieces, more = register(session, seat, sought, criteria, today())
    return page(
        "ballots/evidence.html",
        seat,
        pieces=pieces,
        vendors=vendors,
        criteria=criteria,
        sought=sought,
        files=files_shown(seat, sought),
        companies={row.id: row.company for row in vendors},
        older=address(replace(sought, page=sought.page + 1)) if more else None,
        newer=address(replace(sought, page=sought.page - 1)) if sought.page else None,
        is_open=seat.evaluation.phase in FROM_MEETING,
    )


def files_shown(seat: Seat, sought: Sought) -> list[VendorFile]:
    """Files of vendors: on the first page, unless a criterion or an age is sought."""
    if sought.page or sought.criterion_id is not None or sought.aged:
        return []
    return read.vendor_files(db.session(), seat, vendor_id=sought.vendor_id)


def sought_evidence() -> Sought:
    """The filter in the address. Raises: NotFound for an odd one."""
    vendor, criterion, page_ = (
        request.args.get(key, 0, type=int) for key in ("vendor", "criterion", "page")
    )
    if not (0 <= page_ < PAGES and 0 <= vendor < 2**31 and 0 <= criterion < 2**31):
        raise not_found()
    return Sought(vendor or None, criterion or None, request.args.get("age") == AGED, page_)


def address(sought: Sought) -> dict[str, object]:
    """The filter as it stands in an address."""
    found = {
        "vendor": sought.vendor_id,
        "criterion": sought.criterion_id,
        "age": AGED if sought.aged else None,
        "page": sought.page or None,
    }
    return {key: value for key, value in found.items() if value is not None}


@bp.get("/files/<key>")
@in_evaluation(Action.VIEW_EVIDENCE)
def file(seat: Seat, key: str) -> ResponseReturnValue:
    """One file on a mark that I may see."""
    return served(read.mark_file(db.session(), seat, key))
