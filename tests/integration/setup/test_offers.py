"""The offer of a vendor: typed row by row, priced for so many learners, with its arithmetic."""

import pytest

from crrubric.clock import now_utc
from crrubric.domain.errors import InvalidLines, NotFound, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.planning.triage import Setting
from crrubric.domain.results.offers import PriceLine
from crrubric.domain.results.priced_seats import SeatFacts
from crrubric.domain.vocabulary import Phase, PriceKind, PriceUnit, Role
from crrubric.extensions import db
from crrubric.models import JournalEntry, Vendor
from crrubric.queries.record.verification import verify_record
from crrubric.services.meeting import decisions
from crrubric.services.planning.kept_counts import keep_counts
from crrubric.services.planning.seats import set_seats
from crrubric.services.setup import phases, rules
from crrubric.services.setup.offers.further_prices import set_further_prices
from crrubric.services.setup.vendors import VendorFacts, change_vendor
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, error_of
from tests.integration.meeting.test_prices import set_roles
from tests.integration.setup.test_undo import find_undo
from tests.machine.stored import list_differences, replay, stored
from tests.pages import Page, filled_form, parse, text_of, words

ROWS = {
    "row0-kind": "TIER", "row0-unit_price": "40", "row0-quantity": "120",
    "row1-kind": "TRAINING", "row1-unit_price": "1,500", "row1-unit": "DISTRICT",
    "row1-paid": "once", "row1-note": "Two days on site",
    "row2-kind": "", "row2-unit_price": "",
}  # fmt: skip
TIER = PriceLine(kind=PriceKind.TIER, unit_cents=4000, quantity=120)
TRAINING = PriceLine(
    kind=PriceKind.TRAINING, unit_cents=150_000, unit=PriceUnit.DISTRICT, once=True, note="Two days"
)


@pytest.fixture
def made(make: Factory) -> Made:
    """The first vendor asks $45 per learner and year, for three years; 100 to 119 learners."""
    made = make.evaluation(reviewers=1)
    first = made.vendors[0]
    facts = VendorFacts(
        company=first.company,
        product=first.product,
        price_unit=PriceUnit.LEARNER,
        unit_price_cents=4500,
        term_months=36,
    )
    change_vendor(made.chair, made.slug, first.id, facts)
    set_seats(made.chair, made.slug, SeatFacts(low=100, high=119, at_once=40, note="The list"))
    return made


def prices_of(made: Made) -> str:
    return made.url(f"vendors/{made.vendors[0].id}/prices")


def cost_of(made: Made) -> str:
    return made.url(f"vendors/{made.vendors[0].id}/cost")


def stored_lines(made: Made) -> list[tuple[str, int]]:
    db.session.rollback()
    db.session.expire_all()
    vendor = db.session.get_one(Vendor, made.vendors[0].id)
    return [(line["kind"], line["unit_price_cents"]) for line in vendor.price_lines or ()]


def entries(made: Made, event: Event) -> list[JournalEntry]:
    chain = db.session.query(JournalEntry).filter_by(evaluation_id=made.evaluation.id, event=event)
    return chain.order_by(JournalEntry.number).all()


def texts(page: Page, tag: str) -> list[str]:
    return [words(node) for node in page.all(tag)]


def test_rows_are_saved_and_the_cost_opens_to_its_arithmetic(made: Made, visit: Visit):
    chair = visit(made.chair)

    saved = chair.edit(prices_of(made), ROWS)
    page = chair.page(saved.location)

    assert saved.location == cost_of(made)
    assert stored_lines(made) == [("TIER", 4000), ("TRAINING", 150_000)]
    text = words(page.root)
    assert "$15,000 – $17,565" in text
    assert "100 (learners) × $45 per learner × 3 years = $13,500" in text
    assert "$1,500 for the whole district, once = $1,500" in text
    assert "$13,500 + $1,500 = $15,000" in text
    assert "$15,000 ÷ (100 × 3 years) = $50" in text
    assert "The list" in text
    assert ["Together", "$6,000", "$4,500", "$4,500", "$15,000"] in [
        [words(cell) for cell in row] for row in page.all("tr")
    ]


