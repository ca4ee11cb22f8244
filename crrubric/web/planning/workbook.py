"""The planning workbook as a whole: what is done, and who works on what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.planning.answers import PlanAnswer
from crrubric.domain.planning.followup.measures import SUCCESS
from crrubric.domain.planning.progress import (
    GOAL,
    SectionState,
    find_goal_lines,
    find_section_state,
    list_missing_prompts,
)
from crrubric.domain.planning.prompts import WorkbookSection
from crrubric.domain.planning.rights import PlanRights
from crrubric.domain.planning.section_files import load_workbook_sections
from crrubric.domain.vocabulary import PlanAccess
from crrubric.extensions import db
from crrubric.models import Member, PlanVersion
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.triage import find_newest_kept
from crrubric.queries.planning.votes import find_vote_state
from crrubric.queries.planning.workbook import (
    Workbook,
    list_plan_people,
    list_plan_versions,
    load_plan_rights,
    load_workbook,
)
from crrubric.web.planning.plan_words import list_goal_cells
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page

bp = Blueprint("workbook", __name__, url_prefix="/evaluations/<slug>/plan")
HOME = "workbook.show_plan"
# The sections that are no forms: the vote on must-haves, and triage.
VOTES, TRIAGE = "votes.show_vote", "triage.show_triage"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionLine:
    """A section on the overview; `state` is None for one that is no form.

    only_check: nothing is missing but whether the goal, as it is worded now, still holds.
    """

    section: WorkbookSection
    state: SectionState | None
    only_check: bool
    newest: PlanVersion | None
    people: Sequence[tuple[Member, PlanAccess]]
    fills: bool


@bp.get("/")
@require_permission(Action.VIEW_PLAN)
def show_plan(seat: Seat) -> ResponseReturnValue:
    """The twelve sections, as far as they are this person's to see."""
    rights = load_plan_rights(db.session(), seat)
    workbook = load_workbook(db.session(), seat.evaluation.id)
    people = list_plan_people(db.session(), seat.evaluation.id) if rights.whole else {}
    lines = [
        make_section_line(section, rights, workbook, people)
        for section in load_workbook_sections(current_language())
        if section.tool or rights.may_read(section.code)
    ]
    forms = [line for line in lines if line.state is not None]
    return render_page(
        "planning/workbook.html",
        seat,
        under=HOME,
        lines=lines,
        total=len(forms),
        done=sum(line.state is SectionState.COMPLETE for line in forms),
        goal=find_goal_to_show(rights, workbook),
        vote=VOTES,
        vote_state=find_vote_state(db.session(), seat.evaluation.id),
        triage=TRIAGE,
        kept=find_newest_kept(db.session(), seat.evaluation.id),
        whole=rights.whole,
        may_manage=rights.every,
        follows=rights.may_read(SUCCESS),
    )


def make_section_line(
    section: WorkbookSection,
    rights: PlanRights,
    workbook: Workbook,
    people: Mapping[str, Sequence[tuple[Member, PlanAccess]]],
) -> SectionLine:
    """One line of the overview."""
    answers = workbook.answers(section.code)
    state = None if section.tool else find_section_state(section, answers, workbook.wording)
    return SectionLine(
        section=section,
        state=state,
        only_check=state is SectionState.STARTED and not list_missing_prompts(section, answers),
        newest=workbook.versions.get(section.code),
        people=people.get(section.code, ()),
        fills=rights.may_fill(section.code),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPlace:
    """Where a section stands in the workbook, and the next one that the reader may open."""

    number: int
    total: int
    following: WorkbookSection | None


def find_plan_place(number: int, rights: PlanRights) -> PlanPlace:
    """The place of the section with this number."""
    sections = load_workbook_sections(current_language())
    later = [one for one in sections if one.number > number]
    following = next((one for one in later if one.tool or rights.may_read(one.code)), None)
    return PlanPlace(number=number, total=len(sections), following=following)


def find_tool_place(seat: Seat, tool: str) -> PlanPlace:
    """The place of a section that is a page of its own. Args: tool: the page."""
    sections = load_workbook_sections(current_language())
    number = next(one.number for one in sections if one.tool == tool)
    return find_plan_place(number, load_plan_rights(db.session(), seat))


def find_goal_to_show(rights: PlanRights, workbook: Workbook) -> Mapping[str, PlanAnswer]:
    """The answers of the goal, for whoever may read it; else none."""
    return workbook.answers(GOAL) if rights.may_read(GOAL) else {}


def list_goal_wordings(seat: Seat) -> list[tuple[PlanVersion, list[tuple[str, str]]]]:
    """Every wording that the goal has had, the newest first, with its cells."""
    versions = list_plan_versions(db.session(), seat.evaluation.id, GOAL)
    places = find_goal_lines([row.answers for row in versions])
    return [(versions[place], list_goal_cells(versions[place].answers)) for place in places[::-1]]
