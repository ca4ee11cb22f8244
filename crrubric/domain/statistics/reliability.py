"""All that is said about agreement: the whole, its parts, how sure the coefficients are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crrubric.domain.ballots.ballots import CANNOT_TELL
from crrubric.domain.results.basis import ResultBasis
from crrubric.domain.results.outcome import Counts
from crrubric.domain.results.reviewers import cohen_pairs, profile_of
from crrubric.domain.statistics.agreement import Agreement, agreement_of_profile
from crrubric.domain.statistics.coefficients import Profile
from crrubric.domain.statistics.intervals import (
    BootstrapIntervals,
    bootstrap_cells,
    bootstrap_vendors,
    gwet_standard_error,
    jackknife_standard_errors,
)

LEAST_CELLS = 5  # pairable ones: a smaller part gets counts and percent agreement only
HIGH_AGREEMENT, LOW_ALPHA = Fraction(4, 5), Fraction(667, 1000)


@dataclass(frozen=True, slots=True)
class AgreementGroup:
    """A part of all cells: one criterion, one section, one vendor, or one stakeholder's marks."""

    code: str
    name: str
    agreement: Agreement

    @property
    def small(self) -> bool:
        """Whether coefficients would only look precise."""
        return self.agreement.pairable_cells < LEAST_CELLS

    @property
    def disagreement(self) -> Fraction | None:
        """The share of pairs of reviewers of a cell who differ; None without a pair."""
        agreed = self.agreement.pooled_pair_agreement
        return None if agreed is None else 1 - agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Agreement of the whole and of its parts, with intervals and standard errors.

    profile, by_vendor: what the intervals are drawn from. cohen: Cohen's kappa if there are
    exactly two reviewers. jackknife: standard errors of alpha and ac1, None where undefined.
    """

    whole: Agreement
    profile: Profile
    by_vendor: tuple[Profile, ...]
    jackknife: dict[str, float | None]
    ac1_se: float | None
    cohen: Fraction | None
    criteria: tuple[AgreementGroup, ...]
    sections: tuple[AgreementGroup, ...]
    vendors: tuple[AgreementGroup, ...]
    stakeholders: tuple[AgreementGroup, ...]

    def cells_drawn(self) -> BootstrapIntervals:
        """Intervals from drawing cells."""
        return bootstrap_cells(self.profile)

    def vendors_drawn(self) -> BootstrapIntervals:
        """Intervals from drawing whole vendors: wider, since cells of one vendor are alike."""
        return bootstrap_vendors(self.by_vendor)

    @property
    def paradox(self) -> bool:
        """Whether people agree and alpha is low all the same: nearly all marks are alike."""
        agreed, alpha = self.whole.percent_agreement, self.whole.alpha
        if agreed is None or alpha is None:
            return False
        return agreed >= HIGH_AGREEMENT and alpha < LOW_ALPHA


def reliability_of(basis: ResultBasis, counts: Counts) -> Reliability:
    """Agreement over all cells and by criterion, section, vendor and stakeholder.

    Args: counts: those of the basis' ballots, shape (vendors, criteria, 6).
    """
    whole = profile_of(counts)
    by_vendor = tuple(profile_of(row) for row in counts)
    pairs = cohen_pairs(basis.ballots) if len(basis.ballots.reviewers) == 2 else {}
    return Reliability(
        whole=agreement_of_profile(whole, _count_marks(counts)),
        profile=whole,
        by_vendor=by_vendor,
        jackknife=jackknife_standard_errors(whole),
        ac1_se=gwet_standard_error(whole),
        cohen=next(iter(pairs.values()), None),
        criteria=tuple(
            _group_from_counts(row.code, row.title, counts[:, place])
            for place, row in enumerate(basis.criteria)
        ),
        sections=tuple(_group_by_section(basis, counts)),
        vendors=tuple(
            _group_from_profile(row.code, row.name, profile, _count_marks(cells))
            for row, profile, cells in zip(basis.vendors, by_vendor, counts, strict=True)
        ),
        stakeholders=tuple(_group_by_stakeholder(basis)),
    )


def _count_marks(counts: Counts) -> int:
    return int(counts[..., :4].sum())


def _group_from_counts(code: str, name: str, counts: Counts) -> AgreementGroup:
    return _group_from_profile(code, name, profile_of(counts), _count_marks(counts))


def _group_from_profile(code: str, name: str, profile: Profile, marks: int) -> AgreementGroup:
    return AgreementGroup(code, name, agreement_of_profile(profile, marks))


def _group_by_section(basis: ResultBasis, counts: Counts) -> Iterable[AgreementGroup]:
    places: dict[str, list[int]] = {}
    for place, row in enumerate(basis.criteria):
        places.setdefault(row.section_title, []).append(place)
    for title, some in places.items():
        yield _group_from_counts(title, title, counts[:, some])


def _group_by_stakeholder(basis: ResultBasis) -> Iterable[AgreementGroup]:
    """The marks of those who speak for the same people, two or more of them."""
    ballots = basis.ballots
    places: dict[str, list[int]] = {}
    for place, reviewer in enumerate(ballots.reviewers):
        places.setdefault(reviewer.stakeholder, []).append(place)
    for stakeholder, some in sorted(places.items()):
        if len(some) > 1:
            label = ballots.reviewers[some[0]].stakeholder.label
            yield _group_from_counts(stakeholder, label, ballots.only(some).counts())


def sort_by_disagreement(groups: Sequence[AgreementGroup]) -> list[AgreementGroup]:
    """Where reviewers differ most first; those without a pair last; equal ones in their order."""
    return sorted(
        groups,
        key=lambda group: (group.disagreement is None, -(group.disagreement or Fraction(0))),
    )


def count_marking_reviewers(basis: ResultBasis) -> int:
    """How many reviewers gave a mark."""
    return int((basis.ballots.answers <= CANNOT_TELL).any(axis=(1, 2)).sum())
