"""What the database refuses is told in words only where the constraint's name says what it was."""

from collections.abc import Callable
from types import ModuleType

import pytest
from sqlalchemy import (
    Index,
    Insert,
    PrimaryKeyConstraint,
    UniqueConstraint,
    UpdateBase,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crrubric.domain.errors import Invalid
from crrubric.domain.text import email_key
from crrubric.domain.vocabulary import Phase, Role, Stakeholder, Standing
from crrubric.extensions import db
from crrubric.models import Base, Evaluation, JournalEntry, Meeting, User, Vendor
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people import accounts
from crrubric.services.setup import committee, evaluations, vendors
from crrubric.services.shared.constraints import constraint_of
from tests.factories import Factory, Made, small_rubric

EMAIL = "ana@school.example"


def create(made: Made) -> object:
    return evaluations.create_evaluation(made.chair, title="Another", rubric=small_rubric())


def rename(made: Made, title: str = "Another") -> object:
    return evaluations.change_evaluation(
        made.chair, made.slug, title=title, purpose="", closes_on=None
    )


def add_vendor(made: Made, company: str = "Another") -> object:
    return vendors.add_vendor(made.chair, made.slug, vendors.VendorFacts(company=company))


def change_vendor(made: Made, company: str = "Another") -> object:
    facts = vendors.VendorFacts(company=company)
    return vendors.change_vendor(made.chair, made.slug, made.vendors[0].id, facts)


def invite(made: Made) -> object:
    return committee.invite_member(
        made.chair,
        made.slug,
        name="Ana Ruiz",
        email=EMAIL,
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.TEACHER,
    )


def add_user(_made: Made) -> object:
    return accounts.add_user(OPERATOR, name="Ana Ruiz", email=EMAIL, standing=Standing.MEMBER)


PLACES: list[tuple[ModuleType, str, Callable[[Made], object]]] = [
    (evaluations, "note_event", create),
    (evaluations, "note_evaluation_change", rename),
    (vendors, "note_event", add_vendor),
    (vendors, "note_event", change_vendor),
    (committee, "note_event", invite),
    (accounts, "insert_user", add_user),
]


class Mistake:
    """In place of a step of ours: does what another constraint forbids, as a mistake might."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, session: Session, *_values: object, **_more: object) -> None:
        self.times += 1
        session.execute(update(Evaluation).values(pass_mark=101))


@pytest.mark.parametrize(
    ("module", "step", "use"), PLACES, ids=[use.__name__ for *_, use in PLACES]
)
def test_another_constraint_is_not_taken_for_the_expected_one(
    make: Factory,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    step: str,
    use: Callable[[Made], object],
):
    made, mistake = make.evaluation(phase=Phase.SETUP), Mistake()
    monkeypatch.setattr(module, step, mistake)

    with pytest.raises(IntegrityError, match="ck_evaluation_pass_mark_percent"):
        use(made)

    assert mistake.times == 1  # and nothing was tried again


def test_a_title_that_is_taken_is_refused_beside_its_field(make: Factory):
    made = make.evaluation(title="One", phase=Phase.SETUP)
    make.evaluation(title="Another")

    with pytest.raises(Invalid, match="There is an evaluation “Another” already") as refused:
        rename(made)

    assert refused.value.field == "title"


@pytest.mark.parametrize("use", [add_vendor, change_vendor])
def test_a_vendor_that_is_on_the_list_is_refused_beside_its_field(
    make: Factory, use: Callable[[Made, str], object]
):
    made = make.evaluation(phase=Phase.SETUP, vendors=2)
    db.session.execute(update(Vendor).values(product=""))
    db.session.commit()

    with pytest.raises(Invalid, match="is on the list already") as refused:
        use(made, made.vendors[1].company)

    assert refused.value.field == "company"


def insert_rival(session: Session) -> None:
    """The account that somebody else makes at the same moment."""
    row = {"name": "Ana R.", "email": EMAIL, "email_key": email_key(EMAIL)}
    session.execute(insert(User).values(**row))


def test_an_account_that_comes_up_meanwhile_is_not_taken_over(
    make: Factory, monkeypatch: pytest.MonkeyPatch
):
    made, plain = make.evaluation(), accounts.insert_user

    def insert_late(session: Session, *values: str | Standing) -> User:
        insert_rival(session)
        return plain(session, *values)

    monkeypatch.setattr(accounts, "insert_user", insert_late)

    with pytest.raises(Invalid, match="has an account already") as refused:
        add_user(made)

    assert refused.value.field == "email"


def test_an_invitation_uses_the_account_that_came_up_meanwhile(
    make: Factory, monkeypatch: pytest.MonkeyPatch
):
    made, plain, rivals = make.evaluation(), accounts.insert_user, [insert_rival]

    def insert_late(session: Session, *values: str | Standing) -> User:
        if rivals:
            rivals.pop()(session)
        return plain(session, *values)

    monkeypatch.setattr(accounts, "insert_user", insert_late)

    invite(made)

    assert rivals == []
    assert db.session.scalar(select(func.count()).where(User.email == EMAIL)) == 1


def test_an_address_that_comes_up_meanwhile_is_avoided(
    make: Factory, monkeypatch: pytest.MonkeyPatch
):
    made, plain = make.evaluation(title="Another one"), evaluations.find_free_slug
    taken = [made.slug]
    monkeypatch.setattr(
        evaluations, "find_free_slug", lambda *known: taken.pop() if taken else plain(*known)
    )

    create(made)

    assert taken == []
    assert set(db.session.scalars(select(Evaluation.slug))) == {"another-one", "another"}


def start_meeting(made: Made) -> Insert:
    return insert(Meeting).values(
        evaluation_id=made.evaluation.id, place="", started_by="Dana Chair", step=0
    )


STATEMENTS: dict[str, tuple[str | None, Callable[[Made], UpdateBase]]] = {
    "a primary key": (
        "pk_user_account",
        lambda made: update(User).values(id=made.chair.user_id),
    ),
    "a unique constraint": (
        "uq_vendor_evaluation_id_code",
        lambda made: update(Vendor).values(code="same"),
    ),
    "a unique index": ("uq_meeting_under_way", start_meeting),
    "a check": (
        "ck_evaluation_quorum_positive",
        lambda made: update(Evaluation).values(quorum=0),
    ),
    "a list of values": (
        "ck_evaluation_phase",
        lambda made: update(Evaluation).values(phase=literal_column("'NEVER'")),
    ),
    "a column to be filled": (None, lambda made: update(Evaluation).values(title=None)),
    "a seal": (None, lambda made: update(JournalEntry).values(reason="changed")),
}


@pytest.mark.parametrize("kind", STATEMENTS)
def test_what_was_broken_is_told_by_its_name(make: Factory, kind: str):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "Y"})
    db.session.execute(start_meeting(made))
    name, statement = STATEMENTS[kind]

    with pytest.raises(IntegrityError) as refused:
        db.session.execute(statement(made))

    assert constraint_of(refused.value) == name


def test_a_key_that_points_nowhere_has_no_name_on_sqlite(make: Factory):
    make.evaluation()

    with pytest.raises(IntegrityError) as refused:
        db.session.execute(update(Vendor).values(evaluation_id=0))

    names = {"sqlite": None, "postgresql": "fk_vendor_evaluation_id_evaluation"}
    assert constraint_of(refused.value) == names[db.engine.dialect.name]


def test_columns_tell_which_constraint_it_was():
    """SQLite tells columns only: no two constraints may keep the same columns unique."""
    columns = [
        frozenset(keeper.columns)
        for table in Base.metadata.tables.values()
        for keeper in (*table.constraints, *table.indexes)
        if isinstance(keeper, UniqueConstraint | PrimaryKeyConstraint)
        or (isinstance(keeper, Index) and keeper.unique)
    ]

    assert len(columns) > 50
    assert len(set(columns)) == len(columns)
