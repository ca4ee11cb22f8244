"""Evidence in words."""

from datetime import date

from crrubric.domain.vocabulary import EvidenceKind


def evidence_words(kind: EvidenceKind | None, place: str, on: date | None) -> str:
    """What a mark points to: kind, place, day, as far as they are known."""
    parts = (kind.label if kind else "", place, on.isoformat() if on else "")
    return " · ".join(part for part in parts if part)
