"""What else the random people of the state machine do: they vote on must-haves."""

import json
from random import Random
from typing import Any

from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.record.state import is_sitting
from crrubric.domain.vocabulary import Answer
from crrubric.extensions import db
from crrubric.models import CastVote, Criterion, MustHaveVote, SealedVote
from crrubric.queries.planning.votes import list_vote_results, list_votes, load_newest_counts
from crrubric.services.planning import settlements, votes
from tests.machine.frame import NUMBER, WHY, Frame, Refusal, act

SAID = [Answer.YES, Answer.YES, Answer.NO, Answer.NO, Answer.CANNOT_TELL]


class Votes(Frame):
    """One action a service."""

    @act(Action.RUN_VOTE, often=8)
    def open_vote(self, who):
        name = self.person(who, Action.RUN_VOTE)
        done = self.tried(
            self.refused(name, Action.RUN_VOTE)
            or (self.is_voting() and WrongPhase)
            or (not self.asked_in_vote() and Invalid)
            or (not any(map(is_sitting, self.model.members.values())) and Invalid),
            lambda: votes.open_vote(self.people[name], self.slug),
        )
        if done:
            row = {"open": True, "opened_by": self.people[name].name, "closed_by": ""}
            self.model.votes[len(self.model.votes) + 1] = row

    def is_voting(self) -> bool:
        return any(row["open"] for row in self.model.votes.values())

    def asked_in_vote(self) -> list[int]:
        return [key for key, row in self.model.criteria.items() if not row["left_out"]]

    def words_of(self, criterion: int) -> tuple[str, str]:
        row = self.model.criteria[criterion]
        return row["title"], row["question"]

    def not_voting(self, name: str) -> Refusal:
        """Why the person can't change their answers now."""
        pair = len(self.model.votes), self.seat(name)
        return self.refused(name, Action.VOTE) or (
            (not self.is_voting() or pair in self.vote_seals) and WrongPhase
        )

    @act(Action.VOTE, often=24, criterion=NUMBER, answer=SAID, words=["", "We need it."],
         late=range(5))  # fmt: skip
    def record_vote(self, who, criterion, answer, words, late):
        name, key = self.person(who, Action.VOTE), self.picked("criteria", criterion)
        place = len(self.model.votes), self.seat(name), key
        old = self.cast.get(place)
        version = old["version"] if old else 0
        new = (answer, words, self.words_of(key)) if key in self.model.criteria else None
        same = bool(old) and (old["answer"], old["note"], old["words"]) == new
        seen = version if late else version + 1
        done = self.tried(
            (answer not in ("YES", "NO") and Invalid)
            or self.not_voting(name)
            or (key not in self.asked_in_vote() and NotFound)
            or (not same and seen != version and Stale),
            lambda: votes.record_vote(
                self.people[name], self.slug, key, answer=answer, note=words, seen_version=seen
            ),
            idle=same,
        )
        if done and not same:
            self.cast[place] = {
                "answer": answer, "note": words, "words": new[2], "version": version + 1,
            }  # fmt: skip

    @act(Action.VOTE, often=10)
    def submit_vote(self, who):
        name = self.person(who, Action.VOTE)
        pair = len(self.model.votes), self.seat(name)
        done = self.tried(
            self.not_voting(name) or (not self.answers_of(*pair) and Invalid),
            lambda: votes.submit_vote(self.people[name], self.slug),
        )
        if done:
            self.vote_seals.add(pair)

    def answers_of(self, vote: int, member: int | None) -> dict[int, Any]:
        """What somebody answered, by criterion."""
        return {key[2]: row for key, row in self.cast.items() if key[:2] == (vote, member)}

    @act(Action.RUN_VOTE, often=8, whom=NUMBER, why=WHY)
    def reopen_vote(self, who, whom, why):
        name, member = self.person(who, Action.RUN_VOTE), self.picked("members", whom)
        row = self.model.members.get(member)
        pair = len(self.model.votes), member
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.RUN_VOTE)
            or (not (row and is_sitting(row)) and NotFound)
            or ((not self.is_voting() or pair not in self.vote_seals) and WrongPhase),
            lambda: votes.reopen_vote(self.people[name], self.slug, member, reason=why),
        )
        if done:
            self.vote_seals.remove(pair)

    @act(Action.RUN_VOTE, often=8)
    def close_vote(self, who):
        name, number = self.person(who, Action.RUN_VOTE), len(self.model.votes)
        done = self.tried(
            self.refused(name, Action.RUN_VOTE) or (not self.is_voting() and WrongPhase),
            lambda: votes.close_vote(self.people[name], self.slug),
        )
        if done:
            self.model.votes[number].update(open=False, closed_by=self.people[name].name)
            for key in self.asked_in_vote():
                self.model.vote_counts[number, key] = self.count_votes(number, key)
            for _vote, member, _criterion in [key for key in self.cast if key[0] == number]:
                if is_sitting(self.model.members[member]):
                    self.vote_seals.add((number, member))

    def count_votes(self, vote: int, criterion: int) -> dict[str, Any]:
        title, question = self.words_of(criterion)
        said = [
            row
            for (number, member, key), row in self.cast.items()
            if (number, key) == (vote, criterion) and is_sitting(self.model.members[member])
        ]
        answers = [row["answer"] for row in said]
        return {
            "title": title, "question": question,
            "yes": answers.count("YES"), "no": answers.count("NO"),
            "reworded": sum(row["words"] != (title, question) for row in said),
            "adopted": None, "reason": "", "decided_by": "",
        }  # fmt: skip

    @act(Action.RUN_VOTE, often=20, criterion=NUMBER, must_have=[True, False], why=WHY,
         number=range(6))  # fmt: skip
    def settle_must_have(self, who, criterion, must_have, why, number):
        name, key = self.person(who, Action.RUN_VOTE), self.picked("criteria", criterion)
        last = len(self.model.votes)
        vote = last if number else last - 1
        count = self.model.vote_counts.get((vote, key))
        there = count is not None and not self.model.criteria[key]["left_out"]
        told = (must_have, why)
        same = bool(there) and (
            (count["adopted"], count["reason"]) == told
            and self.model.criteria[key]["must_have"] == must_have
        )
        settled = settlements.SettledMustHave(must_have=must_have, reason=why)
        done = self.tried(
            self.refused(name, Action.RUN_VOTE)
            or (not last and NotFound)
            or ((self.is_voting() or vote != last) and WrongPhase)
            or (not there and NotFound)
            or (not why and self.proposes(count) is not must_have and Invalid),
            lambda: settlements.settle_must_haves(
                self.people[name], self.slug, vote, {key: settled}
            ),
            idle=same,
        )
        if done and not same:
            self.model.criteria[key]["must_have"] = must_have
            if (count["adopted"], count["reason"]) != told:
                count.update(adopted=must_have, reason=why, decided_by=self.people[name].name)

    def proposes(self, count: dict[str, Any]) -> bool | None:
        return None if count["yes"] == count["no"] else count["yes"] > count["no"]

    def begin_vote(self, chance: Random, phase: int) -> None:
        """Before scoring a vote may be open already, with answers, or be closed."""
        if phase or chance.random() < 0.2:
            return
        votes.open_vote(self.people["chair"], self.slug)
        for name, answer in (("ana", Answer.YES), ("ben", Answer.NO)):
            for key in list(self.model.criteria)[: chance.randrange(4)]:
                votes.record_vote(self.people[name], self.slug, key, answer=answer, seen_version=0)
                self.cast[1, self.seat(name), key] = {
                    "answer": answer, "note": "", "words": self.words_of(key), "version": 1,
                }  # fmt: skip
        if chance.random() < 0.4:
            votes.close_vote(self.people["chair"], self.slug)
            self.vote_seals = {(vote, member) for vote, member, _key in self.cast}

    def votes_hold(self) -> None:
        """Answers and seals are those of the model; counts are told only of what is closed."""
        numbers = dict(db.session.execute(select(MustHaveVote.id, MustHaveVote.number)).all())
        rows = db.session.scalars(select(CastVote)).all()
        found = {
            (numbers[row.vote_id], row.member_id, row.criterion_id): (
                row.answer, row.note, row.version,
            )
            for row in rows
        }  # fmt: skip
        said = {key: (row["answer"], row["note"], row["version"]) for key, row in self.cast.items()}
        assert found == said
        codes = dict(db.session.execute(select(Criterion.id, Criterion.code)).all())
        sealed = db.session.scalars(select(SealedVote).where(SealedVote.reopened_at.is_(None)))
        valid = {(numbers[row.vote_id], row.member_id): row for row in sealed}
        assert valid.keys() == self.vote_seals
        for pair, row in valid.items():
            kept = json.loads(row.content)["answers"]
            own = {codes[key]: one["answer"] for key, one in self.answers_of(*pair).items()}
            assert {code: one["answer"] for code, one in kept.items()} == own
        for vote in list_votes(db.session(), self.id):
            told = {row.criterion.id for row in list_vote_results(db.session(), vote)}
            counted = {key for number, key in self.model.vote_counts if number == vote.number}
            assert told == (set() if vote.closed_at is None else counted)
        if not any(not row["open"] for row in self.model.votes.values()):
            assert load_newest_counts(db.session(), self.id) == {}
