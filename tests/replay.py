"""An evaluation as plain values: read from the tables, and made again from its journal alone.

A new table has one line in `stored`, a new event one in EVENTS; what nobody needs to prove (the
cell on the shared screen, notices that were put away) is in neither.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.vocabulary import Event
from crrubric.models import (
    Attendance,
    Ballot,
    Base,
    Commitment,
    Criterion,
    Decision,
    Declaration,
    Deferral,
    Evaluation,
    Finding,
    JournalEntry,
    Mark,
    Meeting,
    Member,
    Motion,
    Position,
    Section,
    Vendor,
)

Row = dict[str, Any]

RULE = {
    "kind": "rule_kind", "over": "threshold_over", "under": "threshold_under",
    "quorum": "quorum", "pass_mark": "pass_mark", "mode": "scoring_mode",
}  # fmt: skip
RUBRIC = (
    "section_id", "code", "position", "title", "question", "look_for", "lead", "weight",
    "must_have", "may_not_apply", "left_out",
)  # fmt: skip
PRICE = (
    "code", "position", "company", "product", "product_version", "contact_name", "contact_email",
    "links", "price_unit", "unit_price_cents", "quantity", "term_months", "price_note",
)  # fmt: skip
MARK = ("answer", "note", "evidence_kind", "evidence_place", "evidence_on")
FINDING = ("value", "as_computed", "reason", "evidence", "agreed")
DECISION = ("vendor_id", "reason", "conditions", "term", "cost_ceiling")
MOTION = ("kind", "words", "moved_by", "seconded_by", "in_favor", "opposed", "abstaining")
AGAIN: Row = {"state": "OPEN", "seals": 0}  # a ballot that was just issued


@dataclass
class State:
    """What the record says now. Keys are ids: of member, vendor and criterion, in this order."""

    phase: str = "SETUP"
    facts: Row = field(default_factory=dict)
    rule: Row = field(default_factory=dict)
    rule_set: bool = False
    sections: dict[int, Row] = field(default_factory=dict)
    criteria: dict[int, Row] = field(default_factory=dict)
    vendors: dict[int, Row] = field(default_factory=dict)
    members: dict[int, Row] = field(default_factory=dict)
    declarations: dict[tuple[int, int], Row] = field(default_factory=dict)
    ballots: dict[tuple[int, int], Row] = field(default_factory=dict)
    marks: dict[tuple[int, int, int], Row] = field(default_factory=dict)
    findings: dict[tuple[int, int], Row] = field(default_factory=dict)
    deferrals: dict[tuple[int, int], str] = field(default_factory=dict)
    decision: Row | None = None
    positions: dict[int, Row] = field(default_factory=dict)
    commitments: dict[int, Row] = field(default_factory=dict)
    meetings: list[Row] = field(default_factory=list)
    motions: list[Row] = field(default_factory=list)

    def issue(self) -> None:
        """A ballot for every present reviewer and vendor, while ballots are open."""
        if self.phase != "SCORING":
            return
        for member, seat in self.members.items():
            for vendor in self.vendors if seat["reviewer"] and seat["present"] else ():
                self.ballots.setdefault((member, vendor), dict(AGAIN))

    def sitting(self) -> Row | None:
        """The meeting that is under way."""
        return next((row for row in self.meetings if not row["ended"]), None)


def plain(value: Any) -> Any:
    """A value of a column as the journal keeps it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value) if type(value).__name__ == "Decimal" else value


def columns(row: Base, names: Iterable[str]) -> Row:
    return {name: plain(getattr(row, name)) for name in names}


