"""Which column of a table is which: asked for where its header does not tell, and remembered."""

from io import BytesIO

import pytest
from sqlalchemy import select

from crrubric.domain.vocabulary import Phase, PriceUnit
from crrubric.extensions import db
from crrubric.models import ColumnMapping, Vendor
from crrubric.services.setup.tables import several
from crrubric.services.setup.tables.several import NewVendor
from crrubric.services.setup.tables.table_lines import read_vendor_cells
from crrubric.services.setup.vendors import VendorFacts
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor, error_of
from tests.integration.setup.test_several import PEOPLE, VENDORS, preview, take, vendors_of
from tests.pages import Page, filled_form, parse, words
from tests.uploads import make_workbook

GERMAN = "Unsere Liste\n\nAnbieter;Preis;Ranking\nAcme;38.50;good\nPeña;20;\n"
RUBRIC = "rubric/file"


def send_again(person: Visitor, url: str, page: Page, **typed: str) -> Page:
    """Press the button that reads the table again, with other choices."""
    form = {key: value for key, value in filled_form(page, url).items() if key != "once"}
    answer = person.post(
        url, {**form, "to": "preview", **{k.replace("__", "-"): v for k, v in typed.items()}}
    )
    return parse(answer.status_code, answer.text)


def send_file(person: Visitor, url: str, data: bytes, name: str) -> Page:
    answer = person.post(url, {"to": "preview", "file": (BytesIO(data), name)})
    return parse(answer.status_code, answer.text)


def prices_of(made: Made) -> list[tuple[str, int | None]]:
    db.session.rollback()
    rows = select(Vendor).where(Vendor.evaluation_id == made.evaluation.id)
    return [
        (row.company, row.unit_price_cents)
        for row in db.session.scalars(rows.order_by(Vendor.position))
    ]


@pytest.mark.both_databases
def test_headers_that_are_not_known_are_asked_for_and_known_the_next_time(
    make: Factory, visit: Visit
):
    made, later = make.evaluation(vendors=1), make.evaluation(title="Later", vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)

    page = preview(chair, url, GERMAN)

    assert page.status == 422
    assert page.with_id("error-summary").find(".//a").get("href") == "#header"
    assert "No column is called “Company”: say which one holds it." in page.text
    assert words(page.all("tr")[1]).startswith("Anbieter Acme · Peña – not read –")
    page = send_again(
        chair, url, page, **{"column-0-holds": "company", "column-1-holds": "unit_price"}
    )
    assert page.status == 200
    assert page.with_id("line-2-company").get("value") == "Peña"
    assert "Columns that are not read: Ranking." in words(page.root)
    assert db.session.scalars(select(ColumnMapping)).all() == []  # nothing is stored yet
    assert take(chair, url, page).status_code == 303
    assert prices_of(made)[1:] == [("Acme", 3850), ("Peña", 2000)]

    known = preview(visit(later.chair), later.url(VENDORS), GERMAN)

    assert known.with_id("line-1-unit_price").get("value") == "38.50"


