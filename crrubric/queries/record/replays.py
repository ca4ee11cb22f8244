"""Every evaluation's journal: is its chain whole, and do the tables hold what it tells?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.events import Event
from crrubric.domain.people.zones import UNNAMED, UTC
from crrubric.domain.record.chain import FAULTS, SITE, ChainReader, find_site_chain
from crrubric.domain.record.differences import (
    KINDS,
    Difference,
    compare_ballots,
    compare_marks,
    find_differences,
    is_same,
)
from crrubric.domain.record.entries import ToldEntry
from crrubric.domain.record.names import name_thing
from crrubric.domain.record.replay import replay_entry
from crrubric.domain.record.state import State
from crrubric.domain.record.texts import Text
from crrubric.domain.translation import N_
from crrubric.models import District, Evaluation
from crrubric.queries.record.chains import StoredEntry, iterate_entries
from crrubric.queries.record.keeping_checks import (
    EVENTS,
    LOGOS,
    compare_gone_evaluations,
    compare_keeping,
    compare_logos,
    replay_keeping_entry,
    replay_logo_entry,
)
from crrubric.queries.record.stored import (
    UNREADABLE,
    iterate_stored_ballots,
    iterate_stored_marks,
    read_stored_state,
)
from crrubric.queries.record.stored_rows import ReadTwice
from crrubric.queries.setup.library import read_stored_library

DIGEST = 32  # bytes of a SHA-256


@dataclass(slots=True, kw_only=True)
class JournalFindings:
    """What a look at the whole journal found."""

    entries: int = 0
    firsts: dict[int, str] = field(default_factory=dict)  # the first hash of each evaluation's
    untold_entries: int = 0  # of older versions, which tell too little to be compared
    problems: list[CrrubricError] = field(default_factory=list)


def check_journals(session: Session) -> JournalFindings:
    """Follow every chain, and hold the tables against what each evaluation's journal tells."""
    found = JournalFindings()
    titles = {row.id: row.title for row in session.execute(select(Evaluation.id, Evaluation.title))}
    districts = list(session.scalars(select(District).order_by(District.id)))
    sites = {find_site_chain(row.id, districts[0].id): row for row in districts}
    chained: dict[int, State] = {}
    begun: dict[int, tuple[Text, str]] = {}
    removed: dict[int, str] = {}
    for chain, entries in groupby(iterate_entries(session), key=lambda entry: entry.chain):
        told = _follow_chain(chain, entries, found)
        chained[chain] = told
        if chain in sites:
            begun |= told.begun
            removed |= told.removed
        elif chain == SITE:
            continue  # accounts are made before there is a district
        elif chain < SITE:
            found.problems.append(
                Invalid(N_("Journal, chain %(chain)s: there is no such district."), chain=chain)
            )
        elif chain not in titles:
            found.problems.append(
                Invalid(N_("Journal, chain %(chain)s: there is no such evaluation."), chain=chain)
            )
        else:
            found.untold_entries += told.untold_entries
            found.problems.extend(_compare_evaluation(session, chain, titles[chain], told))
    found.problems.extend(_compare_library(session, chained.get(SITE, State())))
    for chain, district in sites.items():
        found.problems.extend(_compare_district(district, chained.get(chain, State())))
    found.problems.extend(compare_logos(session, chained.get(SITE, State()), districts[:1]))
    found.problems.extend(compare_keeping(session, chained.get(SITE, State())))
    found.problems.extend(compare_gone_evaluations(titles, found.firsts, begun, removed))
    there = {chain: first for chain, first in begun.items() if chain not in removed}
    found.problems.extend(_compare_beginnings(titles, found.firsts, there))
    found.problems.extend(_list_moved_evaluations(session))
    for key in sorted(titles.keys() - chained.keys()):
        found.problems.append(
            Invalid(N_("Evaluation “%(evaluation)s”: it has no journal."), evaluation=titles[key])
        )
    return found


