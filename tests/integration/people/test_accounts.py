"""Signing in and out, one-time links, headers."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.formparser import FormDataParser

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.vocabulary import Role, Stakeholder, Standing
from crrubric.extensions import WRITE, db
from crrubric.models import Invite, User, UserSession
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people import accounts, links
from crrubric.services.setup import committee
from crrubric.services.setup.evaluations import serialize_seat
from tests.factories import PASSWORD, Factory
from tests.integration.conftest import Visit
from tests.pages import parse, words

GOOD = "five plain words in a row"


def rewrite(statement) -> None:
    """Change rows behind the app's back."""
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(statement)


def email_of(actor) -> str:
    return db.session.get_one(User, actor.user_id).email


def invited(make: Factory):
    """A chair's invitation of somebody new: (evaluation, invitation)."""
    made = make.evaluation()
    invitation = committee.invite_member(
        made.chair,
        made.slug,
        name="Nora New",
        email="nora@school.example",
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.PARENT,
    )
    return made, invitation


def test_signing_in_leads_home_and_signing_out_ends_the_session(make: Factory, visit: Visit):
    person = visit(make.actor())
    assert person.get("/").status_code == 200
    cookie = person.client.get_cookie("crrubric-session").value

    assert person.post("/sign-out").location == "/sign-in"

    thief = visit()
    thief.client.set_cookie("crrubric-session", cookie)
    assert thief.get("/").status_code == 303


def test_an_unknown_address_and_a_wrong_password_get_the_same_words(make: Factory, visit: Visit):
    email = email_of(make.actor())

    wrong = visit().post("/sign-in", {"email": email, "password": "not this one at all"})
    unknown = visit().post("/sign-in", {"email": "no@school.example", "password": "whatever"})

    problems = [words(parse(422, a.text).with_id("error-summary")) for a in (wrong, unknown)]
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert problems == ["There is a problem The e-mail address or the password is not right."] * 2


def test_an_address_is_recognized_in_any_letter_case(make: Factory, visit: Visit):
    email = email_of(make.actor())

    answer = visit().post("/sign-in", {"email": f"  {email.upper()} ", "password": PASSWORD})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("column", "ago"),
    [
        ("seen_at", timedelta(minutes=limits.IDLE_MINUTES + 1)),
        ("created_at", timedelta(hours=limits.SESSION_HOURS + 1)),
    ],
)
def test_a_session_expires(make: Factory, visit: Visit, column: str, ago: timedelta):
    person = visit(make.actor())

    rewrite(update(UserSession).values({column: now_utc() - ago}))

    assert person.get("/").location.startswith("/sign-in")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_redirects_to_no_other_site(make: Factory, visit: Visit, target: str):
    form = {"email": email_of(make.actor()), "password": PASSWORD, "next": target}

    assert visit().post("/sign-in", form).location == "/"


def test_signing_in_leads_back_to_the_page_one_wanted(make: Factory, visit: Visit):
    made = make.evaluation()
    stranger = visit()
    asked = stranger.get(made.url("rubric/"))

    form = {"email": email_of(made.chair), "password": PASSWORD, "next": made.url("rubric/")}

    assert asked.location == f"/sign-in?next={made.url('rubric/').replace('/', '/')}"
    assert stranger.post("/sign-in", form).location == made.url("rubric/")


def test_a_link_works_once_and_signs_in(make: Factory, visit: Visit):
    _made, invitation = invited(make)
    person, address = visit(), f"/invitations/{invitation.token}"

    assert "Nora New" in person.get(address).text
    assert person.post(address, {"password": GOOD}).location == "/"
    assert person.get("/").status_code == 200
    again = visit().get(address)
    assert (again.status_code, "has been used" in again.text) == (404, True)


