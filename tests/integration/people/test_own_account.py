"""One's own account: name, address, password."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import MailKind, Phase, Standing
from crrubric.extensions import db
from crrubric.models import JournalEntry, Member, OutgoingMail, User
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.people import accounts, administration, hashing, links, own_account
from crrubric.services.people.district import set_district
from crrubric.services.setup import committee
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.test_links import fill_with_key, invite
from tests.machine.stored import list_differences, replay, stored
from tests.pages import filled_form, parse, words

ROSA = "rosa.diaz@school.example"
NEW = "seven green bottles on it"


def error(who: Visitor, url: str, form: dict[str, str], field: str) -> str:
    """What is said beside a field of a form that is refused."""
    answer = who.post(url, form)
    assert answer.status_code == 422
    return words(parse(422, answer.text).with_id(f"{field}-error"))


def names_in(evaluation_id: int) -> set[str]:
    db.session.rollback()
    rows = select(Member.name).where(Member.evaluation_id == evaluation_id)
    return set(db.session.scalars(rows))


def test_the_name_in_the_header_leads_to_the_account(make: Factory, visit: Visit):
    person = visit(make.actor("Olga Owner"))

    page = person.page("/account")

    assert ("/account", "Olga Owner") in [(a.get("href"), words(a)) for a in page.all("a")]
    assert page.with_id("name").get("value") == "Olga Owner"


def test_a_new_name_stands_on_open_committees_and_not_in_what_is_decided(
    make: Factory, visit: Visit
):
    over = make.evaluation(title="Over", phase=Phase.DECIDED)
    actor = over.reviewers[0]
    made = make.evaluation(title="Open", reviewers=0)
    user = db.session.get_one(User, actor.user_id)
    seat = invite(made, user.email, user.name).member.id
    old = user.name

    assert visit(actor).edit("/account", {"name": "  Rosa \t Díaz "}).status_code == 303

    assert "Rosa Díaz" in names_in(made.evaluation.id)
    assert old in names_in(over.evaluation.id)
    entries = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.evaluation_id == made.evaluation.id)
        .order_by(JournalEntry.number)
    ).all()
    state = replay(db.session(), made.evaluation.id)
    assert list_differences(state, stored(db.session(), made.evaluation.id)) == []
    assert state.members[seat]["name"] == "Rosa Díaz"
    assert (entries[-1].event, entries[-1].before) == (Event.MEMBER_RENAMED, {"name": old})


@pytest.mark.both_databases
def test_nobody_takes_the_name_of_another_on_their_committee(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.reviewers[0])
    own = db.session.get_one(User, made.reviewers[0].user_id).name

    for typed in ("Dana Chair", " dana\u200b  CHAIR"):
        answer = person.edit("/account", {"name": typed})
        assert answer.status_code == 422
        problem = words(parse(422, answer.text).with_id("name-error"))
        assert "Somebody else on one of your committees is called" in problem
        assert "hair" in (parse(422, answer.text).with_id("name").get("value") or "").lower()

    assert own in names_in(made.evaluation.id)
    assert person.edit("/account", {"name": own.upper()}).status_code == 303  # one's own, respelled
    stranger = visit(make.actor("Sam Stranger"))
    assert stranger.edit("/account", {"name": "Dana Chair"}).status_code == 303  # of no committee


@pytest.mark.both_databases
def test_the_name_of_who_left_the_committee_is_free(make: Factory, visit: Visit):
    made = make.evaluation()
    seat = invite(made).member.id
    committee.remove_member(made.chair, made.slug, seat)

    assert visit(made.reviewers[0]).edit("/account", {"name": "Nora New"}).status_code == 303


def test_no_name_is_no_name(make: Factory, visit: Visit):
    person = visit(make.actor())

    assert "Enter your name." in error(person, "/account", {"name": ""}, "name")
    assert "Enter the person’s name." in error(person, "/account", {"name": " "}, "name")


def ask(person: Visitor, email: str = ROSA) -> str:
    """Ask for another address; the path of the link that goes there, of no other mail."""
    before = set(db.session.scalars(select(OutgoingMail.id)))
    done = person.post("/account/address", {"email": email, "password": PASSWORD})
    assert done.status_code == 303, done.text
    db.session.rollback()
    (mail,) = db.session.scalars(select(OutgoingMail).where(OutgoingMail.id.not_in(before)))
    assert (mail.to_address, mail.kind) == (email, MailKind.ADDRESS_LINK)
    link = next(word for word in mail.body.split() if "/account/address/" in word)
    return link.removeprefix("https://score.district.example")


def email_of(actor: Actor) -> str:
    db.session.rollback()
    return db.session.get_one(User, actor.user_id).email


def test_an_address_that_is_taken_twice_is_taken_once(make: Factory, visit: Visit, mailing: None):
    actor = make.actor()
    person = visit(actor)
    path = ask(person)
    form = fill_with_key(person.page(path), path)

    answers = [person.post(path, form) for _press in range(2)]

    assert [(one.status_code, one.location) for one in answers] == [(303, "/account")] * 2
    assert email_of(actor) == ROSA


@pytest.mark.both_databases
def test_an_address_counts_once_the_link_that_went_there_is_used(
    make: Factory, visit: Visit, mailing: None
):
    actor = make.actor()
    user = db.session.get_one(User, actor.user_id)
    old = user.email
    person = visit(actor)

    path = ask(person)

    assert email_of(actor) == old
    link = links.make_operator_link(OPERATOR, db.session.get_one(User, actor.user_id))
    assert person.get(path).status_code == 404  # another link ends it, as always
    path = ask(person)
    assert "You sign in to crrubric with" in person.get(path).text
    assert email_of(actor) == old  # looking does not spend it
    assert person.post(path).status_code == 303
    assert person.post(path).status_code == 404

    assert person.get("/account").status_code == 200  # still signed in
    assert accounts.sign_in(old, PASSWORD) is None
    assert accounts.sign_in(ROSA.upper(), PASSWORD) is not None
    assert visit().get(f"/invitations/{link}").status_code == 404
    rows = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()[-2:]
    assert [row.to_address for row in rows] == [old, ROSA]
    assert f"from {old} to {ROSA}" in rows[0].body
    (entry,) = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.ACCOUNT_READDRESSED)
    )
    assert entry.before == {"email": old}


@pytest.mark.both_databases
def test_nobody_takes_the_seat_of_an_address_that_is_not_theirs(
    make: Factory, visit: Visit, mailing: None
):
    made, stranger = make.evaluation(), make.actor("Mallory")
    path = ask(visit(stranger))

    seat = invite(made, ROSA, "Rosa Díaz")

    assert seat.member.user_id != stranger.user_id
    assert visit(stranger).get(made.url("")).status_code == 404
    person = visit(stranger)
    assert person.post(path).location == "/account"
    assert f"{ROSA} has an account already" in person.get("/account").text
    assert email_of(stranger) != ROSA


@pytest.mark.both_databases
def test_the_owner_of_an_address_gives_it_away_to_nobody(
    make: Factory, visit: Visit, mailing: None
):
    stranger, other = make.actor("Mallory"), make.actor("Olga Owner")
    path = ask(visit(stranger))

    assert visit().get(path).location.startswith("/sign-in")
    assert visit(other).get(path).status_code == 404
    assert visit(other).post(path).status_code == 404
    assert visit().get(path.replace("/account/address", "/invitations")).status_code == 404
    assert ROSA not in (email_of(stranger), email_of(other))


def test_one_asks_for_so_many_links_and_the_newest_works(
    make: Factory, visit: Visit, mailing: None, monkeypatch: pytest.MonkeyPatch
):
    compare, compared = hashing.check_password_hash, []
    person = visit(make.actor())
    paths = [ask(person, f"rosa{number}@school.example") for number in range(limits.ADDRESS_LINKS)]
    form = {"email": ROSA, "password": PASSWORD}
    monkeypatch.setattr(
        hashing,
        "check_password_hash",
        lambda expected, password: compared.append(1) or compare(expected, password),
    )

    assert "within an hour" in error(person, "/account/address", form, "email")
    assert compared == []  # what is refused anyway costs no hash
    assert [person.get(path).status_code for path in paths] == [404, 404, 200]


@pytest.mark.both_databases
def test_without_mail_nobody_changes_their_own_address(make: Factory, visit: Visit):
    actor = make.actor()
    person, old = visit(actor), email_of(actor)
    form = {"email": ROSA, "password": PASSWORD}

    assert person.post("/account/address", form).status_code == 422

    assert email_of(actor) == old
    assert "Whoever runs the server can change yours" in person.get("/account/address").text


def test_an_address_is_not_changed_without_the_password(make: Factory, visit: Visit, mailing: None):
    actor = make.actor()
    person = visit(actor)
    form = {"email": "rosa@school.example", "password": "wrong"}

    assert "This is not your password." in error(person, "/account/address", form, "password")
    assert 'value="rosa@school.example"' in person.post("/account/address", form).text


def test_an_address_that_is_none_is_refused(make: Factory, visit: Visit, mailing: None):
    person = visit(make.actor())

    form = {"email": "rosa", "password": PASSWORD}
    assert "Enter an e-mail" in error(person, "/account/address", form, "email")


@pytest.mark.parametrize("disabled", [False, True])
def test_asking_for_an_address_does_not_tell_whether_it_has_an_account(
    make: Factory, visit: Visit, mailing: None, disabled: bool
):
    """Answers, limit and journal are the same; the owner is told by mail, and gets no link."""
    free, taken = "nobody@school.example", make.user("Olga Owner")
    if disabled:
        administration.set_account_disabled(OPERATOR, taken.id, disabled=True)
    found = []
    for address in (free, taken.email.upper()):
        asker, told = make.actor("Mallory"), {*db.session.scalars(select(JournalEntry.id))}
        pages, person = [], visit(asker)
        for _again in range(limits.ADDRESS_LINKS + 1):
            answer = person.post("/account/address", {"email": address, "password": PASSWORD})
            said = words(parse(200, person.get("/account").text).root)
            for own in (address, email_of(asker)):
                said = said.replace(own, "ADDRESS")
            pages.append((answer.status_code, answer.location, said))
        entries = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id))
        kinds = [entry.event for entry in entries if entry.id not in told]
        found.append((pages, kinds))

    assert found[0] == found[1]
    rows = select(OutgoingMail).where(OutgoingMail.to_address == taken.email)
    mails = [row for row in db.session.scalars(rows) if "has an account" in row.body]
    assert len(mails) == (0 if disabled else limits.ADDRESS_LINKS)
    assert [row for row in mails if "/account/address/" in row.body or "Mallory" in row.body] == []


def test_a_new_password_signs_out_every_other_browser(make: Factory, visit: Visit, mailing: None):
    actor = make.actor()
    user = db.session.get_one(User, actor.user_id)
    email, link = user.email, links.make_operator_link(OPERATOR, user)
    person, other = visit(actor), visit(actor)

    done = person.post("/account/password", {"present_password": PASSWORD, "password": NEW})

    assert (done.status_code, person.get("/account").status_code) == (303, 200)
    assert other.get("/").location.startswith("/sign-in")
    assert visit().get(f"/invitations/{link}").status_code == 404
    assert accounts.sign_in(email, PASSWORD) is None
    assert accounts.sign_in(email, NEW) is not None
    mail = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()[-1]
    assert (mail.to_address, "was changed" in mail.body) == (email, True)
    kinds = db.session.scalars(select(JournalEntry.event)).all()
    assert Event.ACCOUNT_PASSWORD_CHANGED in kinds


def test_a_new_password_needs_the_present_one_and_is_a_good_one(make: Factory, visit: Visit):
    person = visit(make.actor("Nora New"))
    url = "/account/password"

    wrong = error(person, url, {"present_password": "wrong", "password": NEW}, "present_password")
    weak = error(
        person, url, {"present_password": PASSWORD, "password": "passwordpassword"}, "password"
    )
    own = error(
        person, url, {"present_password": PASSWORD, "password": "Nora New 2027-2028"}, "password"
    )

    assert "This is not your password." in wrong
    assert "guessed first" in weak
    assert "“Nora New” is easy to guess here" in own


def test_the_name_of_the_district_is_no_password(make: Factory, visit: Visit):
    set_district(OPERATOR, name="Lakeside Unified", time_zone="UTC", seen_version=0)
    person = visit(make.actor())
    form = {"present_password": PASSWORD, "password": "lakeside.unified.2027"}

    assert "“Lakeside Unified” is" in error(person, "/account/password", form, "password")


def test_guessing_the_present_password_is_slowed_down(make: Factory, visit: Visit):
    person = visit(make.actor())
    form = {"present_password": "wrong", "password": NEW}
    found = [person.post("/account/password", form).status_code for _attempt in range(21)]

    assert found == [422] * 20 + [429]
    assert "Too many attempts" in person.post("/account/password", form).text


def test_a_change_under_way_does_not_survive_another_one(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    actor = make.actor()
    person = visit(actor)
    hash_it = own_account.hash_password

    def meanwhile(password: str) -> str:
        monkeypatch.setattr(own_account, "hash_password", hash_it)
        administration.set_account_disabled(OPERATOR, actor.user_id or 0, disabled=True)
        administration.set_account_disabled(OPERATOR, actor.user_id or 0, disabled=False)
        return hash_it(password)

    monkeypatch.setattr(own_account, "hash_password", meanwhile)

    done = person.post("/account/password", {"present_password": PASSWORD, "password": NEW})

    assert done.status_code == 409
    email = db.session.get_one(User, actor.user_id).email
    assert accounts.sign_in(email, NEW) is None


def test_the_operator_corrects_an_address(make: Factory, mailing: None):
    user = make.user("Olga Owner", standing=Standing.ORGANIZER)
    old = user.email

    administration.change_address(OPERATOR, user.id, "olga@school.example")

    assert accounts.sign_in("olga@school.example", PASSWORD) is not None
    told = [row.to_address for row in db.session.scalars(select(OutgoingMail))]
    assert told[-2:] == [old, "olga@school.example"]


def test_a_new_password_is_judged_while_it_is_typed(make: Factory, visit: Visit):
    actor = make.actor("Olga Owner")
    who, url = visit(actor), "/account/password/judge"
    hashed = db.session.get_one(User, actor.user_id).password_hash

    def judge(password: str) -> str:
        answer = who.post(url, {"password": password})
        assert answer.status_code == 200
        found: str = answer.json["problem"]
        return found

    assert "Use at least 15 characters" in judge("short")
    assert "“Olga” is easy to guess" in judge("OlgaOlgaOlga2029")
    assert judge(NEW) == ""
    db.session.expire_all()
    assert db.session.get_one(User, actor.user_id).password_hash == hashed
    stranger = visit()
    assert stranger.post(url, {"password": NEW}).status_code == 303
    token = links.make_operator_link(OPERATOR, db.session.get_one(User, actor.user_id))
    assert stranger.post(f"/invitations/{token}/judge", {"password": NEW}).json == {"problem": ""}
    assert stranger.post("/invitations/none/judge", {"password": NEW}).status_code == 404


def test_without_mail_the_owner_reads_on_home_what_was_done_with_the_account(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    actor = made.reviewers[0]
    admin = make.actor("Ada Admin", standing=Standing.ADMINISTRATOR)
    ada, url = visit(admin), f"/accounts/{actor.user_id}"
    assert "Make a link for a new password" in ada.page(url).text
    assert ada.post(f"{url}/link").location == url
    shown = ada.page(url).with_id("link").get("value") or ""
    assert 'id="link"' not in ada.get(url).text  # it is shown once
    owner = visit(actor)
    home = owner.page("/").text
    assert "A link for a new password was made" in home
    assert "Ada Admin, an administrator, made a link" in home
    assert "A link for a new password was made" not in visit(made.reviewers[-1]).page("/").text

    owner.post("/account/news", filled_form(owner.page("/"), "/account/news"))

    assert "What was done with your account" not in owner.page("/").text
    told = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.MEMBER_LINK_MADE)
    ).all()
    assert [entry.evaluation_id for entry in told] == [made.evaluation.id]
    answer = visit().post(urlsplit(shown).path, {"password": NEW})
    assert answer.status_code == 303
    assert accounts.sign_in(db.session.get_one(User, actor.user_id).email, NEW) is not None


def test_what_was_done_before_the_address_changed_is_still_read_and_the_change_once(
    make: Factory, visit: Visit
):
    actor, ada = make.actor(), make.actor("Ada Admin", standing=Standing.ADMINISTRATOR)
    visit(ada).post(f"/accounts/{actor.user_id}/link")
    administration.change_address(OPERATOR, actor.user_id or 0, "new@school.example")

    home = visit(actor).page("/").text

    assert "A link for a new password was made" in home
    assert home.count("Your e-mail address was changed") == 1


def test_what_was_done_with_an_account_is_read_in_the_language_of_its_reader(
    make: Factory, visit: Visit
):
    actor, ada = make.actor(), make.actor("Ada Admin", standing=Standing.ADMINISTRATOR)
    visit(ada).post(f"/accounts/{actor.user_id}/link")
    written = db.session.scalars(select(OutgoingMail)).one()
    assert "A link for a new password was made" in written.subject
    owner = visit(actor)

    spanish = {"Accept-Language": "es"}
    shown = owner.get("/", headers=spanish).text

    assert "A link for a new password was made" not in shown
    assert "Se creó un enlace para una contraseña nueva" in shown
    assert "Ada Admin" in shown
    assert "Usted recibe este correo" not in shown
    assert "A link for a new password was made" in owner.get("/").text


def test_what_an_earlier_version_wrote_of_an_account_stays_readable(make: Factory, visit: Visit):
    actor, ada = make.actor(), make.actor(standing=Standing.ADMINISTRATOR)
    visit(ada).post(f"/accounts/{actor.user_id}/link")
    written = db.session.scalars(select(OutgoingMail)).one()
    written.news, written.subject, written.body = None, "Old subject", "Hello,\n\nas it was."
    db.session.commit()

    shown = visit(actor).get("/", headers={"Accept-Language": "es"}).text

    assert "Old subject" in shown
    assert "as it was." in shown


def test_with_mail_no_administrator_sees_a_link(make: Factory, visit: Visit, mailing: None):
    actor, admin = make.actor(), make.actor(standing=Standing.ADMINISTRATOR)

    with pytest.raises(Invalid):
        links.make_reset_link(admin, actor.user_id or 0)

    for who in (actor, make.actor(standing=Standing.ORGANIZER)):
        with pytest.raises(NotFound):
            links.make_reset_link(who, admin.user_id or 0)
