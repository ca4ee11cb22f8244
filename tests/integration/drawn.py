"""Pictures for tests, drawn by hand: PNG files of one color."""

import struct
import zlib


def draw_logo(
    color: tuple[int, int, int], *, width: int = 300, height: int = 100, comment: bytes = b""
) -> bytes:
    """A PNG file of one color. Args: comment: a text in it that nobody sees."""
    rows = b"".join(b"\0" + bytes(color) * width for _row in range(height))
    chunks = [
        _make_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        *([_make_chunk(b"tEXt", b"Comment\0" + comment)] if comment else []),
        _make_chunk(b"IDAT", zlib.compress(rows)),
        _make_chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _make_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
