"""What was read of a workbook, kept beside it: the steps of an import parse it once.

openpyxl takes seconds for what is read here in tenths. The form is lines of JSON, packed: which
file it is of, then each sheet and its rows.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256

from crrubric.domain import limits

Sheets = dict[str, list[list[str]]]  # the rows of each sheet, by its name
FORM = (
    1  # another one as soon as workbooks are read otherwise, or what is read is written otherwise
)
MOST_PACKED = limits.DRAFT_BYTES  # what has more is not kept, and is parsed anew at each step
MOST_UNPACKED = 80 * limits.MEGABYTE
QUICK = 1  # of the nine levels of packing
BROKEN = (zlib.error, ValueError, TypeError, KeyError, AttributeError)


def pack_sheets(sheets: Mapping[str, list[list[str]]], body: bytes) -> bytes | None:
    """What was read of this file; None where it is too much to be kept."""
    packer, found, plain = zlib.compressobj(QUICK), bytearray(), 0
    for line in _iterate_kept_lines(sheets, body):
        plain += len(line)
        found += packer.compress(line)
        if plain > MOST_UNPACKED or len(found) > MOST_PACKED:
            return None
    found += packer.flush()
    return bytes(found) if len(found) <= MOST_PACKED else None


def unpack_sheets(packed: bytes | None, body: bytes) -> Sheets | None:
    """What was read of this file; None where nothing was kept of it, or in another form."""
    if packed is None:
        return None
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(packed, MOST_UNPACKED)
        if not unpacker.eof:
            return None
        first, *lines = plain.splitlines()
        if json.loads(first) != _name_file(body):
            return None
        return _read_kept_lines(lines)
    except BROKEN:
        return None


def _name_file(body: bytes) -> list[int | str]:
    return [FORM, sha256(body).hexdigest()]


def _iterate_kept_lines(sheets: Mapping[str, list[list[str]]], body: bytes) -> Iterator[bytes]:
    """A list of the form and the file; a text for each sheet; a list for each of its rows."""
    yield _write_line(_name_file(body))
    for name, rows in sheets.items():
        yield _write_line(name)
        for row in rows:
            yield _write_line(row)


def _write_line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def _read_kept_lines(lines: list[bytes]) -> Sheets:
    """Raises: one of BROKEN."""
    found: Sheets = {}
    rows: list[list[str]] = []
    for line in lines:
        value = json.loads(line)
        if isinstance(value, str):
            rows = found[value] = []
        else:
            rows.append([*value])
    return found
