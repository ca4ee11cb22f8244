"""What somebody could forge with the database in their hands, and how verification names it.

Each forgery keeps everything else sound: seals and hashes are computed anew, triggers put back.
"""

import json
from importlib import import_module
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from crrubric.domain.ballots.receipts import receipt_of
from crrubric.domain.events import Event
from crrubric.domain.record.chain import NAMELESS, SITE, START, hash_of
from crrubric.domain.vocabulary import Answer, Outcome, Phase
from crrubric.extensions import WRITE, db
from crrubric.models import Base, JournalEntry, SealedBallot
from crrubric.models.seals import list_expected_triggers
from crrubric.queries.record.journal import link_of
from crrubric.queries.record.verification import verify_record
from crrubric.services.meeting.decisions import FindingText
from crrubric.services.shared.journal import draw_entry_salts
from tests.factories import Factory, Made, ballot_of
from tests.in_meeting import record_finding
from tests.integration.record.test_every_column import problems, seals_off

MARKS = {(r, v): "YNA" for r in (0, 1) for v in (0, 1)}
TITLE = "Evaluation “Credit recovery”"


def run(*statements: str, **values: Any) -> None:
    with seals_off() as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def chain_anew(chain: int) -> None:
    """Number and hash the entries of a chain as if they had always been like this."""
    db.session.rollback()
    rows = db.session.scalars(
        select(JournalEntry).where(JournalEntry.chain == chain).order_by(JournalEntry.number)
    ).all()
    previous, hashes = START, []
    for number, row in enumerate(rows, start=1):
        row.number = number
        previous = hash_of(link_of(row), previous)
        hashes.append({"id": row.id, "number": number, "hash": previous})
    db.session.rollback()
    with seals_off() as connection:
        for values in hashes:
            connection.execute(
                text("UPDATE journal_entry SET number = :number, hash = :hash WHERE id = :id"),
                values,
            )


def tell_beginning_again(chain: int) -> None:
    """Let the site's journal tell how the one evaluation's begins now."""
    db.session.rollback()
    first = select(JournalEntry.hash).where(JournalEntry.chain == chain, JournalEntry.number == 1)
    told = json.dumps({"chain": chain, "first": db.session.scalars(first).one()})
    run("UPDATE journal_entry SET after = :told WHERE event = 'EVALUATION_BEGUN'", told=told)
    chain_anew(SITE)


@pytest.fixture
def made(make: Factory) -> Made:
    return make.make_once("a finding", lambda: make_finding(make))


def make_finding(make: Factory) -> Made:
    """An evaluation in the meeting, with a submitted ballot and a finding."""
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    make.submit(made, 0, 0)
    make.forward(made, Phase.MEETING, {})
    finding = FindingText(Outcome.MET, "We saw it.")
    vendor, criterion = made.vendors[0].id, made.criteria[1].id
    record_finding(made.chair, made.slug, vendor, criterion, finding, seen_version=0)
    assert problems() == []
    return made


def test_a_flipped_mark_under_a_seal_that_was_written_anew(made: Made):
    ballot = ballot_of(made, 0, 0)
    sealed = db.session.scalars(select(SealedBallot)).one()
    content = json.loads(sealed.content)
    content["marks"]["ada"]["answer"] = "NO"
    forged = json.dumps(content, sort_keys=True, separators=(",", ":"))
    run(
        "UPDATE mark SET answer = 'NO' WHERE ballot_id = :ballot AND criterion_id = :criterion",
        "UPDATE sealed_ballot SET content = :content, receipt = :receipt",
        ballot=ballot.id,
        criterion=made.criterion("ada").id,
        content=forged,
        receipt=receipt_of(forged),
    )

    person, vendor = made.reviewers[0].name, made.vendors[0].company
    assert problems() == [
        f"{TITLE}, sealed ballot “{person}, {vendor}, 1”: differs from the journal in receipt.",
        f"{TITLE}, mark “{person}, {vendor}, Accessible”: differs from the journal in answer.",
    ]


def test_a_deleted_seal(made: Made):
    run("DELETE FROM sealed_ballot")

    person, vendor = made.reviewers[0].name, made.vendors[0].company
    assert problems() == [
        f"{TITLE}, sealed ballot “{person}, {vendor}, 1”: missing, but the journal tells of it."
    ]


def test_a_seal_that_nothing_tells_of(made: Made):
    run(
        "INSERT INTO sealed_ballot (evaluation_id, ballot_id, number, sealed_at, content, receipt,"
        " reopened_by, reopen_reason) SELECT evaluation_id, ballot_id, 2, sealed_at, content,"
        " receipt, '', ''"
        " FROM sealed_ballot"
    )

    assert "journal tells of none" in "\n".join(problems())


