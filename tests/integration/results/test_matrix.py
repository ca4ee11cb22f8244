"""The matrix by its address: filters, order, folded sections, short cells, a cell beside it."""

from xml.etree.ElementTree import Element

import pytest

from crrubric.domain.vocabulary import Answer, Outcome, Phase, Stakeholder
from crrubric.extensions import db
from crrubric.models import Member
from crrubric.services.meeting import decisions
from crrubric.services.setup import phases
from tests import in_meeting
from tests.factories import Factory, Made, full_rubric
from tests.integration.conftest import Visit, Visitor
from tests.pages import Page, words

MARKS = {(0, 0): "YYA", (1, 0): "YNA", (2, 0): "YYY", (0, 1): "NY?", (1, 1): "NYY", (2, 1): "YY-"}


def met_committee(make: Factory, **more) -> Made:
    """Three reviewers, two vendors, three criteria, in the meeting."""
    return make.evaluation(phase=Phase.MEETING, **{"reviewers": 3, "marks": MARKS} | more)


def of_class(page: Page, name: str) -> list[Element]:
    return [node for node in page.root.iter() if name in (node.get("class") or "").split()]


def titles(page: Page) -> list[str]:
    """The criteria in view; the last four rows are what vendors come to."""
    found = [words(node) for node in page.all("th") if node.get("scope") == "row"]
    return [title.removesuffix(" ◆ must-have") for title in found[:-4]]


def shown(page: Page) -> str:
    return words(of_class(page, "shown")[0])


def opened(visit: Visit, made: Made, query: str = "") -> Page:
    return visit(made.chair).page(made.url(f"matrix{query}"))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "Showing all 3 criteria."),
        ("?show=split&must=1", "Showing 1 of 3 criteria: Split, Must-haves. Clear"),
        ("?show=&must=&section=&lead=", "Showing all 3 criteria."),
        (
            "?lead=special_education&open=1&section=all",
            "Showing 1 of 3 criteria: Not adopted yet, Everything, Field: Special education. Clear",
        ),
    ],
)
def test_the_matrix_says_which_criteria_are_shown(
    make: Factory, visit: Visit, query: str, says: str
):
    assert shown(opened(visit, met_committee(make), query)) == says


def test_vendors_can_be_hidden_and_reordered(make: Factory, visit: Visit):
    made = met_committee(make)
    first, second = made.vendors

    ranked = opened(visit, made, "?order=rank")
    one = opened(visit, made, f"?vendor={second.id}")

    heads = [[words(n) for n in page.all("thead")[0].iter("th")] for page in (ranked, one)]
    assert heads == [["Criterion", first.company, second.company], ["Criterion", second.company]]
    assert shown(one).endswith("Showing one of 2 vendors. Clear")


@pytest.mark.parametrize(
    "query",
    [
        "show=everything", "must=yes", "open=2", "section=none", "lead=nobody", "vendor=0",
        "vendor=x", "sort=odd", "by=0", "view=odd", "order=odd", "dense=2", "fold=none",
        "cell=0-0", "cell=x",
        "cell=1", "cell=1-1-1", "cell=-", "cell=²-1", "cell=99999999999999999999-1",
    ],
)  # fmt: skip
def test_unknown_query_values_are_not_found(make: Factory, visit: Visit, query: str):
    assert (
        visit(met_committee(make).chair)
        .get(f"/evaluations/credit-recovery/matrix?{query}")
        .status_code
        == 404
    )


def test_a_vendor_of_another_evaluation_is_not_found(make: Factory, visit: Visit):
    made, other = met_committee(make), met_committee(make, title="Another")
    vendor, criterion = other.vendors[0].id, other.criteria[0].id
    chair = visit(made.chair)

    assert chair.get(made.url(f"matrix?vendor={vendor}")).status_code == 404
    assert chair.get(made.url(f"matrix?cell={vendor}-{criterion}")).status_code == 404


def test_a_folded_section_shows_a_summary_in_words(make: Factory, visit: Visit):
    made = met_committee(make)

    page = opened(visit, made, "?fold=all&show=split")

    section = of_class(page, "section")[0]
    link = next(section.iter("a"))
    assert [words(cell) for cell in section.iter("td")] == [
        "2 of 2 met",
        "1 of 3 met, 1 unresolved",
    ]
    assert (link.get("aria-expanded"), link.get("href")) == ("false", "?show=split")
    assert [node.tag for node in of_class(page, "folded")] == ["tbody"]


def test_an_unfolded_section_has_a_link_that_folds_it(make: Factory, visit: Visit):
    made = met_committee(make, rubric=full_rubric(), marks={})

    page = opened(visit, made, "?open=1&fold=access")

    links = [link for row in of_class(page, "section") for link in row.iter("a")]
    assert [(a.get("aria-expanded"), a.get("href")) for a in links] == [
        ("true", "?open=1&fold=access&fold=content"),
        ("true", "?open=1&fold=access&fold=progress"),
        ("false", "?open=1"),
        ("true", "?open=1&fold=access&fold=operations"),
    ]


