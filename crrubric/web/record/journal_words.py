"""What people read for the names of fields, which the journal keeps as the code has them."""

import re

from flask_babel import gettext, ngettext

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Stakeholder

# `vendor_id` stands beside `vendor`, the name that people read
HIDDEN = frozenset({"vendor_id"})
FIELDS = {
    "abstaining": N_("abstaining"),
    "adopted_order": N_("adopted order"),
    "against": N_("against the motion"),
    "agreed": N_("who agreed"),
    "answer": N_("answer"),
    "answered_on": N_("answered on"),
    "as_computed": N_("as the rule has it"),
    "by": N_("places moved"),
    "bytes": N_("size in bytes"),
    "carried": N_("carried"),
    "chair": N_("chair"),
    "closes_on": N_("scoring closes on"),
    "company": N_("company"),
    "conditions": N_("conditions"),
    "contact_email": N_("contact e-mail"),
    "contact_name": N_("contact person"),
    "cost_ceiling": N_("cost ceiling"),
    "criteria": N_("criteria"),
    "does_not_meet": N_("does not meet"),
    "due_on": N_("due on"),
    "effect": N_("effect on marks"),
    "evidence": N_("evidence"),
    "evidence_kind": N_("kind of evidence"),
    "evidence_months": N_("evidence is old after months"),
    "evidence_on": N_("evidence seen on"),
    "evidence_place": N_("where the evidence is"),
    "evidence_until": N_("evidence valid until"),
    "file": N_("file"),
    "given_on": N_("given on"),
    "hold": N_("legal hold"),
    "in_favor": N_("in favor"),
    "kind": N_("kind"),
    "language": N_("language of documents"),
    "lead": N_("who knows most about it"),
    "left_out": N_("left out"),
    "links": N_("links"),
    "look_for": N_("what to look for"),
    "marks": N_("marks"),
    "may_not_apply": N_("may not apply"),
    "mode": N_("score"),
    "must_have": N_("must-have"),
    "name": N_("name"),
    "note": N_("note"),
    "number": N_("number"),
    "on behalf of": N_("on behalf of"),
    "opposed": N_("opposed"),
    "over": N_("threshold: marks"),
    "owner": N_("who watches over it"),
    "pass_mark": N_("pass mark"),
    "phase": N_("phase"),
    "place": N_("place"),
    "position": N_("position"),
    "practice": N_("what the made-up vendor shows"),
    "present": N_("present"),
    "price_note": N_("note on the price"),
    "price_unit": N_("price is"),
    "product": N_("product"),
    "product_version": N_("version of the product"),
    "purpose": N_("purpose"),
    "quantity": N_("quantity"),
    "question": N_("question"),
    "quorum": N_("quorum"),
    "reason": N_("reason"),
    "receipt": N_("receipt"),
    "reviewer": N_("reviewer"),
    "reviewers": N_("reviewers"),
    "revision": N_("revision"),
    "rubric": N_("rubric"),
    "sent_on": N_("sent on"),
    "sha256": N_("fingerprint"),
    "source": N_("how it was given"),
    "stakeholder": N_("speaks for"),
    "term": N_("term"),
    "term_months": N_("term in months"),
    "title": N_("title"),
    "under": N_("threshold: of so many"),
    "unit_price_cents": N_("price of one unit, in cents"),
    "unscored": N_("unscored"),
    "until": N_("kept until"),
    "value": N_("finding"),
    "vendor": N_("vendor"),
    "vendors": N_("vendors"),
    "version": N_("version"),
    "weight": N_("weight"),
    "why_another_order": N_("why another order"),
    "words": N_("words"),
}
EVERYTHING = N_("everything")  # what a member marks who is not limited
PEOPLE = {member.value: member.label for member in Stakeholder}
IN_LANGUAGE = re.compile(r"(\w+) \((\w+)\)")


def field_named(key: str) -> str:
    """A field as people call it; "title (es)" is its translation."""
    if found := IN_LANGUAGE.fullmatch(key):
        return f"{field_named(found[1])} ({found[2]})"
    return str(gettext(FIELDS[key])) if key in FIELDS else key.replace("_", " ")


def value_named(key: str, value: object) -> object:
    """A value in words where the field says what it is: its code is a word that people type too."""
    if key in {"stakeholder", "lead"} and value in PEOPLE:
        return gettext(PEOPLE[str(value)])
    if key in {"vendors", "criteria"} and value == EVERYTHING:
        return gettext(EVERYTHING)
    if key == "vendors" and isinstance(value, list):
        return ngettext("%(num)s vendor", "%(num)s vendors", len(value))
    if key == "criteria" and isinstance(value, list):
        return ngettext("%(num)s criterion", "%(num)s criteria", len(value))
    return value
