"""What pages cost beside their floors: CPU of this process, each step and its floor in turn."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median

from flask import Flask

from benchmarks.floors import commit_row, getting, make_bare_site, make_bare_table, sort_marks
from benchmarks.people import Browser, repeat_save
from benchmarks.profiles import find_shares
from benchmarks.sites import app_in, committee, email_of, filling, site_settings
from crrubric.app import create_app
from crrubric.domain.errors import WrongPhase
from crrubric.domain.vocabulary import Outcome, Phase
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.exchange.imports import import_new_evaluation
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.meeting.decisions import FindingText, record_finding
from crrubric.services.meeting.meetings import start_meeting
from crrubric.services.setup.rules import RuleSettings
from tests.factories import full_rubric

ENOUGH = 6.0  # seconds of the processor, after which a step that was done three times is left
LEAST = 3
# what the pages of results may cost at the two sizes, after a change and once more
GOALS: list[dict[str, tuple[str, str]]] = [
    {
        "matrix": ("3.5 ×", "1.5 ×"),
        "cell": ("8 ms", "8 ms"),
        "what if": ("40 ms", "40 ms"),
        "memo page": ("400 ms", "400 ms"),
    },
    {
        "matrix": ("3 ×", "1 ×"),
        "cell": ("8 ms", "8 ms"),
        "what if": ("200 ms, 200 kB", "200 ms, 200 kB"),
        "memo page": ("2,000 ms", "2,000 ms"),
    },
]
LINES = "reviewer,vendor,criterion,mark\n"


@dataclass(kw_only=True)
class Row:
    """A line of the table: what a step costs, what its floor costs."""

    step: str
    group: str
    unit: str = "ms"
    value: float | None = None
    floor: float | None = None
    floor_is: str = ""
    goal: str = ""
    note: str = ""
    runs: int = 0
    shares: dict[str, float] = field(default_factory=dict)  # of each kind of work, if asked for

    @property
    def times(self) -> float | None:
        """How often the floor fits into the step."""
        return self.value / self.floor if self.value is not None and self.floor else None


@dataclass(kw_only=True)
class Step:
    """Something that is done again and again, with what comes before it and isn't counted."""

    row: Row
    call: Callable[[], object]
    floor: Callable[[], object] | None = None
    before: Callable[[], object] | None = None
    floor_before: Callable[[], object] | None = None
    size: object = None  # in bytes, of what the step gave last
    times: list[float] = field(default_factory=list)
    floor_times: list[float] = field(default_factory=list)

    def is_done(self) -> bool:
        """Whether it was done often enough for what it takes."""
        return len(self.times) >= LEAST and sum(self.times) > ENOUGH * 1000

    def take_turn(self) -> None:
        """Do the floor, then the step."""
        if self.floor:
            cost, _given = spend_ms(self.floor, self.floor_before)
            self.floor_times.append(cost)
        cost, self.size = spend_ms(self.call, self.before)
        self.times.append(cost)

    def finish(self) -> Row:
        """The row, with the medians."""
        self.row.value, self.row.runs = median(self.times), len(self.times)
        self.row.floor = median(self.floor_times) if self.floor_times else None
        if isinstance(self.size, int):
            self.row.note = f"{self.size / 1000:,.0f} kB"
        return self.row


def spend_ms(
    call: Callable[[], object], before: Callable[[], object] | None = None
) -> tuple[float, object]:
    """CPU milliseconds of a call, and what it gave."""
    if before:
        before()
    begin = time.process_time()
    given = call()
    return (time.process_time() - begin) * 1000, given


def measure_steps(steps: list[Step], rounds: int, *, profile: bool = False) -> list[Row]:
    """Do all steps in turn, in so many rounds after one that isn't counted.

    Args: profile: say of each where its time goes as well.
    """
    for step in steps:
        step.take_turn()
        step.times.clear()
        step.floor_times.clear()
    for _ in range(rounds):
        for step in steps:
            if not step.is_done():
                step.take_turn()
    for step in steps if profile else ():
        step.row.shares = find_shares(step.call, step.before)
    return [step.finish() for step in steps]


@dataclass(frozen=True, kw_only=True)
class Place:
    """An evaluation in its meeting and another one in scoring, in a database in a folder."""

    folder: Path
    app: Flask
    evaluation: int
    slug: str
    marks: int
    chair: str  # addresses
    chair_actor: Actor
    reviewers: list[str]
    vendors: list[int]
    criteria: list[int]
    ballot: str  # of the first reviewer in scoring, with its first criterion not marked
    scorers: list[str]
    scored: list[int]  # criteria

    def url(self, path: str) -> str:
        """An address of the evaluation in its meeting."""
        return f"/evaluations/{self.slug}/{path}"

    def cell(self) -> str:
        """A cell on which nothing was found."""
        return self.url(f"cells/{self.vendors[-1]}/{self.criteria[-1]}")


