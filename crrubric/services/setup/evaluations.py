"""Evaluations: making one, changing its facts and its decision rule, moving it through phases."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from fractions import Fraction

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.events import Event
from crrubric.domain.people.languages import NAMES
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.setup.lifecycle import Readiness, is_step_back, list_phase_problems
from crrubric.domain.setup.rubric import Rubric
from crrubric.domain.text import clean_line, clean_text, slug_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import (
    NoticeKind,
    Phase,
    RuleKind,
    ScoringMode,
    Stakeholder,
    Standing,
)
from crrubric.models import Ballot, Evaluation, Member, User
from crrubric.queries.meeting.eligibility import find_ineligible_recommendation
from crrubric.queries.meeting.meetings import find_current_meeting
from crrubric.queries.people.access import (
    lock_evaluation,
    make_not_found,
    require,
    require_locked_evaluation,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.evaluations import load_readiness
from crrubric.services.ballots.ballots import issue_ballots
from crrubric.services.ballots.stored_files import delete_ballot_files
from crrubric.services.mail.notices import list_other_members, notify_members
from crrubric.services.meeting.sittings import close_sitting
from crrubric.services.people.district import find_or_make_district
from crrubric.services.setup.rubrics import copy_rubric, serialize_rubric
from crrubric.services.shared.constraints import explain_constraint, run_again_if_broken
from crrubric.services.shared.days import require_coming_day
from crrubric.services.shared.journal import ROW, EntryReferences, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work

SAME_TITLE, SAME_SLUG = "uq_evaluation_district_id_title", "uq_evaluation_slug"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """The decision rule as a chair sets it; the threshold is `over` of `under`."""

    kind: RuleKind = RuleKind.MAJORITY
    over: int = 2
    under: int = 3
    quorum: int | None = None
    pass_mark: int = 85
    mode: ScoringMode = ScoringMode.OUTCOME


def check_rule(settings: RuleSettings) -> RuleSettings:
    """The settings, if they make a rule. Raises: Invalid naming the field."""
    if settings.under < 1 or settings.over < 1:
        raise Invalid(N_("Enter the threshold as two whole numbers, like 2 of 3."), field="over")
    DecisionRule(settings.kind, Fraction(settings.over, settings.under), settings.quorum)
    if settings.quorum is not None and settings.quorum > limits.QUORUM_MAX:
        raise Invalid(
            N_("Enter a quorum of at most %(most)s."), most=limits.QUORUM_MAX, field="quorum"
        )
    if not 0 <= settings.pass_mark <= 100:
        raise Invalid(N_("Enter a pass mark from 0 to 100 percent."), field="pass_mark")
    return settings


def create_evaluation(
    actor: Actor,
    *,
    title: str,
    purpose: str = "",
    rubric: Rubric,
    stakeholder: Stakeholder = Stakeholder.OTHER,
) -> Evaluation:
    """A new evaluation in set-up with its own copy of the rubric; the actor becomes its chair.

    Raises: NotFound unless the actor may organize evaluations; Invalid for a bad or taken title.
    """
    if actor.standing is Standing.MEMBER:
        raise make_not_found()
    tidy = clean_title(title)
    about = clean_text(purpose, limit=limits.LONG_TEXT, field="purpose")

    def create_once() -> Evaluation:
        with unit_of_work() as session:
            evaluation = insert_evaluation(session, tidy, about)
            copy_rubric(session, evaluation, rubric)
            if actor.user_id is not None:
                seat_chair(session, evaluation, actor, stakeholder)
            note_creation(session, actor, evaluation)
        return evaluation

    # another evaluation came up at the same moment: its title is refused, its address avoided
    return run_again_if_broken(create_once, SAME_TITLE, SAME_SLUG)


def note_creation(session: Session, actor: Actor, evaluation: Evaluation) -> None:
    """The first journal entry of an evaluation: all that it begins with."""
    session.flush()
    chair = session.scalar(select(Member).where(Member.evaluation_id == evaluation.id))
    begun = {
        "rule": asdict(rule_settings(evaluation)),
        "chair": {**serialize_seat(chair), "id": chair.id, "name": chair.name} if chair else None,
        **serialize_rubric(session, evaluation),
    }
    note_event(
        session,
        actor,
        Event.EVALUATION_CREATED,
        evaluation_id=evaluation.id,
        subject=evaluation.title,
        about=EntryReferences(member_id=chair.id if chair else None),
        after={
            "rubric": evaluation.rubric_name,
            "version": evaluation.rubric_version,
            "purpose": evaluation.purpose,
            ROW: begun,
        },
    )


def serialize_seat(member: Member) -> dict[str, object]:
    """A seat as the journal keeps it."""
    return {
        "chair": member.is_chair,
        "reviewer": member.is_reviewer,
        "stakeholder": member.stakeholder,
        ROW: {"user_id": member.user_id},
    }


def clean_title(title: str) -> str:
    """A usable title on one line. Raises: Invalid (field "title")."""
    tidy = clean_line(title, limit=limits.TITLE, field="title")
    if not tidy:
        raise Invalid(N_("Enter a title, such as “Credit recovery 2027”."), field="title")
    return tidy


def title_taken_error(title: str) -> Invalid:
    """The refusal of a title that another evaluation has."""
    return Invalid(
        N_("There is an evaluation “%(title)s” already: open it, or choose another title."),
        title=title,
        field="title",
    )


def insert_evaluation(session: Session, title: str, purpose: str) -> Evaluation:
    """An empty evaluation in the caller's transaction. Raises: Invalid if its title is taken."""
    district = find_or_make_district(session)
    taken = select(Evaluation.id).where(
        Evaluation.district_id == district.id, Evaluation.title == title
    )
    if session.scalar(taken) is not None:
        raise title_taken_error(title)
    evaluation = Evaluation(
        district_id=district.id, title=title, purpose=purpose, slug=find_free_slug(session, title)
    )
    session.add(evaluation)
    session.flush()
    return evaluation


