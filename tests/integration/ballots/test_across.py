"""One criterion across a reviewer's own ballots."""

from sqlalchemy import delete

from crrubric.domain.vocabulary import Answer, DeclarationKind, Phase
from crrubric.extensions import db
from crrubric.models import Declaration
from crrubric.services.ballots.declarations import declare_interest
from tests.factories import Factory, Made, stored_marks
from tests.integration.conftest import Visit, error_of
from tests.pages import parse, words


def scoring(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SCORING, reviewers=2, vendors=3)


def url_of(made: Made, code: str = "ada") -> str:
    return made.url(f"ballots/criteria/{made.criterion(code).id}")


def test_the_page_of_a_criterion_shows_each_of_my_open_ballots_once(make: Factory, visit: Visit):
    made = scoring(make)

    page = visit(made.reviewers[0]).page(url_of(made))

    shown = {words(node) for node in page.all("legend")}
    assert shown == {vendor.company for vendor in made.vendors}


def test_a_mark_given_across_ballots_is_stored_and_returns_to_that_page(
    make: Factory, visit: Visit
):
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


def test_strangers_and_non_reviewers_get_404_across_ballots(make: Factory, visit: Visit):
    made = scoring(make)
    stranger = make.actor()

    assert visit(stranger).get(url_of(made)).status_code == 404
    assert visit(made.chair).get(url_of(made)).status_code == 404
    assert visit(made.reviewers[0]).get(made.url("ballots/criteria/999")).status_code == 404


def test_an_invalid_mark_across_ballots_keeps_its_input_beside_the_error(
    make: Factory, visit: Visit
):
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


def test_a_refused_mark_on_a_recused_vendor_is_answered_on_its_ballot(make: Factory, visit: Visit):
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


def test_who_has_declared_nothing_reads_what_to_do_and_not_that_no_ballot_is_open(
    make: Factory, visit: Visit
):
    made = scoring(make)
    db.session.execute(delete(Declaration))
    db.session.commit()

    said = words(visit(made.reviewers[0]).page(url_of(made)).with_id("main"))

    assert "Before you can mark these vendors" in said
    assert "None of your ballots is open" not in said
