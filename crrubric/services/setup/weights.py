"""Weights, must-haves and what may not apply, of all criteria at once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import partial

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import refuse_together
from crrubric.domain.typed import require_in_bounds
from crrubric.models import Criterion
from crrubric.queries.people.access import require_locked_evaluation
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.services.setup.rubrics import find_criterion, write_criterion_values
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change


@dataclass(frozen=True, slots=True)
class CriterionWeight:
    """How much a criterion counts, whether it is a gate, whether it may not apply."""

    weight: Decimal
    must_have: bool
    may_not_apply: bool


def weight_of(criterion: Criterion) -> CriterionWeight:
    """What is stored of a criterion."""
    return CriterionWeight(criterion.weight, criterion.must_have, criterion.may_not_apply)


def read_weight_values(weights: Mapping[int, CriterionWeight]) -> dict[str, object]:
    """Weights by criterion id as values by name."""
    return {
        f"{key}-{name}": value
        for key, row in weights.items()
        for name, value in asdict(row).items()
    }


def change_weights(
    actor: Actor, slug: str, given: Mapping[int, CriterionWeight], *, seen: str | None = None
) -> int:
    """Change all criteria in one step, each with its own journal entry; how many have changed.

    Args: given: by criterion id; seen: the version that the form showed.
    Raises: Invalid for every weight out of bounds; Stale; NotFound for another's criterion.
    """
    refuse_together(
        *(
            partial(require_in_bounds, row.weight, limits.WEIGHT, field=f"{key}-weight")
            for key, row in given.items()
        )
    )
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        criteria = {key: find_criterion(session, evaluation, key) for key in given}
        stored = read_weight_values(
            {
                row.id: weight_of(row)
                for part in list_rubric_parts(session, evaluation.id)
                for row in part.criteria
            }
        )
        refuse_unseen_change(stored, {**stored, **read_weight_values(given)}, seen)
        changed = [
            write_criterion_values(session, actor, criteria[key], asdict(row))
            for key, row in given.items()
        ]
    return sum(map(bool, changed))
