"""The agenda: every cell is either on it or undisputed, and it has its order."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.ballots import ballots as bytes_
from crrubric.domain.ballots.ballots import Ballots, Reviewer
from crrubric.domain.meeting.agenda import (
    find_adjacent_items,
    find_next_item,
    find_opposing_experts,
    list_agenda_items,
    list_undisputed_cells,
)
from crrubric.domain.results.basis import ResultBasis
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import AdoptedFinding, ScoredCriterion, ScoredVendor
from crrubric.domain.vocabulary import AgendaTopic, Outcome, Stakeholder

SAID = {
    "Y": bytes_.YES,
    "N": bytes_.NO,
    "?": bytes_.CANNOT_TELL,
    "A": bytes_.NOT_APPLICABLE,
    "-": bytes_.MISSING,
    "x": bytes_.ABSTAINED,
}
IT, TEACHER = Stakeholder.IT, Stakeholder.TEACHER
CRITERIA = (
    ScoredCriterion(
        code="must", title="Must", section_title="S", must_have=True, may_not_apply=True
    ),
    ScoredCriterion(
        code="sso", title="Single sign-on", section_title="S", lead=IT, may_not_apply=True
    ),
    ScoredCriterion(code="plain", title="Plain", section_title="S", may_not_apply=True),
)
PEOPLE = (Reviewer("Tom", IT), Reviewer("Ana", TEACHER), Reviewer("Bo", TEACHER))


def basis(*cells: str) -> ResultBasis:
    """One vendor; a string a criterion, a letter a reviewer."""
    answers = np.array([[[SAID[cell[n]] for cell in cells]] for n in range(3)], dtype=np.uint8)
    codes = tuple(criterion.code for criterion in CRITERIA)
    return ResultBasis(
        criteria=CRITERIA,
        vendors=(ScoredVendor("v", "V"),),
        ballots=Ballots(PEOPLE, ("v",), codes, answers),
        adopted={},
        rule=DecisionRule(),
    )


def topics(*cells: str) -> list[tuple[AgendaTopic, str]]:
    found = basis(*cells)
    return [(item.topic, item.cell.criterion) for item in list_agenda_items(found, found.results())]


def test_the_agenda_lists_unresolved_then_must_haves_then_experts_then_others():
    assert topics("YYN", "NYY", "YY-") == [
        (AgendaTopic.SPLIT_MUST_HAVE, "must"),
        (AgendaTopic.EXPERT, "sso"),
    ]
    assert topics("YYY", "NYY", "NYY") == [
        (AgendaTopic.EXPERT, "sso"),
        (AgendaTopic.SPLIT, "plain"),
    ]
    assert topics("YN-", "YYN", "---") == [
        (AgendaTopic.UNRESOLVED, "must"),
        (AgendaTopic.UNRESOLVED, "plain"),
        (AgendaTopic.SPLIT, "sso"),
    ]


def test_an_expert_in_the_majority_is_not_flagged():
    found = basis("YYY", "YYN", "YYY")

    assert find_opposing_experts(found, found.results()) == {}


def test_the_expert_in_the_minority_is_named():
    found = basis("YYY", "NYY", "YYY")

    assert find_opposing_experts(found, found.results()) == {("v", "sso"): ("Tom",)}


def test_cannot_tell_and_abstention_make_no_split():
    found = basis("YY?", "YYx", "YY-")

    assert list_agenda_items(found, found.results()) == ()
    assert [cell.criterion for cell in list_undisputed_cells(found, found.results())] == [
        "must",
        "sso",
        "plain",
    ]


letters = st.text("YN?A-x", min_size=3, max_size=3)


@given(letters, letters, letters)
def test_every_cell_is_on_the_agenda_or_undisputed_and_never_both(first, second, third):
    found = basis(first, second, third)
    results = found.results()

    talk = [item.cell.criterion for item in list_agenda_items(found, results)]
    agreed = [cell.criterion for cell in list_undisputed_cells(found, results)]

    assert sorted(talk + agreed) == ["must", "plain", "sso"]
    assert all(results.cells["v", code].resolution.outcome is not Outcome.UNRESOLVED
               for code in agreed)  # fmt: skip


def test_the_next_item_is_the_next_unsettled_one_and_after_the_last_the_first():
    plain = basis("YN-", "YN-", "YN-")
    settled = AdoptedFinding(
        value=Outcome.MET, reason="We looked.", by="Dana", at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    found = replace(plain, adopted={("v", "sso"): settled})
    items = list_agenda_items(found, found.results())
    must, sso, last = [item.key for item in items]
    done = replace(plain, adopted=dict.fromkeys((must, sso, last), settled))
    all_settled = list_agenda_items(done, done.results())

    def following(here: tuple[str, str] | None) -> tuple[str, str] | None:
        item = find_next_item(items, here)
        return item.key if item else None

    assert [following(here) for here in (None, must, sso, last)] == [must, last, last, must]
    assert following(("v", "not on it")) == must
    assert find_next_item(all_settled, must) is None
    assert find_next_item((), None) is None
    assert find_adjacent_items(items, must) == (None, items[1])
    assert find_adjacent_items(items, last) == (items[1], None)
    assert find_adjacent_items(items, None) == (None, items[0])
    assert sso == ("v", "sso")
