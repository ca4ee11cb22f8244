"""Whatever becomes of a file on its way, it is read or refused in words, with bounded work."""

import io
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from crrubric.domain.ballots.files import detect_file_kind
from crrubric.domain.errors import CrrubricError
from crrubric.domain.setup.rubric_files.case import write_case_rubric
from crrubric.domain.setup.rubric_files.differences import number_criteria
from crrubric.domain.setup.rubric_files.rows import RUBRIC_TABLE
from crrubric.domain.setup.rubric_files.toml_out import write_rubric_toml
from crrubric.domain.setup.table_words import VENDOR_TABLE
from crrubric.services.exchange.field_tables import (
    load_field_table,
    read_file_text,
    read_text_table,
)
from crrubric.services.exchange.mark_lines import read_heads
from crrubric.services.exchange.table_sources import read_data
from crrubric.services.planning.rosters import place_roster_file
from crrubric.services.setup.rubric.files import (
    looks_like_table,
    read_rubric_table,
    read_rubric_words,
)
from tests.factories import small_rubric
from tests.unit.setup.test_case_rubrics import NOTHING, SOURCE
from tests.uploads import WORD, archive, jpeg, pdf, png

FEW, MANY = 10, 500
MOST_CALLS = 1_500_000  # of functions, for a file of a few kilobytes
HOSTILE = [
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b'"', b"'", b"\\u0000", b"\\ud800",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"&#0;", b"&#x110000;", b"]]>", b"<", b"</row>",
    b"9" * 5_000, b"-1", b"1e9999", b"NaN", b"=1+1", b",", b";" * 300, b"\t", b"\r\n" * 60,
    b"[" * 3_000, b"{" * 3_000, b'{"a":' * 3_000, b"[[a]]\n" * 20, b"a." * 2_000, b"\n\n[",
    b'r="XFD1048576"', b't="s"', b"<v>99999999</v>", b"PK\x03\x04", b"PK\x01\x02", b"2027-02-30",
]  # fmt: skip
Read = Callable[[bytes], object]


def make_book(*rows: tuple[object, ...]) -> bytes:
    """A workbook with these rows on its first sheet, and another sheet."""
    book, out = Workbook(), io.BytesIO()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    book.create_sheet("Notes").append(("a", 1.5, True, None))
    book.save(out)
    return out.getvalue()


ROWS = (
    ("company", "criterion", "reviewer", "answer", "note"),
    ("ace", "ada", "ann@school.example", "yes", "Captions, everywhere; “good”."),
    ("ace", "sso", "bob@school.example", "no", "=1+1"),
    ("best", "ada", "ann@school.example", "", "2027-03-02"),
)
CSV = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in ROWS).encode()
BOOK = make_book(*ROWS)
RUBRIC = write_rubric_toml(small_rubric()).encode()
CASE = write_case_rubric(number_criteria(small_rubric()), SOURCE)
CASE_BYTES = CASE if isinstance(CASE, bytes) else CASE.encode()


def read_as_text(data: bytes) -> object:
    return read_file_text(read_data(data, "table.csv"), VENDOR_TABLE)


def read_as_rubric(data: bytes) -> object:
    text = read_file_text(read_data(data, "rubric.toml"), RUBRIC_TABLE).text
    if looks_like_table(text):
        return read_rubric_table(read_text_table(text, RUBRIC_TABLE), NOTHING)
    return read_rubric_words(text, NOTHING, SOURCE)


def read_as_vendors(data: bytes) -> object:
    return load_field_table(read_data(data, "vendors.csv"), VENDOR_TABLE).read_lines()


def read_as_marks(data: bytes) -> object:
    return read_heads(read_data(data, "marks.csv"))


def read_as_roster(data: bytes) -> object:
    return place_roster_file(data, "roster.csv")


def read_as_evidence(data: bytes) -> object:
    return detect_file_kind(data, "evidence.csv")


TABLES = (read_as_text, read_as_vendors, read_as_marks, read_as_roster, read_as_evidence)
CASES: dict[str, tuple[bytes, tuple[Read, ...]]] = {
    "a table": (CSV, (*TABLES, read_as_rubric)),
    "a table in UTF-16": (CSV.decode().encode("utf-16"), TABLES),
    "a workbook": (BOOK, (*TABLES, read_as_rubric)),
    "a rubric": (RUBRIC, (read_as_rubric,)),
    "a rubric of CASE": (CASE_BYTES, (read_as_rubric,)),
    "a picture": (png(3, 2), (read_as_evidence,)),
    "a photograph": (jpeg(3, 2), (read_as_evidence,)),
    "a document": (pdf(), (read_as_evidence,)),
    "a letter": (archive(WORD), (read_as_evidence, read_as_marks)),
}


def damage_bytes(data: bytes, draw: Callable[[Any], Any]) -> bytes:
    """The file after a few accidents, and a few intentions."""
    changed = bytearray(data)
    for _time in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(changed)))
        end = min(len(changed), start + draw(st.integers(0, 40)))
        part = bytes(changed[start:end])
        changed[start:end] = draw(st.sampled_from([b"", part * 2, part[::-1], *HOSTILE]))
    return bytes(changed)


def damage_file(data: bytes, draw: Callable[[Any], Any]) -> bytes:
    """As above; of an archive as often one of the files in it, so that it can be unpacked."""
    if not data.startswith(b"PK") or draw(st.booleans()):
        return damage_bytes(data, draw)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts: dict[str, str | bytes] = {name: packed.read(name) for name in packed.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    parts[name] = damage_bytes(bytes(parts[name]), draw)  # type: ignore[arg-type]
    return archive(parts)


def count_calls(read: Read, data: bytes) -> int:
    """How many functions are called until the file is read, or refused in words."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        read(data)
    except CrrubricError:
        pass  # said in words
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", CASES)
def test_a_damaged_file_is_read_or_refused_with_bounded_work(kind: str, examples: int):
    whole, readers = CASES[kind]

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def read_damaged(data: Any) -> None:
        damaged = damage_file(whole, data.draw)
        for read in readers:
            assert count_calls(read, damaged) < MOST_CALLS

    read_damaged()


@pytest.mark.parametrize("kind", CASES)
def test_the_whole_file_is_read(kind: str):
    """So that the damaged ones are not refused for what they are."""
    whole, readers = CASES[kind]

    assert readers[0](whole)
