"""The menu inside an evaluation: what the policy allows this person now, and nothing else."""

from dataclasses import dataclass

from flask import Flask, g, request, url_for
from flask_babel import gettext as _

from crrubric.domain.policy import PREPARING
from crrubric.domain.vocabulary import Action
from crrubric.queries.access import Seat


@dataclass(frozen=True, slots=True)
class Item:
    """One link of the menu."""

    label: str
    url: str
    current: bool


def init_app(app: Flask) -> None:
    """Give templates `menu(seat)`."""
    app.add_template_global(menu, "menu")


def menu(seat: Seat) -> list[Item]:
    """The pages of the evaluation that are open to this person in this phase."""
    setup = seat.evaluation.phase in PREPARING
    places = [
        (_("Overview"), "evaluations.overview", Action.VIEW_EVALUATION, True),
        (_("Rubric"), "rubric.index", Action.VIEW_EVALUATION, True),
        (_("Vendors"), "vendors.index", Action.VIEW_EVALUATION, True),
        (_("Committee"), "committee.index", Action.VIEW_EVALUATION, True),
        (_("Rule"), "evaluations.rule", Action.VIEW_EVALUATION, setup),
        (_("Practice"), "practice.index", Action.VIEW_PRACTICE, True),
        (_("My ballots"), "ballots.index", Action.VIEW_OWN_BALLOTS, True),
        (_("Progress"), "evaluations.progress", Action.VIEW_PROGRESS, True),
        (_("Questions"), "questions.index", Action.VIEW_QUESTIONS, True),
        (_("Meeting"), "meeting.index", Action.FOLLOW_MEETING, True),
        (_("Matrix"), "results.matrix", Action.VIEW_RESULTS, True),
        (_("Scores"), "results.scores", Action.VIEW_RESULTS, True),
        (_("Agreement"), "agreement.index", Action.VIEW_RESULTS, True),
        (_("Compare"), "results.compare", Action.VIEW_RESULTS, True),
        (_("What if"), "what_if.index", Action.TRY_WHAT_IF, True),
        (_("Evidence"), "evidence.index", Action.VIEW_EVIDENCE, seat.may(Action.VIEW_RESULTS)),
        (_("Decision"), "decision.index", Action.VIEW_RESULTS, True),
        (_("Memo"), "memo.preview", Action.VIEW_MEMO, True),
        (_("Journal"), "evaluations.journal", Action.VIEW_JOURNAL, True),
    ]
    return [
        Item(label, url_for(endpoint, slug=seat.evaluation.slug), here(endpoint))
        for label, endpoint, action, wanted in places
        if wanted and seat.may(action)
    ]


def here(endpoint: str) -> bool:
    """Whether the request is at this page, or at one of its own blueprint's inner pages."""
    if request.endpoint == endpoint:
        return True
    inner = g.get("menu_home")
    return bool(inner == endpoint)
