"""The agreement page and the what-if page: what they say, to whom, and what they leave alone."""

import pytest

from crrubric.domain.vocabulary import Phase, RuleKind
from crrubric.services.setup.rules import RuleSettings
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import Page, parse, words

# Two vendors, three reviewers; criteria: ada (must-have, weight 1), sis (2), teacher (1).
SPLIT = {
    (0, 0): "YYN", (1, 0): "YYN", (2, 0): "YNN",
    (0, 1): "YNY", (1, 1): "YNY", (2, 1): "YNY",
}  # fmt: skip
OFFICIAL = {"kind": "MAJORITY", "over": "2", "under": "3", "quorum": "2", "concentration": "50"}


def committee(make: Factory, **more) -> Made:
    """A meeting in which the first vendor leads: 3 of 4 against 2 of 4 of the weight."""
    rule = RuleSettings(kind=RuleKind.MAJORITY, quorum=2)
    options = {"reviewers": 3, "rule": rule, "marks": SPLIT} | more
    return make.evaluation(phase=Phase.MEETING, **options)


def opened(visit: Visit, made: Made, path: str, **values: str) -> Page:
    answer = visit(made.chair).get(made.url(path), query_string=values)
    return parse(answer.status_code, answer.text)


def sentences(page: Page) -> list[str]:
    box = next(node for node in page.all("ul") if "sentences" in (node.get("class") or ""))
    return [words(item) for item in box.iter() if item.tag == "li"]


def rows(page: Page, caption: str) -> list[list[str]]:
    """The rows of the table whose caption begins so."""
    table = next(
        node
        for node in page.all("table")
        if any(words(c).startswith(caption) for c in node.iter() if c.tag == "caption")
    )
    return [
        [words(cell) for cell in row if cell.tag in {"th", "td"}]
        for row in table.iter()
        if row.tag == "tr"
    ]


def names(made: Made) -> tuple[str, str]:
    first, second = (vendor.company for vendor in made.vendors)
    return first, second


def trial(made: Made, **values: str) -> dict[str, str]:
    """The parameters of a trial: the official ones but for `values` (weight_ada, must_ada, …)."""
    sent = dict(OFFICIAL)
    for row in made.criteria:
        sent[f"c{row.id}-weight"] = values.pop(f"weight_{row.code}", str(row.weight))
        if values.pop(f"must_{row.code}", "y" if row.must_have else ""):
            sent[f"c{row.id}-must_have"] = "y"
    return sent | values


def tried(visit: Visit, made: Made, **values: str) -> list[list[str]]:
    """Vendor, official rank, rank in the trial, scores, must-haves."""
    page = opened(visit, made, "what-if", **trial(made, **values))
    assert page.status == 200
    return rows(page, "Official and trial")[1:]


# What if


def test_the_sentences_say_what_would_change_the_first_place(make, visit):
    made = committee(make)
    first, second = names(made)
    people = sorted(actor.name for actor in made.reviewers)

    page = opened(visit, made, "what-if")

    assert sentences(page)[:3] == [
        f"The first place also stays with {first} under other rules, tried one at a time:"
        " two thirds, scoring by share of YES and must-haves off.",
        f"With unanimity, {first} and {second} would share the first place.",
        f"Without {people[0]}, {first} and {second} would share the first place.",
    ]
    assert (
        f"Changing the weight of “Works with our system” from 2 to 1 would tie {first} with"
        f" {second}; no smaller change of one weight does." in sentences(page)
    )
    assert "Every item that counts is settled." in sentences(page)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kind": "UNANIMITY"}, "{both} would share the first place."),
        ({}, "The order stays as it is; {first} first."),
    ],
)
def test_two_who_would_be_first_are_said_to_share_it(make, visit, values, says):
    made = committee(make)
    first, second = names(made)

    text = words(opened(visit, made, "what-if", **OFFICIAL | values).with_id("main"))

    assert says.format(first=first, both=f"{first} and {second}") in text
    assert "would go to" not in text


def test_two_who_stay_first_are_said_to_share_it(make, visit):
    alike = {(one, vendor): "YYN" for one in range(3) for vendor in range(2)}
    alike |= {(one, 2): "YNN" for one in range(3)}
    made = committee(make, vendors=3, marks=alike)
    first, second = (vendor.company for vendor in made.vendors[:2])

    said = [
        words(opened(visit, made, path, **values).with_id("main"))
        for path, values in (("what-if", OFFICIAL | {"kind": "UNANIMITY"}), ("matrix", {}))
    ]

    tie = f"The order stays as it is; {first} and {second} share the first place."
    assert tie in said[0]
    assert f"{first} and {second} share the first rank." in said[1]


def test_the_official_result_stands_unchanged_beside_a_trial(make, visit):
    made = committee(make)
    first, second = names(made)
    before = opened(visit, made, "scores")

    found = tried(visit, made, weight_sis="1", weight_teacher="3")

    assert [row[:5] for row in found] == [
        [first, "1", "▼ down: 2", "75 %", "40 %"],
        [second, "2", "▲ up: 1", "50 %", "80 %"],
    ]
    after = opened(visit, made, "scores")
    assert words(after.all("main")[0]) == words(before.all("main")[0])


