"""A paper as an accessible PDF file (PDF/UA-1): tagged, with a language, a title and bookmarks.

The layout is `templates/documents/paper.typ`. The same paper gives the same bytes.
"""

import io
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from itertools import repeat
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
)

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
    WritingLines,
)
from crrubric.domain.text import replace_control_characters
from crrubric.reports.documents.columns import compute_column_shares
from crrubric.reports.documents.layouts import lay_out_pdf, read_layout
from crrubric.reports.documents.pictures import describe_chart

UPRIGHT, TURNED = 487.0, 667.0  # points between the margins of a page
PADDING = 10.0  # of a cell, left and right together
DATA_CELL, ROW = NameObject("/TD"), NameObject("/Row")
FEW, MANY = 4, 6  # columns: up to here letters are larger; with more the page is turned


def render_pdf(document: Document, *, templates: Path) -> bytes:
    """The paper as the bytes of a PDF file. Args: templates: the folder that holds the layout."""
    paper = json.dumps(_describe_paper(document), ensure_ascii=False)
    noon = datetime.combine(document.on, time(12), UTC)
    layout = read_layout(templates, "chart.typ", "paper.typ")
    return tag_row_headers(lay_out_pdf(layout, paper, moment=noon))


def _describe_paper(document: Document) -> dict[str, Any]:
    """What the layout is given."""
    language, _, region = document.language.partition("-")
    return {
        "title": _clean(document.title),
        "subtitle": _describe_words(document.subtitle),
        "organization": _clean(document.organization),
        "stamp": _clean(document.stamp),
        "large": document.large_type,
        "draft": document.status is DocumentStatus.DRAFT,
        "lang": language,
        "region": region.upper() or None,
        "day": (document.on.year, document.on.month, document.on.day),
        "page_label": document.page_label,
        "logo": _describe_logo(document.logo),
        "blocks": list(_group_blocks(document.blocks)),
    }


def _describe_logo(logo: Logo | None) -> dict[str, Any] | None:
    """The picture, byte by byte, with what stands for it."""
    return None if logo is None else {"body": list(logo.body), "words": _clean(logo.words)}


