"""Answers come compressed, and their lengths and tokens tell nothing."""

import gzip
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from crrubric.domain.setup.rubric import load_built_in_rubric
from crrubric.domain.vocabulary import Phase
from crrubric.web.shared.delivery.form_tokens import MASKED, unmask_token
from tests.factories import Factory
from tests.integration.conftest import FORM_TOKEN, HEADERS, TOKEN, Visit

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
STYLE = "/assets/base.parts.forms.pages.print.css"
SCRIPT = "/assets/session.room.kept.typed.ballot.keys.js"

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def unpack(answer: TestResponse) -> str:
    """The text of an answer that came compressed."""
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.vary
    assert set(answer.headers.keys()) <= HEADERS
    return gzip.decompress(answer.get_data()).decode()


def test_a_page_comes_compressed_to_a_browser_that_takes_it(make: Factory, visit: Visit):
    made = make.evaluation()
    person = visit(made.chair)

    plain = person.get(made.url("rubric/"))
    answer = person.send("GET", made.url("rubric/"), headers=GZIP)

    assert "Content-Encoding" not in plain.headers
    assert len(answer.get_data()) < len(plain.get_data()) / 3
    assert TOKEN.sub("", unpack(answer)) == TOKEN.sub("", plain.text)


@pytest.mark.parametrize("refused", ["identity", "br", "gzip;q=0", "*;q=0", ""])
def test_a_browser_that_does_not_take_it_gets_it_as_it_is(app: Flask, visit: Visit, refused: str):
    answer = visit().send("GET", "/sign-in", headers={"Accept-Encoding": refused})

    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.vary
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_refusal_comes_compressed_too(app: Flask, visit: Visit):
    assert "<h1" in unpack(visit().send("GET", "/no-such-page", headers=GZIP))


def test_what_is_compressed_in_itself_stays_as_it_is(make: Factory, visit: Visit):
    made = make.evaluation()

    answer = visit(made.chair).send("GET", made.url("rubric/rubric.pdf"), headers=GZIP)

    assert "Content-Encoding" not in answer.headers
    assert answer.get_data().startswith(b"%PDF")


def test_the_same_page_has_many_lengths(app: Flask, visit: Visit):
    person = visit()

    lengths = {len(person.send("GET", "/sign-in", headers=GZIP).get_data()) for _ in range(20)}

    assert len(lengths) > 5


def test_the_token_of_forms_is_another_text_in_each_page(make: Factory, visit: Visit):
    made = make.evaluation()
    person = visit(made.chair)

    tokens = [set(FORM_TOKEN.findall(person.get("/account").text)) for _ in range(2)]

    assert [len(each) for each in tokens] == [1, 1]  # the same in all forms of one page
    (one,), (two,) = tokens
    assert one.startswith(MASKED)
    assert unmask_token(one).split(".")[0] == unmask_token(two).split(".")[0]
    shared = max(size for size in range(len(one)) if any(
        one[at : at + size] in two for at in range(len(one) - size)
    ))  # fmt: skip
    assert shared < 8


def test_a_form_with_a_masked_token_is_taken_and_with_a_damaged_one_refused(
    make: Factory, visit: Visit
):
    person = visit(make.actor("Ana Diaz"))
    token = FORM_TOKEN.findall(person.get("/account").text)[0]

    def save(text: str) -> int:
        sent = {"csrf_token": text, "language": "es"}
        return person.send("POST", "/language", data=sent).status_code

    assert save(token) == 303
    assert save(unmask_token(token)) == 303  # of a page that was drawn before an upgrade
    assert save(token[:-2] + ("AA" if token[-2:] != "AA" else "BB")) == 400
    assert save(MASKED) == 400
    assert save(MASKED + "ä") == 400


def test_a_page_asks_for_one_style_and_one_script(make: Factory, visit: Visit):
    made = make.evaluation()

    page = visit(made.chair).page(made.url("rubric/"))

    links = [node.get("href") or "" for node in page.all("link")]
    assert [link.partition("?")[0] for link in links] == ["/static/icon.svg", STYLE]
    scripts = [node.get("src") or "" for node in page.all("script") if node.get("src")]
    assert [link.partition("?")[0] for link in scripts] == ["/assets/session.room.kept.typed.js"]
    assert all(re.search(r"\?v=[0-9a-f]{12}$", link) for link in (*links, *scripts))


@pytest.mark.parametrize(("path", "holds"), [(STYLE, "@media print {"), (SCRIPT, "class MarkForm")])
def test_the_parts_of_a_page_come_as_one_file(app: Flask, visit: Visit, path: str, holds: str):
    person = visit()

    plain = person.get(path)
    forever = person.send("GET", f"{path}?v=123456789abc", headers=GZIP)

    assert holds in plain.text
    assert unpack(forever) == plain.text
    assert plain.headers["Cache-Control"] == "no-cache"
    assert "immutable" in forever.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/none.css",
        "/assets/base.ballot.js",
        "/assets/.css",
        "/assets/..css",
        "/assets/base..css",
        "/assets/%2e%2e%2f..%2fpyproject.css",
        "/assets/base\x00.css",
        f"/assets/{'.'.join(['base'] * 21)}.css",
    ],
)
def test_a_part_that_is_none_of_ours_is_not_found(app: Flask, visit: Visit, path: str):
    assert visit().get(path).status_code == 404


def test_a_first_ballot_is_small_and_asks_seldom(make: Factory, visit: Visit):
    made = make.evaluation(rubric=load_built_in_rubric(), phase=Phase.SCORING)
    person = visit(made.reviewers[0])
    ballot = made.url(f"ballots/{made.vendors[0].id}")
    page = person.page(ballot)
    links = [node.get("href") or "" for node in page.all("link")]
    links += [node.get("src") or "" for tag in ("script", "img") for node in page.all(tag)]

    answers = [person.send("GET", url, headers=GZIP) for url in (ballot, *filter(None, links))]

    assert len(made.criteria) == 21
    assert len(answers) <= 8
    assert sum(len(answer.get_data()) for answer in answers) < 60_000
