"""crrubric triage."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path

import click

from crrubric.catalogue import load_translations
from crrubric.cli.running import print_line
from crrubric.domain import limits
from crrubric.domain.errors import Invalid, InvalidLines
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.planning.calibration import (
    GUIDE,
    Calibration,
    make_calibration,
    parse_pace,
    write_points,
)
from crrubric.domain.planning.rosters import (
    FIELDS,
    BadLine,
    PlacedLearner,
    RosterColumns,
    find_roster_columns,
    place_roster,
)
from crrubric.domain.planning.triage import Setting, count_seats
from crrubric.domain.typed import parse_exact_number
from crrubric.reports.planning.rosters import WRITERS, RosterWords, RosterWriter
from crrubric.services.planning.rosters import iterate_roster_rows
from crrubric.services.record.whole_files import write_whole_file

Writer = Callable[[Path, Sequence[str], RosterWords], AbstractContextManager[RosterWriter]]
LISTED = 1_000  # bad lines named one by one; above that, how many more there are


def parse_columns(
    _context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]
) -> dict[str, str]:
    """field -> header, as typed: learner=Student."""
    found = {}
    for pair in pairs:
        field, equals, header = pair.partition("=")
        if field.strip() not in FIELDS or not equals or not header.strip():
            raise click.BadParameter(f"“{pair}”: say FIELD=HEADER with one of {', '.join(FIELDS)}")
        found[field.strip()] = header.strip()
    return found


def parse_points(
    _context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]
) -> Calibration:
    """The calibration, as typed: 2.67=75 is a pace and its chance."""
    if not pairs:
        return GUIDE
    try:
        points = []
        for pair in pairs:
            pace, _equals, chance = pair.partition("=")
            points.append(
                (
                    parse_pace(pace),
                    Fraction(parse_exact_number(chance, limits.CHANCE)),
                )
            )
        return make_calibration(points)
    except Invalid as error:
        raise click.BadParameter(str(error)) from None


@click.command("triage")
@click.argument("roster", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the roster goes with four more columns: FILE.csv or FILE.xlsx.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    callback=parse_columns,
    metavar="FIELD=HEADER",
    help="Which column holds a field, where its name does not tell; as often as needed.",
)
@click.option(
    "--point",
    "calibration",
    multiple=True,
    callback=parse_points,
    metavar="PACE=CHANCE",
    help="Credits a semester, and the percent that graduate on time at that pace; two or more,"
    " the pace rising. Without: the guess of the planning guide, 16/6 = 75 and 5 = 25.",
)
@click.option(
    "--language",
    default=SOURCE,
    type=click.Choice(sorted(NAMES)),
    help="Of labels and sheets in the file; column names stay as they are.",
)
def place_learners(
    roster: Path,
    output: Path,
    columns: dict[str, str],
    calibration: Calibration,
    language: str,
) -> None:
    """Say for each learner of ROSTER how far behind, and which setting fits.

    ROSTER is CSV or Excel: learner, credits_needed (or credits_earned and credits_required),
    semesters_left, online_suits; further columns are carried through. The rows are worked on here
    and stored nowhere but in the file that you name. Lines that can't be used are listed with the
    reason; the others are worked out all the same.
    """
    writer = WRITERS.get(output.suffix.lower())
    if writer is None:
        raise click.UsageError("--output is FILE.csv or FILE.xlsx.")
    if output.exists() and output.samefile(roster):
        raise click.UsageError("--output would overwrite the roster: name another file.")
    with write_whole_file(output, replace=True) as draft:  # no learner's line stays behind
        counts, bad = write_placed(roster, draft, writer, columns, (calibration, language))
    for line in summarize_settings(counts):
        print_line(line)
    if bad:
        print_line(f"crrubric: lines that could not be used: {bad}", err=True)
    print_line(f"wrote {output}")


def write_placed(
    roster: Path,
    output: Path,
    writer: Writer,
    columns: dict[str, str],
    how: tuple[Calibration, str],
) -> tuple[dict[Setting, int], int]:
    """Write who can be placed, name the other lines.

    Args: how: the line, and the language of labels. Returns: counts by setting; other lines.
    """
    calibration, language = how
    counts, bad = Counter[Setting](), 0
    with click.progressbar(
        length=count_lines(roster),
        label="Placing learners",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        rows = iterate_roster_rows(roster, bar.update)
        header = next(rows, (1, []))[1]
        places = find_columns_or_name_them(header, columns)
        words = RosterWords(
            translate=load_translations(language).gettext,
            line=write_points(calibration),
            places=places.places,
        )
        with writer(output, header, words) as out:
            for found in place_roster(rows, places, calibration):
                if isinstance(found, PlacedLearner):
                    out.write_learner(found)
                    counts[found.placement.setting] += 1
                    continue
                bad += 1
                if bad <= LISTED:
                    print_line(f"  line {found.number}: {describe_reason(found)}", err=True)
            by_setting = {setting: counts[setting] for setting in Setting}
            out.write_summary(by_setting, count_seats(by_setting))
    return by_setting, bad


def find_columns_or_name_them(header: Sequence[str], chosen: Mapping[str, str]) -> RosterColumns:
    """Where the fields stand. Raises: InvalidLines, after the columns that there are."""
    try:
        return find_roster_columns(header, chosen)
    except InvalidLines:
        there = ", ".join(f"“{name.strip()}”" for name in header)
        print_line(f"crrubric: the columns of this file are {there}.", err=True)
        print_line("  Say which is which, like --column learner=HEADER.", err=True)
        raise


def describe_reason(bad: BadLine) -> str:
    """Why a line can't be used, with the column if it is one of them."""
    return f"{bad.column}: {bad.reason}" if bad.column else str(bad.reason)


def summarize_settings(counts: dict[Setting, int]) -> Iterator[str]:
    """How many learners get which setting, and the seats."""
    yield from (f"{count:>8}  {setting.label}" for setting, count in counts.items())
    seats = count_seats(counts)
    yield f"{sum(counts.values()):>8}  learners; online seats: {seats.low} to {seats.high}"


def count_lines(path: Path) -> int:
    """About how many lines the file has, for the progress bar."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) or 1
