"""The minutes as a paper: who was there, what was moved, what was settled one by one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from crrubric.domain.documents.tree import (
    Block,
    Bullets,
    Document,
    DocumentStatus,
    Heading,
    Paragraph,
    Signatures,
)
from crrubric.domain.memo.chapters.motions import MotionBlocks
from crrubric.domain.memo.meeting_facts import MemoSitting
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledItem:
    """A finding that was recorded by itself; value: None: it was withdrawn, for the reason."""

    vendor: str
    criterion: str
    value: Outcome | None
    as_computed: bool
    reason: str
    evidence: str
    agreed: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutedSitting:
    """A meeting, who opened it, and what was settled one by one."""

    sitting: MemoSitting
    opened_by: str
    settled: tuple[SettledItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesFacts:
    """All meetings, the first first. outside: findings recorded while none was open."""

    title: str
    district: str
    language: str
    on: date
    sittings: tuple[MinutedSitting, ...]
    outside: tuple[SettledItem, ...]


def compose_minutes(facts: MinutesFacts, translate: Callable[[str], str]) -> Document:
    """The minutes of every meeting; a draft while one is under way."""
    words = ValueFormatter(translate)
    blocks = [block for row in facts.sittings for block in _tell_sitting(row, words)]
    if not blocks:
        blocks = [Paragraph(words(N_("No meeting has been held yet.")))]
    if facts.outside:
        blocks.append(Heading(1, words(N_("Recorded while no meeting was open"))))
        blocks += _list_settled(facts.outside, words)
    under_way = any(row.sitting.closed_at is None for row in facts.sittings)
    stamp = N_("DRAFT – the meeting is under way") if under_way else N_("Minutes")
    if facts.sittings:
        names = (words(N_("Chair")), words(N_("Minutes approved by")))
        blocks.append(Signatures(names, words(N_("Signature")), words(N_("Date"))))
    return Document(
        title=words(N_("Minutes: %(title)s"), title=facts.title),
        subtitle=f"{facts.district} · {words.day(facts.on)}",
        status=DocumentStatus.DRAFT if under_way else DocumentStatus.FINAL,
        stamp=words(stamp),
        organization=facts.district,
        language=facts.language,
        on=facts.on,
        page_label=words(N_("Page %(page)s of %(pages)s")),
        blocks=tuple(blocks),
    )


def _tell_sitting(row: MinutedSitting, words: ValueFormatter) -> Iterable[Block]:
    """One meeting."""
    sitting = row.sitting
    when = words.moment(sitting.opened_at)
    yield Heading(1, words(N_("Meeting of %(when)s"), when=when))
    if sitting.place:
        yield Paragraph(sitting.place, words(N_("Where:")))
    yield Paragraph(f"{when}, {row.opened_by}", words(N_("Opened:")))
    under_way = words(N_("under way"))
    closed = words.moment(sitting.closed_at) if sitting.closed_at else under_way
    yield Paragraph(closed, words(N_("Closed:")))
    present = ", ".join(sitting.present) or words(N_("attendance not recorded"))
    yield Paragraph(present, words(N_("Present:")))
    yield from MotionBlocks((sitting,), words).blocks()
    yield Heading(2, words(N_("Findings recorded one by one")))
    yield from _list_settled(row.settled, words)


def _list_settled(items: Sequence[SettledItem], words: ValueFormatter) -> Iterable[Block]:
    """Findings as a list, or that there is none."""
    if not items:
        yield Paragraph(words(NONE))
        return
    yield Bullets(tuple(_tell_item(item, words) for item in items))


def _tell_item(item: SettledItem, words: ValueFormatter) -> str:
    """A finding with its reason, its evidence and who agreed, as far as they were recorded."""
    found = words(N_("finding withdrawn")) if item.value is None else words(item.value.label)
    if item.as_computed:
        found += f" ({words(N_('same as the computed outcome'))})"
    parts = [
        f"{words.moment(item.at)}: {item.vendor}, {item.criterion}: {found}.",
        item.reason,
        words(N_("Evidence: %(what)s"), what=item.evidence) if item.evidence else "",
        words(N_("Agreed: %(who)s"), who=item.agreed) if item.agreed else "",
    ]
    return " ".join(part for part in parts if part)
