"""Setting up: rubric, vendors, committee, rule; bad input is refused beside its field."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotFound, NotReady, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Outcome, Phase, Role, RuleKind, Stakeholder, Standing
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, JournalEntry, Member, Section, Vendor
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.services.meeting import decisions
from crrubric.services.setup import committee, evaluations, phases, rubrics, rules, vendors
from crrubric.services.setup.rubric import order as rubric_order
from crrubric.services.setup.rubrics import CriterionText
from crrubric.services.setup.rules import RuleSettings
from tests import in_meeting
from tests.factories import Factory, Made, full_rubric, small_rubric
from tests.integration.conftest import Visit
from tests.pages import filled_form, parse, words


def titles(made: Made, *, with_left_out: bool = False) -> list[str]:
    found = list_rubric_parts(db.session(), made.evaluation.id, with_left_out=with_left_out)
    return [criterion.title for part in found for criterion in part.criteria]


def events(made: Made) -> list[Event]:
    rows = select(JournalEntry.event).where(JournalEntry.evaluation_id == made.evaluation.id)
    return list(db.session.scalars(rows.order_by(JournalEntry.id)))


def place_of(made: Made, code: str) -> tuple[int, int]:
    db.session.rollback()
    found = db.session.get_one(Criterion, made.criterion(code).id, populate_existing=True)
    return found.section_id, found.position


def test_a_new_evaluation_has_the_built_in_rubric_in_its_order(make: Factory):
    made = make.evaluation(rubric=full_rubric(), vendors=0, reviewers=0)

    sections = db.session.scalars(select(Section.title).order_by(Section.position)).all()
    assert len(titles(made)) == 21
    assert titles(made)[:2] == ["Complete and available today", "Diagnoses and adapts"]
    assert sections == [section.title for section in full_rubric().sections]


def test_only_organizers_and_administrators_make_evaluations(make: Factory, visit: Visit):
    member = make.actor()

    with pytest.raises(NotFound):
        evaluations.create_evaluation(member, title="Mine", rubric=small_rubric())
    assert visit(member).get("/evaluations/new").status_code == 404


def test_the_person_who_creates_an_evaluation_becomes_its_chair(make: Factory, visit: Visit):
    organizer = make.actor(standing=Standing.ORGANIZER)
    person = visit(organizer)

    answer = person.post("/evaluations/new", {"title": "Credit Recovery: 2027", "purpose": "Why"})

    assert answer.location == "/evaluations/credit-recovery-2027/"
    page = person.page(answer.location)
    assert "Before scoring can begin" in words(page.root)
    (plan,) = [a for a in page.all("a") if words(a) == "Open the planning workbook"]
    assert plan.get("href") == f"{answer.location}plan/"


def test_the_checklist_calls_nothing_to_do_without_which_scoring_can_begin(
    make: Factory, visit: Visit
):
    empty, ready = make.evaluation(vendors=0, reviewers=0, title="Empty"), make.evaluation()

    def read_tags(made: Made) -> list[str]:
        page = visit(made.chair).page(made.url())
        (steps,) = [node for node in page.all("ol") if node.get("class") == "checklist"]
        return [words(node) for node in steps.iter("span") if node.get("class") == "tag"]

    assert read_tags(empty) == ["done", "to do", "to do", "done", "optional", "optional"]
    assert read_tags(ready) == ["done", "done", "done", "done", "optional", "optional"]


@pytest.mark.parametrize(("code", "way"), [("ada", "down"), ("teacher", "down"), ("sis", "up")])
def test_a_move_that_is_sent_twice_is_done_once(make: Factory, visit: Visit, code: str, way: str):
    made = make.evaluation()
    rubrics.add_section(made.chair, made.slug, title="Later")
    chair, url = visit(made.chair), made.url("rubric/")
    address = f"{url}criteria/{made.criterion(code).id}/{way}"
    sent = filled_form(chair.page(url), address)

    assert chair.post(address, sent).status_code == 303
    once = place_of(made, code)
    assert chair.post(address, sent).status_code == 303

    assert place_of(made, code) == once
    assert events(made).count(Event.CRITERION_MOVED) == 1


def test_a_criterion_that_was_moved_elsewhere_meanwhile_is_not_moved_on(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    chair, url = visit(made.chair), made.url("rubric/")
    address = f"{url}criteria/{made.criterion('ada').id}/down"
    sent = filled_form(chair.page(url), address)
    for _step in range(2):
        rubric_order.move_criterion(made.chair, made.slug, made.criterion("ada").id, by=1)
    before = titles(made)

    late = chair.post(address, sent)

    assert (late.status_code, "stands elsewhere by now" in late.text) == (409, True)
    assert titles(made) == before


@pytest.mark.parametrize(
    ("form", "field", "says"),
    [
        ({"title": "  "}, "title", "Enter a title"),
        ({"title": "x" * 201}, "title", "Shorten this to 200 characters; it has 201."),
        ({"title": "Credit recovery"}, "title", "open it, or choose another title"),
        ({"title": "T", "purpose": "bell\x07"}, "purpose", "control character at position 5"),
    ],
)
def test_a_bad_title_is_refused_beside_its_field(
    make: Factory, visit: Visit, form: dict, field: str, says: str
):
    made = make.evaluation()

    answer = visit(made.chair).post("/evaluations/new", {"purpose": "kept words", **form})

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert says in words(page.with_id(f"{field}-error"))
    assert "purpose" in form or words(page.with_id("purpose")) == "kept words"


def test_a_criterion_is_added_reworded_and_left_out(make: Factory):
    made = make.evaluation()
    section = made.criteria[0].section_id

    added = rubrics.add_criterion(
        made.chair, made.slug, section, CriterionText(title="Works offline")
    )
    rubrics.change_criterion(
        made.chair,
        made.slug,
        added.id,
        CriterionText(title="Works without a network", weight=Decimal("2.5"), must_have=True),
    )
    rubrics.change_criterion(
        made.chair, made.slug, made.criterion("sis").id, CriterionText(title="SIS", left_out=True)
    )

    stored = db.session.get_one(Criterion, added.id)
    assert (stored.title, stored.weight, stored.must_have) == (
        "Works without a network",
        Decimal("2.5"),
        True,
    )
    assert titles(made) == ["Accessible", "Teacher provided", "Works without a network"]
    assert "SIS" in titles(made, with_left_out=True)
    assert events(made)[-4:] == [
        Event.CRITERION_ADDED,
        Event.CRITERION_CHANGED,
        Event.CRITERION_CHANGED,
        Event.CRITERION_TRANSLATED,  # what the made-up vendor shows there: no longer said
    ]


def test_a_criterion_that_stands_first_is_not_told_to_have_moved_up(make: Factory):
    made = make.evaluation()
    before = events(made)

    rubric_order.move_criterion(made.chair, made.slug, made.criteria[0].id, by=-1)
    rubric_order.move_criterion(made.chair, made.slug, made.criteria[-1].id, by=1)

    assert events(made) == before


def test_criteria_move_within_and_over_the_edge_of_their_section(make: Factory):
    made = make.evaluation()
    later = rubrics.add_section(made.chair, made.slug, title="Later")
    first, last = made.criterion("ada").id, made.criterion("teacher").id

    rubric_order.move_criterion(made.chair, made.slug, first, by=1)
    assert titles(made) == ["Works with our system", "Accessible", "Teacher provided"]

    rubric_order.move_criterion(made.chair, made.slug, last, by=1)
    assert db.session.get_one(Criterion, last).section_id == later.id

    rubric_order.move_criterion(made.chair, made.slug, last, by=1)
    rubric_order.move_criterion(made.chair, made.slug, last, by=-1)
    assert titles(made) == ["Works with our system", "Accessible", "Teacher provided"]


@pytest.mark.parametrize(
    ("form", "field", "says"),
    [
        ({"title": ""}, "title", "Enter a title for the criterion."),
        ({"weight": "-1"}, "weight", "Enter a number from 0 to 1000."),
        ({"weight": "heavy"}, "weight", "Enter a number, like 2 or 2.5."),
        ({"weight": "1.2345"}, "weight", "at most 3 decimal places"),
        ({"weight": "1e99999"}, "weight", "Enter a number, like 2 or 2.5."),
        ({"look_for": "x" * 1_000_000}, "look_for", "Shorten this to 5000 characters"),
        ({"question": "a\x00b"}, "question", "Remove the control character at position 2"),
        ({"lead": "wizard"}, "lead", "Choose one of the choices shown."),
    ],
)
def test_a_bad_criterion_is_refused_beside_its_field_and_kept(
    make: Factory, visit: Visit, form: dict, field: str, says: str
):
    made = make.evaluation()
    whole = {"title": "Accessible", "question": "Can everybody?", "weight": "1", "look_for": "kept"}

    answer = visit(made.chair).edit(
        made.url(f"rubric/criteria/{made.criterion('ada').id}"), {**whole, **form}
    )

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert says in words(page.with_id(f"{field}-error"))
    assert "look_for" in form or words(page.with_id("look_for")) == "kept"
    assert titles(made)[0] == "Accessible"


def test_formula_like_text_is_kept_as_typed(make: Factory, visit: Visit):
    made = make.evaluation()
    form = {"company": "=cmd|'/c calc'!A1", "product": "<script>alert(1)</script>"}

    chair = visit(made.chair)
    answer = chair.post(made.url("vendors/new"), form)

    assert answer.status_code == 303
    assert "=cmd|&#39;/c calc&#39;!A1" in chair.get(made.url("vendors/")).text
    assert "<script>alert" not in chair.get(made.url("vendors/")).text


def test_a_vendor_with_its_price_basis(make: Factory, visit: Visit):
    made = make.evaluation(vendors=0)
    form = {
        "company": "Brightwater",
        "price_unit": "SEAT",
        "unit_price": "$1,234.50",
        "quantity": "1,000",
        "term_months": "36",
        "links": "https://brightwater.example/a\n\nhttps://brightwater.example/b",
    }

    chair = visit(made.chair)
    assert chair.post(made.url("vendors/new"), form).status_code == 303

    vendor = db.session.scalars(select(Vendor)).one()
    assert (vendor.unit_price_cents, vendor.quantity, vendor.code) == (123_450, 1000, "brightwater")
    assert "$3,703,500" in chair.get(made.url("vendors/")).text


def test_what_a_price_lacks_is_said_where_it_is_typed_and_as_soon_as_it_is_saved(
    make: Factory, visit: Visit
):
    made = make.evaluation(vendors=0)
    chair = visit(made.chair)
    missing = "The cost over the term can’t be computed. Missing:"

    shown = parse(200, chair.get(made.url("vendors/new")).text)
    chair.post(made.url("vendors/new"), {"company": "Brightwater", "unit_price": "40"})
    added = parse(200, chair.get(made.url("vendors/")).text)
    vendor = db.session.scalars(select(Vendor)).one()
    whole = {"company": "Brightwater", "unit_price": "40", "price_unit": "DISTRICT"}
    edit = made.url(f"vendors/{vendor.id}")
    chair.edit(edit, {**whole, "term_months": ""})
    half = parse(200, chair.get(made.url("vendors/")).text)
    chair.edit(edit, {**whole, "term_months": "36"})
    complete = parse(200, chair.get(made.url("vendors/")).text)

    for field in ("price_unit", "term_months"):
        assert "can’t be computed without it" in words(shown.with_id(f"{field}-hint"))
        label = next(words(x) for x in shown.all("label") if x.get("for") == field)
        assert "(optional)" not in label
    told = [
        next(words(node) for node in page.all("p") if node.get("role") == "status")
        for page in (added, half, complete)
    ]
    assert f"Brightwater is on the list. {missing}" in told[0]
    assert told[1:] == [f"✓ Saved. {missing} the term.", "✓ Saved."]


@pytest.mark.parametrize(
    ("form", "field", "says"),
    [
        ({"company": ""}, "company", "Enter the name of the company."),
        ({"unit_price": "cheap"}, "unit_price", "Enter a number, like 2 or 38.50."),
        ({"unit_price": "-1"}, "unit_price", "Enter a number from 0"),
        ({"unit_price": "1.001"}, "unit_price", "at most 2 decimal places"),
        ({"quantity": "1.5"}, "quantity", "Enter a whole number, like 250 or 1,250."),
        ({"term_months": "0"}, "term_months", "Enter a number from 1 to 240."),
        ({"links": "https://a.example\njavascript:alert(1)"}, "links", "Line 2 is not a web"),
        ({"contact_email": "somebody"}, "contact_email", "Enter an e-mail address like"),
        ({"price_unit": "PLANET"}, "price_unit", "Choose one of the choices shown."),
    ],
)
def test_a_bad_vendor_is_refused_beside_its_field_and_kept(
    make: Factory, visit: Visit, form: dict, field: str, says: str
):
    made = make.evaluation(vendors=0)

    answer = visit(made.chair).post(
        made.url("vendors/new"), {"company": "Acme", "price_note": "kept", **form}
    )

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert says in words(page.with_id(f"{field}-error"))
    assert page.with_id("price_note").get("value") == "kept"
    assert db.session.scalars(select(Vendor)).all() == []


def test_the_same_vendor_is_not_added_twice(make: Factory):
    made = make.evaluation(vendors=0)
    facts = vendors.VendorFacts(company="Acme", product="Courses")
    vendors.add_vendor(made.chair, made.slug, facts)

    with pytest.raises(Invalid) as refused:
        vendors.add_vendor(made.chair, made.slug, facts)

    assert refused.value.field == "company"


def test_vendors_are_changed_and_removed_before_ballots_open(make: Factory):
    made = make.evaluation()
    one, two = made.vendors

    vendors.change_vendor(made.chair, made.slug, one.id, vendors.VendorFacts(company="Renamed"))
    vendors.remove_vendor(made.chair, made.slug, two.id)

    assert db.session.scalars(select(Vendor.company)).all() == ["Renamed"]
    assert events(made)[-2:] == [Event.VENDOR_CHANGED, Event.VENDOR_REMOVED]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (RuleSettings(kind=RuleKind.SUPERMAJORITY, over=1, under=2), "over"),
        (RuleSettings(kind=RuleKind.SUPERMAJORITY, over=4, under=3), "over"),
        (RuleSettings(kind=RuleKind.SUPERMAJORITY, over=2, under=0), "under"),
        (RuleSettings(kind=RuleKind.SUPERMAJORITY, over=2**31, under=2**31), "over"),
        (RuleSettings(quorum=0), "quorum"),
        (RuleSettings(pass_mark=101), "pass_mark"),
    ],
)
def test_an_unknown_rule_is_refused(make: Factory, settings: RuleSettings, field: str):
    made = make.evaluation()

    with pytest.raises(Invalid) as refused:
        rules.set_rule(made.chair, made.slug, settings)

    assert refused.value.field == field
    assert made.evaluation.rule_set_at is None


def test_a_threshold_of_one_half_is_explained_beside_its_field(make: Factory, visit: Visit):
    made = make.evaluation()
    form = {"kind": "SUPERMAJORITY", "over": "1", "under": "2", "pass_mark": "85"}

    answer = visit(made.chair).edit(made.url("rule"), {**form, "mode": "OUTCOME"})

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert "above one half" in words(page.with_id("over-error"))


def test_opening_scoring_says_everything_that_is_missing(make: Factory, visit: Visit):
    made = make.evaluation(vendors=0, reviewers=0)
    for criterion in made.criteria:
        text = CriterionText(title=criterion.title, left_out=True)
        rubrics.change_criterion(made.chair, made.slug, criterion.id, text)

    with pytest.raises(NotReady) as refused:
        phases.change_phase(made.chair, made.slug, Phase.SCORING)

    missing = [str(problem) for problem in refused.value.problems]
    assert missing == [
        "The rubric has no criterion: add at least one.",
        "Every criterion weighs 0: give at least one a weight above 0.",
        "There is no vendor: add at least one.",
        "There is no reviewer: invite at least one.",
    ]
    page = visit(made.chair).page(made.url())
    assert [text for text in missing if text not in page.text] == []


def test_rubric_and_rule_freeze_when_ballots_open(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)

    assert evaluation.opened_at is not None
    with pytest.raises(WrongPhase):
        rubrics.add_section(made.chair, made.slug, title="Late")
    with pytest.raises(WrongPhase):
        rules.set_rule(made.chair, made.slug, RuleSettings())
    with pytest.raises(WrongPhase):
        vendors.add_vendor(made.chair, made.slug, vendors.VendorFacts(company="Late"))


def test_a_step_back_needs_a_reason_and_no_marks(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)

    with pytest.raises(Invalid) as refused:
        phases.change_phase(made.chair, made.slug, Phase.SETUP)
    assert refused.value.field == "reason"

    make.marks(made, 0, 0, "Y")
    with pytest.raises(NotReady):
        phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="A typo.")


def test_a_reviewer_added_during_scoring_gets_ballots(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    late = make.reviewer(made.chair, made.slug)

    page = visit(late).page(made.url("ballots/"))
    assert [words(node) for node in page.all("h2")] != []


def shut(member: Member) -> None:
    member.user.disabled_at = now_utc()


def wait(member: Member) -> None:
    member.awaits_address = member.user.email_key


def lose_account(member: Member) -> None:
    member.user_id = None


@pytest.mark.parametrize("other", [shut, wait, lose_account])
def test_a_chair_who_can_not_sign_in_is_no_other_chair(
    make: Factory, other: Callable[[Member], None]
):
    made = make.evaluation()
    make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    chair, second = [row for row in made.evaluation.members if row.is_chair]
    other(second)
    db.session.commit()

    with pytest.raises(Invalid, match="only chair who can sign in"):
        committee.remove_member(made.chair, made.slug, chair.id)

    committee.remove_member(made.chair, made.slug, second.id)


def test_the_only_chair_can_not_be_removed(make: Factory):
    made = make.evaluation()
    chair = next(member for member in made.evaluation.members if member.is_chair)

    with pytest.raises(Invalid):
        committee.remove_member(made.chair, made.slug, chair.id)
    with pytest.raises(Invalid):
        committee.change_member(
            made.chair,
            made.slug,
            chair.id,
            roles=frozenset({Role.REVIEWER}),
            stakeholder=Stakeholder.PRINCIPAL,
        )


def test_an_invitation_shows_its_link_once_to_the_chair(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    form = {
        "name": "Nora",
        "email": "nora@school.example",
        "roles": "reviewer",
        "stakeholder": "parent",
    }

    answer = chair.post(made.url("committee/"), form)

    assert answer.status_code == 303
    page = chair.page(answer.location)
    link = page.with_id("link").get("value") or ""
    assert visit().get(link.replace("http://localhost", "")).status_code == 200


@pytest.mark.parametrize("email", ["nobody", "a@b", "a b@c.example", "a@c.example, d@e.example"])
def test_an_invalid_email_address_is_refused(make: Factory, visit: Visit, email: str):
    made = make.evaluation()
    form = {"name": "Nora", "email": email, "roles": "reviewer", "stakeholder": "parent"}

    answer = visit(made.chair).post(made.url("committee/"), form)

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert "Enter an e-mail address like" in words(page.with_id("email-error"))
    assert page.with_id("name").get("value") == "Nora"


def test_the_phase_can_not_return_to_set_up_once_the_committee_has_met(make: Factory):
    made = make.evaluation(phase=Phase.MEETING)
    text = decisions.FindingText(Outcome.MET, "Seen by all.")
    cell = made.vendors[0].id, made.criteria[0].id
    in_meeting.record_finding(made.chair, made.slug, *cell, text, seen_version=0)
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Too early")

    with pytest.raises(NotReady) as refused:  # a vendor with a finding could not be removed
        phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Another vendor")

    assert [str(problem) for problem in refused.value.problems] == [
        "The committee has met already: rubric and rule can no longer be changed."
    ]


def test_a_seat_without_a_role_is_refused_beside_the_field(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=1)
    member = db.session.scalars(select(Member.id).where(Member.is_reviewer)).one()

    answer = visit(made.chair).edit(made.url(f"committee/{member}"), {})

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert words(page.with_id("roles-error")) == "Error: Choose a role."
    assert words(page.with_id("stakeholder-error")) == "Error: Choose whom the person represents."


def test_a_closing_day_in_the_past_is_refused_beside_its_field(make: Factory, visit: Visit):
    made = make.evaluation()
    over = (now_utc() - timedelta(days=2)).date().isoformat()
    form = {"title": "Courses", "purpose": "", "closes_on": over, "language": "en"}

    refused = visit(made.chair).edit(made.url("facts"), form)

    assert refused.status_code == 422
    assert "This day is over: choose today or a later day." in refused.text
    assert f'value="{over}"' in refused.text


def test_a_closing_day_that_has_passed_does_not_block_other_changes(make: Factory):
    made = make.evaluation()
    past = (now_utc() - timedelta(days=2)).date()
    made.evaluation.closes_on = past
    db.session.commit()

    changed = evaluations.change_evaluation(
        made.chair, made.slug, title="Courses", purpose="", closes_on=past
    )

    assert (changed.title, changed.closes_on) == ("Courses", past)


def test_the_page_of_the_committee_says_why_there_is_no_chat(make: Factory, visit: Visit):
    made = make.evaluation()

    page = visit(made.reviewers[0]).get(made.url("committee/"))

    assert "a meeting that the public can’t see" in page.text
