"""What the memo prints of the evaluation that this one renews."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from crrubric.domain.events import Event
from crrubric.domain.memo.plan_facts import MemoMeasure, MemoRenewal
from crrubric.domain.policy import FROM_DECIDED
from crrubric.domain.record.entries import ROW
from crrubric.domain.results.needs import list_needs
from crrubric.domain.results.results import Results
from crrubric.domain.vocabulary import CommitmentState
from crrubric.models import Commitment, Evaluation, JournalEntry, Renewal, Vendor
from crrubric.queries.meeting.decisions import recommendation_of
from crrubric.queries.memo.plan import list_memo_measures
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.results.renewals import has_stayed_away


def list_memo_renewals(
    session: Session, evaluation: Evaluation, language: str, reader: int | None = None
) -> tuple[MemoRenewal, ...]:
    """Of each vendor that the earlier evaluation has too; once the decision is made, as it was
    then: that memo stays.

    Args: reader: an account; nothing of vendors from which it stayed away in the earlier one.
    """
    earlier = aliased(Vendor)
    rows = session.execute(
        select(Evaluation, Vendor.code, earlier)
        .join(Renewal, Renewal.earlier_id == Evaluation.id)
        .join(earlier, earlier.evaluation_id == Evaluation.id)
        .join(
            Vendor,
            (Vendor.evaluation_id == Renewal.evaluation_id)
            & (Vendor.name_key == earlier.name_key)
            & Vendor.withdrawn_at.is_(None),
        )
        .where(
            Renewal.evaluation_id == evaluation.id,
            Evaluation.phase.in_(FROM_DECIDED),
            ~has_stayed_away(reader, earlier.id),
        )
        .order_by(Vendor.position)
    ).all()
    if not rows:
        return ()
    source, until = rows[0][0], evaluation.decided_at
    results = read_matrix(session, source, language).results
    decision = recommendation_of(session, source.id)
    chosen = decision.vendor_id if decision is not None else None
    then = load_told_states(session, source.id, until) if until is not None else None
    measures = list_memo_measures(session, source.id, until) if chosen is not None else []
    return tuple(
        make_memo_renewal(
            code,
            vendor,
            source=source,
            results=results,
            promises=list_promises(session, vendor, until),
            then=then,
            measures=measures if vendor.id == chosen else (),
        )
        for _source, code, vendor in rows
    )


def list_promises(session: Session, vendor: Vendor, until: datetime | None) -> Sequence[Commitment]:
    """The commitments of a vendor that stood at a moment, or stand now."""
    stands: ColumnElement[bool] = Commitment.withdrawn_at.is_(None)
    wanted = select(Commitment).where(Commitment.vendor_id == vendor.id)
    if until is not None:
        stands = or_(stands, Commitment.withdrawn_at > until)
        wanted = wanted.where(Commitment.recorded_at <= until)
    return session.scalars(wanted.where(stands).order_by(Commitment.due_on, Commitment.id)).all()


def load_told_states(
    session: Session, evaluation_id: int, until: datetime
) -> dict[int, CommitmentState]:
    """What had been said at a moment of each commitment, by its id; nothing of those left open.

    Read in the journal: the row holds what was said last.
    """
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.evaluation_id == evaluation_id,
            JournalEntry.event == Event.COMMITMENT_SETTLED,
            JournalEntry.at <= until,
        )
        .order_by(JournalEntry.number)
    )
    told = (entry.after or {} for entry in entries)
    return {after[ROW]["id"]: CommitmentState(after["state"]) for after in told}


def make_memo_renewal(
    code: str,
    vendor: Vendor,
    *,
    source: Evaluation,
    results: Results,
    promises: Sequence[Commitment],
    then: Mapping[int, CommitmentState] | None,
    measures: Sequence[MemoMeasure],
) -> MemoRenewal:
    """What is told of one vendor. Args: then: what had been said of commitments; None: as it is."""
    there = vendor.code in {one.code for one in results.vendors}
    needs = list_needs(results, vendor.code) if there else None

    def find_state(row: Commitment) -> CommitmentState:
        return row.state if then is None else then.get(row.id, CommitmentState.OPEN)

    def list_words(state: CommitmentState) -> tuple[str, ...]:
        return tuple(row.words for row in promises if find_state(row) is state)

    return MemoRenewal(
        vendor=code,
        name=vendor.name,
        title=source.title,
        unmet=tuple(need.criterion.title for need in needs.unmet) if needs else (),
        kept=list_words(CommitmentState.KEPT),
        broken=list_words(CommitmentState.BROKEN),
        left=list_words(CommitmentState.OPEN),
        measures=tuple(measures),
    )
