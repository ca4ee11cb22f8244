"""A paper as a Word document: real headings, repeating header rows, language and title set."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from functools import cache
from itertools import repeat
from pathlib import Path

import docx
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from crrubric.domain.documents.logos import Logo
from crrubric.domain.documents.tree import (
    BarChart,
    Block,
    Bullets,
    ByHand,
    Choices,
    Contents,
    Document,
    DocumentStatus,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
    Tone,
    WritingLines,
)
from crrubric.domain.text import replace_control_characters
from crrubric.reports.documents.columns import compute_column_shares
from crrubric.reports.documents.pictures import draw_chart_picture

INK = RGBColor(0x1D, 0x27, 0x33)
ACCENT = RGBColor(0x14, 0x50, 0x6B)
WASH, LINE = "F1EEE8", "C9C4BA"
VOTES = re.compile("(?<=[0-9])–(?=[0-9])")  # a line may end after an en dash
# The order of what is said of a table (ECMA-376, CT_TblPr).
TABLE_PROPERTIES = tuple(
    map(
        qn,
        (
            "w:tblStyle", "w:tblpPr", "w:tblOverlap", "w:bidiVisual", "w:tblStyleRowBandSize",
            "w:tblStyleColBandSize", "w:tblW", "w:jc", "w:tblCellSpacing", "w:tblInd",
            "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption",
            "w:tblDescription",
        ),
    )
)  # fmt: skip
TONES = {
    Tone.GOOD: ("E3EFF6", RGBColor(0x0F, 0x5F, 0x8C)),
    Tone.BAD: ("FBEAE1", RGBColor(0x9C, 0x3D, 0x0C)),
    Tone.OPEN: ("FBF1CF", RGBColor(0x6B, 0x52, 0x00)),
    Tone.NEUTRAL: ("ECEAE6", RGBColor(0x56, 0x5B, 0x63)),
}
FONT = "Calibri"
# The oldest moment that a ZIP file can hold: the same paper gives the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
MARGIN = Cm(2.2)
CHART_WIDTH = Cm(17)
LINE_LETTERS = 80  # of a line to write on
CELL_PADDING = Pt(14)
WIDE = 6  # a table of more columns turns the pages on their side


def render_docx(paper: Document, *, templates: Path) -> bytes:
    """The paper as the bytes of a .docx file; the same paper gives the same bytes.

    Args: templates: the folder that holds the layout of charts.
    """
    word = docx.Document()
    set_up_document(word, paper)
    if paper.logo is not None:
        draw_logo(word, paper.logo)
    title = word.add_paragraph(style="Title")
    title.add_run(replace_control_characters(paper.title))
    add_styled(word, paper.subtitle, "Subtitle")
    for block in paper.blocks:
        if isinstance(block, Contents):
            draw_contents(word, block.title, paper.list_sections())
        elif isinstance(block, BarChart):
            draw_chart(word, block, draw_chart_picture(block, templates=templates))
        else:
            draw_block(word, block)
    out = io.BytesIO()
    word.save(out)
    return fix_archive_times(out.getvalue())


def add_styled(document: WordFile, text: str, style: str) -> DocxParagraph:
    """A paragraph in a style, at the end of the document."""
    paragraph = document.add_paragraph(replace_control_characters(text))
    paragraph._p.style = find_style_id(style)
    return paragraph


@cache
def find_style_id(name: str) -> str:
    """What the template, which every document begins as, calls a style.

    Looked up once: the library searches all styles for each paragraph.
    """
    return str(docx.Document().styles[name].style_id)


def draw_logo(document: WordFile, logo: Logo) -> None:
    """The logo in a paragraph of its own, with its words for whoever can’t see it."""
    picture = document.add_paragraph().add_run().add_picture(io.BytesIO(logo.body), height=Cm(1.2))
    picture._inline.docPr.set("descr", replace_control_characters(logo.words))


def set_up_document(document: WordFile, paper: Document) -> None:
    """Page, styles, properties, the stamp and page number of every page."""
    section = document.sections[0]
    columns = max((len(b.header) for b in paper.blocks if isinstance(b, Table)), default=1)
    if columns > WIDE:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Cm(27.94), Cm(21.59)
    else:
        section.page_width, section.page_height = Cm(21.59), Cm(27.94)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = Cm(2)
    style_document(document)
    set_document_language(document, paper.language)
    about = document.core_properties
    about.title, about.author = (
        replace_control_characters(paper.title),
        replace_control_characters(paper.organization),
    )
    about.subject, about.language = paper.status.value, paper.language
    about.last_modified_by = about.comments = ""
    about.created = about.modified = datetime.combine(paper.on, time())
    head = section.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = head.add_run(paper.stamp)
    run.bold = paper.status is DocumentStatus.DRAFT
    run.font.color.rgb = (
        RGBColor(0x9C, 0x3D, 0x0C) if paper.status is DocumentStatus.DRAFT else ACCENT
    )
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number_pages(foot, paper.page_label)


def style_document(document: WordFile) -> None:
    """Type and spacing, calm and readable."""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = FONT, Pt(11), INK
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(6)
    for name, size in (("Title", 22), ("Subtitle", 11), ("Heading 1", 15), ("Heading 2", 12.5)):
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.color.rgb = ACCENT if name.startswith("Heading") else INK
        style.font.italic = False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        fonts.set(qn("w:ascii"), FONT)
        fonts.set(qn("w:hAnsi"), FONT)
    document.styles["Heading 1"].paragraph_format.space_before = Pt(16)


def set_document_language(document: WordFile, language: str) -> None:
    """The language that a screen reader and the spelling check use."""
    tag = language if "-" in language else {"en": "en-US", "es": "es-US"}.get(language, language)
    properties = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    found = properties.find(qn("w:lang"))
    if found is None:
        found = OxmlElement("w:lang")
        properties.append(found)
    found.set(qn("w:val"), tag)


def number_pages(paragraph: DocxParagraph, label: str) -> None:
    """The words of a page's number, in which Word counts."""
    fields = {"%(page)s": "PAGE", "%(pages)s": "NUMPAGES"}
    for part in re.split(r"(%\(pages?\)s)", label):
        if part in fields:
            add_field(paragraph, fields[part])
        else:
            paragraph.add_run(part)


