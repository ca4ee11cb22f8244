"""An evaluation as plain values: read from the tables, and made again from its journal alone.

A new table has one line in `stored`, a new event one in EVENTS; what nobody needs to prove (the
cell on the shared screen, notices that were put away) is in neither.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.models import (
    Asking,
    AssignedCriterion,
    AssignedVendor,
    Attendance,
    Ballot,
    Base,
    Commitment,
    Criterion,
    Decision,
    Declaration,
    Deferral,
    EntryOnBehalf,
    Evaluation,
    Finding,
    JournalEntry,
    Mark,
    MarkFile,
    Meeting,
    Member,
    Motion,
    Position,
    Question,
    RankedVendor,
    Reinstatement,
    RubricRevision,
    Section,
    Vendor,
    VendorFile,
)

Row = dict[str, Any]

RULE = {
    "kind": "rule_kind", "over": "threshold_over", "under": "threshold_under",
    "quorum": "quorum", "pass_mark": "pass_mark", "mode": "scoring_mode",
    "prices_sealed": "prices_sealed",
}  # fmt: skip
RUBRIC = (
    "section_id", "code", "position", "title", "question", "look_for", "lead", "weight",
    "must_have", "may_not_apply", "left_out", "practice", "evidence_months",
)  # fmt: skip
PRICE = (
    "code", "position", "company", "product", "product_version", "contact_name", "contact_email",
    "links", "price_unit", "unit_price_cents", "quantity", "term_months", "price_note",
)  # fmt: skip
MARK = ("answer", "note", "evidence_kind", "evidence_place", "evidence_on", "evidence_until")
FILE = {"file": "name", "kind": "kind", "bytes": "size", "sha256": "sha256"}
FINDING = ("value", "as_computed", "reason", "evidence", "agreed")
DECISION = ("vendor_id", "reason", "conditions", "term", "cost_ceiling")
MOTION = ("kind", "words", "moved_by", "seconded_by", "in_favor", "opposed", "abstaining")
REVISION = ("number", "criterion_id", "effect", "reason", "made_by")
QUESTION = ("vendor_id", "criterion_id", "words", "sent_on", "answer", "answered_on", "version")
ASKING = ("member_id", "vendor_id", "criterion_id", "words", "question_id", "set_aside_reason")
AGAIN: Row = {"state": "OPEN", "seals": 0, "late": False}  # a ballot that was just issued


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
    # files on marks and of vendors, by the hash over their bytes
    mark_files: dict[tuple[int, int, int, str], Row] = field(default_factory=dict)
    vendor_files: dict[tuple[int, str], Row] = field(default_factory=dict)
    findings: dict[tuple[int, int], Row] = field(default_factory=dict)
    deferrals: dict[tuple[int, int], str] = field(default_factory=dict)
    decision: Row | None = None
    positions: dict[int, Row] = field(default_factory=dict)
    commitments: dict[int, Row] = field(default_factory=dict)
    meetings: list[Row] = field(default_factory=list)
    motions: list[Row] = field(default_factory=list)
    entered: dict[tuple[int, int, int], Row] = field(default_factory=dict)  # by number of the seal
    revisions: list[Row] = field(default_factory=list)
    reinstated: dict[int, tuple[str, str]] = field(default_factory=dict)
    questions: dict[int, Row] = field(default_factory=dict)
    askings: dict[int, Row] = field(default_factory=dict)
    shown: bool = False  # the committee has seen ballots
    # member and vendor where the member has seen another's ballot
    seen: set[tuple[int, int]] = field(default_factory=set)

    def issue(self) -> None:
        """A ballot for every present reviewer and vendor, while ballots are open."""
        if self.phase != "SCORING":
            return
        for member, seat in self.members.items():
            for vendor, row in self.vendors.items() if sits(seat) else ():
                if (
                    row["withdrawn"] is None
                    and covers(seat["vendors"], vendor)
                    and (member, vendor) not in self.seen
                ):
                    self.ballots.setdefault((member, vendor), dict(AGAIN))

    def assign(self, member: int, vendors: list[int] | None, criteria: list[int] | None) -> None:
        """Limit a member; ballots for vendors that are no longer theirs go."""
        self.members[member] |= {"vendors": vendors, "criteria": criteria}
        for key in [key for key in self.ballots if key[0] == member]:
            if not covers(vendors, key[1]):
                del self.ballots[key]

    def sitting(self) -> Row | None:
        """The meeting that is under way."""
        return next((row for row in self.meetings if not row["ended"]), None)


def sits(seat: Row) -> bool:
    """Whether the ballots of a seat count."""
    return bool(seat["reviewer"] and seat["present"])


def covers(limit: list[int] | None, key: int) -> bool:
    """Whether somebody who is limited to these is to mark this; None: to everything."""
    return limit is None or key in limit


def plain(value: Any) -> Any:
    """A value of a column as the journal keeps it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value) if type(value).__name__ == "Decimal" else value


