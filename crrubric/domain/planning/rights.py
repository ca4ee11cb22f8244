"""Who may read or fill in which section of the workbook."""

from dataclasses import dataclass

from crrubric.domain.planning.progress import GOAL


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRights:
    """What one seat may do with the sections.

    Args: whole: reads them all; writable: the plan can still be changed; every: fills in them all;
    fills, reads: codes of those that the chair asked the member to fill in, or to read. Whoever
    works on one of them reads the goal as well: they are asked whether it still holds.
    """

    whole: bool = False
    writable: bool = False
    every: bool = False
    fills: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()

    def may_read(self, code: str) -> bool:
        """Whether the section is theirs to read."""
        asked = self.fills | self.reads
        return self.whole or code in asked or (code == GOAL and bool(asked))

    def may_fill(self, code: str) -> bool:
        """Whether the section is theirs to fill in now."""
        return self.writable and (self.every or code in self.fills)