def test_what_was_saved_can_be_taken_back(made: Made, visit: Visit):
    chair = visit(made.chair)
    page = chair.page(chair.edit(prices_of(made), ROWS).location)

    undo = find_undo(page)
    assert undo is not None
    chair.post(undo[0], undo[1])

    assert stored_lines(made) == []


def test_the_journal_tells_of_it_and_the_record_holds(made: Made):
    set_further_prices(made.chair, made.slug, made.vendors[0].id, [TIER, TRAINING])
    set_further_prices(made.chair, made.slug, made.vendors[0].id, [TIER, TRAINING])  # no change

    last = entries(made, Event.VENDOR_CHANGED)[-1]
    assert last.before == {"price_lines": None}
    assert [line["kind"] for line in (last.after or {})["price_lines"]] == ["TIER", "TRAINING"]
    assert len(entries(made, Event.VENDOR_CHANGED)) == 2
    assert (entries(made, Event.SEATS_SET)[-1].after or {})["seats_low"] == 100
    assert verify_record(db.session()).problems == ()
    own = made.evaluation.id
    assert list_differences(replay(db.session(), own), stored(db.session(), own)) == []


def test_the_journal_says_it_in_words(made: Made, visit: Visit):
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=False))
    set_further_prices(made.chair, made.slug, made.vendors[0].id, [TRAINING])

    text = text_of(visit(made.chair).get(made.url("journal")).get_data())

    assert "Training: $1,500 for the whole district, once, Two days" in text
    assert "said how many learners are priced" in text


