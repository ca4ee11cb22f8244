"""A reinstatement lifts the must-haves that it was about, and no others."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from crrubric.app import create_app
from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.vocabulary import Gate, Outcome, Phase
from crrubric.extensions import WRITE, db, prepare_migrations
from crrubric.models import Reinstatement
from crrubric.queries.record.verification import verify_record
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.meeting import decisions
from crrubric.services.meeting.reinstatements import reinstate_vendor, withdraw_reinstatement
from crrubric.services.setup import phases
from tests import in_meeting
from tests.conftest import SETTINGS
from tests.factories import SMALL, Factory, Made, parse_rubric
from tests.integration.conftest import Visit, error_of
from tests.pages import parse, words
from tests.schemas import make_schema

RUBRIC = parse_rubric(SMALL.replace("weight = 2", "weight = 2\nmust_have = true"))
ADA, SIS = "Accessible", "Works with our system"
WHY, MORE = "It ships the missing screens in June.", "It exports grades as a file."


@pytest.fixture
def made(make: Factory) -> Made:
    """The second vendor fails one of two must-haves, and is reinstated for it."""
    marks = {(r, v): given for r in (0, 1) for v, given in enumerate(("YYY", "NYY"))}
    made = make.evaluation(phase=Phase.MEETING, rubric=RUBRIC, marks=marks)
    reinstate(made, WHY)
    return made


def reinstate(made: Made, reason: str, **more: Any) -> None:
    reinstate_vendor(made.chair, made.slug, made.vendors[1].id, reason=reason, **more)


def fail(made: Made, code: str, value: Outcome = Outcome.NOT_MET, seen: int = 0) -> None:
    text = decisions.FindingText(value, "Seen by all.")
    vendor, criterion = made.vendors[1].id, made.criterion(code).id
    in_meeting.record_finding(made.chair, made.slug, vendor, criterion, text, seen_version=seen)


def gate(made: Made) -> Gate:
    db.session.rollback()
    return read_matrix(db.session(), made.evaluation).results.scores[made.vendors[1].code].gate


def lifted() -> list[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Reinstatement).order_by(Reinstatement.criterion_id))
    return [(row.criterion_id, row.reason) for row in rows]


def problems() -> list[str]:
    db.session.rollback()
    return [str(problem) for problem in verify_record(db.session()).problems]


def test_a_must_have_that_fails_later_bars_the_vendor_until_it_is_lifted_as_well(
    made: Made, visit: Visit
):
    assert gate(made) is Gate.REINSTATED
    fail(made, "sis")
    assert gate(made) is Gate.FAIL

    only = f"not eligible: {SIS} (the committee has lifted {ADA}, but not this)"
    chair = visit(made.chair)
    for path in ("matrix", "scores", "compare", "decision/", "memo/"):
        assert only in chair.get(made.url(path)).text, path
    page = chair.get(made.url("decision/")).text
    assert f"The reinstatement does not cover {SIS}" in page
    assert f"although it does not meet {SIS}. The memo prints this reason." in page
    assert f"(It is not ranked: the committee has not lifted {SIS}.)" in (
        chair.get(made.url("memo/")).text
    )

    url = made.url(f"decision/vendors/{made.vendors[1].id}/reinstate")
    assert chair.post(url, {"reason": MORE, "must_haves": "sis"}).status_code == 303

    assert gate(made) is Gate.REINSTATED
    assert lifted() == [(made.criterion("ada").id, WHY), (made.criterion("sis").id, MORE)]
    memo = chair.get(made.url("memo/")).text
    name = made.vendors[1].company
    assert f"{name}, although it does not meet {ADA}: {WHY}" in memo
    assert f"{name}, although it does not meet {SIS}: {MORE}" in memo
    assert problems() == []
    withdraw_reinstatement(made.chair, made.slug, made.vendors[1].id, reason="Not in June.")
    assert (lifted(), problems()) == ([], [])


def test_a_vendor_that_fails_something_else_by_now_can_not_be_adopted(make: Factory, made: Made):
    text = decisions.DecisionText(vendor_id=made.vendors[1].id, reason="It fits.")
    decisions.record_decision(made.chair, made.slug, text)
    fail(made, "sis")

    with pytest.raises(NotReady) as refused:
        phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    with pytest.raises(Invalid, match=f"has lifted {ADA}, but not {SIS}"):
        decisions.record_decision(made.chair, made.slug, text)

    assert f"the committee has lifted {ADA}, but not {SIS}." in str(refused.value.problems[0])


def test_what_the_page_did_not_name_is_not_lifted_and_the_reason_is_kept(made: Made, visit: Visit):
    withdraw_reinstatement(made.chair, made.slug, made.vendors[1].id, reason="Not in June.")
    fail(made, "sis")
    chair, vendor = visit(made.chair), made.vendors[1].id

    answer = chair.post(
        made.url(f"decision/vendors/{vendor}/reinstate"), {"reason": WHY, "must_haves": "ada"}
    )

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert f"now it is {ADA}, {SIS}. Look at it again." in error_of(page, f"reinstate-{vendor}")
    assert words(page.with_id(f"reinstate-{vendor}")) == WHY
    hidden = [node.get("value") for node in page.all("input") if node.get("name") == "must_haves"]
    assert (hidden, lifted()) == (["ada sis"], [])


def test_a_must_have_that_is_met_by_now_is_told_as_such(made: Made, visit: Visit):
    fail(made, "sis")
    reinstate(made, MORE)

    fail(made, "ada", Outcome.MET)

    assert gate(made) is Gate.REINSTATED
    memo = visit(made.chair).get(made.url("memo/")).text
    name = made.vendors[1].company
    assert f"{name}, for {ADA} (no effect: the vendor no longer fails it): {WHY}" in memo
    assert f"{name}, although it does not meet {SIS}: {MORE}" in memo


@pytest.mark.parametrize("change", ["another", "more", "less"])
def test_a_forged_must_have_is_named(made: Made, change: str):
    sis = made.criterion("sis").id
    row = db.session.scalars(sa.select(Reinstatement)).one()
    if change == "another":
        row.criterion_id = sis
    elif change == "more":
        db.session.add(
            Reinstatement(
                vendor_id=row.vendor_id,
                criterion_id=sis,
                reason=WHY,
                recorded_by=row.recorded_by,
                recorded_at=row.recorded_at,
            )
        )
    else:
        db.session.delete(row)
    db.session.commit()

    assert any("reinstatement" in problem for problem in problems())


# What earlier versions wrote

AT = datetime(2027, 3, 2, 10, 42, tzinfo=UTC)


@pytest.fixture
def earlier(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Puts rows into a database of the version before: what is not said is empty."""
    app: Flask = create_app({**SETTINGS, "INSTANCE": str(tmp_path), "DATABASE_URL": ""})
    prepare_migrations(app)
    with app.app_context():
        make_schema("0024")
        metadata = sa.MetaData()
        metadata.reflect(db.engine)

        def put(name: str, /, **values: Any) -> None:
            table = metadata.tables[name]
            row = {
                column.name: empty_value(column)
                for column in table.columns
                if not column.nullable and column.server_default is None
            }
            with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
                connection.execute(table.insert().values({**row, **values}))

        yield put
        db.session.remove()
        db.engine.dispose()


