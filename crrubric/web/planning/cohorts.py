"""The past cohort beside triage: typed row by row or pasted, and taken as the line of triage."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, InvalidLines, Stale
from crrubric.domain.events import Event
from crrubric.domain.planning.adoption import foresee_adoption, require_adoptable
from crrubric.domain.planning.cohort import COHORT_TABLE, CohortGroup
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.triage import find_own_calibration, list_cohort_groups
from crrubric.queries.record.journal import find_latest_changes
from crrubric.services.exchange.field_tables import read_text_table
from crrubric.services.planning import calibrations as service
from crrubric.web.planning.forms import CohortForm, CohortTableForm, GroupForm
from crrubric.web.planning.rows import (
    attach_row_errors,
    check_rows_typed,
    fill_rows,
    list_row_errors,
    make_rows,
    read_filled,
    read_sent_rows,
)
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm, attach_error
from crrubric.web.shared.page import (
    ActWords,
    flash_undoable,
    redirect_to,
    render_act_page,
    render_page,
)
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_bad_lines

bp = Blueprint("cohorts", __name__, url_prefix="/evaluations/<slug>/plan/triage/cohort")
LINE, TRIAGE = "lines.show_line", "triage.show_triage"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A group as its form takes it."""

    pace_from: Decimal
    pace_to: Decimal
    learners: int | None
    graduated: int | None


@bp.get("")
@require_permission(Action.SET_TRIAGE)
def show_cohort(seat: Seat) -> ResponseReturnValue:
    """The groups that are kept, and blank rows."""
    return render_cohort_page(seat, *make_cohort_form(seat))


def make_cohort_form(seat: Seat) -> tuple[CohortForm, list[GroupForm]]:
    """The form with what is kept."""
    groups = list_cohort_groups(db.session(), seat.evaluation.id)
    rows = make_rows(GroupForm, [make_group_row(group) for group in groups], limits.COHORT_GROUPS)
    form = CohortForm(formdata=None)
    form.parts = rows
    return form.showing(service.make_cohort_version(groups)), rows


def make_group_row(group: CohortGroup) -> GroupRow:
    """The values of a row; its paces have three decimals at most."""
    return GroupRow(
        pace_from=Decimal(group.pace_from.numerator) / group.pace_from.denominator,
        pace_to=Decimal(group.pace_to.numerator) / group.pace_to.denominator,
        learners=group.learners,
        graduated=group.graduated,
    )


@bp.post("")
@require_permission(Action.SET_TRIAGE)
def save_cohort(seat: Seat) -> ResponseReturnValue:
    """Save the rows, if all of them can be saved."""
    before, _rows = make_cohort_form(seat)
    form, rows = CohortForm(), read_sent_rows(GroupForm, "pace_from", limits.COHORT_GROUPS)
    form.parts, status = rows, 422
    if all([form.validate(), check_rows_typed(rows, ("pace_from", "pace_to"))]):
        groups = read_filled(rows, read_group)
        try:
            hidden = service.set_cohort(
                current_actor(), seat.evaluation.slug, groups, seen=form.version.data or ""
            )
            tell_saved_cohort(seat, before, hidden)
            return redirect_to(LINE, seat, _anchor="cohort")
        except InvalidLines as error:
            form.form_errors.extend(attach_row_errors(rows, error))
        except Stale as error:
            stored, _rows = make_cohort_form(seat)
            changes = find_latest_changes(db.session(), seat, Event.COHORT_CHANGED)
            form.meet_newer(stored, error, changes)
            status = 409
    return render_cohort_page(seat, form, rows), status


def read_group(row: GroupForm) -> CohortGroup:
    """The group of a row."""
    return CohortGroup(
        pace_from=Fraction(row.pace_from.data),
        pace_to=Fraction(row.pace_to.data),
        learners=row.learners.data,
        graduated=row.graduated.data,
    )


