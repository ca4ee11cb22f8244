"""Everything that is wrong with a form is told at once, each beside its field; labels are true."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import Answer, Outcome, Phase, RuleKind
from crrubric.services.ballots.ballots import MarkText, clean_mark
from crrubric.services.meeting.decisions import (
    DecisionText,
    FindingText,
    clean_decision,
    clean_finding,
)
from crrubric.services.meeting.meetings import MotionText, clean_motion
from crrubric.services.meeting.positions import CommitmentText, clean_commitment
from crrubric.services.setup.evaluations import set_retention
from crrubric.services.setup.rubrics import CriterionText, clean_criterion
from crrubric.services.setup.rules import RuleSettings, check_rule
from crrubric.services.setup.vendors import VendorFacts, clean_vendor
from tests.factories import Factory
from tests.integration.conftest import Visit, error_of
from tests.pages import Page, parse, words


def label_of(page: Page, name: str) -> str:
    return next(words(node) for node in page.all("label") if node.get("for") == name)


def test_a_vendor_with_five_errors_is_told_all_five(make: Factory, visit: Visit):
    made = make.evaluation()
    form = {
        "company": "",
        "contact_email": "nobody",
        "links": "ftp://acme.example",
        "unit_price": "1,5",
        "term_months": "x",
    }

    answer = visit(made.chair).post(made.url("vendors/new"), form)

    page = parse(answer.status_code, answer.text)
    assert answer.status_code == 422
    assert all(error_of(page, field) for field in form)
    assert "Enter an e-mail address like name@school.example." in error_of(page, "contact_email")
    assert "Line 1 is not a web address" in error_of(page, "links")


def test_facts_of_an_evaluation_are_refused_together(make: Factory, visit: Visit):
    made = make.evaluation()
    make.evaluation(title="Taken")
    form = {"title": "taken", "closes_on": "2020-01-01", "ends_on": "2020-01-02"}

    answer = visit(made.chair).edit(made.url("facts"), {**form, "language": "en"})

    page = parse(answer.status_code, answer.text)
    assert answer.status_code == 422
    assert all(error_of(page, field) for field in form)


def test_a_time_without_its_day_hides_no_other_error(make: Factory, visit: Visit):
    made = make.evaluation()
    form = {"title": "", "ends_time": "17:00", "closes_on": "1066-10-14", "language": "en"}

    answer = visit(made.chair).edit(made.url("facts"), form)

    page = parse(answer.status_code, answer.text)
    assert answer.status_code == 422
    assert "Enter the day as well" in error_of(page, "ends_on")
    assert error_of(page, "title")
    assert error_of(page, "closes_on")


def test_an_invitation_tells_a_bad_address_and_a_missing_name_together(make: Factory, visit: Visit):
    made = make.evaluation()
    form = {"name": "", "email": "nobody", "roles": "reviewer", "stakeholder": "teacher"}

    answer = visit(made.chair).post(made.url("committee/"), form)

    page = parse(answer.status_code, answer.text)
    assert (bool(error_of(page, "name")), bool(error_of(page, "email"))) == (True, True)


def test_a_recommendation_is_refused_for_all_that_stands_against_it(make: Factory, visit: Visit):
    made = make.evaluation(
        phase=Phase.MEETING,
        rule=RuleSettings(prices_sealed=True),
        marks={(0, 0): "NNN", (1, 0): "NNN"},
    )
    form = {
        "vendor": str(made.vendors[0].id),
        "reason": "It fits.",
        "cost_ceiling": "$10",
        "ranking": "COMPUTED",
    }

    answer = visit(made.chair).edit(made.url("decision/"), form)

    page = parse(answer.status_code, answer.text)
    assert answer.status_code == 422
    assert error_of(page, "vendor")
    assert error_of(page, "cost_ceiling")


@pytest.mark.parametrize(
    ("path", "name"),
    [("retention", "until"), ("retention", "reason")],
)
def test_what_is_needed_is_not_called_optional(make: Factory, visit: Visit, path: str, name: str):
    made = make.evaluation(phase=Phase.DECIDED)
    set_retention(made.chair, made.slug, until=date(2034, 6, 30), hold="A protest")

    page = visit(made.chair).page(made.url(path))

    assert "(optional)" not in label_of(page, name)
    assert "(optional)" in label_of(page, "hold")


def test_a_position_in_ones_own_words_is_not_called_optional(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.DECIDED)
    from crrubric.services.setup.phases import change_phase

    change_phase(made.chair, made.slug, Phase.MEETING, reason="Positions first.")

    page = visit(made.reviewers[0]).page(made.url("decision/"))

    assert "(optional)" not in label_of(page, "position-words")


LONG, BELL, BEFORE = "x" * 20_000, "\x07", date(1066, 10, 14)
# what is wrong in every field -> the fields that must be named
WRONG: dict[str, tuple[Callable[[], object], set[str]]] = {
    "mark": (
        lambda: clean_mark(
            MarkText(
                answer=Answer.YES,
                note=BELL,
                evidence_place=BELL,
                evidence_on=BEFORE,
                evidence_until=BEFORE,
            )
        ),
        {"note", "evidence_place", "evidence_on", "evidence_until"},
    ),
    "motion": (
        lambda: clean_motion(
            MotionText(words="", in_favor=-1, opposed=-1, abstaining=-1, moved_by=BELL)
        ),
        {"words", "in_favor", "opposed", "abstaining", "moved_by"},
    ),
    "commitment": (
        lambda: clean_commitment(CommitmentText("", "", None)),
        {"words", "owner", "due_on"},
    ),
    "finding": (
        lambda: clean_finding(FindingText(Outcome.UNRESOLVED, LONG, BELL, BELL)),
        {"value", "reason", "evidence", "agreed"},
    ),
    "decision": (
        lambda: clean_decision(DecisionText(vendor_id=None, reason="", conditions=BELL, term=BELL)),
        {"reason", "conditions", "term"},
    ),
    "criterion": (
        lambda: clean_criterion(
            CriterionText(title="", question=BELL, weight=Decimal(-1), evidence_months=0)
        ),
        {"title", "question", "weight", "evidence_months"},
    ),
    "vendor": (
        lambda: clean_vendor(
            VendorFacts(company="", product=BELL, contact_email="x", links="x", quantity=-1)
        ),
        {"company", "product", "contact_email", "links", "quantity"},
    ),
    "rule": (
        lambda: check_rule(
            RuleSettings(kind=RuleKind.SUPERMAJORITY, over=0, under=0, quorum=0, pass_mark=101)
        ),
        {"over", "under", "quorum", "pass_mark"},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_service_tells_everything_that_is_wrong_at_once(name: str):
    clean, fields = WRONG[name]

    with pytest.raises(Invalid) as caught:
        clean()

    assert {error.field for error in (caught.value, *caught.value.more)} == fields
