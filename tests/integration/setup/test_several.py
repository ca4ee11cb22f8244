"""Several vendors or people at once: looked through, corrected, then all of them or none."""

from collections.abc import Callable
from io import BytesIO
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import InvalidLines
from crrubric.domain.events import Event
from crrubric.domain.exchange.field_tables import FieldTableKind
from crrubric.domain.people.languages import NAMES
from crrubric.domain.setup.table_words import MEMBER_TABLE, VENDOR_TABLE
from crrubric.domain.vocabulary import Phase, Role, Stakeholder
from crrubric.extensions import db
from crrubric.models import JournalEntry, Member, OutgoingMail, Vendor
from crrubric.queries.people.access import require
from crrubric.queries.record.verification import verify_record
from crrubric.services.exchange.field_tables import read_text_table
from crrubric.services.setup import phases
from crrubric.services.setup.committee import Invitee
from crrubric.services.setup.tables import several
from crrubric.services.setup.vendors import VendorFacts
from crrubric.web.setup.forms import InviteForm
from crrubric.web.setup.several_pages.several_forms import VendorLineForm
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor, error_of
from tests.pages import Page, filled_form, parse, words
from tests.uploads import make_workbook

VENDORS, PEOPLE = "vendors/several", "committee/several"
TWO_VENDORS = "Company\tPrice\tPrice is\nQuill\t38.50\tpor estudiante\nAcme, Inc.\t\t\n"
TWO_PEOPLE = (
    "Nombre;Correo;Función;Representa a\n"
    "Ana Ruiz;ana@school.example;Persona evaluadora;Docentes\n"
    "Bo Lee;bo@school.example;observer;parent\n"
)


def preview(person: Visitor, url: str, table: str) -> Page:
    answer = person.post(url, {"to": "preview", "table": table})
    return parse(answer.status_code, answer.text)


def take(person: Visitor, url: str, page: Page, **typed: str):
    """Press the button below the lines, with something else typed in some of them."""
    sent = {**filled_form(page, url), "to": "take", "once": "1"}
    for name, value in typed.items():
        key = name.replace("__", "-")
        if value:
            sent[key] = [value]
        else:
            sent.pop(key, None)
    return person.post(url, sent)


def vendors_of(made: Made) -> list[str]:
    db.session.rollback()
    rows = select(Vendor.company).where(Vendor.evaluation_id == made.evaluation.id)
    return list(db.session.scalars(rows.order_by(Vendor.position)))


def told(event: Event) -> list[str]:
    db.session.rollback()
    rows = select(JournalEntry.subject).where(JournalEntry.event == event)
    return list(db.session.scalars(rows.order_by(JournalEntry.id)))


def test_vendors_are_shown_before_they_are_stored_then_added_once(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)
    before = vendors_of(made)

    page = preview(chair, url, TWO_VENDORS)

    assert (page.status, vendors_of(made)) == (200, before)
    assert page.with_id("line-1-company").get("value") == "Quill"
    done, again = take(chair, url, page), take(chair, url, page)
    assert (done.location, again.location) == (made.url("vendors/"), made.url("vendors/"))
    assert vendors_of(made) == [*before, "Quill", "Acme, Inc."]
    assert told(Event.VENDOR_ADDED)[-2:] == ["Quill", "Acme, Inc."]
    quill = db.session.scalars(select(Vendor).where(Vendor.company == "Quill")).one()
    assert (quill.unit_price_cents, quill.price_unit) == (3850, "LEARNER")
    assert verify_record(db.session()).problems == ()


