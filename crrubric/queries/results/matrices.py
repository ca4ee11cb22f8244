"""The consensus matrix: the database packs the ballots, the domain decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.meeting.agenda import AgendaItem, find_opposing_experts, list_agenda_items
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.results import results as domain
from crrubric.domain.results.basis import ResultBasis
from crrubric.domain.results.computed import AnalyzedResults, compare_reviewers
from crrubric.domain.results.outcome import Counts, DecisionRule
from crrubric.domain.statistics.reliability import (
    Reliability,
    count_marking_reviewers,
    reliability_of,
)
from crrubric.domain.statistics.robustness import Robustness, robustness_of
from crrubric.models import Criterion, Evaluation, Finding, Reinstatement, Vendor
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.results.kept import Computed, KeptPlace, compute_results, find_kept_place
from crrubric.queries.results.marks import read_ballots
from crrubric.queries.setup.rubrics import ANEW, RubricPart, list_rubric_parts
from crrubric.queries.setup.wording import translate_rubric_text

Key = tuple[str, str]  # vendor code, criterion code
RULE = ("rule_kind", "threshold_over", "threshold_under", "quorum", "scoring_mode", "pass_mark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The results of an evaluation with the rows that a page links to, by code."""

    basis: ResultBasis
    results: domain.Results
    parts: list[RubricPart]
    vendors: Mapping[str, Vendor]
    criteria: Mapping[str, Criterion]
    computed: Computed  # the same, with what is derived from it
    withheld: tuple[domain.ScoredVendor, ...] = ()  # the reader stays away from them

    @property
    def counts(self) -> Counts:
        """How many gave which answer, shape (vendors, criteria, 6)."""
        return self.computed.derive("counts", self.basis.ballots.counts)

    @property
    def robustness(self) -> Robustness:
        """How far the order can be trusted, with the usual draws of weights."""
        return self.computed.derive("robustness", lambda: robustness_of(self.basis, self.counts))

    @property
    def reliability(self) -> Reliability:
        """How far ballots agree."""
        return self.computed.derive("reliability", lambda: reliability_of(self.basis, self.counts))

    @property
    def opposing_experts(self) -> Mapping[domain.Key, tuple[str, ...]]:
        """By cell: who speaks for the criterion's field and says the opposite of its outcome."""
        return self.computed.derive(
            "opposing experts", lambda: find_opposing_experts(self.basis, self.results)
        )

    @property
    def agenda(self) -> tuple[AgendaItem, ...]:
        """The cells that need talk, of all vendors, in the order in which they are talked about."""
        return self.computed.derive("agenda", lambda: list_agenda_items(self.basis, self.results))

    def picked(self, codes: Iterable[str]) -> list[tuple[str, Vendor]]:
        """The vendors with these codes, in this order."""
        return [(code, self.vendors[code]) for code in codes]


def rule_of(evaluation: Evaluation) -> DecisionRule:
    """The evaluation's decision rule as a value."""
    return DecisionRule(
        evaluation.rule_kind,
        Fraction(evaluation.threshold_over, evaluation.threshold_under),
        evaluation.quorum,
    )


def read_matrix(session: Session, evaluation: Evaluation, language: str = "") -> Matrix:
    """Everything the result pages show, in ten queries at any size; in four where it is kept.

    Args: language: in which criteria are named; "" as the rubric was written.
    Raises: NotFound before the meeting, whoever asks: nothing may depend on a mark until then.
    """
    if evaluation.phase not in FROM_MEETING:
        raise make_not_found()
    with find_kept_place(session, evaluation.id, language) as place:
        return _read_matrix_at(session, evaluation, language, place)


