"""Several vendors or people at once: a table is pasted, looked through, corrected, then taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import Blueprint, flash, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, InvalidLines
from crrubric.domain.exchange.field_tables import COLUMNS, FieldMapping, FieldTableKind
from crrubric.domain.setup.seats import SEATS
from crrubric.domain.setup.table_words import VENDOR_TABLE
from crrubric.domain.typed import parse_id
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.services.ballots.attachments import take_upload_turn
from crrubric.services.exchange.field_tables import FieldMemory, FieldTable, read_file_text
from crrubric.services.exchange.table_sources import read_data
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.accounts import is_unused
from crrubric.services.setup.committee import Invitation, Invitee
from crrubric.services.setup.tables import several as service
from crrubric.services.setup.tables.choice_words import PEOPLE_TABLE
from crrubric.web.setup.committee import describe_proof, describe_way_in, waits_for_proof
from crrubric.web.setup.links import LINKS_OF_SEVERAL
from crrubric.web.setup.several_pages.choice_words import list_allowed_words
from crrubric.web.setup.several_pages.column_forms import (
    ColumnsPart,
    link_column_problems,
    list_carried_sheets,
    list_column_problems,
    make_columns_part,
    read_chosen_table,
)
from crrubric.web.setup.several_pages.price_cells import list_price_parts
from crrubric.web.setup.several_pages.several_forms import (
    InviteLineForm,
    LineForm,
    Sent,
    TableFileForm,
    TableForm,
    VendorLineForm,
    attach_line_error,
    fill_lines,
    name_line,
)
from crrubric.web.setup.vendors import add_missing_of_several, read_vendor_facts
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_bad_lines, translate_error

bp = Blueprint("several", __name__, url_prefix="/evaluations/<slug>")
FindProblems = Callable[[dict[int, LineForm]], Sequence[service.Problem]]
TakeLines = Callable[[dict[int, LineForm], FieldMapping | None], ResponseReturnValue]
Remember = Callable[..., FieldMemory]
VENDORS, COMMITTEE = "vendors.show_vendors", "committee.show_committee"


@dataclass(frozen=True, slots=True)
class SheetKind:
    """What the lines of a table are: their form, their columns, and how they were read before."""

    form: type[LineForm]
    table: FieldTableKind
    home: str
    remember: Remember


VENDOR_SHEET = SheetKind(VendorLineForm, VENDOR_TABLE, VENDORS, service.remember_vendor_columns)
MEMBER_SHEET = SheetKind(InviteLineForm, PEOPLE_TABLE, COMMITTEE, service.remember_member_columns)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a table as forms, by number."""

    lines: Mapping[int, LineForm]
    table: FieldTableKind

    def list_ticked(self) -> dict[int, LineForm]:
        """The lines that are to be taken."""
        return {number: line for number, line in self.lines.items() if line.take.data}

    def list_fields(self) -> list[str]:
        """The fields to show: those that are always shown, and those in which any line has
        something."""
        forms = list(self.lines.values())
        return [
            name
            for name in self.table.columns
            if any(
                name in form.shown or any(form[name].raw_data or ()) or form[name].errors
                for form in forms
            )
        ]

    def list_errors(self) -> list[tuple[str, str]]:
        """(id of the control, sentence) of everything that is wrong."""
        return [
            (
                each.id,
                _(
                    "Line %(number)s, %(field)s: %(message)s",
                    number=number,
                    field=each.label.text,
                    message=message,
                ),
            )
            for number, line in self.lines.items()
            for each in line
            for message in each.errors
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPage:
    """What a page says before and after a table was read."""

    form: TableForm
    file_form: TableFileForm = field(default_factory=lambda: TableFileForm(formdata=None))
    sheet: Sheet | None = None
    columns: ColumnsPart | None = None
    problems: Sequence[str] = ()
    column_problems: Sequence[str] = ()

    def list_linked(self) -> list[tuple[str, str]]:
        """(id of the control, sentence) of all that is wrong with columns and lines."""
        wrong = self.sheet.list_errors() if self.sheet else []
        return [*link_column_problems(self.column_problems), *wrong]


def render_sheet_page(seat: Seat, kind: SheetKind, page: SheetPage) -> str:
    """The page: the table to paste, or its lines to look through."""
    empty = kind.form(formdata=None)
    vendors = kind is VENDOR_SHEET
    return render_page(
        "setup/several.html",
        seat,
        under=kind.home,
        title=_("Add several vendors") if vendors else _("Invite several people"),
        take=_("Add the selected vendors") if vendors else _("Invite the selected people"),
        allowed=list_allowed_words(empty),
        labels=list(list_field_labels(kind).values()),
        price_parts=list_price_parts() if vendors else "",
        most=limits.LINES_AT_ONCE,
        page=page,
        back=kind.home,
    )


def list_field_labels(kind: SheetKind) -> dict[str, str]:
    """What the field of each column is called."""
    empty = kind.form(formdata=None)
    return {name: str(empty[name].label.text) for name in kind.table.columns}


def read_sheet(seat: Seat, kind: SheetKind) -> SheetPage:
    """The lines that were sent: as the table says, or as they were corrected."""
    form = TableForm()
    if request.form.get("to") == "take":
        sheet = make_sheet(kind, request.form, count_sent_lines())
        return SheetPage(form=form, sheet=sheet, columns=find_sent_columns(seat, kind, form))
    file_form = TableFileForm() if request.files else TableFileForm(formdata=None)
    page = SheetPage(form=form, file_form=file_form)
    sheets = list_carried_sheets()
    try:
        if request.files:
            if not file_form.validate():
                return page
            sheets = read_sent_table(seat, kind, form, file_form)
        elif not form.validate():
            return page
        table = read_typed_table(seat, kind, form)
    except Invalid as error:
        attach_error(file_form if error.field == "file" else form, error)
        return page
    part = make_columns_part(table, list_field_labels(kind), sheets)
    return show_table_lines(kind, replace(page, columns=part), table)


def show_table_lines(kind: SheetKind, page: SheetPage, table: FieldTable) -> SheetPage:
    """The page with the lines of its table, or with the reasons why it has none."""
    try:
        lines = [line.cells for line in table.read_lines()]
    except Invalid as error:
        if error.field == COLUMNS:
            return replace(page, column_problems=list_column_problems(error))
        attach_error(page.form, error)
        return page
    except InvalidLines as error:
        return replace(page, problems=translate_bad_lines(error))
    return replace(page, sheet=make_sheet(kind, fill_lines(lines), len(lines)))


def read_sent_table(
    seat: Seat, kind: SheetKind, form: TableForm, file_form: TableFileForm
) -> Sequence[str]:
    """Put the table of a file where it can be corrected; the sheets that are not read.

    Raises: Invalid (field "file").
    """
    file = file_form.file.data
    with take_upload_turn():
        source = read_data(file.read(limits.REQUEST_BYTES), file.filename or "")
        found = read_file_text(source, kind.table, kind.remember(db.session(), seat.evaluation))
    form.table.data = found.text
    return found.unread_sheets


def read_typed_table(seat: Seat, kind: SheetKind, form: TableForm) -> FieldTable:
    """The table with its columns as they were chosen. Raises: Invalid (field "table")."""
    memory = kind.remember(db.session(), seat.evaluation)
    return read_chosen_table(form.table.data or "", kind.table, memory, request.form)


def find_sent_columns(seat: Seat, kind: SheetKind, form: TableForm) -> ColumnsPart | None:
    """The columns of the lines that are to be taken; None if the table can't be read any more."""
    try:
        table = read_typed_table(seat, kind, form)
    except Invalid:
        return None
    return make_columns_part(table, list_field_labels(kind), list_carried_sheets())


def count_sent_lines() -> int:
    """How many lines the form says that it has."""
    return min(parse_id(request.form.get("lines")) or 0, limits.LINES_AT_ONCE)


def make_sheet(kind: SheetKind, sent: Sent, count: int) -> Sheet:
    """So many lines, read from what was sent."""
    lines = {number: kind.form(sent, prefix=name_line(number)) for number in range(1, count + 1)}
    return Sheet(lines, kind.table)


def check_sheet(sheet: Sheet, find_problems: FindProblems) -> bool:
    """Whether every ticked line can be taken; what is wrong stands beside its field.

    Args: find_problems: what is wrong with lines that can be read, one among the others.
    """
    bad = {number for number, line in sheet.lines.items() if line.errors}
    problems = find_problems({n: x for n, x in sheet.list_ticked().items() if n not in bad})
    attach_problems(sheet, problems)
    return not bad and not problems


def attach_problems(sheet: Sheet, problems: Sequence[tuple[int, object]]) -> None:
    """Put refusals of a service beside the fields of their lines."""
    for number, error in problems:
        if isinstance(error, Invalid):
            attach_line_error(sheet.lines[number], error, translate_error(error))


def answer_sheet(
    seat: Seat, kind: SheetKind, find_problems: FindProblems, take: TakeLines
) -> ResponseReturnValue:
    """Show the lines that were sent, or take them if that was asked for and all are right."""
    page, problems = read_sheet(seat, kind), []
    if page.sheet is None:
        return render_sheet_page(seat, kind, page), 422
    taking, ticked = request.form.get("to") == "take", page.sheet.list_ticked()
    checked = [line.check() for line in page.sheet.lines.values()]  # each, to say all at once
    if taking and not ticked:
        problems.append(_("Select at least one line."))
    if taking and all(checked) and ticked:
        try:  # at once: the same form may have been sent before, and then it is all there
            return take(ticked, page.columns.table.mapping if page.columns else None)
        except InvalidLines as error:
            attach_problems(page.sheet, error.lines)
        good = False
    else:
        good = check_sheet(page.sheet, find_problems) and not taking
    return render_sheet_page(seat, kind, replace(page, problems=problems)), 200 if good else 422


@bp.get("/vendors/several")
@require_permission(Action.EDIT_SETUP)
def show_several_vendors(seat: Seat) -> ResponseReturnValue:
    """The form for a table of vendors."""
    return render_sheet_page(seat, VENDOR_SHEET, SheetPage(form=TableForm()))


@bp.post("/vendors/several")
@require_permission(Action.EDIT_SETUP)
def save_several_vendors(seat: Seat) -> ResponseReturnValue:
    """Show what a table says of vendors, or add them."""

    def read(lines: dict[int, VendorLineForm]) -> dict[int, service.NewVendor]:
        return {
            number: service.NewVendor(read_vendor_facts(line), line.read_cells())
            for number, line in lines.items()
        }

    def take(lines: dict[int, LineForm], columns: FieldMapping | None) -> ResponseReturnValue:
        added = service.add_several_vendors(
            current_actor(), seat.evaluation.slug, read(lines), columns=columns
        )
        done = ngettext("One vendor was added.", "%(num)s vendors were added.", len(added))
        flash(add_missing_of_several(seat, added, done), "done")
        return redirect_to(VENDORS, seat)

    return answer_sheet(
        seat,
        VENDOR_SHEET,
        lambda lines: service.find_vendor_problems(db.session(), seat, read(lines)),
        take,
    )


@bp.get("/committee/several")
@require_permission(Action.MANAGE_COMMITTEE)
def show_several_people(seat: Seat) -> ResponseReturnValue:
    """The form for a table of people."""
    return render_sheet_page(seat, MEMBER_SHEET, SheetPage(form=TableForm()))


@bp.post("/committee/several")
@require_permission(Action.MANAGE_COMMITTEE)
def save_several_invitations(seat: Seat) -> ResponseReturnValue:
    """Show what a table says of people, or invite them."""

    def read(lines: dict[int, LineForm]) -> dict[int, Invitee]:
        return {number: read_invitee(line) for number, line in lines.items()}

    def take(lines: dict[int, LineForm], columns: FieldMapping | None) -> ResponseReturnValue:
        secret, found = service.invite_several(
            current_actor(), seat.evaluation.slug, read(lines), columns=columns
        )
        tell_invited(found)
        if not any(invitation.token for invitation in found):
            return redirect_to(COMMITTEE, seat)
        session[LINKS_OF_SEVERAL] = secret
        return redirect_to("links.show_invitation_links", seat)

    return answer_sheet(
        seat,
        MEMBER_SHEET,
        lambda lines: service.find_invitee_problems(db.session(), seat.evaluation, read(lines)),
        take,
    )


def read_invitee(line: LineForm) -> Invitee:
    """The person of a line."""
    return Invitee(
        name=line["name"].data,
        email=line["email"].data,
        roles=SEATS[line["roles"].data],
        stakeholder=line["stakeholder"].data,
    )


def describe_new_seats(found: Sequence[Invitation]) -> str:
    """How many have a seat now; where no mail goes out, that their links wait for the chair."""
    seats = ngettext("One person has a seat.", "%(num)s people have seats.", len(found))
    links = sum(invitation.token is not None for invitation in found)
    if not links or is_mail_on():
        return str(seats)
    words = ngettext(
        "Nothing was sent: give them the link below yourself, or they can’t come in.",
        "Nothing was sent: give each of the %(num)s people their link below yourself, or they can’t"
        " come in.",
        links,
    )
    return f"{seats} {words}"


def tell_invited(found: Sequence[Invitation]) -> None:
    """Say how many have a seat now, and how those come in who get no link from here."""
    members = [invitation.member for invitation in found if invitation.token is None]
    waiting = sum(row.user is not None and is_unused(row.user) for row in members)
    unproven = sum(map(waits_for_proof, members))
    flash(describe_new_seats(found), "done")
    if unproven:
        words = ngettext(
            "One of the seats waits: the account was made elsewhere, and it is not certain yet that"
            " the address is theirs.",
            "%(num)s of the seats wait: the accounts were made elsewhere, and it is not certain yet"
            " that the addresses are theirs.",
            unproven,
        )
        flash(f"{words} {describe_proof()}", "done")
    if known := len(members) - waiting - unproven:
        flash(
            ngettext(
                "One of them has an account already, and finds this evaluation there.",
                "%(num)s of them have accounts already, and find this evaluation there.",
                known,
            ),
            "done",
        )
    if waiting:
        words = ngettext(
            "One of them has an account that was made elsewhere and is not used yet.",
            "%(num)s of them have accounts that were made elsewhere and are not used yet.",
            waiting,
        )
        flash(f"{words} {describe_way_in()}", "done")
