"""The order that the committee adopts, recorded in the transaction of its recommendation."""

from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.meeting.ranking import RankingInput, Ranks, computed_ranks, validate_ranking
from crrubric.domain.results.results import Results
from crrubric.domain.text import clean_text
from crrubric.models import Decision, RankedVendor, Vendor
from crrubric.queries.people.access import make_not_found
from crrubric.queries.results.matrices import Matrix
from crrubric.services.shared.journal import ROW


def clean_ranking(text: RankingInput) -> RankingInput:
    """The ranking with its reason in clean text. Raises: Invalid naming the field."""
    reason = clean_text(text.reason, limit=limits.LONG_TEXT, field="ranking_reason")
    return replace(text, reason=reason)


def adopt_ranking(
    session: Session,
    decision: Decision,
    read: Matrix,
    text: RankingInput | None,
    recommended: str | None,
) -> dict[str, object]:
    """Store the order in the caller's transaction, in the place of an earlier one.

    Returns: the order as the journal keeps it. Raises: NotFound for a vendor of another
    evaluation; Invalid as `validate_ranking`.
    """
    if text is not None and set(text.ranks or ()) - set(read.vendors):
        raise make_not_found()
    order = validate_ranking(text, read.results, recommended) if text else RankingInput({})
    ranks = order.ranks or {}
    decision.ranking_as_computed = text is None or ranks == computed_ranks(read.results)
    decision.ranking_reason = order.reason
    vendors = select(Vendor.id).where(Vendor.evaluation_id == decision.evaluation_id)
    session.execute(delete(RankedVendor).where(RankedVendor.vendor_id.in_(vendors)))
    session.add_all(
        RankedVendor(vendor_id=read.vendors[code].id, rank=rank) for code, rank in ranks.items()
    )
    if text is None:
        return {}
    return {
        "adopted_order": format_ranking(ranks, read.results),
        "as_computed": decision.ranking_as_computed,
        "why_another_order": order.reason,
        ROW: {"ranks": sorted(ranks.items())},
    }


def format_ranking(ranks: Ranks, results: Results) -> str:
    """An order in a line: 1. A; 2. B."""
    names = {vendor.code: vendor.name for vendor in results.vendors}
    placed = sorted(ranks.items(), key=lambda pair: (pair[1], names[pair[0]]))
    return "; ".join(f"{rank}. {names[code]}" for code, rank in placed)
