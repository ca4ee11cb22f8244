"""crrubric import vendors, committee, rubric: tables without a page, all or nothing."""

import re
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from crrubric.cli import root_group
from crrubric.domain.events import Event
from crrubric.domain.results.offers import read_lines
from crrubric.domain.setup.rubric_files.toml_out import write_rubric_toml
from crrubric.domain.vocabulary import Phase, Stakeholder
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, JournalEntry, Member, OutgoingMail, Vendor
from crrubric.queries.record.verification import verify_record
from crrubric.queries.setup.rubrics import read_rubric
from tests.factories import Factory, Made, full_rubric
from tests.integration.conftest import Visit
from tests.uploads import make_workbook

CASES = Path(__file__).parents[2] / "data" / "rubrics"
VENDORS = (
    "Vendors of 2027\n\nPrice;Price is;Vendor;Training;Further prices;Rating\n"
    '38.50;per student;Acme, Inc.;2,500;"Support | 75\nOtros | 10 | por escuela";good\n\n'
    "20;por escuela;Peña;;;\n"
)
PEOPLE = (
    "Represents,Role,Name,E-mail\n"
    "Docentes,Persona evaluadora,Ana Ruiz,ana@school.example\n"
    "IT,observer,Bo Lee,bo@school.example\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def run_import(app: Flask, kind: str, path: Path, made: Made, *words: str) -> Result:
    arguments = ["import", kind, str(path), "--evaluation", made.slug, *words]
    db.session.rollback()  # what was read here would hold the database
    return app.test_cli_runner().invoke(root_group, arguments, obj=lambda _settings: app)


def names_of(made: Made) -> list[str]:
    db.session.rollback()
    rows = select(Vendor.company).where(Vendor.evaluation_id == made.evaluation.id)
    return list(db.session.scalars(rows.order_by(Vendor.position)))


def rubric_of(made: Made) -> str:
    db.session.rollback()
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)
    return write_rubric_toml(read_rubric(db.session(), evaluation))


@pytest.mark.both_databases
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_vendors_are_added_with_all_that_they_cost(
    app: Flask, make: Factory, path: Path, encoding: str
):
    made = make.evaluation(vendors=1)
    path.write_bytes(VENDORS.encode(encoding))

    done = run_import(app, "vendors", path, made)

    assert (done.exit_code, done.stdout) == (0, f"{made.slug}: vendors added: 2\n")
    assert done.stderr == "Columns that are not read: Rating\n"
    assert names_of(made)[1:] == ["Acme, Inc.", "Peña"]
    acme, pena = db.session.scalars(
        select(Vendor).where(Vendor.company.in_(["Acme, Inc.", "Peña"])).order_by(Vendor.position)
    )
    assert (acme.unit_price_cents, acme.price_unit, pena.price_unit) == (3850, "LEARNER", "SCHOOL")
    assert [(line.kind.value, line.unit_cents) for line in read_lines(acme.price_lines)] == [
        ("OTHER", 7500), ("OTHER", 1000), ("TRAINING", 250_000),
    ]  # fmt: skip
    assert verify_record(db.session()).problems == ()


def test_every_bad_line_is_listed_with_its_number_and_nothing_is_added(
    app: Flask, make: Factory, path: Path
):
    made = make.evaluation(vendors=1)
    before = names_of(made)
    path.write_text(
        "company,price,unit,website,further prices,product\n"
        f"{before[0]},1,,,,courses\n"
        'Quill,"1,5",per moon,quill,Snacks | 5,\n'
        "Bright,,,,\n"
        "bright,,,,\n"
        ",,,,Training\n",
        "utf-8",
    )

    done = run_import(app, "vendors", path, made)

    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == "crrubric: Nothing was taken: correct these lines."
    told = [line.strip() for line in done.stderr.splitlines()[1:]]
    assert [re.split(r"[:“]", line, maxsplit=2)[:2] for line in told] == [
        ["line 2", " company"],
        ["line 3", " website"],
        ["line 3", " unit"],
        ["line 3", " price"],
        ["line 3", " further prices"],
        ["line 5", " company"],
        ["line 6", " company"],
        ["line 6", " further prices"],
    ]
    assert "is none of the choices: per learner · per concurrent user" in done.stderr
    assert names_of(made) == before


