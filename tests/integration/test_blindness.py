"""A canary: before the meeting nothing that others see depends on a reviewer's marks."""

import re

import pytest

from crrubric.domain.errors import WrongPhase
from crrubric.domain.vocabulary import Action, Answer, Phase, Role
from crrubric.extensions import db
from crrubric.queries.access import require
from crrubric.queries.ballots import open_marks
from crrubric.queries.journal import entries
from crrubric.queries.people import OPERATOR, Actor
from tests.factories import Factory, Made
from tests.integration.conftest import Visit

CANARY = "canarywordinanote"
PAGES = (
    "", "rubric/", "vendors/", "committee/", "rule", "progress", "journal", "ballots/", "matrix",
    "matrix?show=split", "scores", "compare", "decision/", "memo/", "memo/memo.docx",
    "memo/memo.html", "export/tallies.csv", "export/scores.csv", "export/results.json",
    "export/marks.csv",
)  # fmt: skip
CHANGING = re.compile(
    r'name="csrf_token" value="[^"]*"|person\d+@|\d{1,2}:\d\d|datetime="[^"]*"'
    r"|Person \d+|Vendor \d+|/\d+|[a-z]+-\d+"
)


def seen_by(visit: Visit, actor: Actor, made: Made) -> dict[str, tuple[int, str]]:
    """Every page as the person sees it, without what changes from run to run."""
    person = visit(actor)
    vendor, criterion = made.vendors[0].id, made.criteria[0].id
    more = (f"ballots/{vendor}", f"ballots/{vendor}/submit", f"cells/{vendor}/{criterion}")
    answers = {path: person.get(made.url(path)) for path in (*PAGES, *more)}
    answers["home"] = person.get("/")
    return {
        re.sub(r"\d+", "N", path): (answer.status_code, CHANGING.sub("", answer.text))
        for path, answer in answers.items()
    }


def scene(make: Factory, title: str, answer: Answer) -> tuple[Made, list[Actor]]:
    """An evaluation in scoring in which reviewer 0 marked everything with `answer`."""
    made = make.evaluation(title=title, phase=Phase.SCORING)
    for vendor in range(2):
        for code in ("ada", "sis"):
            make.mark(made, 0, vendor, code, answer, f"{CANARY} {answer}")
    make.mark(made, 1, 0, "ada", Answer.YES, "my own")
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    return made, [made.chair, made.reviewers[1], observer]


def test_no_page_of_anybody_else_depends_on_a_mark(make: Factory, visit: Visit):
    one, others_of_one = scene(make, "Evaluation", Answer.YES)
    first = [seen_by(visit, actor, one) for actor in others_of_one]
    slug = one.slug
    two, others_of_two = scene(make, "Evaluatioo", Answer.NO)
    second = [seen_by(visit, actor, two) for actor in others_of_two]

    def neutral(pages: dict[str, tuple[int, str]], made: Made) -> dict[str, tuple[int, str]]:
        return {
            path: (status, text.replace(made.slug, "SLUG").replace(made.evaluation.title, "TITLE"))
            for path, (status, text) in pages.items()
            if path != "home"
        }

    assert slug != two.slug
    assert [neutral(pages, one) for pages in first] == [neutral(pages, two) for pages in second]
    assert [CANARY in text for pages in first for _status, text in pages.values()].count(True) == 0


def test_the_reviewer_sees_the_canary_so_the_test_would_notice_it(make: Factory, visit: Visit):
    made, _others = scene(make, "Evaluation", Answer.YES)

    pages = seen_by(visit, made.reviewers[0], made)

    assert CANARY in pages["ballots/N"][1]


def test_the_queries_give_nothing_before_the_meeting(make: Factory):
    made, _others = scene(make, "Evaluation", Answer.YES)

    assert list(open_marks(db.session(), made.evaluation)) == []
    told = [entry.event for entry in entries(db.session(), made.evaluation)]
    assert [event for event in told if "MARK" in event] == []


@pytest.mark.parametrize("action", [Action.EXPORT_RESULTS, Action.VIEW_MEMO, Action.EXPORT_MARKS])
def test_the_operator_is_refused_like_everybody(make: Factory, action: Action):
    made, _others = scene(make, "Evaluation", Answer.YES)

    with pytest.raises(WrongPhase):
        require(OPERATOR, action, made.evaluation, db.session())


def test_all_ballots_open_at_once_with_the_meeting(make: Factory, visit: Visit):
    made, others = scene(make, "Evaluation", Answer.NO)
    make.forward(made, Phase.MEETING, {})

    for actor in others:
        cell = visit(actor).get(made.url(f"cells/{made.vendors[0].id}/{made.criterion('ada').id}"))
        assert CANARY in cell.text
