"""What else the random people of the state machine do: they ask vendors, and get answers."""

from datetime import date
from random import Random
from typing import Any

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, NotReady, Stale, WrongPhase
from crrubric.domain.record.state import Row
from crrubric.services.questions import answers, askings, questions
from tests.machine.frame import NUMBER, WHY, Frame, Refusal, act

WORDS = ["", "Is it captioned?", "Is it captioned?", "Who grades?", "Who grades?"]
DAYS = [date(2026, 1, 5), date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 12), None,
        date(2999, 1, 1)]  # fmt: skip
LOST = 10**9  # an id that nothing has


def some_numbers(chance: Random) -> list[int]:
    return chance.sample(NUMBER, chance.choice([0, 1, 1, 2]))


class Talk(Frame):
    """One action a service."""

    # what reviewers ask

    def ask(self, chance: Random) -> None:
        """Reviewers may have asked something, and the chair has a question with its answer."""
        if chance.random() < 0.4:
            return
        vendor, chair, words = chance.choice(list(self.model.vendors)), self.people["chair"], "Who?"
        for name in ("ana", "ben"):
            key = next(one for one in self.model.criteria if self.asks(self.seat(name), one))
            askings.ask_vendor(self.people[name], self.slug, vendor, key, words=words)
        made = questions.write_question(chair, self.slug, vendor, words=words)
        if chance.random() < 0.5:
            answers.record_answer(
                chair, self.slug, made.id, answer="Us.", day=DAYS[0], seen_version=1
            )

    @act(Action.ASK_VENDOR, often=4, vendor=NUMBER, criterion=NUMBER, words=WORDS)
    def ask_vendor(self, who, vendor, criterion, words):
        name, (vendor, key) = self.person(who, Action.ASK_VENDOR), self.cell(vendor, criterion)
        pair = self.seat(name), vendor
        new = {"member_id": pair[0], "vendor_id": vendor, "criterion_id": key, "words": words,
               "question_id": None, "set_aside_reason": ""}  # fmt: skip
        same = new in self.model.askings.values()
        done = self.tried(
            (not words and Invalid)
            or self.refused(name, Action.ASK_VENDOR)
            or ((self.shut_out(name, vendor) or pair not in self.model.ballots) and NotFound)
            or ((not self.runs(vendor) or pair not in self.model.declarations) and WrongPhase)
            or (not self.asks(pair[0], key) and NotFound),
            lambda: askings.ask_vendor(self.people[name], self.slug, vendor, key, words=words),
            idle=same,
        )
        if done and not same:
            self.model.askings[done.value.id] = new

    def row_of(self, table: str, number: int) -> tuple[int, Row]:
        rows = list(getattr(self.model, table).items())
        return rows[number % len(rows)] if rows and number % 20 else (LOST, {"vendor_id": LOST})

    def away(self, name: str, vendor: int) -> Refusal:
        """Whether the vendor is not for the person, or not ours."""
        hidden = self.shut_out(name, vendor) or vendor not in self.model.vendors
        return NotFound if hidden else None

    def dealt_with(self, vendor: int, keys: list[int]) -> Refusal:
        """How askings can not be made a question of."""
        rows = [self.model.askings.get(key) for key in keys]
        lost = any(row is None or row["vendor_id"] != vendor for row in rows)
        return (not rows and Invalid) or (lost and NotFound) or self.no_longer_wait(rows)

    def no_longer_wait(self, rows: list[Any]) -> Refusal:
        return any(row["question_id"] or row["set_aside_reason"] for row in rows) and Stale

    def chosen(self, vendor: int, numbers: list[int]) -> list[int]:
        """Askings: mostly those to the vendor that wait."""
        waiting = [
            key
            for key, row in self.model.askings.items()
            if row["vendor_id"] == vendor and not self.no_longer_wait([row])
        ]
        pick = [n for n in numbers if n % 8] if waiting else []
        lost = [self.row_of("askings", n)[0] for n in numbers if n not in pick]
        return sorted({*(waiting[n % len(waiting)] for n in pick), *lost})

    # what the chair makes of it

    def new_question(self, key: int, vendor: int, criterion: int | None, words: str) -> None:
        self.model.questions[key] = {
            "vendor_id": vendor, "criterion_id": criterion, "words": words, "sent_on": None,
            "answer": "", "answered_on": None, "version": 1, "withdrawn": None,
        }  # fmt: skip

    @act(Action.MANAGE_QUESTIONS, vendor=NUMBER, criterion=NUMBER, words=WORDS)
    def write_question(self, who, vendor, criterion, words):
        name, vendor = self.person(who, Action.MANAGE_QUESTIONS), self.picked("vendors", vendor)
        key = self.picked("criteria", criterion) if criterion % 3 else None
        done = self.tried(
            (not words and Invalid)
            or self.refused(name, Action.MANAGE_QUESTIONS)
            or self.away(name, vendor)
            or (key is not None and key not in self.model.criteria and NotFound),
            lambda: questions.write_question(
                self.people[name], self.slug, vendor, words=words, criterion_id=key
            ),
        )
        if done:
            self.new_question(done.value.id, vendor, key, words)

    @act(Action.MANAGE_QUESTIONS, vendor=NUMBER, numbers=some_numbers, words=WORDS)
    def merge_askings(self, who, vendor, numbers, words):
        name, vendor = self.person(who, Action.MANAGE_QUESTIONS), self.picked("vendors", vendor)
        keys = self.chosen(vendor, numbers)
        done = self.tried(
            (not words and Invalid)
            or self.refused(name, Action.MANAGE_QUESTIONS)
            or self.away(name, vendor)
            or self.dealt_with(vendor, keys),
            lambda: questions.merge_askings(
                self.people[name], self.slug, vendor, keys, words=words
            ),
        )
        if done:
            on = {self.model.askings[key]["criterion_id"] for key in keys}
            self.new_question(done.value.id, vendor, on.pop() if len(on) == 1 else None, words)
            self.join(keys, done.value.id)

    def join(self, keys: list[int], question: int) -> None:
        for key in keys:
            self.model.askings[key]["question_id"] = question

    @act(Action.MANAGE_QUESTIONS, vendor=NUMBER, which=NUMBER, numbers=some_numbers)
    def join_question(self, who, vendor, which, numbers):
        name, (key, row) = (
            self.person(who, Action.MANAGE_QUESTIONS),
            self.row_of("questions", which),
        )
        own = row["vendor_id"] if key != LOST and vendor % 5 else self.picked("vendors", vendor)
        keys = self.chosen(own, numbers)
        done = self.tried(
            self.refused(name, Action.MANAGE_QUESTIONS)
            or self.away(name, own)
            or self.away(name, row["vendor_id"])
            or (row["vendor_id"] != own and NotFound)
            or ((row["answered_on"] or row["withdrawn"]) and WrongPhase)
            or self.dealt_with(own, keys),
            lambda: questions.join_question(
                self.people[name], self.slug, own, keys, question_id=key
            ),
        )
        if done:
            self.join(keys, key)

    @act(Action.MANAGE_QUESTIONS, which=NUMBER, why=WHY)
    def set_aside(self, who, which, why):
        name, (key, row) = self.person(who, Action.MANAGE_QUESTIONS), self.row_of("askings", which)
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.MANAGE_QUESTIONS)
            or self.away(name, row["vendor_id"])
            or self.no_longer_wait([row]),
            lambda: questions.set_aside_asking(self.people[name], self.slug, key, reason=why),
        )
        if done:
            row["set_aside_reason"] = why

    @act(Action.MANAGE_QUESTIONS, which=NUMBER, words=WORDS, late=range(5))
    def reword_question(self, who, which, words, late):
        name, (key, row) = (
            self.person(who, Action.MANAGE_QUESTIONS),
            self.row_of("questions", which),
        )
        seen = row.get("version", 1) + (not late)
        done = self.tried(
            (not words and Invalid)
            or self.refused(name, Action.MANAGE_QUESTIONS)
            or self.away(name, row["vendor_id"])
            or ((row["sent_on"] or row["withdrawn"]) and WrongPhase)
            or (not late and Stale),
            lambda: questions.reword_question(
                self.people[name], self.slug, key, words=words, seen_version=seen
            ),
        )
        if done:
            row.update(words=words, version=row["version"] + 1)

    @act(Action.MANAGE_QUESTIONS, vendor=NUMBER, day=DAYS)
    def send_questions(self, who, vendor, day):
        name, vendor = self.person(who, Action.MANAGE_QUESTIONS), self.picked("vendors", vendor)
        drafts = [
            row
            for row in self.model.questions.values()
            if row["vendor_id"] == vendor and not row["sent_on"] and not row["withdrawn"]
        ]
        done = self.tried(
            self.refused(name, Action.MANAGE_QUESTIONS)
            or self.away(name, vendor)
            or ((day is None or day.year == 2999) and Invalid)
            or (not drafts and NotReady),
            lambda: answers.send_questions(self.people[name], self.slug, vendor, day=day),
        )
        for row in drafts if done else ():
            row["sent_on"] = day.isoformat()

    @act(Action.MANAGE_QUESTIONS, which=NUMBER, words=WORDS, day=DAYS, late=range(5))
    def record_answer(self, who, which, words, day, late):
        name, (key, row) = (
            self.person(who, Action.MANAGE_QUESTIONS),
            self.row_of("questions", which),
        )
        seen = row.get("version", 1) + (not late)
        done = self.tried(
            (not words and Invalid)
            or self.refused(name, Action.MANAGE_QUESTIONS)
            or self.away(name, row["vendor_id"])
            or (row["withdrawn"] and WrongPhase)
            or (not late and Stale)
            or ((day is None or day.year == 2999) and Invalid)
            or (row["sent_on"] and day.isoformat() < row["sent_on"] and Invalid),
            lambda: answers.record_answer(
                self.people[name], self.slug, key, answer=words, day=day, seen_version=seen
            ),
        )
        if done:
            sent = row["sent_on"] or day.isoformat()
            row.update(answer=words, answered_on=day.isoformat(), sent_on=sent)
            row["version"] += 1

    @act(Action.MANAGE_QUESTIONS, which=NUMBER, why=WHY)
    def withdraw_question(self, who, which, why):
        name, (key, row) = (
            self.person(who, Action.MANAGE_QUESTIONS),
            self.row_of("questions", which),
        )
        gone = bool(row.get("withdrawn"))
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.MANAGE_QUESTIONS)
            or self.away(name, row["vendor_id"])
            or (gone and self.said_otherwise(name, why, "take back", key))
            or (row["answered_on"] and WrongPhase),
            lambda: answers.withdraw_question(self.people[name], self.slug, key, reason=why),
            idle=gone,
        )
        if done and not gone:
            row["withdrawn"] = why
            self.said["take back", key] = name, why
