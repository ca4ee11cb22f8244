"""What people read for journal entries and notices, whose fields are kept as the code has them."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from flask import Flask
from flask_babel import get_locale, gettext, ngettext

from crrubric.domain.archive.manifest import CopyKind
from crrubric.domain.events import Event
from crrubric.domain.mail.mails import translate_facts
from crrubric.domain.planning.adoption import describe_points
from crrubric.domain.planning.calibration import read_points
from crrubric.domain.planning.followup.measures import MeasureKind, MeasureUnit, name_measure
from crrubric.domain.planning.items import ItemSource, ItemState
from crrubric.domain.planning.triage import Setting
from crrubric.domain.planning.venues import read_venue
from crrubric.domain.procurement.line_states import EvidenceLevel, LineState
from crrubric.domain.procurement.purchase import PurchaseMethod
from crrubric.domain.record.entries import ROW
from crrubric.domain.record.triage_steps import HIDDEN_COUNT
from crrubric.domain.results.offers import PriceLine, read_lines
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import (
    Answer,
    CommitmentState,
    CorrectionEffect,
    DeclarationKind,
    EntrySource,
    EvidenceKind,
    FileKind,
    Outcome,
    Phase,
    PlanAccess,
    PositionKind,
    PriceKind,
    PriceUnit,
    RecordKind,
    RuleKind,
    ScoringMode,
    Stakeholder,
    Standing,
)
from crrubric.models import JournalEntry, Notice
from crrubric.queries.record.journal import list_told_fields
from crrubric.web.planning.plan_words import list_told_answers, name_plan_section
from crrubric.web.procurement.purchase_words import (
    PURCHASE_FIELDS,
    name_binder_line,
    translate_purchase_value,
)
from crrubric.web.shared.language import current_language
from crrubric.web.shared.words import (
    NOTHING,
    format_day,
    format_moment,
    format_money,
    format_short_number,
)
from crrubric.web.shared.zones import label_zone

OF_ANSWERS = (Event.PLAN_ANSWERED, Event.PLAN_RESTORED)
OF_PLAN = (*OF_ANSWERS, Event.PLAN_ASSIGNED, Event.PLAN_HINT_SETTLED)
KEEPING = (Event.REMOVAL_PROPOSED, Event.REMOVAL_WITHDRAWN, Event.RECORD_REMOVED)
OF_MEASURES = (
    Event.MEASURE_RECORDED, Event.MEASURE_CHANGED, Event.ACTUAL_RECORDED, Event.ACTUAL_CORRECTED,
)  # fmt: skip
FIELDS = {
    "account_years": N_("unused accounts, years"),
    "archive": N_("SHA-256 of the last archive file"),
    "before": N_("ended before"),
    "chain": N_("number of the journal"),
    "entries": N_("journal entries"),
    "evaluation_years": N_("evaluations, years"),
    "files": N_("attached files"),
    "first": N_("first journal entry"),
    "head": N_("last journal entry"),
    "issues": N_("issued memos"),
    "kept through": N_("kept through"),
    "mail_days": N_("e-mails, days"),
    "members": N_("members of the committee"),
    "proposed at": N_("proposed at"),
    "proposed by": N_("proposed by"),
    "rows": N_("rows"),
    "sign_in_days": N_("sign-ins and one-time links, days"),
    "about": N_("what was looked at"),
    "access": N_("asked to"),
    "abstaining": N_("abstaining"),
    "adopted_order": N_("adopted order"),
    "against": N_("against the motion"),
    "agreed": N_("who agreed"),
    "answer": N_("answer"),
    "answered_on": N_("answered on"),
    "as_computed": N_("same as the computed outcome"),
    "baseline": N_("baseline"),
    "baseline on": N_("day of the baseline"),
    "by": N_("positions moved"),
    "begins_on": N_("contract begins"),
    "board_motion": N_("number of the motion"),
    "board_on": N_("board action"),
    "contract_on": N_("contract signed"),
    "done by": N_("done by"),
    "done on": N_("done on"),
    "ends_on": N_("contract ends"),
    "estimate_cents": N_("own estimate of the cost"),
    "estimate_note": N_("how it was estimated"),
    "estimate_on": N_("estimated on"),
    "funds": N_("funds"),
    "kept at": N_("kept at"),
    "level": N_("level of evidence"),
    "limits": N_("limits"),
    "method": N_("method"),
    "method_reason": N_("why this method"),
    "offers_due_on": N_("offers due"),
    "published_on": N_("solicitation published"),
    "solicitation": N_("number of the solicitation"),
    "letter_closing": N_("closing paragraph of the letters"),
    "letter_contact": N_("contact in the letters"),
    "open questions": N_("open questions"),
    "section": N_("section"),
    "adopted": N_("outcomes adopted"),
    "answered on": N_("answered on"),
    "askings": N_("questions of reviewers"),
    "basis": N_("SHA-256 of what it was computed from"),
    "copy": N_("copy"),
    "covers": N_("newest journal entry that it covers"),
    "earlier": N_("renews"),
    "entry": N_("journal entry"),
    "given on": N_("given on"),
    "height": N_("height"),
    "prices_sealed": N_("prices sealed"),
    "questions": N_("questions"),
    "sent on": N_("sent on"),
    "text at": N_("place of the text in it"),
    "width": N_("width"),
    "html": N_("SHA-256 of the web page"),
    "names_people": N_("the memo names people"),
    "pdf": N_("SHA-256 of the PDF"),
    "word": N_("SHA-256 of the Word document"),
    "bytes": N_("size in bytes"),
    "strengths": N_("strengths"),
    "taken": N_("taken"),
    "tells prices": N_("tells prices"),
    "carried": N_("carried"),
    "chair": N_("chair"),
    "closes_on": N_("scoring closes on"),
    "ends_at": N_("hard end of scoring"),
    "company": N_("company"),
    "comes from": N_("comes from"),
    "conditions": N_("conditions"),
    "contact_email": N_("contact e-mail"),
    "contact_name": N_("contact person"),
    "cost_ceiling": N_("cost ceiling"),
    "criteria": N_("criteria"),
    "does_not_meet": N_("does not meet"),
    "due_on": N_("due on"),
    "due on": N_("due on"),
    "effect": N_("effect on marks"),
    "email": N_("e-mail address"),
    "evidence": N_("evidence"),
    "evidence_kind": N_("kind of evidence"),
    "evidence_months": N_("months after which evidence counts as old"),
    "evidence_on": N_("evidence seen on"),
    "evidence_place": N_("where the evidence is"),
    "evidence_until": N_("evidence valid until"),
    "evidence relied on": N_("evidence relied on"),
    "file": N_("file"),
    "gaps": N_("gaps"),
    "given_on": N_("given on"),
    "held on": N_("held on"),
    "hold": N_("legal hold"),
    "in favor": N_("in favor"),
    "in_place": N_("of the curriculum in place"),
    "in_favor": N_("in favor"),
    "kept from": N_("from the evaluation"),
    "kind": N_("kind"),
    "language": N_("language of documents"),
    "groups": N_("groups"),
    "learners": N_("learners"),
    "points": N_("credits a semester, and the chance"),
    "seats_at_once": N_("percent at the same time"),
    "fund": N_("fund"),
    "seats_note": N_("where the numbers come from"),
    "seats_high": N_("seats at most"),
    "seats_low": N_("seats at least"),
    **{setting.value: setting.label for setting in Setting},
    "lead": N_("who knows most about it"),
    "left_out": N_("left out"),
    "links": N_("links"),
    "look_for": N_("what to look for"),
    "marks": N_("marks"),
    "may_not_apply": N_("may not apply"),
    "measure of": N_("comes from"),
    "measured": N_("value"),
    "members there": N_("members who were there"),
    "minutes": N_("minutes"),
    "mode": N_("score"),
    "motion": N_("motion"),
    "moved by": N_("moved by"),
    "must_have": N_("must-have"),
    "name": N_("name"),
    "newest": N_("newest entry of the backup"),
    "next on": N_("next review on"),
    "note": N_("note"),
    "number": N_("number"),
    "on behalf of": N_("on behalf of"),
    "opposed": N_("opposed"),
    "others": N_("who else was there"),
    "over": N_("supermajority: YES marks"),
    "owner": N_("who follows up"),
    "pass_mark": N_("pass mark"),
    "period": N_("day or school year"),
    "phase": N_("phase"),
    "place": N_("place"),
    "position": N_("position"),
    "practice": N_("what the made-up vendor shows"),
    "present": N_("present"),
    "price_lines": N_("further prices"),
    "price_note": N_("note on the price"),
    "price_rise": N_("rises by at most, in percent a year"),
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
    "seconded by": N_("seconded by"),
    "sent_on": N_("sent on"),
    "sha256": N_("fingerprint"),
    "source": N_("how it was given"),
    "stakeholder": N_("represents"),
    "standing": N_("role on this site"),
    "state": N_("status"),
    "target": N_("target"),
    "term": N_("term"),
    "term_months": N_("term in months"),
    "time_zone": N_("time zone"),
    "title": N_("title"),
    "told by": N_("where the number comes from"),
    "under": N_("supermajority: out of how many marks"),
    "unit": N_("what it counts"),
    "unit_price_cents": N_("price of one unit, in cents"),
    "unscored": N_("unscored"),
    "until": N_("kept until"),
    "value": N_("finding"),
    "vendor": N_("vendor"),
    "vendors": N_("vendors"),
    "version": N_("version"),
    "vote": N_("vote on must-haves"),
    "waits for": N_("waits until this address is confirmed"),
    "weight": N_("weight"),
    "why_another_order": N_("why another order"),
    "words": N_("text"),
}
TRIAGE_FIELDS = frozenset({"points", "groups", *(setting.value for setting in Setting)})
OFFER_FIELDS = frozenset({"price_rise", "price_lines"})
EVERYTHING = N_("everything")  # what a member marks who is not limited
PEOPLE = {member.value: member.label for member in Stakeholder}
COPIES = {CopyKind.WHOLE.value: N_("everything"), CopyKind.REDACTED.value: N_("for the public")}
DAY = re.compile(r"\d{4}-\d\d-\d\d")
IN_LANGUAGE = re.compile(r"(\w+) \((\w+)\)")


# What people read for the values that the journal keeps, such as CANNOT_TELL. They are upper case,
# as typed text hardly ever is.
SPOKEN = {
    member.value: member.label
    for kind in (
        Phase, Answer, Outcome, RuleKind, ScoringMode, EvidenceKind, EntrySource,
        CorrectionEffect, DeclarationKind, PositionKind, PriceKind, PriceUnit, FileKind, Standing,
        PlanAccess, ItemState, ItemSource, MeasureKind, MeasureUnit, RecordKind,
        CommitmentState, PurchaseMethod, EvidenceLevel,
    )
    for member in kind
}  # fmt: skip
# The states of a line of a checklist have codes that say something else elsewhere.
LINE_STATES = {member.value: member.label for member in LineState}


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(
        {
            "sentence": describe_journal_entry,
            "differences": list_entry_differences,
            "field_name": translate_field_name,
            "notice_words": describe_notice,
        }
    )


def translate_field_name(key: str) -> str:
    """A field as people call it; "title (es)" is its translation."""
    if found := IN_LANGUAGE.fullmatch(key):
        return f"{translate_field_name(found[1])} ({found[2]})"
    return str(gettext(FIELDS[key])) if key in FIELDS else key.replace("_", " ")


# What people read for codes that are no members of an enum.
CODED: Mapping[str, Callable[[str], str]] = {
    "time_zone": lambda code: label_zone(code, get_locale()),
    "copy": lambda code: str(gettext(COPIES.get(code, code))),
    "kept through": lambda day: format_day(date.fromisoformat(day)),
    **dict.fromkeys(
        ("newest", "before", "proposed at", "ends_at"),
        lambda moment: format_moment(datetime.fromisoformat(moment)),
    ),
}


def translate_field_value(key: str, value: object) -> object:
    """A value in words where the field says what it is: its code is a word that people type too."""
    if key in {"stakeholder", "lead"} and value in PEOPLE:
        return gettext(PEOPLE[str(value)])
    if key in CODED and isinstance(value, str):
        return CODED[key](value)
    if is_day(key, value):
        return format_day(date.fromisoformat(str(value)))
    if key in TRANSLATORS:
        return TRANSLATORS[key](key, value)
    if key in {"vendors", "criteria"} and value == EVERYTHING:
        return gettext(EVERYTHING)
    if key == "vendors" and isinstance(value, list):
        return ngettext("%(num)s vendor", "%(num)s vendors", len(value))
    if key == "criteria" and isinstance(value, list):
        return ngettext("%(num)s criterion", "%(num)s criteria", len(value))
    return value


def is_day(key: str, value: object) -> bool:
    """Whether a value is a day, as the journal keeps days; what people type stays as typed."""
    named = key.endswith((" on", "_on")) or key == "evidence_until"
    return named and isinstance(value, str) and DAY.fullmatch(value) is not None


def translate_offer_value(_key: str, value: object) -> object:
    """Further prices of a vendor, or by how much its price may rise."""
    if isinstance(value, list):
        return "; ".join(map(describe_price_line, read_lines(value)))
    return format_short_number(Decimal(value) / 100) if isinstance(value, int) else value


def describe_price_line(line: PriceLine) -> str:
    """A further price in words."""
    parts = [
        f"{format_money(line.unit_cents)} {gettext(line.unit.label) if line.unit else ''}".strip(),
        gettext("once") if line.once else "",
        "" if line.quantity is None else gettext("quantity %(count)s", count=line.quantity),
        describe_rise(line.rise),
        line.note,
    ]
    return f"{gettext(line.kind.label)}: {', '.join(filter(None, parts))}"


def describe_rise(rise: int | None) -> str:
    """By how much a price may rise; nothing where that is not said."""
    if rise is None:
        return ""
    percent = format_short_number(Decimal(rise) / 100)
    return str(gettext("rises by at most %(percent)s %% a year", percent=percent))


def translate_triage_value(key: str, value: object) -> object:
    """A line, a past cohort, and a setting of triage: how many get it, or where and when."""
    if key == "points" and isinstance(value, str):
        line = read_points(value)
        return describe_points(line) if line else gettext("the planning guide’s line")
    if isinstance(value, list):
        return ngettext("%(num)s group", "%(num)s groups", len(value))
    if value == HIDDEN_COUNT:
        return gettext("hidden")
    if isinstance(value, str):
        venue = read_venue(value)
        return f"{gettext(venue.kind.label)}, {gettext(venue.hours.label)}"
    return value


# how values are told that are no words, by their field
TRANSLATORS: Mapping[str, Callable[[str, object], object]] = {
    **dict.fromkeys(TRIAGE_FIELDS, translate_triage_value),
    **dict.fromkeys(OFFER_FIELDS, translate_offer_value),
    **dict.fromkeys(PURCHASE_FIELDS, translate_purchase_value),
}


def describe_journal_entry(entry: JournalEntry) -> str:
    """A journal entry as the end of a sentence that begins with the person's name."""
    subject = name_plan_section(entry.subject) if entry.event in OF_PLAN else entry.subject
    if entry.event is Event.PURCHASE_LINE_RECORDED:
        subject = subject or name_binder_line((entry.after or {})[ROW]["code"], current_language())
    if entry.event in OF_MEASURES and not subject:
        subject = name_measure(MeasureKind.PROGRAM_SIZE, "", gettext)
    if entry.event in KEEPING and subject in SPOKEN:
        subject = str(gettext(SPOKEN[subject]))
    return str(gettext(entry.event.label, subject=subject))


