"""A strict reader of iCalendar files (RFC 5545), which shares no code with the product."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

LINE = re.compile(r"([A-Z0-9-]+)((?:;[A-Z0-9-]+=[^;:\",]+)*):(.*)", re.DOTALL)
ONCE = ("UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION")


@dataclass
class Component:
    """A BEGIN … END with its properties as (name, parameters, value) and what is inside."""

    name: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    inside: list["Component"] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        return [value for key, _parameters, value in self.lines if key == name]

    def one(self, name: str) -> str:
        (value,) = self.values(name)
        return value

    def parameters(self, name: str) -> str:
        ((_key, parameters, _value),) = [line for line in self.lines if line[0] == name]
        return parameters

    def text(self, name: str) -> str:
        return unescape(self.one(name))

    @property
    def starts(self) -> date | datetime:
        return read_moment(self.parameters("DTSTART"), self.one("DTSTART"))


def unfold(body: bytes) -> list[str]:
    """The content lines. Every line ends with CRLF and has 75 octets at most."""
    assert body.endswith(b"\r\n")
    lines = body.removesuffix(b"\r\n").split(b"\r\n")
    assert all(0 < len(line) <= 75 and not {10, 13} & set(line) for line in lines)
    assert not lines[0].startswith((b" ", b"\t"))
    for line in lines:
        line.decode()  # no character is cut in two
    found: list[bytes] = []
    for line in lines:
        if line.startswith(b" "):
            found[-1] += line[1:]
        else:
            found.append(line)
    return [line.decode() for line in found]


def unescape(value: str) -> str:
    """A value of type TEXT; a comma or semicolon is never without its backslash."""
    assert re.fullmatch(r"(?:\\[\\;,nN]|[^\\;,\x00-\x08\x0a-\x1f\x7f])*", value), value
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


def read_moment(parameters: str, value: str) -> date | datetime:
    """A day if it is said to be one, else a moment in UTC."""
    if parameters == ";VALUE=DATE":
        assert re.fullmatch(r"\d{8}", value)
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    assert parameters == ""
    return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def read_calendar(body: bytes) -> Component:
    """The calendar. Raises: AssertionError for whatever the standard does not allow."""
    top = Component("")
    open_ones = [top]
    for line in unfold(body):
        match = LINE.fullmatch(line)
        assert match, line
        name, parameters, value = match.groups()
        if name == "BEGIN":
            open_ones.append(Component(value))
            open_ones[-2].inside.append(open_ones[-1])
        elif name == "END":
            assert open_ones.pop().name == value
        else:
            open_ones[-1].lines.append((name, parameters, value))
    assert open_ones == [top]
    (calendar,) = top.inside
    check_calendar(calendar)
    return calendar


def check_calendar(calendar: Component) -> None:
    """What must be there, and once."""
    assert calendar.name == "VCALENDAR"
    assert calendar.one("VERSION") == "2.0"
    assert calendar.one("PRODID")
    assert calendar.one("METHOD") == "PUBLISH"
    assert calendar.inside  # a calendar holds something
    events = read_events(calendar)
    assert len({event.one("UID") for event in events}) == len(events)
    for event in events:
        assert all(len(event.values(name)) <= 1 for name in ONCE)
        stamp = read_moment(event.parameters("DTSTAMP"), event.one("DTSTAMP"))
        assert isinstance(stamp, datetime)
        assert int(event.one("SEQUENCE")) >= 0
        if event.values("DTEND"):
            end = read_moment(event.parameters("DTEND"), event.one("DTEND"))
            assert type(end) is type(event.starts)
            assert end > event.starts  # type: ignore[operator]


def read_events(calendar: Component) -> list[Component]:
    """The events of a calendar."""
    return [each for each in calendar.inside if each.name == "VEVENT"]
