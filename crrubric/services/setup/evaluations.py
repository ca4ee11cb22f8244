"""Evaluations: making one, changing its facts, and how long its record is kept."""

from dataclasses import asdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, clean_together, refuse_together
from crrubric.domain.events import Event
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.setup.rubric import Rubric
from crrubric.domain.text import clean_line, clean_text, key_of, slug_of
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_plausible_day
from crrubric.domain.vocabulary import (
    Stakeholder,
    Standing,
)
from crrubric.models import Evaluation, Member, User
from crrubric.queries.people.access import (
    make_not_found,
    require_impartial,
    require_locked_evaluation,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.planning.needs import load_needs
from crrubric.queries.record.retention import find_unused_id
from crrubric.services.people.district import find_or_make_district
from crrubric.services.setup.rubrics import copy_rubric, serialize_rubric
from crrubric.services.setup.rules import rule_settings
from crrubric.services.shared.constraints import explain_constraint, run_again_if_broken
from crrubric.services.shared.days import require_coming_day, require_coming_end
from crrubric.services.shared.journal import (
    ROW,
    EntryReferences,
    find_changes,
    note_evaluation_change,
    note_event,
)
from crrubric.services.shared.reasons import confirm_same_act
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_change

SAME_TITLE, SAME_SLUG = "uq_evaluation_district_id_title", "uq_evaluation_district_id_slug"
SAME_TITLE_KEY = "uq_evaluation_district_id_title_key"


def create_evaluation(
    actor: Actor,
    *,
    title: str,
    purpose: str = "",
    rubric: Rubric,
    stakeholder: Stakeholder | None = None,
    in_place: bool = False,
) -> Evaluation:
    """A new evaluation in set-up with its own copy of the rubric; the actor becomes its chair.

    Args: in_place: of the curriculum that the district has, alone. Raises: NotFound unless the
    actor may organize evaluations; Invalid for a bad or taken title.
    """
    if actor.standing is Standing.MEMBER:
        raise make_not_found()
    tidy = clean_title(title)
    about = clean_text(purpose, limit=limits.LONG_TEXT, field="purpose")

    def create_once() -> Evaluation:
        with unit_of_work() as session:
            evaluation = insert_evaluation(session, tidy, about, in_place=in_place)
            copy_rubric(session, evaluation, rubric)
            if actor.user_id is not None:
                seat_chair(session, evaluation, actor, stakeholder)
            note_creation(session, actor, evaluation)
        return evaluation

    # another evaluation came up at the same moment: its title is refused, its address avoided
    return run_again_if_broken(create_once, SAME_TITLE, SAME_TITLE_KEY, SAME_SLUG)


def note_creation(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    *,
    earlier: str = "",
    at: datetime | None = None,
) -> None:
    """The first journal entry of an evaluation: all that it begins with.

    Args: earlier: title of the evaluation that it was started from; at: when it was made, if not
    now; only the demo looks back.
    """
    session.flush()
    chair = session.scalar(select(Member).where(Member.evaluation_id == evaluation.id))
    begun = {
        "slug": evaluation.slug,
        "language": evaluation.language,
        "in_place": evaluation.in_place,
        "phase": evaluation.phase,
        "rule_set": evaluation.rule_set_at is not None,
        "rule": asdict(rule_settings(evaluation)),
        "chair": {**serialize_seat(chair), "id": chair.id, "name": chair.name} if chair else None,
        **serialize_rubric(session, evaluation),
        **serialize_needs(session, evaluation),
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
            **({"earlier": earlier} if earlier else {}),
            ROW: begun,
        },
        at=at,
    )


def serialize_needs(session: Session, evaluation: Evaluation) -> dict[str, object]:
    """What the curriculum in place is known to lack, if that was taken over."""
    rows = load_needs(session, evaluation.id)
    told = [
        {
            "criterion": key,
            "finding": row.finding.value,
            "reason": row.reason,
            "earlier": row.earlier,
        }
        for key, row in sorted(rows.items())
    ]
    return {"needs": told} if told else {}


