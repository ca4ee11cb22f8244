"""One section of the rubric: its title in every language, and removing it with a place for its
criteria."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.people.languages import NAMES
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import Section
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.act_facts import foresee_removal_of_section
from crrubric.queries.setup.rubrics import find_section, list_sections
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.services.setup import sections as service
from crrubric.web.people.language_forms import (
    TranslationForm,
    make_translation_forms,
    read_translations,
)
from crrubric.web.setup.forms import SectionForm, SectionRemovalForm
from crrubric.web.setup.rubric import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm, attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import ActWords, redirect_to, render_act_page, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("sections", __name__, url_prefix="/evaluations/<slug>/rubric/sections")
OUT = "out-"  # before the section in which criteria stand that are left out


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


@bp.get("/<int:section_id>/remove")
@require_permission(Action.EDIT_SETUP)
def show_section_removal(seat: Seat, section_id: int) -> ResponseReturnValue:
    """What removing the section will do, and where its criteria go, before it is done."""
    section = find_section(db.session(), seat.evaluation, section_id)
    form = make_removal_form(section) if section.criteria else ActForm(formdata=None)
    return render_section_removal(seat, section, form)


def make_removal_form(section: Section) -> SectionRemovalForm:
    """The form with where the criteria can go: each other section, or out of the rubric.

    Those that are left out stand at the end of the section before, else after.
    """
    form = SectionRemovalForm()
    sections = list_sections(db.session(), section.evaluation_id)
    here = [row.id for row in sections].index(section.id)
    others = [row for row in sections if row.id != section.id]
    form.goes_to.choices = [
        SelectChoice(str(row.id), _("To “%(section)s”", section=translate_title(row)))
        for row in others
    ]
    if others:
        last = others[max(here - 1, 0)]
        words = _("Out of the rubric: marked as left out, at the end of “%(section)s”",
                  section=translate_title(last))  # fmt: skip
        form.goes_to.choices.append(SelectChoice(f"{OUT}{last.id}", words))
    return form


def translate_title(section: Section) -> str:
    """The title in the language of the page."""
    return translate_rubric_text(section, "title", current_language())


def render_section_removal(seat: Seat, section: Section, form: ActForm) -> str:
    """The page with what will happen, or with what is in the way."""
    words = ActWords(
        title=_("Remove a section"), about=translate_title(section), button=_("Remove the section")
    )
    alone = isinstance(form, SectionRemovalForm) and not form.goes_to.choices
    only = N_("It is the only section, and there are criteria in it: add another section first.")
    foreseen = foresee_removal_of_section(db.session(), section, current_language())
    return render_act_page(
        seat, form, foreseen, words, back=HOME, problems=[Invalid(only)] if alone else ()
    )


@bp.post("/<int:section_id>/remove")
@require_permission(Action.EDIT_SETUP)
def save_section_removal(seat: Seat, section_id: int) -> ResponseReturnValue:
    """Take out the section; its criteria go where it was said."""
    section = find_section(db.session(), seat.evaluation, section_id)
    form, status = make_removal_form(section) if section.criteria else ActForm(), 422
    if form.validate():
        try:
            service.remove_section(
                current_actor(),
                seat.evaluation.slug,
                section_id,
                heir=read_heir(form),
                seen=form.version.data or "",
                language=current_language(),
            )
            flash(_("The section is removed."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            status = attach_refusal(form, error)
    return render_section_removal(seat, section, form), status


def read_heir(form: ActForm) -> service.SectionHeir | None:
    """Where the criteria go, as it was chosen."""
    if not isinstance(form, SectionRemovalForm):
        return None
    chosen = form.goes_to.data
    return service.SectionHeir(int(chosen.removeprefix(OUT)), left_out=chosen.startswith(OUT))
