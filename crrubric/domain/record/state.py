"""An evaluation as plain values: what its tables hold, or what its journal tells.

A table that the journal tells of is one field here, one function of `queries/record/stored.py` or
`stored_plans.py` that reads it, and the steps of `replay.py` that make it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crrubric.domain.record.entries import Moment
from crrubric.domain.record.texts import Text

Row = dict[str, Any]
Pair = tuple[Any, Any]
Triple = tuple[Any, Any, Any]

# column of `evaluation` by its name in the journal
RULE = {
    "kind": "rule_kind", "over": "threshold_over", "under": "threshold_under",
    "quorum": "quorum", "pass_mark": "pass_mark", "mode": "scoring_mode",
    "prices_sealed": "prices_sealed",
}  # fmt: skip
STAMPS = {  # when a phase began
    "PRACTICE": "practice_at", "SCORING": "opened_at", "MEETING": "closed_at",
    "DECIDED": "decided_at", "ARCHIVED": "archived_at",
}  # fmt: skip
PHASES = ("SETUP", *STAMPS)
# what else happens once to an evaluation
MOMENTS = (
    *STAMPS.values(), "rule_set_at", "shown_at", "practice_shown_at", "prices_opened_at",
    "deleted_at",
)  # fmt: skip
SECTION = ("code", "title", "position", "translations")
CRITERION = (
    "section_id", "code", "position", "title", "question", "look_for", "lead", "weight",
    "must_have", "may_not_apply", "left_out", "practice", "evidence_months", "translations",
)  # fmt: skip
# how many learners are priced, and out of which fund
SEATS = ("seats_low", "seats_high", "seats_at_once", "seats_note", "fund")
LETTER_WORDS = ("letter_contact", "letter_closing")
NO_SEATS = {**dict.fromkeys(SEATS), "seats_note": "", "fund": ""}
NO_OFFER = {"price_rise": None, "price_lines": None}  # what older versions did not have
NEED = ("finding", "reason", "earlier")
TENSION = ("first_id", "second_id", "why", "translations")
VENDOR = (
    "code", "position", "company", "product", "product_version", "contact_name", "contact_email",
    "links", "price_unit", "unit_price_cents", "quantity", "term_months", "price_rise",
    "price_note", "price_lines",
)  # fmt: skip
FILE = {"file": "name", "kind": "kind", "bytes": "size", "sha256": "sha256"}
FINDING = ("value", "as_computed", "reason", "evidence", "agreed")
DECISION = ("vendor_id", "reason", "conditions", "term", "cost_ceiling")
MOTION = ("kind", "words", "moved_by", "seconded_by", "in_favor", "opposed", "abstaining")
# of them, what is told by another name, or corrected
VOTE = {
    "moved_by": "moved by", "seconded_by": "seconded by", "in_favor": "in favor",
    "opposed": "against", "abstaining": "abstaining",
}  # fmt: skip
MARK = ("answer", "note", "evidence_kind", "evidence_place", "evidence_on", "evidence_until")
STORED_MARK = (*MARK, "version", "marked_at")
COMMITMENT = ("vendor_id", "words", "owner", "due_on")
REVISION = ("number", "criterion_id", "effect", "reason", "made_by")
QUESTION = ("vendor_id", "criterion_id", "words", "sent_on", "answer", "answered_on", "version")
ASKING = ("member_id", "vendor_id", "criterion_id", "words", "question_id", "set_aside_reason")
POINT = ("position", "pace", "chance")
GROUP = ("position", "pace_from", "pace_to", "learners", "graduated")
ITEM = (
    "words", "member_id", "owner", "due_on", "state", "dropped_reason", "source", "origin",
    "vendor_id", "version",
)  # fmt: skip
MEASURE = (
    "kind", "words", "unit", "baseline", "baseline_on", "target", "due_on", "origin", "version",
)  # fmt: skip
ACTUAL = (
    "measure_id", "measured_on", "is_year", "value", "told_by", "note", "corrected_id", "reason",
)  # fmt: skip
REVIEW = ("held_on", "about", "others", "minutes", "next_on", "origin", "version")
MEMO_ISSUE = (
    "language", "names_people", "decided_at", "journal_head", "basis_hash", "nonce", "logo_hash",
    "reason",
)  # fmt: skip
KEPT = ("id", "line", "learners", "seats_low", "seats_high")
BALLOT_MOMENTS = ("submitted_at", "imported_at", "changed_after_shown_at")
ISSUED: Row = {"state": "OPEN", "seals": 0, "late": False}  # a ballot that was just issued


@dataclass(slots=True, kw_only=True)
class ToldMark:
    """A mark as the journal tells it; no dictionary, for there can be a million of them."""

    answer: Any
    note: Any
    evidence_kind: Any
    evidence_place: Any
    evidence_on: Any
    evidence_until: Any
    version: int
    marked_at: Moment

    def row(self, names: Iterable[str]) -> Row:
        """These columns."""
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedMarks:
    """One import: its entry, how many marks it stored, and the fingerprint over all of them."""

    number: int
    marks: int
    fingerprint: Text


@dataclass(kw_only=True)
class State:
    """What the record says now. Keys are ids: of member, vendor and criterion, in this order.

    `signed` has who did a thing and when: (table, key, column) -> a name or a moment.
    """

    phase: str = "SETUP"
    facts: Row = field(default_factory=dict)
    rule: Row = field(default_factory=dict)
    rule_set: bool = False
    shown: bool = False  # the committee has seen ballots
    sections: dict[int, Row] = field(default_factory=dict)
    criteria: dict[int, Row] = field(default_factory=dict)
    tensions: dict[int, Row] = field(default_factory=dict)
    vendors: dict[int, Row] = field(default_factory=dict)
    members: dict[int, Row] = field(default_factory=dict)
    declarations: dict[Pair, Row] = field(default_factory=dict)
    ballots: dict[Pair, Row] = field(default_factory=dict)
    marks: dict[Triple, Any] = field(default_factory=dict)  # of a journal: ToldMark
    # files on marks and of vendors, by the hash over their bytes
    mark_files: dict[tuple[Any, ...], Row] = field(default_factory=dict)
    vendor_files: dict[tuple[Any, ...], Row] = field(default_factory=dict)
    sealed: dict[Triple, Row] = field(default_factory=dict)  # by number of the seal
    findings: dict[Pair, Row] = field(default_factory=dict)
    deferrals: dict[Pair, Text] = field(default_factory=dict)
    decision: Row | None = None
    positions: dict[int, Row] = field(default_factory=dict)
    commitments: dict[int, Row] = field(default_factory=dict)
    promises: dict[int, Row] = field(default_factory=dict)  # whether these were kept
    # what the chair wrote for the memo, by vendor and part
    narratives: dict[tuple[int, str], Row] = field(default_factory=dict)
    meetings: list[Row] = field(default_factory=list)
    motions: list[Row] = field(default_factory=list)
    entered: dict[Triple, Row] = field(default_factory=dict)  # by number of the seal
    revisions: list[Row] = field(default_factory=list)
    # by vendor and must-have
    reinstated: dict[Pair, Pair] = field(default_factory=dict)
    questions: dict[int, Row] = field(default_factory=dict)
    askings: dict[int, Row] = field(default_factory=dict)
    votes: dict[int, Row] = field(default_factory=dict)  # on must-haves, by number
    sealed_votes: dict[Triple, Row] = field(default_factory=dict)  # vote, member, number of seal
    vote_counts: dict[Pair, Row] = field(default_factory=dict)  # vote and criterion
    renews: dict[int, Row] = field(default_factory=dict)  # by id of the earlier evaluation
    needs: dict[int, Row] = field(default_factory=dict)  # by criterion, known at the start
    # of triage: points of the line and groups of the past cohort by their place, venues by setting,
    # versions of what is kept by number
    calibration: list[Row] = field(default_factory=list)
    cohort: list[Row] = field(default_factory=list)
    venues: dict[str, Row] = field(default_factory=dict)
    kept_counts: dict[int, Row] = field(default_factory=dict)
    # of the planning workbook: versions by section and number, what members are asked to do, and
    # what became of hints, by section, criterion and kind
    plan_versions: dict[Pair, Row] = field(default_factory=dict)
    plan_access: dict[Pair, Row] = field(default_factory=dict)
    action_items: dict[int, Row] = field(default_factory=dict)
    hints: dict[Triple, Row] = field(default_factory=dict)
    measures: dict[int, Row] = field(default_factory=dict)
    actuals: dict[int, Row] = field(default_factory=dict)
    reviews: dict[int, Row] = field(default_factory=dict)
    memo_issues: dict[int, Row] = field(default_factory=dict)  # by number
    redactions: dict[Pair, Row] = field(default_factory=dict)  # by entry, and pointer into it
    purchase: Row | None = None
    purchase_lines: dict[str, Row] = field(default_factory=dict)  # of its checklist, by code
    # member and vendor where the member has seen another's ballot
    seen: set[Pair] = field(default_factory=set)
    signed: dict[tuple[str, Any, str], object] = field(default_factory=dict)

    # of a site's journal: the evaluations that it tells of, each with the first hash of its chain
    begun: dict[int, tuple[Text, str]] = field(default_factory=dict)
    # and the versions in the library of rubrics: who kept which, when, and what it says
    library: dict[tuple[int, int], Row] = field(default_factory=dict)
    logos: dict[str, Row] = field(default_factory=dict)  # of the district, by their SHA-256
    # how long records are kept, proposals to remove one by kind and chain, and the first hash of
    # the chain of each evaluation that is removed
    keeping: Row = field(default_factory=dict)
    removals: dict[Pair, Row] = field(default_factory=dict)
    removed: dict[int, str] = field(default_factory=dict)
    # of a journal only: fields of which entries of older versions tell too little, and how many
    untold: set[str] = field(default_factory=set)
    untold_entries: int = 0
    # marks out of files are not told one by one: which import filled a ballot, and what such a
    # mark said before it was changed
    imports: list[ImportedMarks] = field(default_factory=list)
    imported_ballots: dict[Pair, int] = field(default_factory=dict)
    imported_marks: dict[Triple, Row] = field(default_factory=dict)

    def issue_ballots(self) -> None:
        """A ballot for every present reviewer and vendor, while ballots are open."""
        if self.phase == "SCORING":
            self.issue_all_ballots()

    def issue_all_ballots(self) -> None:
        """A ballot for every present reviewer and every vendor that is theirs to mark."""
        for member, seat in self.members.items():
            for vendor, row in self.vendors.items() if is_sitting(seat) else ():
                if (
                    row["withdrawn"] is None
                    and is_covered(seat["vendors"], vendor)
                    and (member, vendor) not in self.seen
                ):
                    self.ballots.setdefault((member, vendor), dict(ISSUED))

    def assign(self, member: int, vendors: list[int] | None, criteria: list[int] | None) -> None:
        """Limit a member; ballots for vendors that are no longer theirs go."""
        self.members[member] |= {"vendors": vendors, "criteria": criteria}
        for key in [key for key in self.ballots if key[0] == member]:
            if not is_covered(vendors, key[1]):
                del self.ballots[key]

    def sitting(self) -> Row | None:
        """The meeting that is under way."""
        return next((row for row in self.meetings if not row["ended"]), None)

    def sign(self, table: str, key: Any, values: Mapping[str, object]) -> None:
        """Note who did a thing, or when, by column."""
        self.signed.update({(table, key, column): value for column, value in values.items()})

    def import_of(self, cell: Triple) -> int | None:
        """Which import a mark came with, by its place; None if it came with none."""
        return self.imported_ballots.get(cell[:2])


def is_sitting(seat: Mapping[str, Any]) -> bool:
    """Whether the ballots of a seat count."""
    return bool(seat["reviewer"] and seat["present"])


def is_covered(limit: list[int] | None, key: int) -> bool:
    """Whether somebody who is limited to these is to mark this; None: to everything."""
    return limit is None or key in limit


def pick_columns(row: Mapping[str, Any], names: Iterable[str]) -> Row:
    """The columns of these names that the row has."""
    return {name: row[name] for name in names if name in row}


def expand_ballots(groups: Iterable[tuple[list[int], list[int]]]) -> Iterator[Pair]:
    """(member, vendor) of every ballot, told as members who marked the same vendors."""
    for members, vendors in groups:
        for member in members:
            for vendor in vendors:
                yield member, vendor


def group_ballots(ballots: Iterable[tuple[int, int]]) -> list[tuple[list[int], list[int]]]:
    """Ballots as members who marked the same vendors: a few lines instead of thousands."""
    own: dict[int, list[int]] = {}
    for member, vendor in sorted(ballots):
        own.setdefault(member, []).append(vendor)
    groups: dict[tuple[int, ...], list[int]] = {}
    for member, vendors in own.items():
        groups.setdefault(tuple(vendors), []).append(member)
    return [(members, list(vendors)) for vendors, members in groups.items()]
