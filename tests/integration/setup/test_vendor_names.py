"""Two products of one company are told apart wherever a vendor is named."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

import crrubric
from crrubric.domain.documents.tree import Bullets, Paragraph, Table
from crrubric.domain.errors import WrongPhase
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.vocabulary import DeclarationKind, Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry, Vendor
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting.decisions import DecisionText, record_decision
from crrubric.services.setup import phases, vendors, withdrawals
from tests.factories import Factory, Made
from tests.integration.conftest import Visit

ONE, TWO = "Acme – One", "Acme – Two"


@pytest.fixture
def acme(make: Factory) -> Made:
    """Acme offers two products: a reviewer stays away from one, which is withdrawn later."""
    made = make.evaluation()
    for vendor, product in zip(made.vendors, ("One", "Two"), strict=True):
        facts = vendors.VendorFacts(company="Acme", product=product)
        vendors.change_vendor(made.chair, made.slug, vendor.id, facts)
    db.session.expire_all()  # the next page reads anew
    make.forward(made, Phase.SCORING, {(1, 1): "YYY"})
    first, second = made.vendors
    kind = DeclarationKind.CONFLICT
    declare_interest(made.reviewers[0], made.slug, first.id, kind=kind, words="My cousin.")
    withdrawals.withdraw_vendor(made.chair, made.slug, first.id, reason="They left.")
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    text = DecisionText(vendor_id=second.id, reason="Best")
    record_decision(made.chair, made.slug, text)
    return made


def test_memo_journal_and_pages_name_the_product(acme: Made, visit: Visit):
    db.session.rollback()
    db.session.expire_all()
    blocks = compose_memo(load_memo_facts(db.session(), acme.evaluation, "en"), str).blocks
    told = [block.text for block in blocks if isinstance(block, Paragraph)]
    told += [item for block in blocks if isinstance(block, Bullets) for item in block.items]
    told += [
        cell for b in blocks if isinstance(b, Table) for row in b.rows for cell in map(str, row)
    ]
    subjects = db.session.scalars(
        select(JournalEntry.subject).where(
            JournalEntry.vendor_id.is_not(None),
            JournalEntry.event.in_(("MARK_RECORDED", "CONFLICT_DECLARED", "VENDOR_WITHDRAWN")),
        )
    ).all()
    pages = [visit(acme.chair).get(acme.url(page)).text for page in ("matrix", "decision/")]

    named = [text for text in told if "Acme" in text]
    assert [text for text in named if ONE not in text and TWO not in text] == []
    assert any(f"agreement with {TWO}" in text for text in named)
    assert any(f"{acme.reviewers[0].name}, {ONE}" in text for text in named)
    assert [subject for subject in subjects if "Acme" in subject and " – " not in subject] == []
    assert all(TWO in page for page in pages)


def test_a_company_with_one_product_is_called_by_its_name_alone(make: Factory):
    made = make.evaluation()
    facts = vendors.VendorFacts(company="Acme", product="One")

    vendors.change_vendor(made.chair, made.slug, made.vendors[0].id, facts)
    alone = db.session.scalars(select(Vendor.name).where(Vendor.company == "Acme")).all()
    vendors.add_vendor(made.chair, made.slug, vendors.VendorFacts(company="Acme", product="Two"))
    both = db.session.scalars(select(Vendor.name).where(Vendor.company == "Acme")).all()

    assert alone == ["Acme"]
    assert sorted(both) == [ONE, TWO]


# Where company and product are typed, stored, compared, or stand side by side; how often each.
MAY_SAY_COMPANY = {
    "crrubric/models/evaluations.py": 5,  # what the name is made of
    "crrubric/queries/memo/letters.py": 1,  # what a typed text may call another vendor
    "crrubric/queries/record/doubles.py": 2,  # one product, spelled in two ways
    "crrubric/queries/setup/search.py": 1,
    "crrubric/services/exchange/import_entries.py": 1,
    "crrubric/queries/exchange/record_rows.py": 1,  # a column of its own, beside the product
    "crrubric/services/exchange/rosters.py": 2,  # what a file may call it
    "crrubric/services/record/restores.py": 1,  # asked of databases, beside the product
    "crrubric/services/setup/tables/several.py": 1,
    "crrubric/cli/table_imports.py": 1,  # what was read of a file, before there is a vendor
    "crrubric/services/setup/vendors.py": 4,
    "crrubric/web/questions/questions.py": 1,
    "crrubric/web/setup/corrections.py": 1,
    "crrubric/web/setup/vendors.py": 1,
    "templates/ballots/declare.html": 1,
    "templates/ballots/declare_all.html": 1,
    "templates/setup/practice.html": 1,
    "templates/setup/vendors/index.html": 1,
    "templates/setup/vendors/vendor.html": 1,
}


def test_no_other_place_calls_a_vendor_by_its_company_alone():
    root = Path(crrubric.__file__).parents[1]
    files = [*root.glob("crrubric/**/*.py"), *root.glob("templates/**/*.html")]
    said = {
        file.relative_to(root).as_posix(): len(
            re.findall(r"\.company\b", file.read_text(encoding="utf-8"))
        )
        for file in files
        if "migrations" not in file.parts
    }

    assert {place: count for place, count in said.items() if count} == MAY_SAY_COMPANY


def test_page_and_refusal_of_a_removal_name_the_product(make: Factory, visit: Visit):
    made = make.evaluation()
    for vendor, product in zip(made.vendors, ("One", "Two"), strict=True):
        facts = vendors.VendorFacts(company="Acme", product=product)
        vendors.change_vendor(made.chair, made.slug, vendor.id, facts)
    db.session.expire_all()
    url = made.url(f"vendors/{made.vendors[0].id}/remove")
    kind = DeclarationKind.CONFLICT
    page = visit(made.chair).get(url).text
    declare_interest(
        made.reviewers[0], made.slug, made.vendors[0].id, kind=kind, words="My cousin."
    )

    with pytest.raises(WrongPhase) as refused:
        vendors.remove_vendor(made.chair, made.slug, made.vendors[0].id)

    assert ONE in page
    assert refused.value.values["vendor"] == ONE
