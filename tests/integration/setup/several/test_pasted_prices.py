"""Vendors with all that their offers cost, pasted as a table; and the table that comes back."""

import csv
from io import StringIO

import pytest
from sqlalchemy import select

from crrubric.domain.errors import InvalidLines
from crrubric.domain.events import Event
from crrubric.domain.results.offers import PriceLine, read_lines
from crrubric.domain.setup.offer_cells import CellLine
from crrubric.domain.vocabulary import Phase, PriceKind, PriceUnit, Role
from crrubric.extensions import db
from crrubric.models import JournalEntry, Vendor
from crrubric.queries.record.verification import verify_record
from crrubric.services.people.accounts import choose_language
from crrubric.services.setup.tables.several import NewVendor, add_several_vendors
from crrubric.services.setup.vendors import VendorFacts
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, error_of
from tests.integration.meeting.test_prices import set_roles
from tests.integration.setup.test_several import VENDORS, preview, take, vendors_of
from tests.integration.shared.test_queries import statements
from tests.pages import filled_form, words

MOST = 5  # who is signed in, the evaluation, their seat, whether prices are kept, the vendors
ENGLISH = (
    "Vendor\tPrice\tPrice is\tStudents\tTerm\tRenewal cap\tTraining\tIntegration\tSet-up fee\t"
    "Support\tFurther prices\n"
    "Quill\t38.50\tper student\t420\t36\t3.5\t$2,500\t900.10\t1200\t75\t"
    '"From | 30 | | 500\nTraining | 45.05 | per student | 40 | once | | Two days | in person"\n'
)
SPANISH = (
    "Proveedor;Precio;Capacitación anual;Integración;Puesta en marcha;Otros precios\n"
    "Quill;38.50;2500;900.1;1200;Otros | 10 | por escuela | 3 | cada año | 2\n"
)


def prices_of(company: str) -> list[tuple[str, int, bool]]:
    db.session.rollback()
    row = db.session.scalars(select(Vendor).where(Vendor.company == company)).one()
    return [(line.kind.value, line.unit_cents, line.once) for line in read_lines(row.price_lines)]


def test_a_pasted_table_has_all_that_an_offer_costs(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)

    page = preview(chair, url, ENGLISH)

    assert page.status == 200
    assert page.with_id("line-1-training_once").get("value") == "$2,500"
    assert take(chair, url, page).status_code == 303
    assert prices_of("Quill") == [
        ("TIER", 3000, False),
        ("TRAINING", 4505, True),
        ("TRAINING", 250_000, True),
        ("INTEGRATION", 90_010, True),
        ("OTHER", 120_000, True),
        ("OTHER", 7500, False),
    ]
    row = db.session.scalars(select(Vendor).where(Vendor.company == "Quill")).one()
    assert (row.unit_price_cents, row.price_rise) == (3850, 350)
    second = read_lines(row.price_lines)[1]
    assert (second.unit, second.quantity, second.note) == (
        PriceUnit.LEARNER, 40, "Two days | in person",
    )  # fmt: skip
    entry = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.event == Event.VENDOR_ADDED)
        .order_by(JournalEntry.id.desc())
    ).first()
    assert entry is not None
    assert len((entry.after or {})["price_lines"]) == 6
    assert verify_record(db.session()).problems == ()


def test_headers_and_words_can_be_spanish(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)

    assert take(chair, url, preview(chair, url, SPANISH)).status_code == 303
    assert prices_of("Quill") == [
        ("OTHER", 1000, False),
        ("TRAINING", 250_000, False),
        ("INTEGRATION", 90_010, True),
        ("OTHER", 120_000, True),
    ]


