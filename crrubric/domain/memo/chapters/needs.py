"""What the memo on the curriculum in place says it lacks."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Bullets, Paragraph, Table
from crrubric.domain.memo.chapters.vendors import VendorBlocks
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.results.needs import Need, list_needs
from crrubric.domain.results.results import ScoredVendor
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer


class NeedBlocks:
    """The list of needs: what is not met with reasons and notes, and what is not known."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter, written: VendorBlocks) -> None:
        self.facts, self.words, self.written = facts, words, written

    def blocks(self) -> Iterable[Block]:
        """Of each product: there is one, but for what left the selection."""
        for vendor in self.facts.results.vendors:
            yield from self.of_vendor(vendor)

    def of_vendor(self, vendor: ScoredVendor) -> Iterable[Block]:
        """How much of the rubric it meets; what it does not, in a table; what is open."""
        words, needs = self.words, list_needs(self.facts.results, vendor.code)
        text = N_(
            "%(vendor)s meets %(met)s of %(all)s criteria that apply; %(unmet)s it does not meet,"
            " and on %(open)s nothing is settled."
        )
        unmet, left = len(needs.unmet), len(needs.open)
        values = {"met": needs.met, "all": needs.met + unmet + left, "unmet": unmet, "open": left}
        yield Paragraph(words(text, vendor=vendor.name, **values))
        if needs.unmet:
            header = (N_("Need"), N_("YES–NO"), N_("Why"))
            rows = tuple(self.row(vendor.code, need) for need in needs.unmet)
            yield Table(words(N_("List of needs")), tuple(map(words, header)), rows)
        yield Paragraph("", words(N_("To be found out:")))
        open_lines = tuple(self.line(need) for need in needs.open)
        yield Bullets(open_lines) if open_lines else Paragraph(words(NONE))

    def row(self, vendor: str, need: Need) -> tuple[str, str, str]:
        """A criterion that is not met: the committee's reason, then what reviewers wrote."""
        adopted, tally = need.cell.adopted, need.cell.tally
        notes = self.written.notes.get((vendor, need.criterion.code, Answer.NO), ())
        said = [
            *([adopted.reason] if adopted and adopted.reason else ()),
            *(
                self.written.quoted(row.note, row.evidence, self.words(row.stakeholder.label))
                for row in notes
            ),
        ]
        return self.title(need), f"{tally.yes}–{tally.no}", " ".join(said) or "–"

    def line(self, need: Need) -> str:
        """A criterion on which nothing is settled, and why not."""
        return f"{self.title(need)}: {self.words.finding(need.cell)}"

    def title(self, need: Need) -> str:
        """The criterion, marked if it is a must-have."""
        return need.criterion.title + (" ◆" if need.criterion.must_have else "")