def columns(row: Base, names: Iterable[str]) -> Row:
    return {name: plain(getattr(row, name)) for name in names}


@cache
def select_own(model: type[Base], *path: type[Base]) -> Select[Any]:
    """The rows of a table that belong to an evaluation, by way of other tables."""
    wanted = select(model)
    for step in path:
        wanted = wanted.join(step)
    owner: Any = path[-1] if path else model
    return wanted.where(owner.evaluation_id == bindparam("evaluation"))


def stored(session: Session, evaluation_id: int) -> State:
    """The state that the tables hold."""

    def rows(model: type[Base], *path: type[Base]) -> list[Any]:
        return list(session.scalars(select_own(model, *path), {"evaluation": evaluation_id}))

    evaluation = session.get_one(Evaluation, evaluation_id, populate_existing=True)
    meetings = sorted(rows(Meeting), key=lambda row: row.id)
    there = [(row.meeting_id, row.member_id) for row in rows(Attendance, Meeting)
             if row.left_at is None]  # fmt: skip
    decisions = rows(Decision)
    own_vendors = [(r.member_id, r.vendor_id) for r in rows(AssignedVendor, Member)]
    own_criteria = [(r.member_id, r.criterion_id) for r in rows(AssignedCriterion, Member)]
    return State(
        phase=evaluation.phase,
        facts={
            **columns(evaluation, ("title", "purpose", "closes_on", "ends_at")),
            "until": plain(evaluation.retain_until),
            "hold": evaluation.legal_hold,
            "practice_shown": evaluation.practice_shown_at is not None,
            "prices_opened": evaluation.prices_opened_at is not None,
        },
        rule={name: getattr(evaluation, column) for name, column in RULE.items()},
        rule_set=evaluation.rule_set_at is not None,
        sections={r.id: columns(r, ("code", "title", "position")) for r in rows(Section)},
        criteria={r.id: {**columns(r, RUBRIC), "weight": r.weight} for r in rows(Criterion)},
        vendors={
            r.id: {
                **columns(r, PRICE),
                "withdrawn": None if r.withdrawn_at is None else r.withdrawn_reason,
            }
            for r in rows(Vendor)
        },
        members={
            r.id: {
                "name": r.name, "user_id": r.user_id, "chair": r.is_chair,
                "reviewer": r.is_reviewer, "stakeholder": r.stakeholder,
                "present": r.removed_at is None, "practiced": r.practiced_at is not None,
                "vendors": None if r.every_vendor else limit_of(own_vendors, r.id),
                "criteria": None if r.every_criterion else limit_of(own_criteria, r.id),
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
            (r.member_id, r.vendor_id): {
                **columns(r, ("state", "seals")), "late": r.changed_after_shown_at is not None,
            }
            for r in rows(Ballot, Vendor)
        },
        marks={
            (r.ballot.member_id, r.ballot.vendor_id, r.criterion_id): {
                **columns(r, MARK), "version": r.version,
            }
            for r in rows(Mark, Ballot, Vendor)
        },
        mark_files={
            (r.ballot.member_id, r.ballot.vendor_id, r.criterion_id, r.sha256): columns(
                r, FILE.values()
            )
            for r in rows(MarkFile, Ballot, Vendor) if r.removed_at is None
        },
        vendor_files={
            (r.vendor_id, r.sha256): {
                **columns(r, (*FILE.values(), "added_by", "tells_prices")),
                "withdrawn": (r.withdrawn_by, r.withdrawn_reason) if r.withdrawn_at else None,
            }
            for r in rows(VendorFile, Vendor)
        },
        findings={
            (r.vendor_id, r.criterion_id): {
                **columns(r, (*FINDING, "version")), "moved": r.motion_id is not None,
            }
            for r in rows(Finding, Vendor)
        },
        deferrals={(r.vendor_id, r.criterion_id): r.reason for r in rows(Deferral, Vendor)},
        decision={
            **columns(decisions[0], (*DECISION, "ranking_as_computed", "ranking_reason")),
            "ranks": {r.vendor_id: r.rank for r in rows(RankedVendor, Vendor)},
        } if decisions else None,
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
        entered={
            (r.ballot.member_id, r.ballot.vendor_id, r.number): {
                **columns(r, ("source", "given_on", "entered_by", "dispute")),
                "confirmed": r.confirmed_at is not None,
            }
            for r in rows(EntryOnBehalf, Ballot, Vendor)
        },
        revisions=[
            {**columns(r, REVISION), "before": r.before, "after": r.after}
            for r in sorted(rows(RubricRevision), key=lambda row: row.number)
        ],
        reinstated={
            r.vendor_id: (r.reason, r.recorded_by) for r in rows(Reinstatement, Vendor)
        },
        questions={
            r.id: {
                **columns(r, QUESTION),
                "withdrawn": None if r.withdrawn_at is None else r.withdrawn_reason,
            }
            for r in rows(Question, Vendor)
        },
        askings={r.id: columns(r, ASKING) for r in rows(Asking, Vendor)},
        shown=evaluation.shown_at is not None,
        seen={
            (r.entered_by_id, r.ballot.vendor_id)
            for r in rows(EntryOnBehalf, Ballot, Vendor) if r.entered_by_id is not None
        },
    )  # fmt: skip


def limit_of(pairs: list[tuple[int, int]], member: int) -> list[int]:
    return sorted(key for owner, key in pairs if owner == member)


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
        "closes_on": None, "ends_at": None, "until": None, "hold": "", "practice_shown": False,
        "prices_opened": False,
    }  # fmt: skip
    state.rule = {"prices_sealed": False, **begun["rule"]}
    state.sections = {row.pop("id"): row for row in map(dict, begun["sections"])}
    state.criteria = {row.pop("id"): weighed(row) for row in map(dict, begun["criteria"])}
    if begun["chair"]:
        chair = begun["chair"]
        state.members[chair["id"]] = seat_of(chair, chair["name"])


