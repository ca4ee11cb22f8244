"""Tables of fields: columns in any order, named in two languages, by mapping or not at all."""

import tracemalloc
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from crrubric.domain.errors import Invalid, InvalidLines
from crrubric.domain.exchange.field_tables import FieldTableKind, hold_fields, refuse_fields
from crrubric.domain.limits import LINES_AT_ONCE
from crrubric.domain.setup.rubric_files.rows import RUBRIC_TABLE
from crrubric.domain.setup.table_words import MEMBER_TABLE, VENDOR_TABLE
from crrubric.services.exchange.field_tables import (
    FieldTable,
    load_field_table,
    read_file_text,
    read_text_table,
)
from crrubric.services.exchange.table_sources import read_data

ANA = {"name": "Ana Ruiz", "email": "ana@school.example", "roles": "reviewer"}
CASES = Path(__file__).parents[2] / "data" / "rubrics"
Cells = list[Mapping[str, str]]


def read_cells(table: FieldTable) -> Cells:
    return [line.cells for line in table.read_lines()]


def make_book(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    out = BytesIO()
    with Workbook(out) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "Ana Ruiz\tana@school.example\treviewer",  # no header: the usual order
        "name\te-mail\trole\nAna Ruiz\tana@school.example\treviewer\n",
        "Rol;Correo electrónico;Nombre\r\nreviewer;ana@school.example;Ana Ruiz\r\n",
        "Rol|Correo|Nombre\rreviewer|ana@school.example|Ana Ruiz\r",
        '\ufeffE-MAIL ADDRESS,Role:,"Full name"\nana@school.example,reviewer,"Ana Ruiz"',
        "\n\t\t\nName\tEmail\tRole\n\t\t\nAna Ruiz\tana@school.example\treviewer\n\t\n",
        "Committee 2027\n\nas of May,,\nName,Email,Role\nAna Ruiz,ana@school.example,reviewer\n",
    ],
)
def test_columns_stand_in_any_order_in_two_languages_or_have_no_headers(text: str):
    assert read_cells(read_text_table(text, MEMBER_TABLE)) == [ANA]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_encoding_and_separator_is_read(encoding: str, separator: str):
    rows = (("Título", "Sección", "Peso"), ("Señas", "Accesibilidad", "2"), ("Fácil", "Uso", "1"))
    data = "\n".join(separator.join(row) for row in rows).encode(encoding)

    table = load_field_table(read_data(data, "x.csv"), RUBRIC_TABLE)

    assert read_cells(table) == [
        {"title": "Señas", "section": "Accesibilidad", "weight": "2"},
        {"title": "Fácil", "section": "Uso", "weight": "1"},
    ]


def test_a_column_that_is_not_known_is_told_and_left_out():
    table = read_text_table("Vendor,Rating,Price,,\nAcme,5 stars,38.50,,x", VENDOR_TABLE)

    assert read_cells(table) == [{"company": "Acme", "unit_price": "38.50"}]
    assert table.list_unread() == ["Rating", "(5)"]


def test_of_two_columns_for_the_same_the_clearer_one_is_read():
    """As in our own vendors.csv, which has a code beside the name."""
    table = read_text_table("vendor,company\nacme-algebra,Acme", VENDOR_TABLE)

    assert read_cells(table) == [{"company": "Acme"}]
    assert table.list_unread() == ["vendor"]


def test_a_cell_may_hold_lines_and_commas():
    text = 'company\tlinks\n"Acme, Inc."\t"https://a.x\nhttps://b.x"\nBright, Inc., USA\t'

    assert read_cells(read_text_table(text, VENDOR_TABLE)) == [
        {"company": "Acme, Inc.", "links": "https://a.x\nhttps://b.x"},
        {"company": "Bright, Inc., USA"},
    ]


def test_lines_have_the_numbers_of_the_file():
    text = 'List\n\nname,e-mail\n"Ana\nRuiz",a@b.c\n,\nBo,b@b.c\n'

    assert [n for n, _cells in read_text_table(text, MEMBER_TABLE).read_lines()] == [4, 7]


def test_columns_can_be_said():
    table = read_text_table("Anbieter;Preis;Kurs\nAcme;38.50;yes", VENDOR_TABLE, header=1)

    said = hold_fields(
        table.mapping, VENDOR_TABLE, {"Anbieter": "company", "Preis": "unit_price", "Kurs": ""}
    )

    assert read_cells(table.with_fields(said)) == [{"company": "Acme", "unit_price": "38.50"}]
    with pytest.raises(Invalid, match="There is no column “Firma”"):
        hold_fields(table.mapping, VENDOR_TABLE, {"Firma": "company"})
    with pytest.raises(Invalid, match="There is no field “firm”"):
        hold_fields(table.mapping, VENDOR_TABLE, {"Kurs": "firm"})


def test_the_line_with_headers_is_found_by_columns_that_are_said():
    source = read_data(b"Our list\n\nAnbieter;Preis\nAcme;38.50", "x.csv")

    assert load_field_table(source, VENDOR_TABLE, labels=["Preis"]).mapping.header == 3
    assert load_field_table(source, VENDOR_TABLE, labels=["Our list"]).mapping.header == 1


