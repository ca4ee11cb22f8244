"""The checklist: which lines are asked, what is done, what the record answers by itself."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from crrubric.domain.errors import Invalid
from crrubric.domain.procurement.binder import (
    LineRecord,
    clean_line_record,
    list_asked_lines,
    make_binder,
    name_next_own_line,
)
from crrubric.domain.procurement.computed_lines import BinderFacts, judge_computed_line
from crrubric.domain.procurement.line_states import EvidenceLevel, LineState
from crrubric.domain.procurement.order import SELECTION, OrderStep, StepSpan, prove_order
from crrubric.domain.procurement.purchase import (
    FundKind,
    FundShare,
    LimitKind,
    OwnLimit,
    PurchaseDays,
    PurchaseFacts,
    PurchaseMethod,
)
from crrubric.domain.procurement.rules import (
    BinderLine,
    Bound,
    ComputedLine,
    load_procurement_rules,
)
from crrubric.domain.procurement.thresholds import (
    AmountSource,
    PurchaseAmount,
    list_applied_limits,
)

RULES = load_procurement_rules()
NO_ORDER = prove_order(SELECTION, {})
LINES = {line.code: line for line in RULES.lines}
DAY = date(2026, 5, 1)


def judged(dollars: int | None = None, **facts: object) -> BinderFacts:
    """A purchase out of Title I money."""
    purchase = PurchaseFacts(
        funds=(FundShare(kind=FundKind.TITLE_I_A),),
        method=PurchaseMethod.QUOTES,
        method_reason="Small.",
        limits=(OwnLimit(kind=LimitKind.BOARD, cents=3_000_000, source="DJ"),),
    )
    amount = None if dollars is None else PurchaseAmount(dollars * 100, AmountSource.ESTIMATE)
    start = BinderFacts(purchase=purchase, days=PurchaseDays(), order=NO_ORDER, amount=amount)
    found = replace(start, **facts)
    return replace(found, limits=list_applied_limits(found.purchase, RULES.thresholds, DAY))


def asked(facts: BinderFacts) -> set[str]:
    return {line.code for line in list_asked_lines(RULES.lines, facts)}


@pytest.mark.parametrize("kind", FundKind)
def test_each_fund_asks_for_its_lines(kind: FundKind):
    found = asked(judged(20_000, purchase=PurchaseFacts(funds=(FundShare(kind=kind),))))

    federal = kind not in {
        FundKind.STATE, FundKind.GENERAL, FundKind.LEVY, FundKind.GRANT, FundKind.OTHER,
    }  # fmt: skip
    assert ("exclusion" in found) is federal
    assert ("allowable" in found) is federal
    assert ("supplement" in found) is (kind is FundKind.TITLE_I_A)
    assert ("evidence_level" in found) is kind.name.startswith("TITLE")
    assert {"privacy", "accessibility", "conflicts", "board"} <= found


@pytest.mark.parametrize("method", PurchaseMethod)
def test_each_method_asks_for_its_lines(method: PurchaseMethod):
    found = asked(judged(20_000, purchase=PurchaseFacts(method=method)))

    alone = {PurchaseMethod.SOLE_SOURCE, PurchaseMethod.RENEWAL}
    assert ("no_competition" in found) is (method in alone)
    assert ("competition" in found) is (method not in {*alone, PurchaseMethod.MICRO})
    assert ("method_of_evaluation" in found) is (method is PurchaseMethod.PROPOSALS)
    assert ("cooperative" in found) is (method is PurchaseMethod.COOPERATIVE)
    assert ("renewal" in found) is (method is PurchaseMethod.RENEWAL)


def test_a_line_above_an_amount_is_asked_above_it_and_while_it_is_not_known():
    assert "price_analysis" not in asked(judged(350_000))
    assert "price_analysis" in asked(judged(350_001))
    assert "price_analysis" in asked(judged(None))
    assert "lobbying" not in asked(judged(100_000))
    assert "lobbying" in asked(judged(100_001))


def state_of(line: ComputedLine, facts: BinderFacts) -> LineState:
    return judge_computed_line(line, facts)[0]


def test_a_method_is_held_against_the_amount():
    assert state_of(ComputedLine.METHOD, judged(350_000)) is LineState.DONE
    assert state_of(ComputedLine.METHOD, judged(350_001)) is LineState.OPEN
    assert state_of(ComputedLine.METHOD, judged(None)) is LineState.OPEN
    silent = replace(judged(10).purchase, method_reason="")
    assert state_of(ComputedLine.METHOD, judged(10, purchase=silent)) is LineState.OPEN


def test_the_board_must_act_above_its_amount():
    acted = judged(30_001, days=PurchaseDays(board_on=DAY))

    assert state_of(ComputedLine.BOARD, judged(30_000)) is LineState.NOT_APPLICABLE
    assert state_of(ComputedLine.BOARD, judged(30_001)) is LineState.OPEN
    assert state_of(ComputedLine.BOARD, acted) is LineState.DONE
    assert state_of(ComputedLine.BOARD, judged(10, purchase=PurchaseFacts())) is LineState.OPEN


def test_an_estimate_comes_before_the_offers():
    def estimated(on: date, due: date | None) -> LineState:
        purchase = PurchaseFacts(estimate_cents=1, estimate_on=on)
        facts = judged(10, purchase=purchase, days=PurchaseDays(offers_due_on=due))
        return state_of(ComputedLine.ESTIMATE, facts)

    assert estimated(DAY, DAY) is LineState.DONE
    assert estimated(date(2026, 5, 2), DAY) is LineState.OPEN
    assert estimated(DAY, None) is LineState.OPEN


def test_declarations_and_what_comes_after_the_memo_are_counted_and_not_typed():
    for there, state in ((5, LineState.OPEN), (6, LineState.DONE)):
        assert state_of(ComputedLine.CONFLICTS, judged(1, declared=(there, 6))) is state
    assert state_of(ComputedLine.CONFLICTS, judged(1)) is LineState.OPEN
    assert state_of(ComputedLine.RECORD, judged(1)) is LineState.OPEN
    assert state_of(ComputedLine.RECORD, judged(1, issue=2, issued_on=DAY)) is LineState.DONE
    assert state_of(ComputedLine.RETENTION, judged(1, retain_until=DAY)) is LineState.DONE


def test_the_rule_is_fixed_before_ballots_open():
    def fixed(rule: int, opened: int) -> LineState:
        spans = {
            step: StepSpan(*[datetime(2026, 5, day, tzinfo=UTC)] * 2)
            for step, day in ((OrderStep.RULE, rule), (OrderStep.OPENED, opened))
        }
        return state_of(ComputedLine.EVALUATION, judged(1, order=prove_order(SELECTION, spans)))

    assert fixed(1, 2) is LineState.DONE
    assert fixed(3, 2) is LineState.OPEN
    assert state_of(ComputedLine.EVALUATION, judged(1)) is LineState.OPEN


def test_what_does_not_apply_is_not_counted():
    records = {
        "allowable": LineRecord(state=LineState.DONE, note="Needed."),
        "privacy": LineRecord(state=LineState.NOT_APPLICABLE, note="No data."),
        "own-2": LineRecord(title="Second"),
        "own-1": LineRecord(title="First", state=LineState.DONE, note="Seen."),
    }
    lines = [LINES["allowable"], LINES["privacy"], LINES["accessibility"]]

    binder = make_binder(lines, judged(1), records)

    assert (binder.done, binder.asked, binder.is_done) == (2, 4, False)
    assert [row.line.title for row in binder.lines[-2:]] == ["First", "Second"]


def test_what_is_about_a_vendor_follows_the_recommendation_and_is_kept_from_who_stays_away():
    records = {"exclusion": LineRecord(state=LineState.DONE, note="Checked.", vendor_id=7)}

    def check(facts: BinderFacts, away: frozenset[int] = frozenset()):
        return make_binder([LINES["exclusion"]], facts, records, away).lines[0]

    assert check(judged(1)).state is LineState.DONE
    assert check(judged(1, recommended_id=7)).state is LineState.DONE
    other = check(judged(1, recommended_id=8))
    assert other.state is LineState.OPEN
    assert other.remark is not None
    kept = check(judged(1), frozenset({7}))
    assert (kept.withheld, kept.record.note) == (True, "")


@pytest.mark.parametrize(
    ("code", "record", "fields"),
    [
        ("allowable", LineRecord(state=LineState.DONE), {"note"}),
        ("allowable", LineRecord(state=LineState.NOT_APPLICABLE), {"note"}),
        ("privacy", LineRecord(note="Signed."), {"vendor"}),
        (
            "evidence_level",
            LineRecord(state=LineState.DONE, note="A study.", vendor_id=1),
            {"level"},
        ),
        ("allowable", LineRecord(done_on=date(1900, 1, 1)), {"done_on"}),
    ],
)
def test_what_a_line_lacks_is_named(code: str, record: LineRecord, fields: set[str]):
    with pytest.raises(Invalid) as refusal:
        clean_line_record(record, LINES[code])

    assert {refusal.value.field, *(each.field for each in refusal.value.more)} == fields


def test_a_line_keeps_only_what_it_asks_for():
    record = LineRecord(
        state=LineState.DONE, title="Mine", note="Seen.", level=EvidenceLevel.STRONG, vendor_id=3
    )

    assert clean_line_record(record, LINES["allowable"]) == LineRecord(
        state=LineState.DONE, note="Seen."
    )


def test_own_lines_are_numbered_and_their_number_has_an_end():
    assert name_next_own_line(["privacy"]) == "own-1"
    assert name_next_own_line(["own-1", "own-10"]) == "own-11"
    with pytest.raises(Invalid):
        name_next_own_line([f"own-{number}" for number in range(1, 21)])


def test_a_line_of_the_file_is_bound_by_what_the_file_knows():
    bounds = {line.above for line in RULES.lines if isinstance(line.above, Bound)}

    assert bounds == {Bound.FORMAL}
    assert BinderLine(code="own-1", title="Mine").funds is None
