"""Importing marks from a file: read it, match its columns, look at what it would do, take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType

from flask import Blueprint, flash, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError, Invalid, InvalidPlaces, Stale, WrongPhase
from crrubric.domain.exchange.marks.lines import ColumnFault
from crrubric.domain.exchange.marks.mapping import (
    MARK_ON,
    NOTE_ON,
    ROLES,
    ColumnRole,
    Layout,
    MarkMapping,
)
from crrubric.domain.exchange.sheets import SheetHead
from crrubric.domain.text import replace_control_characters
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.services.ballots.attachments import take_upload_turn
from crrubric.services.exchange import mark_drafts as service
from crrubric.services.exchange.filled_ballots import GivenBallots
from crrubric.services.exchange.import_plans import ImportWishes, list_filled_columns
from crrubric.web.exchange.forms import MarkColumnsForm, MarkFileForm, TakeMarksForm
from crrubric.web.exchange.import_words import describe_import_plan
from crrubric.web.shared.access import let_session_lapse, require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import OUT_OF_DATE
from crrubric.web.shared.ids import read_id_after
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import format_short_number, translate_error, translate_label

bp = Blueprint("imports", __name__, url_prefix="/evaluations/<slug>/import")
PROGRESS = "evaluations.show_progress"
EXAMPLES = 3  # of what stands in a column
ROLE_WORDS: Mapping[ColumnRole, str] = {
    ColumnRole.REVIEWER: N_("Reviewer: name or e-mail address"),
    ColumnRole.VENDOR: N_("Vendor"),
    ColumnRole.CRITERION: N_("Criterion"),
    ColumnRole.MARK: N_("Mark"),
    ColumnRole.NOTE: N_("Note"),
    ColumnRole.TIME: N_("Time of the answer"),
    ColumnRole.EVIDENCE_KIND: N_("Kind of evidence"),
    ColumnRole.EVIDENCE_PLACE: N_("Where the evidence is"),
    ColumnRole.EVIDENCE_ON: N_("Day on which it was seen"),
    ColumnRole.EVIDENCE_UNTIL: N_("Day until which it is valid"),
}
NOTHING_TYPED: Mapping[str, str] = MappingProxyType({})
READ, UNREAD = "+", ""  # of a sheet, beside a vendor that it is of
Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of a file, what stands in it, and what it is."""

    label: str
    examples: list[str]
    role: str


@bp.get("")
@require_permission(Action.IMPORT_MARKS)
def show_import_page(seat: Seat) -> ResponseReturnValue:
    """Where a file of marks is chosen."""
    return render_import_page(seat, MarkFileForm(formdata=None))


def render_import_page(seat: Seat, form: MarkFileForm) -> str:
    """The page."""
    most = limits.DRAFT_BYTES // limits.MEGABYTE
    return render_page("exchange/import.html", seat, under=PROGRESS, form=form, most=most)


@bp.post("")
@require_permission(Action.IMPORT_MARKS)
def upload_import_file(seat: Seat) -> ResponseReturnValue:
    """Read a file: on to its columns, or what is wrong with it."""
    form, status = MarkFileForm(), 422
    if form.validate():
        name = PurePath(form.file.data.filename or "").name
        try:
            with take_upload_turn():
                data = form.file.data.read(limits.DRAFT_BYTES + 1)
                key = service.upload_marks(
                    current_actor(), seat.evaluation.slug, name=name, data=data
                )
            return redirect_to("imports.show_columns", seat, key=key)
        except (Invalid, WrongPhase) as error:
            status = attach_refusal(form, error)
    return render_import_page(seat, form), status


@bp.get("/<key>/columns")
@require_permission(Action.IMPORT_MARKS)
def show_columns(seat: Seat, key: str) -> ResponseReturnValue:
    """Which column of the file is which."""
    return render_columns(seat, key, MarkColumnsForm(formdata=None))


def render_columns(
    seat: Seat, key: str, form: MarkColumnsForm, typed: Mapping[str, str] = NOTHING_TYPED
) -> str:
    """The page. Args: typed: what was chosen on it and refused."""
    with take_upload_turn():
        draft = service.load_mark_draft(db.session(), seat, key)
    mapping, form.version.data = draft.mapping, draft.version()
    first = next((head for head in draft.heads if head.name in mapping.sheets), draft.heads[0])
    return render_page(
        "exchange/import_columns.html",
        seat,
        under=PROGRESS,
        form=form,
        key=key,
        draft=draft,
        mapping=mapping,
        typed=typed,
        layouts=[(each.value, translate_label(each)) for each in Layout],
        headers=list_header_rows(first),
        columns=list_column_choices(draft.heads, mapping),
        roles=list_column_roles(seat, mapping.layout),
        vendors=draft.roster.vendors.list_names(),
        vendor_choices=[(name, name) for name in draft.roster.vendors.list_names()],
        book_sheets=list_sheet_choices(draft, typed),
    )


