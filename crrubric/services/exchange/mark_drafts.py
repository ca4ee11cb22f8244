"""Importing marks step by step: a file is kept, its columns are matched, it is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.exchange.drafts import DraftKind
from crrubric.domain.exchange.marks.mapping import (
    BLANK,
    NEW,
    Layout,
    MarkMapping,
    read_mapping,
    write_mapping,
)
from crrubric.domain.exchange.sheets import SheetHead
from crrubric.domain.text import to_plain_word
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Answer
from crrubric.extensions import db
from crrubric.models import ImportDraft
from crrubric.queries.people.access import (
    Seat,
    find_evaluation,
    lock_evaluation,
    require,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor, require_user
from crrubric.queries.shared.reading import end_reading
from crrubric.services.exchange.drafts import (
    drop_drafts,
    find_draft,
    keep_draft,
    read_draft_sheets,
)
from crrubric.services.exchange.import_plans import (
    OTHER_PLAN,
    ImportPlan,
    ImportWishes,
    make_import_plan,
    propose_mapping,
    refuse_other_grounds,
)
from crrubric.services.exchange.imports import (
    ImportResult,
    refuse_other_plan,
    require_import,
    write_marks,
)
from crrubric.services.exchange.mark_lines import read_heads
from crrubric.services.exchange.mark_rows import KeptMarks
from crrubric.services.exchange.rosters import load_roster
from crrubric.services.exchange.scanning import PATIENCE, Roster
from crrubric.services.exchange.table_sources import TableSource, read_data
from crrubric.services.shared.progress import StepWatch, WorkProgress, find_progress, tell_progress
from crrubric.services.shared.unit import unit_of_work

KIND = DraftKind.MARKS
WISHES = ImportWishes()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDraft:
    """A file of marks on its way in: how it begins, how it is read, and whom it can be about."""

    source: TableSource
    heads: list[SheetHead]
    mapping: MarkMapping
    roster: Roster

    def version(self) -> str:
        """What tells how it is read from how it was before."""
        return fingerprint_mapping(write_mapping(self.mapping))


def upload_marks(actor: Actor, slug: str, *, name: str, data: bytes) -> str:
    """Keep a file of marks until it is taken, read as the last one of its kind; its key.

    Raises: Invalid (field "file") for a file that can't be read; WrongPhase, NotFound.
    """
    source = read_data(data, name)
    try:
        heads = read_heads(source)
    except Invalid as error:
        raise Invalid(error.message, field="file", **error.values) from None
    if not any(len(head.rows) > 1 for head in heads):
        message = N_("This file has no table: a line of headers, and lines below it.")
        raise Invalid(message, field="file")
    mapping = write_mapping(propose_draft_mapping(db.session(), actor, slug, heads))
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.IMPORT_MARKS, slug)
        user, sheets = require_user(actor), source.sheets
        draft = keep_draft(session, seat, user, KIND, name=name, body=data, sheets=sheets)
        draft.mapping = mapping
        return draft.key


def propose_draft_mapping(
    session: Session,
    actor: Actor,
    slug: str,
    heads: Sequence[SheetHead],
    *,
    layout: Layout | None = None,
    header: int | None = None,
) -> MarkMapping:
    """`propose_mapping` for a file of the actor's, while nothing is held. Raises: NotFound,
    WrongPhase."""
    seat = require(actor, Action.IMPORT_MARKS, find_evaluation(session, slug), session)
    roster = load_roster(session, seat, add_new=False)
    return propose_mapping(session, seat.evaluation, heads, roster, layout=layout, header=header)


def load_mark_draft(session: Session, seat: Seat, key: str) -> MarkDraft:
    """The file with its beginning. Raises: NotFound if it was taken, or is another's."""
    draft = find_draft(session, seat, require_user(seat.actor), KIND, key)
    source = open_draft(draft)
    return MarkDraft(
        source=source,
        heads=read_heads(source),
        mapping=read_mapping(draft.mapping),
        roster=load_roster(session, seat, add_new=False),
    )


def open_draft(draft: ImportDraft) -> TableSource:
    """The table in a file that is kept."""
    return read_data(draft.body, draft.name, read_draft_sheets(draft))


def fingerprint_mapping(text: str) -> str:
    """What tells a mapping from another, as JSON."""
    return fingerprint_values({"mapping": text})


def refuse_other_mapping(draft: ImportDraft, seen: str) -> None:
    """Raise Stale if the file is read in another way than the page showed."""
    if seen != fingerprint_mapping(draft.mapping):
        raise Stale(N_("The columns were matched in another window since. Look at them again."))


def read_kept_table(session: Session, actor: Actor, slug: str, key: str) -> TableSource:
    """A file that the actor uploaded, unpacked before anything is held. Raises: NotFound."""
    seat = require(actor, Action.IMPORT_MARKS, find_evaluation(session, slug), session)
    source = open_draft(find_draft(session, seat, require_user(actor), KIND, key))
    end_reading(session)
    read_heads(source)  # from here on a workbook is in memory
    return source


@dataclass(frozen=True, slots=True)
class ReadMarks:
    """A file that was looked through and can be taken: what it would do, and its marks."""

    plan: ImportPlan
    kept: KeptMarks


def read_usable_marks(
    session: Session,
    actor: Actor,
    slug: str,
    key: str,
    *,
    wishes: ImportWishes,
    seen: str,
    watch: StepWatch,
) -> ReadMarks:
    """The marks of the file, if it can be taken as it was shown; while nothing is held.

    Raises: as `take_marks`.
    """
    source = read_kept_table(session, actor, slug, key)
    seat = require_import(session, actor, find_evaluation(session, slug), wishes)
    draft = find_draft(session, seat, require_user(actor), KIND, key)
    mapping, kept = read_mapping(draft.mapping), KeptMarks()
    plan = make_import_plan(
        session,
        seat,
        source,
        mapping=mapping,
        wishes=WISHES,
        watch=watch,
        keep=kept.keep,
        patience=PATIENCE,
    )
    refuse_other_plan(plan, seen)
    plan.found.refuse_bad_lines()
    return ReadMarks(plan, kept)


