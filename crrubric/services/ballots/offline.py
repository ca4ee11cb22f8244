"""Taking a workbook of one's own ballots that was filled in without the portal."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, groupby, islice
from operator import attrgetter

from sqlalchemy.orm import Session

from crrubric import catalogue
from crrubric.config import current_settings
from crrubric.domain.actions import Action
from crrubric.domain.ballots.marks import MarkText
from crrubric.domain.ballots.offline.books import OfflineCriterion
from crrubric.domain.ballots.offline.changes import (
    OfflineChange,
    OfflineChoices,
    OfflinePreview,
    check_filled_rows,
    choose_changes,
    compare_with_portal,
)
from crrubric.domain.ballots.offline.filled import (
    LISTED,
    CellProblem,
    FilledBook,
    FilledWords,
    read_filled_book,
)
from crrubric.domain.errors import CrrubricError, Invalid, NotReady, Stale
from crrubric.domain.exchange.answer_words import recognize_answer
from crrubric.domain.exchange.drafts import DraftKind
from crrubric.domain.text import key_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, EvidenceKind
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, ImportDraft, Member
from crrubric.queries.ballots.offline import (
    find_offline_source,
    load_own_ballots,
    require_own_member,
)
from crrubric.queries.people.access import (
    Seat,
    find_evaluation,
    hold_seat,
    lock_evaluation,
    make_not_found,
    require,
)
from crrubric.queries.people.people import Actor, require_user
from crrubric.queries.shared.reading import end_reading
from crrubric.services.ballots.ballots import lock_markable_ballot, write_own_mark
from crrubric.services.exchange.drafts import (
    drop_drafts,
    find_draft,
    keep_draft,
    read_draft_sheets,
)
from crrubric.services.exchange.kept_sheets import Sheets
from crrubric.services.exchange.workbooks import read_sheets
from crrubric.services.shared.days import refuse_after_end, require_past_day
from crrubric.services.shared.unit import unit_of_work

KIND = DraftKind.OFFLINE_BALLOTS
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 100, 2_000, 60
OTHER_SITE = N_("This workbook comes from another installation of the portal. Upload it there.")
OTHER_EVALUATION = N_("This workbook belongs to another evaluation. Upload it in that one.")
OTHER_PERSON = N_(
    "This workbook was made for somebody else. Each reviewer uploads their own: download yours and"
    " fill it in."
)
CHANGED = N_(
    "Nothing was taken: something has changed since you opened this page. Look at what would change"
    " now, then go on."
)


def upload_offline_book(actor: Actor, slug: str, *, name: str, data: bytes) -> str:
    """Keep a workbook that can be taken as it is, until its reviewer takes it; the key of it.

    Raises: Invalid (field "file") for what is no workbook of this seat; NotReady with every cell
    that can't be used; WrongPhase once scoring is over.
    """
    sheets = read_offline_sheets(data)
    book = read_filled_book(sheets, make_filled_words())
    with unit_of_work() as session:
        evaluation = lock_evaluation(session, slug)
        seat = require(actor, Action.RECORD_MARK, evaluation, session)
        refuse_after_end(evaluation)
        member = require_own_member(seat)
        refuse_foreign_book(session, member, book)
        refuse_unusable_cells(session, seat, book)
        hold_seat(session, member)
        user = require_user(actor)
        return keep_draft(session, seat, user, KIND, name=name, body=data, sheets=sheets).key


def read_offline_sheets(data: bytes) -> Sheets:
    """The rows of a workbook. Raises: Invalid (field "file")."""
    end_reading(db.session())  # nothing of the database is held while it is unpacked
    return read_sheets(
        data, most_sheets=MOST_SHEETS, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS
    )


def read_draft_book(draft: ImportDraft) -> FilledBook:
    """What a workbook that waits says, with what can't be used of it."""
    sheets, body = read_draft_sheets(draft), draft.body
    return read_filled_book(sheets or read_offline_sheets(body), make_filled_words())


def make_filled_words() -> FilledWords:
    """What answers and kinds of evidence are called in the languages of the site."""
    kinds: dict[str, EvidenceKind] = {}
    answers: dict[str, Answer] = {}
    for language in current_settings().LANGUAGES:
        say = catalogue.load_translations(language).gettext
        kinds |= {key_of(say(kind.label)): kind for kind in EvidenceKind}
        answers |= {key_of(say(answer.label)): answer for answer in Answer}
    return FilledWords(
        read_answer=lambda typed: answers.get(key_of(typed)) or recognize_answer(typed), kinds=kinds
    )


def refuse_foreign_book(
    session: Session, member: Member, book: FilledBook, *, other: str = OTHER_PERSON
) -> None:
    """Raise Invalid (field "file") for a workbook of another site, evaluation or person.

    Args: other: what is said of another person's; %(name)s is the one whose it should be.
    """
    own, found = find_offline_source(session, member), book.stamp.source
    if found.site != own.site:
        raise Invalid(OTHER_SITE, field="file")
    if found.evaluation != own.evaluation:
        raise Invalid(OTHER_EVALUATION, field="file")
    if found.member != own.member:
        raise Invalid(other, name=member.name, field="file")


