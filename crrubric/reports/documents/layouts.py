"""Running a layout of typst over one text, with the fonts of packages only."""

import json
from datetime import datetime
from pathlib import Path

import typst

from crrubric.reports.documents.fonts import (
    list_families,
    load_fonts,
    needs_large_fonts,
    replace_missing_characters,
)

SHARPNESS = 180  # pixels per inch of a picture


def read_layout(templates: Path, *names: str) -> bytes:
    """A layout out of parts, in this order. Args: templates: the folder of all templates."""
    return b"\n".join((templates / "documents" / name).read_bytes() for name in names)


def lay_out_pdf(layout: bytes, text: str, *, moment: datetime) -> bytes:
    """A PDF file (PDF/UA-1) from a layout that reads `text` as `sys.inputs.text`.

    Args: moment: when the file says that it was made.
    """
    compiler = _start_compiler(layout, text)
    return _expect_file(compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=moment))


def lay_out_picture(layout: bytes, text: str, *, sharpness: int = SHARPNESS) -> bytes:
    """A PNG file from a layout of one page that reads `text` as `sys.inputs.text`.

    Args: sharpness: pixels per inch.
    """
    return _expect_file(_start_compiler(layout, text).compile(format="png", ppi=sharpness))


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
