"""Records whose time is over are removed by two people, for good, and nothing else is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DatabaseError

from crrubric import clock
from crrubric.cli import root_group
from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotFound, Stale
from crrubric.domain.events import Event
from crrubric.domain.foreseen import Foreseen
from crrubric.domain.record.chain import SITE
from crrubric.domain.record.retention.times import (
    KeepingTimes,
)
from crrubric.domain.vocabulary import Answer, Phase, RecordKind, Standing
from crrubric.extensions import WRITE, db
from crrubric.models import (
    Ballot,
    Base,
    Evaluation,
    FileContent,
    JournalEntry,
    Mark,
    OutgoingMail,
    Removal,
    SealedBallot,
    User,
    UserSession,
)
from crrubric.queries.people.accounts import list_accounts
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.queries.record.owned_rows import (
    EVALUATION,
    is_of_evaluation,
    list_owned_tables,
)
from crrubric.queries.record.retention import (
    count_owned_rows,
    foresee_removal,
    list_due_records,
    list_kept_records,
)
from crrubric.queries.record.verification import verify_record
from crrubric.queries.results.kept import find_kept_results
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.record import retention
from crrubric.services.record.removing import PERSONAL, compact_database
from crrubric.services.record.retention import (
    confirm_removal,
    hold_record,
    propose_removal,
    set_keeping_times,
    withdraw_removal,
)
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made
from tests.integration.record.whole import make_whole_record

LATER = timedelta(days=365 * 12)
# what hangs on no evaluation, whatever is removed
SITES = {
    "attempt_count", "authenticator_app", "calendar_feed", "column_mapping", "district",
    "district_logo", "external_identity", "file_content", "invite", "keeping_schedule",
    "library_rubric", "library_version", "passkey", "passkey_challenge", "recovery_code", "removal",
    "sent_form", "user_account", "user_session",
}  # fmt: skip


@contextmanager
def years_later(by: timedelta = LATER) -> Iterator[datetime]:
    """Let it be so much later than now."""
    held = clock._HELD.set(datetime.now(UTC) + by)
    try:
        yield now_utc()
    finally:
        clock._HELD.reset(held)


@pytest.fixture
def ada(make: Factory) -> Actor:
    return make.actor("Ada Admin", standing=Standing.ADMINISTRATOR)


@pytest.fixture
def bob(make: Factory) -> Actor:
    return make.actor("Bob Admin", standing=Standing.ADMINISTRATOR)


def problems() -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [str(problem) for problem in verify_record(db.session()).problems]


def site_entries(event: Event) -> list[JournalEntry]:
    db.session.rollback()
    rows = select(JournalEntry).where(JournalEntry.chain == SITE, JournalEntry.event == event)
    return list(db.session.scalars(rows.order_by(JournalEntry.number)))


def archive(make: Factory, made: Made) -> None:
    """Let the evaluation come to its end, to be kept for as short as can be."""
    make.forward(made, Phase.SCORING, {(0, 0): "YNY", (1, 0): "YYY"})
    make.submit(made, 0, 0)
    make.forward(made, Phase.ARCHIVED, {})


def start_session(user: User) -> None:
    """Let somebody sign in now."""
    with unit_of_work() as session:
        session.add(UserSession(token_hash=token_urlsafe(48)[:64], user_id=user.id))


def count(model: type[Base]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def remove(ada: Actor, bob: Actor, made: Made) -> None:
    """Two people remove an evaluation."""
    title = made.evaluation.title
    number = propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
    confirm_removal(bob, number, typed=title)


def test_every_table_hangs_on_evaluations_or_is_the_sites_own():
    owned = {table.name for table in list_owned_tables()}

    assert owned | SITES == set(Base.metadata.tables)
    assert owned & SITES == set()


@pytest.mark.both_databases
def test_all_rows_of_an_evaluation_go_and_no_other(
    make: Factory, ada: Actor, bob: Actor, tmp_path: Path
):
    made = make_whole_record(make, tmp_path)
    hold_record(ada, made.evaluation.id, hold="", reason="The protest is settled.")
    set_keeping_times(ada, KeepingTimes())
    evaluation_id = made.evaluation.id
    others = [key for key in db.session.scalars(select(Evaluation.id)) if key != evaluation_id]
    before = {key: count_owned_rows(db.session(), key) for key in others}
    files = count(FileContent)
    assert len(count_owned_rows(db.session(), evaluation_id)) > 40

    with years_later():
        remove(ada, bob, made)

    assert count_owned_rows(db.session(), evaluation_id) == {}
    assert {key: count_owned_rows(db.session(), key) for key in others} == before
    assert count(FileContent) < files
    assert db.session.scalars(select(Removal.kind)).all() == [RecordKind.MAIL]
    assert problems() == []


@pytest.mark.both_databases
def test_the_certificate_tells_what_was_removed_and_by_whom(make: Factory, ada: Actor, bob: Actor):
    made = make.evaluation(title="Credit recovery 2020")
    archive(make, made)
    chain = made.evaluation.id
    hashes = list(
        db.session.scalars(
            select(JournalEntry.hash)
            .where(JournalEntry.chain == chain)
            .order_by(JournalEntry.number)
        )
    )
    rows = sum(count_owned_rows(db.session(), chain).values())

    with years_later() as now:
        remove(ada, bob, made)

    (entry,) = site_entries(Event.RECORD_REMOVED)
    told = entry.after or {}
    assert (entry.actor_name, told["proposed by"]) == ("Bob Admin", "Ada Admin")
    assert (entry.subject, entry.at) == ("Credit recovery 2020", now)
    assert (told["first"], told["head"]) == (hashes[0], hashes[-1])
    assert (told["entries"], told["rows"], told["chain"]) == (len(hashes), rows, chain)
    assert problems() == []


def test_nobody_confirms_their_own_proposal(make: Factory, ada: Actor, bob: Actor):
    made = make.evaluation()
    archive(make, made)
    with years_later():
        number = propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
        with pytest.raises(Invalid, match="another administrator"):
            confirm_removal(ada, number, typed=made.evaluation.title)
        with pytest.raises(Invalid, match="there is more than one"):
            confirm_removal(OPERATOR, number, typed=made.evaluation.title)

    assert count(Removal) == 1
    assert count(Evaluation) == 1


@pytest.mark.parametrize("kind", [RecordKind.EVALUATION, RecordKind.MAIL])
def test_a_hold_on_everything_that_comes_during_a_removal_comes_after_it(
    app: Flask,
    make: Factory,
    ada: Actor,
    bob: Actor,
    kind: RecordKind,
    monkeypatch: pytest.MonkeyPatch,
):
    """Nobody is told that nothing is removed any more, and something is removed after that."""
    made = make.evaluation()
    archive(make, made)
    title, key = made.evaluation.title, made.evaluation.id
    foresee, threads = retention.foresee_removal, list[threading.Thread]()

    def hold() -> None:
        with app.app_context(), years_later():
            set_keeping_times(ada, KeepingTimes(hold="An audit of everything"))
            db.session.remove()

    def foresee_and_hold(*args: Any) -> Foreseen:
        """What the removal does, and meanwhile somebody holds everything."""
        threads.append(threading.Thread(target=hold))
        threads[-1].start()
        threads[-1].join(1)
        return foresee(*args)

    with years_later():
        number = propose_removal(ada, kind, key if kind is RecordKind.EVALUATION else None)
        db.session.remove()
        monkeypatch.setattr(retention, "foresee_removal", foresee_and_hold)
        confirm_removal(bob, number, typed=title)
        db.session.remove()
    threads[0].join(30)

    (removed,) = site_entries(Event.RECORD_REMOVED)
    (held,) = site_entries(Event.KEEPING_CHANGED)
    assert removed.number < held.number


def test_the_operator_is_the_second_person_where_there_is_one_administrator(
    make: Factory, ada: Actor
):
    made = make.evaluation()
    archive(make, made)
    with years_later():
        number = propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
        confirm_removal(OPERATOR, number, typed=made.evaluation.title)

    assert [row.actor_name for row in site_entries(Event.RECORD_REMOVED)] == ["operator"]
    assert problems() == []


def test_no_result_of_a_removed_record_stays_in_memory(make: Factory, ada: Actor, bob: Actor):
    made, other = make.evaluation(title="Gone"), make.evaluation(title="Stays")
    gone, stays = made.evaluation.id, other.evaluation.id
    for each in (made, other):
        archive(make, each)
    for number in (gone, stays):
        read_matrix(db.session(), db.session.get_one(Evaluation, number))
    kept = find_kept_results(db.session())
    with years_later():
        confirm_removal(bob, propose_removal(ada, RecordKind.EVALUATION, gone), typed="Gone")

    assert [key[0] for key in kept.rows] == [stays]


def test_a_record_is_kept_through_its_day_and_while_it_is_held(
    make: Factory, ada: Actor, bob: Actor
):
    made = make.evaluation()
    archive(make, made)
    with pytest.raises(Invalid, match="It is kept through"):
        propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
    with years_later():
        number = propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
        hold_record(bob, made.evaluation.id, hold="A lawsuit")
        with pytest.raises(Invalid, match="It is under a legal hold: A lawsuit"):
            confirm_removal(bob, number, typed=made.evaluation.title)
        with pytest.raises(Invalid, match="Say why the legal hold ends"):
            hold_record(ada, made.evaluation.id, hold="")
        hold_record(ada, made.evaluation.id, hold="", reason="It is settled.")
        set_keeping_times(ada, KeepingTimes(hold="An audit of everything"))
        with pytest.raises(Invalid, match="An audit of everything"):
            confirm_removal(bob, number, typed=made.evaluation.title)
        with pytest.raises(Invalid, match="An audit of everything"):
            propose_removal(ada, RecordKind.MAIL)
        set_keeping_times(ada, KeepingTimes())
        confirm_removal(bob, number, typed=made.evaluation.title)

    assert count(Evaluation) == 0


def test_the_title_is_typed_and_what_was_shown_still_holds(make: Factory, ada: Actor, bob: Actor):
    made = make.evaluation()
    archive(make, made)
    with years_later():
        number = propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
        seen = foresee_removal(db.session(), db.session.get_one(Removal, number)).fingerprint()
        with pytest.raises(Invalid, match="Type the title"):
            confirm_removal(bob, number, typed="Something else", seen=seen)
        hold_record(bob, made.evaluation.id, hold="One moment")
        hold_record(bob, made.evaluation.id, hold="", reason="It is over.")
        with pytest.raises(Stale):
            confirm_removal(bob, number, typed=made.evaluation.title, seen=seen)

    assert count(Evaluation) == 1


def test_an_evaluation_that_another_renews_goes_after_it(
    make: Factory, ada: Actor, bob: Actor, tmp_path: Path
):
    make_whole_record(make, tmp_path)
    set_keeping_times(ada, KeepingTimes())
    with years_later() as now:
        stopped = [
            row.evaluation.id
            for row in list_kept_records(db.session(), now)
            if any(remark.names for remark in row.obstacles)
        ]
        assert stopped
        with pytest.raises(Invalid, match="have to go first"):
            propose_removal(ada, RecordKind.EVALUATION, stopped[0])


def test_an_evaluation_that_never_ended_is_due_after_its_last_entry(make: Factory, ada: Actor):
    made = make.evaluation()
    with years_later(timedelta(days=365 * 6)) as now:
        assert [row.due for row in list_kept_records(db.session(), now)] == [False]
    with years_later(timedelta(days=365 * 7 + 3)) as now:
        assert [row.due for row in list_kept_records(db.session(), now)] == [True]
        # what is done because of how long it is kept makes it no younger
        hold_record(ada, made.evaluation.id, hold="A lawsuit")
        hold_record(ada, made.evaluation.id, hold="", reason="It is settled.")
        assert [row.due for row in list_kept_records(db.session(), now)] == [True]


def test_a_proposal_is_withdrawn_and_made_once(make: Factory, ada: Actor, bob: Actor):
    made = make.evaluation()
    archive(make, made)
    with years_later():
        number = propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
        assert propose_removal(bob, RecordKind.EVALUATION, made.evaluation.id) == number
        assert problems() == []
        withdraw_removal(bob, number)
        with pytest.raises(NotFound):
            confirm_removal(bob, number, typed=made.evaluation.title)

    assert [row.actor_name for row in site_entries(Event.REMOVAL_WITHDRAWN)] == ["Bob Admin"]
    assert problems() == []


def test_whoever_does_not_administer_the_site_finds_none_of_it(make: Factory, ada: Actor):
    made = make.evaluation()
    archive(make, made)
    with years_later():
        number = propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
        for act in (
            lambda: propose_removal(made.chair, RecordKind.EVALUATION, made.evaluation.id),
            lambda: confirm_removal(made.chair, number, typed=made.evaluation.title),
            lambda: withdraw_removal(made.chair, number),
            lambda: hold_record(made.chair, made.evaluation.id, hold="Mine"),
            lambda: set_keeping_times(made.chair, KeepingTimes()),
        ):
            with pytest.raises(NotFound):
                act()


SEALED = (JournalEntry, SealedBallot, Mark, Ballot)


@pytest.mark.both_databases
def test_the_database_lets_nothing_go_but_what_two_people_confirmed(
    make: Factory, ada: Actor, bob: Actor
):
    """Without a confirmed proposal of that very evaluation, deletes are refused as ever."""
    kept, made = make.evaluation(title="Kept"), make.evaluation(title="Gone")
    archive(make, kept)
    archive(make, made)
    with years_later():
        number = propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)

    def refuse(statement: object, why: str = "sealed") -> None:
        db.session.rollback()
        with (
            pytest.raises(DatabaseError, match=why),
            db.engine.connect().execution_options(**WRITE) as connection,
            connection.begin(),
        ):
            connection.execute(statement)  # type: ignore[call-overload]

    for model in SEALED:
        own = model.__table__.c.evaluation_id
        refuse(delete(model).where(own == made.evaluation.id))
    confirm = {"confirmed_at": now_utc() + LATER, "confirmed_by_id": bob.user_id}
    refuse(
        insert(Removal).values(
            kind=RecordKind.EVALUATION,
            evaluation_id=kept.evaluation.id,
            proposed_by_id=ada.user_id,
            proposed_by="Ada",
            proposed_at=now_utc(),
            **confirm,
        )
    )
    # not before its day, and not as another proposal
    refuse(update(Removal).values(**{**confirm, "confirmed_at": now_utc()}))
    refuse(update(Removal).values(evaluation_id=kept.evaluation.id, **confirm))
    own = {**confirm, "confirmed_by_id": ada.user_id}
    refuse(update(Removal).values(**own), "two_people")
    # and when it is confirmed, that evaluation alone
    for model in SEALED:
        with db.engine.connect().execution_options(**WRITE) as connection:
            transaction = connection.begin()
            connection.execute(update(Removal).where(Removal.id == number).values(**confirm))
            with pytest.raises(DatabaseError, match="sealed"):
                connection.execute(
                    delete(model).where(model.__table__.c.evaluation_id == kept.evaluation.id)
                )
            transaction.rollback()
    # the site's own journal never goes
    with db.engine.connect().execution_options(**WRITE) as connection:
        transaction = connection.begin()
        connection.execute(update(Removal).where(Removal.id == number).values(**confirm))
        with pytest.raises(DatabaseError, match="append-only"):
            connection.execute(delete(JournalEntry).where(JournalEntry.chain == SITE))
        transaction.rollback()


def test_a_confirmed_proposal_that_stays_is_named(make: Factory, ada: Actor, bob: Actor):
    """It would leave the record open to be deleted, and so it is a problem of its own."""
    made = make.evaluation()
    archive(make, made)
    with years_later():
        propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(
            update(Removal).values(confirmed_at=now_utc() + LATER, confirmed_by_id=bob.user_id)
        )

    assert problems() == ["Proposal EVALUATION to remove a record: it differs from the journal."]


def test_an_evaluation_that_vanished_without_two_people_is_named(
    make: Factory, ada: Actor, bob: Actor
):
    made = make.evaluation()
    archive(make, made)
    with years_later():
        propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id)
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(
            update(Removal).values(confirmed_at=now_utc() + LATER, confirmed_by_id=bob.user_id)
        )
        for table in list_owned_tables():
            if table is EVALUATION:
                connection.execute(delete(Removal))
            connection.execute(delete(table).where(is_of_evaluation(table, made.evaluation.id)))

    assert any("gone with its journal" in problem for problem in problems())


def test_no_later_evaluation_gets_the_number_of_one_that_is_gone(
    make: Factory, ada: Actor, bob: Actor
):
    made = make.evaluation(title="Once")
    gone = made.evaluation.id
    archive(make, made)
    with years_later():
        remove(ada, bob, made)

    again = make.evaluation(title="Once")

    assert again.evaluation.id > gone
    assert problems() == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_nothing_of_it_is_left_in_the_file(make: Factory, ada: Actor, bob: Actor):
    word = "xylograph"
    made = make.evaluation(title="Word", phase=Phase.SCORING)
    make.mark(made, 0, 0, "ada", Answer.YES, note=f"A long note about the {word}. " * 100)
    file = Path(str(db.engine.url.database))
    assert word.encode() in read_files(file)

    with years_later():
        remove(ada, bob, made)

    assert word.encode() not in read_files(file)
    compact_database()
    assert word.encode() not in read_files(file)


def read_files(file: Path) -> bytes:
    """The database with what SQLite keeps beside it."""
    db.session.rollback()
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


def test_an_account_that_nobody_uses_loses_its_name(make: Factory, ada: Actor, bob: Actor):
    unused = make.user("Una Unused")
    seated = make.evaluation()
    used = make.user("Otto Often")
    with years_later(timedelta(days=365 * 2)):
        start_session(used)
    with years_later(timedelta(days=365 * 2 + 30)) as now:
        due = {row.kind: row.count for row in list_due_records(db.session(), now)}
        assert due[RecordKind.ACCOUNT] == 1
        number = propose_removal(ada, RecordKind.ACCOUNT)
        confirm_removal(bob, number)

    db.session.expire_all()
    row = db.session.get_one(User, unused.id)
    assert (row.name, row.password_hash, row.email) == (
        "", None, f"removed-{unused.id}@invalid",
    )  # fmt: skip
    assert row.removed_at is not None
    names = {user.name for user in list_accounts(db.session())}
    assert "" not in names
    assert {"Otto Often", seated.chair.name} <= names
    assert problems() == []


def test_old_mails_lose_what_they_said(make: Factory, ada: Actor, bob: Actor):
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(
            insert(OutgoingMail).values(
                dedup_key="one", kind="ACCOUNT", to_name="Una", to_address="una@example.org",
                subject="Hello", body="A word", vendors=[], created_at=now_utc(),
                due_at=now_utc(), next_try_at=now_utc(), attempts=1, last_error="",
                sent_at=now_utc(),
            )
        )  # fmt: skip
    with years_later(timedelta(days=400)):
        confirm_removal(bob, propose_removal(ada, RecordKind.MAIL))

    row = db.session.scalars(select(OutgoingMail).where(OutgoingMail.dedup_key == "one")).one()
    assert (row.to_name, row.to_address, row.subject, row.body) == ("", "-", "", "")
    assert row.sent_at is not None


def test_old_sign_ins_go_but_the_last_of_each_account(make: Factory, ada: Actor, bob: Actor):
    user = make.user("Una")
    for _time in range(3):
        start_session(user)
    newest = db.session.scalar(select(func.max(UserSession.id)))
    with years_later(timedelta(days=400)):
        confirm_removal(bob, propose_removal(ada, RecordKind.SIGN_IN))

    own = select(UserSession.id).where(UserSession.user_id == user.id)
    assert list(db.session.scalars(own)) == [newest]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_command_line_lists_what_is_due_and_is_the_second_person(
    app: Flask, make: Factory, ada: Actor
):
    def run(*words: str, answer: str = "") -> Result:
        db.session.rollback()
        return CliRunner().invoke(root_group, words, obj=lambda _more=None: app, input=answer)

    made = make.evaluation(title="Credit recovery 2015")
    archive(make, made)
    assert run("retention", "list").output == "Nothing is due, and no removal is proposed.\n"
    missing = run("retention", "confirm", "7")
    assert (missing.exit_code, "Nobody proposed a removal 7" in missing.output) == (1, True)
    with years_later():
        number = str(propose_removal(ada, RecordKind.EVALUATION, made.evaluation.id))
        listed = run("retention", "list").output
        assert "Credit recovery 2015\tkept through" in listed
        assert f"removal {number}, proposed by Ada Admin" in listed
        wrong = run("retention", "confirm", number, "--title", "Another", answer="y\n")
        assert (wrong.exit_code, "Type the title" in wrong.output) == (1, True)
        told = run("retention", "confirm", number, "--title", "Credit recovery 2015", answer="n\n")
        assert (told.exit_code, "Everything of it goes for good" in told.output) == (1, True)
        done = run("retention", "confirm", number, "--title", "Credit recovery 2015", answer="y\n")
        assert done.exit_code == 0, done.output

    assert count(Evaluation) == 0
    assert [row.actor_name for row in site_entries(Event.RECORD_REMOVED)] == ["operator"]
    assert run("db", "compact").output == "The database is written anew.\n"
    assert problems() == []


def test_no_row_of_a_person_stays_where_an_account_is_emptied():
    emptied = {table.__tablename__ for table in PERSONAL}
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "user_account"
    }
    of_evaluations = {table.name for table in list_owned_tables()}

    assert naming - of_evaluations - emptied == {"removal"}  # who proposed and confirmed one
