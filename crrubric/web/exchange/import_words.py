"""What an import of marks would do, in words for its page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError
from crrubric.domain.exchange.marks.lines import BadMark
from crrubric.domain.exchange.marks.mapping import BLANK, NEW
from crrubric.domain.vocabulary import Answer
from crrubric.queries.people.access import Seat
from crrubric.services.exchange.import_plans import ImportPlan
from crrubric.services.exchange.names import NameBook
from crrubric.web.shared.words import translate_error, translate_label

MOST_PROBLEMS = 100  # bad places that one page lists
MOST_PLACES = 6  # that are named of one reason
MOST_BALLOTS = 200  # that one page lists
MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """A reason why marks can’t be used, some places where it holds, and how many there are."""

    words: str
    places: list[str]
    count: int


def describe_import_plan(seat: Seat, plan: ImportPlan) -> dict[str, object]:
    """What the page says of a plan."""
    found, roster = plan.found, plan.roster
    ballots = list(list_ballots(plan))
    others = [row for row in found.marked.rows if row[0] != roster.importer]
    words = sorted(found.words.items(), key=lambda item: (-item[1], item[0]))
    problems = group_problems(found.bad)
    return {
        "plan": plan,
        "name": plan.table.source.name,
        "layout": translate_label(plan.table.mapping.layout),
        "unread": plan.list_unread(),
        "words": [(word, answer, count) for (word, answer), count in words[:MOST_WORDS]],
        "more_words": max(0, len(words) - MOST_WORDS),
        "unknown_words": found.unknown_words.most_common(MOST_WORDS),
        "answers": [*((each.value, translate_label(each)) for each in Answer),
                    (BLANK, _("No mark: leave it out"))],
        "reviewers": list(roster.reviewers.unknown.values()),
        "reviewer_names": offer_names(roster.reviewers, new=seat.may(Action.MANAGE_COMMITTEE)),
        "vendors": list(roster.vendors.unknown.values()),
        "vendor_names": offer_names(roster.vendors, new=seat.may(Action.EDIT_SETUP)),
        "problems": problems[:MOST_PROBLEMS],
        "more_problems": sum(each.count for each in problems[MOST_PROBLEMS:]) + found.more,
        "bad": found.count_bad(),
        "ballots": ballots[:MOST_BALLOTS],
        "more_ballots": max(0, len(ballots) - MOST_BALLOTS),
        "others": len(others),
        "doubled": found.superseded > 0 or any(is_doubled(each) for _place, each in found.bad),
    }  # fmt: skip


def group_problems(bad: Sequence[BadMark]) -> list[ProblemGroup]:
    """Everything that can't be used: each reason once, with where it holds."""
    places: dict[str, list[str]] = {}
    for place, problem in bad:
        places.setdefault(describe_problem(problem), []).append(describe_file_place(place))
    return [ProblemGroup(words, found[:MOST_PLACES], len(found)) for words, found in places.items()]


def describe_problem(problem: CrrubricError) -> str:
    """Why a mark can't be used; of one that is there twice, not where it was before."""
    if not is_doubled(problem):
        return translate_error(problem)
    values = problem.values
    who, of = values["reviewer"], values["vendor"]
    return str(_("%(reviewer)s answered more than once for %(vendor)s", reviewer=who, vendor=of))


def is_doubled(problem: CrrubricError) -> bool:
    """Whether somebody answered twice in the file."""
    return "line" in problem.values and "criterion" in problem.values


def describe_file_place(place: int | str) -> str:
    """Where something stands in a file."""
    return _("Line %(number)s", number=place) if isinstance(place, int) else place


def list_ballots(plan: ImportPlan) -> Iterator[tuple[str, str, int]]:
    """Reviewer, vendor and number of marks of each ballot that would be filled."""
    roster = plan.roster
    for (reviewer, vendor), row in plan.found.marked.rows.items():
        yield roster.reviewers.name(reviewer), roster.vendors.name(vendor), row.bit_count()


def offer_names(book: NameBook, *, new: bool) -> list[tuple[str, str]]:
    """What an unknown name can be."""
    first = [(NEW, _("Somebody new: add them"))] if new else []
    return first + [(name, name) for name in book.list_names()]
