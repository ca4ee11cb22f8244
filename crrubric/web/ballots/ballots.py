"""A reviewer's own ballots: nobody else's, ever."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady, Stale
from crrubric.domain.text import visible
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState
from crrubric.extensions import db
from crrubric.models import Ballot
from crrubric.queries.ballots import seals
from crrubric.queries.ballots.ballots import (
    answered,
    entry_of,
    own_ballot,
    own_ballots,
    own_gaps,
    writable,
)
from crrubric.queries.ballots.declarations import own_declarations
from crrubric.queries.ballots.files import own_file_counts
from crrubric.queries.people.access import Seat, not_found
from crrubric.queries.questions.questions import own_askings, questions_on
from crrubric.queries.setup.assignments import asked_ids, asked_of
from crrubric.queries.setup.rubrics import corrected, tensions
from crrubric.queries.setup.wording import worded
from crrubric.services.ballots import ballots as service
from crrubric.services.ballots import seals as sealing
from crrubric.services.setup.rubrics import criterion_in
from crrubric.web.ballots.across import ACROSS, across_page, markable
from crrubric.web.ballots.forms import MarkForm
from crrubric.web.ballots.mark_fields import MarkFields, Tried, evidence_kinds, fields_of
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import Form, ReasonForm, attach, messages
from crrubric.web.shared.language import locale
from crrubric.web.shared.page import download, page, to, wants_json
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import clock, label, refusal

bp = Blueprint("ballots", __name__, url_prefix="/evaluations/<slug>/ballots")
HOME = "ballots.index"


@bp.get("/")
@in_evaluation(Action.VIEW_OWN_BALLOTS)
def index(seat: Seat) -> ResponseReturnValue:
    """My ballots: one line a vendor."""
    lines = own_ballots(db.session(), seat.member) if seat.member else []
    asked = asked_ids(db.session(), seat.member) if seat.member else []
    first = asked[0] if asked and seat.may(Action.RECORD_MARK) else None
    return page("ballots/index.html", seat, lines=lines, total=len(asked), first_criterion=first)


@bp.get("/<int:vendor_id>")
@in_evaluation(Action.VIEW_OWN_BALLOTS)
def ballot(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """One vendor's criteria by section, with my marks; before the first of them, a declaration."""
    undeclared = seat.member and vendor_id not in own_declarations(db.session(), seat.member)
    if undeclared and seat.may(Action.RECORD_MARK):
        own_ballot(db.session(), seat, vendor_id)  # 404 where there is none
        return to("declarations.ask", seat, vendor_id=vendor_id)
    return ballot_page(seat, vendor_id)


def ballot_page(
    seat: Seat,
    vendor_id: int,
    *,
    tried: Tried | None = None,
) -> str:
    """The ballot; `tried` is the criterion whose form was refused, with what was typed."""
    own, marks = own_ballot(db.session(), seat, vendor_id)
    rubric = asked_of(db.session(), own.member)
    asked = [row.id for part in rubric for row in part.criteria]
    return page(
        "ballots/ballot.html",
        seat,
        under=HOME,
        ballot=own,
        vendor=own.vendor,
        parts=rubric,
        marks=marks,
        fields={key: fields_of(key, marks.get(key), tried) for key in asked},
        kinds=evidence_kinds(),
        tried=tried,
        total=len(asked),
        answered=sum(key in marks for key in asked),
        tensions=tensions(db.session(), seat.evaluation.id, locale()),
        corrected=corrected(db.session(), seat.evaluation.id),
        titles={row.id: worded(row, "title", locale()) for part in rubric for row in part.criteria},
        file_counts=own_file_counts(db.session(), own),
        writable=writable(seat, own),
        may_ask=may_ask(seat, own),
        askings=own_askings(db.session(), seat, vendor_id=vendor_id),
        questions=questions_on(db.session(), seat, vendor_id),
    )


def may_ask(seat: Seat, own: Ballot) -> bool:
    """Whether something can be asked of the vendor, on an open ballot or a sealed one."""
    here = not own.recused and own.vendor.withdrawn_at is None
    return here and seat.may(Action.ASK_VENDOR)


