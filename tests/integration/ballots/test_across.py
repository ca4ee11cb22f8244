"""One criterion across a reviewer's own ballots."""

from crrubric.domain.vocabulary import Answer, DeclarationKind, Phase
from crrubric.services.ballots.declarations import declare_interest
from tests.factories import Factory, Made, stored_marks
from tests.integration.conftest import Visit, error_of
from tests.pages import parse, words


def scoring(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SCORING, reviewers=2, vendors=3)


def url_of(made: Made, code: str = "ada") -> str:
    return made.url(f"ballots/criteria/{made.criterion(code).id}")


def test_one_criterion_stands_once_for_each_of_my_open_ballots(make: Factory, visit: Visit):
    made = scoring(make)

    page = visit(made.reviewers[0]).page(url_of(made))

    shown = {words(node) for node in page.all("legend")}
    assert shown == {vendor.company for vendor in made.vendors}


def test_a_mark_given_there_is_stored_and_leads_back_there(make: Factory, visit: Visit):
    made = scoring(make)
    criterion, vendor = made.criterion("ada"), made.vendors[1]
    reviewer = visit(made.reviewers[0])

    answer = reviewer.post(
        made.url(f"ballots/{vendor.id}/marks/{criterion.id}"),
        {"answer": "NO", "version": "0", "back": "criterion"},
    )

    assert answer.status_code == 303
    assert answer.location == f"{url_of(made)}#vendor-{vendor.id}"
    assert stored_marks() == [(Answer.NO, "")]
    said = [words(node) for node in reviewer.page(url_of(made)).all("p")]
    assert len([text for text in said if text.startswith("Saved ")]) == 1


def test_who_observes_or_was_never_there_finds_nothing(make: Factory, visit: Visit):
    made = scoring(make)
    stranger = make.actor()

    assert visit(stranger).get(url_of(made)).status_code == 404
    assert visit(made.chair).get(url_of(made)).status_code == 404
    assert visit(made.reviewers[0]).get(made.url("ballots/criteria/999")).status_code == 404


def test_what_can_not_be_saved_stays_there_beside_its_field(make: Factory, visit: Visit):
    made = scoring(make)
    criterion, vendor = made.criterion("ada"), made.vendors[1]

    answer = visit(made.reviewers[0]).post(
        made.url(f"ballots/{vendor.id}/marks/{criterion.id}"),
        {"note": "typed with care", "version": "0", "back": "criterion"},
    )

    page = parse(answer.status_code, answer.text)
    assert (page.status, page.heading.split()[0]) == (422, "Accessible")
    assert error_of(page, f"vendor-{vendor.id}-answer") == "Error: Choose an answer"
    assert words(page.with_id(f"vendor-{vendor.id}-note")) == "typed with care"
    assert page.with_id("error-summary").find(".//a").get("href") == f"#vendor-{vendor.id}-answer"


def test_of_a_vendor_that_is_not_there_the_ballot_answers(make: Factory, visit: Visit):
    made = scoring(make)
    criterion, vendor = made.criterion("ada"), made.vendors[1]
    reviewer = made.reviewers[0]
    declare_interest(
        reviewer, made.slug, vendor.id, kind=DeclarationKind.CONFLICT, words="My sister."
    )

    answer = visit(reviewer).post(
        made.url(f"ballots/{vendor.id}/marks/{criterion.id}"),
        {"note": "typed with care", "version": "0", "back": "criterion"},
    )

    page = parse(answer.status_code, answer.text)
    assert (page.status, page.heading) == (422, vendor.company)
