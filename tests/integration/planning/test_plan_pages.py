"""The pages of the workbook: who sees what, nothing typed is lost, everything without a script."""

import pytest
from sqlalchemy import event

from crrubric.domain.planning.progress import digest_goal
from crrubric.domain.planning.triage import Setting
from crrubric.domain.vocabulary import Phase, PlanAccess, Role
from crrubric.extensions import db
from crrubric.queries.planning.triage import list_kept_triage
from crrubric.services.planning import votes
from crrubric.services.planning.kept_counts import keep_counts
from crrubric.services.planning.people import assign_plan_section
from crrubric.services.planning.settlements import SettledMustHave, settle_must_haves
from crrubric.services.planning.workbook import record_goal_check, save_plan_answers
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.planning.test_kept_counts import make_counts
from tests.integration.planning.test_workbook import answers, ask, member_of, versions
from tests.pages import Page, filled_form, parse, words

SCHEDULE, CAUSES, GOAL = "plan/sections/schedule", "plan/sections/causes", "plan/sections/goal"
CANARY = "Zanzibarmeadow"


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SETUP, reviewers=2)


def test_a_chair_sees_twelve_sections_with_their_status(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "50"})
    save_plan_answers(made.chair, made.slug, "policy", {"path": "A plan", "at_a_time": "2"})
    ask(made, made.reviewers[0], "policy", PlanAccess.FILL)

    text = words(visit(made.chair).page(made.url("plan/")).root)

    assert "Sections complete: 0 of 10" in text
    assert "1. Goal" in text
    assert "12. How we will know" in text
    assert text.count("started") == 2
    assert text.count("empty") == 8
    assert f"{made.reviewers[0].name} (fill it in)" in text


@pytest.mark.parametrize("page", ["plan/measures", "plan/hints", "plan/print", "plan/seats"])
def test_a_slash_behind_an_address_is_no_reason_to_find_nothing(
    made: Made, visit: Visit, page: str
):
    chair = visit(made.chair)

    answer = chair.get(made.url(f"{page}/?language=es&_external=1"))

    assert answer.status_code == 308
    assert answer.headers["Location"] == made.url(f"{page}?language=es&_external=1")
    assert chair.get(made.url("plan/nothing/")).status_code == 404
    assert chair.post(made.url(f"{page}/"), {}).status_code in {404, 405}


def test_a_goal_that_was_reworded_says_what_is_left_to_do(made: Made, visit: Visit):
    goal = {"specific": "Nine of ten finish."}
    save_plan_answers(made.chair, made.slug, "goal", goal)
    rows = [{"course": "Algebra 1"}]
    save_plan_answers(made.chair, made.slug, "causes", {"causes": rows})
    record_goal_check(made.chair, made.slug, "causes", "holds", wording=digest_goal(goal))
    save_plan_answers(made.chair, made.slug, "policy", {"path": "A plan"})  # more is missing
    held = words(visit(made.chair).page(made.url("plan/")).root)
    save_plan_answers(made.chair, made.slug, "goal", {"specific": "Eight of ten finish."})

    text = words(visit(made.chair).page(made.url("plan/")).root)

    assert "does the goal hold?" not in held
    assert text.count("Still to say: does the goal hold?") == 1


def test_must_haves_lead_to_the_vote_and_show_its_status(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SETUP, reviewers=2)
    chair, reviewer = visit(made.chair), visit(made.reviewers[0])
    said = [said_of_must_haves(chair, made)]
    votes.open_vote(made.chair, made.slug)
    said.append(said_of_must_haves(reviewer, made))
    votes.close_vote(made.chair, made.slug)
    said.append(said_of_must_haves(chair, made))
    given = {row.id: SettledMustHave(must_have=True, reason="We need it.") for row in made.criteria}
    settle_must_haves(made.chair, made.slug, 1, given)
    said.append(said_of_must_haves(reviewer, made))

    assert said == ["no vote held", "vote open", "voted, not all settled", "voted and settled"]


def said_of_must_haves(person: Visitor, made: Made) -> str:
    """The state beside the link to the vote on the overview."""
    return said_of_section(person, made, "11", "must-haves/")[0]


