"""Files as people attach them, and files as nobody should."""

import io
import struct
import zipfile
import zlib
from typing import Any

from openpyxl import Workbook

from crrubric.services.demo.files import make_small_pdf

TYPES = "[Content_Types].xml"
WORD = {TYPES: "<Types/>", "word/document.xml": "<w:document/>"}
EXCEL = {TYPES: "<Types/>", "xl/workbook.xml": "<workbook/>"}
CSV = b"Item,Price\r\nLibrary,31.00\r\n"


def pdf(words: str = "A report") -> bytes:
    return make_small_pdf([words])


def archive(parts: dict[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 1, height: int = 1) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0\xff\xff\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg(width: int = 1, height: int = 1) -> bytes:
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + app + frame + b"\xff\xda\0\x08\1\1\0\0?\0" + b"\x00" + b"\xff\xd9"


def lying(parts: dict[str, str | bytes], name: str, size: int) -> bytes:
    """An archive that says that the entry has this size when unpacked, with a fitting checksum."""
    data = bytearray(archive(parts))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as file:
        entry = file.getinfo(name)
        crc = zlib.crc32(file.read(name)[:size])
    place = data.rfind(b"PK\1\2", 0, data.rfind(name.encode()))
    struct.pack_into("<I", data, place + 16, crc)
    struct.pack_into("<I", data, place + 24, size)
    struct.pack_into("<I", data, entry.header_offset + 14, crc)
    struct.pack_into("<I", data, entry.header_offset + 22, size)
    return bytes(data)


def make_workbook(*sheets: list[list[Any]]) -> bytes:
    """An Excel workbook with these rows on its sheets; what begins with = is a text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    for cell in (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row):
        if isinstance(cell.value, str):
            cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