def refuse_unusable_cells(session: Session, seat: Seat, book: FilledBook) -> None:
    """Raise NotReady with everything that is wrong, by sheet and cell."""
    own = load_own_ballots(session, require_own_member(seat), "")
    check = partial(check_offline_mark, seat.evaluation)
    problems = chain(book.problems, check_filled_rows(book, own, check))
    refuse_cell_problems(problems, more=book.count_more())


def refuse_cell_problems(problems: Iterator[CellProblem], *, more: int) -> None:
    """Raise NotReady, with those that a page lists and how many there are, if there is any.

    Args: more: how many there are beside these.
    """
    if listed := list(describe_cell_problems(islice(problems, LISTED))):
        count = len(listed) + sum(1 for _problem in problems) + more
        raise NotReady(N_("Some cells can’t be used."), listed, count=count)


def check_offline_mark(evaluation: Evaluation, criterion: OfflineCriterion, text: MarkText) -> None:
    """Raise Invalid for a mark that the criterion or the calendar does not let through."""
    if text.answer is Answer.NOT_APPLICABLE and not criterion.may_not_apply:
        raise Invalid(
            N_("“Not applicable” is not an answer here: this criterion always applies."),
            field="answer",
        )
    if text.evidence_on:
        require_past_day(evaluation, text.evidence_on, field="evidence_on")


def describe_cell_problems(problems: Iterable[CellProblem]) -> Iterable[CrrubricError]:
    """Each with its sheet and its cell."""
    for problem in problems:
        words = N_("Sheet “%(sheet)s”: %(problem)s")
        if problem.cell:
            words = N_("Sheet “%(sheet)s”, cell %(cell)s: %(problem)s")
        yield CrrubricError(words, sheet=problem.sheet, cell=problem.cell, problem=problem.error)


def foresee_offline_changes(
    session: Session, seat: Seat, key: str, language: str
) -> OfflinePreview:
    """What taking the workbook would do now. Args: language: of the titles.

    Raises: NotFound if it is another's, was taken, or has waited too long.
    """
    draft = find_draft(session, seat, require_user(seat.actor), KIND, key)
    book, member = read_draft_book(draft), require_own_member(seat)
    refuse_other_draft(book, member)
    return compare_with_portal(book, load_own_ballots(session, member, language))


def take_offline_book(
    actor: Actor, slug: str, key: str, choices: OfflineChoices, *, seen: str, language: str = ""
) -> int:
    """Record the answers that were chosen, all of them or none; how many they are.

    Args: seen: the fingerprint of the preview that was shown.
    Raises: Stale if it would be another one now; NotReady with every choice that is missing;
    NotFound if the file is another's, was taken, or has waited too long; WrongPhase once scoring
    is over.
    """
    user = require_user(actor)
    book = read_kept_book(db.session(), actor, slug, key)
    with unit_of_work() as session:
        evaluation = lock_evaluation(session, slug)
        seat = require(actor, Action.RECORD_MARK, evaluation, session)
        refuse_after_end(evaluation)
        find_draft(session, seat, user, KIND, key)  # or it was taken by another window
        member = require_own_member(seat)
        refuse_other_draft(book, member)
        own = load_own_ballots(session, member, language)
        preview = compare_with_portal(book, own)
        if preview.fingerprint() != seen:
            raise Stale(CHANGED)
        chosen = choose_changes(preview, choices)
        write_offline_changes(session, actor, evaluation, chosen)
        drop_drafts(session, seat, user, KIND)
    return len(chosen)


def read_kept_book(session: Session, actor: Actor, slug: str, key: str) -> FilledBook:
    """A workbook that the actor uploaded, read before anything is held. Raises: NotFound."""
    seat = require(actor, Action.RECORD_MARK, find_evaluation(session, slug), session)
    return read_draft_book(find_draft(session, seat, require_user(actor), KIND, key))


def refuse_other_draft(book: FilledBook, member: Member) -> None:
    """Raise NotFound for a file that was uploaded to be entered for somebody else."""
    if book.stamp.source.member != member.id:
        raise make_not_found()


def write_offline_changes(
    session: Session, actor: Actor, evaluation: Evaluation, chosen: Iterable[OfflineChange]
) -> None:
    """Put the answers on the ballots, each with its entry in the journal. A step."""
    for vendor_id, changes in groupby(chosen, key=attrgetter("vendor_id")):
        ballot = lock_markable_ballot(session, actor, evaluation, vendor_id)
        for change in changes:
            criterion = session.get_one(Criterion, change.criterion.id)
            write_own_mark(
                session,
                actor,
                ballot,
                criterion,
                change.text,
                seen_version=change.criterion.version,
            )


def discard_offline_book(actor: Actor, slug: str, key: str) -> None:
    """Forget a workbook that the actor uploaded and did not take. Raises: NotFound."""
    with unit_of_work() as session:
        seat = require(actor, Action.RECORD_MARK, lock_evaluation(session, slug), session)
        find_draft(session, seat, require_user(actor), KIND, key)
        drop_drafts(session, seat, require_user(actor), KIND)
