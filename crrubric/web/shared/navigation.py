"""The menus, and the links to where something is mended: what the policy allows this person now."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from flask import Flask, g, request, url_for
from flask_babel import gettext

from crrubric.domain.actions import Action, SiteAction
from crrubric.domain.places import MendingPlace
from crrubric.domain.policy import FROM_MEETING, PREPARING, is_allowed_on_site
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Phase
from crrubric.queries.people.access import Seat
from crrubric.queries.people.people import Actor


@dataclass(frozen=True, slots=True)
class MenuLink:
    """One link of the menu; a group leads to the first of its `pages`."""

    label: str
    url: str
    current: bool
    pages: tuple["MenuLink", ...] = ()


@dataclass(frozen=True, slots=True)
class MenuPage:
    """A page that the menu may lead to: who may do `action` in one of `phases` sees its link."""

    label: str
    endpoint: str
    action: Action
    phases: Container[Phase] = tuple(Phase)


# The heading over each run of pages, "" for pages that stand in the menu themselves: fewer words to
# read past, and one line on a screen.
MENU = (
    ("", (MenuPage(N_("Overview"), "evaluations.show_overview", Action.VIEW_EVALUATION),)),
    (
        N_("Set-up"),
        (
            MenuPage(N_("Rubric"), "rubric.show_rubric", Action.VIEW_EVALUATION),
            MenuPage(N_("Vendors"), "vendors.show_vendors", Action.VIEW_EVALUATION),
            MenuPage(N_("Committee"), "committee.show_committee", Action.VIEW_EVALUATION),
            MenuPage(N_("Rule"), "evaluations.show_rule", Action.VIEW_EVALUATION, PREPARING),
            MenuPage(N_("Must-haves"), "votes.show_vote", Action.VIEW_VOTE),
        ),
    ),
    (
        N_("Plan"),
        (
            MenuPage(N_("Workbook"), "workbook.show_plan", Action.VIEW_PLAN),
            MenuPage(N_("Triage"), "triage.show_triage", Action.VIEW_PLAN),
            MenuPage(N_("Action items"), "items.show_action_items", Action.VIEW_ITEMS),
            MenuPage(N_("Purchase"), "purchase.show_purchase", Action.VIEW_PURCHASE),
        ),
    ),
    (
        "",
        (
            MenuPage(N_("Practice"), "practice.show_practice", Action.VIEW_PRACTICE),
            MenuPage(N_("My ballots"), "ballots.show_own_ballots", Action.VIEW_OWN_BALLOTS),
        ),
    ),
    (
        N_("Progress"),
        (
            MenuPage(N_("Progress"), "evaluations.show_progress", Action.VIEW_PROGRESS),
            MenuPage(N_("Questions"), "questions.show_questions", Action.VIEW_QUESTIONS),
        ),
    ),
    ("", (MenuPage(N_("Meeting"), "meeting.show_agenda", Action.FOLLOW_MEETING),)),
    (
        N_("Results"),
        (
            MenuPage(N_("Needs"), "needs.show_needs", Action.VIEW_RESULTS),
            MenuPage(N_("Matrix"), "results.show_matrix", Action.VIEW_RESULTS),
            MenuPage(N_("Scores"), "results.show_scores", Action.VIEW_RESULTS),
            MenuPage(N_("Agreement"), "agreement.show_agreement", Action.VIEW_RESULTS),
            MenuPage(N_("Compare"), "results.show_comparison", Action.VIEW_RESULTS),
            MenuPage(N_("What if"), "what_if.show_what_if", Action.TRY_WHAT_IF),
            MenuPage(
                N_("Evidence"),
                "evidence.show_evidence_register",
                Action.VIEW_EVIDENCE,
                FROM_MEETING,
            ),
        ),
    ),
    (
        N_("Decision"),
        (
            MenuPage(N_("Decision"), "decision.show_decision", Action.VIEW_RESULTS),
            MenuPage(N_("Memo"), "memo.show_memo", Action.VIEW_MEMO),
            MenuPage(N_("Memo words"), "narratives.show_narratives", Action.WRITE_MEMO),
            MenuPage(N_("Letters"), "letters.show_letters", Action.VIEW_LETTERS),
            MenuPage(N_("Journal"), "journal.show_journal", Action.VIEW_JOURNAL),
            MenuPage(N_("Archive file"), "archives.show_archive", Action.MAKE_ARCHIVE),
        ),
    ),
)

# pages of one kind of evaluation: of the curriculum in place, or of a choice among vendors
ONE_KIND = {
    "needs.show_needs": True,
    "results.show_comparison": False,
    "letters.show_letters": False,
    "purchase.show_purchase": False,
}

# Outside evaluations; None: for everybody who is signed in.
SITE_MENU = (
    (N_("My evaluations"), "home.show_home", None),
    (N_("Rubrics"), "library.show_library", SiteAction.USE_LIBRARY),
    (N_("Chairs"), "chairs.show_chairs", SiteAction.APPOINT_CHAIR),
    (N_("Accounts"), "accounts.show_accounts", SiteAction.MANAGE_ACCOUNTS),
    (N_("District"), "district.show_district", SiteAction.CHANGE_DISTRICT),
    (N_("This site"), "site.show_site", SiteAction.MANAGE_SITE),
)


@dataclass(frozen=True, slots=True)
class MendingPage:
    """A page, what one must be allowed to do to mend something there, and where on it."""

    endpoint: str
    action: Action
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class MendingLink:
    """A link to a place."""

    label: str
    url: str


MENDING_PAGES: Mapping[MendingPlace, MendingPage] = {
    MendingPlace.RUBRIC: MendingPage("rubric.show_rubric", Action.EDIT_SETUP),
    MendingPlace.WEIGHTS: MendingPage("weights.show_weights", Action.EDIT_SETUP),
    MendingPlace.RULE: MendingPage("evaluations.show_rule", Action.EDIT_SETUP),
    MendingPlace.FACTS: MendingPage("evaluations.show_facts_form", Action.EDIT_SETUP, "closes_on"),
    MendingPlace.VENDORS: MendingPage("vendors.show_vendors", Action.EDIT_SETUP),
    MendingPlace.COMMITTEE: MendingPage("committee.show_committee", Action.MANAGE_COMMITTEE),
    MendingPlace.VOTE_CLOSING: MendingPage("vote_rounds.show_vote_closing", Action.RUN_VOTE),
    MendingPlace.PROGRESS: MendingPage("evaluations.show_progress", Action.VIEW_PROGRESS),
    MendingPlace.AGENDA: MendingPage("meeting.show_agenda", Action.RUN_MEETING),
    MendingPlace.PRICE_OPENING: MendingPage("meeting.show_price_opening", Action.OPEN_PRICES),
    MendingPlace.DECISION: MendingPage("decision.show_decision", Action.RECORD_DECISION, "record"),
    MendingPlace.MEMO_ISSUE: MendingPage("issues.show_issue_form", Action.ISSUE_MEMO),
    MendingPlace.RETENTION: MendingPage("evaluations.show_retention_form", Action.SET_RETENTION),
}


def init_app(app: Flask) -> None:
    """Give templates `menu(seat)` and `mending_link_of(seat, place)`."""
    app.add_template_global(make_menu, "menu")
    app.add_template_global(find_mending_link, "mending_link_of")


def make_menu(seat: Seat) -> list[MenuLink]:
    """The pages of the evaluation that are open to this person in this phase, under headings."""
    found: list[MenuLink] = []
    for heading, places in MENU:
        pages = tuple(make_menu_link(place, seat) for place in places if may_open_page(place, seat))
        if heading and len(pages) > 1:
            current = any(item.current for item in pages)
            found.append(MenuLink(gettext(heading), pages[0].url, current, pages))
        else:
            found.extend(pages)
    return found


def make_site_menu(actor: Actor) -> list[MenuLink]:
    """The pages outside evaluations that are open to this person; none if it is home alone."""
    found = [
        MenuLink(gettext(label), url_for(endpoint), is_current_page(endpoint))
        for label, endpoint, action in SITE_MENU
        if action is None or is_allowed_on_site(actor.standing, action)
    ]
    return found if len(found) > 1 else []


def may_open_page(place: MenuPage, seat: Seat) -> bool:
    """Whether the page is open to this person now."""
    in_place = seat.evaluation.in_place
    fits = ONE_KIND.get(place.endpoint, in_place) is in_place
    return fits and seat.evaluation.phase in place.phases and seat.may(place.action)


def make_menu_link(place: MenuPage, seat: Seat) -> MenuLink:
    """The link to a page of the evaluation."""
    url = url_for(place.endpoint, slug=seat.evaluation.slug)
    return MenuLink(gettext(place.label), url, is_current_page(place.endpoint))


def is_current_page(endpoint: str) -> bool:
    """Whether the request is at this page, or at one of its own blueprint's inner pages."""
    if request.endpoint == endpoint:
        return True
    inner = g.get("menu_home")
    return bool(inner == endpoint)


def find_mending_link(seat: Seat, place: MendingPlace | None) -> MendingLink | None:
    """The link to the place, if there is one and the person may mend something there now."""
    if place is None or not seat.may(MENDING_PAGES[place].action):
        return None
    page = MENDING_PAGES[place]
    url = url_for(page.endpoint, slug=seat.evaluation.slug, _anchor=page.anchor)
    return MendingLink(gettext(place.label), url)
