"""Triage: the guide's own learners, bands without holes, and a chance that falls with the pace."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.errors import Invalid
from crrubric.domain.planning.calibration import (
    GUIDE,
    Calibration,
    estimate_chance,
    format_number,
    make_calibration,
)
from crrubric.domain.planning.triage import (
    SEATS,
    Band,
    Setting,
    count_seats,
    count_settings,
    find_band,
    place_learner,
)

# as the guide's table has them: (chance, online suits) -> setting
TABLE = {
    (0, True): Setting.CORE_CLASS, (25, True): Setting.CORE_CLASS,
    (0, False): Setting.HYBRID, (25, False): Setting.HYBRID,
    (26, True): Setting.PULLED_OUT, (50, True): Setting.PULLED_OUT,
    (26, False): Setting.GROUP_SESSIONS, (50, False): Setting.GROUP_SESSIONS,
    (51, True): Setting.BESIDE_LOAD, (75, True): Setting.BESIDE_LOAD,
    (51, False): Setting.INSTRUCTION, (75, False): Setting.INSTRUCTION,
    (76, True): Setting.OWN_CHOICE, (100, True): Setting.OWN_CHOICE,
    (76, False): Setting.MAINSTREAM, (100, False): Setting.MAINSTREAM,
}  # fmt: skip
# drawn as whole numbers: fractions take hypothesis long
paces = st.integers(0, 30 * 60).map(lambda part: Fraction(part, 60))
percents = st.integers(0, 100 * 1000).map(lambda part: Fraction(part, 1000))
credits = st.integers(0, 60 * 4).map(lambda part: Fraction(part, 4))
semesters = st.integers(0, 16).map(lambda half: Fraction(half, 2))


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    count = draw(st.integers(2, 6))
    own = draw(st.lists(paces, min_size=count, max_size=count, unique=True))
    chances = draw(st.lists(percents, min_size=count, max_size=count))
    return make_calibration(zip(sorted(own), sorted(chances, reverse=True), strict=True))


def place(needed: int, left: int, *, online: bool = True):
    return place_learner(needed=Fraction(needed), semesters=Fraction(left), online_suits=online)


def test_the_two_learners_of_the_guide_have_exactly_its_chances():
    jimmy, jose = place(16, 6), place(10, 2)

    assert (jimmy.pace, jimmy.chance, jimmy.band) == (Fraction(8, 3), 75, Band.HIGH)
    assert (jose.pace, jose.chance, jose.band) == (5, 25, Band.LOWEST)
    assert (jimmy.setting, jose.setting) == (Setting.BESIDE_LOAD, Setting.CORE_CLASS)


@pytest.mark.parametrize(("chance", "suits"), TABLE)
def test_every_line_of_the_guides_table(chance: int, suits: bool):
    flat = make_calibration([(Fraction(0), Fraction(chance)), (Fraction(9), Fraction(chance))])

    found = place_learner(
        needed=Fraction(3), semesters=Fraction(1), online_suits=suits, calibration=flat
    )

    assert found.setting is TABLE[chance, suits]


@pytest.mark.parametrize(
    ("needed", "left", "chance"),
    [(0, 0, 100), (0, 4, 100), (-2, 0, 100), (1, 0, 0), (1, -1, 0), (200, 1, 0), (1, 60, 100)],
)
def test_the_ends(needed: int, left: int, chance: int):
    assert estimate_chance(GUIDE, Fraction(needed), Fraction(left)) == chance


def test_no_semester_left_has_no_pace():
    assert place(4, 0).pace is None
    assert place(0, 0).pace == 0


@given(percents)
def test_each_chance_lies_in_exactly_one_band(chance: Fraction):
    below = [band for band in Band if band < find_band(chance)]

    assert chance <= find_band(chance)
    assert all(chance > band for band in below)


@given(calibrations(), paces, paces)
def test_the_chance_never_rises_with_the_pace(line: Calibration, one: Fraction, other: Fraction):
    slow, fast = sorted((one, other))

    assert 0 <= line.find_chance(fast) <= line.find_chance(slow) <= 100


@given(calibrations())
def test_the_line_goes_through_its_points(line: Calibration):
    assert [line.find_chance(point.pace) for point in line.points] == [
        point.chance for point in line.points
    ]


@given(calibrations(), paces)
def test_between_two_points_the_chance_lies_between_theirs(line: Calibration, pace: Fraction):
    before = [point.chance for point in line.points if point.pace <= pace]
    after = [point.chance for point in line.points if point.pace >= pace]

    if before and after:
        assert after[0] <= line.find_chance(pace) <= before[-1]


@given(st.lists(st.tuples(credits, semesters, st.booleans()), max_size=30))
def test_every_learner_is_counted_once_and_seats_are_a_range(
    learners: list[tuple[Fraction, Fraction, bool]],
):
    counts = count_settings(
        place_learner(needed=needed, semesters=left, online_suits=suits)
        for needed, left, suits in learners
    )
    seats = count_seats(counts)

    assert sum(counts.values()) == len(learners)
    assert counts.keys() == set(Setting) == SEATS.keys()
    assert 0 <= seats.low <= seats.high <= len(learners) - counts[Setting.MAINSTREAM]


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ([], None),
        ([(1, 50)], None),
        ([(2, 50), (1, 40)], "pace"),
        ([(1, 50), (1, 40)], "pace"),
        ([(-1, 50), (1, 40)], "pace"),
        ([(1, 40), (2, 50)], "chance"),
        ([(1, 101), (2, 50)], "chance"),
        ([(1, 50), (2, -1)], "chance"),
    ],
)
def test_points_that_make_no_falling_line_are_refused(
    pairs: list[tuple[int, int]], field: str | None
):
    with pytest.raises(Invalid) as refused:
        make_calibration((Fraction(pace), Fraction(chance)) for pace, chance in pairs)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(8, 3), "2.67"),
        (Fraction(5), "5"),
        (Fraction(1, 200), "0.01"),
        (Fraction(-1, 3), "-0.33"),
        (Fraction(-1, 1000), "0"),
        (Fraction(5, 2), "2.5"),
    ],
)
def test_fractions_are_written_for_people(value: Fraction, text: str):
    assert format_number(value) == text
