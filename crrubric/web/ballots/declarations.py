"""Declarations of interest: one's own for each vendor; the chair's waivers of others'."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crrubric.domain.actions import Action
from crrubric.domain.errors import DoneAlready, Invalid, InvalidLines, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.extensions import db
from crrubric.queries.ballots.ballots import has_ballot
from crrubric.queries.ballots.declarations import load_own_declarations
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.record.journal import find_latest_changes
from crrubric.queries.setup.vendors import list_vendors_in_selection
from crrubric.services.ballots import declarations as service
from crrubric.services.setup.vendors import find_vendor
from crrubric.web.ballots.forms import ConflictWordsForm, DeclarationForm, OneDeclarationForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ReasonForm, StateForm, attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

Sent = MultiDict[str, str]

RETRACTION = "retraction-reason"  # the id of its field, beside the other reason on the page

bp = Blueprint("declarations", __name__, url_prefix="/evaluations/<slug>")


@bp.get("/vendors/<int:vendor_id>/declaration")
@require_permission(Action.DECLARE)
def show_declaration_form(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The form: none, or a conflict and what it is."""
    return render_declaration_page(seat, vendor_id, DeclarationForm())


def render_declaration_page(
    seat: Seat,
    vendor_id: int,
    form: DeclarationForm | None = None,
    *,
    retraction: ReasonForm | None = None,
    rewording: ConflictWordsForm | None = None,
) -> str:
    """The form with what was declared before; below a conflict, the forms that correct it."""
    if seat.member is None:
        raise make_not_found()
    vendor = find_vendor(db.session(), seat.evaluation, vendor_id)
    own = load_own_declarations(db.session(), seat.member).get(vendor_id)
    too_late = service.find_late_retraction(seat.evaluation)
    return render_page(
        "ballots/declare.html",
        seat,
        under="vendors.show_vendors",
        vendor=vendor,
        form=form or DeclarationForm(formdata=None),
        own=own,
        scores=has_ballot(db.session(), seat.member, vendor_id),
        retraction=retraction or ReasonForm(formdata=None).named(RETRACTION),
        rewording=rewording or make_rewording_form(own.words if own else ""),
        too_late=gettext(too_late) if too_late else "",
    )


def read_own_words(seat: Seat, vendor_id: int) -> str:
    """How one's own conflict is worded now; empty where there is none."""
    own = load_own_declarations(db.session(), seat.member) if seat.member else {}
    return own[vendor_id].words if vendor_id in own else ""


def make_rewording_form(words: str) -> ConflictWordsForm:
    """The form with the words that are stored."""
    form = ConflictWordsForm(formdata=None, words=words)
    return form.showing({"words": words})