def stored(session: Session, evaluation_id: int) -> State:
    """The state that the tables hold."""

    def rows(model: type[Base], *path: type[Base]) -> list[Any]:
        wanted = select(model)
        for step in path:
            wanted = wanted.join(step)
        owner = path[-1] if path else model
        return list(session.scalars(wanted.where(owner.evaluation_id == evaluation_id)))

    evaluation = session.get_one(Evaluation, evaluation_id, populate_existing=True)
    meetings = sorted(rows(Meeting), key=lambda row: row.id)
    there = [(row.meeting_id, row.member_id) for row in rows(Attendance, Meeting)
             if row.left_at is None]  # fmt: skip
    decisions = rows(Decision)
    return State(
        phase=evaluation.phase,
        facts={
            **columns(evaluation, ("title", "purpose", "closes_on")),
            "until": plain(evaluation.retain_until),
            "hold": evaluation.legal_hold,
        },
        rule={name: getattr(evaluation, column) for name, column in RULE.items()},
        rule_set=evaluation.rule_set_at is not None,
        sections={r.id: columns(r, ("code", "title", "position")) for r in rows(Section)},
        criteria={r.id: {**columns(r, RUBRIC), "weight": r.weight} for r in rows(Criterion)},
        vendors={r.id: columns(r, PRICE) for r in rows(Vendor)},
        members={
            r.id: {
                "name": r.name, "user_id": r.user_id, "chair": r.is_chair,
                "reviewer": r.is_reviewer, "stakeholder": r.stakeholder,
                "present": r.removed_at is None,
            }
            for r in rows(Member)
        },
        declarations={
            (r.member_id, r.vendor_id): {
                "kind": r.kind, "words": r.words,
                "waived": (r.waived_by, r.waiver_reason) if r.waived_at else None,
            }
            for r in rows(Declaration, Vendor)
        },
        ballots={
            (r.member_id, r.vendor_id): columns(r, ("state", "seals"))
            for r in rows(Ballot, Vendor)
        },
        marks={
            (r.ballot.member_id, r.ballot.vendor_id, r.criterion_id): {
                **columns(r, MARK), "version": r.version,
            }
            for r in rows(Mark, Ballot, Vendor)
        },
        findings={
            (r.vendor_id, r.criterion_id): {
                **columns(r, (*FINDING, "version")), "moved": r.motion_id is not None,
            }
            for r in rows(Finding, Vendor)
        },
        deferrals={(r.vendor_id, r.criterion_id): r.reason for r in rows(Deferral, Vendor)},
        decision=columns(decisions[0], DECISION) if decisions else None,
        positions={r.member_id: columns(r, ("kind", "words")) for r in rows(Position, Member)},
        commitments={
            r.id: columns(r, ("vendor_id", "words", "owner", "due_on"))
            for r in rows(Commitment, Vendor) if r.withdrawn_at is None
        },
        meetings=[
            {
                "place": r.place, "ended": r.ended_at is not None,
                "present": sorted(member for meeting, member in there if meeting == r.id),
            }
            for r in meetings
        ],
        motions=[
            columns(r, (*MOTION, "carried"))
            for r in sorted(rows(Motion, Meeting), key=lambda row: row.id)
        ],
    )  # fmt: skip


def replay(entries: Iterable[JournalEntry]) -> State:
    """The state that the journal of one evaluation tells, the oldest entry first."""
    state = State()
    for entry in entries:
        EVENTS[entry.event](state, entry, entry.after or {})
        state.issue()
    return state


def without_row(after: Row) -> Row:
    return {key: value for key, value in after.items() if key != "row"}


def created(state: State, entry: JournalEntry, after: Row) -> None:
    begun = after["row"]
    state.facts = {
        "title": entry.subject, "purpose": after["purpose"],
        "closes_on": None, "until": None, "hold": "",
    }  # fmt: skip
    state.rule = begun["rule"]
    state.sections = {row.pop("id"): row for row in map(dict, begun["sections"])}
    state.criteria = {row.pop("id"): weighed(row) for row in map(dict, begun["criteria"])}
    if begun["chair"]:
        chair = begun["chair"]
        state.members[chair["id"]] = seat_of(chair, chair["name"])


