"""The progress page says why something can't be done, where a link to it could be expected."""

from crrubric.domain.vocabulary import Phase
from tests.factories import Factory
from tests.integration.conftest import Visit
from tests.pages import words


def test_with_nothing_open_there_is_nobody_to_remind(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, vendors=1, reviewers=1)
    chair = visit(made.chair)

    before = words(chair.page(made.url("progress")).root)
    make.submit(made, 0, 0, "Nothing to see there")
    after = words(chair.page(made.url("progress")).root)

    nobody = "Nobody has an open ballot: there is nobody to remind."
    assert "Remind those with open ballots" in before
    assert nobody not in before
    assert "Remind those with open ballots" not in after
    assert nobody in after


def test_what_stands_beside_which_ballot_is_said(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    page = words(visit(made.chair).page(made.url("progress")).root)

    assert "a ballot that its reviewer has begun can’t be entered" in page
    assert "“Reopen” stands beside ballots that are submitted." in page


def test_after_scoring_the_page_says_that_nothing_is_opened_again(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING)

    page = visit(made.chair).page(made.url("progress"))

    assert "Scoring is over: nobody is reminded" in words(page.root)
    assert "The overview leads back to scoring" in [words(node) for node in page.all("a")]