@bp.post("/vendors/<int:vendor_id>/declaration")
@require_permission(Action.DECLARE)
def save_declaration(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Declare; then on to the ballot, if there is one."""
    form = DeclarationForm()
    if not form.validate():
        return render_declaration_page(seat, vendor_id, form), 422
    try:
        own = service.declare_interest(
            current_actor(),
            seat.evaluation.slug,
            vendor_id,
            kind=form.kind.data,
            words=form.words.data or "",
        )
    except Invalid as error:
        attach_error(form, error)
        return render_declaration_page(seat, vendor_id, form), 422
    if own.recuses:
        flash(_("You do not score %(vendor)s.", vendor=own.vendor.name), "done")
        return redirect_to(
            "ballots.show_own_ballots"
            if seat.may(Action.VIEW_OWN_BALLOTS)
            else "vendors.show_vendors",
            seat,
        )
    if seat.may(Action.RECORD_MARK) and has_ballot(db.session(), own.member, vendor_id):
        return redirect_to("ballots.show_own_ballot", seat, vendor_id=vendor_id)
    flash(_("Your declaration is recorded."), "done")
    return redirect_to("vendors.show_vendors", seat)


@bp.post("/vendors/<int:vendor_id>/declaration/retraction")
@require_permission(Action.DECLARE)
def save_conflict_retraction(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Take one's own conflict back, with the reason."""
    form, status = ReasonForm().named(RETRACTION), 422
    if form.validate():
        try:
            own = service.retract_conflict(
                current_actor(), seat.evaluation.slug, vendor_id, reason=form.reason.data
            )
            name = own.vendor.name
            flash(
                _("Your conflict of interest with %(vendor)s is taken back.", vendor=name), "done"
            )
            return redirect_to("declarations.show_declaration_form", seat, vendor_id=vendor_id)
        except (Invalid, WrongPhase, DoneAlready) as error:
            status = attach_refusal(form, error)
    return render_declaration_page(seat, vendor_id, retraction=form), status


@bp.post("/vendors/<int:vendor_id>/declaration/words")
@require_permission(Action.DECLARE)
def save_conflict_words(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Put one's own conflict into other words, with the reason."""
    form, status = ConflictWordsForm(), 422
    if form.validate():
        try:
            service.reword_conflict(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                words=form.words.data,
                reason=form.reason.data,
                seen=form.version.data or "",
            )
            flash(_("Saved."), "done")
            return redirect_to("declarations.show_declaration_form", seat, vendor_id=vendor_id)
        except DoneAlready as error:
            status = attach_refusal(form, error)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            stored = make_rewording_form(read_own_words(seat, vendor_id))
            kinds = (Event.CONFLICT_DECLARED, Event.CONFLICT_REWORDED)
            changes = find_latest_changes(db.session(), seat, *kinds, vendor_id=vendor_id)
            form.meet_newer(stored, error, changes)
            status = 409
    return render_declaration_page(seat, vendor_id, rewording=form), status


@bp.get("/declarations")
@require_permission(Action.DECLARE)
def show_all_declarations(seat: Seat) -> ResponseReturnValue:
    """One form for all vendors for which nothing is declared yet."""
    return render_all_declarations(seat, make_declaration_forms(seat, None))


def make_declaration_forms(seat: Seat, sent: Sent | None) -> dict[int, OneDeclarationForm]:
    """A form for each vendor that is not declared yet, or that was when the page was opened.

    Args: sent: what was typed, if anything; sent twice, it is all declared the second time.
    """
    if seat.member is None:
        raise make_not_found()
    own = load_own_declarations(db.session(), seat.member)
    return {
        vendor.id: OneDeclarationForm(sent, prefix=f"vendor-{vendor.id}")
        for vendor in list_vendors_in_selection(db.session(), seat.evaluation.id)
        if vendor.id not in own or f"vendor-{vendor.id}-kind" in (sent or ())
    }


def render_all_declarations(
    seat: Seat, forms: Mapping[int, OneDeclarationForm], problems: Sequence[str] = ()
) -> str:
    """The forms, and what was declared before."""
    if seat.member is None:
        raise make_not_found()
    return render_page(
        "ballots/declare_all.html",
        seat,
        under="vendors.show_vendors",
        vendors=list_vendors_in_selection(db.session(), seat.evaluation.id),
        own=load_own_declarations(db.session(), seat.member),
        forms=forms,
        problems=problems,
    )


@bp.post("/declarations")
@require_permission(Action.DECLARE)
def save_all_declarations(seat: Seat) -> ResponseReturnValue:
    """Declare for every vendor for which something was chosen."""
    forms = make_declaration_forms(seat, request.form)
    checked = [form.validate() for form in forms.values()]  # each, to say all at once
    stated = {
        key: service.Interest(form.kind.data, form.words.data or "")
        for key, form in forms.items()
        if form.kind.data
    }
    problems = [] if stated else [_("Choose one for at least one vendor.")]
    if stated and all(checked):
        try:
            service.declare_interests(current_actor(), seat.evaluation.slug, stated)
            done = ngettext(
                "Your declaration for one vendor is recorded.",
                "Your declarations for %(num)s vendors are recorded.",
                len(stated),
            )
            flash(done, "done")
            ballots = seat.may(Action.VIEW_OWN_BALLOTS)
            return redirect_to(
                "ballots.show_own_ballots" if ballots else "vendors.show_vendors", seat
            )
        except InvalidLines as error:
            for key, refusal in error.lines:
                attach_refusal(forms[key], refusal)
    return render_all_declarations(seat, forms, problems), 422


@bp.get("/conflicts/<int:declaration_id>")
@require_permission(Action.WAIVE_CONFLICT)
def show_conflict(seat: Seat, declaration_id: int) -> ResponseReturnValue:
    """Another member's conflict, with the form that waives it or takes the waiver back."""
    return render_conflict_page(seat, declaration_id, StateForm())


def render_conflict_page(
    seat: Seat, declaration_id: int, form: StateForm, *, overtaken: StateForm | None = None
) -> str:
    """The conflict and the form; `overtaken` was typed for what somebody has done meanwhile."""
    found = service.find_conflict(db.session(), seat, declaration_id)
    form.to.data = "recused" if found.waived_at else "waived"
    refusal = ""
    try:
        service.refuse_waiver(db.session(), seat, found)
    except Invalid as error:
        refusal = translate_error(error)
    return render_page(
        "ballots/declared_conflict.html",
        seat,
        under="evaluations.show_progress",
        found=found,
        refusal=refusal,
        form=form,
        overtaken=overtaken,
    )


@bp.post("/conflicts/<int:declaration_id>")
@require_permission(Action.WAIVE_CONFLICT)
def save_waiver(seat: Seat, declaration_id: int) -> ResponseReturnValue:
    """Waive the conflict with a reason, or take that back: as the button said."""
    form, status = StateForm(), 422
    found = service.find_conflict(db.session(), seat, declaration_id)
    changes = {"waived": service.waive_conflict, "recused": service.end_waiver}
    if form.validate():
        try:
            change = changes[form.wants(*changes)]
            change(current_actor(), seat.evaluation.slug, declaration_id, reason=form.reason.data)
            flash(_("Recorded; %(name)s is told.", name=found.member.name), "done")
            return redirect_to("declarations.show_conflict", seat, declaration_id=declaration_id)
        except DoneAlready as error:  # below the words now stands the opposite act
            status = attach_refusal(form, error)
            fresh = StateForm(formdata=None)
            return render_conflict_page(seat, declaration_id, fresh, overtaken=form), status
        except Invalid as error:
            status = attach_refusal(form, error)
    return render_conflict_page(seat, declaration_id, form), status
