"""The part of the decision page on orders: the computed one, the adopted one, who is reinstated."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.meeting.ranking import (
    AdoptedRanking,
    RankingInput,
    computed_ranks,
    encode_order,
    rank_field,
)
from crrubric.domain.meeting.ranking_words import describe_adopted_order, list_ranking_remarks
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.cost import NO_PRICE
from crrubric.domain.results.cost_words import tell_license
from crrubric.domain.vocabulary import RankingKind
from crrubric.extensions import db
from crrubric.models import Decision
from crrubric.queries.meeting.decisions import (
    ReinstatementAct,
    find_adopted_ranking,
    list_reinstatements,
)
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import Matrix
from crrubric.web.meeting.decision_forms import DecisionForm, RankForm, ReinstatementForm
from crrubric.web.results.told_costs import WORDS, ToldRange, tell_cost
from crrubric.web.shared.language import current_language
from crrubric.web.shared.words import format_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstatementRow:
    """A vendor that does not meet a must-have, or was reinstated when it did not.

    held: what was lifted, and why, if anything was. form: to lift what it fails, withdrawal: to
    take back what was lifted; None if there is nothing of the kind, or this person may not.
    """

    code: str
    name: str
    vendor_id: int
    held: tuple[ReinstatementAct, ...]
    form: ReinstatementForm | None
    withdrawal: ReinstatementForm | None


def make_rank_forms(
    read: Matrix, ranks: Mapping[str, int], sent: Mapping[str, Any] | None = None
) -> dict[str, RankForm]:
    """A field for each vendor's rank, by code, with what was sent or else with these ranks."""
    found = {}
    for vendor in read.results.ranking():
        prefix = f"place-{read.vendors[vendor.code].id}"
        form = RankForm(sent, prefix=prefix, data={"rank": ranks.get(vendor.code)})
        form.rank.label.text = vendor.name
        found[vendor.code] = form
    return found


def read_typed_ranking(form: DecisionForm, ranks: Mapping[str, RankForm]) -> RankingInput:
    """The order as it was sent; the numbers count only if another order is adopted."""
    typed = {code: row.rank.data for code, row in ranks.items() if row.rank.data is not None}
    return RankingInput(
        typed if form.ranking.data is RankingKind.OTHER else None,
        form.ranking_reason.data or "",
        form.shown.data or "",
    )


def validate_ranks(form: DecisionForm, ranks: Mapping[str, RankForm]) -> bool:
    """Whether every rank can be read, as far as ranks count."""
    if form.ranking.data is not RankingKind.OTHER:
        return True
    checked = [row.validate() for row in ranks.values()]  # all of them, to name every mistake
    return all(checked)


def find_rank_form(field: str | None, ranks: Mapping[str, RankForm]) -> RankForm | None:
    """The rank that a refusal is about, if it is about one."""
    return next((row for code, row in ranks.items() if rank_field(code) == field), None)


def pick_shown_ranks(read: Matrix, adopted: AdoptedRanking | None) -> Mapping[str, int]:
    """The ranks to begin with: those of another order that was adopted, else the computed ones."""
    return adopted.ranks if adopted and not adopted.as_computed else computed_ranks(read.results)


def fill_ranking_kind(form: DecisionForm, decision: Decision | None) -> None:
    """Say in the form which order was adopted; the computed one unless it was another."""
    other = decision is not None and not decision.ranking_as_computed
    form.ranking.data = RankingKind.OTHER if other else RankingKind.COMPUTED


def collect_order_values(
    seat: Seat,
    read: Matrix,
    decision: Decision | None,
    form: DecisionForm,
    *,
    ranks: Mapping[str, RankForm],
    refused: ReinstatementForm | None,
) -> dict[str, Any]:
    """What the page says of orders. Args: ranks, refused: what was typed and is not recorded."""
    adopted = find_adopted_ranking(db.session(), decision)
    form.shown.data = encode_order(read.results)
    return {
        "adopted": adopted,
        "adopted_words": describe_adopted_order(ValueFormatter(_), adopted, read.results)
        if adopted
        else "",
        "remarks": list_decision_remarks(read, decision, adopted),
        "outdated": adopted is not None and adopted.outdated(read.results),
        "costs": (costs := tell_costs(read)),
        "cost_notes": make_cost_notes(read, costs, seat.shut_out),
        "ranks": ranks,
        "wrong_ranks": [
            (row.rank.id, error) for row in ranks.values() for error in row.rank.errors
        ],
        "liftable": list_reinstatement_rows(seat, read, refused),
        "refused": refused,
    }


