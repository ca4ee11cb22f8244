"""A memo that gives roles instead of names: "Teacher 1" instead of the teacher's name.

Names are replaced in the facts, wherever a field holds a person. Texts that people typed stay as
they typed them: `find_names` says in which of them a name stands.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from crrubric.domain.ballots.blindness import LateChange
from crrubric.domain.documents.tree import Block, Document, Heading
from crrubric.domain.meeting.minutes_paper import MinutedSitting
from crrubric.domain.memo.facts import (
    MemoAppointment,
    MemoChangedConflict,
    MemoEntries,
    MemoFacts,
    MemoLateBallot,
    MemoMove,
    MemoOpening,
    MemoPerson,
    MemoPrices,
    MemoRecusal,
)
from crrubric.domain.memo.issuing.issues import IssueStamp
from crrubric.domain.memo.meeting_facts import (
    MemoCommitment,
    MemoMotionCorrection,
    MemoMotionText,
    MemoPosition,
    MemoRecommendation,
    MemoSitting,
)
from crrubric.domain.memo.plan_facts import MemoItem
from crrubric.domain.procurement.binder import LineRecord
from crrubric.domain.text import key_of, normalize_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Stakeholder

Say = Callable[[str], str]

# the fields that hold the name of a person, or names; all other texts are typed, or our words
PERSONS: Mapping[type, frozenset[str]] = {
    MemoPerson: frozenset({"name"}),
    MemoRecusal: frozenset({"name"}),
    MemoChangedConflict: frozenset({"name"}),
    MemoAppointment: frozenset({"name", "by"}),
    MemoOpening: frozenset({"readers"}),
    MemoPrices: frozenset({"readers"}),
    LateChange: frozenset({"reviewer"}),
    MemoMove: frozenset({"by"}),
    MemoEntries: frozenset({"by"}),
    MemoRecommendation: frozenset({"by"}),
    MemoPosition: frozenset({"name"}),
    MemoMotionText: frozenset({"moved_by", "seconded_by"}),
    MemoMotionCorrection: frozenset({"by"}),
    MemoSitting: frozenset({"present"}),
    MinutedSitting: frozenset({"opened_by"}),
    IssueStamp: frozenset({"by"}),
}
# a person or an office: only who is known by a name is replaced
OWNERS: Mapping[type, frozenset[str]] = {
    MemoCommitment: frozenset({"owner"}),
    MemoItem: frozenset({"owner"}),
    LineRecord: frozenset({"done_by"}),
}
# rows that stand in the order of names: in that of roles instead, or it would tell who is who
BY_NAME = (MemoRecusal, LateChange, MemoLateBallot, MemoEntries, MemoPosition)
# what of the facts has people in it; departed members are told apart from vendors by their field
SEARCHED = (
    "people", "recusals", "changed_conflicts", "appointments", "positions", "commitments",
    "sittings", "recommendation", "blindness", "prices", "issue", "latest_issue", "plan",
    "purchase",
)  # fmt: skip
# what one of them is called; without the number where there is no other
LABELS: Mapping[Stakeholder, str] = {
    Stakeholder.TEACHER: N_("Teacher %(number)s"),
    Stakeholder.COUNSELOR: N_("Counselor %(number)s"),
    Stakeholder.SPECIAL_EDUCATION: N_("Member for special education %(number)s"),
    Stakeholder.ENGLISH_LEARNERS: N_("Member for English learners %(number)s"),
    Stakeholder.IT: N_("Member for IT %(number)s"),
    Stakeholder.PRINCIPAL: N_("Principal %(number)s"),
    Stakeholder.PARENT: N_("Parent %(number)s"),
    Stakeholder.STUDENT: N_("Student %(number)s"),
    Stakeholder.COMMUNITY: N_("Community member %(number)s"),
    Stakeholder.OTHER: N_("Member %(number)s"),
}
SOMEBODY = N_("A member of the committee")
OUTSIDER = N_("An administrator")
MACHINES = frozenset({"operator", "crrubric"})  # who acts at the console, or by the clock
PART = re.compile(r"[^\W\d_]{3,}")
AROUND = 60  # characters of a typed text shown before and after a name


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMember:
    """A member of the committee, present or not, under every name that they have had."""

    stakeholder: Stakeholder
    names: tuple[str, ...]
    present: bool = True


def label_members(members: Iterable[NamedMember], say: Say) -> list[str]:
    """What each is called, in their order: "Teacher 1", "Teacher 2", "Parent"."""
    rows = list(members)
    counts: dict[Stakeholder, int] = {}
    found = []
    for row in rows:
        counts[row.stakeholder] = counts.get(row.stakeholder, 0) + 1
        alone = sum(other.stakeholder is row.stakeholder for other in rows) == 1
        text = say(LABELS[row.stakeholder])
        label = text % {"number": "" if alone else counts[row.stakeholder]}
        found.append(label.strip())
    return found


class RoleBook:
    """What stands in the memo instead of each name.

    Args: outsiders: who acted without a seat on the committee, such as an administrator.
    """

    def __init__(self, members: Iterable[NamedMember], outsiders: Iterable[str], say: Say) -> None:
        self.members = tuple(members)
        self.labels = label_members(self.members, say)
        self.somebody, self.outsider = say(SOMEBODY), say(OUTSIDER)
        self.by_key: dict[str, str] = {}
        named = zip(self.labels, self.members, strict=True)
        for label, name in ((label, name) for label, row in named for name in row.names):
            key = key_of(name)
            known = self.by_key.get(key)  # two members may have one name
            self.by_key[key] = label if known in (None, label) else f"{known} / {label}"
        people = [name for name in outsiders if name not in MACHINES]
        for name in people:
            self.by_key.setdefault(key_of(name), self.outsider)
        self.finder = NameFinder(self.members, people)
        self.places = {label: place for place, label in enumerate(self.labels)}

    def find_place(self, shown: str) -> int:
        """Where what is shown of a person stands among others: by role, whatever their name is."""
        return self.places.get(shown, len(self.places))

    def hide_person(self, name: str) -> str:
        """The role of a person; of one who was typed under another name, that they are a member."""
        if not name or name in MACHINES:
            return name
        return self.by_key.get(key_of(name), self.somebody)

    def hide_owner(self, text: str) -> str:
        """The role of a person; an office stays."""
        label = self.by_key.get(key_of(text))
        if label is not None:
            return label
        match = self.finder.find(text)
        if match is None:
            return text
        found = self.by_key.get(key_of(match.group()))
        return self.outsider if found == self.outsider else self.somebody


def hide_names(facts: MemoFacts, book: RoleBook) -> MemoFacts:
    """The facts with roles wherever a field holds a person."""
    found = {name: hide_people(getattr(facts, name), book) for name in SEARCHED}
    present = [label for label, row in zip(book.labels, book.members, strict=True) if row.present]
    if len(present) == len(facts.people):  # in one order: two of one name are told apart
        people = zip(facts.people, present, strict=True)
        found["people"] = tuple(replace(row, name=label) for row, label in people)
    found["departed_members"] = tuple(
        replace(row, name=book.hide_person(row.name)) for row in facts.departed_members
    )
    return replace(facts, **found)


def hide_people(value: Any, book: RoleBook) -> Any:
    """A value of facts of a paper, with roles wherever a field in it holds a person."""
    if isinstance(value, tuple | list):
        rows = [hide_people(each, book) for each in value]
        if rows and isinstance(rows[0], BY_NAME):
            rows.sort(key=lambda row: book.find_place(_find_shown_person(row)))
        return tuple(rows)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    persons, owners = PERSONS.get(type(value), ()), OWNERS.get(type(value), ())
    changed: dict[str, Any] = {}
    for field in fields(value):
        held = getattr(value, field.name)
        if field.name in persons:
            changed[field.name] = (
                tuple(sorted(map(book.hide_person, held), key=book.find_place))
                if isinstance(held, tuple)
                else book.hide_person(held)
            )
        elif field.name in owners:
            changed[field.name] = book.hide_owner(held)
        elif isinstance(held, tuple | list) or is_dataclass(held):
            changed[field.name] = hide_people(held, book)
    return replace(value, **changed) if changed else value


def _find_shown_person(row: Any) -> str:
    """The person whom a row is about, as it is shown."""
    if isinstance(row, MemoLateBallot):
        row = row.change
    if isinstance(row, LateChange):
        return row.reviewer
    shown: str = row.by if isinstance(row, MemoEntries) else row.name
    return shown


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name in the memo: in which section, and what stands around it."""

    section: str
    name: str
    excerpt: str


