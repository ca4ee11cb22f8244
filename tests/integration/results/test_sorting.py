"""Headings that sort: links, with aria-sort, and the rows in the order that they promise."""

import pytest
from flask import Flask

from crrubric.domain.vocabulary import Phase
from crrubric.web.results.sorting import SortColumn
from tests.factories import Factory
from tests.integration.conftest import Visit
from tests.pages import Page, words

MARKS = {(0, 0): "YYN", (1, 0): "YYN", (0, 1): "YNN", (1, 1): "YNY"}


def headings(page: Page) -> list[tuple[str, str | None, str]]:
    """Name, aria-sort and address of each heading of the first table that sorts."""
    table = next(
        row for row in page.root.findall(".//table") if row.find(".//thead//a") is not None
    )
    return [
        (words(head.find("a/span")), head.get("aria-sort"), head.find("a").get("href"))
        for head in table.findall("thead//th")
        if head.find("a") is not None
    ]


def first_column(page: Page) -> list[str]:
    table = next(
        row for row in page.root.findall(".//table") if row.find(".//thead//a") is not None
    )
    return [words(row) for row in table.findall("tbody//th")]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "given"),
    [("scores?by={}", "scores"), ("agreement?sort={}", "agreement?sort=rubric")],
)
def test_every_heading_sorts_and_leads_back(
    app: Flask, make: Factory, visit: Visit, path: str, given: str
):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    chair = visit(made.chair)
    before = headings(chair.page(made.url(given)))

    assert {order for _name, order, _url in before} == {None}
    for place, (_name, _order, url) in enumerate(before):
        after = headings(chair.page(url))
        orders = [order for _name, order, _url in after]
        assert orders[place] == ("ascending" if place == 0 else "descending")
        assert set(orders[:place] + orders[place + 1 :]) == {None}
        back = headings(chair.page(after[place][2]))
        assert [order for _name, order, _url in back] == [None] * len(before)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_rows_stand_in_the_order_that_was_asked_for(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    chair = visit(made.chair)

    names = first_column(chair.page(made.url("agreement?sort=name")))
    rubric = first_column(chair.page(made.url("agreement?sort=rubric")))
    vendors = first_column(chair.page(made.url("scores?by=name")))

    assert names == sorted(rubric)
    assert names != rubric
    assert vendors == sorted(vendors)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_progress_is_sorted_by_how_many_marks_a_ballot_has(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, marks={(1, 1): "YN", (2, 1): "Y"})
    chair = visit(made.chair)
    given = first_column(chair.page(made.url("progress")))
    last = headings(chair.page(made.url("progress")))[2]

    page = chair.page(last[2])

    assert first_column(page) == [given[1], given[2], given[0]]
    assert [order for _name, order, _url in headings(page)] == [None, None, "descending"]
    assert first_column(chair.page(headings(page)[2][2])) == given


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_order_of_who_was_here_tells_days_only(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3)
    for reviewer in made.reviewers[:2]:  # the second came last
        visit(reviewer)
    chair = visit(made.chair)
    given = first_column(chair.page(made.url("progress")))

    assert first_column(chair.page(made.url("progress?by=seen"))) == given


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["scores?by=odd", "agreement?sort=odd", "progress?by=odd"])
def test_an_order_that_does_not_exist_is_not_found(
    app: Flask, make: Factory, visit: Visit, path: str
):
    made = make.evaluation(phase=Phase.MEETING)

    assert visit(made.chair).get(made.url(path)).status_code == 404


def test_rows_without_a_value_are_last_and_equal_ones_keep_their_order():
    rows = [("a", None), ("b", 1), ("c", 2), ("d", 1)]

    falling = SortColumn(lambda row: row[1]).sort(rows)
    rising = SortColumn(lambda row: row[1], falling=False).sort(rows)

    assert "".join(name for name, _value in falling) == "cbda"
    assert "".join(name for name, _value in rising) == "bdca"
