"""Name, time zone, language and logo of the district, for administrators; the logo for all."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from crrubric.clock import now_utc
from crrubric.config import current_settings
from crrubric.domain.actions import SiteAction
from crrubric.domain.documents.logos import TALLEST, WIDEST
from crrubric.domain.errors import Invalid, Stale
from crrubric.extensions import db
from crrubric.models import District
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.district import (
    find_named_district,
    find_shown_logo,
    list_district_changes,
    load_logo,
)
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.district import remove_logo, set_district, set_logo
from crrubric.services.shared.queues import take_analysis_turn
from crrubric.web.people.district_forms import DistrictForm, LogoForm
from crrubric.web.shared.access import (
    allow_everyone,
    let_session_lapse,
    require_site_permission,
)
from crrubric.web.shared.delivery.headers import FILE_POLICY
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import render_site_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error
from crrubric.web.shared.zones import label_zone

bp = Blueprint("district", __name__, url_prefix="/district")
HOME = "district.show_district"


@bp.get("")
@require_site_permission(SiteAction.CHANGE_DISTRICT)
def show_district() -> ResponseReturnValue:
    """The form with what is set; empty where nobody has set anything."""
    stored = find_named_district(db.session())
    form = DistrictForm.showing(stored)
    form.offer_languages(current_settings().LANGUAGES)
    return render_district_page(form, stored)


def render_district_page(
    form: DistrictForm, stored: District | None, logo_form: LogoForm | None = None
) -> str:
    """The forms, what is stored, and who changed it when."""
    return render_site_page(
        "people/district.html",
        under=HOME,
        form=form,
        stored=stored,
        logo_form=logo_form or LogoForm(formdata=None),
        logo_wide=WIDEST,
        logo_tall=TALLEST,
        zone_label=label_zone(stored.time_zone, get_locale()) if stored else "",
        changes=list_district_changes(db.session()),
        now=now_utc(),
        mailed=is_mail_on(),
    )


@bp.post("")
@require_site_permission(SiteAction.CHANGE_DISTRICT)
def save_district() -> ResponseReturnValue:
    """Set name and time zone; what was saved meanwhile stands above what was typed."""
    stored, form, status = find_named_district(db.session()), DistrictForm(), 422
    form.offer_languages(current_settings().LANGUAGES)
    if form.validate():
        try:
            set_district(
                current_actor(),
                name=form.name.data,
                time_zone=form.time_zone.data or "",
                language=form.language.data if form.language.raw_data else None,
                seen_version=form.seen_version(),
            )
            flash(_("Saved."), "done")
            return redirect(url_for(HOME), code=303)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            stored, status = find_named_district(db.session()), 409
            form.version.data = str(stored.version if stored else 0)
            form.form_errors.append(translate_error(error))
    return render_district_page(form, stored), status


@bp.post("/logo")
@require_site_permission(SiteAction.CHANGE_DISTRICT)
def save_logo() -> ResponseReturnValue:
    """Let a picture be the logo."""
    form = LogoForm()
    if form.validate():
        try:
            with take_analysis_turn(current_actor().user_id):
                set_logo(current_actor(), form.read_picture())
            flash(_("The logo is saved."), "done")
            return redirect(url_for(HOME), code=303)
        except Invalid as error:
            attach_error(form, error)
    stored = find_named_district(db.session())
    shown = DistrictForm.showing(stored)
    shown.offer_languages(current_settings().LANGUAGES)
    return render_district_page(shown, stored, form), 422


@bp.post("/logo/removal")
@require_site_permission(SiteAction.CHANGE_DISTRICT)
def save_logo_removal() -> ResponseReturnValue:
    """Show no logo any more."""
    remove_logo(current_actor())
    flash(_("The logo is removed. Issued memos keep it."), "done")
    return redirect(url_for(HOME), code=303)


@bp.get("/logo/<sha256>.png")
@allow_everyone
@let_session_lapse
def show_logo(sha256: str) -> ResponseReturnValue:
    """The logo, for pages; also for whoever is not signed in. Another hash is no page."""
    logo = find_shown_logo(db.session())
    if logo is None or logo.sha256 != sha256 or (kept := load_logo(db.session(), sha256)) is None:
        raise make_not_found()
    response = Response(kept.body, mimetype="image/png")
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response
