"""Weights and must-haves of all criteria in one table."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.extensions import db
from crrubric.models import JournalEntry
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.needs import load_needs
from crrubric.queries.planning.votes import find_open_vote, load_newest_counts
from crrubric.queries.record.journal import find_latest_criterion_changes
from crrubric.queries.setup.rubrics import RubricPart, list_rubric_parts
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.services.setup import weights as service
from crrubric.web.setup.forms import WeightForm, WeightsForm
from crrubric.web.setup.rubric import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.versions import read_control

bp = Blueprint("weights", __name__, url_prefix="/evaluations/<slug>/rubric/weights")


@bp.get("/")
@require_permission(Action.EDIT_SETUP)
def show_weights(seat: Seat) -> ResponseReturnValue:
    """The table with what is stored."""
    parts = list_rubric_parts(db.session(), seat.evaluation.id)
    form, lines = make_weight_lines(parts)
    return render_weights_page(seat, parts, form, lines)


def make_weight_lines(
    parts: list[RubricPart], sent: Mapping[str, Any] | None = None
) -> tuple[WeightsForm, dict[int, WeightForm]]:
    """The form and its lines by criterion id.

    Args: sent: what was typed; a criterion that it does not have came meanwhile, and is as stored.
    """
    rows = [row for part in parts for row in part.criteria]
    lines = {}
    for row in rows:
        typed = sent if sent is not None and is_line_sent(row.id, sent) else None
        title = translate_rubric_text(row, "title", current_language())
        lines[row.id] = line = WeightForm(typed, prefix=f"c{row.id}-", obj=row)
        line.weight.label.text = _("Weight: %(criterion)s", criterion=title)
        line.must_have.label.text = _("Must-have: %(criterion)s", criterion=title)
        line.may_not_apply.label.text = _("May not apply: %(criterion)s", criterion=title)
    form = WeightsForm() if sent is not None else WeightsForm(formdata=None)
    form.parts = lines.values()
    if sent is None:
        stored = {row.id: service.weight_of(row) for row in rows}
        form.showing(service.read_weight_values(stored))
    return form, lines


def is_line_sent(criterion_id: int, sent: Mapping[str, Any]) -> bool:
    """Whether the page that was sent had a line for the criterion."""
    return f"c{criterion_id}-weight" in sent


def render_weights_page(
    seat: Seat, parts: list[RubricPart], form: WeightsForm, lines: dict[int, WeightForm]
) -> str:
    """The table, and above it everything that is wrong, with the criterion that it is about."""
    problems = [
        (field.id, f"{field.label.text}. {field.errors[0]}")
        for line in lines.values()
        for field in line
        if field.errors
    ]
    return render_page(
        "setup/rubric/weights.html",
        seat,
        under=HOME,
        parts=parts,
        form=form,
        lines=lines,
        problems=problems,
        votes=load_newest_counts(db.session(), seat.evaluation.id),
        voting=find_open_vote(db.session(), seat.evaluation.id) is not None,
        needs=load_needs(db.session(), seat.evaluation.id),
    )


@bp.post("/")
@require_permission(Action.EDIT_SETUP)
def save_weights(seat: Seat) -> ResponseReturnValue:
    """Save the table, if all of it can be saved."""
    parts, status = list_rubric_parts(db.session(), seat.evaluation.id), 422
    before = make_weight_lines(parts)[1]
    form, lines = make_weight_lines(parts, request.form)
    typed = [line for key, line in lines.items() if is_line_sent(key, request.form)]
    if all([form.validate(), *(line.validate() for line in typed)]):
        given = {
            key: service.CriterionWeight(
                line.weight.data, line.must_have.data, line.may_not_apply.data
            )
            for key, line in lines.items()
        }
        try:
            count = service.change_weights(
                current_actor(), seat.evaluation.slug, given, seen=form.version.data or ""
            )
            if count:
                said = ngettext("One criterion is changed.", "%(num)s criteria are changed.", count)
                flash_undoable(said, request.path, list_weights_to_go_back(seat, before, lines))
            else:
                flash(_("Nothing was changed."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            parts = list_rubric_parts(db.session(), seat.evaluation.id)
            stored, _lines = make_weight_lines(parts)
            form.meet_newer(stored, error, find_weight_changes(seat))
            status = 409
    return render_weights_page(seat, parts, form, lines), status


def list_weights_to_go_back(
    seat: Seat, before: dict[int, WeightForm], after: dict[int, WeightForm]
) -> list[tuple[str, str]]:
    """What the form would send to save the lines that have changed as they were."""
    now, _lines = make_weight_lines(list_rubric_parts(db.session(), seat.evaluation.id))
    changed = [
        line
        for key, line in before.items()
        if [read_control(field) for field in line] != [read_control(field) for field in after[key]]
    ]
    sent = [(field.name, read_control(field)) for line in changed for field in line]
    return [("version", now.version.data or ""), *((name, text) for name, text in sent if text)]


def find_weight_changes(seat: Seat) -> dict[str, JournalEntry]:
    """Who last changed what, by the name of the control."""
    kinds = (Event.CRITERION_ADDED, Event.CRITERION_CHANGED)
    found = find_latest_criterion_changes(db.session(), seat, *kinds)
    return {
        f"c{key}-{name}": entry for key, changes in found.items() for name, entry in changes.items()
    }
