"""Earlier versions of a section of the workbook: what changed, and one brought back."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField

from crrubric.domain.actions import Action
from crrubric.domain.errors import Stale
from crrubric.domain.planning.differences import AnswerChange, find_answer_changes
from crrubric.domain.planning.prompts import WorkbookSection
from crrubric.extensions import db
from crrubric.models import PlanVersion
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.workbook import list_plan_versions, load_newest_version
from crrubric.queries.shared.reading import end_reading
from crrubric.services.planning.workbook import digest_version, restore_plan_version
from crrubric.web.planning.plan_sections import PAGE, find_readable_section
from crrubric.web.planning.plan_words import make_answer_formatter
from crrubric.web.planning.workbook import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import OUT_OF_DATE, Form
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page, take_turns
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint(
    "plan_versions",
    __name__,
    url_prefix="/evaluations/<slug>/plan/sections/<string:code>/versions",
)
SHOWN = 50  # versions whose differences a page shows


class RestoreForm(Form):
    """The button that brings an earlier version back; `version` is of the newest one."""

    version = HiddenField()


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version with what it changed of the one before."""

    version: PlanVersion
    changes: Sequence[AnswerChange]


@bp.get("")
@require_permission(Action.VIEW_PLAN)
@take_turns
def show_plan_versions(seat: Seat, code: str) -> ResponseReturnValue:
    """All versions of a section, the newest first."""
    return render_versions(seat, code)


def render_versions(seat: Seat, code: str, problems: Sequence[str] = ()) -> str:
    """The page, with what is wrong where a version could not be restored."""
    section, rights = find_readable_section(seat, code)
    versions = list_plan_versions(db.session(), seat.evaluation.id, code)
    end_reading(db.session())  # long texts take long to be compared
    form = RestoreForm(formdata=None)
    form.version.data = digest_version(versions[-1]) if versions else "0"
    return render_page(
        "planning/versions.html",
        seat,
        under=HOME,
        section=section,
        lines=list_version_lines(section, versions)[:SHOWN],
        more=max(len(versions) - SHOWN, 0),
        newest=versions[-1] if versions else None,
        writable=rights.may_fill(code),
        form=form,
        problems=problems,
    )


def list_version_lines(
    section: WorkbookSection, versions: Sequence[PlanVersion]
) -> list[VersionLine]:
    """The newest versions first, each compared with the one before; as many as are shown."""
    words = make_answer_formatter()
    found = []
    for place in range(len(versions) - 1, max(len(versions) - 1 - SHOWN, -1), -1):
        before = versions[place - 1].answers if place else {}
        changes = find_answer_changes(section, before, versions[place].answers, words)
        found.append(VersionLine(versions[place], changes))
    return found


@bp.post("/<int:number>/restore")
@require_permission(Action.ANSWER_PLAN)
def save_restored_version(seat: Seat, code: str, number: int) -> ResponseReturnValue:
    """Bring an earlier version back, as a new one: nothing is lost by it."""
    form, newest = RestoreForm(), load_newest_version(db.session(), seat.evaluation.id, code)
    before = newest.number if newest else 0
    try:
        if not form.validate():
            raise Stale(OUT_OF_DATE)
        version = restore_plan_version(
            current_actor(), seat.evaluation.slug, code, number, seen=form.version.data or ""
        )
    except Stale as error:
        return render_versions(seat, code, problems=[translate_error(error)]), 409
    if version.number == before:  # it says what the newest one says
        flash(_("Nothing was changed."), "done")
    else:
        flash_undoable(
            _("Version %(number)s is restored.", number=number),
            url_for(
                "plan_versions.save_restored_version",
                slug=seat.evaluation.slug,
                code=code,
                number=before,
            ),
            [("version", digest_version(version))],
        )
    return redirect_to(PAGE, seat, code=code)
