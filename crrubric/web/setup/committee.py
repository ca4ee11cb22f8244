"""The committee: who sits on it, invitations, seats."""

from flask import Blueprint, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.setup.seats import SEATS
from crrubric.extensions import db
from crrubric.models import Member
from crrubric.queries.people.access import Seat
from crrubric.queries.record.journal import find_latest_changes
from crrubric.queries.setup.act_facts import foresee_removal_of_member
from crrubric.queries.setup.members import (
    find_own_invitations,
    find_present_member,
    find_run_out_invitations,
    list_members,
    list_reviewers_to_come,
)
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.accounts import is_unused
from crrubric.services.people.ways_in import name_only_ways_in
from crrubric.services.setup import committee as service
from crrubric.services.setup import invitations
from crrubric.services.setup.evaluations import serialize_seat
from crrubric.web.people.account_forms import InvitedPersonForm
from crrubric.web.setup.forms import InviteForm, SeatForm
from crrubric.web.setup.next_steps import find_next_step
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm, attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import (
    ActWords,
    make_full_address,
    redirect_to,
    render_act_page,
    render_page,
)
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("committee", __name__, url_prefix="/evaluations/<slug>/committee")
HOME = "committee.show_committee"


@bp.get("/")
@require_permission(Action.VIEW_EVALUATION)
def show_committee(seat: Seat) -> ResponseReturnValue:
    """All members; the chair can invite and change."""
    return render_committee_page(seat, InviteForm())


def render_committee_page(seat: Seat, form: InviteForm, *, seated: Member | None = None) -> str:
    """The list of members with the invitation form below.

    Args: seated: who was invited although they have a seat.
    """
    everybody = list_members(db.session(), seat.evaluation.id)
    own = find_own_invitations(db.session(), seat.evaluation.id)
    return render_page(
        "setup/committee/index.html",
        seat,
        members=[member for member in everybody if member.removed_at is None],
        former=[member for member in everybody if member.removed_at is not None],
        editable=seat.may(Action.MANAGE_COMMITTEE),
        own_invitations=own,
        run_out=find_run_out_invitations(db.session(), own),
        to_come=list_reviewers_to_come(db.session(), seat.evaluation.id),
        waiting=any(member.removed_at is None and member.id in own for member in everybody),
        way_in=describe_way_in(),
        proof=describe_proof(),
        form=form,
        seated=seated,
        next_step=find_next_step(seat),
    )


LINKS = "invitation-links"  # in the chair's own signed cookie: the database keeps hashes only


def redirect_after_invite(seat: Seat, invitation: service.Invitation) -> ResponseReturnValue:
    """Off to the page with the one-time link, or back to the list where none is needed."""
    member = invitation.member
    if invitation.token is None:
        flash(describe_seat_without_link(member), "done")
        return redirect_to(HOME, seat)
    session[LINKS] = {str(member.id): invitation.token}
    return redirect_to("committee.show_invitation_link", seat, member_id=member.id)


def describe_seat_without_link(member: Member) -> str:
    """How somebody comes in whose account was there before."""
    if waits_for_proof(member) and member.user is not None:
        words = _(
            "%(name)s has a seat, and it waits: the account was made elsewhere, and it is not"
            " certain yet that %(email)s is theirs.",
            name=member.name,
            email=member.user.email,
        )
        return f"{words} {describe_proof()}"
    if member.user is not None and is_unused(member.user):
        words = _(
            "%(name)s has a seat. Their account was made elsewhere and is not used yet.",
            name=member.name,
        )
        return f"{words} {describe_way_in()}"
    return str(_("%(name)s can sign in and finds this evaluation there.", name=member.name))


def waits_for_proof(member: Member) -> bool:
    """Whether a seat counts only once somebody has proven that the account's address is theirs."""
    used = member.user is not None and not is_unused(member.user)
    return used and member.awaits_address is not None


def describe_proof() -> str:
    """How somebody proves that an address is theirs, so that a seat counts."""
    if providers := name_only_ways_in():
        return str(
            _(
                "The seat is theirs as soon as they sign in with %(providers)s, with an account"
                " that has this address.",
                providers=providers,
            )
        )
    if is_mail_on():
        return str(
            _(
                "A link was sent to the address: the seat is theirs as soon as they choose a new"
                " password with it. “Forgot your password?” on the page for signing in sends"
                " another."
            )
        )
    return str(
        _(
            "The people who run this site make a link for them on the server, with “crrubric user"
            " link”, or confirm the address on its page under Accounts."
        )
    )


