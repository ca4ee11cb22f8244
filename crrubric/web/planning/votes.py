"""The vote on must-haves: its page, one's own answers, opening and closing, and the counts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Reworded, Stale
from crrubric.domain.versions import fingerprint_values
from crrubric.extensions import db
from crrubric.models import CastVote, Criterion, MustHaveVote
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.planning.needs import load_needs
from crrubric.queries.planning.votes import (
    count_counted_voters,
    find_closed_vote,
    find_newest_vote,
    find_open_vote,
    find_valid_seal,
    list_own_sealed_votes,
    list_vote_results,
    list_voter_progress,
    list_votes,
    load_own_votes,
    wording_of,
)
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.services.planning import votes as service
from crrubric.web.ballots.forms import VoteForm
from crrubric.web.ballots.mark_fields import MarkFields, Tried, make_mark_fields
from crrubric.web.ballots.refusals import (
    refuse_invalid_answer,
    refuse_reworded_answer,
    refuse_stale_answer,
)
from crrubric.web.planning.hints import find_criterion_hints
from crrubric.web.planning.workbook import find_tool_place
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import status_of
from crrubric.web.shared.forms import Form, attach_error, join_form_errors
from crrubric.web.shared.page import (
    make_download,
    redirect_to,
    render_page,
    wants_json,
)
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import format_clock_time, translate_error

bp = Blueprint("votes", __name__, url_prefix="/evaluations/<slug>/must-haves")
HOME = "votes.show_vote"


@bp.get("/")
@require_permission(Action.VIEW_VOTE)
def show_vote(seat: Seat) -> ResponseReturnValue:
    """Where the vote stands; the counts of the last round once it is closed."""
    rounds = list_votes(db.session(), seat.evaluation.id)
    newest = rounds[0] if rounds else None
    if newest is None or newest.closed_at is None:
        return render_vote_page(seat, newest, rounds)
    return render_vote_result(seat, newest, rounds)


@bp.get("/<int:number>")
@require_permission(Action.VIEW_VOTE)
def show_closed_vote(seat: Seat, number: int) -> ResponseReturnValue:
    """The counts of a closed round, an earlier one as well."""
    vote = find_closed_vote(db.session(), seat.evaluation, number)
    return render_vote_result(seat, vote, list_votes(db.session(), seat.evaluation.id))


def render_vote_page(seat: Seat, vote: MustHaveVote | None, rounds: list[MustHaveVote]) -> str:
    """The page while a round is open, or before the first: who has submitted, and no more."""
    progress = list_voter_progress(db.session(), vote) if vote else []
    parts = list_rubric_parts(db.session(), seat.evaluation.id)
    own = next((row for row in progress if seat.member and row.member.id == seat.member.id), None)
    return render_page(
        "planning/votes/vote.html",
        seat,
        vote=vote,
        progress=progress,
        submitted=sum(row.submitted for row in progress),
        own=own if seat.may(Action.VOTE) else None,
        total=sum(len(part.criteria) for part in parts),
        earlier=[row for row in rounds if row.closed_at is not None],
        may_run=seat.may(Action.RUN_VOTE),
        place=find_tool_place(seat, HOME),
    )


def render_vote_result(seat: Seat, vote: MustHaveVote, rounds: list[MustHaveVote]) -> str:
    """The counts, the reasons, what they propose, and what the chair made of it."""
    results = list_vote_results(db.session(), vote)
    newest = vote.number == rounds[0].number
    asked = {row.criterion.id for row in results}
    parts = list_rubric_parts(db.session(), seat.evaluation.id)
    own = list_own_sealed_votes(db.session(), vote, seat.member) if seat.member else []
    return render_page(
        "planning/votes/result.html",
        seat,
        under=HOME,
        place=find_tool_place(seat, HOME),
        vote=vote,
        results=results,
        voters=count_counted_voters(db.session(), vote),
        added=[row for part in parts for row in part.criteria if row.id not in asked],
        open_vote=None if rounds[0].closed_at else rounds[0],
        others=[row for row in rounds if row.closed_at is not None and row.number != vote.number],
        sealed=own[-1] if own and own[-1].counted else None,
        may_settle=seat.may(Action.RUN_VOTE) and newest,
        may_open=seat.may(Action.RUN_VOTE) and newest,
        unsettled=any(row.count.adopted is None and not row.criterion.left_out for row in results),
    )


@bp.get("/ballot")
@require_permission(Action.VOTE)
def show_vote_ballot(seat: Seat) -> ResponseReturnValue:
    """My answers in the open round; without one, where the vote stands."""
    if find_open_vote(db.session(), seat.evaluation.id) is None:
        return redirect_to(HOME, seat)
    return render_vote_ballot(seat)


@bp.get("/ballot/submit")
@require_permission(Action.VOTE)
def show_vote_review(seat: Seat) -> ResponseReturnValue:
    """All my answers on one page before I seal them; where there is nothing to seal, my page."""
    vote = find_open_vote(db.session(), seat.evaluation.id)
    if vote is None or seat.member is None:
        return redirect_to(HOME, seat)
    if find_valid_seal(db.session(), vote, seat.member.id) is not None:
        return redirect_to("votes.show_vote_ballot", seat)
    return render_vote_review(seat)


def render_vote_review(seat: Seat, *, stale: str = "") -> str:
    """The page. Args: stale: why the answers were not submitted."""
    return render_page(
        "planning/votes/review.html", seat, under=HOME, stale=stale, **read_vote_page(seat)
    )


def render_vote_ballot(seat: Seat, *, tried: Tried | None = None) -> str:
    """The page. Args: tried: the criterion whose form was refused, with what was typed."""
    values = read_vote_page(seat)
    answers = values["answers"]
    asked = [row for part in values["parts"] for row in part.criteria]
    return render_page(
        "planning/votes/ballot.html",
        seat,
        under=HOME,
        fields={row.id: make_vote_fields(row, answers.get(row.id), tried) for row in asked},
        tried=tried,
        needs=load_needs(db.session(), seat.evaluation.id),
        hints=find_criterion_hints(seat, voting=True),
        **values,
    )


def read_vote_page(seat: Seat) -> dict[str, Any]:
    """What both pages of one's own answers show. Raises: WrongPhase if no round is open."""
    if seat.member is None:
        raise make_not_found()
    vote = service.require_open_vote(db.session(), seat.evaluation)
    answers = load_own_votes(db.session(), vote, seat.member)
    parts = list_rubric_parts(db.session(), seat.evaluation.id)
    asked = [row for part in parts for row in part.criteria]
    return {
        "vote": vote,
        "parts": parts,
        "answers": answers,
        "outdated": {row.id for row in asked if is_outdated(row, answers.get(row.id))},
        "answered": count_current_answers(asked, answers),
        "total": len(asked),
        "version": fingerprint_values(service.read_vote_versions(answers)),
        "sealed": find_valid_seal(db.session(), vote, seat.member.id),
        "versions": list_own_sealed_votes(db.session(), vote, seat.member),
    }


