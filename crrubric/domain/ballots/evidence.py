"""Evidence: in words, as a link that can be trusted to lead where it says, and how old it is."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import SplitResult, quote, urlsplit

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import EvidenceKind

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_HOST_SHOWN = 60  # characters of a host: its end says whose it is
_REST_SHOWN = 40  # characters of the path: its end names the page
# What an address may not hold: blanks, controls, bidi and zero-width characters, lone surrogates.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})


def describe_evidence(
    kind: EvidenceKind | None,
    place: str,
    on: date | None,
    until: date | None = None,
    *,
    say: Callable[[str], str] = str,
    write_day: Callable[[date], str] = date.isoformat,
) -> str:
    """What a mark points to: kind, place, day, day of expiry, as far as they are known.

    Args: say: translates the words that are ours; write_day: puts a day into words.
    """
    parts = (
        say(kind.label) if kind else "",
        place,
        write_day(on) if on else "",
        say(N_("valid until %(day)s")) % {"day": write_day(until)} if until else "",
    )
    return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class EvidencePlace:
    """Where evidence is. A web address has `url`, and the host that it really leads to."""

    text: str
    url: str | None = None
    host: str = ""
    rest: str = ""  # path and query, shortened; empty for the host alone


def place_of(text: str) -> EvidencePlace:
    """The place as typed; an http or https address also as a link. Nothing is ever fetched.

    No link, but plain text: other schemes, an address with a user name (what stands before the @
    looks like the host and is not), with blanks, with characters that are not seen or that turn
    the reading direction, with a host that is none. A host in another script is shown in its ASCII
    form, so that a look-alike does not look alike.
    """
    if any(unicodedata.category(letter) in _UNSEEN for letter in text) or "\\" in text:
        return EvidencePlace(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return EvidencePlace(text)
    host = _ascii_host(parts)
    if parts.scheme not in {"http", "https"} or host is None:
        return EvidencePlace(text)
    at = host if port is None else f"{host}:{port}"
    tail = text[text.index("//") + 2 + len(parts.netloc) :]
    url = f"{parts.scheme}://{at}{quote(tail, safe='%/:?#[]@!$&()*+,;=~')}"
    rest = "" if tail in {"", "/"} else _shorten_middle(tail, _REST_SHOWN)
    return EvidencePlace(text, url, _shorten_start(at, _HOST_SHOWN), rest)


def _ascii_host(parts: SplitResult) -> str | None:
    """The host as the network knows it; None if it is none or hides behind a user name."""
    if "@" in parts.netloc or not parts.hostname:
        return None
    try:
        host = parts.hostname.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        return None
    return host if _HOST.fullmatch(host) else None


def _shorten_middle(text: str, most: int) -> str:
    """`text` with its middle left out if it is longer than `most`."""
    half = most // 2
    return text if len(text) <= most else f"{text[:half]}…{text[-half:]}"


def _shorten_start(text: str, most: int) -> str:
    return text if len(text) <= most else f"…{text[-most:]}"


@dataclass(frozen=True, slots=True)
class ExpiredEvidence:
    """The day after which the evidence no longer holds has passed."""

    until: date


@dataclass(frozen=True, slots=True)
class OldEvidence:
    """The evidence is from more than so many months ago, on a criterion where that matters."""

    months: int


def check_evidence_age(
    on: date | None, until: date | None, *, today: date, months: int | None
) -> ExpiredEvidence | OldEvidence | None:
    """What is to be said of the age of evidence; None if nothing.

    Args: on, until: its day, and the last day on which it holds; today: where the district is;
    months: after how many it is old on this criterion; None where age does not matter.
    """
    if until is not None and until < today:
        return ExpiredEvidence(until)
    if months is not None and on is not None and on < subtract_months(today, months):
        return OldEvidence(months)
    return None


def subtract_months(today: date, months: int) -> date:
    """Evidence from before this day is more than so many months old."""
    whole = today.year * 12 + today.month - 1 - months
    year, month = max(whole // 12, 1), whole % 12 + 1
    for day in (today.day, 30, 29, 28):  # February has no 30th
        try:
            return date(year, month, min(day, today.day))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