def add_field(paragraph: DocxParagraph, code: str, shown: str = "") -> None:
    """A field that Word fills; until it does, `shown` stands there."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", shown), ("end", "")):
        run = paragraph.add_run(text if kind == "shown" else "")
        if kind == "shown":
            continue
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._r.append(mark)


def draw_contents(document: WordFile, title: str, headings: Sequence[str]) -> None:
    """A table of contents; Word adds the numbers of the pages when it is updated."""
    add_styled(document, title, "TOC Heading")
    shown = "\n".join(map(replace_control_characters, headings))
    add_field(document.add_paragraph(), r'TOC \o "1-1" \h \z', shown)


def draw_block(document: WordFile, block: Block) -> None:
    """One block at the end of the document."""
    match block:
        case Heading(level, text):
            add_styled(document, text, f"Heading {level}")
        case Paragraph(text, lead):
            draw_paragraph(document, text, lead)
        case Bullets(items):
            draw_bullets(document, items)
        case Table():
            draw_table(document, block)
        case PageBreak():
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        case Choices() | Signatures() | WritingLines():
            draw_by_hand(document, block)


def draw_by_hand(document: WordFile, block: ByHand) -> None:
    """What is filled in on paper."""
    match block:
        case Choices(options):
            boxes = "\u2003".join(f"☐ {option}" for option in options)
            document.add_paragraph(replace_control_characters(boxes))
        case WritingLines(label, count):
            document.add_paragraph(replace_control_characters(label))
            for _ in range(count):
                document.add_paragraph("_" * LINE_LETTERS)
        case Signatures():
            draw_signatures(document, block)


def draw_paragraph(document: WordFile, text: str, lead: str) -> None:
    """A paragraph that may begin with a bold label; a label alone stays with what follows."""
    paragraph = document.add_paragraph()
    if lead:
        paragraph.add_run(replace_control_characters(lead) + (" " if text else "")).bold = True
        paragraph.paragraph_format.keep_with_next = not text
    paragraph.add_run(replace_control_characters(text))


def draw_bullets(document: WordFile, items: tuple[str, ...]) -> None:
    """A list."""
    for item in items:
        add_styled(document, item, "List Bullet")


def draw_chart(document: WordFile, block: BarChart, png: bytes) -> None:
    """A picture with its caption above and its description for who does not see it."""
    caption = add_styled(document, block.caption, "Caption")
    caption.paragraph_format.keep_with_next = True
    section = document.sections[0]
    width = Emu(int(section.page_width or 0) - 2 * MARGIN)
    picture = document.add_picture(io.BytesIO(png), min(width, CHART_WIDTH))
    about = picture._inline.docPr
    about.set("descr", replace_control_characters(block.description))
    about.set("title", replace_control_characters(block.caption))


def draw_table(document: WordFile, block: Table) -> None:
    """A table with its caption above, a header row that repeats, rows that don't break."""
    caption = add_styled(document, block.caption, "Caption")
    caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(block.header))
    loosen_table(table._tbl)
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    small = Pt(9) if len(block.header) > 3 else Pt(10)
    describe_table(table._tbl, block.caption)
    table.autofit = False
    section = document.sections[0]
    whole = int(section.page_width or 0) - 2 * MARGIN
    shares = compute_column_shares(block, room=whole, size=small, padding=CELL_PADDING)
    room = [Emu(int(whole * share)) for share in shares]
    for column, width in zip(table.columns, room, strict=True):
        column.width = width
    head = table.rows[0]
    flag_row(head._tr, "w:tblHeader")
    for cell, text, width in zip(head.cells, block.header, room, strict=True):
        write_table_cell(cell, text, small, bold=True)
        shade_cell(cell, WASH)
        cell.width = width
    plain = (None,) * (len(block.header) - 1)
    for row, tones in zip(block.rows, block.tones or repeat(plain), strict=False):
        drawn = table.add_row()
        flag_row(drawn._tr, "w:cantSplit")
        cells = zip(drawn.cells, row, (None, *tones), room, strict=True)
        for place, (cell, text, tone, width) in enumerate(cells):
            write_table_cell(cell, text, small, bold=place == 0, tone=tone)
            cell.width = width
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def write_table_cell(
    cell: _Cell, text: str, size: Pt, *, bold: bool, tone: Tone | None = None
) -> None:
    """Text in a cell, on the ground of its tone."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(keep_votes_in_line(replace_control_characters(text)))
    run.font.size, run.bold = size, bold
    if tone is not None:
        ground, ink = TONES[tone]
        shade_cell(cell, ground)
        run.font.color.rgb = ink


def keep_votes_in_line(text: str) -> str:
    """The text in which “2–1” is not torn: a word joiner on both sides of each dash in numbers."""
    return VOTES.sub("\u2060–\u2060", text)


def shade_cell(cell: _Cell, color: str) -> None:
    """The ground of a cell. Args: color: in hexadecimal."""
    ground = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", color)):
        ground.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(ground)


def flag_row(row: object, name: str) -> None:
    """Mark a row as a repeating header, or as one that doesn't break over pages."""
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row.get_or_add_trPr().append(mark)  # type: ignore[attr-defined]  # an lxml element


