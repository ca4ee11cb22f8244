"""The frame of the state machine: its people, its model, and what must hold after every step.

A rule (see tests/machine/test_machine.py) says what the model expects of a service: success,
or the error it refuses with. `tried` compares, and a refusal must leave every row as it was.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Table, select

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError, DoneAlready, Invalid, NotFound, WrongPhase
from crrubric.domain.policy import FROM_MEETING, is_allowed, phases_of
from crrubric.domain.record.state import State, is_covered, is_sitting
from crrubric.domain.results.outcome import DecisionRule, decide_outcome
from crrubric.domain.results.tally import Tally
from crrubric.domain.vocabulary import Outcome, Role, Stakeholder, Standing
from crrubric.extensions import db
from crrubric.models import Ballot, Base, District, Evaluation, SealedBallot, User, Vendor
from crrubric.queries.ballots.ballots import iterate_disclosed_marks
from crrubric.queries.people.access import find_evaluation
from crrubric.queries.people.people import OPERATOR, Actor, actor_of
from crrubric.queries.record.verification import verify_record
from crrubric.queries.results.kept import KEPT
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.services.setup import committee, evaluations, vendors
from crrubric.services.shared.unit import unit_of_work
from tests.databases import take_image, wipe
from tests.factories import small_rubric
from tests.machine.stored import LEFT_TO_VERIFY, list_differences, replay, stored

Refusal = type[CrrubricError] | None | bool
NUMBER = range(100)
WHY = ("", *["It was wrong.", "So agreed."] * 4)
SEATS = {
    "second": {Role.CHAIR, Role.REVIEWER},
    "ana": {Role.REVIEWER},
    "ben": {Role.REVIEWER},
    "observer": {Role.OBSERVER},
    "former": {Role.REVIEWER},
}
OUTSIDE = ("elsewhere", "administrator", "stranger")
STANDING = {
    "chair": Standing.ORGANIZER,
    "elsewhere": Standing.ORGANIZER,
    "administrator": Standing.ADMINISTRATOR,
}


@dataclass(frozen=True)
class Done:
    """A service succeeded, and gave this."""

    value: Any


def act(action: Action, *, often: int = 1, **given: Any) -> Callable[[Any], Any]:
    """What people may try: a service, with what its arguments are drawn from.

    It is drawn mostly where the policy lets somebody do it, now and then anywhere. These are no
    rules of Hypothesis: it would leave out half of them in each run, and repeat itself in others.
    """

    def decorate(work: Any) -> Any:
        work.drawn = (action, often, {"who": range(1000), **given})
        return work

    return decorate


def everything() -> list[str]:
    """Every row of every table."""
    db.session.rollback()
    names = [table.name for table in Base.metadata.sorted_tables]
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":  # in one go: each question costs a journey
            asked = " UNION ALL ".join(
                f"SELECT '{name} ' || {name}::text FROM {name}" for name in names
            )
            return sorted(connection.exec_driver_sql(asked).scalars())
        return sorted(
            f"{name} {row}"
            for name in names
            for row in connection.exec_driver_sql(f"SELECT * FROM {name}")
        )


def rows_of_everything() -> list[tuple[Table, list[Any]]]:
    """Every row of every table, tables in the order in which they can be filled."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return [
            (table, [dict(row) for row in connection.execute(select(table)).mappings()])
            for table in Base.metadata.sorted_tables
        ]


