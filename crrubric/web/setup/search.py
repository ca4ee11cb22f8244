"""Searching an evaluation for words; they stand in the address and are kept nowhere."""

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.search import MOST_HITS, split_search_words
from crrubric.domain.text import clean_text, replace_control_characters
from crrubric.domain.vocabulary import SearchKind
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.search import FoundGroup, Hit, Place, search_evaluation
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page, take_turns
from crrubric.web.shared.words import translate_error

bp = Blueprint("search", __name__, url_prefix="/evaluations/<slug>/search")


@dataclass(frozen=True, slots=True)
class LinkedGroup:
    """The hits of one kind, each with its address."""

    group: FoundGroup
    hits: list[tuple[Hit, str]]


@bp.get("/")
@require_permission(Action.VIEW_EVALUATION)
@take_turns
def show_search(seat: Seat) -> ResponseReturnValue:
    """The form and, once words are asked for, what this person may read that holds them."""
    typed, problem = request.args.get("q", ""), ""
    words: tuple[str, ...] = ()
    try:
        words = split_search_words(clean_text(typed, limit=limits.SHORT_TEXT, field="q"))
    except Invalid as error:
        problem = translate_error(error)
    found = search_evaluation(db.session(), seat, words, current_language()) if words else []
    page = render_page(
        "setup/search.html",
        seat,
        typed=replace_control_characters(typed),
        problem=problem,
        words=words,
        groups=[link_hits(seat, group) for group in found],
        most=MOST_HITS,
        is_open=seat.evaluation.phase in FROM_MEETING,
    )
    return page, 422 if problem else 200


def link_hits(seat: Seat, group: FoundGroup) -> LinkedGroup:
    """The hits of a kind with the addresses of their places."""
    return LinkedGroup(
        group, [(hit, find_place_address(seat, group.kind, hit.place)) for hit in group.hits]
    )


def find_place_address(seat: Seat, kind: SearchKind, place: Place) -> str:
    """Where a hit is to be read; a note before the meeting is read on one's own ballot."""
    slug, cell = seat.evaluation.slug, f"criterion-{place.criterion_id}"
    vendor_id, criterion_id = place.vendor_id, place.criterion_id
    match kind:
        case SearchKind.VENDORS:
            return url_for("vendors.show_vendors", slug=slug, _anchor=f"vendor-{vendor_id}")
        case SearchKind.CRITERIA:
            return url_for("rubric.show_rubric", slug=slug, _anchor=cell)
        case SearchKind.PEOPLE:
            seat_of = f"member-{place.member_id}"
            return url_for("committee.show_committee", slug=slug, _anchor=seat_of)
        case SearchKind.QUESTIONS:
            return url_for("questions.show_questions", slug=slug, _anchor=f"vendor-{vendor_id}")
        case SearchKind.NOTES if seat.evaluation.phase not in FROM_MEETING:
            return url_for("ballots.show_own_ballot", slug=slug, vendor_id=vendor_id, _anchor=cell)
        case SearchKind.NOTES | SearchKind.FINDINGS:
            return url_for(
                "cell.show_cell", slug=slug, vendor_id=vendor_id, criterion_id=criterion_id
            )