def weighed(row: Row) -> Row:
    return {**row, "weight": Decimal(row["weight"])} if "weight" in row else row


def seat_of(after: Row, name: str) -> Row:
    seat = {key: after[key] for key in ("chair", "reviewer", "stakeholder")}
    return {
        **seat, "name": name, "user_id": after["row"]["user_id"], "present": True,
        "practiced": False, "vendors": None, "criteria": None,
    }  # fmt: skip


def invited(state: State, entry: JournalEntry, after: Row) -> None:
    """A new seat, or an old one again: what it was to mark and whether it practiced stay."""
    old = state.members.get(entry.member_id, {})
    kept = {key: old[key] for key in ("practiced", "vendors", "criteria") if old}
    state.members[entry.member_id] = {**seat_of(after, entry.subject), **kept}


def assigned(state: State, entry: JournalEntry, after: Row) -> None:
    limits = []
    for name, rows in (("vendors", state.vendors), ("criteria", state.criteria)):
        every = after[name] == "everything"
        own = sorted(key for key, row in rows.items() if row["code"] in after[name])
        limits.append(None if every else own)
    state.assign(entry.member_id, *limits)


def restarted(state: State, entry: JournalEntry, after: Row) -> None:
    state.facts["practice_shown"] = False
    for seat in state.members.values():
        seat["practiced"] = False


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
    for key in [key for key in state.vendor_files if key[0] == entry.vendor_id]:
        del state.vendor_files[key]
    for key in [key for key in state.declarations if key[1] == entry.vendor_id]:
        del state.declarations[key]
    for seat in state.members.values():
        if entry.vendor_id in (seat["vendors"] or ()):
            seat["vendors"].remove(entry.vendor_id)


def phase_changed(state: State, entry: JournalEntry, after: Row) -> None:
    if (entry.before["phase"], after["phase"]) == ("SCORING", "MEETING"):
        there = state.marks or any(row["seals"] for row in state.ballots.values())
        state.shown = state.shown or bool(there)
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
    said = {name: after[name] for name in MARK}
    state.marks[key] = {**said, "version": (old["version"] if old else 0) + 1}
    changed_late(state, entry)


def changed_late(state: State, entry: JournalEntry) -> None:
    ballot = state.ballots[entry.member_id, entry.vendor_id]
    ballot["late"] = ballot["late"] or state.shown


def file_of(told: Row) -> Row:
    return {column: told[name] for name, column in FILE.items()}


def mark_file(state: State, entry: JournalEntry, after: Row) -> None:
    file = file_of(after or entry.before)
    key = entry.member_id, entry.vendor_id, entry.criterion_id, file["sha256"]
    if entry.event is Event.MARK_FILE_ATTACHED:
        assert key not in state.mark_files
        state.mark_files[key] = file
    else:
        del state.mark_files[key]
    changed_late(state, entry)


