"""Composing the memo: the one-page board summary, then the fifteen sections, none left out."""

import re
from collections.abc import Iterable

from crrubric.domain.documents.tree import (
    Block,
    Bullets,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
    Table,
)
from crrubric.domain.meeting.doubts import DecisionBasis, list_decision_doubts
from crrubric.domain.memo.cost import CostBlocks
from crrubric.domain.memo.dissent import DissentBlocks
from crrubric.domain.memo.facts import MemoFacts, MemoVendor
from crrubric.domain.memo.issuing.stamps import (
    find_memo_status,
    list_issue_rows,
    write_stamp,
    write_subtitle,
)
from crrubric.domain.memo.meeting_facts import MemoEarlierDecision, MemoRecommendation
from crrubric.domain.memo.needs import NeedBlocks
from crrubric.domain.memo.people import CommitteeBlocks
from crrubric.domain.memo.plan import PlanBlocks
from crrubric.domain.memo.process import ProcessBlocks
from crrubric.domain.memo.ranking import RankingBlocks
from crrubric.domain.memo.trust import TrustBlocks
from crrubric.domain.memo.vendors import VendorBlocks
from crrubric.domain.memo.votes import VoteBlocks
from crrubric.domain.memo.words import NONE, Translate, ValueFormatter
from crrubric.domain.people.languages import SPOKEN
from crrubric.domain.results.cost import NO_PRICE
from crrubric.domain.results.scoring import SCORE_MEANS
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Role


def compose_memo(facts: MemoFacts, translate: Translate) -> Document:
    """The memo for these facts, in the language of `translate`."""
    words = ValueFormatter(translate, pass_mark=facts.results.pass_mark)
    return _MemoComposer(facts, words).memo()