def list_sheet_choices(
    draft: service.MarkDraft, typed: Mapping[str, str]
) -> list[tuple[int, str, str]]:
    """Place and name of each sheet that holds something, and what it is."""
    found = []
    for place, head in enumerate(draft.heads):
        vendor = draft.mapping.sheets.get(head.name)
        value = UNREAD if vendor is None else vendor or READ
        if draft.roster.vendors.is_known(value):
            value = draft.roster.vendors.name(draft.roster.vendors.resolve(value))
        if head.rows:
            found.append((place, head.name, typed.get(f"sheet-{place}", value)))
    return found


def list_header_rows(head: SheetHead) -> list[Choice]:
    """The rows that may be the one with the headers, each by what it begins with."""
    return [
        (str(number), " · ".join(cell.strip() for cell in cells if cell.strip())[:90])
        for number, cells in head.rows[:15]
    ]


def list_column_choices(heads: list[SheetHead], mapping: MarkMapping) -> list[ColumnChoice]:
    """Every column of the sheets that are read."""
    found: dict[str, ColumnChoice] = {}
    for head in heads:
        if head.name in mapping.sheets:
            for label, filled in list_filled_columns(head, mapping.header):
                role = mapping.columns.get(label, "")
                found.setdefault(label, ColumnChoice(label, filled[:EXAMPLES], role))
    return list(found.values())


def list_column_roles(seat: Seat, layout: Layout) -> list[Choice]:
    """What a column can be, in words."""
    roles = [("", _("– not read –"))]
    roles += [(role.value, _(ROLE_WORDS[role])) for role in ROLES[layout]]
    if layout is Layout.RESPONSES:
        language = current_language()
        criteria = [
            (row.code, translate_rubric_text(row, "title", language))
            for part in list_rubric_parts(db.session(), seat.evaluation.id)
            for row in part.criteria
        ]
        roles += [(MARK_ON + code, _("Mark: %(title)s", title=title)) for code, title in criteria]
        roles += [(NOTE_ON + code, _("Note: %(title)s", title=title)) for code, title in criteria]
    return roles


@bp.post("/<key>/columns")
@require_permission(Action.IMPORT_MARKS)
def save_columns(seat: Seat, key: str) -> ResponseReturnValue:
    """Match the columns as they were chosen, or anew for another layout."""
    form = MarkColumnsForm()
    slug, seen = seat.evaluation.slug, form.version.data or ""
    try:
        if not form.validate():
            raise Invalid(OUT_OF_DATE)
        with take_upload_turn():
            draft = service.load_mark_draft(db.session(), seat, key)
            layout, header = read_chosen_layout(draft.mapping), read_header(draft.mapping)
            same = (layout, header) == (draft.mapping.layout, draft.mapping.header)
            if request.form.get("to") == "guess" or not same:
                service.guess_draft_again(
                    current_actor(), slug, key, draft.heads, layout=layout, header=header, seen=seen
                )
                return redirect_to("imports.show_columns", seat, key=key)
            mapping = read_columns(draft)
            service.match_draft(current_actor(), slug, key, mapping, seen=seen)
            service.check_matching(db.session(), seat, draft, mapping)
    except InvalidPlaces as error:
        form.form_errors += [describe_column_fault(problem) for _place, problem in error.places]
        return render_columns(seat, key, form, request.form), 422
    except (Invalid, Stale, WrongPhase) as error:
        status = attach_refusal(form, error)
        return render_columns(seat, key, form, request.form), status
    return redirect_to("imports.show_import_preview", seat, key=key)


def describe_column_fault(problem: CrrubricError) -> str:
    """What is missing, or there twice, as the choices call it."""
    if not isinstance(problem, ColumnFault) or problem.role not in ROLE_WORDS:
        return translate_error(problem)
    what = _(ROLE_WORDS[ColumnRole(problem.role)])
    if problem.missing:
        return str(_("Choose a column for: %(what)s", what=what))
    return str(_("Choose one column alone for: %(what)s", what=what))


def read_chosen_layout(mapping: MarkMapping) -> Layout:
    """The layout that was chosen; without a choice, that of before."""
    value = request.form.get("layout", "")
    return Layout(value) if value in set(Layout) else mapping.layout


def read_header(mapping: MarkMapping) -> int:
    """The row of headers that was chosen; without a choice, that of before."""
    return read_id_after("", request.form.get("header", "")) or mapping.header


