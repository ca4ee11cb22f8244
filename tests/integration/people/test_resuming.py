"""A form whose page belongs to an earlier session: its words are lost to nobody but others."""

from io import BytesIO

import pytest
from flask import Flask

from crrubric.domain.vocabulary import Answer, Phase
from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.people import Actor
from tests.factories import PASSWORD, Factory, Made, stored_marks
from tests.integration.conftest import Visit, Visitor
from tests.integration.shared.test_access import addresses
from tests.pages import Page, filled_form, parse, words
from tests.uploads import pdf

NOTE = "Forty minutes of thoughts about captions & contrast."
ASKS = {"Accept": "application/json"}


def email(actor: Actor) -> str:
    return db.session.get_one(User, actor.user_id).email


def hidden_fields(page: Page) -> dict[str, str]:
    """The hidden fields of the form in the page's main part."""
    main = page.with_id("main")
    return {
        node.get("name") or "": node.get("value") or ""
        for node in main.iter("input")
        if node.get("type") == "hidden"
    }


def said(page: Page) -> list[str]:
    """What the page's main part says in paragraphs."""
    return [words(node) for node in page.with_id("main").iter("p")]


def open_window(make: Factory, visit: Visit) -> tuple[Made, Visitor, str, dict[str, str]]:
    """A reviewer with a ballot open in one window: its address, and what its form sends."""
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    person = visit().sign_in(made.reviewers[0])
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    form = {"csrf_token": person.csrf(), "answer": "NO", "note": NOTE, "version": "0"}
    return made, person, url, form


def sign_out(person: Visitor) -> None:
    assert person.post("/sign-out").status_code == 303


def send(person: Visitor, url: str, form: dict[str, str], **options) -> Page:
    answer = person.looked_at(person.send("POST", url, data=form, **options))
    return parse(answer.status_code, answer.text)


def test_a_form_sent_after_signing_out_in_another_window_is_kept(make: Factory, visit: Visit):
    made, person, url, form = open_window(make, visit)
    sign_out(person)

    late = send(person, url, form)
    entered = person.post(
        "/sign-in",
        {**hidden_fields(late), "email": email(made.reviewers[0]), "password": PASSWORD},
    )
    again = parse(entered.status_code, entered.text)
    sent = person.post(url, hidden_fields(again))

    assert (late.status, late.heading) == (401, "Sign in again")
    assert NOTE in said(late)
    assert NOTE in said(again)
    assert sent.status_code == 303
    assert stored_marks() == [(Answer.NO, NOTE)]


def test_whoever_signed_in_again_in_another_window_sends_it_at_once(make: Factory, visit: Visit):
    made, person, url, form = open_window(make, visit)
    sign_out(person)
    person.sign_in(made.reviewers[0])

    late = send(person, url, form)
    sent = person.post(url, hidden_fields(late))

    assert (late.status, late.heading) == (200, "You are signed in again")
    assert NOTE in said(late)
    assert sent.status_code == 303
    assert stored_marks() == [(Answer.NO, NOTE)]


def test_somebody_else_who_is_signed_in_now_neither_reads_nor_sends_it(make: Factory, visit: Visit):
    made, person, url, form = open_window(make, visit)
    sign_out(person)
    person.sign_in(made.reviewers[1])
    name = db.session.get_one(User, made.reviewers[1].user_id).name

    late = send(person, url, form)
    refused = hidden_fields(late)
    first = stored_marks()
    tried = person.post("/sign-in", {**refused, "email": "x@y.example", "password": "wrong"})
    wrong = parse(tried.status_code, tried.text)
    entered = person.post(
        "/sign-in", {**refused, "email": email(made.reviewers[0]), "password": PASSWORD}
    )
    again = parse(entered.status_code, entered.text)
    sent = person.post(url, hidden_fields(again))

    assert (late.status, first) == (401, [])
    assert (wrong.status, NOTE in said(late), NOTE in said(wrong)) == (422, False, False)
    assert any(name in text and "not sent and is not shown" in text for text in said(late))
    assert sent.status_code == 303
    assert stored_marks() == [(Answer.NO, NOTE)]


def test_of_two_pages_that_ask_to_sign_in_again_the_second_still_sends_its_words(
    make: Factory, visit: Visit
):
    made, person, url, form = open_window(make, visit)
    sign_out(person)
    late = send(person, url, form)
    person.sign_in(made.reviewers[0])

    second = send(
        person,
        "/sign-in",
        {**hidden_fields(late), "email": email(made.reviewers[0]), "password": PASSWORD},
    )

    assert (second.status, second.heading) == (200, "You are signed in again")
    assert hidden_fields(second)["note"] == NOTE


def test_a_script_is_told_to_sign_in_rather_than_that_its_form_is_old(make: Factory, visit: Visit):
    made, person, url, form = open_window(make, visit)
    sign_out(person)

    out = person.send("POST", url, data=form, headers=ASKS)
    person.sign_in(made.reviewers[1])
    other = person.send("POST", url, data=form, headers=ASKS)
    found = person.send("GET", "/session", headers=ASKS).json

    assert (out.status_code, out.json) == (401, {"message": "You are signed out."})
    assert other.status_code == 401
    assert (found["person"], found["name"]) == (
        made.reviewers[1].user_id,
        made.reviewers[1].name,
    )
    assert stored_marks() == []


