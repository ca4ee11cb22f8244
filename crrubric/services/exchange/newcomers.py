"""Reviewers and vendors that a file brings into an evaluation, where that was asked for."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Stakeholder
from crrubric.models import Evaluation, Member
from crrubric.queries.people.people import Actor
from crrubric.services.exchange.scanning import Roster
from crrubric.services.setup.evaluations import serialize_seat
from crrubric.services.setup.vendors import VendorFacts, clean_vendor, insert_vendor
from crrubric.services.shared.counting import refuse_scorer_once_shown
from crrubric.services.shared.journal import ROW, EntryReferences, note_event


def add_vendors(session: Session, actor: Actor, evaluation: Evaluation, roster: Roster) -> int:
    """Vendors that the evaluation doesn't have yet; how many."""
    fresh = list(roster.vendors.new.items())
    for key, name in fresh:
        facts = clean_vendor(VendorFacts(company=name))
        vendor = insert_vendor(session, evaluation, facts)
        note_event(
            session,
            actor,
            Event.VENDOR_ADDED,
            evaluation_id=evaluation.id,
            subject=vendor.name,
            about=EntryReferences(vendor_id=vendor.id),
            after={**asdict(facts), ROW: {"code": vendor.code, "position": vendor.position}},
        )
        roster.vendors.keep(key, vendor.id)
    return len(fresh)


def add_reviewers(session: Session, actor: Actor, evaluation: Evaluation, roster: Roster) -> int:
    """Reviewers that the evaluation doesn't have yet: seats without an account; how many.

    Raises: Invalid once the committee has seen ballots.
    """
    fresh = list(roster.reviewers.new.items())
    if fresh:
        refuse_scorer_once_shown(evaluation)
    for key, name in fresh:
        member = Member(
            evaluation_id=evaluation.id,
            name=name,
            stakeholder=Stakeholder.OTHER,
            is_chair=False,
            is_reviewer=True,
        )
        session.add(member)
        session.flush()
        note_event(
            session,
            actor,
            Event.MEMBER_ADDED,
            evaluation_id=evaluation.id,
            subject=member.name,
            about=EntryReferences(member_id=member.id),
            after=serialize_seat(member),
        )
        roster.reviewers.keep(key, member.id)
    return len(fresh)
