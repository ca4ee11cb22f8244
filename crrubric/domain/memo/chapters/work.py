"""What the memo says of the work that follows: who does what by when, where learners recover."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Table
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.translation import N_

VENUES = (N_("Setting"), N_("Where"), N_("When"))
ITEMS = (N_("What"), N_("Who"), N_("Done by"), N_("Status"), N_("Comes from"))


def print_venues(facts: MemoFacts, words: ValueFormatter) -> Iterable[Block]:
    """Where and when settings of triage happen, of those for which the chair chose it."""
    rows = tuple(
        (words(setting.label), words(venue.kind.label), words(venue.hours.label))
        for setting, venue in facts.plan.venues.items()
    )
    if rows:
        yield Table(words(N_("Where and when")), tuple(map(words, VENUES)), rows)


def print_items(facts: MemoFacts, words: ValueFormatter) -> Iterable[Block]:
    """Who does what by when; nothing about a vendor from which the reader stays away."""
    rows = tuple(
        (
            row.words,
            row.owner or words(N_("nobody yet")),
            words.day(row.due_on) if row.due_on else "–",
            words(row.state.label),
            words(row.source.label),
        )
        for row in facts.plan.items
        if row.vendor not in facts.kept_back
    )
    if rows:
        yield Table(words(N_("Action items")), tuple(map(words, ITEMS)), rows)
