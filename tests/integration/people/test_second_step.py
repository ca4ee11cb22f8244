"""Two-step sign-in: setting it up, the code after the password, codes on paper, ways out."""

import math
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pyotp import TOTP
from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid, NotFound, TooSoon
from crrubric.domain.events import Event
from crrubric.domain.people.second_step import RECOVERY_CODES, RECOVERY_LETTERS
from crrubric.domain.people.throttling import FAILURES_TOLD
from crrubric.domain.vocabulary import Phase, SessionLevel, Standing
from crrubric.extensions import WRITE, db
from crrubric.models import (
    AuthenticatorApp,
    JournalEntry,
    OutgoingMail,
    RecoveryCode,
    User,
    UserSession,
)
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.people import accounts, encryption, links, own_account, second_step
from crrubric.services.people.accounts import hash_token
from crrubric.services.people.confirming import Proof
from crrubric.services.shared.later import find_later_queue
from crrubric.services.shared.unit import unit_of_work
from tests.conftest import set_settings
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit, Visitor
from tests.pages import filled_form, parse, words

CODE = re.compile(r"(?:[A-Z2-9]{4}-){6}[A-Z2-9]{4}")
SHORT = "tulip9pq"


def user_of(actor: Actor) -> User:
    db.session.rollback()
    return db.session.get_one(User, actor.user_id, populate_existing=True)


def secret_of(actor: Actor) -> str:
    db.session.rollback()
    app = db.session.get_one(AuthenticatorApp, actor.user_id, populate_existing=True)
    return encryption.decrypt_text(app.secret) or ""


def code_of(actor: Actor, *, ahead: int = 0) -> str:
    """What the app shows, so many half minutes from now."""
    return TOTP(secret_of(actor)).generate_otp(second_step.count_periods(now_utc()) + ahead)


def wrong_code(actor: Actor) -> str:
    shown = {code_of(actor, ahead=ahead) for ahead in (-1, 0, 1, 2)}
    return next(code for code in map("{:06}".format, range(10)) if code not in shown)


def set_up(actor: Actor, who: Visitor) -> list[str]:
    """Two-step sign-in is turned on, on the pages. Returns: the codes on paper."""
    assert who.post("/account/sign-in/app", {"password": PASSWORD}).status_code == 303
    answer = who.post("/account/sign-in/app/code", {"step_code": code_of(actor)})
    assert answer.status_code == 303, answer.text
    return CODE.findall(who.get(answer.location).text)


def begin(visit: Visit, actor: Actor, *, next: str = "") -> Visitor:
    """The password is given, and the code is asked for."""
    who = visit()
    answer = who.post(
        "/sign-in", {"email": user_of(actor).email, "password": PASSWORD, "next": next}
    )
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in/code")
    return who


def events() -> list[Event]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry.event).order_by(JournalEntry.id)))


def subjects() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMail.subject).order_by(OutgoingMail.id)))


def change(**values: object) -> None:
    """Change all sessions in the database."""
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(UserSession).values(**values))


def let_key_age(*, minutes: int) -> None:
    """The key of every app was made so many minutes ago."""
    db.session.rollback()
    at = now_utc() - timedelta(minutes=minutes)
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(update(AuthenticatorApp).values(made_at=at))


@pytest.fixture
def person(make: Factory) -> Iterator[Actor]:
    return make.actor("Nora Novak")


def test_an_app_is_set_up_and_the_codes_on_paper_are_shown_once(person: Actor, visit: Visit):
    who, elsewhere = visit(person), visit(person)
    assert who.post("/account/sign-in/app", {"password": "wrong"}).status_code == 422
    assert who.post("/account/sign-in/app", {"password": PASSWORD}).status_code == 303
    page = who.page("/account/sign-in/app")
    assert secret_of(person) in page.text.replace(" ", "")
    assert page.all("img")[0].get("src").startswith("data:image/svg+xml")
    wrong = who.post("/account/sign-in/app/code", {"step_code": wrong_code(person)})
    assert wrong.status_code == 422
    assert "This code is not right. Enter the six digits" in wrong.text
    assert "recovery code" not in words(parse(422, wrong.text).with_id("error-summary"))
    links = [link.get("href") or "" for link in parse(422, wrong.text).all("a")]
    assert sum(link.startswith("otpauth://totp/") for link in links) == 1

    done = who.post("/account/sign-in/app/code", {"step_code": code_of(person)})

    codes = CODE.findall(who.get(done.location).text)
    assert len(set(codes)) == RECOVERY_CODES
    assert CODE.findall(who.get(done.location).text) == []
    assert who.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303
    assert Event.ACCOUNT_TWO_STEPS_ON in events()
    assert subjects()[-1] == "crrubric: Two-step sign-in is on"
    assert "Authenticator app: since" in who.page("/account/sign-in").text


