"""An evaluation that is started from an earlier one: its rubric and rule, never its marks."""

import pytest
from sqlalchemy import func, select

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.setup.rubric import load_built_in_rubric
from crrubric.domain.vocabulary import DeclarationKind, Phase, Role, RuleKind, Stakeholder, Standing
from crrubric.extensions import db
from crrubric.models import (
    Criterion,
    Declaration,
    Evaluation,
    Mark,
    Member,
    Section,
    Tension,
    User,
    Vendor,
)
from crrubric.queries.people.people import list_roles
from crrubric.queries.record.verification import verify_record
from crrubric.services.setup.committee import invite_member, remove_member
from crrubric.services.setup.earlier import start_from_earlier
from crrubric.services.setup.evaluations import create_evaluation, serialize_facts
from crrubric.services.setup.rubrics import serialize_rubric
from crrubric.services.setup.rules import RuleSettings, rule_settings
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import words

RULE = RuleSettings(kind=RuleKind.SUPERMAJORITY, over=3, under=4, quorum=2, pass_mark=70)
IDS = {"id", "section_id", "first_id", "second_id"}


def last_year(make: Factory) -> Made:
    return make.evaluation(
        title="Last year",
        phase=Phase.DECIDED,
        rubric=load_built_in_rubric(),
        rule=RULE,
        marks={(0, 0): "YNYY"},
    )


def rubric_of(evaluation: Evaluation) -> dict[str, list[dict[str, object]]]:
    """The rubric as the journal tells it, but for the numbers of rows."""
    told = serialize_rubric(db.session(), evaluation)
    return {
        kind: [{key: value for key, value in row.items() if key not in IDS} for row in rows]
        for kind, rows in told.items()
    }


def count(model: type, evaluation: Evaluation) -> int:
    wanted = select(func.count()).select_from(model).where(model.evaluation_id == evaluation.id)
    return db.session.scalar(wanted)


def test_rubric_and_rule_are_taken_over_and_marks_are_not(make: Factory):
    made = last_year(make)
    made.criteria[3].left_out, made.criteria[4].title = True, "As it was worded in the end"
    db.session.flush()

    new = start_from_earlier(made.chair, made.slug, title="This year", purpose="Again.")

    assert rubric_of(new) == rubric_of(made.evaluation)
    assert (count(Section, new), count(Criterion, new), count(Tension, new)) == (
        count(Section, made.evaluation), 21, count(Tension, made.evaluation)
    )  # fmt: skip
    assert rule_settings(new) == RULE
    assert (new.phase, new.slug, serialize_facts(new)["purpose"]) == (
        Phase.SETUP, "this-year", "Again."
    )  # fmt: skip
    assert (count(Mark, new), count(Vendor, new), len(new.members)) == (0, 0, 1)
    assert new.members[0].is_chair


def test_the_tensions_lead_to_criteria_of_the_new_rubric(make: Factory):
    new = start_from_earlier(last_year(make).chair, "last-year", title="This year")

    own = set(db.session.scalars(select(Criterion.id).where(Criterion.evaluation_id == new.id)))
    found = db.session.scalars(select(Tension).where(Tension.evaluation_id == new.id)).all()
    assert found
    assert {key for row in found for key in (row.first_id, row.second_id)} <= own


def test_both_records_verify_afterwards(make: Factory):
    made = last_year(make)

    start_from_earlier(made.chair, made.slug, title="This year")

    assert [str(problem) for problem in verify_record(db.session()).problems] == []


def test_only_an_organizer_with_a_seat_in_the_earlier_one_starts_from_it(make: Factory):
    made = last_year(make)

    for actor in (made.reviewers[0], make.actor(standing=Standing.ORGANIZER)):
        with pytest.raises(NotFound):
            start_from_earlier(actor, made.slug, title="This year")


def test_a_title_that_is_taken_is_refused(make: Factory):
    made = last_year(make)

    with pytest.raises(Invalid, match="already") as refused:
        start_from_earlier(made.chair, made.slug, title="last YEAR")

    assert refused.value.field == "title"


def test_a_chair_gets_there_in_two_clicks(make: Factory, visit: Visit):
    made = last_year(make)
    chair = visit(made.chair)
    link = next(
        node for node in chair.page(made.url()).all("a")
        if words(node) == "Start the next evaluation from this one"
    )  # fmt: skip

    chosen = [
        node.get("value")
        for node in chair.page(link.get("href") or "").all("option")
        if node.get("selected") is not None
    ]
    done = chair.post("/evaluations/new", {"title": "This year", "earlier": made.slug})

    assert chosen == [made.slug]
    assert (done.status_code, done.location) == (303, "/evaluations/this-year/")
    assert rubric_of(made.evaluation) == rubric_of(
        db.session.scalars(select(Evaluation).where(Evaluation.slug == "this-year")).one()
    )


