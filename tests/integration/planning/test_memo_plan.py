"""The memo prints the workbook: why and for whom, what follows, and how it will be known."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from docx import Document

from crrubric.catalogue import load_translations
from crrubric.domain.documents.tree import Block, Bullets, Heading, Paragraph, Table
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.planning.followup.measures import MeasureUnit
from crrubric.domain.planning.items import ItemState
from crrubric.domain.planning.prompts import HintKey, HintKind
from crrubric.domain.planning.triage import Setting
from crrubric.domain.planning.venues import DEFAULT_VENUES, Venue, VenueHours, VenueKind
from crrubric.domain.results.priced_seats import SeatFacts
from crrubric.domain.vocabulary import Phase, PriceUnit
from crrubric.extensions import db
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.planning.proposals import list_item_proposals
from crrubric.services.meeting import decisions
from crrubric.services.planning.actuals import ActualText, correct_actual, record_actual
from crrubric.services.planning.hints import SettledHint, settle_hint
from crrubric.services.planning.items import (
    ItemText,
    add_action_item,
    change_action_item,
    move_action_item,
    take_proposed_items,
)
from crrubric.services.planning.kept_counts import keep_counts
from crrubric.services.planning.measures import MeasureText, add_measure, change_measure
from crrubric.services.planning.seats import set_seats
from crrubric.services.planning.venues import set_venues
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.services.setup.phases import change_phase
from crrubric.services.setup.rules import RuleSettings, set_rule
from crrubric.services.setup.vendors import VendorFacts, change_vendor
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.planning.test_items import seat_of
from tests.pages import words

NONE = "None recorded."
ANSWERS = {
    "goal": {
        "specific": "Nine of ten finish.",
        "today": "Call the registrar",
        "today_owner": "Dana",
        "today_on": "2027-02-01",
    },
    "reasons": {
        "reasons": [
            {"option": "failed", "count": "214"},
            {"option": "transient", "count": "61"},
            {"option": "hospital", "count": "3"},
            {"option": "other", "words": "Night shifts"},
        ],
        "learners": "260",
        "source": "The list of October 3",
    },
    "rollout": {
        "plan": [
            {"down": "year1", "across": "mid", "step": "Juniors", "owner": "Lee", "state": "done"},
            {"down": "year2", "across": "early", "step": "Units", "state": "planned"},
        ]
    },
    "policy": {"proctored": "yes", "at_a_time": "2"},
    "success": {
        "measures": [
            {"measure": "Courses finished", "baseline": "61 %", "target": "90 %",
             "by": "2027-06-30", "level": "program"}
        ],
        "reviews": [{"on": "2027-09-01", "about": "Completion"}],
    },
}  # fmt: skip


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YYY", (0, 1): "YYY"})


def fill(made: Made) -> None:
    for section, answers in ANSWERS.items():
        save_plan_answers(made.chair, made.slug, section, answers)


def list_parts(
    made: Made, section: str, away: frozenset[int] = frozenset()
) -> dict[str, list[Block]]:
    """The blocks below each heading of a section of the memo."""
    db.session.rollback()
    db.session.expire_all()
    facts = load_memo_facts(db.session(), made.evaluation, "en", away)
    found: dict[str, list[Block]] = {}
    here, part = False, ""
    for block in compose_memo(facts, str).blocks:
        if isinstance(block, Heading):
            here = block.text.endswith(section) if block.level == 1 else here
            part = block.text if block.level == 2 else ""
        elif here:
            found.setdefault(part, []).append(block)
    return found


def the_table(blocks: list[Block]) -> Table:
    return next(block for block in blocks if isinstance(block, Table))


def test_an_empty_workbook_is_said_to_be_empty(made: Made):
    need = list_parts(made, "Background and need")
    steps = list_parts(made, "Implementation and next steps")

    assert need == {
        "": [
            Paragraph(
                "Nothing is recorded here: Purpose; The goal; Why learners need it; Learners and "
                "seats; Who the learners are; Root causes."
            ),
        ]
    }
    assert steps == {
        "": [
            Paragraph(
                "Nothing is recorded here: Rollout; Policy decisions; Student support; Technology "
                "and rooms; Schedule and rooms; Evaluation plan; Review dates; Action items."
            )
        ]
    }


def test_goal_and_reasons_are_printed_and_small_counts_are_not(made: Made):
    fill(made)

    need = list_parts(made, "Background and need")

    assert Paragraph("Nine of ten finish.", "Specific:") in need["The goal"]
    action = Paragraph("Call the registrar (Dana, February 1, 2027)", "First action:")
    assert action in need["The goal"]
    assert the_table(need["Why learners need it"]).rows == (
        ("Failed a course in the original credit setting", "214"),
        ("Moved between schools", "hidden"),
        ("In hospital or homebound", "hidden"),
        ("Another reason: Night shifts", "–"),
    )
    assert Paragraph("260", "Different learners in all:") in need["Why learners need it"]


def test_support_equipment_and_profiles_are_printed_and_shares_are_not(made: Made):
    save_plan_answers(made.chair, made.slug, "support", {"ratio": "28", "employer": "own"})
    rows = [{"item": "Hotspots", "quantity": "20", "price": "25.5"}]
    save_plan_answers(made.chair, made.slug, "technology", {"equipment": rows})
    profile = {"barriers": "They work until nine.", "athletes": "4"}
    save_plan_answers(made.chair, made.slug, "learners", profile)

    need = list_parts(made, "Background and need")
    steps = list_parts(made, "Implementation and next steps")

    assert need["Who the learners are"][:1] == [
        Paragraph("They work until nine.", "What stands in their way:")
    ]
    assert Paragraph("28 learners", "Learners for each teacher:") in steps["Student support"]
    assert the_table(steps["Technology and rooms"]).rows == (("Hotspots", "20", "$25.50"),)
    assert Paragraph("$510", "In all:") in steps["Technology and rooms"]


def test_the_day_of_the_first_action_is_in_words_of_the_memos_language(made: Made):
    fill(made)
    db.session.expire_all()
    facts = load_memo_facts(db.session(), made.evaluation, "es")

    blocks = compose_memo(facts, load_translations("es").gettext).blocks

    said = [one.text for one in blocks if isinstance(one, Paragraph)]
    assert "Call the registrar (Dana, 1 de febrero de 2027)" in said


def test_measures_are_printed_with_their_last_value_and_small_counts_are_not(made: Made):
    begin = {"baseline": "412", "baseline_on": date(2022, 6, 30), "target": "5"}
    text = MeasureText(unit=MeasureUnit.PERSONS, due_on=date(2025, 6, 30), words="Size", **begin)
    size = add_measure(made.chair, made.slug, text)
    add_measure(made.chair, made.slug, MeasureText(words="Joy", unit=MeasureUnit.PERCENT))
    for period, value in (("2022-23", "100"), ("2023-24", "9")):
        record_actual(made.chair, made.slug, size.id, ActualText(period=period, value=value))

    plan = list_parts(made, "Implementation and next steps")["Evaluation plan"]

    assert the_table(plan).rows == (
        ("Size", "412 (June 30, 2022)", "5 (June 30, 2025)", "fewer than 10 (2023–24)"),
        ("Joy", "–", "–", "–"),
    )


def test_a_final_memo_keeps_the_measures_of_the_decision(made: Made):
    text = MeasureText(words="Size", unit=MeasureUnit.PERSONS)
    size = add_measure(made.chair, made.slug, text)
    row = record_actual(made.chair, made.slug, size.id, ActualText(period="2022-23", value="400"))
    decisions.record_decision(
        made.chair, made.slug, decisions.DecisionText(vendor_id=None, reason="No.")
    )
    change_phase(made.chair, made.slug, Phase.DECIDED)
    before = list_parts(made, "Implementation and next steps")["Evaluation plan"]
    db.session.rollback()

    other = MeasureText(words="Learners", unit=MeasureUnit.PERSONS)
    change_measure(made.chair, made.slug, size.id, other)
    add_measure(made.chair, made.slug, MeasureText(words="Joy"))
    record_actual(made.chair, made.slug, size.id, ActualText(period="2023-24", value="300"))
    wrong = ActualText(period="2022-23", value="390")
    correct_actual(made.chair, made.slug, row.id, wrong, reason="Counted again.")

    after = list_parts(made, "Implementation and next steps")["Evaluation plan"]
    assert the_table(before).rows == (("Size", "–", "–", "400 (2022–23)"),)
    assert after == before


def add_item(made: Made, text: str, **more: Any) -> int:
    return add_action_item(made.chair, made.slug, ItemText(words=text, **more)).id


def test_action_items_are_printed_those_still_to_be_done_first(made: Made):
    done = add_item(made, "Call", owner="Dana", due_on=date(2027, 1, 4))
    add_item(made, "Train mentors")
    add_item(made, "Order headsets", owner="Lee", due_on=date(2027, 2, 1))
    move_action_item(made.chair, made.slug, done, ItemState.DONE)

    items = list_parts(made, "Implementation and next steps")["Action items"]

    assert the_table(items).header == ("What", "Who", "Done by", "Status", "Comes from")
    assert the_table(items).rows == (
        ("Order headsets", "Lee", "February 1, 2027", "open", "added by a chair"),
        ("Train mentors", "nobody yet", "–", "open", "added by a chair"),
        ("Call", "Dana", "January 4, 2027", "done", "added by a chair"),
    )


def test_items_about_a_vendor_are_not_for_who_stays_away_from_it(made: Made):
    recommend(made, vendor_id=made.vendors[0].id, conditions="Zanzibarmeadow signs.")
    (origin,) = (
        each.origin
        for each in list_item_proposals(db.session(), seat_of(made, made.chair))
        if each.vendor_id
    )
    db.session.rollback()
    take_proposed_items(made.chair, made.slug, [origin])
    add_item(made, "Train mentors")

    def list_words(away: frozenset[int]) -> list[str]:
        items = list_parts(made, "Implementation and next steps", away)["Action items"]
        return [row[0] for row in the_table(items).rows]

    assert list_words(frozenset()) == ["Zanzibarmeadow signs.", "Train mentors"]
    assert list_words(frozenset({made.vendors[0].id})) == ["Train mentors"]


def test_a_final_memo_keeps_items_and_venues_of_the_decision(made: Made):
    chosen = Venue(VenueKind.ONLINE, VenueHours.OUTSIDE_DAY)
    item = add_item(made, "Order headsets", owner="Lee", due_on=date(2027, 2, 1))
    set_venues(made.chair, made.slug, {**DEFAULT_VENUES, Setting.HYBRID: chosen})
    recommend(made, vendor_id=None)
    change_phase(made.chair, made.slug, Phase.DECIDED)
    before = list_parts(made, "Implementation and next steps")
    db.session.rollback()

    change_action_item(made.chair, made.slug, item, ItemText(words="Order 40", owner="Kim"))
    move_action_item(made.chair, made.slug, item, ItemState.DROPPED, reason="Too dear.")
    add_item(made, "Train mentors")
    set_venues(made.chair, made.slug, DEFAULT_VENUES)

    after = list_parts(made, "Implementation and next steps")
    row = ("Order headsets", "Lee", "February 1, 2027", "open", "added by a chair")
    assert the_table(after["Action items"]).rows == (row,)
    assert the_table(after["Schedule and rooms"]).rows == (
        (Setting.HYBRID.label, "online", "outside the school day"),
    )
    assert after == before


def test_a_final_memo_keeps_venues_that_were_changed_one_after_the_other(made: Made):
    chosen = Venue(VenueKind.ONLINE, VenueHours.OUTSIDE_DAY)
    venues = {**DEFAULT_VENUES, Setting.HYBRID: chosen, Setting.MAINSTREAM: chosen}
    set_venues(made.chair, made.slug, venues)
    venues[Setting.OWN_CHOICE] = chosen
    set_venues(made.chair, made.slug, venues)
    venues[Setting.MAINSTREAM] = DEFAULT_VENUES[Setting.MAINSTREAM]
    set_venues(made.chair, made.slug, venues)
    draft = list_parts(made, "Implementation and next steps")["Schedule and rooms"]
    db.session.rollback()

    recommend(made, vendor_id=None)
    change_phase(made.chair, made.slug, Phase.DECIDED)

    final = list_parts(made, "Implementation and next steps")["Schedule and rooms"]
    assert [row[0] for row in the_table(final).rows] == [
        Setting.HYBRID.label, Setting.OWN_CHOICE.label,
    ]  # fmt: skip
    assert final == draft


def recommend(made: Made, **more: Any) -> None:
    text = decisions.DecisionText(reason="No.", **more)
    decisions.record_decision(made.chair, made.slug, text)


def test_a_few_learners_are_printed_as_few(made: Made):
    save_plan_answers(made.chair, made.slug, "reasons", {"learners": "7"})

    need = list_parts(made, "Background and need")["Why learners need it"]

    assert need[:1] == [Paragraph("fewer than 10", "Different learners in all:")]


def test_seats_are_printed_with_the_hidden_counts(made: Made):
    counts = {setting: 21 + place for place, setting in enumerate(Setting)}
    keep_counts(made.chair, made.slug, counts)
    keep_counts(made.chair, made.slug, {**counts, Setting.HYBRID: 7})

    seats = list_parts(made, "Background and need")["Learners and seats"]

    rows = {row[0]: row[2] for row in the_table(seats).rows}
    assert rows[Setting.HYBRID.label] == rows[Setting.CORE_CLASS.label] == "hidden"
    assert rows[Setting.MAINSTREAM.label] == "28"
    said = seats[0]
    assert isinstance(said, Paragraph)
    assert "at most. Online seats: " in said.text
    assert " to " in said.text


def test_learners_that_are_priced_are_no_nothing_where_no_counts_are_kept(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    first = made.vendors[0]
    price = VendorFacts(
        company=first.company,
        product=first.product,
        price_unit=PriceUnit.LEARNER,
        unit_price_cents=4500,
        term_months=36,
    )
    change_vendor(made.chair, made.slug, first.id, price)
    set_rule(made.chair, made.slug, RuleSettings(prices_sealed=False))
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (1, 0): "YYY"})
    without = list_nothing(made)
    set_seats(made.chair, made.slug, SeatFacts(low=100, high=119))

    told = list_parts(made, "Background and need")

    assert "Learners and seats" in without[-1].text
    said = Paragraph("100 to 119; no counts by setting are kept.", "Learners that are priced:")
    assert told["Learners and seats"][0] == said
    assert all("Learners and seats" not in block.text for block in list_nothing(made))
    assert said.lead in [
        block.lead
        for block in list_parts(made, "Cost and funding")[""]
        if isinstance(block, Paragraph)
    ]


def list_nothing(made: Made) -> list[Paragraph]:
    """What the section says is not recorded."""
    return [
        block
        for blocks in list_parts(made, "Background and need").values()
        for block in blocks
        if isinstance(block, Paragraph) and "Nothing is recorded here" in block.text
    ]


def test_that_nobody_has_a_conflict_of_interest_is_not_nothing(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    lead = "Conflicts of interest and recusals:"

    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (1, 0): "YYY"})
    blocks = list_parts(made, "Committee")[""]

    said = "None. Declarations on record: 4 of 4, all of no conflict."
    assert Paragraph(said, lead) in blocks
    asked = next(
        row
        for row in the_table(list_parts(made, "Attachments")["Checklist of the purchase"]).rows
        if row[0].startswith("Everybody declared")
    )
    assert "Declarations on record: 4 of 4." in asked[2]


def test_next_steps_have_owners_measures_and_days(made: Made):
    fill(made)

    steps = list_parts(made, "Implementation and next steps")

    plan, measures = the_table(steps["Rollout"]), the_table(steps["Evaluation plan"])
    assert plan.header == ("When", "Step", "Owner", "Status")
    assert plan.rows == (
        ("Year 1, Mid", "Juniors", "Lee", "done"),
        ("Year 2, Early", "Units", "–", "planned"),
    )
    assert measures.header == ("Measure", "Today", "Target", "By", "Level")
    assert measures.rows == (("Courses finished", "61 %", "90 %", "June 30, 2027", "program"),)
    assert the_table(steps["Review dates"]).rows == (("September 1, 2027", "Completion"),)
    assert Paragraph("Yes", "Must tests be proctored?") in steps["Policy decisions"]
    assert not any(isinstance(block, Bullets) for block in steps["Policy decisions"])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Specific:", "Year 1, Mid", "September 1, 2027")),
        ("es", ("Específica:", "Año 1, Mitad", "1 de septiembre de 2027")),
    ],
)
def test_page_and_word_print_the_same(
    made: Made, visit: Visit, language: str, said: tuple[str, ...]
):
    fill(made)
    chair = visit(made.chair)

    page = words(chair.page(made.url(f"memo/?language={language}")).root)
    file = chair.get(made.url(f"memo/memo.docx?language={language}"))
    document = Document(BytesIO(file.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])

    for each in (*said, "Nine of ten finish.", "Juniors", "61 %"):
        assert each in page
        assert each in text


def test_hints_are_printed_with_what_became_of_them(make: Factory):
    made = make.evaluation(phase=Phase.SETUP)  # with a criterion “ada”
    technology = {"sis": "Ours", "sign_in": "Ours as well"}
    save_plan_answers(made.chair, made.slug, "learners", {"iep_504": "14.8"})
    save_plan_answers(made.chair, made.slug, "technology", technology)
    hint = HintKey("learners", "ada", HintKind.MUST_HAVE)
    settle_hint(made.chair, made.slug, hint, SettledHint(taken=True, reason="It is the law."))
    make.forward(made, Phase.MEETING, {(0, 0): "YYY"})

    table = next(
        block for block in list_parts(made, "Method")[""]
        if isinstance(block, Table) and block.caption == "Hints of the plan"
    )  # fmt: skip

    assert [(row[0], row[1], row[3]) for row in table.rows] == [
        ("Accessible", "Consider a must-have", "Taken: It is the law."),
        ("Works with our system", "Consider a must-have", "neither taken nor declined"),
    ]
    assert table.rows[0][2] == (
        "The answer to “Share with an IEP or 504 plan”, which could tell of a learner and is not"
        " printed."
    )
    assert "14.8" not in repr(list_parts(made, "Method"))
    assert "Ours" in table.rows[1][2]  # other answers are


def test_a_hint_declined_for_a_must_have_is_pointed_out(make: Factory):
    made = make.evaluation(phase=Phase.SETUP)  # with “ada”, a must-have
    save_plan_answers(made.chair, made.slug, "learners", {"iep_504": "14.8"})
    hint = HintKey("learners", "ada", HintKind.MUST_HAVE)
    settle_hint(made.chair, made.slug, hint, SettledHint(taken=False, reason="We test."))
    make.forward(made, Phase.MEETING, {(0, 0): "YYY"})

    table = next(
        block for block in list_parts(made, "Method")[""]
        if isinstance(block, Table) and block.caption == "Hints of the plan"
    )  # fmt: skip

    said = "Declined: We test. The hint was declined, but this criterion is a must-have."
    assert table.rows[0][3] == said


def test_the_final_memo_prints_the_plan_of_the_decision(make: Factory, made: Made):
    fill(made)
    decisions.record_decision(
        made.chair, made.slug, decisions.DecisionText(vendor_id=None, reason="No.")
    )
    make.forward(made, Phase.DECIDED, {})

    save_plan_answers(made.chair, made.slug, "goal", {"specific": "Ten of ten finish."})

    goal = list_parts(made, "Background and need")["The goal"]
    assert Paragraph("Nine of ten finish.", "Specific:") in goal
