"""Running a layout of typst over one text, with the fonts of packages only."""

import ctypes
import json
import sys
from contextlib import suppress
from datetime import datetime
from importlib import resources
from pathlib import Path

import typst

from crrubric.reports.documents.fonts import (
    list_families,
    load_fonts,
    needs_large_fonts,
    replace_missing_characters,
)

SHARPNESS = 180  # pixels per inch of a picture
NOTHING = resources.files("crrubric") / "data" / "nothing.typ"
KEPT_FOR = 10  # papers after one for which typst keeps what it worked out for it


def read_layout(templates: Path, *names: str) -> bytes:
    """A layout out of parts, in this order. Args: templates: the folder of all templates."""
    return b"\n".join((templates / "documents" / name).read_bytes() for name in names)


def lay_out_pdf(layout: bytes, text: str, *, moment: datetime) -> bytes:
    """A PDF file (PDF/UA-1) from a layout that reads `text` as `sys.inputs.text`.

    Args: moment: when the file says that it was made.
    """
    compiler = _start_compiler(layout, text)
    made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=moment)
    return_memory()
    return _expect_file(made)


def lay_out_picture(layout: bytes, text: str, *, sharpness: int = SHARPNESS) -> bytes:
    """A PNG file from a layout of one page that reads `text` as `sys.inputs.text`.

    Args: sharpness: pixels per inch.
    """
    return _expect_file(_start_compiler(layout, text).compile(format="png", ppi=sharpness))


def return_memory() -> None:
    """Let typst forget what it worked out for the last paper, and give the memory back.

    It keeps that for the next ten papers, which are others: some 50 MB each.
    """
    with resources.as_file(NOTHING) as page:
        compiler = typst.Compiler(page, font_paths=load_fonts(large=False))
        for _ in range(KEPT_FOR + 1):
            compiler.compile(format="svg")
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library, which has no such habit
            ctypes.CDLL(None).malloc_trim(0)


def _start_compiler(layout: bytes, text: str) -> typst.Compiler:
    large = needs_large_fonts(text)
    fonts = load_fonts(large=large)
    inputs = {
        "text": replace_missing_characters(text, large=large),
        "fonts": json.dumps(list_families(fonts)),
    }
    return typst.Compiler(layout, font_paths=fonts, sys_inputs=inputs)


def _expect_file(made: bytes | list[bytes] | None) -> bytes:
    """What was made, as one file. Raises: TypeError if the layout has several pages as pictures."""
    if not isinstance(made, bytes):
        raise TypeError("the layout did not give one file")
    return made
