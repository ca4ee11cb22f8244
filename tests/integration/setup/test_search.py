"""Search finds what this person may read now, and nothing else."""

import pytest
from flask import Flask

from crrubric.domain.search import MOST_HITS
from crrubric.domain.vocabulary import Answer, DeclarationKind, Outcome, Phase, Role
from crrubric.extensions import db
from crrubric.models import Criterion, Finding, Member, Vendor
from crrubric.queries.people.people import Actor
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.questions import askings
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import words

WORD = "zanahoria"


def found(visit: Visit, actor: Actor, made: Made, asked: str) -> list[tuple[str, str]]:
    """(text, address) of each hit."""
    page = visit(actor).page(made.url(f"search/?q={asked}"))
    hits = page.root.findall(".//main//section/ul/li")
    return [(words(hit), hit.find(".//a").get("href").removeprefix(made.url())) for hit in hits]


def cell_of(made: Made, vendor: int = 0) -> str:
    return f"cells/{made.vendors[vendor].id}/{made.criterion('ada').id}"


@pytest.fixture
def made(make: Factory) -> Made:
    """Both reviewers wrote the word about the first vendor, the first about the second as well."""
    made = make.evaluation(phase=Phase.SCORING)
    make.mark(made, 0, 0, "ada", Answer.YES, f"{WORD} of mine")
    make.mark(made, 1, 0, "ada", Answer.NO, f"{WORD} of hers")
    make.mark(made, 0, 1, "ada", Answer.NO, f"{WORD} again")
    return made


def test_before_the_meeting_only_ones_own_notes_are_found(make: Factory, visit: Visit, made: Made):
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))

    hits = found(visit, made.reviewers[1], made, "ZANAHORÍA")

    ballot = f"ballots/{made.vendors[0].id}#criterion-{made.criterion('ada').id}"
    assert [url for _text, url in hits] == [ballot]
    assert f"{WORD} of hers" in hits[0][0]
    assert found(visit, made.chair, made, WORD) == []
    assert found(visit, observer, made, WORD) == []


def test_from_the_meeting_on_all_notes_are_found_but_of_vendors_that_one_stays_away_from(
    make: Factory, visit: Visit, made: Made
):
    declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="Mine."
    )
    make.forward(made, Phase.MEETING, {})
    with unit_of_work() as session:
        session.add_all(
            Finding(vendor_id=row.id, criterion_id=made.criterion("ada").id, value=Outcome.MET,
                    reason=f"A {WORD} found", recorded_by="x", evidence="", agreed="")
            for row in made.vendors
        )  # fmt: skip

    everything = [url for _text, url in found(visit, made.reviewers[1], made, WORD)]
    away = [url for _text, url in found(visit, made.chair, made, WORD)]

    assert everything == [cell_of(made), cell_of(made, 1)] + [cell_of(made)] * 2 + [
        cell_of(made, 1)
    ]
    assert away == [cell_of(made, 1)] * 2


def test_vendors_criteria_and_people_are_found_where_they_stand(visit: Visit, made: Made):
    vendor, criterion = made.vendors[1], made.criterion("teacher")
    with unit_of_work() as session:
        session.get_one(Vendor, vendor.id).company = f"{WORD} Inc."
        session.get_one(Criterion, criterion.id).translations = {"es": {"title": f"Docente {WORD}"}}
        member = session.query(Member).filter_by(user_id=made.chair.user_id).one()
        member.name = f"Ana {WORD}"
        seat = member.id

    english = [url for _text, url in found(visit, made.reviewers[1], made, WORD)]
    person = visit(made.reviewers[1])
    person.post("/language", {"language": "es"})
    spanish = person.page(made.url(f"search/?q={WORD}"))

    about = [f"vendors/#vendor-{vendor.id}", f"committee/#member-{seat}"]
    assert english[:2] == about
    assert f"3. Docente {WORD}" in words(spanish.root.find(".//main"))


def test_a_question_is_found_by_its_asker_and_by_the_chair_without_a_name(visit: Visit, made: Made):
    askings.ask_vendor(
        made.reviewers[0], made.slug, made.vendors[0].id, made.criterion("ada").id,
        words="Do you sell turnips?",
    )  # fmt: skip
    anchor = f"questions/#vendor-{made.vendors[0].id}"

    assert [url for _text, url in found(visit, made.reviewers[0], made, "turnips")] == [anchor]
    assert found(visit, made.reviewers[1], made, "turnips") == []
    hits = found(visit, made.chair, made, "turnips")
    assert [url for _text, url in hits] == [anchor]
    assert made.reviewers[0].name not in hits[0][0]


def test_prices_are_never_found(visit: Visit, made: Made):
    with unit_of_work() as session:
        row = session.get_one(Vendor, made.vendors[0].id)
        row.price_note, row.contact_name, row.unit_price_cents = WORD * 2, WORD * 2, 123456789

    assert found(visit, made.chair, made, WORD * 2) == []
    assert found(visit, made.chair, made, "1234567") == []


def test_more_than_fifty_of_a_kind_are_not_shown_and_it_says_so(visit: Visit, made: Made):
    with unit_of_work() as session:
        own = made.criterion("ada")
        session.add_all(
            Criterion(evaluation_id=own.evaluation_id, section_id=own.section_id, code=f"c{n}",
                      position=n, title=f"{WORD} {n}", question="?", look_for="")
            for n in range(100, 100 + MOST_HITS + 1)
        )  # fmt: skip
    db.session.remove()

    page = visit(made.chair).page(made.url(f"search/?q={WORD}"))

    assert len(page.root.findall(".//main//section/ul/li")) == MOST_HITS
    assert "the first 50 are shown" in words(page.root.find(".//main"))


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("", 200, ""),
        ("%E2%81%A0", 200, ""),
        ("nowhere", 200, "Nothing that you may read now holds all of these words."),
        ("a%25_b", 200, "Nothing that you may read now"),
        ("a%00b", 422, "Remove the control character at position 2"),
        ("x" * 301, 422, "Shorten this to 300 characters; it has 301."),
    ],
)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_odd_words_are_answered_in_words(
    app: Flask, visit: Visit, make: Factory, asked: str, status: int, said: str
):
    made = make.evaluation()

    answer = visit(made.chair).get(made.url(f"search/?q={asked}"))

    assert answer.status_code == status
    assert said in answer.text
