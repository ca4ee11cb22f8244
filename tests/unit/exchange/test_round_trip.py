"""Marks that are exported and imported again are the same marks."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.files import MARKS
from crrubric.domain.exchange.marks.guess import NOTHING, guess_mapping
from crrubric.domain.exchange.marks.lines import BadMark, MarkLine
from crrubric.domain.text import clean_line, clean_text
from crrubric.domain.vocabulary import Answer
from crrubric.reports.exchange.csv_files import iterate_csv
from crrubric.services.exchange.mark_lines import MarkTable, read_heads
from crrubric.services.exchange.table_sources import read_path

ODD = st.text(alphabet=st.sampled_from("'=+-@＝ ,;|\"\t\n\u00a0\u200fאa😀é"), max_size=20)
TEXTS = ODD | st.text(max_size=40)


def make_storable(text: str) -> str:
    """The text as it would be stored, or another where it would be refused."""
    try:
        return clean_text(text, limit=limits.NOTE)
    except Invalid:
        return "'=refused"


def make_name(text: str) -> str:
    """The same for a name, which is one line and never empty."""
    try:
        return clean_line(text, limit=limits.CODE) or "'-"
    except Invalid:
        return "'=refused"


NAMES, NOTES = TEXTS.map(make_name), TEXTS.map(make_storable)
ROWS = st.lists(st.tuples(NAMES, NAMES, NAMES, st.sampled_from(Answer), NOTES), max_size=5)


def read_marks(path: Path) -> list[MarkLine | BadMark]:
    """The marks of a file whose columns are guessed."""
    source = read_path(path)
    return list(MarkTable(source, guess_mapping(read_heads(source), NOTHING)).iterate_lines())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
@example([("'=Ada", "=Acme", "-1", Answer.YES, "'=1 is what they typed; =2\n'+3\n''-4")])
@example([("A", "B", "C", Answer.NO, "=" * limits.NOTE)])
@example([("A", "B", "C", Answer.NO, "\u202eשלום\u202c 👩\u200d🏫 _x0041_")])
def test_exported_marks_are_imported_as_they_were(
    tmp_path: Path, marks: list[tuple[str, str, str, Answer, str]]
):
    empty = dict.fromkeys(MARKS.columns, "")
    lines = [
        {
            **empty, "reviewer": reviewer, "vendor": vendor, "criterion": criterion,
            "mark": answer.value, "note": note,
        }
        for reviewer, vendor, criterion, answer, note in marks
    ]  # fmt: skip
    path = tmp_path / "marks.csv"
    path.write_bytes(b"".join(iterate_csv(MARKS.columns, lines)))

    read = read_marks(path)

    assert all(isinstance(line, MarkLine) for line in read)
    assert [
        (line.reviewer, line.vendor, line.criterion, line.text.answer, line.text.note)
        for line in read
        if isinstance(line, MarkLine)
    ] == marks


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheet_may_save_the_file_with_another_separator(tmp_path: Path, separator: str):
    path = tmp_path / "marks.csv"
    cells = ("reviewer vendor criterion mark note", "Ada acme c1 YES ''=kept")
    path.write_text("\n".join(separator.join(line.split()) for line in cells) + "\n", "utf-8")

    [line] = read_marks(path)

    assert isinstance(line, MarkLine)
    assert line.text.note == "'=kept"
