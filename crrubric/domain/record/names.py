"""What a thing of the record is called in a sentence."""

from collections.abc import Mapping
from typing import Any

from crrubric.domain.record.differences import Difference
from crrubric.domain.record.state import State

# what the ids in a key are of: member, vendor, criterion; a number is said as it is
KEYS = {
    "criteria": "c", "vendors": "v", "members": "m", "declarations": "mv", "ballots": "mv",
    "marks": "mvc", "mark_files": "mvc", "vendor_files": "v", "sealed": "mvn", "findings": "vc",
    "deferrals": "vc", "positions": "m", "entered": "mvn", "reinstated": "vc", "seen": "mv",
    "sealed_votes": "nmn", "vote_counts": "nc", "needs": "c",
    "narratives": "vn",
}  # fmt: skip
# the column that says best which one it is
WORDS = {
    "sections": "title", "tensions": "why", "commitments": "words", "meetings": "place",
    "motions": "words", "revisions": "reason", "questions": "words", "askings": "words",
    "action_items": "words", "measures": "words", "actuals": "value",
    "reviews": "minutes",
}  # fmt: skip
SHORT = 60


def name_thing(difference: Difference, told: State, stored: State) -> str:
    """Its name in quotation marks, as the tables have it or else the journal; its number if it
    has none."""
    kind, key = difference.kind, difference.key
    if key is None:
        return ""
    if kind in KEYS:
        ids = key if isinstance(key, tuple) else (key,)
        names = (
            _name_part(letter, part, told, stored)
            for letter, part in zip(KEYS[kind], ids, strict=False)
        )
        return f"“{', '.join(names)}”"
    if kind in WORDS:
        rows = [_find_own_row(state, kind, key) for state in (stored, told)]
        words = [row.get(WORDS[kind]) for row in rows if row]
        said = [text for text in words if isinstance(text, str) and text]
        if said:
            return f"“{said[0][:SHORT]}”"
    number = key[0] if isinstance(key, tuple) else key
    counted = kind in {"meetings", "motions", "calibration", "cohort"} and isinstance(number, int)
    return str(number + 1 if counted else number)


def _find_own_row(state: State, kind: str, key: Any) -> Mapping[str, Any] | None:
    """The row of a field by its key, or by its place in a list."""
    rows = getattr(state, kind)
    if isinstance(key, tuple):
        key = key[0]
    if isinstance(rows, list):
        return rows[key] if isinstance(key, int) and key < len(rows) else None
    found: Mapping[str, Any] | None = rows.get(key)
    return found


def _name_part(letter: str, key: Any, told: State, stored: State) -> str:
    """The name of a member, vendor or criterion."""
    field, column = {
        "m": ("members", "name"), "v": ("vendors", "company"), "c": ("criteria", "title"),
        "n": ("", ""),
    }[letter]  # fmt: skip
    for state in (stored, told):
        row = getattr(state, field, {}).get(key) if field else None
        if row and isinstance(row.get(column), str) and row[column]:
            return _tell_product(row, getattr(state, field)) or str(row[column])
    return str(key)


def _tell_product(row: Mapping[str, Any], rows: Mapping[Any, Mapping[str, Any]]) -> str:
    """Company and product of a vendor whose company offers two; else nothing."""
    company, product = row.get("company"), row.get("product")
    several = sum(other.get("company") == company for other in rows.values()) > 1
    return f"{company} – {product}" if product and several else ""
