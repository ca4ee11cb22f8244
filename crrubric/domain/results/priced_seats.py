"""How many learners are priced: proposals from what the plan already says, without small counts."""

from dataclasses import dataclass

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, refuse_together
from crrubric.domain.planning.disclosure import SMALLEST_SHOWN
from crrubric.domain.planning.triage import Seats
from crrubric.domain.results.offers import PERCENT
from crrubric.domain.text import clean_line, clean_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds
from crrubric.domain.vocabulary import LabelledEnum


class SeatSource(LabelledEnum):
    """Where a proposal comes from."""

    TRIAGE = "triage", N_("Online seats, from the kept counts of triage")
    REASONS = "reasons", N_("Different learners, from the section “Reasons” of the workbook")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatFacts:
    """How many learners are priced, as it is typed; all None: not said.

    at_once: how many percent of them work at the same time; note: where the numbers come from;
    fund: out of which it is paid.
    """

    low: int | None = None
    high: int | None = None
    at_once: int | None = None
    note: str = ""
    fund: str = ""


@dataclass(frozen=True, slots=True)
class SeatProposal:
    """A range with where it comes from."""

    source: SeatSource
    low: int
    high: int
    at_once: int | None


def propose_seats(
    kept: Seats | None, learners: int | None, at_once: int | None
) -> list[SeatProposal]:
    """What the plan says of seats, as far as it may be told: of triage the disclosed range alone.

    Args: kept: seats of the newest kept counts; learners: different ones, as the workbook says;
    at_once: how many it says work at the same time.
    """
    found = []
    if kept is not None and kept.high >= SMALLEST_SHOWN:
        found.append((SeatSource.TRIAGE, max(kept.low, 1), kept.high))
    if learners is not None and learners >= SMALLEST_SHOWN:
        found.append((SeatSource.REASONS, learners, learners))
    return [
        SeatProposal(source, low, high, find_share(at_once, high)) for source, low, high in found
    ]


def find_share(at_once: int | None, learners: int) -> int | None:
    """How many percent so many of the learners are, rounded up; None where that can't be."""
    if not at_once or at_once > learners:
        return None
    return -(-at_once * PERCENT // learners)


def clean_seats(facts: SeatFacts) -> SeatFacts:
    """The facts, cleaned; one number alone is both ends. Raises: Invalid naming the fields."""
    low = facts.high if facts.low is None else facts.low
    high = low if facts.high is None else facts.high

    def check(number: int | None, bounds: limits.NumberLimits, field: str) -> None:
        if number is not None:
            require_in_bounds(number, bounds, field=field)

    refuse_together(
        lambda: check(low, limits.LEARNERS, "low"),
        lambda: check(high, limits.LEARNERS, "high"),
        lambda: check(facts.at_once, limits.AT_ONCE, "at_once"),
    )
    if low is not None and high is not None and low > high:
        raise Invalid(N_("Enter at least as many as in the field before."), field="high")
    if low is None and facts.at_once is not None:
        raise Invalid(N_("Enter how many learners there are, or leave this empty."), field="low")
    return SeatFacts(
        low=low,
        high=high,
        at_once=facts.at_once,
        note=clean_text(facts.note, limit=limits.NOTE, field="note"),
        fund=clean_line(facts.fund, limit=limits.SHORT_TEXT, field="fund"),
    )
