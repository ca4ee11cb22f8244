"""A reviewer's own ballots: nobody else's, ever."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady, Reworded, Stale
from crrubric.domain.text import replace_control_characters
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import BallotState
from crrubric.extensions import db
from crrubric.models import Ballot, Criterion, VendorFile
from crrubric.queries.ballots import seals
from crrubric.queries.ballots.ballots import (
    can_mark_ballot,
    count_answered_criteria,
    find_next_ballot,
    find_own_ballot,
    is_ballot_waiting,
    list_own_ballots,
    load_own_gaps,
)
from crrubric.queries.ballots.declarations import load_own_declarations
from crrubric.queries.ballots.extras import find_ballot_extras
from crrubric.queries.ballots.files import count_own_ballot_files, list_vendor_files
from crrubric.queries.ballots.on_behalf import entry_of
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.questions.questions import list_own_askings, list_vendor_questions
from crrubric.queries.results.renewals import list_told_vendors
from crrubric.queries.setup.assignments import (
    list_assigned_criterion_ids,
    list_assigned_parts,
    load_assigned_criterion_ids,
    load_assigned_rubric,
)
from crrubric.queries.setup.rubrics import load_newest_corrections, load_tensions, load_wordings
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.services.ballots import ballots as service
from crrubric.services.ballots import seals as sealing
from crrubric.services.setup.rubrics import find_criterion
from crrubric.web.ballots.across import ACROSS, list_markable_vendors, render_across_page
from crrubric.web.ballots.forms import MarkForm
from crrubric.web.ballots.mark_fields import (
    MarkFields,
    Tried,
    make_mark_fields,
)
from crrubric.web.ballots.refusals import refuse_invalid_answer, refuse_reworded_answer
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import OUT_OF_DATE, Form, ReasonForm, attach_error
from crrubric.web.shared.ids import read_id_after
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import make_download, redirect_to, render_page, wants_json
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import format_clock_time, translate_error, translate_label

bp = Blueprint("ballots", __name__, url_prefix="/evaluations/<slug>/ballots")
HOME = "ballots.show_own_ballots"


@bp.get("/")
@require_permission(Action.VIEW_OWN_BALLOTS)
def show_own_ballots(seat: Seat) -> ResponseReturnValue:
    """My ballots: one line a vendor."""
    lines = list_own_ballots(db.session(), seat.member) if seat.member else []
    asked, whole = (
        load_assigned_criterion_ids(db.session(), seat.member) if seat.member else ([], 0)
    )
    first = asked[0] if asked and seat.may(Action.RECORD_MARK) else None
    declared = load_own_declarations(db.session(), seat.member) if seat.member else {}
    return render_page(
        "ballots/index.html",
        seat,
        lines=lines,
        total=len(asked),
        whole=whole,
        first_criterion=first,
        undeclared=sum(
            line.vendor.id not in declared and line.vendor.withdrawn_at is None for line in lines
        ),
        told=list_told_vendors(db.session(), seat),
    )


@bp.get("/<int:vendor_id>")
@require_permission(Action.VIEW_OWN_BALLOTS)
def show_own_ballot(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """One vendor's criteria by section, with my marks; before the first of them, a declaration."""
    undeclared = seat.member and vendor_id not in load_own_declarations(db.session(), seat.member)
    if undeclared and seat.may(Action.RECORD_MARK):
        find_own_ballot(db.session(), seat, vendor_id)  # 404 where there is none
        return redirect_to("declarations.show_declaration_form", seat, vendor_id=vendor_id)
    return render_ballot_page(seat, vendor_id)


