"""What the tables hold of an evaluation, as plain values to be held against its journal.

A table that the journal tells of is read by one function of READERS.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from crrubric.domain.record.setup_steps import EVALUATION
from crrubric.domain.record.state import (
    ASKING,
    BALLOT_MOMENTS,
    COMMITMENT,
    CRITERION,
    DECISION,
    FILE,
    FINDING,
    LETTER_WORDS,
    MOMENTS,
    MOTION,
    NEED,
    QUESTION,
    REVISION,
    RULE,
    SEATS,
    SECTION,
    STORED_MARK,
    TENSION,
    VENDOR,
    Pair,
    Row,
    State,
    Triple,
)
from crrubric.models import (
    Asking,
    AssignedCriterion,
    AssignedVendor,
    Attendance,
    Ballot,
    Commitment,
    Criterion,
    Decision,
    Declaration,
    Deferral,
    EntryOnBehalf,
    Evaluation,
    Finding,
    KnownNeed,
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
    SealedBallot,
    Section,
    Tension,
    Vendor,
    VendorFile,
)
from crrubric.queries.record.stored_plans import (
    read_stored_follow_up,
    read_stored_items,
    read_stored_measures,
    read_stored_memos,
    read_stored_plan,
    read_stored_purchase,
    read_stored_triage,
    read_stored_votes,
)
from crrubric.queries.record.stored_rows import (
    ReadTwice,
    RowsByKey,
    StoredRows,
    plain_columns,
    plain_value,
    select_own_rows,
    sign_row,
)

BATCH = 5_000  # ballots or marks that are read at a time
BALLOT_COLUMNS = ("seals", *BALLOT_MOMENTS)
# What reading a row raises whose values nobody can make out any more.
UNREADABLE = (
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    RecursionError,
)


@contextmanager
def reading_any_text(session: Session) -> Iterator[None]:
    """Let SQLite hand out bytes that are no text as text with U+FFFD in it, which is not as told,
    instead of ending the reading; PostgreSQL keeps none."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    driver: Any = session.connection().connection.driver_connection
    driver.text_factory = lambda data: data.decode(errors="replace")
    try:
        yield
    finally:
        driver.text_factory = str


def read_stored_evaluation(rows: StoredRows, state: State) -> None:
    """The evaluation itself: facts, rule, phase with its moments."""
    wanted = select(*Evaluation.__table__.columns).where(Evaluation.id == rows.evaluation_id)
    row = rows.session.execute(wanted).mappings().one()
    state.phase = row["phase"]
    state.facts = {
        **plain_columns(row, ("slug", "title", "purpose", "closes_on", "ends_at", "language")),
        "in_place": row["in_place"],
        "names_people": row["names_people"],
        **plain_columns(row, (*SEATS, *LETTER_WORDS)),
        **plain_columns(row, ("rubric_name", "rubric_version")),
        "until": plain_value(row["retain_until"]),
        "hold": row["legal_hold"],
        "practice_shown": row["practice_shown_at"] is not None,
        "prices_opened": row["prices_opened_at"] is not None,
        "deleted": row["deleted_at"] is not None,
    }
    state.rule = {name: row[column] for name, column in RULE.items()}
    state.rule_set = row["rule_set_at"] is not None
    state.shown = row["shown_at"] is not None
    sign_row(state, EVALUATION, None, row, ("created_at", *MOMENTS))


def read_stored_rubric(rows: StoredRows, state: State) -> None:
    """Sections, criteria, tensions, what is known of them, and revisions."""
    for row in rows.read(Section):
        state.sections[row["id"]] = plain_columns(row, SECTION)
    for row in rows.read(Criterion):
        state.criteria[row["id"]] = plain_columns(row, CRITERION)
    for row in rows.read(Tension):
        state.tensions[row["id"]] = plain_columns(row, TENSION)
    for row in rows.read(KnownNeed):
        state.needs[row["criterion_id"]] = plain_columns(row, NEED)
    for row in sorted(rows.read(RubricRevision), key=lambda row: row["number"]):
        state.revisions.append(plain_columns(row, (*REVISION, "before", "after")))
        sign_row(state, "rubric_revision", row["number"], row, ("made_at",))


def read_stored_vendors(rows: StoredRows, state: State) -> None:
    """Vendors with their files."""
    for row in rows.read(Vendor):
        withdrawn = withdrawal_of(row)
        state.vendors[row["id"]] = {**plain_columns(row, VENDOR), "withdrawn": withdrawn}
        sign_row(state, "vendor", row["id"], row, ("withdrawn_at",))
    for row in rows.read(VendorFile, Vendor):
        key = row["vendor_id"], row["sha256"]
        gone = row["withdrawn_at"] or row["withdrawn_by"] or row["withdrawn_reason"]
        state.vendor_files[key] = {
            **plain_columns(row, (*FILE.values(), "added_by", "tells_prices")),
            "withdrawn": (row["withdrawn_by"], row["withdrawn_reason"]) if gone else None,
        }
        sign_row(state, "vendor_file", key, row, ("added_at", "withdrawn_at"))


