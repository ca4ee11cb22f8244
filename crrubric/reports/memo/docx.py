"""The memo as a Word document: real headings, repeating header rows, language and title set."""

import io
import zipfile
from datetime import datetime, time

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from crrubric.domain.memo.tree import (
    Block,
    Bullets,
    Heading,
    Memo,
    MemoStatus,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
)
from crrubric.domain.text import replace_control_characters

INK = RGBColor(0x1D, 0x27, 0x33)
ACCENT = RGBColor(0x14, 0x50, 0x6B)
WASH = "F1EEE8"
FONT = "Calibri"
# The oldest moment that a ZIP file can hold: the same memo gives the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
MARGIN = Cm(2.2)
WIDE_LETTER = 0.6  # of the size of the letters: room enough for most words, bold ones too
CELL_PADDING = Pt(14)
LONG_TEXT = 40  # letters; a longer text runs over several lines
WIDE = 6  # a table of more columns turns the pages on their side


def render_memo_docx(memo: Memo) -> bytes:
    """The memo as the bytes of a .docx file; the same memo gives the same bytes."""
    document = Document()
    set_up_document(document, memo)
    title = document.add_paragraph(style="Title")
    title.add_run(replace_control_characters(memo.title))
    document.add_paragraph(
        replace_control_characters(f"{memo.organization} · {memo.on.isoformat()}"), style="Subtitle"
    )
    for block in memo.blocks:
        draw_block(document, block)
    out = io.BytesIO()
    document.save(out)
    return fix_archive_times(out.getvalue())


def set_up_document(document: DocumentType, memo: Memo) -> None:
    """Page, styles, properties, the stamp and page number of every page."""
    section = document.sections[0]
    columns = max((len(b.header) for b in memo.blocks if isinstance(b, Table)), default=1)
    if columns > WIDE:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Cm(27.94), Cm(21.59)
    else:
        section.page_width, section.page_height = Cm(21.59), Cm(27.94)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = Cm(2)
    style_document(document)
    set_document_language(document, memo.language)
    about = document.core_properties
    about.title, about.author = (
        replace_control_characters(memo.title),
        replace_control_characters(memo.organization),
    )
    about.subject, about.language = memo.status.value, memo.language
    about.last_modified_by = about.comments = ""
    about.created = about.modified = datetime.combine(memo.on, time())
    head = section.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = head.add_run(memo.stamp)
    run.bold = memo.status is MemoStatus.DRAFT
    run.font.color.rgb = RGBColor(0x9C, 0x3D, 0x0C) if memo.status is MemoStatus.DRAFT else ACCENT
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_page_number(foot)


def style_document(document: DocumentType) -> None:
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


def set_document_language(document: DocumentType, language: str) -> None:
    """The language that a screen reader and the spelling check use."""
    tag = language if "-" in language else {"en": "en-US", "es": "es-US"}.get(language, language)
    properties = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    found = properties.find(qn("w:lang"))
    if found is None:
        found = OxmlElement("w:lang")
        properties.append(found)
    found.set(qn("w:val"), tag)


def add_page_number(paragraph: DocxParagraph) -> None:
    """A field that Word fills with the number of the page."""
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._r.append(mark)


def draw_block(document: DocumentType, block: Block) -> None:
    """One block at the end of the document."""
    match block:
        case Heading(level, text):
            document.add_heading(replace_control_characters(text), level)
        case Paragraph(text, lead):
            draw_paragraph(document, text, lead)
        case Bullets(items):
            draw_bullets(document, items)
        case Table():
            draw_table(document, block)
        case PageBreak():
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        case Signatures():
            draw_signatures(document, block)


def draw_paragraph(document: DocumentType, text: str, lead: str) -> None:
    """A paragraph that may begin with a bold label; a label alone stays with what follows."""
    paragraph = document.add_paragraph()
    if lead:
        paragraph.add_run(replace_control_characters(lead) + (" " if text else "")).bold = True
        paragraph.paragraph_format.keep_with_next = not text
    paragraph.add_run(replace_control_characters(text))


def draw_bullets(document: DocumentType, items: tuple[str, ...]) -> None:
    """A list."""
    for item in items:
        document.add_paragraph(replace_control_characters(item), style="List Bullet")


def draw_table(document: DocumentType, block: Table) -> None:
    """A table with its caption above, a header row that repeats, rows that don't break."""
    caption = document.add_paragraph(replace_control_characters(block.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(block.header))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    small = Pt(9) if len(block.header) > 3 else Pt(10)
    describe_table(table._tbl, block.caption)
    table.autofit = False
    section = document.sections[0]
    room = compute_column_widths(block, int(section.page_width or 0) - 2 * MARGIN, small)
    for column, width in zip(table.columns, room, strict=True):
        column.width = width
    head = table.rows[0]
    flag_row(head._tr, "w:tblHeader")
    for cell, text, width in zip(head.cells, block.header, room, strict=True):
        write_table_cell(cell, text, small, bold=True)
        shade_cell(cell)
        cell.width = width
    for row in block.rows:
        drawn = table.add_row()
        flag_row(drawn._tr, "w:cantSplit")
        for place, (cell, text) in enumerate(zip(drawn.cells, row, strict=True)):
            write_table_cell(cell, text, small, bold=place == 0)
            cell.width = room[place]
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def compute_column_widths(block: Table, room: int, size: Pt) -> list[Emu]:
    """A width for each column; together all of `room`.

    Each gets what its longest word needs, so that none is broken. What is left over goes to the
    columns by how much more than that their longest text would fill, within reason.
    """
    columns = list(zip(block.header, *block.rows, strict=True))
    letter = int(size * WIDE_LETTER)
    needs = [
        letter * max(len(word) for text in texts for word in text.split() or [""]) + CELL_PADDING
        for texts in columns
    ]
    if sum(needs) >= room:
        return [Emu(room * need // sum(needs)) for need in needs]
    wants = [
        max(0, letter * min(max(map(len, texts)), LONG_TEXT) + CELL_PADDING - need) + letter
        for texts, need in zip(columns, needs, strict=True)
    ]
    spare = room - sum(needs)
    return [Emu(need + spare * want // sum(wants)) for need, want in zip(needs, wants, strict=True)]


def write_table_cell(cell: _Cell, text: str, size: Pt, *, bold: bool) -> None:
    """Text in a cell."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(replace_control_characters(text))
    run.font.size, run.bold = size, bold


def shade_cell(cell: _Cell) -> None:
    """The ground of a header cell."""
    ground = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", WASH)):
        ground.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(ground)


def flag_row(row: object, name: str) -> None:
    """Mark a row as a repeating header, or as one that doesn't break over pages."""
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row.get_or_add_trPr().append(mark)  # type: ignore[attr-defined]  # an lxml element


def describe_table(table: object, text: str) -> None:
    """What a screen reader says of the table."""
    properties = table.tblPr  # type: ignore[attr-defined]  # an lxml element
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), replace_control_characters(text))
    properties.append(caption)


def draw_signatures(document: DocumentType, block: Signatures) -> None:
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