def render_ballot_page(
    seat: Seat,
    vendor_id: int,
    *,
    tried: Tried | None = None,
) -> str:
    """The ballot; `tried` is the criterion whose form was refused, with what was typed."""
    own, marks = find_own_ballot(db.session(), seat, vendor_id)
    rubric, whole = load_assigned_rubric(db.session(), own.member)
    asked = [row.id for part in rubric for row in part.criteria]
    there = find_ballot_extras(db.session(), own)
    wordings = load_wordings(db.session(), seat.evaluation.id) if there.corrections else {}
    sealed = own.state is BallotState.SUBMITTED
    return render_page(
        "ballots/ballot.html",
        seat,
        under=HOME,
        ballot=own,
        vendor=own.vendor,
        parts=rubric,
        marks=marks,
        fields={
            key: make_mark_fields(key, marks.get(key), tried, wordings.get(key, 0)) for key in asked
        },
        tried=tried,
        total=len(asked),
        whole=whole,
        answered=sum(key in marks for key in asked),
        tensions=load_tensions(db.session(), seat.evaluation.id, current_language()),
        corrected=load_newest_corrections(db.session(), seat.evaluation.id)
        if there.corrections
        else {},
        titles={
            row.id: translate_rubric_text(row, "title", current_language())
            for part in rubric
            for row in part.criteria
        },
        file_counts=count_own_ballot_files(db.session(), own) if there.mark_files else {},
        vendor_files=list_standing_files(seat, vendor_id) if there.vendor_files else [],
        writable=can_mark_ballot(seat, own) and not there.seen,
        seen=there.seen,
        entered=there.entered,
        entry=entry_of(db.session(), own) if sealed and there.entered else None,
        left=load_own_gaps(db.session(), own) if sealed else {},
        may_ask=may_ask(seat, own),
        askings=list_own_askings(db.session(), seat, vendor_id=vendor_id) if there.askings else [],
        questions=list_vendor_questions(db.session(), seat, vendor_id) if there.questions else [],
    )


def list_standing_files(seat: Seat, vendor_id: int) -> list[VendorFile]:
    """The vendor's files that the seat may read and that were not taken back."""
    files = list_vendor_files(db.session(), seat, vendor_id=vendor_id)
    return [file for file in files if file.withdrawn_at is None]


def may_ask(seat: Seat, own: Ballot) -> bool:
    """Whether something can be asked of the vendor, on an open ballot or a sealed one."""
    here = not own.recused and own.vendor.withdrawn_at is None
    return here and seat.may(Action.ASK_VENDOR)