def test_every_bad_price_is_told_with_its_line_and_nothing_is_taken(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)
    table = (
        "Vendor\tTraining\tSet-up fee\tRenewal cap\tFurther prices\n"
        "Quill\tcheap\t-1\t400\t\n"
        'Bright\t1.505\t\t\t"Snacks | 5\nTraining\nTraining | 5 | | | once | 3"\n'
        "Dawn\t\t\t\tFrom | 30 | | 500\n"
        "Good\t1\t\t\t\n"
    )

    page = preview(chair, url, table)

    assert page.status == 422
    assert "Enter a number, like 2 or 38.50" in error_of(page, "line-1-training_once")
    assert "from 0 to" in error_of(page, "line-1-other_once")
    assert "from 0 to 100" in error_of(page, "line-1-price_rise")
    assert "Line 1, What for: “Snacks” is none of the choices" in error_of(
        page, "line-2-price_lines"
    )
    assert "Line 2, Price in dollars: Fill this in as well." in error_of(page, "line-2-price_lines")
    assert error_of(page, "line-2-training_once") != ""
    assert "Line 1, What for: There is no line above it" in error_of(page, "line-3-price_lines")
    told = words(page.root)
    assert "Line 1, Training, once, in dollars: " in told
    assert "Line 3, Further prices, one a line: " in told
    assert table.strip() in "".join(page.with_id("table").itertext())
    assert "Snacks | 5" in "".join(page.with_id("line-2-price_lines").itertext())
    assert take(chair, url, page).status_code == 422
    assert vendors_of(made) == [made.vendors[0].company]


def test_the_choices_of_a_refusal_are_told_in_the_language_of_the_page(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    choose_language(made.chair, "es")

    table = "Vendor\tFurther prices\nQuill\tSnacks | 5\n"
    page = preview(visit(made.chair), made.url(VENDORS), table)

    told = error_of(page, "line-1-price_lines")
    assert "no es ninguna de las opciones: " in told
    assert "Capacitación · " in told
    assert "Training" not in told


def test_further_prices_can_stand_below_headers_as_a_spreadsheet_copies_them(
    make: Factory, visit: Visit
):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)
    prices = (
        "Item\tFrequency\tSeats\tPer\tUnit cost\nTraining\tone-time\t\t\t2500\n"
        "Hosting\tannual\t40\tsite\t75"
    )

    page = preview(chair, url, f'Vendor,Further prices\nQuill,"{prices}"')

    assert page.status == 200
    assert take(chair, url, page).status_code == 303
    assert prices_of("Quill") == [("TRAINING", 250_000, True), ("OTHER", 7500, False)]
    row = db.session.scalars(select(Vendor).where(Vendor.company == "Quill")).one()
    hosting = read_lines(row.price_lines)[1]
    assert (hosting.unit, hosting.quantity) == (PriceUnit.SCHOOL, 40)


