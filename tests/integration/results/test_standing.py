"""What the pages say of who leads and who passes: no more than the results hold."""

import pytest

from crrubric.domain.setup.rubric import parse_rubric
from crrubric.domain.vocabulary import Phase
from crrubric.services.setup.rules import RuleSettings
from tests.factories import SMALL, Factory
from tests.integration.conftest import Visit
from tests.integration.meeting.test_prices import adopt_everything
from tests.pages import Page, words

FREE = SMALL.replace("must_have = true\n", "")  # no must-haves


def lede(page: Page) -> str:
    found = [node for node in page.root.iter() if "lede" in (node.get("class") or "").split()]
    return words(found[0]).removesuffix(" Show what is unresolved")


OPEN = "What is unresolved can still change who is first. One item is unresolved."
NOT_ADOPTED = "The votes settle every item; %s are still to be adopted."


@pytest.mark.parametrize(
    ("rubric", "vendors", "marks", "says"),
    [
        (SMALL, 2, ["YYY", "YNN"], "Vendor 2 leads and meets every must-have. " + NOT_ADOPTED % 6),
        (FREE, 2, ["YYY", "YNN"], "Vendor 2 leads. " + NOT_ADOPTED % 6),
        (SMALL, 2, ["YYY", "Y?N"], "Vendor 2 leads and meets every must-have."
                                   " One item is unresolved."),
        (SMALL, 2, ["YY?", "YYN"], "Vendor 2 leads so far and meets every must-have. " + OPEN),
        (FREE, 2, ["YY?", "YYN"], "Vendor 2 leads so far. " + OPEN),
        (FREE, 2, ["YYY", "YY?"], "Vendor 2 and Vendor 3 share the first rank so far. " + OPEN),
        (SMALL, 2, ["YYN", "?YY"], "Vendor 2 leads so far and meets every must-have. " + OPEN),
        (FREE, 2, ["YYN", "YYN"], "Vendor 2 and Vendor 3 share the first rank. " + NOT_ADOPTED % 6),
        (FREE, 1, ["YYY"], "Vendor 2 is the only vendor. " + NOT_ADOPTED % 3),
        (SMALL, 1, ["YY?"], "Vendor 2 is the only vendor and meets every must-have."
                            " One item is unresolved."),
        (FREE, 2, [], "No vendor is ranked yet: no criterion is settled. 6 items are unresolved."),
        (SMALL, 2, [], "No vendor is ranked yet: no criterion is settled. 6 items are unresolved."),
        (SMALL, 2, ["?YY", "NYY"], "No vendor is ranked yet: must-haves are not settled."
                                   " One item is unresolved."),
        (SMALL, 2, ["NYY", "NYY"], "No vendor is ranked yet: none meets every must-have. "
                                   + NOT_ADOPTED % 6),
    ],
)  # fmt: skip
def test_the_sentence_over_the_matrix_holds(
    make: Factory, visit: Visit, rubric: str, vendors: int, marks: list[str], says: str
):
    given = {(who, place): row for who in range(2) for place, row in enumerate(marks)}
    made = make.evaluation(
        phase=Phase.MEETING, rubric=parse_rubric(rubric), vendors=vendors, marks=given
    )

    pages = [visit(made.chair).page(made.url(path)) for path in ("matrix", "scores")]

    assert [lede(page) for page in pages] == [says, says]


def test_whether_every_item_is_settled_is_said_once_the_committee_has_adopted_it(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.MEETING, vendors=1, marks={(0, 0): "YYY", (1, 0): "YYY"})
    chair = visit(made.chair)

    def read_end() -> str:
        return lede(chair.page(made.url("matrix"))).partition(". ")[2]

    last = made.criteria.pop()
    adopt_everything(made)
    assert read_end() == "The votes settle every item; one is still to be adopted."
    made.criteria[:] = [last]
    adopt_everything(made)
    assert read_end() == "The committee has adopted a finding for every item."


def test_a_score_that_is_not_settled_reads_not_decided_yet_with_what_is_missing(
    make: Factory, visit: Visit
):
    marks = {
        (who, place): row for who in range(2) for place, row in enumerate(["YY?", "YYY", "YNN"])
    }
    made = make.evaluation(phase=Phase.MEETING, vendors=3, marks=marks)

    page = visit(made.chair).page(made.url("scores"))
    compared = visit(made.chair).get(made.url("compare")).text

    said = {words(row.find("th")): words(row.findall("td")[-1]) for row in page.all("tr")[1:4]}
    assert [said[vendor.company] for vendor in made.vendors] == [
        "not decided yet: one criterion is not settled",
        "passed",
        "not passed",
    ]
    assert "Not decided yet whether it reaches the pass mark of 85" in compared


@pytest.mark.parametrize(
    ("marks", "says"),
    [("?YY", "not decided yet: one must-have is pending"), ("Y?Y", "passed")],
)
def test_a_score_that_passes_in_any_case_reads_what_else_is_pending(
    make: Factory, visit: Visit, marks: str, says: str
):
    made = make.evaluation(
        phase=Phase.MEETING,
        marks={(0, 0): marks, (1, 0): marks},
        rule=RuleSettings(pass_mark=20),
    )

    page = visit(made.chair).page(made.url("scores"))

    said = {words(row.find("th")): words(row.findall("td")[-1]) for row in page.all("tr")[1:3]}
    assert said[made.vendors[0].company] == says


def test_without_must_haves_nobody_is_said_to_meet_them(make: Factory, visit: Visit):
    made = make.evaluation(
        phase=Phase.MEETING, rubric=parse_rubric(FREE), marks={(0, 0): "YYY", (1, 0): "YYY"}
    )
    chair = visit(made.chair)

    for path in ("matrix", "scores", "compare", "decision/", "memo/memo.html"):
        text = chair.get(made.url(path)).text
        assert ("there are none" in text, "all met" in text) == (True, False), path


def test_without_must_haves_nothing_is_sorted_by_them(make: Factory, visit: Visit):
    marks = {(0, 0): "YYY", (0, 1): "YYN"}
    plain = make.evaluation(phase=Phase.MEETING, rubric=parse_rubric(FREE), marks=marks)
    other = make.evaluation(phase=Phase.MEETING, title="Other", marks=marks)

    found = [
        "ust-haves first" in visit(made.chair).get(made.url(path)).text
        for made in (plain, other)
        for path in ("matrix", "compare")
    ]

    assert found == [False, False, True, True]
