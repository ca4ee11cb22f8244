"""Assignment: who is to mark what, on the ballot, in the denominators, under way."""

import pytest
from sqlalchemy import select

from crrubric.domain.errors import Invalid, NotFound, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.setup.assignment import EVERYTHING, Assignment
from crrubric.domain.vocabulary import Answer, Phase, Stakeholder
from crrubric.extensions import db
from crrubric.models import Ballot, Criterion, JournalEntry, Member, Notice, Vendor
from crrubric.queries.people.people import Actor
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.assignments import find_assignments_by_lead, load_assignments
from crrubric.services.ballots import seals
from crrubric.services.setup import assignments as service
from crrubric.services.setup import committee, rubrics, vendors
from crrubric.services.setup.withdrawals import restore_vendor, withdraw_vendor
from tests.factories import Factory, Made, ballot_of, full_rubric
from tests.integration.conftest import Visit, error_of
from tests.pages import filled_form, parse, words


def member_id(made: Made, actor: Actor) -> int:
    return db.session.scalars(
        select(Member.id).where(
            Member.evaluation_id == made.evaluation.id, Member.user_id == actor.user_id
        )
    ).one()


def limit(made: Made, reviewer: int, *codes: str, vendors: list[int] | None = None) -> None:
    """The reviewer is to mark only these criteria, and only these vendors (by place)."""
    wanted = Assignment(
        None if vendors is None else frozenset(made.vendors[place].id for place in vendors),
        frozenset(made.criterion(code).id for code in codes) if codes else None,
    )
    service.assign_reviewer(
        made.chair, made.slug, member_id(made, made.reviewers[reviewer]), wanted
    )


def tallies(made: Made) -> dict[tuple[str, str], tuple[int, int]]:
    """(assigned, unscored) of each cell."""
    db.session.expire_all()
    read = read_matrix(db.session(), made.evaluation)
    return {key: (c.tally.assigned, c.tally.missing) for key, c in read.results.cells.items()}


def test_everybody_marks_everything_by_default(make: Factory):
    made = make.evaluation()

    assert set(load_assignments(db.session(), made.evaluation.id).values()) == {EVERYTHING}


def test_a_limited_reviewer_sees_only_the_assigned_part(make: Factory, visit: Visit):
    made = make.evaluation()
    limit(made, 0, "ada", vendors=[1])
    make.forward(made, Phase.SCORING, {})
    reviewer = visit(made.reviewers[0])

    page = reviewer.get(made.url(f"ballots/{made.vendors[1].id}")).text

    assert ("Accessible" in page, "Works with our system" in page) == (True, False)
    assert "0 of 1 answered" in page
    assert reviewer.get(made.url(f"ballots/{made.vendors[0].id}")).status_code == 404


def test_what_is_not_assigned_can_not_be_marked(make: Factory):
    made = make.evaluation()
    limit(made, 0, "ada", vendors=[0])
    make.forward(made, Phase.SCORING, {})

    make.mark(made, 0, 0, "ada", Answer.YES)
    with pytest.raises(NotFound):
        make.mark(made, 0, 0, "sis", Answer.YES)
    with pytest.raises(NotFound):
        make.mark(made, 0, 1, "ada", Answer.YES)


def test_denominators_count_only_the_reviewers_assigned_to_the_cell(make: Factory):
    made = make.evaluation(reviewers=3, vendors=2)
    limit(made, 0, "ada", vendors=[0])
    make.forward(made, Phase.MEETING, {(1, 0): "YYY", (2, 0): "NNA", (1, 1): "YYY"})

    first, second = made.vendors[0].code, made.vendors[1].code
    assert tallies(made) == {
        (first, "ada"): (3, 1),
        (first, "sis"): (2, 0),
        (first, "teacher"): (2, 0),
        (second, "ada"): (2, 1),
        (second, "sis"): (2, 1),
        (second, "teacher"): (2, 1),
    }