def said_of_section(person: Visitor, made: Made, number: str, path: str) -> tuple[str, str]:
    """The state of a section on the overview, and by whom and when; its link leads to `path`."""
    page = person.page(made.url("plan/"))
    (line,) = [row for row in page.all("li") if row.get("value") == number]
    (link,) = line.iter("a")
    assert link.get("href") == made.url(path)
    (state,) = [row for row in line.iter("span") if "plan-state" in row.get("class", "")]
    return words(state)[2:], " ".join(words(row) for row in line.iter("small"))


def test_triage_says_whether_counts_are_kept_by_whom_and_when(made: Made, visit: Visit):
    chair, reviewer = visit(made.chair), visit(made.reviewers[0])
    assert said_of_section(chair, made, "9", "plan/triage/") == ("no counts kept", "")

    keep_counts(made.chair, made.slug, make_counts())
    keep_counts(made.chair, made.slug, make_counts({Setting.HYBRID: 30}))

    at = list_kept_triage(db.session(), made.evaluation.id)[0].kept_at
    said, who_and_when = said_of_section(chair, made, "9", "plan/triage/")
    assert said == "counts kept"
    assert who_and_when.startswith(f"{made.chair.name}, ")
    assert str(at.year) in who_and_when
    assert said_of_section(reviewer, made, "9", "plan/triage/") == (said, who_and_when)


def test_a_member_sees_only_what_they_are_asked_to(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "learners", {"barriers": CANARY})
    ask(made, made.reviewers[0], "schedule", PlanAccess.FILL)
    member, other = visit(made.reviewers[0]), visit(made.reviewers[1])

    assert member.get(made.url(SCHEDULE)).status_code == 200
    assert member.get(made.url(GOAL)).status_code == 200
    for path in ("plan/sections/learners", "plan/sections/learners/versions"):
        assert member.get(made.url(path)).status_code == 404
    for path in (SCHEDULE, GOAL, f"{SCHEDULE}/versions"):
        assert other.get(made.url(path)).status_code == 404
    for person in (member, other):
        assert CANARY not in person.get(made.url("plan/")).text
        assert CANARY not in person.get(made.url("plan/print")).text
        assert person.get(made.url(f"{SCHEDULE}/people")).status_code == 404
    assert "Learners" not in words(member.page(made.url("plan/")).all("ol")[0])