def test_a_preview_stores_nothing(app: Flask, make: Factory, path: Path):
    made = make.evaluation(vendors=1)
    before = names_of(made)
    path.write_text(VENDORS, "utf-8")

    done = run_import(app, "vendors", path, made, "--preview")

    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "headers in line 3",
        "  Price: unit_price",
        "  Price is: price_unit",
        "  Vendor: company",
        "  Training: training_once",
        "  Further prices: price_lines",
        "  Rating: (not read)",
        "  line 4: Acme, Inc.",
        "  line 7: Peña",
    ]
    assert names_of(made) == before


def test_columns_that_were_said_are_known_the_next_time(app: Flask, make: Factory, path: Path):
    made, later = make.evaluation(vendors=1), make.evaluation(title="Later", vendors=1)
    path.write_text("Unsere Liste\nAnbieter;Preis\nAcme;38.50\n", "utf-8")
    unknown = run_import(app, "vendors", path, made)

    said = run_import(
        app, "vendors", path, made, "--column", "Anbieter=company", "--column", "Preis=unit_price"
    )
    again = run_import(app, "vendors", path, later)

    assert unknown.exit_code == 1
    assert "No column is called “Company”: say which one holds it." in unknown.stderr
    assert (said.exit_code, again.exit_code) == (0, 0)
    assert names_of(later)[1:] == ["Acme"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--column", "Firma=company", "--header", "1"], "There is no column “Firma”"),
        (["--column", "Anbieter=firm", "--header", "1"], "There is no field “firm”"),
        (["--header", "1"], "No column is called “Company”"),
        (["--sheet", "Two"], "There is no sheet “Two”"),
    ],
)
def test_what_is_said_wrongly_is_refused(
    app: Flask, make: Factory, path: Path, words: list[str], says: str
):
    path.write_text("Anbieter;Preis\nAcme;38.50\n", "utf-8")

    done = run_import(app, "vendors", path, make.evaluation(), *words)

    assert (done.exit_code, says in done.stderr) == (1, True)


def test_a_title_is_not_taken_for_a_vendor(app: Flask, make: Factory, path: Path):
    made = make.evaluation(vendors=1)
    path.write_text("Our list\nAcme,Algebra\n", "utf-8")

    done = run_import(app, "vendors", path, made)

    assert done.exit_code == 1
    assert "--header 0 for this order: company, product" in done.stderr


def test_a_table_without_headers_is_read_in_the_usual_order(app: Flask, make: Factory, path: Path):
    made = make.evaluation(vendors=1)
    path.write_bytes(make_workbook([["Acme", "Courses"], ["Quill"]]))

    assert run_import(app, "vendors", path, made, "--header", "0").exit_code == 0
    assert names_of(made)[1:] == ["Acme", "Quill"]


@pytest.mark.both_databases
def test_people_are_invited_and_their_links_are_printed(
    app: Flask, make: Factory, path: Path, visit: Visit
):
    made, known = make.evaluation(), make.user("Kim Known")
    path.write_text(f"{PEOPLE}parent,reviewer,Kim,{known.email}\n", "utf-8")

    done = run_import(app, "committee", path, made)

    assert done.exit_code == 0
    assert done.stdout.startswith(f"{made.slug}: people with a seat now: 3\n")
    assert "get no link from here: Kim Known" in done.stdout
    links = re.findall(r"(\S+ \S+) <(\S+)>\t\S+(/invitations/\S+)", done.stdout)
    assert [link[:2] for link in links] == [
        ("Ana Ruiz", "ana@school.example"), ("Bo Lee", "bo@school.example"),
    ]  # fmt: skip
    assert visit(None).get(links[0][2]).status_code == 200
    seats = db.session.scalars(
        select(Member).where(Member.name.in_(["Ana Ruiz", "Bo Lee"])).order_by(Member.id)
    )
    assert [(row.is_reviewer, row.stakeholder) for row in seats] == [
        (True, Stakeholder.TEACHER), (False, Stakeholder.IT),
    ]  # fmt: skip
    assert verify_record(db.session()).problems == ()


def test_where_mail_is_set_up_everybody_is_sent_one(
    app: Flask, make: Factory, path: Path, mailing: None
):
    made = make.evaluation()
    path.write_text(PEOPLE, "utf-8")

    done = run_import(app, "committee", path, made)

    assert "The site sends each of them a mail." in done.stdout
    mails = db.session.scalars(select(OutgoingMail.to_address)).all()
    assert {"ana@school.example", "bo@school.example"} <= set(mails)


