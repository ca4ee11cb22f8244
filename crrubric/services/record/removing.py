"""Deleting rows whose time is over, for good, and what is left of them in the file.

Steps of a removal that two people decided; nothing else deletes rows of a record.
"""

import sqlite3
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, func, literal, select, update
from sqlalchemy.orm import Session

from crrubric.domain.errors import NotReady
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import RecordKind
from crrubric.extensions import DatabaseUnavailable, db
from crrubric.models import (
    AuthenticatorApp,
    Base,
    CalendarFeed,
    ExternalIdentity,
    FileContent,
    ImportDraft,
    Invite,
    ItemReminder,
    OutgoingMail,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    Removal,
    User,
    UserSession,
)
from crrubric.queries.record.owned_rows import EVALUATION, is_of_evaluation, list_owned_tables
from crrubric.queries.record.retention import GONE, list_due_rows
from crrubric.services.record.server_rights import NOT_OWNER, is_served_by_owner

# of a person, and nobody else's
PERSONAL: tuple[type[Base], ...] = (
    UserSession, Invite, AuthenticatorApp, RecoveryCode, Passkey, PasskeyChallenge,
    ExternalIdentity, CalendarFeed, ImportDraft, ItemReminder,
)  # fmt: skip
BATCH = 500  # ids in one statement
COMPACT_AT_ONCE = 200_000_000  # bytes of a database that is written anew while people wait
NOT_COMPACTED = N_(
    "The database could not be written anew just now: run crrubric db compact on the server when"
    " nobody works."
)


def remove_evaluation(session: Session, removal: Removal) -> None:
    """Delete every row of an evaluation, with its files, mails and journal, and the proposal.

    Nothing of it may be used in the session afterwards.
    """
    evaluation_id = removal.evaluation_id
    if evaluation_id is None:
        raise ValueError("the removal is of no evaluation")
    contents = _list_contents(session, evaluation_id)
    reminders = list(
        session.scalars(
            select(ItemReminder.mail_id).where(
                is_of_evaluation(ItemReminder.__table__, evaluation_id)  # type: ignore[arg-type]
            )
        )
    )
    removal_id = removal.id
    session.expunge_all()  # what is loaded is gone in a moment
    for table in list_owned_tables():
        if table is EVALUATION:
            session.execute(delete(Removal).where(Removal.id == removal_id))
        session.execute(delete(table).where(is_of_evaluation(table, evaluation_id)))
    for at in range(0, len(contents), BATCH):
        session.execute(delete(FileContent).where(FileContent.id.in_(contents[at : at + BATCH])))
    for at in range(0, len(reminders), BATCH):
        # a mail about action items belongs to no evaluation, and may name those of several
        _blank_mails(session, reminders[at : at + BATCH])


def _list_contents(session: Session, evaluation_id: int) -> list[int]:
    """The rows with the bytes of its files."""
    found: list[int] = []
    for table in list_owned_tables():
        for key in table.foreign_keys:
            if key.column.table.name == FileContent.__tablename__:
                wanted = select(key.parent).where(is_of_evaluation(table, evaluation_id))
                found.extend(session.scalars(wanted))
    return found


def _blank_mails(session: Session, ids: list[int]) -> None:
    session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.id.in_(ids))
        .values(to_name="", to_address=GONE, subject="", body="", last_error="", news=None)
    )


def remove_due_rows(session: Session, kind: RecordKind, before: datetime, now: datetime) -> int:
    """Remove what ended before a moment, of a kind other than evaluations; how many rows."""
    count = 0
    for table, condition in list_due_rows(kind, before):
        ids = list(session.scalars(select(table.id).where(condition)))
        for at in range(0, len(ids), BATCH):
            some = _hold_due_rows(session, table, condition, ids[at : at + BATCH])
            count += len(some)
            if kind is RecordKind.ACCOUNT:
                _empty_accounts(session, some, now)
            elif kind is RecordKind.MAIL:
                _blank_mails(session, some)
            else:
                session.execute(delete(table).where(table.id.in_(some)))
    return count


def _hold_due_rows(
    session: Session, table: type[Any], condition: ColumnElement[bool], ids: list[int]
) -> list[int]:
    """Which of these rows are due once they are held: until then somebody may have given an account
    a seat, or used a session."""
    these = select(table.id).where(table.id.in_(ids)).order_by(table.id)
    session.execute(these.with_for_update())
    return list(session.scalars(these.where(condition)))


def _empty_accounts(session: Session, ids: list[int], now: datetime) -> None:
    """Leave the number, to which entries of the journal refer, and nothing of the person."""
    mails = list(session.scalars(select(OutgoingMail.id).where(OutgoingMail.user_id.in_(ids))))
    for table in PERSONAL:
        session.execute(delete(table).where(table.__table__.c.user_id.in_(ids)))
    for at in range(0, len(mails), BATCH):
        _blank_mails(session, mails[at : at + BATCH])
    address = literal("removed-").concat(cast(User.id, String)).concat("@invalid")
    session.execute(
        update(User)
        .where(User.id.in_(ids))
        .values(
            name="",
            email=address,
            email_key=address,
            password_hash=None,
            disabled_at=func.coalesce(User.disabled_at, now),
            address_proven_at=None,
            identity_linked_at=None,
            link_used_at=None,
            language=None,
            sign_in_version=User.sign_in_version + 1,
            removed_at=now,
        )
    )


def compact_database(*, at_once: bool = False) -> None:
    """Write the database anew, so that nothing of deleted rows is left between the others.

    Args: at_once: whether people wait for it: a large one is left for the command line then.
    Raises: NotReady, saying what to do, if it can't be done now.
    """
    db.session.rollback()
    engine = db.engine
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                driver = connection.connection.driver_connection
                if driver is None:
                    raise RuntimeError("no connection to the database")
                pages, size = (
                    driver.execute(f"PRAGMA {name}").fetchone()[0]
                    for name in ("page_count", "page_size")
                )
                if at_once and pages * size > COMPACT_AT_ONCE:
                    raise NotReady(NOT_COMPACTED)
                driver.execute("VACUUM")
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            elif at_once:
                raise NotReady(NOT_COMPACTED)
            else:
                if not is_served_by_owner():  # its tables would be left out, without an error
                    raise NotReady(NOT_OWNER)
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                alone.exec_driver_sql("VACUUM FULL")
    except (DatabaseUnavailable, sqlite3.Error) as error:
        raise NotReady(NOT_COMPACTED) from error
