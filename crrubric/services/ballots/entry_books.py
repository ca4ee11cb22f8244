"""Entering a reviewer's ballots out of a workbook that they filled in without the portal.

Each ballot is entered as one on paper is: by a chair who sees it by that, sealed, and confirmed by
its reviewer. What the workbook says is read as a reviewer's own (`offline`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain

from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.ballots.marks import MarkText
from crrubric.domain.ballots.offline.books import ClosedReason, ClosedVendor, OwnBallots
from crrubric.domain.ballots.offline.changes import (
    OfflineChoices,
    OfflinePreview,
    check_filled_rows,
    choose_changes,
    compare_with_portal,
    find_opened_ballot,
)
from crrubric.domain.ballots.offline.filled import FilledBook, read_filled_book
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import EntrySource
from crrubric.extensions import db
from crrubric.models import Member
from crrubric.queries.ballots.offline import find_reviewer_of_another, load_enterable_ballots
from crrubric.queries.people.access import (
    Seat,
    find_evaluation,
    require,
    require_impartial_once_shown,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor, require_user
from crrubric.services.ballots.entries import (
    EnteredBallot,
    require_untouched_ballot,
    write_entered_ballot,
)
from crrubric.services.ballots.offline import (
    CHANGED,
    KIND,
    check_offline_mark,
    make_filled_words,
    read_draft_book,
    read_offline_sheets,
    refuse_cell_problems,
    refuse_foreign_book,
    refuse_other_draft,
)
from crrubric.services.ballots.seals import lock_ballot
from crrubric.services.exchange.drafts import drop_drafts, find_draft, keep_draft
from crrubric.services.mail.notices import notify_chairs_if_complete
from crrubric.services.shared.days import refuse_after_end, require_named_day
from crrubric.services.shared.unit import unit_of_work

OTHER_REVIEWER = N_(
    "This workbook was made for another reviewer than %(name)s. Upload it on the page of that one."
)
FOR_ANOTHER: Mapping[ClosedReason, ClosedReason] = {
    ClosedReason.GONE: ClosedReason.NOT_THEIRS,
    ClosedReason.NOT_ASKED: ClosedReason.NOT_ASKED_OF_THEM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBook:
    """When a workbook was given, and what its reviewer said beside it.

    rest: why criteria without an answer have none.
    """

    on: date | None
    no_conflict: bool
    rest: str = ""


def upload_entry_book(actor: Actor, slug: str, member_id: int, *, name: str, data: bytes) -> str:
    """Keep a workbook of another's ballots until it is entered; the key of it.

    Raises: Invalid (field "file") for what is no workbook of this reviewer; NotReady with every
    cell that can't be used; NotFound, WrongPhase.
    """
    sheets = read_offline_sheets(data)
    book = read_filled_book(sheets, make_filled_words())
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.ENTER_ON_BEHALF, slug)
        refuse_after_end(seat.evaluation)
        member = find_reviewer_of_another(session, seat, member_id)
        refuse_foreign_book(session, member, book, other=OTHER_REVIEWER)
        own = load_enterable_ballots(session, seat, member, "")
        check = partial(check_offline_mark, seat.evaluation)
        shut = list_shut_sheets(book, own)
        told = (problem for problem in book.problems if problem.sheet not in shut)
        problems = chain(told, check_filled_rows(book, own, check))
        refuse_cell_problems(problems, more=book.count_more(shut))
        user = require_user(actor)
        return keep_draft(session, seat, user, KIND, name=name, body=data, sheets=sheets).key


def list_shut_sheets(book: FilledBook, own: OwnBallots) -> set[str]:
    """The sheets of ballots that the chair can't enter: what is wrong there is not for them."""
    return {each.sheet for each in book.stamp.ballots if find_opened_ballot(each, own) is None}


def foresee_entries(
    session: Session, seat: Seat, member: Member, key: str, language: str
) -> OfflinePreview:
    """What would be entered now; nothing of ballots that this chair can't enter.

    Args: language: of the titles. Raises: NotFound if the file was taken, or is another's.
    """
    draft = find_draft(session, seat, require_user(seat.actor), KIND, key)
    book = read_draft_book(draft)
    refuse_other_draft(book, member)
    return compare_for_entry(book, load_enterable_ballots(session, seat, member, language))


