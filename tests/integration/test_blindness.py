"""A canary: before the meeting nothing that others see depends on a reviewer's marks."""

import re

import pytest

from crrubric.domain.errors import WrongPhase
from crrubric.domain.vocabulary import Action, Answer, Phase, Role, Standing
from crrubric.extensions import db
from crrubric.queries.access import require
from crrubric.queries.ballots import open_marks
from crrubric.queries.journal import entries
from crrubric.queries.people import OPERATOR, Actor
from crrubric.services.ballots import MarkText, record_mark
from tests.factories import Factory, Made
from tests.integration.conftest import Visit

CANARY = "canarywordinanote"
PAGES = (
    "", "rubric/", "vendors/", "committee/", "rule", "assignment/", "practice/",
    "progress", "journal", "ballots/", "matrix",
    "matrix?show=split", "scores", "agreement", "what-if", "compare", "decision/", "memo/",
    "questions/",
    "meeting/", "meeting/now", "meeting/where",
    "meeting/minutes", "memo/memo.docx",
    "memo/memo.html", "export/tallies.csv", "export/scores.csv", "export/results.json",
    "export/marks.csv",
)  # fmt: skip
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


def seen_by(visit: Visit, actor: Actor, made: Made) -> dict[str, tuple[int, str]]:
    """Every page as the person sees it, without what changes from run to run."""
    person = visit(actor)
    vendor, criterion = made.vendors[0].id, made.criteria[0].id
    more = (f"ballots/{vendor}", f"ballots/{vendor}/submit", f"cells/{vendor}/{criterion}")
    answers = {path: person.get(made.url(path)) for path in (*PAGES, *more)}
    answers["home"] = person.get("/")
    return {
        path: (answer.status_code, TOKEN.sub("", answer.text)) for path, answer in answers.items()
    }


def scene(make: Factory) -> tuple[Made, list[Actor]]:
    """An evaluation in scoring; reviewer 0 has marked and written, the others look."""
    made = make.evaluation(phase=Phase.SCORING)
    mark_all(made, Answer.YES, seen_version=0)
    make.mark(made, 1, 0, "ada", Answer.YES, "my own")
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    administrator = make.actor(standing=Standing.ADMINISTRATOR)
    return made, [made.chair, made.reviewers[1], observer, administrator]


def mark_all(made: Made, answer: Answer, *, seen_version: int) -> None:
    """Reviewer 0 gives this answer everywhere, with the canary in the note."""
    for vendor in made.vendors:
        for code in ("ada", "sis"):
            record_mark(
                made.reviewers[0],
                made.slug,
                vendor.id,
                made.criterion(code).id,
                MarkText(answer, f"{CANARY} {answer}"),
                seen_version=seen_version,
            )


def test_no_page_of_anybody_else_depends_on_a_mark(make: Factory, visit: Visit):
    made, others = scene(make)
    before = [seen_by(visit, actor, made) for actor in others]

    mark_all(made, Answer.NO, seen_version=1)

    after = [seen_by(visit, actor, made) for actor in others]
    assert {page[0] for pages in before for page in pages.values()} == {200, 404}
    assert before == after
    assert [path for pages in after for path, page in pages.items() if CANARY in page[1]] == []


def test_the_reviewer_sees_the_canary_so_the_test_would_notice_it(make: Factory, visit: Visit):
    made, _others = scene(make)

    pages = seen_by(visit, made.reviewers[0], made)

    assert CANARY in pages[f"ballots/{made.vendors[0].id}"][1]


def test_the_queries_give_nothing_before_the_meeting(make: Factory):
    made, _others = scene(make)

    assert list(open_marks(db.session(), made.evaluation)) == []
    seat = require(made.chair, Action.VIEW_JOURNAL, made.evaluation, db.session())
    told = [entry.event for entry in entries(db.session(), seat)]
    assert [event for event in told if "MARK" in event] == []


@pytest.mark.parametrize("action", [Action.EXPORT_RESULTS, Action.VIEW_MEMO, Action.EXPORT_MARKS])
def test_the_operator_is_refused_like_everybody(make: Factory, action: Action):
    made, _others = scene(make)

    with pytest.raises(WrongPhase):
        require(OPERATOR, action, made.evaluation, db.session())


def test_all_ballots_open_at_once_with_the_meeting(make: Factory, visit: Visit):
    made, others = scene(make)
    make.forward(made, Phase.MEETING, {})

    for actor in others[:3]:  # the administrator has no seat and stays outside
        cell = visit(actor).get(made.url(f"cells/{made.vendors[0].id}/{made.criterion('ada').id}"))
        assert CANARY in cell.text
