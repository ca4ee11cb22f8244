"""An evaluation's rubric as a file: downloaded, or taken over from one after a look at what that
changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action, SiteAction
from crrubric.domain.errors import Invalid, InvalidLines, NotReady, Stale
from crrubric.domain.exchange.field_tables import COLUMNS
from crrubric.domain.policy import is_allowed_on_site
from crrubric.domain.setup.rubric_files import rows
from crrubric.domain.setup.rubric_files.case import write_case_rubric
from crrubric.domain.setup.rubric_files.differences import RubricDifference
from crrubric.domain.setup.rubric_files.toml_out import write_rubric_toml
from crrubric.domain.text import cut_visibly
from crrubric.domain.versions import fingerprint_values
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.rubrics import load_case_source, read_rubric
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.exchange.csv_files import encode_csv
from crrubric.reports.exchange.rubric_book import write_rubric_book
from crrubric.services.ballots.attachments import take_upload_turn
from crrubric.services.exchange.data_files import ExportWords, make_book_words
from crrubric.services.exchange.field_tables import FieldTable, read_file_text
from crrubric.services.exchange.table_sources import read_data
from crrubric.services.setup.rubric import files as service
from crrubric.web.exchange.exports import XLSX
from crrubric.web.setup.rubric import HOME
from crrubric.web.setup.rubric_pages.forms import RubricFileForm, RubricTextForm
from crrubric.web.setup.several_pages.column_forms import (
    ColumnsPart,
    link_column_problems,
    list_carried_sheets,
    list_column_problems,
    make_columns_part,
    read_chosen_table,
)
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import find_site_address, make_download, redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_bad_lines, translate_error

bp = Blueprint("rubric_files", __name__, url_prefix="/evaluations/<slug>/rubric/file")


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricFilePage:
    """What the page says before and after a file was read."""

    form: RubricTextForm
    file_form: RubricFileForm = field(default_factory=lambda: RubricFileForm(formdata=None))
    difference: RubricDifference | None = None
    columns: ColumnsPart | None = None
    levels: Sequence[str] = ()
    cut_titles: Sequence[str] = ()
    problems: Sequence[str] = ()
    column_problems: Sequence[str] = ()

    def list_linked(self) -> list[tuple[str, str]]:
        """(id of the control, sentence) of all that is wrong with columns."""
        return link_column_problems(self.column_problems)


@bp.get("")
@require_permission(Action.EXPORT_RUBRIC)
def show_rubric_file(seat: Seat) -> ResponseReturnValue:
    """What can be downloaded, and, before ballots open, the form for a file."""
    return render_file_page(seat, RubricFilePage(form=RubricTextForm(formdata=None)))


def render_file_page(seat: Seat, page: RubricFilePage) -> str:
    """The page: where to get and give a file, or what a file would change."""
    return render_page(
        "setup/rubric/file.html",
        seat,
        under=HOME,
        page=page,
        editable=seat.may(Action.EDIT_SETUP),
        may_keep=is_allowed_on_site(seat.actor.standing, SiteAction.USE_LIBRARY),
        columns=rows.BASE,
    )


@bp.get("/rubric.toml")
@require_permission(Action.EXPORT_RUBRIC)
def download_rubric_toml(seat: Seat) -> ResponseReturnValue:
    """Everything, in every language, as TOML."""
    text = write_rubric_toml(read_rubric(db.session(), seat.evaluation))
    return make_download(text, "application/toml", f"{seat.evaluation.slug}-rubric.toml")


@bp.get("/rubric.csv")
@require_permission(Action.EXPORT_RUBRIC)
def download_rubric_csv(seat: Seat) -> ResponseReturnValue:
    """A line for each criterion, for spreadsheets."""
    found = rows.list_rubric_rows(read_rubric(db.session(), seat.evaluation))
    body = encode_csv(rows.COLUMNS, found)
    return make_download(body, "text/csv", f"{seat.evaluation.slug}-rubric.csv")


@bp.get("/rubric.xlsx")
@require_permission(Action.EXPORT_RUBRIC)
def download_rubric_workbook(seat: Seat) -> ResponseReturnValue:
    """The same for Excel: numbers are numbers, and the header stays in view."""
    rubric = read_rubric(db.session(), seat.evaluation)
    words = make_book_words(seat, ExportWords(language=current_language(), say=_))
    end_reading(db.session())
    body = write_rubric_book(rubric, _("Rubric"), replace(words, subject=_("Rubric")))
    return make_download(body, XLSX, f"{seat.evaluation.slug}-rubric.xlsx")


@bp.get("/rubric.json")
@require_permission(Action.EXPORT_RUBRIC)
def download_case_rubric(seat: Seat) -> ResponseReturnValue:
    """What CASE 1.1 has fields for, as a CFRubric."""
    source = load_case_source(db.session(), seat.evaluation, find_site_address())
    text = write_case_rubric(read_rubric(db.session(), seat.evaluation), source)
    return make_download(text, "application/json", f"{seat.evaluation.slug}-rubric.json")


@bp.post("")
@require_permission(Action.EDIT_SETUP)
def save_rubric_file(seat: Seat) -> ResponseReturnValue:
    """Show what a file changes, or take it over if that was shown."""
    form = RubricTextForm()
    file_form = RubricFileForm() if request.files else RubricFileForm(formdata=None)
    page = RubricFilePage(form=form, file_form=file_form)
    if not (file_form if request.files else form).validate():
        return render_file_page(seat, page), 422
    try:
        sheets = read_sent_file(seat, form, file_form) if request.files else list_carried_sheets()
        table = find_rubric_table(seat, form)
        page = replace(page, columns=make_rubric_columns(table, sheets) if table else None)
        found = read_sent_rubric(seat, form, table)
        page = replace(page, levels=found.levels, cut_titles=found.cut)
        if request.form.get("to") == "take":
            return take_rubric(seat, form, found)
    except Invalid as error:
        if error.field == COLUMNS:
            page = replace(page, column_problems=list_column_problems(error))
        else:
            attach_error(file_form if error.field == "file" else form, error)
        return render_file_page(seat, page), 422
    except (InvalidLines, NotReady) as error:
        problems = tuple(list_file_problems(error))
        return render_file_page(seat, replace(page, problems=problems)), 422
    except Stale as error:
        form.form_errors.append(translate_error(error))
        return show_difference(seat, page, found), 409
    return show_difference(seat, page, found)


def read_sent_file(seat: Seat, form: RubricTextForm, file_form: RubricFileForm) -> Sequence[str]:
    """Put the text of a file where it can be corrected; the sheets that are not read.

    Raises: Invalid (field "file").
    """
    file = file_form.file.data
    with take_upload_turn():
        source = read_data(file.read(limits.REQUEST_BYTES), file.filename or "")
        memory = service.remember_rubric_columns(db.session(), seat.evaluation)
        found = read_file_text(source, rows.RUBRIC_TABLE, memory)
    form.words.data = found.text
    form.name.data = cut_visibly(PurePath(file.filename or "").name, limits.TITLE)
    return found.unread_sheets


def find_rubric_table(seat: Seat, form: RubricTextForm) -> FieldTable | None:
    """The table with its columns as they were chosen, if the text is one.

    Raises: Invalid (field "words").
    """
    text = form.words.data or ""
    if not service.looks_like_table(text):
        return None
    memory = service.remember_rubric_columns(db.session(), seat.evaluation)
    try:
        return read_chosen_table(text, rows.RUBRIC_TABLE, memory, request.form)
    except Invalid as error:
        raise Invalid(error.message, field="words", **error.values) from None


def read_sent_rubric(
    seat: Seat, form: RubricTextForm, table: FieldTable | None
) -> service.RubricFile:
    """The rubric that was sent. Raises: Invalid, InvalidLines, NotReady."""
    stored = read_rubric(db.session(), seat.evaluation)
    if table is not None:
        return service.read_rubric_table(table, stored)
    source = load_case_source(db.session(), seat.evaluation, find_site_address())
    return service.read_rubric_words(form.words.data or "", stored, source)


def make_rubric_columns(table: FieldTable, sheets: Sequence[str]) -> ColumnsPart:
    """What the page says of the columns."""
    labels = {name: label_rubric_column(name) for name in rows.RUBRIC_TABLE.columns}
    return make_columns_part(table, labels, sheets)


def label_rubric_column(name: str) -> str:
    """What a column of a rubric holds, in the reader's language."""
    column, _bracket, language = name.partition(" (")
    label = str(gettext(rows.LABELS[column]))
    return f"{label} ({language}" if language else label


def show_difference(seat: Seat, page: RubricFilePage, found: service.RubricFile) -> str:
    """The page with what the file changes, as the rubric is now."""
    stored = read_rubric(db.session(), seat.evaluation)
    page.form.version.data = fingerprint_values(service.fingerprint_source(stored))
    difference = service.foresee_rubric(stored, found.rubric)
    return render_file_page(seat, replace(page, difference=difference))


def take_rubric(seat: Seat, form: RubricTextForm, found: service.RubricFile) -> ResponseReturnValue:
    """Take the file over. Raises: Stale."""
    service.import_rubric(
        current_actor(),
        seat.evaluation.slug,
        found.rubric,
        name=form.name.data or "",
        seen=form.version.data or "",
        columns=found.table.mapping if found.table else None,
    )
    flash(_("The rubric says what the file says."), "done")
    return redirect_to(HOME, seat)


def list_file_problems(error: InvalidLines | NotReady) -> list[str]:
    """Everything that is wrong with a file, a sentence each."""
    if isinstance(error, NotReady):
        return [translate_error(each) for each in error.problems]
    return translate_bad_lines(error)
