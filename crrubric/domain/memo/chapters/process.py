"""What the memo says of the process: when what happened, who was to score what, who left."""

from collections.abc import Iterable
from dataclasses import replace

from crrubric.domain.documents.tree import Block, Bullets, Paragraph, Table
from crrubric.domain.memo.chapters.blindness import BlindnessBlocks
from crrubric.domain.memo.chapters.ranking import RankingBlocks
from crrubric.domain.memo.facts import MemoDeparture, MemoFacts
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.translation import N_


class ProcessBlocks:
    """Dates of the phases, practice, scope, vendors that left, must-haves that ruled some out."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter, orders: RankingBlocks) -> None:
        self.facts, self.words, self.orders = facts, words, orders

    def blocks(self) -> Iterable[Block]:
        """The section."""
        words, facts = self.words, self.facts
        yield Table(
            words(N_("Timeline")),
            (words(N_("Step")), words(N_("When"))),
            (
                *self.opened(),
                (words(N_("Decision recorded")), words.moment(facts.decided_at)),
            ),
        )
        yield from self.scope()
        yield from BlindnessBlocks(facts.blindness, words).blocks()
        if facts.practice is not None:
            text = N_(
                "Before that, on %(when)s, a practice round on a made-up vendor was opened, to "
                "see which criteria reviewers understand differently. Reviewers who "
                "finished it: %(count)s. Marks given in it never counted."
            )
            if facts.practice.restarted:
                text = N_(
                    "Before that, on %(when)s, a practice round on a made-up vendor was opened, "
                    "to see which criteria reviewers understand differently. The round "
                    "was begun again, and the marks until then were thrown away. Reviewers who "
                    "finished it after that: %(count)s. Marks given in it never counted."
                )
            yield Paragraph(
                words(
                    text,
                    when=words.moment(facts.practice.at),
                    count=facts.practice.reviewers,
                )
            )
        yield from self.departures()
        yield from self.orders.gates()

    def departures(self) -> Iterable[Block]:
        """The vendors that left since the opening that the timeline tells of, and before it."""
        opened, words = self.facts.opened_at, self.words
        rows = self.facts.departed_vendors
        before = [row for row in rows if opened is not None and row.at < opened]
        gone = tuple(self.departure(row) for row in rows if opened is None or row.at >= opened)
        yield Paragraph("", words(N_("Vendors that left the selection after ballots opened:")))
        yield Bullets(gone) if gone else Paragraph(words(NONE))
        if before:
            text = N_(
                "Vendors that had left it before, when ballots were open a first time, until a step"
                " back to set-up:"
            )
            yield Paragraph("", words(text))
            yield Bullets(tuple(map(self.departure, before)))

    def scope(self) -> Iterable[Block]:
        """What was to be scored by whom, and what of that does not count any more."""
        words, asked = self.words, self.facts.asked
        counted = replace(
            asked,
            vendors=len(self.facts.vendors),
            criteria=len(self.facts.results.criteria),
            reviewers=sum(bool(person.ballots) for person in self.facts.people),
            marked=sum(person.marked for person in self.facts.people),
        )
        text = words(
            N_(
                "To be scored: vendors %(vendors)s, criteria %(criteria)s. Reviewers asked: "
                "%(reviewers)s; of these gave marks: %(marked)s."
            ),
            vendors=asked.vendors,
            criteria=asked.criteria,
            reviewers=asked.reviewers,
            marked=asked.marked,
        )
        if asked != counted:
            more = N_(
                "In the result: vendors %(vendors)s, criteria %(criteria)s, reviewers "
                "%(reviewers)s; of these gave marks that count: %(marked)s."
            )
            text += " " + words(
                more,
                vendors=counted.vendors,
                criteria=counted.criteria,
                reviewers=counted.reviewers,
                marked=counted.marked,
            )
        yield Paragraph(text)

    def departure(self, row: MemoDeparture) -> str:
        """A vendor that left the selection, or came back, and why."""
        when = self.words.moment(row.at)
        if not row.back:
            return f"{row.name}, {when}: {row.reason}"
        text = N_("%(name)s came back, %(when)s: %(why)s")
        return self.words(text, name=row.name, when=when, why=row.reason)

    def opened(self) -> Iterable[tuple[str, str]]:
        """When ballots were opened and locked, if that happened here."""
        words, facts = self.words, self.facts
        if facts.made_from_file:
            text = N_("Evaluation made from a file of marks; ballots shown to the committee")
            yield words(text), words.moment(facts.opened_at)
            if not facts.blindness.returns:
                return
        else:
            text = N_("Ballots opened; rubric and rule fixed")
            yield words(text), words.moment(facts.opened_at)
        yield from self.locked()

    def locked(self) -> Iterable[tuple[str, str]]:
        """When ballots were locked; where they opened again, or were filled out of a file in the
        meeting, when they were first shown."""
        words, facts = self.words, self.facts
        shown = facts.blindness.shown_at
        if not facts.blindness.returns and shown not in (None, facts.closed_at):
            yield words(N_("Ballots locked")), words.moment(facts.closed_at)
            yield words(N_("Ballots first shown to the committee")), words.moment(shown)
            return
        if not facts.blindness.returns:
            text = N_("Ballots locked and shown to the committee")
            yield words(text), words.moment(facts.closed_at)
            return
        yield words(N_("Ballots first shown to the committee")), words.moment(shown)
        yield words(N_("Ballots locked again")), words.moment(facts.closed_at)
