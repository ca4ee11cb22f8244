"""The agenda: every cell is either on it or undisputed, and it has its order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.ballots import ballots as bytes_
from crrubric.domain.ballots.ballots import Ballots, Reviewer
from crrubric.domain.meeting.agenda import agenda, experts_against, undisputed
from crrubric.domain.results.basis import Basis
from crrubric.domain.results.outcome import Rule
from crrubric.domain.results.results import Criterion, Vendor
from crrubric.domain.vocabulary import Outcome, Stakeholder, Topic

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
    Criterion("must", "Must", "S", must_have=True, may_not_apply=True),
    Criterion("sso", "Single sign-on", "S", lead=IT, may_not_apply=True),
    Criterion("plain", "Plain", "S", may_not_apply=True),
)
PEOPLE = (Reviewer("Tom", IT), Reviewer("Ana", TEACHER), Reviewer("Bo", TEACHER))


def basis(*cells: str) -> Basis:
    """One vendor; a string a criterion, a letter a reviewer."""
    answers = np.array([[[SAID[cell[n]] for cell in cells]] for n in range(3)], dtype=np.uint8)
    codes = tuple(criterion.code for criterion in CRITERIA)
    return Basis(CRITERIA, (Vendor("v", "V"),), Ballots(PEOPLE, ("v",), codes, answers), {}, Rule())


def topics(*cells: str) -> list[tuple[Topic, str]]:
    found = basis(*cells)
    return [(item.topic, item.cell.criterion) for item in agenda(found, found.results())]


def test_the_order_is_unresolved_must_have_expert_other():
    assert topics("YYN", "NYY", "YY-") == [
        (Topic.SPLIT_MUST_HAVE, "must"),
        (Topic.EXPERT, "sso"),
    ]
    assert topics("YYY", "NYY", "NYY") == [(Topic.EXPERT, "sso"), (Topic.SPLIT, "plain")]
    assert topics("YN-", "YYN", "---") == [
        (Topic.UNRESOLVED, "must"),
        (Topic.UNRESOLVED, "plain"),
        (Topic.SPLIT, "sso"),
    ]


def test_an_expert_in_the_majority_is_not_flagged():
    found = basis("YYY", "YYN", "YYY")

    assert experts_against(found, found.results()) == {}


def test_the_expert_is_named():
    found = basis("YYY", "NYY", "YYY")

    assert experts_against(found, found.results()) == {("v", "sso"): ("Tom",)}


def test_cannot_tell_and_abstaining_dispute_nothing():
    found = basis("YY?", "YYx", "YY-")

    assert agenda(found, found.results()) == ()
    assert [cell.criterion for cell in undisputed(found, found.results())] == [
        "must",
        "sso",
        "plain",
    ]


letters = st.text("YN?A-x", min_size=3, max_size=3)


@given(letters, letters, letters)
def test_every_cell_is_on_the_agenda_or_undisputed_and_never_both(first, second, third):
    found = basis(first, second, third)
    results = found.results()

    talk = [item.cell.criterion for item in agenda(found, results)]
    agreed = [cell.criterion for cell in undisputed(found, results)]

    assert sorted(talk + agreed) == ["must", "plain", "sso"]
    assert all(results.cells["v", code].resolution.outcome is not Outcome.UNRESOLVED
               for code in agreed)  # fmt: skip