def test_an_invalid_weight_is_refused_once(make, visit):
    made = committee(make)

    page = opened(visit, made, "what-if", **trial(made, weight_sis="abc"))

    assert "Enter a number, like 2 or 2.5." in page.text
    assert "Use a weight from" not in page.text


def test_a_trial_names_its_changes_and_who_would_be_first(make, visit):
    made = committee(make)
    first, second = names(made)
    person = made.reviewers[0].name

    text = opened(
        visit,
        made,
        "what-if",
        **trial(made, weight_sis="0", must_sis="y", must_ada="", without=person, kind="UNANIMITY"),
    ).text

    said = words(parse(200, text).with_id("tried-card"))
    for change in (
        "Rule: Unanimity, quorum 2",
        f"Without {person}",
        "Weight of Works with our system: 2 → 0",
        "Works with our system is a must-have",
        "Accessible is no must-have",
        "No vendor would be ranked.",
    ):
        assert change in said
    assert (first in said, second in said) == (True, True)


def test_without_changes_a_trial_is_the_official_result(make, visit):
    made = committee(make)

    page = opened(visit, made, "what-if", **trial(made))

    assert "Nothing is changed: this is the official result." in page.text
    assert [row[1] == row[2] for row in rows(page, "Official and trial")[1:]] == [True, True]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "SUPERMAJORITY", "over": "1", "under": "3"}, "Set a threshold above one half"),
        ({"kind": "ANARCHY"}, "Choose one of the choices shown."),
        ({"quorum": "0"}, "Enter a number from 1 to 1000."),
        ({"without": "Nobody at all"}, "Choose one of the choices shown."),
        ({"concentration": "7"}, "Enter a number from 20 to 200."),
        ({"weight_sis": "much"}, "Works with our system: Enter a number, like 2 or 2.5."),
        ({"weight_sis": "1e-999999999"}, "Works with our system: Enter a number, like 2"),
        ({"weight_sis": "1e999999999"}, "Works with our system: Enter a number, like 2"),
        ({"weight_sis": "NaN"}, "Works with our system: Enter a number, like 2 or 2.5."),
        ({"weight_sis": "-1"}, "Works with our system: Enter a number from 0 to 1000."),
        ({"weight_sis": ""}, "Works with our system: Enter a weight, 1 by default."),
        (
            {"weight_ada": "0", "weight_sis": "0", "weight_teacher": "0"},
            "Give at least one criterion a weight above 0.",
        ),
    ],
)
def test_an_invalid_trial_is_refused_and_keeps_the_input(make, visit, values, message):
    made = committee(make)

    page = opened(visit, made, "what-if", **trial(made, **values))

    assert page.status == 422
    assert message in words(page.with_id("error-summary"))
    sent = {node.get("name"): node.get("value") for node in page.all("input")}
    typed = {sent_as(made, name): text for name, text in values.items() if name in TYPED}
    assert {name: sent[name] for name in typed} == typed


@pytest.mark.parametrize(
    ("values", "control"),
    [
        ({"weight_sis": "-1"}, "weight_sis"),
        ({"weight_ada": "0", "weight_sis": "0", "weight_teacher": "0"}, "weight_ada"),
        ({"quorum": "0"}, "quorum"),
        ({"concentration": ""}, "concentration"),
    ],
)
def test_what_is_wrong_with_a_trial_stands_beside_its_field(make, visit, values, control):
    made = committee(make)

    page = opened(visit, made, "what-if", **trial(made, **values))

    name = sent_as(made, control)
    field = next(node for node in page.all("input") if node.get("name") == name)
    links = [node.get("href") for node in page.with_id("error-summary").iter("a")]
    assert links == [f"#{field.get('id')}"]
    assert f"{field.get('id')}-error" in (field.get("aria-describedby") or "").split()
    assert words(page.with_id(f"{field.get('id')}-error")).startswith("Error: ")


TYPED = {"over", "under", "quorum", "concentration", "weight_ada", "weight_sis", "weight_teacher"}


def sent_as(made: Made, name: str) -> str:
    """The field's name on the page."""
    code = name.removeprefix("weight_")
    return name if code == name else f"c{made.criterion(code).id}-weight"


def test_an_address_without_weights_means_the_official_ones(make, visit):
    made = committee(make)

    page = opened(visit, made, "what-if", **OFFICIAL | {"kind": "UNANIMITY"})

    assert page.status == 200
    assert "Weight of" not in words(page.with_id("tried-card"))


def test_with_one_vendor_there_is_no_order_to_test(make, visit):
    made = committee(make, vendors=1, marks={(0, 0): "YYY"})

    page = opened(visit, made, "what-if")

    assert sentences(page) == ["There is only one vendor, so there is no order to test."]
    assert page.all("figure") == []


