"""The memo prints the purchase: the same words in each of its formats."""

from datetime import date

import pytest

from crrubric.catalogue import load_translations
from crrubric.domain.documents.tree import Heading, Table
from crrubric.domain.memo.issuing.issues import MemoFormat
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.procurement.binder import LineRecord
from crrubric.domain.procurement.line_states import EvidenceLevel, LineState
from crrubric.domain.procurement.purchase import (
    FundKind,
    FundShare,
    LimitKind,
    OwnLimit,
    PurchaseDays,
    PurchaseFacts,
    PurchaseMethod,
)
from crrubric.domain.vocabulary import Outcome, Phase
from crrubric.extensions import db
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.services.meeting import decisions
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.procurement import lines, purchases
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.memo.test_issues import kept_bytes
from tests.integration.memo.test_roles import READERS

FACTS = PurchaseFacts(
    method=PurchaseMethod.PROPOSALS,
    method_reason="Above the limit of the policy.",
    solicitation="RFP 2027-02",
    estimate_cents=4_800_000,
    estimate_on=date(2026, 10, 29),
    funds=(FundShare(kind=FundKind.TITLE_I_A, name="Fernhollow", share=10_000),),
    limits=(OwnLimit(kind=LimitKind.FORMAL, cents=2_500_000, source="Policy DJ"),),
)
DAYS = PurchaseDays(
    published_on=date(2026, 2, 2),
    board_on=date(2027, 3, 9),
    board_motion="27-41",
    contract_on=date(2027, 3, 2),
)


@pytest.fixture
def made(make: Factory) -> Made:
    """A final decision with a purchase whose contract was signed before the board acted."""
    made = make.evaluation(phase=Phase.MEETING)
    cell, finding = (
        (made.vendors[0].id, made.criteria[0].id),
        decisions.FindingText(Outcome.MET, "x"),
    )
    in_meeting.record_finding(made.chair, made.slug, *cell, finding, seen_version=0)
    purchases.set_purchase_facts(made.chair, made.slug, FACTS)
    purchases.set_purchase_days(made.chair, made.slug, DAYS)
    level = LineRecord(
        state=LineState.DONE, note="The study of 2021.", level=EvidenceLevel.MODERATE,
        vendor_id=made.vendors[0].id, kept_at="Binder 3", done_by="Federal programs",
    )  # fmt: skip
    lines.record_purchase_line(made.chair, made.slug, "evidence_level", level)
    make.forward(made, Phase.DECIDED, {})
    return made


def test_each_format_holds_order_facts_and_index(made: Made):
    issue_memo(made.chair, made.slug, IssueText(language="en"))

    for form in MemoFormat:
        text = READERS[form](kept_bytes(made, 1, form))
        for said in (
            "Competitive proposals (RFP). Above the limit of the policy.",
            "RFP 2027-02",
            "27-41",
            "Proof of order",
            "“Contract signed” (March 2, 2027) should come after “Board action” (March 9, 2027)",
            "Checklist of the purchase",
            "comes after the memo and is not counted here",
            "Moderate evidence (quasi-",  # a line of the PDF may end here
            "experimental study)",
            "The study of 2021.",
            "Kept at: Binder 3",
        ):
            assert said in text, (form, said)


def test_the_parts_stand_in_their_sections_in_both_languages(made: Made):
    for language, names in (
        ("en", ("Basis of the purchase", "Proof of order", "Checklist of the purchase")),
        ("es", ("Base de la compra", "Prueba del orden", "Lista de comprobación de la compra")),
    ):
        blocks = compose(made, language)
        section, found = "", {}
        for block in blocks:
            if isinstance(block, Heading) and block.level == 1:
                section = block.text.partition(".")[0]
            elif isinstance(block, Heading) and block.text in names:
                found[block.text] = section
        assert found == dict(zip(names, ("3", "3", "15"), strict=True))


def compose(made: Made, language: str) -> tuple[object, ...]:
    db.session.rollback()
    db.session.expire_all()
    facts = load_memo_facts(db.session(), made.evaluation, language)
    return compose_memo(facts, load_translations(language).gettext).blocks


def test_the_index_leaves_out_what_comes_after_the_memo(made: Made):
    (index,) = (
        block
        for block in compose(made, "en")
        if isinstance(block, Table) and block.caption == "Checklist of the purchase"
    )

    asked = [row[0] for row in index.rows]
    assert any(text.startswith("Level of evidence under ESSA") for text in asked)
    assert not any(text.startswith(("Record of the", "The record is kept")) for text in asked)
    assert dict(zip(asked, (row[1] for row in index.rows), strict=True))[
        "Level of evidence under ESSA (ESEA section 8101(21)(A))"
    ] == "done"  # fmt: skip


def test_the_memo_of_an_evaluation_without_a_purchase_says_so(make: Factory):
    made = make.evaluation(phase=Phase.MEETING)

    blocks = compose(made, "en")

    captions = [block.caption for block in blocks if isinstance(block, Table)]
    assert "Proof of order" in captions
    assert "Funds" not in captions
