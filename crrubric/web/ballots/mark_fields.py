"""What stands in the fields of one mark's form, as text. A ballot shows dozens: no form objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from flask_babel import gettext as _

from crrubric.domain.vocabulary import EvidenceKind
from crrubric.models import CastVote, Mark, PracticeMark
from crrubric.web.ballots.forms import MarkForm, PracticeForm, VoteForm

StoredMark = Mark | PracticeMark | CastVote
SentMark = MarkForm | PracticeForm | VoteForm


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFields:
    """The fields as browsers send them; "" where there is nothing.

    `errors` is what is wrong with a field, by its name; `problems` what is wrong with the whole.
    """

    version: str = "0"
    wording: str = ""
    answer: str = ""
    note: str = ""
    evidence_kind: str = ""
    evidence_place: str = ""
    evidence_on: str = ""
    evidence_until: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[str] = ()

    @property
    def evidence(self) -> bool:
        """Whether anything is said about evidence."""
        return bool(
            self.evidence_kind or self.evidence_place or self.evidence_on or self.evidence_until
        )

    @classmethod
    def stored(cls, mark: StoredMark | None) -> Self:
        """The fields of what is stored; empty ones where nothing is."""
        if mark is None:
            return cls()
        if not isinstance(mark, Mark):
            return cls(version=str(mark.version), answer=mark.answer.value, note=mark.note)
        return cls(
            version=str(mark.version),
            answer=mark.answer.value,
            note=mark.note,
            evidence_kind=mark.evidence_kind.value if mark.evidence_kind else "",
            evidence_place=mark.evidence_place,
            evidence_on=_format_day(mark.evidence_on),
            evidence_until=_format_day(mark.evidence_until),
        )

    @classmethod
    def typed(cls, form: SentMark) -> Self:
        """The fields of a form that was refused: everything typed, with what is wrong."""
        texts = {name: _read_field_text(form, name) for name in cls.__slots__ if name in form}
        errors = {each.name: str(each.errors[0]) for each in form if each.errors}
        return cls(**texts, errors=errors, problems=[str(text) for text in form.form_errors])


Tried = tuple[int, SentMark]  # of which criterion or vendor, and what was refused


def make_mark_fields(
    key: int, mark: StoredMark | None, tried: Tried | None, wording: int = 0
) -> MarkFields:
    """The fields of one criterion or vendor: what was just refused, else what is stored.

    Args: wording: the number of the words in which the page asks.
    """
    fields = MarkFields.typed(tried[1]) if tried and tried[0] == key else MarkFields.stored(mark)
    return replace(fields, wording=str(wording))


def list_evidence_kinds() -> list[tuple[str, str]]:
    """The kinds of evidence to choose from, as (value, words), first of all none."""
    return [("", _("Not said")), *((kind.value, _(kind.label)) for kind in EvidenceKind)]


def _format_day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _read_field_text(form: SentMark, name: str) -> str:
    """What a field shows: what was read from it, else what was sent and could not be read."""
    value = form[name].data
    if value is None:
        sent = form[name].raw_data
        return str(sent[0]) if sent else ""
    return value.isoformat() if isinstance(value, date) else str(getattr(value, "value", value))
