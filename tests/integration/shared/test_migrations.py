"""Models and migrations say the same, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from crrubric.domain.vocabulary import Answer, Phase
from crrubric.extensions import db
from crrubric.models import Base, Finding, Mark
from tests.factories import Factory, ballot_of


def test_models_and_migrations_agree(app: Flask):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_the_database_itself_refuses_a_second_mark_in_a_cell(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    row = {"ballot_id": ballot_of(made, 0, 0).id, "criterion_id": made.criteria[0].id}

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