@pytest.mark.parametrize(
    ("typed", "field", "error"),
    [
        ({"row0-quantity": ""}, "row0-quantity", "Enter from how many on this price holds."),
        ({"row0-unit": "SEAT"}, "row0-unit", "it is that of the line above"),
        ({"row0-rise": "5"}, "row0-rise", "it is that of the line above"),
        ({"row1-rise": "5"}, "row1-rise", "What is paid once does not rise."),
        ({"row1-unit_price": ""}, "row1-unit_price", "Fill this in as well."),
        ({"row1-quantity": "12"}, "row1-quantity", "is paid once, not for each one"),
        ({"row1-kind": ""}, "row1-kind", "Fill this in as well."),
        ({"row1-unit_price": "cheap"}, "row1-unit_price", "Enter a number, like 2 or 38.50."),
        ({"row2-kind": "TIER", "row2-unit_price": "1"}, "row2-quantity", "from how many on"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    made: Made, visit: Visit, typed: dict[str, str], field: str, error: str
):
    answer = visit(made.chair).edit(prices_of(made), {**ROWS, **typed})
    page = parse(answer.status_code, answer.text)

    assert answer.status_code == 422
    assert error in error_of(page, field)
    assert page.with_id("row1-note").get("value") == "Two days on site"
    assert stored_lines(made) == []


def test_everything_that_is_wrong_is_told_at_once(made: Made, visit: Visit):
    wrong = {
        "row0-quantity": "",
        "row1-rise": "5",
        "row2-kind": "OTHER",
        "row2-unit_price": "cheap",
    }

    answer = visit(made.chair).edit(prices_of(made), {**ROWS, **wrong})
    page = parse(answer.status_code, answer.text)

    told = [error_of(page, field) for field in ("row0-quantity", "row1-rise", "row2-unit_price")]
    assert ["from how many on" in told[0], "once" in told[1], "a number" in told[2]] == [True] * 3


def test_tiers_rise_and_stand_below_a_line(made: Made):
    wrong = [TIER, PriceLine(kind=PriceKind.TIER, unit_cents=1, quantity=120)]
    with pytest.raises(InvalidLines) as refused:
        set_further_prices(made.chair, made.slug, made.vendors[0].id, wrong)
    assert [place for place, _problem in refused.value.lines] == [1]

    with pytest.raises(InvalidLines):  # the other vendor has no price yet
        set_further_prices(made.chair, made.slug, made.vendors[1].id, [TIER])


def test_two_who_type_at_once_are_told(made: Made, visit: Visit):
    one, other = visit(made.chair), visit(made.chair)
    form = {"version": filled_form(one.page(prices_of(made)), prices_of(made))["version"]}
    other.edit(prices_of(made), {**ROWS, "row1-unit_price": "99"})

    answer = one.post(prices_of(made), {**ROWS, **form})

    assert answer.status_code == 409
    assert stored_lines(made) == [("TIER", 4000), ("TRAINING", 9_900)]


def test_a_cost_that_lacks_something_says_what(made: Made, visit: Visit):
    books = PriceLine(kind=PriceKind.OTHER, unit_cents=900, unit=PriceUnit.COURSE)
    set_further_prices(made.chair, made.slug, made.vendors[0].id, [books])

    text = words(visit(made.chair).page(cost_of(made)).root)

    assert "Missing: Other: the quantity" in text
    assert "What is known so far" in text


def list_missing(page: Page) -> list[tuple[str, str | None]]:
    """What a page says is missing of the cost, with where each is entered."""
    (box,) = [node for node in page.all("div") if node.get("class") == "message warn"]
    items = [(item, item.find("a")) for item in box.iter("li")]
    return [
        (words(item).split(" Fill it in")[0], None if link is None else link.get("href"))
        for item, link in items
    ]


def test_what_a_cost_lacks_leads_to_where_it_is_entered(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=1)
    first = made.vendors[0]
    facts = VendorFacts(company=first.company, product=first.product)
    change_vendor(made.chair, made.slug, first.id, facts)
    lines = [
        PriceLine(kind=PriceKind.OTHER, unit_cents=900, unit=PriceUnit.DISTRICT),
        PriceLine(kind=PriceKind.OTHER, unit_cents=900, unit=PriceUnit.COURSE),
        PriceLine(kind=PriceKind.OTHER, unit_cents=700, unit=PriceUnit.COURSE),
        PriceLine(kind=PriceKind.TRAINING, unit_cents=700, unit=PriceUnit.LEARNER),
        PriceLine(kind=PriceKind.OTHER, unit_cents=800, unit=PriceUnit.SEAT),
    ]
    set_further_prices(made.chair, made.slug, first.id, lines)
    chair = visit(made.chair)

    found = list_missing(chair.page(cost_of(made)))

    vendor, prices, seats = made.url(f"vendors/{first.id}"), prices_of(made), made.url("plan/seats")
    assert found == [
        ("License: the price", f"{vendor}#unit_price"),
        ("the term", f"{vendor}#term_months"),
        ("Other: the quantity", f"{prices}#row1-quantity"),
        ("the number of learners", f"{seats}#low"),
    ]
    for _text, url in found:
        page, _hash, field = (url or "").partition("#")
        assert chair.page(page).with_id(field).tag == "input"
    assert "Prices are fixed" not in chair.page(cost_of(made)).text


def test_a_price_of_which_nobody_says_what_one_unit_is_lacks_that(make: Factory, visit: Visit):
    made = make.evaluation()
    first, chair = made.vendors[0], visit(made.chair)
    facts = VendorFacts(company=first.company, product=first.product, unit_price_cents=4500)
    change_vendor(made.chair, made.slug, first.id, facts)

    assert list_missing(chair.page(cost_of(made))) == [
        ("the term", f"{made.url(f'vendors/{first.id}')}#term_months"),
        ("License: what one unit is", f"{made.url(f'vendors/{first.id}')}#price_unit"),
    ]
    assert "$45 a year" in words(chair.page(made.url("vendors/")).root)


def test_a_number_of_units_alone_makes_no_cost(make: Factory, visit: Visit):
    made = make.evaluation()
    first, chair = made.vendors[0], visit(made.chair)
    facts = VendorFacts(company=first.company, product=first.product, unit_price_cents=4500,
                        quantity=900, term_months=36)  # fmt: skip
    change_vendor(made.chair, made.slug, first.id, facts)
    address = made.url(f"vendors/{first.id}")

    assert list_missing(chair.page(cost_of(made))) == [
        ("License: what one unit is", f"{address}#price_unit")
    ]
    typed = filled_form(chair.page(address), address)
    answer = chair.post(address, {**typed, "price_unit": "DISTRICT"})
    assert "is paid once, not for each one" in error_of(
        parse(answer.status_code, answer.text), "quantity"
    )


def test_what_a_cost_needs_is_not_called_optional_nor_needed_at_times(make: Factory, visit: Visit):
    page = visit((made := make.evaluation()).chair).page(made.url("vendors/new"))

    labels = [words(node) for node in page.all("label")]
    assert {"Price is", "Term in months"} <= set(labels)


def test_who_may_not_enter_it_is_led_nowhere(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=1)
    first = made.vendors[0]
    facts = VendorFacts(
        company=first.company,
        product=first.product,
        price_unit=PriceUnit.LEARNER,
        unit_price_cents=4500,
    )
    change_vendor(made.chair, made.slug, first.id, facts)
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=False))
    reviewer, chair = visit(made.reviewers[0]), visit(made.chair)

    assert list_missing(reviewer.page(cost_of(made))) == [
        ("the term", None),
        ("the number of learners", None),
    ]

    make.forward(made, Phase.SCORING, {})
    assert list_missing(chair.page(cost_of(made))) == [
        ("the term", None),
        ("the number of learners", f"{made.url('plan/seats')}#low"),
    ]
    assert "Prices are fixed since ballots opened." in chair.page(cost_of(made)).text