def withdrawal_of(row: RowMapping) -> Any:
    """Why it was withdrawn; None if it was not, and False for a reason without a moment."""
    if row["withdrawn_at"] is None:
        return False if row["withdrawn_reason"] else None
    return row["withdrawn_reason"]


def read_stored_members(rows: StoredRows, state: State) -> None:
    """Seats with what they are to mark, and their declarations."""
    vendors = [(row["member_id"], row["vendor_id"]) for row in rows.read(AssignedVendor, Member)]
    criteria = [
        (row["member_id"], row["criterion_id"]) for row in rows.read(AssignedCriterion, Member)
    ]
    for row in rows.read(Member):
        state.members[row["id"]] = {
            **plain_columns(
                row, ("name", "user_id", "stakeholder", "awaits_address", "made_account")
            ),
            "chair": row["is_chair"],
            "reviewer": row["is_reviewer"],
            "present": row["removed_at"] is None,
            "practiced": row["practiced_at"] is not None,
            "vendors": limit_of(row["every_vendor"], vendors, row["id"]),
            "criteria": limit_of(row["every_criterion"], criteria, row["id"]),
        }
        sign_row(state, "member", row["id"], row, ("practiced_at", "removed_at"))
    for row in rows.read(Declaration, Vendor):
        key = row["member_id"], row["vendor_id"]
        waived = row["waived_at"] or row["waived_by"] or row["waiver_reason"]
        state.declarations[key] = {
            **plain_columns(row, ("kind", "words")),
            "waived": (row["waived_by"], row["waiver_reason"]) if waived else None,
        }
        sign_row(state, "declaration", key, row, ("declared_at", "waived_at"))


def limit_of(every: bool, pairs: list[tuple[int, int]], member: int) -> Any:
    """What a member is limited to; None: to nothing. Both at once is what no service writes."""
    own = sorted(key for owner, key in pairs if owner == member)
    if every:
        return ("everything", own) if own else None
    return own


def read_stored_ballots(rows: StoredRows, state: State) -> None:
    """Sealed versions of ballots, entries on behalf, and the files on marks."""
    for row in rows.read_on_ballots(SealedBallot):
        seal = row["member_id"], row["vendor_id"], row["number"]
        told = ("receipt", "reopened_by", "reopen_reason")
        state.sealed[seal] = plain_columns(row, told)
        sign_row(state, "sealed_ballot", seal, row, ("sealed_at", "reopened_at"))
    for row in rows.read_on_ballots(EntryOnBehalf):
        entry = row["member_id"], row["vendor_id"], row["number"]
        state.entered[entry] = {
            **plain_columns(row, ("source", "given_on", "entered_by", "dispute", "entered_by_id")),
            "confirmed": row["confirmed_at"] is not None,
        }
        answers = ("entered_at", "confirmed_at", "disputed_at")
        sign_row(state, "entry_on_behalf", entry, row, answers)
        if row["entered_by_id"] is not None:
            state.seen.add((row["entered_by_id"], row["vendor_id"]))
    for row in rows.read_on_ballots(MarkFile):
        if row["removed_at"] is None:
            file = row["member_id"], row["vendor_id"], row["criterion_id"], row["sha256"]
            state.mark_files[file] = plain_columns(row, FILE.values())
            sign_row(state, "mark_file", file, row, ("added_at",))


def read_stored_meetings(rows: StoredRows, state: State) -> None:
    """Sittings with who was there, and motions."""
    places: dict[int, int] = {}
    for place, row in enumerate(rows.read(Meeting)):
        places[row["id"]] = place
        ended = row["ended_at"] is not None
        state.meetings.append({"place": row["place"], "ended": ended, "present": []})
        sign_row(state, "meeting", place, row, ("started_by", "started_at", "ended_at"))
    for row in rows.read(Attendance, Meeting):
        place = places[row["meeting_id"]]
        sign_row(state, "attendance", (place, row["member_id"]), row, ("arrived_at", "left_at"))
        if row["left_at"] is None:
            present = state.meetings[place]["present"]
            state.meetings[place]["present"] = sorted((*present, row["member_id"]))
    for place, row in enumerate(rows.read(Motion, Meeting)):
        state.motions.append(plain_columns(row, (*MOTION, "carried")))
        sign_row(state, "motion", place, row, ("at",))
        state.sign("motion", place, {"meeting_id": str(places[row["meeting_id"]])})


def read_stored_findings(rows: StoredRows, state: State) -> None:
    """Findings with the motion that carried them, and what was put off."""
    motions = {row["id"]: str(place) for place, row in enumerate(rows.read(Motion, Meeting))}
    for row in rows.read(Finding, Vendor):
        key = row["vendor_id"], row["criterion_id"]
        motion = row["motion_id"]
        told = plain_columns(row, (*FINDING, "version"))
        state.findings[key] = {**told, "moved": motion is not None}
        sign_row(state, "finding", key, row, ("recorded_by", "recorded_at"))
        which = None if motion is None else motions.get(motion, "")
        state.sign("finding", key, {"motion_id": which})
    for row in rows.read(Deferral, Vendor):
        key = row["vendor_id"], row["criterion_id"]
        state.deferrals[key] = row["reason"]
        sign_row(state, "deferral", key, row, ("recorded_by", "recorded_at"))


