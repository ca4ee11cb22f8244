"""Counts that may be kept: no small one can be worked out, whatever else somebody knows."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import permutations, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crrubric.domain.planning.disclosure import (
    SMALLEST_SHOWN,
    SafeCounts,
    find_hidden_counts,
    hide_small_counts,
    list_settings,
)
from crrubric.domain.planning.triage import Band, Seats, Setting, count_seats

number = st.one_of(st.integers(0, 12), st.integers(0, 60))
worlds = st.fixed_dictionaries(dict.fromkeys(Setting, number))
# an earlier version hides whole bands
befores = st.frozensets(st.sampled_from(Band)).map(
    lambda bands: frozenset(setting for band in bands for setting in list_settings(band))
)
World = Mapping[Setting, int]


def make_world(*counts: int) -> dict[Setting, int]:
    return dict(zip(Setting, counts, strict=True))


def list_other_worlds(counts: World, hidden: frozenset[Setting]) -> Iterator[dict[Setting, int]]:
    """Worlds that differ from this one in hidden counts: in one of them, from one to another, or
    from several to one."""
    yield dict(counts)
    for size in range(1, 26):
        for setting, step in product(hidden, (-size, size)):
            if counts[setting] + step >= 0:
                yield {**counts, setting: counts[setting] + step}
        for one, other in permutations(hidden, 2):
            if counts[one] >= size:
                yield {**counts, one: counts[one] - size, other: counts[other] + size}
    for one in hidden:
        world = dict(counts)
        for other in hidden - {one}:
            world[one], world[other] = world[one] + world[other], 0
            yield dict(world)


def find_known_counts(
    hidden: Collection[Setting], fitting: Iterable[World], enough: int
) -> set[Setting]:
    """The hidden settings that have fewer than `enough` values in the worlds that fit.

    No more worlds are tried than needed: most of them take nearly all the time.
    """
    values: dict[Setting, set[int]] = {setting: set() for setting in hidden}
    known = set(hidden)
    for world in fitting if known else ():
        for setting in hidden:
            values[setting].add(world[setting])
        known = {setting for setting in known if len(values[setting]) < enough}
        if not known:
            break
    return known


def test_without_small_counts_everything_is_shown_as_it_is():
    counts = make_world(10, 20, 30, 40, 50, 60, 70, 80)

    kept = hide_small_counts(counts)

    assert kept == SafeCounts(counts=counts, learners=360, seats=count_seats(counts))
    assert kept.hidden == frozenset()


def test_a_small_count_is_hidden_with_the_other_one_of_its_band():
    kept = hide_small_counts(make_world(20, 30, 40, 3, 15, 60, 70, 80))

    assert kept.hidden == {Setting.PULLED_OUT, Setting.GROUP_SESSIONS}
    online = 20 + 30 + 15 + 60
    assert kept.seats == Seats(online + 40, online + 70 + 50)  # 43 is more than 40, and at most 50
    assert kept.learners == online + 70 + 80 + 50


def test_who_may_choose_is_hidden_with_the_mainstream():
    kept = hide_small_counts(make_world(20, 30, 40, 30, 15, 60, 70, 8))

    assert kept.hidden == {Setting.OWN_CHOICE, Setting.MAINSTREAM}
    assert kept.seats == Seats(195, 195 + 80)


def test_two_small_counts_of_a_band_are_hidden_with_another_band():
    kept = hide_small_counts(make_world(20, 30, 4, 3, 15, 60, 70, 80))

    assert kept.hidden == {
        Setting.PULLED_OUT, Setting.GROUP_SESSIONS, Setting.CORE_CLASS, Setting.HYBRID
    }  # fmt: skip


def test_what_was_hidden_stays_hidden():
    first = hide_small_counts(make_world(20, 30, 40, 3, 15, 60, 70, 80))
    later = hide_small_counts(make_world(20, 30, 40, 33, 15, 60, 70, 80), first.hidden)

    assert later.hidden == first.hidden


def test_what_is_hidden_anew_has_company_of_its_own():
    before = hide_small_counts(make_world(20, 30, 40, 3, 15, 60, 70, 80)).hidden
    after = hide_small_counts(make_world(20, 30, 40, 3, 15, 9, 70, 80), before).hidden

    assert after - before == {Setting.INSTRUCTION, Setting.BESIDE_LOAD}


@given(worlds, befores)
def test_no_small_count_is_shown_and_none_is_hidden_alone(
    counts: World, before: frozenset[Setting]
):
    kept = hide_small_counts(counts, before)

    shown = [count for count in kept.counts.values() if count is not None]
    assert all(count >= SMALLEST_SHOWN for count in shown)
    for group in (kept.hidden, kept.hidden - before):
        if group and shown:
            assert len(group) > 1
            assert sum(counts[setting] for setting in group) >= SMALLEST_SHOWN
    assert before <= kept.hidden


@given(worlds, befores)
def test_learners_and_seats_lie_in_what_is_told_of_them(counts: World, before: frozenset[Setting]):
    kept, exact = hide_small_counts(counts, before), count_seats(counts)

    assert sum(counts.values()) <= kept.learners <= sum(counts.values()) + 20
    assert kept.seats.low <= exact.low <= exact.high <= kept.seats.high


@settings(max_examples=200, deadline=None)
@given(worlds)
# Few learners in all: only if several settings give theirs to one, it has four values.
@example(make_world(0, 0, 0, 0, 2, 2, 2, 2))
def test_what_is_kept_could_have_come_from_other_small_counts(counts: World):
    """Nobody who reads one version knows a hidden count, not even who knows how it is hidden."""
    kept = hide_small_counts(counts)
    fitting = (
        world
        for world in list_other_worlds(counts, kept.hidden)
        if hide_small_counts(world) == kept
    )

    assert find_known_counts(kept.hidden, fitting, 4) == set()


@settings(max_examples=200, deadline=None)
@given(worlds)
def test_who_knows_all_learners_from_elsewhere_still_knows_no_small_count(counts: World):
    kept, total = hide_small_counts(counts), sum(counts.values())
    fitting = (
        world
        for world in list_other_worlds(counts, kept.hidden)
        if sum(world.values()) == total and hide_small_counts(world) == kept
    )

    if total >= SMALLEST_SHOWN:
        assert find_known_counts(kept.hidden, fitting, 2) == set()


@settings(max_examples=200, deadline=None)
@given(worlds, st.lists(st.tuples(st.sampled_from(Setting), number), min_size=1, max_size=3))
# Hidden together ten, then by part: whoever knew the ten knew that all of the first part are 0.
@example(
    {
        **dict.fromkeys(Setting, 0),
        **dict.fromkeys((Setting.BESIDE_LOAD, Setting.INSTRUCTION, Setting.MAINSTREAM), 10),
    },
    [(Setting.BESIDE_LOAD, 1)],
)
def test_two_versions_do_not_tell_by_their_difference(
    first: World, changes: list[tuple[Setting, int]]
):
    """Not even somebody who knows both totals, and that hidden counts have not changed."""
    before = hide_small_counts(first)
    second = {**first, **{s: n for s, n in changes if s not in before.hidden}}
    after = hide_small_counts(second, before.hidden)
    new = after.hidden - before.hidden

    old = (
        move(first, shift)
        for shift in list_shifts(before.hidden)
        if fits(first, shift, (), before) and fits(second, shift, before.hidden, after)
    )
    fresh = (
        move(second, shift)
        for shift in list_shifts(new)
        if fits(second, shift, before.hidden, after)
    )

    if sum(first.values()) >= SMALLEST_SHOWN:
        assert find_known_counts(before.hidden, old, 2) == set()
    if len(after.hidden) < len(Setting):
        assert find_known_counts(new, fresh, 2) == set()


def list_shifts(hidden: frozenset[Setting]) -> Iterator[dict[Setting, int]]:
    """Ways in which learners could be in other settings, all of them hidden."""
    yield {}
    for step in range(1, 26):
        for one, other in permutations(hidden, 2):
            yield {one: -step, other: step}


def move(counts: World, shift: Mapping[Setting, int]) -> dict[Setting, int]:
    """The counts after the shift."""
    return {setting: count + shift.get(setting, 0) for setting, count in counts.items()}


def fits(
    counts: World, shift: Mapping[Setting, int], before: Collection[Setting], kept: SafeCounts
) -> bool:
    """Whether the same would be kept of these counts after the shift."""
    moved = move(counts, shift)
    return min(moved.values()) >= 0 and hide_small_counts(moved, before) == kept


@pytest.mark.parametrize("counts", [(0,) * 8, (1, 0, 0, 0, 0, 0, 0, 0), (9,) * 8])
def test_where_all_counts_are_small_all_are_hidden(counts: tuple[int, ...]):
    kept = hide_small_counts(make_world(*counts))

    assert kept.hidden == set(Setting)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"a": 214, "b": 61}, ""),
        ({"a": 214, "b": 61, "c": 3}, "bc"),
        ({"a": 61, "b": 214, "c": 3}, "bc"),
        ({"a": 214, "b": 61, "c": 3, "d": 4}, "bcd"),
        ({"a": 214, "b": 61, "c": 9, "d": 4}, "cd"),
        ({"a": 214, "b": 61, "c": 9, "d": 9}, "bcd"),
        ({"a": 214, "b": 0}, "ab"),
        ({"a": 3}, "a"),
        ({}, ""),
    ],
)
def test_a_small_count_that_was_typed_is_not_printed_alone(counts: dict[str, int], hidden: str):
    assert find_hidden_counts(counts) == set(hidden)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=1), number))
def test_who_knows_the_sum_of_what_was_typed_knows_no_small_count(counts: dict[str, int]):
    hidden = find_hidden_counts(counts)

    assert all(counts[code] >= SMALLEST_SHOWN for code in counts.keys() - hidden)
    if hidden and hidden != counts.keys():
        assert len(hidden) > 1
        assert sum(counts[code] for code in hidden) >= SMALLEST_SHOWN


def test_nor_does_who_knows_by_which_rule_counts_are_hidden():
    most = 40  # what three counts come to in the worlds that are looked at
    worlds: dict[tuple[tuple[tuple[str, int], ...], int], list[tuple[int, ...]]] = {}
    for world in product(range(most + 1), repeat=3):
        counts = dict(zip("abc", world, strict=True))
        hidden = find_hidden_counts(counts)
        shown = tuple((code, counts[code]) for code in sorted(counts.keys() - hidden))
        if shown and hidden and sum(world) - sum(count for _code, count in shown) <= most:
            worlds.setdefault((shown, sum(world)), []).append(world)

    known = [
        (shown, place)
        for (shown, _sum), alike in worlds.items()
        for place, code in enumerate("abc")
        if code not in dict(shown)
        and len({world[place] for world in alike}) == 1
        and alike[0][place] < SMALLEST_SHOWN
    ]
    assert known == []


def test_what_stands_last_is_hidden_with_a_small_count():
    assert find_hidden_counts({"a": 214, "b": 61, "c": 3}, ["b", "c", "a"]) == {"a", "c"}
    assert find_hidden_counts({"a": 214, "b": 61, "c": 3}, ["a"]) == {"b", "c"}