def make_place(
    folder: Path, vendors: int, reviewers: int, scorers: int, **settings: object
) -> Place:
    """An evaluation of this size, each of whose criteria is one of the built-in rubric's 21."""
    app = app_in(folder, **settings)
    with filling(app) as factory:
        made = committee(app, vendors, reviewers, full_rubric(), factory, noted=1)
        factory.forward(made, Phase.MEETING, {})
        scored = committee(app, 2, scorers, full_rubric(), factory, noted=1, title="In scoring")
        return Place(
            folder=folder,
            app=app,
            evaluation=made.evaluation.id,
            slug=made.slug,
            marks=vendors * reviewers * len(made.criteria),
            chair=email_of(made, "chair"),
            chair_actor=made.chair,
            reviewers=[email_of(made, "reviewer", number) for number in range(reviewers)],
            vendors=[row.id for row in made.vendors],
            criteria=[row.id for row in made.criteria],
            ballot=scored.url(f"ballots/{scored.vendors[0].id}"),
            scorers=[email_of(scored, "reviewer", number) for number in range(scorers)],
            scored=[row.id for row in scored.criteria],
        )


def copy_place(place: Place, folder: Path) -> Place:
    """The same in another folder, in which nothing was done yet."""
    shutil.copytree(place.folder, folder)
    return replace(place, folder=folder, app=create_app(site_settings(folder)))


def changing(place: Place) -> Callable[[], None]:
    """Records another finding each time: whatever was computed before does not hold any more."""
    version = 0

    def change() -> None:
        nonlocal version
        with place.app.app_context():
            if not version:
                with suppress(WrongPhase):  # it is under way
                    start_meeting(place.chair_actor, place.slug)
            text = FindingText(Outcome.MET, f"We looked at it again, for the {version + 1}. time.")
            cell = place.vendors[0], place.criteria[0]
            record_finding(place.chair_actor, place.slug, *cell, text, seen_version=version)
            version += 1

    return change


def list_page_steps(places: list[Place]) -> Iterator[Step]:
    """Ballot and save in the first place, results in each."""
    first = places[0]
    reviewer, bare = Browser(first.app, first.scorers[0]), make_bare_table(first.folder)
    yield Step(
        row=Row(step="own ballot, 21 criteria", group="pages", floor_is="a bare page", goal="25 ×"),
        call=lambda: reviewer.get(first.ballot),
        floor=getting(make_bare_site(first.folder), "/"),
    )
    yield Step(
        row=Row(step="save one mark", group="pages", floor_is="a bare commit", goal="5 ×"),
        call=repeat_save(reviewer, f"{first.ballot}/marks/{first.scored[0]}"),
        floor=lambda: commit_row(bare),
    )
    for place, goals in zip(places, GOALS, strict=False):
        yield from list_result_steps(place, goals)


def list_result_steps(place: Place, goals: dict[str, tuple[str, str]]) -> Iterator[Step]:
    """What the chair opens in the meeting, after a change and once more."""
    chair, change = Browser(place.app, place.chair), changing(place)
    sort_marks(place.folder, place.evaluation)
    floor = getting(make_bare_site(place.folder), "/counts")
    for name, url in (
        ("matrix", place.url("matrix")),
        ("cell", place.cell()),
        ("what if", place.url("what-if")),
        ("memo page", place.url("memo/")),
    ):
        for said, goal, before in zip(("", ", again"), goals[name], (change, None), strict=True):
            yield Step(
                row=Row(
                    step=f"{name}, {place.marks:,} marks{said}",
                    group="pages",
                    floor_is="a page of a bare GROUP BY",
                    goal=goal,
                ),
                call=partial(chair.get, url),
                floor=floor,
                before=before,
            )


def add_evaluations(place: Place, count: int, marks: int) -> None:
    """Import so many more evaluations of so many marks each into the database."""
    file = place.folder / "others.csv"
    lines = (
        f"Reviewer {number // 21 % 10},Vendor {number // 210},c{number % 21},YES\n"
        for number in range(marks)
    )
    file.write_text(LINES + "".join(lines), "utf-8")
    with filling(place.app):
        for number in range(count):
            rule = RuleSettings(quorum=1)
            import_new_evaluation(OPERATOR, read_path(file), title=f"Other {number}", rule=rule)


def list_crowd_steps(alone: Place, crowded: Place, count: int) -> Iterator[Step]:
    """The same pages in a database of many evaluations; the floor is a database of one."""
    pages = {"home": "/", "matrix": alone.url("matrix"), "cell": alone.cell()}
    places = (alone, crowded)
    chairs = [Browser(place.app, place.chair) for place in places]
    scorers = [Browser(place.app, place.scorers[0]) for place in places]
    changes = [changing(place) for place in places]
    mark = f"{alone.ballot}/marks/{alone.scored[0]}"
    calls: dict[str, list[Callable[[], object]]] = {
        **{name: [partial(one.get, url) for one in chairs] for name, url in pages.items()},
        "own ballot": [partial(one.get, alone.ballot) for one in scorers],
        "save one mark": [repeat_save(one, mark) for one in scorers],
    }
    for name, (in_one, in_many) in calls.items():
        yield Step(
            row=Row(
                step=f"{name} in a database of {count:,} evaluations",
                group="crowd",
                floor_is="the same in a database of one",
                goal="1.1 ×",
            ),
            call=in_many,
            floor=in_one,
            before=changes[1],
            floor_before=changes[0],
        )
