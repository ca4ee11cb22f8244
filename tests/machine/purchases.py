"""What else the random people of the state machine do: they record the purchase."""

from datetime import date

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.limits import NOTE, PURCHASE_LINES
from crrubric.domain.procurement.binder import LineRecord
from crrubric.domain.procurement.line_states import LineState
from crrubric.domain.procurement.purchase import (
    FundKind,
    FundShare,
    PurchaseDays,
    PurchaseFacts,
    PurchaseMethod,
    serialize_purchase_days,
    serialize_purchase_facts,
)
from crrubric.domain.record.state import Row
from crrubric.services.procurement import lines, purchases
from tests.machine.frame import NUMBER, Frame, Refusal, act

REASONS = ["", "Below the limit.", "x" * (NOTE + 1)]
SHARES = [None, 5_000, 10_001]  # hundredths of a percent; the last is more than all
DAYS = [None, date(2027, 3, 1), date(2027, 4, 1), date(1, 1, 1)]
CODES = ["privacy", "privacy", "allowable", "own-1", "method", "nothing"]
NOTES = ["", "Signed."]
EMPTY: Row = {
    "title": "", "state": "OPEN", "note": "", "kept_at": "", "done_on": None, "done_by": "",
    "level": None, "vendor_id": None,
}  # fmt: skip


class Buying(Frame):
    """One action a service."""

    def tell_purchase(self, told: Row) -> None:
        """Put into the model what is known now."""
        blank = {
            **serialize_purchase_facts(PurchaseFacts()),
            **serialize_purchase_days(PurchaseDays()),
        }
        self.model.purchase = {**(self.model.purchase or blank), **told}

    def knows(self, told: Row, blank: Row) -> bool:
        """Whether this is what is stored already."""
        stored = self.model.purchase or blank
        return all(stored[name] == value for name, value in told.items())

    @act(Action.MANAGE_PURCHASE, often=2, reason=REASONS, share=SHARES)
    def set_purchase_facts(self, who, reason, share):
        name = self.person(who, Action.MANAGE_PURCHASE)
        fund = FundShare(kind=FundKind.GENERAL, name="Texts", share=share)
        facts = PurchaseFacts(method=PurchaseMethod.QUOTES, method_reason=reason, funds=(fund,))
        told = serialize_purchase_facts(facts)
        done = self.tried(
            ((len(reason) > NOTE or share == SHARES[-1]) and Invalid)
            or self.refused(name, Action.MANAGE_PURCHASE)
            or self.aims(name),
            lambda: purchases.set_purchase_facts(self.people[name], self.slug, facts),
            idle=self.knows(told, serialize_purchase_facts(PurchaseFacts())),
        )
        if done and done.value:
            self.tell_purchase(told)

    @act(Action.MANAGE_PURCHASE, often=2, board=DAYS, contract=DAYS)
    def set_purchase_days(self, who, board, contract):
        name = self.person(who, Action.MANAGE_PURCHASE)
        days = PurchaseDays(board_on=board, contract_on=contract, board_motion="7")
        told = serialize_purchase_days(days)
        done = self.tried(
            (DAYS[-1] in (board, contract) and Invalid)
            or self.refused(name, Action.MANAGE_PURCHASE)
            or self.aims(name),
            lambda: purchases.set_purchase_days(self.people[name], self.slug, days),
            idle=self.knows(told, serialize_purchase_days(PurchaseDays())),
        )
        if done and done.value:
            self.tell_purchase(told)

    @act(Action.MANAGE_PURCHASE, title=["", "Local offers"])
    def add_line_to_checklist(self, who, title):
        name, rows = self.person(who, Action.MANAGE_PURCHASE), self.model.purchase_lines
        own = [code for code in rows if code.startswith("own-")]
        done = self.tried(
            (not title and Invalid)
            or self.refused(name, Action.MANAGE_PURCHASE)
            or (len(own) >= PURCHASE_LINES and Invalid),
            lambda: lines.add_purchase_line(self.people[name], self.slug, title),
        )
        if done:
            rows[done.value] = {**EMPTY, "title": title}

    @act(Action.MANAGE_PURCHASE, often=3, code=CODES, vendor=NUMBER, state=list(LineState),
         note=NOTES)  # fmt: skip
    def record_line_of_checklist(self, who, code, vendor, state, note):
        name, rows = self.person(who, Action.MANAGE_PURCHASE), self.model.purchase_lines
        about = self.picked("vendors", vendor) if vendor % 4 else None
        kept = about if code == "privacy" else None
        title = "Local offers" if code.startswith("own-") else ""
        record = LineRecord(state=state, title=title, note=note, vendor_id=about)
        new = {**EMPTY, "title": title, "state": state.value, "note": note, "vendor_id": kept}
        done = self.tried(
            self.refused(name, Action.MANAGE_PURCHASE)
            or self.is_no_line(name, code)
            or (state is not LineState.OPEN and not note and Invalid)
            or (code == "privacy" and about is None and bool(note) and Invalid)
            or (
                kept is not None and (self.shut_out(name, kept) or not self.runs(kept)) and NotFound
            ),
            lambda: lines.record_purchase_line(self.people[name], self.slug, code, record),
            idle=rows.get(code, EMPTY) == new,
        )
        if done and done.value:
            rows[code] = new

    def is_no_line(self, name: str, code: str) -> Refusal:
        """Whether it is no line that the person may record."""
        row = self.model.purchase_lines.get(code, EMPTY)
        away = row["vendor_id"] is not None and self.shut_out(name, row["vendor_id"])
        lost = code in ("method", "nothing") or (code == "own-1" and row is EMPTY)
        return (away or lost) and NotFound