def find_free_slug(session: Session, title: str) -> str:
    """The title in lower case with hyphens; with a number behind it if that is taken."""
    slug = slug_of(title)
    taken = set(session.scalars(select(Evaluation.slug).where(Evaluation.slug.startswith(slug))))
    number = 2
    free = slug
    while free in taken:
        free = f"{slug}-{number}"
        number += 1
    return free


def seat_chair(
    session: Session, evaluation: Evaluation, actor: Actor, stakeholder: Stakeholder
) -> None:
    """Give the actor the chair of a new evaluation."""
    user = session.get_one(User, actor.user_id)
    session.add(
        Member(
            evaluation_id=evaluation.id,
            user_id=user.id,
            name=user.name,
            stakeholder=stakeholder,
            is_chair=True,
        )
    )


def change_evaluation(
    actor: Actor,
    slug: str,
    *,
    title: str,
    purpose: str,
    closes_on: date | None,
    language: str | None = None,
) -> Evaluation:
    """Change title, purpose, the date on which scoring closes, the language of documents.

    Args: language: None: it stays. Raises: Invalid naming the field.
    """
    if language is not None and language not in NAMES:
        raise Invalid(N_("Choose one of the choices shown."), field="language")
    tidy = clean_title(title)
    about = clean_text(purpose, limit=limits.LONG_TEXT, field="purpose")
    with explain_constraint(SAME_TITLE, title_taken_error(tidy)), unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        if closes_on is not None and closes_on != evaluation.closes_on:
            require_coming_day(evaluation, closes_on, field="closes_on")
        new = {
            "title": tidy,
            "purpose": about,
            "closes_on": closes_on.isoformat() if closes_on else None,
            "language": language or evaluation.language,
        }
        old = {
            "title": evaluation.title,
            "purpose": evaluation.purpose,
            "closes_on": evaluation.closes_on.isoformat() if evaluation.closes_on else None,
            "language": evaluation.language,
        }
        evaluation.title, evaluation.purpose = tidy, about
        evaluation.closes_on = closes_on
        evaluation.language = language or evaluation.language
        note_evaluation_change(
            session, actor, Event.EVALUATION_CHANGED, evaluation, old=old, new=new
        )
    return evaluation


def set_rule(actor: Actor, slug: str, settings: RuleSettings) -> Evaluation:
    """Set the decision rule; possible until ballots open. Raises: Invalid naming the field."""
    check_rule(settings)
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        # that the chair looked at the rule and left it as it is, is told once as well
        old = asdict(rule_settings(evaluation)) if evaluation.rule_set_at else {}
        apply_rule(evaluation, settings)
        note_evaluation_change(
            session, actor, Event.RULE_CHANGED, evaluation, old=old, new=asdict(settings)
        )
    return evaluation


def rule_settings(evaluation: Evaluation) -> RuleSettings:
    """The rule as it is stored."""
    return RuleSettings(
        kind=evaluation.rule_kind,
        over=evaluation.threshold_over,
        under=evaluation.threshold_under,
        quorum=evaluation.quorum,
        pass_mark=evaluation.pass_mark,
        mode=evaluation.scoring_mode,
    )


def apply_rule(evaluation: Evaluation, settings: RuleSettings) -> None:
    """Put checked settings on the evaluation."""
    evaluation.rule_kind = settings.kind
    evaluation.threshold_over, evaluation.threshold_under = settings.over, settings.under
    evaluation.quorum = settings.quorum
    evaluation.pass_mark = settings.pass_mark
    evaluation.scoring_mode = settings.mode
    evaluation.rule_set_at = now_utc()