def serialize_seat(member: Member) -> dict[str, object]:
    """A seat as the journal keeps it."""
    return {
        "chair": member.is_chair,
        "reviewer": member.is_reviewer,
        "stakeholder": member.stakeholder,
        ROW: {"user_id": member.user_id, "made_account": member.made_account},
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


def insert_evaluation(
    session: Session, title: str, purpose: str, *, in_place: bool = False
) -> Evaluation:
    """An empty evaluation in the caller's transaction. Raises: Invalid if its title is taken."""
    district = find_or_make_district(session)
    taken = select(Evaluation.id).where(
        Evaluation.district_id == district.id, Evaluation.title_key == key_of(title)
    )
    if session.scalar(taken) is not None:
        raise title_taken_error(title)
    evaluation = Evaluation(
        id=find_unused_id(session),
        district_id=district.id,
        title=title,
        purpose=purpose,
        in_place=in_place,
        language=district.language or SOURCE,
        slug=find_free_slug(session, district.id, title),
    )
    session.add(evaluation)
    session.flush()
    return evaluation


def find_free_slug(session: Session, district_id: int, title: str) -> str:
    """The title in lower case with hyphens; with a number behind it if the district has that."""
    slug = slug_of(title)
    own = Evaluation.district_id == district_id
    taken = set(
        session.scalars(select(Evaluation.slug).where(own, Evaluation.slug.startswith(slug)))
    )
    number = 2
    free = slug
    while free in taken:
        free = f"{slug}-{number}"
        number += 1
    return free


def seat_chair(
    session: Session, evaluation: Evaluation, actor: Actor, stakeholder: Stakeholder | None
) -> None:
    """Give the actor the chair of a new evaluation. Args: stakeholder: as last time where None."""
    user = session.get_one(User, actor.user_id)
    stakeholder = stakeholder or find_last_stakeholder(session, user) or Stakeholder.OTHER
    session.add(
        Member(
            evaluation_id=evaluation.id,
            user_id=user.id,
            name=user.name,
            stakeholder=stakeholder,
            is_chair=True,
        )
    )


def find_last_stakeholder(session: Session, user: User) -> Stakeholder | None:
    """Whom somebody represented in the newest evaluation in which they said it; None in none."""
    said = select(Member.stakeholder).where(
        Member.user_id == user.id, Member.stakeholder != Stakeholder.OTHER
    )
    return session.scalar(said.order_by(Member.id.desc()).limit(1))


def change_evaluation(
    actor: Actor,
    slug: str,
    *,
    title: str,
    purpose: str,
    closes_on: date | None,
    ends_at: datetime | None = None,
    language: str | None = None,
    in_place: bool | None = None,
    seen: str | None = None,
) -> Evaluation:
    """Change title, purpose, when scoring closes, the language of documents, what is evaluated.

    Args: closes_on: a day to remind of; ends_at: the hard end, after which nothing is taken;
    language, in_place: None: it stays; seen: the version that the form showed. Raises: Invalid
    naming the field; Stale.
    """
    if language is not None and language not in NAMES:
        raise Invalid(N_("Choose one of the choices shown."), field="language")
    tidy = clean_title(title)
    about = clean_text(purpose, limit=limits.LONG_TEXT, field="purpose")
    taken = title_taken_error(tidy)
    with explain_constraint(SAME_TITLE, taken, SAME_TITLE_KEY), unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)
        new = {
            "title": tidy,
            "purpose": about,
            "closes_on": closes_on.isoformat() if closes_on else None,
            "ends_at": ends_at.isoformat() if ends_at else None,
            "language": language or evaluation.language,
            "in_place": evaluation.in_place if in_place is None else in_place,
        }
        old = serialize_facts(evaluation)
        refuse_unseen_change(old, new, seen)
        refuse_together(
            lambda: refuse_taken_title(session, evaluation, tidy),
            lambda: (
                closes_on is None
                or closes_on == evaluation.closes_on
                or require_coming_day(evaluation, closes_on, field="closes_on")
            ),
            lambda: require_coming_end(evaluation, ends_at, closes_on),
        )
        evaluation.title, evaluation.purpose = tidy, about
        evaluation.closes_on, evaluation.ends_at = closes_on, ends_at
        evaluation.language = language or evaluation.language
        if in_place is not None:
            evaluation.in_place = in_place
        note_evaluation_change(
            session, actor, Event.EVALUATION_CHANGED, evaluation, old=old, new=new
        )
    return evaluation


