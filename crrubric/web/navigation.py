"""The menu inside an evaluation: what the policy allows this person now, and nothing else."""

from dataclasses import dataclass

from flask import Flask, g, request, url_for
from flask_babel import gettext
from flask_babel import gettext as _

from crrubric.domain.policy import PREPARING
from crrubric.domain.vocabulary import N_, Action
from crrubric.queries.access import Seat


@dataclass(frozen=True, slots=True)
class Item:
    """One link of the menu; a group leads to the first of its `pages`."""

    label: str
    url: str
    current: bool
    pages: tuple["Item", ...] = ()


# What is shown under one heading: fewer words to read past, and one line on a screen.
GROUPS = (
    (N_("Overview"), ("evaluations.overview",)),
    (
        N_("Set-up"),
        ("rubric.index", "vendors.index", "committee.index", "evaluations.rule"),
    ),
    (N_("Practice"), ("practice.index",)),
    (N_("My ballots"), ("ballots.index",)),
    (N_("Progress"), ("evaluations.progress",)),
    (N_("Questions"), ("questions.index",)),
    (N_("Meeting"), ("meeting.index",)),
    (
        N_("Results"),
        (
            "results.matrix",
            "results.scores",
            "agreement.index",
            "results.compare",
            "what_if.index",
        ),
    ),
    (N_("Decision"), ("decision.index", "memo.preview")),
    (N_("Journal"), ("evaluations.journal",)),
)


def init_app(app: Flask) -> None:
    """Give templates `menu(seat)`."""
    app.add_template_global(menu, "menu")


def menu(seat: Seat) -> list[Item]:
    """The pages of the evaluation that are open to this person in this phase, by group."""
    open_here = places(seat)
    found = []
    for label, endpoints in GROUPS:
        pages = tuple(open_here[name] for name in endpoints if name in open_here)
        if len(pages) == 1:
            found.append(pages[0])
        elif pages:
            found.append(group(gettext(label), pages))
    return found


def group(label: str, pages: tuple[Item, ...]) -> Item:
    """Several pages under one heading."""
    return Item(label, pages[0].url, any(item.current for item in pages), pages)


def places(seat: Seat) -> dict[str, Item]:
    """Endpoint -> its link, for every page that is open to this person now."""
    setup = seat.evaluation.phase in PREPARING
    wanted = [
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
        (_("Decision"), "decision.index", Action.VIEW_RESULTS, True),
        (_("Memo"), "memo.preview", Action.VIEW_MEMO, True),
        (_("Journal"), "evaluations.journal", Action.VIEW_JOURNAL, True),
    ]
    return {
        endpoint: Item(label, url_for(endpoint, slug=seat.evaluation.slug), here(endpoint))
        for label, endpoint, action, shown in wanted
        if shown and seat.may(action)
    }


def here(endpoint: str) -> bool:
    """Whether the request is at this page, or at one of its own blueprint's inner pages."""
    if request.endpoint == endpoint:
        return True
    inner = g.get("menu_home")
    return bool(inner == endpoint)
