"""What keeps a spreadsheet from running typed text out of a CSV file, and how it is taken off.

A cell that begins with a sign such as "=" is run as a formula. So may be what stands after a comma,
semicolon, tab, bar, quotation mark or line break inside a text: a spreadsheet that separates
columns by another sign than the file, or takes quotation marks for ordinary ones, begins a cell
there. In each such place an apostrophe goes before the sign: with it the cell is text.

Where the text itself has apostrophes before the sign, there is one more of them in the file. So
whatever stands in a file has one answer: before a sign in such a place one apostrophe is taken off
if there is any, and nothing else is touched.
"""

import re

_SIGNS = "=+\\-@＝＋－＠"  # full-width forms included
_BREAKS = "\t\r\n"  # a cell that begins so is trimmed, and then read
_ENDS = f',;|"{_BREAKS}'  # of a cell, for one spreadsheet or another
_BLANKS = "[ \u00a0\u3000]*"  # are trimmed as well
# a quick look at texts that have no such place, as most: each begins with what a search finds fast
_AT_START = re.compile(f"{_BLANKS}'*[{_SIGNS}]|'*[{_BREAKS}]")
_INSIDE = re.compile(f"[{_ENDS}]{_BLANKS}'*[{_SIGNS}]")
_PLACES = f"(?<![^{_ENDS}]){_BLANKS}%s(?=[{_SIGNS}])|\\A%s(?=[{_BREAKS}])"
_UNGUARDED = re.compile(_PLACES % ("'*", "'*"))
_GUARDED = re.compile(_PLACES % ("'+", "'+"))


def guard_formulas(text: str) -> str:
    """What somebody typed, for a cell of a CSV file: nowhere a formula."""
    if _AT_START.match(text) or _INSIDE.search(text):
        return _UNGUARDED.sub(_add_apostrophe, text)
    return text


def unguard_formulas(text: str) -> str:
    """What `guard_formulas` was given, of a cell that comes back."""
    return _GUARDED.sub(_drop_apostrophe, text) if "'" in text else text


def _add_apostrophe(found: re.Match[str]) -> str:
    return f"{found[0]}'"


def _drop_apostrophe(found: re.Match[str]) -> str:
    return found[0][:-1]
