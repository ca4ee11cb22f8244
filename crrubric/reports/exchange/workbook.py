"""The sheets of the Excel workbook of an evaluation, from values: nothing is read here."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from crrubric.domain.documents.tree import Tone
from crrubric.domain.memo.chapters.glance import SIGNS
from crrubric.domain.memo.charts import TONES
from crrubric.domain.results.results import Cell, Results
from crrubric.domain.results.scoring import Score, ScoredCriterion
from crrubric.domain.statistics.reliability import AgreementGroup, Reliability
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Gate
from crrubric.reports.exchange.books import Kind, SheetColumn, SheetTable, TonedCell, Value

Say = Callable[[str], str]
Rows = Iterable[Sequence[Value | TonedCell]]
GATES = {Gate.PASS: "✓", Gate.FAIL: "×", Gate.PENDING: "?", Gate.REINSTATED: "↺"}
GATE_TONES = {
    Gate.PASS: Tone.GOOD, Gate.FAIL: Tone.BAD, Gate.PENDING: Tone.OPEN,
    Gate.REINSTATED: Tone.OPEN,
}  # fmt: skip
FOUND, MUST = N_("found by the committee"), N_("must-have")
LONG = 60  # characters of a column with whole sentences
MARK_COLUMNS = (
    (N_("Reviewer"), Kind.TEXT, 22), (N_("Speaks for"), Kind.TEXT, 18),
    (N_("Vendor"), Kind.TEXT, 24), (N_("Criterion"), Kind.TEXT, 36), (N_("Mark"), Kind.TEXT, 14),
    (N_("Note"), Kind.TEXT, LONG), (N_("Kind of evidence"), Kind.TEXT, 16),
    (N_("Where the evidence is"), Kind.TEXT, 40), (N_("Seen on"), Kind.DAY, 12),
    (N_("Valid until"), Kind.DAY, 12), (N_("Files"), Kind.TEXT, 30),
    (N_("Came here by"), Kind.TEXT, 14), (N_("Blind"), Kind.TEXT, 14),
    (N_("Code of the vendor"), Kind.TEXT, 16), (N_("Code of the criterion"), Kind.TEXT, 16),
)  # fmt: skip
EVIDENCE_COLUMNS = (
    (N_("Vendor"), Kind.TEXT, 24), (N_("Criterion"), Kind.TEXT, 36), (N_("Mark"), Kind.TEXT, 14),
    (N_("Reviewer"), Kind.TEXT, 22), (N_("Speaks for"), Kind.TEXT, 18),
    (N_("Kind of evidence"), Kind.TEXT, 16), (N_("Where the evidence is"), Kind.TEXT, 48),
    (N_("Seen on"), Kind.DAY, 12), (N_("Valid until"), Kind.DAY, 12), (N_("Files"), Kind.TEXT, 30),
)  # fmt: skip
FINDING_COLUMNS = (
    (N_("Vendor"), Kind.TEXT, 24), (N_("Criterion"), Kind.TEXT, 36), (N_("Outcome"), Kind.TEXT, 18),
    (N_("Finding"), Kind.TEXT, 18), (N_("Reason"), Kind.TEXT, LONG),
    (N_("Evidence"), Kind.TEXT, 40), (N_("Who agreed"), Kind.TEXT, 24),
    (N_("Motion"), Kind.NUMBER, 10), (N_("Recorded by"), Kind.TEXT, 22),
    (N_("Recorded at"), Kind.MOMENT, 20),
)  # fmt: skip
JOURNAL_COLUMNS = (
    (N_("When"), Kind.MOMENT, 20), (N_("Who"), Kind.TEXT, 22),
    (N_("What happened"), Kind.TEXT, LONG), (N_("Changed"), Kind.TEXT, LONG),
    (N_("Reason"), Kind.TEXT, 48),
)  # fmt: skip
AGREEMENT_COLUMNS = (
    (N_("Part"), Kind.TEXT, 16), (N_("Name"), Kind.TEXT, 40), (N_("Marks"), Kind.NUMBER, 10),
    (N_("Items with two YES or NO marks"), Kind.NUMBER, 16),
    (N_("Unanimous items"), Kind.NUMBER, 12), (N_("Share of YES"), Kind.PERCENT, 12),
    (N_("Two reviewers agree"), Kind.PERCENT, 14),
    (N_("Krippendorff’s alpha"), Kind.COEFFICIENT, 14), (N_("Gwet’s AC1"), Kind.COEFFICIENT, 14),
)  # fmt: skip
VOTE_COLUMNS = (
    (N_("Vendor"), Kind.TEXT, 24), (N_("Criterion"), Kind.TEXT, 36), (N_("Yes"), Kind.NUMBER, 10),
    (N_("No"), Kind.NUMBER, 10), (N_("Not applicable"), Kind.NUMBER, 12),
    (N_("Can’t tell"), Kind.NUMBER, 12), (N_("Not marked"), Kind.NUMBER, 12),
    (N_("Abstained"), Kind.NUMBER, 12), (N_("Recused"), Kind.NUMBER, 12),
    (N_("Outcome"), Kind.TEXT, 18), (N_("Finding"), Kind.TEXT, 18),
    (N_("Code of the vendor"), Kind.TEXT, 16), (N_("Code of the criterion"), Kind.TEXT, 16),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRows:
    """What fills the sheets that are read while they are written.

    marks, journal: None where the reader may not have them; then there is no such sheet. motions:
    by vendor and criterion, the number of the motion that adopted the finding.
    """

    evidence: Rows
    motions: Mapping[tuple[str, str], int | None]
    marks: Rows | None = None
    journal: Rows | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFacts:
    """What the first sheet says, and what the results are.

    about: lines below the title; in_zone: a moment as a clock in the district shows it.
    """

    title: str
    about: tuple[str, ...]
    results: Results
    reliability: Reliability
    in_zone: Callable[[datetime], datetime]


def list_sheets(facts: BookFacts, rows: BookRows, say: Say) -> Iterator[SheetTable]:
    """The sheets in their order, in the language of `say`."""
    yield make_summary_sheet(facts, say)
    yield make_matrix_sheet(facts.results, say)
    yield make_table(N_("Votes"), VOTE_COLUMNS, list_vote_cells(facts.results, say), say, fixed=2)
    if rows.marks is not None:
        yield make_table(N_("Marks"), MARK_COLUMNS, rows.marks, say)
    findings = list_finding_cells(facts, rows.motions, say)
    yield make_table(N_("Findings"), FINDING_COLUMNS, findings, say, fixed=2)
    yield make_table(N_("Evidence"), EVIDENCE_COLUMNS, rows.evidence, say, fixed=2)
    groups = list_agreement(facts.reliability, say)
    yield make_table(N_("Agreement"), AGREEMENT_COLUMNS, groups, say, fixed=2)
    if rows.journal is not None:
        yield make_table(N_("Journal"), JOURNAL_COLUMNS, rows.journal, say)


def make_table(
    name: str, columns: Iterable[tuple[str, Kind, int]], rows: Rows, say: Say, *, fixed: int = 1
) -> SheetTable:
    """A sheet that begins with its header."""
    return SheetTable(
        name=say(name),
        columns=tuple(SheetColumn(say(header), kind, width) for header, kind, width in columns),
        rows=rows,
        fixed=fixed,
    )


def make_summary_sheet(facts: BookFacts, say: Say) -> SheetTable:
    """The vendors by rank, below what the workbook is of."""
    columns = (
        SheetColumn(say(N_("Vendor")), width=36),
        SheetColumn(say(N_("Rank")), Kind.NUMBER, 10),
        SheetColumn(say(N_("Score")), Kind.PERCENT, 10),
        SheetColumn(say(N_("Lowest still possible")), Kind.PERCENT, 14),
        SheetColumn(say(N_("Highest still possible")), Kind.PERCENT, 14),
        SheetColumn(say(N_("Settled, by weight")), Kind.PERCENT, 14),
        SheetColumn(say(N_("Must-haves")), width=32),
        SheetColumn(say(N_("Met")), Kind.NUMBER, 10),
        SheetColumn(say(N_("Settled")), Kind.NUMBER, 10),
        SheetColumn(say(N_("Criteria that apply")), Kind.NUMBER, 14),
    )
    results = facts.results
    rows = (
        (vendor.name, *list_score_cells(results.scores[vendor.code], results, say))
        for vendor in results.ranking()
    )
    intro = (facts.title, *facts.about, "")
    return SheetTable(name=say(N_("Summary")), columns=columns, rows=rows, intro=intro)


def list_score_cells(score: Score, results: Results, say: Say) -> list[Value | TonedCell]:
    """A vendor's score, after its name."""
    shares = (score.value, score.low, score.high, score.coverage)
    gate = (
        TonedCell(f"{GATES[score.gate]} {say(score.gate.label)}", GATE_TONES[score.gate])
        if results.must_haves
        else say(N_("there are none"))
    )
    counts = score.met, score.decided, score.applicable
    return [score.rank, *map(to_number, shares), gate, *counts]