@pytest.mark.parametrize(
    "typed",
    [
        "m@[x.y", "m@[1.2.3.4]", "m@x..y", "m@.x.y", "m@x.y.", "a..b@x.y", ".a@x.y", "m@-x.y",
        "m@x-.y", "m@x_y.z", "a＠b@x.y", "m@［x.y", "m\\@x.y", f"{'a' * 65}@x.y", f"m@{'x' * 64}.y",
        "m@x", "@x.y",
    ],
)  # fmt: skip
def test_what_no_mail_can_go_to_is_no_address(typed: str):
    with pytest.raises(Invalid, match="Enter an e-mail address"):
        accounts.clean_email(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "ann@school.example", "Ann+rubric@k12.school.example", "o'brien_1@a-b.example",
        "jösé@escuela.example", "ann@schüle.example", "a@x.y",
    ],
)  # fmt: skip
def test_an_address_that_mail_can_go_to_is_kept_as_typed(typed: str):
    assert accounts.clean_email(f" {typed} ") == typed


def test_a_renewed_link_ends_the_old_one(make: Factory, visit: Visit):
    made, first = invited(make)

    second = committee.renew_invite(made.chair, made.slug, first.member.id)

    assert visit().get(f"/invitations/{first.token}").status_code == 404
    assert visit().get(f"/invitations/{second.token}").status_code == 200


SAME_WORDS = {
    "name": " Nora New", "email": " NORA@school.example",
    "roles": frozenset({Role.REVIEWER}), "stakeholder": Stakeholder.PARENT,
}  # fmt: skip


def test_a_second_invitation_renews_the_first_and_makes_no_second_seat(make: Factory):
    made, first = invited(make)

    second = committee.invite_member(made.chair, made.slug, **SAME_WORDS)

    assert second.member.id == first.member.id
    assert links.find_usable_invite(db.session(), second.token or "").user_id
    with pytest.raises(NotFound):
        links.find_usable_invite(db.session(), first.token or "")


