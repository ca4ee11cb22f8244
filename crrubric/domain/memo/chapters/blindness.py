"""What the memo says of blindness: each sentence rests on a fact of this evaluation."""

from collections.abc import Iterable
from datetime import date, datetime

from crrubric.domain.ballots.blindness import LateChange
from crrubric.domain.documents.tree import Block, Bullets, Paragraph
from crrubric.domain.memo.facts import MemoBlindness, MemoMove
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.text import quote_inside
from crrubric.domain.translation import N_


class BlindnessBlocks:
    """The part of section 3 on who could know whose marks.

    Sentences rest on all ballots; those listed are the ones that the reader may be told of.
    """

    def __init__(self, facts: MemoBlindness, words: ValueFormatter) -> None:
        self.facts, self.words = facts, words

    def blocks(self) -> Iterable[Block]:
        """Ballots filled in alone; then every other way in which a ballot came about."""
        if self.facts.alone:
            yield Paragraph(self.alone())
        yield from self.imported()
        yield from self.entered()
        yield from self.returned()
        yield from self.late()

    def late(self) -> Iterable[Block]:
        """Ballots submitted after the closing day of their time, and days moved afterwards."""
        facts, words = self.facts, self.words
        told = [row for row in facts.late_ballots if row.change.vendor not in facts.away]
        for day in sorted({row.closing for row in told}):
            text = N_("Submitted after the closing day, %(day)s:")
            rows = [row.change for row in told if row.closing == day]
            yield from self.changes(words(text, day=words.day(day)), rows)
        if facts.moves:
            text = N_("The closing day or the hard end was moved when it had passed:")
            yield Paragraph(words(text))
            yield Bullets(tuple(map(self.move, facts.moves)))

    def move(self, row: MemoMove) -> str:
        """Who moved what, from when to when."""
        words = self.words
        told = N_("%(when)s, by %(name)s: the closing day, from %(before)s to %(after)s")
        if isinstance(row.before, datetime):
            told = N_("%(when)s, by %(name)s: the hard end, from %(before)s to %(after)s")
        return words(
            told,
            when=words.moment(row.at),
            name=row.by,
            before=self.day(row.before),
            after=words(N_("none")) if row.after is None else self.day(row.after),
        )

    def day(self, value: date | datetime) -> str:
        """A closing day, or a hard end with its hour."""
        words = self.words
        return words.moment(value) if isinstance(value, datetime) else words.day(value)

    def changes(self, lead: str, rows: Iterable[LateChange]) -> Iterable[Block]:
        """A sentence, and below it the ballots of which the reader may be told; else nothing."""
        told = [self.change(row) for row in rows if row.vendor not in self.facts.away]
        if told:
            yield Paragraph(lead)
            yield Bullets(tuple(told))

    def change(self, row: LateChange) -> str:
        """Whose ballot for which vendor, and when."""
        told = f"{row.reviewer}, {row.vendor}: {self.words.moment(row.at)}"
        if row.counts:
            return told
        gone = self.words(N_("does not count any more"))
        return f"{told} ({gone})"

    def alone(self) -> str:
        """Whether all ballots were filled in alone, or how many."""
        facts, words = self.facts, self.words
        if not (facts.imported_ballots or facts.imports or facts.entries or facts.late_changes):
            return words(
                N_(
                    "Each worked alone; nobody, not even the chair, saw another reviewer’s marks"
                    " before the ballots were locked."
                )
            )
        return words(
            N_(
                "Ballots that their reviewers filled in alone, before anybody saw them: %(count)s."
                " What is different for the others:"
            ),
            count=facts.alone,
        )

    def imported(self) -> Iterable[Block]:
        """Marks out of files: crrubric was not there when they were given."""
        facts, words = self.facts, self.words
        if facts.imported_ballots:
            yield Paragraph(
                words(
                    N_(
                        "Ballots that were imported from a file: %(count)s. Whether their reviewers"
                        " worked alone is not recorded."
                    ),
                    count=facts.imported_ballots,
                )
            )
        elif facts.imports:
            text = N_("Files were imported, but none of their marks is on a ballot any more:")
            yield Paragraph(words(text))
        if facts.imports:
            yield Bullets(
                tuple(
                    words(
                        N_("“%(file)s”, imported %(when)s, after the closing day; marks: %(count)s")
                        if row.late
                        else N_("“%(file)s”, imported %(when)s; marks: %(count)s"),
                        file=quote_inside(row.file),
                        when=words.moment(row.at),
                        count=row.marks,
                    )
                    for row in facts.imports
                )
            )

    def entered(self) -> Iterable[Block]:
        """Ballots entered for somebody, who saw them then, and what followed from it."""
        facts, words = self.facts, self.words
        told = [row for row in facts.entries if row.vendor not in facts.away]
        if told:
            yield Paragraph(
                words(
                    N_(
                        "Ballots given on paper or by phone were entered and sealed by somebody"
                        " else, who saw them then and from then on could not mark that vendor;"
                        " reviewers who have an account were asked to confirm them:"
                    )
                )
            )
            yield Bullets(
                tuple(
                    words(
                        N_("%(name)s entered ballots for %(vendor)s: %(count)s"),
                        name=row.by,
                        vendor=row.vendor,
                        count=row.count,
                    )
                    for row in told
                )
            )

    def returned(self) -> Iterable[Block]:
        """Steps back to scoring after the ballots were shown, and which ballots changed then."""
        facts, words = self.facts, self.words
        if facts.returns:
            yield Paragraph(
                words(
                    N_(
                        "The committee saw the ballots %(when)s. After that, the evaluation went"
                        " back to scoring:"
                    ),
                    when=words.moment(facts.shown_at),
                )
            )
            yield Bullets(tuple(f"{words.moment(row.at)}: {row.reason}" for row in facts.returns))
        text = N_(
            "Ballots that were changed after the committee had seen the ballots, when what others"
            " had answered could be known:"
        )
        yield from self.changes(words(text), facts.late_changes)
        text = N_("Submitted ballots that were opened again after that:")
        yield from self.changes(words(text), facts.reopened)
        if facts.returns and not (facts.late_changes or facts.reopened):
            yield Paragraph(words(N_("No ballot was changed then.")))
