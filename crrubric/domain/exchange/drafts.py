"""Files that were uploaded and not taken yet."""

from datetime import timedelta
from enum import StrEnum

KEPT = timedelta(days=1)  # how long a file waits to be taken


class DraftKind(StrEnum):
    """What a file is to bring in."""

    MARKS = "MARKS"
    OFFLINE_BALLOTS = "OFFLINE_BALLOTS"
    VENDORS = "VENDORS"
    COMMITTEE = "COMMITTEE"
    RUBRIC = "RUBRIC"
