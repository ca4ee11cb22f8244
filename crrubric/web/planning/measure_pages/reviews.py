"""A review meeting of the evaluation plan: told afterwards, and told anew."""

from collections.abc import Collection

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.planning.followup.reviews import PlannedReview
from crrubric.extensions import db
from crrubric.models import HeldReview, Member
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.measures import require_measures_writable
from crrubric.queries.planning.reviews import find_held_review, load_review_calendar
from crrubric.queries.setup.members import list_present_members
from crrubric.services.planning import reviews as service
from crrubric.services.shared.days import today_in_district
from crrubric.web.planning.measure_pages.measure_forms import ReviewForm
from crrubric.web.planning.measure_pages.measures import MEASURES_HOME
from crrubric.web.planning.workbook import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.ids import read_ticked_ids
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("reviews", __name__, url_prefix="/evaluations/<slug>/plan/measures/reviews")


def find_planned_review(seat: Seat, origin: str) -> PlannedReview | None:
    """The row of the plan that an address names, if it is still to be held."""
    planned = load_review_calendar(db.session(), seat.evaluation.id).planned
    return next((one for one in planned if origin and one.origin == origin), None)


def list_review_members(seat: Seat, review: HeldReview | None) -> list[Member]:
    """Who can be ticked: present members, and those who have left since."""
    members = list_present_members(db.session(), seat.evaluation.id)
    there = [row.member for row in review.presences] if review is not None else []
    known = {member.id for member in members}
    return [*members, *(member for member in there if member.id not in known)]


def render_review_form(
    seat: Seat,
    form: ReviewForm,
    *,
    ticked: Collection[int] = (),
    review: HeldReview | None = None,
    row: str = "",
) -> str:
    """The page. Args: row: the origin of the planned review that it tells of."""
    require_measures_writable(db.session(), seat)
    return render_page(
        "planning/measures/review.html",
        seat,
        under=HOME,
        form=form,
        review=review,
        members=list_review_members(seat, review),
        ticked=ticked,
        stored=review.present if review is not None else ticked,
        may_decide=seat.may(Action.MANAGE_ITEMS),
        row=row,
    )


@bp.get("/new")
@require_permission(Action.ANSWER_PLAN)
def show_new_review_form(seat: Seat) -> ResponseReturnValue:
    """The form for a review that was held: planned in a row of the plan, or not."""
    planned = find_planned_review(seat, request.args.get("row", ""))
    day = planned.on if planned else None
    if day is not None and day > today_in_district(seat.evaluation):
        day = None  # a meeting that is still to be held has no day on which it was
    form = ReviewForm(formdata=None, held_on=day, about=planned.about if planned else "")
    return render_review_form(seat, form.showing({}), row=planned.origin if planned else "")


@bp.post("/new")
@require_permission(Action.ANSWER_PLAN)
def save_new_review(seat: Seat) -> ResponseReturnValue:
    """Tell of a review that was held."""
    require_measures_writable(db.session(), seat)
    form, ticked, row = ReviewForm(), read_ticked_ids("present"), request.form.get("row", "")
    if form.validate():
        try:
            text, slug = form.read_review(ticked), seat.evaluation.slug
            service.record_review(current_actor(), slug, text, origin=row)
            flash(_("Saved."), "done")
            return redirect_to(MEASURES_HOME, seat, _anchor="reviews")
        except Invalid as error:
            if error.field:
                attach_error(form, error)
            else:
                return render_review_form(seat, form, ticked=ticked), attach_refusal(form, error)
    return render_review_form(seat, form, ticked=ticked, row=row), 422


def find_writable_review(seat: Seat, review_id: int) -> HeldReview:
    """The review, if the seat may change it. Raises: NotFound."""
    require_measures_writable(db.session(), seat)
    return find_held_review(db.session(), seat.evaluation.id, review_id)


def make_review_form(review: HeldReview) -> ReviewForm:
    """The form with what is stored."""
    form = ReviewForm(
        formdata=None,
        held_on=review.held_on,
        about=review.about,
        others=review.others,
        minutes=review.minutes,
        next_on=review.next_on,
    )
    return form.showing(service.read_review_values(review))


@bp.get("/<int:review_id>")
@require_permission(Action.ANSWER_PLAN)
def show_review_form(seat: Seat, review_id: int) -> ResponseReturnValue:
    """The form for a review that is recorded."""
    review = find_writable_review(seat, review_id)
    form = make_review_form(review)
    return render_review_form(seat, form, ticked=review.present, review=review)


@bp.post("/<int:review_id>")
@require_permission(Action.ANSWER_PLAN)
def save_review(seat: Seat, review_id: int) -> ResponseReturnValue:
    """Tell a review anew, or add what it decided."""
    review, ticked = find_writable_review(seat, review_id), read_ticked_ids("present")
    form, status = ReviewForm(), 422
    if form.validate():
        try:
            slug, seen = seat.evaluation.slug, form.version.data or ""
            text = form.read_review(ticked)
            service.change_review(current_actor(), slug, review_id, text, seen=seen)
            flash(_("Saved."), "done")
            return redirect_to(MEASURES_HOME, seat, _anchor="reviews")
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            review = find_writable_review(seat, review_id)
            form.meet_newer(make_review_form(review), error, {})
            status = 409
    return render_review_form(seat, form, ticked=ticked, review=review), status
