"""What else the random people of the state machine do: they fill in the planning workbook."""

import json
from random import Random
from typing import Any

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, Stale
from crrubric.domain.planning.answers import canonical_answer
from crrubric.domain.planning.progress import (
    AMEND,
    CHECK,
    GOAL,
    HOLDS,
    digest_goal,
    is_wording_checked,
    make_goal_check,
)
from crrubric.domain.planning.prompts import HintKey, HintKind
from crrubric.domain.vocabulary import PlanAccess, Role
from crrubric.extensions import db
from crrubric.services.planning import hints, workbook
from crrubric.services.planning.people import assign_plan_section
from tests.machine.frame import NUMBER, Frame, Refusal, act
from tests.machine.stored import stored

# section, prompt, answers that it takes, and one that it doesn't
PLACES = [
    (GOAL, "specific", ["Nine of ten.", "Eight of ten.", None], 9),
    (GOAL, "today", ["Call", None], 9),
    ("schedule", "minutes", ["40", "50", None], "0"),
    ("schedule", "cohorts", ["By grade", "By subject", None], []),
    ("learners", "iep_504", ["9", "0", None], "many"),
    ("schedule", "hours", [], "1"),
    ("triage", "pace", [], "1"),
]
LIKELY = [*PLACES[:5], *PLACES[:5], *PLACES]
SECTIONS = [GOAL, "schedule", "schedule", "policy", "learners", "triage", "nothing"]
FORMS = (GOAL, "schedule", "policy", "learners")
# the first is given while anybody has an IEP; no criterion is there for the second
HINTS = [
    HintKey("learners", "ada", HintKind.MUST_HAVE),
    HintKey("learners", "ada", HintKind.MUST_HAVE),
    HintKey("learners", "ell", HintKind.MUST_HAVE),
    HintKey("learners", "ada", HintKind.WEIGHT),
    HintKey("triage", "ada", HintKind.MUST_HAVE),
]
LOST = 10**9  # an id that nothing has