def describe_way_in() -> str:
    """How somebody comes in whose links no chair hands out."""
    if providers := name_only_ways_in():
        return str(_("They sign in with %(providers)s.", providers=providers))
    if is_mail_on():
        return str(
            _(
                "They choose a password with the link that was sent to their address, or ask for"
                " another with “Forgot your password?” on the page for signing in."
            )
        )
    return str(
        _(
            "They choose a password with a link that the people who run this site make on the"
            " server, with “crrubric user link”: links that a chair made for them work no more."
        )
    )


@bp.get("/<int:member_id>/link")
@require_permission(Action.MANAGE_COMMITTEE)
def show_invitation_link(seat: Seat, member_id: int) -> ResponseReturnValue:
    """The one-time link that was just made, to be copied and sent by the chair."""
    token = session.get(LINKS, {}).get(str(member_id))
    if token is None:  # it came with an answer that this browser never got, or got long ago
        member = invitations.find_correctable_member(db.session(), seat.evaluation, member_id)
        words = _(
            "This browser does not have the link for %(name)s, which is shown only once. The"
            " invitation stands; “New link” makes another link.",
            name=member.name,
        )
        flash(words, "problem")
        return redirect_to(HOME, seat)
    member = invitations.show_invite_link(current_actor(), seat.evaluation.slug, member_id, token)
    link = make_full_address("account.show_invitation", token=token)
    return render_page(
        "setup/committee/invited.html",
        seat,
        under=HOME,
        member=member,
        link=link,
        days=limits.INVITE_DAYS,
        mailed=is_mail_on(),
    )


@bp.post("/")
@require_permission(Action.MANAGE_COMMITTEE)
def save_invitation(seat: Seat) -> ResponseReturnValue:
    """Give a person a seat and show the link once."""
    form, seated = InviteForm(), None
    if form.validate():
        try:
            return redirect_after_invite(
                seat,
                service.invite_member(
                    current_actor(),
                    seat.evaluation.slug,
                    name=form.name.data,
                    email=form.email.data,
                    roles=SEATS[form.roles.data],
                    stakeholder=form.stakeholder.data,
                ),
            )
        except Invalid as error:
            attach_error(form, error)
            seated = find_present_member(db.session(), seat.evaluation.id, form.email.data)
    return render_committee_page(seat, form, seated=seated), 422


def seat_choice_of(member: Member) -> str:
    """The choice of the form that stands for the member's roles."""
    if member.is_chair:
        return "chair-reviewer" if member.is_reviewer else "chair"
    return "reviewer" if member.is_reviewer else "observer"


@bp.get("/<int:member_id>")
@require_permission(Action.MANAGE_COMMITTEE)
def show_seat_form(seat: Seat, member_id: int) -> ResponseReturnValue:
    """The form for one seat."""
    member = service.find_member(db.session(), seat.evaluation, member_id)
    form = make_seat_form(member)
    return render_page("setup/committee/member.html", seat, under=HOME, form=form, member=member)


def make_seat_form(member: Member) -> SeatForm:
    """The form with the seat as it is."""
    choice, stakeholder = seat_choice_of(member), member.stakeholder
    form = SeatForm(formdata=None, roles=choice, stakeholder=stakeholder)
    return form.showing(serialize_seat(member))