def test_nothing_opens_between_the_password_and_the_code(person: Actor, visit: Visit):
    set_up(person, visit(person))

    who = begin(visit, person, next="/terms")

    assert who.get("/").location.startswith("/sign-in")
    with who.client.session_transaction() as cookie:
        token = cookie["waiting"]
        cookie["_user_id"] = token  # as if it were the secret of a session that is complete
    assert who.get("/").location.startswith("/sign-in")
    form = filled_form(who.page("/sign-in/code?next=/terms"), "/sign-in/code")
    done = who.post("/sign-in/code", {**form, "step_code": code_of(person, ahead=1)})
    assert (done.status_code, done.location) == (303, "/terms")
    assert who.get("/").status_code == 200
    levels = [row.level for row in db.session.scalars(select(UserSession)) if row.ended_at is None]
    assert set(levels) == {SessionLevel.TWO_STEPS}


def test_a_code_is_taken_once(person: Actor, visit: Visit):
    set_up(person, visit(person))
    code = code_of(person, ahead=1)

    first, second = begin(visit, person), begin(visit, person)

    assert first.post("/sign-in/code", {"step_code": f" {code[:3]} {code[3:]} "}).status_code == 303
    assert second.post("/sign-in/code", {"step_code": code}).status_code == 422
    assert second.get("/").status_code == 303


def test_a_recovery_code_stands_once_for_the_app(person: Actor, visit: Visit):
    codes = set_up(person, visit(person))
    typed = codes[3].lower().replace("-", " ")

    assert begin(visit, person).post("/sign-in/code", {"step_code": typed}).status_code == 303

    assert begin(visit, person).post("/sign-in/code", {"step_code": typed}).status_code == 422
    assert subjects()[-1] == "crrubric: A recovery code was used"
    assert Event.ACCOUNT_RECOVERY_CODE_USED in events()


def test_a_recovery_code_has_128_bits_and_more(person: Actor, visit: Visit):
    codes = set_up(person, visit(person))

    letters = {len(code.replace("-", "")) for code in codes}
    assert {int(count * math.log2(len(RECOVERY_LETTERS))) >= 128 for count in letters} == {True}


def test_a_shorter_code_of_before_still_stands_for_the_app(person: Actor, visit: Visit):
    set_up(person, visit(person))
    with unit_of_work() as session:
        made = RecoveryCode(user_id=person.user_id, code_hash=hash_token("ABCDEFGHJKLMNPQR"))
        session.add(made)

    answer = begin(visit, person).post("/sign-in/code", {"step_code": "ABCD-EFGH-JKLM-NPQR"})

    assert answer.status_code == 303


def test_after_some_wrong_codes_the_password_is_asked_for_again(person: Actor, visit: Visit):
    set_up(person, visit(person))
    who = begin(visit, person)
    for _ in range(limits.SECOND_STEP_TRIES - 1):
        answer = who.post("/sign-in/code", {"step_code": wrong_code(person)})
        assert answer.status_code == 422
    assert "This code is not right" in answer.text
    who.post("/sign-in/code", {"step_code": wrong_code(person)})

    answer = who.post("/sign-in/code", {"step_code": code_of(person, ahead=1)})

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "Sign in once more, from the beginning." in who.page("/sign-in").text


def test_many_wrong_codes_are_slowed_down_whoever_knows_the_password(person: Actor, visit: Visit):
    set_up(person, visit(person))
    secret, known = secret_of(person), accounts.NOBODY_KNOWN

    def guess(count: int) -> None:
        found = accounts.sign_in(user_of(person).email, PASSWORD)
        assert found is not None
        for number in range(count):
            second_step.complete_sign_in(
                found.token, f"{number:06}", address="", known=known, browser=""
            )

    assert len(secret) == 32
    guess(4)
    with pytest.raises(TooSoon):
        guess(2)


