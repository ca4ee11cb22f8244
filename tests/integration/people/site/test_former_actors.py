"""Who was demoted or disabled between the request and the act does nothing any more."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from crrubric.domain.errors import NotFound
from crrubric.domain.record.retention.times import KeepingTimes
from crrubric.domain.vocabulary import Answer, Phase, RecordKind, Standing
from crrubric.extensions import db
from crrubric.models import JournalEntry, User
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.people import accounts, administration, district, links, own_sessions
from crrubric.services.record import retention
from crrubric.services.setup import chairs, evaluations
from tests.factories import Factory, Made, small_rubric, stored_marks

Act = Callable[[Actor, Made], object]


def person_in(made: Made) -> int:
    return made.reviewers[0].user_id or 0


def member_in(made: Made) -> int:
    return next(row.id for row in made.evaluation.members if row.user_id == person_in(made))


ACTS: dict[str, Act] = {
    "link": lambda who, made: links.make_reset_link(who, person_in(made)),
    "sign out": lambda who, made: own_sessions.sign_out_everywhere(who, person_in(made)),
    "account": lambda who, made: accounts.add_user(
        who, name="Eve", email="eve@school.example", standing=Standing.ADMINISTRATOR
    ),
    "district": lambda who, made: district.set_district(
        who, name="Elsewhere", time_zone="UTC", seen_version=0
    ),
    "chair": lambda who, made: chairs.appoint_chair(
        who, made.slug, member_in(made), reason="Somebody must"
    ),
    "hold": lambda who, made: retention.hold_record(who, made.evaluation.id, hold="A case"),
    "times": lambda who, made: retention.set_keeping_times(who, KeepingTimes(hold="A case")),
    "removal": lambda who, made: retention.propose_removal(who, RecordKind.MAIL),
    "evaluation": lambda who, made: evaluations.create_evaluation(
        who, title="Mine", rubric=small_rubric()
    ),
}


def count_entries() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(JournalEntry.id))) or 0


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("way", ["demoted", "disabled"])
def test_who_administers_the_site_no_more_does_nothing_with_an_earlier_request(
    make: Factory, name: str, way: str
):
    made = make.evaluation(phase=Phase.MEETING)
    boss = make.actor(standing=Standing.ADMINISTRATOR)
    if way == "demoted":
        administration.change_standing(OPERATOR, boss.user_id or 0, Standing.MEMBER)
    else:
        administration.set_account_disabled(OPERATOR, boss.user_id or 0, disabled=True)
    before = count_entries()

    with pytest.raises(NotFound):
        ACTS[name](boss, made)

    assert count_entries() == before
    assert db.session.scalar(select(User.id).where(User.name == "Eve")) is None


def test_a_reviewer_whose_account_is_disabled_marks_nothing_with_an_earlier_request(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    administration.set_account_disabled(OPERATOR, person_in(made), disabled=True)

    with pytest.raises(NotFound):
        make.mark(made, 0, 0, made.criteria[0].code, Answer.YES)

    assert stored_marks() == []
