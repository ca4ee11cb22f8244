"""Counts of learners by setting as they may be kept: what could tell of a person is left out.

A count under 10 is hidden, and never alone: whoever knows the total could work it out. So both
settings of its band are hidden, and as nobody is told which of them is small, neither has an upper
bound. If together they are fewer than 10, the next band is hidden as well; which one does not
depend on its counts, or they would tell. What was hidden once stays hidden in every later version,
and what is hidden anew has to be safe by itself: else the difference of two versions would tell it.
Of hidden counts only the sum is used, rounded up to tens.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from crrubric.domain.planning.answers import PlanAnswer, is_rows
from crrubric.domain.planning.triage import SETTINGS, Band, Seats, Setting, count_seats

SMALLEST_SHOWN = 10  # learners; a smaller count is hidden
TENS = 10  # to which the sum of hidden counts is rounded up
# by section of the workbook, the answers that count learners, and those that are shares of them
COUNTED = {"reasons": ("reasons", "groups", "learners")}
SHARES = {"learners": ("english_learners", "iep_504", "athletes")}
Bands = frozenset[Band]
# the bands in which everybody has an online seat, and the one in which nobody needs one
ONLINE, CHOOSING = frozenset({Band.LOWEST, Band.LOW, Band.HIGH}), frozenset({Band.HIGHEST})


def tells_of_a_learner(section: str, prompt: str, answer: PlanAnswer) -> bool:
    """Whether an answer of the workbook has a small count of learners, or is a share of them."""
    if prompt in SHARES.get(section, ()):
        return True
    if prompt not in COUNTED.get(section, ()):
        return False
    counts = [row.get("count", "") for row in answer] if is_rows(answer) else [str(answer)]
    return any(map(is_small, counts))


def is_small(text: str) -> bool:
    """Whether a number is smaller than what is shown of learners; nothing typed is not."""
    try:
        return bool(text) and Decimal(text) < SMALLEST_SHOWN
    except InvalidOperation:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeCounts:
    """Learners of each setting, None where the count is hidden; learners and seats of them all.

    Where a count is hidden, there are `learners` at most, and the seats lie in the range.
    """

    counts: Mapping[Setting, int | None]
    learners: int
    seats: Seats

    @property
    def hidden(self) -> frozenset[Setting]:
        """The settings whose counts are hidden."""
        return frozenset(setting for setting, count in self.counts.items() if count is None)


def hide_small_counts(
    counts: Mapping[Setting, int], hidden_before: Collection[Setting] = ()
) -> SafeCounts:
    """The counts as they may be kept, shown and handed on.

    Args: counts: of all eight settings; hidden_before: the settings that an earlier version hides.
    """
    before = frozenset(band for band in Band if set(list_settings(band)) & set(hidden_before))
    hidden = _find_hidden_bands(counts, before)
    shown = {
        setting: 0 if band in hidden else counts[setting]
        for band in Band
        for setting in list_settings(band)
    }
    exact = count_seats(shown)
    # one sum for all that is hidden, unless both parts are safe by themselves, those of before too:
    # of these one sum may have been told
    parts = [ONLINE, CHOOSING]
    if not all(
        _is_safe(counts, hidden & part, before) and _is_safe(counts, before & part, before)
        for part in parts
    ):
        parts = [ONLINE | CHOOSING]
    rounded = {part: _round_hidden_sum(counts, hidden & part) for part in parts}
    # where everybody has a seat, at least as many are needed as are hidden for sure
    sure = sum(most - TENS for part, most in rounded.items() if most and hidden & part <= ONLINE)
    return SafeCounts(
        counts={
            setting: None if band in hidden else counts[setting]
            for band in Band
            for setting in list_settings(band)
        },
        learners=sum(shown.values()) + sum(rounded.values()),
        seats=Seats(exact.low + sure, exact.high + sum(rounded.values())),
    )


def find_hidden_counts(counts: Mapping[str, int], order: Sequence[str] = ()) -> frozenset[str]:
    """Which of the counts that somebody typed are not printed: small ones, never one alone, and
    further ones until nobody who knows their sum knows anything small.

    Which these are does not depend on their counts, or those that are printed would bound them.
    Small ones alone whose sum is as great as it can be are all known: then one more is hidden, too.
    Args: order: of the codes; the last ones are hidden first.
    """
    places = {code: place for place, code in enumerate(order)}
    hidden = [code for code in sorted(counts) if counts[code] < SMALLEST_SHOWN]
    others = sorted(
        counts.keys() - set(hidden), key=lambda code: (places.get(code, len(places)), code)
    )
    for code in reversed(others) if hidden else ():
        known = sum(counts[one] for one in hidden)
        greatest = (SMALLEST_SHOWN - 1) * len(hidden)
        if len(hidden) > 1 and known >= SMALLEST_SHOWN and known != greatest:
            break
        hidden.append(code)
    return frozenset(hidden)


def list_settings(band: Band) -> tuple[Setting, Setting]:
    """The two settings of a band."""
    return SETTINGS[band, True], SETTINGS[band, False]


def _find_hidden_bands(counts: Mapping[Setting, int], before: Bands) -> Bands:
    """The bands whose counts are not shown: with a small one, of before, and their company."""
    hidden = before | frozenset(
        band
        for band in Band
        if min(counts[setting] for setting in list_settings(band)) < SMALLEST_SHOWN
    )
    for band in sorted(frozenset(Band) - hidden):
        if _is_safe(counts, hidden, before):
            break
        hidden |= {band}
    return hidden


def _is_safe(counts: Mapping[Setting, int], hidden: Bands, before: Bands) -> bool:
    """Whether whoever knows the sum of what is hidden, or of what is hidden anew, knows nothing
    small."""
    return all(
        not bands or _add_counts(counts, bands) >= SMALLEST_SHOWN
        for bands in (hidden, hidden - before)
    )


def _add_counts(counts: Mapping[Setting, int], bands: Collection[Band]) -> int:
    return sum(counts[setting] for band in bands for setting in list_settings(band))


def _round_hidden_sum(counts: Mapping[Setting, int], hidden: Collection[Band]) -> int:
    """The sum of hidden counts, rounded up to tens; 0 where none is hidden."""
    return max(-(-_add_counts(counts, hidden) // TENS), 1) * TENS if hidden else 0
