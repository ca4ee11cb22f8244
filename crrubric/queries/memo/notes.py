"""What reviewers wrote in their ballots, as the memo tells it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from crrubric.catalogue import load_translations
from crrubric.domain.ballots.evidence import describe_evidence
from crrubric.domain.memo.facts import MemoNote
from crrubric.domain.text import sort_key
from crrubric.models import Evaluation
from crrubric.queries.ballots.ballots import DisclosedMark, iterate_disclosed_marks


def list_memo_notes(
    session: Session, evaluation: Evaluation, language: str, away: frozenset[int]
) -> tuple[MemoNote, ...]:
    """Marks that have a note, with their evidence in words of this language."""
    say = load_translations(language).gettext
    rows = iterate_disclosed_marks(session, evaluation, noted=True, away=away)
    return tuple(order_memo_notes(make_memo_note(row, say=say) for row in rows))


def order_memo_notes(notes: Iterable[MemoNote]) -> Iterator[MemoNote]:
    """The notes on an item in an order that only what is printed of them makes: the memo names
    nobody who wrote one, and an order of names would.

    Args: notes: item by item.
    """
    for _item, own in groupby(notes, key=lambda note: (note.vendor, note.criterion)):
        yield from sorted(
            own, key=lambda note: (note.stakeholder.value, sort_key(note.note), note.evidence)
        )


def make_memo_note(
    row: DisclosedMark,
    *,
    say: Callable[[str], str],
    write_day: Callable[[date], str] = date.isoformat,
) -> MemoNote:
    """What one reviewer wrote in one cell, with the evidence in words.

    Args: say: translates the words that are ours; write_day: puts a day into words.
    """
    mark = row.mark
    return MemoNote(
        vendor=row.vendor,
        criterion=row.criterion,
        answer=mark.answer,
        note=mark.note,
        evidence=describe_evidence(
            mark.evidence_kind,
            mark.evidence_place,
            mark.evidence_on,
            mark.evidence_until,
            say=say,
            write_day=write_day,
        ),
        stakeholder=row.stakeholder,
    )
