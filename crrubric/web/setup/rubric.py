"""The evaluation's own copy of the rubric."""

from decimal import Decimal

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.people.languages import NAMES
from crrubric.domain.setup.rubric import Translated
from crrubric.extensions import db
from crrubric.models import Criterion
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.rubrics import find_section, parts, revisions
from crrubric.services.setup import rubrics as service
from crrubric.web.people.language_forms import TranslationForm, dropped, translation_forms, typed
from crrubric.web.setup.forms import CriterionForm, SectionForm
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import attach
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor

bp = Blueprint("rubric", __name__, url_prefix="/evaluations/<slug>/rubric")
HOME = "rubric.index"


@bp.get("/")
@in_evaluation(Action.VIEW_EVALUATION)
def index(seat: Seat) -> ResponseReturnValue:
    """All criteria by section."""
    return listing(seat, SectionForm())


def listing(seat: Seat, form: SectionForm) -> str:
    """The list of criteria; the chair in set-up sees those left out, and can edit."""
    editable = seat.may(Action.EDIT_SETUP)
    rows = parts(db.session(), seat.evaluation.id, with_left_out=editable)
    return page(
        "setup/rubric/index.html",
        seat,
        parts=rows,
        editable=editable,
        revisions=revisions(db.session(), seat.evaluation.id),
        may_correct=seat.may(Action.CORRECT_RUBRIC),
        form=form,
    )


@bp.post("/sections")
@in_evaluation(Action.EDIT_SETUP)
def add_section(seat: Seat) -> ResponseReturnValue:
    """Add a section at the end."""
    form = SectionForm()
    if form.validate():
        try:
            section = service.add_section(actor(), seat.evaluation.slug, title=form.title.data)
            return to("rubric.new", seat, section_id=section.id)
        except Invalid as error:
            attach(form, error)
    return listing(seat, form), 422


def text_of(form: CriterionForm) -> service.CriterionText:
    """What the chair typed."""
    return service.CriterionText(
        form.title.data,
        form.question.data or "",
        form.look_for.data or "",
        form.lead.data,
        form.weight.data or Decimal(0),
        form.must_have.data,
        form.may_not_apply.data,
        form.left_out.data,
        form.practice.data or "",
        form.evidence_months.data,
    )


@bp.get("/sections/<int:section_id>/new")
@in_evaluation(Action.EDIT_SETUP)
def new(seat: Seat, section_id: int) -> ResponseReturnValue:
    """The form for a new criterion."""
    section = find_section(db.session(), seat.evaluation, section_id)
    form = CriterionForm(weight=Decimal(1))
    return page("setup/rubric/criterion.html", seat, under=HOME, form=form, section=section)


@bp.post("/sections/<int:section_id>/new")
@in_evaluation(Action.EDIT_SETUP)
def add(seat: Seat, section_id: int) -> ResponseReturnValue:
    """Add a criterion at the end of its section."""
    section, form = find_section(db.session(), seat.evaluation, section_id), CriterionForm()
    if form.validate():
        try:
            criterion = service.add_criterion(
                actor(), seat.evaluation.slug, section.id, text_of(form)
            )
            return to(HOME, seat, _anchor=f"criterion-{criterion.id}")
        except Invalid as error:
            attach(form, error)
    return page("setup/rubric/criterion.html", seat, under=HOME, form=form, section=section), 422


@bp.get("/criteria/<int:criterion_id>")
@in_evaluation(Action.EDIT_SETUP)
def edit(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """The form for one criterion."""
    criterion = service.criterion_in(db.session(), seat.evaluation, criterion_id)
    return editor(seat, criterion, CriterionForm(obj=criterion), translation_forms(criterion))


def editor(
    seat: Seat, row: Criterion, form: CriterionForm, forms: dict[str, TranslationForm]
) -> str:
    """The page that edits a criterion, with its translations."""
    return page(
        "setup/rubric/criterion.html",
        seat,
        under=HOME,
        form=form,
        criterion=row,
        translations=forms,
        names=NAMES,
    )


@bp.post("/criteria/<int:criterion_id>")
@in_evaluation(Action.EDIT_SETUP)
def change(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Reword, weight, leave out or bring back a criterion."""
    form = CriterionForm()
    criterion = service.criterion_in(db.session(), seat.evaluation, criterion_id)
    forms = translation_forms(criterion)
    if all([form.validate(), *(own.validate() for own in forms.values())]):
        given = typed(forms)
        try:
            criterion = service.change_criterion(
                actor(), seat.evaluation.slug, criterion_id, text_of(form), translations=given
            )
            flash(_("Saved."), "done")
            tell_dropped(criterion, given)
            return to(HOME, seat, _anchor=f"criterion-{criterion_id}")
        except Invalid as error:
            attach(form, error)
    return editor(seat, criterion, form, forms), 422


def tell_dropped(criterion: Criterion, given: Translated) -> None:
    """Say on the next page that a translation was dropped, if one was."""
    if dropped(criterion, given):
        flash(
            _("What changed is no longer translated: its old translation did not fit any more."),
            "problem",
        )


@bp.post("/criteria/<int:criterion_id>/up")
@in_evaluation(Action.EDIT_SETUP)
def up(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Move a criterion one place up."""
    service.move_criterion(actor(), seat.evaluation.slug, criterion_id, by=-1)
    return to(HOME, seat, _anchor=f"criterion-{criterion_id}")


@bp.post("/criteria/<int:criterion_id>/down")
@in_evaluation(Action.EDIT_SETUP)
def down(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Move a criterion one place down."""
    service.move_criterion(actor(), seat.evaluation.slug, criterion_id, by=1)
    return to(HOME, seat, _anchor=f"criterion-{criterion_id}")