@pytest.mark.parametrize(
    ("prices", "says"),
    [
        (("38.50", "12", ""), "The cost over the term can’t be computed for 3 vendors"),
        (("", "", ""), "3 vendors were added."),
    ],
)
def test_prices_of_a_table_that_make_no_cost_are_told_of_while_they_can_be_mended(
    make: Factory, visit: Visit, prices: tuple[str, str, str], says: str
):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)
    lines = zip(("Quill", "Acme", "Bright"), prices, strict=True)
    table = "company\tprice\n" + "".join(f"{name}\t{price}\n" for name, price in lines)

    take(chair, url, preview(chair, url, table))

    said = words(chair.page(made.url("vendors/")).with_id("main"))
    assert says in said
    assert ("can’t be computed" in said) == any(prices)


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_taken(make: Factory, visit: Visit):
    made = make.evaluation(vendors=1)
    chair, url = visit(made.chair), made.url(VENDORS)
    there = made.vendors[0]
    table = (
        "company\tproduct\twebsite\tprice\tunit\n"
        f"{there.company.upper()}\tcourses\t\t\t\n"
        "Quill\t\twww.quill.example\t1,5\tper moon\n"
        "Brightpath\t\t\t\t\n"
        "BRIGHTPATH\t\t\t\t\n"
        "\tNameless\t\t\t\n"
    )

    page = preview(chair, url, table)

    assert page.status == 422
    assert "is on the list already" in error_of(page, "line-1-company")
    assert "Line 1 is not a web address" in error_of(page, "line-2-links")
    assert "is not clear: write 1.5" in error_of(page, "line-2-unit_price")
    assert "“per moon” is none of the choices" in error_of(page, "line-2-price_unit")
    assert "the vendor of line 3 once more" in error_of(page, "line-4-company")
    assert "Enter the name" in error_of(page, "line-5-company")
    assert table.strip() in "".join(page.with_id("table").itertext())
    answer = take(chair, url, page, **{"line-1__product": "Other", "line-5__take": ""})
    later = parse(answer.status_code, answer.text)
    assert (later.status, vendors_of(made)) == (422, [there.company])
    assert later.with_id("line-1-product").get("value") == "Other"
    assert later.with_id("line-5-take").get("checked") is None
    assert 'id="line-5-company-error"' not in later.text
    done = take(
        chair, url, later,
        **{"line-2__take": "", "line-4__company": "Brightpath Two"},
    )  # fmt: skip
    assert done.status_code == 303
    assert vendors_of(made) == [
        there.company,
        there.company.upper(),
        "Brightpath",
        "Brightpath Two",
    ]


def test_at_least_one_line_must_be_ticked(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, url = visit(made.chair), made.url(VENDORS)
    page = preview(chair, url, "Quill")

    answer = take(chair, url, page, **{"line-1__take": ""})

    assert answer.status_code == 422
    assert "Select at least one line." in answer.text


@pytest.mark.parametrize("lines", ["", "0", "x", "99999"])
def test_a_forged_number_of_lines_does_no_harm(make: Factory, visit: Visit, lines: str):
    made = make.evaluation()

    answer = visit(made.chair).post(made.url(VENDORS), {"to": "take", "lines": lines})

    assert answer.status_code == 422


def test_a_table_that_cannot_be_read_is_kept(make: Factory, visit: Visit):
    made = make.evaluation()
    table = 'Quill\t"Reading'

    page = preview(visit(made.chair), made.url(VENDORS), table)

    assert (page.status, "".join(page.with_id("table").itertext()).strip()) == (422, table)
    assert "quotation in line 1" in error_of(page, "table")


def test_a_price_may_be_a_word_that_says_that_there_is_none(make: Factory, visit: Visit):
    made = make.evaluation(vendors=0)
    chair, url = visit(made.chair), made.url(VENDORS)
    page = preview(chair, url, "Company\tPrice\tTraining, once\nQuill\tfree\tincluded\n")

    done = take(chair, url, page)

    assert (page.status, done.status_code) == (200, 303), done.text
    vendor = db.session.scalars(select(Vendor)).one()
    assert (vendor.company, vendor.unit_price_cents) == ("Quill", 0)


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        ("Empresa;Precio\nPeña;38.50".encode("cp1252"), 200, 'value="Peña"'),
        (b"PK\x03\x04", 422, "This workbook can’t be read"),
        (make_workbook([["Company", "", "Price"], ["Peña & Co", "", 38.5]]), 200, "Peña &amp; Co"),
        (b"", 422, "Choose a file."),
    ],
    ids=["CSV", "broken workbook", "workbook", "nothing"],  # a workbook tells when it was made
)
def test_a_table_can_be_a_file(make: Factory, visit: Visit, data: bytes, status: int, says: str):
    made = make.evaluation()
    file = (BytesIO(data), "vendors.csv" if data else "")

    answer = visit(made.chair).post(made.url(VENDORS), {"to": "preview", "file": file})

    assert answer.status_code == status
    assert says in answer.text