def test_a_limited_ballot_is_complete_with_its_own_part(make: Factory):
    made = make.evaluation()
    limit(made, 0, "ada")
    make.forward(made, Phase.SCORING, {(0, 0): "Y"})

    sealed = seals.submit_ballot(made.reviewers[0], made.slug, made.vendors[0].id, reasons={})

    assert sealed.number == 1


def test_progress_counts_the_assigned_part(make: Factory, visit: Visit):
    made = make.evaluation()
    limit(made, 0, "ada", "sis", vendors=[0])
    make.forward(made, Phase.SCORING, {(0, 0): "Y"})

    text = visit(made.chair).get(made.url("progress")).text

    assert ("marks: 1 of 2" in text, "not assigned" in text) == (True, True)


def test_criteria_added_later_are_not_assigned_to_limited_reviewers(make: Factory):
    from crrubric.services.setup.rubrics import CriterionText, add_criterion

    made = make.evaluation()
    limit(made, 0, "ada")
    section = made.criteria[0].section_id
    late = add_criterion(made.chair, made.slug, section, CriterionText(title="Late"))

    found = load_assignments(db.session(), made.evaluation.id)

    assert [own.covers(late.id) for own in found.values()] == [False, True]


def test_sections_are_assigned_to_the_experts_named_in_the_rubric(make: Factory, visit: Visit):
    made = make.evaluation(rubric=full_rubric(), reviewers=2)
    expert = make.user("Ida Itkowski")
    committee.invite_member(
        made.chair,
        made.slug,
        name=expert.name,
        email=expert.email,
        roles=frozenset({committee.Role.REVIEWER}),
        stakeholder=Stakeholder.IT,
    )
    chair = visit(made.chair)

    said = words(chair.page(made.url("assignment/by-lead")).with_id("main"))
    answer = chair.act(made.url("assignment/by-lead"))

    assert "Reviewers whose ballots change" in said
    assert "Ida Itkowski (9/21)" in said
    assert answer.status_code == 303
    again = words(chair.page(made.url("assignment/by-lead")).with_id("main"))
    assert "It would change nothing" in again
    sections = {row.id: row.section.code for row in made.criteria}
    found = list(load_assignments(db.session(), made.evaluation.id).values())
    assert {sections[id_] for id_ in found[2].criteria or ()} == {"access", "operations"}
    assert len(found[2].criteria or ()) == 9
    journal = chair.get(made.url("journal")).text
    assert "changed what Ida Itkowski has to mark" in journal


def test_a_ballot_says_why_it_has_fewer_criteria_than_the_evaluation(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=2)
    limit(made, 0, "ada")
    make.forward(made, Phase.SCORING, {})
    told = "You mark one of the 3 criteria of this evaluation"
    ballots = ("ballots/", f"ballots/{made.vendors[0].id}")

    found = [
        [told in visit(one).get(made.url(path)).text for path in ballots] for one in made.reviewers
    ]

    assert found == [[True, True], [False, False]]


def test_a_criterion_that_can_not_reach_its_quorum_is_pointed_out(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=2)
    limit(made, 0, "ada")

    text = visit(made.chair).get(made.url("assignment/")).text

    assert "2 criteria can’t reach their quorum" in text