def weighed(row: Row) -> Row:
    return {**row, "weight": Decimal(row["weight"])} if "weight" in row else row


def seat_of(after: Row, name: str) -> Row:
    seat = {key: after[key] for key in ("chair", "reviewer", "stakeholder")}
    return {**seat, "name": name, "user_id": after["row"]["user_id"], "present": True}


def section_added(state: State, entry: JournalEntry, after: Row) -> None:
    row = dict(after["row"])
    state.sections[row.pop("id")] = row


def criterion_added(state: State, entry: JournalEntry, after: Row) -> None:
    row = weighed(after["row"])
    state.criteria[row.pop("id")] = row


def criterion_moved(state: State, entry: JournalEntry, after: Row) -> None:
    for section, order in after["row"]["order"]:
        for position, criterion in enumerate(order):
            state.criteria[criterion] |= {"section_id": section, "position": position}


def vendor_removed(state: State, entry: JournalEntry, after: Row) -> None:
    del state.vendors[entry.vendor_id]
    for key in [key for key in state.declarations if key[1] == entry.vendor_id]:
        del state.declarations[key]


def phase_changed(state: State, entry: JournalEntry, after: Row) -> None:
    state.phase = after["phase"]
    if state.phase == "SETUP":
        state.ballots.clear()


def rule_changed(state: State, entry: JournalEntry, after: Row) -> None:
    state.rule = {**state.rule, **after}
    state.rule_set = True


def declared(kind: str) -> Callable[[State, JournalEntry, Row], None]:
    def note(state: State, entry: JournalEntry, after: Row) -> None:
        row = {"kind": kind, "words": entry.reason, "waived": None}
        state.declarations[entry.member_id, entry.vendor_id] = row

    return note


def waiver(state: State, entry: JournalEntry, after: Row) -> None:
    waived = entry.event is Event.CONFLICT_WAIVED
    row = state.declarations[entry.member_id, entry.vendor_id]
    row["waived"] = (entry.actor_name, entry.reason) if waived else None


def marked(state: State, entry: JournalEntry, after: Row) -> None:
    key = entry.member_id, entry.vendor_id, entry.criterion_id
    old = state.marks.get(key)
    told = {name: value for name, value in (old or {}).items() if name != "version"}
    assert (entry.before or {}) == told, "what was there before is not what was marked before"
    state.marks[key] = {**after, "version": (old["version"] if old else 0) + 1}


def submitted(state: State, entry: JournalEntry, after: Row) -> None:
    row = {"state": "SUBMITTED", "seals": after["number"]}
    state.ballots[entry.member_id, entry.vendor_id] = row


def reopened(state: State, entry: JournalEntry, after: Row) -> None:
    state.ballots[entry.member_id, entry.vendor_id]["state"] = "OPEN"


def found(state: State, entry: JournalEntry, after: Row) -> None:
    key = entry.vendor_id, entry.criterion_id
    version = state.findings.get(key, {"version": 0})["version"] + 1
    state.findings[key] = {**after, "version": version, "moved": False}
    state.deferrals.pop(key, None)


def moved(state: State, entry: JournalEntry, after: Row) -> None:
    votes = {"in_favor": after["in favor"], "opposed": after["against"]}
    people = {"moved_by": after["moved by"], "seconded_by": after["seconded by"]}
    counted = {"abstaining": after["abstaining"], "carried": after["carried"]}
    state.motions.append({**after["row"], **votes, **people, **counted})
    vendors = {row["code"]: key for key, row in state.vendors.items()}
    criteria = {row["code"]: key for key, row in state.criteria.items()}
    for vendor, criterion, value in after.get("adopted", []):
        key = vendors[vendor], criteria[criterion]
        state.findings[key] = {
            "value": value, "as_computed": True, "reason": "", "evidence": "", "agreed": "",
            "version": 1, "moved": True,
        }  # fmt: skip
        state.deferrals.pop(key, None)