def test_prices_are_fixed_when_ballots_open(make: Factory, made: Made):
    make.forward(made, Phase.SCORING, {})

    with pytest.raises(WrongPhase):
        set_further_prices(made.chair, made.slug, made.vendors[0].id, [TRAINING])
    set_seats(made.chair, made.slug, SeatFacts(low=90))
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    made.evaluation.phase, made.evaluation.decided_at = Phase.DECIDED, now_utc()
    db.session.commit()
    with pytest.raises(WrongPhase):
        set_seats(made.chair, made.slug, SeatFacts(low=80))


def test_a_chair_who_scores_neither_sees_nor_types_them_where_another_does_not(
    made: Made, visit: Visit
):
    set_further_prices(made.chair, made.slug, made.vendors[0].id, [TRAINING])
    scorer = made.reviewers[0]
    set_roles(made, scorer, Role.CHAIR, Role.REVIEWER)
    person = visit(scorer)

    assert person.get(prices_of(made)).status_code == 404
    assert person.post(prices_of(made), ROWS).status_code == 404
    assert "Prices are sealed" in text_of(person.get(cost_of(made)).get_data())
    with pytest.raises(NotFound):
        set_further_prices(scorer, made.slug, made.vendors[0].id, [])


def test_the_license_may_rise_and_the_most_has_every_rise(made: Made, visit: Visit):
    chair, url = visit(made.chair), made.url(f"vendors/{made.vendors[0].id}")
    form = {"company": made.vendors[0].company, "product": made.vendors[0].product}
    typed = {**form, "price_unit": "LEARNER", "unit_price": "45", "term_months": "24"}

    chair.edit(url, {**typed, "quantity": "100", "price_rise": "3.5"})

    assert chair.page(url).with_id("price_rise").get("value") == "3.5"
    text = words(chair.page(cost_of(made)).root)
    assert "$9,000 – $9,157.50" in text
    assert "3.5 % more each year: $4,500 + $4,657.50 = $9,157.50" in text


def test_learners_are_typed_with_where_they_come_from(made: Made, visit: Visit):
    chair, url = visit(made.chair), made.url("plan/seats")

    answer = chair.edit(url, {"low": "90", "high": "80"})
    page = parse(answer.status_code, answer.text)
    saved = chair.edit(url, {"low": "1,200", "high": "", "at_once": "30", "note": "The new list"})

    assert (answer.status_code, "at least as many" in error_of(page, "high")) == (422, True)
    assert saved.status_code == 303
    shown = words(visit(made.reviewers[0]).page(url).root)
    assert "1,200" in shown
    assert "The new list" in shown
    assert find_undo(chair.page(saved.location)) is not None


def test_from_the_learners_a_link_leads_back_to_what_is_priced(made: Made, visit: Visit):
    shown = visit(made.chair).page(made.url("plan/seats"))
    main = next(node for node in shown.nodes if node.get("id") == "main")

    leads = {node.get("href") for node in main.iter("a")}
    assert {made.url("vendors/"), made.url("purchase")} <= leads