def test_what_is_no_evaluation_of_ones_own_can_not_be_chosen(make: Factory, visit: Visit):
    made = last_year(make)
    other = visit(make.actor(standing=Standing.ORGANIZER))

    page = other.get(f"/evaluations/new?from={made.slug}")
    answer = other.post("/evaluations/new", {"title": "This year", "earlier": made.slug})

    assert made.evaluation.title not in page.text
    assert answer.status_code == 422


def test_vendors_come_without_prices_and_without_those_one_stays_away_from(make: Factory):
    made = make.evaluation(title="Last year")
    vendor, away = made.vendors
    vendor.unit_price_cents, vendor.price_note, vendor.links = 500, "Cheap", "https://a.example"
    gone = Vendor(
        evaluation_id=made.evaluation.id, code="gone", company="Gone", position=9,
        withdrawn_at=now_utc(), withdrawn_reason="Sold",
    )  # fmt: skip
    seat = db.session.scalars(select(Member).where(Member.user_id == made.chair.user_id)).one()
    conflict = Declaration(
        member_id=seat.id, vendor_id=away.id, kind=DeclarationKind.CONFLICT, words="Kin"
    )
    db.session.add_all([gone, conflict])
    db.session.commit()

    new = start_from_earlier(made.chair, made.slug, title="This year", with_vendors=True)

    assert [(row.company, row.links) for row in new.vendors] == [
        (vendor.company, "https://a.example")
    ]
    assert (new.vendors[0].unit_price_cents, new.vendors[0].price_note) == (None, "")


def test_the_committee_is_invited_in_its_roles(make: Factory):
    made = make.evaluation(title="Last year")
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    left = select(Member.id).where(Member.user_id == made.reviewers[0].user_id)
    remove_member(made.chair, made.slug, db.session.scalars(left).one())

    new = start_from_earlier(made.chair, made.slug, title="This year", with_committee=True)

    seats = {row.user_id: (list_roles(row), row.stakeholder) for row in new.members}
    assert seats == {
        made.chair.user_id: ({Role.CHAIR}, Stakeholder.OTHER),
        made.reviewers[1].user_id: ({Role.REVIEWER}, Stakeholder.TEACHER),
        observer.user_id: ({Role.OBSERVER}, Stakeholder.TEACHER),
    }
    assert [str(problem) for problem in verify_record(db.session()).problems] == []


def test_only_a_chair_takes_over_a_committee(make: Factory):
    made = make.evaluation(title="Last year")
    other = make.actor(standing=Standing.ORGANIZER)
    email = db.session.get_one(User, other.user_id).email
    invite_member(
        made.chair, made.slug, name="Kim", email=email, roles=frozenset({Role.OBSERVER}),
        stakeholder=Stakeholder.PARENT,
    )  # fmt: skip

    with pytest.raises(Invalid, match="Only a chair"):
        start_from_earlier(other, made.slug, title="This year", with_committee=True)
    assert start_from_earlier(other, made.slug, title="This year", with_vendors=True).members


def test_the_built_in_rubric_has_no_vendors(make: Factory, visit: Visit):
    made = make.evaluation(title="Last year")

    answer = visit(made.chair).post("/evaluations/new", {"title": "New", "with_vendors": "y"})

    assert answer.status_code == 422
    assert "Choose the evaluation whose vendors" in answer.text


def test_who_has_no_earlier_evaluation_is_not_asked_what_to_take_over(make: Factory, visit: Visit):
    newcomer = visit(make.actor(standing=Standing.ORGANIZER))
    chair = visit(make.evaluation().chair)

    first, second = (person.get("/evaluations/new").text for person in (newcomer, chair))

    assert 'name="with_vendors"' not in first
    assert 'name="with_vendors"' in second


def test_a_chair_who_said_once_whom_they_represent_is_not_asked_again(make: Factory, visit: Visit):
    first = make.evaluation(reviewers=0)
    seat = db.session.query(Member).filter_by(evaluation_id=first.evaluation.id).one()
    pages = [words(visit(first.chair).page(first.url("committee/")).root)]
    seat.stakeholder = Stakeholder.PRINCIPAL
    db.session.commit()

    second = create_evaluation(first.chair, title="Next", rubric=load_built_in_rubric())

    pages.append(words(visit(first.chair).page(f"/evaluations/{second.slug}/committee/").root))
    assert ["not said" in page for page in pages] == [True, False]
    assert "Principal" in pages[1]
