"""The words of the memo: which are written, and the texts about one vendor beside the record."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.memo.sources import compose_draft
from crrubric.extensions import db
from crrubric.models import Vendor
from crrubric.queries.memo.narratives import (
    find_writable_vendor,
    list_vendor_narratives,
    load_narratives,
    load_sources,
)
from crrubric.queries.people.access import Seat
from crrubric.queries.record.journal import find_latest_changes
from crrubric.services.memo import narratives as service
from crrubric.web.memo.writing_forms import NarrativeForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("narratives", __name__, url_prefix="/evaluations/<slug>/words")
HOME = "narratives.show_narratives"


@bp.get("")
@require_permission(Action.WRITE_MEMO)
def show_narratives(seat: Seat) -> ResponseReturnValue:
    """Vendors and parts: what is written, by whom, when."""
    return render_page(
        "memo/words.html",
        seat,
        rows=list_vendor_narratives(db.session(), seat),
        parts=tuple(NarrativePart),
    )


@bp.get("/<int:vendor_id>")
@require_permission(Action.WRITE_MEMO)
def show_vendor_narratives(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The four texts about a vendor, beside what the record says."""
    vendor = find_writable_vendor(db.session(), seat, vendor_id)
    return render_narratives(seat, vendor, make_narrative_form(vendor))


@bp.post("/<int:vendor_id>")
@require_permission(Action.WRITE_MEMO)
def save_narratives(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Save the texts; or fill an empty one with a draft, which saves nothing."""
    vendor = find_writable_vendor(db.session(), seat, vendor_id)
    form, status = NarrativeForm(), 422
    if (part := read_asked_draft()) is not None:
        return render_narratives(seat, vendor, form, told=fill_in_draft(seat, vendor, form, part))
    if form.validate():
        try:
            changed = service.write_narratives(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                form.read_texts(),
                seen=form.version.data or "",
            )
            flash(_("Saved.") if changed else _("Nothing was changed."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            changes = find_latest_changes(
                db.session(), seat, Event.NARRATIVES_WRITTEN, vendor_id=vendor_id
            )
            form.meet_newer(make_narrative_form(vendor), error, changes)
            status = 409
    return render_narratives(seat, vendor, form), status


def read_asked_draft() -> NarrativePart | None:
    """The part whose draft was asked for, if one was."""
    wanted = request.form.get("draft", "")
    return NarrativePart(wanted) if wanted in set(NarrativePart) else None


def fill_in_draft(seat: Seat, vendor: Vendor, form: NarrativeForm, part: NarrativePart) -> str:
    """Put the draft of a part into its control, if that is empty; what became of it, in words."""
    field = form.find_part_field(part)
    if (field.data or "").strip():
        return str(_("This text is not empty: what is typed was left as it is."))
    sources = load_sources(db.session(), seat.evaluation, vendor)
    field.data, left = compose_draft(sources[part], limits.LONG_TEXT)
    if not field.data:
        return str(_("The record says nothing here yet."))
    told = str(_("The draft stands in the form. Nothing is saved yet: make it yours, then save."))
    if left:
        more = ngettext(
            "One line did not fit in: it stands beside.",
            "%(num)s lines did not fit in: they stand beside.",
            left,
        )
        told = f"{told} {more}"
    return told


def make_narrative_form(vendor: Vendor) -> NarrativeForm:
    """The form with what is stored."""
    rows = load_narratives(db.session(), vendor.id)
    words = {part.value.lower(): row.words for part, row in rows.items()}
    return NarrativeForm(formdata=None, **words).showing(service.read_narrative_values(rows))


def render_narratives(seat: Seat, vendor: Vendor, form: NarrativeForm, *, told: str = "") -> str:
    """The page. Args: told: what became of a draft that was asked for."""
    return render_page(
        "memo/vendor_words.html",
        seat,
        under=HOME,
        vendor=vendor,
        form=form,
        told=told,
        parts=tuple(NarrativePart),
        written=load_narratives(db.session(), vendor.id),
        sources=load_sources(db.session(), seat.evaluation, vendor),
    )