def test_people_are_invited_and_their_links_are_shown(make: Factory, visit: Visit, mailing: None):
    made = make.evaluation()
    chair, url = visit(made.chair), made.url(PEOPLE)
    page = preview(chair, url, TWO_PEOPLE)
    assert page.status == 200

    done, again = take(chair, url, page), take(chair, url, page)

    assert (done.location, again.location) == (made.url("committee/links/new"),) * 2
    assert told(Event.MEMBER_INVITED)[-2:] == ["Ana Ruiz", "Bo Lee"]
    rows = select(Member).where(Member.name.in_(["Ana Ruiz", "Bo Lee"])).order_by(Member.id)
    seats = [(row.is_reviewer, row.stakeholder) for row in db.session.scalars(rows)]
    assert seats == [(True, Stakeholder.TEACHER), (False, Stakeholder.PARENT)]
    values = [node.get("value") or "" for node in chair.page(done.location).all("input")]
    tokens = [value.rsplit("/", 1)[1] for value in values if "/invitations/" in value]
    mails = db.session.scalars(select(OutgoingMail.body).order_by(OutgoingMail.id)).all()
    found = [
        ("/invitations/" in body, token in body)
        for token, body in zip(tokens, mails[-2:], strict=True)
    ]
    assert found == [(True, False)] * 2  # each mail has a link of its own
    assert verify_record(db.session()).problems == ()
    assert told(Event.INVITE_SHOWN) == ["Ana Ruiz", "Bo Lee"]


def test_a_role_that_is_not_told_is_asked_for_and_who_has_a_seat_is_named(
    make: Factory, visit: Visit
):
    made = make.evaluation(reviewers=1)
    chair, url = visit(made.chair), made.url(PEOPLE)
    seated = db.session.scalars(select(Member).where(Member.is_reviewer)).one()
    assert seated.user is not None
    table = (
        f"Somebody\t{seated.user.email.upper()}\treviewer\tteacher\n"
        "Ana\tana@school.example\treviewer\tteacher\n"
        "Ana Too\tANA@school.example\tdancer\n"  # a short line
    )

    page = preview(chair, url, table)

    assert page.status == 422
    assert "is on the committee already" in error_of(page, "line-1-email")
    assert "“dancer” is none of the choices" in error_of(page, "line-3-roles")
    assert "Choose whom" in error_of(page, "line-3-stakeholder")
    answer = take(
        chair, url, page,
        **{"line-1__take": "", "line-3__roles": "chair", "line-3__stakeholder": "it"},
    )  # fmt: skip
    later = parse(answer.status_code, answer.text)
    assert "stands in line 2 as well" in error_of(later, "line-3-email")