def read_columns(draft: service.MarkDraft) -> MarkMapping:
    """What was chosen on the page; what is none of the choices is not read."""
    old = draft.mapping
    allowed = {role.value for role in ROLES[old.layout]}
    columns = {}
    for place, column in enumerate(list_column_choices(draft.heads, old)):
        role = request.form.get(f"column-{place}", column.role)
        is_criterion = role.startswith((MARK_ON, NOTE_ON)) and old.layout is Layout.RESPONSES
        columns[column.label] = role if role in allowed or is_criterion else ""
    names = set(draft.roster.vendors.list_names())
    vendor = request.form.get("vendor", "")
    return MarkMapping(
        layout=old.layout,
        columns=columns,
        header=old.header,
        sheets=read_sheets_chosen(draft, names),
        vendor=vendor if vendor in names else "",
    )


def read_sheets_chosen(draft: service.MarkDraft, names: set[str]) -> Mapping[str, str]:
    """Of which vendor each sheet is; those that are not read are left out."""
    if len(draft.heads) == 1:
        return {draft.heads[0].name: ""}
    found = {}
    for place, head in enumerate(draft.heads):
        value = request.form.get(f"sheet-{place}", "")
        if value == READ or value in names:
            found[head.name] = "" if value == READ else value
    return found


@bp.get("/<key>")
@require_permission(Action.IMPORT_MARKS)
def show_import_preview(seat: Seat, key: str) -> ResponseReturnValue:
    """What the file would bring; nothing is stored yet. The columns, where they can't be used."""
    try:
        return render_preview(seat, key)
    except InvalidPlaces:
        return redirect_to("imports.show_columns", seat, key=key)


def render_preview(seat: Seat, key: str, form: TakeMarksForm | None = None) -> str:
    """The page. Args: form: one that was refused. Raises: InvalidPlaces for the header."""
    with take_upload_turn():
        plan = service.foresee_import(db.session(), seat, key)
    if form is None:
        form = TakeMarksForm(formdata=None)
        form.keep_latest.data = plan.table.mapping.keep_latest
    form.version.data = plan.fingerprint()
    return render_page(
        "exchange/import_preview.html",
        seat,
        under=PROGRESS,
        form=form,
        key=key,
        typed={name: replace_control_characters(text) for name, text in request.form.items()},
        **describe_import_plan(seat, plan),
    )


@bp.post("/<key>")
@require_permission(Action.IMPORT_MARKS)
def take_mark_file(seat: Seat, key: str) -> ResponseReturnValue:
    """Import what was shown, all or nothing; or look again with other meanings."""
    form = TakeMarksForm()
    slug = seat.evaluation.slug
    try:
        if not form.validate():
            if not form.given_on.errors:
                raise Invalid(OUT_OF_DATE)
            return render_preview(seat, key, form), 422
        with take_upload_turn():
            if request.form.get("to") != "take":
                service.choose_readings(current_actor(), slug, key, read_readings(form))
                return redirect_to("imports.show_import_preview", seat, key=key)
            given = GivenBallots(form.given_on.data, bool(form.no_conflict.data))
            done = service.take_marks(
                current_actor(),
                slug,
                key,
                wishes=ImportWishes(given=given),
                seen=form.version.data or "",
            )
    except InvalidPlaces:
        return render_preview(seat, key, form), 422
    except (Invalid, Stale, WrongPhase) as error:
        status = attach_refusal(form, error)
        return render_preview(seat, key, form), status
    flash(
        ngettext(
            "One ballot of the file is taken and sealed.",
            "%(num)s ballots of the file are taken and sealed.",
            done.submitted,
        ),
        "done",
    )
    return redirect_to(PROGRESS, seat)


def read_readings(form: TakeMarksForm) -> service.ReadingChoices:
    """What words and names mean, as it was chosen on the page."""

    def read(kind: str) -> dict[str, str]:
        return {
            request.form.get(f"{kind}-{number}", ""): value
            for name, value in request.form.items()
            if (number := read_id_after(f"{kind}-is-", name)) is not None and value
        }

    return service.ReadingChoices(
        words=read("word"),
        reviewers=read("reviewer"),
        vendors=read("vendor"),
        keep_latest=bool(form.keep_latest.data),
    )


@bp.get("/<key>/progress")
@let_session_lapse
@require_permission(Action.IMPORT_MARKS)
def show_import_progress(seat: Seat, key: str) -> ResponseReturnValue:
    """How far the taking of the file is, for the page that waits for it; empty where it is not."""
    found = service.find_import_progress(current_actor(), key)
    if found is None:
        return jsonify({})
    done, total = format_short_number(found.done), format_short_number(found.total)
    facts = {"what": _(found.step.label), "done": done, "all": total}
    words = _("%(what)s: %(done)s of %(all)s", **facts)
    return jsonify(words=words, done=found.done, total=found.total)


@bp.post("/<key>/discard")
@require_permission(Action.IMPORT_MARKS)
def discard_mark_file(seat: Seat, key: str) -> ResponseReturnValue:
    """Forget the file; nothing of it was imported."""
    service.discard_marks(current_actor(), seat.evaluation.slug, key)
    flash(_("The file is discarded; nothing of it was imported."), "done")
    return redirect_to("imports.show_import_page", seat)
