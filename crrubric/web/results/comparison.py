"""Vendors side by side: what the page says of each, in sentences that the findings carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain import limits
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.comparison import VendorComparison, compare_vendor
from crrubric.domain.results.cost import NO_PRICE
from crrubric.domain.results.results import Key, Results
from crrubric.domain.results.robustness_words import describe_robustness
from crrubric.domain.statistics.robustness import try_first_place
from crrubric.domain.vocabulary import Gate, Outcome
from crrubric.extensions import db
from crrubric.models import Criterion, Vendor
from crrubric.queries.people.access import Seat
from crrubric.queries.results.comparisons import count_findings_with_evidence, count_open_questions
from crrubric.queries.results.matrices import Matrix
from crrubric.web.results.told_costs import ToldRange, tell_cost
from crrubric.web.shared.page import make_full_address
from crrubric.web.shared.words import format_whole_percent, join_titles


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorColumn:
    """One vendor on the page. away: whether the reader stays away from it: no details then.

    settled: cells found MET or NOT MET; with_evidence: those of them that rest on evidence.
    dissent: criteria on which who speaks for the field says otherwise, with their names.
    """

    code: str
    name: str
    vendor: Vendor
    away: bool
    strengths: list[str]
    gaps: list[str]
    cost: ToldRange | None
    questions: int
    settled: int
    with_evidence: int
    dissent: list[tuple[Criterion, str]]


def choose_vendors(read: Matrix, ids: Sequence[str]) -> list[str]:
    """The codes of the vendors in the address; without any, the first ones of the ranking."""
    if ids:
        return [code for code in read.vendors if str(read.vendors[code].id) in ids]
    ranked = [vendor.code for vendor in read.results.ranking()]
    return ranked[: limits.COMPARE_MAX] if len(ranked) <= limits.COMPARE_MAX else ranked[:3]


def find_differing_criteria(results: Results, chosen: list[str]) -> set[str]:
    """Codes of the criteria for which the chosen vendors have different findings."""
    return {
        criterion.code
        for criterion in results.criteria
        if len({results.cell(vendor, criterion.code).finding for vendor in chosen}) > 1
    }


def make_share_address(
    seat: Seat, read: Matrix, chosen: list[str], *, only_differences: bool
) -> str:
    """The address of this choice. It opens nothing to anybody: who may read is asked each time."""
    return make_full_address(
        "results.show_comparison",
        slug=seat.evaluation.slug,
        vendor=[read.vendors[code].id for code in chosen],
        only="differences" if only_differences else None,
    )


def describe_first_place(read: Matrix) -> str:
    """A sentence if neither another rule nor unresolved cells change who is first; else nothing."""
    found = read.computed.derive("first place", lambda: try_first_place(read.basis, read.counts))
    return describe_robustness(ValueFormatter(_), found, read.results, names=False).steady()


def make_vendor_columns(
    seat: Seat, read: Matrix, chosen: list[str], experts: Mapping[Key, tuple[str, ...]]
) -> list[VendorColumn]:
    """What there is to say of each vendor, in two queries."""
    names = {vendor.code: vendor.name for vendor in read.results.vendors}
    titles = {row.code: row.title for row in read.results.criteria}
    evidence = count_findings_with_evidence(db.session(), seat, read.results)
    asked = count_open_questions(db.session(), seat)
    found = []
    for code in chosen:
        row = read.vendors[code]
        others = [other for other in chosen if other != code]
        seen = compare_vendor(read.results, code, others)
        cells = [read.results.cell(code, criterion) for criterion in read.criteria]
        found.append(
            VendorColumn(
                code=code,
                name=names[code],
                vendor=row,
                away=row.id in seat.shut_out,
                strengths=list_strengths(read, code, seen, titles),
                gaps=list_weaknesses(read, seen, titles),
                cost=None if row.price == NO_PRICE else tell_cost(row.price.cost),
                questions=asked.get(row.id, 0),
                settled=sum(cell.finding in (Outcome.MET, Outcome.NOT_MET) for cell in cells),
                with_evidence=evidence.get(code, 0),
                dissent=[
                    (read.criteria[cell.criterion], ", ".join(experts[code, cell.criterion]))
                    for cell in cells
                    if (code, cell.criterion) in experts
                ],
            )
        )
    return found


def list_strengths(
    read: Matrix, code: str, seen: VendorComparison, titles: Mapping[str, str]
) -> list[str]:
    """What speaks for a vendor, a sentence each; `titles` are those of criteria by code."""
    score = read.results.scores[code]
    found = []
    if score.gate is Gate.PASS and any(row.must_have for row in read.results.criteria):
        found.append(_("Meets every must-have."))
    if seen.passes:
        found.append(
            _(
                "Reaches the pass mark of %(mark)s.",
                mark=format_whole_percent(read.results.pass_mark),
            )
        )
    if seen.alone:
        found.append(
            _(
                "Of the vendors compared here, only this one meets: %(what)s.",
                what=join_titles(seen.alone, titles),
            )
        )
    if seen.ahead:
        found.append(
            _(
                "This vendor meets, but not all the others do: %(what)s.",
                what=join_titles(seen.ahead, titles),
            )
        )
    return found


def list_weaknesses(read: Matrix, seen: VendorComparison, titles: Mapping[str, str]) -> list[str]:
    """What speaks against a vendor or is not known, a sentence each."""
    found = []
    if seen.failed:
        found.append(_("Must-haves not met: %(what)s.", what=join_titles(seen.failed, titles)))
    if seen.pending:
        found.append(_("Must-haves not settled: %(what)s.", what=join_titles(seen.pending, titles)))
    if seen.behind:
        found.append(
            _(
                "Not met by this vendor, but met by another: %(what)s.",
                what=join_titles(seen.behind, titles),
            )
        )
    found += describe_pass_mark(read, seen)
    if seen.unresolved:
        found.append(
            ngettext("One item is unresolved.", "%(num)s items are unresolved.", seen.unresolved)
        )
    return found


def describe_pass_mark(read: Matrix, seen: VendorComparison) -> list[str]:
    """How far below the pass mark, and whether what is unresolved could still lift it there."""
    mark = format_whole_percent(read.results.pass_mark)
    if seen.passes is None and seen.open_criteria and not seen.may_pass:
        return [
            ngettext(
                "Not decided yet whether it reaches the pass mark of %(mark)s: one criterion is"
                " not settled.",
                "Not decided yet whether it reaches the pass mark of %(mark)s: %(num)s criteria are"
                " not settled.",
                seen.open_criteria,
                mark=mark,
            )
        ]
    if seen.passes is not False and not seen.may_pass:
        return []
    if seen.short_by is not None:
        points = max(1, round(seen.short_by * 100))
        text = ngettext(
            "One percentage point below the pass mark of %(mark)s.",
            "%(num)s percentage points below the pass mark of %(mark)s.",
            points,
            mark=mark,
        )
    else:
        text = _("Below the pass mark of %(mark)s.", mark=mark)
    if not seen.may_pass:
        return [text]
    return [
        text,
        _("It could still reach the pass mark if the unresolved criteria turn out to be met."),
    ]
