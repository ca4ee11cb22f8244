"""How values become words on a page: labels, times, shares, money, refusals; all translated."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from flask import Flask, g, has_request_context
from flask_babel import format_date, get_locale, gettext
from markupsafe import Markup, escape

from crrubric.clock import now_utc
from crrubric.domain.ballots.evidence import describe_evidence
from crrubric.domain.ballots.receipts import group_receipt
from crrubric.domain.errors import ChoiceLabels, CrrubricError, InvalidLines, RubricTitles
from crrubric.domain.foreseen import Remark
from crrubric.domain.memo.words import NOON
from crrubric.domain.results import results as domain
from crrubric.domain.results.reviewers import Proportion
from crrubric.domain.results.shares import round_share
from crrubric.domain.setup.closing import has_ended
from crrubric.domain.statistics.intervals import Interval
from crrubric.domain.text import show_minus
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import (
    LabelledEnum,
    Outcome,
    Phase,
)
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, Mark
from crrubric.queries.people.people import load_time_zone_name
from crrubric.web.shared.session import current_person

NOTHING = "–"


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(
        {
            "label": translate_label,
            "refusal": translate_error,
            "remark": translate_remark,
            "moment": format_moment,
            "local_day": find_local_day,
            "clock": format_clock_time,
            "day": format_day,
            "percent": format_whole_percent,
            "number": format_short_number,
            "money": format_money,
            "phase_named": phase_from_name,
            "outcome_named": outcome_from_name,
            "pair_of_title": pair_code_with_title,
            "pair_of_name": pair_code_with_name,
            "span": format_span,
            "evidence": describe_mark_evidence,
            "named": join_titles,
            "coefficient": format_coefficient,
            "interval": format_interval,
            "share": format_part_of_whole,
            "grouped": group_receipt,
            "closing": describe_closing,
            "beginning": begin_with_capital,
            "closing_day_is_over": is_closing_day_over,
            "breakable": let_address_break,
        }
    )


def translate_error(error: CrrubricError) -> str:
    """A refusal in the reader's language."""
    values = {key: translate_error_value(value) for key, value in error.values.items()}
    return str(gettext(error.message, **values))


def translate_bad_lines(error: InvalidLines) -> list[str]:
    """Every bad line of a file with its reason, a sentence each."""
    return [
        str(gettext("Line %(line)s: %(why)s", line=number, why=translate_error(reason)))
        for number, reason in error.lines
    ]


def translate_error_value(value: object) -> object:
    """What fills a placeholder of a refusal: words in the reader's language, another refusal, a
    moment in their zone."""
    if isinstance(value, CrrubricError):
        return translate_error(value)
    if isinstance(value, RubricTitles):
        return value.join_in(get_locale().language)
    if isinstance(value, ChoiceLabels):
        return value.join_by(gettext)
    if isinstance(value, datetime):
        return format_moment(value)
    if isinstance(value, date):
        return format_day(value)
    return gettext(value) if isinstance(value, str) and value else value


def translate_remark(remark: Remark) -> str:
    """A sentence about an act in the reader's language, without the names that it lists."""
    days = {name: format_day(day) for name, day in remark.values.items() if isinstance(day, date)}
    return str(gettext(remark.message, **{**remark.values, **days}))


def translate_label(member: LabelledEnum | Enum | None) -> str:
    """What people read for an enum member."""
    return NOTHING if member is None else str(gettext(getattr(member, "label", member.name)))


def load_time_zone() -> ZoneInfo:
    """The district's time zone, in which people read times; looked up once a request."""
    if "zone" not in g:
        person = current_person() if has_request_context() else None
        name = person.site_zone if person else load_time_zone_name(db.session())
        g.zone = ZoneInfo(name or "UTC")
    found: ZoneInfo = g.zone
    return found


def current_day() -> date:
    """The day that it is where the district is."""
    return find_local_day(now_utc())


def find_local_day(moment: datetime) -> date:
    """The day of a moment where the district is."""
    return moment.astimezone(load_time_zone()).date()


def let_address_break(address: str) -> Markup:
    """A mail address that breaks, where it must, after the at sign and before a dot."""
    return Markup(re.sub(r"(?<=@)|(?=\.)", "<wbr>", str(escape(address))))  # noqa: S704  # escaped


def format_moment(value: datetime | None) -> str:
    """A moment as date and time in the district's zone: March 12, 2027, 5:00 PM."""
    if value is None:
        return NOTHING
    return f"{format_day(find_local_day(value))}, {format_clock_time(value)}"


def format_clock_time(value: datetime | None) -> str:
    """The time of day in the district's zone, as papers say it: 10:42 AM."""
    if value is None:
        return NOTHING
    local = value.astimezone(load_time_zone())
    text = N_("%(hour)s:%(minute)s AM") if local.hour < NOON else N_("%(hour)s:%(minute)s PM")
    return str(gettext(text, hour=(local.hour - 1) % NOON + 1, minute=f"{local.minute:02}"))