def _follow_chain(chain: int, entries: Iterable[StoredEntry], found: JournalFindings) -> State:
    """The state that one chain tells; what is wrong with its entries is noted."""
    reader, state = ChainReader(), State()
    for entry in entries:
        found.entries += 1
        if entry.number == 1 and chain > SITE:
            found.firsts.setdefault(chain, entry.link.hash)
        found.problems.extend(_check_entry(reader, entry))
        if entry.told is None:  # named above: nobody can make it out
            continue
        replay = replay_entry if chain > SITE else _replay_site_entry
        if not replay(state, entry.told):
            message = N_(
                "Journal, chain %(chain)s: entry %(number)s does not fit what was told before it."
            )
            found.problems.append(Invalid(message, chain=chain, number=entry.number))
    return state


def _replay_site_entry(state: State, entry: ToldEntry) -> bool:
    """Apply an entry of a site's chain; whether it tells what it should."""
    after = entry.after or {}
    try:
        if entry.event is Event.DISTRICT_CHANGED:
            state.facts.update(after)
        elif entry.event is Event.EVALUATION_BEGUN:
            state.begun.setdefault(after["chain"], (entry.subject, after["first"]))
        elif entry.event is Event.LIBRARY_KEPT:
            key = (entry.row["library_rubric"], after["number"])
            state.library[key] = {
                "name": entry.subject, "note": after["note"], "kept from": after["kept from"],
                "sha256": after["sha256"], "kept by": entry.actor_name, "kept at": entry.at,
            }  # fmt: skip
        elif entry.event is Event.SITE_RESTORED:
            _require_backup(after)
        elif entry.event in LOGOS:
            replay_logo_entry(state, entry)
        elif entry.event in EVENTS:
            replay_keeping_entry(state, entry)
    except UNREADABLE:
        return False
    return True


def _require_backup(after: Mapping[str, Any]) -> None:
    """Raise one of UNREADABLE unless an entry tells which backup was brought back."""
    if len(bytes.fromhex(after["sha256"])) != DIGEST:
        raise ValueError("no SHA-256")
    if after["newest"] is not None:
        datetime.fromisoformat(after["newest"])


def _check_entry(reader: ChainReader, entry: StoredEntry) -> Iterator[CrrubricError]:
    """What is wrong with an entry by itself, or with the one that should stand before it."""
    place = reader.find_break(entry.link)
    if place is not None:
        yield Invalid(FAULTS[place.fault], chain=place.chain, number=place.number)
    if entry.link.withheld:  # nothing of ours does that to the record itself
        message = N_(
            "Journal, chain %(chain)s: entry %(number)s is without a text that it told. A copy may"
            " be, the database is not: the tables can’t be compared with that text."
        )
        yield Invalid(message, chain=entry.chain, number=entry.number)
    if entry.evaluation_id != (entry.chain if entry.chain > SITE else None):
        message = N_(
            "Journal, chain %(chain)s: entry %(number)s names another evaluation, or none."
        )
        yield Invalid(message, chain=entry.chain, number=entry.number)


def _compare_district(row: District, told: State) -> Iterator[CrrubricError]:
    """Name, time zone and language of a district; what it is made with, until somebody sets
    them."""
    stored = {"name": row.name, "time_zone": row.time_zone, "language": row.language}
    facts = {"name": UNNAMED, "time_zone": UTC, "language": None, **told.facts}
    wrong = [name for name, value in stored.items() if not is_same(facts[name], value)]
    if wrong:
        message = N_("The district differs from the journal: %(columns)s.")
        yield Invalid(message, columns=", ".join(wrong))