def test_the_selected_vendors_and_criteria_are_stored_and_shown(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, member = visit(made.chair), member_id(made, made.reviewers[0])
    ada = made.criterion("ada").id
    form = {"vendors": "everything", "criteria": "some", "criterion": [str(ada)]}

    answer = chair.edit(made.url(f"assignment/{member}"), form)

    assert answer.status_code == 303
    found = load_assignments(db.session(), made.evaluation.id)[member]
    assert found == Assignment(None, frozenset({ada}))
    page = chair.page(made.url(f"assignment/{member}"))
    ticked = {node.get("id") for node in page.all("input") if node.get("checked") is not None}
    assert f"criterion-{ada}" in ticked
    assert f"criterion-{made.criterion('sis').id}" not in ticked


@pytest.mark.parametrize(
    ("form", "field", "says"),
    [
        ({"vendors": "everything", "criteria": "some"}, "criteria", "Select at least one"),
        ({"vendors": "some", "criteria": "everything"}, "vendors", "Select at least one"),
        ({"vendors": "everything"}, "criteria", "Choose one"),
        (
            {"vendors": "everything", "criteria": "some", "criterion": "999999"},
            "criteria",
            "Choose from the list",
        ),
    ],
)
def test_an_incomplete_assignment_says_what_is_missing(
    make: Factory, visit: Visit, form: dict[str, str], field: str, says: str
):
    made = make.evaluation()
    member = member_id(made, made.reviewers[0])

    answer = visit(made.chair).edit(made.url(f"assignment/{member}"), form)

    assert answer.status_code == 422
    assert says in error_of(parse(422, answer.text), field)
    assert load_assignments(db.session(), made.evaluation.id)[member] == EVERYTHING


def test_an_assignment_can_not_remove_given_marks(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YY"})

    with pytest.raises(WrongPhase, match="has begun to mark"):
        limit(made, 0, "ada")
    with pytest.raises(WrongPhase, match="has begun to mark"):  # not a word about which are marked
        limit(made, 0, "ada", "sis")
    with pytest.raises(WrongPhase, match="it stays assigned"):
        limit(made, 0, vendors=[1])

    member = member_id(made, made.reviewers[0])
    form = {"vendors": "everything", "criteria": "some", "criterion": str(made.criteria[0].id)}
    answer = visit(made.chair).edit(made.url(f"assignment/{member}"), form)
    assert (answer.status_code, "has begun to mark" in answer.text) == (409, True)


def test_the_assignment_of_a_submitted_ballot_can_not_be_changed(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    make.submit(made, 0, 0, "no time")

    with pytest.raises(WrongPhase, match="has submitted a ballot"):
        limit(made, 0, "ada")


def test_changing_an_assignment_during_scoring_informs_the_reviewer(make: Factory):
    made = make.evaluation()
    limit(made, 0, vendors=[0])
    make.forward(made, Phase.SCORING, {})
    member = member_id(made, made.reviewers[0])

    limit(made, 0, vendors=[0, 1])
    assert ballot_of(made, 0, 1).member_id == member
    limit(made, 0, vendors=[1])

    rows = db.session.scalars(select(Ballot.vendor_id).where(Ballot.member_id == member)).all()
    assert rows == [made.vendors[1].id]
    told = db.session.scalars(select(Notice.kind).where(Notice.member_id == member)).all()
    assert told.count("ASSIGNMENT_CHANGED") == 2


def test_the_same_assignment_again_writes_nothing(make: Factory):
    made = make.evaluation()
    limit(made, 0, "ada")
    limit(made, 0, "ada")

    written = db.session.scalars(
        select(JournalEntry.after).where(JournalEntry.event == Event.MEMBER_ASSIGNED)
    ).all()
    assert written == [{"vendors": "everything", "criteria": ["ada"]}]


def test_only_reviewers_of_this_evaluation_are_assigned_by_its_chair(make: Factory):
    made, other = make.evaluation(), make.evaluation(title="Another")
    everything = Assignment()

    with pytest.raises(NotFound):
        service.assign_reviewer(
            made.chair, made.slug, member_id(other, other.reviewers[0]), everything
        )
    with pytest.raises(Invalid, match="does not score"):
        service.assign_reviewer(made.chair, made.slug, member_id(made, made.chair), everything)
    foreign, mine = frozenset({other.vendors[0].id}), member_id(made, made.reviewers[0])
    with pytest.raises(Invalid, match="Choose from the list"):
        service.assign_reviewer(made.chair, made.slug, mine, Assignment(foreign, None))
    with pytest.raises(NotFound):
        service.assign_sections_by_lead(made.reviewers[0], made.slug)


def test_a_reviewer_who_becomes_an_observer_counts_no_longer(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, marks={(0, 0): "YYY", (1, 0): "NNN"})
    committee.change_member(
        made.chair,
        made.slug,
        member_id(made, made.reviewers[0]),
        roles=frozenset({committee.Role.OBSERVER}),
        stakeholder=Stakeholder.TEACHER,
    )
    make.forward(made, Phase.MEETING, {})

    db.session.expire_all()
    cell = read_matrix(db.session(), made.evaluation).results.cell(made.vendors[0].code, "ada")
    assert (cell.tally.yes, cell.tally.no, cell.tally.assigned) == (0, 1, 2)


def test_a_removed_vendor_is_removed_from_limited_assignments(make: Factory):
    made = make.evaluation(vendors=3)
    limit(made, 0, vendors=[0, 1])

    vendors.remove_vendor(made.chair, made.slug, made.vendors[0].id)

    found = load_assignments(db.session(), made.evaluation.id)
    assert found[member_id(made, made.reviewers[0])].vendors == {made.vendors[1].id}


def test_the_only_vendor_assigned_to_a_reviewer_can_not_be_removed(make: Factory):
    made = make.evaluation()
    limit(made, 0, vendors=[0])

    with pytest.raises(Invalid):
        vendors.remove_vendor(made.chair, made.slug, made.vendors[0].id)

    assert db.session.get(Vendor, made.vendors[0].id) is not None


@pytest.mark.parametrize("limited", [True, False])
def test_a_vendor_that_is_out_of_the_selection_stays_with_who_was_to_mark_it(
    make: Factory, visit: Visit, limited: bool
):
    """The form doesn't list it: it could neither be kept nor be taken away there."""
    made = make.evaluation(vendors=3)
    if limited:
        limit(made, 0, vendors=[0, 1])
    make.forward(made, Phase.SCORING, {(0, 0): "Y"})
    withdraw_vendor(made.chair, made.slug, made.vendors[0].id, reason="They left.")
    member = member_id(made, made.reviewers[0])
    url = made.url(f"assignment/{member}")
    chair = visit(made.chair)
    form = filled_form(chair.page(url), url)

    answer = chair.post(url, {**form, "vendors": "some", "vendor": str(made.vendors[2].id)})

    assert answer.status_code == 303
    found = load_assignments(db.session(), made.evaluation.id)[member]
    assert found.vendors == {made.vendors[0].id, made.vendors[2].id}
    restore_vendor(made.chair, made.slug, made.vendors[0].id, reason="They are back.")
    assert len(ballot_of(made, 0, 0).marks) == 1


def test_a_criterion_that_is_left_out_stays_with_who_was_to_mark_it(make: Factory, visit: Visit):
    made = make.evaluation()
    limit(made, 0, "ada", "sis")
    ada, teacher = made.criterion("ada"), made.criterion("teacher")
    rubrics.change_criterion(made.chair, made.slug, ada.id, said_of(ada, left_out=True))
    member = member_id(made, made.reviewers[0])
    url = made.url(f"assignment/{member}")
    chair = visit(made.chair)
    form = filled_form(chair.page(url), url)

    answer = chair.post(url, {**form, "criterion": str(teacher.id)})

    assert answer.status_code == 303
    rubrics.change_criterion(made.chair, made.slug, ada.id, said_of(ada, left_out=False))
    found = load_assignments(db.session(), made.evaluation.id)[member]
    assert found.criteria == {ada.id, teacher.id}


def test_experts_keep_what_is_left_out_and_was_theirs(make: Factory):
    made = make.evaluation(rubric=full_rubric())
    limit(made, 0, *(row.code for row in made.criteria))
    member = db.session.get_one(Member, member_id(made, made.reviewers[0]))
    out = next(row for row in made.criteria if row.lead is Stakeholder.SPECIAL_EDUCATION)
    member.stakeholder = Stakeholder.IT
    db.session.commit()
    rubrics.change_criterion(made.chair, made.slug, out.id, said_of(out, left_out=True))

    found = find_assignments_by_lead(db.session(), made.evaluation.id)[member.id]

    assert found.criteria is not None
    assert len(found.criteria) < len(made.criteria)
    assert out.id in found.criteria


def said_of(criterion: Criterion, *, left_out: bool) -> rubrics.CriterionText:
    return rubrics.CriterionText(title=criterion.title, lead=criterion.lead, left_out=left_out)
