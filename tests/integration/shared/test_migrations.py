"""Models and migrations say the same, on both databases."""

import enum
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import CheckConstraint, Index, MetaData, UniqueConstraint, event, insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import DefaultClause

from crrubric.app import create_app
from crrubric.domain.exchange.marks.mapping import (
    Layout,
    MarkMapping,
    read_mapping,
    write_mapping,
)
from crrubric.domain.vocabulary import Answer, Phase
from crrubric.extensions import WRITE, db, prepare_migrations
from crrubric.models import Base, Finding, Mark
from crrubric.models.base import checked_enum
from crrubric.models.seals import list_expected_triggers
from crrubric.queries.operations.health import find_newest_revision
from crrubric.queries.record.doubles import list_doubles
from crrubric.queries.record.triggers import check_triggers
from crrubric.services.exchange import import_plans
from tests.conftest import SETTINGS
from tests.factories import Factory, ballot_of
from tests.schemas import (
    find_differences,
    list_triggers,
    make_schema,
    read_made_from,
    read_schema,
)

SEALED_TABLES = ("mark", "gap", "mark_file")
TRIGGERS = {
    ("ballot", "seal_ballot_update"),
    ("ballot", "seal_ballot_delete"),
    ("sealed_ballot", "seal_sealed_ballot_update"),
    ("sealed_ballot", "seal_sealed_ballot_delete"),
    ("journal_entry", "seal_journal_entry_update"),
    ("journal_entry", "seal_journal_entry_delete"),
    ("file_content", "seal_file_content_update"),
    *(
        (table, f"seal_{table}_{event}")
        for table, event in product(
            SEALED_TABLES, ("insert_new", "update_new", "update_old", "delete_old")
        )
    ),
}


def test_models_and_migrations_agree_on_columns_and_types(app: Flask):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def compared(metadata: MetaData) -> list[str]:
    """What the models say and the migrations don't, or the other way round."""
    with db.engine.connect() as connection:
        return find_differences(read_schema(connection), read_made_from(metadata, connection))


def test_models_and_migrations_make_the_same_tables(app: Flask):
    """Checks with their values, keys, unique constraints, indexes, defaults: Alembic's own
    comparison does not look at all of them."""
    assert compared(Base.metadata) == []


def test_no_check_of_the_models_is_overlooked(app: Flask):
    """Databases tell of checks in their own words: each one must have been understood."""
    wanted = {
        (table.name, str(check.name))
        for table in Base.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    with db.engine.connect() as connection:
        found = {(table, name) for table, kind, name in read_schema(connection) if kind == "check"}

    assert len(wanted) > 60
    assert found == wanted


def copied() -> MetaData:
    """The tables of the models, to be changed."""
    copy = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.tables.values():
        table.to_metadata(copy)
    return copy


class LongerAnswer(enum.StrEnum):
    """The answers and one that no migration knows."""

    YES = "YES"
    NO = "NO"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    CANNOT_TELL = "CANNOT_TELL"
    PERHAPS = "PERHAPS"


@pytest.mark.parametrize("table", ["mark", "practice_mark"])
def test_a_member_that_is_added_to_an_enum_without_a_migration_is_seen(
    app: Flask, monkeypatch: pytest.MonkeyPatch, table: str
):
    assert {*LongerAnswer} - {*Answer} == {LongerAnswer.PERHAPS}
    longer = checked_enum(LongerAnswer)
    longer.name = "answer"
    monkeypatch.setattr(Base.metadata.tables[table].c.answer, "type", longer)

    (difference,) = compared(copied())

    migrated, made = difference.split(", the models")
    assert migrated.startswith(f"check ck_{table}_answer of {table}: the migrations make")
    assert ("PERHAPS" in migrated, "PERHAPS" in made) == (False, True)


def set_default(metadata: MetaData) -> None:
    metadata.tables["mark"].c.version.server_default = DefaultClause("1")


def allow_null(metadata: MetaData) -> None:
    metadata.tables["mark"].c.note.nullable = True


def forget_check(metadata: MetaData) -> None:
    forget(metadata, "finding", "ck_finding_reason_given")


def loosen_check(metadata: MetaData) -> None:
    forget(metadata, "vendor", "ck_vendor_term_positive")
    metadata.tables["vendor"].append_constraint(
        CheckConstraint("term_months >= 0", name="term_positive")
    )


def forget_unique(metadata: MetaData) -> None:
    forget(metadata, "ballot", "uq_ballot_member_id_vendor_id")


def forget(metadata: MetaData, table: str, name: str) -> None:
    constraints = metadata.tables[table].constraints
    constraints.remove(next(row for row in constraints if row.name == name))


def widen_unique(metadata: MetaData) -> None:
    forget_unique(metadata)
    table = metadata.tables["ballot"]
    table.append_constraint(
        UniqueConstraint("member_id", "vendor_id", "seals", name="uq_ballot_member_id_vendor_id")
    )


def delete_along(metadata: MetaData) -> None:
    keys = metadata.tables["mark"].foreign_key_constraints
    next(key for key in keys if key.referred_table.name == "ballot").ondelete = "CASCADE"


def forget_condition(metadata: MetaData) -> None:
    table = metadata.tables["meeting"]
    index = next(row for row in table.indexes if row.name == "uq_meeting_under_way")
    table.indexes.remove(index)
    Index(index.name, table.c.evaluation_id, unique=True)


def add_index(metadata: MetaData) -> None:
    Index("ix_mark_note", metadata.tables["mark"].c.note)


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (set_default, "column version of mark"),
        (allow_null, "column note of mark"),
        (forget_check, "check ck_finding_reason_given of finding"),
        (loosen_check, "check ck_vendor_term_positive of vendor"),
        (forget_unique, "unique uq_ballot_member_id_vendor_id of ballot"),
        (widen_unique, "unique uq_ballot_member_id_vendor_id of ballot"),
        (delete_along, "foreign key fk_mark_evaluation_id_ballot_id_ballot of mark"),
        (forget_condition, "index uq_meeting_under_way of meeting"),
        (add_index, "index ix_mark_note of mark"),
    ],
)
def test_a_difference_between_models_and_migrations_is_seen(
    app: Flask, change: Callable[[MetaData], None], about: str
):
    other = copied()
    change(other)

    assert [row.split(":")[0] for row in compared(other)] == [about]


