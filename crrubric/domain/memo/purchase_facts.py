"""What the memo is told of the purchase."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crrubric.domain.procurement.binder import Binder
from crrubric.domain.procurement.order import SELECTION, OrderedPair, OrderProof, prove_order
from crrubric.domain.procurement.purchase import PurchaseDays, PurchaseFacts
from crrubric.domain.procurement.thresholds import AppliedLimit, PurchaseAmount, PurchaseDay


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoPurchase:
    """A purchase; amounts by fund and the cost are left out while prices are sealed.

    day: by which limits were chosen; None where nothing is known. cost: of the recommended offer in
    cents, at the least and at the most. vendors: names of those that lines are about, by id.
    binder: without the lines on memo and retention, which are done after the memo.
    """

    facts: PurchaseFacts = field(default_factory=PurchaseFacts)
    days: PurchaseDays = field(default_factory=PurchaseDays)
    day: PurchaseDay | None = None
    amount: PurchaseAmount | None = None
    limits: tuple[AppliedLimit, ...] = ()
    order: OrderProof = field(default_factory=lambda: prove_order(SELECTION, {}))
    other_days: tuple[OrderedPair, ...] = ()
    cost: tuple[int, int] | None = None
    declared: tuple[int, int] = (0, 0)  # declarations of interest, of how many asked for
    binder: Binder = field(default_factory=Binder)
    vendors: Mapping[int, str] = field(default_factory=dict)