def vendor_file(state: State, entry: JournalEntry, after: Row) -> None:
    file = file_of(after or entry.before)
    key = entry.vendor_id, file["sha256"]
    if entry.event is Event.VENDOR_FILE_ATTACHED:
        assert key not in state.vendor_files
        state.vendor_files[key] = {
            **file, "added_by": entry.actor_name, "withdrawn": None,
            "tells_prices": after.get("tells prices", False),
        }  # fmt: skip
    else:
        state.vendor_files[key]["withdrawn"] = entry.actor_name, entry.reason


def set_aside(state: State, entry: JournalEntry, after: Row) -> None:
    cell = entry.member_id, entry.vendor_id, entry.criterion_id
    state.marks.pop(cell)
    for key in [key for key in state.mark_files if key[:3] == cell]:
        del state.mark_files[key]


def submitted(state: State, entry: JournalEntry, after: Row) -> None:
    changed_late(state, entry)
    told = {"state": "SUBMITTED", "seals": after["number"]}
    state.ballots[entry.member_id, entry.vendor_id].update(told)


def imported(state: State, entry: JournalEntry, after: Row) -> None:
    ballot = entry.member_id, entry.vendor_id
    for criterion, mark in after["row"]["marks"]:
        assert (*ballot, criterion) not in state.marks
        state.marks[*ballot, criterion] = {**mark, "version": 1}
    told = state.ballots.setdefault(ballot, dict(AGAIN))
    if "number" in after:  # nobody here saw how it was given: it is not late
        told.update(state="SUBMITTED", seals=after["number"])


def corrected(state: State, entry: JournalEntry, after: Row) -> None:
    changed = {k: v for k, v in after.items() if k not in {"revision", "effect"}}
    state.criteria[entry.criterion_id].update(changed)
    state.revisions.append({
        "number": after["revision"], "criterion_id": entry.criterion_id,
        "effect": after["effect"], "reason": entry.reason, "made_by": entry.actor_name,
        "before": entry.before, "after": changed,
    })  # fmt: skip


def entered(state: State, entry: JournalEntry, after: Row) -> None:
    submitted(state, entry, after)
    state.entered[entry.member_id, entry.vendor_id, after["number"]] = {
        "source": after["source"], "given_on": after["given on"],
        "entered_by": entry.actor_name, "dispute": "", "confirmed": False,
    }  # fmt: skip
    for member, seat in state.members.items():
        if seat["user_id"] == entry.actor_id is not None:
            state.seen.add((member, entry.vendor_id))


def confirmed(state: State, entry: JournalEntry, after: Row) -> None:
    state.entered[entry.member_id, entry.vendor_id, after["number"]]["confirmed"] = True


def disputed(state: State, entry: JournalEntry, after: Row) -> None:
    key = entry.member_id, entry.vendor_id, after["number"]
    state.entered[key]["dispute"] = entry.reason
    reopened(state, entry, after)


def asked(state: State, entry: JournalEntry, after: Row) -> None:
    state.askings[after["row"]["asking"]] = {
        "member_id": entry.member_id, "vendor_id": entry.vendor_id,
        "criterion_id": entry.criterion_id, "words": after["words"],
        "question_id": None, "set_aside_reason": "",
    }  # fmt: skip


def written(state: State, entry: JournalEntry, after: Row) -> None:
    state.questions[after["row"]["question"]] = {
        "vendor_id": entry.vendor_id, "criterion_id": entry.criterion_id,
        "words": after["words"], "sent_on": None, "answer": "", "answered_on": None,
        "version": 1, "withdrawn": None,
    }  # fmt: skip
    joined(state, entry, after)


def joined(state: State, entry: JournalEntry, after: Row) -> None:
    for key in after["row"].get("askings", ()):
        state.askings[key]["question_id"] = after["row"]["question"]


def reworded(state: State, entry: JournalEntry, after: Row) -> None:
    question = state.questions[after["row"]["question"]]
    question.update(words=after["words"], version=question["version"] + 1)


def sent(state: State, entry: JournalEntry, after: Row) -> None:
    for key in after["row"]["questions"]:
        state.questions[key]["sent_on"] = after["sent on"]


