"""Word and Excel files looked at as archives: really unpacked, piece by piece, within limits.

What the archive says of itself is believed nowhere: sizes are counted, checksums computed. The XML
inside is not parsed; that it declares no entities is seen from the bytes.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import FileKind

REFUSED = N_(
    "This is not a file that can be attached: it must be a PDF, a PNG or JPEG picture, a Word "
    "document (.docx), an Excel workbook (.xlsx) or a table (.csv)."
)
TOO_MUCH = N_("Unpacked, this file is too large. Save it as a PDF and attach that.")
MACROS = N_("This file holds macros. Save it without them, or as a PDF.")
LOCKED = N_("This file is locked with a password. Save it without one, or as a PDF.")
CONTENTS = "[Content_Types].xml"
MAIN = {"word/document.xml": FileKind.DOCX, "xl/workbook.xml": FileKind.XLSX}
DIRECTORY_MAX = 1024 * 1024  # bytes of the list of contents
PIECE = 64 * 1024
_XML = (".xml", ".rels", ".vml")
_DECLARES = (b"<!DOCTYPE", b"<!ENTITY")
_END = struct.Struct("<4s4H2IH")  # the record that ends an archive
_LOCAL = struct.Struct("<4s5H3I2H")  # the header before each entry


def detect_office_kind(data: bytes) -> FileKind:
    """Whether the archive is a Word document or an Excel workbook.

    Raises: Invalid (field "file") if it is neither, or holds macros, a password, odd names, an
    XML with a DOCTYPE, or more than it should when unpacked.
    """
    try:
        entries = _list_archive_entries(data)
        names = [entry.orig_filename for entry in entries]
        _refuse_entry_names(names)
        unpacked = 0
        for entry in entries:
            unpacked += _check_archive_entry(data, entry, limits.FILE_UNPACKED - unpacked)
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError):
        raise Invalid(REFUSED, field="file") from None
    kinds = [kind for name, kind in MAIN.items() if name in names]
    if CONTENTS not in names or len(kinds) != 1:
        raise Invalid(REFUSED, field="file")
    return kinds[0]


def _list_archive_entries(data: bytes) -> list[zipfile.ZipInfo]:
    """The contents of an archive that fills the file from its first byte to its last."""
    mark, _disk, _first, _here, count, size, offset, _comment = _END.unpack(data[-_END.size :])
    whole = mark == b"PK\x05\x06" and offset + size + _END.size == len(data)
    if not whole or size > DIRECTORY_MAX or count > limits.FILE_ENTRIES:
        raise zipfile.BadZipFile
    entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    if len(entries) != count:
        raise zipfile.BadZipFile
    if any(entry.flag_bits & 1 for entry in entries):
        raise Invalid(LOCKED, field="file")
    if sum(entry.file_size for entry in entries) > limits.FILE_UNPACKED:
        raise Invalid(TOO_MUCH, field="file")
    return entries


def _refuse_entry_names(names: list[str]) -> None:
    """Raise BadZipFile for names that lead out, hide or come twice; Invalid for macros."""
    low = [name.casefold() for name in names]
    if any("vbaproject" in name for name in low):
        raise Invalid(MACROS, field="file")
    odd = any(
        "\\" in name or "\0" in name or ":" in name or name.startswith("/")
        or ".." in name.split("/") or len(name) > 255
        for name in names
    )  # fmt: skip
    if odd or len(set(low)) != len(low):
        raise zipfile.BadZipFile


def _check_archive_entry(data: bytes, entry: zipfile.ZipInfo, most: int) -> int:
    """How many bytes the entry really unpacks to. Raises: Invalid, BadZipFile."""
    is_xml = entry.orig_filename.casefold().endswith(_XML)
    is_list = entry.orig_filename == CONTENTS
    size, crc, end = 0, 0, b""
    for piece in _unpack_entry(data, entry):
        size += len(piece)
        if size > most:
            raise Invalid(TOO_MUCH, field="file")
        crc = zlib.crc32(piece, crc)
        if is_xml:  # in UTF-16 every other byte is empty
            seen = end + piece.replace(b"\0", b"").upper()
            if any(word in seen for word in _DECLARES):
                raise zipfile.BadZipFile
            if is_list and b"MACROENABLED" in seen:
                raise Invalid(MACROS, field="file")
            end = seen[-16:]
    if (size, crc) != (entry.file_size, entry.CRC):
        raise zipfile.BadZipFile
    return size


def _unpack_entry(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of one entry, a piece at a time, up to where its packed bytes end."""
    head = _LOCAL.unpack(data[entry.header_offset : entry.header_offset + _LOCAL.size])
    begin = entry.header_offset + _LOCAL.size + head[-2] + head[-1]
    name = data[entry.header_offset + _LOCAL.size :][: head[-2]]
    packed = memoryview(data)[begin : begin + entry.compress_size]
    encoding = "utf-8" if entry.flag_bits & 0x800 else "cp437"
    if head[0] != b"PK\x03\x04" or name.decode(encoding) != entry.orig_filename:
        raise zipfile.BadZipFile
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + PIECE]) for at in range(0, len(packed), PIECE))
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), PIECE):
        rest = bytes(packed[at : at + PIECE])
        while rest and not inflate.eof:
            yield inflate.decompress(rest, PIECE)
            rest = inflate.unconsumed_tail
    yield inflate.flush()
    if not inflate.eof or inflate.unused_data:
        raise zipfile.BadZipFile
