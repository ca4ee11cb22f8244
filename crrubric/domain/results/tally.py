"""The tally of a cell: how often each answer was given for one vendor and one criterion."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

FIELDS = 7  # how many counts a tally has; the last is of those who were not assigned
ASSIGNED = FIELDS - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one cell. Recused reviewers are not assigned; missing ones are, and those who
    abstained: left the criterion without a mark on purpose, with a reason."""

    yes: int = 0
    no: int = 0
    not_applicable: int = 0
    cannot_tell: int = 0
    missing: int = 0
    abstained: int = 0
    recused: int = 0

    @classmethod
    def from_counts(cls, counts: Iterable[int]) -> Self:
        """The tally with these counts, in the order of the fields; those left out are 0."""
        return cls(**dict(zip(cls.__slots__, counts, strict=False)))

    @property
    def counts(self) -> tuple[int, ...]:
        """The fields in their order."""
        return tuple(getattr(self, name) for name in self.__slots__)

    @property
    def decisive(self) -> int:
        """YES and NO: the only marks that a rule counts."""
        return self.yes + self.no

    @property
    def marks(self) -> int:
        """All marks given, of the four answers."""
        return self.yes + self.no + self.not_applicable + self.cannot_tell

    @property
    def assigned(self) -> int:
        """Reviewers who were to mark the cell."""
        return self.marks + self.missing + self.abstained

    @property
    def support(self) -> Fraction | None:
        """Share of YES among decisive marks; None without any (never 0)."""
        return Fraction(self.yes, self.decisive) if self.decisive else None

    @property
    def disagreement(self) -> Fraction | None:
        """Share of pairs of decisive marks that differ; None with fewer than two."""
        r = self.decisive
        return Fraction(2 * self.yes * self.no, r * (r - 1)) if r >= 2 else None

    @property
    def unanimous(self) -> bool:
        """Whether two or more marks, all that were given, say the same."""
        given = [n for n in (self.yes, self.no, self.not_applicable, self.cannot_tell) if n]
        return len(given) == 1 and given[0] >= 2 and not self.cannot_tell

    @property
    def applicability_disputed(self) -> bool:
        """Whether some find the criterion not applicable and others decide it."""
        return self.not_applicable > 0 and self.decisive > 0
