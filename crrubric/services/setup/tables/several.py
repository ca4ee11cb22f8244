"""Several vendors or people at once: all of them or none, each with its own journal entry.

Lines have numbers, by which the page that sent them knows what is wrong where.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, InvalidLines, clean_together
from crrubric.domain.exchange.drafts import DraftKind
from crrubric.domain.exchange.field_tables import FieldMapping
from crrubric.domain.results.offer_checks import check_line, find_line_problems
from crrubric.domain.results.offers import PriceLine
from crrubric.domain.setup.offer_cells import CellLine
from crrubric.domain.text import email_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Role, Standing
from crrubric.models import Evaluation, Member, User, Vendor
from crrubric.models.evaluations import make_vendor_key
from crrubric.queries.people.access import (
    Seat,
    require_locked_evaluation,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.prices import is_kept_from_prices
from crrubric.services.exchange.field_tables import FieldMemory
from crrubric.services.people.accounts import SAME_EMAIL, clean_email, clean_name, find_or_add_user
from crrubric.services.setup.committee import SEATED, Invitation, Invitee, seat_invitee
from crrubric.services.setup.vendors import (
    LEAVE_OUT_PRICE,
    VendorFacts,
    clean_vendor,
    enter_vendor,
    make_vendor_taken,
    refuse_price,
)
from crrubric.services.shared.constraints import run_again_if_broken
from crrubric.services.shared.counting import refuse_scorer_once_shown
from crrubric.services.shared.unit import unit_of_work

Problem = tuple[int, Invalid]  # the number of a line, and what is wrong with it
NOTHING_TAKEN = N_(
    "Nothing was taken: correct the lines, or clear the boxes of those that are not wanted."
)


@dataclass(frozen=True, slots=True)
class NewVendor:
    """A vendor of a line, with its further prices and the column of each."""

    facts: VendorFacts
    cells: tuple[CellLine, ...] = ()

    @property
    def lines(self) -> tuple[PriceLine, ...]:
        """The further prices."""
        return tuple(cell.line for cell in self.cells)


def add_several_vendors(
    actor: Actor,
    slug: str,
    lines: Mapping[int, NewVendor],
    *,
    columns: FieldMapping | None = None,
) -> list[Vendor]:
    """New vendors at the end of the list, in the order of their lines.

    Args: columns: of the table that they come from, to be proposed the next time.
    Raises: InvalidLines with everything that is wrong; then none is added.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.EDIT_SETUP, slug)
        if problems := find_vendor_problems(session, seat, lines):
            raise InvalidLines(NOTHING_TAKEN, problems)
        if columns is not None:
            remember_vendor_columns(session, seat.evaluation).keep_mapping(columns)
        return [
            enter_vendor(
                session,
                actor,
                seat.evaluation,
                clean_vendor(vendor.facts),
                [check_line(line) for line in vendor.lines],
            )
            for vendor in lines.values()
        ]


def remember_vendor_columns(session: Session, evaluation: Evaluation) -> FieldMemory:
    """How tables of vendors were read in the district of an evaluation."""
    return FieldMemory(session, evaluation.district_id, DraftKind.VENDORS)


def remember_member_columns(session: Session, evaluation: Evaluation) -> FieldMemory:
    """How tables of people were read in the district of an evaluation."""
    return FieldMemory(session, evaluation.district_id, DraftKind.COMMITTEE)


def find_vendor_problems(
    session: Session, seat: Seat, lines: Mapping[int, NewVendor]
) -> list[Problem]:
    """What is wrong with lines of vendors, those included that are there or come twice."""
    there = set(
        session.scalars(select(Vendor.name_key).where(Vendor.evaluation_id == seat.evaluation.id))
    )
    return list(_check_vendors(lines, there, priced=not is_kept_from_prices(session, seat)))


def _check_vendors(
    lines: Mapping[int, NewVendor], there: set[str], *, priced: bool
) -> Iterator[Problem]:
    """Args: priced: they may have prices."""
    first: dict[str, int] = {}
    for number, vendor in lines.items():
        yield from ((number, problem) for problem in _check_cells(vendor, priced=priced))
        try:
            tidy = clean_vendor(vendor.facts)
            if not priced:
                refuse_price(tidy)
        except Invalid as error:
            yield from ((number, each) for each in (error, *error.more))
            continue
        key = make_vendor_key(tidy.company, tidy.product)
        if key in there:
            yield number, make_vendor_taken(tidy)
        elif first.setdefault(key, number) != number:
            yield (
                number,
                Invalid(
                    N_("This is the vendor of line %(line)s once more."),
                    line=first[key],
                    field="company",
                ),
            )


