"""Starting an evaluation from an earlier one: rubric, rule, vendors, people; never its marks."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.policy import FROM_DECIDED
from crrubric.domain.results.needs import list_needs
from crrubric.domain.text import clean_text
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Role, Stakeholder, Standing
from crrubric.models import Criterion, Evaluation, KnownNeed, Renewal, Section, Tension
from crrubric.queries.people.access import Seat, lock_evaluation, make_not_found, require
from crrubric.queries.people.people import Actor, list_roles
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.members import list_present_members
from crrubric.queries.setup.vendors import list_vendors_in_selection
from crrubric.services.people.accounts import lock_user
from crrubric.services.setup.committee import Invitee, seat_invitee
from crrubric.services.setup.evaluations import (
    SAME_SLUG,
    SAME_TITLE,
    SAME_TITLE_KEY,
    clean_title,
    insert_evaluation,
    note_creation,
    seat_chair,
)
from crrubric.services.setup.rules import apply_rule, rule_settings
from crrubric.services.setup.vendors import VendorFacts, enter_vendor
from crrubric.services.shared.constraints import run_again_if_broken
from crrubric.services.shared.journal import ROW, note_event
from crrubric.services.shared.unit import unit_of_work

NOT_LED = N_("Only a chair of the earlier evaluation can take over its committee.")
NOT_RENEWABLE = N_("Only a chair renews an evaluation, once its decision is final.")
NO_NEEDS = N_(
    "Only an evaluation of the curriculum in place whose decision is final has a list of needs."
)
VENDOR = ("company", "product", "product_version", "contact_name", "contact_email", "links")
SECTION = ("code", "title", "position", "translations")
CRITERION = (
    "code", "position", "title", "question", "look_for", "lead", "weight", "must_have",
    "may_not_apply", "left_out", "practice", "translations", "evidence_months",
)  # fmt: skip


def start_from_earlier(
    actor: Actor,
    earlier: str,
    *,
    title: str,
    purpose: str = "",
    with_vendors: bool = False,
    with_committee: bool = False,
    in_place: bool = False,
    with_needs: bool = False,
    with_record: bool = False,
) -> Evaluation:
    """A new evaluation in set-up with rubric, rule and language of an earlier one.

    The actor becomes its chair, for the stakeholders for whom they sat in the earlier one.
    Args: earlier: the slug of the earlier one; with_vendors: those in its selection as well,
    without prices; with_committee: its present members are invited; in_place: the new one is of
    the curriculum in place; with_needs: the list of needs of the earlier one stands beside the
    criteria; with_record: what the earlier one found of the same vendors, once it can anchor no
    mark. Raises: NotFound unless the actor may organize evaluations and has a seat in the
    earlier one; Invalid for a bad or taken title, for a committee that the actor did not lead,
    for needs of an evaluation that has no such list, or none that is final, and for the record
    of one whose decision is not final, or that the actor did not lead.
    """
    if actor.standing is Standing.MEMBER:
        raise make_not_found()
    tidy = clean_title(title)
    about = clean_text(purpose, limit=limits.LONG_TEXT, field="purpose")

    def start_once() -> Evaluation:
        with unit_of_work() as session:
            source = lock_evaluation(session, earlier)  # nobody changes it while it is read
            seat = require(actor, Action.VIEW_EVALUATION, source, session)
            refuse_what_is_not_there(
                seat, with_committee=with_committee, with_needs=with_needs, with_record=with_record
            )
            evaluation = insert_evaluation(session, tidy, about, in_place=in_place)
            evaluation.language = source.language
            apply_rule(evaluation, rule_settings(source))
            copy_rubric_rows(session, source, evaluation)
            if with_needs:
                copy_needs(session, source, evaluation)
            if actor.user_id is not None:
                seat_chair(session, evaluation, actor, stakeholder_of(seat))
            note_creation(session, actor, evaluation, earlier=source.title)
            take_over(session, seat, evaluation, vendors=with_vendors, record=with_record)
            if with_committee:
                invite_committee(session, actor, source, evaluation)
        return evaluation

    return run_again_if_broken(start_once, SAME_TITLE, SAME_TITLE_KEY, SAME_SLUG)


def refuse_what_is_not_there(
    seat: Seat, *, with_committee: bool, with_needs: bool, with_record: bool
) -> None:
    """Raise Invalid for a committee that the actor did not lead, or a list that is not final."""
    source = seat.evaluation
    if with_committee and Role.CHAIR not in seat.roles:
        raise Invalid(NOT_LED, field="with_committee")
    if with_needs and not has_final_needs(source):
        raise Invalid(NO_NEEDS, field="with_needs")
    if with_record and not seat.may(Action.RENEW_EVALUATION):
        raise Invalid(NOT_RENEWABLE)


def has_final_needs(evaluation: Evaluation) -> bool:
    """Whether it has a list of needs that another one can take over."""
    return evaluation.in_place and evaluation.phase in FROM_DECIDED


def stakeholder_of(seat: Seat) -> Stakeholder:
    """For whom somebody sat on the earlier committee."""
    return seat.member.stakeholder if seat.member is not None else Stakeholder.OTHER


def copy_rubric_rows(session: Session, source: Evaluation, evaluation: Evaluation) -> None:
    """Give the evaluation a copy of another one's rubric, as that was worded in the end."""
    evaluation.rubric_name, evaluation.rubric_version = source.rubric_name, source.rubric_version
    of_source = {"evaluation_id": source.id}
    sections = session.scalars(select(Section).filter_by(**of_source).order_by(Section.id)).all()
    criteria = session.scalars(
        select(Criterion).filter_by(**of_source).order_by(Criterion.id)
    ).all()
    tensions = session.scalars(select(Tension).filter_by(**of_source).order_by(Tension.id)).all()
    own = {"evaluation_id": evaluation.id}
    parts = {row.id: Section(**own, **copy_columns(row, SECTION)) for row in sections}
    session.add_all(parts.values())
    session.flush()
    items = {
        row.id: Criterion(
            **own, section_id=parts[row.section_id].id, **copy_columns(row, CRITERION)
        )
        for row in criteria
    }
    session.add_all(items.values())
    session.flush()
    session.add_all(
        Tension(
            **own,
            first_id=items[row.first_id].id,
            second_id=items[row.second_id].id,
            why=row.why,
            translations=row.translations,
        )
        for row in tensions
    )