def test_what_is_wrong_below_headers_is_told_with_its_own_line(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    table = 'Vendor,Further prices\nQuill,"What for | Price\nTraining | 5\nSnacks | 5"'

    page = preview(visit(made.chair), made.url(VENDORS), table)

    assert "Line 3, What for: “Snacks” is none of the choices" in error_of(
        page, "line-1-price_lines"
    )


def test_the_unit_that_a_header_names_is_shown_and_can_be_corrected(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)

    page = preview(chair, url, "Vendor\tPrice per seat\tLicenses\nQuill\t38.50\t420")

    assert filled_form(page, url)["line-1-price_unit"] == ["SEAT"]
    assert take(chair, url, page, **{"line-1-price_unit": "LEARNER"}).status_code == 303
    row = db.session.scalars(select(Vendor).where(Vendor.company == "Quill")).one()
    assert (row.price_unit, row.quantity) == (PriceUnit.LEARNER, 420)


def test_what_is_paid_once_does_not_rise_is_told_with_its_line(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    table = "Vendor\tFurther prices\nQuill\tTraining | 5 | | | once | 3"

    page = preview(visit(made.chair), made.url(VENDORS), table)

    assert "Line 1, Rises by at most, in percent a year: What is paid once" in error_of(
        page, "line-1-price_lines"
    )


def test_a_chair_who_scores_may_paste_no_further_price(make: Factory, visit: Visit):
    made = make.evaluation()
    scorer = made.reviewers[0]
    set_roles(made, scorer, Role.CHAIR, Role.REVIEWER)
    url, before = made.url(VENDORS), vendors_of(made)

    page = preview(visit(scorer), url, "Vendor\tTraining\nQuill\t2500")

    assert "Leave out the price" in error_of(page, "line-1-training_once")
    assert take(visit(scorer), url, page).status_code == 422
    line = PriceLine(kind=PriceKind.TRAINING, unit_cents=1)
    new = NewVendor(VendorFacts(company="Quill"), (CellLine("training_once", line),))
    with pytest.raises(InvalidLines) as refused:
        add_several_vendors(scorer, made.slug, {4: new})
    assert [number for number, _error in refused.value.lines] == [4]
    assert vendors_of(made) == before


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_table_that_is_downloaded_makes_the_same_vendors_elsewhere(
    make: Factory, visit: Visit, language: str
):
    made, other = make.evaluation(vendors=0), make.evaluation(vendors=0, title="Another")
    chair = visit(made.chair)
    chair.post("/language", {"language": language})
    more = ENGLISH + "=Dawn, Inc.\t\t\t\t\t\t\t\t\t\t\n"
    url = made.url(VENDORS)
    assert take(chair, url, preview(chair, url, more)).status_code == 303

    table = chair.get(made.url("vendors/table.csv"))
    assert table.mimetype == "text/csv"
    elsewhere, there = visit(other.chair), other.url(VENDORS)
    page = preview(elsewhere, there, table.text)
    assert page.status == 200
    assert take(elsewhere, there, page).status_code == 303

    assert facts_of(other) == facts_of(made)
    assert "=Dawn, Inc." in [row["company"] for row in facts_of(other)]
    assert elsewhere.get(other.url("vendors/table.csv")).status_code == 200


def facts_of(made: Made) -> list[dict[str, object]]:
    db.session.rollback()
    names = (
        "company", "product", "links", "price_unit", "unit_price_cents", "quantity", "term_months",
        "price_rise", "price_note", "price_lines",
    )  # fmt: skip
    wanted = select(Vendor).where(Vendor.evaluation_id == made.evaluation.id)
    rows = db.session.scalars(wanted.order_by(Vendor.position))
    return [{name: getattr(row, name) for name in names} for row in rows]


def test_the_table_tells_prices_only_to_whoever_types_them(make: Factory, visit: Visit):
    made = make.evaluation(vendors=0)
    chair, url = visit(made.chair), made.url(VENDORS)
    take(chair, url, preview(chair, url, ENGLISH))
    scorer = made.reviewers[0]
    assert visit(scorer).get(made.url("vendors/table.csv")).status_code == 404
    set_roles(made, scorer, Role.CHAIR, Role.REVIEWER)

    told = visit(scorer).get(made.url("vendors/table.csv")).data.decode("utf-8-sig")

    (row,) = csv.DictReader(StringIO(told))
    assert row == {
        "Company": "Quill", "Product": "", "Version": "", "Contact person": "",
        "Contact e-mail": "", "Links, one a line": "",
    }  # fmt: skip
    assert "38.50" in chair.get(made.url("vendors/table.csv")).text


def test_the_table_is_gone_once_prices_are_fixed(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    assert visit(made.chair).get(made.url("vendors/table.csv")).status_code == 404


def test_the_table_asks_the_database_as_often_for_many_vendors(make: Factory, visit: Visit):
    found = []
    for count in (1, 12):
        made = make.evaluation(vendors=count, title=f"With {count}")
        chair = visit(made.chair)
        with statements() as seen:
            assert chair.get(made.url("vendors/table.csv")).status_code == 200
        found.append(len(seen))

    assert found == [MOST, MOST]
