"""A sealed ballot as text, and the receipt over it that a reviewer keeps."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crrubric.domain.record.chain import hash_text, to_canonical_json

FIRST_SCHEMA = "crrubric.ballot/1"
SCHEMA = "crrubric.ballot/3"
# What marks of the second form say beyond those of the first; a receipt is over the text itself,
# so that of the first form stays what it was.
ADDED = ("evidence_until", "files")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedContent:
    """What is sealed. `marks` and `gaps` by criterion code; `nonce` makes the receipt unguessable:
    without it, 21 answers could be found by trying them all."""

    evaluation: str
    vendor: str
    reviewer: str
    number: int
    at: datetime
    blind: bool  # it was not changed after the committee had seen the ballots
    nonce: str
    marks: Mapping[str, Mapping[str, Any]]
    gaps: Mapping[str, str]

    def text(self) -> str:
        """The canonical text: what is stored, what a reviewer can download."""
        return to_canonical_json(
            {
                "schema": SCHEMA,
                "evaluation": self.evaluation,
                "vendor": self.vendor,
                "reviewer": self.reviewer,
                "number": self.number,
                "sealed_at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "changed_after_ballots_were_shown": not self.blind,
                "nonce": self.nonce,
                "marks": self.marks,
                "gaps": self.gaps,
            }
        )


def receipt_of(content: str) -> str:
    """The receipt over a sealed text: its SHA-256 in hex."""
    return hash_text(content)


def has_same_marks(
    content: str, marks: Mapping[str, Mapping[str, Any]], gaps: Mapping[str, str]
) -> bool:
    """Whether the sealed text, of either form, holds just these marks and gaps."""
    sealed = json.loads(content)
    if sealed.get("schema") == FIRST_SCHEMA:  # it knew no expiry and no files: there are none
        marks = {code: _to_first_schema(mark) for code, mark in marks.items()}
    return to_canonical_json([sealed["marks"], sealed["gaps"]]) == to_canonical_json([marks, gaps])


def _to_first_schema(mark: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mark.items() if value or key not in ADDED}


def group_receipt(receipt: str) -> str:
    """The receipt in groups of eight, to be read aloud or compared by eye."""
    return " ".join(_split_text(receipt, 8))


def _split_text(text: str, size: int) -> Sequence[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]
