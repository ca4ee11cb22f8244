"""Importing marks from a file: all or nothing, every bad line listed."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.exchange.import_steps import ImportStep
from crrubric.domain.exchange.marks.guess import NOTHING, guess_mapping
from crrubric.domain.exchange.marks.mapping import MarkMapping
from crrubric.domain.policy import PREPARING
from crrubric.domain.record.entries import BY_BALLOT, ROW, SHOWS
from crrubric.domain.text import cut_visibly, replace_control_characters
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState, Phase, Stakeholder
from crrubric.extensions import db
from crrubric.models import Ballot, Criterion, Evaluation, Member, Section, Vendor
from crrubric.queries.people.access import (
    Seat,
    find_evaluation,
    lock_evaluation,
    require,
    require_impartial_once_shown,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.vendors import find_unused_vendor_id
from crrubric.services.ballots.ballots import issue_ballots, issue_ballots_if_scoring
from crrubric.services.exchange.filled_ballots import close_filled_ballots
from crrubric.services.exchange.import_entries import serialize_new_evaluation
from crrubric.services.exchange.import_plans import (
    AS_USUAL,
    OTHER_PLAN,
    ImportPlan,
    ImportWishes,
    make_import_plan,
    refuse_other_grounds,
    remember_mapping,
)
from crrubric.services.exchange.mark_lines import MarkTable, read_heads
from crrubric.services.exchange.mark_rows import (
    KeptMarks,
    insert_marks,
    issue_filled_ballots,
    iterate_kept_rows,
    load_ballot_ids,
    note_imported_ballots,
    resolve_again,
)
from crrubric.services.exchange.newcomers import add_reviewers, add_vendors
from crrubric.services.exchange.scanning import ImportSummary, MarkedCells, Roster, scan_marks
from crrubric.services.exchange.table_sources import TableSource
from crrubric.services.setup.evaluations import clean_title, insert_evaluation, note_creation
from crrubric.services.setup.rules import RuleSettings, apply_rule, check_rule
from crrubric.services.shared.days import refuse_after_end, require_named_day
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.progress import SILENT, StepWatch
from crrubric.services.shared.unit import unit_of_work


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did."""

    slug: str
    marks: int
    reviewers: int
    vendors: int
    criteria: int
    submitted: int


def import_new_evaluation(
    actor: Actor,
    source: TableSource,
    *,
    title: str,
    rule: RuleSettings,
    mapping: MarkMapping | None = None,
    watch: StepWatch = SILENT,
) -> ImportResult:
    """Make an evaluation in the meeting phase out of a file, with all that is found in it.

    Args: mapping: which column is which; None: as it is guessed.
    Raises: InvalidPlaces listing every bad line; Invalid for a bad file, title or rule.
    """
    check_rule(rule)
    tidy = clean_title(title)
    roster = Roster()
    for book in (roster.reviewers, roster.vendors, roster.criteria):
        book.may_grow = True
    table = MarkTable(source, mapping or guess_mapping(read_heads(source), NOTHING))
    watch.begin_step(ImportStep.CHECK, table.count_lines())
    kept = KeptMarks()
    found = scan_marks(table, roster, MarkedCells(), watch.advance, kept.keep)
    found.refuse_bad_lines()
    with unit_of_work() as session:
        evaluation = insert_evaluation(session, tidy, "")
        apply_rule(evaluation, replace(rule, prices_sealed=False))  # a file has no prices
        evaluation.rubric_name = cut_visibly(name_file(source), limits.TITLE)
        evaluation.phase = Phase.MEETING
        evaluation.opened_at = evaluation.closed_at = evaluation.shown_at = now_utc()
        add_criteria(session, evaluation, roster, found)
        note_creation(session, actor, evaluation)
        reviewers, vendors = list(roster.reviewers.new.items()), list(roster.vendors.new.items())
        insert_found_vendors(session, evaluation, roster)
        insert_found_reviewers(session, evaluation, roster)
        issue_ballots(session, evaluation)
        ballots = load_ballot_ids(session, evaluation)
        watch.begin_step(ImportStep.STORE, found.marks)
        report, of = watch.advance, evaluation.id
        insert_marks(session, iterate_kept_rows(kept, roster, ballots, report, evaluation_id=of))
        note_imported_ballots(session, list(ballots.values()))
        submit_all_ballots(session, list(ballots.values()))
        done = ImportResult(
            slug=evaluation.slug,
            marks=found.marks,
            reviewers=len(reviewers),
            vendors=len(vendors),
            criteria=len(found.marked.places),
            submitted=len(ballots),
        )
        row = serialize_new_evaluation(session, evaluation)
        note_import(session, actor, evaluation, source, done, row=row)
    return done


