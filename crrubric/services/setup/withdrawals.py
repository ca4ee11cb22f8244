"""Vendors that leave the selection after ballots opened, and come back: never without a reason."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import NoticeKind
from crrubric.models import Ballot, Criterion, Decision, Finding, Member, Vendor
from crrubric.queries.people.access import require_impartial_once_shown, require_locked_seat
from crrubric.queries.people.people import Actor, is_present_reviewer
from crrubric.queries.setup.act_facts import foresee_selection_of_vendor
from crrubric.services.ballots.ballots import issue_ballots_if_scoring
from crrubric.services.mail.notices import notify_members
from crrubric.services.meeting.sittings import leave_shown_vendor
from crrubric.services.setup.vendors import find_vendor_for_seat
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.reasons import confirm_same_act, require_printed_reason
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen


def withdraw_vendor(
    actor: Actor, slug: str, vendor_id: int, *, reason: str, seen: str | None = None
) -> Vendor:
    """Take a vendor out of the selection after ballots opened; what was marked stays recorded.

    Args: seen: the fingerprint of what the page before said. Raises: Invalid without a reason, or
    if it is the last one or the one recommended; NotFound for a vendor that the chair stays away
    from; Stale; DoneAlready.
    """
    why = require_printed_reason(reason)
    with unit_of_work() as session:
        vendor = _lock_vendor(session, actor, slug, vendor_id)
        if vendor.withdrawn_at is not None:
            _confirm_selection_change(session, actor, vendor, Event.VENDOR_WITHDRAWN, why)
            return vendor
        others = select(Vendor.id).where(
            Vendor.evaluation_id == vendor.evaluation_id,
            Vendor.id != vendor.id,
            Vendor.withdrawn_at.is_(None),
        )
        if session.scalar(others.limit(1)) is None:
            raise Invalid(N_("It is the only vendor left."), field="reason")
        recommended = select(Decision.id).where(Decision.vendor_id == vendor.id)
        if session.scalar(recommended) is not None:
            raise Invalid(
                N_("The recommendation names this vendor: change that first."), field="reason"
            )
        refuse_unforeseen(foresee_selection_of_vendor(session, vendor), seen)
        vendor.withdrawn_at, vendor.withdrawn_reason = now_utc(), why
        leave_shown_vendor(session, vendor.evaluation_id, vendor.id)
        _announce_selection_change(session, actor, vendor, Event.VENDOR_WITHDRAWN, why)
    return vendor


def restore_vendor(
    actor: Actor, slug: str, vendor_id: int, *, reason: str, seen: str | None = None
) -> Vendor:
    """Take a vendor back into the selection, with everything that was marked.

    Args: seen: as above. Raises: Invalid without a reason, or if it has an item without a finding
    although prices are open; Stale; DoneAlready.
    """
    why = require_printed_reason(reason)
    with unit_of_work() as session:
        vendor = _lock_vendor(session, actor, slug, vendor_id)
        if vendor.withdrawn_at is None:
            _confirm_selection_change(session, actor, vendor, Event.VENDOR_RESTORED, why)
            return vendor
        _refuse_late_return(session, vendor)
        refuse_unforeseen(foresee_selection_of_vendor(session, vendor), seen)
        vendor.withdrawn_at, vendor.withdrawn_reason = None, ""
        issue_ballots_if_scoring(session, vendor.evaluation)
        _announce_selection_change(session, actor, vendor, Event.VENDOR_RESTORED, why)
    return vendor


def _refuse_late_return(session: Session, vendor: Vendor) -> None:
    """Raise Invalid for a vendor whose items would be decided by who knows the prices.

    Else whoever takes vendors out for a moment opens prices before every item has a finding.
    """
    if vendor.evaluation.prices_opened_at is None:
        return
    found = select(Finding.criterion_id).where(Finding.vendor_id == vendor.id)
    undecided = select(Criterion.id).where(
        Criterion.evaluation_id == vendor.evaluation_id,
        Criterion.left_out.is_(False),
        Criterion.id.not_in(found),
    )
    if session.scalar(undecided.limit(1)) is not None:
        raise Invalid(
            N_(
                "Prices are open: a vendor comes back only if all its items had a finding before,"
                " for nobody is to decide on them who knows the prices."
            ),
            field="reason",
        )


def _lock_vendor(session: Session, actor: Actor, slug: str, vendor_id: int) -> Vendor:
    seat = require_locked_seat(session, actor, Action.WITHDRAW_VENDOR, slug)
    vendor = find_vendor_for_seat(session, seat, vendor_id)
    require_impartial_once_shown(session, seat)
    return vendor


def _confirm_selection_change(
    session: Session, actor: Actor, vendor: Vendor, event: Event, why: str
) -> None:
    about = EntryReferences(vendor_id=vendor.id)
    confirm_same_act(session, actor, event, why, evaluation_id=vendor.evaluation_id, about=about)


def _announce_selection_change(
    session: Session, actor: Actor, vendor: Vendor, event: Event, why: str
) -> None:
    """Write down that a vendor left or came back; who has a ballot for it is told."""
    note_event(
        session,
        actor,
        event,
        evaluation_id=vendor.evaluation_id,
        subject=vendor.name,
        about=EntryReferences(vendor_id=vendor.id),
        reason=why,
    )
    scorers = session.scalars(
        select(Ballot.member_id)
        .join(Member, Member.id == Ballot.member_id)
        .where(Ballot.vendor_id == vendor.id, is_present_reviewer(vendor.evaluation_id))
    )
    facts = {"vendor": vendor.name, "reason": why}
    notify_members(session, scorers, NoticeKind(event.value), facts, vendor_id=vendor.id)
