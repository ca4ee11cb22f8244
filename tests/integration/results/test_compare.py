"""Vendors side by side: words, cost, evidence, questions, dissent, and an address to share."""

import pytest
from sqlalchemy import update

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Answer, EvidenceKind, Outcome, Phase, PriceUnit
from crrubric.extensions import db
from crrubric.models import Mark, Vendor
from crrubric.services.ballots.attachments import attach_mark_file
from crrubric.services.meeting import decisions
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.results.test_matrix import expert_scene, met_committee, of_class
from tests.pages import Page, words
from tests.uploads import pdf


def opened(visit: Visit, made: Made, query: str = "") -> Page:
    return visit(made.chair).page(made.url(f"compare{query}"))


def row(page: Page, name: str) -> list[str]:
    """The cells of the row of this name."""
    found = next(
        node
        for node in page.all("tr")
        if any(words(h) == name for h in node.iter("th")) and list(node.iter("td"))
    )
    return [words(cell) for cell in found.iter("td")]


def portraits(page: Page) -> list[str]:
    return [words(node) for node in of_class(page, "portraits")[0].iter("section")]


def test_strengths_and_gaps_are_said_in_sentences(make: Factory, visit: Visit):
    made = met_committee(make)

    first, second = portraits(opened(visit, made))

    assert "Strengths Meets every must-have.Reaches the pass mark of 85 %." in first
    assert "Of the vendors compared here, only this one meets: Accessible." in first
    assert "None among these criteria." in first
    assert "Nothing here distinguishes it from the others." in second
    assert "Must-haves not met: Accessible.Below the pass mark of 85 %." in second
    assert "It could still reach the pass mark" not in second
    assert "One item is unresolved." in second


def test_cost_is_shown_for_the_term_per_year_and_per_learner(make: Factory, visit: Visit):
    made = met_committee(make)
    made.evaluation.prices_opened_at = now_utc()
    first = made.vendors[0].id
    price = {"unit_price_cents": 3850, "quantity": 420, "price_unit": PriceUnit.LEARNER}
    db.session.execute(update(Vendor).where(Vendor.id == first).values(term_months=36, **price))
    db.session.commit()

    page = opened(visit, made)

    assert row(page, "Cost over the term")[0].startswith("$48,510")
    assert row(page, "One learner for a year")[0].startswith("$38.50")
    assert row(page, "One learner for a year")[1] == "–"
    assert "420 × $38.50 per learner × 3 years = $48,510" in row(page, "Cost over the term")[0]


def test_a_finding_is_backed_by_evidence_on_a_mark_that_agrees(make: Factory, visit: Visit):
    made = met_committee(make)
    for answer in (Answer.YES, Answer.NO):
        mark = db.session.query(Mark).filter_by(answer=answer).order_by(Mark.id).first()
        assert mark is not None
        mark.evidence_kind, mark.evidence_place = EvidenceKind.DEMO, "4:12"
    db.session.commit()

    page = opened(visit, made)

    # the YES on a cell found MET counts, the NO on one found MET doesn't
    assert row(page, "Findings backed by evidence") == ["1 of 2", "0 of 2"]


def test_a_file_counts_as_evidence(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y", (1, 0): "Y"})
    cell = made.vendors[0].id, made.criterion("ada").id
    attach_mark_file(made.reviewers[0], made.slug, *cell, name="a.pdf", data=pdf())
    make.forward(made, Phase.MEETING, {})

    assert row(opened(visit, made), "Findings backed by evidence") == ["1 of 1", "0 of 0"]


def test_a_reviewer_who_disagrees_in_their_own_field_is_named_with_the_cell(make, visit):
    made = expert_scene(make)
    vendor, criterion = made.vendors[0].id, made.criterion("ada").id

    page = opened(visit, made)

    assert f"Accessible ({made.reviewers[0].name})" in portraits(page)[0]
    assert made.url(f"cells/{vendor}/{criterion}") in [a.get("href") for a in page.all("a")]


def test_a_person_with_a_conflict_reads_no_detail_of_that_vendor(make: Factory, visit: Visit):
    made = expert_scene(make)

    page = visit(made.reviewers[3]).page(made.url("compare"))

    first, second = portraits(page)
    assert (made.reviewers[0].name in first, made.reviewers[0].name in second) == (False, True)
    away = "Not shown: you have a conflict of interest."
    assert row(page, "Findings backed by evidence") == [away, "0 of 1"]
    assert row(page, "Questions without an answer") == [away, "none"]
    cell = f"cells/{made.vendors[0].id}/{made.criterion('ada').id}"
    assert made.url(cell) not in [a.get("href") for a in page.all("a")]


def test_the_shared_link_keeps_the_choice_and_grants_no_access(make: Factory, visit: Visit):
    made = met_committee(make, vendors=3)
    first, _second, third = (vendor.id for vendor in made.vendors)
    stranger = make.actor()

    page = opened(visit, made, f"?vendor={third}&vendor={first}&only=differences")

    share = page.with_id("share").get("value") or ""
    path = made.url(f"compare?vendor={first}&vendor={third}&only=differences")
    assert share == f"http://localhost{path}"
    assert visit(made.reviewers[0]).get(path).status_code == 200
    assert visit(stranger).get(path).status_code == 404
    assert visit().get(path).location.startswith("/sign-in")


@pytest.mark.parametrize(("settled", "said"), [(True, 1), (False, 0)])
def test_the_first_place_is_called_stable_only_if_nothing_changes_it(
    make: Factory, visit: Visit, settled: bool, said: int
):
    marks = {(r, v): "YYY" if v == 0 else "YNY" for r in range(3) for v in range(2)}
    made = met_committee(make, marks=marks)
    if not settled:
        decide = decisions.FindingText(Outcome.NOT_MET, "Seen by all.")
        place = (made.chair, made.slug, made.vendors[0].id, made.criterion("sis").id)
        in_meeting.record_finding(*place, decide, seen_version=0)

    page = opened(visit, made)

    found = [words(node) for node in of_class(page, "lede")]
    assert [text.startswith("The first place stays with") for text in found] == [True] * said