def test_the_owner_is_told_of_many_failures_in_a_row(person: Actor, visit: Visit):
    who = visit()  # a browser that signed in before is not slowed down
    email, before = user_of(person).email, len(subjects())
    assert who.post("/sign-in", {"email": email, "password": PASSWORD}).location == "/"
    codes = set_up(person, who)
    before = len(subjects())
    who.post("/sign-out")

    def fail(url: str, form: dict[str, str]) -> list[str]:
        who.post(url, form)
        find_later_queue().settle()
        return subjects()[before:]

    wrong = {"email": email, "password": "wrong"}
    told = [len(fail("/sign-in", wrong)) for _ in range(FAILURES_TOLD + 2)]
    assert told == [0] * (FAILURES_TOLD - 1) + [1] * 3
    assert subjects()[-1] == "crrubric: Somebody tries to sign in to your account"
    told = []
    for number in range(FAILURES_TOLD):
        if number % limits.SECOND_STEP_TRIES == 0:
            who.post("/sign-in", {"email": email, "password": PASSWORD})
        told.append(len(fail("/sign-in/code", {"step_code": codes[0][:-1]})))
    assert told == [1] * (FAILURES_TOLD - 1) + [2]
    body = db.session.scalars(select(OutgoingMail.body).order_by(OutgoingMail.id.desc())).first()
    assert "Somebody who knows your password" in (body or "")
    wrong["email"] = "nobody@school.example"
    assert {len(fail("/sign-in", wrong)) for _ in range(4)} == {2}


def test_a_step_that_came_too_late_begins_anew(person: Actor, visit: Visit):
    set_up(person, visit(person))
    who = begin(visit, person)
    change(created_at=now_utc() - second_step.FRESH - timedelta(seconds=1))

    answer = who.post("/sign-in/code", {"step_code": code_of(person, ahead=1)})

    assert answer.location == "/sign-in"
    assert visit().get("/sign-in/code").location == "/sign-in"


def test_a_link_for_a_new_password_is_no_second_step(person: Actor, visit: Visit):
    set_up(person, visit(person))
    token = links.make_operator_link(OPERATOR, user_of(person))
    who = visit()

    answer = who.post(f"/invitations/{token}", {"password": SHORT})

    assert answer.location == "/sign-in/code"
    assert who.get("/").status_code == 303
    done = who.post("/sign-in/code", {"step_code": code_of(person, ahead=1)})
    assert (done.status_code, who.get("/").status_code) == (303, 200)


def test_with_two_steps_a_password_may_be_shorter(person: Actor, visit: Visit):
    with pytest.raises(Invalid):
        own_account.change_own_password(person, present=PASSWORD, password=SHORT)
    codes = set_up(person, visit(person))
    with pytest.raises(Invalid):
        own_account.change_own_password(person, present=PASSWORD, password="password")

    own_account.change_own_password(
        person, present=PASSWORD, password=SHORT, level=SessionLevel.TWO_STEPS
    )

    with pytest.raises(Invalid) as refused:
        second_step.turn_off_two_steps(person, Proof(password=SHORT), code=codes[0])
    assert "change it first" in refused.value.message


def test_turning_it_off_asks_for_both_steps(person: Actor, visit: Visit):
    who = visit(person)
    codes = set_up(person, who)
    url = "/account/sign-in/off"
    assert who.post(url, {"password": "wrong", "step_code": codes[0]}).status_code == 422
    assert who.post(url, {"password": PASSWORD, "step_code": "000000"}).status_code == 422

    answer = who.post(url, {"password": PASSWORD, "step_code": codes[0]})

    assert answer.location == "/account/sign-in"
    assert Event.ACCOUNT_TWO_STEPS_OFF in events()
    assert subjects()[-1] == "crrubric: Two-step sign-in is off"
    assert db.session.scalars(select(RecoveryCode)).all() == []
    found = accounts.sign_in(user_of(person).email, PASSWORD)
    assert found is not None
    assert found.level is SessionLevel.ONE_STEP


def test_new_codes_on_paper_end_the_earlier_ones(person: Actor, visit: Visit):
    who = visit(person)
    old = set_up(person, who)

    answer = who.post("/account/sign-in/codes", {"password": PASSWORD})

    new = CODE.findall(who.get(answer.location).text)
    assert not set(old) & set(new)
    assert begin(visit, person).post("/sign-in/code", {"step_code": old[0]}).status_code == 422
    assert begin(visit, person).post("/sign-in/code", {"step_code": new[0]}).status_code == 303
    assert "You have 9 recovery codes left." in who.page("/account/sign-in").text


def test_the_database_alone_makes_no_codes(
    person: Actor, visit: Visit, monkeypatch: pytest.MonkeyPatch, app
):
    codes = set_up(person, visit(person))
    kept = db.session.get_one(AuthenticatorApp, person.user_id).secret
    hashes = set(db.session.scalars(select(RecoveryCode.code_hash)))
    assert secret_of(person) not in kept
    assert not {code.replace("-", "") for code in codes} & hashes
    right = code_of(person, ahead=1)

    monkeypatch.setitem(app.config, "SECRET_KEY", "another secret, long enough to be one")

    assert encryption.decrypt_text(kept) is None
    who = begin(visit, person)
    assert who.post("/sign-in/code", {"step_code": right}).status_code == 422
    assert who.post("/sign-in/code", {"step_code": codes[0]}).status_code == 303