def note_evaluation_change(
    session: Session,
    actor: Actor,
    event: Event,
    evaluation: Evaluation,
    *,
    old: Mapping[str, object],
    new: Mapping[str, object],
) -> None:
    """One journal entry with what differs; none if nothing does."""
    before, after = find_changes(old, new)
    if after:
        note_event(session, actor, event, evaluation_id=evaluation.id, before=before, after=after)


def change_phase(actor: Actor, slug: str, to: Phase, *, reason: str = "") -> Evaluation:
    """Move the evaluation to another phase.

    Opening scoring freezes rubric and rule and issues the ballots.
    Raises: NotReady with every condition that isn't met; Invalid if a step back has no reason.
    """
    why = clean_text(reason, limit=limits.NOTE, field="reason")
    with unit_of_work() as session:
        evaluation = lock_evaluation(session, slug, exclusive=True)
        require(actor, Action.CHANGE_PHASE, evaluation, session)
        before = evaluation.phase
        found = list_phase_problems(before, to, load_phase_readiness(session, evaluation, to))
        if found:
            raise NotReady(N_("“%(phase)s” can’t begin yet."), found, phase=to.label)
        if is_step_back(before, to) and not why:
            raise Invalid(N_("Say why the evaluation goes back one step."), field="reason")
        held = find_current_meeting(session, evaluation.id)
        if held is not None:  # nobody could close it later: the pages of the meeting go with it
            close_sitting(session, actor, held)
        evaluation.phase = to
        apply_phase(session, evaluation, before, to)
        note_event(
            session,
            actor,
            Event.PHASE_CHANGED,
            evaluation_id=evaluation.id,
            before={"phase": before.value},
            after={"phase": to.value},
            reason=why,
        )
        notify_members(
            session,
            list_other_members(session, evaluation.id, actor),
            NoticeKind.PHASE_CHANGED,
            {"phase": to.label},
        )
    return evaluation


def load_phase_readiness(session: Session, evaluation: Evaluation, to: Phase) -> Readiness:
    """What the conditions look at; the results only where the meeting is to be closed."""
    facts = load_readiness(session, evaluation.id)
    if (evaluation.phase, to) != (Phase.MEETING, Phase.DECIDED):
        return facts
    return replace(facts, ruled_out=find_ineligible_recommendation(session, evaluation))


def set_retention(
    actor: Actor, slug: str, *, until: date | None, hold: str = "", reason: str = ""
) -> Evaluation:
    """Set until when the record is kept, and a legal hold with what it is for.

    Raises: Invalid without a day, or if a set day is brought forward or a hold lifted without a
    reason.
    """
    why = clean_text(reason, limit=limits.NOTE, field="reason")
    held = clean_text(hold, limit=limits.NOTE, field="hold")
    if until is None:
        raise Invalid(N_("Enter the day until which the record is kept."), field="until")
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.SET_RETENTION, slug)
        sooner = evaluation.retain_until is not None and until < evaluation.retain_until
        if (sooner or (evaluation.legal_hold and not held)) and not why:
            raise Invalid(
                N_("Say why the record is to be kept for less time, or why the legal hold ends."),
                field="reason",
            )
        old = {
            "until": evaluation.retain_until.isoformat() if evaluation.retain_until else None,
            "hold": evaluation.legal_hold,
        }
        evaluation.retain_until, evaluation.legal_hold = until, held
        before, after = find_changes(old, {"until": until.isoformat(), "hold": held})
        if after:
            note_event(
                session,
                actor,
                Event.RETENTION_CHANGED,
                evaluation_id=evaluation.id,
                before=before,
                after=after,
                reason=why,
            )
    return evaluation


# When a phase began; scoring's end is the meeting's beginning.
STAMPS = {
    Phase.PRACTICE: "practice_at",
    Phase.SCORING: "opened_at",
    Phase.MEETING: "closed_at",
    Phase.DECIDED: "decided_at",
    Phase.ARCHIVED: "archived_at",
}


def apply_phase(session: Session, evaluation: Evaluation, before: Phase, to: Phase) -> None:
    """Write down when a phase began, and do what its beginning means for ballots."""
    if is_step_back(before, to):
        setattr(evaluation, STAMPS[before], None)
    else:
        setattr(evaluation, STAMPS[to], now_utc())
    if to is Phase.SCORING:
        issue_ballots(session, evaluation)
    elif to is Phase.SETUP:
        seats = select(Member.id).where(Member.evaluation_id == evaluation.id)
        delete_ballot_files(session, Ballot.member_id.in_(seats))
        session.execute(delete(Ballot).where(Ballot.member_id.in_(seats)))
