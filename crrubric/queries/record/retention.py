"""What is kept how long, what is due to be removed, and what was removed.

For administrators, who sit on no committee: titles, days, names of people and vendors, numbers.
No mark, no ballot and no result is among it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.foreseen import Foreseen, Remark
from crrubric.domain.record.chain import SITE
from crrubric.domain.record.retention.effects import (
    EvaluationCounts,
    foresee_account_removal,
    foresee_evaluation_removal,
    foresee_mail_removal,
    foresee_sign_in_removal,
    list_obstacles,
)
from crrubric.domain.record.retention.times import (
    KeepingTimes,
    KeptEvaluation,
    add_years,
    find_cutoff,
    find_last_kept_day,
)
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import RecordKind, Standing
from crrubric.models import (
    Evaluation,
    Invite,
    JournalEntry,
    KeepingSchedule,
    MarkFile,
    Member,
    MemoFile,
    MemoIssue,
    OutgoingMail,
    Removal,
    Renewal,
    User,
    UserSession,
    Vendor,
    VendorFile,
)
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.people import load_site_zone
from crrubric.queries.record.owned_rows import is_of_evaluation, list_owned_tables

# what is done to a record because of how long it is kept makes it no younger
NO_USE = (Event.RETENTION_CHANGED, Event.ARCHIVE_MADE)
TOLD = (
    Event.KEEPING_CHANGED,
    Event.REMOVAL_PROPOSED,
    Event.REMOVAL_WITHDRAWN,
    Event.RECORD_REMOVED,
)
SHOWN = 50  # entries of the journal, at most
GONE = "-"  # the address of a mail whose text was removed


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecord:
    """An evaluation as the page of what is kept shows it."""

    evaluation: Evaluation
    chairs: tuple[str, ...]
    ended_on: date
    closed: bool  # archived or deleted; else it only rests since that day
    last_day: date  # on which it is kept
    obstacles: tuple[Remark, ...]
    archived_at: datetime | None  # when the last archive file was made
    removal: Removal | None

    is_over: bool  # whether its time is over, whatever else speaks against removing it

    @property
    def due(self) -> bool:
        """Whether nothing speaks against removing it."""
        return not self.obstacles


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRecords:
    """How many other records of a kind are due, of before when, and who proposed it."""

    kind: RecordKind
    count: int
    before: datetime
    removal: Removal | None


def read_keeping_times(session: Session) -> KeepingTimes:
    """How long each kind of record is kept: as somebody set it, else the defaults."""
    row = session.scalar(select(KeepingSchedule).order_by(KeepingSchedule.district_id).limit(1))
    if row is None:
        return KeepingTimes()
    names = KeepingTimes.__dataclass_fields__
    return KeepingTimes(**{name: getattr(row, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledKeeping:
    """How long the schedule of the site keeps an evaluation, for whoever chairs it.

    set_here: whether administrators have set it; else it is the default of the program. last_day:
    on which the schedule keeps it; where it is not closed, as if it were today.
    """

    years: int
    set_here: bool
    closed: bool
    last_day: date


def read_scheduled_keeping(
    session: Session, evaluation: Evaluation, now: datetime
) -> ScheduledKeeping:
    """What the schedule says of an evaluation that is there."""
    times, zone = read_keeping_times(session), load_site_zone(session)
    ended_at = evaluation.archived_at or now
    return ScheduledKeeping(
        years=times.evaluation_years,
        set_here=session.scalar(select(KeepingSchedule.district_id).limit(1)) is not None,
        closed=evaluation.archived_at is not None,
        last_day=add_years(ended_at.astimezone(zone).date(), times.evaluation_years),
    )


def list_kept_records(session: Session, now: datetime, only: int | None = None) -> list[KeptRecord]:
    """Every evaluation, deleted ones included, those first whose day comes first.

    Args: only: the one evaluation to read.
    """
    times, zone = read_keeping_times(session), load_site_zone(session)
    wanted = select(
        Evaluation,
        _find_last_entry(JournalEntry.event.not_in(NO_USE)),
        _find_last_entry(JournalEntry.event == Event.ARCHIVE_MADE),
    )
    if only is not None:
        wanted = wanted.where(Evaluation.id == only)
    chairs, renewals = _list_chairs(session), _list_renewals(session)
    removals = {row.evaluation_id: row for row in session.scalars(select(Removal))}
    found = []
    for row, last_at, archived_at in session.execute(wanted).all():
        closed_at = row.deleted_at or row.archived_at
        kept = KeptEvaluation(
            ended_on=(closed_at or last_at or row.created_at).astimezone(zone).date(),
            retain_until=row.retain_until,
            hold=row.legal_hold,
            renewed_by=tuple(renewals.get(row.id, ())),
        )
        found.append(
            KeptRecord(
                evaluation=row,
                chairs=tuple(sorted(chairs.get(row.id, ()), key=sort_key)),
                ended_on=kept.ended_on,
                closed=closed_at is not None,
                last_day=find_last_kept_day(kept, times),
                obstacles=tuple(list_obstacles(kept, times, now.astimezone(zone).date())),
                archived_at=archived_at,
                removal=removals.get(row.id),
                is_over=find_last_kept_day(kept, times) < now.astimezone(zone).date(),
            )
        )
    return sorted(found, key=lambda row: (row.last_day, sort_key(row.evaluation.title)))


def _find_last_entry(condition: ColumnElement[bool]) -> ColumnElement[datetime]:
    """When the last entry of an evaluation’s journal is from that fits."""
    return (
        select(JournalEntry.at)
        .where(JournalEntry.chain == Evaluation.id, condition)
        .order_by(JournalEntry.number.desc())
        .limit(1)
        .correlate(Evaluation)
        .scalar_subquery()
    )


def _list_chairs(session: Session) -> dict[int, list[str]]:
    wanted = select(Member.evaluation_id, Member.name).where(
        Member.is_chair, Member.removed_at.is_(None)
    )
    return _gather_names((row[0], row[1]) for row in session.execute(wanted))


def _list_renewals(session: Session) -> dict[int, list[str]]:
    """Titles of evaluations by the one that they renew."""
    wanted = select(Renewal.earlier_id, Evaluation.title).join(
        Evaluation, Evaluation.id == Renewal.evaluation_id
    )
    return _gather_names((row[0], row[1]) for row in session.execute(wanted))


def _gather_names(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for key, name in pairs:
        found.setdefault(key, []).append(name)
    return found


def find_kept_record(session: Session, evaluation_id: int, now: datetime) -> KeptRecord:
    """One evaluation. Raises: NotFound."""
    found = list_kept_records(session, now, only=evaluation_id)
    if not found:
        raise make_not_found()
    return found[0]


def list_due_records(session: Session, now: datetime) -> list[DueRecords]:
    """What else is due, by kind; where somebody proposed to remove it, as of that moment."""
    times = read_keeping_times(session)
    wanted = select(Removal).where(Removal.evaluation_id.is_(None))
    removals = {row.kind: row for row in session.scalars(wanted)}
    found = []
    for kind in (RecordKind.ACCOUNT, RecordKind.MAIL, RecordKind.SIGN_IN):
        removal = removals.get(kind)
        before = find_cutoff(kind, times, removal.proposed_at if removal else now)
        count = sum(
            session.scalar(select(func.count()).select_from(table).where(condition)) or 0
            for table, condition in list_due_rows(kind, before)
        )
        found.append(DueRecords(kind=kind, count=count, before=before, removal=removal))
    return found


def list_due_rows(
    kind: RecordKind, before: datetime
) -> list[tuple[type[User | OutgoingMail | UserSession | Invite], ColumnElement[bool]]]:
    """(table, which of its rows ended before a moment) of a kind other than evaluations."""
    if kind is RecordKind.ACCOUNT:
        return [(User, _is_unused_account(before))]
    if kind is RecordKind.MAIL:
        return [(OutgoingMail, _is_old_mail(before))]
    latest = select(func.max(UserSession.id)).group_by(UserSession.user_id)
    ended = func.coalesce(UserSession.ended_at, UserSession.seen_at) < before
    over = func.coalesce(Invite.used_at, Invite.expires_at) < before
    return [(UserSession, and_(ended, UserSession.id.not_in(latest))), (Invite, over)]


def _is_unused_account(before: datetime) -> ColumnElement[bool]:
    """Accounts of nobody who administers the site, without a seat anywhere, not used since."""
    seats = select(Member.id).where(Member.user_id == User.id)
    used = select(UserSession.id).where(
        UserSession.user_id == User.id, UserSession.seen_at >= before
    )
    return and_(
        User.removed_at.is_(None),
        User.standing != Standing.ADMINISTRATOR,
        User.created_at < before,
        ~seats.exists(),
        ~used.exists(),
    )


def _is_old_mail(before: datetime) -> ColumnElement[bool]:
    """Mails that wait no more; not those that their person is still to read on a page."""
    ended = func.coalesce(OutgoingMail.sent_at, OutgoingMail.given_up_at, OutgoingMail.set_aside_at)
    told = or_(
        OutgoingMail.sent_at.is_not(None),
        OutgoingMail.user_id.is_(None),
        OutgoingMail.member_id.is_not(None),
        OutgoingMail.read_at.is_not(None),
    )
    return and_(ended < before, told, OutgoingMail.to_address != GONE)


def find_removal(session: Session, removal_id: int) -> Removal:
    """A proposal that is not done yet. Raises: NotFound."""
    found = session.get(Removal, removal_id)
    if found is None:
        raise make_not_found()
    return found


def foresee_removal(session: Session, removal: Removal) -> Foreseen:
    """What confirming a proposal does."""
    if removal.evaluation_id is not None:
        return foresee_removal_of_evaluation(session, removal.evaluation_id)
    return foresee_due_removal(session, removal.kind, removal.proposed_at)


def foresee_due_removal(session: Session, kind: RecordKind, moment: datetime) -> Foreseen:
    """What removing the records does that are due at a moment, of a kind but evaluations."""
    rows = list_due_rows(kind, find_cutoff(kind, read_keeping_times(session), moment))
    if kind is RecordKind.ACCOUNT:
        names = session.execute(select(User.name, User.email).where(rows[0][1]))
        return foresee_account_removal(
            f"{name}, {email}" for name, email in sorted(names, key=lambda row: sort_key(row[0]))
        )
    counts = [
        session.scalar(select(func.count()).select_from(table).where(condition)) or 0
        for table, condition in rows
    ]
    if kind is RecordKind.MAIL:
        return foresee_mail_removal(counts[0])
    return foresee_sign_in_removal(sessions=counts[0], links=counts[1])


def foresee_removal_of_evaluation(session: Session, evaluation_id: int) -> Foreseen:
    """What removing an evaluation does."""
    counts = count_evaluation(session, evaluation_id)
    chain = JournalEntry.chain == evaluation_id
    archive = session.execute(
        select(JournalEntry.at, JournalEntry.number)
        .where(chain, JournalEntry.event == Event.ARCHIVE_MADE)
        .order_by(JournalEntry.number.desc())
        .limit(1)
    ).one_or_none()
    later = select(func.count(JournalEntry.id)).where(
        chain,
        JournalEntry.number > (archive.number if archive else 0),
        JournalEntry.event.not_in(NO_USE),
    )
    return foresee_evaluation_removal(
        counts,
        archived_on=archive.at.astimezone(load_site_zone(session)).date() if archive else None,
        changed_since=bool(session.scalar(later)),
    )


def count_evaluation(session: Session, evaluation_id: int) -> EvaluationCounts:
    """What hangs on an evaluation."""
    own = Vendor.evaluation_id == evaluation_id
    vendors = session.scalars(select(Vendor).where(own).order_by(Vendor.position))
    members = session.scalars(select(Member.name).where(Member.evaluation_id == evaluation_id))
    sizes = [
        session.execute(
            select(func.count(), func.coalesce(func.sum(table.size), 0)).where(
                table.evaluation_id == evaluation_id
            )
        ).one()
        for table in (VendorFile, MarkFile)
    ]
    issued = select(func.count(MemoIssue.id), func.coalesce(func.sum(MemoFile.size), 0)).join(
        MemoFile, MemoFile.issue_id == MemoIssue.id, isouter=True
    )
    _files, issued_bytes = session.execute(
        issued.where(MemoIssue.evaluation_id == evaluation_id)
    ).one()
    issues = select(func.count(MemoIssue.id)).where(MemoIssue.evaluation_id == evaluation_id)
    entries = select(func.count(JournalEntry.id)).where(JournalEntry.chain == evaluation_id)
    return EvaluationCounts(
        vendors=tuple(vendor.name for vendor in vendors),
        members=tuple(sorted(members, key=sort_key)),
        files=sum(count for count, _size in sizes),
        file_bytes=int(sum(size for _count, size in sizes) + issued_bytes),
        issues=session.scalar(issues) or 0,
        entries=session.scalar(entries) or 0,
        rows=sum(count_owned_rows(session, evaluation_id).values()),
    )


def count_owned_rows(session: Session, evaluation_id: int) -> Mapping[str, int]:
    """How many rows of each table are an evaluation’s."""
    counts = {
        table.name: session.scalar(
            select(func.count()).select_from(table).where(is_of_evaluation(table, evaluation_id))
        )
        for table in list_owned_tables()
    }
    return {name: count for name, count in counts.items() if count}


def count_removals(session: Session) -> int:
    """How many proposals wait for a second person."""
    return session.scalar(select(func.count(Removal.id))) or 0


def count_administrators(session: Session) -> int:
    """How many people who can sign in administer the site."""
    wanted = select(func.count(User.id)).where(
        User.standing == Standing.ADMINISTRATOR,
        User.disabled_at.is_(None),
        ~User.unused,
    )
    return session.scalar(wanted) or 0


def list_keeping_entries(session: Session) -> list[JournalEntry]:
    """What the journal of the site tells of keeping and removing, the newest first."""
    rows = select(JournalEntry).where(JournalEntry.chain == SITE, JournalEntry.event.in_(TOLD))
    return list(session.scalars(rows.order_by(JournalEntry.number.desc()).limit(SHOWN)))


def list_certificates(session: Session) -> list[JournalEntry]:
    """The entries that tell of what was removed, the newest first."""
    rows = select(JournalEntry).where(
        JournalEntry.chain == SITE, JournalEntry.event == Event.RECORD_REMOVED
    )
    return list(session.scalars(rows.order_by(JournalEntry.number.desc())))


def find_certificate(session: Session, number: int) -> JournalEntry:
    """The certificate of destruction of this number. Raises: NotFound."""
    found = session.scalar(
        select(JournalEntry).where(
            JournalEntry.chain == SITE,
            JournalEntry.number == number,
            JournalEntry.event == Event.RECORD_REMOVED,
        )
    )
    if found is None:
        raise make_not_found()
    return found


def find_removal_of(session: Session, evaluation_id: int) -> Removal | None:
    """The proposal to remove an evaluation, if there is one."""
    return session.scalar(select(Removal).where(Removal.evaluation_id == evaluation_id))


def find_unused_id(session: Session) -> int | None:
    """The id of the next evaluation; None where the database’s own next one will do.

    Its journal has that number as well, and the site’s tells of it for good: SQLite would give the
    number of the newest evaluation once more after that was removed.
    """
    if session.get_bind().dialect.name != "sqlite":
        return None
    gone = [(entry.after or {}).get("chain", 0) for entry in list_certificates(session)]
    newest = session.scalar(select(func.max(Evaluation.id))) or 0
    return max(gone) + 1 if gone and max(gone) > newest else None
