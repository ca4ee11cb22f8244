"""Name and time zone of the district, for administrators."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from crrubric.clock import now_utc
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, Stale
from crrubric.extensions import db
from crrubric.models import District
from crrubric.queries.people.district import find_named_district, list_district_changes
from crrubric.services.people.district import set_district
from crrubric.web.people.district_forms import DistrictForm
from crrubric.web.shared.access import require_site_permission
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
    form.offer_zones(stored.time_zone if stored else None)
    return render_district_page(form, stored)


def render_district_page(form: DistrictForm, stored: District | None) -> str:
    """The form, what is stored, and who changed it when."""
    return render_site_page(
        "people/district.html",
        under=HOME,
        form=form,
        stored=stored,
        zone_label=label_zone(stored.time_zone, get_locale()) if stored else "",
        changes=list_district_changes(db.session()),
        now=now_utc(),
    )


@bp.post("")
@require_site_permission(SiteAction.CHANGE_DISTRICT)
def save_district() -> ResponseReturnValue:
    """Set name and time zone; what was saved meanwhile stands above what was typed."""
    stored, form, status = find_named_district(db.session()), DistrictForm(), 422
    form.offer_zones(stored.time_zone if stored else None)
    if form.validate():
        try:
            set_district(
                current_actor(),
                name=form.name.data,
                time_zone=form.time_zone.data,
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
