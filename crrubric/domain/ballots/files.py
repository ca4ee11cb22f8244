"""What a file that somebody attaches really is, judged by its content; its name is only a name.

Nothing is rendered or run, no XML is parsed: bytes are looked at, archives unpacked in a stream.
"""

import csv
import io
import re
import struct
import unicodedata
import zipfile
import zlib

from crrubric.domain import limits
from crrubric.domain.ballots.office import REFUSED, detect_office_kind
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import FileKind

PNG = b"\x89PNG\r\n\x1a\n"
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
PIXELS_MAX = 100_000  # of width and of height
# Segments and fill bytes that are looked at for a frame; 255 of a color profile come before it, and
# some of 64 kB with words about the picture.
_JPEG_STEPS = 2_000
# Markers of JPEG that begin a frame, with its height and width; the others in that range do not.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# What text begins with when it is something else than a table.
_NO_TABLE = ("<", "#!", "{\\rtf", "%!ps", "mz", "gif8", "pk\x03\x04")
_TAGS = ("<!doctype", "<html", "<svg", "<script", "<?xml", "%pdf-")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_EXTENSIONS = {
    FileKind.PDF: ("pdf",),
    FileKind.PNG: ("png",),
    FileKind.JPEG: ("jpg", "jpeg"),
    FileKind.DOCX: ("docx",),
    FileKind.XLSX: ("xlsx",),
    FileKind.CSV: ("csv",),
}


def detect_file_kind(data: bytes, name: str) -> FileKind:
    """What the bytes are. Raises: Invalid (field "file") for what can't be attached, saying why.

    Args: name: as the browser sent it; only a table of plain text needs the right ending, since
    any text could be one.
    """
    if not data:
        raise Invalid(N_("This file is empty."), field="file")
    if len(data) > limits.FILE_BYTES:
        most = limits.FILE_BYTES // limits.MEGABYTE
        raise Invalid(N_("This file is too large: at most %(most)s MB."), most=most, field="file")
    if data.startswith(b"PK\x03\x04"):
        return detect_office_kind(data)
    for kind, looks_like in ((FileKind.PDF, _is_pdf), (FileKind.PNG, _is_png),
                             (FileKind.JPEG, _is_jpeg)):  # fmt: skip
        if looks_like(data):
            if zipfile.is_zipfile(io.BytesIO(data)):  # one file that two programs read differently
                break
            return kind
    if name.lower().endswith(".csv") and _is_table(data):
        return FileKind.CSV
    raise Invalid(REFUSED, field="file")


def _is_pdf(data: bytes) -> bool:
    """From its first byte to its last: nothing stands before the header or behind the end."""
    head = re.match(rb"%PDF-[12]\.\d", data)
    return head is not None and data[-1024:].rstrip(b"\r\n\t \0").endswith(b"%%EOF")


def _is_png(data: bytes) -> bool:
    """Signature, a sane header with the right checksum, and the end where the file ends."""
    if not data.startswith(PNG) or not data.endswith(PNG_END) or len(data) < 57:
        return False
    length, name, width, height, depth, color = struct.unpack(">I4sIIBB", data[8:26])
    (crc,) = struct.unpack(">I", data[29:33])
    return (
        (length, name) == (13, b"IHDR")
        and 0 < width <= PIXELS_MAX
        and 0 < height <= PIXELS_MAX
        and depth in {1, 2, 4, 8, 16}
        and color in {0, 2, 3, 4, 6}
        and zlib.crc32(data[12:29]) == crc
    )


def _is_jpeg(data: bytes) -> bool:
    """A chain of segments from the signature to a frame with a sane size, then an end."""
    if not data.startswith(b"\xff\xd8\xff"):
        return False
    at = 2
    for _step in range(_JPEG_STEPS):
        if at + 9 > len(data) or data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return height > 0 and width > 0 and data.rfind(b"\xff\xd9") > at
        if length < 2 or not 0xC4 <= marker <= 0xFE or 0xD0 <= marker <= 0xDA:
            return False
        at += 2 + length
    return False


def _is_table(data: bytes) -> bool:
    """Text in UTF-8, UTF-16 with its mark or Windows-1252, that is no page, picture or program."""
    encoding, text = decode_text(data)
    if text is None or _CONTROL.search(text):
        return False
    begin = text.lstrip("\ufeff \t\r\n")[:4096].lower()
    if not begin or begin.startswith(_NO_TABLE) or any(tag in begin for tag in _TAGS):
        return False
    try:
        # a StringIO of the text would be four bytes a character
        for _row in csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding, newline="")):
            pass
    except csv.Error:  # a cell longer than any cell is
        return False
    return True


def decode_text(data: bytes) -> tuple[str, str | None]:
    """(encoding, text) of a file with text; None for one that is in none of ours."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8", "cp1252"):
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "", None


def clean_file_name(sent: str, kind: FileKind) -> str:
    """The name that people see: no path, nothing unseen, of a fair length, ending as its kind."""
    last = re.split(r"[/\\]", sent)[-1]
    seen = (c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    name = " ".join("".join(seen).split()).rstrip(". ")
    stem, dot, ending = name.rpartition(".")
    endings = _EXTENSIONS[kind]
    if not dot or ending.lower() not in endings:
        stem, ending = name, endings[0]
    room = limits.FILE_NAME - len(ending) - 1
    return f"{stem[:room].strip('. ') or 'file'}.{ending}"
