"""What each page is for: one page with all of it, and the way there from every other."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from crrubric.domain.help import HelpTopic
from crrubric.domain.translation import N_
from crrubric.web.ballots.help_texts import BALLOTS_HELP
from crrubric.web.exchange.help_texts import EXCHANGE_HELP
from crrubric.web.meeting.help_texts import MEETING_HELP
from crrubric.web.people.help_texts import PEOPLE_HELP
from crrubric.web.planning.help_texts import PLANNING_HELP
from crrubric.web.results.help_texts import RESULTS_HELP
from crrubric.web.setup.help_texts import SETUP_HELP
from crrubric.web.shared.access import allow_everyone
from crrubric.web.shared.page import READING
from crrubric.web.shared.reading import translate_text

bp = Blueprint("help", __name__)

# in the order in which an evaluation goes
HELP: tuple[tuple[str, tuple[HelpTopic, ...]], ...] = (
    (N_("Plan"), PLANNING_HELP),
    (N_("Set-up"), SETUP_HELP),
    (N_("Scoring"), BALLOTS_HELP),
    (N_("Results"), RESULTS_HELP),
    (N_("Meeting and decision"), (*MEETING_HELP, *EXCHANGE_HELP)),
    (N_("Home, accounts and the district"), PEOPLE_HELP),
)
ANCHOR_OF: Mapping[str, str] = {
    page: topic.anchor for _heading, topics in HELP for topic in topics for page in topic.pages
}


@bp.get("/help")
@allow_everyone
def show_help() -> ResponseReturnValue:
    """What the pages are for, for chairs and for reviewers."""
    groups = [
        (translate_text(heading), [translate_topic(topic) for topic in topics])
        for heading, topics in HELP
    ]
    return render_template("people/help.html", groups=groups)


def translate_topic(topic: HelpTopic) -> HelpTopic:
    """The topic in the language of the page; what is empty stays so."""
    return replace(
        topic,
        title=translate_text(topic.title),
        everybody=topic.everybody and translate_text(topic.everybody),
        chair=topic.chair and translate_text(topic.chair),
        reviewer=topic.reviewer and translate_text(topic.reviewer),
    )


@bp.app_template_global("help_anchor")
def find_help_anchor() -> str:
    """Where the page of help tells of the page that was asked for; "" where it tells nothing.

    The answer to a form that stands at no address of its own is told of with the menu entry to
    which it belongs.
    """
    anchor = ANCHOR_OF.get(find_page_endpoint(), "")
    if anchor or request.method in READING:
        return anchor
    return ANCHOR_OF.get(g.get("menu_home", ""), "")


def find_page_endpoint() -> str:
    """The page that is shown: where a form was refused, the one at its address."""
    adapter = current_app.create_url_adapter(request)
    if request.method in READING or adapter is None:
        return request.endpoint or ""
    try:
        return str(adapter.match(method="GET")[0])
    except HTTPException:  # no page there, or only behind a slash more
        return request.endpoint or ""
