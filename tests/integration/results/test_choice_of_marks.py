"""Once the committee has seen the ballots, nobody chooses whose marks count."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from crrubric.domain.errors import CrrubricError, Invalid, WrongPhase
from crrubric.domain.setup.assignment import Assignment
from crrubric.domain.vocabulary import (
    DeclarationKind,
    Phase,
    PositionKind,
    Role,
    Stakeholder,
)
from crrubric.extensions import db
from crrubric.models import AssignedCriterion, Declaration, Member
from crrubric.queries.meeting.decisions import count_stated_positions, list_disclosed_positions
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.queries.setup.assignments import load_assignments
from crrubric.services.ballots import declarations
from crrubric.services.exchange.import_plans import ImportWishes
from crrubric.services.exchange.imports import import_marks
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.meeting import decisions, positions
from crrubric.services.setup import assignments, committee, phases
from crrubric.services.setup.committee import Invitee
from crrubric.services.setup.tables import several
from crrubric.web.ballots.forms import EVERYTHING, SOME
from tests.factories import Factory, Made, let_chair_score
from tests.integration.conftest import Visit
from tests.pages import parse, words

MARKS = {(0, 0): "YYY", (1, 0): "YYN", (2, 0): "NNY", (0, 1): "NYY", (1, 1): "NNY", (2, 1): "YYY"}
SEEN = "The committee has seen the ballots"
TEACHER = Stakeholder.TEACHER


def seat_of(made: Made, actor: Actor) -> Member:
    wanted = select(Member).where(
        Member.evaluation_id == made.evaluation.id, Member.user_id == actor.user_id
    )
    return db.session.scalars(wanted).one()


def email_of(made: Made, actor: Actor) -> str:
    user = seat_of(made, actor).user
    assert user is not None
    return user.email


@pytest.fixture
def back(make: Factory) -> Made:
    """In scoring again, after the committee has read three ballots a vendor."""
    made = make.evaluation(phase=Phase.SCORING, reviewers=4, marks=MARKS)
    committee.remove_member(made.chair, made.slug, seat_of(made, made.reviewers[3]).id)
    make.forward(made, Phase.MEETING, {})
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Too early")
    return made


def test_a_reviewer_stays_one(back: Made):
    member = seat_of(back, back.reviewers[0]).id
    observer = frozenset({Role.OBSERVER})

    for act in (
        lambda: committee.remove_member(back.chair, back.slug, member),
        lambda: committee.change_member(
            back.chair, back.slug, member, roles=observer, stakeholder=TEACHER
        ),
    ):
        with pytest.raises(Invalid, match=SEEN):
            act()

    assert seat_of(back, back.reviewers[0]).is_reviewer
    assert seat_of(back, back.reviewers[0]).removed_at is None


def test_whose_marks_did_not_count_does_not_bring_them_in(back: Made):
    email = email_of(back, back.reviewers[3])

    with pytest.raises(Invalid, match=SEEN):
        committee.invite_member(
            back.chair,
            back.slug,
            name="R",
            email=email,
            roles=frozenset({Role.REVIEWER}),
            stakeholder=TEACHER,
        )

    observer = frozenset({Role.OBSERVER})
    done = committee.invite_member(
        back.chair, back.slug, name="R", email=email, roles=observer, stakeholder=TEACHER
    )
    assert done.member.removed_at is None


REVIEWER = frozenset({Role.REVIEWER})


def invite_one(made: Made, _tmp_path: Path) -> None:
    committee.invite_member(
        made.chair, made.slug, name="N", email="n@school.example", roles=REVIEWER,
        stakeholder=TEACHER,
    )  # fmt: skip


def invite_several(made: Made, _tmp_path: Path) -> None:
    row = Invitee(name="N", email="n@school.example", roles=REVIEWER, stakeholder=TEACHER)
    several.invite_several(made.chair, made.slug, {2: row, 3: row})


def let_the_chair_score(made: Made, _tmp_path: Path) -> None:
    let_chair_score(made)


def import_a_newcomer(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    cell = f"{made.vendors[0].code},{made.criteria[0].code}"
    path.write_text(f"reviewer,vendor,criterion,mark\nNobody Yet,{cell},YES\n")
    import_marks(OPERATOR, read_path(path), slug=made.slug, wishes=ImportWishes(add_new=True))


def take_a_vendor_away(made: Made, _tmp_path: Path) -> None:
    member = seat_of(made, made.reviewers[2]).id
    other = Assignment(frozenset({made.vendors[1].id}), None)
    assignments.assign_reviewer(made.chair, made.slug, member, other)


def divide_sections(made: Made, _tmp_path: Path) -> None:
    assignments.assign_sections_by_lead(made.chair, made.slug)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (invite_one, "You can invite people as observers."),
        (invite_several, "Nothing was taken"),
        (let_the_chair_score, "You can invite people as observers."),
        (import_a_newcomer, "nobody becomes a reviewer any more"),
        (take_a_vendor_away, "Whoever has not marked yet still can"),
        (divide_sections, "who marks what is not changed any more"),
    ],
)
def test_whoever_is_to_mark_stays_the_same(
    back: Made, tmp_path: Path, act: Callable[[Made, Path], None], words: str
):
    limited = seat_of(back, back.reviewers[2])
    limited.every_criterion = False
    db.session.add(AssignedCriterion(member_id=limited.id, criterion_id=back.criteria[0].id))
    db.session.commit()
    before = load_assignments(db.session(), back.evaluation.id)

    with pytest.raises(CrrubricError, match=words):
        act(back, tmp_path)

    assert load_assignments(db.session(), back.evaluation.id) == before


def test_every_line_that_asks_for_a_reviewer_is_named(back: Made):
    lines = {
        number: Invitee(
            name="N", email=f"n{number}@school.example", roles=roles, stakeholder=TEACHER
        )
        for number, roles in ((2, REVIEWER), (3, frozenset({Role.OBSERVER})), (4, REVIEWER))
    }

    found = several.find_invitee_problems(db.session(), back.evaluation, lines)

    assert [(number, error.field) for number, error in found] == [(2, "roles"), (4, "roles")]


def test_roles_that_touch_no_mark_can_be_changed(back: Made):
    both = frozenset({Role.CHAIR, Role.REVIEWER})
    member = seat_of(back, back.reviewers[0]).id

    changed = committee.change_member(
        back.chair, back.slug, member, roles=both, stakeholder=Stakeholder.COUNSELOR
    )

    assert changed.is_chair


def test_the_page_says_why_nobody_is_taken_out(back: Made, visit: Visit):
    member = seat_of(back, back.reviewers[0]).id
    chair = visit(back.chair)

    url = back.url(f"committee/{member}/remove")
    answer = chair.post(url)

    assert answer.status_code == 422
    assert SEEN in words(chair.page(url).root)


@pytest.mark.parametrize("waived", [False, True])
def test_a_conflict_is_neither_waived_nor_a_waiver_ended(make: Factory, waived: bool):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, marks=MARKS)
    make.conflict(made, 0, 0, "My brother sells it.")
    own = db.session.scalars(
        select(Declaration.id).where(Declaration.kind == DeclarationKind.CONFLICT)
    ).one()
    if waived:
        declarations.waive_conflict(made.chair, made.slug, own, reason="A distant one.")
    make.forward(made, Phase.MEETING, {})
    act = declarations.end_waiver if waived else declarations.waive_conflict

    with pytest.raises(Invalid, match=SEEN):
        act(made.chair, made.slug, own, reason="I changed my mind.")


def test_the_memo_says_of_a_conflict_that_it_was_declared_late(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, reviewers=3, marks=MARKS)

    make.conflict(made, 0, 0, "My brother sells it.")

    memo = words(visit(made.chair).page(made.url("memo/")).root)
    assert "after the committee had seen the ballots; marks given no longer count" in memo


def test_what_somebody_said_of_a_vendor_before_they_declared_a_conflict_counts_no_more(
    make: Factory,
):
    made = make.evaluation(phase=Phase.MEETING, reviewers=3, marks=MARKS)
    text = decisions.DecisionText(vendor_id=made.vendors[0].id, reason="It fits.")
    decisions.record_decision(made.chair, made.slug, text)
    for actor in made.reviewers[:2]:
        positions.state_position(actor, made.slug, kind=PositionKind.SUPPORT)

    make.conflict(made, 0, 0, "My brother sells it.")
    counted = count_stated_positions(db.session(), made.evaluation.id)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)

    names = [row.member_id for row in list_disclosed_positions(db.session(), made.evaluation)]
    assert counted == (1, 2)
    assert names == [seat_of(made, made.reviewers[1]).id]


@pytest.mark.parametrize("marked", [False, True])
def test_a_chair_who_stays_away_learns_nothing_from_assignments_that_are_refused(
    make: Factory, marked: bool
):
    marks = {(0, 1): "YY-"} if marked else {}
    made = make.evaluation(phase=Phase.SCORING, vendors=3, marks=marks)
    declarations.declare_interest(
        made.chair, made.slug, made.vendors[1].id, kind=DeclarationKind.CONFLICT, words="Mine."
    )
    member = seat_of(made, made.reviewers[0]).id
    without = frozenset({made.vendors[0].id, made.vendors[2].id})
    fewer = frozenset({made.criteria[0].id})

    for wanted in (Assignment(without, None), Assignment(None, fewer)):
        with pytest.raises(WrongPhase, match="another chair changes who marks what"):
            assignments.assign_reviewer(made.chair, made.slug, member, wanted)
    with pytest.raises(WrongPhase, match="another chair changes who marks what"):
        assignments.assign_sections_by_lead(made.chair, made.slug)


@pytest.mark.parametrize(
    ("page", "words_", "link"),
    [
        ("committee/", "You can invite people as observers.", None),
        ("assignment/", "who marks what is not changed any more", "assignment/"),
    ],
)
def test_the_pages_say_so_before_anybody_tries(
    back: Made, visit: Visit, page: str, words_: str, link: str | None
):
    found = visit(back.chair).page(back.url(page)).root

    assert words_ in words(found)
    member = seat_of(back, back.reviewers[0]).id
    hrefs = {one.get("href") for one in found.iter("a")}
    assert link is None or back.url(f"{link}{member}") not in hrefs


def test_an_assignment_that_is_refused_comes_back_as_typed(back: Made, visit: Visit):
    member = seat_of(back, back.reviewers[0]).id
    url = back.url(f"assignment/{member}")

    answer = visit(back.chair).edit(
        url, {"vendors": SOME, "vendor": [back.vendors[1].id], "criteria": EVERYTHING}
    )

    page = parse(answer.status_code, answer.text).root
    assert answer.status_code == 409
    assert "who marks what is not changed any more" in words(page)
    ticked = [
        box.get("value")
        for box in page.iter("input")
        if box.get("name") == "vendor" and "checked" in box.attrib
    ]
    assert ticked == [str(back.vendors[1].id)]
