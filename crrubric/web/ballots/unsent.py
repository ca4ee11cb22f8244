"""What a browser keeps and the server has not taken: shown to whoever typed it, with the reason.

The words themselves never leave the browser: the page's script reads them there and asks for the
reason alone.
"""

from typing import Any

from flask import Blueprint, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError
from crrubric.extensions import db
from crrubric.queries.ballots.ballots import find_own_ballot
from crrubric.queries.people.access import find_evaluation, make_not_found, require
from crrubric.services.ballots.refusals import (
    explain_refused_mark,
    explain_refused_practice_mark,
    explain_refused_vote,
)
from crrubric.services.planning.refusals import explain_refused_answer
from crrubric.web.ballots.mark_fields import MarkFields
from crrubric.web.planning.plan_answers import describe_stored_answer
from crrubric.web.planning.plan_sections import find_readable_section
from crrubric.web.shared.access import require_sign_in
from crrubric.web.shared.page import render_site_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import format_clock_time, translate_error

SENT = ("answer", "note", "evidence_kind", "evidence_place", "evidence_on", "evidence_until")

bp = Blueprint("unsent", __name__, url_prefix="/unsent")


@bp.get("/")
@require_sign_in
def show_unsent_words() -> ResponseReturnValue:
    """The frame that the script fills with what this browser keeps."""
    return render_site_page("ballots/unsent.html")


@bp.get("/reason")
@require_sign_in
def show_refusal_reason() -> ResponseReturnValue:
    """Why the mark of the form at the address `form` is not taken; where it is shown if it is.

    What is stored there comes along: the words may be saved, and only the answer have been lost.
    """
    endpoint, values = match_form(request.args.get("form", ""))
    reason: CrrubricError | None = make_not_found()
    page: str | None = None
    stored: dict[str, Any] | None = None
    if endpoint == "ballots.save_mark":
        reason = explain_refused_mark(db.session(), current_actor(), **values)
        slug, vendor_id = values["slug"], values["vendor_id"]
        page = url_for("ballots.show_own_ballot", slug=slug, vendor_id=vendor_id)
        stored = read_stored_mark(**values)
    elif endpoint == "practice.save_practice_mark":
        reason = explain_refused_practice_mark(db.session(), current_actor(), **values)
        page = url_for("practice.show_practice", slug=values["slug"])
    elif endpoint == "votes.save_vote":
        reason = explain_refused_vote(db.session(), current_actor(), **values)
        page = url_for("votes.show_vote_ballot", slug=values["slug"])
    elif endpoint == "plan_answers.save_plan_answer":
        reason = explain_refused_answer(db.session(), current_actor(), **values)
        page, stored = find_plan_prompt(**values)
    if reason is not None:
        return jsonify(reason=translate_error(reason), page=None, stored=stored)
    place = f"criterion-{values['criterion_id']}" if "criterion_id" in values else ""
    return jsonify(reason=None, page=f"{page}#{place}" if place else page, stored=stored)


def read_stored_mark(slug: str, vendor_id: int, criterion_id: int) -> dict[str, str] | None:
    """One's own mark as its form would show it, and when it was saved; None if there is none."""
    try:
        evaluation = find_evaluation(db.session(), slug)
        seat = require(current_actor(), Action.VIEW_OWN_BALLOTS, evaluation, db.session())
        _ballot, marks = find_own_ballot(db.session(), seat, vendor_id)
    except CrrubricError:
        return None
    mark = marks.get(criterion_id)
    if mark is None:
        return None
    fields = MarkFields.stored(mark)
    shown = {name: getattr(fields, name) for name in SENT}
    return {**shown, "saved_at": format_clock_time(mark.marked_at)}


def find_plan_prompt(slug: str, code: str, prompt: str) -> tuple[str, dict[str, Any] | None]:
    """Where a prompt of the workbook is, and what is saved for it, where one may read it."""
    place = url_for(
        "plan_sections.show_plan_section", slug=slug, code=code, _anchor=f"plan-{prompt}"
    )
    try:
        evaluation = find_evaluation(db.session(), slug)
        seat = require(current_actor(), Action.VIEW_PLAN, evaluation, db.session())
        section, _rights = find_readable_section(seat, code)
    except CrrubricError:
        return place, None
    found = section.find_prompt(prompt)
    return place, describe_stored_answer(found, seat, code) if found else None


def match_form(address: str) -> tuple[str, dict[str, Any]]:
    """The view to which a form at this address goes, with its values; "" if there is none."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return "", {}
    try:
        endpoint, values = adapter.match(address, method="POST")
    except HTTPException:  # no address of ours
        return "", {}
    return endpoint, dict(values)
