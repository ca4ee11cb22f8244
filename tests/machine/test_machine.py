"""Random people do random things: services let and refuse as they should, and the record holds."""

from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import Phase as HypothesisPhase
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, NotReady, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.meeting.agenda import fingerprint_cells, list_undisputed_cells
from crrubric.domain.meeting.ranking import RankingInput, computed_ranks, encode_order
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.record.replay import STEPS
from crrubric.domain.record.state import Row, is_covered, is_sitting
from crrubric.domain.results.cost import PRICE_FIELDS
from crrubric.domain.setup.assignment import Assignment
from crrubric.domain.vocabulary import (
    Answer,
    CommitmentState,
    DeclarationKind,
    EntrySource,
    EvidenceKind,
    MotionKind,
    Outcome,
    Phase,
    PositionKind,
    Role,
    RuleKind,
    Stakeholder,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import Ballot, Commitment, Declaration, Notice
from crrubric.queries.people.access import find_evaluation, require
from crrubric.queries.people.people import actor_of
from crrubric.queries.record.stored_rows import plain_value
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.rubrics import read_rubric
from crrubric.services.ballots import ballots, declarations, entries, seals
from crrubric.services.mail import notices
from crrubric.services.meeting import decisions, meetings, positions, prices, promises
from crrubric.services.meeting.meetings import MotionText
from crrubric.services.setup import (
    assignments,
    committee,
    evaluations,
    phases,
    rubrics,
    rules,
    vendors,
)
from crrubric.services.setup.rubric import order as rubric_order
from crrubric.services.setup.rubric.files import import_rubric
from tests.factories import small_rubric
from tests.machine.files import Files
from tests.machine.frame import NUMBER, WHY, Refusal, act, everything
from tests.machine.issuing import Issuing
from tests.machine.items import Doing
from tests.machine.later import DAY, TOLD, Later
from tests.machine.measures import Measuring
from tests.machine.offers import Offers
from tests.machine.planning import Planning
from tests.machine.practice import Practice
from tests.machine.purchases import Buying
from tests.machine.questions import Talk
from tests.machine.stored import stored
from tests.machine.triage import Triage
from tests.machine.votes import Votes
from tests.machine.words import Writing

ROLES = [
    frozenset({Role.REVIEWER}),
    frozenset({Role.REVIEWER}),
    frozenset({Role.CHAIR}),
    frozenset({Role.CHAIR, Role.REVIEWER}),
    frozenset({Role.OBSERVER}),
]
SPEAKS = [Stakeholder.TEACHER, Stakeholder.SPECIAL_EDUCATION]
RULES = [
    rules.RuleSettings(),
    rules.RuleSettings(kind=RuleKind.UNANIMITY, quorum=1),
    rules.RuleSettings(kind=RuleKind.SUPERMAJORITY, over=3, under=4, quorum=2, pass_mark=70),
    rules.RuleSettings(pass_mark=101),
    rules.RuleSettings(over=1, under=2),
]
TITLES = ["", "Pace", "Reports", "Support"]


def any_criterion(chance: Random) -> rubrics.CriterionText:
    return rubrics.CriterionText(
        title=chance.choice(TITLES),
        weight=chance.choice([Decimal(0), Decimal(1), Decimal("2.5"), Decimal(-1)]),
        must_have=chance.random() < 0.5,
        may_not_apply=chance.random() < 0.5,
        left_out=chance.random() < 0.3,
        practice=chance.choice(["", "The demo shows it."]),
    )


COMPANIES = ["", "Ace The one", "Cord", "Dune", "Dune"]


def any_mark(chance: Random) -> ballots.MarkText:
    return ballots.MarkText(
        answer=chance.choice([*Answer, Answer.YES, Answer.NO]),
        note=chance.choice(["", "No captions.", "=1+1"]),
        evidence_kind=chance.choice([None, EvidenceKind.DEMO]),
        evidence_place=chance.choice(["", "minute 12"]),
        evidence_on=chance.choice([None, date(2026, 3, 12)]),
        evidence_until=chance.choice([None, None, date(2028, 3, 12)]),
    )


def any_order(chance: Random) -> Row:
    return {
        "kind": chance.choice(["none", "computed", "computed", "other", "other"]),
        "ranks": chance.choice([(1, 2), (2, 1), (1, 1), (1, 0), (1, 3), (0, 0), (2, 0), (1, 2, 2)]),
        "why": chance.choice(["", "It costs less.", "It costs less."]),
        "late": chance.randrange(6),
    }


DAYS = [date(2030, 6, 30), date(2034, 6, 30), None]
LOST = 10**9  # an id that nothing has

# the test’s own table of phase changes: back is a step that needs a reason
FORWARD = [("SETUP", "PRACTICE"), ("SETUP", "SCORING"), ("PRACTICE", "SCORING"),
           ("SCORING", "MEETING"), ("MEETING", "DECIDED"), ("DECIDED", "ARCHIVED")]  # fmt: skip
BACK = [(after, before) for before, after in FORWARD if (before, after) != ("PRACTICE", "SCORING")]


class Committee(
    Buying,
    Doing,
    Files,
    Issuing,
    Later,
    Measuring,
    Offers,
    Planning,
    Practice,
    Talk,
    Triage,
    Votes,
    Writing,
):
    """One rule a service."""

    @initialize(seed=st.integers(0, 2**63))
    def begin(self, seed: int) -> None:
        """Begin somewhere on the way, with some ballots marked."""
        chance, self.seed = Random(seed), seed
        phase, letters = (
            chance.choice([0, 0, 0, 1, 1, 1, 2, 2, 2, 3]),
            chance.choices(chance.choice(["YYN?-", "YYN?-", "NNY", "-"]), k=12),
        )
        chair = self.people["chair"]
        if chance.random() < 0.5:  # somebody is limited to some criteria
            some = frozenset(list(self.model.criteria)[: chance.choice([1, 2])])
            assignments.assign_reviewer(chair, self.slug, self.seat("ben"), Assignment(None, some))
            self.model = stored(db.session(), self.id)
        self.lay_plan(chance)
        self.list_items(chance)
        self.follow_plan(chance)
        if chance.random() < (0.2 if phase else 0.8):
            phases.change_phase(chair, self.slug, Phase.PRACTICE)
            self.rehearse(chance)
        self.begin_vote(chance, phase)
        for step in (Phase.SCORING, Phase.MEETING, Phase.DECIDED)[:phase]:
            if step is Phase.DECIDED:
                self.model = stored(db.session(), self.id)
                left = [key for key in self.model.vendors if not self.ruled_out(key)]
                text = decisions.DecisionText(
                    vendor_id=left[0] if left else None, reason="It fits."
                )
                decisions.record_decision(chair, self.slug, text)
                self.keep_decided_plan("MEETING", "DECIDED")
            phases.change_phase(chair, self.slug, step)
            if step is Phase.SCORING:
                self.fill(letters)
                self.ask(chance)
                self.give_on_paper(chance)
        if phase == 2 and chance.random() < 0.7:
            meetings.start_meeting(chair, self.slug)
            if chance.random() < 0.3:
                phases.change_phase(chair, self.slug, Phase.SCORING, reason="Too early")
        self.model = stored(db.session(), self.id)
        self.changed = True
        self.the_record_holds()
        self.digest = everything()

    def fill(self, letters: list[str]) -> None:
        said = {"Y": Answer.YES, "N": Answer.NO, "?": Answer.CANNOT_TELL}
        for name in ("ana", "ben"):
            for vendor in self.model.vendors:
                declarations.declare_interest(
                    self.people[name], self.slug, vendor, kind=DeclarationKind.NONE
                )
        cells = [
            (name, vendor, criterion)
            for name in ("ana", "ben")
            for vendor in self.model.vendors
            for criterion in self.model.criteria
            if self.asks(self.seat(name), criterion)
        ]
        for (name, vendor, criterion), letter in zip(cells, letters, strict=False):
            if letter != "-":
                text = ballots.MarkText(answer=said[letter])
                ballots.record_mark(
                    self.people[name], self.slug, vendor, criterion, text, seen_version=0
                )

    def give_on_paper(self, chance: Random) -> None:
        """The chair, who does not score, may have entered a ballot of the second one."""
        if chance.random() < 0.5:
            pair = Ballot.member_id == self.seat("second"), Ballot.vendor_id.in_(self.model.vendors)
            key = db.session.scalars(select(Ballot.id).where(*pair).order_by(Ballot.id)).first()
            said = {next(iter(self.model.criteria)): TOLD}
            entry = entries.EnteredBallot(
                source=EntrySource.PAPER, given_on=DAY, no_conflict=True, marks=said, rest="No."
            )
            entries.enter_ballot(self.people["chair"], self.slug, key, entry)

    # the committee

    def only_chair(self, member: int | None, roles: frozenset[Role] = frozenset()) -> bool:
        row = self.model.members.get(member or 0)
        others = [
            key
            for key, one in self.model.members.items()
            if key != member and one["chair"] and one["present"]
        ]
        return bool(row and row["chair"]) and Role.CHAIR not in roles and not others

    def chooses_marks(
        self, name: str, member: int | None, roles: frozenset[Role] = frozenset()
    ) -> bool:
        """Whether somebody would begin or cease to count once ballots were seen."""
        row = self.model.members.get(member or 0)
        scored = bool(row and row["present"] and row["reviewer"])
        if scored == (Role.REVIEWER in roles):
            return False
        held = scored or any(pair[0] == member for pair in self.model.ballots)
        return self.model.shown or (held and self.chooses_ballots(name, member))

    def chooses_ballots(self, name: str, member: int | None, vendor: int | None = None) -> bool:
        """Whether ballots would be chosen that somebody has seen when they entered one."""
        entered = any(key[0] == member and vendor in (None, key[1]) for key in self.model.entered)
        return self.model.shown or entered or self.has_entered(name)

    @act(Action.MANAGE_COMMITTEE, whom=NUMBER, roles=ROLES, speaks=SPEAKS)
    def invite_member(self, who, whom, roles, speaks):
        name = self.person(who, Action.MANAGE_COMMITTEE)
        others = [one for one in self.people if one != "operator"]
        guest = "newcomer" if whom % 7 == 0 else others[whom % len(others)]
        user = self.people[guest].user_id if guest in self.people else None
        held = [k for k, row in self.model.members.items() if user and row["user_id"] == user]
        member = held[0] if held else None
        row = self.model.members.get(member or 0)
        again = row if row and row["present"] else None
        same = again and guest == "newcomer" and {**again, **seat(roles, speaks)} == again
        done = self.tried(
            self.refused(name, Action.MANAGE_COMMITTEE)
            or (again is not None and not same and Invalid)
            or (self.chooses_marks(name, member, roles) and Invalid),
            lambda: committee.invite_member(
                self.people[name],
                self.slug,
                name=guest.title(),
                email=f" {guest.upper()}@school.example",
                roles=roles,
                stakeholder=speaks,
            ),
        )
        if done:
            made = done.value.member
            if guest not in self.people:
                self.people[guest] = actor_of(made.user)
            self.model.members[made.id] = {
                "name": guest.title(), "user_id": self.people[guest].user_id,
                **seat(roles, speaks), "present": True,
                "practiced": False, "vendors": None, "criteria": None,
                **self.kept(made.id),
            }  # fmt: skip
            self.model.issue_ballots()

    def kept(self, member: int) -> Row:
        """What a seat keeps although somebody left it and came back."""
        row = self.model.members.get(member)
        return {k: row[k] for k in ("practiced", "vendors", "criteria")} if row else {}

    @act(Action.MANAGE_COMMITTEE, whom=NUMBER, roles=ROLES, speaks=SPEAKS)
    def change_member(self, who, whom, roles, speaks):
        name, member = self.person(who, Action.MANAGE_COMMITTEE), self.picked("members", whom)
        row = self.model.members.get(member)
        done = self.tried(
            self.refused(name, Action.MANAGE_COMMITTEE)
            or (not (row and row["present"]) and NotFound)
            or (self.only_chair(member, roles) and Invalid)
            or (self.chooses_marks(name, member, roles) and Invalid),
            lambda: committee.change_member(
                self.people[name], self.slug, member, roles=roles, stakeholder=speaks
            ),
        )
        if done:
            row.update(seat(roles, speaks))
            self.model.issue_ballots()

    @act(Action.MANAGE_COMMITTEE, whom=NUMBER)
    def remove_member(self, who, whom):
        name, member = self.person(who, Action.MANAGE_COMMITTEE), self.picked("members", whom)
        row = self.model.members.get(member)
        done = self.tried(
            self.refused(name, Action.MANAGE_COMMITTEE)
            or (not (row and row["present"]) and NotFound)
            or (self.only_chair(member) and Invalid)
            or (self.chooses_marks(name, member) and Invalid),
            lambda: committee.remove_member(self.people[name], self.slug, member),
        )
        if done:
            row["present"] = False

    @act(Action.MANAGE_COMMITTEE, whom=NUMBER)
    def renew_invite(self, who, whom):
        name, member = self.person(who, Action.MANAGE_COMMITTEE), self.picked("members", whom)
        row = self.model.members.get(member)
        newcomer = self.people.get("newcomer")
        self.tried(
            self.refused(name, Action.MANAGE_COMMITTEE)
            or (not (row and row["present"]) and NotFound)
            or (not (newcomer and newcomer.user_id == row["user_id"]) and Invalid),
            lambda: committee.renew_invite(self.people[name], self.slug, member),
        )

    # set-up

    @act(Action.EDIT_SETUP)
    def create_evaluation_with_a_taken_title(self, who):
        actor = list(self.people.values())[who % len(self.people)]
        self.tried(
            NotFound if actor.standing is Standing.MEMBER else Invalid,
            lambda: evaluations.create_evaluation(
                actor, title=self.model.facts["title"], rubric=small_rubric()
            ),
        )

    @act(Action.EDIT_SETUP, title=["", "The one", "Renamed", "Another"], day=DAYS)
    def change_facts(self, who, title, day):
        name = self.person(who, Action.EDIT_SETUP)
        new = {"title": title, "purpose": "To choose.", "closes_on": plain_value(day)}
        done = self.tried(
            (not title and Invalid)
            or self.refused(name, Action.EDIT_SETUP)
            or (title == "Another" and Invalid),
            lambda: evaluations.change_evaluation(
                self.people[name], self.slug, title=title, purpose="To choose.", closes_on=day
            ),
        )
        if done:
            self.model.facts.update(new)

    @act(Action.EDIT_SETUP, settings=RULES)
    def set_rule(self, who, settings):
        name = self.person(who, Action.EDIT_SETUP)
        bad = settings.pass_mark > 100 or 2 * settings.over <= settings.under
        done = self.tried(
            (bad and Invalid) or self.refused(name, Action.EDIT_SETUP),
            lambda: rules.set_rule(self.people[name], self.slug, settings),
        )
        if done:
            self.model.rule, self.model.rule_set = asdict(settings), True

    @act(Action.EDIT_SETUP, title=TITLES)
    def add_section(self, who, title):
        name = self.person(who, Action.EDIT_SETUP)
        done = self.tried(
            (not title and Invalid) or self.refused(name, Action.EDIT_SETUP),
            lambda: rubrics.add_section(self.people[name], self.slug, title=title),
        )
        if done:
            self.model.sections[done.value.id] = {
                "code": done.value.code, "title": title, "position": len(self.model.sections),
            }  # fmt: skip

    @act(Action.EDIT_SETUP, section=NUMBER, text=any_criterion)
    def add_criterion(self, who, section, text):
        name, section = self.person(who, Action.EDIT_SETUP), self.picked("sections", section)
        done = self.tried(
            ((not text.title or text.weight < 0) and Invalid)
            or self.refused(name, Action.EDIT_SETUP)
            or (section not in self.model.sections and NotFound),
            lambda: rubrics.add_criterion(self.people[name], self.slug, section, text),
        )
        if done:
            place = len(self.in_section(section))
            self.model.criteria[done.value.id] = {
                **asdict(text), "section_id": section, "position": place, "code": done.value.code,
            }  # fmt: skip

    def in_section(self, section: int) -> list[int]:
        rows = self.model.criteria.items()
        own = [(row["position"], key) for key, row in rows if row["section_id"] == section]
        return [key for _position, key in sorted(own)]

    @act(Action.EDIT_SETUP, criterion=NUMBER, text=any_criterion)
    def change_criterion(self, who, criterion, text):
        name, key = self.person(who, Action.EDIT_SETUP), self.picked("criteria", criterion)
        done = self.tried(
            ((not text.title or text.weight < 0) and Invalid)
            or self.refused(name, Action.EDIT_SETUP)
            or (key not in self.model.criteria and NotFound),
            lambda: rubrics.change_criterion(self.people[name], self.slug, key, text),
        )
        if done:
            self.model.criteria[key].update(asdict(text))

    @act(Action.EDIT_SETUP, criterion=NUMBER, by=[-1, 1])
    def move_criterion(self, who, criterion, by):
        name, key = self.person(who, Action.EDIT_SETUP), self.picked("criteria", criterion)
        done = self.tried(
            self.refused(name, Action.EDIT_SETUP) or (key not in self.model.criteria and NotFound),
            lambda: rubric_order.move_criterion(self.people[name], self.slug, key, by=by),
        )
        if done:
            self.shift(key, by)

    @act(Action.EDIT_SETUP, criterion=NUMBER, number=NUMBER)
    def import_rubric(self, who, criterion, number):
        """The own rubric as a file, with another title of one criterion."""
        name, key = self.person(who, Action.EDIT_SETUP), self.picked("criteria", criterion)
        code = self.model.criteria.get(key, {}).get("code", "")
        title = f"Imported {number}"
        own = read_rubric(db.session(), find_evaluation(db.session(), self.slug))
        parts = [
            replace(
                part,
                criteria=tuple(
                    replace(row, title=title, translations={}) if row.code == code else row
                    for row in part.criteria
                ),
            )
            for part in own.sections
        ]
        done = self.tried(
            self.refused(name, Action.EDIT_SETUP),
            lambda: import_rubric(
                self.people[name], self.slug, replace(own, sections=tuple(parts))
            ),
        )
        if done and key in self.model.criteria:
            self.model.criteria[key].update(title=title, translations={})
        if done and not done.value.is_empty():
            for section in self.model.sections:
                for position, one in enumerate(self.in_section(section)):
                    self.model.criteria[one]["position"] = position

    def shift(self, key: int, by: int) -> None:
        """Move within the section, or to the near end of the next one."""
        sections = sorted(self.model.sections, key=lambda k: self.model.sections[k]["position"])
        here = sections.index(self.model.criteria[key]["section_id"])
        order = {section: self.in_section(section) for section in sections}
        own = order[sections[here]]
        place = own.index(key) + by
        if 0 <= place < len(own):
            own.remove(key)
            own.insert(place, key)
        elif 0 <= here + by < len(sections):
            own.remove(key)
            target = order[sections[here + by]]
            target.insert(0 if by > 0 else len(target), key)
        for section, keys in order.items():
            for position, one in enumerate(keys):
                self.model.criteria[one].update(section_id=section, position=position)

    def taken(self, company: str, but: int = 0) -> bool:
        rows = self.model.vendors.items()
        return any(row["company"] == company for key, row in rows if key != but)

    @act(Action.EDIT_SETUP, company=COMPANIES)
    def add_vendor(self, who, company):
        name, facts = self.person(who, Action.EDIT_SETUP), vendors.VendorFacts(company=company)
        done = self.tried(
            (not company and Invalid)
            or self.refused(name, Action.EDIT_SETUP)
            or (self.taken(company) and Invalid),
            lambda: vendors.add_vendor(self.people[name], self.slug, facts),
        )
        if done:
            rows = [row["position"] for row in self.model.vendors.values()]
            self.model.vendors[done.value.id] = {
                **asdict(facts), "code": done.value.code, "position": max(rows, default=-1) + 1,
                "price_lines": None, "withdrawn": None,
            }  # fmt: skip

    @act(Action.EDIT_SETUP, vendor=NUMBER, company=COMPANIES, months=[None, 12])
    def change_vendor(self, who, vendor, company, months):
        name, key = self.person(who, Action.EDIT_SETUP), self.picked("vendors", vendor)
        facts = vendors.VendorFacts(company=company, term_months=months)
        done = self.tried(
            (not company and Invalid)
            or self.refused(name, Action.EDIT_SETUP)
            or ((self.shut_out(name, key) or key not in self.model.vendors) and NotFound)
            or (self.taken(company, but=key) and Invalid),
            lambda: vendors.change_vendor(self.people[name], self.slug, key, facts),
        )
        if done:
            kept = PRICE_FIELDS if self.is_to_know_no_price(name) else set()
            told = {field: value for field, value in asdict(facts).items() if field not in kept}
            self.model.vendors[key].update(told)

    def is_to_know_no_price(self, name: str) -> bool:
        """Whether prices are sealed, and a chair who scores leaves them to one who does not."""
        sealed = self.model.rule["prices_sealed"] and not self.model.facts["prices_opened"]
        seats = [row for row in self.model.members.values() if row["present"]]
        others = any(row["chair"] and not row["reviewer"] for row in seats)
        return bool(sealed and others and self.roles(name) >= {Role.CHAIR, Role.REVIEWER})

    @act(Action.EDIT_SETUP, vendor=NUMBER)
    def remove_vendor(self, who, vendor):
        name, key = self.person(who, Action.EDIT_SETUP), self.picked("vendors", vendor)
        done = self.tried(
            self.refused(name, Action.EDIT_SETUP)
            or ((self.shut_out(name, key) or key not in self.model.vendors) and NotFound)
            or (self.asked_something(key) and WrongPhase)
            or (
                any(pair[1] == key and self.recused_once(pair) for pair in self.model.declarations)
                and WrongPhase
            )
            or (any(row["vendors"] == [key] for row in self.sitting()) and Invalid),
            lambda: vendors.remove_vendor(self.people[name], self.slug, key),
        )
        if done:
            del self.model.vendors[key]
            for file in [file for file in self.model.vendor_files if file[0] == key]:
                del self.model.vendor_files[file]
            for pair in [pair for pair in self.model.declarations if pair[1] == key]:
                del self.model.declarations[pair]
            for row in self.model.members.values():
                if key in (row["vendors"] or ()):
                    row["vendors"].remove(key)

    def asked_something(self, vendor: int) -> bool:
        model = self.model
        rows = (*model.askings.values(), *model.questions.values(), *model.purchase_lines.values())
        return any(row["vendor_id"] == vendor for row in rows)

    def sitting(self) -> list[Row]:
        return [row for row in self.model.members.values() if is_sitting(row)]

    # phases

    @act(Action.CHANGE_PHASE, often=3, step=NUMBER, why=["", "Too early.", "Too early."])
    def change_phase(self, who, step, why):
        name, now = self.person(who, Action.CHANGE_PHASE), str(self.model.phase)
        near = [after for before, after in (*FORWARD, *BACK) if before == now]
        to = near[step % len(near)] if step % 5 else str(list(Phase)[step % len(Phase)])
        done = self.tried(
            self.refused(name, Action.CHANGE_PHASE)
            or ((now, to) not in (*FORWARD, *BACK) and Invalid)
            or (self.hindered(now, to) and NotReady)
            or ((now, to) == ("MEETING", "DECIDED") and self.partial(name) and Invalid)
            or ((now, to) == ("MEETING", "DECIDED") and self.partial(self.recorder) and Invalid)
            or (to != "ARCHIVED" and self.aims(name))
            or ((now, to) in BACK and not why and Invalid),
            lambda: phases.change_phase(self.people[name], self.slug, Phase(to), reason=why),
        )
        if done:
            if (now, to) == ("SCORING", "MEETING"):
                sealed = any(row["seals"] for row in self.model.ballots.values())
                self.model.shown = self.model.shown or bool(self.model.marks or sealed)
            self.model.phase = to
            self.keep_decided_plan(now, to)
            for sitting in filter(None, [self.model.sitting()]):  # it ends with its phase
                sitting.update(ended=True, present=[])
            if to == "SETUP":
                self.model.ballots.clear()
            self.model.issue_ballots()

    def hindered(self, now: str, to: str) -> bool:
        """Whether a condition of the change is not met."""
        model = self.model
        asked = [row for row in model.criteria.values() if not row["left_out"]]
        reviewers = [row for row in model.members.values() if is_sitting(row)]
        able = any(map(self.runs, model.vendors)) or to == "PRACTICE"
        weighed = any(row["weight"] for row in asked) or to == "PRACTICE"
        ready = bool(asked and weighed and able and reviewers)
        sealed = [row for row in model.ballots.values() if row["seals"]]
        held = (model.meetings, model.findings, model.deferrals, model.decision, model.commitments,
                model.reinstated, model.narratives)  # fmt: skip
        return {
            "SETUP": not ready or (to == "SCORING" and self.is_voting()),
            "PRACTICE": to == "SCORING" and (not ready or self.is_voting()),
            "SCORING": to == "SETUP" and bool(model.marks or sealed or any(held) or model.shown),
            "MEETING": to == "DECIDED" and not self.decided_well(),
            "DECIDED": to == "ARCHIVED" and model.facts["until"] is None,
        }.get(now, False)

    def decided_well(self) -> bool:
        decision = self.model.decision
        if decision is None:
            return False
        return decision["vendor_id"] is None or not self.ruled_out(decision["vendor_id"])

    @act(Action.SET_RETENTION, until=DAYS, hold=["", "A protest"], why=WHY)
    def set_retention(self, who, until, hold, why):
        name, facts = self.person(who, Action.SET_RETENTION), self.model.facts
        sooner = bool(until and facts["until"] and until.isoformat() < facts["until"])
        same = bool(until) and (until.isoformat(), hold) == (facts["until"], facts["hold"])
        done = self.tried(
            (until is None and Invalid)
            or self.refused(name, Action.SET_RETENTION)
            or ((sooner or (facts["hold"] and not hold)) and not why and Invalid)
            or ((sooner or facts["hold"] not in ("", hold)) and self.partial(name) and Invalid)
            or (why and same and self.said_otherwise(name, why, "retain")),
            lambda: evaluations.set_retention(
                self.people[name], self.slug, until=until, hold=hold, reason=why
            ),
            idle=same,
        )
        if done and not same:
            self.said["retain",] = name, why
            facts.update(until=until.isoformat(), hold=hold)

    # declarations

    @act(Action.DECLARE, often=3, vendor=NUMBER, conflict=range(4), words=WHY)
    def declare(self, who, vendor, conflict, words):
        name, key = self.person(who, Action.DECLARE), self.picked("vendors", vendor)
        kind = DeclarationKind.NONE if conflict else DeclarationKind.CONFLICT
        pair = self.seat(name), key
        old = self.model.declarations.get(pair)
        done = self.tried(
            (bool(conflict) == bool(words) and Invalid)  # “none” has no words, a conflict has
            or self.refused(name, Action.DECLARE)
            or (key not in self.model.vendors and NotFound)
            or (old and old["kind"] == "CONFLICT" and WrongPhase),
            lambda: declarations.declare_interest(
                self.people[name], self.slug, key, kind=kind, words=words
            ),
            idle=bool(old) and old["kind"] == kind,
        )
        if done:
            said = "" if conflict else words
            self.model.declarations[pair] = {"kind": kind, "words": said, "waived": None}

    @act(Action.DECLARE, vendor=NUMBER, why=WHY)
    def retract_conflict(self, who, vendor, why):
        name, key = self.person(who, Action.DECLARE), self.picked("vendors", vendor)
        pair = self.seat(name), key
        row = self.model.declarations.get(pair)
        conflict = bool(row) and row["kind"] == "CONFLICT"
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.DECLARE)
            or (row is None and NotFound)
            or (not conflict and self.said_otherwise(name, why, "retract", pair))
            or (conflict and (self.waived(pair) or self.chooses_ballots(name, *pair)) and Invalid)
            or (conflict and self.model.phase == "MEETING" and Invalid),
            lambda: declarations.retract_conflict(self.people[name], self.slug, key, reason=why),
            idle=not conflict,
        )
        if done and conflict:
            self.model.declarations[pair] = {"kind": "NONE", "words": "", "waived": None}
            self.said["retract", pair] = name, why

    @act(Action.DECLARE, vendor=NUMBER, words=WHY, why=WHY)
    def reword_conflict(self, who, vendor, words, why):
        name, key = self.person(who, Action.DECLARE), self.picked("vendors", vendor)
        pair = self.seat(name), key
        row = self.model.declarations.get(pair)
        same = bool(row) and row["words"] == words
        done = self.tried(
            (not (why and words) and Invalid)
            or self.refused(name, Action.DECLARE)
            or ((row is None or row["kind"] == "NONE") and NotFound)
            or (same and self.said_otherwise(name, why, "reword", pair)),
            lambda: declarations.reword_conflict(
                self.people[name], self.slug, key, words=words, reason=why
            ),
            idle=same,
        )
        if done and not same:
            row["words"] = words
            self.said["reword", pair] = name, why

    def declaration(self, number: int) -> tuple[int, Any]:
        rows = db.session.scalars(select(Declaration).order_by(Declaration.kind, Declaration.id))
        pairs = [(row.id, (row.member_id, row.vendor_id)) for row in rows]
        conflicts = [pair for pair in pairs if self.recused_once(pair[1])]
        if conflicts and number % 4:
            pairs = conflicts
        return pairs[number % len(pairs)] if pairs else (LOST, None)

    def recused_once(self, pair: Any) -> bool:
        return (
            pair in self.model.declarations and self.model.declarations[pair]["kind"] == "CONFLICT"
        )

    def no_conflict(self, name: str, pair: Any) -> Refusal:
        row = self.model.declarations.get(pair)
        there = row and row["kind"] == "CONFLICT" and self.model.members[pair[0]]["present"]
        own = pair and pair[0] == self.seat(name)
        return None if there and not own and not self.shut_out(name, pair[1]) else NotFound

    def waived(self, pair: Any) -> bool:
        return bool(pair and self.model.declarations.get(pair, {}).get("waived"))

    @act(Action.WAIVE_CONFLICT, which=NUMBER, why=WHY)
    def waive(self, who, which, why):
        name, (key, pair) = self.person(who, Action.WAIVE_CONFLICT), self.declaration(which)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.WAIVE_CONFLICT)
            or self.no_conflict(name, pair)
            or (self.chooses_ballots(name, *pair) and Invalid)
            or (self.waived(pair) and self.said_otherwise(name, why, "waive", pair)),
            lambda: declarations.waive_conflict(self.people[name], self.slug, key, reason=why),
            idle=self.waived(pair),
        )
        if done and not self.waived(pair):
            self.model.declarations[pair]["waived"] = (self.people[name].name, why)
            self.said["waive", pair] = name, why

    @act(Action.WAIVE_CONFLICT, which=NUMBER, why=WHY)
    def end_waiver(self, who, which, why):
        name, (key, pair) = self.person(who, Action.WAIVE_CONFLICT), self.declaration(which)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.WAIVE_CONFLICT)
            or self.no_conflict(name, pair)
            or (self.chooses_ballots(name, *pair) and Invalid)
            or (not self.waived(pair) and self.said_otherwise(name, why, "end waiver", pair)),
            lambda: declarations.end_waiver(self.people[name], self.slug, key, reason=why),
            idle=not self.waived(pair),
        )
        if done and self.waived(pair):
            self.model.declarations[pair]["waived"] = None
            self.said["end waiver", pair] = name, why

    # ballots

    def not_writable(self, name: str, vendor: int) -> Refusal:
        pair = self.seat(name), vendor
        own = self.model.ballots.get(pair)
        return (
            self.refused(name, Action.RECORD_MARK)
            or (own is None and NotFound)
            or (not self.runs(vendor) and WrongPhase)
            or (own["state"] == "SUBMITTED" and WrongPhase)
            or ((pair not in self.model.declarations or self.recused(*pair)) and WrongPhase)
        )

    def writable(self, name: str, vendor: int) -> int:
        """Mostly a vendor whose ballot the person can write on."""
        own = [key for key in self.model.vendors if not self.not_writable(name, key)]
        return own[vendor % len(own)] if own and vendor % 5 else self.picked("vendors", vendor)

    @act(
        Action.RECORD_MARK,
        often=6,
        vendor=NUMBER,
        criterion=NUMBER,
        text=any_mark,
        late=range(5),
    )
    def record_mark(self, who, vendor, criterion, text, late):
        name = self.person(who, Action.RECORD_MARK)
        others = [one for one in self.model.criteria if not self.asks(self.seat(name), one)]
        vendor, picked = self.writable(name, vendor), self.picked("criteria", criterion)
        criterion = others[criterion % len(others)] if others and criterion % 3 == 0 else picked
        key = self.seat(name), vendor, criterion
        old, asked = self.model.marks.get(key), self.model.criteria.get(criterion)
        version = old["version"] if old else 0
        new = {name: plain_value(value) for name, value in asdict(text).items()}
        same = bool(old) and old == {**new, "version": version}
        seen = version if late else version + 1
        done = self.tried(
            self.not_writable(name, vendor)
            or ((key[0], vendor) in self.model.seen and WrongPhase)
            or (not self.asks(key[0], criterion) and NotFound)
            or (text.answer == "NOT_APPLICABLE" and not asked["may_not_apply"] and Invalid)
            or (not same and seen != version and Stale),
            lambda: ballots.record_mark(
                self.people[name], self.slug, vendor, criterion, text, seen_version=seen
            ),
            idle=same,
        )
        if done and not same:
            self.model.marks[key] = {**new, "version": version + 1}
            self.gone_on.add(key[:2])
            self.changed_late(key[:2])

    def asks(self, member: int | None, criterion: int) -> bool:
        """Whether the member is to mark the criterion."""
        row, seat = self.model.criteria.get(criterion), self.model.members.get(member)
        return bool(
            row and seat and not row["left_out"] and is_covered(seat["criteria"], criterion)
        )

    def left(self, pair: Any) -> list[int]:
        return [
            key
            for key in self.model.criteria
            if self.asks(pair[0], key) and (*pair, key) not in self.model.marks
        ]

    @act(Action.RECORD_MARK, often=3, vendor=NUMBER, why=WHY)
    def submit_ballot(self, who, vendor, why):
        name = self.person(who, Action.RECORD_MARK)
        vendor = self.writable(name, vendor)
        pair = self.seat(name), vendor
        reasons = dict.fromkeys(self.model.criteria, why)
        done = self.tried(
            self.not_writable(name, vendor) or (self.left(pair) and not why and NotReady),
            lambda: seals.submit_ballot(self.people[name], self.slug, vendor, reasons=reasons),
        )
        if done:
            count = self.model.ballots[pair]["seals"] + 1
            self.model.ballots[pair].update(state="SUBMITTED", seals=count)
            self.gone_on.discard(pair)
            self.changed_late(pair)

    @act(Action.REOPEN_BALLOT, often=2, which=NUMBER, why=WHY)
    def reopen_ballot(self, who, which, why):
        name = self.person(who, Action.REOPEN_BALLOT)
        rows = db.session.scalars(select(Ballot).order_by(Ballot.state.desc(), Ballot.id))
        pairs = [(row.id, (row.member_id, row.vendor_id)) for row in rows]
        key, pair = pairs[which % len(pairs)] if pairs else (LOST, None)
        there = pair in self.model.ballots and self.model.members[pair[0]]["present"]
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.REOPEN_BALLOT)
            or ((not there or self.shut_out(name, pair[1])) and NotFound)
            or self.aims(name)
            or (self.model.ballots[pair]["state"] == "OPEN" and WrongPhase)
            or (pair in self.model.seen and WrongPhase),
            lambda: seals.reopen_ballot(self.people[name], self.slug, key, reason=why),
        )
        if done:
            self.model.ballots[pair]["state"] = "OPEN"

    # the meeting

    @act(Action.RUN_MEETING, place=["", "Room 12"])
    def start_meeting(self, who, place):
        name = self.person(who, Action.RUN_MEETING)
        done = self.tried(
            self.refused(name, Action.RUN_MEETING) or (self.model.sitting() and WrongPhase),
            lambda: meetings.start_meeting(self.people[name], self.slug, place=place),
        )
        if done:
            self.model.meetings.append({"place": place, "ended": False, "present": []})

    @act(Action.RUN_MEETING, luck=NUMBER)
    def end_meeting(self, who, luck):
        if luck % 3:  # mostly it goes on
            return
        name = self.person(who, Action.RUN_MEETING)
        done = self.tried(
            self.refused(name, Action.RUN_MEETING) or (not self.model.sitting() and WrongPhase),
            lambda: meetings.end_meeting(self.people[name], self.slug),
        )
        if done:
            self.model.sitting().update(ended=True, present=[])

    @act(Action.RUN_MEETING, numbers=lambda chance: set(chance.sample(NUMBER, 3)))
    def set_present(self, who, numbers):
        name = self.person(who, Action.RUN_MEETING)
        wanted = {self.picked("members", number) for number in numbers}
        there = {key for key, row in self.model.members.items() if row["present"]}
        sitting = self.model.sitting()
        done = self.tried(
            self.refused(name, Action.RUN_MEETING)
            or (sitting is None and WrongPhase)
            or (not wanted <= there and NotFound),
            lambda: meetings.record_attendance(self.people[name], self.slug, wanted),
            idle=bool(sitting) and sitting["present"] == sorted(wanted),
        )
        if done:
            sitting["present"] = sorted(wanted)
            self.attended |= {len(self.model.meetings)} if wanted else set()

    @act(Action.RUN_MEETING, vendor=NUMBER, criterion=NUMBER)
    def point_at(self, who, vendor, criterion):
        name, cell = self.person(who, Action.RUN_MEETING), self.cell(vendor, criterion)
        self.tried(
            self.refused(name, Action.RUN_MEETING)
            or (self.shut_out(name, cell[0]) and NotFound)
            or (not self.model.sitting() and WrongPhase)
            or self.no_cell(*cell),
            lambda: meetings.point_at_cell(self.people[name], self.slug, *cell),
        )

    @act(Action.RUN_MEETING, words=WHY, yes=range(-1, 4), no=range(3))
    def record_motion(self, who, words, yes, no):
        name = self.person(who, Action.RUN_MEETING)
        text = MotionText(words=words, in_favor=yes, opposed=no, moved_by="Ana")
        done = self.tried(
            ((not words or yes < 0) and Invalid)
            or self.refused(name, Action.RUN_MEETING)
            or (not self.model.sitting() and WrongPhase)
            or (yes + no > self.voters() and Invalid),
            lambda: meetings.record_motion(self.people[name], self.slug, text),
        )
        if done:
            self.note_motion(MotionKind.OTHER, text)

    def voters(self) -> int:
        """How many can vote now: chairs and reviewers who are recorded as present, else all."""
        there = [key for key, row in self.model.members.items() if row["present"]]
        if len(self.model.meetings) in self.attended:
            there = self.model.sitting()["present"]
        seats = [self.model.members[key] for key in there]
        return sum(row["chair"] or row["reviewer"] for row in seats)

    def note_motion(self, kind: MotionKind, text: MotionText) -> None:
        self.model.motions.append({"kind": kind, **asdict(text), "carried": text.carried})

    def undisputed(self, name: str) -> dict[tuple[int, int], Outcome]:
        """Cells that a motion would adopt now; which are is for the agenda's own tests."""
        read = read_matrix(db.session(), find_evaluation(db.session(), self.slug))
        cells = {
            (read.vendors[cell.vendor].id, read.criteria[cell.criterion].id): cell.resolution
            for cell in list_undisputed_cells(read.basis, read.results)
        }
        return {k: said.outcome for k, said in cells.items() if not self.shut_out(name, k[0])}

    def shown_undisputed(self, name: str) -> str:
        """What a page of the meeting sends along with the motion."""
        evaluation = find_evaluation(db.session(), self.slug)
        seat = require(self.people[name], Action.RECORD_FINDING, evaluation, db.session())
        read = read_matrix(db.session(), evaluation)
        return fingerprint_cells(meetings.list_undisputed_for_seat(read, seat))

    @act(Action.RECORD_FINDING, often=3, yes=range(4), off=range(5))
    def adopt_undisputed(self, who, yes, off):
        name, text = (
            self.person(who, Action.RECORD_FINDING),
            MotionText(words="As listed", in_favor=yes, opposed=1),
        )
        refused = self.refused(name, Action.RECORD_FINDING) or (
            not self.model.sitting() and WrongPhase
        )
        cells = {} if refused else self.undisputed(name)
        shown = "" if refused or not off else self.shown_undisputed(name)
        done = self.tried(
            refused
            or ((not off or not cells) and Stale)
            or (text.votes > self.voters() and Invalid),
            lambda: meetings.adopt_undisputed_cells(
                self.people[name], self.slug, text, shown=shown
            ),
        )
        if done:
            self.note_motion(MotionKind.UNDISPUTED, text)
            for cell, value in cells.items() if text.carried else ():
                assert cell not in self.model.findings
                self.model.findings[cell] = finding(value, as_computed=True, moved=True)
                self.model.deferrals.pop(cell, None)

    # findings

    @act(Action.RECORD_FINDING, often=3, vendor=NUMBER, criterion=NUMBER, value=list(Outcome),
         why=WHY, late=range(5))  # fmt: skip
    def record_finding(self, who, vendor, criterion, value, why, late):
        name, cell = self.person(who, Action.RECORD_FINDING), self.cell(vendor, criterion)
        old = self.model.findings.get(cell)
        version = old["version"] if old else 0
        seen = version if late else version + 1
        outcome = None if self.no_cell(*cell) else self.outcome(*cell)
        asked = self.model.criteria.get(cell[1])
        done = self.tried(
            (value == "UNRESOLVED" and Invalid)
            or self.refused(name, Action.RECORD_FINDING)
            or (self.shut_out(name, cell[0]) and NotFound)
            or self.no_cell(*cell)
            or (not self.model.sitting() and WrongPhase)
            or (value == "NOT_APPLICABLE" and not asked["may_not_apply"] and Invalid)
            or (value != outcome and not why and Invalid)
            or (seen != version and Stale)
            or (old and old["value"] != value and not why and Invalid)
            or ({value, old["value"] if old else outcome} != {outcome} and self.aims(name)),
            lambda: decisions.record_finding(
                self.people[name],
                self.slug,
                *cell,
                decisions.FindingText(value, why),
                seen_version=seen,
            ),
        )
        if done:
            new = finding(value, as_computed=value == outcome, reason=why)
            self.model.findings[cell] = {**new, "version": version + 1}
            self.model.deferrals.pop(cell, None)

    @act(Action.RECORD_FINDING, vendor=NUMBER, criterion=NUMBER, why=WHY)
    def withdraw_finding(self, who, vendor, criterion, why):
        name, cell = self.person(who, Action.RECORD_FINDING), self.cell(vendor, criterion)
        gone = cell not in self.model.findings
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.RECORD_FINDING)
            or (self.shut_out(name, cell[0]) and NotFound)
            or self.no_cell(*cell)
            or (gone and self.said_otherwise(name, why, "withdraw", cell))
            or (not gone and not self.model.sitting() and WrongPhase)
            or (
                not gone
                and self.model.findings[cell]["value"] != self.outcome(*cell)
                and self.aims(name)
            ),
            lambda: decisions.withdraw_finding(self.people[name], self.slug, *cell, reason=why),
            idle=gone,
        )
        if done and not gone:
            self.model.findings.pop(cell)
            self.said["withdraw", cell] = name, why

    @act(Action.RECORD_FINDING, often=2, vendor=NUMBER, criterion=NUMBER, why=WHY)
    def defer_cell(self, who, vendor, criterion, why):
        name, cell = self.person(who, Action.RECORD_FINDING), self.cell(vendor, criterion)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.RECORD_FINDING)
            or (self.shut_out(name, cell[0]) and NotFound)
            or self.no_cell(*cell)
            or (not self.model.sitting() and WrongPhase)
            or (cell in self.model.findings and WrongPhase),
            lambda: meetings.defer_cell(self.people[name], self.slug, *cell, reason=why),
            idle=cell in self.model.deferrals and self.said["defer", cell] == (name, why),
        )
        if done:
            self.model.deferrals[cell] = why
            self.said["defer", cell] = name, why

    # the decision

    @act(Action.RECORD_DECISION, often=4, vendor=NUMBER, why=WHY, order=any_order)
    def record_decision(self, who, vendor, why, order):
        name = self.person(who, Action.RECORD_DECISION)
        key = self.picked("vendors", vendor) if vendor % 5 else None
        old, text = self.model.decision, self.ranking_text(order)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.RECORD_DECISION)
            or (self.partial(name) and Invalid)
            or (key is not None and not self.runs(key) and NotFound)
            or (key is not None and self.ruled_out(key) and Invalid)
            or self.no_order(text, key),
            lambda: decisions.record_decision(
                self.people[name],
                self.slug,
                decisions.DecisionText(vendor_id=key, reason=why),
                text,
            ),
        )
        if done:
            if old is not None and old["vendor_id"] != key:
                self.model.positions.clear()
            self.recorder = name
            self.model.decision = {
                **asdict(decisions.DecisionText(vendor_id=key, reason=why)),
                **self.adopted(text),
            }  # fmt: skip

    @act(Action.OPEN_PRICES, often=2)
    def open_prices(self, who):
        name, facts = self.person(who, Action.OPEN_PRICES), self.model.facts
        hidden = self.model.rule["prices_sealed"] and not facts["prices_opened"]
        asked = [key for key, row in self.model.criteria.items() if not row["left_out"]]
        cells = [(key, one) for key in self.model.vendors if self.runs(key) for one in asked]
        done = self.tried(
            self.refused(name, Action.OPEN_PRICES)
            or (hidden and any(cell not in self.model.findings for cell in cells) and Invalid),
            lambda: prices.open_prices(self.people[name], self.slug),
            idle=not hidden,
        )
        if done and hidden:
            facts["prices_opened"] = True

    def computed(self) -> tuple[dict[str, int], str]:
        """The computed order, and the text of it; that it is right is for its own tests."""
        if self.model.phase not in FROM_MEETING:
            return {}, ""
        read = read_matrix(db.session(), find_evaluation(db.session(), self.slug))
        return computed_ranks(read.results), encode_order(read.results)

    def ranking_text(self, order: Row) -> RankingInput | None:
        """No order, the computed one, or another one that may have a hole."""
        _ranks, shown = self.computed()
        shown = shown if order["late"] else "another"
        if order["kind"] == "other":
            codes = [row["code"] for row in self.model.vendors.values()]
            ranks = dict(zip(codes, order["ranks"], strict=False))
            return RankingInput({k: v for k, v in ranks.items() if v}, order["why"], shown)
        return RankingInput(None, order["why"], shown) if order["kind"] == "computed" else None

    def no_order(self, text: RankingInput | None, recommended: int | None) -> Refusal:
        """How the order is refused."""
        if text is None:
            return None
        vendors = {row["code"]: key for key, row in self.model.vendors.items()}
        computed, shown = self.computed()
        given = text.ranks or {}
        ranks = computed if text.ranks is None else given
        own = self.model.vendors[recommended]["code"] if recommended in self.model.vendors else None
        holes = [rank != 1 + sum(one < rank for one in given.values()) for rank in given.values()]
        wrong = (
            text.shown != shown
            or text.ranks == {}
            or any(self.ruled_out(vendors[code]) for code in given)
            or any(holes)
            or (ranks and own is not None and own not in ranks)
            or (ranks != computed and not text.reason)
        )
        return (not all(self.runs(vendors[code]) for code in given) and NotFound) or (
            wrong and Invalid
        )

    def adopted(self, text: RankingInput | None) -> Row:
        computed, _shown = self.computed()
        none = {} if text is None else computed
        ranks = none if text is None or text.ranks is None else text.ranks
        codes = {row["code"]: key for key, row in self.model.vendors.items()}
        return {
            "ranking_as_computed": text is None or ranks == computed,
            "ranking_reason": text.reason if text else "",
            "ranks": {codes[code]: rank for code, rank in ranks.items()},
        }

    @act(Action.STATE_POSITION, kind=list(PositionKind), words=WHY)
    def state_position(self, who, kind, words):
        name, decision = self.person(who, Action.STATE_POSITION), self.model.decision
        done = self.tried(
            (kind == "CANNOT_SUPPORT" and not words and Invalid)
            or self.refused(name, Action.STATE_POSITION)
            or (decision is None and WrongPhase)
            or (self.shut_out(name, decision["vendor_id"]) and NotFound),
            lambda: positions.state_position(self.people[name], self.slug, kind=kind, words=words),
        )
        if done:
            self.model.positions[self.seat(name)] = {"kind": kind, "words": words}

    @act(Action.MANAGE_COMMITMENTS, vendor=NUMBER, words=WHY, day=DAYS)
    def record_commitment(self, who, vendor, words, day):
        name, key = self.person(who, Action.MANAGE_COMMITMENTS), self.picked("vendors", vendor)
        text = positions.CommitmentText(words, "Ana", day)
        done = self.tried(
            ((not words or day is None) and Invalid)
            or self.refused(name, Action.MANAGE_COMMITMENTS)
            or ((self.shut_out(name, key) or not self.runs(key)) and NotFound),
            lambda: positions.record_commitment(self.people[name], self.slug, key, text),
        )
        if done:
            self.model.commitments[done.value.id] = {
                "vendor_id": key, "words": words, "owner": "Ana", "due_on": plain_value(day),
            }  # fmt: skip

    @act(Action.MANAGE_COMMITMENTS, which=NUMBER, why=WHY)
    def withdraw_commitment(self, who, which, why):
        name = self.person(who, Action.MANAGE_COMMITMENTS)
        rows = db.session.execute(select(Commitment.id, Commitment.vendor_id)).all()
        key, vendor = rows[which % len(rows)] if rows else (LOST, LOST)
        gone = key not in self.model.commitments
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.MANAGE_COMMITMENTS)
            or ((not rows or self.shut_out(name, vendor)) and NotFound)
            or (gone and self.said_otherwise(name, why, "commitment", key)),
            lambda: positions.withdraw_commitment(self.people[name], self.slug, key, reason=why),
            idle=gone,
        )
        if done and not gone:
            self.model.commitments.pop(key)
            self.said["commitment", key] = name, why

    @act(Action.MANAGE_COMMITMENTS, often=2, which=NUMBER, state=[*CommitmentState], why=WHY)
    def settle_commitment(self, who, which, state, why):
        name = self.person(who, Action.MANAGE_COMMITMENTS)
        rows = list(self.model.commitments.items())
        key, row = rows[which % len(rows)] if rows else (LOST, {"vendor_id": LOST})
        same = self.model.promises.get(key, {"state": "OPEN"})["state"] == state
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.MANAGE_COMMITMENTS)
            or ((not rows or self.shut_out(name, row["vendor_id"])) and NotFound)
            or (same and self.said_otherwise(name, why, "promise", key, state)),
            lambda: promises.settle_commitment(
                self.people[name], self.slug, key, state, reason=why
            ),
            idle=same,
        )
        if done and not same:
            self.model.promises[key] = {"state": state, "reason": why}
            self.said["promise", key, state] = name, why

    # notices

    @act(Action.VIEW_EVALUATION, which=NUMBER)
    def put_away(self, who, which):
        name = self.person(who, Action.VIEW_EVALUATION)
        rows = db.session.execute(select(Notice.id, Notice.member_id).order_by(-Notice.id)).all()
        own = [row for row in rows if row.member_id == self.seat(name)]
        rows = own if own and which % 4 else rows
        key, member = rows[which % len(rows)] if rows else (LOST, LOST)
        self.tried(
            self.refused(name, Action.VIEW_EVALUATION) or (member != self.seat(name) and NotFound),
            lambda: notices.dismiss_notice(self.people[name], self.slug, key),
        )