def test_a_journal_that_was_deleted_altogether(made: Made):
    run("DELETE FROM journal_entry WHERE chain = :chain", chain=made.evaluation.id)

    assert problems()[-1] == f"{TITLE}: it has no journal."


def test_a_journal_that_lost_its_beginning_and_was_numbered_anew(made: Made):
    run("DELETE FROM journal_entry WHERE number = 1 AND chain = :own", own=made.evaluation.id)
    chain_anew(made.evaluation.id)

    first = f"Journal, chain {made.evaluation.id}: entry 1 does not fit what was told before it."
    assert problems()[0] == first


def test_an_evaluation_that_is_gone_with_its_journal(made: Made):
    kept = {"district", "user_account", "journal_entry"}
    tables = [table.name for table in Base.metadata.sorted_tables if table.name not in kept]
    own = made.evaluation.id
    run("DELETE FROM journal_entry WHERE chain > 0", *(f"DELETE FROM {name}" for name in tables))

    assert problems() == [
        f"{TITLE}, chain {own}: gone with its journal, but that of the site tells of it."
    ]


def test_an_evaluation_whose_journal_was_written_anew(made: Made):
    run("UPDATE journal_entry SET actor_name = 'Nobody' WHERE number = 1 AND chain > 0")
    chain_anew(made.evaluation.id)

    wanted = f"Journal, chain {made.evaluation.id}: it begins otherwise than the site’s tells."
    assert problems() == [wanted]


def test_an_evaluation_of_which_the_site_was_not_told(made: Made):
    run("DELETE FROM journal_entry WHERE event = 'EVALUATION_BEGUN'")
    chain_anew(SITE)

    assert problems() == [f"{TITLE}: the site’s journal does not tell of it."]


def test_an_entry_of_the_site_that_tells_nothing(made: Made):
    run("UPDATE journal_entry SET after = '[]' WHERE event = 'EVALUATION_BEGUN'")
    chain_anew(SITE)

    assert problems()[0].startswith("Journal, chain 0: entry ")
    assert problems()[0].endswith("does not fit what was told before it.")


def test_an_upgrade_tells_the_site_what_there_is(made: Made):
    """What older versions left: nobody had told that the evaluation began, or what it is called."""
    run(
        "DELETE FROM journal_entry WHERE event = 'EVALUATION_BEGUN'",
        "UPDATE district SET name = 'Cedar Bend', version = 1",
        "UPDATE journal_entry SET version = 1, salts = NULL WHERE chain = 0",
    )
    chain_anew(SITE)
    assert len(problems()) == 2
    db.session.rollback()
    migration = import_module("crrubric.migrations.versions.0027_told_evaluations")

    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            migration.upgrade()

    assert problems() == []
    newest = select(JournalEntry).where(JournalEntry.chain == SITE).order_by(JournalEntry.id.desc())
    told = db.session.scalars(newest.limit(1)).one()
    assert (told.event, told.subject) == (Event.EVALUATION_BEGUN, made.evaluation.title)


@pytest.mark.parametrize("column", ["name", "time_zone"])
def test_a_district_that_nobody_has_named(made: Made, column: str):
    run(f"UPDATE district SET {column} = 'America/Chicago'")

    assert problems() == [f"The district differs from the journal: {column}."]


def test_an_evaluation_that_was_moved_to_another_district(made: Made):
    """With a district of no name go the name and the hours that the memo prints."""
    run(
        "INSERT INTO district (id, name, time_zone, version)"
        " SELECT id + 1, 'Our district', 'UTC', 0 FROM district",
        "UPDATE evaluation SET district_id = district_id + 1",
    )

    wrong = "it is of another district than the site’s, and no page leads to it."
    assert problems() == [f"{TITLE}: {wrong}"]


def test_a_journal_of_no_evaluation(made: Made):
    own = made.evaluation.id
    run("UPDATE journal_entry SET chain = 4711 WHERE number = 1 AND chain = :own", own=own)

    assert "Journal, chain 4711: there is no such evaluation." in problems()


@pytest.mark.parametrize("other", ["NULL", "4711"])
def test_an_entry_that_was_hidden_from_its_evaluation(made: Made, other: str):
    run(f"UPDATE journal_entry SET evaluation_id = {other} WHERE number = 5 AND chain <> 0")

    number = f"Journal, chain {made.evaluation.id}: entry 5 names another evaluation, or none."
    assert problems()[0] == number


def test_a_finding_and_a_rule_that_were_rewritten(made: Made):
    run("UPDATE finding SET value = 'NOT_MET'", "UPDATE evaluation SET quorum = 9")

    vendor, criterion = made.vendors[0].company, made.criteria[1].title
    assert problems() == [
        f"{TITLE}, decision rule: differs from the journal in quorum.",
        f"{TITLE}, finding “{vendor}, {criterion}”: differs from the journal in value.",
    ]


