"""The file of thresholds and lines: each language, each source, each day."""

from datetime import date
from importlib import resources

import pytest

from crrubric.domain.people.languages import NAMES
from crrubric.domain.procurement.computed_lines import JUDGES
from crrubric.domain.procurement.purchase import FundKind, PurchaseMethod
from crrubric.domain.procurement.rules import (
    Bound,
    ComputedLine,
    RulesFileError,
    find_threshold,
    load_procurement_rules,
    parse_procurement_rules,
)

TEXT = (resources.files("crrubric.data") / "procurement.toml").read_text("utf-8")


@pytest.mark.parametrize("language", NAMES)
def test_every_line_says_what_is_asked_why_and_what_shows_it(language: str):
    lines = load_procurement_rules(language).lines

    assert [line.code for line in lines if not (line.title and line.why and line.evidence)] == []
    assert len({line.title for line in lines}) == len(lines)


def test_the_languages_differ_in_their_words_alone():
    english, spanish = (load_procurement_rules(each).lines for each in ("en", "es"))

    assert [(x.code, x.source, x.funds, x.above) for x in english] == [
        (x.code, x.source, x.funds, x.above) for x in spanish
    ]
    assert {x.title for x in english} & {x.title for x in spanish} == set()


@pytest.mark.parametrize(
    ("day", "micro", "formal"),
    [
        (date(2020, 8, 30), None, None),
        (date(2020, 8, 31), 10_000, 250_000),
        (date(2025, 9, 30), 10_000, 250_000),
        (date(2025, 10, 1), 15_000, 350_000),
        (date(2030, 1, 1), 15_000, 350_000),
    ],
)
def test_the_threshold_of_a_day_is_the_one_that_holds_then(
    day: date, micro: int | None, formal: int | None
):
    thresholds = load_procurement_rules().thresholds
    found = [find_threshold(thresholds, bound, day) for bound in (Bound.MICRO, Bound.FORMAL)]

    assert [row and row.cents // 100 for row in found] == [micro, formal]
    assert all(row is None or row.source for row in found)


def test_every_computed_line_is_there_once_and_is_judged():
    found = [line.computed for line in load_procurement_rules().lines if line.computed]

    assert sorted(found) == sorted(ComputedLine)
    assert JUDGES.keys() == set(ComputedLine)


def test_money_for_education_asks_for_its_own_lines():
    lines = {line.code: line for line in load_procurement_rules().lines}

    assert lines["supplement"].funds == {FundKind.TITLE_I_A}
    assert FundKind.TITLE_I_A in (lines["evidence_level"].funds or ())
    assert FundKind.GENERAL not in (lines["exclusion"].funds or ())
    assert lines["no_competition"].methods == {PurchaseMethod.SOLE_SOURCE, PurchaseMethod.RENEWAL}
    assert lines["privacy"].funds is None


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('code = "method"', 'code = "procedures"', "there twice"),
        ("es = {", "fr = {", "unknown key"),
        ('es = { title = "El método', 'es = { titulo = "El método', "missing in Español"),
        ("above_cents = 10_000_000", 'above_cents = 1\nabove = "formal"', "one of above"),
        ('kind = "micro"', 'kind = "small"', "small"),
        ('"PROPOSALS"', '"TENDER"', "TENDER"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(before: str, after: str, said: str):
    assert before in TEXT

    with pytest.raises((RulesFileError, ValueError), match=said):
        parse_procurement_rules(TEXT.replace(before, after, 1))
