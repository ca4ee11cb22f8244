"""What the chair makes of a vote on must-haves: criterion by criterion, on one page."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.extensions import db
from crrubric.models import MustHaveVote
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.planning.needs import load_needs
from crrubric.queries.planning.votes import (
    VoteResult,
    find_newest_vote,
    list_vote_results,
    read_settled_values,
)
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.services.planning import settlements as service
from crrubric.web.planning.forms import NO, YES, SettledLineForm, SettlementForm
from crrubric.web.planning.hints import find_criterion_hints
from crrubric.web.planning.votes import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("settlements", __name__, url_prefix="/evaluations/<slug>/must-haves/settle")


@bp.get("/")
@require_permission(Action.RUN_VOTE)
def show_settlement_form(seat: Seat) -> ResponseReturnValue:
    """Every criterion with its counts; what the vote proposes is chosen."""
    vote, rows = find_settleable(seat)
    form, lines = make_settlement_lines(rows)
    return render_settlement(seat, vote, rows, form, lines)


def find_settleable(seat: Seat) -> tuple[MustHaveVote, dict[int, VoteResult]]:
    """The last round and what can be settled of it. Raises: NotFound while it is open."""
    vote = find_newest_vote(db.session(), seat.evaluation.id)
    if vote is None or vote.closed_at is None:
        raise make_not_found()
    return vote, service.list_settleable(list_vote_results(db.session(), vote))


def make_settlement_lines(
    rows: Mapping[int, VoteResult], sent: Mapping[str, Any] | None = None
) -> tuple[SettlementForm, dict[int, SettledLineForm]]:
    """The form and its lines by criterion id. Args: sent: what was typed."""
    lines = {}
    for key, row in rows.items():
        typed = sent if sent is not None and f"c{key}-reason" in sent else None
        # of what was sent, a line without a choice is open, whatever is stored
        stored = read_settled_line(row) if typed is None else {}
        line = SettledLineForm(typed, prefix=f"c{key}-", data=stored)
        title = translate_rubric_text(row.criterion, "title", current_language())
        line.settled.label.text = title
        line.reason.label.text = _("Why? %(criterion)s", criterion=title)
        lines[key] = line
    form = SettlementForm() if sent is not None else SettlementForm(formdata=None)
    form.parts = lines.values()
    if sent is None:
        form.showing(read_settled_values(rows.values()))
    return form, lines


def read_settled_line(row: VoteResult) -> dict[str, str | None]:
    """What a line begins with: what is settled, else what the vote proposes."""
    chosen = row.tally.proposal if row.count.adopted is None else row.count.adopted
    return {
        "settled": None if chosen is None else YES if chosen else NO,
        "reason": row.count.reason,
    }


def render_settlement(
    seat: Seat,
    vote: MustHaveVote,
    rows: Mapping[int, VoteResult],
    form: SettlementForm,
    lines: Mapping[int, SettledLineForm],
) -> str:
    """The page, and above it everything that is wrong, with the criterion that it is about."""
    problems = [
        (field.id, f"{line.settled.label.text}: {field.errors[0]}")
        for line in lines.values()
        for field in line
        if field.errors
    ]
    return render_page(
        "planning/votes/settle.html",
        seat,
        under=HOME,
        vote=vote,
        rows=rows,
        form=form,
        lines=lines,
        problems=problems,
        needs=load_needs(db.session(), seat.evaluation.id),
        hints=find_criterion_hints(seat),
    )


@bp.post("/")
@require_permission(Action.RUN_VOTE)
def save_settlement(seat: Seat) -> ResponseReturnValue:
    """Set the must-haves, if all that was chosen can be set."""
    vote, rows = find_settleable(seat)
    form, lines = make_settlement_lines(rows, request.form)
    typed = {key: line for key, line in lines.items() if f"c{key}-reason" in request.form}
    status = 422
    if all([form.validate(), *(line.validate() for line in typed.values())]):
        given = {
            key: service.SettledMustHave(
                must_have=line.settled.data == YES, reason=line.reason.data or ""
            )
            for key, line in typed.items()
            if line.settled.data
        }
        try:
            count = service.settle_must_haves(
                current_actor(),
                seat.evaluation.slug,
                vote.number,
                given,
                seen=form.version.data or "",
            )
            flash(describe_settled(count), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_line_errors(form, lines, error)
        except Stale as error:
            vote, rows = find_settleable(seat)
            stored, _lines = make_settlement_lines(rows)
            form.meet_newer(stored, error, {})
            status = 409
    return render_settlement(seat, vote, rows, form, lines), status


def describe_settled(count: int) -> str:
    """What was done, in words."""
    if not count:
        return str(_("Nothing was changed."))
    return str(ngettext("One criterion is settled.", "%(num)s criteria are settled.", count))


def attach_line_errors(
    form: SettlementForm, lines: Mapping[int, SettledLineForm], error: Invalid
) -> None:
    """Put each refusal beside the field of its line, or above the form."""
    for refusal in (error, *error.more):
        key, _dash, name = (refusal.field or "").partition("-")
        line = lines.get(int(key)) if key.isdecimal() else None
        target = form if line is None else line
        alone = Invalid(refusal.message, field=name if line is not None else None, **refusal.values)
        attach_error(target, alone)
