"""What the memo says of those who do not agree: in short for the board, in full in its section."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Bullets, Paragraph
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.meeting_facts import MemoPosition
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.text import quote_inside
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import PositionKind

# The summary stays one page: longer words of those who dissent are in their section alone.
BOARD_WORDS = 1_200


class DissentBlocks:
    """Positions on the recommendation, votes against motions, marks against findings."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words = facts, words
        self.against = [row for row in facts.positions if row.kind is PositionKind.CANNOT_SUPPORT]

    def summary(self) -> Iterable[Block]:
        """For the board: how many stand where, who dissents, what went against whom."""
        words = self.words
        told = [self.standing(), *self.earlier(), *self.votes(), *self.marks()]
        yield Paragraph(" ".join(told), words(N_("Dissent:")))
        if not self.against:
            return
        short = sum(len(row.words) for row in self.against) <= BOARD_WORDS
        elsewhere = words(N_("in their own words in the section “Dissent”"))
        yield Bullets(
            tuple(
                self.said(row) if short else f"{self.person(row)}: {elsewhere}"
                for row in self.against
            )
        )

    def section(self) -> Iterable[Block]:
        """How many stand where, and who cannot support it in their own words."""
        yield from map(Paragraph, (self.standing(), *self.earlier()))
        if not self.facts.positions:
            return
        lines = tuple(map(self.said, self.against))
        yield Bullets(lines) if lines else Paragraph(self.words(NONE))

    def said(self, row: MemoPosition) -> str:
        """Who, and what they said: quoted, so that no line of it is taken for another person's."""
        return f"{self.person(row)}: “{quote_inside(row.words)}”"

    def person(self, row: MemoPosition) -> str:
        """Who, and for whom they speak."""
        return f"{row.name} ({self.words(row.stakeholder.label)})"

    def standing(self) -> str:
        """How many reviewers stand where; before the decision is final, that it is not told yet."""
        words, facts = self.words, self.facts
        if facts.recommendation is None or not facts.final:
            return words(N_("What reviewers stated is printed once the decision is final."))
        stated, asked = facts.stated
        if not stated:
            return words(
                N_("No reviewer stated a position on it. Reviewers asked: %(count)s."), count=asked
            )
        support, live, cannot = (
            sum(row.kind is kind for row in facts.positions) for kind in PositionKind
        )
        return words(
            N_(
                "%(stated)s of %(asked)s reviewers stated a position. Support it: %(support)s. Can"
                " live with it: %(live)s. Cannot support it: %(cannot)s."
            ),
            stated=stated,
            asked=asked,
            support=support,
            live=live,
            cannot=cannot,
        )

    def earlier(self) -> Iterable[str]:
        """How many of them had been stated on an earlier wording of the recommendation."""
        words, found = self.words, self.facts.recommendation
        count = sum(row.earlier for row in self.facts.positions)
        if found is not None and count:
            text = N_(
                "Of these positions, stated before the recommendation was last recorded, %(when)s:"
                " %(count)s."
            )
            yield words(text, count=count, when=words.moment(found.at))

    def votes(self) -> Iterable[str]:
        """How many motions that carried had votes against them."""
        carried = [row for sitting in self.facts.sittings for row in sitting.motions if row.carried]
        opposed = sum(row.text.votes[1] > 0 for row in carried)
        if opposed:
            text = N_("Motions that carried with votes against them: %(count)s of %(all)s.")
            yield self.words(text, count=opposed, all=len(carried))

    def marks(self) -> Iterable[str]:
        """How many findings go against what a reviewer had marked."""
        cells = self.facts.results.cells.values()
        count = sum(cell.has_dissent for cell in cells)
        if count:
            text = N_(
                "Items whose finding is not what every reviewer had marked: %(count)s of %(all)s."
            )
            yield self.words(text, count=count, all=len(cells))
