"""The rounds of a vote on must-haves: opening one, closing it, giving answers back."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.extensions import db
from crrubric.models import MustHaveVote
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.planning.votes import (
    find_open_vote,
    find_valid_seal,
    foresee_closing_of_vote,
    foresee_opening_of_vote,
    list_vote_obstacles,
)
from crrubric.services.planning import votes as service
from crrubric.web.planning.votes import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm, ReasonForm, attach_error
from crrubric.web.shared.page import (
    ActWords,
    redirect_to,
    render_act_page,
    render_page,
)
from crrubric.web.shared.session import current_actor

bp = Blueprint("vote_rounds", __name__, url_prefix="/evaluations/<slug>/must-haves")


@bp.get("/open")
@require_permission(Action.RUN_VOTE)
def show_vote_opening(seat: Seat) -> ResponseReturnValue:
    """What opening a round will do, before it is done."""
    return render_vote_opening(seat, ActForm(formdata=None))


def render_vote_opening(seat: Seat, form: ActForm) -> str:
    """The page with what will happen. Raises: NotFound while a round is open."""
    if find_open_vote(db.session(), seat.evaluation.id) is not None:
        raise make_not_found()
    words = ActWords(title=_("Open a vote on must-haves"), button=_("Open the vote"))
    foreseen = foresee_opening_of_vote(db.session(), seat)
    problems = list_vote_obstacles(db.session(), seat.evaluation.id)
    return render_act_page(seat, form, foreseen, words, back=HOME, problems=problems)


@bp.post("/open")
@require_permission(Action.RUN_VOTE)
def save_vote_opening(seat: Seat) -> ResponseReturnValue:
    """Open a round."""
    form, status = ActForm(), 422
    if form.validate():
        try:
            service.open_vote(current_actor(), seat.evaluation.slug, seen=form.version.data or "")
            flash(_("The vote on must-haves is open."), "done")
            return redirect_to(HOME, seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_vote_opening(seat, form), status


@bp.get("/close")
@require_permission(Action.RUN_VOTE)
def show_vote_closing(seat: Seat) -> ResponseReturnValue:
    """What closing the round will do, before it is done."""
    return render_vote_closing(seat, ActForm(formdata=None))


def render_vote_closing(seat: Seat, form: ActForm) -> str:
    """The page with what will happen. Raises: NotFound if no round is open."""
    vote = require_shown_vote(seat)
    words = ActWords(title=_("Close the vote on must-haves"), button=_("Close the vote"))
    foreseen = foresee_closing_of_vote(db.session(), seat, vote)
    return render_act_page(seat, form, foreseen, words, back=HOME)


@bp.post("/close")
@require_permission(Action.RUN_VOTE)
def save_vote_closing(seat: Seat) -> ResponseReturnValue:
    """Close the round and show the counts."""
    form = ActForm()
    status = 422
    if form.validate():
        try:
            service.close_vote(current_actor(), seat.evaluation.slug, seen=form.version.data or "")
            flash(_("The vote is closed. Everybody sees the counts."), "done")
            return redirect_to(HOME, seat)
        except Stale as error:
            status = attach_refusal(form, error)
    return render_vote_closing(seat, form), status


def require_shown_vote(seat: Seat) -> MustHaveVote:
    """The round that is open. Raises: NotFound."""
    vote = find_open_vote(db.session(), seat.evaluation.id)
    if vote is None:
        raise make_not_found()
    return vote


@bp.get("/reopen/<int:member_id>")
@require_permission(Action.RUN_VOTE)
def show_vote_reopening(seat: Seat, member_id: int) -> ResponseReturnValue:
    """The form that gives submitted answers back to their reviewer."""
    return render_vote_reopening(seat, member_id, ReasonForm())


def render_vote_reopening(seat: Seat, member_id: int, form: ReasonForm) -> str:
    """Whose answers, submitted when: nothing of what they say. Raises: NotFound."""
    vote = require_shown_vote(seat)
    sealed = find_valid_seal(db.session(), vote, member_id)
    if sealed is None:
        raise make_not_found()
    member = service.find_voter(db.session(), seat, member_id)
    return render_page(
        "planning/votes/reopen.html", seat, under=HOME, voter=member, sealed=sealed, form=form
    )


@bp.post("/reopen/<int:member_id>")
@require_permission(Action.RUN_VOTE)
def save_vote_reopening(seat: Seat, member_id: int) -> ResponseReturnValue:
    """Give submitted answers back, with a reason."""
    form = ReasonForm()
    if form.validate():
        try:
            sealed = service.reopen_vote(
                current_actor(), seat.evaluation.slug, member_id, reason=form.reason.data
            )
            name = sealed.member.name
            flash(_("The answers are open again; %(name)s is told.", name=name), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
    return render_vote_reopening(seat, member_id, form), 422