@bp.post("/<int:vendor_id>/marks/<int:criterion_id>")
@in_evaluation(Action.RECORD_MARK)
def save_mark(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Save one mark."""
    form = MarkForm()
    if not form.validate():
        return refused_mark(seat, vendor_id, criterion_id, form)
    text = service.MarkText(
        form.answer.data,
        form.note.data or "",
        form.evidence_kind.data,
        form.evidence_place.data or "",
        form.evidence_on.data,
        form.evidence_until.data,
    )
    try:
        mark = service.record_mark(
            actor(),
            seat.evaluation.slug,
            vendor_id,
            criterion_id,
            text,
            seen_version=form.seen_version(),
        )
    except Invalid as error:
        attach(form, error)
        return refused_mark(seat, vendor_id, criterion_id, form)
    except Stale as error:
        return stale_mark(seat, vendor_id, criterion_id, form, error)
    if not wants_json():
        return back_to(seat, vendor_id, criterion_id)
    done, total = answered(db.session(), seat, mark.ballot_id)
    return jsonify(version=mark.version, saved_at=clock(mark.marked_at), answered=done, total=total)


def back_to(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """To the form that was sent: on the vendor's ballot, or among all vendors' of a criterion."""
    if request.form.get("back") == ACROSS:
        anchor = f"vendor-{vendor_id}"
        return to("across.criterion", seat, criterion_id=criterion_id, _anchor=anchor)
    return to("ballots.ballot", seat, vendor_id=vendor_id, _anchor=f"criterion-{criterion_id}")


def refused_mark(
    seat: Seat, vendor_id: int, criterion_id: int, form: MarkForm
) -> ResponseReturnValue:
    """A mark that can't be stored: the reason beside the field, everything typed kept."""
    if wants_json():
        return jsonify(message=messages(form)), 422
    if request.form.get("back") == ACROSS and vendor_id in markable(seat):
        return across_page(seat, criterion_id, tried=(vendor_id, form)), 422
    return ballot_page(seat, vendor_id, tried=(criterion_id, form)), 422


def stale_mark(
    seat: Seat, vendor_id: int, criterion_id: int, form: MarkForm, error: Stale
) -> ResponseReturnValue:
    """Both texts side by side; nothing was overwritten."""
    own, marks = own_ballot(db.session(), seat, vendor_id)
    stored = marks.get(criterion_id)
    if wants_json():
        theirs: dict[str, Any] | None = service.plain(service.mark_text(stored)) if stored else None
        if theirs and stored:
            theirs["answer_label"] = label(stored.answer)
            theirs["version"] = stored.version
        return jsonify(message=refusal(error), theirs=theirs), 409
    criterion = criterion_in(db.session(), seat.evaluation, criterion_id)
    form.version.data = str(stored.version if stored else 0)
    return (
        page(
            "ballots/conflict.html",
            seat,
            under=HOME,
            ballot=own,
            vendor=own.vendor,
            criterion=criterion,
            stored=stored,
            fields=MarkFields.typed(form),
            message=refusal(error),
        ),
        409,
    )


@bp.get("/<int:vendor_id>/submit")
@in_evaluation(Action.VIEW_OWN_BALLOTS)
def review(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """All my marks on one page before I seal them."""
    return review_page(seat, vendor_id)


def review_page(
    seat: Seat,
    vendor_id: int,
    *,
    reasons: Mapping[int, str] | None = None,
    errors: Mapping[int, str] | None = None,
) -> str:
    """All marks, the receipt of a sealed ballot, a field for the reason of each gap.

    Args: reasons: as typed, by criterion id, 0 being the one for the rest; errors: likewise.
    """
    own, marks = own_ballot(db.session(), seat, vendor_id)
    rubric = asked_of(db.session(), own.member)
    gaps = [row for part in rubric for row in part.criteria if row.id not in marks]
    sealed = seals.versions(db.session(), own)
    return page(
        "ballots/review.html",
        seat,
        under=HOME,
        ballot=own,
        vendor=own.vendor,
        parts=rubric,
        marks=marks,
        gaps=gaps,
        file_counts=own_file_counts(db.session(), own),
        left=own_gaps(db.session(), own),
        sealed=sealed if own.state is BallotState.SUBMITTED else [],
        entry=entry_of(db.session(), own) if own.state is BallotState.SUBMITTED else None,
        may_confirm=seat.may(Action.CONFIRM_BALLOT),
        reason_form=ReasonForm(formdata=None),
        reasons={key: visible(text) for key, text in (reasons or {}).items()},
        gap_errors=errors or {},
        problems=[(f"gap-{key}", text) for key, text in (errors or {}).items()],
        writable=writable(seat, own),
    )


@bp.post("/<int:vendor_id>/submit")
@in_evaluation(Action.RECORD_MARK)
def submit(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Seal the ballot and show the receipt."""
    form = Form()  # checks what was typed for control characters
    typed = {
        int(key.removeprefix("gap-")): text
        for key, text in request.form.items()
        if key.startswith("gap-") and key.removeprefix("gap-").isdecimal() and len(key) < 15
    }
    rest = request.form.get("gap-rest", "")
    own, _marks = own_ballot(db.session(), seat, vendor_id)
    asked = asked_ids(db.session(), own.member)
    given = {key: typed.get(key, "").strip() or rest for key in asked}
    try:
        if not form.validate():
            raise Invalid(N_("This form is out of date. Open the page again."))
        sealing.submit_ballot(actor(), seat.evaluation.slug, vendor_id, reasons=given)
    except NotReady as error:
        silent = {int(str(p.field).removeprefix("gap-")): refusal(p) for p in error.problems
                  if isinstance(p, Invalid)}  # fmt: skip
        return review_page(seat, vendor_id, reasons={**typed, 0: rest}, errors=silent), 422
    except Invalid as error:
        key = (error.field or "").removeprefix("gap-")
        wrong = {int(key) if key.isdecimal() else 0: refusal(error)}
        return review_page(seat, vendor_id, reasons={**typed, 0: rest}, errors=wrong), 422
    flash(_("Your ballot for %(vendor)s is submitted.", vendor=own.vendor.company), "done")
    return to("ballots.review", seat, vendor_id=vendor_id)


@bp.get("/<int:vendor_id>/sealed/<int:number>")
@in_evaluation(Action.VIEW_OWN_BALLOTS)
def sealed(seat: Seat, vendor_id: int, number: int) -> ResponseReturnValue:
    """My sealed ballot as the text that the receipt is over."""
    own, _marks = own_ballot(db.session(), seat, vendor_id)
    for version in seals.versions(db.session(), own):
        if version.number == number:
            name = f"{seat.evaluation.slug}-{own.vendor.code}-ballot-{number}.json"
            return download(version.content, "application/json", name)
    raise not_found()