def read_stored_recommendation(rows: StoredRows, state: State) -> None:
    """The recommendation with the adopted order, positions, reinstatements, commitments."""
    ranks = {row["vendor_id"]: row["rank"] for row in rows.read(RankedVendor, Vendor)}
    for row in rows.read(Decision):
        if state.decision is not None:
            raise ReadTwice
        columns = (*DECISION, "ranking_as_computed", "ranking_reason")
        state.decision = {**plain_columns(row, columns), "ranks": ranks}
        sign_row(state, "decision", None, row, ("recorded_by", "recorded_at"))
    for row in rows.read(Position, Member):
        state.positions[row["member_id"]] = plain_columns(row, ("kind", "words"))
        sign_row(state, "position", row["member_id"], row, ("stated_at",))
    for row in rows.read(Reinstatement, Vendor):
        key = row["vendor_id"], row["criterion_id"]
        state.reinstated[key] = row["reason"], row["recorded_by"]
        sign_row(state, "reinstatement", key, row, ("recorded_at",))
    for row in rows.read(Commitment, Vendor):
        told = plain_columns(row, COMMITMENT)
        signed = ("recorded_by", "recorded_at", "withdrawn_at")
        sign_row(state, "commitment", row["id"], row, signed)
        if row["withdrawn_at"] is None:
            state.commitments[row["id"]] = told
        else:
            kept = {name: str(value) for name, value in told.items()}
            state.sign("commitment", row["id"], kept)


def read_stored_questions(rows: StoredRows, state: State) -> None:
    """Questions to vendors, and what reviewers asked."""
    for row in rows.read(Question, Vendor):
        told = plain_columns(row, QUESTION)
        state.questions[row["id"]] = {**told, "withdrawn": withdrawal_of(row)}
        signed = ("recorded_by", "recorded_at", "answer_recorded_by", "answer_recorded_at")
        sign_row(state, "question", row["id"], row, (*signed, "withdrawn_at"))
    for row in rows.read(Asking, Vendor):
        state.askings[row["id"]] = plain_columns(row, ASKING)
        sign_row(state, "asking", row["id"], row, ("asked_at",))


READERS: tuple[Callable[[StoredRows, State], None], ...] = (
    read_stored_evaluation,
    read_stored_rubric,
    read_stored_vendors,
    read_stored_members,
    read_stored_ballots,
    read_stored_meetings,
    read_stored_findings,
    read_stored_recommendation,
    read_stored_questions,
    read_stored_votes,
    read_stored_triage,
    read_stored_plan,
    read_stored_follow_up,
    read_stored_items,
    read_stored_measures,
    read_stored_memos,
    read_stored_purchase,
)


def read_stored_state(session: Session, evaluation_id: int) -> State:
    """The state that the tables hold, without ballots and marks.

    Raises: ReadTwice, or one of UNREADABLE.
    """
    state, rows = State(), StoredRows(session, evaluation_id)
    tables = [kept.name for kept in fields(state) if kept.default_factory is dict]
    for name in tables:
        setattr(state, name, RowsByKey())
    for read in READERS:
        read(rows, state)
    for name in tables:  # once it is read, it is a state like any other
        setattr(state, name, dict(getattr(state, name)))
    return state


def iterate_stored_ballots(session: Session, evaluation_id: int) -> Iterator[tuple[Pair, Row]]:
    """Every ballot of an evaluation, some at a time. Raises: one of UNREADABLE."""
    wanted = select_own_rows(Ballot, Vendor).execution_options(yield_per=BATCH)
    for row in session.execute(wanted, {"own": evaluation_id}).mappings():
        late = row["changed_after_shown_at"] is not None
        yield (
            (row["member_id"], row["vendor_id"]),
            {"state": row["state"], "late": late, **{name: row[name] for name in BALLOT_COLUMNS}},
        )


def iterate_stored_marks(session: Session, evaluation_id: int) -> Iterator[tuple[Triple, Row]]:
    """Every mark of an evaluation, in the order of member, vendor and criterion; some at a time.

    Raises: one of UNREADABLE.
    """
    wanted = (
        select(
            Ballot.member_id,
            Ballot.vendor_id,
            Mark.criterion_id,
            *(Mark.__table__.c[name] for name in STORED_MARK),
        )
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .where(Vendor.evaluation_id == evaluation_id)
        .order_by(Ballot.member_id, Ballot.vendor_id, Mark.criterion_id)
        .execution_options(yield_per=BATCH)
    )
    for row in session.execute(wanted):
        mark = dict(zip(STORED_MARK, row[3:], strict=True))
        mark["evidence_on"] = plain_value(mark["evidence_on"])
        mark["evidence_until"] = plain_value(mark["evidence_until"])
        yield (row[0], row[1], row[2]), mark