def test_a_key_that_was_begun_long_ago_is_neither_shown_nor_taken(person: Actor, visit: Visit):
    who = visit(person)
    assert who.post("/account/sign-in/app", {"password": PASSWORD}).status_code == 303
    assert secret_of(person)[:4] in who.page("/account/sign-in/app").text
    let_key_age(minutes=limits.SECOND_STEP_MINUTES + 1)

    page = who.page("/account/sign-in/app")
    late = who.post("/account/sign-in/app/code", {"step_code": code_of(person)})

    assert (secret_of(person)[:4] in page.text, "Your password" in page.text) == (False, True)
    assert (late.status_code, "Begin again" in late.text) == (422, True)
    assert len(set_up(person, who)) == RECOVERY_CODES


@pytest.mark.parametrize("page", ["app/code", "codes", "off"])
def test_a_form_that_is_sent_where_there_is_none_leads_to_no_field(
    person: Actor, visit: Visit, page: str
):
    answer = visit(person).post(f"/account/sign-in/{page}", {})  # its page is looked at

    assert (answer.status_code, "There is a problem" in answer.text) == (422, True)


def test_who_has_to_set_it_up_finds_the_same_key_and_has_the_whole_time(
    make: Factory, visit: Visit, app, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, TWO_STEPS_FOR="administrators")
    admin = make.actor(standing=Standing.ADMINISTRATOR)
    sent = {"email": user_of(admin).email, "password": PASSWORD}
    visit().post("/sign-in", sent)
    key = secret_of(admin)
    let_key_age(minutes=limits.SECOND_STEP_MINUTES - 1)

    who = visit()
    who.post("/sign-in", sent)

    assert secret_of(admin) == key
    let_key_age(minutes=limits.SECOND_STEP_MINUTES - 1)
    done = who.post("/sign-in/set-up", {"step_code": code_of(admin)})
    assert done.location == "/account/sign-in/codes"


def test_who_has_to_sets_it_up_while_signing_in(
    make: Factory, visit: Visit, app, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, TWO_STEPS_FOR="chairs")
    made = make.evaluation(phase=Phase.SCORING)
    who, email = visit(), user_of(made.chair).email
    answer = who.post("/sign-in", {"email": email, "password": PASSWORD, "next": "/terms"})
    assert answer.location == "/sign-in/set-up?next=/terms"
    assert who.get("/").location.startswith("/sign-in")
    form = filled_form(who.page(answer.location), "/sign-in/set-up")

    done = who.post("/sign-in/set-up", {**form, "step_code": code_of(made.chair)})

    shown = who.get(done.location)
    assert len(CODE.findall(shown.text)) == RECOVERY_CODES
    assert 'href="/terms"' in shown.text
    assert who.get("/").status_code == 200
    off = who.page("/account/sign-in/off")
    assert "This site asks you to sign in with two steps." in off.text
    reviewer = visit().post(
        "/sign-in", {"email": user_of(made.reviewers[0]).email, "password": PASSWORD}
    )
    assert reviewer.location == "/"


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ("nobody", set()),
        ("administrators", {Standing.ADMINISTRATOR}),
        ("chairs", {Standing.ADMINISTRATOR, Standing.ORGANIZER}),
        ("everybody", set(Standing)),
    ],
)
def test_the_settings_say_whom_it_is_asked_of(
    make: Factory, app, monkeypatch: pytest.MonkeyPatch, rule: str, asked: set[Standing]
):
    set_settings(app, monkeypatch, TWO_STEPS_FOR=rule)
    levels = {}
    for standing in Standing:
        found = accounts.sign_in(user_of(make.actor(standing=standing)).email, PASSWORD)
        assert found is not None
        levels[standing] = found.level
    assert {one for one, level in levels.items() if level is SessionLevel.AWAITS_SET_UP} == asked