@bp.post("/<int:vendor_id>/marks/<int:criterion_id>")
@require_permission(Action.RECORD_MARK)
def save_mark(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Save one mark."""
    form = MarkForm()
    if not form.validate():
        return refuse_mark(seat, vendor_id, criterion_id, form)
    text = service.MarkText(
        answer=form.answer.data,
        note=form.note.data or "",
        evidence_kind=form.evidence_kind.data,
        evidence_place=form.evidence_place.data or "",
        evidence_on=form.evidence_on.data,
        evidence_until=form.evidence_until.data,
    )
    try:
        mark = service.record_mark(
            current_actor(),
            seat.evaluation.slug,
            vendor_id,
            criterion_id,
            text,
            seen_version=form.seen_version(),
            seen_wording=form.seen_wording(),
        )
    except Reworded as error:
        return refuse_old_wording(seat, vendor_id, criterion_id, form, error)
    except Invalid as error:
        attach_error(form, error)
        return refuse_mark(seat, vendor_id, criterion_id, form)
    except Stale as error:
        return refuse_stale_mark(seat, vendor_id, criterion_id, form, error)
    if not wants_json():
        return redirect_to_mark_form(seat, vendor_id, criterion_id)
    done, total = count_answered_criteria(db.session(), seat, mark.ballot_id)
    return jsonify(
        version=mark.version, saved_at=format_clock_time(mark.marked_at), answered=done, total=total
    )


def redirect_to_mark_form(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """To the form that was sent: on the vendor's ballot, or among all vendors' of a criterion."""
    if request.form.get("back") == ACROSS:
        anchor = f"vendor-{vendor_id}"
        return redirect_to(
            "across.show_criterion_across_ballots", seat, criterion_id=criterion_id, _anchor=anchor
        )
    return redirect_to(
        "ballots.show_own_ballot", seat, vendor_id=vendor_id, _anchor=f"criterion-{criterion_id}"
    )


def refuse_mark(
    seat: Seat, vendor_id: int, criterion_id: int, form: MarkForm
) -> ResponseReturnValue:
    """A mark that can't be stored: the reason beside the field, everything typed kept."""
    return refuse_invalid_answer(
        form, lambda: render_refused_mark(seat, vendor_id, criterion_id, form)
    )


def render_refused_mark(seat: Seat, vendor_id: int, criterion_id: int, form: MarkForm) -> str:
    """The page that the form was sent from, with everything typed."""
    if request.form.get("back") == ACROSS and vendor_id in list_markable_vendors(seat):
        return render_across_page(seat, criterion_id, tried=(vendor_id, form))
    return render_ballot_page(seat, vendor_id, tried=(criterion_id, form))


def refuse_old_wording(
    seat: Seat, vendor_id: int, criterion_id: int, form: MarkForm, error: Reworded
) -> ResponseReturnValue:
    """An answer to what is not asked any more: what is asked now; sent again, it is stored."""
    _own, marks = find_own_ballot(db.session(), seat, vendor_id)
    criterion = find_criterion(db.session(), seat.evaluation, criterion_id)
    title, question = (
        translate_rubric_text(criterion, name, current_language()) for name in ("title", "question")
    )
    asked = f"{title}: {question}" if question else title
    message = _(
        "Not saved: this criterion was corrected after you opened the page. Now it reads:"
        " “%(asked)s” Does your answer still hold? Then save it again.",
        asked=asked,
    )
    version = marks[criterion_id].version if criterion_id in marks else 0
    return refuse_reworded_answer(
        form,
        error,
        message,
        version,
        lambda: render_refused_mark(seat, vendor_id, criterion_id, form),
    )


def refuse_stale_mark(
    seat: Seat, vendor_id: int, criterion_id: int, form: MarkForm, error: Stale
) -> ResponseReturnValue:
    """Both texts side by side; nothing was overwritten."""
    own, marks = find_own_ballot(db.session(), seat, vendor_id)
    stored = marks.get(criterion_id)
    if wants_json():
        theirs: dict[str, Any] | None = (
            service.serialize_mark(service.mark_text(stored)) if stored else None
        )
        if theirs and stored:
            theirs["answer_label"] = translate_label(stored.answer)
            theirs["version"] = stored.version
        return jsonify(message=translate_error(error), theirs=theirs), 409
    criterion = find_criterion(db.session(), seat.evaluation, criterion_id)
    form.version.data = str(stored.version if stored else 0)
    return (
        render_page(
            "ballots/conflict.html",
            seat,
            under=HOME,
            ballot=own,
            vendor=own.vendor,
            criterion=criterion,
            stored=stored,
            fields=MarkFields.typed(form),
            message=translate_error(error),
        ),
        409,
    )


@bp.get("/<int:vendor_id>/submit")
@require_permission(Action.VIEW_OWN_BALLOTS)
def show_ballot_review(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """All my marks on one page before I seal them."""
    return render_review_page(seat, vendor_id)


def render_review_page(
    seat: Seat,
    vendor_id: int,
    *,
    reasons: Mapping[int, str] | None = None,
    errors: Mapping[int, str] | None = None,
    stale: str = "",
    dispute: ReasonForm | None = None,
) -> str:
    """All marks, the receipt of a sealed ballot, a field for the reason of each gap.

    Args: reasons: as typed, by criterion id, 0 being the one for the rest; errors: likewise; stale:
    that the marks are other ones than those that were read; dispute: why the ballot is not as it
    was given, where that was refused.
    """
    own, marks = find_own_ballot(db.session(), seat, vendor_id)
    rubric = list_assigned_parts(db.session(), own.member)
    gaps = [row for part in rubric for row in part.criteria if row.id not in marks]
    typed = {key: replace_control_characters(text) for key, text in (reasons or {}).items()}
    sealed = seals.list_sealed_versions(db.session(), own)
    lines = list_own_ballots(db.session(), own.member)
    return render_page(
        "ballots/review.html",
        seat,
        under=HOME,
        ballot=own,
        vendor=own.vendor,
        parts=rubric,
        marks=marks,
        gaps=gaps,
        file_counts=count_own_ballot_files(db.session(), own),
        left=load_own_gaps(db.session(), own),
        sealed=sealed if own.state is BallotState.SUBMITTED else [],
        entry=entry_of(db.session(), own) if own.state is BallotState.SUBMITTED else None,
        may_confirm=seat.may(Action.CONFIRM_BALLOT),
        dispute=dispute or ReasonForm(formdata=None),
        reasons=typed,
        homeless=list_homeless_reasons(typed, gaps),
        gap_errors=errors or {},
        problems=[(f"gap-{key}", text) for key, text in (errors or {}).items()],
        stale=stale,
        version=fingerprint_values(sealing.read_mark_versions(marks.values())),
        writable=can_mark_ballot(seat, own),
        following=find_next_ballot(seat, lines, vendor_id),
        all_done=seat.may(Action.RECORD_MARK)
        and not any(is_ballot_waiting(seat, line) for line in lines),
    )


def list_homeless_reasons(
    typed: Mapping[int, str], gaps: Sequence[Criterion]
) -> list[tuple[str, str]]:
    """(label, words) of reasons that the page has no field for any more: as `render_review_page`
    takes them; a mark was given meanwhile, or the criterion is not asked any more."""
    fields = {row.id for row in gaps} | ({0} if len(gaps) > 1 else set())
    words = [text for key, text in typed.items() if key not in fields and text.strip()]
    return [(_("Why?"), text) for text in dict.fromkeys(words)]


@bp.post("/<int:vendor_id>/submit")
@require_permission(Action.RECORD_MARK)
def submit_ballot_form(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Seal the ballot and show the receipt."""
    form = Form()  # checks what was typed for control characters
    typed = {
        number: text
        for key, text in request.form.items()
        if (number := read_id_after("gap-", key)) is not None
    }
    rest = request.form.get("gap-rest", "")
    own, _marks = find_own_ballot(db.session(), seat, vendor_id)
    asked = list_assigned_criterion_ids(db.session(), own.member)
    given = {key: typed.get(key, "").strip() or rest for key in asked}
    try:
        if not form.validate():
            raise Invalid(OUT_OF_DATE)
        sealing.submit_ballot(
            current_actor(),
            seat.evaluation.slug,
            vendor_id,
            reasons=given,
            seen=request.form.get("version", ""),
        )
    except Stale as error:
        said = translate_error(error)
        return render_review_page(seat, vendor_id, reasons={**typed, 0: rest}, stale=said), 409
    except NotReady as error:
        silent = {int(str(p.field).removeprefix("gap-")): translate_error(p) for p in error.problems
                  if isinstance(p, Invalid)}  # fmt: skip
        return render_review_page(seat, vendor_id, reasons={**typed, 0: rest}, errors=silent), 422
    except Invalid as error:
        wrong = {read_id_after("gap-", error.field or "") or 0: translate_error(error)}
        return render_review_page(seat, vendor_id, reasons={**typed, 0: rest}, errors=wrong), 422
    flash(_("Your ballot for %(vendor)s is submitted.", vendor=own.vendor.name), "done")
    return redirect_to("ballots.show_ballot_review", seat, vendor_id=vendor_id)


@bp.get("/<int:vendor_id>/sealed/<int:number>")
@require_permission(Action.VIEW_OWN_BALLOTS)
def download_sealed_ballot(seat: Seat, vendor_id: int, number: int) -> ResponseReturnValue:
    """My sealed ballot as the text that the receipt is over."""
    own, _marks = find_own_ballot(db.session(), seat, vendor_id)
    for version in seals.list_sealed_versions(db.session(), own):
        if version.number == number:
            name = f"{seat.evaluation.slug}-{own.vendor.code}-ballot-{number}.json"
            return make_download(version.content, "application/json", name)
    raise make_not_found()
