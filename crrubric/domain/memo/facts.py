"""What the memo is made from, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from crrubric.domain.ballots.blindness import LateChange
from crrubric.domain.meeting.ranking import AdoptedRanking
from crrubric.domain.memo.issuing.issues import IssueStamp
from crrubric.domain.memo.meeting_facts import (
    MemoCommitment,
    MemoEarlierDecision,
    MemoPosition,
    MemoRecommendation,
    MemoReinstatement,
    MemoSitting,
)
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.memo.plan_facts import MemoPlan, MemoRenewal
from crrubric.domain.memo.purchase_facts import MemoPurchase
from crrubric.domain.results.contradictions import Contradiction
from crrubric.domain.results.cost import PriceBasis
from crrubric.domain.results.results import Results
from crrubric.domain.statistics.reliability import Reliability
from crrubric.domain.statistics.robustness import Robustness
from crrubric.domain.vocabulary import Answer, CorrectionEffect, Stakeholder


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoPerson:
    """A committee member: for whom they speak, their roles in words, ballots submitted of all.

    criteria: how many they were to mark; None: every one. entered: ballots that were ever entered
    on their behalf; unconfirmed, disputed: how many of these wait for their word, or had it.
    """

    name: str
    stakeholder: Stakeholder
    roles: tuple[str, ...]
    submitted: int
    ballots: int
    criteria: int | None = None
    marked: bool = False  # a ballot of theirs that counts has a mark
    entered: int = 0
    unconfirmed: int = 0
    disputed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoVendor:
    """A vendor with the basis of its price, which is empty while prices are sealed."""

    code: str
    name: str
    product: str
    version: str
    price: PriceBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoNote:
    """What one reviewer wrote in one cell, with the evidence in words."""

    vendor: str
    criterion: str
    answer: Answer
    note: str
    evidence: str
    stakeholder: Stakeholder


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoRecusal:
    """A declared conflict of interest; `waiver` says why the chair waived it, if so.

    `late_at` is when it was declared, if the committee had seen the ballots by then; `marked` is
    whether the person gave marks for the vendor, before or in spite of it.
    """

    name: str
    vendor: str
    reason: str
    waiver: str = ""
    late_at: datetime | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoChangedConflict:
    """A conflict of interest that its member took back, or (`now`) put into other words."""

    name: str
    vendor: str
    words: str
    now: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class MemoAppointment:
    """An acting chair: who, by whom, when, why."""

    name: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoOpening:
    """Prices that could be read before they were opened, and by whom of those who score.

    file: in a file that was not marked as one that tells prices; else because the seal was off.
    codes, vendors: of whom they were, by code and by name. ended: None: it still can be read.
    """

    file: bool
    codes: tuple[str, ...]
    vendors: tuple[str, ...]
    began: datetime
    ended: datetime | None
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoPrices:
    """Whether prices were sealed, and for how long.

    unsealed: they never were, and there were some. readers: who could read prices meanwhile and
    scored as well; openings: when others could, too. What came after prices opened: changed: how
    many findings; returned: vendors that came back into the selection, and when; reopened: when
    the evaluation went back to scoring.
    """

    sealed: bool = False
    unsealed: bool = False
    opened_at: datetime | None = None
    readers: tuple[str, ...] = ()
    openings: tuple[MemoOpening, ...] = ()
    changed: int = 0
    returned: tuple[tuple[str, datetime], ...] = ()
    reopened: tuple[datetime, ...] = ()

    def count_readers(self) -> int:
        """How many of those who score could read a price before prices were opened."""
        return len({*self.readers, *(name for row in self.openings for name in row.readers)})


@dataclass(frozen=True, slots=True)
class MemoPractice:
    """The practice round: when it was first opened, how many reviewers said that they were done.

    restarted: whether it was begun again, which throws the marks away that were there.
    """

    at: datetime
    reviewers: int
    restarted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoVoteLine:
    """One criterion of a vote on must-haves: its counts, what they propose, what was settled.

    title: as it was asked, where it was reworded since. must_have: what it is now.
    """

    title: str
    yes: int
    no: int
    reworded: int
    proposal: bool | None
    adopted: bool | None
    reason: str
    must_have: bool
    reworded_since: bool
    left_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoVote:
    """A closed vote on must-haves. Of one that a later one replaced, no lines."""

    opened_at: datetime
    closed_at: datetime
    voters: int
    lines: tuple[MemoVoteLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoRevision:
    """A correction of the rubric after ballots opened. `title` names the criterion as it is now.

    changed: the words before and after, of each text that is another one.
    """

    number: int
    title: str
    effect: CorrectionEffect
    reason: str
    at: datetime
    after_shown: bool = False  # the committee had seen the ballots
    changed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MemoLateBallot:
    """A ballot submitted after the closing day that was in force then, whatever was set later."""

    change: LateChange
    closing: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoMove:
    """The closing day, or the hard end, moved when it had passed; no day: it was taken away."""

    at: datetime
    by: str
    before: date | datetime
    after: date | datetime | None


@dataclass(frozen=True, slots=True)
class MemoEntries:
    """Ballots that somebody entered for their reviewers, disputed ones as well."""

    by: str
    vendor: str
    count: int


@dataclass(frozen=True, slots=True)
class MemoImport:
    """Marks out of a file: its name, when, how many, on how many ballots that count."""

    file: str
    at: datetime
    marks: int
    late: bool = False  # after the closing day


@dataclass(frozen=True, slots=True)
class MemoReturn:
    """A step back from the meeting to scoring, and why."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoScope:
    """How many vendors, criteria and reviewers there are, how many reviewers gave marks, and how
    many corrections of the rubric are from before ballots opened anew."""

    vendors: int
    criteria: int
    reviewers: int
    marked: int
    fixed_revisions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoBlindness:
    """What is to be said of blindness: nothing that did not happen in this evaluation.

    shown_at: when the committee first saw the ballots. alone: ballots that their reviewers filled
    in themselves while nobody had seen any. imported_ballots: those that hold marks out of a file.
    reopened: ballots that were given back after the committee had seen them, changed or not.
    away: names of vendors of whose ballots the reader is not told one by one.
    """

    shown_at: datetime | None = None
    alone: int = 0
    imported_ballots: int = 0
    imports: tuple[MemoImport, ...] = ()
    entries: tuple[MemoEntries, ...] = ()
    returns: tuple[MemoReturn, ...] = ()
    late_changes: tuple[LateChange, ...] = ()
    reopened: tuple[LateChange, ...] = ()
    late_ballots: tuple[MemoLateBallot, ...] = ()
    moves: tuple[MemoMove, ...] = ()
    away: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoDeparture:
    """A vendor that left the selection, or came back, or a member who left the committee (no reason
    is asked). marked: whether the member gave marks."""

    name: str
    at: datetime
    reason: str = ""
    back: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoQuestion:
    """A question to a vendor and its answer; no criterion: it is about the whole offer.

    title: of the criterion, as it is now.
    """

    vendor: str
    criterion: str | None
    title: str
    words: str
    sent_on: date | None
    answer: str
    answered_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoFacts:
    """Everything that a memo says, before it is put into words.

    Moments are in the local zone, but those of adopted findings, which are in `results`.
    """

    title: str
    district: str
    reference: str
    purpose: str
    language: str
    on: date
    final: bool
    opened_at: datetime | None
    closed_at: datetime | None
    decided_at: datetime | None
    rubric_name: str
    rubric_version: str
    people: tuple[MemoPerson, ...]
    asked: MemoScope
    recusals: tuple[MemoRecusal, ...]
    changed_conflicts: tuple[MemoChangedConflict, ...]
    vendors: tuple[MemoVendor, ...]
    results: Results
    reliability: Reliability
    robustness: Robustness
    recommendation: MemoRecommendation | None
    notes: tuple[MemoNote, ...]
    zone: tzinfo = UTC  # of the district
    documents: str = ""  # the language of the evaluation's documents; empty: that of the memo
    names_people: bool = True  # else their roles stand where names would
    kept_back: frozenset[str] = frozenset()  # vendors whose notes the reader doesn't get yet
    journal_head: str = ""  # the newest hash of the journal's chain
    basis_hash: str = ""  # over criteria, rule, marks and findings, as an archive holds them
    issue: IssueStamp | None = None  # which issue this is; None: a draft
    latest_issue: IssueStamp | None = None  # the issue that stands, of the decision that stands
    positions: tuple[MemoPosition, ...] = ()  # only once the decision is recorded
    commitments: tuple[MemoCommitment, ...] = ()
    sittings: tuple[MemoSitting, ...] = ()
    unattended: int = 0  # motions of meetings of which nobody recorded who was there
    outside: int = 0  # findings that were recorded while no meeting was open
    stated: tuple[int, int] = (0, 0)  # reviewers who stated a position, of how many
    blindness: MemoBlindness = MemoBlindness()
    practice: MemoPractice | None = None
    votes: tuple[MemoVote, ...] = ()  # on must-haves, the first first
    in_place: bool = False  # of the curriculum in place, alone
    contradictions: tuple[Contradiction, ...] = ()
    revisions: tuple[MemoRevision, ...] = ()
    departed_vendors: tuple[MemoDeparture, ...] = ()
    appointments: tuple[MemoAppointment, ...] = ()
    departed_members: tuple[MemoDeparture, ...] = ()
    ranking: AdoptedRanking | None = None
    reinstatements: tuple[MemoReinstatement, ...] = ()
    prices: MemoPrices = MemoPrices()
    fund: str = ""  # out of which it is paid
    seats_note: str = ""  # where the number of learners that are priced comes from
    questions: tuple[MemoQuestion, ...] = ()  # those that were not withdrawn
    earlier_decisions: tuple[MemoEarlierDecision, ...] = ()
    plan: MemoPlan = field(default_factory=MemoPlan)
    purchase: MemoPurchase = field(default_factory=MemoPurchase)
    renewals: tuple[MemoRenewal, ...] = ()
    # what the chair wrote about vendors, by the vendor's code; none that the reader doesn't get yet
    narratives: Mapping[tuple[str, NarrativePart], str] = field(default_factory=dict)

    @property
    def made_from_file(self) -> bool:
        """Whether the whole evaluation came out of a file of marks: its ballots never opened."""
        return self.opened_at is not None and self.opened_at == self.blindness.shown_at