def empty_value(column: sa.Column[Any]) -> Any:
    kind = column.type.python_type
    if column.foreign_keys or kind is int:
        return 1
    return AT if kind is datetime else kind()


CASES = {
    # as the journal tells: titles as they were then, whatever is found by now
    "told": ("Old title, Works", {}, [1, 3]),
    # two of one name: what is found NOT MET, else what more say NO to
    "ambiguous": ("Twin", {2: "NOT_MET", 4: "MET"}, [1, 2]),
    "unreadable": (None, {}, [1]),
    # nothing proves anything
    "unknown": (None, {1: "MET"}, [1, 2, 3, 4]),
}


@pytest.mark.parametrize("case", CASES)
def test_an_upgrade_says_what_each_reinstatement_is_about(earlier: Callable[..., None], case: str):
    told, found, wanted = CASES[case]
    earlier("district", name="Lakeside", time_zone="UTC")
    earlier("evaluation", title="T", slug="t", phase="MEETING", rule_kind="MAJORITY",
            scoring_mode="OUTCOME")  # fmt: skip
    earlier("section", code="s")
    for number, title in enumerate(("New title", "Twin", "Works", "Twin", "No must-have"), 1):
        earlier("criterion", id=number, code=f"c{number}", position=number, title=title,
                must_have=number < 5, translations={})  # fmt: skip
    earlier("rubric_revision", effect="KEEP", before={"title": "Old title"}, after={},
            reason="x", made_at=AT)  # fmt: skip
    earlier("vendor", code="v", company="Acme")
    earlier("user_account", email="x", standing="MEMBER")
    earlier("member", stakeholder="teacher", every_vendor=True, every_criterion=True)
    earlier("ballot", state="OPEN")
    earlier("mark", criterion_id=1, answer="NO")
    for criterion, value in found.items():
        earlier("finding", id=criterion, criterion_id=criterion, value=value, reason="x")
    at = AT.replace(year=2026)
    earlier("reinstatement", reason=WHY, recorded_by="Dana", recorded_at=at)
    earlier("journal_entry", id=1, vendor_id=1, event="REINSTATEMENT_RECORDED", at=at,
            after={"does_not_meet": told})  # fmt: skip

    upgrade()

    assert lifted() == [(number, WHY) for number in wanted]
    row = db.session.scalars(sa.select(Reinstatement)).first()
    assert row is not None
    assert (row.recorded_by, row.recorded_at) == ("Dana", at)