def import_marks(
    actor: Actor,
    source: TableSource,
    *,
    slug: str,
    mapping: MarkMapping | None = None,
    wishes: ImportWishes = AS_USUAL,
    watch: StepWatch = SILENT,
) -> ImportResult:
    """Add the marks of a file to an evaluation whose ballots are open, or were.

    The ballots that it fills are sealed, each with its receipt and with a reason for every
    criterion without a mark; no others. Criteria must be in the rubric. How its columns were
    matched is remembered.
    Args: mapping: which column is which; None: as it was the last time, or as it is guessed.
    Raises: InvalidPlaces listing every bad line; NotFound or WrongPhase where it may not be done;
    Stale if the evaluation changed while the file was read.
    """
    kept, reading = KeptMarks(), db.session()
    seat = require_import(reading, actor, find_evaluation(reading, slug), wishes)
    plan = make_import_plan(
        reading, seat, source, mapping=mapping, wishes=wishes, watch=watch, keep=kept.keep
    )
    plan.found.refuse_bad_lines()
    with unit_of_work() as session:
        evaluation = lock_evaluation(session, slug, exclusive=True)
        seat = require_import(session, actor, evaluation, wishes)
        refuse_other_grounds(session, seat, plan)
        return write_marks(session, seat, plan, kept, wishes, watch=watch)


def write_marks(
    session: Session,
    seat: Seat,
    plan: ImportPlan,
    kept: KeptMarks,
    wishes: ImportWishes,
    *,
    watch: StepWatch = SILENT,
) -> ImportResult:
    """The marks of a plan without bad lines, and all that comes with them: a step of what imports.

    Args: kept: its marks. Raises: Invalid.
    """
    actor, evaluation = seat.actor, seat.evaluation
    table, roster, found = plan.table, plan.roster, plan.found
    vendors = add_vendors(session, actor, evaluation, roster)
    reviewers = add_reviewers(session, actor, evaluation, roster)
    issue_ballots_if_scoring(session, evaluation)
    cells = resolve_again(found, roster)
    ballots = issue_filled_ballots(session, evaluation, cells)
    watch.begin_step(ImportStep.STORE, found.marks)
    report, of = watch.advance, evaluation.id
    insert_marks(session, iterate_kept_rows(kept, roster, ballots, report, evaluation_id=of))
    note_imported_ballots(session, list(ballots.values()))
    filled = {ballots[key]: ids for key, ids in cells.items()}
    seal, given = not wishes.leave_open, wishes.given
    watch.begin_step(ImportStep.RECORD, len(filled))
    close_filled_ballots(session, seat, filled, seal=seal, given=given, watch=watch)
    done = ImportResult(
        slug=evaluation.slug,
        marks=found.marks,
        reviewers=reviewers,
        vendors=vendors,
        criteria=len(found.marked.places),
        submitted=0 if wishes.leave_open else len(cells),
    )
    shows = {SHOWS: True} if note_shown_marks(evaluation, found) else {}
    note_import(session, actor, evaluation, table.source, done, row={BY_BALLOT: True, **shows})
    remember_mapping(session, evaluation, plan)
    return done


def refuse_other_plan(plan: ImportPlan, seen: str) -> None:
    """Raise Stale if a plan would do something else than was shown."""
    if seen != plan.fingerprint():
        raise Stale(OTHER_PLAN)


def note_shown_marks(evaluation: Evaluation, found: ImportSummary) -> bool:
    """Write down that the committee sees ballots for the first time, and whether it does.

    In the meeting it sees marks as soon as they are there. The ballots of this very file were not
    changed after that.
    """
    first = evaluation.phase is Phase.MEETING and evaluation.shown_at is None and found.marks > 0
    if first:
        evaluation.shown_at = now_utc()
    return first