def test_where_no_line_names_the_columns_one_can_be_said_to(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, url = visit(made.chair), made.url(VENDORS)
    page = preview(chair, url, "Firma\tKurs\nAcme\tAlgebra\n")
    assert "No line was found that names the columns" in page.text
    assert page.with_id("line-1-company").get("value") == "Firma"

    page = send_again(chair, url, page, header="1")
    page = send_again(
        chair, url, page, **{"column-0-holds": "company", "column-1-holds": "product"}
    )

    assert page.with_id("line-1-company").get("value") == "Acme"


def test_what_was_chosen_stays_when_a_line_is_refused(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)
    page = preview(chair, url, "Vendor;Whatever\nAcme;bad mail\n")
    page = send_again(chair, url, page, **{"column-1-holds": "contact_email"})
    assert "Enter an e-mail address" in error_of(page, "line-1-contact_email")

    answer = take(chair, url, page)

    later = parse(answer.status_code, answer.text)
    assert later.status == 422
    assert filled_form(later, url)["column-1-holds"] == ["contact_email"]
    assert vendors_of(made) == [made.vendors[0].company]


def test_choices_of_another_table_are_let_go(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, url = visit(made.chair), made.url(VENDORS)
    page = preview(chair, url, "Vendor;Whatever\nAcme;x\n")

    page = send_again(
        chair, url, page, table="Product;Vendor\nCourses;Acme\n", **{"column-1-holds": "links"}
    )

    assert page.with_id("line-1-company").get("value") == "Acme"
    assert page.with_id("line-1-product").get("value") == "Courses"


@pytest.mark.parametrize(
    "forged",
    [{"header": "99"}, {"header": "x"}, {"column-0-holds": "price_rise"}, {"column-9-holds": "x"},
     {"column-1-holds": "no such field"}, {"columns_seen": "x"}],
)  # fmt: skip
def test_forged_choices_do_no_harm(make: Factory, visit: Visit, forged: dict[str, str]):
    made = make.evaluation()
    chair, url = visit(made.chair), made.url(VENDORS)

    page = send_again(chair, url, preview(chair, url, "Vendor;Whatever\nAcme;x\n"), **forged)

    assert page.status in (200, 422)


def test_every_line_with_too_many_values_is_listed_by_its_number(make: Factory, visit: Visit):
    made = make.evaluation()
    table = "Committee\n\nname,e-mail\nAna,a@b.c\nBo,b@b.c,chair\nCy,c@b.c,chair\n"

    page = preview(visit(made.chair), made.url(PEOPLE), table)

    assert page.status == 422
    assert "Line 5: These are more values than there are columns: 3 instead of 2." in page.text
    assert "Line 6: These are more values" in page.text
    assert table.strip() in "".join(page.with_id("table").itertext())


def test_sheets_that_are_not_read_are_named_until_the_lines_are_taken(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)
    book = make_workbook([["Read me first"]], [["List"], ["Price", "Company"], [38.5, "Acme"]])

    page = send_file(chair, url, book, "vendors.xlsx")

    assert "Sheets that are not read: Sheet." in words(page.root)
    assert page.with_id("line-1-unit_price").get("value") == "38.5"
    assert "Sheets that are not read: Sheet." in words(send_again(chair, url, page).root)
    assert take(chair, url, page).status_code == 303
    assert prices_of(made)[1:] == [("Acme", 3850)]


def test_our_own_file_of_vendors_is_taken_as_far_as_it_goes(make: Factory, visit: Visit):
    """What vendors.csv has beside names and prices is computed, and named as not read."""
    made, other = make.evaluation(vendors=1), make.evaluation(title="Other", vendors=1)
    several.add_several_vendors(
        made.chair,
        made.slug,
        {1: NewVendor(VendorFacts(company="=Acme", product="Courses", unit_price_cents=1234,
                                  price_unit=PriceUnit.SEAT, quantity=5, term_months=12))},
    )  # fmt: skip
    file = visit(made.chair).get(made.url("export/vendors.csv")).data
    chair, url = visit(other.chair), other.url(VENDORS)

    page = send_file(chair, url, file, "vendors.csv")

    assert "Columns that are not read: vendor, status, cost_low, cost_high." in words(page.root)
    done = take(chair, url, page, **{"line-1__take": ""})
    assert done.status_code == 303
    row = db.session.scalars(
        select(Vendor).where(Vendor.evaluation_id == other.evaluation.id, Vendor.company == "=Acme")
    ).one()
    assert (row.product, row.unit_price_cents, row.quantity, row.term_months) == (
        "Courses", 1234, 5, 12,
    )  # fmt: skip


def test_a_rubric_with_other_headers_is_asked_about_and_taken(make: Factory, visit: Visit):
    made, later = make.evaluation(), make.evaluation(title="Later")
    chair, url = visit(made.chair), made.url(RUBRIC)
    text = "Merkmal|Frage|Punkte\nBarrierefrei|Alle?|5\n"
    page = send_file(chair, url, text.encode("utf-16"), "r.csv")
    assert page.status == 422
    assert "No column is called “Title”" in page.text

    page = send_again(chair, url, page, **{"column-0-holds": "title", "column-1-holds": "question"})

    assert page.status == 200
    assert "Columns that are not read: Punkte." in words(page.root)
    assert "One new criterion" in words(page.root)
    assert take(chair, url, page).status_code == 303
    known = send_file(visit(later.chair), later.url(RUBRIC), text.encode(), "r.csv")
    assert (known.status, "One new criterion" in words(known.root)) == (200, True)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"company": "Acme", "unit_price": "$1,250.50", "price_unit": "Per student",
          "quantity": "1,250", "term_months": "36", "price_rise": "3.5", "links": "https://a.x",
          "training_once": "5", "other_yearly": "7", "contact_email": "A@B.example",
          "price_lines": "From | 30 | | 500\nTraining; 5; per site; 3; once; ; Two days"}, ""),
        ({"company": " Acme ", "product": "Courses", "product_version": "2"}, ""),
    ],
)  # fmt: skip
def test_a_line_is_read_on_the_command_line_as_on_the_page(
    make: Factory, visit: Visit, cells: dict[str, str], says: str
):
    made, other = make.evaluation(vendors=0), make.evaluation(title="Other", vendors=0)
    table = "\n".join(
        "\t".join('"' + cell.replace('"', '""') + '"' for cell in row)
        for row in (cells.keys(), cells.values())
    )
    chair, url = visit(made.chair), made.url(VENDORS)

    assert take(chair, url, preview(chair, url, table)).status_code == 303
    several.add_several_vendors(other.chair, other.slug, {1: read_vendor_cells(cells)})

    db.session.rollback()
    kept = ("company", "product", "product_version", "contact_name", "contact_email", "links",
            "price_unit", "unit_price_cents", "quantity", "term_months", "price_rise",
            "price_note", "price_lines")  # fmt: skip
    first, second = (
        db.session.scalars(select(Vendor).where(Vendor.evaluation_id == each.evaluation.id)).one()
        for each in (made, other)
    )
    assert [getattr(first, name) for name in kept] == [getattr(second, name) for name in kept]


def test_who_may_not_change_the_set_up_learns_nothing(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    assert visit(made.chair).post(made.url(VENDORS), {"table": GERMAN}).status_code in (404, 409)
