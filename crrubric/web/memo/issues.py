"""Issuing the memo, and the files of the issues that there are."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.memo.issuing.issues import ENDINGS, MemoFormat
from crrubric.domain.memo.issuing.roles import FoundName, find_names
from crrubric.domain.people.languages import NAMES
from crrubric.extensions import db
from crrubric.queries.memo.issues import (
    count_memo_issues,
    find_memo_file,
    foresee_issue_for_seat,
    read_memo_bytes,
)
from crrubric.queries.memo.roles import load_named_members
from crrubric.queries.people.access import Seat, find_restraint
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.web.memo.forms import IssueForm, ReissueForm
from crrubric.web.memo.memo import memo_of
from crrubric.web.memo.papers import MIME_TYPES, list_paper_languages
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import redirect_to, render_page, send_kept_file, take_turns
from crrubric.web.shared.session import current_actor

bp = Blueprint("issues", __name__, url_prefix="/evaluations/<slug>/memo")
HOME = "memo.show_memo"
FORMS = {ending.removeprefix("."): form for form, ending in ENDINGS.items()}
MIME = {
    MemoFormat.PDF: MIME_TYPES[".pdf"],
    MemoFormat.WORD: MIME_TYPES[".docx"],
    MemoFormat.HTML: f"{MIME_TYPES['.html']}; charset=utf-8",
}


@bp.get("/issue")
@require_permission(Action.ISSUE_MEMO)
@take_turns
def show_issue_form(seat: Seat) -> ResponseReturnValue:
    """What issuing the memo will do, what is missing, which doubts there are."""
    return render_issue_page(seat, make_issue_form(seat))


def make_issue_form(seat: Seat) -> IssueForm | ReissueForm:
    """The form as it was sent, or with the language of the documents."""
    languages = list_paper_languages(seat)
    anew = count_memo_issues(db.session(), seat.evaluation.id) > 0
    kind = ReissueForm if anew else IssueForm
    form = kind() if request.method == "POST" else kind(formdata=None)
    form.language.choices = [SelectChoice(code, NAMES[code]) for code in languages]
    if request.method != "POST":
        form.language.data = languages[0]
    return form


def render_issue_page(seat: Seat, form: IssueForm | ReissueForm) -> str:
    """The page before the memo is issued."""
    session = db.session()
    foreseen = foresee_issue_for_seat(session, seat, current_language())
    return render_page(
        "memo/issue.html",
        seat,
        under=HOME,
        form=form.showing(foreseen),
        foreseen=foreseen,
        number=count_memo_issues(session, seat.evaluation.id) + 1,
        problems=[why] if (why := find_restraint(session, seat, Action.ISSUE_MEMO)) else [],
        found=list_names_in_texts(seat, form.language.data),
    )


def list_names_in_texts(seat: Seat, language: str | None) -> list[FoundName]:
    """Where names stand in a memo that gives roles only: in texts that people typed."""
    if seat.evaluation.names_people:
        return []
    members = load_named_members(db.session(), seat.evaluation)
    known = language or seat.evaluation.language
    if known not in list_paper_languages(seat):
        known = seat.evaluation.language
    return find_names(memo_of(seat, known), members)


@bp.post("/issue")
@require_permission(Action.ISSUE_MEMO)
@take_turns
def save_issue(seat: Seat) -> ResponseReturnValue:
    """Issue the memo."""
    form, status = make_issue_form(seat), 422
    if form.validate():
        try:
            issue = issue_memo(
                current_actor(),
                seat.evaluation.slug,
                IssueText(
                    language=form.language.data,
                    reason=form.reason.data if isinstance(form, ReissueForm) else "",
                ),
                seen=form.version.data or "",
                shown_in=current_language(),
            )
            flash(_("The memo is issued: issue %(number)s.", number=issue.number), "done")
            return redirect_to(HOME, seat)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
            form.read.data = form.read.data and status != HTTPStatus.CONFLICT
    return render_issue_page(seat, form), status


@bp.get("/issues/<int:number>/memo.<any(pdf, docx, html):ending>")
@require_permission(Action.VIEW_MEMO)
def download_issue(seat: Seat, number: int, ending: str) -> Response:
    """A file of an issue, as it was issued."""
    form = FORMS[ending]
    file = find_memo_file(db.session(), seat.evaluation, number, form)
    return send_kept_file(
        lambda: read_memo_bytes(db.session(), file),
        size=file.size,
        content_type=MIME[form],
        name=f"{seat.evaluation.slug}-memo-issue-{number}.{ending}",
    )
