"""What can be attached is told from its content, and hostile files are refused in words."""

import io
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain import limits
from crrubric.domain.ballots.files import clean_file_name, detect_file_kind
from crrubric.domain.ballots.office import LOCKED, MACROS, REFUSED, TOO_MUCH
from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import FileKind
from tests.unit.exchange.test_growth import count_steps
from tests.uploads import CSV, EXCEL, TYPES, WORD, archive, jpeg, lying, pdf, png

GOOD = {
    "a pdf": (pdf(), "x.pdf", FileKind.PDF),
    "a pdf under another name": (pdf(), "x.exe", FileKind.PDF),
    "a picture": (png(), "x.png", FileKind.PNG),
    "a photograph": (jpeg(), "x.jpg", FileKind.JPEG),
    "a photograph with more behind it, as telephones make them": (
        jpeg() + b"\0" * 40 + b"SEFT", "x.jpg", FileKind.JPEG),
    "a letter": (archive(WORD), "x.docx", FileKind.DOCX),
    "a letter that is not packed": (
        archive(WORD, method=zipfile.ZIP_STORED), "x.docx", FileKind.DOCX),
    "a workbook": (archive(EXCEL), "x.xlsx", FileKind.XLSX),
    "a table": (CSV, "x.csv", FileKind.CSV),
    "a table with a mark": (b"\xef\xbb\xbf" + CSV, "X.CSV", FileKind.CSV),
    "a table in UTF-16": ("Präis;é\r\n1;2".encode("utf-16"), "x.csv", FileKind.CSV),
    "a table in Windows-1252": ("Preis;é – “x”\r\n1;2".encode("cp1252"), "x.csv", FileKind.CSV),
    "a table that compares": (b"a < b,1\r\n<b>,2", "x.csv", FileKind.CSV),
}  # fmt: skip


@pytest.mark.parametrize("what", GOOD)
def test_accepted_files_are_recognized(what):
    data, name, kind = GOOD[what]

    assert detect_file_kind(data, name) == kind


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
REFUSED_FILES = {
    "an svg as a png": (SVG, "x.png"),
    "an svg": (SVG, "x.svg"),
    "an svg as a table": (SVG, "x.csv"),
    "a page as a table": (HTML, "x.csv"),
    "a page after blank lines": (b"\r\n\r\n  " + HTML, "x.csv"),
    "a page in UTF-16": (HTML.decode().encode("utf-16"), "x.csv"),
    "a page after a word": (b"a,b\r\n" + HTML, "x.csv"),
    "plain text": (b"only words", "x.txt"),
    "a table under another name": (CSV, "x.html"),
    "a table with NUL": (b"a,b\0\r\n", "x.csv"),
    "a table with an escape": (b"a,\x1b[2J\r\n", "x.csv"),
    "a table of nothing": (b"  \r\n", "x.csv"),
    "a table in no encoding": (b"a,\x81\x8d\r\n", "x.csv"),
    "a lone surrogate": (b"\xff\xfe\x00\xd8,\x00", "x.csv"),
    "a cell without end": (b'"' + b"a" * 200_000, "x.csv"),
    "a program": (b"MZ\x90\0" + b"\0" * 60, "x.pdf"),
    "a program as a table": (b"MZ,a program", "x.csv"),
    "an elf": (b"\x7fELF\2\1\1" + b"\0" * 60, "x.png"),
    "a script": (b"#!/bin/sh\nrm -r x\n", "x.csv"),
    "a pdf that begins with something else": (b"GIF89a\r\n" + pdf(), "x.pdf"),
    "a pdf behind a table": (b"a,b\r\n" + pdf(), "x.csv"),
    "a pdf with a page behind it": (pdf() + HTML, "x.pdf"),
    "a pdf with an archive behind it": (pdf() + archive(WORD), "x.pdf"),
    "a pdf that is cut": (pdf()[:-20], "x.pdf"),
    "a pdf that is only a name": (b"%PDF-1.7\n", "x.pdf"),
    "a picture without sense": (png(0, 1), "x.png"),
    "a picture without end": (png()[:-4], "x.png"),
    "a picture with a page behind it": (png() + HTML, "x.png"),
    "a picture of a wrong checksum": (png().replace(b"\0\0\0\1\0\0\0\1", b"\0\0\0\1\0\0\0\2"), "x"),
    "a picture too wide": (png(2_000_000_000, 1), "x.png"),
    "a signature alone": (b"\x89PNG\r\n\x1a\n", "x.png"),
    "a photograph without a frame": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "x.jpg"),
    "a photograph of nothing": (jpeg(0, 0), "x.jpg"),
    "a photograph and an archive": (jpeg() + archive(WORD), "x.jpg"),
    "an archive": (archive({"a.txt": "a"}), "x.docx"),
    "an archive without contents": (archive({"word/document.xml": "<a/>"}), "x.docx"),
    "a letter and workbook in one": (archive({**WORD, **EXCEL}), "x.docx"),
    "a letter with a doctype": (archive({**WORD, "word/document.xml": DOCTYPE}), "x.docx"),
    "a letter with a doctype elsewhere": (archive({**WORD, "docProps/app.xml": DOCTYPE}), "x"),
    "a letter with a doctype in UTF-16": (
        archive({**WORD, "word/document.xml": DOCTYPE.encode("utf-16")}), "x.docx"),
    "a letter with a doctype far in": (
        archive({**WORD, "word/document.xml": " " * (64 * 1024 - 5) + DOCTYPE}), "x.docx"),
    "a letter that leads out": (archive({**WORD, "../../etc/cron.d/x": "x"}), "x.docx"),
    "a letter with a root": (archive({**WORD, "/etc/passwd": "x"}), "x.docx"),
    "a letter with a drive": (archive({**WORD, "C:x": "x"}), "x.docx"),
    "a letter with one part twice": (archive({**WORD, "WORD/document.xml": "x"}), "x.docx"),
    "a letter with something before it": (b"x" + archive(WORD), "x.docx"),
    "a letter with something behind it": (archive(WORD) + b"x", "x.docx"),
    "a letter that is cut": (archive(WORD)[:-30], "x.docx"),
    "a letter that lies on its size": (
        lying({**WORD, "a.xml": "<a>" * 4000}, "a.xml", 30), "x.docx"),
    "a letter of too many parts": (
        archive({**WORD, **{f"a/{n}": "" for n in range(limits.FILE_ENTRIES)}}), "x.docx"),
    "an archive that is only an end": (b"PK\x05\x06" + b"\0" * 18, "x.docx"),
    "an old letter": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "x.doc"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED_FILES)
