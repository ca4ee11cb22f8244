"""What else the random people of the state machine do: from limits of reviewers to practice."""

from datetime import date
from typing import Any

from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, WrongPhase
from crrubric.domain.record.state import is_covered, is_sitting
from crrubric.domain.setup.assignment import (
    AssignableCriterion,
    Assignment,
    divide_criteria_by_lead,
)
from crrubric.domain.vocabulary import Answer, CorrectionEffect, EntrySource, EvidenceKind
from crrubric.extensions import db
from crrubric.models import Abstention, Ballot
from crrubric.services.ballots import entries
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.meeting import reinstatements
from crrubric.services.setup import assignments, closing, corrections, withdrawals
from tests.machine.frame import NUMBER, WHY, Frame, Refusal, act

LIMITS = [None, None, (), (0,), (1,), (0, 1), (0, 1, 2)]
TOLD = MarkText(answer=Answer.YES, note="On the phone.", evidence_kind=EvidenceKind.DEMO)
DAY = date(2026, 1, 5)


class Later(Frame):
    """One action a service."""

    # who marks what

    def limit(self, table: str, places: tuple[int, ...] | None, number: int) -> list[int] | None:
        if places is None:
            return None
        keys = sorted(getattr(self.model, table))
        chosen = {keys[place] for place in places if place < len(keys)}
        return sorted(
            chosen | ({self.picked(table, number)} if chosen and not number % 5 else set())
        )

    @act(Action.MANAGE_COMMITTEE, often=2, whom=NUMBER, vendors=LIMITS, criteria=LIMITS)
    def assign(self, who, whom, vendors, criteria):
        name, member = self.person(who, Action.MANAGE_COMMITTEE), self.picked("members", whom)
        row = self.model.members.get(member)
        some, marked = self.limit("vendors", vendors, whom), self.limit("criteria", criteria, whom)
        wanted = Assignment(
            None if some is None else frozenset(some),
            None if marked is None else frozenset(marked),
        )
        same = bool(row) and (row["vendors"], row["criteria"]) == (some, marked)
        done = self.tried(
            self.refused(name, Action.MANAGE_COMMITTEE)
            or (not (row and row["present"]) and NotFound)
            or (not row["reviewer"] and Invalid)
            or (self.is_partial_while_open(name) and WrongPhase)
            or (self.no_choice(some, marked) and Invalid)
            or (not same and self.model.shown and WrongPhase)
            or (not same and self.sees_too_much(member, some) and WrongPhase)
            or (not same and self.marks_in_the_way(member, some, marked) and WrongPhase),
            lambda: assignments.assign_reviewer(self.people[name], self.slug, member, wanted),
            idle=same,
        )
        if done and not same:
            self.model.assign(member, some, marked)
            self.model.issue_ballots()

    def is_partial_while_open(self, name: str) -> bool:
        """Whether somebody stays away from a vendor while ballots are open."""
        away = [vendor for vendor in self.model.vendors if self.shut_out(name, vendor)]
        return self.model.phase == "SCORING" and bool(away)

    def no_choice(self, vendors: list[int] | None, criteria: list[int] | None) -> bool:
        """Whether something is chosen of nothing, or of what is not there."""
        pairs = (vendors, self.model.vendors), (criteria, self.model.criteria)
        return any(
            some is not None and (not some or not set(some) <= set(there)) for some, there in pairs
        )

    def marks_in_the_way(
        self, member: int, vendors: list[int] | None, criteria: list[int] | None
    ) -> bool:
        if self.model.phase != "SCORING":
            return False
        old = self.model.members[member]["criteria"]
        own = {key: row for key, row in self.model.ballots.items() if key[0] == member}
        marked = {key[1] for key in self.model.marks if key[0] == member}
        taken = any(
            is_covered(old, key) and not is_covered(criteria, key)
            for key, row in self.model.criteria.items()
            if not row["left_out"]
        )
        sealed = any(row["state"] == "SUBMITTED" for row in own.values())
        dropped = [row["seals"] or key[1] in marked for key, row in own.items()
                   if not is_covered(vendors, key[1])]  # fmt: skip
        return bool((sealed and old != criteria) or (taken and marked) or any(dropped))

    @act(Action.MANAGE_COMMITTEE)
    def assign_by_lead(self, who):
        name, model = self.person(who, Action.MANAGE_COMMITTEE), self.model
        who_sits = {key: row for key, row in model.members.items() if is_sitting(row)}
        asked = [
            AssignableCriterion(key, row["section_id"], row["lead"])
            for key, row in model.criteria.items()
            if not row["left_out"]
        ]
        found = divide_criteria_by_lead(
            {key: row["stakeholder"] for key, row in who_sits.items()}, asked
        )
        wanted = {key: sorted(some) if some is not None else None for key, some in found.items()}
        other = {key: some for key, some in wanted.items() if who_sits[key]["criteria"] != some}
        hindered = [self.marks_in_the_way(key, who_sits[key]["vendors"], some)
                    for key, some in other.items()]  # fmt: skip
        done = self.tried(
            self.refused(name, Action.MANAGE_COMMITTEE)
            or (self.is_partial_while_open(name) and WrongPhase)
            or (((other and self.model.shown) or any(hindered)) and WrongPhase),
            lambda: assignments.assign_sections_by_lead(self.people[name], self.slug),
            idle=not other,
        )
        for key, some in other.items() if done else ():
            model.assign(key, who_sits[key]["vendors"], some)

    def sees_too_much(self, member: int, vendors: list[int] | None) -> bool:
        """Whether a vendor is added of which the member has seen a ballot."""
        added = set(vendors or ()) - set(self.model.members[member]["vendors"] or ())
        return any((member, vendor) in self.model.seen for vendor in added)

    # corrections

    @act(Action.CORRECT_RUBRIC, often=2, criterion=NUMBER, title=["", "Pace", None, None],
         effect=list(CorrectionEffect), why=WHY)  # fmt: skip
    def correct_criterion(self, who, criterion, title, effect, why):
        name, key = self.person(who, Action.CORRECT_RUBRIC), self.picked("criteria", criterion)
        row = self.model.criteria.get(key, {"title": "No", "question": "", "look_for": ""})
        new = {
            "title": row["title"] if title is None else title, "question": row["question"],
            "look_for": row["look_for"], "left_out": effect == "LEAVE_OUT",
        }  # fmt: skip
        after = {k: v for k, v in new.items() if row.get(k) != v}
        others = [one for k, one in self.model.criteria.items() if k != key and one["weight"]]
        alone = all(one["left_out"] for one in others)
        text = corrections.Correction(
            title=new["title"],
            question=new["question"],
            look_for=new["look_for"],
            effect=effect,
            reason=why,
        )
        concerned = self.ballots_with(key)
        away = any(self.shut_out(name, vendor) for vendor in self.model.vendors)
        done = self.tried(
            ((not new["title"] or not why) and Invalid)
            or self.refused(name, Action.CORRECT_RUBRIC)
            or ((self.model.shown or self.has_entered(name)) and effect != "KEEP" and Invalid)
            or (away and effect == "AGAIN" and Invalid)
            or self.aims(name)
            or (key not in self.model.criteria and NotFound)
            or ((not after or (new["left_out"] and alone)) and Invalid),
            lambda: corrections.correct_criterion(self.people[name], self.slug, key, text),
        )
        if done:
            self.model.revisions.append({
                "number": len(self.model.revisions) + 1, "criterion_id": key, "effect": effect,
                "reason": why, "made_by": self.people[name].name,
                "before": {k: row[k] for k in after}, "after": after,
            })  # fmt: skip
            row.update(after)
            for pair in concerned if effect == "AGAIN" else ():
                self.model.ballots[pair]["state"] = "OPEN"
                self.model.marks.pop((*pair, key), None)
                for file in [k for k in self.model.mark_files if k[:3] == (*pair, key)]:
                    del self.model.mark_files[file]

    def ballots_with(self, criterion: int) -> set[tuple[int, int]]:
        """Ballots with a mark on the criterion, or left without one on purpose."""
        left = select(Ballot.member_id, Ballot.vendor_id).join(
            Abstention, Abstention.ballot_id == Ballot.id
        )
        gaps = {
            tuple(row)
            for row in db.session.execute(left.where(Abstention.criterion_id == criterion))
        }
        return gaps | {key[:2] for key in self.model.marks if key[2] == criterion}

    # ballots on paper

    @act(Action.ENTER_ON_BEHALF, often=3, which=NUMBER, said=range(4), rest=WHY, free=range(4))
    def enter_ballot(self, who, which, said, rest, free):
        name = self.person(who, Action.ENTER_ON_BEHALF)
        rows = db.session.scalars(select(Ballot).order_by(Ballot.seals, Ballot.id))
        pairs = [(row.id, (row.member_id, row.vendor_id)) for row in rows]
        able = [one for one in pairs if self.not_enterable(name, one[1]) is None]
        pairs = able if able and which % 4 else pairs
        key, pair = pairs[which % len(pairs)] if pairs else (10**9, None)
        own = [
            k for k in self.model.criteria if pair in self.model.ballots and self.asks(pair[0], k)
        ]
        given = own[:said]
        entry = entries.EnteredBallot(
            source=EntrySource.PAPER,
            given_on=DAY,
            no_conflict=bool(free),
            marks=dict.fromkeys(given, TOLD),
            rest=rest,
        )
        done = self.tried(
            (not given and Invalid)
            or self.refused(name, Action.ENTER_ON_BEHALF)
            or self.not_enterable(name, pair)
            or self.aims(name)
            or (pair not in self.model.declarations and not free and Invalid)
            or ((len(given) < len(own)) != bool(rest) and Invalid)  # why the others have no mark
            # an answer that was entered before stays one
            or (any((*pair, k) in self.model.marks for k in own if k not in given) and Invalid),
            lambda: entries.enter_ballot(self.people[name], self.slug, key, entry),
        )
        if done:
            none = {"kind": "NONE", "words": "", "waived": None}
            self.model.declarations.setdefault(pair, none)
            number = self.model.ballots[pair]["seals"] + 1
            self.model.ballots[pair].update(state="SUBMITTED", seals=number)
            self.gone_on.discard(pair)
            self.changed_late(pair)
            self.model.seen.add((self.seat(name), pair[1]))
            mark = {"answer": "YES", "note": "On the phone.", "evidence_kind": "DEMO",
                    "evidence_place": "", "evidence_on": None, "evidence_until": None}  # fmt: skip
            for cell in [(*pair, criterion) for criterion in given]:
                old = self.model.marks.get(cell, {"version": 0})
                if old != {**mark, "version": old["version"]}:
                    self.model.marks[cell] = {**mark, "version": old["version"] + 1}
            self.model.entered[(*pair, number)] = {
                "source": "PAPER", "given_on": DAY.isoformat(), "dispute": "",
                "entered_by": self.people[name].name, "confirmed": False,
            }  # fmt: skip

    def not_enterable(self, name: str, pair: Any) -> Refusal:
        model, own = self.model, (self.seat(name), pair[1] if pair else 0)
        if pair not in model.ballots or pair == own or not is_sitting(model.members[pair[0]]):
            return NotFound
        if self.shut_out(name, pair[1]) or not self.runs(pair[1]) or self.recused(*pair):
            return NotFound
        begun = model.ballots[pair]["seals"] or any(key[:2] == pair for key in model.marks)
        begun = begun and not self.is_as_entered(pair)
        mine = model.ballots.get(own, {"state": "SUBMITTED"})
        return WrongPhase if begun or mine["state"] == "OPEN" else None

    def is_as_entered(self, pair: Any) -> bool:
        """Whether a ballot is open as somebody entered it, and its reviewer has done nothing."""
        ballot = self.model.ballots[pair]
        row = self.model.entered.get((*pair, ballot["seals"]))
        answered = row and (row["confirmed"] or row["dispute"])
        return bool(row and not answered and ballot["state"] == "OPEN" and pair not in self.gone_on)

    def waiting(self, name: str, vendor: int) -> Any:
        """The key of the entry that waits for the person's word, if one does."""
        pair = self.seat(name), vendor
        ballot = self.model.ballots.get(pair, {"state": "OPEN", "seals": 0})
        key = (*pair, ballot["seals"])
        row = self.model.entered.get(key) if ballot["state"] == "SUBMITTED" else None
        return key if row and not row["confirmed"] and not row["dispute"] else None

    def waited_for(self, who: int, action: Action) -> str:
        """Mostly somebody whose word an entry waits for."""
        names = [n for n in self.people if any(self.waiting(n, key) for key in self.model.vendors)]
        return names[who % len(names)] if names and who % 6 else self.person(who, action)

    def vendor_waiting(self, name: str, vendor: int) -> int:
        own = [key for key in self.model.vendors if self.waiting(name, key)]
        return own[0] if own and vendor % 5 else self.picked("vendors", vendor)

    @act(Action.CONFIRM_BALLOT, vendor=NUMBER)
    def confirm_ballot(self, who, vendor):
        name = self.waited_for(who, Action.CONFIRM_BALLOT)
        vendor = self.vendor_waiting(name, vendor)
        key = self.waiting(name, vendor)
        done = self.tried(
            self.refused(name, Action.CONFIRM_BALLOT) or (not key and NotFound),
            lambda: entries.confirm_ballot(self.people[name], self.slug, vendor),
        )
        if done:
            self.model.entered[key]["confirmed"] = True

    @act(Action.RECORD_MARK, often=2, vendor=NUMBER, why=WHY)
    def dispute_ballot(self, who, vendor, why):
        name = self.waited_for(who, Action.RECORD_MARK)
        vendor = self.vendor_waiting(name, vendor)
        key = self.waiting(name, vendor)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.RECORD_MARK)
            or (not key and NotFound),
            lambda: entries.dispute_ballot(self.people[name], self.slug, vendor, words=why),
        )
        if done:
            self.model.entered[key]["dispute"] = why
            self.model.ballots[key[:2]]["state"] = "OPEN"

    # the day on which scoring closes

    @act(Action.MOVE_CLOSING_DAY, day=[DAY, date(2033, 6, 30), date(2034, 6, 30)])
    def move_closing_day(self, who, day):
        name, old = self.person(who, Action.MOVE_CLOSING_DAY), self.model.facts["closes_on"]
        done = self.tried(
            self.refused(name, Action.MOVE_CLOSING_DAY)
            or (day == DAY and Invalid)
            or (day.isoformat() != old and self.aims(name)),
            lambda: closing.move_closing_day(self.people[name], self.slug, day),
            idle=day.isoformat() == old,
        )
        if done:
            self.model.facts["closes_on"] = day.isoformat()

    # vendors that leave and come back

    @act(Action.WITHDRAW_VENDOR, vendor=NUMBER, why=WHY)
    def withdraw_vendor(self, who, vendor, why):
        name, key = self.person(who, Action.WITHDRAW_VENDOR), self.picked("vendors", vendor)
        running = [one for one in self.model.vendors if self.runs(one)]
        recommended = (self.model.decision or {"vendor_id": None})["vendor_id"]
        out = key in self.model.vendors and key not in running
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.WITHDRAW_VENDOR)
            or ((self.shut_out(name, key) or key not in self.model.vendors) and NotFound)
            or self.aims(name)
            or (out and self.said_otherwise(name, why, "withdraw", key))
            or (not out and (running == [key] or recommended == key) and Invalid),
            lambda: withdrawals.withdraw_vendor(self.people[name], self.slug, key, reason=why),
            idle=out,
        )
        if done and not out:
            self.model.vendors[key]["withdrawn"] = why
            self.said["withdraw", key] = name, why

    def returns_late(self, vendor: int) -> bool:
        """Whether items of a vendor would be decided with prices known."""
        asked = [key for key, row in self.model.criteria.items() if not row["left_out"]]
        undecided = any((vendor, one) not in self.model.findings for one in asked)
        return self.model.facts["prices_opened"] and not self.runs(vendor) and undecided

    @act(Action.WITHDRAW_VENDOR, vendor=NUMBER, why=WHY)
    def restore_vendor(self, who, vendor, why):
        name, key = self.person(who, Action.WITHDRAW_VENDOR), self.picked("vendors", vendor)
        there = self.runs(key)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.WITHDRAW_VENDOR)
            or ((self.shut_out(name, key) or key not in self.model.vendors) and NotFound)
            or self.aims(name)
            or (there and self.said_otherwise(name, why, "restore", key))
            or (self.returns_late(key) and Invalid),
            lambda: withdrawals.restore_vendor(self.people[name], self.slug, key, reason=why),
            idle=there,
        )
        if done and not there:
            self.said["restore", key] = name, why
            self.model.vendors[key]["withdrawn"] = None
            self.model.issue_ballots()

    # reinstatements

    @act(Action.REINSTATE_VENDOR, often=2, vendor=NUMBER, why=WHY)
    def reinstate_vendor(self, who, vendor, why):
        name, key = self.person(who, Action.REINSTATE_VENDOR), self.picked("vendors", vendor)
        failing = [one for one in self.model.vendors if self.barring(one)]
        key = failing[vendor % len(failing)] if failing and vendor % 3 else key
        held = any(pair[0] == key for pair in self.model.reinstated)
        barring = self.barring(key)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.REINSTATE_VENDOR)
            or (self.shut_out(name, key) and NotFound)
            or self.aims(name)
            or (not self.runs(key) and NotFound)
            or (not barring and held and self.said_otherwise(name, why, "reinstate", key))
            or (not barring and not held and Invalid),
            lambda: reinstatements.reinstate_vendor(self.people[name], self.slug, key, reason=why),
            idle=not barring,
        )
        for criterion in barring if done else ():
            self.model.reinstated[key, criterion] = (why, self.people[name].name)
        if done and barring:
            self.said["reinstate", key] = name, why

    @act(Action.REINSTATE_VENDOR, vendor=NUMBER, why=WHY)
    def withdraw_reinstatement(self, who, vendor, why):
        name, key = self.person(who, Action.REINSTATE_VENDOR), self.picked("vendors", vendor)
        gone = all(pair[0] != key for pair in self.model.reinstated)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.REINSTATE_VENDOR)
            or ((self.shut_out(name, key) or key not in self.model.vendors) and NotFound)
            or self.aims(name)
            or (gone and self.said_otherwise(name, why, "lift", key)),
            lambda: reinstatements.withdraw_reinstatement(
                self.people[name], self.slug, key, reason=why
            ),
            idle=gone,
        )
        for pair in [pair for pair in self.model.reinstated if pair[0] == key] if done else ():
            del self.model.reinstated[pair]
        if done and not gone:
            self.said["lift", key] = name, why