def _check_cells(vendor: NewVendor, *, priced: bool) -> Iterator[Invalid]:
    """What is wrong with the further prices, each with its column."""
    if vendor.cells and not priced:
        yield Invalid(LEAVE_OUT_PRICE, field=vendor.cells[0].column)
        return
    licensed = vendor.facts.unit_price_cents is not None
    for place, error in find_line_problems(vendor.lines, licensed=licensed):
        yield Invalid(error.message, field=vendor.cells[place].column, **error.values)


def invite_several(
    actor: Actor,
    slug: str,
    lines: Mapping[int, Invitee],
    *,
    columns: FieldMapping | None = None,
) -> tuple[str, list[Invitation]]:
    """Give several people seats.

    Args: columns: of the table that they come from, to be proposed the next time.
    Returns: the secret of which the links were made that the chair may copy, and the invitations.
    Raises: InvalidLines with everything that is wrong; then nobody is invited.
    """
    return run_again_if_broken(  # another evaluation may make an account at the same moment
        lambda: _invite_several_once(actor, slug, lines, columns), SAME_EMAIL
    )


def _invite_several_once(
    actor: Actor, slug: str, lines: Mapping[int, Invitee], columns: FieldMapping | None
) -> tuple[str, list[Invitation]]:
    secret, invitations = secrets.token_urlsafe(32), []
    with unit_of_work() as session:
        evaluation = require_locked_evaluation(session, actor, Action.MANAGE_COMMITTEE, slug)
        if problems := find_invitee_problems(session, evaluation, lines):
            raise InvalidLines(NOTHING_TAKEN, problems)
        if columns is not None:
            remember_member_columns(session, evaluation).keep_mapping(columns)
        _hold_accounts(session, lines)
        accounts = {
            number: find_or_add_user(session, row.name, row.email, Standing.MEMBER)
            for number, row in sorted(lines.items(), key=lambda pair: email_key(pair[1].email))
        }
        for number, row in lines.items():
            try:
                found = seat_invitee(
                    session, actor, evaluation, row, accounts[number], secret=secret
                )
            except Invalid as error:
                problems = [(number, each) for each in (error, *error.more)]
                raise InvalidLines(NOTHING_TAKEN, problems) from None
            invitations.append(found)
    return secret, invitations


def _hold_accounts(session: Session, lines: Mapping[int, Invitee]) -> None:
    """Hold the accounts that are there, in the order in which everybody does."""
    keys = [email_key(row.email) for row in lines.values()]
    session.scalars(
        select(User).where(User.email_key.in_(keys)).order_by(User.id).with_for_update(of=User)
    ).all()


def find_invitee_problems(
    session: Session, evaluation: Evaluation, lines: Mapping[int, Invitee]
) -> list[Problem]:
    """What is wrong with lines of people, those included who have a seat or come twice."""
    seated = set(
        session.scalars(
            select(User.email_key)
            .join(Member, Member.user_id == User.id)
            .where(Member.evaluation_id == evaluation.id, Member.removed_at.is_(None))
        )
    )
    return list(_check_invitees(evaluation, lines, seated))


def _check_invitees(
    evaluation: Evaluation, lines: Mapping[int, Invitee], seated: set[str]
) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, row in lines.items():
        try:
            key = _check_invitee(evaluation, row)
        except Invalid as error:
            yield from ((number, each) for each in (error, *error.more))
            continue
        if key in seated:
            yield number, Invalid(SEATED, field="email")
        elif first.setdefault(key, number) != number:
            message = N_("This address stands in line %(line)s as well.")
            yield number, Invalid(message, line=first[key], field="email")


def _check_invitee(evaluation: Evaluation, row: Invitee) -> str:
    """The key of the address. Raises: Invalid naming every field with which something is wrong."""

    def refuse_role() -> None:
        if Role.REVIEWER in row.roles:
            refuse_scorer_once_shown(evaluation, field="roles")

    tidy = clean_together(
        name=lambda: clean_name(row.name),
        email=lambda: clean_email(row.email),
        roles=refuse_role,
    )
    return email_key(tidy["email"])