@pytest.mark.parametrize(
    ("table", "seats"),
    [
        (
            "Name\tE-mail\tRole\nAna\ta@s.example\tTeacher\nBo\tb@s.example\tDocente\n",
            [("reviewer", "teacher")] * 2,
        ),
        (
            "Name\tE-mail\tRepresents\nAna\ta@s.example\tTeacher\nBo\tb@s.example\tparents\n",
            [("reviewer", "teacher"), ("reviewer", "parent")],
        ),
        (
            "Name\tE-mail\tRole\tRepresents\nAna\ta@s.example\tchair\tprincipal\nBo\tb@s.example",
            [("chair", "principal"), ("", "")],  # a line that says nothing of it is asked
        ),
    ],
)
def test_what_people_write_of_a_seat_is_understood(
    make: Factory, visit: Visit, table: str, seats: list[tuple[str, str]]
):
    made = make.evaluation()

    page = preview(visit(made.chair), made.url(PEOPLE), table)

    shown = filled_form(page, made.url(PEOPLE))
    names = ("roles", "stakeholder")
    found = [tuple(shown.get(f"line-{n}-{name}", [""])[0] for name in names) for n in (1, 2)]
    assert found == seats


def test_where_no_mail_goes_out_the_links_wait_for_the_chair(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=0)
    chair, url = visit(made.chair), made.url(PEOPLE)

    answer = take(chair, url, preview(chair, url, TWO_PEOPLE))

    assert "2 people have seats. Nothing was sent: give each of the 2 people their link below" in (
        words(chair.page(answer.location).root)
    )


def test_those_with_an_account_get_no_link_from_here(make: Factory, visit: Visit):
    made = make.evaluation()
    known = make.user("Kim Known")
    chair, url = visit(made.chair), made.url(PEOPLE)
    page = preview(chair, url, f"Kim\t{known.email}\treviewer\tteacher")

    done = take(chair, url, page)

    assert done.location == made.url("committee/")
    assert "One of them has an account already" in chair.get(done.location).text


def test_a_seat_that_waits_for_its_address_is_told_as_one(make: Factory, visit: Visit):
    made = make.evaluation()
    known = make.user("Kim Known")
    known.address_proven_at = None  # signed up with a link that somebody else could read
    db.session.commit()
    chair, url = visit(made.chair), made.url(PEOPLE)
    page = preview(chair, url, f"Kim\t{known.email}\treviewer\tteacher")

    done = take(chair, url, page)

    told = chair.get(done.location).text
    assert "One of the seats waits: the account was made elsewhere" in told
    assert "has an account already, and finds this evaluation there" not in told


@pytest.mark.both_databases
def test_one_line_that_cannot_be_taken_takes_back_all(make: Factory):
    made = make.evaluation(vendors=1)
    good = Invitee(
        name="Ana", email="ana@school.example", roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.TEACHER,
    )  # fmt: skip
    entries = told(Event.MEMBER_INVITED)

    with pytest.raises(InvalidLines) as refused:
        several.invite_several(made.chair, made.slug, {1: good, 7: good})
    with pytest.raises(InvalidLines):
        several.add_several_vendors(
            made.chair,
            made.slug,
            {
                number: several.NewVendor(VendorFacts(company=name))
                for number, name in ((1, "Quill"), (2, " "))
            },
        )

    assert [number for number, _error in refused.value.lines] == [7]
    assert told(Event.MEMBER_INVITED) == entries
    assert vendors_of(made) == [made.vendors[0].company]
    _secret, found = several.invite_several(made.chair, made.slug, {1: good})
    assert [bool(one.token) for one in found] == [True]


