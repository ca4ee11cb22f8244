"""What came too late: ballots changed by people who could know what others had answered."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LateChange:
    """A ballot that its reviewer changed, or submitted, when it was late for that."""

    reviewer: str
    vendor: str
    at: datetime  # the first time
    counts: bool = True  # not where its reviewer or vendor left, or a conflict was declared since
