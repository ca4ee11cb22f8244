"""What else the random people of the state machine do: they set triage and keep its counts."""

from decimal import Decimal
from fractions import Fraction

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, InvalidLines
from crrubric.domain.planning.calibration import CalibrationPoint
from crrubric.domain.planning.cohort import CohortGroup
from crrubric.domain.planning.disclosure import hide_small_counts
from crrubric.domain.planning.triage import Setting
from crrubric.domain.planning.venues import DEFAULT_VENUES, Venue, VenueHours, VenueKind
from crrubric.services.planning import calibrations
from crrubric.services.planning.kept_counts import keep_counts
from crrubric.services.planning.venues import set_venues
from tests.machine.frame import NUMBER, Frame, act

# (pace, chance); the last two make no line
LINES = [[], [("1", 90), ("8/3", 20)], [("2", 80), ("4", 80), ("6.5", 0)], [("3", 9)],
         [("3", 10), ("2", 50)]]  # fmt: skip
WRONG = LINES[3:]
GUIDE = "8/3=75; 5=25"
# groups (from, learners, graduated), and the line that they make, if they are enough
COHORTS = [
    ([(1, 50, 40), (2, 50, 45), (3, 100, 10)], [("1.5", 85), ("2.5", 85), ("3.5", 10)]),
    ([(1, 40, 30), (2, 19, 3), (3, 20, 5)], [("1.5", 75), ("3.5", 25)]),
    ([(1, 40, 30), (2, 19, 3)], None),
    ([], None),
]
COUNTS = [
    [25, 25, 25, 25, 25, 25, 25, 25], [25, 3, 25, 25, 25, 25, 25, 25], [0, 3, 4, 0, 0, 0, 0, 20],
    [30, 30, 30, 9, 30, 30, 30, 30], [0] * 8,
]  # fmt: skip
Pairs = list[tuple[str, int]]


def rows_of(points: Pairs) -> list[dict[str, object]]:
    """A line as the model holds it."""
    return [
        {"position": position, "pace": pace, "chance": Decimal(chance)}
        for position, (pace, chance) in enumerate(points)
    ]


class Triage(Frame):
    """One action a service."""

    @act(Action.SET_TRIAGE, points=LINES)
    def set_line(self, who, points):
        name = self.person(who, Action.SET_TRIAGE)
        line = [CalibrationPoint(Fraction(pace), Fraction(chance)) for pace, chance in points]
        done = self.tried(
            (points in WRONG and InvalidLines) or self.refused(name, Action.SET_TRIAGE),
            lambda: calibrations.set_calibration(self.people[name], self.slug, line),
            idle=self.model.calibration == rows_of(points),
        )
        if done:
            self.model.calibration = rows_of(points)

    @act(Action.SET_TRIAGE, cohort=COHORTS)
    def set_cohort(self, who, cohort):
        name, (groups, _line) = self.person(who, Action.SET_TRIAGE), cohort
        sent = [
            CohortGroup(
                pace_from=Fraction(begin),
                pace_to=Fraction(begin + 1),
                learners=learners,
                graduated=graduated,
            )
            for begin, learners, graduated in groups
        ]
        kept = [
            {
                "position": position,
                "pace_from": Decimal(begin),
                "pace_to": Decimal(begin + 1),
                "learners": learners if learners >= 20 else None,
                "graduated": graduated if learners >= 20 else None,
            }
            for position, (begin, learners, graduated) in enumerate(groups)
        ]
        done = self.tried(
            self.refused(name, Action.SET_TRIAGE),
            lambda: calibrations.set_cohort(self.people[name], self.slug, sent),
            idle=self.model.cohort == kept,
        )
        if done:
            self.model.cohort = kept

    @act(Action.SET_TRIAGE)
    def adopt_cohort(self, who):
        name = self.person(who, Action.SET_TRIAGE)
        sizes = [row["learners"] for row in self.model.cohort]
        line = next(
            line
            for groups, line in COHORTS
            if sizes == [learners if learners >= 20 else None for _begin, learners, _of in groups]
        )
        done = self.tried(
            self.refused(name, Action.SET_TRIAGE) or (line is None and Invalid),
            lambda: calibrations.adopt_cohort(self.people[name], self.slug),
            idle=line is not None and self.model.calibration == rows_of(line),
        )
        if done:
            self.model.calibration = rows_of(line)

    @act(Action.SET_TRIAGE, setting=list(Setting), kind=list(VenueKind), hours=list(VenueHours))
    def set_venue(self, who, setting, kind, hours):
        name, row = self.person(who, Action.SET_TRIAGE), {"kind": kind.value, "hours": hours.value}
        rows = {code: value for code, value in self.model.venues.items() if code != setting.value}
        if DEFAULT_VENUES[setting] != Venue(kind, hours):
            rows[setting.value] = row
        wanted = {
            **DEFAULT_VENUES,
            **{
                Setting(code): Venue(VenueKind(value["kind"]), VenueHours(value["hours"]))
                for code, value in rows.items()
            },
        }
        done = self.tried(
            self.refused(name, Action.SET_TRIAGE),
            lambda: set_venues(self.people[name], self.slug, wanted),
            idle=rows == self.model.venues,
        )
        if done:
            self.model.venues = rows

    @act(Action.SET_TRIAGE, often=2, counts=COUNTS, place=NUMBER)
    def keep_counts_of_a_roster(self, who, counts, place):
        name, kept = self.person(who, Action.SET_TRIAGE), self.model.kept_counts
        turn = place % 8
        told = dict(zip(Setting, counts[turn:] + counts[:turn], strict=True))
        done = self.tried(
            (not any(counts) and Invalid) or self.refused(name, Action.SET_TRIAGE),
            lambda: keep_counts(self.people[name], self.slug, told),
        )
        if done:
            before = {
                Setting(code)
                for version in kept.values()
                for code, count in version["counts"].items()
                if count is None
            }
            safe = hide_small_counts(told, before)
            points = ((row["pace"], row["chance"]) for row in self.model.calibration)
            kept[len(kept) + 1] = {
                "id": done.value.id,
                "line": "; ".join(f"{pace}={chance}" for pace, chance in points) or GUIDE,
                "learners": safe.learners,
                "seats_low": safe.seats.low,
                "seats_high": safe.seats.high,
                "counts": {setting.value: count for setting, count in safe.counts.items()},
            }