def take_over(
    session: Session, seat: Seat, evaluation: Evaluation, *, vendors: bool, record: bool
) -> None:
    """What is told after the creation: that it renews the earlier one, and its vendors."""
    if record:
        renew_record(session, seat.actor, seat.evaluation, evaluation)
    if vendors:
        copy_vendors(session, seat, evaluation)


def renew_record(
    session: Session,
    actor: Actor,
    source: Evaluation,
    evaluation: Evaluation,
    *,
    at: datetime | None = None,
) -> None:
    """Say that the evaluation renews the earlier one."""
    session.add(Renewal(evaluation_id=evaluation.id, earlier_id=source.id))
    note_event(
        session,
        actor,
        Event.EVALUATION_RENEWS,
        evaluation_id=evaluation.id,
        subject=source.title,
        after={ROW: {"earlier_evaluation": source.id}},
        at=at,
    )


def copy_needs(session: Session, source: Evaluation, evaluation: Evaluation) -> None:
    """What the earlier evaluation found missing, beside the criteria with the same codes."""
    own = dict(
        session.execute(
            select(Criterion.code, Criterion.id).where(Criterion.evaluation_id == evaluation.id)
        ).all()
    )
    results = read_matrix(session, source).results
    for vendor in results.vendors:
        needs = list_needs(results, vendor.code)
        session.add_all(
            KnownNeed(
                evaluation_id=evaluation.id,
                criterion_id=own[need.criterion.code],
                finding=need.cell.finding,
                reason=need.cell.adopted.reason if need.cell.adopted else "",
                earlier=source.title,
            )
            for need in (*needs.unmet, *needs.open)
        )
    session.flush()


def copy_columns(row: Section | Criterion, names: tuple[str, ...]) -> dict[str, object]:
    """Some values of a row, for another one."""
    return {name: getattr(row, name) for name in names}


def copy_vendors(session: Session, seat: Seat, evaluation: Evaluation) -> None:
    """The vendors of the earlier selection, but for those from which the actor stays away.

    Prices change from year to year: none is taken over.
    """
    for vendor in list_vendors_in_selection(session, seat.evaluation.id):
        if vendor.id not in seat.shut_out:
            facts = VendorFacts(**{name: getattr(vendor, name) for name in VENDOR})
            enter_vendor(session, seat.actor, evaluation, facts)


def invite_committee(
    session: Session, actor: Actor, source: Evaluation, evaluation: Evaluation
) -> None:
    """Seats for the earlier committee, in its roles; who has no account or lost it gets none.

    A seat that waits for its address waits for the same one here, whatever the account has now.
    """
    members = [row for row in list_present_members(session, source.id) if row.user_id is not None]
    for member in sorted(members, key=lambda row: row.user_id or 0):
        user = lock_user(session, member.user_id or 0)
        if user.disabled_at is not None or user.id == actor.user_id:
            continue
        invitee = Invitee(
            name=user.name,
            email=member.awaits_address or user.email,
            roles=list_roles(member),
            stakeholder=member.stakeholder,
        )
        seat_invitee(session, actor, evaluation, invitee, (user, False))
