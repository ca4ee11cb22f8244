"""What else the random people of the state machine do: they follow the evaluation plan."""

from datetime import date
from random import Random

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, Stale
from crrubric.domain.planning.followup.measures import SUCCESS, MeasureUnit
from crrubric.domain.record.state import Row
from crrubric.domain.vocabulary import PlanAccess, Role
from crrubric.extensions import db
from crrubric.services.planning import actuals, measures, reviews
from crrubric.services.planning.people import assign_plan_section
from tests.machine.frame import NUMBER, Frame, Refusal, act
from tests.machine.stored import stored

WORDS = ["", "Finished", "Finished", "Learners"]
VALUES = ["", "many", "9", "9", "61.50", "412"]
PERIODS = ["2022-24", "2022–23", "2022–23", "2023–24", "2023-06-30"]
DAYS = [None, date(2022, 6, 30), date(2022, 6, 30)]
MINUTES = ["", "Who finished.", "Who finished.", "All."]
LOST = 10**9  # an id that nothing has


class Measuring(Frame):
    """One action a service."""

    def __init__(self) -> None:
        super().__init__()
        self.recorders: dict[int, str] = {}  # of values, by their id

    def follow_plan(self, chance: Random) -> None:
        """Ana may be asked to fill in the evaluation plan, and a measure may have a value."""
        if chance.random() < 0.4:
            return
        chair = self.people["chair"]
        asked = {self.seat("ana"): PlanAccess.FILL}
        assign_plan_section(chair, self.slug, SUCCESS, asked)
        text = measures.MeasureText(words="Finished", unit=MeasureUnit.PERCENT)
        measure = measures.add_measure(chair, self.slug, text)
        value = actuals.ActualText(period="2022–23", value="9")
        row = actuals.record_actual(chair, self.slug, measure.id, value)
        self.recorders[row.id] = "chair"
        self.model = stored(db.session(), self.id)

    def follows_not(self, name: str) -> Refusal:
        """Whether the evaluation plan is not the person's to fill in."""
        asked = self.model.plan_access.get((SUCCESS, self.seat(name) or 0), {}).get("access")
        may = Role.CHAIR in self.roles(name) or asked == PlanAccess.FILL
        return self.refused(name, Action.ANSWER_PLAN) or (not may and NotFound)

    def measure_of(self, number: int) -> tuple[int, Row]:
        rows = list(self.model.measures.items())
        lost = {"unit": "NUMBER", "kind": "ADDED"}
        return rows[number % len(rows)] if rows and number % 20 else (LOST, lost)

    def actual_of(self, number: int) -> tuple[int, Row]:
        rows = list(self.model.actuals.items())
        lost = {"measure_id": LOST}
        return rows[number % len(rows)] if rows and number % 20 else (LOST, lost)

    def holds(self, measure: int) -> dict[int, Row]:
        """The values of a measure that hold now."""
        corrected = {row["corrected_id"] for row in self.model.actuals.values()}
        return {
            key: row
            for key, row in self.model.actuals.items()
            if row["measure_id"] == measure and key not in corrected and row["value"]
        }

    @act(Action.ANSWER_PLAN, often=2, words=WORDS, value=VALUES, unit=[*MeasureUnit], day=DAYS)
    def add_measure(self, who, words, value, unit, day):
        name = self.person(who, Action.ANSWER_PLAN)
        text = measures.MeasureText(words=words, unit=unit, baseline=value, baseline_on=day)
        wrong = not words or not fits(value, unit) or (value and not day)
        done = self.tried(
            self.follows_not(name) or (wrong and Invalid),
            lambda: measures.add_measure(self.people[name], self.slug, text),
        )
        if done:
            self.model.measures[done.value.id] = {
                "kind": "ADDED", "words": words, "unit": unit, "baseline": value,
                "baseline_on": day and day.isoformat(), "target": "", "due_on": None,
                "origin": None, "version": 1,
            }  # fmt: skip

    @act(Action.ANSWER_PLAN, often=2, which=NUMBER, words=WORDS, value=VALUES, unit=[*MeasureUnit])
    def change_measure(self, who, which, words, value, unit):
        name, (key, row) = self.person(who, Action.ANSWER_PLAN), self.measure_of(which)
        text = measures.MeasureText(words=words, unit=unit, target=value)
        new = {"words": words, "unit": unit, "baseline": "", "baseline_on": None, "target": value}
        new["due_on"] = None
        same = all(row.get(column) == wanted for column, wanted in new.items())
        unfit = any(not fits(one["value"], unit) for one in self.holds(key).values())
        counted = row.get("baseline") or any(
            one["measure_id"] == key for one in self.model.actuals.values()
        )
        unfit = unfit or (row.get("unit") is MeasureUnit.PERSONS and counted)
        done = self.tried(
            self.follows_not(name)
            or (key == LOST and NotFound)
            or ((not words or not fits(value, unit)) and Invalid)
            or (unfit and row["unit"] != unit and Invalid),
            lambda: measures.change_measure(self.people[name], self.slug, key, text),
            idle=same,
        )
        if done and not same:
            row.update(new, version=row["version"] + 1)

    @act(Action.ANSWER_PLAN, often=4, which=NUMBER, period=PERIODS, value=VALUES)
    def record_actual(self, who, which, period, value):
        name, (key, row) = self.person(who, Action.ANSWER_PLAN), self.measure_of(which)
        text = actuals.ActualText(period=period, value=value)
        known = [one for one in self.holds(key).values() if told(one) == period]
        same = bool(known) and self.wrote_same(name, known[0], value)
        wrong = not value or not fits(value, row["unit"]) or period == "2022-24"
        done = self.tried(
            self.follows_not(name)
            or (key == LOST and NotFound)
            or ((wrong or (known and not same)) and Invalid),
            lambda: actuals.record_actual(self.people[name], self.slug, key, text),
            idle=same,
        )
        if done and not same:
            self.model.actuals[done.value.id] = make_row(key, period, value)
            self.recorders[done.value.id] = name

    def wrote_same(self, name: str, row: Row, value: str) -> bool:
        """Whether this very person recorded this very value."""
        key = next(key for key, one in self.model.actuals.items() if one is row)
        return (row["value"], self.recorders[key]) == (value, name)

    @act(Action.ANSWER_PLAN, often=4, which=NUMBER, period=PERIODS, value=VALUES, why=["", "So."])
    def correct_actual(self, who, which, period, value, why):
        name, (key, row) = self.person(who, Action.ANSWER_PLAN), self.actual_of(which)
        measure, holds = row["measure_id"], self.holds(row["measure_id"])
        unit = self.model.measures.get(measure, {"unit": "NUMBER"})["unit"]
        text = actuals.ActualText(period=period, value=value)
        wrong = not fits(value, unit) or period == "2022-24"
        same = key != LOST and (told(row), row["value"]) == (period, value)
        other = any(told(one) == period for at, one in holds.items() if at != key)
        newer = next((x for x in self.model.actuals.items() if x[1]["corrected_id"] == key), None)
        again = newer is not None and (
            (told(newer[1]), newer[1]["value"], newer[1]["reason"], self.recorders[newer[0]])
            == (period, value, why, name)
        )
        done = self.tried(
            (not why and Invalid)
            or self.follows_not(name)
            or (key == LOST and NotFound)
            or (wrong and Invalid)
            or (key not in holds and not again and Stale)
            or (not again and (same or (value and other)) and Invalid),
            lambda: actuals.correct_actual(self.people[name], self.slug, key, text, reason=why),
            idle=again,
        )
        if done and not again:
            new = make_row(measure, period, value)
            self.model.actuals[done.value.id] = {**new, "corrected_id": key, "reason": why}
            self.recorders[done.value.id] = name

    @act(Action.ANSWER_PLAN, often=2, which=NUMBER, minutes=MINUTES, day=DAYS, seat=NUMBER)
    def tell_review(self, who, which, minutes, day, seat):
        """A review that was held, or one that is told anew."""
        name = self.person(who, Action.ANSWER_PLAN)
        rows = list(self.model.reviews.items())
        key, row = rows[which % len(rows)] if rows and which % 3 else (None, {})
        members = [*self.model.members, LOST]
        there = [members[seat % len(members)]] if seat % 4 else []
        known = {m for m, one in self.model.members.items() if one["present"]}
        known |= set(row.get("present", ()))
        text = reviews.ReviewText(held_on=day, minutes=minutes, present=there)
        new = {
            "held_on": day and day.isoformat(), "about": "", "others": "", "minutes": minutes,
            "next_on": None, "present": there,
        }  # fmt: skip
        same = key is not None and all(row[column] == value for column, value in new.items())
        done = self.tried(
            self.follows_not(name)
            or ((not minutes or not day) and Invalid)
            or (not set(there) <= known and NotFound),
            lambda: (
                reviews.record_review(self.people[name], self.slug, text)
                if key is None
                else reviews.change_review(self.people[name], self.slug, key, text)
            ),
            idle=same,
        )
        if done and key is None:
            self.model.reviews[done.value.id] = {**new, "origin": None, "version": 1}
        elif done and not same:
            row.update(new, version=row["version"] + 1)


def fits(value: str, unit: str) -> bool:
    """Whether a value is none, or one of this kind."""
    return value != "many" and not (value == "61.50" and unit == "PERSONS")


def told(row: Row) -> str:
    """The period of a row as these people type it."""
    year = int(row["measured_on"][:4])
    return f"{year - 1}–{year % 100}" if row["is_year"] else row["measured_on"]


def make_row(measure: int, period: str, value: str) -> Row:
    """A value as it is stored."""
    is_year = "–" in period
    return {
        "measure_id": measure, "value": value, "told_by": "", "note": "", "corrected_id": None,
        "is_year": is_year, "reason": "",
        "measured_on": f"{int(period[:4]) + 1}-06-30" if is_year else period,
    }  # fmt: skip
