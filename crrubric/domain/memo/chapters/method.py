"""The memo on the method: rule, criteria, vote on must-haves, what was corrected later."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Bullets, Paragraph, Table
from crrubric.domain.memo.chapters.plan import PlanBlocks
from crrubric.domain.memo.chapters.votes import VoteBlocks
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.results.scoring import SCORE_MEANS
from crrubric.domain.text import quote_inside
from crrubric.domain.translation import N_


class MethodBlocks:
    """Section 5 of the memo."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words, self.results = facts, words, facts.results

    def blocks(self) -> Iterable[Block]:
        """The rule, when it was fixed, the criteria, and what was changed since."""
        words, results = self.words, self.results
        yield Paragraph(words.rule(results.rule))
        yield Paragraph(words.quorum(results.rule))
        yield Paragraph(
            words(
                N_(
                    "CAN’T TELL is counted as an answer but decides nothing. If more "
                    "reviewers answer NOT APPLICABLE than YES or NO, the criterion does "
                    "not count in the score. %(score)s The pass mark is %(mark)s. A vendor "
                    "that does not meet a must-have is not eligible unless the committee "
                    "reinstates it with a reason."
                ),
                score=words(SCORE_MEANS[results.mode]),
                mark=words.whole_percent(results.pass_mark),
            )
        )
        fixed = N_("Rule and rubric were fixed %(when)s.")
        if self.facts.made_from_file:
            fixed = N_(
                "Rubric and marks came out of a file, %(when)s, with the rule beside it. Whether "
                "rubric and rule were fixed before the marks were given is not recorded."
            )
        elif self.facts.revisions:
            fixed = N_("Rule and rubric were fixed %(when)s; the rubric was corrected after that.")
        yield Paragraph(words(fixed, when=words.moment(self.facts.opened_at)))
        if self.facts.asked.fixed_revisions:
            text = N_(
                "Ballots had been opened before that, and were opened anew after a step back to"
                " set-up. Corrections made in between: %(count)s. What set-up made of them is a"
                " part of what was fixed."
            )
            yield Paragraph(words(text, count=self.facts.asked.fixed_revisions))
        yield Table(
            words(
                N_("Criteria as they are after the corrections below")
                if self.facts.revisions
                else N_("Criteria as they came out of the file")
                if self.facts.made_from_file
                else N_("Criteria as fixed when ballots opened")
            ),
            tuple(map(words, (N_("Criterion"), N_("Section"), N_("Weight"), N_("Must-have")))),
            tuple(
                (
                    criterion.title,
                    criterion.section_title,
                    f"{float(criterion.weight):g}",
                    words(N_("yes")) if criterion.must_have else "–",
                )
                for criterion in results.criteria
            ),
        )
        yield from VoteBlocks(self.facts, words).blocks()
        yield from PlanBlocks(self.facts, words).hints()
        yield from self.corrections()

    def corrections(self) -> Iterable[Block]:
        """What was corrected after ballots opened, and what it did to marks."""
        words = self.words
        lines = tuple(
            words(
                N_("Revision %(number)s, %(when)s, “%(title)s”: %(reason)s (%(effect)s)"),
                number=row.number,
                when=words.moment(row.at),
                title=row.title,
                reason=row.reason,
                effect=words(row.effect.label),
            )
            + (" " + words(N_("Made after the ballots had been shown.")) if row.after_shown else "")
            + "".join(
                " "
                + words(
                    N_("Before: “%(before)s”. Now: “%(after)s”."),
                    before=quote_inside(before) or words(N_("(empty)")),
                    after=quote_inside(after) or words(N_("(empty)")),
                )
                for before, after in row.changed
            )
            for row in self.facts.revisions
        )
        yield Paragraph("", words(N_("Corrected after ballots opened:")))
        yield Bullets(lines) if lines else Paragraph(words(NONE))