def test_of_a_workbook_the_sheet_is_read_whose_headers_fit_best():
    book = make_book(
        {
            "Read me": [["How to fill this in"]],
            "Vendors": [["Our vendors"], [], ["Company", "Price", ""], ["Acme", 38.5, "x"]],
            "Old": [["Company"], ["Gone"]],
            "Empty": [],
        }
    )

    table = load_field_table(read_data(book, "x.xlsx"), VENDOR_TABLE)
    text = read_file_text(read_data(book, "x.xlsx"), VENDOR_TABLE)
    old = load_field_table(read_data(book, "x.xlsx"), VENDOR_TABLE, sheet="Old")

    assert table.read_lines() == [(4, {"company": "Acme", "unit_price": "38.5"})]
    assert (table.unread_sheets, table.list_unread()) == (["Read me", "Old"], ["(3)"])
    assert text.unread_sheets == ["Read me", "Old"]
    assert read_text_table(text.text, VENDOR_TABLE).read_lines() == table.read_lines()
    assert read_cells(old) == [{"company": "Gone"}]
    with pytest.raises(Invalid, match="There is no sheet “New”"):
        load_field_table(read_data(book, "x.xlsx"), VENDOR_TABLE, sheet="New")


def test_only_the_sheet_that_is_read_is_made_as_wide_as_its_widest_row():
    out = BytesIO()
    with Workbook(out) as book:
        for name in ("Vendors", *(f"Other {number}" for number in range(8))):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Company", "Product"])
            sheet.write(0, 199, "far")
            sheet.write(4_000, 0, "Peña")
    tracemalloc.start()

    table = load_field_table(read_data(out.getvalue(), "far.xlsx"), VENDOR_TABLE)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert {len(cells) for _number, cells in table.rows} == {200}
    assert most < 25_000_000


def test_a_cell_of_a_workbook_that_looks_like_a_formula_comes_through_the_text():
    book = make_book({"A": [["Company", "Note"], ["'-x", "'=1+1"]]})

    text = read_file_text(read_data(book, "x.xlsx"), VENDOR_TABLE).text

    assert read_cells(read_text_table(text, VENDOR_TABLE)) == [
        {"company": "'-x", "price_note": "'=1+1"}
    ]


def test_the_rubric_of_a_learning_platform_is_understood_by_its_words():
    source = read_data((CASES / "rubric-lms.csv").read_bytes(), "rubric-lms.csv")

    table = load_field_table(source, RUBRIC_TABLE)

    assert read_cells(table) == [{"title": "Standards", "question": "Aligned to state standards"}]
    assert table.list_unread() == [
        "Rubric Name", "Criteria Enable Range", "Rating Name", "Rating Description",
        "Rating Points", "Rating Name (2)", "Rating Description (2)", "Rating Points (2)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("  \n\t\n", VENDOR_TABLE, "There is no line in this table"),
        ("company\tproduct\n", VENDOR_TABLE, "There is no line in this table"),
        ("A\n" * (LINES_AT_ONCE + 1), VENDOR_TABLE, "These are 101 lines: at most 100"),
        ("company,Company\nA,B", VENDOR_TABLE, "“company” and “Company” hold the same"),
        ("Company,Company\nA,B", VENDOR_TABLE, r"“Company” and “Company \(2\)” hold the same"),
        ("product,price\nA,1", VENDOR_TABLE, "No column is called “Company”"),
        ("a,b\n1,2", RUBRIC_TABLE, "No column is called “Title”"),
        ('A\tB\nC\t"D\nE\tF', VENDOR_TABLE, "quotation in line 2 does not end"),
        ('A\tB\nC\t"D" E', VENDOR_TABLE, "quotation in line 2 .* goes on after its end"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, kind: FieldTableKind, says: str):
    with pytest.raises(Invalid, match=says) as refused:
        read_text_table(text, kind).read_lines()

    assert refused.value.field in ("table", "columns")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Our list\n\nAnbieter;Preis\nAcme;38.50\nQuill;\n", 3),
        ("Firma\tPost\nAcme\ta@b.example\n", 1),
        ("Acme\tCourses\nQuill\tMath 2\n", 0),
        ("Acme\t\t\t\ta@b.example\nQuill\t\t\t\tb@b.example\n", 0),
    ],
)
def test_words_above_numbers_or_addresses_are_headers(text: str, header: int):
    assert read_text_table(text, VENDOR_TABLE).mapping.header == header


def test_everything_that_is_wrong_with_columns_is_told_at_once():
    table = read_text_table("price,Price,quantity,Quantity\n1,2,3,4", VENDOR_TABLE)

    with pytest.raises(Invalid) as refused:
        refuse_fields(table.mapping, VENDOR_TABLE)

    assert len(refused.value.more) == 2


def test_every_line_with_more_values_than_columns_is_listed():
    text = "name,e-mail\nAna,a@b.c\nBo,b@b.c,chair\n\nCy,c@b.c,chair,x"

    with pytest.raises(InvalidLines) as refused:
        read_text_table(text, MEMBER_TABLE).read_lines()

    assert [(number, str(why)) for number, why in refused.value.lines] == [
        (3, "These are more values than there are columns: 3 instead of 2."),
        (5, "These are more values than there are columns: 4 instead of 2."),
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04rest", "This workbook can’t be read, or is too large. Copy its cells"),
        (make_book({"A": [[]]}), "can’t be read as a table"),
        (b"a\x00b", "can’t be read as a table"),
        (b"", "can’t be read as a table"),
        (b"\x81\x8d", "can’t be read as a table"),
        (b"%PDF-1.7", "x.csv is a PDF file"),
    ],
    ids=["broken", "empty book", "zero", "empty", "no text", "PDF"],
)
def test_a_file_that_is_no_table_is_refused(data: bytes, says: str):
    with pytest.raises(Invalid, match=says) as refused:
        read_file_text(read_data(data, "x.csv"), VENDOR_TABLE)

    assert refused.value.field == "file"
