"""Shares in percent: none reads as if it were nothing, all, or the pass mark when it is not."""

from fractions import Fraction

import pytest

from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.shares import round_share
from crrubric.reports.results.figures import percent_text

MARK = Fraction(85, 100)


@pytest.mark.parametrize(
    ("share", "hundredths", "thousandths"),
    [
        ("0", 0, 0),
        ("4/10000", 1, 1),
        ("2/3", 67, 667),
        ("84951/100000", 84, 849),
        ("85/100", 85, 850),
        ("85049/100000", 85, 850),
        ("9996/10000", 99, 999),
        ("1", 100, 1000),
    ],
)
def test_a_share_is_rounded_but_not_onto_an_edge(share: str, hundredths: int, thousandths: int):
    value = Fraction(share)

    assert round_share(value, 100, mark=MARK) == hundredths
    assert round_share(value, 1000, mark=MARK) == thousandths


def test_a_share_beside_the_pass_mark_is_rounded_as_usual_where_there_is_no_pass_mark():
    assert round_share(Fraction("84951/100000"), 1000) == 850


def test_the_memo_and_the_tables_below_charts_say_it_so():
    words = ValueFormatter(str)
    near = [Fraction(text) for text in ("9996/10000", "4/10000", "84951/100000", "1/2")]

    said = [words.percent(share, mark=MARK) for share in near]
    shown = [percent_text(share, mark=MARK) for share in near]

    assert said == ["99.9\u00a0%", "0.1\u00a0%", "84.9\u00a0%", "50.0\u00a0%"]
    assert shown == ["99 %", "1 %", "84 %", "50 %"]
