"""What is there twice under two spellings: from before keys were compared. Reported, not merged."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.text import email_key, key_of
from crrubric.domain.translation import N_
from crrubric.models import Evaluation, Member, User, Vendor
from crrubric.queries.record.stored import reading_any_text


def list_doubles(session: Session) -> list[CrrubricError]:
    """Evaluations, vendors, seats and accounts that differ only in how they are spelled."""
    with reading_any_text(session):
        return [
            *_list_double_titles(session),
            *_list_double_vendors(session),
            *_list_double_seats(session),
            *_list_double_accounts(session),
        ]


def _list_double_titles(session: Session) -> Iterator[CrrubricError]:
    for row in session.scalars(select(Evaluation).order_by(Evaluation.id)):
        if row.title_key != key_of(row.title):
            yield Invalid(
                N_("Two evaluations are called “%(title)s”: give %(slug)s another title."),
                title=row.title,
                slug=row.slug,
            )


def _list_double_vendors(session: Session) -> Iterator[CrrubricError]:
    rows = session.execute(
        select(Evaluation.slug, Vendor)
        .join(Evaluation, Evaluation.id == Vendor.evaluation_id)
        .order_by(Vendor.id)
    )
    for slug, vendor in rows:
        if vendor.name_key != f"{key_of(vendor.company)}\n{key_of(vendor.product)}":
            yield Invalid(
                N_("%(slug)s has “%(company)s” with one product twice, in two spellings."),
                slug=slug,
                company=vendor.company,
            )


def _list_double_seats(session: Session) -> Iterator[CrrubricError]:
    """Imported seats: two people with accounts may well have one name."""
    rows = session.execute(
        select(Evaluation.slug, Member.name)
        .join(Evaluation, Evaluation.id == Member.evaluation_id)
        .where(Member.user_id.is_(None), Member.removed_at.is_(None))
        .order_by(Member.id)
    )
    spellings: dict[tuple[str, str], list[str]] = defaultdict(list)
    for slug, name in rows:
        spellings[slug, key_of(name)].append(name)
    for (slug, _key), names in spellings.items():
        if len(names) > 1:
            yield Invalid(
                N_("%(slug)s has %(count)s imported reviewers called “%(name)s”."),
                slug=slug,
                count=len(names),
                name=names[0],
            )


def _list_double_accounts(session: Session) -> Iterator[CrrubricError]:
    for user in session.scalars(select(User).order_by(User.id)):
        if user.email_key != email_key(user.email):
            yield Invalid(
                N_("Two accounts have the address %(email)s, in two spellings."), email=user.email
            )