def test_a_sorted_matrix_has_no_sections_to_fold(make: Factory, visit: Visit):
    made = met_committee(make)

    page = opened(visit, made, "?sort=must")

    assert [words(row) for row in of_class(page, "section")] == ["Must-haves", "Other criteria"]
    assert [link for row in of_class(page, "section") for link in row.iter("a")] == []


@pytest.mark.parametrize(
    ("vendors", "query", "dense"), [(8, "", 0), (9, "", 1), (9, "?dense=0", 0), (2, "?dense=1", 1)]
)
def test_cells_are_abbreviated_with_many_vendors_or_on_request(
    make: Factory, visit: Visit, vendors: int, query: str, dense: int
):
    page = opened(visit, met_committee(make, vendors=vendors), query)

    assert len(of_class(page, "dense")) == dense


def test_an_abbreviated_cell_reads_in_full_for_screen_readers(make: Factory, visit: Visit):
    page = opened(visit, met_committee(make), "?dense=1")

    cells = of_class(page, "cell")
    assert words(cells[1]) == "✕ 1–2 ≠Not met, 1 yes, 2 no, strongly split"
    assert (
        words(cells[5]) == "? 1–0Unresolved, too few marks, 1 yes, 0 no, 1 can’t tell, 1 unscored"
    )


def test_a_cell_shows_votes_as_numbers_and_says_them_in_words(make: Factory, visit: Visit):
    marks = {
        (0, 0): "Y?A",
        (1, 0): "NYA",
        (2, 0): "YYY",
        (0, 1): "NY?",
        (1, 1): "N-A",
        (2, 1): "NYA",
    }

    cells = of_class(opened(visit, met_committee(make, marks=marks)), "cell")

    assert [words(cell) for cell in cells] == [
        "✓ Met 2–1 ≠2 yes, 1 no, strongly split",
        "✕ Not met 0–30 yes, 3 no",
        "✓ Met 2–0–1?2 yes, 0 no, 1 can’t tell",
        "✓ Met 2–02 yes, 0 no, 1 unscored",
        "– N/ANot applicable 1–0–2∅1 yes, 0 no, 2 not applicable",
        "– N/ANot applicable 0–0–1?–2∅1 can’t tell, 2 not applicable",
    ]


def test_full_words_and_squares_are_there_on_request(make: Factory, visit: Visit):
    page = opened(visit, met_committee(make), "?dense=0")

    assert words(of_class(page, "cell")[0]).startswith("✓ Met 3 yes, 0 no")
    assert of_class(page, "squares")


def test_at_a_glance_there_is_the_table_and_the_way_back(make: Factory, visit: Visit):
    page = opened(visit, met_committee(make), "?view=glance&show=split")

    assert page.all("header") == []
    assert of_class(page, "filter-box") == []
    links = {words(a): a.get("href") for a in of_class(page, "switch")[0].iter("a")}
    assert links == {"Matrix": "?show=split", "At a glance": "?show=split&view=glance"}
    assert words(page.all("tfoot")[0]).startswith("Score, must-haves100 % ✓ met")
    rows = [words(node) for node in page.all("th") if node.get("scope") == "row"]
    assert rows == [
        "Accessible ◆ must-have", "Works with our system", "Teacher provided", "Score, must-haves",
    ]  # fmt: skip


def test_at_a_glance_no_section_is_folded(make: Factory, visit: Visit):
    page = opened(visit, met_committee(make), "?fold=all&view=glance")

    assert of_class(page, "folded") == []
    assert len(of_class(page, "cell")) == 6


def test_a_heading_sorts_by_what_a_vendor_lacks_and_back(make: Factory, visit: Visit):
    made = met_committee(make)
    vendor = made.vendors[1]

    page = opened(visit, made, f"?by={vendor.id}")

    heads = page.all("thead")[0].findall(".//th")
    assert [head.get("aria-sort") for head in heads] == [None, None, "descending"]
    assert [head.find("a").get("href") for head in heads] == ["?", f"?by={made.vendors[0].id}", "?"]
    assert titles(page) == ["Teacher provided", "Accessible", "Works with our system"]
    assert words(of_class(page, "section")[0]) == f"Sorted by {vendor.company}: open, not met, met"


def test_the_heading_of_criteria_sorts_by_name_and_back(make: Factory, visit: Visit):
    made = met_committee(make)

    plain, named = opened(visit, made), opened(visit, made, "?sort=name")

    first = [page.all("thead")[0].find(".//th") for page in (plain, named)]
    assert [head.get("aria-sort") for head in first] == [None, "ascending"]
    assert [head.find("a").get("href") for head in first] == ["?sort=name", "?"]
    assert titles(named) == ["Accessible", "Teacher provided", "Works with our system"]