def test_a_reader_reads_and_finds_no_form(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40"})
    ask(made, made.reviewers[0], "schedule", PlanAccess.READ)
    reader = visit(made.reviewers[0])

    page = reader.page(made.url(SCHEDULE))

    assert "40 minutes" in words(page.root)
    assert "Less than 45 minutes" in words(page.root)
    assert made.url(SCHEDULE) not in [form.get("action") for form in page.all("form")]
    assert reader.post(made.url(SCHEDULE), {"plan-minutes": "50"}).status_code == 404
    assert answers("schedule") == {"minutes": "40"}


def test_saving_keeps_what_is_typed_and_says_what_is_still_needed(made: Made, visit: Visit):
    chair, url = visit(made.chair), made.url(SCHEDULE)

    answer = chair.edit(url, {"plan-minutes": "40", "plan-place": "", "plan-cohorts": "By grade"})

    assert answer.status_code == 303
    assert answers("schedule") == {"minutes": "40", "cohorts": "By grade"}
    text = words(chair.page(url).root)
    assert "Less than 45 minutes a day" in text
    assert "How does it fit into the day?" in text[text.index("Still needed") :]


def test_everything_that_is_wrong_is_said_at_once_and_kept(made: Made, visit: Visit):
    chair, url = visit(made.chair), made.url(CAUSES)
    typed = {
        "plan-causes-0-course": "Algebra 1",
        "plan-causes-0-share": "131",
        "plan-causes-1-share": "many",
        "plan-asked": "x" * 301,
    }

    answer = chair.edit(url, typed)

    assert answer.status_code == 422
    page = answer.text
    for words_ in (
        "Failing it (%), row 1: Enter a number from 0 to 100.",
        "Failing it (%), row 2: Enter a number, like 2 or 2.5.",
        "Shorten this to 300 characters; it has 301.",
    ):
        assert words_ in page
    assert 'id="plan-causes-0-share-error"' in page
    assert all(value in page for value in ("Algebra 1", "131", "many", "x" * 301))
    assert versions("causes") == []


def test_rows_are_added_moved_removed_and_pasted_without_a_script(made: Made, visit: Visit):
    chair, url = visit(made.chair), made.url(CAUSES)

    chair.edit(url, {"plan-causes-0-course": "A", "plan-causes-1-course": "B"})
    shown = filled_form(chair.page(url), url)
    answer = chair.post(url, {**shown, "do": "plan-causes-1-up"})
    assert answer.location.endswith("#plan-causes")
    assert answers("causes") == {"causes": [{"course": "B"}, {"course": "A"}]}
    shown = filled_form(chair.page(url), url)
    chair.post(url, {**shown, "do": "plan-causes-0-remove"})
    assert answers("causes") == {"causes": [{"course": "A"}]}
    shown = filled_form(chair.page(url), url)
    chair.post(url, {**shown, "plan-causes-paste": "C\t9\t31\nD"})

    assert answers("causes") == {
        "causes": [{"course": "A"}, {"course": "C", "grade": "9", "share": "31"}, {"course": "D"}]
    }


def test_the_default_plan_fills_the_empty_places_of_a_grid(made: Made, visit: Visit):
    own = [{"down": "year1", "across": "mid", "step": "Ours"}]
    save_plan_answers(made.chair, made.slug, "rollout", {"plan": own})
    chair, url = visit(made.chair), made.url("plan/sections/rollout")
    page = chair.page(url)

    chair.post(url, {**filled_form(page, url), "do": "plan-plan-default"})

    assert "Fill the empty places with the default plan" in words(page.root)
    plan = answers("rollout")["plan"]
    assert len(plan) == 9
    assert [row for row in plan if row["down"] == "year1" and row["across"] == "mid"] == own


def test_the_default_plan_fills_an_empty_grid_and_no_other(made: Made, visit: Visit):
    chair, url = visit(made.chair), made.url("plan/sections/rollout")
    shown = filled_form(chair.page(url), url)

    chair.post(url, {**shown, "do": "plan-plan-default"})
    assert len(answers("rollout")["plan"]) == 9
    shown = filled_form(chair.page(url), url)
    assert 'value="plan-plan-default"' not in chair.get(url).text
    chair.post(url, {**shown, "plan-plan-year1-early-0-step": "Ours", "do": "plan-plan-default"})

    assert answers("rollout")["plan"][0]["step"] == "Ours"
    assert len(answers("rollout")["plan"]) == 9


def test_of_two_who_answer_the_same_each_sees_both_answers(made: Made, visit: Visit):
    ask(made, made.reviewers[0], "schedule", PlanAccess.FILL)
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40", "cohorts": "Old"})
    chair, url = visit(made.chair), made.url(SCHEDULE)
    shown = filled_form(chair.page(url), url)
    theirs = {"minutes": "45", "cohorts": "Theirs", "days": "5"}
    save_plan_answers(made.reviewers[0], made.slug, "schedule", theirs)

    answer = chair.post(url, {**shown, "plan-cohorts": "Mine"})

    assert answer.status_code == 409
    assert answers("schedule") == theirs
    text = answer.text
    assert "Theirs" in text
    assert ">Mine</textarea>" in text
    assert f"Saved meanwhile by {made.reviewers[0].name}" in text
    assert 'name="plan-minutes" value="45"' in text  # left alone: it shows what is saved
    again = chair.post(url, {**filled_form_of(answer, url), "plan-cohorts": "Mine"})
    assert again.status_code == 303
    assert answers("schedule") == {**theirs, "cohorts": "Mine"}


def filled_form_of(answer, url: str) -> dict[str, str]:
    return filled_form(parse(answer.status_code, answer.text), url)


def test_the_goal_is_held_against_a_section_and_every_wording_is_kept(made: Made, visit: Visit):
    chair = visit(made.chair)
    chair.edit(made.url(GOAL), {"plan-specific": "Nine of ten finish."})

    page = chair.page(made.url(SCHEDULE))
    check = made.url(f"{SCHEDULE}/goal-check")
    shown = filled_form(page, check)
    assert "Nine of ten finish." in words(page.root)
    answer = chair.post(check, {**shown, "verdict": "amend"})
    assert answer.location.endswith(GOAL)
    chair.edit(made.url(GOAL), {"plan-specific": "Eight of ten finish."})

    goal = words(chair.page(made.url(GOAL)).with_id("wordings"))
    assert goal.index("Eight of ten") < goal.index("Until then") < goal.index("Nine of ten")
    stale = chair.post(check, {**shown, "verdict": "holds"})
    assert stale.status_code == 409
    assert "The goal was reworded" in stale.text


def test_what_was_refused_is_saved_before_the_goal_is_asked_about(made: Made, visit: Visit):
    chair, check = visit(made.chair), made.url(f"{SCHEDULE}/goal-check")
    chair.edit(made.url(GOAL), {"plan-specific": "Nine of ten finish."})
    form = filled_form(chair.page(made.url(SCHEDULE)), made.url(SCHEDULE))

    refused = chair.post(made.url(SCHEDULE), {**form, "plan-minutes": "many", "plan-cohorts": "A"})

    page = parse(refused.status_code, refused.text)
    assert check in [one.get("action") for one in chair.page(made.url(SCHEDULE)).all("form")]
    assert check not in [one.get("action") for one in page.all("form")]  # it would take no answer
    assert "Save your answers first" in words(page.root)


def test_versions_show_what_changed_and_bring_one_back(made: Made, visit: Visit):
    ask(made, made.reviewers[0], "schedule", PlanAccess.FILL)
    save_plan_answers(made.chair, made.slug, "schedule", {"cohorts": "nine of ten"})
    save_plan_answers(made.reviewers[0], made.slug, "schedule", {"cohorts": "eight of ten"})
    chair, url = visit(made.chair), made.url(f"{SCHEDULE}/versions")

    page = chair.page(url)
    assert [words(node) for node in page.all("del")] == ["nine"]
    answer = chair.post(f"{url}/1/restore", filled_form(page, f"{url}/1/restore"))

    assert answer.status_code == 303
    assert answers("schedule") == {"cohorts": "nine of ten"}
    assert len(versions("schedule")) == 3
    stale = chair.post(f"{url}/1/restore", filled_form(page, f"{url}/1/restore"))
    assert stale.status_code == 409


def test_a_version_that_says_what_the_newest_says_leaves_nothing_to_undo(made: Made, visit: Visit):
    ask(made, made.reviewers[0], "schedule", PlanAccess.FILL)
    save_plan_answers(made.chair, made.slug, "schedule", {"cohorts": "nine of ten"})
    save_plan_answers(made.reviewers[0], made.slug, "schedule", {"cohorts": "eight of ten"})
    chair, url = visit(made.chair), made.url(f"{SCHEDULE}/versions")

    def restore_first() -> Page:
        chair.post(f"{url}/1/restore", filled_form(chair.page(url), f"{url}/1/restore"))
        return chair.page(made.url(SCHEDULE))

    first, again = restore_first(), restore_first()

    undo = f"{url}/2/restore?undo=yes"
    assert [undo in [form.get("action") for form in one.all("form")] for one in (first, again)] == [
        True, False,
    ]  # fmt: skip
    assert "Nothing was changed." in words(again.root)
    assert len(versions("schedule")) == 3


def test_the_chair_asks_members_and_is_told_of_another_choice(made: Made, visit: Visit):
    chair, url = visit(made.chair), made.url(f"{SCHEDULE}/people")
    name = f"access-{member_of(made, made.reviewers[0])}"
    shown = filled_form(chair.page(url), url)

    assert chair.post(url, {**shown, name: "FILL"}).status_code == 303
    assert visit(made.reviewers[0]).get(made.url(SCHEDULE)).status_code == 200
    stale = chair.post(url, {**shown, name: "READ"})
    assert stale.status_code == 409
    assert "Saved now: fill it in" in stale.text


def test_the_whole_workbook_is_one_document(made: Made, visit: Visit):
    rows = [{"course": "Algebra 1", "share": "31"}]
    save_plan_answers(made.chair, made.slug, "causes", {"causes": rows})
    save_plan_answers(made.chair, made.slug, "goal", {"specific": "Nine of ten finish."})
    wording = digest_goal({"specific": "Nine of ten finish."})
    record_goal_check(made.chair, made.slug, "causes", "holds", wording=wording)

    text = words(visit(made.chair).page(made.url("plan/print")).root)

    for said in ("1. Goal", "Nine of ten finish.", "31 %", "it holds", "12. How we will know"):
        assert said in text


def test_the_printed_workbook_keeps_every_wording_of_the_goal(made: Made, visit: Visit):
    first = {"specific": "Nine of ten finish."}
    save_plan_answers(made.chair, made.slug, "goal", first)
    record_goal_check(made.chair, made.slug, "causes", "amend", wording=digest_goal(first))
    once = words(visit(made.chair).page(made.url("plan/print")).root)
    save_plan_answers(made.chair, made.slug, "goal", {"specific": "Eight of ten finish."})

    text = words(visit(made.chair).page(made.url("plan/print")).root)

    assert "Earlier wordings of the goal" not in once
    earlier = text[text.index("Earlier wordings of the goal") :]
    assert "Eight of ten finish." not in earlier
    assert f"Until then: {made.chair.name}" in earlier
    assert "Nine of ten finish." in earlier


def test_the_journal_tells_answers_in_words(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"place": "alongside"})
    ask(made, made.reviewers[0], "schedule", PlanAccess.READ)

    text = words(visit(made.chair).page(made.url("journal")).root)

    assert "changed “Schedule and rooms” in the planning workbook" in text
    assert "Alongside the normal load" in text
    assert "read it" in text


