"""The table of phase changes with their conditions, and the set-up checklist made of the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.places import MendingPlace
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOut:
    """A recommended vendor that is not eligible: its must-haves, in words.

    what: those that it does not meet; lifted: others that it does not meet and the committee
    lifted.
    """

    vendor: str
    what: str
    lifted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What the conditions look at: counts of one evaluation, as they stand now."""

    criteria: int
    weighted_criteria: int  # of them, how many weigh more than nothing
    vendors: int
    reviewers: int
    rule_set: bool
    marks: int
    sealed: int  # ballots that were submitted, perhaps without a mark
    recommendation: bool
    retention: bool  # whether it is set how long the record is kept
    shown: bool = False  # the committee has seen ballots
    voting: bool = False  # a vote on must-haves is open
    in_place: bool = False  # of the curriculum in place, alone
    settled: int = 0  # what was done in the meeting: sittings, findings, a recommendation, ...
    # the recommended vendor if it is not eligible; looked at only as the meeting is closed
    ruled_out: RuledOut | None = None


Condition = Callable[[Readiness], CrrubricError | None]


def _make_condition(field: str, message: str, mended_at: MendingPlace) -> Condition:
    def check(facts: Readiness) -> CrrubricError | None:
        if getattr(facts, field):
            return None
        return Invalid(message, field=field).mended_on(mended_at)

    return check


def _check_no_marks(facts: Readiness) -> CrrubricError | None:
    """No number: how many there are would tell a chair of a vendor that they stay away from."""
    if facts.marks or facts.sealed:
        return Invalid(
            N_("Ballots have been marked already: rubric and rule can no longer be changed.")
        )
    if facts.shown:
        return Invalid(
            N_("The committee has seen the ballots: rubric and rule can no longer be changed.")
        )
    return None


def _check_recommended_is_eligible(facts: Readiness) -> CrrubricError | None:
    if not facts.ruled_out:
        return None
    text = N_(
        "%(vendor)s is recommended, but not eligible: it does not meet %(what)s. Recommend"
        " another vendor, or reinstate it with a reason."
    )
    if facts.ruled_out.lifted:
        text = N_(
            "%(vendor)s is recommended, but not eligible: the committee has lifted %(lifted)s, but"
            " not %(what)s. Recommend another vendor, or reinstate it for that as well, with a"
            " reason."
        )
    return Invalid(
        text,
        vendor=facts.ruled_out.vendor,
        what=facts.ruled_out.what,
        lifted=facts.ruled_out.lifted,
    ).mended_on(MendingPlace.DECISION)


def _check_no_meeting(facts: Readiness) -> CrrubricError | None:
    if facts.settled:
        return Invalid(
            N_("The committee has met already: rubric and rule can no longer be changed.")
        )
    return None


HAS_CRITERIA = _make_condition(
    "criteria", N_("The rubric has no criterion: add at least one."), MendingPlace.RUBRIC
)
HAS_WEIGHT = _make_condition(
    "weighted_criteria",
    N_("Every criterion weighs 0: give at least one a weight above 0."),
    MendingPlace.WEIGHTS,
)
HAS_VENDORS = _make_condition(
    "vendors", N_("There is no vendor: add at least one."), MendingPlace.VENDORS
)
HAS_REVIEWERS = _make_condition(
    "reviewers", N_("There is no reviewer: invite at least one."), MendingPlace.COMMITTEE
)
HAS_RECOMMENDATION = _make_condition(
    "recommendation",
    N_("No recommendation is recorded: record it on the decision page."),
    MendingPlace.DECISION,
)
HAS_RETENTION = _make_condition(
    "retention", N_("First set the day until which the record is kept."), MendingPlace.RETENTION
)


def _check_no_vote(facts: Readiness) -> CrrubricError | None:
    if not facts.voting:
        return None
    text = N_("The vote on must-haves is open: close it first.")
    return Invalid(text, field="voting").mended_on(MendingPlace.VOTE_CLOSING)


def _check_alone(facts: Readiness) -> CrrubricError | None:
    if not facts.in_place or facts.vendors <= 1:
        return None
    text = N_(
        "This evaluation is of the curriculum in place alone, but there is more than one vendor."
        " Keep the one whose product you use, or say under “Title, purpose and closing date” that"
        " it is a choice among vendors."
    )
    return Invalid(text, field="vendors").mended_on(MendingPlace.VENDORS)


READY_TO_SCORE = (
    HAS_CRITERIA, HAS_WEIGHT, HAS_VENDORS, _check_alone, HAS_REVIEWERS, _check_no_vote,
)  # fmt: skip

# The practice round may be left out: scoring opens from either.
TRANSITIONS: Mapping[tuple[Phase, Phase], tuple[Condition, ...]] = {
    (Phase.SETUP, Phase.SCORING): READY_TO_SCORE,
    (Phase.SETUP, Phase.PRACTICE): (HAS_CRITERIA, HAS_REVIEWERS),
    (Phase.PRACTICE, Phase.SCORING): READY_TO_SCORE,
    (Phase.PRACTICE, Phase.SETUP): (),
    (Phase.SCORING, Phase.MEETING): (),
    (Phase.MEETING, Phase.DECIDED): (HAS_RECOMMENDATION, _check_recommended_is_eligible),
    (Phase.DECIDED, Phase.ARCHIVED): (HAS_RETENTION,),
    (Phase.SCORING, Phase.SETUP): (_check_no_marks, _check_no_meeting),
    (Phase.MEETING, Phase.SCORING): (),
    (Phase.DECIDED, Phase.MEETING): (),
    (Phase.ARCHIVED, Phase.DECIDED): (),
}

_ORDER = tuple(Phase)


def is_step_back(before: Phase, after: Phase) -> bool:
    """Whether the change goes against the order of phases: then it needs a reason."""
    return _ORDER.index(after) < _ORDER.index(before)


def make_phase_refusal(before: Phase, after: Phase) -> Invalid:
    """The refusal of a change that there is not."""
    return Invalid(
        N_("An evaluation can’t go from %(before)s to %(after)s."),
        before=before.label,
        after=after.label,
    )


def list_phase_problems(before: Phase, after: Phase, facts: Readiness) -> tuple[CrrubricError, ...]:
    """What stands in the way of the change, a sentence each; empty if nothing does.

    Raises: Invalid if there is no such change at all.
    """
    try:
        conditions = TRANSITIONS[before, after]
    except KeyError:
        raise make_phase_refusal(before, after) from None
    return tuple(error for check in conditions if (error := check(facts)) is not None)


def next_phases(phase: Phase) -> tuple[Phase, ...]:
    """The phases that the chair may move forward to, the usual one first; empty at the end."""
    return tuple(b for (a, b) in TRANSITIONS if a == phase and not is_step_back(a, b))


def next_phase(phase: Phase) -> Phase | None:
    """The phase that usually comes next; None at the end."""
    return next(iter(next_phases(phase)), None)


def previous_phase(phase: Phase) -> Phase | None:
    """The phase that the chair may step back to, with a reason; None where there is none."""
    back = [b for (a, b) in TRANSITIONS if a == phase and is_step_back(a, b)]
    return back[0] if back else None
