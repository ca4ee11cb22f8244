"""Filling in the planning workbook: answers are saved half done, and nothing is overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import AnsweredMeanwhile, Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.planning.answers import (
    PlanAnswer,
    canonical_answer,
    check_answer_kind,
    digest_answer,
)
from crrubric.domain.planning.progress import (
    AMEND,
    CHECK,
    GOAL,
    HOLDS,
    is_wording_checked,
    make_goal_check,
)
from crrubric.domain.planning.prompts import WorkbookSection
from crrubric.domain.planning.section_files import find_workbook_section
from crrubric.domain.translation import N_
from crrubric.models import Member, PlanVersion
from crrubric.queries.people.access import Seat, make_not_found, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.workbook import (
    Workbook,
    list_plan_versions,
    load_plan_rights,
    load_workbook,
)
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work

SITTING = timedelta(minutes=limits.PLAN_SITTING_MINUTES)
GivenAnswers = Mapping[str, PlanAnswer | None]


@dataclass(frozen=True, slots=True)
class _OpenSection:
    """A section that the seat may fill in, held, with the whole workbook as it is now."""

    seat: Seat
    member: Member
    section: WorkbookSection
    workbook: Workbook

    @property
    def newest(self) -> PlanVersion | None:
        return self.workbook.versions.get(self.section.code)


def save_plan_answers(
    actor: Actor,
    slug: str,
    code: str,
    answers: GivenAnswers,
    *,
    shown: Mapping[str, str] | None = None,
) -> Workbook:
    """Store answers to prompts of a section; None takes an answer away.

    A prompt that was left alone keeps what somebody else has saved for it meanwhile.
    Args: shown: by prompt, `digest_answer` of what the page showed; None compares nothing.
    Returns: the workbook as it is now.
    Raises: AnsweredMeanwhile for prompts that two people changed, with nothing saved; Invalid for
    what is no answer; NotFound for a section that is not the actor's to fill in.
    """
    with unit_of_work() as session:
        opened = _open_section(session, actor, slug, code)
        wanted = _check_answers(opened.section, answers)
        stored = opened.workbook.answers(code)
        changed = {key: each for key, each in wanted.items() if each != stored.get(key)}
        if shown is not None:
            changed = _leave_untouched(changed, stored, shown)
        if not changed:
            return opened.workbook
        version = _write_version(session, opened, changed)
        return Workbook({**opened.workbook.versions, code: version})


def restore_plan_version(
    actor: Actor, slug: str, code: str, number: int, *, seen: str | None = None
) -> PlanVersion:
    """Make the answers of an earlier version those of a new one. What was said of the goal stays.

    Args: seen: `digest_version` of the newest version as the page showed it.
    Raises: NotFound if there is no such version; Stale.
    """
    with unit_of_work() as session:
        opened = _open_section(session, actor, slug, code)
        versions = list_plan_versions(session, opened.seat.evaluation.id, code)
        wanted = next((row for row in versions if row.number == number), None)
        newest = opened.newest
        if wanted is None or newest is None:
            raise make_not_found()
        if seen is not None and digest_version(newest) != seen:
            raise Stale(
                N_(
                    "This was changed after you opened it, and nothing was overwritten. Look at"
                    " what was saved meanwhile, then save again."
                )
            )
        keys = {*wanted.answers, *newest.answers} - {CHECK}
        changed = {
            key: wanted.answers.get(key)
            for key in sorted(keys)
            if wanted.answers.get(key) != newest.answers.get(key)
        }
        return _write_version(session, opened, changed, restored=number) if changed else newest


def record_goal_check(
    actor: Actor, slug: str, code: str, verdict: str, *, wording: str
) -> PlanVersion | None:
    """Say of a section whether the goal still holds.

    Args: wording: of the goal, as the page showed it. Raises: Stale if it is another one by now;
    Invalid for another verdict.
    """
    if verdict not in (HOLDS, AMEND):
        raise Invalid(N_("Choose one of the choices shown."), field="verdict")
    with unit_of_work() as session:
        opened = _open_section(session, actor, slug, code)
        if not opened.section.check:
            raise make_not_found()
        if not wording or opened.workbook.wording != wording:
            raise Stale(N_("The goal was reworded after you opened the page. Read it again."))
        said = make_goal_check(verdict, wording)
        if opened.workbook.answers(code).get(CHECK) == said:
            return opened.newest
        return _write_version(session, opened, {CHECK: said})


def digest_version(version: PlanVersion) -> str:
    """The answers of a version in short, to be compared."""
    return digest_answer(
        [{"prompt": key, "words": canonical_answer(version.answers[key])} for key in
         sorted(version.answers)]
    )  # fmt: skip


def require_plan_section(code: str) -> WorkbookSection:
    """The section of this code that people fill in. Raises: NotFound."""
    section = find_workbook_section(code)
    if section is None or section.tool:
        raise make_not_found()
    return section


def _open_section(session: Session, actor: Actor, slug: str, code: str) -> _OpenSection:
    seat = require_locked_seat(session, actor, Action.ANSWER_PLAN, slug)
    section = require_plan_section(code)
    if seat.member is None or not load_plan_rights(session, seat).may_fill(code):
        raise make_not_found()
    workbook = load_workbook(session, seat.evaluation.id)
    return _OpenSection(seat, seat.member, section, workbook)


def _check_answers(section: WorkbookSection, answers: GivenAnswers) -> dict[str, PlanAnswer | None]:
    checked = {}
    for code, answer in answers.items():
        prompt = section.find_prompt(code)
        if prompt is None:
            raise make_not_found()
        checked[code] = check_answer_kind(prompt, answer)
    return checked


def _leave_untouched(
    changed: GivenAnswers, stored: Mapping[str, PlanAnswer], shown: Mapping[str, str]
) -> dict[str, PlanAnswer | None]:
    """The changes that the person made. Raises: AnsweredMeanwhile."""
    made = {key: each for key, each in changed.items() if digest_answer(each) != shown.get(key)}
    lost = [key for key in made if digest_answer(stored.get(key)) != shown.get(key)]
    if lost:
        raise AnsweredMeanwhile(
            N_(
                "Somebody else has answered this in the meantime. Nothing was overwritten: compare"
                " the two answers."
            ),
            lost,
        )
    return made


def _write_version(
    session: Session, opened: _OpenSection, changed: GivenAnswers, *, restored: int | None = None
) -> PlanVersion:
    """The newest version with the changes in it: a new one, unless the sitting goes on."""
    version = opened.newest
    before = dict(version.answers) if version else {}
    after = {**before, **changed}
    if version is None or restored is not None or not _goes_on(opened, version):
        version = PlanVersion(
            evaluation_id=opened.seat.evaluation.id,
            section=opened.section.code,
            number=version.number + 1 if version else 1,
            member_id=opened.member.id,
            restored_number=restored,
        )
        session.add(version)
        version.began_at = now_utc()
    version.answers = {key: answer for key, answer in after.items() if answer is not None}
    version.saved_by, version.saved_at = opened.seat.actor.name, now_utc()
    row: dict[str, Any] = {"plan_section": version.section, "number": version.number}
    if version.restored_number is not None:
        row["restored"] = version.restored_number
    note_event(
        session,
        opened.seat.actor,
        Event.PLAN_ANSWERED if restored is None else Event.PLAN_RESTORED,
        evaluation_id=version.evaluation_id,
        subject=version.section,
        about=EntryReferences(member_id=opened.member.id),
        before={"answers": tell_answers(changed, before)},
        after={"answers": tell_answers(changed, changed), ROW: row},
    )
    return version


def tell_answers(changed: GivenAnswers, answers: GivenAnswers) -> list[dict[str, str | None]]:
    """Answers as the journal keeps them: a text for each prompt that was changed."""
    return [
        {"prompt": key, "words": canonical_answer(answers.get(key)) or None}
        for key in sorted(changed)
    ]


def _goes_on(opened: _OpenSection, version: PlanVersion) -> bool:
    """Whether this save belongs to the sitting in which the version was made.

    A wording of the goal that a section was held against is kept, however short ago it is; so is
    what the final memo prints.
    """
    decided_at = opened.seat.evaluation.decided_at
    if decided_at is not None and version.saved_at <= decided_at:
        return False
    if version.member_id != opened.member.id or now_utc() - version.saved_at >= SITTING:
        return False
    if opened.section.code != GOAL:
        return True
    others = (row.answers for key, row in opened.workbook.versions.items() if key != GOAL)
    return not is_wording_checked(opened.workbook.wording, others)
