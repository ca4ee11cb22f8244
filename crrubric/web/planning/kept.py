"""What rosters came to, kept as counts without a learner; and where and when settings happen."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.planning.disclosure import SMALLEST_SHOWN
from crrubric.domain.planning.triage import Setting, list_setting_rows
from crrubric.domain.planning.venues import DEFAULT_VENUES, Venue
from crrubric.extensions import db
from crrubric.models import KeptTriage
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.triage import list_kept_triage, load_venues
from crrubric.queries.record.journal import find_latest_changes
from crrubric.services.planning.kept_counts import find_line_in_use, fingerprint_line, keep_counts
from crrubric.services.planning.venues import make_venues_version, set_venues
from crrubric.web.planning.forms import CountsForm, VenueForm, VenuesForm
from crrubric.web.planning.rows import list_row_errors
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_label

bp = Blueprint("kept", __name__, url_prefix="/evaluations/<slug>/plan/triage")
HOME, TRIAGE = "kept.show_kept_counts", "triage.show_triage"


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version with its counts by setting, None where one is hidden."""

    row: KeptTriage
    counts: Mapping[Setting, int | None]

    @property
    def hides(self) -> bool:
        """Whether any count is hidden."""
        return None in self.counts.values()


@bp.get("/settings")
@require_permission(Action.VIEW_PLAN)
def show_kept_counts(seat: Seat) -> ResponseReturnValue:
    """The newest counts with where and when, the seats, and the versions before."""
    return render_kept_page(seat, *make_venues_form(seat))


def make_venues_form(seat: Seat) -> tuple[VenuesForm, dict[Setting, VenueForm]]:
    """The form with what is planned."""
    venues = load_venues(db.session(), seat.evaluation.id)
    rows = {setting: make_venue_row(setting, obj=venues[setting]) for setting in Setting}
    form = VenuesForm(formdata=None)
    form.parts = rows.values()
    return form.showing(make_venues_version(venues)), rows


def make_venue_row(setting: Setting, **given: object) -> VenueForm:
    """The row of a setting, each control named with it."""
    row = VenueForm(given.get("sent"), prefix=f"{setting.value}-", obj=given.get("obj"))
    for field in row:
        field.label.text = f"{field.label.text}: {translate_label(setting)}"
    return row


@bp.post("/settings")
@require_permission(Action.SET_TRIAGE)
def save_venues(seat: Seat) -> ResponseReturnValue:
    """Say where and when each setting happens."""
    before, _rows = make_venues_form(seat)
    form = VenuesForm()
    rows = {setting: make_venue_row(setting, sent=request.form) for setting in Setting}
    form.parts, status = rows.values(), 422
    if all([form.validate(), *(row.validate() for row in rows.values())]):
        venues = {setting: Venue(row.kind.data, row.hours.data) for setting, row in rows.items()}
        try:
            set_venues(current_actor(), seat.evaluation.slug, venues, seen=form.version.data or "")
            now, _rows = make_venues_form(seat)
            if before.version.data == now.version.data:
                flash(_("Nothing was changed."), "done")
            else:
                done = _("Where and when is saved.")
                flash_undoable(done, request.path, before.list_sent_values(now))
            return redirect_to(HOME, seat)
        except Stale as error:
            changes = find_latest_changes(db.session(), seat, Event.VENUES_CHANGED)
            form.meet_newer(make_venues_form(seat)[0], error, changes)
            status = 409
    return render_kept_page(seat, form, rows), status


def render_kept_page(seat: Seat, form: VenuesForm, rows: Mapping[Setting, VenueForm]) -> str:
    """The page."""
    versions = [
        KeptVersion(row, {count.setting: count.learners for count in row.counts})
        for row in list_kept_triage(db.session(), seat.evaluation.id)
    ]
    return render_page(
        "planning/kept.html",
        seat,
        under=TRIAGE,
        form=form,
        rows=rows,
        problems=list_row_errors(rows.values()),
        versions=versions,
        venues=load_venues(db.session(), seat.evaluation.id),
        defaults=DEFAULT_VENUES,
        line=find_line_in_use(db.session(), seat.evaluation.id),
        bands=list_setting_rows(),
        least=SMALLEST_SHOWN,
    )


@bp.get("/counts")
@require_permission(Action.SET_TRIAGE)
def show_counts_form(seat: Seat) -> ResponseReturnValue:
    """The form for counts that the command worked out, or somebody by hand."""
    form = CountsForm(formdata=None)
    return render_counts_page(seat, form)


@bp.post("/counts")
@require_permission(Action.SET_TRIAGE)
def save_counts(seat: Seat) -> ResponseReturnValue:
    """Keep them, without the small ones."""
    form, status = CountsForm(), 422
    if form.validate():
        try:
            kept = keep_counts(
                current_actor(),
                seat.evaluation.slug,
                form.list_counts(),
                seen=form.line.data or "",
            )
            flash(_("The counts are kept as version %(number)s.", number=kept.number), "done")
            return redirect_to(HOME, seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_counts_page(seat, form), status


def render_counts_page(seat: Seat, form: CountsForm) -> str:
    """The form; sent again, it is of the line that counts now."""
    form.line.data = fingerprint_line(find_line_in_use(db.session(), seat.evaluation.id))
    return render_page(
        "planning/counts.html",
        seat,
        under=TRIAGE,
        form=form,
        bands=list_setting_rows(),
        least=SMALLEST_SHOWN,
    )