def expert_scene(make: Factory) -> Made:
    """The one who speaks for special education says NO, two teachers say YES; somebody is away."""
    made = make.evaluation(phase=Phase.SCORING, reviewers=4)
    for person in made.reviewers:
        member = db.session.query(Member).filter_by(user_id=person.user_id).one()
        first = person == made.reviewers[0]
        member.stakeholder = Stakeholder.SPECIAL_EDUCATION if first else Stakeholder.TEACHER
    db.session.commit()
    for reviewer, answer in enumerate((Answer.NO, Answer.YES, Answer.YES)):
        for vendor in (0, 1):
            make.mark(made, reviewer, vendor, "ada", answer, f"Note {reviewer}.")
    make.conflict(made, 3, 0, "I worked there.")
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    return made


def test_the_expert_in_the_minority_is_flagged_in_words(make: Factory, visit: Visit):
    page = opened(visit, expert_scene(make), "?show=expert")

    said = "the reviewer for this field disagrees, strongly split"
    assert titles(page) == ["Accessible"]
    assert [words(cell) for cell in of_class(page, "cell")] == [
        f"✓ Met 2–1 ⚑≠2 yes, 1 no, 1 recused, {said}",
        f"✓ Met 2–1 ⚑≠2 yes, 1 no, 1 unscored, {said}",
    ]


def panel(page: Page) -> Element:
    return page.with_id("panel")


def test_the_panel_shows_a_cell_with_marks_notes_and_history(make: Factory, visit: Visit):
    made = expert_scene(make)
    vendor, criterion = made.vendors[0], made.criterion("ada")
    in_meeting.record_finding(
        made.chair, made.slug, vendor.id, criterion.id,
        decisions.FindingText(Outcome.NOT_MET, "No captions."), seen_version=0,
    )  # fmt: skip

    page = opened(visit, made, f"?must=1&cell={vendor.id}-{criterion.id}")

    said = words(panel(page))
    assert panel(page).get("hidden") is None
    for text in (
        f"{vendor.company}: Accessible", "Note 0.", "Note 2.", "Special education",
        "The reviewer for this field disagrees: ", "Recused: ", "No captions.",
        "History",
    ):  # fmt: skip
        assert text in said
    links = [a for cell in page.all("td") for a in cell.iter("a")]
    here = [a for a in links if a.get("aria-current") == "true"]
    assert [a.get("href") for a in here] == [f"?must=1&cell={vendor.id}-{criterion.id}#panel"]
    assert next(a for a in panel(page).iter("a") if words(a) == "Close").get("href") == "?must=1"


def test_without_a_cell_the_panel_is_empty_and_hidden(make: Factory, visit: Visit):
    found = panel(opened(visit, met_committee(make)))

    assert (found.get("hidden"), words(found)) == ("", "Details Close")


def test_the_panel_loaded_by_script_is_the_same(make: Factory, visit: Visit):
    made = expert_scene(make)
    at = f"{made.vendors[0].id}-{made.criterion('ada').id}"

    answer = visit(made.chair).get(made.url(f"cells/{at.replace('-', '/')}/aside"))

    whole = visit(made.chair).get(made.url(f"matrix?cell={at}")).text
    assert answer.mimetype == "application/json"
    assert answer.json["html"].strip() in whole


def away(make: Factory, visit: Visit) -> tuple[Made, Visitor]:
    made = expert_scene(make)
    return made, visit(made.reviewers[3])


def test_a_person_with_a_conflict_opens_no_cell_of_that_vendor(make: Factory, visit: Visit):
    made, person = away(make, visit)
    first, second = (vendor.id for vendor in made.vendors)
    criterion = made.criterion("ada").id

    statuses = {
        path: person.get(made.url(path)).status_code
        for vendor in (first, second)
        for path in (f"matrix?cell={vendor}-{criterion}", f"cells/{vendor}/{criterion}/aside")
    }

    assert list(statuses.values()) == [404, 404, 200, 200]


def test_a_person_with_a_conflict_is_not_told_how_an_expert_voted(make: Factory, visit: Visit):
    made, person = away(make, visit)

    page = person.page(made.url("matrix"))

    cells = of_class(page, "cell")
    assert words(cells[0]) == "✓ Met 2–1 ≠2 yes, 1 no, 1 recused, strongly split"
    assert [next(cell.iter("a")).get("href") for cell in cells[:1]] == [None]
    assert "the reviewer for this field disagrees" in words(cells[1])
    assert titles(person.page(made.url("matrix?show=expert"))) == ["Accessible"]
    only = made.url(f"matrix?show=expert&vendor={made.vendors[0].id}")
    assert "No criterion matches." in person.get(only).text