def test_whose_browser_lost_its_cookies_loses_no_words(make: Factory, visit: Visit):
    made, person, url, form = open_window(make, visit)
    person.client.delete_cookie(person.client.application.config["SESSION_COOKIE_NAME"])

    late = send(person, url, form)
    entered = person.post(
        "/sign-in",
        {**hidden_fields(late), "email": email(made.reviewers[0]), "password": PASSWORD},
    )

    assert NOTE in said(late)
    assert NOTE in said(parse(entered.status_code, entered.text))


def test_a_sign_in_page_from_before_leads_on_for_whoever_is_in(make: Factory, visit: Visit):
    made = make.evaluation()
    person = visit()
    form = {"csrf_token": person.csrf(), "email": "x@y.example", "password": "p", "next": "/words"}
    person.sign_in(made.reviewers[0])

    plain = person.send("POST", "/sign-in", data=form)
    script = person.send("POST", "/sign-in", data=form, headers=ASKS)

    assert (plain.status_code, plain.location) == (303, "/sign-in?next=/words")
    assert (script.status_code, script.json["go"]) == (400, "/sign-in?next=/words")
    assert person.send("GET", plain.location).location == "/words"


def test_a_sign_in_page_from_before_keeps_the_address_that_was_typed(make: Factory, visit: Visit):
    made = make.evaluation()
    address = email(made.reviewers[0])
    person = visit()
    form = {"csrf_token": person.csrf(), "email": address, "password": PASSWORD, "next": "/words"}
    person.sign_in(made.reviewers[0])
    sign_out(person)

    script = person.send("POST", "/sign-in", data=form, headers=ASKS)
    late = send(person, "/sign-in", form)

    assert late.status == 400
    assert "renewed: sign in once more" in words(late.with_id("error-summary"))
    assert (late.with_id("email").get("value"), PASSWORD in late.text) == (address, False)
    again = filled_form(late, "/sign-in")
    assert person.post("/sign-in", {**again, "password": PASSWORD}).location == "/words"
    sign_out(person)
    assert (script.status_code, "go" in script.json) == (400, False)


def test_a_script_sends_an_old_sign_in_page_with_the_token_that_it_is_told(
    make: Factory, visit: Visit
):
    form = {"email": email(make.evaluation().reviewers[0]), "password": PASSWORD}
    person = visit()
    told = person.send("POST", "/sign-in", data=form, headers=ASKS).json["token"]

    done = person.send("POST", "/sign-in", data={**form, "csrf_token": told}, headers=ASKS)

    assert (done.status_code, done.json["go"]) == (200, "/")


@pytest.mark.parametrize("ticked", [True, False])
def test_a_file_that_is_chosen_again_still_tells_prices(
    make: Factory, visit: Visit, *, ticked: bool
):
    made = make.evaluation()
    person, url = visit().sign_in(made.chair), made.url(f"vendors/{made.vendors[0].id}/files")
    form = {"csrf_token": person.csrf(), **({"tells_prices": "y"} if ticked else {})}
    sign_out(person)

    late = person.send("POST", url, data={**form, "file": (BytesIO(pdf()), "offer.pdf")})
    asked = person.page(late.location)
    there = filled_form(asked, "/sign-in")
    back = person.post(
        "/sign-in", {**there, "email": email(made.chair), "password": PASSWORD}
    ).location

    assert ("stays selected" in words(asked.with_id("main"))) is ticked
    assert filled_form(person.page(back), url) == ({"tells_prices": ["y"]} if ticked else {})


@pytest.mark.parametrize("token", ["", "forged", "WzEsICIvIl0.forged"])
def test_a_form_whose_token_is_not_ours_is_offered_to_nobody(
    make: Factory, visit: Visit, token: str
):
    _made, person, url, form = open_window(make, visit)

    late = send(person, url, {**form, "csrf_token": token})

    assert (late.status, late.heading) == (400, "This did not work")
    assert stored_marks() == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_form_of_an_evaluation_keeps_what_was_typed(app: Flask, make: Factory, visit: Visit):
    """Whatever the form is called: signed out in another window, the words come back."""
    made = make.evaluation(phase=Phase.SCORING, reviewers=1)
    people = {"reviewer": made.reviewers[0]}
    forms = [url for method, url, _action in addresses(app, made, people) if method == "POST"]
    chair = visit().sign_in(made.chair)
    token = chair.csrf()
    sign_out(chair)

    lost = []
    for url in forms:
        page = send(chair, url, {"csrf_token": token, "reason": NOTE})
        if page.status != 401 or NOTE not in said(page):
            lost.append((url, page.status))

    assert len(forms) > 50
    assert lost == []


def test_a_short_text_of_several_words_is_shown_again_too(make: Factory, visit: Visit):
    made, person, url, form = open_window(make, visit)
    make.submit(made, 0, 0, "Ran out of time.")

    late = send(person, url, {**form, "note": "No captions."})

    assert late.status == 409
    assert [node.text for node in late.all("textarea")] == ["No captions."]
