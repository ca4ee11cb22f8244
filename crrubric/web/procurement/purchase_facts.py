"""The forms of a purchase: its facts, and its days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.procurement.purchase import (
    FundKind,
    FundShare,
    LimitKind,
    OwnLimit,
    PurchaseDays,
    PurchaseFacts,
    serialize_purchase_days,
    serialize_purchase_facts,
)
from crrubric.domain.typed import to_hundredths
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.procurement.purchases import (
    load_purchase_days,
    load_purchase_facts,
    withholds_amounts,
)
from crrubric.queries.record.journal import find_latest_changes
from crrubric.services.procurement import purchases as service
from crrubric.web.planning.rows import check_rows_typed, list_row_errors, make_rows, read_sent_rows
from crrubric.web.procurement.purchase import HOME
from crrubric.web.procurement.purchase_forms import (
    FundForm,
    OwnLimitForm,
    PurchaseDaysForm,
    PurchaseForm,
)
from crrubric.web.setup.vendors import from_hundredths
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("purchase_facts", __name__, url_prefix="/evaluations/<slug>/purchase")
DAYS = (
    "published_on", "offers_due_on", "board_on", "board_motion", "contract_on", "begins_on",
    "ends_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFund:
    """A fund as its row takes it."""

    fund_kind: FundKind
    fund_name: str
    fund_amount: Decimal | None
    fund_share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLimit:
    """A limit as its row takes it."""

    limit_amount: Decimal | None
    limit_source: str
    limit_since: date | None


@dataclass(frozen=True, slots=True)
class FactsPage:
    """The form of the facts with the rows of its funds and of its limits."""

    form: PurchaseForm
    funds: list[FundForm]
    limits: dict[LimitKind, OwnLimitForm]

    def __post_init__(self) -> None:
        """The rows are sent with the form."""
        self.form.parts = [*self.funds, *self.limits.values()]


@bp.get("/facts")
@require_permission(Action.MANAGE_PURCHASE)
def show_purchase_facts(seat: Seat) -> ResponseReturnValue:
    """The facts, to be changed."""
    return render_facts(seat, make_facts_page(seat))


def make_facts_page(seat: Seat) -> FactsPage:
    """The form with what is stored and may be told."""
    facts = load_purchase_facts(db.session(), seat)
    funds = [
        TypedFund(
            fund_kind=row.kind,
            fund_name=row.name,
            fund_amount=from_hundredths(row.cents),
            fund_share=from_hundredths(row.share),
        )
        for row in facts.funds
    ]
    own = {row.kind: row for row in facts.limits}
    page = FactsPage(
        PurchaseForm(
            formdata=None,
            method=facts.method,
            method_reason=facts.method_reason,
            solicitation=facts.solicitation,
            estimate=from_hundredths(facts.estimate_cents),
            estimate_on=facts.estimate_on,
            estimate_note=facts.estimate_note,
        ),
        make_rows(FundForm, funds, limits.PURCHASE_FUNDS),
        {kind: make_limit_row(kind, own.get(kind)) for kind in LimitKind},
    )
    page.form.showing(serialize_purchase_facts(facts))
    return page


def make_limit_row(kind: LimitKind, own: OwnLimit | None) -> OwnLimitForm:
    """The row of a limit with what is stored."""
    typed = None
    if own is not None:
        typed = TypedLimit(
            limit_amount=from_hundredths(own.cents),
            limit_source=own.source,
            limit_since=own.since,
        )
    return OwnLimitForm(None, prefix=f"{kind.value.lower()}-", obj=typed)


def read_facts_page() -> FactsPage:
    """The form as it was sent."""
    return FactsPage(
        PurchaseForm(),
        read_sent_rows(FundForm, "fund_kind", limits.PURCHASE_FUNDS),
        {kind: OwnLimitForm(request.form, prefix=f"{kind.value.lower()}-") for kind in LimitKind},
    )


@bp.post("/facts")
@require_permission(Action.MANAGE_PURCHASE)
def save_purchase_facts(seat: Seat) -> ResponseReturnValue:
    """Save the facts."""
    before, page = make_facts_page(seat), read_facts_page()
    form, status = page.form, 422
    good = all(
        [
            form.validate(),
            check_rows_typed(page.funds, ("fund_kind",)),
            check_rows_typed(page.limits.values(), ("limit_amount", "limit_source")),
        ]
    )
    if good:
        try:
            changed = service.set_purchase_facts(
                current_actor(),
                seat.evaluation.slug,
                read_facts(page),
                seen=form.version.data or "",
            )
            tell_saved_purchase(changed, before.form, make_facts_page(seat).form)
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_facts_error(page, error)
        except Stale as error:
            stored = make_facts_page(seat)
            changes = find_latest_changes(db.session(), seat, Event.PURCHASE_CHANGED)
            form.meet_newer(stored.form, error, changes)
            status = 409
    return render_facts(seat, page), status


def tell_saved_purchase(
    changed: bool,
    before: PurchaseForm | PurchaseDaysForm,
    now: PurchaseForm | PurchaseDaysForm,
) -> None:
    """Say what is saved, with the way back to what was saved before."""
    if not changed:
        flash(_("Nothing was changed."), "done")
        return
    flash_undoable(_("Saved."), request.path, before.list_sent_values(now))


def read_facts(page: FactsPage) -> PurchaseFacts:
    """What was typed; only of a form that is valid."""
    form = page.form
    return PurchaseFacts(
        method=form.method.data,
        method_reason=form.method_reason.data or "",
        solicitation=form.solicitation.data or "",
        estimate_cents=to_hundredths(form.estimate.data),
        estimate_on=form.estimate_on.data,
        estimate_note=form.estimate_note.data or "",
        funds=tuple(
            FundShare(
                kind=row.fund_kind.data,
                name=row.fund_name.data or "",
                cents=to_hundredths(row.fund_amount.data),
                share=to_hundredths(row.fund_share.data),
            )
            for row in list_filled_funds(page)
        ),
        limits=tuple(
            OwnLimit(
                kind=kind,
                cents=to_hundredths(row.limit_amount.data) or 0,
                source=row.limit_source.data or "",
                since=row.limit_since.data,
            )
            for kind, row in page.limits.items()
            if not row.is_blank
        ),
    )


def list_filled_funds(page: FactsPage) -> list[FundForm]:
    """The rows of funds in which something stands."""
    return [row for row in page.funds if not row.is_blank]


def attach_facts_error(page: FactsPage, error: Invalid) -> None:
    """Put refusals beside their controls, those of rows included."""
    funds = list_filled_funds(page)
    for refusal in (error, *error.more):
        kind, _dash, rest = (refusal.field or "").partition("-")
        place, _dash, name = rest.partition("-")
        control: Field | None = page.form._fields.get(refusal.field or "")
        if kind == "fund" and place.isdigit():
            control = funds[int(place)][f"fund_{name}"]
        elif kind == "limit" and place.upper() in set(LimitKind):
            control = page.limits[LimitKind(place.upper())][f"limit_{name}"]
        if control is None:
            page.form.form_errors.append(translate_error(refusal))
        else:
            control.errors = [*control.errors, translate_error(refusal)]


def render_facts(seat: Seat, page: FactsPage) -> str:
    """The page."""
    rows: Sequence[FundForm | OwnLimitForm] = [*page.funds, *page.limits.values()]
    return render_page(
        "procurement/facts.html",
        seat,
        under=HOME,
        form=page.form,
        funds=page.funds,
        limits=page.limits,
        problems=list_row_errors(rows),
        sealed=seat.evaluation.hides_prices,
        partial=withholds_amounts(seat.evaluation, seat.shut_out),
    )


@bp.get("/days")
@require_permission(Action.MANAGE_PURCHASE)
def show_purchase_days(seat: Seat) -> ResponseReturnValue:
    """The days, to be changed."""
    return render_days(seat, make_days_form(seat))


def make_days_form(seat: Seat) -> PurchaseDaysForm:
    """The form with what is stored."""
    days = load_purchase_days(db.session(), seat.evaluation.id)
    return PurchaseDaysForm(formdata=None, obj=days).showing(serialize_purchase_days(days))


@bp.post("/days")
@require_permission(Action.MANAGE_PURCHASE)
def save_purchase_days(seat: Seat) -> ResponseReturnValue:
    """Save the days, in whatever order they are: the page says what is not in order."""
    before = make_days_form(seat)
    form, status = PurchaseDaysForm(), 422
    if form.validate():
        try:
            days = PurchaseDays(
                **{name: form[name].data for name in DAYS if name != "board_motion"},
                board_motion=form.board_motion.data or "",
            )
            changed = service.set_purchase_days(
                current_actor(), seat.evaluation.slug, days, seen=form.version.data or ""
            )
            tell_saved_purchase(changed, before, make_days_form(seat))
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            changes = find_latest_changes(db.session(), seat, Event.PURCHASE_DAYS_SET)
            form.meet_newer(make_days_form(seat), error, changes)
            status = 409
    return render_days(seat, form), status


def render_days(seat: Seat, form: PurchaseDaysForm) -> str:
    """The page."""
    return render_page("procurement/days.html", seat, under=HOME, form=form)