def require_import(
    session: Session, actor: Actor, evaluation: Evaluation, wishes: ImportWishes
) -> Seat:
    """The seat of whoever may import.

    Raises: WrongPhase, saying what to do, where marks would come too early or too late; NotFound
    unless the actor may import at all.
    """
    try:
        seat = require(actor, Action.IMPORT_MARKS, evaluation, session)
    except WrongPhase:
        if evaluation.phase not in PREPARING:
            raise
        raise WrongPhase(
            N_(
                "Ballots are not open yet, and the rubric can still change: open scoring first, "
                "then import. For a selection that is over, make a new evaluation (--create)."
            )
        ) from None
    if seat.member is not None:
        require_given_ballots(session, seat, wishes)
    if evaluation.phase is Phase.SCORING:
        refuse_after_end(evaluation)
    elif wishes.leave_open:
        raise WrongPhase(N_("Scoring is closed: a ballot can’t be left open any more."))
    return seat


def require_given_ballots(session: Session, seat: Seat, wishes: ImportWishes) -> None:
    """A chair has read the file: its ballots are entered on behalf of their reviewers.

    Raises: Invalid without the day on which they were given; NotFound for a chair who stays away
    from a vendor once ballots were shown; WrongPhase if ballots were to stay open.
    """
    require_impartial_once_shown(session, seat)
    if wishes.leave_open:
        raise WrongPhase(N_("You have read these ballots: they can’t be left open."))
    require_named_day(
        seat.evaluation,
        wishes.given.on if wishes.given else None,
        N_("Enter the day on which the ballots were given."),
        field="given_on",
    )


def name_file(source: TableSource) -> str:
    """The file's name as it can be stored: systems allow more in it than a text may hold."""
    return replace_control_characters(source.name)


def note_import(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    source: TableSource,
    done: ImportResult,
    *,
    row: dict[str, Any],
) -> None:
    """One entry for the whole file."""
    note_event(
        session,
        actor,
        Event.MARKS_IMPORTED,
        evaluation_id=evaluation.id,
        subject=name_file(source),
        after={
            "marks": done.marks,
            "reviewers": done.reviewers,
            "vendors": done.vendors,
            ROW: row,
        },
    )


def add_criteria(
    session: Session, evaluation: Evaluation, roster: Roster, found: ImportSummary
) -> None:
    """A rubric of one section with the criteria as found."""
    section = Section(evaluation_id=evaluation.id, code="imported", title="Criteria", position=0)
    session.add(section)
    session.flush()
    for place, (key, code) in enumerate(list(roster.criteria.new.items())):
        criterion = Criterion(
            evaluation_id=evaluation.id,
            section_id=section.id,
            code=code,
            position=place,
            title=code,
            may_not_apply=key in found.may_not_apply,
        )
        session.add(criterion)
        session.flush()
        roster.criteria.keep(key, criterion.id)


def insert_found_vendors(session: Session, evaluation: Evaluation, roster: Roster) -> None:
    """The vendors of a file, named and coded as there."""
    for place, (key, name) in enumerate(list(roster.vendors.new.items())):
        vendor = Vendor(
            id=find_unused_vendor_id(session),
            evaluation_id=evaluation.id,
            code=name,
            company=name,
            product="",
            position=place,
        )
        session.add(vendor)
        session.flush()
        roster.vendors.keep(key, vendor.id)


def insert_found_reviewers(session: Session, evaluation: Evaluation, roster: Roster) -> None:
    """The reviewers of a file: seats without an account."""
    for key, name in list(roster.reviewers.new.items()):
        member = Member(
            evaluation_id=evaluation.id,
            name=name,
            stakeholder=Stakeholder.OTHER,
            is_reviewer=True,
        )
        session.add(member)
        session.flush()
        roster.reviewers.keep(key, member.id)


def submit_all_ballots(session: Session, ballots: list[int]) -> None:
    """The ballots of an evaluation that was made of a file are submitted ones."""
    for start in range(0, len(ballots), 500):
        session.execute(
            update(Ballot)
            .where(Ballot.id.in_(ballots[start : start + 500]), Ballot.state == BallotState.OPEN)
            .values(state=BallotState.SUBMITTED, submitted_at=now_utc())
        )
