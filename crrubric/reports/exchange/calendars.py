"""Calendars as iCalendar (RFC 5545), for any program that keeps dates."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from crrubric.domain.exchange.calendar import CalendarEntry

WIDTH = 75  # octets of a line, without its end
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
# a calendar holds something: where it has no entry, the zone of its times
UTC_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def write_calendar(entries: Iterable[CalendarEntry], *, name: str, at: datetime) -> bytes:
    """The file. Args: at: when it is made, aware."""
    body = [line for entry in entries for line in iterate_entry_lines(entry, at)]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//crrubric//crrubric//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape_calendar_text(name)}",
        *(body or UTC_ZONE),
        "END:VCALENDAR",
    ]
    return b"".join(fold_calendar_line(line) for line in lines)


def iterate_entry_lines(entry: CalendarEntry, at: datetime) -> Iterator[str]:
    """The lines of one entry, not folded yet. A whole day takes nobody's time."""
    yield from ("BEGIN:VEVENT", f"UID:{entry.uid}", f"DTSTAMP:{format_utc(at)}")
    yield f"SEQUENCE:{entry.sequence}"
    if isinstance(entry.starts, datetime):
        yield f"DTSTART:{format_utc(entry.starts)}"
        if entry.ends is not None:
            yield f"DTEND:{format_utc(entry.ends)}"
    else:
        yield f"DTSTART;VALUE=DATE:{format_calendar_day(entry.starts)}"
        yield f"DTEND;VALUE=DATE:{format_calendar_day(entry.starts + timedelta(days=1))}"
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{escape_calendar_text(entry.title)}"
    if entry.place:
        yield f"LOCATION:{escape_calendar_text(entry.place)}"
    if entry.note:
        yield f"DESCRIPTION:{escape_calendar_text(entry.note)}"
    yield "END:VEVENT"


def format_utc(moment: datetime) -> str:
    """A moment, aware, in UTC."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def format_calendar_day(day: date) -> str:
    """A day: strftime would leave out the zeros of early years."""
    return day.isoformat().replace("-", "")


def escape_calendar_text(text: str) -> str:
    """A text as a value: what would end it is marked, and no character is left that can't be."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or (c >= " " and c != "\x7f")).translate(ESCAPED)


def fold_calendar_line(line: str) -> bytes:
    """A line in pieces of 75 octets or less, no character in two of them."""
    pieces, room = [b""], WIDTH
    for character in line:
        octets = character.encode()
        if len(octets) > room:
            pieces.append(b"")
            room = WIDTH - 1  # each further piece begins with a blank
        pieces[-1] += octets
        room -= len(octets)
    return b"\r\n ".join(pieces) + b"\r\n"