@pytest.mark.parametrize(
    "other",
    [
        {"roles": frozenset({Role.OBSERVER})}, {"stakeholder": Stakeholder.TEACHER},
        {"name": "Nora Again"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("signed_up", [False, True])
def test_an_invitation_changes_no_seat_that_somebody_has(
    make: Factory, other: dict[str, object], *, signed_up: bool
):
    made, first = invited(make)
    if signed_up:
        links.accept_invite(first.token or "", password=GOOD)
    before = serialize_seat(first.member)

    with pytest.raises(Invalid, match="on the committee already"):
        committee.invite_member(made.chair, made.slug, **{**SAME_WORDS, **other})

    db.session.rollback()
    assert serialize_seat(first.member) == before
    if not signed_up:
        assert links.find_usable_invite(db.session(), first.token or "").user_id


def test_who_invites_a_member_once_more_is_led_to_their_seat(make: Factory, visit: Visit):
    made, first = invited(make)
    form = {
        "name": "Nora Otherwise", "email": "Nora@School.example", "roles": "observer",
        "stakeholder": "teacher",
    }  # fmt: skip

    page = visit(made.chair).post(made.url("committee/"), form)

    assert page.status_code == 422
    assert "Nora Otherwise" in page.text
    assert f'<a href="{made.url(f"committee/{first.member.id}")}">Edit the seat of' in page.text


def test_an_old_link_no_longer_works(make: Factory, visit: Visit):
    _made, invitation = invited(make)

    rewrite(update(Invite).values(expires_at=now_utc() - timedelta(seconds=1)))

    assert visit().get(f"/invitations/{invitation.token}").status_code == 404


def test_the_database_keeps_no_secret_of_a_link_or_session(make: Factory, visit: Visit):
    _made, invitation = invited(make)
    visit(make.actor())

    kept = db.session.scalars(select(Invite.token_hash)).all()
    kept += db.session.scalars(select(UserSession.token_hash)).all()

    assert invitation.token not in kept
    assert {len(value) for value in kept} == {64}


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("fourteen chars", "at least 15 characters"),
        ("x" * 129, "at most 128 characters"),
        ("passwordpassword", "guessed first"),
        ("aaaaaaaaaaaaaaaa", "guessed first"),
        ("noranewnoranewnoranew", "“Nora New” is easy to guess here"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(
    make: Factory, visit: Visit, password: str, says: str
):
    _made, invitation = invited(make)

    answer = visit().post(f"/invitations/{invitation.token}", {"password": password})

    assert answer.status_code == 422
    assert says in words(parse(422, answer.text).with_id("password-error"))


def test_only_administrators_add_accounts(make: Factory):
    with pytest.raises(NotFound):
        accounts.add_user(
            make.actor(standing=Standing.ORGANIZER),
            name="A",
            email="a@school.example",
            standing=Standing.ADMINISTRATOR,
        )


def test_an_address_can_have_one_account_only(make: Factory):
    email = email_of(make.actor())

    with pytest.raises(Invalid) as refused:
        accounts.add_user(OPERATOR, name="Twin", email=email.upper(), standing=Standing.ORGANIZER)

    assert refused.value.field == "email"


def test_every_page_has_its_strict_headers(make: Factory, visit: Visit):
    answer = visit(make.actor()).get("/")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_the_session_cookie_is_not_available_to_scripts_and_other_sites(
    make: Factory, visit: Visit
):
    actor = make.actor()
    answer = visit().post("/sign-in", {"email": email_of(actor), "password": PASSWORD})

    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_form_without_its_token_is_refused_and_the_text_comes_back(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    purpose = "Two sentences that took a while to write."

    answer = chair.looked_at(
        chair.send("POST", made.url("facts"), data={"title": "T", "purpose": purpose})
    )

    assert answer.status_code == 400
    assert purpose in answer.text


@pytest.mark.parametrize("url", ["/sign-in", "/nothing", "/evaluations/x/phase"])
def test_a_form_of_more_fields_than_any_page_has_is_not_read(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch, url: str
):
    read: list[object] = []
    parse = FormDataParser._parse_urlencoded
    monkeypatch.setattr(
        FormDataParser, "_parse_urlencoded", lambda *words: read.append(1) or parse(*words)
    )
    form = "&".join(f"field{number}=" for number in range(limits.FORM_FIELDS + 1))

    answer = app.test_client().post(
        url, data=form, content_type="application/x-www-form-urlencoded"
    )

    assert (answer.status_code, read) == (413, [])


def test_a_request_that_is_too_large_is_refused_with_a_message(make: Factory, visit: Visit):
    made = make.evaluation()

    answer = visit(made.chair).post(made.url("facts"), {"purpose": "x" * 3_000_000})

    assert answer.status_code == 413
    assert "at most 2 MB" in answer.text


def test_an_unknown_host_name_is_refused_if_trusted_hosts_are_set(app: Flask, visit: Visit):
    app.config["TRUSTED_HOSTS"] = ["score.school.example"]
    try:
        good = visit().get("/sign-in", headers={"Host": "score.school.example"})
        bad = visit().send("GET", "/sign-in", headers={"Host": "evil.example"})
    finally:
        app.config["TRUSTED_HOSTS"] = None

    assert (good.status_code, bad.status_code) == (200, 400)


def test_what_watches_the_site_may_ask_it_by_its_own_address(app: Flask, visit: Visit):
    """Past the web server, where the name of the site leads to."""
    app.config["TRUSTED_HOSTS"] = ["score.school.example"]
    try:
        watched = [
            visit().send("GET", place, headers={"Host": "10.0.0.5:5000"}).status_code
            for place in ("/health", "/health/live", "/metrics", "/", "/health/none")
        ]
    finally:
        app.config["TRUSTED_HOSTS"] = None

    assert watched == [200, 200, 404, 400, 400]  # 404: without a token there are no figures


def test_a_new_evaluation_needs_no_purpose(make: Factory, visit: Visit):
    organizer = make.actor(standing=Standing.ORGANIZER)

    assert visit(organizer).post("/evaluations/new", {"title": "Short"}).status_code == 303
