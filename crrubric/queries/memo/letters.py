"""What letters to vendors that were not chosen are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.memo.letters import LetterFacts, list_letter_texts
from crrubric.domain.memo.mentions import SHORTEST, SearchedText
from crrubric.domain.policy import FROM_DECIDED
from crrubric.models import Evaluation, Member, Vendor
from crrubric.queries.meeting.decisions import recommendation_of
from crrubric.queries.memo.narratives import load_memo_narratives
from crrubric.queries.memo.questions import list_memo_questions
from crrubric.queries.people.access import make_not_found
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.queries.setup.vendors import list_vendors

NOBODY: frozenset[int] = frozenset()  # once the decision is final, all read the same


@dataclass(frozen=True, slots=True)
class Mention:
    """A typed text of a letter that names another vendor or a member of the committee.

    what: which text, to be translated.
    """

    what: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorLetter:
    """A letter to be made, with the vendor that it goes to. mentions: to be looked at before."""

    vendor: Vendor
    facts: LetterFacts
    mentions: tuple[Mention, ...]


def list_vendor_letters(
    session: Session, evaluation: Evaluation, *, only: int | None = None
) -> list[VendorLetter]:
    """A letter for each vendor in the selection that was not chosen, in the vendors' order.

    Empty for a curriculum in place. Args: only: the id of the one vendor whose letter is wanted.
    Raises: NotFound before the decision is final.
    """
    if evaluation.phase not in FROM_DECIDED:
        raise make_not_found()
    if evaluation.in_place:
        return []
    read = read_matrix(session, evaluation, evaluation.language)
    facts = _load_letter_facts(session, evaluation, read)
    every = list_vendors(session, evaluation.id)
    members = session.scalars(select(Member.name).where(Member.evaluation_id == evaluation.id))
    names = tuple(members)
    return [
        VendorLetter(
            vendor=read.vendors[code],
            facts=own,
            mentions=find_mentions(own, read.vendors[code], every, names),
        )
        for code, own in facts.items()
        if only in (None, read.vendors[code].id)
    ]


def find_vendor_letter(session: Session, evaluation: Evaluation, vendor_id: int) -> VendorLetter:
    """The letter to one vendor. Raises: NotFound if none is written to it."""
    letters = list_vendor_letters(session, evaluation, only=vendor_id)
    if not letters:
        raise make_not_found()
    return letters[0]


def find_mentions(
    facts: LetterFacts, own: Vendor, every: list[Vendor], members: tuple[str, ...]
) -> tuple[Mention, ...]:
    """Which typed texts name another vendor, or somebody of the committee."""
    known = list_spellings(own)
    others = {
        row.name: [name for name in list_spellings(row) if name not in known]
        for row in every
        if row.id != own.id
    }
    found = []
    for what, text in list_letter_texts(facts):
        searched = SearchedText(text)
        found += [
            Mention(what, name) for name, told in others.items() if searched.names_vendor(told)
        ]
        found += [Mention(what, name) for name in members if searched.names_person(name)]
    return tuple(dict.fromkeys(found))


def list_spellings(vendor: Vendor) -> list[str]:
    """How a vendor may be called in a text."""
    code = [vendor.code] if len(vendor.code) >= SHORTEST else []
    return [vendor.company, *([vendor.product] if vendor.product else []), *code]


def _load_letter_facts(
    session: Session, evaluation: Evaluation, read: Matrix
) -> Mapping[str, LetterFacts]:
    """By the code of each vendor that was not chosen."""
    zone = ZoneInfo(evaluation.district.time_zone)
    decision = recommendation_of(session, evaluation.id)
    chosen = decision.vendor if decision is not None else None
    names = {row.code: row for row in read.results.vendors}
    told = names[chosen.code].name if chosen is not None and chosen.code in names else None
    written = load_memo_narratives(session, evaluation, NOBODY)
    asked = list_memo_questions(session, evaluation, evaluation.language)
    decided = evaluation.decided_at or now_utc()
    return {
        code: LetterFacts(
            vendor=names[code],
            product="" if vendor.product in names[code].name else vendor.product,
            chosen=told or (chosen.name if chosen is not None else None),
            title=evaluation.title,
            district=evaluation.district.name,
            reference=evaluation.slug,
            language=evaluation.language,
            on=now_utc().astimezone(zone).date(),
            decided_on=decided.astimezone(zone).date(),
            results=read.results,
            narratives={part: text for (of, part), text in written.items() if of == code},
            questions=tuple(row for row in asked if row.vendor == code),
            contact=evaluation.letter_contact,
            closing=evaluation.letter_closing,
        )
        for code, vendor in read.vendors.items()
        if chosen is None or vendor.id != chosen.id
    }
