"""What a mark says, apart from where it is stored."""

from dataclasses import dataclass, replace
from datetime import date

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, clean_together
from crrubric.domain.text import clean_line, clean_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_plausible_day
from crrubric.domain.vocabulary import Answer, EvidenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkText:
    """What a reviewer says in one cell."""

    answer: Answer
    note: str = ""
    evidence_kind: EvidenceKind | None = None
    evidence_place: str = ""
    evidence_on: date | None = None
    evidence_until: date | None = None


def clean_mark(text: MarkText) -> MarkText:
    """The mark, cleaned. Raises: Invalid naming the field."""
    tidy = clean_together(
        note=lambda: clean_text(text.note, limit=limits.NOTE, field="note"),
        evidence_place=lambda: clean_line(
            text.evidence_place, limit=limits.SHORT_TEXT, field="evidence_place"
        ),
        evidence_on=lambda: (
            text.evidence_on and require_plausible_day(text.evidence_on, field="evidence_on")
        ),
        evidence_until=lambda: _check_end_of_evidence(text),
    )
    return replace(text, **tidy)


def _check_end_of_evidence(text: MarkText) -> date | None:
    """The day until which evidence holds, if there is one. Raises: Invalid."""
    if text.evidence_until is None:
        return None
    require_plausible_day(text.evidence_until, field="evidence_until")
    if text.evidence_on and text.evidence_until < text.evidence_on:
        raise Invalid(
            N_("Evidence can’t expire before the day on which it was seen."), field="evidence_until"
        )
    return text.evidence_until


def serialize_mark(text: MarkText) -> dict[str, object]:
    """The mark as the journal keeps it."""
    return {
        "answer": text.answer,
        "note": text.note,
        "evidence_kind": text.evidence_kind,
        "evidence_place": text.evidence_place,
        "evidence_on": text.evidence_on.isoformat() if text.evidence_on else None,
        "evidence_until": text.evidence_until.isoformat() if text.evidence_until else None,
    }
