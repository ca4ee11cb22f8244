"""A roster: a table of learners, read line by line, with columns named as other systems name them.

What a line says of a learner is an education record: it is worked on and handed on, never kept.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines, refuse_together
from crrubric.domain.planning.calibration import GUIDE, Calibration, format_number
from crrubric.domain.planning.triage import Placement, place_learner
from crrubric.domain.text import key_of
from crrubric.domain.translation import N_
from crrubric.domain.typed import parse_exact_number

LEARNER, NEEDED, SEMESTERS, SUITS = "learner", "credits_needed", "semesters_left", "online_suits"
EARNED, REQUIRED = "credits_earned", "credits_required"  # instead of those needed
FIELDS = (LEARNER, NEEDED, EARNED, REQUIRED, SEMESTERS, SUITS)
# How districts and their systems name a column, as `plain_header` writes it: Ed-Fi, OneRoster, and
# exports like those of Aeries and PowerSchool.
NAMES: Mapping[str, tuple[str, ...]] = {
    LEARNER: (
        "learner", "learnerid", "student", "studentid", "studentnumber", "studentuniqueid",
        "sourcedid", "usersourcedid", "permid", "permanentid", "stuid", "localid", "id",
        "estudiante", "alumno",
    ),
    NEEDED: (
        "creditsneeded", "creditsstillneeded", "creditsremaining", "creditdeficit",
        "creditsdeficient", "créditosnecesarios", "créditosfaltantes",
    ),
    EARNED: (
        "creditsearned", "earnedcredits", "cumulativeearnedcredits", "earnedcrhrs", "earnedcrhours",
        "creditscompleted", "creditsobtained", "créditosobtenidos",
    ),
    REQUIRED: (
        "creditsrequired", "requiredcredits", "totalrequiredcredits", "creditstograduate",
        "graduationcredits", "créditosrequeridos",
    ),
    SEMESTERS: (
        "semestersleft", "semestersremaining", "semesterstograduation", "termsleft",
        "termsremaining", "semestresrestantes",
    ),
    SUITS: ("onlinesuits", "online", "onlineok", "onlinesuitable", "enlínea"),
}  # fmt: skip
YES = {"yes", "y", "true", "t", "1", "x", "sí", "si", "s"}
NO = {"no", "n", "false", "f", "0"}
ALIKE = 10_000  # learners with other numbers than all the others, remembered at a time


@dataclass(frozen=True, slots=True)
class RosterColumns:
    """Where each field stands, and how many columns a line has."""

    places: Mapping[str, int]
    header: tuple[str, ...]

    def name_column(self, field: str | None) -> str:
        """The header of the column of a field, as the roster has it; "" for no field."""
        if field is None or field not in self.places:
            return ""
        return self.header[self.places[field]].strip()


@dataclass(frozen=True, slots=True)
class PlacedLearner:
    """One good line: its cells as they were, and what triage says."""

    cells: tuple[str, ...]
    placement: Placement


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that can't be used, and why. column: the header of the one it is about, as the roster
    has it; "" where it is about none."""

    number: int
    reason: CrrubricError
    column: str = ""


def plain_header(text: str) -> str:
    """A header without case, blanks and punctuation: “Credits_Needed” is “creditsneeded”."""
    return re.sub(r"[\W_]+", "", key_of(text))


def find_roster_columns(
    header: Sequence[str], chosen: Mapping[str, str] | None = None
) -> RosterColumns:
    """Where the fields of a roster stand.

    Args: chosen: field -> the header of its column, where somebody says so; it goes before what
    the names tell. Raises: InvalidLines for line 1 with all that is missing or stands twice.
    """
    plain = [plain_header(name) for name in header]
    wanted = {
        **NAMES, **{field: (plain_header(name),) for field, name in (chosen or {}).items()}
    }  # fmt: skip
    found = {
        field: [place for place, name in enumerate(plain) if name in names]
        for field, names in wanted.items()
    }
    wrong: list[CrrubricError] = [
        Invalid(N_("the column “%(name)s” is there twice"), name=field)
        for field in FIELDS
        if len(found[field]) > 1
    ]
    wrong += [
        Invalid(N_("missing column “%(name)s”"), name=field)
        for field in (LEARNER, SEMESTERS, SUITS)
        if not found[field]
    ]
    if not found[NEEDED] and not (found[EARNED] and found[REQUIRED]):
        wrong.append(
            Invalid(
                N_("missing column “credits_needed” (or “credits_earned” and “credits_required”)")
            )
        )
    if wrong:
        raise InvalidLines(
            N_("The header of this roster can’t be used."), [(1, each) for each in wrong]
        )
    return RosterColumns(
        {field: places[0] for field, places in found.items() if places}, tuple(header)
    )


