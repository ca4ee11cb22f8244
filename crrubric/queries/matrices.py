"""The consensus matrix: the database counts, the domain decides. No mark enters Python alone."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from crrubric.domain import results as domain
from crrubric.domain.outcome import Rule
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.tally import Tally
from crrubric.domain.vocabulary import Answer, BallotState
from crrubric.models import Ballot, Criterion, Evaluation, Finding, Mark, Member, Vendor
from crrubric.queries.access import not_found
from crrubric.queries.rubrics import Part, parts

Key = tuple[str, str]  # vendor code, criterion code


@dataclass(frozen=True, slots=True)
class Matrix:
    """The results of an evaluation with the rows that a page links to, by code."""

    results: domain.Results
    parts: list[Part]
    vendors: Mapping[str, Vendor]
    criteria: Mapping[str, Criterion]


def rule_of(evaluation: Evaluation) -> Rule:
    """The evaluation's decision rule as a value."""
    return Rule(
        evaluation.rule_kind,
        Fraction(evaluation.threshold_over, evaluation.threshold_under),
        evaluation.quorum,
    )


def matrix(session: Session, evaluation: Evaluation) -> Matrix:
    """Everything the result pages show, in six queries at any size.

    Raises: NotFound before the meeting, whoever asks: nothing may depend on a mark until then.
    """
    if evaluation.phase not in FROM_MEETING:
        raise not_found()
    rubric = parts(session, evaluation.id)
    rows = session.scalars(
        select(Vendor).where(Vendor.evaluation_id == evaluation.id).order_by(Vendor.position)
    )
    vendors = {vendor.id: vendor for vendor in rows}
    criteria = {row.id: row for part in rubric for row in part.criteria}
    results = domain.evaluate(
        [criterion_value(part, row) for part in rubric for row in part.criteria],
        [domain.Vendor(row.code, vendor_name(row, vendors)) for row in vendors.values()],
        tallies(session, evaluation.id, vendors, criteria),
        adopted(session, evaluation.id, vendors, criteria),
        rule_of(evaluation),
        evaluation.scoring_mode,
        Fraction(evaluation.pass_mark, 100),
    )
    return Matrix(
        results,
        rubric,
        {row.code: row for row in vendors.values()},
        {row.code: row for row in criteria.values()},
    )


def criterion_value(part: Part, row: Criterion) -> domain.Criterion:
    """The criterion as the domain knows it."""
    return domain.Criterion(
        row.code,
        row.title,
        part.section.title,
        Fraction(row.weight),
        row.must_have,
        row.may_not_apply,
        row.lead,
    )


def vendor_name(vendor: Vendor, vendors: Mapping[int, Vendor]) -> str:
    """The company, with its product where the company offers two."""
    twice = sum(other.company == vendor.company for other in vendors.values()) > 1
    return f"{vendor.company} – {vendor.product}" if twice and vendor.product else vendor.company


def tallies(
    session: Session,
    evaluation_id: int,
    vendors: Mapping[int, Vendor],
    criteria: Mapping[int, Criterion],
) -> dict[Key, Tally]:
    """The tally of every cell, from two grouped counts."""
    assigned = _assigned(session, evaluation_id)
    counts = _counts(session, evaluation_id)
    found = {}
    for vendor_id, vendor in vendors.items():
        reviewers, recused = assigned.get(vendor_id, (0, 0))
        for criterion_id, criterion in criteria.items():
            cell = counts.get((vendor_id, criterion_id), Counter())
            found[vendor.code, criterion.code] = Tally(
                yes=cell.get(Answer.YES, 0),
                no=cell.get(Answer.NO, 0),
                not_applicable=cell.get(Answer.NOT_APPLICABLE, 0),
                cannot_tell=cell.get(Answer.CANNOT_TELL, 0),
                missing=reviewers - sum(cell.values()),
                recused=recused,
            )
    return found


def _counts(session: Session, evaluation_id: int) -> dict[tuple[int, int], Counter[Answer]]:
    rows = session.execute(
        select(Ballot.vendor_id, Mark.criterion_id, Mark.answer, func.count())
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .where(
            Member.evaluation_id == evaluation_id,
            Member.removed_at.is_(None),
            Ballot.state != BallotState.RECUSED,
        )
        .group_by(Ballot.vendor_id, Mark.criterion_id, Mark.answer)
    )
    counts: dict[tuple[int, int], Counter[Answer]] = {}
    for vendor_id, criterion_id, answer, number in rows:
        counts.setdefault((vendor_id, criterion_id), Counter())[answer] = number
    return counts


def _assigned(session: Session, evaluation_id: int) -> dict[int, tuple[int, int]]:
    recused = func.sum(case((Ballot.state == BallotState.RECUSED, 1), else_=0))
    rows = session.execute(
        select(Ballot.vendor_id, func.count() - recused, recused)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation_id, Member.removed_at.is_(None))
        .group_by(Ballot.vendor_id)
    )
    return {vendor: (int(reviewers), int(out)) for vendor, reviewers, out in rows}


def adopted(
    session: Session,
    evaluation_id: int,
    vendors: Mapping[int, Vendor],
    criteria: Mapping[int, Criterion],
) -> dict[Key, domain.Adopted]:
    """The findings that the committee adopted, by cell."""
    rows = session.scalars(
        select(Finding)
        .join(Vendor, Vendor.id == Finding.vendor_id)
        .where(Vendor.evaluation_id == evaluation_id)
    )
    return {
        (vendors[row.vendor_id].code, criteria[row.criterion_id].code): domain.Adopted(
            row.value, row.reason, row.recorded_by, row.recorded_at
        )
        for row in rows
        if row.criterion_id in criteria
    }
