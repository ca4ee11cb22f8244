"""What the memo says of the committee: who marked what, who stayed away, who left, when it met."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Bullets, Paragraph, Table
from crrubric.domain.memo.chapters.motions import MotionBlocks
from crrubric.domain.memo.facts import (
    MemoAppointment,
    MemoChangedConflict,
    MemoDeparture,
    MemoFacts,
    MemoPerson,
    MemoRecusal,
)
from crrubric.domain.memo.meeting_facts import MemoSitting
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.text import quote_inside
from crrubric.domain.translation import N_


class CommitteeBlocks:
    """Section 4 of the memo."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words = facts, words

    def blocks(self) -> Iterable[Block]:
        """Members, meetings, conflicts of interest, former members."""
        words, facts = self.words, self.facts
        header = (
            N_("Name"), N_("Represents"), N_("Role"), N_("Assigned"), N_("Ballots submitted")
        )  # fmt: skip
        yield Table(
            words(N_("Members")),
            tuple(map(words, header)),
            tuple(self.person(row) for row in facts.people),
        )
        acting = tuple(self.appointment(row) for row in facts.appointments)
        if acting:
            yield from self.listed(N_("Acting chairs:"), acting)
        held = tuple(self.sitting(row) for row in facts.sittings)
        yield from self.listed(N_("Meetings and who attended:"), held)
        yield from MotionBlocks(facts.sittings, words, outside=facts.outside).blocks()
        away = tuple(self.conflict(row) for row in facts.recusals)
        yield from self.recusals(away)
        changed = tuple(self.changed_conflict(row) for row in facts.changed_conflicts)
        if changed:
            yield from self.listed(N_("Declared conflicts that were corrected since:"), changed)
        left = tuple(self.departure(row) for row in facts.departed_members)
        yield from self.listed(N_("Members who left the committee:"), left)

    def recusals(self, away: tuple[str, ...]) -> Iterable[Block]:
        """The conflicts of interest; where nobody has one, how many said so."""
        label = N_("Conflicts of interest and recusals:")
        there, asked = self.facts.purchase.declared
        if away or not there:
            yield from self.listed(label, away)
            return
        text = N_("None. Declarations on record: %(there)s of %(asked)s, all of no conflict.")
        yield Paragraph(self.words(text, there=there, asked=asked), self.words(label))

    def departure(self, row: MemoDeparture) -> str:
        """Who left, and what became of the marks, if there are any."""
        told = f"{row.name}, {self.words.moment(row.at)}"
        if not row.marked:
            return told
        marks = self.words(N_("the marks are in the record and do not count"))
        return f"{told} ({marks})"

    def appointment(self, row: MemoAppointment) -> str:
        """Who was appointed by whom, and why."""
        return self.words(
            N_("%(name)s, appointed by %(by)s, %(when)s: %(why)s"),
            name=row.name,
            by=row.by,
            when=self.words.moment(row.at),
            why=row.reason,
        )

    def listed(self, label: str, lines: tuple[str, ...]) -> Iterable[Block]:
        """A labelled list, or that there is nothing."""
        if lines:
            yield Paragraph("", self.words(label))
            yield Bullets(lines)
        else:
            yield Paragraph(self.words(NONE), self.words(label))

    def person(self, row: MemoPerson) -> tuple[str, ...]:
        """A row of the members' table."""
        words = self.words
        return (
            row.name,
            words(row.stakeholder.label),
            ", ".join(words(role) for role in row.roles),
            self.marked(row) if row.ballots else "–",
            self.ballots(row) if row.ballots else "–",
        )

    def marked(self, row: MemoPerson) -> str:
        """What they were to mark."""
        if row.criteria is None:
            return self.words(N_("every criterion"))
        whole = len(self.facts.results.criteria)
        return self.words(N_("%(part)s of %(whole)s criteria"), part=row.criteria, whole=whole)

    def ballots(self, row: MemoPerson) -> str:
        """How many they submitted, and how many somebody entered for them."""
        words = self.words
        text = words(N_("%(part)s of %(whole)s"), part=row.submitted, whole=row.ballots)
        if row.entered:
            said = N_("entered on their behalf: %(count)s, not confirmed: %(open)s")
            if row.disputed:
                said = N_(
                    "entered on their behalf: %(count)s, not confirmed: %(open)s, disputed:"
                    " %(disputed)s"
                )
            text += "; " + words(
                said, count=row.entered, open=row.unconfirmed, disputed=row.disputed
            )
        return text

    def sitting(self, row: MemoSitting) -> str:
        """A meeting in a line."""
        who = ", ".join(row.present) or self.words(N_("attendance not recorded"))
        when = self.words.moment(row.opened_at)
        return f"{when}, {row.place}: {who}" if row.place else f"{when}: {who}"

    def conflict(self, row: MemoRecusal) -> str:
        """A declared conflict, and what became of it."""
        became = (
            self.words(N_("waived by the chair: %(why)s"), why=row.waiver)
            if row.waiver
            else self.words(
                N_("recused; marks given before that do not count") if row.marked else N_("recused")
            )
        )
        if row.late_at is not None:
            text = N_("declared %(when)s, after the committee had seen the ballots")
            if row.marked:
                text = N_(
                    "declared %(when)s, after the committee had seen the ballots; marks given no"
                    " longer count"
                )
            became = self.words(text, when=self.words.moment(row.late_at))
        return f"{row.name}, {row.vendor}: “{quote_inside(row.reason)}” ({became})"

    def changed_conflict(self, row: MemoChangedConflict) -> str:
        """A conflict as it was declared first, and what its member made of it, with the reason."""
        text = N_("%(name)s, %(vendor)s: “%(words)s”, taken back by them %(when)s: %(why)s")
        if row.now:
            text = N_(
                "%(name)s, %(vendor)s: “%(words)s”, put into other words by them %(when)s: %(why)s"
            )
        return self.words(
            text,
            name=row.name,
            vendor=row.vendor,
            words=quote_inside(row.words),
            when=self.words.moment(row.at),
            why=row.reason,
        )
