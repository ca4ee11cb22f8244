"""What the memo says of the meetings: recommendation, positions, promises, motions."""

from dataclasses import dataclass
from datetime import date, datetime

from crrubric.domain.meeting.motions import AdoptedGroup
from crrubric.domain.vocabulary import PositionKind, Stakeholder


@dataclass(frozen=True, slots=True)
class MemoEarlierDecision:
    """A decision that was taken back. No vendor: it recommended none."""

    vendor: str | None
    made_at: datetime
    back_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoRecommendation:
    """What the committee adopted; no vendor: it recommends none.

    partial: whoever recorded it has declared a conflict of interest since.
    """

    vendor: str | None
    reason: str
    conditions: str
    term: str
    cost_ceiling: str
    at: datetime
    by: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class MemoReinstatement:
    """What the committee lifted for a vendor, and why: (code, title) of each must-have."""

    vendor: str
    reason: str
    at: datetime
    lifted: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoPosition:
    """Where a reviewer stands on the recommendation, in their own words.

    earlier: they said so before the recommendation was last recorded.
    """

    name: str
    stakeholder: Stakeholder
    kind: PositionKind
    words: str
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class MemoCommitment:
    """A promise of a vendor, with who watches over it and by when."""

    vendor: str
    words: str
    owner: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoMotionText:
    """A motion as it was recorded at one time; votes: in favor, against, abstaining."""

    words: str
    moved_by: str
    seconded_by: str
    votes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoMotionCorrection:
    """A correction of what is recorded of a motion: the motion before and after it."""

    before: MemoMotionText
    after: MemoMotionText
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoMotion:
    """A motion with its vote. adopted: what was adopted with it when it was voted on."""

    text: MemoMotionText
    carried: bool
    adopted: tuple[AdoptedGroup, ...] = ()
    corrections: tuple[MemoMotionCorrection, ...] = ()  # the first first


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoSitting:
    """A meeting: from when to when, where, who was there, what was voted on."""

    opened_at: datetime
    closed_at: datetime | None
    place: str
    present: tuple[str, ...]
    motions: tuple[MemoMotion, ...] = ()
