"""What else the random people of the state machine do: they practice."""

from random import Random

from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.record.state import is_sitting
from crrubric.domain.vocabulary import Answer
from crrubric.extensions import db
from crrubric.models import PracticeMark
from crrubric.queries.people.access import find_evaluation
from crrubric.queries.setup.practice import list_practice_spreads
from crrubric.services.setup import practice
from tests.machine.frame import NUMBER, Frame, Refusal, act

ANSWERS = ("YES", "NO", "NOT_APPLICABLE", "CANNOT_TELL")


class Practice(Frame):
    """One action a service."""

    @act(Action.PRACTICE, often=8, criterion=NUMBER, answer=list(Answer), words=["", "Why not?"],
         late=range(5))  # fmt: skip
    def record_practice(self, who, criterion, answer, words, late):
        name, key = self.person(who, Action.PRACTICE), self.picked("criteria", criterion)
        pair = self.seat(name), key
        old = self.practice.get(pair)
        version = old["version"] if old else 0
        same = bool(old) and (old["answer"], old["note"]) == (answer, words)
        seen = version if late else version + 1
        done = self.tried(
            self.not_practicing(name)
            or (not self.asks(pair[0], key) and NotFound)
            or (answer == "NOT_APPLICABLE" and not self.model.criteria[key]["may_not_apply"]
                and Invalid)
            or (not same and seen != version and Stale),
            lambda: practice.record_practice_mark(
                self.people[name], self.slug, key, answer=answer, note=words, seen_version=seen
            ),
            idle=same,
        )  # fmt: skip
        if done and not same:
            self.practice[pair] = {"answer": answer, "note": words, "version": version + 1}

    def rehearse(self, chance: Random) -> None:
        """A reviewer may have practiced already, and the spread may be shown."""
        if chance.random() < 0.6:
            seat, first = self.seat("ana"), next(iter(self.model.criteria))
            practice.record_practice_mark(
                self.people["ana"], self.slug, first, answer=Answer.NO, seen_version=0
            )
            self.practice[seat, first] = {"answer": "NO", "note": "", "version": 1}
            if chance.random() < 0.6:
                practice.show_spread(self.people["chair"], self.slug)

    def not_practicing(self, name: str) -> Refusal:
        shown = self.model.facts["practice_shown"]
        return self.refused(name, Action.PRACTICE) or (shown and WrongPhase)

    @act(Action.PRACTICE, often=3)
    def finish_practice(self, who):
        name = self.person(who, Action.PRACTICE)
        member = self.seat(name)
        row = self.model.members.get(member or 0, {"practiced": False})
        done = self.tried(
            self.not_practicing(name)
            or (not any(key[0] == member for key in self.practice) and Invalid),
            lambda: practice.finish_practice(self.people[name], self.slug),
            idle=row["practiced"],
        )
        if done:
            row["practiced"] = True

    @act(Action.RUN_PRACTICE, often=2)
    def show_spread(self, who):
        name, facts = self.person(who, Action.RUN_PRACTICE), self.model.facts
        done = self.tried(
            self.refused(name, Action.RUN_PRACTICE)
            or (not facts["practice_shown"] and not self.practice and Invalid),
            lambda: practice.show_spread(self.people[name], self.slug),
            idle=facts["practice_shown"],
        )
        if done:
            facts["practice_shown"] = True

    @act(Action.RUN_PRACTICE, often=5)
    def restart_practice(self, who):
        name, facts = self.person(who, Action.RUN_PRACTICE), self.model.facts
        done = self.tried(
            self.refused(name, Action.RUN_PRACTICE) or (not facts["practice_shown"] and WrongPhase),
            lambda: practice.restart_practice(self.people[name], self.slug),
        )
        if done:
            facts["practice_shown"] = False
            self.practice.clear()
            for row in self.model.members.values():
                row["practiced"] = False

    def practice_holds(self) -> None:
        """Its marks are those of the model, and their spread is told only once it is shown."""
        rows = db.session.scalars(select(PracticeMark)).all()
        assert self.practice == {
            (row.member_id, row.criterion_id): {
                "answer": row.answer, "note": row.note, "version": row.version,
            }
            for row in rows
        }  # fmt: skip
        told = list_practice_spreads(db.session(), find_evaluation(db.session(), self.slug))
        shown = self.model.facts["practice_shown"]
        asked = [key for key, row in self.model.criteria.items() if not row["left_out"]]
        counts = {
            row.criterion.id: (row.tally.yes, row.tally.no, row.tally.not_applicable,
                               row.tally.cannot_tell)
            for row in told
        }  # fmt: skip
        assert counts == ({key: self.said_in_practice(key) for key in asked} if shown else {})

    def said_in_practice(self, criterion: int) -> tuple[int, ...]:
        said = [
            row["answer"]
            for (member, key), row in self.practice.items()
            if key == criterion and is_sitting(self.model.members[member])
        ]
        return tuple(said.count(answer) for answer in ANSWERS)