def test_where_nobody_is_ranked_there_is_no_order_to_test(make, visit):
    made = committee(make, marks={})

    page = opened(visit, made, "what-if")

    assert sentences(page) == ["No vendor is ranked, so there is no order to test."]


@pytest.mark.parametrize("path", ["what-if", "what-if?kind=UNANIMITY"])
def test_what_if_is_for_the_chair(make, visit, path):
    made = committee(make)

    for person in (made.reviewers[0], make.actor()):
        assert visit(person).get(made.url(path)).status_code == 404


# Agreement


def test_the_agreement_page_shows_counts_before_coefficients(make, visit):
    made = committee(make)

    page = opened(visit, made, "agreement")

    assert (
        "In 5 of the 6 items with two or more YES or NO marks, all of these marks are the same."
    ) in words(page.all("main")[0])
    table = {row[0]: row[1:3] for row in rows(page, "Only YES and NO are compared.")[1:]}
    assert table == {
        "Percent agreement": ["89 %", "–"],
        "Krippendorff’s alpha": [
            "0.78", "no interval: fewer than ten items have two or more YES or NO marks",
        ],
        "Gwet’s AC1": [
            "0.79", "no interval: fewer than ten items have two or more YES or NO marks",
        ],
    }  # fmt: skip


def test_the_paradox_is_explained_with_their_own_numbers(make, visit):
    yes = dict.fromkeys([(r, v) for r in range(3) for v in range(2)], "YYY")
    made = committee(make, marks=yes | {(0, 0): "YYN"})

    text = words(opened(visit, made, "agreement").all("main")[0])

    assert "Much agreement and a low alpha: both are true" in text
    assert (
        "Reviewers agree 89 % of the time, on average over the items, yet alpha is 0.00. 94 % of"
        " marks are YES."
    ) in text
    assert "would agree 90 % of the time as well" in text


def test_no_paradox_is_explained_where_there_is_none(make, visit):
    assert "Much agreement" not in opened(visit, committee(make), "agreement").text


def test_criteria_are_sorted_by_disagreement_or_by_the_rubric(make, visit):
    made = committee(make)

    by_disagreement = [row[:3] for row in rows(opened(visit, made, "agreement"), "Criteria")[1:]]
    as_in_rubric = rows(opened(visit, made, "agreement", sort="rubric"), "Criteria")[1:]

    assert by_disagreement[0] == ["Works with our system", "33 %", "1 of 2"]
    assert [row[0] for row in as_in_rubric] == [row.title for row in made.criteria]


def test_alpha_is_explained_as_undefined_when_all_marks_agree(make, visit):
    made = committee(make, marks={(r, v): "YYY" for r in range(3) for v in range(2)})

    text = words(opened(visit, made, "agreement").all("main")[0])

    assert "not defined: every mark is YES, so there is nothing to tell apart" in text


def test_an_unknown_sort_is_no_page(make, visit):
    made = committee(make)

    for query in ("sort=loudness", "drawn=straws"):
        assert visit(made.chair).get(made.url(f"agreement?{query}")).status_code == 404


def test_the_comparison_of_reviewers_is_for_the_chair(make, visit):
    made = committee(make)

    chair = opened(visit, made, "agreement")
    reviewer = visit(made.reviewers[0]).get(made.url("agreement"))

    table = rows(chair, "The last two columns: alpha and AC1")[1:]
    assert [row[1:4] for row in table][:1] == [["6 of 6", "4 of 6 (67 %)", "5 of 5 (100 %)"]]
    assert reviewer.status_code == 200
    assert "Comparison of reviewers" not in reviewer.text
    assert "Alpha without this reviewer" not in reviewer.text


def test_of_many_vendors_a_page_shows_twenty_by_rank(make, visit):
    marks = {
        (who, vendor): "YYY" if vendor < 11 else "YNN" for who in (0, 1) for vendor in range(22)
    }
    made = committee(make, reviewers=2, vendors=22, marks=marks)
    companies = [vendor.company for vendor in made.vendors]

    first = opened(visit, made, "what-if", **trial(made))
    links = {words(node): node.get("href") for node in first.all("a")}
    answer = visit(made.chair).get(links["21 to 22"].partition("#")[0])
    second = parse(answer.status_code, answer.text)

    shown, rest = (
        [row[0] for row in rows(page, "Ranks with random weights")[1:]] for page in (first, second)
    )
    assert (len(shown), len(rest)) == (20, 2)
    assert {*shown, *rest} == {*companies}
    assert rows(first, "Ranks with random weights")[0][-1] == "Rank 12 or lower"
    pairs = [row[0].split(" · ") for row in rows(second, "Vendors compared in pairs")[1:]]
    assert [{*pair} for pair in pairs] == [{*rest}]
    assert "Nothing is changed: this is the official result." in second.text  # the trial stays


@pytest.mark.parametrize("place", ["2", "20", "41", "-1", "x", "21"])
def test_a_place_to_which_nothing_leads_is_not_found(make, visit, place):
    made = committee(make)

    answer = visit(made.chair).get(made.url("what-if"), query_string={"from": place})

    assert answer.status_code == 404
