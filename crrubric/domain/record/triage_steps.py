"""How entries about triage change the state of an evaluation: its line, cohort, venues, counts."""

from decimal import Decimal

from crrubric.domain.planning.triage import Setting
from crrubric.domain.planning.venues import DEFAULT_VENUES, read_venue
from crrubric.domain.record.entries import ROW, ToldEntry
from crrubric.domain.record.state import GROUP, State

HIDDEN_COUNT = "HIDDEN"  # what an entry tells of a count that is hidden


def replay_calibration(state: State, entry: ToldEntry) -> None:
    """Another line, or the guide's."""
    text = entry.told["points"]
    pairs = (pair.split("=") for pair in text.split("; ")) if text else ()
    state.calibration = [
        {"position": position, "pace": pace, "chance": Decimal(chance)}
        for position, (pace, chance) in enumerate(pairs)
    ]


def replay_cohort(state: State, entry: ToldEntry) -> None:
    """Another past cohort."""
    state.cohort = [
        dict(zip(GROUP, (position, Decimal(begin), Decimal(end), learners, graduated), strict=True))
        for position, (begin, end, learners, graduated) in enumerate(entry.told["groups"])
    ]


def replay_venues(state: State, entry: ToldEntry) -> None:
    """Where and when some settings happen; what their table implies is kept in no row."""
    for code, text in entry.told.items():
        venue = read_venue(text)
        state.venues.pop(code, None)
        if venue != DEFAULT_VENUES[Setting(code)]:
            state.venues[code] = {"kind": venue.kind.value, "hours": venue.hours.value}


def replay_kept_counts(state: State, entry: ToldEntry) -> None:
    """A further version of what a roster came to."""
    number, told = entry.row["number"], entry.told
    if number != len(state.kept_counts) + 1:
        raise ValueError("a version is missing")
    counts = {setting.value: told[setting.value] for setting in Setting}
    state.kept_counts[number] = {
        "id": told[ROW]["id"],
        "line": told["points"],
        **{name: told[name] for name in ("learners", "seats_low", "seats_high")},
        "counts": {
            code: None if count == HIDDEN_COUNT else count for code, count in counts.items()
        },
    }
    signed = {"kept_by": entry.actor_name, "kept_at": entry.at}
    state.sign("kept_triage", number, signed)