def _group_blocks(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    """The blocks; a table on a turned page takes the headings right before it with it."""
    headings: list[dict[str, Any]] = []
    for block, after in zip(blocks, (*blocks[1:], None), strict=True):
        described = _describe_block(block)
        if isinstance(block, Paragraph):  # a question stays with its boxes
            described["sticky"] = isinstance(after, Choices)
        if isinstance(block, Heading):
            headings.append(described)
        elif isinstance(block, Table) and len(block.header) > MANY:
            yield {"kind": "turned", "blocks": [*headings, described]}
            headings = []
        else:
            yield from headings
            yield described
            headings = []
    yield from headings


def _describe_block(block: Block) -> dict[str, Any]:
    """One block for the layout."""
    match block:
        case Heading(level, text):
            return {"kind": "heading", "level": level, "words": _describe_words(text)}
        case Paragraph(text, lead):
            words, label = _describe_words(text), _describe_words(lead)
            return {"kind": "paragraph", "lead": label, "words": words}
        case Bullets(items):
            return {"kind": "bullets", "items": [_describe_words(item) for item in items]}
        case Table():
            return _describe_table(block)
        case BarChart():
            caption, alt = _describe_words(block.caption), _clean(block.description)
            return {"kind": "chart", "caption": caption, "alt": alt} | describe_chart(block)
        case _:
            return _describe_frame(block)


def _describe_frame(
    block: Contents | PageBreak | ByHand,
) -> dict[str, Any]:
    """A block that holds no text of the paper's own."""
    match block:
        case Contents(title):
            return {"kind": "contents", "title": _describe_words(title)}
        case PageBreak():
            return {"kind": "break"}
        case Choices(options):
            return {"kind": "choices", "options": [_describe_words(one) for one in options]}
        case WritingLines(label, count):
            return {"kind": "lines", "label": _describe_words(label), "count": count}
        case Signatures(names, sign, dated):
            written = [_describe_words(name) for name in names]
            return {"kind": "signatures", "names": written, "sign": sign, "dated": dated}


def _describe_table(block: Table) -> dict[str, Any]:
    """A table with the shares of its columns and the tone of each cell."""
    columns = len(block.header)
    size = 9.5 if columns <= FEW else 8.5
    room = TURNED if columns > MANY else UPRIGHT
    plain = (None,) * (columns - 1)
    toned = zip(block.rows, block.tones or repeat(plain), strict=False)
    rows = [
        [
            _describe_words(text) | {"tone": tone and tone.value}
            for text, tone in zip(row, (None, *tones), strict=True)
        ]
        for row, tones in toned
    ]
    return {
        "kind": "table",
        "caption": _describe_words(block.caption),
        "header": [_describe_words(name) for name in block.header],
        "rows": rows,
        "size": size,
        "shares": compute_column_shares(block, room=room, size=size, padding=PADDING),
    }


def _describe_words(text: str) -> dict[str, Any]:
    """Words with the direction in which they are read: that of their first letter."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    first = next((one for one in directions if one in ("L", "R", "AL")), "L")
    return {"text": _clean(text), "rtl": first != "L"}


def _clean(text: str) -> str:
    return replace_control_characters(text)


def tag_row_headers(pdf: bytes) -> bytes:
    """The PDF file with the first cell of each row tagged as the header of that row.

    The layout can't say so itself. A screen reader tells the row with each of its cells then. The
    changed tags are appended, as the format lets one do (ISO 32000-1, 7.5.6): to write the file
    anew would take longer than to lay it out.
    """
    reader = PdfReader(io.BytesIO(pdf))
    changed: dict[int, DictionaryObject] = {}
    for row in _list_rows(reader.root_object["/StructTreeRoot"]):
        place, first = _list_children(row)[0]
        if first.get("/S") == DATA_CELL:
            scope = {NameObject("/O"): NameObject("/Table"), NameObject("/Scope"): ROW}
            first[NameObject("/S")] = NameObject("/TH")
            first[NameObject("/A")] = _join_attributes(first.get("/A"), DictionaryObject(scope))
            changed[place.idnum] = first
    return _append_objects(pdf, reader, changed) if changed else pdf


def _append_objects(pdf: bytes, reader: PdfReader, changed: Mapping[int, PdfObject]) -> bytes:
    """The file with new versions of some of its objects behind it, and where they are."""
    out = io.BytesIO()
    out.write(pdf + b"\n")
    table = []
    for number, value in sorted(changed.items()):
        table.append(f"{number} 1\n{out.tell():010} 00000 n\r\n")
        out.write(f"{number} 0 obj\n".encode())
        value.write_to_stream(out)
        out.write(b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n" + "".join(table).encode() + b"trailer\n")
    earlier = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    trailer = DictionaryObject(reader.trailer)
    trailer[NameObject("/Prev")] = NumberObject(earlier)
    trailer.write_to_stream(out)
    out.write(f"\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def _list_rows(root: Any) -> Iterator[DictionaryObject]:
    """The rows of all tables under an element of the structure tree."""
    waiting = [root.get_object()]
    while waiting:
        here = waiting.pop()
        if here.get("/S") == "/TR":
            yield here
        else:
            waiting += [element for _place, element in _list_children(here)]


def _list_children(element: DictionaryObject) -> list[tuple[IndirectObject, DictionaryObject]]:
    """The elements right under an element of the structure tree, without marked content."""
    below = element.get("/K", ArrayObject())
    every = below if isinstance(below, ArrayObject) else [below]
    return [
        (place, found)
        for place in every
        if isinstance(place, IndirectObject)
        and isinstance(found := place.get_object(), DictionaryObject)
        and "/S" in found
    ]


def _join_attributes(old: Any, new: DictionaryObject) -> PdfObject:
    """The attributes of an element and one more."""
    if old is None:
        return new
    old = old.get_object()
    return ArrayObject([*(old if isinstance(old, ArrayObject) else [old]), new])