class Planning(Frame):
    """One action a service."""

    def __init__(self) -> None:
        super().__init__()
        self.wrote: dict[tuple[str, int], int | None] = {}  # whose sitting a version is
        self.decided_on: set[tuple[str, int]] = set()  # versions that were there at the decision

    # what the model knows

    def newest(self, section: str) -> int:
        """The number of the newest version of a section, 0 if there is none."""
        return max((key[1] for key in self.model.plan_versions if key[0] == section), default=0)

    def said_in(self, section: str, number: int | None = None) -> dict[str, Any]:
        """The answers of a version, the newest one unless a number is given."""
        row = self.model.plan_versions.get((section, number or self.newest(section)))
        return {code: json.loads(text) for code, text in row["answers"].items()} if row else {}

    @property
    def wording(self) -> str:
        return digest_goal(self.said_in(GOAL))

    def not_filled_by(self, name: str, section: str) -> Refusal:
        """Whether the section is not the person's to fill in, or none that people fill in."""
        asked = self.model.plan_access.get((section, self.seat(name) or 0), {}).get("access")
        may = Role.CHAIR in self.roles(name) or asked == PlanAccess.FILL
        forms = section in FORMS
        return (not forms or not may) and NotFound

    def write_down(
        self, name: str, section: str, changed: dict[str, Any], restored: int | None = None
    ) -> None:
        """What was saved: more of the person's sitting, or a new version."""
        number, seat = self.newest(section), self.seat(name)
        answers = {**self.said_in(section), **changed}
        others = [self.said_in(one) for one in FORMS[1:]]
        checked = section == GOAL and is_wording_checked(self.wording, others)
        printed = (section, number) in self.decided_on  # in the final memo
        if not number or restored or checked or printed or self.wrote[section, number] != seat:
            number += 1
        else:  # it stays one that was restored
            restored = self.model.plan_versions[section, number]["restored"]
        self.wrote[section, number] = seat
        self.model.plan_versions[section, number] = {
            "answers": {key: canonical_answer(said) for key, said in answers.items() if said},
            "restored": restored,
        }

    def keep_decided_plan(self, now: str, to: str) -> None:
        """The decision ends every sitting; a decision that is taken back gives it back."""
        if (now, to) == ("MEETING", "DECIDED"):
            self.decided_on = set(self.wrote)
        elif to == "MEETING":
            self.decided_on = set()

    def lay_plan(self, chance: Random) -> None:
        """The chair may have asked somebody to fill in two sections, and both have written."""
        if chance.random() < 0.3:
            return
        asked = {self.seat("ana"): PlanAccess.FILL}
        for section in (GOAL, "schedule"):
            assign_plan_section(self.people["chair"], self.slug, section, asked)
        for _save in range(chance.randrange(1, 6)):
            name = chance.choice(["chair", "ana"])
            section, prompt, taken, _wrong = chance.choice(PLACES[:4])
            self.model = stored(db.session(), self.id)
            answer = chance.choice(taken[:2])
            if self.said_in(section).get(prompt) != answer:
                given = {prompt: answer}
                workbook.save_plan_answers(self.people[name], self.slug, section, given)
                self.write_down(name, section, given)

    # what they do

    @act(Action.ANSWER_PLAN, often=6, which=NUMBER, said=NUMBER)
    def answer_plan(self, who, which, said):
        name = self.person(who, Action.ANSWER_PLAN)
        section, prompt, taken, wrong = LIKELY[which % len(LIKELY)]
        answer = taken[said % len(taken)] if taken and said % 9 else wrong
        same = answer == self.said_in(section).get(prompt)
        done = self.tried(
            self.refused(name, Action.ANSWER_PLAN)
            or self.not_filled_by(name, section)
            or (not taken and NotFound)
            or (answer is wrong and Invalid),
            lambda: workbook.save_plan_answers(
                self.people[name], self.slug, section, {prompt: answer}
            ),
            idle=same,
        )
        if done and not same:
            self.write_down(name, section, {prompt: answer})

    @act(Action.ANSWER_PLAN, often=3, which=NUMBER, number=NUMBER)
    def restore_plan(self, who, which, number):
        name = self.person(who, Action.ANSWER_PLAN)
        section = SECTIONS[which % len(SECTIONS)]
        number = number % (self.newest(section) + 2)
        wanted, now = self.said_in(section, number), self.said_in(section)
        there = (section, number) in self.model.plan_versions
        codes = {*wanted, *now} - {CHECK}
        changed = {key: wanted.get(key) for key in codes if wanted.get(key) != now.get(key)}
        done = self.tried(
            self.refused(name, Action.ANSWER_PLAN)
            or self.not_filled_by(name, section)
            or (not there and NotFound),
            lambda: workbook.restore_plan_version(self.people[name], self.slug, section, number),
            idle=not changed,
        )
        if done and changed:
            self.write_down(name, section, changed, number)

    @act(Action.ANSWER_PLAN, often=4, which=NUMBER, verdict=["maybe", HOLDS, HOLDS, AMEND, AMEND])
    def check_goal(self, who, which, verdict):
        name = self.person(who, Action.ANSWER_PLAN)
        section = SECTIONS[which % len(SECTIONS)]
        wording = "another" if which % 7 == 0 else self.wording
        said = make_goal_check(verdict, wording)
        same = self.said_in(section).get(CHECK) == said
        done = self.tried(
            (verdict == "maybe" and Invalid)
            or self.refused(name, Action.ANSWER_PLAN)
            or self.not_filled_by(name, section)
            or (section == GOAL and NotFound)
            or ((not wording or wording != self.wording) and Stale),
            lambda: workbook.record_goal_check(
                self.people[name], self.slug, section, verdict, wording=wording
            ),
            idle=same,
        )
        if done and not same:
            self.write_down(name, section, {CHECK: said})

    @act(Action.EDIT_SETUP, often=4, which=NUMBER, taken=[True, False], why=["", "So.", "No."])
    def settle_hint(self, who, which, taken, why):
        name, hint = self.person(who, Action.EDIT_SETUP), HINTS[which % len(HINTS)]
        share = self.said_in("learners").get("iep_504") or "0"
        given = hint == HINTS[0] and share != "0"
        key, wanted = (
            (hint.section, hint.criterion, hint.kind.value),
            {"taken": taken, "reason": why},
        )
        same = self.model.hints.get(key) == wanted
        done = self.tried(
            (not why and Invalid)
            or self.refused(name, Action.EDIT_SETUP)
            or (not given and NotFound),
            lambda: hints.settle_hint(
                self.people[name], self.slug, hint, hints.SettledHint(taken=taken, reason=why)
            ),
            idle=same,
        )
        if done and not same:
            self.model.hints[key] = wanted

    @act(Action.MANAGE_PLAN, often=2, which=NUMBER, whom=NUMBER, access=[*PlanAccess, None])
    def assign_plan(self, who, which, whom, access):
        name, members = self.person(who, Action.MANAGE_PLAN), list(self.model.members)
        section = SECTIONS[which % len(SECTIONS)]
        member = members[whom % len(members)] if whom % 12 else LOST
        row = self.model.members.get(member)
        forms = section in FORMS
        held = self.model.plan_access.get((section, member))
        same = (held["access"] if held else None) == access
        done = self.tried(
            self.refused(name, Action.MANAGE_PLAN)
            or (not forms and NotFound)
            or ((row is None or not row["present"] or row["chair"]) and NotFound),
            lambda: assign_plan_section(self.people[name], self.slug, section, {member: access}),
            idle=same,
        )
        if done and access is None:
            self.model.plan_access.pop((section, member), None)
        elif done:
            self.model.plan_access[section, member] = {"access": access}