def test_a_tail_that_was_cut_off_with_all_that_it_told(made: Made, app: Flask):
    head = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert head is not None
    printed = f"{head.hash[:8].upper()} {head.hash[8:16]}-{head.hash[16:20]}"
    number, moment = head.number, head.at
    good = verify(app, "--hash", printed)
    run(
        "DELETE FROM journal_entry WHERE number = :number AND chain <> 0",
        "DELETE FROM finding",
        number=number,
    )

    assert problems() == []  # a shorter journal is a sound one: only who kept the hash can tell
    bad = verify(app, "--hash", printed)
    short, letters = verify(app, "--hash", "1234 5678"), verify(app, "--hash", "wxyz" * 4)
    assert good == (
        0,
        f"The fingerprint is that of entry {number} of the evaluation “Credit recovery”,"
        f" {moment:%Y-%m-%d %H:%M} UTC, by {made.chair.name}.",
    )
    assert (bad[0], "stands nowhere in the record" in bad[1]) == (1, True)
    assert (short[0], letters[0]) == (1, 1)
    assert "12 to 64 digits" in short[1]


def verify(app: Flask, *words: str) -> tuple[int, str]:
    """Exit code and first lines of the command."""
    from crrubric.cli import root_group

    db.session.remove()
    result = app.test_cli_runner().invoke(root_group, ["verify", *words], obj=lambda _: app)
    lines = result.output.splitlines()
    return result.exit_code, lines[0] if result.exit_code == 0 else "\n".join(lines)


def test_a_receipt_is_found_by_its_first_digits(made: Made, app: Flask):
    receipt = db.session.scalars(select(SealedBallot.receipt)).one()

    code, said = verify(app, "--hash", receipt[:12])

    assert code == 0
    assert made.reviewers[0].name in said


@pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.long])], indirect=True
)
@pytest.mark.parametrize(
    "after", ["[]", "5", '"x"', "{}", '{"row": 7}', '{"row": {"id": []}}', '{"answer": {}}']
)
def test_no_forged_entry_ends_in_a_traceback(made: Made, after: str):
    of_each_kind = db.session.scalars(
        select(func.max(JournalEntry.number))
        .where(JournalEntry.chain == made.evaluation.id)
        .group_by(JournalEntry.event)
    ).all()

    assert len(of_each_kind) > 6
    for number in of_each_kind:
        run(
            f"UPDATE journal_entry SET before = '{after}', after = '{after}', vendor_id = NULL"
            f" WHERE number = {number} AND chain <> 0"
        )
        assert problems() != []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # PostgreSQL stores no such text
@pytest.mark.parametrize("column", ["before", "after", "salts", "withheld"])
@pytest.mark.parametrize("phase", [Phase.SCORING, Phase.MEETING])
def test_no_entry_that_is_no_json_ends_in_a_traceback(make: Factory, column: str, phase: Phase):
    make.evaluation(phase=phase, marks=MARKS)
    run(f"""UPDATE journal_entry SET {column} = '{{"phase": "MEE' WHERE chain <> 0""")

    assert "was changed after it was written" in problems()[0]


def test_an_entry_of_an_event_that_does_not_fit_is_named_even_if_its_hash_does(made: Made):
    run("UPDATE journal_entry SET vendor_id = 4711 WHERE event = 'MARK_RECORDED'")
    chain_anew(made.evaluation.id)

    assert "does not fit what was told before it" in problems()[0]


def test_an_evaluation_is_not_made_twice(made: Made):
    run(
        "UPDATE journal_entry SET event = 'EVALUATION_CREATED' WHERE number = 5 AND chain <> 0",
    )
    chain_anew(made.evaluation.id)

    number = f"Journal, chain {made.evaluation.id}: entry 5 does not fit what was told before it."
    assert number in problems()


def test_marks_of_an_older_import_are_counted_as_untold(make: Factory, made: Made):
    run(
        "UPDATE journal_entry SET version = 1, salts = NULL WHERE chain <> 0",
        "UPDATE journal_entry SET event = 'MARKS_IMPORTED', before = NULL,"
        """ after = '{"marks": 1, "reviewers": 0, "vendors": 0}' WHERE number = 5 AND chain <> 0""",
    )
    chain_anew(made.evaluation.id)
    tell_beginning_again(made.evaluation.id)

    found = verify_record(db.session())

    assert (found.untold > 0, found.problems) == (True, ())


