"""Composing the memo: the one-page board summary, then the fifteen sections, none left out."""

import re
from collections.abc import Callable, Iterable

from crrubric.domain.documents.tree import (
    Block,
    Bullets,
    Contents,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
)
from crrubric.domain.memo.chapters.cost import CostBlocks
from crrubric.domain.memo.chapters.dissent import DissentBlocks
from crrubric.domain.memo.chapters.glance import GlanceBlocks
from crrubric.domain.memo.chapters.method import MethodBlocks
from crrubric.domain.memo.chapters.needs import NeedBlocks
from crrubric.domain.memo.chapters.people import CommitteeBlocks
from crrubric.domain.memo.chapters.plan import PlanBlocks
from crrubric.domain.memo.chapters.process import ProcessBlocks
from crrubric.domain.memo.chapters.purchase import PurchaseBlocks
from crrubric.domain.memo.chapters.ranking import RankingBlocks
from crrubric.domain.memo.chapters.summary import RecommendationBlocks
from crrubric.domain.memo.chapters.trust import TrustBlocks
from crrubric.domain.memo.chapters.vendors import VendorBlocks
from crrubric.domain.memo.empty_parts import gather_empty_parts
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.issuing.stamps import (
    find_memo_status,
    list_issue_rows,
    write_stamp,
    write_subtitle,
)
from crrubric.domain.memo.words import NONE, Translate, ValueFormatter
from crrubric.domain.people.languages import SPOKEN
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Role

APPENDIX = N_("Appendix: where the numbers come from")
# how people begin a line of a list; a sign or a number that goes on is part of what they say
OWN_BULLET = re.compile(r"^([•*]\s*|[–-]\s+)?([0-9]{1,2}[.)]\s+)?")


def compose_memo(facts: MemoFacts, translate: Translate) -> Document:
    """The memo for these facts, in the language of `translate`."""
    words = ValueFormatter(translate, pass_mark=facts.results.pass_mark)
    return _MemoComposer(facts, words).memo()


