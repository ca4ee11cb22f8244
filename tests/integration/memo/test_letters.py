"""Letters to vendors that were not chosen: their own results, and nothing of the others."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document as WordFile
from pypdf import PdfReader
from sqlalchemy import select

from crrubric.domain.errors import Stale
from crrubric.domain.memo.letters import USUAL_CLOSING
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Outcome, Phase, PriceUnit
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, Member, Vendor
from crrubric.queries.memo.letters import list_vendor_letters
from crrubric.services.meeting import decisions
from crrubric.services.memo.letters import LetterWords, read_letter_words, set_letter_words
from crrubric.services.memo.narratives import write_narratives
from crrubric.services.questions import answers, questions
from crrubric.services.setup import evaluations, vendors
from crrubric.services.setup.phases import change_phase
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.shared.test_queries import statements
from tests.pages import words

NAMES = ("Quillmere Works", "Tessellane Press", "Wrenfold Online")
PRODUCTS = ("Quillpath", "Tessella 9", "Wrenway")
PRICES = (271_300, 391_700, 583_900)  # cents
SHOWN_PRICES = ("2,713", "3,917", "5,839")
DAY = date(2026, 3, 12)


@pytest.fixture
def made(make: Factory) -> Made:
    return make.make_once("a decision with reasons", lambda: decide_with_reasons(make))


def decide_with_reasons(make: Factory) -> Made:
    """A final decision for the first of three vendors; notes and reasons about each."""
    made = make.evaluation(reviewers=3, vendors=0)
    for company, product, price in zip(NAMES, PRODUCTS, PRICES, strict=True):
        facts = vendors.VendorFacts(
            company=company, product=product, price_unit=PriceUnit.LEARNER,
            unit_price_cents=price, quantity=1, term_months=12, contact_name=f"Mx {product}",
        )  # fmt: skip
        made.vendors.append(vendors.add_vendor(made.chair, made.slug, facts))
    make.forward(made, Phase.SCORING, {})
    for place, row in enumerate(made.vendors):
        for reviewer, letters in enumerate(("YYN", "YNN", "YNN")):
            make.marks(made, reviewer, place, letters[: len(made.criteria)])
        asked = questions.write_question(made.chair, made.slug, row.id, words=f"When, {place}?")
        assert asked
    answers.send_questions(made.chair, made.slug, made.vendors[1].id, day=DAY)
    make.forward(made, Phase.MEETING, {})
    for place, row in enumerate(made.vendors):
        reason = decisions.FindingText(
            Outcome.NOT_MET, reason=f"Reason {place}00.", agreed="Person 2 and Person 3"
        )
        cell = row.id, made.criteria[1].id
        in_meeting.record_finding(made.chair, made.slug, *cell, reason, seen_version=0)
        texts = {
            NarrativePart.STRENGTHS: f"Strong {place}00.\n- Quick",
            NarrativePart.GAPS: f"Weak {place}00.",
            NarrativePart.QUESTIONS: f"Open {place}00.",
        }
        write_narratives(made.chair, made.slug, row.id, texts)
    make.forward(made, Phase.DECIDED, {})
    return made


def address(made: Made, vendor: int, file: str = "") -> str:
    return made.url(f"letters/{made.vendors[vendor].id}{file}")


def read_letters(person: Visitor, made: Made, vendor: int) -> dict[str, str]:
    """The words of a letter in every format, its properties included."""
    word = person.get(address(made, vendor, "/letter.docx"))
    pdf = person.get(address(made, vendor, "/letter.pdf"))
    page = person.get(address(made, vendor, "/letter.html"))
    shown = person.page(address(made, vendor)).root.find(".//article")
    assert {word.status_code, pdf.status_code, page.status_code} == {200}
    file = WordFile(BytesIO(word.data))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    about = file.core_properties
    reader = PdfReader(BytesIO(pdf.data))
    return {
        "word": "\n".join(
            [*(one.text for one in file.paragraphs), *cells, about.title, about.author]
        ),
        "pdf": "\n".join(
            [*(one.extract_text() for one in reader.pages), str(dict(reader.metadata or {}))]
        ),
        "html": page.text,
        "page": words(shown),
    }


@pytest.mark.parametrize("own", [1, 2])
def test_a_letter_tells_a_vendor_its_own_results_and_nothing_of_others(
    made: Made, visit: Visit, own: int
):
    letters = read_letters(visit(made.chair), made, own)

    other = ({1, 2} - {own}).pop()
    members = db.session.scalars(select(Member.name)).all()
    codes = [db.session.get_one(Vendor, row.id).code for row in made.vendors]
    assert len(members) == 4
    for text in letters.values():
        plain = " ".join(text.split())
        for secret in (
            NAMES[other], PRODUCTS[other], PRODUCTS[0], codes[0], codes[other],
            f"{other}00.", "000.", f"When, {other}?", "When, 0?", *SHOWN_PRICES, *members, "Mx ",
        ):  # fmt: skip
            assert secret not in plain, secret
        for told in (
            NAMES[own], f"It recommends the offer of {NAMES[0]}", f"Strong {own}00.",
            f"Weak {own}00.", f"Open {own}00.", f"Not met. Reason {own}00.", "3 yes, 0 no",
            made.criteria[0].title,
        ):  # fmt: skip
            assert told in plain, told
        assert ("When, 1?" in plain) is (own == 1)  # the other was not sent


def test_the_score_is_told_with_its_denominators(made: Made, visit: Visit):
    text = read_letters(visit(made.chair), made, 1)["page"]

    assert f"of the {len(made.criteria)} settled criteria are met" in text
    assert "Must-haves:" in text


def test_no_letter_goes_to_the_chosen_vendor_or_before_the_decision(made: Made, visit: Visit):
    chair = visit(made.chair)
    assert chair.get(address(made, 0)).status_code == 404
    listed = words(chair.page(made.url("letters")).root.find(".//table"))
    assert (NAMES[0] in listed, NAMES[1] in listed, NAMES[2] in listed) == (False, True, True)
    assert visit(made.reviewers[0]).get(made.url("letters")).status_code == 404

    change_phase(made.chair, made.slug, Phase.MEETING, reason="Again.")

    for path in ("letters", f"letters/{made.vendors[1].id}/letter.pdf"):
        assert chair.get(made.url(path)).status_code == 404


def test_everybody_gets_a_letter_where_none_was_chosen(made: Made, visit: Visit):
    change_phase(made.chair, made.slug, Phase.MEETING, reason="Again.")
    text = decisions.DecisionText(vendor_id=None, reason="None fits.")
    decisions.record_decision(made.chair, made.slug, text)
    change_phase(made.chair, made.slug, Phase.DECIDED)

    page = words(visit(made.chair).page(address(made, 0)).root)

    assert "It recommends none of the offers." in page


def test_a_text_that_names_another_vendor_or_a_member_is_pointed_out(made: Made, visit: Visit):
    texts = {NarrativePart.GAPS: "Less than TESSELLANE PRESS. Dana saw it."}
    write_narratives(made.chair, made.slug, made.vendors[2].id, texts)

    (first, second) = list_vendor_letters(db.session(), made.evaluation)

    assert first.mentions == ()
    assert [(row.what, row.name) for row in second.mentions] == [
        ("Gaps", NAMES[1]), ("Gaps", "Dana Chair")
    ]  # fmt: skip
    chair = visit(made.chair)
    told = f"“Gaps” names {NAMES[1]}."
    assert told in words(chair.page(made.url("letters")).root)
    assert told in words(chair.page(address(made, 2)).root)


def test_what_was_typed_about_the_whole_evaluation_is_looked_through_as_well(made: Made):
    """Title, the address that is made of the first one, and criteria stand in every letter."""
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)
    evaluation.title = f"Instead of {NAMES[0]}"
    evaluation.slug = "without-wrenfold-online-and-dana"
    criterion = db.session.get_one(Criterion, made.criteria[0].id)
    criterion.title = f"As good as {NAMES[0]}"
    db.session.commit()

    (first, second) = list_vendor_letters(db.session(), evaluation)

    told = ("Title", NAMES[0]), ("Criteria", NAMES[0])
    assert [(row.what, row.name) for row in first.mentions] == [
        told[0], ("Reference", NAMES[2]), ("Reference", "Dana Chair"), told[1]
    ]  # fmt: skip
    assert [(row.what, row.name) for row in second.mentions] == [
        told[0], ("Reference", "Dana Chair"), told[1]
    ]  # fmt: skip


def test_the_end_of_letters_is_typed_once_for_all(made: Made, visit: Visit):
    chair = visit(made.chair)
    usual = words(chair.page(address(made, 1)).root)
    assert USUAL_CLOSING in usual
    typed = {"closing": "Thank you.\n- Call us", "contact": "Purchasing\n555 0100"}

    assert chair.edit(made.url("letters"), typed).status_code == 303

    for vendor in (1, 2):
        text = words(chair.page(address(made, vendor)).root)
        assert "Thank you." in text
        assert "Purchasing 555 0100" in text
        assert USUAL_CLOSING not in text


def test_the_end_of_letters_is_not_overwritten_unseen(made: Made):
    seen = fingerprint_values(read_letter_words(made.evaluation))
    db.session.rollback()
    set_letter_words(made.chair, made.slug, LetterWords(closing="Theirs."))

    with pytest.raises(Stale):
        set_letter_words(made.chair, made.slug, LetterWords(closing="Mine."), seen=seen)


def test_a_letter_is_in_the_language_of_the_documents(make: Factory, visit: Visit):
    made = make.evaluation()
    evaluations.change_evaluation(
        made.chair, made.slug, title="Recuperación", purpose="", closes_on=None, language="es"
    )
    make.forward(made, Phase.DECIDED, {(0, 0): "Y", (0, 1): "N"})

    text = words(visit(made.chair).page(made.url(f"letters/{made.vendors[1].id}")).root)

    assert "Le agradecemos su oferta" in text
    assert "Determinaciones por criterio" in text


def test_a_curriculum_in_place_has_no_letters(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    evaluations.change_evaluation(
        made.chair, made.slug, title="What we have", purpose="", closes_on=None, in_place=True
    )
    make.forward(made, Phase.MEETING, {(0, 0): "Y"})
    text = decisions.DecisionText(vendor_id=None, reason="No.")
    decisions.record_decision(made.chair, made.slug, text)
    change_phase(made.chair, made.slug, Phase.DECIDED)

    page = words(visit(made.chair).page(f"/evaluations/{made.slug}/letters").root)

    assert "There is no vendor to write to." in page


def test_the_list_asks_the_database_as_often_for_many_vendors_as_for_few(
    make: Factory, visit: Visit
):
    found = []
    for title, count in (("Small", 2), ("Large", 5)):
        made = make.evaluation(title=title, phase=Phase.DECIDED, vendors=count)
        chair = visit(made.chair)
        with statements() as seen:
            assert chair.get(made.url("letters")).status_code == 200
        found.append(len(seen))

    assert found[0] == found[1] <= 19
