"""The library of the district's own rubrics: what there is, and what differs between versions."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from crrubric.domain.actions import Action, SiteAction
from crrubric.domain.errors import Invalid
from crrubric.domain.policy import is_allowed_on_site
from crrubric.domain.text import slug_of
from crrubric.extensions import db
from crrubric.models import LibraryRubric, LibraryVersion
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.setup.library import (
    ComparedVersions,
    compare_versions,
    find_library_rubric,
    find_library_version,
    list_library_rubrics,
)
from crrubric.services.setup.rubric.library import keep_rubric
from crrubric.web.setup.rubric import HOME as RUBRIC
from crrubric.web.setup.rubric_pages.forms import KeepRubricForm
from crrubric.web.shared.access import require_permission, require_site_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.ids import read_address_number
from crrubric.web.shared.page import make_download, render_page, render_site_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("library", __name__)
HOME = "library.show_library"


@bp.get("/rubrics")
@require_site_permission(SiteAction.USE_LIBRARY)
def show_library() -> ResponseReturnValue:
    """Every rubric with its newest version."""
    return render_site_page(
        "setup/rubric/library.html", under=HOME, rubrics=list_library_rubrics(db.session())
    )


@bp.get("/rubrics/<int:rubric_id>")
@require_site_permission(SiteAction.USE_LIBRARY)
def show_library_rubric(rubric_id: int) -> ResponseReturnValue:
    """One rubric: its versions, and what differs between two of them."""
    rubric = find_library_rubric(db.session(), rubric_id)
    return render_site_page(
        "setup/rubric/versions.html",
        under=HOME,
        rubric=rubric,
        compared=read_compared_versions(rubric),
    )


def read_compared_versions(rubric: LibraryRubric) -> ComparedVersions | None:
    """The two versions in the address, else the newest two; None of a rubric that has only one.

    Raises: NotFound for a version that is not there.
    """
    count = len(rubric.versions)
    if count < 2:
        return None
    old = read_address_number("old", below=count + 1) or count - 1
    new = read_address_number("new", below=count + 1) or count
    return compare_versions(rubric.versions[old - 1], rubric.versions[new - 1])


@bp.get("/rubrics/<int:rubric_id>/versions/<int:number>.toml")
@require_site_permission(SiteAction.USE_LIBRARY)
def download_library_version(rubric_id: int, number: int) -> ResponseReturnValue:
    """A version as the file that it is."""
    version = find_library_version(db.session(), rubric_id, number)
    return make_download(version.content, "application/toml", name_version_file(version))


def name_version_file(version: LibraryVersion) -> str:
    """A file name by the rubric and its number."""
    return f"{slug_of(version.rubric.name)}-{version.number}.toml"


@bp.get("/evaluations/<slug>/rubric/library")
@require_permission(Action.EXPORT_RUBRIC)
def show_keeping_form(seat: Seat) -> ResponseReturnValue:
    """The form to keep this rubric in the library."""
    refuse_outsiders(seat)
    return render_keeping_form(seat, make_keeping_form())


def refuse_outsiders(seat: Seat) -> None:
    """Raise NotFound for somebody who may not use the library."""
    if not is_allowed_on_site(seat.actor.standing, SiteAction.USE_LIBRARY):
        raise make_not_found()


def make_keeping_form() -> KeepRubricForm:
    """The form, with the rubrics that can get another version."""
    form = KeepRubricForm()
    form.rubric.choices = [
        SelectChoice("", _("a new one, with the name below")),
        *(
            SelectChoice(
                str(row.id),
                _("“%(name)s”: version %(number)s", name=row.name, number=len(row.versions) + 1),
            )
            for row in list_library_rubrics(db.session())
        ),
    ]
    return form


def render_keeping_form(seat: Seat, form: KeepRubricForm) -> str:
    """The page with the form."""
    return render_page("setup/rubric/keep.html", seat, under=RUBRIC, form=form)


@bp.post("/evaluations/<slug>/rubric/library")
@require_permission(Action.EXPORT_RUBRIC)
def save_kept_rubric(seat: Seat) -> ResponseReturnValue:
    """Keep the rubric as it is now."""
    refuse_outsiders(seat)
    form = make_keeping_form()
    if form.validate():
        try:
            version = keep_rubric(
                current_actor(),
                seat.evaluation.slug,
                rubric_id=int(form.rubric.data) if form.rubric.data else None,
                name=form.name.data or "",
                note=form.note.data or "",
            )
            flash(_("Kept as version %(number)s.", number=version.number), "done")
            return redirect(
                url_for("library.show_library_rubric", rubric_id=version.rubric_id), code=303
            )
        except Invalid as error:
            attach_error(form, error)
    return render_keeping_form(seat, form), 422