def test_every_bad_person_is_listed_and_nobody_is_invited(app: Flask, make: Factory, path: Path):
    made = make.evaluation()
    path.write_text(f"{PEOPLE},dancer,,nobody\nparent,chair,Ana Too,ANA@school.example\n", "utf-8")

    done = run_import(app, "committee", path, made)

    assert done.exit_code == 1
    assert [line.split(":")[:2] for line in done.stderr.splitlines()[1:]] == [
        ["  line 4", " Name"],
        ["  line 4", " E-mail"],
        ["  line 4", " Role"],
        ["  line 4", " Represents"],
        ["  line 5", " E-mail"],
    ]
    assert db.session.scalars(select(Member).where(Member.name == "Ana Ruiz")).all() == []


@pytest.mark.both_databases
@pytest.mark.parametrize("ending", ["toml", "csv", "json"])
def test_an_own_rubric_comes_back_with_nothing_lost(
    app: Flask, make: Factory, visit: Visit, tmp_path: Path, ending: str
):
    made = make.evaluation(rubric=full_rubric())
    path = tmp_path / f"rubric.{ending}"
    path.write_bytes(visit(made.chair).get(made.url(f"rubric/file/rubric.{ending}")).data)
    before = rubric_of(made)

    done = run_import(app, "rubric", path, made)

    assert (done.exit_code, done.output) == (0, "nothing differs\n")
    assert rubric_of(made) == before


def test_a_rubric_of_a_learning_platform_is_taken_without_its_levels(app: Flask, make: Factory):
    made = make.evaluation()

    seen = run_import(app, "rubric", CASES / "rubric-lms.csv", made, "--preview")
    before = rubric_of(made)
    done = run_import(app, "rubric", CASES / "rubric-lms.csv", made)

    assert "new: 1 (Standards)" in seen.stdout
    assert "Criteria Name: title" in seen.stdout
    assert "new: 1 (Standards)" in done.stdout
    assert "Columns that are not read: Rubric Name, Criteria Enable Range" in done.stderr
    assert "Standards" not in before
    assert "Aligned to state standards" in rubric_of(made)
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.RUBRIC_IMPORTED)
    ).one()
    assert (entry.after or {})["file"] == "rubric-lms.csv"


def test_of_a_workbook_the_sheet_with_the_criteria_is_taken(
    app: Flask, make: Factory, tmp_path: Path
):
    made = make.evaluation()
    path = tmp_path / "rubric.xlsx"
    path.write_bytes(
        make_workbook([["Read me"]], [["Our rubric"], [], ["Peso", "Título"], [2.5, "Fácil"]])
    )

    done = run_import(app, "rubric", path, made)

    assert done.exit_code == 0
    assert done.stderr.startswith("Sheets that are not read: ")
    row = db.session.scalars(select(Criterion).where(Criterion.title == "Fácil")).one()
    assert row.weight == 2.5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ((CASES / "decimal-comma.toml").read_text("utf-8"), "Line 11: “1,5” is no number here"),
        ("title,weight\nA,many\nB,x\n", "line 3: weight: Enter a number"),
        ("title\nA\nB,x\n", "line 3: These are more values than there are columns"),
        ('{"CFItems": []}', "This JSON holds no CFRubric"),
        ("a,b\n1,2\n", "No column is called “Title”"),
    ],
)
def test_a_rubric_that_cannot_be_used_is_refused_in_words(
    app: Flask, make: Factory, path: Path, text: str, says: str
):
    made = make.evaluation()
    path.write_text(text, "utf-8")
    before = rubric_of(made)

    done = run_import(app, "rubric", path, made)

    assert (done.exit_code, says in done.stderr) == (1, True)
    assert rubric_of(made) == before


@pytest.mark.parametrize("kind", ["vendors", "rubric"])
def test_nothing_is_taken_once_ballots_are_open(app: Flask, make: Factory, path: Path, kind: str):
    made = make.evaluation(phase=Phase.SCORING)
    path.write_text("company,title\nAcme,New\n", "utf-8")

    done = run_import(app, kind, path, made)

    assert done.exit_code == 1
    assert "Acme" not in names_of(made)