def describe_notice(notice: Notice) -> str:
    """What a notice tells; words of ours in it (a phase, a day) are translated, typed ones not."""
    facts = translate_facts(notice.facts, gettext, format_day, section=name_plan_section)
    return str(gettext(notice.kind.label, **facts))


def list_entry_differences(
    entry: JournalEntry, *, hides_prices: bool = False
) -> list[tuple[str, str, str]]:
    """(what, old, new) of a journal entry; a reason that stands below it is not said twice.

    Args: hides_prices: nothing that tells a price.
    """
    old, new = entry.before or {}, entry.after or {}
    if entry.event in OF_ANSWERS:
        return list_told_answers(entry.subject, old, new)
    return [
        (
            translate_field_name(key),
            tell_field_value(entry, key, old.get(key)),
            tell_field_value(entry, key, new.get(key)),
        )
        for key in list_told_fields(entry, hides_prices=hides_prices)
    ]


def tell_field_value(entry: JournalEntry, key: str, value: object) -> str:
    """What a field of an entry held, as text."""
    if entry.event is Event.PURCHASE_LINE_RECORDED and key == "state" and value in LINE_STATES:
        return str(gettext(LINE_STATES[str(value)]))
    return format_journal_value(translate_field_value(key, value))


def format_journal_value(value: object) -> str:
    """A journal value as text."""
    if value in (None, ""):
        return NOTHING
    if isinstance(value, list):  # the cells of a motion
        return str(ngettext("One item", "%(num)s items", len(value)))
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    text = str(value)
    return str(gettext(SPOKEN[text])) if text in SPOKEN else text
