"""The purchases of the demo's evaluations, made from `data/demo_purchase.toml`."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import resources
from typing import Any

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.procurement.binder import LineRecord
from crrubric.domain.procurement.line_states import EvidenceLevel, LineState
from crrubric.domain.procurement.purchase import (
    FundKind,
    FundShare,
    LimitKind,
    OwnLimit,
    PurchaseDays,
    PurchaseFacts,
    PurchaseMethod,
)
from crrubric.domain.procurement.rules import load_procurement_rules
from crrubric.models import Evaluation, Vendor
from crrubric.queries.people.people import Actor
from crrubric.queries.procurement.purchases import find_purchase
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.procurement.lines import store_purchase_line
from crrubric.services.procurement.purchases import store_purchase_days, store_purchase_facts

HUNDRED = 100  # cents of a dollar, hundredths of a percent


def list_demo_purchases(key: str) -> Iterator[Mapping[str, Any]]:
    """The purchases of an evaluation, by its key: one or none."""
    file = resources.files("crrubric.data") / "demo_purchase.toml"
    for row in tomllib.loads(file.read_text("utf-8"))["purchase"]:
        if row["evaluation"] == key:
            yield row


def add_purchase_of_demo(cast: DemoEvaluation, key: str, recommended: Vendor | None) -> None:
    """Facts, days and checklist as they were when the memo was issued."""
    for row in list_demo_purchases(key):
        when = cast.ago(row["recorded_ago"])
        purchase = store_purchase_facts(
            cast.session, cast.chair, cast.evaluation, None, read_demo_facts(cast, row), at=when
        )
        days = PurchaseDays(
            published_on=cast.ago(row["published_ago"]).date(),
            offers_due_on=cast.ago(row["offers_due_ago"]).date(),
        )
        store_purchase_days(cast.session, cast.chair, cast.evaluation, purchase, days, at=when)
        for line in row["line"]:
            add_demo_line(cast, line, row["recorded_ago"], recommended)


def read_demo_facts(cast: DemoEvaluation, row: Mapping[str, Any]) -> PurchaseFacts:
    """The facts of a purchase; dollars and percent become cents and hundredths."""
    return PurchaseFacts(
        method=PurchaseMethod(row["method"]),
        method_reason=row["method_reason"],
        solicitation=row["solicitation"],
        estimate_cents=row["estimate"] * HUNDRED,
        estimate_on=cast.ago(row["estimated_ago"]).date(),
        estimate_note=row["estimate_note"],
        funds=tuple(
            FundShare(
                kind=FundKind(fund["kind"]),
                name=fund["name"],
                cents=fund["amount"] * HUNDRED if "amount" in fund else None,
                share=fund["share"] * HUNDRED if "share" in fund else None,
            )
            for fund in row["fund"]
        ),
        limits=tuple(
            OwnLimit(
                kind=LimitKind(limit["kind"]),
                cents=limit["amount"] * HUNDRED,
                source=limit["source"],
            )
            for limit in row["limit"]
        ),
    )


def add_demo_line(
    cast: DemoEvaluation, row: Mapping[str, Any], recorded_ago: int, recommended: Vendor | None
) -> None:
    """What shows a line of the checklist, on the day when it was done."""
    line = next(one for one in load_procurement_rules().lines if one.code == row["code"])
    about = recommended if row.get("vendor") else None
    when = cast.ago(min(row.get("done_ago", recorded_ago), recorded_ago))
    record = LineRecord(
        state=LineState(row.get("state", "OPEN")),
        note=row["note"],
        kept_at=row.get("kept_at", ""),
        done_on=cast.ago(row["done_ago"]).date() if "done_ago" in row else None,
        done_by=row.get("done_by", ""),
        level=EvidenceLevel(row["level"]) if "level" in row else None,
        vendor_id=about.id if about is not None else None,
    )
    store_purchase_line(
        cast.session, cast.chair, cast.evaluation, line=line, row=None, record=record, at=when
    )


def add_later_purchase_days(
    session: Session, chair: Actor, evaluation: Evaluation, key: str
) -> None:
    """What the board did, and the contract: days that came after the memo."""
    for row in list_demo_purchases(key):
        later = row.get("later")
        purchase = find_purchase(session, evaluation.id)
        if later is None or purchase is None:
            continue
        now = now_utc()
        days = PurchaseDays(
            published_on=purchase.published_on,
            offers_due_on=purchase.offers_due_on,
            board_on=(now - timedelta(days=later["board_ago"])).date(),
            board_motion=later["board_motion"],
            contract_on=(now - timedelta(days=later["contract_ago"])).date(),
            begins_on=(now - timedelta(days=later["begins_ago"])).date(),
            ends_on=(now + timedelta(days=later["ends_in"])).date(),
        )
        at = now - timedelta(days=later["recorded_ago"])
        store_purchase_days(session, chair, evaluation, purchase, days, at=at)
