"""Typed texts of an evaluation, for who chooses what copies for the public hide."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.archive.redaction import ChosenText, Redactor, TextPlace, list_inner_texts
from crrubric.domain.archive.small_counts import TOLD_OF_LEARNERS, find_small_places
from crrubric.domain.event_fields import TextKind, find_text_kinds
from crrubric.domain.events import Event
from crrubric.domain.memo.issuing.roles import NameFinder
from crrubric.domain.record.chain import COMMITTED, NAMELESS
from crrubric.domain.record.copies import tells_price
from crrubric.domain.record.texts import iterate_strings
from crrubric.models import Evaluation, JournalEntry, Redaction
from crrubric.queries.memo.roles import load_named_members, load_role_book
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.record.journal import UNTOLD, link_of
from crrubric.queries.shared.reading import end_reading

PAGE = 50
DRAWN = ("fingerprint", "nonce")  # what was computed or drawn, and could tell what was written
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedText:
    """A typed text, where it was first told, and whether copies hide it."""

    place: TextPlace
    text: str
    told_by: JournalEntry  # the first entry that tells it
    has_name: bool
    reason: str  # why copies hide it; empty if they do not

    @property
    def words(self) -> str:
        """The text as people read it."""
        return "\n".join(list_inner_texts(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFilter:
    """What of the texts is listed. words: in any spelling; named: only those with a name; chosen:
    only those that copies hide; events: only what these told first, unless it is empty."""

    words: str = ""
    named: bool = False
    chosen: bool = False
    events: frozenset[Event] = frozenset()
    page: int = 0


def list_texts(session: Session, seat: Seat, wanted: TextFilter) -> list[ListedText]:
    """One page of the typed texts, each once, the oldest first; one more than a page if there is
    more.

    Raises: NotFound if the seat stays away from a vendor, for it reads nothing that others
    wrote of that.
    """
    refuse_shut_out(seat)
    evaluation = seat.evaluation
    finder = NameFinder(load_named_members(session, evaluation))
    chosen = {row.text: row for row in list_chosen_texts(session, evaluation)}
    words, first = wanted.words.casefold(), wanted.page * PAGE
    seen: set[str] = set()
    found: list[ListedText] = []
    for entry, pointer, text in iterate_typed_texts(session, evaluation):
        if text in seen or (wanted.events and entry.event not in wanted.events):
            continue
        seen.add(text)
        row = chosen.get(text)
        if (words and words not in text.casefold()) or (wanted.chosen and row is None):
            continue
        has_name = finder.find(text) is not None
        if wanted.named and not has_name:
            continue
        if first:
            first -= 1
            continue
        found.append(
            ListedText(
                place=row.place if row is not None else TextPlace(entry.number, pointer),
                text=text,
                told_by=entry,
                has_name=has_name,
                reason=row.reason if row is not None else "",
            )
        )
        if len(found) > PAGE:
            break
    return found


def refuse_shut_out(seat: Seat) -> None:
    """Raise NotFound for a seat that stays away from any vendor."""
    if seat.shut_out:
        raise make_not_found()


def iterate_typed_texts(
    session: Session, evaluation: Evaluation
) -> Iterator[tuple[JournalEntry, str, str]]:
    """(entry, pointer, text) of what people wrote, as the journal tells it, oldest first.

    Without questions to vendors that were not passed on, which no copy tells, and without what
    tells a price while prices are sealed. No transaction is open while a text is looked at.
    """
    last = 0
    while True:
        rows = session.scalars(
            select(JournalEntry)
            .where(JournalEntry.chain == evaluation.id, JournalEntry.number > last)
            .where(JournalEntry.event.not_in(UNTOLD))
            .order_by(JournalEntry.number)
            .limit(BATCH)
        ).all()
        end_reading(session)
        for entry in rows:
            link = link_of(entry)
            if evaluation.hides_prices and tells_price(link):
                continue
            for pointer, name, text in iterate_strings(link.content or {}):
                if is_written(entry.event, name) and has_words(text):
                    yield entry, pointer, text
        if len(rows) < BATCH:
            return
        last = rows[-1].number


def is_written(event: Event, name: str) -> bool:
    """Whether a field holds what somebody wrote."""
    return name not in DRAWN and TextKind.WORDS in find_text_kinds(event, name)


def has_words(text: str) -> bool:
    """Whether somebody wrote a sentence: an answer of the workbook can be a number or a code."""
    inner = list_inner_texts(text)
    return inner == [text] or any(" " in part for part in inner)


def find_text(session: Session, evaluation: Evaluation, place: TextPlace) -> str | None:
    """The written text at a place of the journal; None if there is none."""
    return read_texts(session, evaluation, [place]).get(place)


def read_texts(
    session: Session, evaluation: Evaluation, places: Sequence[TextPlace]
) -> dict[TextPlace, str]:
    """The written texts at these places of the journal."""
    numbers = {place.entry for place in places}
    rows = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.chain == evaluation.id, JournalEntry.number.in_(numbers))
        .where(JournalEntry.event.not_in(UNTOLD))
    )
    found = {
        TextPlace(entry.number, pointer): text
        for entry in rows
        for pointer, name, text in iterate_strings(link_of(entry).content or {})
        if is_written(entry.event, name)
    }
    return {place: found[place] for place in places if place in found}


def list_chosen_texts(session: Session, evaluation: Evaluation) -> list[ChosenText]:
    """What was chosen, in the order of the journal."""
    rows = session.scalars(
        select(Redaction)
        .where(Redaction.evaluation_id == evaluation.id)
        .order_by(Redaction.entry, Redaction.pointer)
    ).all()
    places = [TextPlace(row.entry, row.pointer) for row in rows]
    texts = read_texts(session, evaluation, places)
    return [
        ChosenText(place=place, text=texts[place], reason=row.reason, chosen_at=row.chosen_at)
        for place, row in zip(places, rows, strict=True)
        if place in texts
    ]


def count_chosen_texts(session: Session, evaluation: Evaluation) -> int:
    """How many texts copies hide."""
    wanted = select(func.count()).select_from(Redaction)
    return session.scalar(wanted.where(Redaction.evaluation_id == evaluation.id)) or 0


def list_small_places(
    session: Session, evaluation: Evaluation, of_persons: Collection[int]
) -> list[TextPlace]:
    """Where the journal has numbers that copies hide by themselves, in its order.

    Args: of_persons: ids of the measures that count people.
    """
    wanted = (
        select(JournalEntry)
        .where(JournalEntry.chain == evaluation.id)
        .where(JournalEntry.event.in_(TOLD_OF_LEARNERS))
        .order_by(JournalEntry.number)
        .execution_options(yield_per=PAGE)
    )
    return [
        place
        for entry in session.scalars(wanted)
        for place in find_small_places(link_of(entry), of_persons)
    ]


def keeps_accounts(session: Session, evaluation: Evaluation) -> bool:
    """Whether the journal has entries of older versions, whose ids of accounts no copy can hide."""
    return _has_entries_before(session, evaluation, NAMELESS)


def has_bare_hashes(session: Session, evaluation: Evaluation) -> bool:
    """Whether the journal has entries of the first version, whose hashes cover nothing drawn at
    random: whoever guesses all that one says can try the guess, though a copy withholds it."""
    return _has_entries_before(session, evaluation, COMMITTED)


def _has_entries_before(session: Session, evaluation: Evaluation, version: int) -> bool:
    older = select(JournalEntry.id).where(
        JournalEntry.chain == evaluation.id, JournalEntry.version < version
    )
    return session.scalar(older.limit(1)) is not None


def find_listed_text(session: Session, seat: Seat, place: TextPlace) -> ListedText:
    """The text at a place. Raises: NotFound if nobody wrote one there, and as `list_texts`."""
    refuse_shut_out(seat)
    evaluation = seat.evaluation
    text = find_text(session, evaluation, place)
    entry = session.scalar(
        select(JournalEntry).where(
            JournalEntry.chain == evaluation.id, JournalEntry.number == place.entry
        )
    )
    if text is None or entry is None:
        raise make_not_found()
    row = session.get(Redaction, (evaluation.id, place.entry, place.pointer))
    finder = NameFinder(load_named_members(session, evaluation))
    return ListedText(
        place=place,
        text=text,
        told_by=entry,
        has_name=finder.find(text) is not None,
        reason=row.reason if row is not None else "",
    )


def load_redactor(
    session: Session,
    evaluation: Evaluation,
    language: str,
    say: Callable[[str], str],
    *,
    roles: bool,
) -> tuple[Redactor, list[ChosenText]]:
    """What a redacted copy hides, and which texts were chosen. Args: roles: names as well."""
    chosen = list_chosen_texts(session, evaluation)
    book = load_role_book(session, evaluation, language) if roles else None
    begun = select(JournalEntry.subject).where(
        JournalEntry.chain == evaluation.id, JournalEntry.event == Event.EVALUATION_CREATED
    )
    address = evaluation.slug, session.scalar(begun.limit(1)) or evaluation.title
    return Redactor([row.text for row in chosen], book, say, address=address), chosen