@bp.post("/<int:member_id>")
@require_permission(Action.MANAGE_COMMITTEE)
def save_seat(seat: Seat, member_id: int) -> ResponseReturnValue:
    """Change a seat."""
    form, status = SeatForm(), 422
    if form.validate():
        try:
            service.change_member(
                current_actor(),
                seat.evaluation.slug,
                member_id,
                roles=SEATS[form.roles.data],
                stakeholder=form.stakeholder.data,
                seen=form.version.data or "",
            )
            flash(_("Saved."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            stored = make_seat_form(service.find_member(db.session(), seat.evaluation, member_id))
            kinds = (Event.MEMBER_INVITED, Event.MEMBER_CHANGED)
            changes = find_latest_changes(db.session(), seat, *kinds, member_id=member_id)
            form.meet_newer(stored, error, changes)
            status = 409
    member = service.find_member(db.session(), seat.evaluation, member_id)
    return render_page(
        "setup/committee/member.html", seat, under=HOME, form=form, member=member
    ), status


@bp.post("/<int:member_id>/link")
@require_permission(Action.MANAGE_COMMITTEE)
def renew_invitation_link(seat: Seat, member_id: int) -> ResponseReturnValue:
    """A fresh one-time link; the old one stops working."""
    try:
        return redirect_after_invite(
            seat, service.renew_invite(current_actor(), seat.evaluation.slug, member_id)
        )
    except Invalid as error:
        flash(translate_error(error), "problem")
        return redirect_to(HOME, seat)


@bp.get("/<int:member_id>/address")
@require_permission(Action.MANAGE_COMMITTEE)
def show_invited_person_form(seat: Seat, member_id: int) -> ResponseReturnValue:
    """The form for the right name and address of somebody whose link is not used yet."""
    member = invitations.find_correctable_member(db.session(), seat.evaluation, member_id)
    return render_invited_person(seat, member_id, make_invited_person_form(member))


def make_invited_person_form(member: Member) -> InvitedPersonForm:
    """The form with what is stored."""
    stored = invitations.serialize_invited_person(member)
    return InvitedPersonForm(formdata=None, **stored).showing(stored)


def render_invited_person(seat: Seat, member_id: int, form: InvitedPersonForm) -> str:
    """The form, below what the link was made for."""
    member = invitations.find_correctable_member(db.session(), seat.evaluation, member_id)
    return render_page("setup/committee/address.html", seat, under=HOME, form=form, member=member)


@bp.post("/<int:member_id>/address")
@require_permission(Action.MANAGE_COMMITTEE)
def save_invited_person(seat: Seat, member_id: int) -> ResponseReturnValue:
    """Correct name or address; with another address a new link is made and the old one dies."""
    form, status = InvitedPersonForm(), 422
    if form.validate():
        try:
            corrected = invitations.correct_invited_person(
                current_actor(),
                seat.evaluation.slug,
                member_id,
                name=form.name.data,
                email=form.email.data,
                seen=form.version.data or "",
            )
            if corrected.token is not None:
                return redirect_after_invite(seat, corrected)
            flash(_("Saved."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            member = invitations.find_correctable_member(db.session(), seat.evaluation, member_id)
            kinds = (Event.INVITE_READDRESSED, Event.INVITE_RENAMED, Event.MEMBER_INVITED)
            changes = find_latest_changes(db.session(), seat, *kinds, member_id=member_id)
            form.meet_newer(make_invited_person_form(member), error, changes)
            status = 409
    return render_invited_person(seat, member_id, form), status


@bp.get("/<int:member_id>/remove")
@require_permission(Action.MANAGE_COMMITTEE)
def show_seat_removal(seat: Seat, member_id: int) -> ResponseReturnValue:
    """What ending the seat will do, before it is done."""
    return render_seat_removal(seat, member_id, ActForm(formdata=None))


def render_seat_removal(seat: Seat, member_id: int, form: ActForm) -> str:
    """The page with what will happen, or with what is in the way."""
    member = service.find_member(db.session(), seat.evaluation, member_id)
    problems: list[Invalid] = []
    try:
        service.refuse_removal(db.session(), seat.actor, seat.evaluation, member)
    except Invalid as error:
        problems.append(error)
    words = ActWords(
        title=_("Remove from the committee"), about=member.name, button=_("Remove the member")
    )
    foreseen = foresee_removal_of_member(db.session(), seat, member, current_language())
    return render_act_page(seat, form, foreseen, words, back=HOME, problems=problems)


@bp.post("/<int:member_id>/remove")
@require_permission(Action.MANAGE_COMMITTEE)
def save_seat_removal(seat: Seat, member_id: int) -> ResponseReturnValue:
    """End a seat. Whoever ends their own finds nothing of the evaluation any more."""
    form, status = ActForm(), 422
    own = seat.member is not None and seat.member.id == member_id
    if form.validate():
        try:
            service.remove_member(
                current_actor(),
                seat.evaluation.slug,
                member_id,
                seen=form.version.data or "",
                language=current_language(),
            )
            flash(_("The member is no longer on the committee."), "done")
            return redirect(url_for("home.show_home"), 303) if own else redirect_to(HOME, seat)
        except Invalid:
            pass  # the page says what is in the way
        except Stale as error:
            status = attach_refusal(form, error)
    return render_seat_removal(seat, member_id, form), status