def is_outdated(criterion: Criterion, cast: CastVote | None) -> bool:
    """Whether the answer was given to other words than the criterion has now."""
    return cast is not None and cast.wording != wording_of(criterion)


def make_vote_fields(
    criterion: Criterion, cast: CastVote | None, tried: Tried | None
) -> MarkFields:
    """The fields of one criterion. One that was reworded is to be answered anew: the answer to the
    earlier words is not chosen, and stays stored until then."""
    fields = make_mark_fields(criterion.id, cast, tried, wording_of(criterion))
    refused = tried is not None and tried[0] == criterion.id
    return replace(fields, answer="") if is_outdated(criterion, cast) and not refused else fields


def count_current_answers(asked: list[Criterion], answers: Mapping[int, CastVote]) -> int:
    """How many criteria have an answer to the words that they have now."""
    return sum(row.id in answers and not is_outdated(row, answers[row.id]) for row in asked)


@bp.post("/ballot/<int:criterion_id>")
@require_permission(Action.VOTE)
def save_vote(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """Save one answer."""
    form = VoteForm()

    def render() -> str:
        return render_vote_ballot(seat, tried=(criterion_id, form))

    if not form.validate():
        return refuse_invalid_answer(form, render)
    try:
        cast = service.record_vote(
            current_actor(),
            seat.evaluation.slug,
            criterion_id,
            answer=form.answer.data,
            note=form.note.data or "",
            seen_version=form.seen_version(),
            seen_wording=form.seen_wording(),
        )
    except Invalid as error:
        attach_error(form, error)
        return refuse_invalid_answer(form, render)
    except Reworded as error:
        stored = load_answers(seat).get(criterion_id)
        version = stored.version if stored else 0
        return refuse_reworded_answer(form, error, translate_error(error), version, render)
    except Stale as error:
        return refuse_stale_answer(form, error, load_answers(seat).get(criterion_id), render)
    if not wants_json():
        return redirect_to("votes.show_vote_ballot", seat, _anchor=f"criterion-{criterion_id}")
    asked, answers = list_asked_criteria(seat), load_answers(seat)
    return jsonify(
        version=cast.version,
        saved_at=format_clock_time(cast.marked_at),
        answered=count_current_answers(asked, answers),
        total=len(asked),
    )


def list_asked_criteria(seat: Seat) -> list[Criterion]:
    """The criteria in use, in the order of the rubric."""
    parts = list_rubric_parts(db.session(), seat.evaluation.id)
    return [row for part in parts for row in part.criteria]


def load_answers(seat: Seat) -> dict[int, CastVote]:
    """The seat's own answers in the newest round, by criterion id."""
    vote = find_newest_vote(db.session(), seat.evaluation.id)
    return load_own_votes(db.session(), vote, seat.member) if vote and seat.member else {}


@bp.post("/ballot/submit")
@require_permission(Action.VOTE)
def submit_own_vote(seat: Seat) -> ResponseReturnValue:
    """Seal my answers and show the receipt."""
    form = Form()
    if not form.validate():
        return render_vote_review(seat, stale=join_form_errors(form)), 422
    try:
        service.submit_vote(
            current_actor(), seat.evaluation.slug, seen=request.form.get("version", "")
        )
    except (Invalid, Stale) as error:
        return render_vote_review(seat, stale=translate_error(error)), status_of(error)
    flash(_("Your answers are submitted."), "done")
    return redirect_to("votes.show_vote_ballot", seat)


@bp.get("/<int:number>/sealed")
@require_permission(Action.VIEW_VOTE)
def download_sealed_vote(seat: Seat, number: int) -> ResponseReturnValue:
    """My answers as they were sealed last in a round: the text that the receipt is over."""
    for vote in list_votes(db.session(), seat.evaluation.id):
        if vote.number != number or seat.member is None:
            continue
        for version in list_own_sealed_votes(db.session(), vote, seat.member)[-1:]:
            name = f"{seat.evaluation.slug}-must-haves-{number}-{version.number}.json"
            return make_download(version.content, "application/json", name)
    raise make_not_found()