def refuse_taken_title(session: Session, evaluation: Evaluation, title: str) -> None:
    """Raise Invalid (field "title") if another evaluation of the district has this title."""
    if is_title_taken(session, evaluation, title):
        raise title_taken_error(title)


def is_title_taken(session: Session, evaluation: Evaluation, title: str) -> bool:
    """Whether another evaluation of the district has this title."""
    others = select(Evaluation.id).where(
        Evaluation.district_id == evaluation.district_id,
        Evaluation.title_key == key_of(title),
        Evaluation.id != evaluation.id,
    )
    return session.scalar(others.limit(1)) is not None


def serialize_facts(evaluation: Evaluation) -> dict[str, object]:
    """The facts of an evaluation as the journal keeps them."""
    return {
        "title": evaluation.title,
        "purpose": evaluation.purpose,
        "closes_on": evaluation.closes_on.isoformat() if evaluation.closes_on else None,
        "ends_at": evaluation.ends_at.isoformat() if evaluation.ends_at else None,
        "language": evaluation.language,
        "in_place": evaluation.in_place,
    }


def _clean_retention(until: date | None, reason: str, hold: str) -> tuple[date, str, str]:
    """Day, reason and hold. Raises: Invalid naming every field with which something is wrong."""

    def require_day() -> date:
        if until is None:
            raise Invalid(N_("Enter the day until which the record is kept."), field="until")
        return require_plausible_day(until, field="until")

    tidy = clean_together(
        until=require_day,
        reason=lambda: clean_text(reason, limit=limits.NOTE, field="reason"),
        hold=lambda: clean_text(hold, limit=limits.NOTE, field="hold"),
    )
    return tidy["until"], tidy["reason"], tidy["hold"]


def set_retention(
    actor: Actor,
    slug: str,
    *,
    until: date | None,
    hold: str = "",
    reason: str = "",
    seen: str | None = None,
) -> Evaluation:
    """Set until when the record is kept, and a legal hold with what it is for.

    Args: seen: the version that the form showed. Raises: Stale; DoneAlready for a reason without
    a change; Invalid without a day, or if a set day is brought forward or a hold lifted without a
    reason, or by who has a conflict of interest.
    """
    day, why, held = _clean_retention(until, reason, hold)
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.SET_RETENTION, slug)
        evaluation = seat.evaluation
        old = serialize_retention(evaluation)
        new = {"until": day.isoformat(), "hold": held}
        refuse_unseen_change(old, new, seen)
        today = now_utc().astimezone(ZoneInfo(evaluation.district.time_zone)).date()
        if day < today and day != evaluation.retain_until:
            raise Invalid(N_("That day is over: enter one that is still to come."), field="until")
        sooner = evaluation.retain_until is not None and day < evaluation.retain_until
        if (sooner or (evaluation.legal_hold and not held)) and not why:
            raise Invalid(
                N_("Say why the record is to be kept for less time, or why the legal hold ends."),
                field="reason",
            )
        if sooner or (evaluation.legal_hold and held != evaluation.legal_hold):
            require_impartial(session, seat)  # to keep it longer harms nobody
        evaluation.retain_until, evaluation.legal_hold = day, held
        before, after = find_changes(old, new)
        if why and not after:
            confirm_same_act(
                session, actor, Event.RETENTION_CHANGED, why, evaluation_id=evaluation.id
            )
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


def serialize_retention(evaluation: Evaluation) -> dict[str, object]:
    """How long the record is kept, as the journal keeps it."""
    return {
        "until": evaluation.retain_until.isoformat() if evaluation.retain_until else None,
        "hold": evaluation.legal_hold,
    }
