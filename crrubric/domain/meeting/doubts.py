"""What a decision rests on and leaves open: said before it is final, and in the memo after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crrubric.domain.foreseen import Remark, keep_remarks, make_list_remark
from crrubric.domain.places import MendingPlace
from crrubric.domain.results.cost import NO_PRICE, PriceBasis
from crrubric.domain.results.results import Results
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionBasis:
    """What a decision is made on.

    recommended: code of the vendor, None for none; prices: of each vendor by code, as they may be
    read; sealed: prices are still sealed; opened_late: they were when the decision became final;
    price_readers: how many reviewers could read prices before they were opened; sittings: meetings
    that were held; unattended: motions that were voted on in a meeting in which nobody was recorded
    as present; outside: findings that were recorded while no meeting was open.
    """

    results: Results
    recommended: str | None
    prices: Mapping[str, PriceBasis]
    sealed: bool
    sittings: int
    unattended: int = 0
    outside: int = 0
    opened_late: bool = False
    price_readers: int = 0

    def list_uncosted(self) -> tuple[str, ...]:
        """The other vendors whose cost is not known, where that of any vendor is: there is nothing
        to compare it with."""
        known = {code for code, price in self.prices.items() if price.cost.is_known}
        others = (row for row in self.results.vendors if row.code != self.recommended)
        return tuple(row.name for row in others if known and row.code not in known)


def were_prices_opened_late(opened_at: datetime | None, decided_at: datetime | None) -> bool:
    """Whether prices were opened when the decision was final: it was left open for good."""
    return opened_at is not None and decided_at is not None and opened_at > decided_at


def list_decision_doubts(basis: DecisionBasis) -> tuple[Remark, ...]:
    """What was left open, a sentence each, the heaviest first; empty if nothing was."""
    results = basis.results
    count = len(results.cells)
    names = {vendor.code: vendor.name for vendor in results.vendors}
    titles = {criterion.code: criterion.title for criterion in results.criteria}
    vendor = names.get(basis.recommended or "", "")
    score = results.scores.get(basis.recommended or "")
    price = basis.prices.get(basis.recommended or "", NO_PRICE)
    uncosted = basis.list_uncosted()
    low = score is not None and results.passes(basis.recommended or "") is False
    pending = tuple(titles[code] for code in score.pending) if score else ()
    unresolved = len(results.unresolved())
    computed = sum(
        cell.adopted is None and cell.finding is not Outcome.UNRESOLVED
        for cell in results.cells.values()
    )
    overtaken = tuple(
        f"{names[cell.vendor]}, {titles[cell.criterion]}"
        for cell in results.cells.values()
        if cell.overtaken
    )
    thin = sum(
        results.rule.quorum_for(cell.tally.assigned) > cell.tally.assigned
        for cell in results.cells.values()
    )
    return keep_remarks(
        [
            (
                not basis.sittings,
                Remark(N_("The committee has held no meeting."), mended_at=MendingPlace.AGENDA),
            ),
            (
                unresolved,
                Remark(
                    N_("Not settled: %(count)s of %(all)s items."),
                    {"count": unresolved, "all": count},
                    mended_at=MendingPlace.AGENDA,
                ),
            ),
            (
                overtaken,
                make_list_remark(
                    N_(
                        "Findings that adopted the outcome of the votes, which is another one by"
                        " now, %(count)s:"
                    ),
                    overtaken,
                    mended_at=MendingPlace.AGENDA,
                ),
            ),
            (
                computed,
                Remark(
                    N_(
                        "As the votes were, without a finding that the committee adopted:"
                        " %(count)s of %(all)s items."
                    ),
                    {"count": computed, "all": count},
                    mended_at=MendingPlace.AGENDA,
                ),
            ),
            (
                pending,
                make_list_remark(
                    N_("Must-haves of %(vendor)s that are pending, %(count)s:"),
                    pending,
                    mended_at=MendingPlace.AGENDA,
                    vendor=vendor,
                ),
            ),
            (
                vendor and low,
                Remark(N_("The score of %(vendor)s is below the pass mark."), {"vendor": vendor}),
            ),
            (
                vendor and basis.sealed,
                Remark(N_("The prices are still sealed."), mended_at=MendingPlace.PRICE_OPENING),
            ),
            (
                vendor and basis.opened_late,
                Remark(N_("The prices were still sealed when the decision became final.")),
            ),
            (
                basis.price_readers,
                Remark(
                    N_("Reviewers who could read prices before they were opened: %(count)s."),
                    {"count": basis.price_readers},
                ),
            ),
            (
                vendor and not basis.sealed and not price.cost.is_known,
                Remark(
                    N_("The cost of %(vendor)s over its term is not known."), {"vendor": vendor}
                ),
            ),
            (
                vendor and not basis.sealed and uncosted,
                make_list_remark(
                    N_("Of these other vendors the cost over the term is not known, %(count)s:"),
                    uncosted,
                ),
            ),
            (
                thin,
                Remark(
                    N_(
                        "Items that have fewer reviewers than the decision rule asks for:"
                        " %(count)s of %(all)s."
                    ),
                    {"count": thin, "all": count},
                ),
            ),
            (
                basis.unattended,
                Remark(
                    N_("Motions voted on without a record of who was present: %(count)s."),
                    {"count": basis.unattended},
                ),
            ),
            (
                basis.outside,
                Remark(
                    N_("Findings recorded while no meeting was open: %(count)s."),
                    {"count": basis.outside},
                ),
            ),
        ]
    )