def loosen_table(table: object) -> None:
    """Thin lines between rows alone, and room above and below the words of a cell."""
    properties = table.tblPr  # type: ignore[attr-defined]  # an lxml element
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", LINE)):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 50), ("left", 90), ("bottom", 50), ("right", 90)):
        room = OxmlElement(f"w:{side}")
        room.set(qn("w:w"), str(width))  # twentieths of a point
        room.set(qn("w:type"), "dxa")
        margins.append(room)
    for part in (borders, margins):
        put_in_order(properties, part)


def put_in_order(properties: BaseOxmlElement, part: BaseOxmlElement) -> None:
    """Add a property of a table where the format wants it: Word refuses another order."""
    later = TABLE_PROPERTIES[TABLE_PROPERTIES.index(part.tag) + 1 :]
    following = next((one for one in properties if one.tag in later), None)
    if following is None:
        properties.append(part)
    else:
        following.addprevious(part)


def describe_table(table: object, text: str) -> None:
    """What a screen reader says of the table."""
    properties = table.tblPr  # type: ignore[attr-defined]  # an lxml element
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), replace_control_characters(text))
    put_in_order(properties, caption)


def draw_signatures(document: WordFile, block: Signatures) -> None:
    """A line to sign for each."""
    table = document.add_table(rows=0, cols=3)
    describe_table(table._tbl, block.sign)
    for name in block.names:
        cells = table.add_row().cells
        flag_row(table.rows[-1]._tr, "w:cantSplit")
        write_table_cell(cells[0], name, Pt(11), bold=True)
        write_table_cell(
            cells[1], f"\n\n____________________________\n{block.sign}", Pt(10), bold=False
        )
        write_table_cell(cells[2], f"\n\n________________\n{block.dated}", Pt(10), bold=False)


def fix_archive_times(archive: bytes) -> bytes:
    """The ZIP archive with fixed times in it."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.infolist():
            fixed = zipfile.ZipInfo(item.filename, EPOCH)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, source.read(item.filename))
    return out.getvalue()
