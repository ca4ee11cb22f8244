"""Makes what a test needs; it says what matters and the rest has defaults."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.events import Event
from crrubric.domain.meeting.agenda import fingerprint_cells
from crrubric.domain.setup.rubric import Rubric, load_built_in_rubric, parse_rubric
from crrubric.domain.vocabulary import Answer, DeclarationKind, Phase, Role, Stakeholder, Standing
from crrubric.extensions import db
from crrubric.models import (
    Ballot,
    Criterion,
    Declaration,
    Evaluation,
    Mark,
    Member,
    SealedBallot,
    User,
    Vendor,
)
from crrubric.queries.people.access import find_evaluation, require
from crrubric.queries.people.people import OPERATOR, Actor, actor_of
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.phase_facts import foresee_phase_for_seat
from crrubric.services.ballots import ballots, declarations, seals
from crrubric.services.meeting import decisions, meetings
from crrubric.services.people.accounts import add_user
from crrubric.services.setup import committee, evaluations, phases, rules, vendors
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from tests.databases import OWN_FOLDER, Image, database_address, is_empty, is_movable, take_image
from tests.workers import load_kept, store_kept

PASSWORD = "four plain words here"

SMALL = """
name = "Small rubric"
version = "1"
[[section]]
code = "all"
title = "Everything"
[[section.criterion]]
code = "ada"
order = 1
title = "Accessible"
question = "Can everybody use it?"
look_for = "Use the keyboard only."
lead = "special_education"
must_have = true
[[section.criterion]]
code = "sis"
order = 2
title = "Works with our system"
question = "Does it exchange grades?"
weight = 2
[[section.criterion]]
code = "teacher"
order = 3
title = "Teacher provided"
question = "Does the vendor supply a teacher?"
may_not_apply = true
"""

LETTERS = {
    "Y": Answer.YES,
    "N": Answer.NO,
    "?": Answer.CANNOT_TELL,
    "A": Answer.NOT_APPLICABLE,
}


@cache
def small_rubric() -> Rubric:
    """Three criteria: a must-have, one of weight 2, one that may not apply."""
    return parse_rubric(SMALL)


@dataclass
class Made:
    """An evaluation with its people, by short names."""

    evaluation: Evaluation
    chair: Actor
    reviewers: list[Actor]
    vendors: list[Vendor]
    criteria: list[Criterion] = field(default_factory=list)

    @cached_property
    def slug(self) -> str:
        """Never changes: walks through all pages ask for it thousands of times."""
        return self.evaluation.slug

    def url(self, path: str = "") -> str:
        return f"/evaluations/{self.slug}/{path}"

    def criterion(self, code: str) -> Criterion:
        return next(row for row in self.criteria if row.code == code)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an evaluation is to be."""

    title: str
    phase: Phase
    reviewers: int
    vendors: int
    rubric: Rubric
    rule: rules.RuleSettings | None
    marks: dict[tuple[int, int], str]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A database with one evaluation in it, to be put back."""

    image: Image
    named: int  # people and vendors that the factory has named
    evaluation: int
    chair: Actor
    reviewers: tuple[Actor, ...]
    vendors: tuple[int, ...]
    criteria: tuple[int, ...]

    def put_back(self) -> Made:
        """Make the database hold it, and read it as if it had just been made."""
        self.image.put_back()
        session = db.session()
        return Made(
            session.get_one(Evaluation, self.evaluation),
            self.chair,
            list(self.reviewers),
            [session.get_one(Vendor, key) for key in self.vendors],
            [session.get_one(Criterion, key) for key in self.criteria],
        )


def step_back(plan: Plan) -> Plan | None:
    """What the evaluation is a step earlier; None where it has just been made."""
    if plan.phase is Phase.SCORING and plan.marks:
        return replace(plan, marks={})
    if plan.phase in STEPS:
        return replace(plan, phase=STEPS[plan.phase])
    return None


# phase -> the one before, as a plan's evaluation goes
STEPS = {
    Phase.PRACTICE: Phase.SETUP,
    Phase.SCORING: Phase.SETUP,
    Phase.MEETING: Phase.SCORING,
    Phase.DECIDED: Phase.MEETING,
    Phase.ARCHIVED: Phase.DECIDED,
}
KEPT: dict[tuple[Any, ...], Kept] = {}  # by database, and by what the evaluation was to be


def never() -> bool:
    return False


class Factory:
    """Makes things through the services, as people would.

    The first evaluation in an empty database is made once and put back from then on, unless
    `changed` says that the test has changed something that the services use.
    """

    def __init__(self, app: Flask, changed: Callable[[], bool] = never) -> None:
        self.app = app
        self.changed = changed
        self.named = 0

    def next_number(self) -> int:
        """The number in the next person's or vendor's name."""
        self.named += 1
        return self.named

    def user(self, name: str = "", *, standing: Standing = Standing.MEMBER) -> User:
        number = self.next_number()
        return add_user(
            OPERATOR,
            name=name or f"Person {number}",
            email=f"person{number}@school.example",
            standing=standing,
            password=PASSWORD,
        )

    def actor(self, name: str = "", *, standing: Standing = Standing.MEMBER) -> Actor:
        return actor_of(self.user(name, standing=standing))

    def evaluation(
        self,
        *,
        title: str = "Credit recovery",
        phase: Phase = Phase.SETUP,
        reviewers: int = 2,
        vendors: int = 2,
        rubric: Rubric | None = None,
        rule: rules.RuleSettings | None = None,
        marks: dict[tuple[int, int], str] | None = None,
    ) -> Made:
        """An evaluation in `phase`. `marks`: (reviewer, vendor) -> a letter a criterion."""
        plan = Plan(
            title=title,
            phase=phase,
            reviewers=reviewers,
            vendors=vendors,
            rubric=rubric or small_rubric(),
            rule=rule,
            marks=marks or {},
        )
        return self.follow_plan(plan)

    def follow_plan(self, plan: Plan) -> Made:
        """An evaluation as it is to be."""
        return self.make_once(repr(plan), lambda: self.make_evaluation(plan), by_any_worker=True)

    def make_once(
        self, name: str, make: Callable[[], Made], *, by_any_worker: bool = False
    ) -> Made:
        """What `make` makes in an empty database: made once, and put back from then on."""
        if self.named or self.changed() or not is_empty():
            return make()
        key = (database_address(), repr(self.app.config), name)
        shared = OWN_FOLDER.sub("", repr(key)) if by_any_worker and is_movable() else ""
        if key not in KEPT and shared and (found := load_kept(shared)):
            KEPT[key] = found
        if key in KEPT:
            self.named = KEPT[key].named
            return KEPT[key].put_back()
        made = make()
        KEPT[key] = self.keep(made)
        if shared:
            store_kept(shared, KEPT[key])
        return made

    def make_evaluation(self, plan: Plan) -> Made:
        """Make the evaluation through the services, from one that others may have made so far."""
        before = step_back(plan)
        if before is None:
            return self.begin_evaluation(plan)
        made = self.follow_plan(before)
        if before.phase is plan.phase:
            self.mark_all(made, plan.marks)
        else:
            self.forward(made, plan.phase, {})
        return made

    def begin_evaluation(self, plan: Plan) -> Made:
        """Make the evaluation in set-up."""
        chair = self.actor("Dana Chair", standing=Standing.ORGANIZER)
        made = evaluations.create_evaluation(chair, title=plan.title, rubric=plan.rubric)
        made_vendors = [self.vendor(chair, made.slug) for _ in range(plan.vendors)]
        people = [self.reviewer(chair, made.slug) for _ in range(plan.reviewers)]
        if plan.rule is not None:
            rules.set_rule(chair, made.slug, plan.rule)
        criteria = db.session.scalars(
            select(Criterion).where(Criterion.evaluation_id == made.id).order_by(Criterion.id)
        ).all()
        return Made(made, chair, people, made_vendors, list(criteria))

    def keep(self, made: Made) -> Kept:
        """What the database holds now, with what is needed to speak of it."""
        return Kept(
            image=take_image(),
            named=self.named,
            evaluation=made.evaluation.id,
            chair=made.chair,
            reviewers=tuple(made.reviewers),
            vendors=tuple(row.id for row in made.vendors),
            criteria=tuple(row.id for row in made.criteria),
        )

    def forward(self, made: Made, phase: Phase, marks: dict[tuple[int, int], str]) -> None:
        """Take the evaluation through its phases, marking while it is in scoring."""
        if phase is Phase.PRACTICE:
            phases.change_phase(made.chair, made.slug, phase)
        now = db.session.get_one(Evaluation, made.evaluation.id).phase
        order = [Phase.SCORING, Phase.MEETING, Phase.DECIDED, Phase.ARCHIVED]
        for step in order[: order.index(phase) + 1] if phase in order else []:
            if now in order and order.index(step) <= order.index(now):
                continue
            if step is Phase.DECIDED:
                text = decisions.DecisionText(
                    vendor_id=made.vendors[0].id, reason="It fits our learners best."
                )
                decisions.record_decision(made.chair, made.slug, text)
            if step is Phase.ARCHIVED:
                evaluations.set_retention(made.chair, made.slug, until=date(2034, 6, 30))
            phases.change_phase(made.chair, made.slug, step)
            if step is Phase.SCORING:
                self.no_conflicts(made)
                self.mark_all(made, marks)

    def mark_all(self, made: Made, marks: dict[tuple[int, int], str]) -> None:
        """Marks of several ballots: (reviewer, vendor) -> a letter a criterion."""
        for (reviewer, vendor), letters in marks.items():
            self.marks(made, reviewer, vendor, letters)

    def no_conflicts(self, made: Made) -> None:
        """Every reviewer has declared, for every vendor, that there is no conflict."""
        with unit_of_work() as session:
            members = session.scalars(
                select(Member).where(Member.evaluation_id == made.evaluation.id, Member.is_reviewer)
            ).all()
            there = set(session.scalars(select(Declaration.member_id)))
            for member, vendor in product(members, made.vendors):
                if member.id in there:
                    continue
                session.add(
                    Declaration(member_id=member.id, vendor_id=vendor.id, kind=DeclarationKind.NONE)
                )
                note_event(
                    session,
                    made.chair,  # for all of them, so that the journal names no reviewer
                    Event.NO_CONFLICT_DECLARED,
                    evaluation_id=member.evaluation_id,
                    subject=vendor.company,
                    about=EntryReferences(vendor_id=vendor.id, member_id=member.id),
                )

    def marks(self, made: Made, reviewer: int, vendor: int, letters: str) -> None:
        """Marks of one ballot, a letter a criterion; - leaves it unscored."""
        for criterion, letter in zip(made.criteria, letters, strict=False):
            if letter != "-":
                self.mark(made, reviewer, vendor, criterion.code, LETTERS[letter])

    def mark(
        self, made: Made, reviewer: int, vendor: int, code: str, answer: Answer, note: str = ""
    ) -> Mark:
        """One mark, first save."""
        return ballots.record_mark(
            made.reviewers[reviewer],
            made.slug,
            made.vendors[vendor].id,
            made.criterion(code).id,
            ballots.MarkText(answer=answer, note=note),
            seen_version=0,
        )

    def mark_again(self, made: Made, reviewer: int, vendor: int, code: str, answer: Answer) -> Mark:
        """Another answer where there is one already."""
        ballot = ballot_of(made, reviewer, vendor)
        criterion = made.criterion(code).id
        seen = db.session.scalars(
            select(Mark.version).where(Mark.ballot_id == ballot.id, Mark.criterion_id == criterion)
        ).one()
        return ballots.record_mark(
            made.reviewers[reviewer],
            made.slug,
            made.vendors[vendor].id,
            criterion,
            ballots.MarkText(answer=answer),
            seen_version=seen,
        )

    def conflict(self, made: Made, reviewer: int, vendor: int, words: str) -> Declaration:
        """A reviewer declares a conflict of interest."""
        return declarations.declare_interest(
            made.reviewers[reviewer],
            made.slug,
            made.vendors[vendor].id,
            kind=DeclarationKind.CONFLICT,
            words=words,
        )

    def submit(self, made: Made, reviewer: int, vendor: int, why: str = "") -> SealedBallot:
        """A reviewer submits a ballot; `why` is the reason for whatever has no mark."""
        reasons = {criterion.id: why for criterion in made.criteria}
        person, vendor_id = made.reviewers[reviewer], made.vendors[vendor].id
        return seals.submit_ballot(person, made.slug, vendor_id, reasons=reasons)

    def vendor(self, chair: Actor, slug: str, company: str = "") -> Vendor:
        facts = vendors.VendorFacts(
            company=company or f"Vendor {self.next_number()}", product="Courses"
        )
        return vendors.add_vendor(chair, slug, facts)

    def reviewer(self, chair: Actor, slug: str, *, roles: frozenset[Role] | None = None) -> Actor:
        return self.member(chair, slug, roles or frozenset({Role.REVIEWER}))

    def member(self, chair: Actor, slug: str, roles: frozenset[Role]) -> Actor:
        user = self.user()
        committee.invite_member(
            chair,
            slug,
            name=user.name,
            email=user.email,
            roles=roles,
            stakeholder=Stakeholder.TEACHER,
        )
        return actor_of(user)


def ballot_of(made: Made, reviewer: int, vendor: int) -> Ballot:
    """The ballot row."""
    row = db.session.scalar(
        select(Ballot)
        .join(Member, Member.id == Ballot.member_id)
        .where(
            Member.user_id == made.reviewers[reviewer].user_id,
            Ballot.vendor_id == made.vendors[vendor].id,
        )
    )
    assert row is not None
    return row


def stored_marks() -> list[tuple[Answer, str]]:
    """(answer, note) of every mark in the database."""
    rows = db.session.execute(select(Mark.answer, Mark.note).order_by(Mark.id))
    return [tuple(row) for row in rows]


def full_rubric() -> Rubric:
    """The built-in rubric."""
    return load_built_in_rubric()


def shown_undisputed(made: Made, actor: Actor) -> str:
    """What a page of the meeting sends along with the motion on what nobody disputes."""
    seat = require(actor, Action.RECORD_FINDING, made.evaluation, db.session())
    read = read_matrix(db.session(), made.evaluation)
    return fingerprint_cells(meetings.list_undisputed_for_seat(read, seat))


def let_chair_score(made: Made) -> Member:
    """The chair becomes a reviewer as well."""
    chair = next(row for row in made.evaluation.members if row.is_chair)
    return committee.change_member(
        made.chair,
        made.slug,
        chair.id,
        roles=frozenset({Role.CHAIR, Role.REVIEWER}),
        stakeholder=chair.stakeholder,
    )


def foresee(made: Made, to: Phase) -> str:
    """The version of what the page before a change of phase says to the chair."""
    evaluation = find_evaluation(db.session(), made.slug)
    seat = require(made.chair, Action.CHANGE_PHASE, evaluation, db.session())
    return foresee_phase_for_seat(db.session(), seat, to, "en").fingerprint()