def decided(state: State, entry: JournalEntry, after: Row) -> None:
    state.decision = {key: after[key] for key in DECISION}


def positioned(state: State, entry: JournalEntry, after: Row) -> None:
    state.positions[entry.member_id] = {"kind": after["position"], "words": after["words"]}


def committed(state: State, entry: JournalEntry, after: Row) -> None:
    state.commitments[after["row"]["id"]] = {
        "vendor_id": entry.vendor_id, "words": after["words"],
        "owner": after["owner"], "due_on": after["due on"],
    }  # fmt: skip


def met(state: State, entry: JournalEntry, after: Row) -> None:
    state.meetings.append({"place": after["place"], "ended": False, "present": []})


def rose(state: State, entry: JournalEntry, after: Row) -> None:
    state.meetings[-1] |= {"ended": True, "present": []}


EVENTS: dict[Event, Callable[[State, JournalEntry, Row], Any]] = {
    Event.EVALUATION_CREATED: created,
    Event.EVALUATION_CHANGED: lambda state, _entry, after: state.facts.update(after),
    Event.RULE_CHANGED: rule_changed,
    Event.SECTION_ADDED: section_added,
    Event.CRITERION_ADDED: criterion_added,
    Event.CRITERION_CHANGED: lambda state, entry, after: state.criteria[entry.criterion_id].update(
        weighed(after)
    ),
    Event.CRITERION_MOVED: criterion_moved,
    Event.VENDOR_ADDED: lambda state, entry, after: state.vendors.update(
        {entry.vendor_id: {**without_row(after), **after["row"]}}
    ),
    Event.VENDOR_CHANGED: lambda state, entry, after: state.vendors[entry.vendor_id].update(after),
    Event.VENDOR_REMOVED: vendor_removed,
    Event.MEMBER_INVITED: lambda state, entry, after: state.members.update(
        {entry.member_id: seat_of(after, entry.subject)}
    ),
    Event.MEMBER_CHANGED: lambda state, entry, after: state.members[entry.member_id].update(after),
    Event.MEMBER_REMOVED: lambda state, entry, after: state.members[entry.member_id].update(
        present=False
    ),
    Event.INVITE_RENEWED: lambda state, entry, after: None,
    Event.PHASE_CHANGED: phase_changed,
    Event.RETENTION_CHANGED: lambda state, entry, after: state.facts.update(after),
    Event.MARK_RECORDED: marked,
    Event.NO_CONFLICT_DECLARED: declared("NONE"),
    Event.CONFLICT_DECLARED: declared("CONFLICT"),
    Event.CONFLICT_WAIVED: waiver,
    Event.WAIVER_ENDED: waiver,
    Event.BALLOT_SUBMITTED: submitted,
    Event.BALLOT_REOPENED: reopened,
    Event.MEETING_STARTED: met,
    Event.MEETING_ENDED: rose,
    Event.ATTENDANCE_CHANGED: lambda state, entry, after: state.meetings[-1].update(
        present=after["row"]["present"]
    ),
    Event.MOTION_RECORDED: moved,
    Event.CELL_DEFERRED: lambda state, entry, after: state.deferrals.update(
        {(entry.vendor_id, entry.criterion_id): entry.reason}
    ),
    Event.FINDING_RECORDED: found,
    Event.FINDING_WITHDRAWN: lambda state, entry, after: state.findings.pop(
        (entry.vendor_id, entry.criterion_id)
    ),
    Event.POSITION_STATED: positioned,
    Event.POSITIONS_CLEARED: lambda state, entry, after: state.positions.clear(),
    Event.COMMITMENT_RECORDED: committed,
    Event.COMMITMENT_WITHDRAWN: lambda state, entry, after: state.commitments.pop(
        (entry.before or {})["row"]["id"]
    ),
    Event.DECISION_RECORDED: decided,
}
