"""iCalendar files, read by a strict reader of their own."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from crrubric.domain.exchange.calendar import CalendarEntry, make_entry_uid
from crrubric.reports.exchange.calendars import fold_calendar_line, write_calendar
from tests.unit.exchange.calendar_reader import read_calendar, read_events, unfold

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=-6)))


def written(*entries: CalendarEntry, name: str = "Dates"):
    return read_calendar(write_calendar(entries, name=name, at=NOW))


def test_a_day_is_a_day_and_takes_nobody_s_time():
    entry = CalendarEntry(uid="a@x", title="Due", starts=date(2026, 12, 31), sequence=3)

    (event,) = read_events(written(entry))

    assert event.starts == date(2026, 12, 31)
    assert event.one("DTEND") == "20270101"
    assert event.one("DTSTAMP") == "20260302T153000Z"
    assert (event.one("UID"), event.one("SEQUENCE")) == ("a@x", "3")
    assert event.one("TRANSP") == "TRANSPARENT"


def test_a_meeting_has_its_hours_in_utc():
    ends = NOW + timedelta(hours=2)
    entry = CalendarEntry(uid="a@x", title="Meeting", starts=NOW, ends=ends, place="Room 1; left")

    (event,) = read_events(written(entry))

    assert event.starts == NOW.astimezone(UTC)
    assert event.one("DTEND") == "20260302T173000Z"
    assert event.text("LOCATION") == "Room 1; left"
    (open_one,) = read_events(written(CalendarEntry(uid="b@x", title="M", starts=NOW)))
    assert open_one.values("DTEND") == []


@pytest.mark.parametrize(
    "typed",
    [
        'a, b; c\\n d: "e"',
        "one\ntwo\r\nthree\rfour",
        "BEGIN:VEVENT\r\nEND:VCALENDAR",
        "é" * 200,
        "x" * 74 + "🎓" * 30,
        "שלום " * 40,
        "\x07bell\x7f\ttab",
        "",
    ],
)
def test_whatever_is_typed_stays_text(typed: str):
    entry = CalendarEntry(uid="a@x", title=typed, starts=date(2026, 1, 5), note=typed)

    calendar = written(entry, name=typed)

    (event,) = read_events(calendar)
    lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    expected = "".join(c for c in lines if c == "\n" or c.isprintable() or c in "\u05e9")
    assert event.text("SUMMARY") == expected
    assert calendar.text("X-WR-CALNAME") == expected


def test_a_calendar_without_entries_is_one_still():
    calendar = written()

    assert read_events(calendar) == []
    assert [each.name for each in calendar.inside] == ["VTIMEZONE"]


def test_lines_are_folded_at_75_octets():
    assert fold_calendar_line("x" * 75) == b"x" * 75 + b"\r\n"
    folded = fold_calendar_line("x" * 76)
    assert folded == b"x" * 75 + b"\r\n x\r\n"
    assert unfold(fold_calendar_line("é" * 100)) == ["é" * 100]


def test_the_name_of_an_entry_stays_and_tells_sites_apart():
    made = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)

    assert make_entry_uid("item", 7, made) == "item-7-20260302T010203@crrubric"
    assert make_entry_uid("review", 7, made, "2") == "review-7-2-20260302T010203@crrubric"
