"""The consensus matrix: the database packs the ballots, the domain decides."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.results import results as domain
from crrubric.domain.results.basis import Basis
from crrubric.domain.results.outcome import Rule
from crrubric.models import Criterion, Evaluation, Finding, Reinstatement, Vendor
from crrubric.queries.people.access import not_found
from crrubric.queries.results.marks import read_ballots
from crrubric.queries.setup.rubrics import Part, parts
from crrubric.queries.setup.wording import worded

Key = tuple[str, str]  # vendor code, criterion code


@dataclass(frozen=True, slots=True)
class Matrix:
    """The results of an evaluation with the rows that a page links to, by code."""

    basis: Basis
    results: domain.Results
    parts: list[Part]
    vendors: Mapping[str, Vendor]
    criteria: Mapping[str, Criterion]

    def picked(self, codes: Iterable[str]) -> list[tuple[str, Vendor]]:
        """The vendors with these codes, in this order."""
        return [(code, self.vendors[code]) for code in codes]


def rule_of(evaluation: Evaluation) -> Rule:
    """The evaluation's decision rule as a value."""
    return Rule(
        evaluation.rule_kind,
        Fraction(evaluation.threshold_over, evaluation.threshold_under),
        evaluation.quorum,
    )


def matrix(session: Session, evaluation: Evaluation, language: str = "") -> Matrix:
    """Everything the result pages show, in seven queries at any size.

    Args: language: in which criteria are named; "" as the rubric was written.
    Raises: NotFound before the meeting, whoever asks: nothing may depend on a mark until then.
    """
    if evaluation.phase not in FROM_MEETING:
        raise not_found()
    rubric = parts(session, evaluation.id)
    rows = session.execute(
        select(Vendor, Reinstatement.vendor_id)
        .outerjoin(Reinstatement, Reinstatement.vendor_id == Vendor.id)
        .where(Vendor.evaluation_id == evaluation.id, Vendor.withdrawn_at.is_(None))
        .order_by(Vendor.position)
    ).all()
    vendors = {vendor.id: vendor for vendor, _reinstated in rows}
    criteria = {row.id: row for part in rubric for row in part.criteria}
    ballots = read_ballots(session, evaluation.id, list(vendors.values()), list(criteria.values()))
    basis = Basis(
        tuple(criterion_value(part, row, language) for part in rubric for row in part.criteria),
        vendor_values(vendors.values()),
        ballots,
        adopted(session, evaluation.id, vendors, criteria),
        rule_of(evaluation),
        evaluation.scoring_mode,
        Fraction(evaluation.pass_mark, 100),
        frozenset(vendor.code for vendor, reinstated in rows if reinstated is not None),
    )
    return Matrix(
        basis,
        basis.results(),
        rubric,
        {row.code: row for row in vendors.values()},
        {row.code: row for row in criteria.values()},
    )


def criterion_value(part: Part, row: Criterion, language: str) -> domain.Criterion:
    """The criterion as the domain knows it, named in a language."""
    return domain.Criterion(
        row.code,
        worded(row, "title", language),
        worded(part.section, "title", language),
        Fraction(row.weight),
        row.must_have,
        row.may_not_apply,
        row.lead,
    )


def vendor_values(vendors: Iterable[Vendor]) -> tuple[domain.Vendor, ...]:
    """The vendors as the domain knows them: the company, with its product where it offers two."""
    rows = list(vendors)
    offers = Counter(row.company for row in rows)
    return tuple(
        domain.Vendor(
            row.code,
            f"{row.company} – {row.product}"
            if offers[row.company] > 1 and row.product
            else row.company,
        )
        for row in rows
    )


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
            row.value,
            row.reason,
            row.recorded_by,
            row.recorded_at,
            row.as_computed,
            row.evidence,
            row.agreed,
            row.version,
        )
        for row in rows
        if row.criterion_id in criteria and row.vendor_id in vendors
    }
