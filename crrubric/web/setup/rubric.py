"""The evaluation's own copy of the rubric."""

from decimal import Decimal

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.people.languages import NAMES
from crrubric.domain.setup.rubric import Translated
from crrubric.domain.typed import parse_id
from crrubric.extensions import db
from crrubric.models import Criterion, JournalEntry
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.needs import load_needs
from crrubric.queries.record.journal import find_latest_changes
from crrubric.queries.setup.rubrics import find_section, list_revisions, list_rubric_parts
from crrubric.services.setup import rubrics as service
from crrubric.services.setup.rubric import order
from crrubric.web.people.language_forms import (
    TranslationForm,
    has_dropped_translation,
    make_translation_forms,
    read_translations,
)
from crrubric.web.planning.hints import find_criterion_hints
from crrubric.web.setup.forms import CriterionForm, SectionForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("rubric", __name__, url_prefix="/evaluations/<slug>/rubric")
HOME = "rubric.show_rubric"


@bp.get("/")
@require_permission(Action.VIEW_EVALUATION)
def show_rubric(seat: Seat) -> ResponseReturnValue:
    """All criteria by section."""
    return render_rubric_page(seat, SectionForm())


def render_rubric_page(seat: Seat, form: SectionForm) -> str:
    """The list of criteria; the chair in set-up sees those left out, and can edit."""
    editable = seat.may(Action.EDIT_SETUP)
    rows = list_rubric_parts(db.session(), seat.evaluation.id, with_left_out=editable)
    return render_page(
        "setup/rubric/index.html",
        seat,
        parts=rows,
        editable=editable,
        hints=find_criterion_hints(seat) if editable else {},
        needs=load_needs(db.session(), seat.evaluation.id) if editable else {},
        revisions=list_revisions(db.session(), seat.evaluation.id),
        language=current_language(),
        may_correct=seat.may(Action.CORRECT_RUBRIC),
        may_export=seat.may(Action.EXPORT_RUBRIC),
        form=form,
    )


@bp.post("/sections")
@require_permission(Action.EDIT_SETUP)
def save_new_section(seat: Seat) -> ResponseReturnValue:
    """Add a section at the end."""
    form = SectionForm()
    if form.validate():
        try:
            section = service.add_section(
                current_actor(), seat.evaluation.slug, title=form.title.data
            )
            return redirect_to("rubric.show_new_criterion_form", seat, section_id=section.id)
        except Invalid as error:
            attach_error(form, error)
    return render_rubric_page(seat, form), 422


def read_criterion_text(form: CriterionForm) -> service.CriterionText:
    """What the chair typed."""
    return service.CriterionText(
        title=form.title.data,
        question=form.question.data or "",
        look_for=form.look_for.data or "",
        lead=form.lead.data,
        weight=form.weight.data or Decimal(0),
        must_have=form.must_have.data,
        may_not_apply=form.may_not_apply.data,
        left_out=form.left_out.data,
        practice=form.practice.data or "",
        evidence_months=form.evidence_months.data,
    )


@bp.get("/sections/<int:section_id>/new")
@require_permission(Action.EDIT_SETUP)
def show_new_criterion_form(seat: Seat, section_id: int) -> ResponseReturnValue:
    """The form for a new criterion."""
    section = find_section(db.session(), seat.evaluation, section_id)
    form = CriterionForm(weight=Decimal(1))
    return render_page("setup/rubric/criterion.html", seat, under=HOME, form=form, section=section)


@bp.post("/sections/<int:section_id>/new")
@require_permission(Action.EDIT_SETUP)
def save_new_criterion(seat: Seat, section_id: int) -> ResponseReturnValue:
    """Add a criterion at the end of its section."""
    section, form = find_section(db.session(), seat.evaluation, section_id), CriterionForm()
    if form.validate():
        try:
            criterion = service.add_criterion(
                current_actor(), seat.evaluation.slug, section.id, read_criterion_text(form)
            )
            return redirect_to(HOME, seat, _anchor=f"criterion-{criterion.id}")
        except Invalid as error:
            attach_error(form, error)
    return render_page(
        "setup/rubric/criterion.html", seat, under=HOME, form=form, section=section
    ), 422


