"""Tables as they come from the field, through both doors and for all three kinds."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.cli import root_group
from crrubric.extensions import db
from crrubric.models import Criterion, Member, Vendor
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import parse, words

HEADERS = {
    "vendors": ("company", "product"),
    "committee": ("name", "e-mail", "role", "represents"),
    "rubric": ("title", "question"),
}
LINES = {
    "vendors": (("Peña", "Algebra, 1"), ("Quill", "two\nlines")),
    "committee": (
        ("Ana Peña", "ana@x.example", "chair", "it"),
        ("Bo, Lee", "bo@x.example", "observer", "parent"),
    ),
    "rubric": (("Señas", "All, too?"), ("Easy", "two\nlines")),
}
PAGES = {"vendors": "vendors/several", "committee": "committee/several", "rubric": "rubric/file"}
Send = Callable[[Made, str, bytes], str]


def names_of(kind: str) -> list[str]:
    db.session.rollback()
    column = {"vendors": Vendor.company, "committee": Member.name, "rubric": Criterion.title}[kind]
    return list(db.session.scalars(select(column).order_by(column.class_.id)))


@pytest.fixture(params=["web", "cli"])
def send(request: pytest.FixtureRequest, app: Flask, visit: Visit, tmp_path: Path) -> Send:
    """Looks at a file, without taking it; what was said of it."""

    def send_to_page(made: Made, kind: str, data: bytes) -> str:
        answer = visit(made.chair).post(
            made.url(PAGES[kind]), {"to": "preview", "file": (BytesIO(data), "table.csv")}
        )
        page = parse(answer.status_code, answer.text)
        shown = [node.get("value") or "" for node in page.all("input")]
        return f"{answer.status_code == 200} {words(page.root)} {' '.join(shown)}"

    def send_to_command(made: Made, kind: str, data: bytes) -> str:
        path = tmp_path / "table.csv"
        path.write_bytes(data)
        arguments = ["import", kind, str(path), "--evaluation", made.slug, "--preview"]
        db.session.rollback()
        done = app.test_cli_runner().invoke(root_group, arguments, obj=lambda _settings: app)
        return f"{done.exit_code == 0} {done.output}"

    return send_to_page if request.param == "web" else send_to_command


def write_table(kind: str, separator: str, end: str, *, above: str = "", between: str = "") -> str:
    rows = [HEADERS[kind], *LINES[kind]]
    lines = [separator.join(f'"{cell}"' for cell in row) for row in rows]
    return above + (end + between).join(lines) + end


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize(
    ("separator", "end", "above", "between", "encoding"),
    [
        (",", "\n", "", ",,\n", "utf-8"),
        (";", "\r\n", "Our list\r\n\r\n", "\r\n", "cp1252"),
        ("\t", "\n", "As of May\t\n", "", "utf-16"),
        ("|", "\n", "", "||\n", "utf-8-sig"),
    ],
)
def test_every_way_of_writing_a_table_is_read(
    make: Factory, send: Send, kind: str, separator: str, end: str, above: str, between: str,
    encoding: str,
):  # fmt: skip
    made = make.evaluation()
    before = names_of(kind)
    text = write_table(kind, separator, end, above=above, between=between)

    told = send(made, kind, text.encode(encoding))

    assert told.startswith("True")
    assert all(line[0] in told for line in LINES[kind])
    assert names_of(kind) == before


@pytest.mark.parametrize("kind", HEADERS)
def test_a_quotation_that_does_not_end_is_told_with_its_line(make: Factory, send: Send, kind: str):
    header, first = ",".join(HEADERS[kind]), ",".join(["a"] * len(HEADERS[kind]))
    made = make.evaluation()

    told = send(made, kind, f'{header}\n{first}\n"b,\n{first}\n'.encode())

    assert told.startswith("False")
    assert "line 3" in told


@pytest.mark.parametrize("kind", HEADERS)
def test_a_column_that_is_there_twice_is_refused(make: Factory, send: Send, kind: str):
    name = HEADERS[kind][0]
    made = make.evaluation()

    told = send(made, kind, f"{name},{name}\na,b\n".encode())

    assert told.startswith("False")
    assert f"“{name}” and “{name} (2)” hold the same" in told


@pytest.mark.parametrize("kind", HEADERS)
def test_an_empty_file_is_refused(make: Factory, send: Send, kind: str):
    assert send(make.evaluation(), kind, b" \n").startswith("False")