def make_matrix_sheet(results: Results, say: Say) -> SheetTable:
    """One row a criterion, one column a vendor; a sign and a word in each cell, then a colour."""
    columns = (
        SheetColumn(say(N_("Criterion")), width=44),
        SheetColumn(say(N_("Section")), width=24),
        SheetColumn(say(N_("Must-have")), width=26),
        SheetColumn(say(N_("Weight")), Kind.NUMBER, 10),
        *(SheetColumn(vendor.name, width=22) for vendor in results.vendors),
    )
    rows = (
        (*describe_criterion(row, say), *(
            tell_cell(results.cell(vendor.code, row.code), say) for vendor in results.vendors
        ))
        for row in results.criteria
    )  # fmt: skip
    return SheetTable(name=say(N_("Matrix")), columns=columns, rows=rows)


def describe_criterion(row: ScoredCriterion, say: Say) -> tuple[Value, ...]:
    """A criterion, before its cells."""
    must = f"◆ {say(MUST)}" if row.must_have else ""
    return row.title, row.section_title, must, to_number(row.weight)


def tell_cell(cell: Cell, say: Say) -> TonedCell:
    """What holds for a cell, why nothing does, and whether the committee found it itself."""
    words = f"{SIGNS[cell.finding]} {say(cell.finding.label)}"
    reason = cell.resolution.reason
    if cell.adopted is None and reason is not None:
        words += f": {say(reason.label)}"
    if cell.settled_otherwise:
        words += f" ({say(FOUND)})"
    return TonedCell(words, TONES[cell.finding])