@bp.get("/criteria/<int:criterion_id>")
@require_permission(Action.EDIT_SETUP)
def show_criterion_form(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """The form for one criterion."""
    criterion = service.find_criterion(db.session(), seat.evaluation, criterion_id)
    form, forms = make_criterion_forms(criterion)
    return render_criterion_page(seat, criterion, form, forms)


def make_criterion_forms(row: Criterion) -> tuple[CriterionForm, dict[str, TranslationForm]]:
    """The form with what is stored, and its parts by language."""
    form, forms = CriterionForm(formdata=None, obj=row), make_translation_forms(row)
    form.parts = forms.values()
    return form.showing(service.read_criterion_values(row)), forms


def render_criterion_page(
    seat: Seat, row: Criterion, form: CriterionForm, forms: dict[str, TranslationForm]
) -> str:
    """The page that edits a criterion, with its translations."""
    return render_page(
        "setup/rubric/criterion.html",
        seat,
        under=HOME,
        form=form,
        criterion=row,
        translations=forms,
        names=NAMES,
        hints=find_criterion_hints(seat).get(row.code, ()),
        need=load_needs(db.session(), seat.evaluation.id).get(row.id),
    )


@bp.post("/criteria/<int:criterion_id>")
@require_permission(Action.EDIT_SETUP)
def save_criterion(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Reword, weight, leave out or bring back a criterion."""
    form, status = CriterionForm(), 422
    criterion = service.find_criterion(db.session(), seat.evaluation, criterion_id)
    forms = make_translation_forms(criterion, request.form)
    form.parts = forms.values()
    before, _parts = make_criterion_forms(criterion)
    if all([form.validate(), *(own.validate() for own in forms.values())]):
        given = read_translations(forms)
        try:
            criterion = service.change_criterion(
                current_actor(),
                seat.evaluation.slug,
                criterion_id,
                read_criterion_text(form),
                translations=given,
                seen=form.version.data or "",
            )
            now, _parts = make_criterion_forms(criterion)
            if now.version.data == before.version.data:
                flash(_("Saved."), "done")
            else:
                flash_undoable(_("Saved."), request.path, before.list_sent_values(now))
            flash_dropped_translation(criterion, given)
            return redirect_to(HOME, seat, _anchor=f"criterion-{criterion_id}")
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            stored, _parts = make_criterion_forms(criterion)
            form.meet_newer(stored, error, find_criterion_changes(seat, criterion_id))
            status = 409
    return render_criterion_page(seat, criterion, form, forms), status


def find_criterion_changes(seat: Seat, criterion_id: int) -> dict[str, JournalEntry]:
    """Who last changed what of a criterion."""
    kinds = (
        Event.CRITERION_ADDED,
        Event.CRITERION_CHANGED,
        Event.CRITERION_TRANSLATED,
        Event.CRITERION_CORRECTED,
    )
    return find_latest_changes(db.session(), seat, *kinds, criterion_id=criterion_id)


def flash_dropped_translation(criterion: Criterion, given: Translated) -> None:
    """Say on the next page that a translation was dropped, if one was."""
    if has_dropped_translation(criterion, given):
        flash(
            _(
                "The changed texts no longer have a translation, because the old one no longer "
                "matched."
            ),
            "problem",
        )


@bp.post("/criteria/<int:criterion_id>/up")
@require_permission(Action.EDIT_SETUP)
def move_criterion_up(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Move a criterion one place up."""
    return move_criterion_by(seat, criterion_id, -1)


@bp.post("/criteria/<int:criterion_id>/down")
@require_permission(Action.EDIT_SETUP)
def move_criterion_down(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Move a criterion one place down."""
    return move_criterion_by(seat, criterion_id, 1)


def move_criterion_by(seat: Seat, criterion_id: int, by: int) -> ResponseReturnValue:
    """Move it from where the page showed it; the page as it is now where that was overtaken."""
    try:
        order.move_criterion(
            current_actor(), seat.evaluation.slug, criterion_id, by=by, at=read_place()
        )
    except Stale as error:
        flash(translate_error(error), "problem")
        return render_rubric_page(seat, SectionForm(formdata=None)), 409
    return redirect_to(HOME, seat, _anchor=f"criterion-{criterion_id}")


def read_place() -> order.Place:
    """Where the page showed the criterion; nowhere, if it did not say so."""
    section, _dash, place = request.form.get("at", "").partition("-")
    return parse_id(section) or 0, parse_id(place) or 0
