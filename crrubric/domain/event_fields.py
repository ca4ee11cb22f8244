"""Which fields of a journal entry hold texts that people typed, and whom a text is about.

The one list: by it an entry is written with a commitment to each typed text, and by it texts are
withheld from a copy. A field of an entry is known by its name, wherever in the entry it stands. One
that is on neither list is taken for typed, and withheld with whatever else is.
"""

from collections.abc import Mapping
from enum import StrEnum

from crrubric.domain.events import Event
from crrubric.domain.planning.triage import Setting


class TextKind(StrEnum):
    """What a typed text is about, for who decides what to withhold."""

    PEOPLE = "people"
    WORDS = "words"  # what people wrote
    VENDORS = "vendors"
    RUBRIC = "rubric"  # and what the evaluation is about


Kinds = frozenset[TextKind]
CODE: Kinds = frozenset()  # nothing that was typed: an id, a code, a day, a word of ours
PEOPLE = frozenset({TextKind.PEOPLE})
WORDS = frozenset({TextKind.WORDS})
VENDORS = frozenset({TextKind.VENDORS})
RUBRIC = frozenset({TextKind.RUBRIC})
EVERYTHING_TYPED = frozenset(TextKind)

TYPED: Mapping[str, Kinds] = {
    **dict.fromkeys(
        (
            "actor_name", "agreed", "done by", "email", "letter_contact", "moved by", "moved_by",
            "name", "on behalf of", "others", "owner", "proposed by",
            "seconded by", "seconded_by", "waits for",
        ),
        PEOPLE,
    ),
    **dict.fromkeys(
        (
            "conditions", "cost_ceiling", "evidence", "evidence_place", "file", "hold", "motion",
            "note", "origin", "place", "reason", "ranking_reason", "term", "told by",
            "why_another_order", "words",
            # numbers that people typed: of measures, of which some count learners
            "baseline", "measured", "target",
            "about", "minutes",  # of review meetings
            # of the memo and of letters to vendors
            "board_motion", "estimate_note", "kept at", "limit_source", "method_reason",
            "solicitation",  # of the purchase
            "strengths", "gaps", "evidence relied on", "open questions", "letter_closing",
        ),
        WORDS,
    ),
    **dict.fromkeys(
        (
            "adopted_order", "company", "contact_email", "contact_name", "links", "price_note",
            "product", "product_version", "vendor",
        ),
        VENDORS,
    ),
    **dict.fromkeys(
        (
            "does_not_meet", "earlier", "fund", "kept from", "look_for", "practice", "purpose",
            "question", "rubric", "seats_note", "section", "title", "version", "why",
            "slug",  # an evaluation's address, which is made of its first title
        ),
        RUBRIC,
    ),
    # made of every mark of a file, notes and all: whoever knows the rest could try for a note
    "fingerprint": WORDS,
    # of an issued memo: without it, words of the memo could be tried against its hash
    "nonce": WORDS,
}  # fmt: skip
CODES = frozenset({
    *(setting.value for setting in Setting),  # where and when it happens, or how many get it
    "access", "plan_section", "prompt",  # of the planning workbook
    "adopted", "answer", "answered_on", "answered on", "bytes", "chain", "closes_on", "code",
    "comes from", "state",  # of action items
    "baseline on", "measure of", "period", "unit",  # of measures
    "held on", "members there", "next on",  # of review meetings
    "copy", "entry", "text at",  # of archives
    "basis", "covers", "decided_at", "html", "names_people", "pdf", "word",  # of the issued memo
    "newest",  # of a backup
    # of how long records are kept, and of certificates
    "evaluation_years", "account_years", "mail_days", "sign_in_days", "logo", "width", "height",
    "archive", "before", "entries", "files", "head", "issues", "kept through", "members",
    "proposed at", "rows",
    "begins_on", "board_on", "contract_on", "done on", "ends_on", "estimate_on", "level", "limit",
    "method", "offers_due_on", "paid_by", "published_on", "since",  # of the purchase
    "criteria", "due on", "effect", "ends_at", "event", "evidence_kind", "evidence_on",
    "evidence_until", "finding", "first", "given on", "groups", "kind", "language", "lead", "mode",
    "over", "phase", "points", "position", "price_unit", "ranks", "receipt", "sent on", "sha256",
    "source", "taken",
    "stakeholder", "standing", "time_zone", "until", "value", "vendors", "weight",
})  # fmt: skip
# whom or what an entry is about, by event; a vendor where nothing stands here
SUBJECTS: Mapping[Event, Kinds] = {
    Event.REMINDED: CODE,
    Event.MEMO_ISSUED: CODE,
    Event.ACCOUNT_IDENTITY_LINKED: CODE,  # the provider's name, of the settings
    Event.ACCOUNT_IDENTITY_UNLINKED: CODE,
    Event.KEEPING_CHANGED: CODE,
    Event.ARCHIVE_MADE: CODE,
    Event.REDACTION_CHOSEN: CODE,
    Event.REDACTION_WITHDRAWN: CODE,
    **dict.fromkeys(
        (
            Event.PLAN_ANSWERED, Event.PLAN_RESTORED, Event.PLAN_ASSIGNED, Event.PLAN_HINT_SETTLED,
        ),
        CODE,
    ),
    Event.MARKS_IMPORTED: WORDS,
    **dict.fromkeys((Event.ITEM_RECORDED, Event.ITEM_CHANGED, Event.ITEM_MOVED), WORDS),
    **dict.fromkeys(
        (
            Event.MEASURE_RECORDED, Event.MEASURE_CHANGED, Event.ACTUAL_RECORDED,
            Event.ACTUAL_CORRECTED, Event.REVIEW_RECORDED, Event.REVIEW_CHANGED,
        ),
        WORDS,
    ),
    Event.MOTION_RECORDED: WORDS,
    Event.PURCHASE_LINE_RECORDED: WORDS,
    Event.MOTION_CORRECTED: WORDS,
    **dict.fromkeys(
        (
            Event.EVALUATION_CREATED, Event.EVALUATION_RENEWS, Event.EVALUATION_BEGUN,
            Event.EVALUATION_DELETED, Event.REMOVAL_PROPOSED, Event.REMOVAL_WITHDRAWN,
            Event.RECORD_REMOVED, Event.RUBRIC_IMPORTED, Event.LIBRARY_KEPT,
            Event.SECTION_ADDED,
            Event.SECTION_RENAMED, Event.SECTION_REMOVED, Event.CRITERION_ADDED,
            Event.CRITERION_CHANGED, Event.CRITERION_TRANSLATED, Event.CRITERION_MOVED,
            Event.CRITERION_CORRECTED, Event.VOTE_ADOPTED,
        ),
        RUBRIC,
    ),
    **dict.fromkeys(
        (
            Event.MEMBER_ASSIGNED, Event.MEMBER_INVITED, Event.MEMBER_ADDED, Event.MEMBER_CHANGED,
            Event.CHAIR_APPOINTED, Event.MEMBER_REMOVED, Event.MEMBER_RENAMED, Event.INVITE_RENEWED,
            Event.INVITE_SHOWN, Event.INVITE_RENAMED, Event.INVITE_READDRESSED,
            Event.INVITE_ACCEPTED, Event.MEMBER_LINK_MADE, Event.VOTE_REOPENED,
            Event.ACCOUNT_ADDED, Event.ACCOUNT_LINK_MADE, Event.ACCOUNT_LINK_SENT,
            Event.ACCOUNT_LINK_ASKED, Event.ACCOUNT_SIGN_IN_LINK_ASKED,
            Event.ACCOUNT_RENAMED, Event.ACCOUNT_READDRESSED,
            Event.ACCOUNT_ADDRESS_ASKED, Event.ACCOUNT_DISABLED, Event.ACCOUNT_ENABLED,
            Event.ACCOUNT_ADDRESS_VOUCHED, Event.ACCOUNT_TWO_STEPS_RESET,
            Event.ACCOUNT_SIGNED_OUT, Event.ACCOUNT_IDENTITIES_ENDED,
            Event.ACCOUNT_STANDING_CHANGED,
            Event.MEMBER_CONFIRMED, Event.ATTENDANCE_CHANGED,
        ),
        PEOPLE,
    ),
    **dict.fromkeys(
        (
            Event.CONFLICT_WAIVED, Event.WAIVER_ENDED, Event.BALLOT_REOPENED, Event.BALLOT_ENTERED,
            Event.BALLOT_IMPORTED,
        ),
        PEOPLE | VENDORS,
    ),
    **dict.fromkeys(
        (
            Event.MARK_RECORDED, Event.MARK_SET_ASIDE, Event.MARK_FILE_ATTACHED,
            Event.MARK_FILE_REMOVED,
            Event.CELL_DEFERRED, Event.FINDING_RECORDED, Event.FINDING_WITHDRAWN,
        ),
        VENDORS | RUBRIC,
    ),
}  # fmt: skip
# what the same name means in an entry of one event alone
OTHERWISE: Mapping[tuple[Event, str], Kinds] = {
    (Event.QUESTION_ANSWERED, "answer"): WORDS,
    (Event.DISTRICT_CHANGED, "name"): RUBRIC,
}


def find_text_kinds(event: Event, name: str) -> Kinds:
    """What a text in a field of this name is about; nothing for a code."""
    name = name.split(" (")[0]  # a translation is told as "title (es)"
    if name == "subject":
        return SUBJECTS.get(event, VENDORS)
    if (event, name) in OTHERWISE:
        return OTHERWISE[event, name]
    return CODE if name in CODES else TYPED.get(name, EVERYTHING_TYPED)


def is_declared(event: Event, name: str) -> bool:
    """Whether the lists tell of a field."""
    name = name.split(" (")[0]
    return name == "subject" or name in CODES or name in TYPED or (event, name) in OTHERWISE
