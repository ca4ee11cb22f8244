"""Long lists in parts: the matrix of many vendors, and the agenda of many items."""

import pytest

from crrubric.domain.vocabulary import Phase
from crrubric.web.meeting import meeting
from crrubric.web.results import matrix_view, results
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import Page, words

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def made(make: Factory) -> Made:
    marks = {(who, vendor): "YN"[who] * 3 for who in range(2) for vendor in range(5)}
    return make.evaluation(phase=Phase.MEETING, vendors=5, marks=marks)


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch):
    """Two vendors, and four items of the agenda, are many here."""
    for module in (matrix_view, results):
        monkeypatch.setattr(module, "VENDORS_AT_ONCE", 2)
    monkeypatch.setattr(meeting, "ITEMS_AT_ONCE", 4)


def columns(page: Page) -> list[str]:
    return [words(row) for row in page.root.findall(".//table/thead/tr/th")][1:]


def parts(page: Page) -> list[str]:
    """The addresses of the other parts."""
    return [link.get("href") for link in page.with_id("parts").iter("a")]


def items(page: Page) -> list[str]:
    lists = [row for row in page.all("ol") if row.get("class") == "agenda"]
    return [link.get("href") for row in lists for link in row.iter("a")]


def test_the_matrix_shows_some_vendors_and_links_to_the_others(made: Made, visit: Visit):
    who = visit(made.chair)

    first = who.page(made.url("matrix"))
    pages = [first, *map(who.page, parts(first))]

    assert [place.partition("?")[2] for place in parts(first)] == ["from=3", "from=5"]
    assert [len(columns(page)) for page in pages] == [2, 2, 1]
    assert len({name for page in pages for name in columns(page)}) == 5
    assert "Showing 2 of 5 vendors." in first.text


def test_whatever_else_was_asked_for_stays(made: Made, visit: Visit):
    chosen = "&".join(f"vendor={vendor.id}" for vendor in made.vendors[:3])
    page = visit(made.chair).page(made.url(f"matrix?show=unresolved&{chosen}&from=3"))

    assert [place.partition("?")[2] for place in parts(page)] == [
        f"show=unresolved&{chosen}&from=1"
    ]
    assert len(columns(page)) == 1
    cells = [link.get("href") for link in page.all("a") if "cell=" in link.get("href", "")]
    assert cells
    assert all("from=3&" in place for place in cells)


@pytest.mark.parametrize("place", ["0", "2", "7", "x", "-1"])
def test_a_part_that_no_link_leads_to_is_not_there(made: Made, visit: Visit, place: str):
    who = visit(made.chair)

    assert who.get(made.url(f"matrix?from={place}")).status_code == 404
    assert who.get(made.url(f"meeting/?from={place}0")).status_code == 404


def test_the_agenda_shows_some_items_and_counts_all(made: Made, visit: Visit):
    who = visit(made.chair)
    first = who.page(made.url("meeting/"))

    pages = [first, *map(who.page, parts(first))]

    found = [items(page) for page in pages]
    assert [len(part) for part in found] == [4, 4, 4, 3]
    assert len({place for part in found for place in part}) == 15
    assert all("15 items are left to discuss." in page.text for page in pages)
