"""What the tables hold of the plan: votes on must-haves, triage, the workbook, action items,
measures; and the issues of the memo, and the purchase."""

from crrubric.domain.planning.answers import canonical_answer
from crrubric.domain.record.item_steps import PURCHASE, SIGNED_ITEM, SIGNED_LINE
from crrubric.domain.record.measure_steps import SIGNED_MEASURE
from crrubric.domain.record.plan_steps import SIGNED_PLAN
from crrubric.domain.record.state import (
    ACTUAL,
    GROUP,
    ITEM,
    KEPT,
    MEASURE,
    MEMO_ISSUE,
    POINT,
    REVIEW,
    State,
)
from crrubric.domain.record.vote_steps import COUNT, UNSETTLED
from crrubric.models import (
    ActionItem,
    Actual,
    Commitment,
    HeldReview,
    HintDecision,
    KeptCount,
    KeptTriage,
    Measure,
    MemoFile,
    MemoIssue,
    MustHaveVote,
    Narrative,
    PlanAssignment,
    PlanVersion,
    Purchase,
    PurchaseLine,
    Redaction,
    Renewal,
    ReviewPresence,
    SealedVote,
    SettledCommitment,
    StoredGroup,
    StoredPoint,
    StoredVenue,
    Vendor,
    VoteCount,
)
from crrubric.queries.record.stored_rows import StoredRows, plain_columns, sign_row


def read_stored_votes(rows: StoredRows, state: State) -> None:
    """Votes on must-haves: rounds, sealed answers, counts with what the chair made of them."""
    numbers: dict[int, int] = {}
    for row in rows.read(MustHaveVote):
        numbers[row["id"]] = row["number"]
        told = plain_columns(row, ("opened_by", "closed_by"))
        state.votes[row["number"]] = {**told, "open": row["closed_at"] is None}
        sign_row(state, "must_have_vote", row["number"], row, ("opened_at", "closed_at"))
    for row in rows.read(SealedVote):
        seal = numbers[row["vote_id"]], row["member_id"], row["number"]
        told = plain_columns(row, ("receipt", "counted", "reopened_by", "reopen_reason"))
        state.sealed_votes[seal] = told
        sign_row(state, "sealed_vote", seal, row, ("sealed_at", "reopened_at"))
    for row in rows.read(VoteCount):
        pair = numbers[row["vote_id"]], row["criterion_id"]
        state.vote_counts[pair] = plain_columns(row, (*COUNT, *UNSETTLED))
        sign_row(state, "vote_count", pair, row, ("decided_at",))


def read_stored_triage(rows: StoredRows, state: State) -> None:
    """The line of triage, the past cohort, venues, and what is kept of rosters."""
    state.calibration = [plain_columns(row, POINT) for row in rows.read(StoredPoint)]
    state.cohort = [plain_columns(row, GROUP) for row in rows.read(StoredGroup)]
    for row in rows.read(StoredVenue):
        state.venues[row["setting"]] = plain_columns(row, ("kind", "hours"))
    numbers: dict[int, int] = {}
    for row in rows.read(KeptTriage):
        numbers[row["id"]] = row["number"]
        state.kept_counts[row["number"]] = {**plain_columns(row, KEPT), "counts": {}}
        sign_row(state, "kept_triage", row["number"], row, ("kept_by", "kept_at"))
    for row in rows.read(KeptCount, KeptTriage):
        kept = state.kept_counts[numbers[row["kept_id"]]]
        kept["counts"][row["setting"].value] = row["learners"]


