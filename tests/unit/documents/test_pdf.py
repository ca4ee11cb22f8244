"""PDF files: what a screen reader is told, and that no typed character takes a paper away."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from crrubric.domain.documents.tree import (
    Bar,
    BarChart,
    Block,
    Bullets,
    Contents,
    Document,
    DocumentStatus,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
    Tick,
    Tone,
)
from crrubric.reports.documents.fonts import replace_missing_characters
from crrubric.reports.documents.pdf import render_pdf

TEMPLATES = Path(__file__).parents[3] / "templates"
CHART = BarChart(
    caption="Scores",
    description="Alder: 90 %. Birch: 75 %.",
    bars=(
        Bar(label="Alder", text="90 %", value=0.9, low=0.85, high=0.95, tone=Tone.GOOD),
        Bar(label="Birch <&>", text="75 %", value=0.75, low=0.75, high=0.75),
    ),
    axis=(Tick(0, "0 %"), Tick(1, "100 %")),
    marks=(Tick(0.85, "pass mark 85 %"),),
)
TABLE = Table(
    "Findings",
    ("Criterion", "Alder", "Birch"),
    (("Accessible", "Met", "Not met"), ("Single sign-on", "Met", "–")),
    ((Tone.GOOD, Tone.BAD), (Tone.GOOD, None)),
)
BLOCKS: tuple[Block, ...] = (
    Heading(1, "Summary"),
    Paragraph("First.\nSecond.", "Why:"),
    Contents("Contents"),
    PageBreak(),
    Heading(1, "1. Results"),
    Heading(2, "In short"),
    Bullets(("One", "Two")),
    TABLE,
    CHART,
    Signatures(("Ada", "Ben"), "Signature", "Date"),
)


def write_paper(*blocks: Block, draft: bool = False) -> Document:
    status = DocumentStatus.DRAFT if draft else DocumentStatus.FINAL
    return Document(
        title="Selection memo: Algebra",
        subtitle="Cedar Bend · May 6, 2027",
        status=status,
        stamp=f"{status.value} stamp",
        organization="Cedar Bend",
        language="en",
        on=date(2027, 5, 6),
        page_label="Page %(page)s of %(pages)s",
        blocks=blocks or BLOCKS,
    )


def read_paper(*blocks: Block, draft: bool = False) -> PdfReader:
    paper = write_paper(*blocks, draft=draft)
    return PdfReader(BytesIO(render_pdf(paper, templates=TEMPLATES)))


def read_words(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def list_tags(reader: PdfReader) -> list[dict[str, Any]]:
    """All elements of the structure tree, parents before children."""
    found: list[dict[str, Any]] = []

    def walk(element: Any) -> None:
        if "/S" in element:
            found.append(element)
        below = element.get("/K", [])
        for child in below if isinstance(below, list) else [below]:
            if isinstance(child, IndirectObject) and isinstance(child.get_object(), dict):
                walk(child.get_object())

    walk(reader.root_object["/StructTreeRoot"].get_object())
    return found


def list_attributes(element: dict[str, Any]) -> Iterator[dict[str, Any]]:
    own = element.get("/A", [])
    for one in own if isinstance(own, list) else [own]:
        yield one.get_object()


def read_scope(cell: dict[str, Any]) -> str:
    return next(str(one["/Scope"]) for one in list_attributes(cell) if "/Scope" in one)


def test_the_file_says_what_it_is():
    reader = read_paper()

    assert (reader.root_object["/Lang"], reader.root_object["/MarkInfo"]["/Marked"]) == ("en", True)
    assert bool(reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"])
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (
        "Selection memo: Algebra",
        "Cedar Bend",
    )
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.root_object["/Metadata"].get_data()


def test_headings_are_bookmarks_and_nest():
    reader = read_paper()

    summary, results, below = reader.outline
    assert [one["/Title"] for one in (summary, results, *below)] == [
        "Summary", "1. Results", "In short",
    ]  # fmt: skip
    tags = [tag["/S"] for tag in list_tags(reader) if tag["/S"].startswith("/H")]
    assert tags == ["/H1", "/H1", "/H2"]


def test_every_row_and_column_of_a_table_has_a_header():
    tags = list_tags(read_paper(TABLE))

    cells = [(cell["/S"], read_scope(cell)) for cell in tags if cell["/S"] == "/TH"]
    assert cells == [("/TH", "/Column")] * 3 + [("/TH", "/Row")] * 2
    assert sum(cell["/S"] == "/TD" for cell in tags) == 4
    assert [tag["/S"] for tag in tags if tag["/S"] in ("/THead", "/Caption")] == [
        "/Caption", "/THead",
    ]  # fmt: skip


def test_a_long_table_repeats_its_header_on_every_page():
    rows = tuple((f"Criterion {number}", "Met", "Met") for number in range(80))
    reader = read_paper(Table("Long", ("Name of it", "A", "B"), rows))

    assert len(reader.pages) > 1
    assert all("Name of it" in page.extract_text() for page in reader.pages)


@pytest.mark.parametrize("lines", range(38, 46))
def test_the_title_of_a_table_stands_with_its_first_row(lines: int):
    """However far down the page the table begins."""
    before = Paragraph("\n".join(["Line"] * lines))
    rows = tuple((f"Row {number}", "Met") for number in range(9))

    reader = read_paper(before, Table("Title of it", ("Name", "A"), rows))

    (page,) = [page for page in reader.pages if "Title of it" in page.extract_text()]
    assert "Row 0" in page.extract_text()


def test_a_chart_tells_what_it_shows():
    (figure,) = [tag for tag in list_tags(read_paper(CHART)) if tag["/S"] == "/Figure"]

    assert figure["/Alt"] == CHART.description


def test_a_table_of_many_columns_stands_on_a_turned_page_with_its_heading():
    header = tuple(f"Vendor {number}" for number in range(9))
    wide = Table("Wide", header, (header,))
    reader = read_paper(Paragraph("Before."), Heading(1, "Glance"), wide, Paragraph("After."))

    first, second, third = reader.pages
    assert [page.mediabox.width > page.mediabox.height for page in (first, second, third)] == [
        False, True, False,
    ]  # fmt: skip
    assert "Glance" not in first.extract_text()
    assert "Glance" in second.extract_text()
    assert "After." in third.extract_text()


def test_a_draft_says_so_on_every_page_and_each_page_says_how_many_there_are():
    rows = tuple((f"Row {number}", "x") for number in range(80))
    reader = read_paper(Table("Long", ("Row", "Value"), rows), draft=True)
    texts = [page.extract_text() for page in reader.pages]

    assert [text.count("DRAFT stamp") for text in texts] == [2] * len(texts)  # header, watermark
    wanted = [f"Page {number} of {len(texts)}" for number in range(1, len(texts) + 1)]
    assert [label in text for label, text in zip(wanted, texts, strict=True)] == [True] * len(texts)
    assert "DRAFT" not in read_words(read_paper())


def list_sizes(reader: PdfReader) -> dict[str, float]:
    """How large the letters of each line of the first page are, in points."""
    sizes: dict[str, float] = {}

    def note(text: str, _transform: Any, matrix: list[float], _font: Any, size: float) -> None:
        if text.strip():
            sizes.setdefault(text.strip(), round(abs(size * matrix[3]), 1))  # the foot is last

    reader.pages[0].extract_text(visitor_text=note)
    return sizes


@pytest.mark.parametrize(("large_type", "unit"), [(False, 10.5), (True, 17.0)])
def test_headings_are_a_little_larger_than_the_text(large_type: bool, unit: float):
    paper = replace(
        write_paper(Heading(1, "Summary"), Heading(2, "Part"), Paragraph("Text.")),
        title="Memo",
        large_type=large_type,
    )
    sizes = list_sizes(PdfReader(BytesIO(render_pdf(paper, templates=TEMPLATES))))

    wanted = {"Memo": 1.9, "Summary": 1.38, "Part": 1.1, "Text.": 1}
    for text, factor in wanted.items():
        assert sizes[text] == pytest.approx(factor * unit, abs=0.2), text


def test_the_same_paper_gives_the_same_bytes():
    assert render_pdf(write_paper(), templates=TEMPLATES) == render_pdf(
        write_paper(), templates=TEMPLATES
    )


@pytest.mark.parametrize(
    "words",
    [
        "Señora Núñez: ¿cuánto?",
        "مرحبا بالعالم",
        "שלום עולם",
        "中文 日本語 한국어",
        "good 😀 👍🏽 🇲🇽",
        "a\u200bb \u202eevil\u202c",
        "nothing\ue000 has \U0001fae9 \U000e0041 a shape",
        "#set page() $x$ *not bold* @ref <label> \\ // comment",
        "\N{REPLACEMENT CHARACTER}\uffff\x0b",
        "x" * 3000,
    ],
)
def test_no_typed_character_takes_a_paper_away(words: str):
    blocks = (
        Heading(2, words[:40]) if words[0] == "x" else Heading(1, words),
        Paragraph(words, words),
        Bullets((words,)),
        Table(words, ("A", words), ((words, words),)),
        BarChart(
            caption=words,
            description=words,
            bars=(Bar(label=words, text=words, value=0.5, low=0.1, high=0.9),),
            axis=(Tick(0, words),),
        ),
        Signatures((words,), "Signature", "Date"),
    )
    reader = read_paper(Heading(1, "First"), *blocks)

    assert "Signature" in read_words(reader)


def test_what_is_typed_is_not_read_as_a_layout():
    words = "#set page() $x$ *not bold* @ref <label> // comment"

    assert words in read_words(read_paper(Paragraph(words)))


def test_a_character_without_a_shape_prints_as_its_code():
    assert "here: [U+E000]." in read_words(read_paper(Paragraph("here: \ue000.")))
    assert replace_missing_characters("plain é 中", large=False) == "plain é [U+4E2D]"
    assert replace_missing_characters("plain é 中", large=True) == "plain é 中"


MEASURED = '''
from datetime import UTC, datetime
from crrubric.reports.documents.layouts import lay_out_pdf

def measure():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

layout = b"""#set document(title: "A")
#for part in range(12) [= #part
#sys.inputs.text #lorem(2000)]"""
sizes = []
for number in range(6):
    lay_out_pdf(layout, f"Paper {number}. ", moment=datetime(2026, 11, 30, tzinfo=UTC))
    sizes.append(measure())
print(sizes[-1] - sizes[0])
'''


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory there is")
def test_papers_that_are_made_leave_no_memory_behind():
    """What typst keeps of one paper for the next ten would be some 50 MB for each."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True
    )

    assert int(done.stdout) < 20_000  # kB
