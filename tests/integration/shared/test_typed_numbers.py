"""Numbers, days and ids that come from outside, through every form and address."""

import time
from typing import Any

import pytest

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, Vendor
from crrubric.services.setup.rules import rule_settings
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, error_of
from tests.pages import parse

VENDOR = {"company": "Acme", "price_unit": "SEAT"}
RULE = {"kind": "SUPERMAJORITY", "over": "2", "under": "3", "quorum": "", "pass_mark": "85",
        "mode": "OUTCOME"}  # fmt: skip
CRITERION = {"title": "Accessible", "question": "Q?", "weight": "1"}
MOTION = {"words": "That we thank the vendors.", "in_favor": "3", "opposed": "0", "abstaining": "0"}
WHOLE = "Enter a whole number, like 250 or 1,250."


def form_of(made: Made, name: str) -> tuple[str, dict[str, str]]:
    """The address of a form, and what is good in it."""
    return {
        "vendor": (f"vendors/{made.vendors[0].id}", VENDOR),
        "rule": ("rule", RULE),
        "criterion": (f"rubric/criteria/{made.criterion('ada').id}", CRITERION),
    }[name]


def answer_to(made: Made, visit: Visit, name: str, field: str, typed: str) -> Any:
    url, good = form_of(made, name)
    return visit(made.chair).post(made.url(url), {**good, field: typed})


@pytest.mark.parametrize(
    ("form", "field", "typed", "says"),
    [
        ("vendor", "unit_price", "38,50", "“38,50” is not clear: write 38.50 if that is what"),
        ("vendor", "unit_price", "1.250,00", "“1.250,00” is not clear: write 1250.00 if that"),
        ("vendor", "unit_price", "1.250", "Use at most 2 decimal places."),
        ("vendor", "unit_price", "1e999990", "Enter a number, like 2 or 38.50."),
        ("vendor", "unit_price", "1e999999999", "Enter a number, like 2 or 38.50."),
        ("vendor", "unit_price", "10000001", "Enter a number from 0 to 10000000."),
        ("vendor", "quantity", "1,5", WHOLE),
        ("vendor", "quantity", "12.5", WHOLE),
        ("vendor", "quantity", "99999999", "Enter a number from 0 to 10000000."),
        ("vendor", "term_months", "0", "Enter a number from 1 to 240."),
        ("criterion", "weight", "1,5", "“1,5” is not clear: write 1.5 if that is what you mean."),
        ("criterion", "weight", "1e-999999999", "Enter a number, like 2 or 2.5."),
        ("criterion", "evidence_months", "1,2", WHOLE),
        ("rule", "over", "4294967296", "Enter a number from 1 to 1000."),
        ("rule", "under", "2147483648", "Enter a number from 1 to 1000."),
        ("rule", "quorum", "1,5", WHOLE),
        ("rule", "quorum", "99999999999999999999", "Enter a number from 1 to 1000."),
        ("rule", "pass_mark", "8,5", WHOLE),
        ("rule", "pass_mark", "101", "Enter a number from 0 to 100."),
    ],
)
def test_a_number_that_is_not_clear_is_refused_beside_its_field(
    make: Factory, visit: Visit, form: str, field: str, typed: str, says: str
):
    made = make.evaluation()
    begun = time.monotonic()

    answer = answer_to(made, visit, form, field, typed)

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert says in error_of(page, field)
    assert page.with_id(field).get("value") == typed
    assert time.monotonic() - begun < 5


def test_thousands_and_dollars_are_read(make: Factory, visit: Visit):
    made = make.evaluation()
    form = {**VENDOR, "unit_price": "$1,250.50", "quantity": "1,500", "term_months": "12"}

    answer = visit(made.chair).edit(made.url(f"vendors/{made.vendors[0].id}"), form)

    assert answer.status_code == 303
    db.session.rollback()
    vendor = db.session.get_one(Vendor, made.vendors[0].id)
    assert (vendor.unit_price_cents, vendor.quantity, vendor.term_months) == (125_050, 1_500, 12)


def test_what_is_stored_is_read_again_as_it_is_shown(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    url = made.url(f"vendors/{made.vendors[0].id}")
    chair.edit(url, {**VENDOR, "unit_price": "1,250.50", "quantity": "1,500"})

    page = chair.page(url)

    shown = {name: page.with_id(name).get("value") for name in ("unit_price", "quantity")}
    assert shown == {"unit_price": "1250.5", "quantity": "1500"}
    assert page.with_id("quantity").get("type") == "text"  # browsers send nothing for 1,5 else


def test_the_refusal_of_a_number_is_in_the_language_of_the_page(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    chair.post("/language", {"language": "es"})

    answer = chair.edit(made.url(f"vendors/{made.vendors[0].id}"), {**VENDOR, "unit_price": "1,5"})

    assert "1.5" in error_of(parse(answer.status_code, answer.text), "unit_price")
    assert "is not clear" not in answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2027-13-01"])
def test_a_day_far_away_is_refused(make: Factory, visit: Visit, day: str):
    made = make.evaluation()
    db.session.expire_all()

    answer = visit(made.chair).edit(
        made.url("facts"), {"title": "T", "language": "en", "closes_on": day}
    )

    assert answer.status_code == 422
    assert "Enter a date" in error_of(parse(answer.status_code, answer.text), "closes_on")
    assert db.session.get_one(Evaluation, made.evaluation.id).closes_on is None


@pytest.mark.parametrize("typed", ["1,5", "99999999999", "1e3"])
def test_votes_and_trials_are_bounded(make: Factory, visit: Visit, typed: str):
    made = make.evaluation(phase=Phase.MEETING)
    chair = visit(made.chair)
    chair.post(made.url("meeting/start"), {"place": ""})

    moved = chair.post(made.url("meeting/minutes"), {**MOTION, "in_favor": typed})
    tried = chair.get(made.url(f"what-if?kind=MAJORITY&quorum={typed}&concentration=50"))
    close = chair.get(made.url(f"what-if?kind=MAJORITY&concentration={typed}"))

    assert (moved.status_code, tried.status_code, close.status_code) == (422, 422, 422)


ODD_IDS = ("99999999999999999999", str(2**63), str(2**31), "-1", "1_0", "%D9%A3", "9" * 5000)


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_odd_id_in_an_address_is_not_found(make: Factory, visit: Visit, odd: str):
    made = make.evaluation(phase=Phase.MEETING)
    chair = visit(made.chair)

    pages = [
        f"vendors/{odd}/files",
        f"evidence/?vendor={odd}",
        f"evidence/?page={odd}",
        f"journal?vendor={odd}",
        f"journal?page={odd}",
        f"matrix?cell={odd}-{odd}",
    ]

    assert {page: chair.get(made.url(page)).status_code for page in pages} == dict.fromkeys(
        pages, 404
    )


def test_an_odd_id_in_a_form_is_no_id(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    chair = visit(made.chair)
    form = {"asking": [*ODD_IDS], "vendor": [*ODD_IDS], "words": "Which?", "into": ""}

    answer = chair.post(made.url(f"questions/vendors/{made.vendors[0].id}/merge"), form)

    assert answer.status_code in {303, 422}


def test_the_rule_stays_what_it_was_after_a_refusal(make: Factory, visit: Visit):
    made = make.evaluation()
    before = rule_settings(db.session.get_one(Evaluation, made.evaluation.id))

    visit(made.chair).edit(made.url("rule"), {**RULE, "over": "4294967296"})

    db.session.rollback()
    assert rule_settings(db.session.get_one(Evaluation, made.evaluation.id)) == before
    assert db.session.get_one(Criterion, made.criterion("ada").id).weight == 1