def guess_draft_again(
    actor: Actor,
    slug: str,
    key: str,
    heads: Sequence[SheetHead],
    *,
    layout: Layout,
    header: int,
    seen: str,
) -> None:
    """Match the columns anew, for another layout or row of headers.

    Args: heads: how the sheets of the file begin. Raises: NotFound, Stale.
    """
    guessed = propose_draft_mapping(db.session(), actor, slug, heads, layout=layout, header=header)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.IMPORT_MARKS, slug)
        draft = find_draft(session, seat, require_user(actor), KIND, key)
        refuse_other_mapping(draft, seen)
        draft.mapping = write_mapping(guessed)


def match_draft(actor: Actor, slug: str, key: str, mapping: MarkMapping, *, seen: str) -> None:
    """Say which column is which; words and names stay as they were said.

    Raises: NotFound, Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.IMPORT_MARKS, slug)
        draft = find_draft(session, seat, require_user(actor), KIND, key)
        refuse_other_mapping(draft, seen)
        old = read_mapping(draft.mapping)
        draft.mapping = write_mapping(
            replace(
                mapping,
                words=old.words,
                reviewers=old.reviewers,
                vendors=old.vendors,
                keep_latest=old.keep_latest,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoices:
    """What words and names of a file mean, as `MarkMapping` has them, by what is written."""

    words: Mapping[str, str]
    reviewers: Mapping[str, str]
    vendors: Mapping[str, str]
    keep_latest: bool


def choose_readings(actor: Actor, slug: str, key: str, choices: ReadingChoices) -> None:
    """Say what words and names mean. Raises: NotFound."""
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.IMPORT_MARKS, slug)
        draft = find_draft(session, seat, require_user(actor), KIND, key)
        old = read_mapping(draft.mapping)
        reviewers = allow_names(choices.reviewers, new=seat.may(Action.MANAGE_COMMITTEE))
        vendors = allow_names(choices.vendors, new=seat.may(Action.EDIT_SETUP))
        meanings = {*(answer.value for answer in Answer), BLANK}
        words = {to_plain_word(word): to for word, to in choices.words.items() if to in meanings}
        draft.mapping = write_mapping(
            replace(
                old,
                words={**old.words, **words},
                reviewers={**old.reviewers, **reviewers},
                vendors={**old.vendors, **vendors},
                keep_latest=choices.keep_latest,
            )
        )


def allow_names(meant: Mapping[str, str], *, new: bool) -> dict[str, str]:
    """What names were said to mean; that one is new, only where something may be added."""
    return {name: to for name, to in meant.items() if to and (new or to != NEW)}


def foresee_import(session: Session, seat: Seat, key: str) -> ImportPlan:
    """What taking the file would do. Raises: NotFound; InvalidPlaces for its header."""
    draft = find_draft(session, seat, require_user(seat.actor), KIND, key)
    return make_import_plan(
        session,
        seat,
        open_draft(draft),
        mapping=read_mapping(draft.mapping),
        wishes=WISHES,
        patience=PATIENCE,
    )


def check_matching(session: Session, seat: Seat, draft: MarkDraft, mapping: MarkMapping) -> None:
    """Read the whole file by this mapping.

    Raises: InvalidPlaces for columns that can't be used; Invalid for a file that breaks off.
    """
    make_import_plan(session, seat, draft.source, mapping=mapping, wishes=WISHES, patience=PATIENCE)


def take_marks(
    actor: Actor, slug: str, key: str, *, wishes: ImportWishes, seen: str
) -> ImportResult:
    """Import the file as it was shown, and forget it: everything or nothing.

    Args: seen: the fingerprint of the plan that was shown.
    Raises: InvalidPlaces listing every bad line; Invalid naming the field; Stale; NotFound.
    """
    with tell_progress((require_user(actor), key)) as watch:
        read = read_usable_marks(
            db.session(), actor, slug, key, wishes=wishes, seen=seen, watch=watch
        )
        return _take_read_marks(actor, slug, key, read, wishes=wishes, watch=watch)


def _take_read_marks(
    actor: Actor,
    slug: str,
    key: str,
    read: ReadMarks,
    *,
    wishes: ImportWishes,
    watch: StepWatch,
) -> ImportResult:
    """What was read is written down unless something changed meanwhile on which it rests."""
    with unit_of_work() as session:
        evaluation = lock_evaluation(session, slug, exclusive=True)
        seat = require_import(session, actor, evaluation, wishes)
        draft = find_draft(session, seat, require_user(actor), KIND, key)
        if read_mapping(draft.mapping) != read.plan.table.mapping:
            raise Stale(OTHER_PLAN)
        refuse_other_grounds(session, seat, read.plan)
        done = write_marks(session, seat, read.plan, read.kept, wishes, watch=watch)
        drop_drafts(session, seat, draft.user_id, KIND)
    return done


def find_import_progress(actor: Actor, key: str) -> WorkProgress | None:
    """How far the taking of this file is; None while it is not taken, or not by this actor."""
    return find_progress((require_user(actor), key))


def discard_marks(actor: Actor, slug: str, key: str) -> None:
    """Forget a file; nothing of it was imported. Raises: NotFound."""
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.IMPORT_MARKS, slug)
        draft = find_draft(session, seat, require_user(actor), KIND, key)
        drop_drafts(session, seat, draft.user_id, KIND)