@pytest.mark.parametrize(
    ("event", "after"),
    [
        (Event.MARKS_IMPORTED, {"marks": 0, "reviewers": 0, "vendors": 0}),
        (Event.REINSTATEMENT_RECORDED, {"does_not_meet": "Whatever"}),
    ],
)
def test_no_entry_of_today_tells_so_little_that_tables_are_not_compared(
    made: Made, event: Event, after: dict[str, Any]
):
    """As entries of older versions could: one more at the end would cover for every change."""
    own = made.evaluation.id
    newest = select(JournalEntry).where(JournalEntry.chain == own).order_by(JournalEntry.id.desc())
    last = db.session.scalars(newest.limit(1)).one()
    entry = JournalEntry(
        chain=own, number=last.number + 1, at=last.at, evaluation_id=own, actor_name="operator",
        event=event, subject="", vendor_id=made.vendors[0].id, after=after, reason="",
        version=NAMELESS,
    )  # fmt: skip
    entry.salts = draw_entry_salts(entry)
    entry.hash = hash_of(link_of(entry), last.hash)
    db.session.add(entry)
    db.session.commit()

    number = f"Journal, chain {own}: entry {entry.number} does not fit what was told before it."
    assert problems() == [number]


def switch(statement: str) -> None:
    """Change the schema itself."""
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        if connection.dialect.name == "sqlite":  # else it may believe in triggers that are gone
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        connection.exec_driver_sql(statement)


def test_a_trigger_that_is_gone_changed_or_new_is_named(make: Factory):
    make.evaluation()
    sqlite = db.engine.dialect.name == "sqlite"
    on = "" if sqlite else " ON journal_entry"
    name, own = "seal_journal_entry_delete", "seal_mine"
    made_by = dict(list_expected_triggers(db.engine.dialect.name))[name].split(";")[0]
    made_by += "; END" if sqlite else ""
    says = "BEGIN SELECT 1; END" if sqlite else f"EXECUTE FUNCTION {name}()"
    each = "" if sqlite else "FOR EACH ROW "
    found = []
    try:
        switch(f"DROP TRIGGER {name}{on}")
        found += problems()
        switch(f"CREATE TRIGGER {name} BEFORE INSERT ON journal_entry {each}{says}")
        found += problems()
        switch(f"CREATE TRIGGER {own} BEFORE DELETE ON journal_entry {each}{says}")
        found += problems()[1:]
    finally:
        for each_name in (name, own):
            switch(f"DROP TRIGGER IF EXISTS {each_name}{on}")
        switch(made_by)

    assert problems() == []
    assert found == [
        f"The database’s trigger “{name}” is missing.",
        f"The database’s trigger “{name}” was changed.",
        f"The database has a trigger “{own}” of its own.",
    ]


def test_what_is_sealed_is_not_replaced_with_its_triggers_in_place(made: Made):
    session = db.session()
    session.rollback()
    if db.engine.dialect.name == "sqlite":
        sealed = "(SELECT min(id) FROM ballot WHERE state = 'SUBMITTED')"
        other = "(SELECT min(id) FROM ballot WHERE state = 'OPEN')"
        on = f"SELECT min(id) FROM mark WHERE ballot_id = {sealed}"
        tries = [
            "INSERT OR REPLACE INTO journal_entry SELECT * FROM journal_entry",
            "INSERT OR REPLACE INTO sealed_ballot SELECT * FROM sealed_ballot",
            "INSERT OR REPLACE INTO ballot SELECT * FROM ballot",
            f"UPDATE OR REPLACE ballot SET id = {sealed} WHERE id = {other}",
            f"UPDATE OR REPLACE mark SET id = ({on}) WHERE ballot_id = {other}",
            f"INSERT OR REPLACE INTO mark SELECT ({on}), {other}, criterion_id, answer, note,"
            " evidence_kind, evidence_place, evidence_on, version, marked_at, evidence_until,"
            " evaluation_id"
            f" FROM mark WHERE ballot_id = {sealed} LIMIT 1",
            "UPDATE OR REPLACE sealed_ballot SET id = id + 1",
        ]
    else:
        tables = ("journal_entry", "sealed_ballot", "mark", "gap", "mark_file", "evaluation")
        tries = [f"TRUNCATE {table} CASCADE" for table in tables]
    for statement in tries:
        with pytest.raises(DBAPIError, match="sealed: "):
            switch(statement)

    assert problems() == []


def test_no_mark_is_told_twice(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    make.mark_again(made, 0, 0, "ada", Answer.NO)
    run(
        "UPDATE journal_entry SET before = NULL WHERE event = :event AND number ="
        " (SELECT max(number) FROM journal_entry WHERE event = :event)",
        event=Event.MARK_RECORDED.value,
    )
    chain_anew(made.evaluation.id)

    assert "does not fit what was told before it" in problems()[0]
