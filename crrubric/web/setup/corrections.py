"""Corrections after ballots opened: of a criterion, and of who is in the selection."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import DoneAlready, Invalid, Stale
from crrubric.domain.people.languages import NAMES
from crrubric.domain.vocabulary import CorrectionEffect
from crrubric.extensions import db
from crrubric.models import Criterion
from crrubric.queries.ballots.on_behalf import knows_ballots
from crrubric.queries.people.access import Seat, find_restraint, make_not_found
from crrubric.queries.setup.act_facts import foresee_selection_of_vendor
from crrubric.queries.setup.rubrics import list_revisions
from crrubric.services.setup import corrections as service
from crrubric.services.setup import withdrawals
from crrubric.services.setup.rubrics import find_criterion, read_criterion_values
from crrubric.services.setup.vendors import find_vendor_for_seat
from crrubric.web.ballots.forms import CorrectionForm
from crrubric.web.people.language_forms import (
    TranslationForm,
    make_translation_forms,
    read_translations,
)
from crrubric.web.setup.forms import SelectionForm
from crrubric.web.setup.rubric import find_criterion_changes, flash_dropped_translation
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import (
    ActWords,
    flash_undoable,
    redirect_to,
    render_act_page,
    render_page,
)
from crrubric.web.shared.session import current_actor

bp = Blueprint("corrections", __name__, url_prefix="/evaluations/<slug>")
RUBRIC, VENDORS = "rubric.show_rubric", "vendors.show_vendors"


def find_criterion_to_correct(seat: Seat, criterion_id: int) -> Criterion:
    """The criterion, if it is asked for. Raises: NotFound."""
    criterion = find_criterion(db.session(), seat.evaluation, criterion_id)
    if criterion.left_out:
        raise make_not_found()
    return criterion


@bp.get("/rubric/criteria/<int:criterion_id>/correct")
@require_permission(Action.CORRECT_RUBRIC)
def show_correction_form(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """The form that corrects a criterion."""
    form, forms = make_correction_forms(seat, find_criterion_to_correct(seat, criterion_id))
    return render_correction_page(seat, criterion_id, form, forms)


def make_correction_forms(
    seat: Seat, row: Criterion
) -> tuple[CorrectionForm, dict[str, TranslationForm]]:
    """The form with what is stored, and its parts by language."""
    form = CorrectionForm(formdata=None, obj=row, effect=CorrectionEffect.KEEP)
    form.offer(after_shown=knows_ballots(db.session(), seat))
    forms = make_translation_forms(row)
    form.parts = forms.values()
    return form.showing(read_criterion_values(row)), forms


def render_correction_page(
    seat: Seat, criterion_id: int, form: CorrectionForm, forms: dict[str, TranslationForm]
) -> str:
    """The page that corrects a criterion, with its translations and what was corrected before."""
    revisions = list_revisions(db.session(), seat.evaluation.id)
    return render_page(
        "setup/rubric/correct.html",
        seat,
        under=RUBRIC,
        form=form,
        translations=forms,
        names=NAMES,
        earlier=[row for row in revisions if row.criterion_id == criterion_id],
        informed=knows_ballots(db.session(), seat),
        restraint=find_restraint(db.session(), seat, Action.CORRECT_RUBRIC),
    )


@bp.post("/rubric/criteria/<int:criterion_id>/correct")
@require_permission(Action.CORRECT_RUBRIC)
def save_correction(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Make the next revision of the rubric."""
    form, status = CorrectionForm(), 422
    form.offer(after_shown=knows_ballots(db.session(), seat))
    row = find_criterion_to_correct(seat, criterion_id)
    forms = make_translation_forms(row, request.form)
    form.parts = forms.values()
    if all([form.validate(), *(own.validate() for own in forms.values())]):
        given = read_translations(forms)
        correction = service.Correction(
            title=form.title.data,
            question=form.question.data or "",
            look_for=form.look_for.data or "",
            effect=form.effect.data,
            reason=form.reason.data,
        )
        try:
            slug = seat.evaluation.slug
            revision = service.correct_criterion(
                current_actor(),
                slug,
                criterion_id,
                correction,
                translations=given,
                seen=form.version.data or "",
            )
            flash(_("Revision %(number)s; reviewers are told.", number=revision.number), "done")
            flash_dropped_translation(revision.criterion, given)
            return redirect_to(RUBRIC, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            stored, _parts = make_correction_forms(seat, row)
            form.meet_newer(stored, error, find_criterion_changes(seat, criterion_id))
            status = 409
    return render_correction_page(seat, criterion_id, form, forms), status


@bp.get("/vendors/<int:vendor_id>/selection")
@require_permission(Action.WITHDRAW_VENDOR)
def show_vendor_selection(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The form that takes a vendor out of the selection, or back in."""
    return render_vendor_selection(seat, vendor_id, SelectionForm(formdata=None))


def render_vendor_selection(
    seat: Seat, vendor_id: int, form: SelectionForm, *, overtaken: SelectionForm | None = None
) -> str:
    """The page with what will happen; the button says which of the two it does.

    Args: overtaken: what was typed for the act that somebody has done meanwhile.
    """
    vendor = find_vendor_for_seat(db.session(), seat, vendor_id)
    out = vendor.withdrawn_at is None
    form.to.data = "out" if out else "in"
    words = ActWords(
        title=_("Take out of the selection") if out else _("Take back into the selection"),
        about=", ".join(part for part in (vendor.company, vendor.product) if part),
        button=_("Take it out") if out else _("Take it back in"),
        reason_hint=_("Its reviewers are told; the memo prints it."),
        lede=_(
            "For a vendor that withdrew its offer, or did not fulfill a condition of the request."
            " A vendor that does not meet a must-have needs no such step: it is automatically not"
            " eligible."
        )
        if out
        else "",
    )
    foreseen = foresee_selection_of_vendor(db.session(), vendor)
    return render_act_page(seat, form, foreseen, words, back=VENDORS, overtaken=overtaken)


@bp.post("/vendors/<int:vendor_id>/selection")
@require_permission(Action.WITHDRAW_VENDOR)
def save_vendor_selection(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Take the vendor out, or back in: as the button said, however often it was pressed."""
    form, status = SelectionForm(), 422
    find_vendor_for_seat(db.session(), seat, vendor_id)
    changes = {"out": withdrawals.withdraw_vendor, "in": withdrawals.restore_vendor}
    if form.validate():
        try:
            wanted = form.wants(*changes)
            change = changes[wanted]
            change(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                reason=form.reason.data,
                seen=form.version.data or "",
            )
            link = _("Take it back in…") if wanted == "out" else _("Take it out again…")
            flash_undoable(_("Recorded; the reviewers are told."), request.path, link=link)
            return redirect_to(VENDORS, seat)
        except DoneAlready as error:  # below the words now stands the opposite act
            status = attach_refusal(form, error)
            fresh = SelectionForm(formdata=None)
            return render_vendor_selection(seat, vendor_id, fresh, overtaken=form), status
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_vendor_selection(seat, vendor_id, form), status
