"""The fonts of PDF files, and which characters they have.

They come from packages, never from the machine: the same paper looks the same everywhere, and has
the same bytes.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst

FIRST = "Noto Sans"
LAST = "Noto Sans Symbols, Noto Emoji"  # the pictures have digits, too

# Folders of fonts: the scripts of most letters, then, large, Chinese, Japanese and Korean.
SMALL, LARGE = "manimgx_fonts", "manimgx_fonts_cjk"
# Where these scripts begin: nothing before it is looked for in the large fonts.
FIRST_CJK = 0x1100
# What shapes or joins its neighbours, or breaks a line, and is not drawn itself.
_NOT_DRAWN = re.compile(
    "[\n\t\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)


def find_font_folder(package: str) -> Path:
    """Where a package keeps its fonts. It is not imported: it holds nothing but files."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {package} is not installed")
    return Path(spec.origin).parent


@cache
def list_characters(package: str) -> frozenset[int]:
    """The characters that the fonts of a package can draw."""
    from fontTools.ttLib import TTCollection, TTFont  # heavy: only when a PDF is made

    found: set[int] = set()
    for path in sorted(find_font_folder(package).iterdir()):
        if path.suffix == ".ttf":
            with TTFont(path, lazy=True) as font:
                found |= font.getBestCmap().keys()
        elif path.suffix == ".ttc":  # the faces of one collection differ in shapes, not in reach
            with TTCollection(path, lazy=True) as faces:
                found |= faces.fonts[0].getBestCmap().keys()
    return frozenset(found)


def needs_large_fonts(text: str) -> bool:
    """Whether some character is in none of the small fonts but may be in the large ones."""
    if text.isascii():
        return False
    small = list_characters(SMALL)
    return any(code >= FIRST_CJK and code not in small for code in map(ord, set(text)))


def replace_missing_characters(text: str, *, large: bool) -> str:
    """The text with each character that no font can draw as its code, such as [U+E000].

    A missing shape would be an empty box, or no file at all. Args: large: the large fonts are used.
    """
    if text.isascii():
        return text
    known = list_characters(SMALL)
    missing = {one for one in set(text) if ord(one) not in known and not _NOT_DRAWN.match(one)}
    if large and missing:
        more = list_characters(LARGE)
        missing = {one for one in missing if ord(one) not in more}
    return text.translate({ord(one): f"[U+{ord(one):04X}]" for one in missing})


@cache
def load_fonts(*, large: bool) -> typst.Fonts:
    """The fonts that a PDF file is set in; the large ones cost time and memory."""
    import typst  # heavy: only when a PDF is made

    packages = (SMALL, LARGE) if large else (SMALL,)
    folders = [str(find_font_folder(name)) for name in packages]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def list_families(fonts: typst.Fonts) -> list[str]:
    """The families in the order in which a character is looked for: letters before pictures."""
    return sorted(fonts.families(), key=lambda name: (name != FIRST, LAST.find(name), name))