def format_day(value: date | None) -> str:
    """A date in the reader's language: March 12, 2027."""
    return NOTHING if value is None else str(format_date(value, "long", rebase=False))


def is_closing_day_over(evaluation: Evaluation) -> bool:
    """Whether there is a closing day, and it is over in the district."""
    return evaluation.closes_on is not None and current_day() > evaluation.closes_on


def begin_with_capital(text: str) -> str:
    """Words that stand by themselves; the rest of them stays as it is."""
    return text[:1].upper() + text[1:]


def describe_closing(evaluation: Evaluation) -> str:
    """When scoring closes, or that the day is over; and the hard end, if there is one."""
    said = []
    if evaluation.closes_on is not None:
        over = is_closing_day_over(evaluation)
        text = N_("the closing day was %(day)s") if over else N_("closes %(day)s")
        said.append(gettext(text, day=format_day(evaluation.closes_on)))
    if evaluation.ends_at is not None:
        over = has_ended(now_utc(), evaluation.ends_at)
        text = (
            N_("nothing has been taken since %(when)s (%(zone)s)")
            if over
            else N_("nothing is taken after %(when)s (%(zone)s)")
        )
        when = format_moment(evaluation.ends_at)
        said.append(gettext(text, when=when, zone=load_time_zone().key))
    return "; ".join(said)


def format_whole_percent(share: Fraction | None, mark: Fraction | None = None) -> str:
    """A share as whole percent; a dash where it is undefined.

    What is close to nothing, to all or to `mark`, the pass mark, is not rounded onto it.
    """
    if share is None:
        return NOTHING
    return str(gettext("%(number)s\u00a0%%", number=round_share(share, 100, mark=mark)))


def format_short_number(value: Fraction | Decimal | int | float | None, places: int = 3) -> str:
    """A number without needless zeros, at most `places` decimals."""
    if value is None:
        return NOTHING
    if isinstance(value, Fraction):
        value = float(value)
    pattern = "#,##0" + ("." + "#" * places if places else "")
    return show_minus(format_decimal(value, format=pattern, locale=get_locale()))


def format_money(cents: int | None) -> str:
    """An amount in dollars: $16,170."""
    if cents is None:
        return NOTHING
    pattern = "#,##0" if cents % 100 == 0 else "#,##0.00"
    return "$" + str(format_decimal(Decimal(cents) / 100, format=pattern, locale=get_locale()))


def format_span(span: tuple[int, int] | None) -> str:
    """From one amount in cents to another; one alone if they are the same."""
    if span is None:
        return NOTHING
    low, high = map(format_money, span)
    return low if low == high else f"{low} – {high}"


def format_coefficient(value: Fraction | float | None, why: str = "") -> str:
    """A coefficient with two decimals, or in words why there is none."""
    if value is None:
        return str(gettext(why)) if why else NOTHING
    return show_minus(format_decimal(float(value), "0.00", locale=get_locale()))


def format_interval(found: Interval) -> str:
    """An interval: 0.04 to 0.59; or in words why there is none."""
    if found.low is None or found.high is None:
        return str(gettext(found.why_not))
    low, high = format_coefficient(found.low), format_coefficient(found.high)
    return str(gettext("%(low)s to %(high)s", low=low, high=high))


def format_part_of_whole(found: Proportion) -> str:
    """So many of so many, in percent: 97 of 104 (93 %)."""
    if found.value is None:
        return NOTHING
    words = {"part": found.part, "of": found.of, "percent": format_whole_percent(found.value)}
    return str(gettext("%(part)s of %(of)s (%(percent)s)", **words))


def phase_from_name(name: str) -> Phase:
    """The phase of this name, for templates that list some of them."""
    return Phase(name)


def outcome_from_name(name: str) -> Outcome:
    """The outcome of this name, as the journal keeps it."""
    return Outcome(name)


def pair_code_with_title(criterion: Criterion) -> tuple[str, str]:
    """(code, title), to look titles up by code."""
    return criterion.code, criterion.title


def pair_code_with_name(vendor: domain.ScoredVendor) -> tuple[str, str]:
    """(code, name), to look names up by code."""
    return vendor.code, vendor.name


def describe_mark_evidence(mark: Mark) -> str:
    """What a mark points to: kind, place, day."""
    return describe_evidence(
        mark.evidence_kind,
        mark.evidence_place,
        mark.evidence_on,
        mark.evidence_until,
        say=gettext,
    )


def join_titles(codes: tuple[str, ...], titles: Mapping[str, str]) -> str:
    """The titles of criteria, from their codes."""
    return ", ".join(titles[code] for code in codes)