def guess_roster_columns(header: Sequence[str]) -> dict[str, int]:
    """field -> the place of the first column whose name tells that it holds the field."""
    plain = [plain_header(name) for name in header]
    return {
        field: next(place for place, name in enumerate(plain) if name in names)
        for field, names in NAMES.items()
        if any(name in names for name in plain)
    }


def choose_roster_columns(header: Sequence[str], chosen: Mapping[str, int]) -> RosterColumns:
    """The columns as somebody chose them.

    Args: chosen: field -> the place of its column. Raises: Invalid for every field that is missing
    or whose column is another's already.
    """
    refuse_together(*(partial(_refuse_choice, field, header, chosen) for field in FIELDS))
    return RosterColumns(dict(chosen), tuple(header))


def _refuse_choice(field: str, header: Sequence[str], chosen: Mapping[str, int]) -> None:
    """Raise Invalid if the column of a field is missing, or can't be it."""
    place = chosen.get(field)
    if place is not None:
        if not 0 <= place < len(header):
            raise Invalid(N_("Choose one of the choices shown."), field=field)
        earlier = FIELDS[: FIELDS.index(field)]
        if any(chosen.get(other) == place for other in earlier):
            raise Invalid(N_("This column is chosen above already."), field=field)
    elif field in (LEARNER, SEMESTERS, SUITS):
        raise Invalid(N_("Choose a column."), field=field)
    elif field == NEEDED and not (EARNED in chosen or REQUIRED in chosen):
        message = N_("Choose a column, or those of the credits earned and required.")
        raise Invalid(message, field=field)
    elif (
        field in (EARNED, REQUIRED) and NEEDED not in chosen and chosen.keys() & {EARNED, REQUIRED}
    ):
        message = N_("Credits earned and required are needed together: choose both.")
        raise Invalid(message, field=field)


def place_roster(
    lines: Iterable[tuple[int, Sequence[str]]],
    columns: RosterColumns,
    calibration: Calibration = GUIDE,
) -> Iterator[PlacedLearner | BadLine]:
    """Each line with what triage says, or with the reason why it can't be used; in order.

    Args: lines: line number and cells, without the header.
    """
    first: dict[str, int] = {}  # learner -> line
    # many learners are alike: what is the same is worked out once, and forgotten after the last one
    place = lru_cache(ALIKE)(partial(_place_alike, calibration=calibration))
    for number, cells in lines:
        try:
            yield _place_line(number, cells, columns, place, first)
        except Invalid as error:
            yield BadLine(number, error, columns.name_column(error.field))


def _place_line(
    number: int,
    cells: Sequence[str],
    columns: RosterColumns,
    place: Callable[..., Placement],
    first: dict[str, int],
) -> PlacedLearner:
    if len(cells) != len(columns.header):
        raise Invalid(
            N_("%(found)s columns instead of %(wanted)s"),
            found=len(cells),
            wanted=len(columns.header),
        )
    text = {field: cells[at].strip() for field, at in columns.places.items()}
    credits = (NEEDED,) if text.get(NEEDED) or EARNED not in text else (EARNED, REQUIRED)
    wanted = (*credits, SEMESTERS, SUITS)
    for field in (LEARNER, *wanted):
        if not text.get(field):
            name = columns.name_column(field)
            raise Invalid(N_("the column “%(name)s” is empty"), name=name)
    key = key_of(text[LEARNER])
    if (before := first.setdefault(key, number)) != number:
        raise Invalid(N_("this learner stands in line %(line)s already"), line=before)
    return PlacedLearner(tuple(cells), place(tuple((field, text[field]) for field in wanted)))


def _place_alike(told: Sequence[tuple[str, str]], *, calibration: Calibration) -> Placement:
    """What triage says of everybody of whom these fields say the same. Raises: Invalid."""
    *credits, (_field, semesters), (_field, suits) = told
    known = [_read_credits(text, field) for field, text in credits]
    return place_learner(
        needed=known[0] if len(known) == 1 else max(known[1] - known[0], Fraction(0)),
        semesters=_read_semesters(semesters),
        online_suits=_read_choice(suits),
        calibration=calibration,
    )


def _read_credits(text: str, field: str) -> Fraction:
    return Fraction(parse_exact_number(text, limits.CREDITS, field=field))


def _read_semesters(text: str) -> Fraction:
    return require_half_semesters(parse_exact_number(text, limits.SEMESTERS, field=SEMESTERS))


def require_half_semesters(number: Decimal) -> Fraction:
    """A number of semesters, whole or half. Raises: Invalid for another one."""
    found = Fraction(number)
    if (found * 2).denominator != 1:
        raise Invalid(
            N_("“%(value)s” semesters: use whole or half ones, like 3 or 2.5"),
            value=format_number(found, 3),
        )
    return found


def _read_choice(text: str) -> bool:
    word = key_of(text)
    if word in YES or word in NO:
        return word in YES
    raise Invalid(N_("unknown value “%(value)s”: use yes or no"), value=text[:40])
