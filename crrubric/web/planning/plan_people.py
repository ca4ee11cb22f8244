"""Asking members of the committee to fill in a section of the workbook, or to read it."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import PlanAccess
from crrubric.extensions import db
from crrubric.models import Member
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.workbook import list_askable_members, list_plan_people
from crrubric.services.planning.people import assign_plan_section, serialize_access
from crrubric.web.planning.plan_sections import find_readable_section
from crrubric.web.planning.workbook import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import OUT_OF_DATE, Form
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint(
    "plan_people", __name__, url_prefix="/evaluations/<slug>/plan/sections/<string:code>/people"
)
Asked = Mapping[int, PlanAccess | None]


class PlanPeopleForm(Form):
    """Who is asked what: `version` is of what the page showed; each member has radio buttons."""

    version = HiddenField()


@bp.get("")
@require_permission(Action.MANAGE_PLAN)
def show_plan_people(seat: Seat, code: str) -> ResponseReturnValue:
    """The members, and what each is asked to do with the section."""
    return render_people(seat, code)


def render_people(
    seat: Seat, code: str, *, typed: Asked | None = None, problems: Sequence[str] = ()
) -> str:
    """The page; `typed` is what was chosen where it was refused."""
    section, _rights = find_readable_section(seat, code)
    members = list_askable_members(db.session(), seat.evaluation.id)
    stored = load_asked(seat, code, members)
    form = PlanPeopleForm(formdata=None)
    form.version.data = fingerprint_values(serialize_access(stored))
    return render_page(
        "planning/people.html",
        seat,
        under=HOME,
        section=section,
        members=members,
        stored=stored,
        chosen=typed if typed is not None else stored,
        kinds=list(PlanAccess),
        form=form,
        problems=problems,
    )


def load_asked(seat: Seat, code: str, members: Sequence[Member]) -> Asked:
    """What each member is asked to do now."""
    people = list_plan_people(db.session(), seat.evaluation.id).get(code, ())
    asked = {member.id: access for member, access in people}
    return {member.id: asked.get(member.id) for member in members}


@bp.post("")
@require_permission(Action.MANAGE_PLAN)
def save_plan_people(seat: Seat, code: str) -> ResponseReturnValue:
    """Ask, or ask no more."""
    form, sent = PlanPeopleForm(), request.form.to_dict()
    typed = {
        member.id: read_access(sent.get(f"access-{member.id}", ""))
        for member in list_askable_members(db.session(), seat.evaluation.id)
    }
    try:
        if not form.validate():
            raise Invalid(OUT_OF_DATE)
        assign_plan_section(
            current_actor(), seat.evaluation.slug, code, typed, seen=form.version.data or ""
        )
    except Stale as error:
        return render_people(seat, code, typed=typed, problems=[translate_error(error)]), 409
    except Invalid as error:
        return render_people(seat, code, typed=typed, problems=[translate_error(error)]), 422
    flash(_("Saved."), "done")
    return redirect_to(HOME, seat)


def read_access(text: str) -> PlanAccess | None:
    """What was chosen for a member; nothing for anything else."""
    return PlanAccess(text) if text in {kind.value for kind in PlanAccess} else None
