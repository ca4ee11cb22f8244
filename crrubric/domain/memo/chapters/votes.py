"""What the memo says of the vote on must-haves: its counts, and what the chair made of them."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Paragraph, Table
from crrubric.domain.memo.facts import MemoFacts, MemoVote, MemoVoteLine
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.translation import N_


class VoteBlocks:
    """The blocks about the votes, in the section on the method."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words = facts, words

    def blocks(self) -> Iterable[Block]:
        """The last vote with its table; those before it in a sentence each."""
        words = self.words
        if not self.facts.votes:
            if not self.facts.made_from_file:
                yield Paragraph(words(N_("There was no vote on the must-haves before scoring.")))
            return
        *earlier, last = self.facts.votes
        for vote in earlier:
            yield Paragraph(self.replaced(vote))
        yield Paragraph(self.held(last))
        yield self.table(last)

    def replaced(self, vote: MemoVote) -> str:
        """A vote that a later one took the place of."""
        text = N_(
            "A vote on the must-haves was closed %(when)s; reviewers who voted: %(count)s. A later"
            " vote took its place."
        )
        return self.words(text, when=self.words.moment(vote.closed_at), count=vote.voters)

    def held(self, vote: MemoVote) -> str:
        """When, by how many, and by which rule."""
        text = N_(
            "Before scoring, from %(opened)s to %(closed)s, the reviewers voted on which criteria"
            " are must-haves, each alone; the counts were shown once the vote was closed."
            " Reviewers who voted: %(count)s. The majority of those who answered proposed; the"
            " chair settled, with a reason where the vote said otherwise or was tied."
        )
        if all(line.adopted is None for line in vote.lines):
            text = N_(
                "Before scoring, from %(opened)s to %(closed)s, the reviewers voted on which"
                " criteria are must-haves, each alone; the counts were shown once the vote was"
                " closed. Reviewers who voted: %(count)s. The chair settled none of what was voted"
                " on."
            )
        return self.words(
            text,
            opened=self.words.moment(vote.opened_at),
            closed=self.words.moment(vote.closed_at),
            count=vote.voters,
        )

    def table(self, vote: MemoVote) -> Table:
        """A line a criterion."""
        words = self.words
        header = (
            N_("Criterion"), N_("YES"), N_("NO"), N_("The vote proposes"), N_("Settled"),
            N_("Reason and remarks"),
        )  # fmt: skip
        return Table(
            words(N_("Vote on must-haves")),
            tuple(map(words, header)),
            tuple(
                (
                    line.title,
                    str(line.yes),
                    str(line.no),
                    self.named(line.proposal, N_("nothing: tie")),
                    self.named(line.adopted, N_("not settled")),
                    " ".join(self.remarks(line)) or "–",
                )
                for line in vote.lines
            ),
        )

    def named(self, must_have: bool | None, nothing: str) -> str:
        """A must-have or not, or the words for neither."""
        if must_have is None:
            return self.words(nothing)
        return self.words(N_("must-have") if must_have else N_("not a must-have"))

    def remarks(self, line: MemoVoteLine) -> Iterable[str]:
        """The chair's reason, and what changed meanwhile or since."""
        if line.reason:
            yield line.reason
        if line.reworded:
            text = N_("Answers given before the criterion was reworded: %(count)s.")
            yield self.words(text, count=line.reworded)
        if line.reworded_since:
            yield self.words(N_("Reworded after the vote."))
        if line.left_out:
            yield self.words(N_("Left out after the vote."))
        elif line.adopted is not None and line.adopted != line.must_have:
            now = self.named(line.must_have, "")
            yield self.words(N_("Set otherwise after that: %(now)s."), now=now)