def test_a_form_that_was_interrupted_waits_for_the_code_as_well(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    reviewer = made.reviewers[0]
    who = visit(reviewer)
    set_up(reviewer, who)
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    note = "Forty minutes of thoughts."
    change(seen_at=now_utc() - timedelta(hours=2))
    asked = who.post(url, {"answer": "YES", "note": note})
    form = filled_form(parse(401, asked.text), "/sign-in")
    asked = who.post("/sign-in", {**form, "email": user_of(reviewer).email, "password": PASSWORD})
    assert "it is kept on this page" in asked.text
    form = filled_form(parse(200, asked.text), "/sign-in/code")
    wrong = who.post("/sign-in/code", {**form, "step_code": wrong_code(reviewer)})
    form = filled_form(parse(422, wrong.text), "/sign-in/code")

    done = who.post("/sign-in/code", {**form, "step_code": code_of(reviewer, ahead=1)})

    assert filled_form(parse(200, done.text), url)["note"] == [note]


def test_a_script_is_told_which_step_is_missing(person: Actor, visit: Visit):
    set_up(person, visit(person))
    who, json = visit(), {"Accept": "application/json"}
    first = who.post(
        "/sign-in", {"email": user_of(person).email, "password": PASSWORD}, headers=json
    ).json
    assert (first["at"], first["message"], first["person"]) == ("/sign-in/code", "", None)
    refused = who.post("/sign-in/code", {"step_code": wrong_code(person)}, headers=json)
    assert (refused.status_code, "not right" in refused.json["message"]) == (422, True)

    done = who.post("/sign-in/code", {"step_code": code_of(person, ahead=1)}, headers=json)

    assert done.json["person"] == person.user_id
    assert "at" not in done.json
    late = visit().post("/sign-in/code", {"step_code": "000000"}, headers=json)
    assert (late.status_code, late.json["at"]) == (422, "")


def test_an_administrator_turns_it_off_for_somebody_who_lost_the_phone(
    make: Factory, person: Actor, visit: Visit
):
    own = visit(person)
    set_up(person, own)
    admin = make.actor(standing=Standing.ADMINISTRATOR)
    url = f"/accounts/{person.user_id}"
    ada = visit(admin)
    assert "signs in with two steps" in ada.page(url).text

    assert ada.act(f"{url}/second-step").location == url

    assert own.get("/").status_code == 303
    found = accounts.sign_in(user_of(person).email, PASSWORD)
    assert found is not None
    assert found.level is SessionLevel.ONE_STEP
    assert Event.ACCOUNT_TWO_STEPS_RESET in events()
    assert subjects()[-1] == "crrubric: Two-step sign-in is off"
    with pytest.raises(Invalid):
        second_step.reset_two_steps(admin, person.user_id or 0)  # there is nothing to turn off
    with pytest.raises(Invalid):
        second_step.reset_two_steps(admin, admin.user_id or 0)
    with pytest.raises(NotFound):
        second_step.reset_two_steps(person, admin.user_id or 0)


def test_the_list_of_sessions_ends_one_or_all_others(make: Factory, person: Actor, visit: Visit):
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    phone = visit()
    phone.post(
        "/sign-in",
        {"email": user_of(person).email, "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    desk, home = visit(person), visit(person)
    stranger = visit(make.actor())
    page = desk.page("/account/sign-in")
    assert "Firefox, Windows" in page.text
    rows = [words(row) for row in page.all("tr")][1:]
    assert len(rows) == 3
    assert sum("This browser" in row for row in rows) == 1
    ends = [form.get("action") for form in page.all("form") if "/end" in (form.get("action") or "")]
    one = next(url for url in ends if "sessions/end" not in url and url.split("/")[-2] != "0")
    assert stranger.post(one).status_code == 404

    assert desk.post(one).status_code == 303

    assert sorted(who.get("/").status_code for who in (phone, desk, home)) == [200, 200, 303]
    assert desk.post("/account/sign-in/sessions/end").status_code == 303
    assert [who.get("/").status_code for who in (phone, desk, home)] == [303, 200, 303]
    assert Event.ACCOUNT_SESSIONS_ENDED in events()
    assert stranger.get("/").status_code == 200


def test_the_present_browser_is_ended_by_signing_out(person: Actor, visit: Visit):
    who = visit(person)
    own = db.session.scalars(select(UserSession.id)).one()

    who.post(f"/account/sign-in/sessions/{own}/end")

    assert "sign out instead" in who.page("/account/sign-in").text
    assert who.get("/").status_code == 200


def test_an_administrator_signs_somebody_out_everywhere(make: Factory, person: Actor, visit: Visit):
    own, ada = visit(person), visit(make.actor(standing=Standing.ADMINISTRATOR))

    ada.act(f"/accounts/{person.user_id}/sessions")

    assert own.get("/").status_code == 303
    assert ada.get("/").status_code == 200
    assert Event.ACCOUNT_SIGNED_OUT in events()
    assert accounts.sign_in(user_of(person).email, PASSWORD) is not None