def test_in_the_archive_everything_is_read_and_nothing_is_filled_in(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.DECIDED)
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "50"})
    make.forward(made, Phase.ARCHIVED, {})
    chair = visit(made.chair)

    page = chair.page(made.url(SCHEDULE))

    assert "50 minutes" in words(page.root)
    assert made.url(SCHEDULE) not in [form.get("action") for form in page.all("form")]
    assert chair.post(made.url(SCHEDULE), {"plan-minutes": "45"}).status_code == 409


@pytest.mark.parametrize("path", ["plan/", GOAL, SCHEDULE, "plan/print", f"{GOAL}/versions"])
def test_the_number_of_queries_does_not_grow(make: Factory, visit: Visit, path: str):
    made = make.evaluation(phase=Phase.SETUP, reviewers=1)
    chair = visit(made.chair)
    chair.get(made.url(path))
    before = count_queries(lambda: chair.get(made.url(path)))
    for _person in range(4):
        member = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
        for code in ("goal", "schedule", "learners"):
            asked = {member_of(made, member): PlanAccess.FILL}
            assign_plan_section(made.chair, made.slug, code, asked)
            given = {"goal": "specific", "schedule": "cohorts", "learners": "first"}[code]
            save_plan_answers(member, made.slug, code, {given: f"Words of {member.name}"})

    assert count_queries(lambda: chair.get(made.url(path))) == before


def count_queries(work) -> int:
    found: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        found.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(found)


def test_the_way_through_the_workbook_leads_over_triage_and_must_haves(made: Made, visit: Visit):
    chair, place, way = visit(made.chair), made.url("plan/sections/goal"), []
    for _ in range(12):
        page = chair.page(place)
        way.append(page.heading)
        following = [node for node in page.all("a") if words(node).startswith("Next: ")]
        if not following:
            break
        place = following[0].get("href")

    assert len(way) == 12
    assert way[8:] == ["Triage", "Schedule and rooms", "Vote on must-haves", "How we will know"]


def test_the_way_goes_on_to_what_the_reader_may_open(made: Made, visit: Visit):
    reader = made.reviewers[0]
    ask(made, reader, "success", PlanAccess.READ)

    page = visit(reader).page(made.url("plan/triage/"))

    [following] = [words(node) for node in page.all("a") if words(node).startswith("Next: ")]
    assert following == "Next: Must-haves"
