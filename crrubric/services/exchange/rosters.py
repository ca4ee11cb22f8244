"""Who and what an evaluation has, before marks are imported into it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState
from crrubric.models import Ballot, Criterion, Evaluation, Mark, Member, Vendor
from crrubric.queries.ballots.on_behalf import list_ballots_as_entered, load_seen_ballots
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.assignments import load_assignments
from crrubric.services.exchange.names import NameBook
from crrubric.services.exchange.scanning import MarkedCells, Roster

BATCH = 5_000  # rows read at once


def load_roster(session: Session, seat: Seat, *, add_new: bool) -> Roster:
    """Reviewers, vendors and criteria by every name they go by, and what this seat may not bring.

    Args: add_new: whether a reviewer or vendor that is not there is a new one.
    """
    evaluation = seat.evaluation
    roster = Roster(
        assigned=load_assignments(session, evaluation.id),
        seen={*load_seen_ballots(session, evaluation.id)},
    )
    roster.reviewers.may_grow = roster.vendors.may_grow = add_new
    roster.vendors.longest = limits.NAME
    _load_members(session, evaluation, roster.reviewers)
    vendors = session.scalars(
        select(Vendor).where(Vendor.evaluation_id == evaluation.id).order_by(Vendor.position)
    )
    for vendor in vendors:
        whole = f"{vendor.company} {vendor.product}".strip()
        roster.vendors.add(vendor.id, whole, vendor.company, vendor.product, code=vendor.code)
        if vendor.withdrawn_at is not None:
            roster.withdrawn.add(vendor.id)
    criteria = session.scalars(
        select(Criterion).where(
            Criterion.evaluation_id == evaluation.id, Criterion.left_out.is_(False)
        )
    )
    for criterion in criteria:
        roster.criteria.add(criterion.id, *_list_wordings(criterion), code=criterion.code)
        roster.code_of[criterion.id] = criterion.code
        if not criterion.may_not_apply:
            roster.always_apply.add(criterion.id)
    _load_ballots(session, seat, roster)
    return roster


def _load_ballots(session: Session, seat: Seat, roster: Roster) -> None:
    """Which ballots can't take a mark any more, or none from this seat."""
    evaluation = seat.evaluation
    own = seat.member.id if seat.member else None
    roster.importer, roster.shut_out = own, frozenset(seat.shut_out)
    ballots = session.scalars(
        select(Ballot)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation.id)
    ).all()
    again = [row.id for row in ballots if row.seals and row.state is BallotState.OPEN]  # seldom any
    as_entered = list_ballots_as_entered(session, again) if again else frozenset()
    for ballot in ballots:
        if ballot.id in as_entered:
            roster.entered.add((ballot.member_id, ballot.vendor_id))
        if ballot.state is BallotState.SUBMITTED:
            roster.sealed.add((ballot.member_id, ballot.vendor_id))
        if ballot.recused:
            roster.recused.add((ballot.member_id, ballot.vendor_id))
        elif ballot.seals:
            roster.begun.add((ballot.member_id, ballot.vendor_id))
        mine = ballot.member_id == own and ballot.member.is_reviewer  # else they submit none
        if mine and not ballot.recused and ballot.state is BallotState.OPEN:
            roster.unscored.add(ballot.vendor_id)


def _list_wordings(criterion: Criterion) -> Iterator[str]:
    """Title and question, in every language."""
    for texts in ({"title": criterion.title, "question": criterion.question},
                  *criterion.translations.values()):  # fmt: skip
        for name in ("title", "question"):
            if texts.get(name):
                yield texts[name]


def _load_members(session: Session, evaluation: Evaluation, book: NameBook) -> None:
    """Who scores, by name and address; of the others, why they can't have a mark."""
    members = session.scalars(
        select(Member)
        .where(Member.evaluation_id == evaluation.id, Member.removed_at.is_(None))
        .order_by(Member.id)
    )
    for member in members:
        address = member.user.email if member.user else None
        if member.is_reviewer:
            book.add(member.id, member.name, code=address)
            continue
        why = Invalid(
            N_("%(name)s is on the committee but does not score: change the role first"),
            name=member.name,
        )
        for name in filter(None, (member.name, address)):
            book.refuse(name, why)


def load_marked_cells(session: Session, evaluation: Evaluation) -> MarkedCells:
    """The cells that are marked already."""
    rows = session.execute(
        select(Ballot.member_id, Ballot.vendor_id, Mark.criterion_id)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation.id)
        .execution_options(yield_per=BATCH)
    )
    found = MarkedCells()
    for member, vendor, criterion in rows:
        found.add((member, vendor, criterion))
    return found
