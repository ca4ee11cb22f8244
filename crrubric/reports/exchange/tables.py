"""Results as rows: CSV for spreadsheets, a table for a terminal."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from crrubric.domain.exchange.files import SCORES, TALLIES
from crrubric.domain.results.results import Cell, Results, ScoredVendor
from crrubric.domain.vocabulary import Gate
from crrubric.reports.exchange.csv_files import to_csv

ACTUAL_COLUMNS = (  # of measures of the evaluation plan
    "measure", "unit", "period", "value", "hidden", "source", "note", "recorded_by", "recorded_at",
)  # fmt: skip
RANKING_COLUMNS = ("Rank", "Vendor", "Score", "Met", "Coverage", "Range", "Gate")


def results_csv(results: Results) -> str:
    """One row a cell."""
    return to_csv(TALLIES.columns, map(tally_row, results.cells.values()))


def scores_csv(results: Results) -> str:
    """One row a vendor; shares from 0 to 1, empty where undefined; codes with blanks between."""
    return to_csv(SCORES.columns, (score_row(vendor, results) for vendor in results.ranking()))


def share_to_float(share: Fraction | None) -> float | None:
    """A share as JSON and spreadsheets know it; None where it is undefined."""
    return None if share is None else float(share)


def tally_row(cell: Cell) -> dict[str, Any]:
    """One cell, by column."""
    tally, reason = cell.tally, cell.resolution.reason
    return {
        "vendor": cell.vendor,
        "criterion": cell.criterion,
        "yes": tally.yes,
        "no": tally.no,
        "not_applicable": tally.not_applicable,
        "cannot_tell": tally.cannot_tell,
        "missing": tally.missing,
        "abstained": tally.abstained,
        "recused": tally.recused,
        "outcome": cell.resolution.outcome.value,
        "reason": reason.value if reason else None,
        "finding": cell.finding.value,
    }


def vendor_rows(results: Results) -> list[dict[str, Any]]:
    """Every vendor in the order of the ranking, by column."""
    return [vendor_row(vendor, results) for vendor in results.ranking()]


def vendor_row(vendor: ScoredVendor, results: Results) -> dict[str, Any]:
    """One vendor, by column."""
    score = results.scores[vendor.code]
    return {
        "vendor": vendor.code,
        "name": vendor.name,
        "score": share_to_float(score.value),
        "coverage": share_to_float(score.coverage),
        "low": share_to_float(score.low),
        "high": share_to_float(score.high),
        "gate": score.gate.value,
        "rank": score.rank,
        "failed": list(score.failed),
    }


def score_row(vendor: ScoredVendor, results: Results) -> dict[str, Any]:
    """The same for a spreadsheet, which has no lists: codes with blanks between."""
    row = vendor_row(vendor, results)
    return {**row, "failed": " ".join(row["failed"])}


def format_share(share: Fraction | None) -> str:
    """A share in percent with one decimal, a dash where it is undefined."""
    return "–" if share is None else f"{float(share) * 100:.1f} %"


def align_columns(columns: tuple[str, ...], rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Lines of a table whose columns are as wide as they need; each row has every column."""
    shown = ({name: name for name in columns}, *rows)
    widths = {name: max(len(row[name]) for row in shown) for name in columns}
    lines = [
        "  ".join(row[name].ljust(width) for name, width in widths.items()).rstrip()
        for row in shown
    ]
    return [lines[0], "  ".join("-" * width for width in widths.values()), *lines[1:]]


def results_text(results: Results, title: str, sentences: Sequence[str]) -> str:
    """The results for people at a terminal: ranking, agreement, robustness, what is unresolved."""
    names = {vendor.code: vendor.name for vendor in results.vendors}
    rows = []
    for vendor in results.ranking():
        score = results.scores[vendor.code]
        rows.append(
            {
                "Rank": "–" if score.rank is None else str(score.rank),
                "Vendor": vendor.name,
                "Score": format_share(score.value),
                "Met": f"{score.met} of {score.applicable}",
                "Coverage": format_share(score.coverage),
                "Range": f"{format_share(score.low)} to {format_share(score.high)}",
                "Gate": "must-haves met" if score.gate is Gate.PASS else score.gate.label,
            }
        )
    lines = [
        title,
        "=" * len(title),
        "",
        *align_columns(RANKING_COLUMNS, rows),
        "",
        *agreement_lines(results),
    ]
    lines += ["", "How far the order can be trusted:", *(f"  {text}" for text in sentences)]
    unresolved = results.unresolved()
    lines += ["", f"Unresolved items: {len(unresolved)}"]
    lines += [
        f"  {names[cell.vendor]}, {cell.criterion}: {cell.tally.yes} yes, {cell.tally.no} no"
        f" ({cell.resolution.reason.label if cell.resolution.reason else ''})"
        for cell in unresolved[:50]
    ]
    if len(unresolved) > 50:
        lines.append(f"  and {len(unresolved) - 50} more: --format csv lists all")
    return "\n".join(lines)


def agreement_lines(results: Results) -> list[str]:
    """How far ballots agree: counts in words, then the coefficients."""
    found = results.agreement
    lines = [
        f"Agreement: {found.unanimous_cells} of {found.pairable_cells} items (one criterion for"
        " one vendor) with two or more YES or NO marks are unanimous;"
        f" {found.decisive_marks} of {found.marks} marks are YES or NO.",
    ]
    for name, words in (
        ("percent_agreement", "Two reviewers agree, mean over items"),
        ("alpha", "Krippendorff's alpha"),
        ("ac1", "Gwet's AC1"),
        ("fleiss_kappa", "Fleiss' kappa"),
        ("yes_of_marks", "Share of YES"),
    ):
        value: Fraction | None = getattr(found, name)
        shown = found.undefined.get(name, "–") if value is None else f"{float(value):.4f}"
        lines.append(f"  {words}: {shown}")
    return lines