def test_what_was_typed_is_kept_when_set_up_has_ended_meanwhile(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, url = visit(made.chair), made.url(VENDORS)
    page = preview(chair, url, "Quill of the North")
    phases.change_phase(made.chair, made.slug, Phase.SCORING)

    answer = take(chair, url, page)

    assert answer.status_code == 409
    assert "Quill of the North" in answer.text


@pytest.mark.parametrize(
    ("form", "kind"), [(VendorLineForm, VENDOR_TABLE), (InviteForm, MEMBER_TABLE)]
)
def test_the_labels_of_the_single_form_are_headers_in_every_language(
    app: Flask, form: Callable, kind: FieldTableKind
):
    with app.test_request_context():
        for language in NAMES:
            with force_locale(language):
                labels = [str(form(formdata=None)[name].label.text) for name in kind.columns]
            header = "\t".join(f'"{label}"' for label in reversed(labels))
            line = "\t".join(reversed(list(kind.columns)))
            (found,) = read_text_table(f"{header}\n{line}", kind).read_lines()
            assert found.cells == {name: name for name in kind.columns}


def test_a_hundred_lines_are_taken_at_once(make: Factory, visit: Visit):
    made = make.evaluation()
    table = "".join(f"Vendor of number {n}\tProduct\n" for n in range(100))

    chair, url = visit(made.chair), made.url(VENDORS)

    page = preview(chair, url, table)

    assert words(page.all("legend")[-1]) == "Line 100"
    assert take(chair, url, page).status_code == 303
    assert len(vendors_of(made)) == 102


@pytest.mark.parametrize(
    ("word", "choice"),
    [
        ("Teachers", "teacher"), ("PARENTS", "parent"), ("ELL", "english_learners"),
        ("Special education", "special_education"), ("SPED", "special_education"),
        ("Docentes", "teacher"), ("Familias", "parent"), ("it", "it"),
    ],
)  # fmt: skip
def test_whom_people_represent_is_understood_as_people_write_it(
    make: Factory, visit: Visit, word: str, choice: str
):
    made = make.evaluation()

    page = preview(
        visit(made.chair), made.url(PEOPLE), f"Ana\tana@school.example\tReviewers\t{word}"
    )

    assert filled_form(page, made.url(PEOPLE))["line-1-stakeholder"] == [choice]
    assert filled_form(page, made.url(PEOPLE))["line-1-roles"] == ["reviewer"]


def test_a_line_with_two_errors_is_told_both(make: Factory):
    made = make.evaluation()
    facts = VendorFacts(company="", product="x", quantity=-1)
    person = Invitee(name="", email="nobody", roles=frozenset(), stakeholder=Stakeholder.TEACHER)

    seat = require(made.chair, Action.EDIT_SETUP, made.evaluation, db.session())

    vendors = several.find_vendor_problems(db.session(), seat, {3: several.NewVendor(facts)})
    people = several.find_invitee_problems(db.session(), made.evaluation, {4: person})

    assert [(n, getattr(error, "field", "")) for n, error in vendors] == [
        (3, "company"),
        (3, "quantity"),
    ]
    assert [(n, getattr(error, "field", "")) for n, error in people] == [(4, "name"), (4, "email")]


@pytest.mark.parametrize("url", [VENDORS, PEOPLE, "rubric/file"])
def test_what_was_pasted_goes_along_with_a_file(make: Factory, visit: Visit, url: str):
    made = make.evaluation()

    page = visit(made.chair).page(made.url(url))

    [form] = [node for node in page.all("form") if has_control(node, "input", type="file")]
    assert has_control(form, "textarea")
    # only the button for the file sends it: a table alone is kept when one has to sign in again
    assert form.get("enctype") is None
    ways = [node.get("formenctype") for node in form.iter("button")]
    assert ways.count("multipart/form-data") == 1


@pytest.mark.parametrize("url", [VENDORS, PEOPLE])
def test_what_was_pasted_stays_when_the_file_is_missing(make: Factory, visit: Visit, url: str):
    made = make.evaluation()
    sent = {"to": "preview", "table": "Ana;ana@x.example", "file": (BytesIO(b""), "")}

    answer = visit(made.chair).post(made.url(url), sent)
    page = parse(answer.status_code, answer.text)

    assert (answer.status_code, error_of(page, "file")) == (422, "Error: Choose a file.")
    assert page.with_id("table").text == "Ana;ana@x.example"


def has_control(form: Element, tag: str, **attributes: str) -> bool:
    return any(
        all(node.get(name) == value for name, value in attributes.items())
        for node in form.iter(tag)
    )
