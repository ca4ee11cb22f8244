"""The whole planning workbook as one document: the sections that are forms, and what the pages of
triage, of the vote on must-haves, of measures and of action items hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.planning.calibration import Calibration
from crrubric.domain.planning.followup.measures import SUCCESS
from crrubric.domain.planning.progress import GOAL, read_goal_check
from crrubric.domain.planning.section_files import load_workbook_sections
from crrubric.domain.planning.triage import list_setting_rows
from crrubric.extensions import db
from crrubric.models import Criterion
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.items import list_action_items
from crrubric.queries.planning.measures import list_followed_measures
from crrubric.queries.planning.reviews import load_review_calendar
from crrubric.queries.planning.triage import (
    find_newest_kept,
    find_own_calibration,
    load_venues,
)
from crrubric.queries.planning.votes import (
    count_counted_voters,
    list_vote_results,
    list_votes,
)
from crrubric.queries.planning.workbook import load_plan_rights, load_workbook
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.services.planning.seats import read_seat_facts
from crrubric.web.planning.hints import ShownHint, find_criterion_hints, list_needs_by_criterion
from crrubric.web.planning.kept import KeptVersion
from crrubric.web.planning.measure_pages.measure_words import describe_verdict, format_measured
from crrubric.web.planning.measure_pages.measures import ShownMeasure
from crrubric.web.planning.workbook import HOME, VOTES, list_goal_wordings
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page

bp = Blueprint("printed_plan", __name__, url_prefix="/evaluations/<slug>/plan")
TRIAGE = "triage.show_triage"  # the section that is triage


@bp.get("/print")
@require_permission(Action.VIEW_PLAN)
def show_printed_plan(seat: Seat) -> ResponseReturnValue:
    """Every section that is this person's to see, as one document."""
    rights = load_plan_rights(db.session(), seat)
    workbook = load_workbook(db.session(), seat.evaluation.id)
    sections = [
        section
        for section in load_workbook_sections(current_language())
        if section.tool or rights.may_read(section.code)
    ]
    return render_page(
        "planning/printed.html",
        seat,
        under=HOME,
        sections=sections,
        workbook=workbook,
        verdicts={
            one.code: read_goal_check(workbook.answers(one.code), workbook.wording)
            for one in sections
        },
        earlier={GOAL: list_goal_wordings(seat)[1:]} if rights.may_read(GOAL) else {},
        SUCCESS=SUCCESS,
        triage=read_triage_to_print(seat) if any(one.tool == TRIAGE for one in sections) else None,
        vote=read_vote_to_print(seat) if seat.may(Action.VIEW_VOTE) else None,
        VOTES=VOTES,
        hints=list_hints_to_print(seat) if rights.every else (),
        needs=list_needs_by_criterion(seat) if rights.every else (),
        follow=read_follow_up(seat) if rights.may_read(SUCCESS) else None,
        items=list_action_items(db.session(), seat) if seat.may(Action.VIEW_ITEMS) else None,
    )


def read_triage_to_print(seat: Seat) -> Mapping[str, Any]:
    """Section 9: the newest counts, where and when, the line of the chance, learners to price."""
    kept = find_newest_kept(db.session(), seat.evaluation.id)
    line: Calibration | None = find_own_calibration(db.session(), seat.evaluation.id)
    return {
        "kept": kept and KeptVersion(kept, {row.setting: row.learners for row in kept.counts}),
        "bands": list_setting_rows(),
        "venues": load_venues(db.session(), seat.evaluation.id),
        "points": line.points if line else (),
        "seats": read_seat_facts(seat.evaluation),
    }


def read_vote_to_print(seat: Seat) -> Mapping[str, Any]:
    """Section 11: the must-haves of the rubric as it is, and the counts of the last closed vote."""
    rounds = list_votes(db.session(), seat.evaluation.id)
    closed = next((row for row in rounds if row.closed_at is not None), None)
    parts = list_rubric_parts(db.session(), seat.evaluation.id)
    return {
        "closed": closed,
        "is_open": bool(rounds) and rounds[0].closed_at is None,
        "results": list_vote_results(db.session(), closed) if closed else (),
        "voters": count_counted_voters(db.session(), closed) if closed else 0,
        "must_haves": [row for part in parts for row in part.criteria if row.must_have],
    }


def list_hints_to_print(seat: Seat) -> Sequence[tuple[Criterion, Sequence[ShownHint]]]:
    """What the answers suggest, in the order of the rubric, with what the chair made of it."""
    hints = find_criterion_hints(seat)
    parts = list_rubric_parts(db.session(), seat.evaluation.id)
    return [(row, hints[row.code]) for part in parts for row in part.criteria if row.code in hints]


def read_follow_up(seat: Seat) -> Mapping[str, Any]:
    """What is followed of section 12, with its values; and the reviews that were held."""
    return {
        "measures": [
            ShownMeasure(
                followed=each,
                verdict=describe_verdict(each.verdict, each.measure.unit),
                chart=None,
            )
            for each in list_followed_measures(db.session(), seat.evaluation.id)
        ],
        "calendar": load_review_calendar(db.session(), seat.evaluation.id),
        "write": format_measured,
    }
