"""Who is to mark what: everything, unless a reviewer is limited to some vendors or criteria."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.vocabulary import Stakeholder


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one reviewer is to mark, by id; None: everything, and what is added later."""

    vendors: frozenset[int] | None = None
    criteria: frozenset[int] | None = None

    def covers_vendor(self, vendor: int) -> bool:
        """Whether the reviewer is to mark the vendor."""
        return self.vendors is None or vendor in self.vendors

    def covers(self, criterion: int) -> bool:
        """Whether the reviewer is to mark the criterion."""
        return self.criteria is None or criterion in self.criteria

    def asks(self, vendor: int, criterion: int) -> bool:
        """Whether the reviewer is to mark this cell."""
        return self.covers_vendor(vendor) and self.covers(criterion)


EVERYTHING = Assignment()


@dataclass(frozen=True, slots=True)
class Unlisted:
    """What no page that assigns lists: vendors out of the selection, criteria that are left out."""

    vendors: frozenset[int]
    criteria: frozenset[int]


def keep_unlisted(unlisted: Unlisted, old: Assignment, wanted: Assignment) -> Assignment:
    """What is wanted, and what nobody could tick stays as it was: it may come back.

    A vendor that is out stays with whoever was to mark it, and has perhaps: no ballot goes that is
    not seen. A criterion that is left out stays where it was ticked before.
    """
    vendors, criteria = wanted.vendors, wanted.criteria
    if vendors is not None:
        vendors |= frozenset(filter(old.covers_vendor, unlisted.vendors))
    if criteria is not None and old.criteria is not None:
        criteria |= unlisted.criteria & old.criteria
    return Assignment(vendors, criteria)


@dataclass(frozen=True, slots=True)
class AssignableCriterion:
    """A criterion as assigning looks at it: where it stands and who knows most about it."""

    id: int
    section: int
    lead: Stakeholder | None


def divide_criteria_by_lead(
    reviewers: Mapping[int, Stakeholder], criteria: Iterable[AssignableCriterion]
) -> dict[int, frozenset[int] | None]:
    """The criteria of each reviewer if experts mark the sections that they lead.

    A reviewer whose stakeholder leads a criterion gets the whole section of it; one who leads
    nothing keeps everything. So does everybody where a section would be left to nobody.
    Args: reviewers: stakeholder by member id. Returns: by member id; None for everything.
    """
    asked = list(criteria)
    led: dict[Stakeholder, set[int]] = {}
    for row in asked:
        if row.lead is not None:
            led.setdefault(row.lead, set()).add(row.section)
    sections = {row.section for row in asked}
    found: dict[int, frozenset[int] | None] = {}
    for member, stakeholder in reviewers.items():
        own = led.get(stakeholder, set())
        whole = not own or own == sections
        found[member] = None if whole else frozenset(r.id for r in asked if r.section in own)
    covered = {id_ for some in found.values() if some is not None for id_ in some}
    if None not in found.values() and any(row.id not in covered for row in asked):
        return dict.fromkeys(reviewers)
    return found


@dataclass(frozen=True, slots=True)
class CriterionCoverage:
    """How many reviewers are to mark a criterion, and how many decisive marks a cell needs."""

    criterion: int
    assigned: int
    quorum: int

    @property
    def thin(self) -> bool:
        """Whether the quorum can't be reached even if everybody assigned says YES or NO."""
        return self.assigned < self.quorum


def list_criterion_coverage(
    criteria: Iterable[int], assignments: Mapping[int, Assignment], rule: DecisionRule
) -> list[CriterionCoverage]:
    """Of each criterion, over the reviewers of a vendor that everybody marks.

    Args: assignments: by member id, one for each reviewer.
    """
    found = []
    for criterion in criteria:
        assigned = sum(each.covers(criterion) for each in assignments.values())
        found.append(CriterionCoverage(criterion, assigned, rule.quorum_for(assigned)))
    return found
