"""Issuing the memo: its files are made once and kept for good."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crrubric.catalogue import load_translations
from crrubric.clock import now_utc
from crrubric.config import folder
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.memo.issuing.issues import ENDINGS, IssueStamp, MemoFormat
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.people.languages import NAMES
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import Evaluation, MemoFile, MemoIssue
from crrubric.queries.memo.issues import count_memo_issues, foresee_issue_for_seat
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.people.access import (
    Seat,
    find_evaluation,
    require,
    require_impartial,
    require_locked_seat,
)
from crrubric.queries.people.district import find_logo_hash, load_logo
from crrubric.queries.people.people import Actor
from crrubric.queries.record.journal import find_journal_head
from crrubric.reports.documents.formats import RENDERERS
from crrubric.services.ballots.attachments import make_content
from crrubric.services.shared.journal import ROW, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueText:
    """How an issue is asked for: in which language, and of a correction why."""

    language: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeIssue:
    """An issue that was made and is not stored yet."""

    stamp: IssueStamp
    head: str  # the newest hash of the journal that it covers
    basis: str  # the hash of what its result rests on
    names_people: bool
    files: dict[MemoFormat, bytes]
    digests: dict[MemoFormat, str]


def issue_memo(
    actor: Actor, slug: str, text: IssueText, *, seen: str | None = None, shown_in: str = ""
) -> MemoIssue:
    """Issue the memo: make its three files, and keep them with their hashes.

    The files are made before anything is held. If somebody changes the record meanwhile, nothing
    is issued.
    Args: seen: the fingerprint of what the page before said; shown_in: in which language it did.
    Raises: WrongPhase before the decision is final; Invalid for a conflict of interest, or for a
    correction without a reason; Stale.
    """
    why = clean_text(text.reason, limit=limits.NOTE, field="reason")
    if text.language not in NAMES:
        raise Invalid(N_("Choose one of the languages shown."), field="language")
    session: Session = db.session()
    seat = require(actor, Action.ISSUE_MEMO, find_evaluation(session, slug), session)
    require_issuable(session, seat, why, seen, shown_in)
    made = make_issue(
        session,
        seat.evaluation,
        IssueStamp(
            number=count_memo_issues(session, seat.evaluation.id) + 1,
            at=now_utc().astimezone(ZoneInfo(seat.evaluation.district.time_zone)),
            by=actor.name,
            language=text.language,
            reason=why,
            nonce=secrets.token_hex(16),
            logo=find_logo_hash(session),
        ),
    )
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.ISSUE_MEMO, slug)
        require_issuable(session, seat, why, seen, shown_in)
        return keep_issue(session, actor, seat.evaluation, made)


def require_issuable(
    session: Session, seat: Seat, reason: str, seen: str | None, shown_in: str
) -> None:
    """Raise Invalid or Stale for what keeps this seat from issuing the memo now."""
    require_impartial(session, seat)
    if seen is not None:
        refuse_unforeseen(foresee_issue_for_seat(session, seat, shown_in), seen)
    if not reason and count_memo_issues(session, seat.evaluation.id):
        raise Invalid(
            N_("Say why the memo is issued anew: the new issue prints it."), field="reason"
        )


def make_issue(session: Session, evaluation: Evaluation, stamp: IssueStamp) -> MadeIssue:
    """Make the three files. Ends the reading transaction."""
    language = stamp.language
    logo = load_logo(session, stamp.logo)
    facts = load_memo_facts(session, evaluation, language, issue=stamp)
    document = replace(compose_memo(facts, load_translations(language).gettext), logo=logo)
    folders = Path(folder("templates")), Path(folder("static"))
    files = {form: RENDERERS[ending](document, *folders) for form, ending in ENDINGS.items()}
    return MadeIssue(
        stamp=stamp,
        head=facts.journal_head,
        basis=facts.basis_hash,
        names_people=facts.names_people,
        files=files,
        digests={form: hashlib.sha256(body).hexdigest() for form, body in files.items()},
    )


def keep_issue(
    session: Session, actor: Actor, evaluation: Evaluation, made: MadeIssue
) -> MemoIssue:
    """Store an issue with its journal entry. Raises: Stale if the record was changed since."""
    if made.head != find_journal_head(session, evaluation) or evaluation.decided_at is None:
        raise Stale(
            N_(
                "The record was changed while the memo was being made, so nothing was issued. Read"
                " the memo again, then issue it."
            )
        )
    stamp = made.stamp
    issue = MemoIssue(
        evaluation_id=evaluation.id,
        number=stamp.number,
        language=stamp.language,
        names_people=made.names_people,
        decided_at=evaluation.decided_at,
        journal_head=made.head,
        basis_hash=made.basis,
        nonce=stamp.nonce,
        logo_hash=stamp.logo,
        reason=stamp.reason,
        issued_by=actor.name,
        issued_at=stamp.at.astimezone(UTC),
    )
    session.add(issue)
    session.flush()
    for form, body in made.files.items():
        content = make_content(session, body)
        session.add(content)
        session.flush()
        session.add(
            MemoFile(
                issue_id=issue.id,
                form=form,
                size=len(body),
                sha256=made.digests[form],
                content_id=content.id,
            )
        )
        session.expunge(content)  # its bytes are stored: nothing holds them but their maker
    note_event(
        session,
        actor,
        Event.MEMO_ISSUED,
        evaluation_id=evaluation.id,
        subject=str(stamp.number),
        after={
            "number": stamp.number,
            "language": stamp.language,
            "names_people": made.names_people,
            "covers": made.head,
            "basis": made.basis,
            **{form.value.lower(): made.digests[form] for form in MemoFormat},
            ROW: {
                "decided_at": evaluation.decided_at.isoformat(),
                "nonce": stamp.nonce,
                "logo": stamp.logo,
                "bytes": {form.value: len(made.files[form]) for form in MemoFormat},
            },
        },
        reason=stamp.reason,
        at=issue.issued_at,
    )
    return issue
