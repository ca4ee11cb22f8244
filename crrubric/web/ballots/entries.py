"""Ballots given on paper or by phone: the chair enters them once, the reviewer confirms them."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady, WrongPhase
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer
from crrubric.extensions import db
from crrubric.queries.ballots.declarations import own_declarations
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.assignments import asked_of
from crrubric.services.ballots import entries as service
from crrubric.services.ballots.ballots import MarkText
from crrubric.web.ballots.forms import EntryForm
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import ReasonForm, attach
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import refusal

bp = Blueprint("entries", __name__, url_prefix="/evaluations/<slug>")
PROGRESS = "evaluations.progress"


@bp.get("/progress/<int:ballot_id>/enter")
@in_evaluation(Action.ENTER_ON_BEHALF)
def new(seat: Seat, ballot_id: int) -> ResponseReturnValue:
    """The form for another's ballot; where it can't be entered, why."""
    try:
        return entry_page(seat, ballot_id, EntryForm(formdata=None))
    except WrongPhase as error:
        flash(refusal(error), "problem")
        return to(PROGRESS, seat)


def entry_page(
    seat: Seat, ballot_id: int, form: EntryForm, *, problems: dict[int, str] | None = None
) -> str:
    """All criteria with their answers, as typed. Raises: WrongPhase if it can't be entered."""
    ballot = service.enterable(db.session(), seat, ballot_id)
    declared = ballot.vendor_id in own_declarations(db.session(), ballot.member)
    return page(
        "ballots/enter.html",
        seat,
        under=PROGRESS,
        ballot=ballot,
        parts=asked_of(db.session(), ballot.member),
        form=form,
        typed=request.form,
        declared=declared,
        problems=problems or {},
        linked=[(f"note-{key}", text) for key, text in (problems or {}).items()],
    )


@bp.post("/progress/<int:ballot_id>/enter")
@in_evaluation(Action.ENTER_ON_BEHALF)
def enter(seat: Seat, ballot_id: int) -> ResponseReturnValue:
    """Enter and seal it."""
    form = EntryForm()
    if not form.validate():
        return entry_page(seat, ballot_id, form), 422
    try:
        entry = service.Entry(
            form.source.data,
            form.given_on.data,
            form.no_conflict.data,
            typed_marks(),
            form.rest.data or "",
        )
        found = service.enter_ballot(actor(), seat.evaluation.slug, ballot_id, entry)
    except NotReady as error:
        wrong = {
            int(str(problem.field).removeprefix("note-")): refusal(problem)
            for problem in error.problems
            if isinstance(problem, Invalid)
        }
        return entry_page(seat, ballot_id, form, problems=wrong), 422
    except Invalid as error:
        attach(form, error)
        return entry_page(seat, ballot_id, form), 422
    except WrongPhase as error:
        flash(refusal(error), "problem")
        return to(PROGRESS, seat)
    name = found.ballot.member.name
    flash(
        _("The ballot is entered and sealed; %(name)s is asked to confirm it.", name=name), "done"
    )
    return to(PROGRESS, seat)


def typed_marks() -> dict[int, MarkText]:
    """The answers of the page, by criterion id. Raises: Invalid for what is no answer."""
    found = {}
    for key, value in request.form.items():
        number = key.removeprefix("answer-")
        if number == key or not value:
            continue
        if not number.isdecimal() or len(number) > 9 or value not in set(Answer):
            raise Invalid(N_("Choose one of the choices shown."))
        note = request.form.get(f"note-{number}", "")
        found[int(number)] = MarkText(Answer(value), note)
    return found


@bp.post("/ballots/<int:vendor_id>/confirm")
@in_evaluation(Action.CONFIRM_BALLOT)
def confirm(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """My ballot was entered as I gave it."""
    service.confirm_ballot(actor(), seat.evaluation.slug, vendor_id)
    flash(_("Thank you: your ballot is confirmed."), "done")
    return to("ballots.review", seat, vendor_id=vendor_id)


@bp.post("/ballots/<int:vendor_id>/dispute")
@in_evaluation(Action.RECORD_MARK)
def dispute(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """My ballot is not as I gave it: it opens for me."""
    try:
        words = ReasonForm().reason.data or ""
        service.dispute_ballot(actor(), seat.evaluation.slug, vendor_id, words=words)
    except Invalid as error:
        flash(refusal(error), "problem")
        return to("ballots.review", seat, vendor_id=vendor_id)
    flash(_("Your ballot is open again: correct it and submit it. The chair is told."), "done")
    return to("ballots.ballot", seat, vendor_id=vendor_id)
