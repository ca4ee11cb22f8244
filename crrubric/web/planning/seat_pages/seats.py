"""How many learners are priced: for every vendor the same."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.results.priced_seats import SeatFacts, SeatProposal
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, find_restraint
from crrubric.queries.planning.seats import list_seat_proposals
from crrubric.queries.record.journal import find_latest_changes
from crrubric.services.planning import seats as service
from crrubric.web.planning.seat_pages.seat_forms import SeatsForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_label

bp = Blueprint("seats", __name__, url_prefix="/evaluations/<slug>/plan/seats")
HOME, TRIAGE = "seats.show_seats", "triage.show_triage"


@bp.get("")
@require_permission(Action.VIEW_PLAN)
def show_seats(seat: Seat) -> ResponseReturnValue:
    """How many there are; for the chair the form, and what the plan proposes."""
    proposals = list_offered_proposals(seat)
    wanted = request.args.get("from", "")
    chosen = next((each for each in proposals if each.source.value == wanted), None)
    facts = service.read_seat_facts(seat.evaluation)
    form = make_seats_form(seat, facts if chosen is None else take_proposal(chosen, facts))
    return render_seats_page(seat, form, proposals, proposed=chosen is not None)


def list_offered_proposals(seat: Seat) -> list[SeatProposal]:
    """What the plan proposes, for whoever may take it."""
    if not seat.may(Action.SET_SEATS):
        return []
    return list_seat_proposals(db.session(), seat.evaluation.id)


def take_proposal(proposal: SeatProposal, facts: SeatFacts) -> SeatFacts:
    """What the form shows with a proposal; nothing is saved yet."""
    return SeatFacts(
        low=proposal.low,
        high=proposal.high,
        at_once=facts.at_once if proposal.at_once is None else proposal.at_once,
        note=translate_label(proposal.source),
        fund=facts.fund,
    )


def make_seats_form(seat: Seat, facts: SeatFacts) -> SeatsForm:
    """The form with these values, above what is stored."""
    stored = service.serialize_seats(service.read_seat_facts(seat.evaluation))
    return SeatsForm(formdata=None, obj=facts).showing(stored)


@bp.post("")
@require_permission(Action.SET_SEATS)
def save_seats(seat: Seat) -> ResponseReturnValue:
    """Say how many learners are priced."""
    before = make_seats_form(seat, service.read_seat_facts(seat.evaluation))
    form, status = SeatsForm(), 422
    if form.validate():
        try:
            evaluation = service.set_seats(
                current_actor(),
                seat.evaluation.slug,
                SeatFacts(
                    low=form.low.data,
                    high=form.high.data,
                    at_once=form.at_once.data,
                    note=form.note.data or "",
                    fund=form.fund.data or "",
                ),
                seen=form.version.data or "",
            )
            now = SeatsForm(formdata=None).showing(
                service.serialize_seats(service.read_seat_facts(evaluation))
            )
            if before.version.data == now.version.data:
                flash(_("Nothing was changed."), "done")
            else:
                done = _("Learners and fund are saved.")
                flash_undoable(done, request.path, before.list_sent_values(now))
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            stored = make_seats_form(seat, service.read_seat_facts(seat.evaluation))
            changes = find_latest_changes(db.session(), seat, Event.SEATS_SET)
            form.meet_newer(stored, error, changes)
            status = 409
    return render_seats_page(seat, form, list_offered_proposals(seat)), status


def render_seats_page(
    seat: Seat, form: SeatsForm, proposals: list[SeatProposal], *, proposed: bool = False
) -> str:
    """The page. Args: proposed: the form shows a proposal that is not saved."""
    return render_page(
        "planning/seats.html",
        seat,
        under=TRIAGE,
        form=form,
        proposals=proposals,
        proposed=proposed,
        restraint=find_restraint(db.session(), seat, Action.SET_SEATS),
        facts=service.read_seat_facts(seat.evaluation),
    )