def list_vote_cells(results: Results, say: Say) -> Iterator[list[Value | TonedCell]]:
    """The votes on every cell, vendors and criteria in their order."""
    names = {row.code: row.name for row in results.vendors}
    titles = {row.code: row.title for row in results.criteria}
    for cell in results.cells.values():
        tally = cell.tally
        yield [
            names[cell.vendor],
            titles[cell.criterion],
            tally.yes,
            tally.no,
            tally.not_applicable,
            tally.cannot_tell,
            tally.missing,
            tally.abstained,
            tally.recused,
            say(cell.resolution.outcome.label),
            say(cell.finding.label),
            cell.vendor,
            cell.criterion,
        ]


def list_finding_cells(
    facts: BookFacts, motions: Mapping[tuple[str, str], int | None], say: Say
) -> Iterator[list[Value | TonedCell]]:
    """What the committee adopted, vendors and criteria in their order."""
    names = {row.code: row.name for row in facts.results.vendors}
    titles = {row.code: row.title for row in facts.results.criteria}
    for key, cell in facts.results.cells.items():
        found = cell.adopted
        if found is None:
            continue
        yield [
            names[cell.vendor],
            titles[cell.criterion],
            say(cell.resolution.outcome.label),
            TonedCell(f"{SIGNS[found.value]} {say(found.value.label)}", TONES[found.value]),
            found.reason,
            found.evidence,
            found.agreed,
            motions.get(key),
            found.by,
            facts.in_zone(found.at),
        ]


def list_agreement(found: Reliability, say: Say) -> Iterator[list[Value | TonedCell]]:
    """How far ballots agree: on the whole, and by section, criterion, vendor and stakeholder.

    Of few items there is no coefficient, as on the page: it would only look precise.
    """
    whole = AgreementGroup("", say(N_("all items")), found.whole)
    parts = (
        (N_("Whole"), (whole,)),
        (N_("Section"), found.sections),
        (N_("Criterion"), found.criteria),
        (N_("Vendor"), found.vendors),
    )
    for label, groups in parts:
        for group in groups:
            yield describe_group(say(label), group, group.name)
    for group in found.stakeholders:
        yield describe_group(say(N_("Stakeholder")), group, say(group.name))


def describe_group(label: str, group: AgreementGroup, name: str) -> list[Value | TonedCell]:
    """How far the ballots agree on one part."""
    known = group.agreement
    return [
        label,
        name,
        known.marks,
        known.pairable_cells,
        known.unanimous_cells,
        to_number(known.yes_of_marks),
        to_number(known.percent_agreement),
        None if group.small else to_number(known.alpha),
        None if group.small else to_number(known.ac1),
    ]


def to_number(share: Fraction | None) -> float | None:
    """A share as a spreadsheet knows it; an empty cell where it is undefined."""
    return None if share is None else float(share)