def _compare_library(session: Session, told: State) -> Iterator[CrrubricError]:
    """The versions in the library of rubrics that are not what the site's journal tells."""
    stored = read_stored_library(session)
    for key in sorted({*stored, *told.library}):
        row, entry = stored.get(key), told.library.get(key)
        told_name = (row or entry or {})["name"]
        name = told_name if isinstance(told_name, str) else "?"
        if row is None:
            message = N_("Rubric “%(name)s” of the library, version %(number)s: missing.")
        elif entry is None:
            message = N_(
                "Rubric “%(name)s” of the library, version %(number)s: the journal tells of none."
            )
        elif all(is_same(entry[column], value) for column, value in row.items()):
            continue
        else:
            message = N_(
                "Rubric “%(name)s” of the library, version %(number)s: differs from the journal."
            )
        yield Invalid(message, name=name, number=key[1])


def _compare_beginnings(
    titles: Mapping[int, str], firsts: Mapping[int, str], begun: Mapping[int, tuple[Text, str]]
) -> Iterator[CrrubricError]:
    """Evaluations that are gone with their journals, or that have other ones, or came unseen."""
    for chain, (title, first) in begun.items():
        if chain in firsts and firsts[chain] != first:
            message = N_("Journal, chain %(chain)s: it begins otherwise than the site’s tells.")
            yield Invalid(message, chain=chain)
        elif chain not in firsts and chain not in titles:
            message = N_(
                "Evaluation “%(evaluation)s”, chain %(chain)s: gone with its journal, but that of"
                " the site tells of it."
            )
            name = title if isinstance(title, str) else "?"
            yield Invalid(message, evaluation=name, chain=chain)
    for key in sorted(titles.keys() & firsts.keys() - begun.keys()):
        message = N_("Evaluation “%(evaluation)s”: the site’s journal does not tell of it.")
        yield Invalid(message, evaluation=titles[key])


def _list_moved_evaluations(session: Session) -> Iterator[CrrubricError]:
    """Evaluations that are not the site's one district's: every one begins there, and no entry
    tells of another. With the district go the name and the hours that the memo prints."""
    own = select(func.min(District.id)).scalar_subquery()
    elsewhere = select(Evaluation.title).where(Evaluation.district_id != own)
    for title in session.scalars(elsewhere.order_by(Evaluation.id)):
        message = N_(
            "Evaluation “%(evaluation)s”: it is of another district than the site’s, and no page"
            " leads to it."
        )
        yield Invalid(message, evaluation=title)


def _compare_evaluation(
    session: Session, evaluation_id: int, title: str, told: State
) -> Iterator[CrrubricError]:
    """Every difference between the tables of an evaluation and its journal."""
    try:
        stored = read_stored_state(session, evaluation_id)
        for difference in find_differences(told, stored):
            yield _explain_difference(title, difference, told, stored)
        ballots = iterate_stored_ballots(session, evaluation_id)
        for difference in compare_ballots(told, ballots):
            yield _explain_difference(title, difference, told, stored)
        marks = iterate_stored_marks(session, evaluation_id)
        for difference in compare_marks(told, marks):
            yield _explain_difference(title, difference, told, stored)
    except ReadTwice:
        message = N_("Evaluation “%(evaluation)s”: two rows stand where there can be one.")
        yield Invalid(message, evaluation=title)
    except UNREADABLE:
        message = N_("Evaluation “%(evaluation)s”: a table holds values that can’t be read.")
        yield Invalid(message, evaluation=title)


def _explain_difference(
    title: str, difference: Difference, told: State, stored: State
) -> CrrubricError:
    """A difference in one sentence."""
    name = name_thing(difference, told, stored)
    if difference.columns:
        message = N_(
            "Evaluation “%(evaluation)s”, %(kind)s%(name)s: differs from the journal in "
            "%(columns)s."
        )
    elif difference.extra:
        message = N_("Evaluation “%(evaluation)s”, %(kind)s%(name)s: the journal tells of none.")
    else:
        message = N_(
            "Evaluation “%(evaluation)s”, %(kind)s%(name)s: missing, but the journal tells of it."
        )
    return Invalid(
        message,
        evaluation=title,
        kind=KINDS[difference.kind],
        name=f" {name}" if name else "",
        columns=", ".join(difference.columns),
    )