class _MemoComposer:
    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words, self.results = facts, words, facts.results
        self.orders = RankingBlocks(facts, words)
        self.names = {vendor.code: vendor.name for vendor in facts.vendors}

    def memo(self) -> Document:
        facts, words = self.facts, self.words
        trust, dissent = TrustBlocks(facts, words), DissentBlocks(facts, words)
        written = VendorBlocks(facts, words)
        needs = [(N_("List of needs"), NeedBlocks(facts, words, written).blocks())]
        plan = PlanBlocks(facts, words)
        sections = (
            (N_("Recommendation"), self.recommendation()),
            (N_("Background and need"), [*self.background(), *plan.background()]),
            (N_("Process and timeline"), ProcessBlocks(facts, words, self.orders).blocks()),
            (N_("Committee"), CommitteeBlocks(facts, words).blocks()),
            (N_("Method"), self.method()),
            (N_("Results at a glance"), self.glance()),
            *(needs if facts.in_place else ()),
            (N_("Agreement"), trust.agreement()),
            (N_("Vendor by vendor"), written.blocks()),
            (N_("Dissent"), dissent.section()),
            (N_("How stable the ranking is"), trust.robustness()),
            (N_("Cost and funding"), CostBlocks(facts, words).blocks()),
            (N_("Risks, conditions, commitments"), self.conditions()),
            (N_("Implementation and next steps"), plan.next_steps()),
            (N_("Approvals"), self.approvals()),
            (N_("Attachments"), self.attachments()),
        )
        blocks: list[Block] = [*self.summary(), PageBreak(), *self.header()]
        for number, (title, body) in enumerate(sections, start=1):
            blocks += [Heading(1, f"{number}. {words(title)}"), *body]
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

    def heading(self) -> str:
        """What the paper is called."""
        if self.facts.in_place:
            return N_("Memo on the curriculum in place: %(title)s")
        return N_("Selection memo: %(title)s")

    def summary(self) -> Iterable[Block]:
        """One page for the board."""
        words, found = self.words, self.facts.recommendation
        yield Heading(1, words(N_("Board summary")))
        yield Paragraph(self.recommended(), words(N_("Recommended:")))
        yield Paragraph(self.facts.purpose or words(NONE), words(N_("Purpose:")))
        if found is not None:
            yield Paragraph(found.reason, words(N_("Why:")))
            yield Paragraph(found.term or words(NONE), words(N_("For how long:")))
            yield Paragraph(found.cost_ceiling or words(NONE), words(N_("At what cost:")))
            chosen = None if found.vendor is None else self.vendor(found.vendor)
            yield from CostBlocks(self.facts, words).board_lines(chosen)
            yield Paragraph(self.action(), words(N_("Action requested:")))
            yield Paragraph(self.left_open(found), words(N_("Left open:")))
            yield from DissentBlocks(self.facts, words).summary()
        yield self.ranking()

    def left_open(self, found: MemoRecommendation) -> str:
        """What the recommendation rests on that was not settled, or not done."""
        facts = self.facts
        price = NO_PRICE if found.vendor is None else self.vendor(found.vendor).price
        doubts = list_decision_doubts(
            DecisionBasis(
                results=self.results,
                recommended=found.vendor,
                price=price,
                sealed=facts.prices.sealed and facts.prices.opened_at is None,
                opened_late=self.opened_late(),
                price_readers=facts.prices.count_readers(),
                sittings=len(facts.sittings),
                unattended=facts.unattended,
                outside=facts.outside,
            )
        )
        return " ".join(map(self.words.remark, doubts)) or self.words(N_("Nothing."))

    def opened_late(self) -> bool:
        """Whether prices were opened when the decision was final: it was left open for good."""
        opened, decided = self.facts.prices.opened_at, self.facts.decided_at
        return opened is not None and decided is not None and opened > decided

    def recommended(self) -> str:
        found = self.facts.recommendation
        if found is None:
            return self.words(N_("No recommendation has been recorded yet."))
        if found.vendor is None:
            text = N_("The committee recommends no vendor.")
            if self.facts.in_place:
                text = N_("The committee recommends that the district look for another curriculum.")
            return self.words(text)
        vendor = self.vendor(found.vendor)
        told = vendor.name.endswith(f" – {vendor.product}")
        parts = (vendor.version,) if told else (vendor.product, vendor.version)
        product = " ".join(part for part in parts if part)
        name = f"{vendor.name}, {product}" if product else vendor.name
        if self.facts.in_place:
            return self.words(N_("The committee recommends keeping %(name)s."), name=name)
        return name

    def action(self) -> str:
        found = self.facts.recommendation
        if found is None or found.vendor is None:
            return self.words(N_("That the board take note of the committee’s finding."))
        if self.facts.in_place:
            return self.words(N_("That the board take note of the list of needs below."))
        return self.words(
            N_("That the board approve an agreement with %(vendor)s as described below."),
            vendor=self.names[found.vendor],
        )

    def vendor(self, code: str) -> MemoVendor:
        return next(vendor for vendor in self.facts.vendors if vendor.code == code)

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
            (words(N_("Fingerprint of the last journal entry")), facts.journal_head or words(NONE)),
        )
        yield Table(words(N_("This memo")), (words(N_("What")), words(N_("Details"))), rows)

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

    def recommendation(self) -> Iterable[Block]:
        words, found = self.words, self.facts.recommendation
        yield Paragraph(self.recommended())
        if found is None:
            return
        yield Paragraph(found.reason)
        for text, label in (
            (found.term, N_("Term:")),
            (found.cost_ceiling, N_("Cost ceiling:")),
            (self.action(), N_("Action requested:")),
            (self.recorded(found), N_("Recorded:")),
        ):
            yield Paragraph(text or words(NONE), words(label))
        yield from self.orders.adopted()
        earlier = tuple(self.earlier(row) for row in self.facts.earlier_decisions)
        if earlier:
            yield Paragraph("", words(N_("Earlier decisions that were taken back:")))
            yield Bullets(earlier)

    def earlier(self, row: MemoEarlierDecision) -> str:
        """A decision for somebody, or for nobody, from when until when, and why it was left."""
        words = self.words
        text = N_("for %(vendor)s, recorded %(made)s, taken back %(back)s: %(why)s")
        if row.vendor is None:
            text = N_("for no vendor, recorded %(made)s, taken back %(back)s: %(why)s")
        return words(
            text,
            vendor=row.vendor,
            made=words.moment(row.made_at),
            back=words.moment(row.back_at),
            why=row.reason,
        )

    def recorded(self, found: MemoRecommendation) -> str:
        """When, by whom, and whether they should have been somebody else."""
        when = self.words.moment(found.at)
        if not found.by:
            return when
        told = N_("%(when)s, by %(name)s")
        if found.partial:
            told = N_(
                "%(when)s, by %(name)s, who declared a conflict of interest after that with a"
                " vendor in the selection"
            )
        return self.words(told, when=when, name=found.by)

    def background(self) -> Iterable[Block]:
        yield Paragraph(self.facts.purpose or self.words(NONE))

    def method(self) -> Iterable[Block]:
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
                mark=words.percent(results.pass_mark),
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
                    before=before or words(N_("(empty)")),
                    after=after or words(N_("(empty)")),
                )
                for before, after in row.changed
            )
            for row in self.facts.revisions
        )
        yield Paragraph("", words(N_("Corrected after ballots opened:")))
        yield Bullets(lines) if lines else Paragraph(words(NONE))

    def ranking(self) -> Table:
        words, results = self.words, self.results
        return Table(
            words(N_("Scores and ranking, as computed")),
            tuple(
                map(words, (N_("Vendor"), N_("Rank"), N_("Score"), N_("Range"), N_("Must-haves")))
            ),
            tuple(
                (
                    vendor.name,
                    words(N_("not ranked")) if score.rank is None else str(score.rank),
                    words.score(vendor.code, results),
                    words.range(score),
                    words.gate(score, self.results),
                )
                for vendor in results.ranking()
                for score in (results.scores[vendor.code],)
            ),
        )

    def glance(self) -> Iterable[Block]:
        words, results = self.words, self.results
        yield Table(
            words(N_("Findings, with the votes where reviewers differed")),
            (words(N_("Criterion")), *(vendor.name for vendor in results.vendors)),
            tuple(
                (
                    criterion.title + (" ◆" if criterion.must_have else ""),
                    *(self.in_short(vendor.code, criterion.code) for vendor in results.vendors),
                )
                for criterion in results.criteria
            ),
        )
        yield Paragraph(
            words(N_("◆ must-have. * the committee adopted the finding in its meeting."))
        )
        yield self.ranking()
        yield from self.orders.table()

    def in_short(self, vendor: str, criterion: str) -> str:
        cell = self.results.cell(vendor, criterion)
        text = self.words.finding(cell) + (" *" if cell.settled_otherwise else "")
        return f"{text}: {cell.tally.yes}–{cell.tally.no}" if cell.split else text

    def conditions(self) -> Iterable[Block]:
        found = self.facts.recommendation
        lines = tuple(
            re.sub(r"^[\s•*–-]*(\d+[.)])?\s*", "", line)  # the list brings bullets of its own
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
        yield Bullets(promised) if promised else Paragraph(self.words(NONE))

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