def compare_for_entry(book: FilledBook, own: OwnBallots) -> OfflinePreview:
    """The rows that would be entered, and of which vendors none would.

    A sheet that was made with answers in it is of a ballot that its reviewer had begun.
    """
    found_begun = (
        find_opened_ballot(each.stamped, own)
        for each in book.ballots
        if any(row.answer is not None for row in each.stamped.rows)
    )
    begun = {each.ballot_id for each in found_begun if each is not None}
    closed = [
        ClosedVendor(
            ballot_id=each.ballot_id,
            vendor_id=each.vendor_id,
            vendor=each.vendor,
            reason=ClosedReason.BEGUN,
        )
        for each in own.opened
        if each.ballot_id in begun
    ]
    opened = tuple(each for each in own.opened if each.ballot_id not in begun)
    found = compare_with_portal(book, OwnBallots(opened, (*own.closed, *closed)))
    shut = (replace(row, reason=FOR_ANOTHER.get(row.reason, row.reason)) for row in found.shut)
    return replace(found, shut=tuple(shut))


def take_entry_book(
    actor: Actor,
    slug: str,
    member_id: int,
    key: str,
    *,
    choices: OfflineChoices,
    given: GivenBook,
    seen: str,
    language: str = "",
) -> int:
    """Enter and seal every ballot of which the file has an answer, or none; how many they are.

    Args: seen: the fingerprint of the preview that was shown.
    Raises: Stale if it would be another one now; NotReady with every choice that is missing;
    Invalid naming the field; NotFound, WrongPhase.
    """
    book = read_kept_entry_book(db.session(), actor, slug, key)
    rest = clean_text(given.rest, limit=limits.SHORT_TEXT, field="rest")
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.ENTER_ON_BEHALF, slug)
        refuse_after_end(seat.evaluation)
        member = find_reviewer_of_another(session, seat, member_id)
        find_draft(session, seat, require_user(actor), KIND, key)  # or another window took it
        refuse_other_draft(book, member)
        own = load_enterable_ballots(session, seat, member, language)
        preview = compare_for_entry(book, own)
        if preview.fingerprint() != seen:
            raise Stale(CHANGED)
        marks = gather_marks(preview, choices)
        given_on = require_named_day(
            seat.evaluation,
            given.on,
            N_("Enter the day on which the ballots were given."),
            field="given_on",
        )
        require_impartial_once_shown(session, seat)
        asked = {each.ballot_id: len([*each.iterate_criteria()]) for each in own.opened}
        if rest and all(len(texts) == asked[ballot] for ballot, texts in marks.items()):
            raise Invalid(N_("Every criterion has an answer: delete this reason."), field="rest")
        vendors = set()
        for ballot_id, texts in marks.items():
            ballot = require_untouched_ballot(session, seat, lock_ballot(session, seat, ballot_id))
            entry = EnteredBallot(
                source=EntrySource.FILE,
                given_on=given_on,
                no_conflict=given.no_conflict,
                marks=texts,
                rest=rest if len(texts) < asked[ballot_id] else "",
            )
            write_entered_ballot(session, seat, ballot, entry, given_on=given_on)
            vendors.add(ballot.vendor_id)
        notify_chairs_if_complete(session, seat.evaluation.id, vendors)
        drop_drafts(session, seat, require_user(actor), KIND)
    return len(marks)


def gather_marks(
    preview: OfflinePreview, choices: OfflineChoices
) -> dict[int, dict[int, MarkText]]:
    """Ballot -> criterion -> mark, of those that were chosen.

    Raises: NotReady with every choice that is missing; Invalid for none at all.
    """
    found: dict[int, dict[int, MarkText]] = {}
    for change in choose_changes(preview, choices):
        found.setdefault(change.ballot_id, {})[change.criterion.id] = change.text
    if not found:
        raise Invalid(N_("There is no answer in it that could be entered."))
    return found


def read_kept_entry_book(session: Session, actor: Actor, slug: str, key: str) -> FilledBook:
    """A workbook that the actor uploaded, read before anything is held. Raises: NotFound."""
    seat = require(actor, Action.ENTER_ON_BEHALF, find_evaluation(session, slug), session)
    return read_draft_book(find_draft(session, seat, require_user(actor), KIND, key))


def discard_entry_book(actor: Actor, slug: str, key: str) -> None:
    """Forget a workbook that the actor uploaded and did not enter. Raises: NotFound."""
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.ENTER_ON_BEHALF, slug)
        find_draft(session, seat, require_user(actor), KIND, key)
        drop_drafts(session, seat, require_user(actor), KIND)
