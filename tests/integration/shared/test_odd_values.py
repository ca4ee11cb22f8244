"""Whatever stands in the controls of a form, its answer is no error of the server."""

import re
from contextlib import suppress
from urllib.parse import unquote

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from crrubric.domain.vocabulary import Phase
from crrubric.web.shared.routes import DatabaseId, PrintableText
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.shared.test_access import SHORTLY, addresses
from tests.integration.shared.test_typed_words import FILES

NAME = re.compile(r'name="([^"]+)"')
OWN = {"csrf_token", "version", "once"}  # of our own, not typed
MOST = 300  # controls of one form
MARKS = {(0, 0): "YY-", (1, 1): "YNY"}
# a blank passes where something is asked for, and is no number; the others are numbers to a part
# of what reads numbers
ODD = (" ", "²", "1e999999", "9" * 4_000, "99999-01-01", "0x10", "1_000", "Infinity", "\n", "1/0")
UNMARKED = (Phase.SETUP, Phase.PRACTICE)


def list_names(person: Visitor, pages: set[str]) -> dict[str, set[str]]:
    """By address, what the controls are called there."""
    found = {}
    for url in sorted(pages):
        if FILES.search(url):
            continue
        answer = person.client.get(url, **SHORTLY)
        body = answer.get_data()  # of a file as well, which is made while it is read
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found[url] = {*NAME.findall(body.decode())} - OWN
    return found


def find_errors(app: Flask, made: Made, person: Visitor, odd: str) -> list[str]:
    """The addresses that answer with an error when all that they ask for is this."""
    routes = addresses(app, made, {"reviewer": made.reviewers[0]})
    names = list_names(person, {url for method, url, _action in routes if method == "GET"})
    every = set().union(*names.values())
    found = []
    for url in sorted({url for method, url, _action in routes if method == "POST"}):
        asked = names.get(url) or names.get(url.rsplit("/", 1)[0]) or every
        sent = dict.fromkeys(sorted(asked)[:MOST], odd)
        if person.post(url, sent).status_code >= 500:
            found.append(url)
    return found


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(odd, marks=[pytest.mark.long] if number else [])
        for number, odd in enumerate(ODD)
    ],
    ids=[str(number) for number in range(len(ODD))],
)
@pytest.mark.parametrize("phase", Phase)
def test_no_form_answers_with_an_error(
    app: Flask, make: Factory, visit: Visit, phase: Phase, odd: str
):
    made = make.evaluation(phase=phase, marks={} if phase in UNMARKED else MARKS)

    assert find_errors(app, made, visit(made.chair), odd) == []
    assert find_errors(app, made, visit(made.reviewers[0]), odd) == []


def list_texts(rule: Rule) -> list[str]:
    """The parts of an address that are keys or codes."""
    return [name for name in rule.arguments if type(rule._converters[name]) is PrintableText]


def test_no_address_has_a_key_or_a_code_with_a_character_that_is_not_seen(app: Flask):
    adapter, taken, looked_at = app.url_map.bind("school.example"), [], 0
    for rule in app.url_map.iter_rules():
        for odd in list_texts(rule):
            values = {
                name: 1 if isinstance(row, DatabaseId) else next(iter(getattr(row, "items", "x")))
                for name, row in rule._converters.items()
            }
            method = sorted(rule.methods or ())[0]
            address = adapter.build(rule.endpoint, {**values, odd: "a\0b"}, method=method)
            looked_at += 1
            with suppress(NotFound):
                taken.append(adapter.match(unquote(address), method=method))

    assert (taken, looked_at > 300) == ([], True)


@pytest.mark.both_databases
def test_a_file_that_waits_is_not_found_by_a_key_that_no_database_takes(
    app: Flask, make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    reviewer, chair = visit(made.reviewers[0]), visit(made.chair)

    assert reviewer.get(made.url("ballots/offline/a%00b")).status_code == 404
    assert reviewer.post(made.url("ballots/offline/a%00b/discard")).status_code == 404
    assert chair.get(made.url("import/a%00b")).status_code == 404
    assert chair.get(made.url("purchase/lines/a%00b")).status_code == 404
