"""Home, a new evaluation, and what anybody may read: access, words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid
from crrubric.domain.mail.account_news import AccountNews, ToldNews, tell_account_news
from crrubric.domain.mail.mails import MailTranslator
from crrubric.domain.policy import is_allowed_on_site
from crrubric.domain.setup.rubric import Rubric, load_built_in_rubric
from crrubric.domain.terms import TERMS, Term
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.models import OutgoingMail
from crrubric.queries.mail.notices import list_account_news, list_own_notices
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.district import find_named_district
from crrubric.queries.people.second_step import has_two_steps
from crrubric.queries.planning.items import list_own_items
from crrubric.queries.record.retention import count_removals
from crrubric.queries.setup.evaluations import OwnEvaluation, list_own_evaluations
from crrubric.queries.setup.library import (
    find_library_rubric,
    list_library_rubrics,
    parse_version_content,
)
from crrubric.queries.setup.members import has_waiting_seat
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.setup.earlier import has_final_needs, start_from_earlier
from crrubric.services.setup.evaluations import create_evaluation
from crrubric.web.setup.forms import LIBRARY, EvaluationForm, is_evaluation
from crrubric.web.shared.access import allow_everyone, require_sign_in
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import render_site_page
from crrubric.web.shared.reading import translate_text
from crrubric.web.shared.session import current_actor, current_person, require_person
from crrubric.web.shared.words import current_day, format_day

bp = Blueprint("home", __name__)
HOME = "home.show_home"


@bp.get("/")
@require_sign_in
def show_home() -> ResponseReturnValue:
    """My evaluations, and what waits for me."""
    actor = current_actor()
    items = list_own_items(db.session(), actor)
    seats_wait = not is_address_proven() and has_waiting_seat(db.session(), actor)
    concerns = is_allowed_on_site(actor.standing, SiteAction.CHANGE_DISTRICT)
    return render_site_page(
        "people/home.html",
        rows=list_own_evaluations(db.session(), actor),
        items=items,
        today=current_day() if items else None,
        notices=list_own_notices(db.session(), actor),
        account_news=[show_news(mail) for mail in list_account_news(db.session(), actor)],
        seats_wait=seats_wait,
        two_steps=seats_wait and has_two_steps(db.session(), require_person().user.id),
        mailed=is_mail_on(),
        may_create=actor.standing is not Standing.MEMBER,
        removals=count_removals(db.session()) if concerns else 0,
        district_missing=concerns and find_named_district(db.session()) is None,
    )


@dataclass(frozen=True, slots=True)
class ShownNews:
    """What was done with the reader's account, in the language of the page."""

    id: int
    at: datetime
    told: ToldNews


def show_news(mail: OutgoingMail) -> ShownNews:
    """The news of a mail that was not sent; of an earlier version, as it was written then."""
    say = MailTranslator(_, ngettext, format_day)
    told = (
        tell_account_news(say, AccountNews.parse(mail.news))
        if mail.news
        else ToldNews(mail.subject, (mail.body,))
    )
    return ShownNews(mail.id, mail.created_at, told)


def is_address_proven() -> bool:
    """Whether it is certain that the reader has the address of their account."""
    person = current_person()
    return person is not None and person.user.address_proven_at is not None


@bp.get("/evaluations/new")
@require_sign_in
def show_new_evaluation_form() -> ResponseReturnValue:
    """The form for a new evaluation."""
    if current_actor().standing is Standing.MEMBER:
        raise make_not_found()
    rows = list_own_evaluations(db.session(), current_actor())
    form = make_evaluation_form(rows)
    asked = (row.evaluation for row in rows if row.evaluation.slug == request.args.get("from"))
    if (earlier := next(asked, None)) is not None:
        form.earlier.data, form.with_needs.data = earlier.slug, has_final_needs(earlier)
    else:
        wanted = LIBRARY + request.args.get("rubric", "")
        offered = {choice.value for choice in form.earlier.choices}
        form.earlier.data = wanted if wanted in offered else ""
    return render_new_evaluation_form(form)


def make_evaluation_form(rows: Iterable[OwnEvaluation]) -> EvaluationForm:
    """The form, with what a new evaluation can begin with: the built-in rubric, an earlier one."""
    form = EvaluationForm()
    form.earlier.choices = [
        SelectChoice("", _("the built-in rubric")),
        *(
            SelectChoice(
                f"{LIBRARY}{row.id}",
                _("“%(name)s” of the library", name=row.name),
            )
            for row in list_library_rubrics(db.session())
        ),
        *(SelectChoice(row.evaluation.slug, row.evaluation.title) for row in rows),
    ]
    return form


def read_chosen_rubric(chosen: str) -> Rubric:
    """The built-in rubric, or the newest version of one in the library. Raises: NotFound."""
    if not chosen:
        return load_built_in_rubric()
    rubric = find_library_rubric(db.session(), int(chosen.removeprefix(LIBRARY)))
    return parse_version_content(rubric.versions[-1])


def render_new_evaluation_form(form: EvaluationForm) -> str:
    """The form for a new evaluation."""
    return render_site_page("setup/evaluation/new.html", form=form, under=HOME)


@bp.post("/evaluations/new")
@require_sign_in
def save_new_evaluation() -> ResponseReturnValue:
    """Make the evaluation from the built-in rubric, or from an earlier evaluation."""
    if current_actor().standing is Standing.MEMBER:
        raise make_not_found()
    form = make_evaluation_form(list_own_evaluations(db.session(), current_actor()))
    if form.validate():
        words = {
            "title": form.title.data,
            "purpose": form.purpose.data or "",
            "in_place": form.in_place.data,
        }
        try:
            if is_evaluation(form.earlier.data or ""):
                evaluation = start_from_earlier(
                    current_actor(),
                    form.earlier.data,
                    **words,
                    with_vendors=form.with_vendors.data,
                    with_committee=form.with_committee.data,
                    with_needs=form.with_needs.data,
                )
            else:
                rubric = read_chosen_rubric(form.earlier.data)
                evaluation = create_evaluation(current_actor(), rubric=rubric, **words)
            return redirect(url_for("evaluations.show_overview", slug=evaluation.slug), code=303)
        except Invalid as error:
            attach_error(form, error)
    return render_new_evaluation_form(form), 422


@bp.get("/accessibility")
@allow_everyone
def show_accessibility_statement() -> ResponseReturnValue:
    """What we promise about access, and whom to tell when something is in the way."""
    return render_template("shared/accessibility.html", title=_("Accessibility"))


@bp.get("/words")
@allow_everyone
def show_terms() -> ResponseReturnValue:
    """What the words of the site mean, in the language of the page."""
    groups = [
        (translate_text(heading), [translate_term(term) for term in terms])
        for heading, terms in TERMS
    ]
    return render_template("people/terms.html", groups=groups)


def translate_term(term: Term) -> Term:
    """The term in the language of the page; its anchor stays."""
    return Term(term.anchor, translate_text(term.name), translate_text(term.meaning))
