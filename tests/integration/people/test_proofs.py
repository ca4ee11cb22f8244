"""Who controls an account need not have its address: seats wait until that is proven."""

import pytest
from sqlalchemy import select

from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import MailKind, Phase, Standing
from crrubric.extensions import db
from crrubric.models import Member
from crrubric.queries.people.people import OPERATOR, Actor, actor_of
from crrubric.queries.record.verification import verify_record
from crrubric.queries.setup.evaluations import list_own_evaluations
from crrubric.services.mail.outbox import is_reachable
from crrubric.services.people import administration, links, own_account
from crrubric.services.people.confirming import Proof
from crrubric.services.setup import chairs, committee, invitations
from crrubric.services.setup.earlier import start_from_earlier
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.people.test_links import (
    GOOD,
    NORA,
    invite,
    mails,
    token_in,
    told,
    user_of,
)
from tests.machine.stored import list_differences, replay, stored
from tests.pages import words

OTHER = "six other words that nobody said"
ATTACKER = "chair.a@school.example"


def take_over(made: Made) -> Actor:
    """A chair uses the link that only they have read, and signs in as whom they invited."""
    token = invite(made).token
    assert token is not None
    return actor_of(links.accept_invite(token, password=GOOD).user)


def take_address(thief: Actor) -> None:
    """They change the account's address to one at which they get mail."""
    own_account.request_own_address(thief, Proof(password=GOOD), email=ATTACKER)
    (mail,) = mails(ATTACKER)
    token = next(word for word in mail.body.split() if "/account/address/" in word)
    own_account.change_own_address(thief, token.rsplit("/", 1)[1])


def seats_of(actor: Actor) -> list[str]:
    db.session.rollback()
    return [row.evaluation.title for row in list_own_evaluations(db.session(), actor)]


def awaited(member: Member) -> str | None:
    db.session.rollback()
    return db.session.scalar(select(Member.awaits_address).where(Member.id == member.id))


def holds(made: Made) -> bool:
    """Whether the record of the evaluation says what is stored."""
    db.session.rollback()
    own = made.evaluation.id
    session = db.session()
    return list_differences(replay(session, own), stored(session, own)) == []


@pytest.mark.both_databases
def test_a_seat_waits_if_a_chair_could_have_taken_the_account(make: Factory, visit: Visit):
    made, other = make.evaluation(), make.evaluation(title="Other", phase=Phase.SCORING)
    taken = take_over(made)
    person = visit(taken)

    seat = invite(other)

    assert (seat.token, awaited(seat.member)) == (None, NORA)
    assert seats_of(taken) == [made.evaluation.title]
    assert person.get(other.url("")).status_code == 404
    assert (holds(made), holds(other)) == (True, True)
    with pytest.raises(Invalid, match="on the committee already"):  # asking again proves nothing
        invite(other)
    assert awaited(seat.member) == NORA
    assert [str(problem) for problem in verify_record(db.session()).problems] == []


@pytest.mark.both_databases
def test_a_link_in_the_mail_to_the_address_gives_account_and_seat_to_its_owner(
    make: Factory, visit: Visit, mailing: None
):
    made, other = make.evaluation(), make.evaluation(title="Other")
    thief = visit(take_over(made))
    seat = invite(other).member
    mail = mails(NORA)[-1]
    assert "it is not certain yet that it is yours" in mail.body

    links.accept_invite(token_in(mail), password=OTHER)

    assert awaited(seat) is None
    assert thief.get("/").status_code == 303  # whoever signed in before is out
    assert seats_of(actor_of(user_of(NORA))) == ["Other", made.evaluation.title]
    assert told(Event.MEMBER_CONFIRMED) == [("Nora New", Event.MEMBER_CONFIRMED, "Nora New")]
    assert holds(other)
    third = make.evaluation(title="Third")
    assert awaited(invite(third).member) is None  # it is proven once


@pytest.mark.parametrize("way", ["mailed", "forgotten", "sent", "operator"])
def test_these_links_prove_an_address(make: Factory, mailing: None, way: str):
    made = make.evaluation()
    invitation = invite(made)
    user = user_of(NORA)
    if way == "forgotten":
        links.request_password_link(NORA)
    elif way == "sent":
        links.send_password_link(OPERATOR, user.id)
    token = links.make_operator_link(OPERATOR, user) if way == "operator" else ""

    links.accept_invite(token or token_in(mails(NORA)[-1]), password=GOOD)

    assert invitation.token != token
    assert user_of(NORA).address_proven_at is not None
    assert awaited(invite(make.evaluation(title="Other")).member) is None


@pytest.mark.parametrize("way", ["invited", "renewed", "corrected"])
def test_no_link_that_a_chair_reads_proves_an_address(make: Factory, mailing: None, way: str):
    made = make.evaluation()
    invitation = invite(made, "nroa@school.example" if way == "corrected" else NORA)
    seat = invitation.member.id
    if way == "renewed":
        invitation = committee.renew_invite(made.chair, made.slug, seat)
    elif way == "corrected":
        invitation = invitations.correct_invited_person(
            made.chair, made.slug, seat, name="Nora", email=NORA
        )
    assert invitation.token not in mails(NORA)[-1].body

    links.accept_invite(invitation.token or "", password=GOOD)

    assert user_of(NORA).address_proven_at is None
    assert [mail.body for mail in mails(NORA) if mail.kind is MailKind.INVITATION][-1] == ""


