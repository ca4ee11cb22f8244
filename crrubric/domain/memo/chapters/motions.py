"""What the memo says of motions: words, vote, result, what was adopted, what was corrected."""

from collections.abc import Iterable, Sequence

from crrubric.domain.documents.tree import Block, Bullets, Paragraph, Table
from crrubric.domain.meeting.motions import AdoptedGroup
from crrubric.domain.memo.meeting_facts import (
    MemoMotion,
    MemoMotionCorrection,
    MemoMotionText,
    MemoSitting,
)
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.text import quote_inside
from crrubric.domain.translation import N_


class MotionBlocks:
    """The motions of all meetings, numbered through."""

    def __init__(
        self, sittings: Sequence[MemoSitting], words: ValueFormatter, *, outside: int = 0
    ) -> None:
        self.sittings, self.outside, self.words = sittings, outside, words

    def blocks(self) -> Iterable[Block]:
        """A table of motions for each meeting; below it what needs more room."""
        words, number = self.words, 0
        for sitting in self.sittings:
            numbered = list(enumerate(sitting.motions, start=number + 1))
            number += len(numbered)
            if numbered:
                header = (N_("Motion"), N_("Moved, seconded"), N_("Vote"), N_("Result"))
                when = words.moment(sitting.opened_at)
                yield Table(
                    words(N_("Motions of the meeting of %(when)s"), when=when),
                    tuple(map(words, header)),
                    tuple(self.row(place, motion) for place, motion in numbered),
                )
            for place, motion in numbered:
                yield from self.adopted(place, motion)
                yield from self.corrected(place, motion)
        if not number:
            yield Paragraph(words(NONE), words(N_("Motions:")))
        if self.outside:
            text = N_("Findings recorded while no meeting was open: %(count)s.")
            yield Paragraph(words(text, count=self.outside))

    def row(self, number: int, motion: MemoMotion) -> tuple[str, ...]:
        """A motion as a row of the table."""
        return (
            f"{number}. {motion.text.words}",
            self.people(motion.text) or "–",
            self.vote(motion.text),
            self.result(motion),
        )

    def people(self, text: MemoMotionText) -> str:
        """Who moved and who seconded, as far as it was recorded."""
        return ", ".join(name for name in (text.moved_by, text.seconded_by) if name)

    def vote(self, text: MemoMotionText) -> str:
        """A vote in words."""
        yes, no, away = text.votes
        return self.words(
            N_("%(yes)s in favor, %(no)s against, %(away)s abstaining"), yes=yes, no=no, away=away
        )

    def result(self, motion: MemoMotion) -> str:
        """Whether it carried, and how many items it adopted."""
        words, count = self.words, sum(len(group.criteria) for group in motion.adopted)
        if motion.carried and count:
            return words(N_("carried; items adopted: %(count)s"), count=count)
        if motion.carried:
            return words(N_("carried"))
        if count:
            text = N_("not carried as corrected; findings withdrawn with it: %(count)s")
            return words(text, count=count)
        return words(N_("not carried"))

    def adopted(self, number: int, motion: MemoMotion) -> Iterable[Block]:
        """Which items were adopted, by vendor and finding."""
        if not motion.adopted:
            return
        label = N_("Adopted with motion %(number)s:")
        if not motion.carried:
            label = N_("Adopted with motion %(number)s until it was corrected:")
        yield Paragraph("", self.words(label, number=number))
        yield Bullets(tuple(map(self.group, motion.adopted)))

    def group(self, group: AdoptedGroup) -> str:
        """Items of one vendor with the same finding."""
        return self.words(
            N_("%(vendor)s, %(finding)s (%(count)s): %(criteria)s"),
            vendor=group.vendor,
            finding=self.words(group.value.label),
            count=len(group.criteria),
            criteria="; ".join(group.criteria),
        )

    def corrected(self, number: int, motion: MemoMotion) -> Iterable[Block]:
        """What was recorded before, for each time that it was corrected."""
        if not motion.corrections:
            return
        yield Paragraph("", self.words(N_("Corrections of motion %(number)s:"), number=number))
        yield Bullets(tuple(map(self.correction, motion.corrections)))

    def correction(self, row: MemoMotionCorrection) -> str:
        """Who corrected it, when and why, and each part that is another one."""
        words = self.words
        told = words(
            N_("%(when)s, by %(name)s: %(why)s"),
            when=words.moment(row.at),
            name=row.by,
            why=row.reason,
        )
        pairs = (
            (f"“{quote_inside(row.before.words)}”", f"“{quote_inside(row.after.words)}”"),
            (self.movers(row.before), self.movers(row.after)),
            (self.vote(row.before), self.vote(row.after)),
        )
        changes = (
            words(N_("Before: %(before)s. Now: %(after)s."), before=before, after=after)
            for before, after in pairs
            if before != after
        )
        return " ".join((told, *changes))

    def movers(self, text: MemoMotionText) -> str:
        """Who moved and seconded, for a correction."""
        nobody = self.words(N_("not recorded"))
        return self.words(
            N_("moved by %(mover)s, seconded by %(seconder)s"),
            mover=text.moved_by or nobody,
            seconder=text.seconded_by or nobody,
        )