def tell_saved_cohort(seat: Seat, before: CohortForm, hidden: int) -> None:
    """Say what is kept, with the way back to what was kept before."""
    now, _rows = make_cohort_form(seat)
    if before.version.data == now.version.data:
        flash(_("Nothing was changed."), "done")
        return
    flash_undoable(_("The past cohort is saved."), request.path, before.list_sent_values(now))
    if hidden:
        flash(
            ngettext(
                "One group has fewer than 20 learners: its numbers were not kept.",
                "%(num)s groups have fewer than 20 learners: their numbers were not kept.",
                hidden,
            ),
            "done",
        )


@bp.post("/rows")
@require_permission(Action.SET_TRIAGE)
def read_pasted_cohort(seat: Seat) -> ResponseReturnValue:
    """Show what a pasted table says in the rows; nothing is saved yet."""
    table = CohortTableForm()
    form, rows = make_cohort_form(seat)
    if table.validate():
        try:
            found = read_text_table(table.table.data or "", COHORT_TABLE).read_lines()
            lines = [line.cells for line in found[: limits.COHORT_GROUPS]]
            if len(lines) < len(found):
                raise Invalid(service.TOO_MANY_GROUPS, most=limits.COHORT_GROUPS, field="table")
            rows = fill_rows(GroupForm, lines, limits.COHORT_GROUPS)
            form.parts = rows
            good = check_rows_typed(rows, ("pace_from", "pace_to"))
            form.showing(service.make_cohort_version(read_stored_groups(seat)))
            return render_cohort_page(seat, form, rows, read=len(lines)), 200 if good else 422
        except Invalid as error:
            attach_error(table, error)
        except InvalidLines as error:
            table.form_errors.extend(translate_bad_lines(error))
    return render_cohort_page(seat, form, rows, table=table), 422


def read_stored_groups(seat: Seat) -> tuple[CohortGroup, ...]:
    """The groups that are kept."""
    return list_cohort_groups(db.session(), seat.evaluation.id)


def render_cohort_page(
    seat: Seat,
    form: CohortForm,
    rows: Sequence[GroupForm],
    *,
    table: CohortTableForm | None = None,
    read: int = 0,
) -> str:
    """The page. Args: read: how many rows were pasted and are not saved yet."""
    return render_page(
        "planning/cohort.html",
        seat,
        under=TRIAGE,
        form=form,
        rows=rows,
        problems=list_row_errors(rows),
        table=table or CohortTableForm(formdata=None),
        read=read,
    )


@bp.get("/adopt")
@require_permission(Action.SET_TRIAGE)
def show_adoption(seat: Seat) -> ResponseReturnValue:
    """What taking the line of the past cohort will do."""
    return render_adoption_page(seat, ActForm(formdata=None))


@bp.post("/adopt")
@require_permission(Action.SET_TRIAGE)
def save_adoption(seat: Seat) -> ResponseReturnValue:
    """Take it."""
    form, status = ActForm(), 422
    if form.validate():
        try:
            service.adopt_cohort(
                current_actor(), seat.evaluation.slug, seen=form.version.data or ""
            )
            flash(_("Triage reads the chance from your past cohort now."), "done")
            return redirect_to(LINE, seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_adoption_page(seat, form), status


def render_adoption_page(seat: Seat, form: ActForm) -> str:
    """The page before the act."""
    groups = read_stored_groups(seat)
    problems: list[Invalid] = []
    try:
        require_adoptable(groups)
    except Invalid as error:
        problems.append(error)
    return render_act_page(
        seat,
        form,
        foresee_adoption(groups, find_own_calibration(db.session(), seat.evaluation.id)),
        ActWords(
            title=_("Use the past cohort for triage"),
            button=_("Use this line"),
            lede=_(
                "The line goes through the middle of each group with 20 learners or more, as it"
                " was fitted: it never rises. You can change the points afterwards."
            ),
        ),
        back=LINE,
        under=TRIAGE,
        problems=problems,
    )
