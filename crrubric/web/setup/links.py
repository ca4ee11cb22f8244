"""The invitation links of all who have not come yet: made anew by an act, then shown once."""

from flask import Blueprint, flash, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.people.offers import choose_role_words
from crrubric.extensions import db
from crrubric.models import Member
from crrubric.queries.people.access import Seat
from crrubric.queries.people.people import list_roles
from crrubric.queries.setup.act_facts import foresee_links
from crrubric.queries.setup.members import list_waiting_members
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.ways_in import name_only_ways_in
from crrubric.services.setup import invitations as service
from crrubric.web.setup.next_steps import find_next_step
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm
from crrubric.web.shared.page import (
    ActWords,
    make_full_address,
    redirect_to,
    render_act_page,
    render_page,
)
from crrubric.web.shared.session import current_actor

bp = Blueprint("links", __name__, url_prefix="/evaluations/<slug>/committee/links")
HOME = "committee.show_committee"
# in the chair's own signed cookie: one secret, of which the links are made; the database has hashes
LINKS_OF_SEVERAL = "invitation-links-of-several"


@bp.get("/")
@require_permission(Action.MANAGE_COMMITTEE)
def show_links_renewal(seat: Seat) -> ResponseReturnValue:
    """What new links for everybody will do, before they are made."""
    return render_links_renewal(seat, ActForm(formdata=None))


def render_links_renewal(seat: Seat, form: ActForm) -> str:
    """The page with what will happen."""
    waiting = list_waiting_members(db.session(), seat.evaluation.id)
    words = ActWords(
        title=_("New links for all who have not signed up yet"), button=_("Make new links")
    )
    return render_act_page(
        seat,
        form,
        foresee_links(db.session(), seat.evaluation.id, mailed=is_mail_on()),
        words,
        back=HOME,
        problems=[] if waiting else [Invalid(service.NOBODY_WAITS)],
    )


@bp.post("/")
@require_permission(Action.MANAGE_COMMITTEE)
def save_links_renewal(seat: Seat) -> ResponseReturnValue:
    """Make new links for everybody who has not come yet; then they are shown."""
    form, status = ActForm(), 422
    if form.validate():
        try:
            session[LINKS_OF_SEVERAL] = service.renew_invites(
                current_actor(), seat.evaluation.slug, seen=form.version.data or ""
            )
            return redirect_to("links.show_invitation_links", seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_links_renewal(seat, form), status


@bp.get("/new")
@require_permission(Action.MANAGE_COMMITTEE)
def show_invitation_links(seat: Seat) -> ResponseReturnValue:
    """The links that were just made, to be copied; those that were used are gone."""
    secret = session.get(LINKS_OF_SEVERAL)
    if secret is None:  # it came with an answer that this browser never got, or got long ago
        words = _(
            "This browser does not have the links, which are shown only once. The invitations"
            " stand; you can make new links for all."
        )
        flash(words, "problem")
        return redirect_to(HOME, seat)
    found = service.show_invite_links(current_actor(), seat.evaluation.slug, secret)
    rows = [
        (member, make_full_address("account.show_invitation", token=token))
        for member, token in found
    ]
    return render_page(
        "setup/committee/links.html",
        seat,
        under=HOME,
        rows=[(member, link, compose_message(seat, member, link)) for member, link in rows],
        together="\n\n".join(f"{name_with_address(member)}\n{link}" for member, link in rows),
        days=limits.INVITE_DAYS,
        mailed=is_mail_on(),
        next_step=find_next_step(seat),
    )


def name_with_address(member: Member) -> str:
    """As mail programs take it."""
    return f"{member.name} <{member.user.email if member.user else ''}>"


def compose_message(seat: Seat, member: Member, link: str) -> str:
    """What can be sent to one person."""
    words = _(
        "%(name)s, you are invited to the committee for “%(title)s” (%(district)s).",
        name=member.name,
        title=seat.evaluation.title,
        district=seat.evaluation.district.name,
    )
    as_what = gettext(choose_role_words(list_roles(member)))
    if providers := name_only_ways_in():
        how = _(
            "Open this link, then sign in with %(providers)s, with the account that has the"
            " address to which you were invited.",
            providers=providers,
        )
    else:
        how = _(
            "Choose a password with this link. It works once, for %(days)s days, and it is only"
            " for you: do not share it.",
            days=limits.INVITE_DAYS,
        )
    return "\n\n".join([f"{words} {as_what}", how, link])