class Frame(RuleBasedStateMachine):
    """A committee of random people, and what we think is true of their evaluation."""

    world: ClassVar[dict[str, Any]] = {}  # what every run begins with, by database

    def __init__(self) -> None:
        super().__init__()
        db.session.remove()
        wipe()
        self.seed, self.steps, self.changed = 0, 0, True
        self.sealed: dict[tuple[int, int], str] = {}
        self.gone_on: set[tuple[int, int]] = set()  # ballots marked since they were sealed last
        self.keys: dict[tuple[Any, ...], str] = {}  # of files, as addresses name them
        self.practice: dict[tuple[int, int], dict[str, Any]] = {}  # no journal tells of it
        # answers in votes on must-haves, by vote, member and criterion, and whose are sealed now
        self.cast: dict[tuple[int, int | None, int], dict[str, Any]] = {}
        self.vote_seals: set[tuple[int, int | None]] = set()
        self.recorder = "chair"  # of the recommendation
        self.said: dict[tuple[Any, ...], tuple[str, str]] = {}  # of an act on a thing: who, and why
        self.attended: set[int] = set()  # numbers of the meetings with a record of who was there
        key = str(db.engine.url)
        if key not in self.world:
            self.world[key] = (*self.first_world(), take_image())
        else:
            self.world[key][-1].put_back()
        people, self.slug, self.id, foreign, _image = self.world[key]
        self.people: dict[str, Actor] = dict(people)
        self.model = stored(db.session(), self.id)
        self.foreign = stored(db.session(), foreign)
        self.digest = everything()

    def first_world(self) -> tuple[dict[str, Actor], str, int, int]:
        """A committee in set-up, made by the services, and the evaluation of other people."""
        self.people = {"operator": OPERATOR}
        with unit_of_work() as session:
            session.add(District(name="Our district", time_zone="UTC"))
            for name in ("chair", *SEATS, *OUTSIDE):
                self.add_person(session, name)
        self.slug, own = self.set_up("chair", "The one")
        for name, roles in SEATS.items():
            seat = self.invite(name, frozenset(roles))
            if name == "former":
                committee.remove_member(self.people["chair"], self.slug, seat)
        _slug, foreign = self.set_up("elsewhere", "Another")
        return self.people, self.slug, own, foreign

    def teardown(self) -> None:
        """Whatever was done, the record as a whole is what was written."""
        db.session.rollback()
        assert [str(problem) for problem in verify_record(db.session()).problems] == []
        db.session.remove()

    def add_person(self, session: Any, name: str) -> None:
        address = f"{name}@school.example"
        standing = STANDING.get(name, Standing.MEMBER)
        user = User(name=name.title(), email=address, email_key=address, standing=standing)
        user.password_hash, user.address_proven_at = "no password fits this", now_utc()
        session.add(user)
        session.flush()
        self.people[name] = actor_of(user)

    def set_up(self, chair: str, title: str) -> tuple[str, int]:
        actor = self.people[chair]
        made = evaluations.create_evaluation(actor, title=title, rubric=small_rubric())
        for company in ("Ace", "Bolt"):
            vendors.add_vendor(actor, made.slug, vendors.VendorFacts(company=f"{company} {title}"))
        return made.slug, made.id

    def invite(self, name: str, roles: frozenset[Role]) -> int:
        return committee.invite_member(
            self.people["chair"],
            self.slug,
            name=name.title(),
            email=f"{name}@school.example",
            roles=roles,
            stakeholder=Stakeholder.TEACHER,
        ).member.id

    # what the model knows

    def seat(self, name: str) -> int | None:
        """The id of the person's present seat."""
        user = self.people[name].user_id
        return next(
            (
                key
                for key, row in self.model.members.items()
                if user is not None and row["user_id"] == user and row["present"]
            ),
            None,
        )

    def changed_late(self, pair: tuple[int, int]) -> None:
        """A ballot was changed: no longer blind, if the committee has seen ballots."""
        ballot = self.model.ballots[pair]
        ballot["late"] = ballot["late"] or self.model.shown

    def roles(self, name: str) -> set[Role]:
        if name == "operator":
            return {Role.OPERATOR}
        member = self.seat(name)
        if member is None:
            return set()
        row = self.model.members[member]
        held = {Role.CHAIR: row["chair"], Role.REVIEWER: row["reviewer"]}
        return {role for role, has in held.items() if has} or {Role.OBSERVER}

    def fitting_works(self) -> list[Any]:
        """What somebody may do now, and one time in eight everything; as often as it says."""
        kinds = [vars(kind).values() for kind in type(self).__mro__]
        works = [work for own in kinds for work in own if hasattr(work, "drawn")]
        held = [self.roles(name) for name in self.people]
        able = {
            action: self.steps % 8 == 0
            or any(is_allowed(roles, self.model.phase, action) for roles in held)
            for action in {work.drawn[0] for work in works}
        }
        return [work for work in works for _ in range(work.drawn[1]) if able[work.drawn[0]]]

    def person(self, who: int, action: Action) -> str:
        """Mostly somebody who may do it, one time in six anybody."""
        able = [
            name for name in self.people if is_allowed(self.roles(name), self.model.phase, action)
        ]
        names = able if able and who % 6 else list(self.people)
        return names[who // 6 % len(names)]

    def refused(self, name: str, action: Action) -> Refusal:
        """How the guard refuses the person, if it does."""
        roles = self.roles(name)
        if is_allowed(roles, self.model.phase, action):
            return None
        return WrongPhase if phases_of(roles, action) else NotFound

    def recused(self, member: int | None, vendor: int) -> bool:
        row = self.model.declarations.get((member or 0, vendor))
        return row is not None and row["kind"] == "CONFLICT" and not row["waived"]

    def shut_out(self, name: str, vendor: int) -> bool:
        return self.recused(self.seat(name), vendor)

    def partial(self, name: str) -> bool:
        """Whether the person has a conflict of interest with a vendor in the selection."""
        return any(self.runs(key) and self.shut_out(name, key) for key in self.model.vendors)

    def has_entered(self, name: str) -> bool:
        """Whether the person, in a seat of now or before, has seen a ballot by entering it."""
        user = self.people[name].user_id
        return any(
            self.model.members[member]["user_id"] == user for member, _vendor in self.model.seen
        )

    def aims(self, name: str) -> Refusal:
        """How it is refused to who would turn a result that they know, with a conflict."""
        decides = self.model.shown or self.model.phase in {"MEETING", "DECIDED", "ARCHIVED"}
        return Invalid if decides and self.partial(name) else None

    def picked(self, table: str, number: int) -> int:
        """A key of the table; now and then one of another evaluation."""
        own, foreign = list(getattr(self.model, table)), list(getattr(self.foreign, table))
        rows = own if own and number % 20 else foreign
        return rows[number % len(rows)]

    def said_otherwise(self, name: str, why: str, *act: Any) -> Refusal:
        """How an act that is done already is refused: unless this person did it in these words."""
        return None if self.said.get(act) == (name, why) else DoneAlready

    def cell(self, vendor: int, criterion: int) -> tuple[int, int]:
        return self.picked("vendors", vendor), self.picked("criteria", criterion)

    def no_cell(self, vendor: int, criterion: int) -> Refusal:
        there = self.runs(vendor) and criterion in self.model.criteria
        return None if there else NotFound

    def runs(self, vendor: int) -> bool:
        """Whether the vendor is ours and still in the selection."""
        return vendor in self.model.vendors and self.model.vendors[vendor]["withdrawn"] is None

    def outcome(self, vendor: int, criterion: int) -> Outcome:
        """What the rule makes of the marks that the model knows."""
        counts = {"YES": 0, "NO": 0, "NOT_APPLICABLE": 0, "CANNOT_TELL": 0, "MISSING": 0}
        for member, of in self.model.ballots:
            seat = self.model.members[member]
            if of == vendor and is_sitting(seat) and is_covered(seat["criteria"], criterion):
                mark = self.model.marks.get((member, vendor, criterion), {"answer": "MISSING"})
                counts[mark["answer"]] += not self.recused(member, vendor)
        rule = self.model.rule
        share = Fraction(rule["over"], rule["under"])
        return decide_outcome(
            Tally.from_counts(counts.values()), DecisionRule(rule["kind"], share, rule["quorum"])
        ).outcome

    def ruled_out(self, vendor: int) -> bool:
        """Whether the vendor fails a must-have that the committee did not lift."""
        return bool(self.barring(vendor))

    def barring(self, vendor: int) -> list[int]:
        """The must-haves that the vendor fails and that were not lifted for it."""
        return [
            criterion
            for criterion, row in self.model.criteria.items()
            if row["must_have"]
            and not row["left_out"]
            and self.finding(vendor, criterion) == "NOT_MET"
            and (vendor, criterion) not in self.model.reinstated
        ]

    def finding(self, vendor: int, criterion: int) -> Any:
        row = self.model.findings.get((vendor, criterion))
        return row["value"] if row else self.outcome(vendor, criterion)

    # what is done, and what must hold

    @rule()
    def somebody_does_something(self) -> None:
        chance = Random(f"{self.seed} {self.steps}")
        work = chance.choice(self.fitting_works())
        given = {
            name: of(chance) if callable(of) else chance.choice(of)
            for name, of in work.drawn[2].items()
        }
        note(f"{work.__name__}({given})")
        work(self, **given)

    def tried(
        self, refusal: Refusal, work: Callable[[], Any], *, idle: bool = False
    ) -> Done | None:
        """Do it: it must be refused as expected, or succeed. `idle`: succeed and change nothing."""
        self.steps += 1
        got: type[CrrubricError] | None = None
        value = None
        try:
            value = work()
        except CrrubricError as error:
            got = type(error)
        assert got is (refusal or None), f"{got} instead of {refusal}"
        now = everything()
        self.changed = now != self.digest
        if got or idle:
            assert now == self.digest, "nothing should have changed"
        self.digest = now
        return None if got else Done(value)

    @invariant()
    def the_record_holds(self) -> None:
        if not self.changed:
            return
        session = db.session()
        session.rollback()
        state = stored(session, self.id)
        wrong = list_differences(self.model, state, but=LEFT_TO_VERIFY)
        wrong += list_differences(replay(session, self.id), state)
        assert not wrong, wrong
        self.seals_hold(session, state)
        self.ballots_are_blind_until_the_meeting(session, state)
        self.practice_holds()
        self.votes_hold()
        assert not state.findings.keys() & state.deferrals.keys()

    def seals_hold(self, session: Any, state: State) -> None:
        rows = session.execute(
            select(SealedBallot, Ballot)
            .join(Ballot, Ballot.id == SealedBallot.ballot_id)
            .join(Vendor, Vendor.id == Ballot.vendor_id)
            .where(Vendor.evaluation_id == self.id)
        ).all()
        now = {(row.ballot_id, row.number): row.content for row, _ballot in rows}
        assert self.sealed.items() <= now.items(), "a sealed version changed"
        self.sealed = now
        corrected = {row["criterion_id"] for row in state.revisions}
        for row, ballot in rows:
            if ballot.state == "SUBMITTED" and row.number == ballot.seals:
                content = json.loads(row.content)
                assert content["marks"] == marks_on(state, ballot)
                said = content["marks"].keys() | content["gaps"].keys()
                asked = asked_by(state, ballot.member_id)
                # what was left out, or came back, after it was sealed is not in it, or still is
                but = {state.criteria[key]["code"] for key in corrected}
                assert asked - but == said - but

    def ballots_are_blind_until_the_meeting(self, session: Any, state: State) -> None:
        evaluation = find_evaluation(session, self.slug)
        if state.phase not in FROM_MEETING:
            assert list(iterate_disclosed_marks(session, evaluation)) == []
            with pytest.raises(NotFound):
                read_matrix(session, evaluation)
            return
        read = read_matrix(session, evaluation)
        self.kept_results_are_fresh(session, evaluation, read)
        found = {
            (read.vendors[vendor].id, read.criteria[criterion].id): cell.resolution.outcome
            for (vendor, criterion), cell in read.results.cells.items()
        }
        asked = [key for key, row in state.criteria.items() if not row["left_out"]]
        cells = [(vendor, key) for vendor in filter(self.runs, state.vendors) for key in asked]
        assert found == {key: self.outcome(*key) for key in cells}

    def kept_results_are_fresh(self, session: Any, evaluation: Evaluation, kept: Matrix) -> None:
        """What is kept since before the last act is what is computed after it."""
        KEPT.clear()
        fresh = read_matrix(session, evaluation)
        assert kept.results == fresh.results
        assert np.array_equal(kept.basis.ballots.answers, fresh.basis.ballots.answers)
        assert kept.basis.ballots.reviewers == fresh.basis.ballots.reviewers
        assert dict(kept.basis.adopted) == dict(fresh.basis.adopted)
        for name in ("criteria", "vendors", "rule", "mode", "pass_mark", "lifted"):
            assert getattr(kept.basis, name) == getattr(fresh.basis, name)


def asked_by(state: State, member: int) -> set[str]:
    """The codes of the criteria that a member is to mark."""
    limit = state.members[member]["criteria"]
    return {
        row["code"]
        for key, row in state.criteria.items()
        if not row["left_out"] and is_covered(limit, key)
    }


def marks_on(state: State, ballot: Ballot) -> dict[str, dict[str, Any]]:
    """The marks of a ballot by criterion code, as a seal keeps them."""
    return {
        state.criteria[criterion]["code"]: {
            **{k: v for k, v in row.items() if k != "version"},
            "files": [
                {name: file[name] for name in ("name", "size", "sha256")}
                for key, file in sorted(state.mark_files.items(), key=lambda pair: pair[0][-1])
                if key[:3] == (member, vendor, criterion)
            ],
        }
        for (member, vendor, criterion), row in state.marks.items()
        if (member, vendor) == (ballot.member_id, ballot.vendor_id)
    }
