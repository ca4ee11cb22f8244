"""An open section learns what others have saved meanwhile: cheaply, and only who may read it."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.planning.answers import digest_answer
from crrubric.domain.vocabulary import Phase, PlanAccess
from crrubric.extensions import db
from crrubric.models import PlanVersion, UserSession
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.planning.test_workbook import ask
from tests.integration.shared.test_queries import statements

NEWER = "plan/sections/schedule/answers"
NONE = digest_answer(None)
# who is signed in, the evaluation, their seat, which sections are theirs, the newest version
MOST = 5
OF_SCRIPTS = {"Accept": "application/json"}


@pytest.fixture
def made(make: Factory) -> Made:
    made = make.evaluation(phase=Phase.SETUP, reviewers=3)
    ask(made, made.reviewers[0], "schedule", PlanAccess.FILL)
    ask(made, made.reviewers[1], "schedule", PlanAccess.READ)
    return made


def newer(visitor: Visitor, made: Made, **known: str) -> dict[str, Any]:
    """What the page is told that shows these answers. Args: known: digests, by prompt."""
    told = ",".join(f"{code}:{digest}" for code, digest in known.items())
    answer = visitor.get(f"{made.url(NEWER)}?known={told}", headers=OF_SCRIPTS)
    assert answer.status_code == 200
    return dict(answer.json)


def test_what_somebody_else_saved_is_told_with_who_and_when(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40", "days": "4"})

    told = newer(visit(made.reviewers[0]), made, minutes=NONE, days=digest_answer("4"), place=NONE)

    (one,) = told["newer"]
    assert one.pop("saved_at") == told["saved_at"] != ""
    assert one == {
        "action": made.url(f"{NEWER}/minutes"),
        "prompt": "minutes",
        "label": "Minutes a day for recovery",
        "own": False,
        "plan-minutes": "40",
        "whole": True,
        "cost": "",
        "words": "40 minutes",
        "version": digest_answer("40"),
        "by": made.chair.name,
    }
    assert (told["state"], told["missing"], told["warnings"]) == ("STARTED", ["place"], [0])


def test_an_answer_that_was_taken_away_is_told_as_none(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40", "place": "alongside"})
    save_plan_answers(made.reviewers[0], made.slug, "schedule", {"minutes": None, "place": None})

    known = {"minutes": digest_answer("40"), "place": digest_answer("alongside")}
    minutes, place = newer(visit(made.chair), made, **known)["newer"]

    assert (minutes.get("plan-minutes"), minutes["words"], minutes["version"]) == (None, "", NONE)
    assert (place["plan-place"], place["by"]) == ("undecided", made.reviewers[0].name)


def test_who_changed_it_is_told_not_who_saved_the_section_last(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40"})
    save_plan_answers(made.reviewers[0], made.slug, "schedule", {"days": "4"})
    filler = visit(made.reviewers[0])

    told = newer(filler, made, minutes=NONE, days=NONE)["newer"]

    assert [(one["prompt"], one["by"], one["own"]) for one in told] == [
        ("minutes", made.chair.name, False),
        ("days", made.reviewers[0].name, True),
    ]
    data = {"plan-minutes": "50", "version": NONE}
    clash = filler.post(made.url(f"{NEWER}/minutes"), data, headers=OF_SCRIPTS)
    assert clash.json["theirs"]["by"] == made.chair.name
    page = filler.post(
        made.url("plan/sections/schedule"),
        {"plan-minutes": "50", "seen": f"minutes:{NONE}"},
    )
    assert f"Saved meanwhile by {made.chair.name}" in page.text


def test_whoever_may_only_read_is_told_and_others_find_nothing(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40"})

    assert len(newer(visit(made.reviewers[1]), made, minutes=NONE)["newer"]) == 1
    for person, section in ((2, "schedule"), (0, "causes"), (0, "triage"), (0, "no-such")):
        url = made.url(f"plan/sections/{section}/answers?known=minutes:{NONE}")
        assert visit(made.reviewers[person]).get(url, headers=OF_SCRIPTS).status_code == 404


@pytest.mark.parametrize("known", ["", "minutes", ":", "nothing:0", ",,", "minutes:" + NONE])
def test_what_can_not_be_read_or_is_as_known_is_no_news(made: Made, visit: Visit, known: str):
    save_plan_answers(made.chair, made.slug, "schedule", {"days": "4"})
    answer = visit(made.reviewers[0]).get(f"{made.url(NEWER)}?known={known}")

    told = [one["prompt"] for one in answer.json["newer"]]
    assert told == (["minutes"] if known == "minutes" else [])


def test_asking_reads_one_version_however_many_there_are(made: Made, visit: Visit):
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40"})
    filler = visit(made.reviewers[0])
    known = {"minutes": digest_answer("40"), "days": digest_answer("5")}

    def count_statements() -> int:
        with statements() as seen:
            assert newer(filler, made, **known)["newer"] == []
        return len(seen)

    save_plan_answers(made.chair, made.slug, "schedule", {"days": "5"})
    before = count_statements()
    add_versions(made, 30)
    read = []

    def note_read(*_args: object) -> None:
        read.append(1)

    event.listen(PlanVersion, "load", note_read)
    after = count_statements()
    event.remove(PlanVersion, "load", note_read)

    assert (before, after, len(read)) == (MOST, MOST, 1)


def add_versions(made: Made, count: int) -> None:
    """That many later versions with the same answers."""
    with unit_of_work() as session:
        last = session.scalars(select(PlanVersion).order_by(PlanVersion.number.desc())).first()
        assert last is not None
        for number in range(last.number + 1, last.number + 1 + count):
            session.add(
                PlanVersion(
                    evaluation_id=last.evaluation_id,
                    section=last.section,
                    number=number,
                    answers=last.answers,
                    member_id=last.member_id,
                    saved_by=last.saved_by,
                )
            )


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(made: Made, visit: Visit, app: Flask):
    filler = visit(made.reviewers[0])
    newer(filler, made, minutes=NONE)
    long_ago = now_utc() - timedelta(minutes=limits.TOUCH_MINUTES + 1)
    db.session.execute(update(UserSession).values(seen_at=long_ago))
    db.session.commit()

    newer(filler, made, minutes=NONE)
    db.session.expire_all()
    assert set(db.session.scalars(select(UserSession.seen_at))) == {long_ago}
    filler.get(made.url("plan/sections/schedule"))
    db.session.expire_all()
    assert long_ago not in set(db.session.scalars(select(UserSession.seen_at)))