def _read_matrix_at(
    session: Session, evaluation: Evaluation, language: str, place: KeptPlace
) -> Matrix:
    rubric = list_rubric_parts(session, evaluation.id, anew=True)
    # a vendor has a row for each must-have that was lifted for it, or else one
    rows = session.execute(
        select(Vendor, Criterion.code)
        .outerjoin(Reinstatement, Reinstatement.vendor_id == Vendor.id)
        .outerjoin(Criterion, Criterion.id == Reinstatement.criterion_id)
        .where(Vendor.evaluation_id == evaluation.id, Vendor.withdrawn_at.is_(None))
        .order_by(Vendor.position),
        execution_options=ANEW,
    ).all()
    vendors = {vendor.id: vendor for vendor, _lifted in rows}
    criteria = {row.id: row for part in rubric for row in part.criteria}

    computed = place.found
    if computed is None or not computed.is_about(
        [row.code for row in vendors.values()], [row.code for row in criteria.values()]
    ):
        if place.key:  # else it was read and held just now
            session.refresh(evaluation, RULE)
        ballots = read_ballots(
            session, evaluation.id, list(vendors.values()), list(criteria.values())
        )
        basis = ResultBasis(
            criteria=tuple(
                convert_criterion(part, row, language) for part in rubric for row in part.criteria
            ),
            vendors=convert_vendors(vendors.values()),
            ballots=ballots,
            adopted=load_adopted_findings(session, evaluation.id, vendors, criteria),
            rule=rule_of(evaluation),
            mode=evaluation.scoring_mode,
            pass_mark=Fraction(evaluation.pass_mark, 100),
            lifted=frozenset((vendor.code, code) for vendor, code in rows if code is not None),
        )
        computed = place.keep(basis)
    return Matrix(
        basis=computed.basis,
        results=computed.results,
        computed=computed,
        parts=rubric,
        vendors={row.code: row for row in vendors.values()},
        criteria={row.code: row for row in criteria.values()},
    )


def read_matrix_for_seat(session: Session, seat: Seat, language: str = "") -> Matrix:
    """As `read_matrix`, without the vendors from which the seat stays away.

    For whatever sets one reviewer beside another: who compares a result with and without a
    reviewer can work out what they answered.
    Raises: NotFound before the meeting, and where no vendor is left.
    """
    read = read_matrix(session, seat.evaluation, language)
    away = {code for code, vendor in read.vendors.items() if vendor.id in seat.shut_out}
    if not away:
        return read
    if away >= read.vendors.keys():
        raise make_not_found()
    computed = read.computed.derive(
        ("without vendors", frozenset(away)),
        lambda: compute_results(read.basis.without_vendors(away)),
    )
    return replace(
        read,
        basis=computed.basis,
        results=computed.results,
        computed=computed,
        vendors={code: row for code, row in read.vendors.items() if code not in away},
        withheld=tuple(vendor for vendor in read.basis.vendors if vendor.code in away),
    )


def analyze_results(read: Matrix, *, with_names: bool) -> AnalyzedResults:
    """Everything that is computed from a matrix, for exports; what is kept of it is taken."""
    return AnalyzedResults(
        results=read.results,
        counts=read.counts,
        reviewers=count_marking_reviewers(read.basis),
        reliability=read.reliability,
        robustness=read.robustness,
        names=compare_reviewers(read.basis, read.counts) if with_names else None,
    )


def convert_criterion(part: RubricPart, row: Criterion, language: str) -> domain.ScoredCriterion:
    """The criterion as the domain knows it, named in a language."""
    return domain.ScoredCriterion(
        code=row.code,
        title=translate_rubric_text(row, "title", language),
        section_title=translate_rubric_text(part.section, "title", language),
        weight=Fraction(row.weight),
        must_have=row.must_have,
        may_not_apply=row.may_not_apply,
        lead=row.lead,
    )


def convert_vendors(vendors: Iterable[Vendor]) -> tuple[domain.ScoredVendor, ...]:
    """The vendors as the domain knows them."""
    return tuple(domain.ScoredVendor(row.code, row.name) for row in vendors)


def load_adopted_findings(
    session: Session,
    evaluation_id: int,
    vendors: Mapping[int, Vendor],
    criteria: Mapping[int, Criterion],
) -> dict[Key, domain.AdoptedFinding]:
    """The findings that the committee adopted, by cell."""
    rows = session.scalars(
        select(Finding)
        .join(Vendor, Vendor.id == Finding.vendor_id)
        .where(Vendor.evaluation_id == evaluation_id),
        execution_options=ANEW,
    )
    return {
        (vendors[row.vendor_id].code, criteria[row.criterion_id].code): domain.AdoptedFinding(
            value=row.value,
            reason=row.reason,
            by=row.recorded_by,
            at=row.recorded_at,
            as_computed=row.as_computed,
            evidence=row.evidence,
            agreed=row.agreed,
            version=row.version,
        )
        for row in rows
        if row.criterion_id in criteria and row.vendor_id in vendors
    }
