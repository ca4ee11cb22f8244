"""Ballots given on paper or by phone: the chair enters them once, the reviewer confirms them."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric import catalogue
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady, Stale, WrongPhase
from crrubric.domain.people.languages import NAMES
from crrubric.domain.setup.rubric_papers import BallotNames, compose_blank_ballot
from crrubric.domain.text import replace_control_characters, slug_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer
from crrubric.extensions import db
from crrubric.models import Ballot
from crrubric.queries.ballots.declarations import load_own_declarations
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.assignments import assignment_of, keep_assigned_parts
from crrubric.queries.setup.rubric_papers import load_rubric_paper
from crrubric.queries.setup.rubrics import list_rubric_parts, number_criteria_on_paper
from crrubric.services.ballots import entries as service
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.ballots.seals import find_ballot
from crrubric.services.shared.queues import take_analysis_turn
from crrubric.web.ballots.ballots import render_review_page
from crrubric.web.ballots.forms import EntryForm
from crrubric.web.memo.papers import list_paper_languages, read_paper_language, send_paper
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ReasonForm
from crrubric.web.shared.ids import read_id_after
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import current_day, translate_error

bp = Blueprint("entries", __name__, url_prefix="/evaluations/<slug>")
LARGE = "1"
PROGRESS = "evaluations.show_progress"


@bp.get("/progress/<int:ballot_id>/enter")
@require_permission(Action.ENTER_ON_BEHALF)
def show_entry_form(seat: Seat, ballot_id: int) -> ResponseReturnValue:
    """The form for another's ballot; where it can't be entered, why."""
    session = db.session()
    try:
        service.require_untouched_ballot(session, seat, find_ballot(session, seat, ballot_id))
    except WrongPhase as error:
        flash(translate_error(error), "problem")
        return redirect_to(PROGRESS, seat)
    return render_entry_page(seat, ballot_id, EntryForm(formdata=None))


def render_entry_page(
    seat: Seat, ballot_id: int, form: EntryForm, *, problems: dict[int, str] | None = None
) -> str:
    """All criteria with their answers, as typed: also those for a ballot begun meanwhile."""
    ballot = find_ballot_of_another(seat, ballot_id)
    form.whose.data = form.whose.data or service.fingerprint_ballot(ballot)
    rubric = list_rubric_parts(db.session(), seat.evaluation.id)
    parts = keep_assigned_parts(rubric, assignment_of(db.session(), ballot.member))
    typed = {key: replace_control_characters(text) for key, text in request.form.items()}
    fields = {f"note-{row.id}" for part in parts for row in part.criteria}
    declared = ballot.vendor_id in load_own_declarations(db.session(), ballot.member)
    return render_page(
        "ballots/enter.html",
        seat,
        under=PROGRESS,
        ballot=ballot,
        parts=parts,
        numbers=number_criteria_on_paper(rubric),
        form=form,
        typed=typed,
        homeless=[  # of what was left out, or taken off the reviewer, while it was typed
            (_("Their note"), text)
            for key, text in typed.items()
            if read_id_after("note-", key) is not None and key not in fields and text.strip()
        ],
        declared=declared,
        problems=problems or {},
        linked=[(f"note-{key}", text) for key, text in (problems or {}).items()],
    )


def find_ballot_of_another(seat: Seat, ballot_id: int) -> Ballot:
    """A ballot that another reviewer gives. Raises: NotFound for one's own, or nobody's."""
    return service.require_ballot_of_another(seat, find_ballot(db.session(), seat, ballot_id))


@bp.get("/progress/<int:ballot_id>/paper")
@require_permission(Action.ENTER_ON_BEHALF)
def show_paper_ballot(seat: Seat, ballot_id: int) -> ResponseReturnValue:
    """The paper ballots that can be printed for a reviewer and a vendor."""
    return render_page(
        "ballots/paper.html",
        seat,
        under=PROGRESS,
        ballot=find_ballot_of_another(seat, ballot_id),
        paper_languages=[(code, NAMES.get(code, code)) for code in list_paper_languages(seat)],
    )


@bp.get("/progress/<int:ballot_id>/ballot.pdf")
@require_permission(Action.ENTER_ON_BEHALF)
def download_paper_ballot(seat: Seat, ballot_id: int) -> ResponseReturnValue:
    """A ballot to fill in by hand with both names on it, in large type if that is asked for."""
    ballot = find_ballot_of_another(seat, ballot_id)
    member, vendor = ballot.member, ballot.vendor
    language = read_paper_language(seat)
    facts = load_rubric_paper(
        db.session(), seat.evaluation, language, on=current_day(), member=member
    )
    large = request.args.get("large") == LARGE
    translate = catalogue.load_translations(language).gettext
    names = BallotNames(member.name, vendor.name)
    paper = compose_blank_ballot(facts, translate, large_type=large, names=names)
    name = f"ballot-{slug_of(member.name)}-{vendor.code}" + ("-large" if large else "")
    with take_analysis_turn(current_actor().user_id):
        return send_paper(seat, paper, name, ".pdf")


@bp.post("/progress/<int:ballot_id>/enter")
@require_permission(Action.ENTER_ON_BEHALF)
def save_entry(seat: Seat, ballot_id: int) -> ResponseReturnValue:
    """Enter and seal it."""
    form = EntryForm()
    if not form.validate():
        return render_entry_page(seat, ballot_id, form), 422
    try:
        entry = service.EnteredBallot(
            source=form.source.data,
            given_on=form.given_on.data,
            no_conflict=form.no_conflict.data,
            marks=read_typed_marks(),
            rest=form.rest.data or "",
        )
        found = service.enter_ballot(
            current_actor(), seat.evaluation.slug, ballot_id, entry, seen=form.whose.data or ""
        )
    except NotReady as error:
        wrong = {
            int(str(problem.field).removeprefix("note-")): translate_error(problem)
            for problem in error.problems
            if isinstance(problem, Invalid)
        }
        return render_entry_page(seat, ballot_id, form, problems=wrong), 422
    except (Invalid, Stale, WrongPhase) as error:
        status = attach_refusal(form, error)
        return render_entry_page(seat, ballot_id, form), status
    name = found.ballot.member.name
    flash(
        _("The ballot is entered and sealed; %(name)s is asked to confirm it.", name=name), "done"
    )
    return redirect_to(PROGRESS, seat)


def read_typed_marks() -> dict[int, MarkText]:
    """The answers of the page, by criterion id.

    Raises: Invalid for what is no answer; NotReady for notes without one, which nobody would read.
    """
    found: dict[int, MarkText] = {}
    for key, value in request.form.items():
        if not key.startswith("answer-") or not value:
            continue
        number = read_id_after("answer-", key)
        if number is None or value not in set(Answer):
            raise Invalid(N_("Choose one of the choices shown."))
        note = request.form.get(f"note-{number}", "")
        found[number] = MarkText(answer=Answer(value), note=note)
    idle = [
        Invalid(N_("Choose an answer for this note, or delete the note."), field=key)
        for key, text in request.form.items()
        if text.strip() and (number := read_id_after("note-", key)) and number not in found
    ]
    if idle:
        raise NotReady(N_("Some notes have no answer."), idle)
    return found


@bp.post("/ballots/<int:vendor_id>/confirm")
@require_permission(Action.CONFIRM_BALLOT)
def save_confirmation(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """My ballot was entered as I gave it."""
    service.confirm_ballot(current_actor(), seat.evaluation.slug, vendor_id)
    flash(_("Thank you: your ballot is confirmed."), "done")
    return redirect_to("ballots.show_ballot_review", seat, vendor_id=vendor_id)


@bp.post("/ballots/<int:vendor_id>/dispute")
@require_permission(Action.RECORD_MARK)
def save_dispute(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """My ballot is not as I gave it: it opens for me."""
    form, status = ReasonForm(), 422
    if form.validate():
        try:
            words = form.reason.data
            service.dispute_ballot(current_actor(), seat.evaluation.slug, vendor_id, words=words)
            said = _("Your ballot is open again: correct it and submit it. The chair is told.")
            flash(said, "done")
            return redirect_to("ballots.show_own_ballot", seat, vendor_id=vendor_id)
        except (Invalid, WrongPhase) as error:
            status = attach_refusal(form, error)
    return render_review_page(seat, vendor_id, dispute=form), status
