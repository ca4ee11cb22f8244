"""The beginning of the demo's evaluations: what each knows of an earlier one."""

from collections.abc import Mapping
from typing import Any

from crrubric.models import Evaluation
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.setup.earlier import copy_needs, renew_record
from crrubric.services.setup.evaluations import note_creation


def begin_evaluation(
    cast: DemoEvaluation, row: Mapping[str, Any], known: Mapping[str, Evaluation]
) -> None:
    """Tell of the creation; with the needs of an earlier evaluation, or its record, if the row says
    so.

    Args: known: the evaluations that were made already, by their key.
    """
    own, made = cast.evaluation, cast.evaluation.created_at
    needs, renewed = (known.get(row.get(key, "")) for key in ("needs_of", "renews"))
    if needs is not None:
        copy_needs(cast.session, needs, own)
    source = needs or renewed
    note_creation(cast.session, cast.chair, own, earlier=source.title if source else "", at=made)
    if renewed is not None:
        renew_record(cast.session, cast.chair, renewed, own, at=made)
