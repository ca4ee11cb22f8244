"""The logo of a district: which pictures can be one, and how large it is drawn."""

import struct
from base64 import b64encode
from dataclasses import dataclass

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
JPEG_HEAD = b"\xff\xd8\xff"
FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive; no program writes others
SEGMENTS = 1_000  # of a JPEG file, before its frame
WIDEST, TALLEST = 640, 192  # pixels of the logo as it is kept
WIDE_RATIO, TALL_RATIO = 8, 3  # how many times as wide as high, and the other way round, at most
NO_PICTURE = N_("Choose a PNG or JPEG file: this is neither, or it is damaged.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A logo as pages and papers draw it: a PNG file that we wrote ourselves.

    width, height: in pixels; words: what stands for it where it can't be seen.
    """

    body: bytes
    width: int
    height: int
    words: str

    @property
    def base64(self) -> str:
        """The file as text, for pages that hold it themselves."""
        return b64encode(self.body).decode("ascii")


def read_picture_size(data: bytes) -> tuple[int, int]:
    """(width, height) of a PNG or JPEG file, in pixels, told by its head; nothing is unpacked.

    Raises: Invalid (field "file") for anything else.
    """
    if data.startswith(PNG_HEAD) and len(data) >= 33 and data[12:16] == b"IHDR":
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    if data.startswith(JPEG_HEAD):
        return _read_jpeg_size(data)
    raise Invalid(NO_PICTURE, field="file")


def _read_jpeg_size(data: bytes) -> tuple[int, int]:
    """What the first frame says. Raises: Invalid where there is none."""
    at = 2
    for _segment in range(SEGMENTS):
        if at + 9 > len(data) or data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker in FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width), int(height)
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        if length < 2:
            break
        at += 2 + length
    raise Invalid(NO_PICTURE, field="file")


def require_logo_size(data: bytes) -> tuple[int, int]:
    """(width, height) in which a picture is kept: as it is, or smaller, its shape unchanged.

    Raises: Invalid (field "file") for a file that is too large or is none, and for a picture with
    too many pixels or of a shape that fits no heading.
    """
    if len(data) > limits.LOGO_BYTES:
        raise Invalid(
            N_("This file is too large: at most %(most)s kB."),
            most=limits.LOGO_BYTES // 1000,
            field="file",
        )
    width, height = read_picture_size(data)
    least, most = limits.LOGO_PIXELS.least, limits.LOGO_PIXELS.most
    if not (least <= width <= most and least <= height <= most):
        raise Invalid(
            N_("The picture has %(width)s × %(height)s pixels: each must be from %(least)s to"
               " %(most)s."),
            width=width, height=height, least=least, most=most, field="file",
        )  # fmt: skip
    if width > WIDE_RATIO * height or height > TALL_RATIO * width:
        raise Invalid(
            N_("Choose a picture that is at most 8 times as wide as high, or 3 times as high as"
               " wide."),
            field="file",
        )  # fmt: skip
    share = min(1.0, WIDEST / width, TALLEST / height)
    return max(1, round(width * share)), max(1, round(height * share))
