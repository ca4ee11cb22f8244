"""The recommendation with the order that the committee adopts; positions, commitments."""

from collections.abc import Mapping

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.extensions import db
from crrubric.queries.meeting.decisions import (
    commitments,
    find_own_position,
    open_positions,
    positions_stated,
    recommendation_of,
)
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import Matrix
from crrubric.queries.results.matrices import matrix as read_matrix
from crrubric.services.meeting import decisions as service
from crrubric.services.meeting import positions
from crrubric.web.meeting.decision_forms import (
    CommitmentForm,
    DecisionForm,
    PositionForm,
    RankForm,
    ReinstatementForm,
)
from crrubric.web.meeting.rankings import (
    field_of,
    fill_in,
    good_ranks,
    order_parts,
    rank_forms,
    typed_ranking,
)
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import ReasonForm, attach
from crrubric.web.shared.language import locale
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import refusal

bp = Blueprint("decision", __name__, url_prefix="/evaluations/<slug>/decision")
NONE = "none"


def with_vendors(form: DecisionForm, read: Matrix) -> DecisionForm:
    """The form with the vendors to choose from, in the computed order."""
    form.vendor.choices = [
        *(SelectChoice(str(read.vendors[v.code].id), v.name) for v in read.results.ranking()),
        SelectChoice(NONE, _("No vendor")),
    ]
    return form


def form_page(
    seat: Seat,
    read: Matrix,
    form: DecisionForm,
    *,
    ranks: Mapping[str, RankForm] | None = None,
    position: PositionForm | None = None,
    promise: CommitmentForm | None = None,
    refused: ReinstatementForm | None = None,
) -> str:
    """The orders, the recommendation with positions and commitments, and the forms.

    Args: form, ranks, position, promise, refused: what was just refused, with what was typed.
    """
    decision = recommendation_of(db.session(), seat.evaluation.id)
    away = decision is not None and decision.vendor_id in seat.shut_out
    own = find_own_position(db.session(), seat.member)
    return page(
        "meeting/decision.html",
        seat,
        matrix=read,
        results=read.results,
        decision=decision,
        form=form,
        may_decide=seat.may(Action.RECORD_DECISION),
        own=own,
        position=position or PositionForm(formdata=None, obj=own),
        may_state=bool(decision) and not away and seat.may(Action.STATE_POSITION),
        stated=positions_stated(db.session(), seat.evaluation.id),
        positions=open_positions(db.session(), seat.evaluation),
        commitments=commitments(db.session(), seat.evaluation.id),
        promise=with_own_vendors(promise or CommitmentForm(formdata=None), seat, read),
        may_promise=seat.may(Action.MANAGE_COMMITMENTS),
        **order_parts(seat, read, decision, form, ranks, refused),
    )


def with_own_vendors(form: CommitmentForm, seat: Seat, read: Matrix) -> CommitmentForm:
    """The form with the vendors to choose from, without those that the chair stays away from."""
    form.vendor.choices = [
        SelectChoice(str(row.id), row.company)
        for row in read.vendors.values()
        if row.id not in seat.shut_out
    ]
    return form


@bp.get("/")
@in_evaluation(Action.VIEW_RESULTS)
def index(seat: Seat) -> ResponseReturnValue:
    """The recommendation."""
    read = read_matrix(db.session(), seat.evaluation, locale())
    return form_page(seat, read, as_recorded(seat, read))


def as_recorded(seat: Seat, read: Matrix) -> DecisionForm:
    """The form with the recommendation as it is."""
    decision = recommendation_of(db.session(), seat.evaluation.id)
    form = with_vendors(DecisionForm(formdata=None, obj=decision), read)
    if decision is not None:
        form.vendor.data = str(decision.vendor_id) if decision.vendor_id else NONE
    fill_in(form, decision)
    return form


@bp.post("/")
@in_evaluation(Action.RECORD_DECISION)
def save(seat: Seat) -> ResponseReturnValue:
    """Record or reword the recommendation, with the order that the committee adopts."""
    read = read_matrix(db.session(), seat.evaluation, locale())
    form = with_vendors(DecisionForm(), read)
    ranks = rank_forms(read, {}, request.form)
    if all([form.validate(), good_ranks(form, ranks)]):
        try:
            ranking = typed_ranking(form, ranks)
            service.record_decision(actor(), seat.evaluation.slug, decision_text(form), ranking)
            flash(_("The recommendation is recorded."), "done")
            return to("decision.index", seat)
        except Invalid as error:
            place = field_of(error.field, ranks)
            if place is None:
                attach(form, error)
            else:
                place.rank.errors = [refusal(error)]
    return form_page(seat, read, form, ranks=ranks), 422


def decision_text(form: DecisionForm) -> service.DecisionText:
    """What was typed, without the order."""
    return service.DecisionText(
        vendor_id=None if form.vendor.data == NONE else int(form.vendor.data),
        reason=form.reason.data,
        conditions=form.conditions.data or "",
        term=form.term.data or "",
        cost_ceiling=form.cost_ceiling.data or "",
    )


@bp.post("/position")
@in_evaluation(Action.STATE_POSITION)
def state(seat: Seat) -> ResponseReturnValue:
    """State my own position."""
    form = PositionForm()
    if form.validate():
        try:
            positions.state_position(
                actor(), seat.evaluation.slug, kind=form.kind.data, words=form.words.data or ""
            )
            flash(_("Your position is recorded. Nobody reads it before the decision."), "done")
            return to("decision.index", seat)
        except Invalid as error:
            attach(form, error)
    read = read_matrix(db.session(), seat.evaluation, locale())
    return form_page(seat, read, as_recorded(seat, read), position=form), 422


@bp.post("/commitments")
@in_evaluation(Action.MANAGE_COMMITMENTS)
def commit(seat: Seat) -> ResponseReturnValue:
    """Record a commitment of a vendor."""
    read = read_matrix(db.session(), seat.evaluation, locale())
    form = with_own_vendors(CommitmentForm(), seat, read)
    if form.validate():
        text = positions.CommitmentText(form.words.data, form.owner.data, form.due_on.data)
        try:
            positions.record_commitment(actor(), seat.evaluation.slug, int(form.vendor.data), text)
            flash(_("The commitment is recorded."), "done")
            return to("decision.index", seat)
        except Invalid as error:
            attach(form, error)
    return form_page(seat, read, as_recorded(seat, read), promise=form), 422


@bp.post("/commitments/<int:commitment_id>/withdraw")
@in_evaluation(Action.MANAGE_COMMITMENTS)
def withdraw(seat: Seat, commitment_id: int) -> ResponseReturnValue:
    """Take a commitment back, with a reason."""
    try:
        positions.withdraw_commitment(
            actor(), seat.evaluation.slug, commitment_id, reason=ReasonForm().reason.data or ""
        )
        flash(_("The commitment is withdrawn."), "done")
    except Invalid as error:
        flash(refusal(error), "problem")
    return to("decision.index", seat)