class _MemoComposer:
    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words = facts, words

    def memo(self) -> Document:
        facts, words = self.facts, self.words
        trust, dissent = TrustBlocks(facts, words), DissentBlocks(facts, words)
        written = VendorBlocks(facts, words)
        needs = [(N_("List of needs"), NeedBlocks(facts, words, written).blocks())]
        plan, proposal = PlanBlocks(facts, words), RecommendationBlocks(facts, words)
        orders, bought = RankingBlocks(facts, words), PurchaseBlocks(facts, words)
        sections = (
            (N_("Recommendation"), proposal.recommendation()),
            (N_("Background and need"), [*self.background(), *plan.background()]),
            (
                N_("Process and timeline"),
                [*ProcessBlocks(facts, words, orders).blocks(), *self.of_purchase(bought.process)],
            ),
            (N_("Committee"), CommitteeBlocks(facts, words).blocks()),
            (N_("Method"), MethodBlocks(facts, words).blocks()),
            (N_("Results at a glance"), GlanceBlocks(facts, words).blocks()),
            *(needs if facts.in_place else ()),
            (N_("Agreement"), trust.agreement()),
            (N_("Vendor by vendor"), written.blocks()),
            (N_("Dissent"), dissent.section()),
            (N_("How stable the ranking is"), trust.robustness()),
            (
                N_("Cost and funding"),
                [*CostBlocks(facts, words).blocks(), *self.of_purchase(bought.funding)],
            ),
            (N_("Risks, conditions, commitments"), self.conditions()),
            (N_("Implementation and next steps"), plan.next_steps()),
            (N_("Approvals"), self.approvals()),
            (N_("Attachments"), [*self.attachments(), *self.of_purchase(bought.index)]),
        )
        blocks: list[Block] = [*proposal.summary(), PageBreak(), *self.header()]
        blocks.append(Contents(words(N_("Contents"))))
        for number, (title, body) in enumerate(sections, start=1):
            blocks.append(Heading(1, f"{number}. {words(title)}"))
            blocks += gather_empty_parts(body, words)
        blocks += [Heading(1, words(APPENDIX)), *trust.origin_of_numbers(), *self.proof()]
        return Document(
            title=words(self.heading(), title=facts.title),
            subtitle=write_subtitle(facts, words),
            page_label=words(N_("Page %(page)s of %(pages)s")),
            status=find_memo_status(facts),
            stamp=write_stamp(facts, words),
            organization=facts.district,
            language=facts.language,
            on=facts.on,
            blocks=tuple(blocks),
        )

    def of_purchase(self, part: Callable[[], Iterable[Block]]) -> Iterable[Block]:
        """A part about the purchase; nothing is bought of the curriculum in place."""
        return () if self.facts.in_place else part()

    def heading(self) -> str:
        """What the paper is called."""
        if self.facts.in_place:
            return N_("Memo on the curriculum in place: %(title)s")
        return N_("Selection memo: %(title)s")

    def header(self) -> Iterable[Block]:
        words, facts = self.words, self.facts
        rows = (
            (words(N_("To")), words(N_("The board of %(name)s"), name=facts.district)),
            (words(N_("From")), words(N_("The selection committee"))),
            (words(N_("Date")), words.day(facts.on)),
            (words(N_("Time zone of all times")), str(facts.zone)),
            (words(N_("Reference")), facts.reference),
            *list_issue_rows(facts, words),
            (words(N_("Language")), self.language()),
            (words(N_("Rubric")), f"{facts.rubric_name} {facts.rubric_version}".strip()),
        )
        yield Table(words(N_("This memo")), (words(N_("What")), words(N_("Details"))), rows)

    def proof(self) -> Iterable[Block]:
        """What the journal proves, and by which number it can be checked."""
        words = self.words
        yield Heading(2, words(N_("The journal")))
        text = N_(
            "Every step of this evaluation is an entry in its journal. Each entry is chained to the"
            " one before it: none can be changed or left out unseen. The fingerprint of the last"
            " entry stands for all of them: %(hash)s"
        )
        yield Paragraph(words(text, hash=self.facts.journal_head or words(NONE)))
        if self.facts.basis_hash:
            text = N_(
                "Criteria, weights, rule, marks and findings on which the result rests have a"
                " fingerprint of their own: %(hash)s. The archive of this evaluation holds them as"
                " results/basis.json."
            )
            yield Paragraph(words(text, hash=self.facts.basis_hash))
        issue = self.facts.issue
        if issue is not None and issue.nonce:
            text = N_(
                "This issue bears a number drawn at random, %(number)s. Without it, whoever has a"
                " copy in which words are blacked out could try words against its fingerprint."
            )
            yield Paragraph(words(text, number=issue.nonce))

    def language(self) -> str:
        """In which language it is, and whether the evaluation's documents are in another one."""
        words, facts = self.words, self.facts
        language = words(SPOKEN[facts.language])
        if facts.documents in ("", facts.language):
            return language
        text = N_(
            "%(language)s. The documents of this evaluation are in %(documents)s. What people typed"
            " stands here as they typed it."
        )
        return words(text, language=language, documents=words(SPOKEN[facts.documents]))

    def background(self) -> Iterable[Block]:
        purpose, words = self.facts.purpose, self.words
        yield Paragraph(purpose) if purpose else Paragraph(words(NONE), words(N_("Purpose:")))

    def conditions(self) -> Iterable[Block]:
        found = self.facts.recommendation
        lines = tuple(
            OWN_BULLET.sub("", line.strip())  # the list brings bullets of its own
            for line in (found.conditions.split("\n") if found else ())
            if line.strip()
        )
        yield Bullets(lines) if lines else Paragraph(self.words(NONE))
        yield Paragraph("", self.words(N_("Commitments:")))
        promised = tuple(
            self.words(
                N_("%(vendor)s: %(words)s (due %(day)s; %(owner)s follows up)"),
                vendor=row.vendor,
                words=row.words,
                day=self.words.day(row.due_on),
                owner=row.owner,
            )
            for row in self.facts.commitments
        )
        if promised or not self.facts.kept_back:
            yield Bullets(promised) if promised else Paragraph(self.words(NONE))
        if self.facts.kept_back:
            text = N_(
                "Those of a vendor with whom you have a conflict of interest are left out of your"
                " copy until the decision is final."
            )
            yield Paragraph(self.words(text))

    def approvals(self) -> Iterable[Block]:
        words = self.words
        yield Signatures(
            tuple(
                person.name
                for person in self.facts.people
                if Role.OBSERVER.label not in person.roles  # they do not vote
            ),
            words(N_("Signature")),
            words(N_("Date")),
        )

    def attachments(self) -> Iterable[Block]:
        text = N_(
            "Kept with this evaluation: the rubric as fixed when ballots opened, "
            "every ballot with its notes and evidence, the declarations, the "
            "findings, and the journal."
        )
        if self.facts.revisions:
            text = N_(
                "Kept with this evaluation: the rubric with every correction made after ballots"
                " opened, every ballot with its notes and evidence, the declarations, the findings,"
                " and the journal."
            )
        yield Paragraph(self.words(text))
