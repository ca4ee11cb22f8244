"""What a reviewer finds on a ballot and after it: the vendor's links and files, the next ballot."""

import pytest

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import VendorFile
from crrubric.queries.ballots.ballots import list_own_ballots
from crrubric.services.ballots import attachments
from crrubric.services.setup import rules, vendors
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit, Visitor
from tests.pages import Page, words
from tests.uploads import pdf

LINK = "https://acme.example/courses"


def attach(made: Made, name: str, *, tells_prices: bool = False) -> VendorFile:
    return attachments.attach_vendor_file(
        made.chair,
        made.slug,
        made.vendors[0].id,
        name=name,
        data=pdf(name),
        tells_prices=tells_prices,
    )


def links_of(page: Page) -> dict[str, str]:
    """Where the links of a page lead, by their words."""
    return {words(link): link.get("href", "") for link in page.all("a")}


def test_the_links_and_files_of_a_vendor_stand_on_its_ballot(make: Factory, visit: Visit):
    made = make.evaluation()
    facts = vendors.VendorFacts(company="Acme", links=f"{LINK}\n{LINK}/demo")
    vendors.change_vendor(made.chair, made.slug, made.vendors[0].id, facts)
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=True))
    offer, old = attach(made, "Offer.pdf"), attach(made, "Old.pdf")
    attach(made, "Sheet.pdf", tells_prices=True)
    attachments.withdraw_vendor_file(
        made.chair, made.slug, made.vendors[0].id, old.key, reason="Wrong file."
    )
    make.forward(made, Phase.SCORING, {})
    reviewer = visit(made.reviewers[0])

    found = links_of(reviewer.page(made.url(f"ballots/{made.vendors[0].id}")))

    assert found["acme.example, /courses"] == LINK
    assert found["acme.example, /courses/demo"] == f"{LINK}/demo"
    assert [name for name in found if name.endswith(".pdf")] == ["Offer.pdf"]
    assert reviewer.get(found["Offer.pdf"]).status_code == 200
    assert offer.key in found["Offer.pdf"]


@pytest.mark.parametrize("sent", [{}, {"tells_prices": ""}, {"tells_prices": "maybe"}])
def test_a_file_that_tells_prices_stays_closed_where_nothing_is_said(
    make: Factory, visit: Visit, sent: dict[str, str]
):
    made = make.evaluation()
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=True))
    sheet = attach(made, "Sheet.pdf", tells_prices=True)
    address = made.url(f"vendors/{made.vendors[0].id}/files/{sheet.key}")

    answer = visit(made.chair).post(f"{address}/prices", sent)

    assert (answer.status_code, "out of date" in answer.text) == (422, True)
    assert visit(made.reviewers[0]).get(address).status_code == 404


def receipt_links(made: Made, reviewer: Visitor, vendor_id: int) -> list[str]:
    """What the receipt of a ballot offers to do next: where it leads."""
    page = reviewer.page(made.url(f"ballots/{vendor_id}/submit"))
    return [url for text, url in links_of(page).items() if text.startswith("Next ballot:")]


def test_a_receipt_leads_to_the_next_open_ballot_until_all_are_done(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, vendors=4)
    member = ballot_of(made, 0, 0).member
    order = [line.vendor.id for line in list_own_ballots(db.session(), member)]
    places = [[row.id for row in made.vendors].index(vendor) for vendor in order]
    make.conflict(made, 0, places[2], "My sister works there.")
    reviewer = visit(made.reviewers[0])

    make.submit(made, 0, places[1], "No time.")
    after_the_second = receipt_links(made, reviewer, order[1])
    make.submit(made, 0, places[3], "No time.")
    after_the_last = receipt_links(made, reviewer, order[3])
    make.submit(made, 0, places[0], "No time.")

    assert after_the_second == [made.url(f"ballots/{order[3]}")]
    assert after_the_last == [made.url(f"ballots/{order[0]}")]
    assert receipt_links(made, reviewer, order[0]) == []
    receipt = reviewer.page(made.url(f"ballots/{order[0]}/submit"))
    assert "All your ballots are done." in receipt.text
