"""The menu inside an evaluation: what the policy allows this person now, and nothing else."""

from collections.abc import Container
from dataclasses import dataclass

from flask import Flask, g, request, url_for
from flask_babel import gettext

from crrubric.domain.actions import Action
from crrubric.domain.policy import FROM_MEETING, PREPARING
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Phase
from crrubric.queries.people.access import Seat


@dataclass(frozen=True, slots=True)
class Item:
    """One link of the menu; a group leads to the first of its `pages`."""

    label: str
    url: str
    current: bool
    pages: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the menu may lead to: who may do `action` in one of `phases` sees its link."""

    label: str
    endpoint: str
    action: Action
    phases: Container[Phase] = tuple(Phase)


# The heading over each run of pages, "" for pages that stand in the menu themselves: fewer words to
# read past, and one line on a screen.
MENU = (
    ("", (Place(N_("Overview"), "evaluations.overview", Action.VIEW_EVALUATION),)),
    (
        N_("Set-up"),
        (
            Place(N_("Rubric"), "rubric.index", Action.VIEW_EVALUATION),
            Place(N_("Vendors"), "vendors.index", Action.VIEW_EVALUATION),
            Place(N_("Committee"), "committee.index", Action.VIEW_EVALUATION),
            Place(N_("Rule"), "evaluations.rule", Action.VIEW_EVALUATION, PREPARING),
        ),
    ),
    (
        "",
        (
            Place(N_("Practice"), "practice.index", Action.VIEW_PRACTICE),
            Place(N_("My ballots"), "ballots.index", Action.VIEW_OWN_BALLOTS),
            Place(N_("Progress"), "evaluations.progress", Action.VIEW_PROGRESS),
            Place(N_("Questions"), "questions.index", Action.VIEW_QUESTIONS),
            Place(N_("Meeting"), "meeting.index", Action.FOLLOW_MEETING),
        ),
    ),
    (
        N_("Results"),
        (
            Place(N_("Matrix"), "results.matrix", Action.VIEW_RESULTS),
            Place(N_("Scores"), "results.scores", Action.VIEW_RESULTS),
            Place(N_("Agreement"), "agreement.index", Action.VIEW_RESULTS),
            Place(N_("Compare"), "results.compare", Action.VIEW_RESULTS),
            Place(N_("What if"), "what_if.index", Action.TRY_WHAT_IF),
            Place(N_("Evidence"), "evidence.index", Action.VIEW_EVIDENCE, FROM_MEETING),
        ),
    ),
    (
        N_("Decision"),
        (
            Place(N_("Decision"), "decision.index", Action.VIEW_RESULTS),
            Place(N_("Memo"), "memo.preview", Action.VIEW_MEMO),
        ),
    ),
    ("", (Place(N_("Journal"), "evaluations.journal", Action.VIEW_JOURNAL),)),
)


def init_app(app: Flask) -> None:
    """Give templates `menu(seat)`."""
    app.add_template_global(menu, "menu")


def menu(seat: Seat) -> list[Item]:
    """The pages of the evaluation that are open to this person in this phase, under headings."""
    found: list[Item] = []
    for heading, places in MENU:
        pages = tuple(link(place, seat) for place in places if leads_to(place, seat))
        if heading and len(pages) > 1:
            current = any(item.current for item in pages)
            found.append(Item(gettext(heading), pages[0].url, current, pages))
        else:
            found.extend(pages)
    return found


def leads_to(place: Place, seat: Seat) -> bool:
    """Whether the page is open to this person now."""
    return seat.evaluation.phase in place.phases and seat.may(place.action)


def link(place: Place, seat: Seat) -> Item:
    """The link to a page of the evaluation."""
    url = url_for(place.endpoint, slug=seat.evaluation.slug)
    return Item(gettext(place.label), url, here(place.endpoint))


def here(endpoint: str) -> bool:
    """Whether the request is at this page, or at one of its own blueprint's inner pages."""
    if request.endpoint == endpoint:
        return True
    inner = g.get("menu_home")
    return bool(inner == endpoint)
