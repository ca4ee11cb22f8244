"""Where one step of the set-up is done, the page leads to the next."""

from crrubric.domain.vocabulary import Phase, Role
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.pages import words


def next_of(person: Visitor, made: Made, path: str) -> tuple[str, str | None] | None:
    """What the page says comes next, and where that is."""
    found = [
        node
        for node in person.page(made.url(path)).all("p")
        if "next-step" in (node.get("class") or "")
    ]
    return (words(found[0]), found[0][1].get("href")) if found else None


def find_main_button(person: Visitor, made: Made) -> tuple[str, str | None]:
    """The first link of the committee's page that is drawn as its main act."""
    page = person.page(made.url("committee/"))
    found = [node for node in page.all("a") if (node.get("class") or "").split() == ["btn"]]
    return words(found[0]), found[0].get("href")


def test_vendors_come_first_then_people_then_scoring(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=0, vendors=0)
    chair = visit(made.chair)
    people = "Next: Invite several people"

    assert next_of(chair, made, "vendors/") is None  # the page itself is about that
    assert next_of(chair, made, "committee/") is None  # nobody is invited yet: that is the step
    assert find_main_button(chair, made) == ("Invite several people", made.url("committee/several"))
    make.vendor(made.chair, made.slug)
    assert next_of(chair, made, "vendors/") == (people, made.url("committee/several"))
    assert next_of(chair, made, "committee/") is None
    make.reviewer(made.chair, made.slug)
    assert find_main_button(chair, made) == ("Open scoring", made.url("phase"))
    for path in ("vendors/", "committee/"):
        assert next_of(chair, made, path) == ("Next: Open scoring", made.url("phase"))
    assert "Open scoring" in chair.page(made.url("phase")).text


def test_nothing_comes_next_for_who_sets_up_nothing(make: Factory, visit: Visit):
    made = make.evaluation()
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    others = [visit(made.reviewers[0]), visit(observer)]
    found = [next_of(one, made, path) for one in others for path in ("vendors/", "committee/")]

    make.forward(made, Phase.SCORING, {})

    assert found == [None] * 4
    assert next_of(visit(made.chair), made, "vendors/") is None