def seat(roles: frozenset[Role], speaks: Stakeholder) -> Row:
    return {
        "chair": Role.CHAIR in roles, "reviewer": Role.REVIEWER in roles, "stakeholder": speaks,
    }  # fmt: skip


def finding(value: Outcome, *, as_computed: bool, reason: str = "", moved: bool = False) -> Row:
    return {
        "value": value, "as_computed": as_computed, "reason": reason,
        "evidence": "", "agreed": "", "version": 1, "moved": moved,
    }  # fmt: skip


# Services refuse alike on both databases; PostgreSQL, which takes longer, has the longer run too.
@pytest.mark.parametrize(("app", "runs"), [("sqlite", 12), ("postgresql", 4)], indirect=["app"])
def test_random_actions_of_random_people_keep_the_record_consistent(app: Flask, runs: int):
    run_state_machine_as_test(
        Committee,
        settings=settings(
            max_examples=runs,
            stateful_step_count=64,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[HypothesisPhase.generate],  # with .shrink it looks, long, for a shorter failure
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_event_of_an_evaluation_can_be_replayed():
    # district, accounts, and what is removed belong to no evaluation
    begins = ("ACCOUNT_", "DISTRICT_", "KEEPING_", "REMOVAL_")
    of_the_site = {event for event in Event if event.name.startswith(begins)}
    assert set(Event) - STEPS.keys() == {
        Event.RECORD_REMOVED,
        Event.EVALUATION_BEGUN,  # told to the site
        Event.SITE_RESTORED,
        Event.LIBRARY_KEPT,
        *of_the_site,
    }