def test_refused_files_get_a_message_that_names_accepted_types(what):
    data, name = REFUSED_FILES[what]

    with pytest.raises(Invalid) as refusal:
        detect_file_kind(data, name)

    assert (refusal.value.message, refusal.value.field) == (REFUSED, "file")


@pytest.mark.parametrize("piece", [b"\xff", b"\xff\xe0\0\2"])
def test_a_picture_without_an_end_of_its_beginning_is_refused_at_once(piece: bytes):
    data = b"\xff\xd8" + piece * ((limits.FILE_BYTES - 100) // len(piece)) + jpeg()[2:]

    def look() -> None:
        with pytest.raises(Invalid):
            detect_file_kind(data, "x.jpg")

    assert count_steps(look) < 500_000  # and not some for each of its twenty million bytes


def test_a_photograph_with_many_segments_is_one():
    data = b"\xff\xd8" + (b"\xff\xe2\0\2\xff" * 300) + jpeg()[2:]

    assert detect_file_kind(data, "x.jpg") is FileKind.JPEG


def test_a_document_with_macros_is_refused_whatever_its_name():
    macro_types = {TYPES: '<Override ContentType="application/vnd.ms-word.macroEnabled.main"/>'}
    for parts in ({**WORD, "word/vbaProject.bin": b"x"}, {**WORD, "xl/VBAPROJECT.BIN": b"x"},
                  {**WORD, **macro_types}):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            detect_file_kind(archive(parts), "x.docx")
        assert refusal.value.message == MACROS


def test_an_encrypted_document_is_refused():
    data = bytearray(archive(WORD))
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        while at >= 0:
            struct.pack_into("<H", data, at + place, 1)
            at = data.find(mark, at + 1)

    with pytest.raises(Invalid) as refusal:
        detect_file_kind(bytes(data), "x.docx")

    assert refusal.value.message == LOCKED


def bomb() -> bytes:
    """More than is allowed when unpacked, in a file of some hundred kilobytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, data in WORD.items():
            file.writestr(name, data)
        with file.open("word/media/image1.bmp", "w") as part:
            for _ in range(limits.FILE_UNPACKED // limits.MEGABYTE + 1):
                part.write(b"\0" * limits.MEGABYTE)
    return out.getvalue()


def quiet(data: bytes) -> bytes:
    """The same, saying of every part that it has ten bytes."""
    found = bytearray(data)
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = found.find(mark)
        while at >= 0:
            struct.pack_into("<I", found, at + place, 10)
            at = found.find(mark, at + 1)
    return bytes(found)


def test_a_zip_bomb_is_refused_with_little_memory():
    data = bomb()
    for sent, words in ((data, {TOO_MUCH}), (quiet(data), {TOO_MUCH, REFUSED})):
        tracemalloc.start()
        with pytest.raises(Invalid) as refusal:
            detect_file_kind(sent, "x.docx")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert refusal.value.message in words
        assert most < 10 * limits.MEGABYTE


def test_an_empty_file_and_one_byte_too_many_are_refused():
    with pytest.raises(Invalid, match="empty"):
        detect_file_kind(b"", "x.pdf")
    with pytest.raises(Invalid, match="at most 20 MB"):
        detect_file_kind(b"%PDF-1.4" + b" " * (limits.FILE_BYTES - 7), "x.pdf")
    full = pdf()
    assert detect_file_kind(full + b"\n" * 40, "x.pdf") == FileKind.PDF


@pytest.mark.parametrize(
    ("sent", "kind", "name"),
    [
        ("Report.pdf", FileKind.PDF, "Report.pdf"),
        ("../../etc/passwd", FileKind.PDF, "passwd.pdf"),
        ("C:\\Users\\dana\\Report.PDF", FileKind.PDF, "Report.PDF"),
        ("photo.jpeg", FileKind.JPEG, "photo.jpeg"),
        ("page.html", FileKind.PNG, "page.html.png"),
        ("\u202egpj.exe", FileKind.JPEG, "gpj.exe.jpg"),
        ("a\0b\nc\td.csv", FileKind.CSV, "abcd.csv"),
        ("\ud800.csv", FileKind.CSV, "file.csv"),
        ("", FileKind.CSV, "file.csv"),
        ("...", FileKind.XLSX, "file.xlsx"),
        (".pdf", FileKind.PDF, "file.pdf"),
        ("  two   blanks .docx", FileKind.DOCX, "two blanks.docx"),
        ("Prüfung שלום 🎓.pdf", FileKind.PDF, "Prüfung שלום 🎓.pdf"),
    ],
)
def test_a_file_name_contains_no_path(sent, kind, name):
    assert clean_file_name(sent, kind) == name


def test_a_long_name_keeps_its_ending():
    name = clean_file_name("n" * 500 + ".docx", FileKind.DOCX)

    assert name == "n" * (limits.FILE_NAME - 5) + ".docx"


@given(st.text(st.characters(codec=None), max_size=300), st.sampled_from(FileKind))
def test_every_name_can_be_stored_and_shown(sent, kind):
    name = clean_file_name(sent, kind)

    assert 0 < len(name) <= limits.FILE_NAME
    assert name.encode("utf-8").decode("utf-8") == name
    assert not set(name) & set("/\\\0\n\r\t\u202e\u200b")
    assert clean_file_name(name, kind) == name


def kind_or_field(data: bytes) -> str | None:
    """What the bytes are, or the field beside which they are refused."""
    try:
        return detect_file_kind(data, "x.csv")
    except Invalid as error:
        return error.field


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\3\4", b"\xff\xd8\xff", b"%PDF-1.4"]))
def test_any_bytes_are_recognized_or_refused(data, begin):
    assert kind_or_field(begin + data) in {*FileKind, "file"}


@given(st.data())
def test_a_damaged_document_is_recognized_or_refused(data):
    letter = bytearray(archive(WORD))
    for _ in range(data.draw(st.integers(1, 6))):
        letter[data.draw(st.integers(0, len(letter) - 1))] = data.draw(st.integers(0, 255))

    assert kind_or_field(bytes(letter)) in {FileKind.DOCX, "file"}