def test_the_triggers_that_keep_seals_are_there(app: Flask):
    """On SQLite a migration that copies a table loses them without a word."""
    with db.engine.connect() as connection:
        own = {name for name, _text in list_expected_triggers(connection.dialect.name)}
        found = list_triggers(connection)

    assert {name for _table, name in found} == own
    assert found >= TRIGGERS
    assert list(check_triggers(db.session())) == []


def test_a_trigger_that_was_lost_is_seen(app: Flask):
    with db.engine.connect().execution_options(**WRITE) as connection:
        on = " ON ballot" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER seal_ballot_delete{on}"))

        assert TRIGGERS - list_triggers(connection) == {("ballot", "seal_ballot_delete")}
        connection.rollback()


def test_the_database_itself_refuses_a_second_mark_in_a_cell(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    ballot = ballot_of(made, 0, 0)
    row = {
        "evaluation_id": ballot.evaluation_id,
        "ballot_id": ballot.id,
        "criterion_id": made.criteria[0].id,
    }

    with pytest.raises(IntegrityError):
        db.session.execute(insert(Mark).values(**row, answer=Answer.NO, version=1))


def test_the_database_itself_refuses_a_finding_without_a_reason(make: Factory):
    made = make.evaluation(phase=Phase.MEETING)
    row = {"vendor_id": made.vendors[0].id, "criterion_id": made.criteria[0].id}

    with pytest.raises(IntegrityError):
        db.session.execute(
            insert(Finding).values(
                **row, value="MET", as_computed=False, reason="", recorded_by="x"
            )
        )


@pytest.fixture
def earlier_app(tmp_path: Path) -> Iterator[Flask]:
    """The app on a database that is one step before keys."""
    app = create_app({**SETTINGS, "INSTANCE": str(tmp_path), "DATABASE_URL": ""})
    prepare_migrations(app)
    with app.app_context():
        make_schema("0015")
        yield app
        db.session.remove()
        db.engine.dispose()


def test_rows_that_collide_under_one_key_stay_and_are_told(earlier_app: Flask):
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        run = connection.exec_driver_sql
        run("INSERT INTO district (id, name, time_zone) VALUES (1, 'Lakeside', 'UTC')")
        for id_, title in ((1, "Credit Recovery"), (2, "CREDIT  recovery"), (3, "Else")):
            run(
                "INSERT INTO evaluation (id, district_id, slug, title, purpose, phase, rubric_name,"
                " rubric_version, rule_kind, threshold_over, threshold_under, pass_mark,"
                " scoring_mode, created_at, legal_hold) VALUES"
                f" ({id_}, 1, 's{id_}', '{title}', '', 'SETUP', '', '', 'MAJORITY', 2, 3, 85,"
                " 'OUTCOME', '2027-03-02', '')"
            )
        for id_, company, product in (
            (1, "Núñez", "Algebra"), (2, "Nu\u0301n\u0303ez", "ALGEBRA"), (3, "Núñez", "Reading"),
            (4, "Acme\ufe0f", "Maps"), (5, "Acme", "Arts"), (6, "Acme\u2800", "Arts"),
            (7, "Acme\U0001d159", "Choir"),
        ):  # fmt: skip
            run(
                "INSERT INTO vendor (id, evaluation_id, code, position, company, product,"
                " product_version, contact_name, contact_email, links, price_note) VALUES"
                f" ({id_}, 1, 'v{id_}', {id_}, '{company}', '{product}', '', '', '', '', '')"
            )
        for id_, email in (
            (1, "ann@lake.example"),
            (2, "a\u200bnn@lake.example"),
            (3, "bo\ufe0f@lake.example"),
            (4, "straße@lake.example"),
            (5, "cy@bücher.example"),
            (6, "cy@xn--bcher-kva.example"),
        ):
            run(
                "INSERT INTO user_account (id, name, email, email_key, standing, created_at)"
                f" VALUES ({id_}, 'Ann', '{email}', '{email}', 'MEMBER', '2027-03-02')"
            )

    upgrade()

    with db.engine.connect() as connection:
        keys = {
            name: connection.exec_driver_sql(f"SELECT {column} FROM {name} ORDER BY id").scalars()
            for name, column in (
                ("evaluation", "title_key"), ("vendor", "name_key"), ("user_account", "email_key")
            )
        }  # fmt: skip
        found = {name: list(values) for name, values in keys.items()}
    assert found == {
        "evaluation": ["credit recovery", "credit recovery\n2", "else"],
        "vendor": [
            "núñez\nalgebra",
            "núñez\nalgebra\n2",
            "núñez\nreading",
            "acme\nmaps",
            "acme\narts",
            "acme\u2800\narts",
            "acme\nchoir",
        ],
        "user_account": [
            "ann@lake.example",
            "a\u200bnn@lake.example",
            "bo@lake.example",
            "straße@lake.example",
            "cy@bücher.example",
            "cy@xn--bcher-kva.example",
        ],
    }
    assert [str(double) for double in list_doubles(db.session())] == [
        "Two evaluations are called “CREDIT  recovery”: give s2 another title.",
        "s1 has “Nu\u0301n\u0303ez” with one product twice, in two spellings.",
        "s1 has “Acme\u2800” with one product twice, in two spellings.",
        "Two accounts have the address a\u200bnn@lake.example, in two spellings.",
        "Two accounts have the address cy@bücher.example, in two spellings.",
    ]


def test_names_that_earlier_versions_remembered_of_files_are_hidden(tmp_path: Path):
    app = create_app({**SETTINGS, "INSTANCE": str(tmp_path), "DATABASE_URL": ""})
    prepare_migrations(app)
    hidden = import_plans.hide_label("Ada Diaz")
    told = MarkMapping(
        layout=Layout.MATRIX,
        columns={"Ada Diaz": "reviewer", import_plans.hide_label("Bo"): "note"},
        sheets={"Acme": "Acme"},
        vendor="Acme",
        words={"yup": "YES"},
        reviewers={"Ada": "ada@lake.example"},
        vendors={"acme": "Acme"},
    )
    with app.app_context():
        make_schema("0053")
        with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
            run = connection.exec_driver_sql
            run("INSERT INTO district (id, name, time_zone) VALUES (1, 'Lakeside', 'UTC')")
            for kind in ("MARKS", "VENDORS"):
                run(
                    "INSERT INTO column_mapping VALUES (1, ?, 'h', ?, '2027-03-02')",
                    (kind, write_mapping(told)),
                )

        upgrade()

        with db.engine.connect() as connection:
            kept = dict(
                connection.exec_driver_sql("SELECT kind, mapping FROM column_mapping").fetchall()
            )
        db.session.remove()
        db.engine.dispose()
    assert read_mapping(kept["MARKS"]) == replace(
        told,
        columns={hidden: "reviewer", import_plans.hide_label("Bo"): "note"},
        sheets={}, vendor="", reviewers={}, vendors={},
    )  # fmt: skip
    assert read_mapping(kept["VENDORS"]) == told


def test_an_upgrade_that_stops_half_way_leaves_the_database_as_it_was(earlier_app: Flask):
    """Stopped when every table is changed, before the last step is written down."""
    newest = find_newest_revision()

    def stop(
        _connection: object, _cursor: object, statement: str, values: Any, *_rest: Any
    ) -> None:
        if "UPDATE alembic_version" in statement and newest in f"{statement} {values}":
            raise OSError("the machine stopped")

    def look() -> tuple[object, object, object]:
        with db.engine.connect() as connection:
            wanted = "SELECT version_num FROM alembic_version"
            revision = connection.exec_driver_sql(wanted).scalar()
            return revision, read_schema(connection), list_triggers(connection)

    before = look()
    event.listen(db.engine, "before_cursor_execute", stop)
    try:
        with pytest.raises(OSError, match="the machine stopped"):
            upgrade()
    finally:
        event.remove(db.engine, "before_cursor_execute", stop)
    stopped = look()
    upgrade()

    assert stopped == before
    assert look()[0] == newest != before[0]