def test_a_proof_of_another_address_gives_no_seat_that_waits_for_this_one(
    make: Factory, mailing: None
):
    made, other = make.evaluation(), make.evaluation(title="Other")
    thief = take_over(made)
    seat = invite(other).member
    take_address(thief)
    administration.vouch_for_address(OPERATOR, thief.user_id or 0)

    assert (awaited(seat), seats_of(thief)) == (NORA, [made.evaluation.title])
    again = invite(other)  # the address is free: its owner gets an account of their own
    assert (again.token is not None, again.member.user_id != thief.user_id) == (True, True)
    assert is_reachable(db.session.get_one(Member, seat.id)) is False  # no mail goes to the thief


@pytest.mark.parametrize("way", ["own", "operator"])
def test_a_committee_that_is_taken_over_waits_for_the_address_that_was_invited(
    make: Factory, visit: Visit, mailing: None, way: str
):
    made, other = make.evaluation(), make.evaluation(title="Other")
    thief = take_over(made)
    invite(other)
    if way == "own":
        take_address(thief)
    else:
        administration.change_address(OPERATOR, thief.user_id or 0, ATTACKER)
    sent = len(mails(ATTACKER))

    new = start_from_earlier(other.chair, other.slug, title="Next", with_committee=True)

    (seat,) = (row for row in new.members if row.user_id == thief.user_id)
    assert (awaited(seat), seats_of(thief)) == (NORA, [made.evaluation.title])
    assert visit(thief).get("/evaluations/next/").status_code == 404
    assert len(mails(ATTACKER)) == sent  # the invitation is not theirs to read
    own = new.id
    assert list_differences(replay(db.session(), own), stored(db.session(), own)) == []


@pytest.mark.both_databases
def test_an_administrator_or_the_operator_vouches_once_and_it_is_written_down(
    make: Factory, visit: Visit
):
    made, other = make.evaluation(), make.evaluation(title="Other")
    owner, boss = take_over(made), make.actor("Ada Boss", standing=Standing.ADMINISTRATOR)
    seat = invite(other).member
    url = f"/accounts/{owner.user_id}"
    page = visit(boss)
    assert "Confirm that the address is theirs" in page.get(url).text

    done = [page.act(f"{url}/address"), page.post(f"{url}/address")]

    assert [answer.location for answer in done] == [url, url]
    after = page.get(url).text
    assert ("is confirmed" in after, "Confirm that the address" in after) == (True, False)
    assert (awaited(seat), seats_of(owner)[0]) == (None, "Other")
    kinds = Event.ACCOUNT_ADDRESS_VOUCHED, Event.MEMBER_CONFIRMED
    assert told(*kinds) == [("Ada Boss", event, "Nora New") for event in kinds]
    assert holds(other)


def test_nobody_else_vouches_and_nobody_for_themselves(make: Factory, visit: Visit):
    owner = take_over(make.evaluation())
    organizer = make.actor(standing=Standing.ORGANIZER)
    boss = make.actor(standing=Standing.ADMINISTRATOR)

    for actor, error in ((organizer, NotFound), (owner, NotFound)):
        with pytest.raises(error):
            administration.vouch_for_address(actor, owner.user_id or 0)
    with pytest.raises(Invalid, match="another administrator can"):
        administration.vouch_for_address(boss, boss.user_id or 0)
    assert user_of(NORA).address_proven_at is None
    assert visit(organizer).post(f"/accounts/{owner.user_id}/address").status_code == 404


def test_who_has_no_seat_yet_does_nothing_with_it(make: Factory):
    made, other = make.evaluation(), make.evaluation(title="Other", phase=Phase.SCORING)
    taken = take_over(made)
    seat = invite(other).member
    make.forward(other, Phase.MEETING, {})
    boss = make.actor(standing=Standing.ADMINISTRATOR)

    with pytest.raises(Invalid, match="waits until it is certain"):
        chairs.appoint_chair(boss, other.slug, seat.id, reason="Somebody must")
    own_account.rename_own_account(taken, other.reviewers[0].name)  # nor is a name told by refusal

    db.session.rollback()
    assert db.session.get_one(Member, seat.id).name == "Nora New"


def test_both_sides_read_that_a_seat_waits(make: Factory, visit: Visit):
    made, other = make.evaluation(), make.evaluation(title="Other")
    person = visit(take_over(made))
    chair = visit(other.chair)
    form = {"name": "Nora", "email": NORA, "roles": "reviewer", "stakeholder": "parent"}

    done = chair.post(other.url("committee/"), form)
    page = words(chair.page(done.location).root)

    assert "has a seat, and it waits" in page
    assert "waits for the address to be confirmed" in page
    assert "New link" not in page
    home = words(person.page("/").root)
    assert "A committee has given your address a seat." in home
    assert "Other" not in home
    links.accept_invite(links.make_operator_link(OPERATOR, user_of(NORA)), password=OTHER)
    assert "has signed up" in words(chair.page(other.url("committee/")).root)
    journal = words(chair.page(other.url("journal")).root)
    assert "waits until this address is confirmed" in journal
    assert "whose seat counts from now on" in journal
    db.session.rollback()
    home = words(visit(actor_of(user_of(NORA))).page("/").root)
    assert ("Other" in home, "has given your address" in home) == (True, False)
