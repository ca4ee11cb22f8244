"""One section of the rubric: its title in every language, and removing it."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.people.languages import NAMES
from crrubric.extensions import db
from crrubric.models import Section
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.rubrics import find_section
from crrubric.services.setup import sections as service
from crrubric.web.people.language_forms import (
    TranslationForm,
    make_translation_forms,
    read_translations,
)
from crrubric.web.setup.forms import SectionForm
from crrubric.web.setup.rubric import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("sections", __name__, url_prefix="/evaluations/<slug>/rubric/sections")


@bp.get("/<int:section_id>")
@require_permission(Action.EDIT_SETUP)
def show_section_form(seat: Seat, section_id: int) -> ResponseReturnValue:
    """The form with the title."""
    section = find_section(db.session(), seat.evaluation, section_id)
    form, forms = make_section_forms(section)
    return render_section_page(seat, section, form, forms)


def make_section_forms(section: Section) -> tuple[SectionForm, dict[str, TranslationForm]]:
    """The form with what is stored, and that of every other language."""
    forms = make_translation_forms(section)
    form = SectionForm(formdata=None, title=section.title)
    form.parts = forms.values()
    return form.showing(service.read_section_values(section)), forms


def render_section_page(
    seat: Seat, section: Section, form: SectionForm, forms: dict[str, TranslationForm]
) -> str:
    """The title in every language, and whether the section can go."""
    return render_page(
        "setup/rubric/section.html",
        seat,
        under=HOME,
        form=form,
        section=section,
        translations=forms,
        names=NAMES,
    )


@bp.post("/<int:section_id>")
@require_permission(Action.EDIT_SETUP)
def save_section(seat: Seat, section_id: int) -> ResponseReturnValue:
    """Give the section another title."""
    section = find_section(db.session(), seat.evaluation, section_id)
    form, status = SectionForm(), 422
    forms = make_translation_forms(section, request.form)
    form.parts = forms.values()
    if all([form.validate(), *(own.validate() for own in forms.values())]):
        try:
            service.rename_section(
                current_actor(),
                seat.evaluation.slug,
                section_id,
                title=form.title.data,
                translations=read_translations(forms),
                seen=form.version.data or "",
            )
            flash(_("Saved."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            form.meet_newer(make_section_forms(section)[0], error, {})
            status = 409
    return render_section_page(seat, section, form, forms), status


@bp.post("/<int:section_id>/remove")
@require_permission(Action.EDIT_SETUP)
def save_section_removal(seat: Seat, section_id: int) -> ResponseReturnValue:
    """Take out the section, if no criterion is in it; it can be added again."""
    try:
        service.remove_section(current_actor(), seat.evaluation.slug, section_id)
        flash(_("The section is removed."), "done")
    except Invalid as error:
        flash(translate_error(error), "problem")
    return redirect_to(HOME, seat)
