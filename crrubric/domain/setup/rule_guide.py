"""What can be chosen as decision rule: each choice in words, with examples that are computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from crrubric.domain.results.outcome import DecisionRule, Resolution, decide_outcome
from crrubric.domain.results.shares import round_share
from crrubric.domain.results.tally import Tally
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Outcome, RuleKind, ScoringMode


@dataclass(frozen=True, slots=True)
class Lesson:
    """A choice: how it works, and what follows from choosing it."""

    how: str
    then: str


RULES = {
    RuleKind.MAJORITY: Lesson(
        N_(
            "A criterion is met with more YES than NO, and not met with more NO than YES. Only YES"
            " and NO are counted."
        ),
        N_(
            "It leaves the fewest items unresolved: only ties, and items with too few marks. One"
            " reviewer more on one side decides."
        ),
    ),
    RuleKind.SUPERMAJORITY: Lesson(
        N_(
            "A criterion is met when at least the share that you set, such as 2 of 3, of the YES"
            " and NO marks are YES, and not met when at least that share are NO."
        ),
        N_(
            "A narrow majority decides nothing: more items are unresolved, and the committee has to"
            " settle each of them. What is decided has clear support."
        ),
    ),
    RuleKind.UNANIMITY: Lesson(
        N_(
            "A criterion is met when all YES and NO marks are YES, and not met when all are NO."
            " Whoever can’t tell does not stand in the way."
        ),
        N_(
            "A single reviewer who sees it otherwise leaves an item unresolved: plan a long"
            " meeting, in which the committee settles each of them."
        ),
    ),
}
MODES = {
    ScoringMode.OUTCOME: Lesson(
        N_("A criterion counts fully when it is met, and not at all when it is not."),
        N_(
            "The score follows what the committee finds. How narrow a vote was does not show in it."
        ),
    ),
    ScoringMode.SHARE: Lesson(
        N_("A criterion counts by the share of YES among its YES and NO marks."),
        N_(
            "The score shows how narrow votes were. It stays made of the votes where the committee"
            " finds something else in its meeting."
        ),
    ),
}
# six reviewers each: how many say YES, NO, CAN'T TELL
EXAMPLES = tuple(
    Tally(yes=yes, no=no, cannot_tell=unsure)
    for yes, no, unsure in (
        (6, 0, 0),
        (5, 0, 1),
        (4, 2, 0),
        (3, 2, 1),
        (3, 3, 0),
        (1, 5, 0),
        (2, 0, 4),
    )
)
CRITERIA = (Tally(yes=5), Tally(yes=3, no=2), Tally(yes=1, no=4))  # for the score of one vendor


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """The marks for one item, and what each rule makes of them."""

    tally: Tally
    outcomes: dict[RuleKind, Resolution]


def work_examples(threshold: Fraction, quorum: int | None) -> Sequence[WorkedExample]:
    """Each example under each rule, with this share for a supermajority and this quorum."""
    rules = {kind: DecisionRule(kind, threshold, quorum) for kind in RuleKind}
    return [
        WorkedExample(tally, {kind: decide_outcome(tally, rule) for kind, rule in rules.items()})
        for tally in EXAMPLES
    ]


def score_example(mode: ScoringMode) -> int:
    """The score of the example of three criteria with equal weights, in whole percent.

    By outcome under a simple majority.
    """
    points = [
        tally.support or Fraction(0)
        if mode is ScoringMode.SHARE
        else Fraction(decide_outcome(tally, DecisionRule()).outcome is Outcome.MET)
        for tally in CRITERIA
    ]
    return round_share(sum(points, Fraction(0)) / len(points), 100)
