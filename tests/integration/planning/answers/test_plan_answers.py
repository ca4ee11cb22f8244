"""One answer, saved as it is typed by the page's script; and why it is not taken any more."""

import pytest
from werkzeug.test import TestResponse

from crrubric.domain.planning.answers import digest_answer
from crrubric.domain.vocabulary import Phase, PlanAccess
from crrubric.services.planning.workbook import save_plan_answers
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.planning.test_plan_pages import count_queries
from tests.integration.planning.test_workbook import answers, ask, versions

JSON = {"Accept": "application/json"}
NONE = digest_answer(None)


@pytest.fixture
def made(make: Factory) -> Made:
    made = make.evaluation(phase=Phase.SETUP, reviewers=2)
    ask(made, made.reviewers[0], "schedule", PlanAccess.FILL)
    return made


def send(
    visit: Visit, made: Made, text: str, prompt: str = "minutes", seen: str = NONE
) -> TestResponse:
    """What the script sends for one prompt, by the first reviewer."""
    url = made.url(f"plan/sections/schedule/answers/{prompt}")
    data = {f"plan-{prompt}": text, "version": seen}
    return visit(made.reviewers[0]).post(url, data, headers=JSON)


def why(visit: Visit, made: Made, prompt: str = "minutes") -> dict[str, object]:
    url = made.url(f"plan/sections/schedule/answers/{prompt}")
    return visit(made.reviewers[0]).get(f"/unsent/reason?form={url}").get_json()


def test_an_answer_is_saved_and_the_page_told_what_is_new(made: Made, visit: Visit):
    answer = send(visit, made, " 40 ")

    assert answer.status_code == 200
    told = answer.get_json()
    assert told["version"] == digest_answer("40")
    assert (told["state"], told["missing"], told["warnings"]) == ("STARTED", ["place"], [0])
    assert answers("schedule") == {"minutes": "40"}


def test_an_answer_leaves_the_others_of_its_section_alone(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"cohorts": "Theirs"})

    assert send(visit, made, "50").status_code == 200
    assert answers("schedule") == {"cohorts": "Theirs", "minutes": "50"}


def test_what_is_wrong_is_told_by_control(made: Made, visit: Visit):
    answer = send(visit, made, "many")

    assert answer.status_code == 422
    assert list(answer.get_json()["wrong"]) == ["plan-minutes"]
    assert versions("schedule") == []


def test_the_answer_of_somebody_else_comes_back_and_stays(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "45"})

    answer = send(visit, made, "50")

    assert answer.status_code == 409
    theirs = answer.get_json()["theirs"]
    assert (theirs["words"], theirs["by"]) == ("45 minutes", made.chair.name)
    assert theirs["plan-minutes"] == "45"
    assert answers("schedule") == {"minutes": "45"}
    assert send(visit, made, "50", seen=theirs["version"]).status_code == 200
    assert answers("schedule") == {"minutes": "50"}


def test_an_answer_that_was_left_alone_after_all_overwrites_nothing(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "45"})

    answer = send(visit, made, "40", seen=digest_answer("40"))

    assert answer.get_json()["version"] == digest_answer("40")
    assert answers("schedule") == {"minutes": "45"}


def test_a_prompt_that_is_not_there_is_not_found(made: Made, visit: Visit):
    assert send(visit, made, "1", prompt="hours").status_code == 404
    assert why(visit, made, "hours")["reason"] is not None


def test_who_is_asked_no_more_is_told_so(made: Made, visit: Visit):
    assert why(visit, made)["reason"] is None
    ask(made, made.reviewers[0], "schedule", PlanAccess.READ)
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "45"})

    assert send(visit, made, "50").status_code == 404
    told = why(visit, made)
    assert told["reason"] == "You are not asked to fill in this section any more."
    assert told["stored"]["plan-minutes"] == "45"  # type: ignore[index]


def test_who_may_not_read_a_section_hears_nothing_of_it(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "45"})
    url = made.url("plan/sections/schedule/answers/minutes")

    told = visit(made.reviewers[1]).get(f"/unsent/reason?form={url}").get_json()

    assert told["stored"] is None


def test_saving_asks_the_database_as_often_however_much_is_there(made: Made, visit: Visit):
    send(visit, made, "40")
    before = count_queries(lambda: send(visit, made, "41", seen=digest_answer("40")))
    for code in ("goal", "policy", "support"):
        given = {"goal": "today", "policy": "path", "support": "guidance"}[code]
        save_plan_answers(made.chair, made.slug, code, {given: "Words"})

    after = count_queries(lambda: send(visit, made, "42", seen=digest_answer("41")))

    assert after == before