class NameFinder:
    """Finds names of members in texts: whole ones in any spelling of upper and lower case, and
    first or family names that are written as names. Those of outsiders it finds whole."""

    def __init__(self, members: Iterable[NamedMember], outsiders: Iterable[str] = ()) -> None:
        names = {name.strip() for row in members for name in row.names if name.strip()}
        parts = {
            part for name in names for part in PART.findall(name) if part[:1] != part[:1].lower()
        }
        whole = names | {name.strip() for name in outsiders if name.strip()}
        # typed texts are kept as typed, on some machines with letters and accents apart
        whole |= {normalize_text("NFD", name) for name in whole}
        parts |= {normalize_text("NFD", part) for part in parts}
        # June is a name, June 30 a day
        words = [
            *(f"(?i:{re.escape(name)})" for name in whole),
            *(rf"{re.escape(part)}(?! \d)" for part in parts),
        ]
        words.sort(key=len, reverse=True)
        self.pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None

    def find(self, text: str) -> re.Match[str] | None:
        """The first name in a text."""
        return self.pattern.search(text) if self.pattern is not None else None


def find_names(document: Document, members: Iterable[NamedMember]) -> list[FoundName]:
    """Where a memo has the name of a member, each text once, in their order."""
    finder = NameFinder(members)
    found: dict[tuple[str, str], FoundName] = {}
    for section, text in list_document_texts(document):
        match = finder.find(text)
        if match is None:
            continue
        begin, end = max(match.start() - AROUND, 0), match.end() + AROUND
        excerpt = (
            ("…" if begin else "") + text[begin:end].strip() + ("…" if end < len(text) else "")
        )
        found.setdefault((match.group(), excerpt), FoundName(section, match.group(), excerpt))
    return list(found.values())


def list_document_texts(document: Document) -> Iterator[tuple[str, str]]:
    """(section, text) of everything that a paper says."""
    section = document.title
    yield section, document.title
    yield section, document.subtitle
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            section = block.text
        for text in _list_block_texts(block):
            yield section, text


def _list_block_texts(block: Block) -> Iterator[str]:
    """Every text of a value of the tree, whatever it is called there."""
    for field in fields(block):
        yield from _list_texts(getattr(block, field.name))


def _list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _list_texts(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _list_texts(getattr(value, field.name))