def tell_costs(read: Matrix) -> dict[str, ToldRange | None]:
    """The cost of each vendor over its term, by code; None without a price that may be read.

    Empty where no vendor has any, as while prices are sealed.
    """
    costs = {
        code: None if row.price == NO_PRICE else tell_cost(row.price.cost)
        for code, row in read.vendors.items()
    }
    return costs if any(costs.values()) else {}


def make_cost_notes(
    read: Matrix, costs: Mapping[str, ToldRange | None], away: Collection[int]
) -> dict[str, str]:
    """What stands below each vendor that can be recommended, by its id: what it costs.

    Args: away: ids of vendors that the reader stays away from, of which the total alone is told.
    """
    found = {}
    for code, told in costs.items():
        amount = _("no price")
        if told is not None:
            amount = describe_unknown_cost(read, code, told, away) if told.lacks else told.span
        found[str(read.vendors[code].id)] = _("Cost over the term: %(cost)s", cost=amount)
    return found


def describe_unknown_cost(read: Matrix, code: str, told: ToldRange, away: Collection[int]) -> str:
    """What a cost over the term lacks, and the price that is known all the same."""
    lacks = str(_("can’t be computed; missing: %(what)s", what=told.lacks))
    vendor = read.vendors[code]
    known = tell_license(WORDS, vendor.price)
    if vendor.id in away or not known:
        return lacks
    return str(_("%(lacks)s. License: %(price)s", lacks=lacks, price=known))


def list_decision_remarks(
    read: Matrix, decision: Decision | None, adopted: AdoptedRanking | None
) -> list[str]:
    """What stands out about what was recorded."""
    vendor = decision.vendor if decision else None
    when = format_moment(adopted.at) if adopted else ""
    return list_ranking_remarks(
        ValueFormatter(_), read.results, vendor.code if vendor else None, adopted, when
    )


def name_reinstatement(vendor_id: int) -> str:
    """The control on the page for why a vendor is reinstated."""
    return f"reinstate-{vendor_id}"


def name_withdrawal(vendor_id: int) -> str:
    """The control on the page for why a vendor is reinstated no longer."""
    return f"withdraw-{vendor_id}"


def list_reinstatement_rows(
    seat: Seat, read: Matrix, refused: ReinstatementForm | None
) -> list[ReinstatementRow]:
    """Vendors to reinstate, and reinstated ones; none of those that the person stays away from.

    Args: refused: a form that was just refused, in the place of its vendor's.
    """
    acts: dict[int, tuple[ReinstatementAct, ...]] = {}
    for act in list_reinstatements(db.session(), seat.evaluation.id, current_language()):
        acts[act.vendor.id] = (*acts.get(act.vendor.id, ()), act)
    may = seat.may(Action.REINSTATE_VENDOR)
    found = []
    for vendor in read.results.ranking():
        row = read.vendors[vendor.code]
        barring, held = read.results.scores[vendor.code].barring, acts.get(row.id, ())
        form = pick_reinstatement_form(name_reinstatement(row.id), refused, offered=bool(barring))
        back = pick_reinstatement_form(name_withdrawal(row.id), refused, offered=bool(held))
        if row.id in seat.shut_out or not (held or (may and (form or back))):
            continue
        found.append(
            ReinstatementRow(
                code=vendor.code,
                name=vendor.name,
                vendor_id=row.id,
                held=held,
                form=form.showing(barring) if form and may else None,
                withdrawal=back.showing(list_lifted_codes(held)) if back and may else None,
            )
        )
    return found


def list_lifted_codes(held: Iterable[ReinstatementAct]) -> list[str]:
    """The must-haves that were lifted, by code."""
    return [code for act in held for code in act.codes]


def pick_reinstatement_form(
    name: str, refused: ReinstatementForm | None, *, offered: bool
) -> ReinstatementForm | None:
    """The form whose control has this name: as it was refused, or an empty one if it is offered."""
    if refused is not None and refused.reason.id == name and not refused.overtaken:
        return refused
    return ReinstatementForm(formdata=None).named(name) if offered else None
