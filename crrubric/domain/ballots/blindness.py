"""What came too late: ballots changed by people who could know what others had answered."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LateChange:
    """A ballot that its reviewer changed, or submitted, when it was late for that."""

    reviewer: str
    vendor: str  # the company
    at: datetime  # the first time
