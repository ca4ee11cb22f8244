"""Motions: never more votes than there can have been; what was adopted with one, in short."""

from collections.abc import Iterable
from dataclasses import dataclass

from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class VotersInTheRoom:
    """How many can have voted: chairs and reviewers recorded as present, else all of them."""

    count: int
    recorded: bool


def refuse_excess_votes(votes: int, voters: VotersInTheRoom) -> None:
    """Raise Invalid (field "in_favor") if more votes are counted than there can have been."""
    if votes <= voters.count:
        return
    message = (
        N_(
            "%(votes)s votes are more than the chairs and reviewers recorded as present: %(count)s."
            " Observers do not vote. Count again, or record first who is present."
        )
        if voters.recorded
        else N_(
            "%(votes)s votes are more than the committee has chairs and reviewers: %(count)s."
            " Observers do not vote. Count again, and record who is present."
        )
    )
    raise Invalid(message, votes=votes, count=voters.count, field="in_favor")


@dataclass(frozen=True, slots=True)
class AdoptedGroup:
    """Items of one vendor for which the same was adopted: the titles of their criteria."""

    vendor: str
    value: Outcome
    criteria: tuple[str, ...]


def group_adopted_items(items: Iterable[tuple[str, Outcome, str]]) -> tuple[AdoptedGroup, ...]:
    """Items by vendor and finding, each in the order in which it comes first.

    Args: items: (name of the vendor, finding, title of the criterion).
    """
    found: dict[tuple[str, Outcome], list[str]] = {}
    for vendor, value, title in items:
        found.setdefault((vendor, value), []).append(title)
    vendors = list(dict.fromkeys(vendor for vendor, _value in found))
    return tuple(
        AdoptedGroup(vendor, value, tuple(titles))
        for vendor in vendors
        for (whose, value), titles in found.items()
        if whose == vendor
    )
