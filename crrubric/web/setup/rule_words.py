"""The choices of the decision rule, explained in the reader's language."""

from fractions import Fraction
from typing import Any

from flask_babel import gettext as _

from crrubric.domain.setup.rule_guide import MODES, RULES, score_example, work_examples
from crrubric.domain.vocabulary import RuleKind, ScoringMode


def explain_rules(over: int, under: int, quorum: int | None) -> dict[str, Any]:
    """What a page needs to explain each choice. Args: over, under: of a supermajority."""
    return {
        "kinds": list(RuleKind),
        "kind_notes": {
            kind.value: f"{_(lesson.how)} {_(lesson.then)}" for kind, lesson in RULES.items()
        },
        "mode_notes": {mode.value: explain_mode(mode) for mode in ScoringMode},
        "examples": work_examples(Fraction(over, under), quorum),
        "examples_over": (over, under),
    }


def explain_mode(mode: ScoringMode) -> str:
    """How a score is made, with the score of the same three criteria."""
    lesson = MODES[mode]
    example = _(
        "Example: three criteria with equal weights, marked 5 to 0, 3 to 2 and 1 to 4: a score of"
        " %(percent)s %%.",
        percent=score_example(mode),
    )
    return f"{_(lesson.how)} {example} {_(lesson.then)}"