def replied(state: State, entry: JournalEntry, after: Row) -> None:
    question = state.questions[after["row"]["question"]]
    on = after["answered on"]
    question.update(answer=after["answer"], answered_on=on, version=question["version"] + 1)
    question["sent_on"] = question["sent_on"] or on


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
    codes = dict(after.get("row", {}).get("ranks", ()))
    state.decision = {
        **{key: after[key] for key in DECISION},
        "ranking_as_computed": after.get("as_computed", True),
        "ranking_reason": after.get("why_another_order", ""),
        "ranks": {
            key: codes[row["code"]] for key, row in state.vendors.items() if row["code"] in codes
        },
    }


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
    Event.CRITERION_TRANSLATED: lambda state, entry, after: None,
    Event.CRITERION_MOVED: criterion_moved,
    Event.VENDOR_ADDED: lambda state, entry, after: state.vendors.update(
        {entry.vendor_id: {**without_row(after), **after["row"], "withdrawn": None}}
    ),
    Event.VENDOR_CHANGED: lambda state, entry, after: state.vendors[entry.vendor_id].update(after),
    Event.VENDOR_REMOVED: vendor_removed,
    Event.MEMBER_INVITED: invited,
    Event.MEMBER_ASSIGNED: assigned,
    Event.CHAIR_APPOINTED: lambda state, entry, after: state.members[entry.member_id].update(after),
    Event.MEMBER_CHANGED: lambda state, entry, after: state.members[entry.member_id].update(after),
    Event.MEMBER_REMOVED: lambda state, entry, after: state.members[entry.member_id].update(
        present=False
    ),
    Event.MEMBER_ADDED: invited,
    Event.MEMBER_RENAMED: lambda state, entry, after: state.members[entry.member_id].update(after),
    # links are no part of the evaluation: who made, saw and used them is told, and nothing follows
    Event.INVITE_RENEWED: lambda state, entry, after: None,
    Event.INVITE_SHOWN: lambda state, entry, after: None,
    Event.INVITE_READDRESSED: lambda state, entry, after: None,
    Event.INVITE_ACCEPTED: lambda state, entry, after: None,
    Event.REMINDED: lambda state, entry, after: None,
    Event.PHASE_CHANGED: phase_changed,
    Event.RETENTION_CHANGED: lambda state, entry, after: state.facts.update(after),
    Event.MARK_RECORDED: marked,
    Event.MARK_FILE_ATTACHED: mark_file,
    Event.MARK_FILE_REMOVED: mark_file,
    Event.VENDOR_FILE_ATTACHED: vendor_file,
    Event.VENDOR_FILE_WITHDRAWN: vendor_file,
    Event.NO_CONFLICT_DECLARED: declared("NONE"),
    Event.CONFLICT_DECLARED: declared("CONFLICT"),
    Event.CONFLICT_WAIVED: waiver,
    Event.WAIVER_ENDED: waiver,
    Event.BALLOT_SUBMITTED: submitted,
    Event.BALLOT_REOPENED: reopened,
    Event.BALLOT_IMPORTED: imported,
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
    Event.VENDOR_WITHDRAWN: lambda state, entry, after: state.vendors[entry.vendor_id].update(
        withdrawn=entry.reason
    ),
    Event.VENDOR_RESTORED: lambda state, entry, after: state.vendors[entry.vendor_id].update(
        withdrawn=None
    ),
    Event.CRITERION_CORRECTED: corrected,
    Event.MARK_SET_ASIDE: set_aside,
    Event.BALLOT_ENTERED: entered,
    Event.BALLOT_CONFIRMED: confirmed,
    Event.BALLOT_DISPUTED: disputed,
    Event.PRACTICE_FINISHED: lambda state, entry, after: state.members[entry.member_id].update(
        practiced=True
    ),
    Event.PRICES_OPENED: lambda state, entry, after: state.facts.update(prices_opened=True),
    Event.PRACTICE_SHOWN: lambda state, entry, after: state.facts.update(practice_shown=True),
    Event.PRACTICE_RESTARTED: restarted,
    Event.REINSTATEMENT_RECORDED: lambda state, entry, after: state.reinstated.update(
        {entry.vendor_id: (entry.reason, entry.actor_name)}
    ),
    Event.REINSTATEMENT_WITHDRAWN: lambda state, entry, after: state.reinstated.pop(
        entry.vendor_id
    ),
    Event.QUESTION_ASKED: asked,
    Event.ASKING_SET_ASIDE: lambda state, entry, after: state.askings[
        after["row"]["asking"]
    ].update(set_aside_reason=entry.reason),
    Event.QUESTION_WRITTEN: written,
    Event.QUESTION_JOINED: joined,
    Event.QUESTION_REWORDED: reworded,
    Event.QUESTIONS_SENT: sent,
    Event.QUESTION_ANSWERED: replied,
    Event.QUESTION_WITHDRAWN: lambda state, entry, after: state.questions[
        after["row"]["question"]
    ].update(withdrawn=entry.reason),
}
