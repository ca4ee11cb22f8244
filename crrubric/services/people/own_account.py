"""What people change of their own account: name, address, password."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.text import key_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import SessionLevel
from crrubric.extensions import db
from crrubric.models import Member, User
from crrubric.queries.people.people import Actor, has_seat
from crrubric.services.mail.account_letters import (
    write_address_link,
    write_password_notice,
    write_taken_notice,
)
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.accounts import (
    SAME_EMAIL,
    SignIn,
    check_new_password,
    clean_email,
    clean_name,
    end_sessions,
    find_owner,
    insert_user_session,
    lock_user,
    make_taken,
)
from crrubric.services.people.addresses import readdress_user
from crrubric.services.people.confirming import (
    Proof,
    confirm_password,
    confirm_person,
    get_own_id,
    lock_confirmed_account,
)
from crrubric.services.people.hashing import hash_password
from crrubric.services.people.links import (
    find_address_link,
    issue_address_link,
    refuse_more_address_links,
    void_links,
)
from crrubric.services.people.proofs import prove_address
from crrubric.services.people.seats import lock_open_seats
from crrubric.services.people.ways_in import refuse_passwords_if_off
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


def rename_own_account(actor: Actor, name: str, *, seen: str | None = None) -> None:
    """Change one's name: on the site, and on committees whose decision is not made yet.

    Args: seen: the version that the form showed.
    Raises: Invalid without a name, or for the name of somebody else on one of one's committees;
    Stale.
    """
    tidy = clean_name(name)
    with unit_of_work() as session:
        members = lock_open_seats(session, actor.user_id)
        user = lock_user(session, get_own_id(actor))
        refuse_unseen_change({"name": user.name}, {"name": tidy}, seen)
        if key_of(tidy) != key_of(user.name):
            _refuse_name_of_another(session, user, tidy)
        old, user.name = user.name, tidy
        if tidy != old:
            note_event(
                session,
                actor,
                Event.ACCOUNT_RENAMED,
                subject=tidy,
                before={"name": old},
                after={"name": tidy},
            )
        for member in members:
            if member.name != tidy:
                _rename_seat(session, actor, member, tidy)


def _refuse_name_of_another(session: Session, user: User, name: str) -> None:
    """Nobody calls themselves what another present member is called: the record tells names."""
    own = select(Member.evaluation_id).where(has_seat(user.id))
    others = (
        select(Member.name, User.name)
        .outerjoin(User, User.id == Member.user_id)
        .where(
            Member.evaluation_id.in_(own),
            Member.removed_at.is_(None),
            or_(Member.user_id.is_(None), Member.user_id != user.id),
        )
    )
    taken = {key_of(one) for row in session.execute(others) for one in row if one is not None}
    if key_of(name) in taken:
        raise Invalid(
            N_(
                "Somebody else on one of your committees is called %(name)s: add what tells you"
                " apart, such as a second name."
            ),
            name=name,
            field="name",
        )


def _rename_seat(session: Session, actor: Actor, member: Member, name: str) -> None:
    old, member.name = member.name, name
    note_event(
        session,
        actor,
        Event.MEMBER_RENAMED,
        evaluation_id=member.evaluation_id,
        subject=name,
        about=EntryReferences(member_id=member.id),
        before={"name": old},
        after={"name": name},
    )


def set_own_item_mails(actor: Actor, *, wanted: bool) -> None:
    """Get mails before action items are due, or none; one's own choice is no entry in a journal."""
    with unit_of_work() as session:
        lock_user(session, get_own_id(actor)).item_mails_off = not wanted


def request_own_address(actor: Actor, proof: Proof, *, email: str) -> str:
    """Have a link sent to another address, with which one then signs in: it counts once used.

    Whoever has an address on the site is taken for its owner: a committee that invites it gives
    that account a seat. Whether it has an account, nobody is told here: its owner gets a mail, and
    all else, the limit of links as well, is the same.

    Returns: the address as it will be kept.
    Raises: Invalid beside the field, and where the site sends no mail; TooSoon after too many
    wrong passwords; Stale if a session is not confirmed.
    """
    if not is_mail_on():
        raise Invalid(N_("This site sends no e-mail: ask the people who run it."))
    address = clean_email(email)
    refuse_more_address_links(db.session(), get_own_id(actor))  # and below: before it costs a hash
    version = confirm_person(actor, proof)
    with unit_of_work() as session:
        user = lock_confirmed_account(session, actor, version, proof)
        token = issue_address_link(session, user, address)
        owner = find_owner(session, address)
        if owner is None or owner.id == user.id:
            write_address_link(session, user, token, address)
        elif owner.disabled_at is None:  # the link is sent to nobody
            write_taken_notice(session, owner)
        note_event(
            session,
            actor,
            Event.ACCOUNT_ADDRESS_ASKED,
            before={"email": user.email},
            after={"email": address},
        )
    return address


def change_own_address(actor: Actor, token: str) -> None:
    """Take the address to which a link was sent; both addresses are told if it is another.

    Only whoever is signed in to the account can: the owner of an address to which somebody else
    had a link sent gives it away to nobody by opening it.

    Raises: NotFound if the link works no more; Invalid if the address has an account meanwhile.
    """
    address = find_address_link(db.session(), get_own_id(actor), token).address or ""
    with explain_constraint(SAME_EMAIL, make_taken(address)), unit_of_work() as session:
        user = lock_user(session, get_own_id(actor))
        find_address_link(session, user.id, token)  # once more: nobody else can spend it now
        readdress_user(session, actor, user, address)
        prove_address(session, actor, user)
        void_links(session, user.id)


def change_own_password(
    actor: Actor,
    *,
    present: str,
    password: str,
    level: SessionLevel = SessionLevel.ONE_STEP,
    browser: str = "",
) -> SignIn:
    """Change one's password; every session ends but the one that begins.

    Args: level: how far the present session has come; browser: what it calls itself.
    Raises: Invalid beside the field; TooSoon after too many wrong passwords.
    """
    refuse_passwords_if_off()
    check_new_password(db.session(), db.session.get_one(User, actor.user_id), password)
    version = confirm_password(actor, present, field="present_password")
    hashed = hash_password(password)
    with unit_of_work() as session:
        user = lock_confirmed_account(session, actor, version)
        user.password_hash = hashed
        void_links(session, user.id)
        end_sessions(session, user)
        write_password_notice(session, user)
        note_event(session, actor, Event.ACCOUNT_PASSWORD_CHANGED)
        return insert_user_session(session, user, level=level, browser=browser)
