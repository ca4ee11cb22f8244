"""The decision rule of an evaluation: reading, checking and setting it."""

from dataclasses import asdict, dataclass
from fractions import Fraction

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import refuse_together
from crrubric.domain.events import Event
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.typed import require_in_bounds
from crrubric.domain.vocabulary import RuleKind, ScoringMode
from crrubric.models import Evaluation
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.services.shared.journal import note_evaluation_change
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """The decision rule as a chair sets it; the threshold is `over` of `under`.

    prices_sealed: nobody sees a price before every item has a finding.
    """

    kind: RuleKind = RuleKind.MAJORITY
    over: int = 2
    under: int = 3
    quorum: int | None = None
    pass_mark: int = 85
    mode: ScoringMode = ScoringMode.OUTCOME
    prices_sealed: bool = True


def check_rule(settings: RuleSettings) -> RuleSettings:
    """The settings, if they make a rule. Raises: Invalid naming the field."""
    quorum = settings.quorum
    refuse_together(
        lambda: require_in_bounds(settings.over, limits.THRESHOLD, field="over"),
        lambda: require_in_bounds(settings.under, limits.THRESHOLD, field="under"),
        lambda: quorum is None or require_in_bounds(quorum, limits.QUORUM, field="quorum"),
        lambda: require_in_bounds(settings.pass_mark, limits.PASS_MARK, field="pass_mark"),
    )
    DecisionRule(settings.kind, Fraction(settings.over, settings.under), settings.quorum)
    return settings


def set_rule(
    actor: Actor, slug: str, settings: RuleSettings, *, seen: str | None = None
) -> Evaluation:
    """Set the decision rule; possible until ballots open.

    Args: seen: the version that the form showed. Raises: Invalid naming the field; Stale.
    """
    check_rule(settings)
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        stored = asdict(rule_settings(evaluation))
        refuse_unseen_change(stored, asdict(settings), seen)
        # that the chair looked at the rule and left it as it is, is told once as well
        old = stored if evaluation.rule_set_at else {}
        if old == asdict(settings):
            return evaluation  # no entry would tell of another moment
        apply_rule(evaluation, settings)
        note_evaluation_change(
            session, actor, Event.RULE_CHANGED, evaluation, old=old, new=asdict(settings)
        )
    return evaluation


def rule_settings(evaluation: Evaluation) -> RuleSettings:
    """The rule as it is stored."""
    return RuleSettings(
        kind=evaluation.rule_kind,
        over=evaluation.threshold_over,
        under=evaluation.threshold_under,
        quorum=evaluation.quorum,
        pass_mark=evaluation.pass_mark,
        mode=evaluation.scoring_mode,
        prices_sealed=evaluation.prices_sealed,
    )


def apply_rule(evaluation: Evaluation, settings: RuleSettings) -> None:
    """Put checked settings on the evaluation."""
    evaluation.rule_kind = settings.kind
    evaluation.threshold_over, evaluation.threshold_under = settings.over, settings.under
    evaluation.quorum = settings.quorum
    evaluation.pass_mark = settings.pass_mark
    evaluation.scoring_mode = settings.mode
    evaluation.prices_sealed = settings.prices_sealed
    evaluation.rule_set_at = now_utc()
