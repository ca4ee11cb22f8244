"""Which language a page speaks: the person's choice, the browser's, what it asks for."""

import pytest
from flask import Flask

from crrubric.extensions import db
from crrubric.models import User
from tests.conftest import set_settings
from tests.factories import Factory
from tests.integration.conftest import Visit, Visitor
from tests.pages import Page, words

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}


def language_of(page: Page) -> str | None:
    return page.all("html")[0].get("lang")


def switched(visitor: Visitor, language: str, back: str = "/accessibility") -> str | None:
    """Choose a language in the footer; where that leads."""
    answer = visitor.post("/language", {"language": language, "next": back})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_signed_out_pages_use_the_language_of_the_browser(visit: Visit):
    page = visit().get("/sign-in", headers=SPANISH)

    assert '<html lang="es">' in page.text
    assert "Iniciar sesión" in page.text


def test_an_unsupported_language_falls_back_to_the_first(visit: Visit):
    page = visit().get("/sign-in", headers={"Accept-Language": "fr"})

    assert '<html lang="en">' in page.text


def test_a_language_chosen_before_signing_in_is_kept(make: Factory, visit: Visit):
    visitor, actor = visit(), make.actor()
    assert switched(visitor, "es", "/sign-in?next=/evaluations/new") == (
        "/sign-in?next=/evaluations/new"
    )
    assert language_of(visitor.page("/sign-in")) == "es"

    visitor.sign_in(actor)

    assert language_of(visitor.page("/")) == "es"


def test_a_chosen_language_is_stored_with_the_account(make: Factory, visit: Visit):
    actor = make.actor()
    switched(visit(actor), "es")

    elsewhere = visit(actor)

    assert db.session.get_one(User, actor.user_id).language == "es"
    assert language_of(elsewhere.page("/")) == "es"
    switched(elsewhere, "en")
    assert '<html lang="en">' in elsewhere.get("/", headers=SPANISH).text


@pytest.mark.parametrize("language", ["", "fr", "../es"])
def test_a_language_that_is_not_offered_changes_nothing(visit: Visit, language: str):
    visitor = visit()
    switched(visitor, language)

    assert language_of(visitor.page("/sign-in")) == "en"


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/\\x", "/x\r\nX-Header: 1", ""]
)
def test_the_switch_leads_to_no_other_site(visit: Visit, back: str):
    assert switched(visit(), "es", back) == "/"


def test_every_page_has_the_language_switch_with_its_own_address(visit: Visit):
    page = visit().page("/sign-in?next=/evaluations/new")
    form = next(node for node in page.all("form") if node.get("class") == "languages")

    fields = {node.get("name"): node.get("value") for node in form.iter("input")}
    buttons = [
        (node.get("lang"), words(node), node.get("aria-current")) for node in form.iter("button")
    ]
    assert fields["next"] == "/sign-in?next=/evaluations/new"
    assert buttons == [("en", "English", "true"), ("es", "Español", None)]


def test_the_language_switch_on_a_refused_form_leads_to_a_page_that_opens(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    section = made.criteria[0].section_id
    page = visit(made.chair).post(made.url(f"rubric/sections/{section}/new"), {"title": ""})
    nowhere = visit(made.chair).post(made.url("rubric/sections"), {"title": ""})

    assert f'name="next" value="{made.url(f"rubric/sections/{section}/new")}"' in page.text
    assert 'name="next" value=""' in nowhere.text


def test_refusals_are_in_the_language_of_the_page(app: Flask, visit: Visit):
    visitor = visit()
    switched(visitor, "es")

    wrong = visitor.post("/sign-in", {"email": "", "password": ""})
    forged = visitor.send("POST", "/forgotten-password", data={"email": "x"})
    missing = visitor.get("/no-such-page")

    assert "Escriba su dirección de correo electrónico." in wrong.text
    assert (forged.status_code, missing.status_code) == (400, 404)
    for answer in (wrong, forged, missing):
        assert '<html lang="es">' in answer.text
    assert "Este formulario ya no es válido" in forged.text
    assert "Esta página no existe" in missing.text


def test_responses_have_a_vary_header(visit: Visit):
    vary = visit().get("/sign-in").headers["Vary"]

    assert {"Accept-Language", "Cookie"} <= set(vary.split(", "))


def test_a_site_with_one_language_has_no_switch(app: Flask, visit: Visit, monkeypatch):
    set_settings(app, monkeypatch, LANGUAGES=("en",))

    assert 'class="languages"' not in visit().get("/sign-in", headers=SPANISH).text