def read_stored_plan(rows: StoredRows, state: State) -> None:
    """The planning workbook: versions of sections, who works on which, what became of hints."""
    for row in rows.read(PlanVersion):
        key = row["section"], row["number"]
        answers = {code: canonical_answer(answer) for code, answer in row["answers"].items()}
        state.plan_versions[key] = {"answers": answers, "restored": row["restored_number"]}
        sign_row(state, "plan_version", key, row, SIGNED_PLAN)
    for row in rows.read(PlanAssignment):
        state.plan_access[row["section"], row["member_id"]] = plain_columns(row, ("access",))
    for row in rows.read(HintDecision):
        hint = row["section"], row["criterion"], row["kind"].value
        state.hints[hint] = plain_columns(row, ("taken", "reason"))
        sign_row(state, "hint_decision", hint, row, ("decided_by", "decided_at"))


def read_stored_items(rows: StoredRows, state: State) -> None:
    """Action items."""
    for row in rows.read(ActionItem):
        state.action_items[row["id"]] = plain_columns(row, ITEM)
        sign_row(state, "action_item", row["id"], row, SIGNED_ITEM)


def read_stored_measures(rows: StoredRows, state: State) -> None:
    """Measures of the evaluation plan and their values, and review meetings."""
    for row in rows.read(Measure):
        state.measures[row["id"]] = plain_columns(row, MEASURE)
        sign_row(state, "measure", row["id"], row, SIGNED_MEASURE)
    for row in rows.read(Actual):
        state.actuals[row["id"]] = plain_columns(row, ACTUAL)
        sign_row(state, "actual", row["id"], row, SIGNED_MEASURE)
    for row in rows.read(HeldReview):
        state.reviews[row["id"]] = {**plain_columns(row, REVIEW), "present": []}
        sign_row(state, "held_review", row["id"], row, SIGNED_MEASURE)
    for row in rows.read(ReviewPresence):
        state.reviews[row["review_id"]]["present"].append(row["member_id"])


def read_stored_follow_up(rows: StoredRows, state: State) -> None:
    """Whether commitments were kept, what is written for the memo, which evaluation this renews."""
    for row in rows.read(SettledCommitment, Commitment, Vendor):
        state.promises[row["commitment_id"]] = plain_columns(row, ("state", "reason"))
        settled = row["commitment_id"]
        sign_row(state, "settled_commitment", settled, row, ("settled_by", "settled_at"))
    for row in rows.read(Narrative, Vendor):
        key = row["vendor_id"], row["part"].value
        state.narratives[key] = plain_columns(row, ("words",))
        sign_row(state, "narrative", key, row, ("written_by", "written_at"))
    for row in rows.read(Renewal):
        state.renews[row["earlier_id"]] = {}


def read_stored_memos(rows: StoredRows, state: State) -> None:
    """Issues of the memo with what is kept of their files; the bytes are checked apart."""
    numbers: dict[int, int] = {}
    for row in rows.read(MemoIssue):
        number = numbers[row["id"]] = row["number"]
        state.memo_issues[number] = {**plain_columns(row, MEMO_ISSUE), "files": []}
        sign_row(state, "memo_issue", number, row, ("issued_by", "issued_at"))
    for row in rows.read(Redaction):
        place = row["entry"], row["pointer"]
        state.redactions[place] = plain_columns(row, ("reason", "chosen_by"))
        sign_row(state, "redaction", place, row, ("chosen_at",))
    for row in rows.read(MemoFile, MemoIssue):
        files = state.memo_issues[numbers[row["issue_id"]]]["files"]
        files.append((row["form"].value, row["size"], row["sha256"]))
    for issue in state.memo_issues.values():
        issue["files"].sort()


def read_stored_purchase(rows: StoredRows, state: State) -> None:
    """The purchase, and what is recorded for its checklist."""
    for row in rows.read(Purchase):
        state.purchase = plain_columns(row, PURCHASE)
    for row in rows.read(PurchaseLine):
        columns = (
            "title", "state", "note", "kept_at", "done_on", "done_by", "level", "vendor_id",
        )  # fmt: skip
        state.purchase_lines[row["code"]] = plain_columns(row, columns)
        sign_row(state, "purchase_line", row["code"], row, SIGNED_LINE)
