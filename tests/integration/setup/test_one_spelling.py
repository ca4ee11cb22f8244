"""Titles, vendors and addresses that differ only in how they are spelled are one."""

import pytest
from sqlalchemy import select

from crrubric.domain.errors import Invalid
from crrubric.domain.vocabulary import Role, Stakeholder, Standing
from crrubric.extensions import db
from crrubric.models import Evaluation, Member, User, Vendor
from crrubric.queries.people.people import OPERATOR
from crrubric.services.people.accounts import add_user
from crrubric.services.setup import committee, evaluations, rubrics, vendors
from crrubric.services.setup.rubrics import CriterionText
from tests.factories import Factory, small_rubric

ZOE, DECOMPOSED = "Zoë Núñez", "Zoe\u0308 Nu\u0301n\u0303ez"
TITLES = ["CREDIT recovery", "Credit\u200b recovery", "Ｃredit recovery", " Credit \u00a0recovery "]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_in_another_spelling_is_taken(make: Factory, title: str):
    made = make.evaluation(title="Credit recovery")
    other = evaluations.create_evaluation(made.chair, title="Other", rubric=small_rubric())

    for use in (
        lambda: evaluations.create_evaluation(made.chair, title=title, rubric=small_rubric()),
        lambda: evaluations.change_evaluation(
            made.chair, other.slug, title=title, purpose="", closes_on=None
        ),
    ):
        with pytest.raises(Invalid, match="There is an evaluation") as refused:
            use()
        assert refused.value.field == "title"


def test_a_title_is_stored_as_typed_and_may_change_its_own_spelling(make: Factory):
    made = make.evaluation(title="credit recovery")

    evaluations.change_evaluation(
        made.chair, made.slug, title="Credit  Nu\u0301n\u0303ez", purpose="", closes_on=None
    )
    evaluations.change_evaluation(
        made.chair, made.slug, title="CREDIT Núñez", purpose="", closes_on=None
    )

    assert db.session.scalars(select(Evaluation.title)).one() == "CREDIT Núñez"


@pytest.mark.parametrize(
    ("company", "product"),
    [("ACME", "algebra"), ("Ac\u200bme", "Algebra"), ("Ａcme ", "Algebra")],
)
def test_a_vendor_in_another_spelling_is_on_the_list(make: Factory, company: str, product: str):
    made = make.evaluation(vendors=0)
    facts = vendors.VendorFacts
    vendors.add_vendor(made.chair, made.slug, facts(company="Acme", product="Algebra"))
    other = vendors.add_vendor(made.chair, made.slug, facts(company="Acme", product="Reading"))
    again = facts(company=company, product=product)

    for use in (
        lambda: vendors.add_vendor(made.chair, made.slug, again),
        lambda: vendors.change_vendor(made.chair, made.slug, other.id, again),
    ):
        with pytest.raises(Invalid, match="is on the list already") as refused:
            use()
        assert refused.value.field == "company"
    assert db.session.scalars(select(Vendor.product).order_by(Vendor.id)).all() == [
        "Algebra", "Reading",
    ]  # fmt: skip


def test_an_address_with_characters_that_are_not_seen_is_the_same(make: Factory):
    made = make.evaluation()
    first = make.user("Ann")

    second = committee.invite_member(
        made.chair,
        made.slug,
        name="Ann",
        email=first.email.upper().replace("@", "\u200b@"),
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.OTHER,
    )

    assert second.member.user_id == first.id
    with pytest.raises(Invalid, match="has an account already"):
        add_user(OPERATOR, name="A", email=f"\u2060{first.email}", standing=Standing.MEMBER)


def test_a_name_is_stored_composed(make: Factory):
    made = make.evaluation()

    user = add_user(OPERATOR, name=DECOMPOSED, email="zoe@lake.example", standing=Standing.MEMBER)
    committee.invite_member(
        made.chair,
        made.slug,
        name=DECOMPOSED,
        email="zoe2@lake.example",
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.OTHER,
    )

    assert user.name == ZOE
    assert db.session.scalars(select(Member.name).order_by(Member.id.desc())).first() == ZOE


@pytest.mark.parametrize("title", ["\u200b", "\u2060 \ufeff", "\u202e\u202c"])
def test_a_title_of_which_nothing_can_be_seen_is_none(make: Factory, title: str):
    made = make.evaluation()

    with pytest.raises(Invalid, match="Enter a title"):
        evaluations.create_evaluation(made.chair, title=title, rubric=small_rubric())
    with pytest.raises(Invalid, match="Enter the name of the company"):
        vendors.add_vendor(made.chair, made.slug, vendors.VendorFacts(company=title))
    with pytest.raises(Invalid, match="Enter a title for the criterion"):
        rubrics.clean_criterion(CriterionText(title=title))


def test_a_long_address_whose_key_is_longer_is_refused(make: Factory):
    with pytest.raises(Invalid, match="Enter an e-mail address"):
        add_user(
            OPERATOR, name="A", email="\ufdfa" * 20 + "@lake.example", standing=Standing.MEMBER
        )
    assert db.session.scalars(select(User)).all() == []
