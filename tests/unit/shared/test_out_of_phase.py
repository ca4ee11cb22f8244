"""What somebody reads who may do a thing in another phase: a sentence for each, and the right."""

import pytest

from crrubric.domain.actions import Action
from crrubric.domain.out_of_phase import (
    ARCHIVED,
    DECISION_FINAL,
    ORDER,
    SCORING_OVER,
    TOO_EARLY,
    explain_phase,
)
from crrubric.domain.policy import POLICY
from crrubric.domain.vocabulary import Phase, Role

REFUSED = [
    pytest.param(role, action, phase, id=f"{role.name}-{action.name}-{phase.name}")
    for role, actions in POLICY.items()
    for action, allowed in actions.items()
    for phase in Phase
    if phase not in allowed
]
AFTER_SCORING = {Action.CONFIRM_BALLOT, Action.WITHDRAW_VENDOR, Action.MANAGE_QUESTIONS}


@pytest.mark.parametrize(("role", "action", "phase"), REFUSED)
def test_the_words_fit_the_phase(role: Role, action: Action, phase: Phase):
    allowed = POLICY[role][action]

    words = explain_phase(action, phase, allowed).message

    early = ORDER.index(phase) < min(map(ORDER.index, allowed))
    assert early or ORDER.index(phase) > max(map(ORDER.index, allowed))  # never between
    assert (words in TOO_EARLY.values() or "yet" in words or "once" in words) == early
    if phase is Phase.ARCHIVED:
        assert words == ARCHIVED
    if words == DECISION_FINAL:
        assert phase is Phase.DECIDED
        assert Phase.MEETING in allowed
    if words == SCORING_OVER:
        assert phase in {Phase.MEETING, Phase.DECIDED}


def test_who_types_the_address_of_a_form_that_was_fixed_reads_what_to_do_instead():
    words = explain_phase(Action.EDIT_SETUP, Phase.SCORING, POLICY[Role.CHAIR][Action.EDIT_SETUP])

    assert "were fixed when ballots opened" in words.message
    assert "takes a vendor out" in words.message