def read_memo_on_first(made: Made, visit: Visit) -> str:
    """The memo once the first vendor is recommended."""
    text = decisions.DecisionText(vendor_id=made.vendors[0].id, reason="It fits.")
    decisions.record_decision(made.chair, made.slug, text)
    return words(visit(made.chair).page(made.url("memo/")).root)


def test_the_memo_prints_basis_cost_arithmetic_and_fund(make: Factory, made: Made, visit: Visit):
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=False))
    set_further_prices(made.chair, made.slug, made.vendors[0].id, [TIER, TRAINING])
    seats = SeatFacts(low=100, high=119, at_once=40, note="The list", fund="Title I")
    set_seats(made.chair, made.slug, seats)
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (0, 1): "YYY"})

    memo = read_memo_on_first(made, visit)

    name = made.vendors[0].name
    assert "$15,000 – $17,565; $49.20 – $50 for one learner and year" in memo
    assert "No cost ceiling is recorded." not in memo  # a line above what it does cost
    assert memo.count("Title I") == 2  # for the board, and in section 11
    assert "Learners that are priced:" in memo
    assert "100 to 119. The list" in memo
    assert "100 – 119" in memo
    assert "$45 per learner; from 120 on $40" in memo
    assert f"{name}, at most: License 119 (learners) × $45 per learner × 3 years" in memo
    other = made.vendors[1].name
    assert f"{other}, at least" not in memo


def test_the_memo_tells_a_ceiling_that_is_missing_from_a_cost_that_is(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YYY", (0, 1): "YYY"})

    memo = read_memo_on_first(made, visit)

    assert "At what cost: No cost ceiling is recorded." in memo


def test_the_board_reads_the_price_of_the_license_where_no_cost_can_be_computed(
    make: Factory, made: Made, visit: Visit
):
    first = made.vendors[0]
    facts = VendorFacts(
        company=first.company,
        product=first.product,
        price_unit=PriceUnit.LEARNER,
        unit_price_cents=4500,
    )
    change_vendor(made.chair, made.slug, first.id, facts)
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=False))
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (0, 1): "YYY"})

    memo = read_memo_on_first(made, visit)

    assert "Price of the license: $45 per learner" in memo


def test_the_results_as_json_have_the_cost_once_prices_are_open(
    make: Factory, made: Made, visit: Visit
):
    set_further_prices(made.chair, made.slug, made.vendors[0].id, [TIER, TRAINING])
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (0, 1): "YYY"})
    url, chair = made.url("export/results.json"), visit(made.chair)
    sealed = chair.get(url).get_json()["evaluation"]["prices"]["costs"]
    made.evaluation.prices_opened_at = now_utc()
    db.session.commit()

    (cost,) = chair.get(url).get_json()["evaluation"]["prices"]["costs"]

    assert sealed == []
    assert cost == {
        "vendor": made.vendors[0].code,
        "months": 36,
        "low_cents": 1_500_000,
        "high_cents": 1_756_500,
        "low_learners": 100,
        "high_learners": 119,
        "lacks": [],
    }


def test_opening_ballots_warns_of_missing_prices_and_not_of_what_can_be_said_later(
    made: Made, visit: Visit
):
    set_seats(made.chair, made.slug, SeatFacts())
    first, second = (row.name for row in made.vendors[:2])

    told = words(visit(made.chair).page(made.url("phase?to=SCORING")).root)

    missing = told.partition("Price, its unit, quantity or term is missing")[2].partition("Open")[0]
    assert (first in missing, second in missing) == (False, True)


def test_triage_proposes_the_disclosed_range_and_no_small_count(made: Made, visit: Visit):
    counts = dict.fromkeys(Setting, 30) | {next(iter(Setting)): 3}
    kept = keep_counts(made.chair, made.slug, counts)
    chair, url = visit(made.chair), made.url("plan/seats")

    page = chair.page(f"{url}?from=triage")

    assert kept.seats_low < kept.seats_high
    typed = [page.with_id(name).get("value") for name in ("low", "high")]
    assert typed == [str(kept.seats_low), str(kept.seats_high)]
    assert made.evaluation.seats_low == 100  # nothing is saved
    assert "What the plan says" not in texts(visit(made.reviewers[0]).page(url), "h2")
