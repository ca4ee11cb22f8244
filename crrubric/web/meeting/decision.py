"""The recommendation with the order that the committee adopts; positions, commitments."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Commitment, Decision, Position
from crrubric.queries.meeting.decisions import (
    count_stated_positions,
    find_adopted_ranking,
    find_own_position,
    list_commitments,
    list_disclosed_positions,
    recommendation_of,
)
from crrubric.queries.people.access import Seat
from crrubric.queries.record.journal import find_latest_changes
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.services.meeting import decisions as service
from crrubric.services.meeting import positions
from crrubric.web.meeting.carried import list_refused_fields
from crrubric.web.meeting.decision_forms import (
    CommitmentForm,
    DecisionForm,
    PositionForm,
    RankForm,
    ReinstatementForm,
)
from crrubric.web.meeting.rankings import (
    collect_order_values,
    fill_ranking_kind,
    find_rank_form,
    make_rank_forms,
    pick_shown_ranks,
    read_typed_ranking,
    validate_ranks,
)
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ReasonForm, attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("decision", __name__, url_prefix="/evaluations/<slug>/decision")
NONE = "none"


def offer_decision_vendors(form: DecisionForm, seat: Seat, read: Matrix) -> DecisionForm:
    """The form with the vendors to choose from, in the computed order; of the curriculum in place,
    to keep it or not."""
    in_place = seat.evaluation.in_place
    form.vendor.choices = [
        *(
            SelectChoice(
                str(read.vendors[v.code].id),
                _("Keeping %(vendor)s", vendor=v.name) if in_place else v.name,
            )
            for v in read.results.ranking()
        ),
        SelectChoice(NONE, _("Looking for another curriculum") if in_place else _("No vendor")),
    ]
    return form


def render_decision_page(
    seat: Seat,
    read: Matrix,
    form: DecisionForm,
    *,
    ranks: Mapping[str, RankForm],
    position: PositionForm | None = None,
    promise: CommitmentForm | None = None,
    refused: ReinstatementForm | None = None,
    withdrawal: tuple[int, ReasonForm] | None = None,
    carried: Sequence[tuple[str, str]] = (),
) -> str:
    """The orders, the recommendation with positions and commitments, and the forms.

    Args: form, ranks, position, promise, refused: what was just refused, with what was typed;
    withdrawal: likewise, with the id of the commitment. carried: what the forms that reinstate
    send along, so that `form` is shown again as it was typed.
    """
    decision = recommendation_of(db.session(), seat.evaluation.id)
    away = decision is not None and decision.vendor_id in seat.shut_out
    partial = any(vendor.id in seat.shut_out for vendor in read.vendors.values())
    own = find_own_position(db.session(), seat.member)
    commitments = list_commitments(db.session(), seat.evaluation.id)
    return render_page(
        "meeting/decision.html",
        seat,
        matrix=read,
        results=read.results,
        decision=decision,
        form=form,
        may_decide=seat.may(Action.RECORD_DECISION) and not partial,
        may_finish=seat.evaluation.phase is Phase.MEETING
        and seat.may(Action.CHANGE_PHASE)
        and not partial,
        partial=partial and seat.may(Action.RECORD_DECISION),
        own=own,
        position_outdated=own is not None
        and decision is not None
        and own.stated_at < decision.recorded_at,
        position=position or make_position_form(own, decision),
        may_state=bool(decision) and not away and seat.may(Action.STATE_POSITION),
        stated=count_stated_positions(db.session(), seat.evaluation.id),
        positions=list_disclosed_positions(db.session(), seat.evaluation),
        commitments=commitments,
        withdrawals=make_withdrawal_forms(commitments, withdrawal),
        withdrawal=withdrawal,
        carried=carried,
        promise=offer_commitment_vendors(promise or CommitmentForm(formdata=None), seat, read),
        may_promise=seat.may(Action.MANAGE_COMMITMENTS),
        **collect_order_values(seat, read, decision, form, ranks=ranks, refused=refused),
    )


def make_withdrawal_forms(
    commitments: Iterable[Commitment], refused: tuple[int, ReasonForm] | None
) -> dict[int, ReasonForm]:
    """The form that withdraws each commitment, by its id; the refused one as it was typed."""
    forms = {row.id: ReasonForm(formdata=None) for row in commitments}
    forms.update([refused] if refused and refused[0] in forms else ())
    return {key: form.named(f"why-{key}") for key, form in forms.items()}


def offer_commitment_vendors(form: CommitmentForm, seat: Seat, read: Matrix) -> CommitmentForm:
    """The form with the vendors to choose from, without those that the chair stays away from."""
    form.vendor.choices = [
        SelectChoice(str(row.id), row.name)
        for row in read.vendors.values()
        if row.id not in seat.shut_out
    ]
    return form


@bp.get("/")
@require_permission(Action.VIEW_RESULTS)
def show_decision(seat: Seat) -> ResponseReturnValue:
    """The recommendation."""
    read = read_matrix(db.session(), seat.evaluation, current_language())
    form, ranks = make_decision_forms(seat, read)
    return render_decision_page(seat, read, form, ranks=ranks)


def read_sent_decision_forms(
    seat: Seat, read: Matrix, sent: Mapping[str, Any]
) -> tuple[DecisionForm, dict[str, RankForm]]:
    """The form with the recommendation, and the ranks, as they were sent."""
    form = offer_decision_vendors(DecisionForm(sent), seat, read)
    ranks = make_rank_forms(read, {}, sent)
    form.parts = ranks.values()
    return form, ranks


def make_decision_forms(seat: Seat, read: Matrix) -> tuple[DecisionForm, dict[str, RankForm]]:
    """The form with the recommendation as it is, and the ranks of the order that was adopted."""
    decision = recommendation_of(db.session(), seat.evaluation.id)
    adopted = find_adopted_ranking(db.session(), decision)
    form = offer_decision_vendors(DecisionForm(formdata=None, obj=decision), seat, read)
    if decision is not None:
        form.vendor.data = str(decision.vendor_id) if decision.vendor_id else NONE
    fill_ranking_kind(form, decision)
    ranks = make_rank_forms(read, pick_shown_ranks(read, adopted))
    form.parts = ranks.values()
    return form.showing(service.read_decision_values(decision, adopted)), ranks


def make_position_form(own: Position | None, decision: Decision | None) -> PositionForm:
    """The form with what one has stated on the recommendation as it is."""
    form = PositionForm(formdata=None, obj=own)
    return form.showing(
        {**positions.read_position_values(own), **positions.read_position_subject(decision)}
    )


@bp.post("/")
@require_permission(Action.RECORD_DECISION)
def save_decision(seat: Seat) -> ResponseReturnValue:
    """Record or reword the recommendation, with the order that the committee adopts."""
    read = read_matrix(db.session(), seat.evaluation, current_language())
    form, ranks = read_sent_decision_forms(seat, read, request.form)
    status = 422
    if all([form.validate(), validate_ranks(form, ranks)]):
        try:
            ranking = read_typed_ranking(form, ranks)
            service.record_decision(
                current_actor(),
                seat.evaluation.slug,
                read_decision_text(form),
                ranking,
                seen=form.version.data or "",
            )
            flash(_("The recommendation is recorded."), "done")
            return redirect_to("decision.show_decision", seat)
        except Invalid as error:
            place = find_rank_form(error.field, ranks)
            if place is None:
                attach_error(form, error)
            else:
                place.rank.errors = [translate_error(error)]
        except Stale as error:
            read = read_matrix(db.session(), seat.evaluation, current_language())
            stored, _ranks = make_decision_forms(seat, read)
            changes = find_latest_changes(db.session(), seat, Event.DECISION_RECORDED)
            form.meet_newer(stored, error, changes)
            status = 409
    carried = list_refused_fields()
    return render_decision_page(seat, read, form, ranks=ranks, carried=carried), status


def read_decision_text(form: DecisionForm) -> service.DecisionText:
    """What was typed, without the order."""
    return service.DecisionText(
        vendor_id=None if form.vendor.data == NONE else int(form.vendor.data),
        reason=form.reason.data,
        conditions=form.conditions.data or "",
        term=form.term.data or "",
        cost_ceiling=form.cost_ceiling.data or "",
    )


@bp.post("/position")
@require_permission(Action.STATE_POSITION)
def save_position(seat: Seat) -> ResponseReturnValue:
    """State my own position."""
    form, status = PositionForm(), 422
    if form.validate():
        try:
            positions.state_position(
                current_actor(),
                seat.evaluation.slug,
                kind=form.kind.data,
                words=form.words.data or "",
                seen=form.version.data or "",
            )
            flash(_("Your position is recorded. Nobody reads it before the decision."), "done")
            return redirect_to("decision.show_decision", seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            own = find_own_position(db.session(), seat.member)
            decision = recommendation_of(db.session(), seat.evaluation.id)
            form.meet_newer(make_position_form(own, decision), error, {})  # nobody else’s
            status = 409
    read = read_matrix(db.session(), seat.evaluation, current_language())
    first, ranks = make_decision_forms(seat, read)
    return render_decision_page(seat, read, first, ranks=ranks, position=form), status


@bp.post("/commitments")
@require_permission(Action.MANAGE_COMMITMENTS)
def save_commitment(seat: Seat) -> ResponseReturnValue:
    """Record a commitment of a vendor."""
    read = read_matrix(db.session(), seat.evaluation, current_language())
    form = offer_commitment_vendors(CommitmentForm(), seat, read)
    if form.validate():
        text = positions.CommitmentText(form.words.data, form.owner.data, form.due_on.data)
        try:
            positions.record_commitment(
                current_actor(), seat.evaluation.slug, int(form.vendor.data), text
            )
            flash(_("The commitment is recorded."), "done")
            return redirect_to("decision.show_decision", seat)
        except Invalid as error:
            attach_error(form, error)
    first, ranks = make_decision_forms(seat, read)
    return render_decision_page(seat, read, first, ranks=ranks, promise=form), 422


@bp.post("/commitments/<int:commitment_id>/withdraw")
@require_permission(Action.MANAGE_COMMITMENTS)
def save_commitment_withdrawal(seat: Seat, commitment_id: int) -> ResponseReturnValue:
    """Take a commitment back, with a reason."""
    form, status = ReasonForm(), 422
    if form.validate():
        try:
            positions.withdraw_commitment(
                current_actor(), seat.evaluation.slug, commitment_id, reason=form.reason.data
            )
            flash(_("The commitment is withdrawn."), "done")
            return redirect_to("decision.show_decision", seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    read = read_matrix(db.session(), seat.evaluation, current_language())
    first, ranks = make_decision_forms(seat, read)
    refused = (commitment_id, form)
    return render_decision_page(seat, read, first, ranks=ranks, withdrawal=refused), status
