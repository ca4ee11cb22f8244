"""The vote on must-haves: blind until it is closed, then counts that propose and bind nobody."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError, InternalError

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, NotReady, Reworded, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.people.tasks import TaskKind
from crrubric.domain.planning.votes import VoteTally
from crrubric.domain.vocabulary import Answer, NoticeKind, Phase, Role, Stakeholder
from crrubric.extensions import WRITE, db
from crrubric.models import (
    CastVote,
    Criterion,
    JournalEntry,
    Member,
    MustHaveVote,
    Notice,
    OutgoingMail,
    SealedVote,
    User,
    VoteCount,
)
from crrubric.queries.people.access import require
from crrubric.queries.people.waiting import load_tasks
from crrubric.queries.planning.votes import list_vote_results, list_votes, load_newest_counts
from crrubric.queries.record.journal import list_journal_entries
from crrubric.queries.record.verification import verify_record
from crrubric.services.planning import votes as service
from crrubric.services.planning.settlements import SettledMustHave, settle_must_haves
from crrubric.services.setup import committee, phases, rubrics
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, error_of
from tests.pages import filled_form, parse, words

JSON = {"Accept": "application/json"}


def cast(made: Made, reviewer: int, code: str, answer: Answer, note: str = "") -> CastVote:
    return service.record_vote(
        made.reviewers[reviewer],
        made.slug,
        made.criterion(code).id,
        answer=answer,
        note=note,
        seen_version=0,
    )


def vote_all(made: Made, letters: dict[int, str], *, submit: bool = True) -> None:
    """Each reviewer's answers, a letter a criterion, in their order."""
    for reviewer, row in letters.items():
        for criterion, letter in zip(made.criteria, row, strict=True):
            if letter != "-":
                answer = {"Y": Answer.YES, "N": Answer.NO}[letter]
                cast(made, reviewer, criterion.code, answer)
        if submit:
            service.submit_vote(made.reviewers[reviewer], made.slug)


def opened(make: Factory, *, reviewers: int = 3, phase: Phase = Phase.SETUP) -> Made:
    made = make.evaluation(phase=phase, reviewers=reviewers)
    service.open_vote(made.chair, made.slug)
    return made


def closed(make: Factory, letters: dict[int, str], *, reviewers: int = 3) -> Made:
    made = opened(make, reviewers=reviewers)
    vote_all(made, letters)
    service.close_vote(made.chair, made.slug)
    return made


def tallies(made: Made) -> dict[str, VoteTally]:
    vote = list_votes(db.session(), made.evaluation.id)[0]
    return {row.criterion.code: row.tally for row in list_vote_results(db.session(), vote)}


def settle(made: Made, number: int = 1, **given: tuple[bool, str]) -> int:
    return settle_must_haves(
        made.chair,
        made.slug,
        number,
        {
            made.criterion(code).id: SettledMustHave(must_have=must, reason=why)
            for code, (must, why) in given.items()
        },
    )


def must_haves(made: Made) -> set[str]:
    db.session.expire_all()
    rows = select(Criterion.code).where(
        Criterion.evaluation_id == made.evaluation.id, Criterion.must_have
    )
    return set(db.session.scalars(rows))


def member_of(made: Made, reviewer: int) -> int:
    found = db.session.scalar(
        select(Member.id).where(
            Member.evaluation_id == made.evaluation.id,
            Member.user_id == made.reviewers[reviewer].user_id,
        )
    )
    assert found
    return found


def problems() -> list[str]:
    db.session.rollback()
    return [str(problem) for problem in verify_record(db.session()).problems]


def tasks_of(made: Made, reviewer: int | None = None) -> list[tuple[TaskKind, int]]:
    actor = made.chair if reviewer is None else made.reviewers[reviewer]
    kinds = {TaskKind.VOTE, TaskKind.CLOSE_VOTE, TaskKind.SETTLE_MUST_HAVES}
    db.session.rollback()
    found = load_tasks(db.session(), actor)[made.evaluation.id]
    return [(task.kind, task.count) for task in found if task.kind in kinds]


@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.PRACTICE])
def test_a_vote_is_opened_answered_closed_and_adopted(make: Factory, phase: Phase):
    made = opened(make, phase=phase)
    vote_all(made, {0: "YYN", 1: "YNN", 2: "YYN"})

    service.close_vote(made.chair, made.slug)

    assert tallies(made) == {
        "ada": VoteTally(yes=3), "sis": VoteTally(yes=2, no=1), "teacher": VoteTally(no=3),
    }  # fmt: skip
    assert must_haves(made) == {"ada"}  # nothing changes by itself
    count = settle(made, ada=(True, ""), sis=(True, ""), teacher=(False, ""))
    assert (count, must_haves(made)) == (3, {"ada", "sis"})
    assert problems() == []


def test_one_round_is_open_at_a_time_and_the_earlier_one_stays(make: Factory):
    made = closed(make, {0: "YYY"})
    first = tallies(made)
    with pytest.raises(WrongPhase):
        service.close_vote(made.chair, made.slug)

    service.open_vote(made.chair, made.slug)
    with pytest.raises(WrongPhase):
        service.open_vote(made.chair, made.slug)
    vote_all(made, {0: "NNN", 1: "NNN"})
    service.close_vote(made.chair, made.slug)

    rounds = list_votes(db.session(), made.evaluation.id)
    assert [row.number for row in rounds] == [2, 1]
    assert tallies(made)["ada"] == VoteTally(no=2)
    earlier = {row.criterion.code: row.tally for row in list_vote_results(db.session(), rounds[1])}
    assert earlier == first
    with pytest.raises(WrongPhase, match="newer vote"):
        settle(made, 1, ada=(True, ""))
    with pytest.raises(NotFound):
        settle(made, 3, ada=(True, ""))
    assert problems() == []


def test_a_vote_needs_a_reviewer_and_a_criterion(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=1)
    for criterion in made.criteria[1:]:
        leave_out(made, criterion.code)
    leave_out(made, "ada")
    with pytest.raises(Invalid, match="no criterion"):
        service.open_vote(made.chair, made.slug)
    leave_out(made, "ada", out=False)
    committee.remove_member(made.chair, made.slug, member_of(made, 0))

    with pytest.raises(Invalid, match="no reviewer"):
        service.open_vote(made.chair, made.slug)
    chair = visit(made.chair)
    before = chair.get(made.url("must-haves/open"))
    after = chair.post(made.url("must-haves/open"), {})

    assert [before.status_code, after.status_code] == [200, 422]
    for page in (before, after):
        assert "There is no reviewer" in page.text
        assert "Open the vote</button>" not in page.text
        assert "Notified of it" not in page.text


def leave_out(made: Made, code: str, *, out: bool = True) -> None:
    change(made, code, left_out=out)


def change(made: Made, code: str, **new: Any) -> None:
    """Other words or settings of a criterion."""
    row = db.session.get_one(Criterion, made.criterion(code).id)
    stored = {
        name: getattr(row, name)
        for name in ("title", "question", "look_for", "weight", "must_have", "may_not_apply")
    }
    text = rubrics.CriterionText(**{**stored, **new})
    rubrics.change_criterion(made.chair, made.slug, row.id, text)


def test_an_answer_is_saved_changed_and_never_lost_between_two_windows(make: Factory):
    made = opened(make)
    first = cast(made, 0, "ada", Answer.YES, "all learners")
    again = cast(made, 0, "ada", Answer.YES, "all learners")  # the same is no conflict
    assert (first.version, again.version) == (1, 1)

    with pytest.raises(Stale):
        cast(made, 0, "ada", Answer.NO)

    key = made.criterion("ada").id
    changed = service.record_vote(
        made.reviewers[0], made.slug, key, answer=Answer.NO, seen_version=1
    )
    assert (changed.answer, changed.version) == (Answer.NO, 2)
    with pytest.raises(Invalid, match="YES or NO"):
        service.record_vote(
            made.reviewers[0], made.slug, key, answer=Answer.CANNOT_TELL, seen_version=2
        )


def test_submitted_answers_are_sealed_and_only_the_chair_reopens_them(make: Factory):
    made = opened(make)
    vote_all(made, {0: "YN-"})
    with pytest.raises(WrongPhase, match="sealed"):
        cast(made, 0, "teacher", Answer.YES)
    with pytest.raises(WrongPhase):
        service.submit_vote(made.reviewers[0], made.slug)
    with pytest.raises(NotFound):
        service.reopen_vote(made.reviewers[1], made.slug, member_of(made, 0), reason="Please.")

    with pytest.raises(Invalid):
        service.reopen_vote(made.chair, made.slug, member_of(made, 0), reason=" ")
    service.reopen_vote(made.chair, made.slug, member_of(made, 0), reason="You asked me to.")
    cast(made, 0, "teacher", Answer.YES)
    service.submit_vote(made.reviewers[0], made.slug)

    sealed = db.session.scalars(select(SealedVote).order_by(SealedVote.number)).all()
    assert [(row.number, row.reopen_reason) for row in sealed] == [
        (1, "You asked me to."), (2, ""),
    ]  # fmt: skip
    assert [len(json.loads(row.content)["answers"]) for row in sealed] == [2, 3]
    assert problems() == []


def test_an_empty_ballot_and_one_that_changed_meanwhile_are_not_submitted(make: Factory):
    made = opened(make)
    with pytest.raises(Invalid, match="at least one"):
        service.submit_vote(made.reviewers[0], made.slug)
    cast(made, 0, "ada", Answer.YES)

    with pytest.raises(Stale):
        service.submit_vote(made.reviewers[0], made.slug, seen="other")


def test_answers_that_are_not_submitted_count_as_they_are(make: Factory):
    made = opened(make)
    vote_all(made, {0: "YYY"})
    vote_all(made, {1: "YN-"}, submit=False)

    service.close_vote(made.chair, made.slug)

    assert tallies(made)["sis"] == VoteTally(yes=1, no=1)
    sealed = db.session.scalars(select(SealedVote).order_by(SealedVote.id)).all()
    assert [json.loads(row.content)["sealed_by_closing"] for row in sealed] == [False, True]
    assert [row.counted for row in sealed] == [True, True]
    with pytest.raises(WrongPhase, match="closed"):
        cast(made, 2, "ada", Answer.NO)
    assert problems() == []


def test_nobody_who_left_is_counted_and_who_came_later_is(make: Factory):
    made = opened(make)
    vote_all(made, {0: "YYY", 1: "NNN"})
    committee.remove_member(made.chair, made.slug, member_of(made, 1))
    made.reviewers.append(make.reviewer(made.chair, made.slug))
    vote_all(made, {3: "YNN"})

    service.close_vote(made.chair, made.slug)

    assert tallies(made)["ada"] == VoteTally(yes=2)
    assert tallies(made)["sis"] == VoteTally(yes=1, no=1)
    assert problems() == []


def test_counts_stay_when_somebody_leaves_after_the_closing(make: Factory, visit: Visit):
    made = opened(make)
    cast(made, 1, "ada", Answer.NO, "the reason of the one who leaves")
    vote_all(made, {0: "YYY", 2: "YYY"})
    service.submit_vote(made.reviewers[1], made.slug)
    service.close_vote(made.chair, made.slug)
    before = tallies(made)

    committee.remove_member(made.chair, made.slug, member_of(made, 1))

    assert tallies(made) == before  # a count that falls would tell how they voted
    page = visit(made.chair).get(made.url("must-haves/")).text
    assert "the reason of the one who leaves" in page


def test_a_criterion_that_is_left_out_or_added_meanwhile(make: Factory, visit: Visit):
    made = opened(make)
    vote_all(made, {0: "YYY"})
    leave_out(made, "sis")
    section = db.session.get_one(Criterion, made.criteria[0].id).section_id
    added = rubrics.add_criterion(
        made.chair, made.slug, section, rubrics.CriterionText(title="Captions")
    )
    with pytest.raises(NotFound):
        cast(made, 1, "sis", Answer.YES)
    service.record_vote(made.reviewers[1], made.slug, added.id, answer=Answer.YES, seen_version=0)

    service.close_vote(made.chair, made.slug)

    assert set(tallies(made)) == {"ada", "teacher", added.code}
    assert tallies(made)[added.code] == VoteTally(yes=1)
    leave_out(made, "teacher")
    leave_out(made, "sis", out=False)
    page = visit(made.chair).get(made.url("must-haves/")).text
    assert "left out since then" in page
    assert "Works with our system" in page.split("came into the rubric after it", 1)[1]
    with pytest.raises(NotFound):
        settle(made, teacher=(False, ""))
    assert problems() == []


def test_who_answers_earlier_words_is_told_and_answers_to_them_are_told_apart(
    make: Factory, visit: Visit
):
    made = opened(make)
    key = made.criterion("ada").id
    cast(made, 1, "ada", Answer.YES)
    change(made, "ada", question="Can everybody use all of it?")
    with pytest.raises(Reworded):
        service.record_vote(
            made.reviewers[0], made.slug, key, answer=Answer.NO, seen_version=0, seen_wording=1
        )

    later = visit(made.reviewers[1]).get(made.url("must-haves/ballot")).text
    assert "This criterion was reworded after you answered “Yes”" in later
    cast(made, 0, "ada", Answer.NO)
    service.close_vote(made.chair, made.slug)

    assert tallies(made)["ada"] == VoteTally(yes=1, no=1, reworded=1)
    assert problems() == []


def test_answering_again_after_a_rewording_counts_as_an_answer_to_the_new_words(make: Factory):
    made = opened(make)
    old = cast(made, 0, "ada", Answer.YES)
    change(made, "ada", title="Accessible to all")
    key = made.criterion("ada").id

    again = service.record_vote(
        made.reviewers[0], made.slug, key, answer=Answer.YES, seen_version=old.version
    )

    assert again.version == 2
    service.close_vote(made.chair, made.slug)
    assert tallies(made)["ada"] == VoteTally(yes=1)


def test_what_is_settled_otherwise_than_the_vote_needs_a_reason(make: Factory):
    made = closed(make, {0: "YYN", 1: "YNN"})
    with pytest.raises(Invalid) as refused:
        settle(made, ada=(False, ""), sis=(True, ""), teacher=(False, ""))
    assert [error.field for error in (refused.value, *refused.value.more)] == [
        f"{made.criterion(code).id}-reason" for code in ("ada", "sis")
    ]
    assert must_haves(made) == {"ada"}

    settle(made, ada=(False, "The law asks for it anyway."), sis=(True, "IT can’t do without."))

    rows = db.session.scalars(select(VoteCount).order_by(VoteCount.criterion_id)).all()
    assert [(row.adopted, row.reason) for row in rows] == [
        (False, "The law asks for it anyway."), (True, "IT can’t do without."), (None, ""),
    ]  # fmt: skip
    assert must_haves(made) == {"sis"}
    assert settle(made, sis=(True, "IT can’t do without.")) == 0  # nothing new
    assert problems() == []


def test_scoring_can_not_begin_while_a_vote_is_open(make: Factory):
    made = opened(make)
    with pytest.raises(NotReady) as refused:
        phases.change_phase(made.chair, made.slug, Phase.SCORING)
    assert [str(problem) for problem in refused.value.problems] == [
        "The vote on must-haves is open: close it first."
    ]
    service.close_vote(made.chair, made.slug)

    phases.change_phase(made.chair, made.slug, Phase.SCORING)

    for work in (service.open_vote, service.close_vote):
        with pytest.raises(WrongPhase):
            work(made.chair, made.slug)
    with pytest.raises(WrongPhase):
        settle(made, ada=(True, ""))


def test_who_may_not_vote_gets_nothing(make: Factory, visit: Visit):
    made = opened(make)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    stranger = make.actor()
    for actor in (made.chair, observer, stranger):
        with pytest.raises(NotFound):
            service.record_vote(
                actor, made.slug, made.criteria[0].id, answer=Answer.YES, seen_version=0
            )
    statuses = [visit(actor).get(made.url("must-haves/1")).status_code
                for actor in (made.chair, observer, stranger)]  # fmt: skip
    assert statuses == [404, 404, 404]  # there are no counts while it is open
    assert visit(observer).get(made.url("must-haves/")).status_code == 200
    foreign = make.evaluation(title="Another").criteria[0].id
    with pytest.raises(NotFound):
        service.record_vote(
            made.reviewers[0], made.slug, foreign, answer=Answer.YES, seen_version=0
        )


def test_who_votes_is_asked_once_and_everybody_is_told_of_the_end(make: Factory, mailing: None):
    made = opened(make)
    vote_all(made, {0: "YYY"})
    service.reopen_vote(made.chair, made.slug, member_of(made, 0), reason="A slip.")
    service.close_vote(made.chair, made.slug)

    told = db.session.execute(select(Notice.kind, Notice.member_id)).all()
    reviewers = [member_of(made, number) for number in range(3)]
    assert [row.member_id for row in told if row.kind is NoticeKind.VOTE_OPENED] == reviewers
    assert [row.member_id for row in told if row.kind is NoticeKind.VOTE_REOPENED] == reviewers[:1]
    assert [row.member_id for row in told if row.kind is NoticeKind.VOTE_CLOSED] == reviewers
    subjects = [mail.subject for mail in db.session.scalars(select(OutgoingMail))]
    assert sum("Please vote on the must-haves" in text for text in subjects) == 3
    assert sum("open again" in text for text in subjects) == 1


def test_the_home_page_says_what_waits(make: Factory, visit: Visit):
    made = opened(make)
    assert (tasks_of(made), tasks_of(made, 0)) == ([], [(TaskKind.VOTE, 1)])
    text = visit(made.reviewers[0]).get("/").text
    assert "The vote on must-haves is open" in text
    vote_all(made, {0: "YYY", 1: "YYY", 2: "YYY"})
    assert (tasks_of(made), tasks_of(made, 0)) == ([(TaskKind.CLOSE_VOTE, 1)], [])

    service.close_vote(made.chair, made.slug)

    assert tasks_of(made) == [(TaskKind.SETTLE_MUST_HAVES, 3)]
    settle(made, ada=(True, ""), sis=(True, ""), teacher=(True, ""))
    assert tasks_of(made) == []


def test_the_journal_tells_who_voted_when_and_never_how(make: Factory):
    made = opened(make)
    cast(made, 0, "ada", Answer.NO, "a reason of mine")
    service.submit_vote(made.reviewers[0], made.slug)
    service.close_vote(made.chair, made.slug)
    settle(made, ada=(False, ""))

    seat = require(made.chair, Action.VIEW_JOURNAL, made.evaluation, db.session())
    told = [entry.event for entry in list_journal_entries(db.session(), seat)]
    assert {Event.VOTE_OPENED, Event.VOTE_SUBMITTED, Event.VOTE_CLOSED, Event.VOTE_ADOPTED} <= set(
        told
    )
    entries = db.session.scalars(select(JournalEntry)).all()
    by_reviewer = [row for row in entries if row.event is Event.VOTE_SUBMITTED]
    assert [set(row.after or {}) for row in by_reviewer] == [{"vote", "number", "receipt"}]
    assert "a reason of mine" not in "".join(
        f"{row.before}{row.after}{row.reason}" for row in entries
    )


def test_counts_and_reasons_are_shown_without_names_and_to_everybody(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=5)
    groups = (
        Stakeholder.PARENT,
        Stakeholder.PARENT,
        Stakeholder.IT,
        Stakeholder.TEACHER,
        Stakeholder.TEACHER,
    )
    for actor, group in zip(made.reviewers, groups, strict=True):
        db.session.execute(
            update(Member).where(Member.user_id == actor.user_id).values(stakeholder=group)
        )
    db.session.commit()
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    service.open_vote(made.chair, made.slug)
    cast(made, 0, "ada", Answer.YES, "our children need it")
    cast(made, 1, "ada", Answer.NO)
    cast(made, 2, "ada", Answer.YES, "no exceptions in the network")
    cast(made, 3, "ada", Answer.NO, "the office can help")
    cast(made, 4, "ada", Answer.NO)
    for actor in (made.chair, made.reviewers[1], observer):
        assert "our children" not in visit(actor).get(made.url("must-haves/")).text

    service.close_vote(made.chair, made.slug)

    for actor in (made.chair, made.reviewers[1], observer):
        page = visit(actor).page(made.url("must-haves/"))
        notes = [words(node) for node in page.all("p")]
        assert any("Parent" in text and "our children need it" in text for text in notes)
        for reason in ("no exceptions in the network", "the office can help"):
            (alone,) = [text for text in notes if reason in text]
            assert not any(group.label in alone for group in Stakeholder)
        assert "Person" not in page.text.split("<main", 1)[1]


def test_the_group_of_a_reason_is_not_named_where_one_of_it_voted(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=2)
    for actor in made.reviewers:
        db.session.execute(
            update(Member)
            .where(Member.user_id == actor.user_id)
            .values(stakeholder=Stakeholder.PARENT)
        )
    db.session.commit()
    service.open_vote(made.chair, made.slug)
    cast(made, 0, "ada", Answer.YES, "our children need it")
    service.close_vote(made.chair, made.slug)

    page = visit(made.chair).page(made.url("must-haves/"))

    (alone,) = [words(node) for node in page.all("p") if "our children" in words(node)]
    assert "Parent" not in alone  # the chair knows that only one of the two has voted


def reasons_of(made: Made) -> list[tuple[str, Stakeholder | None]]:
    db.session.rollback()
    vote = list_votes(db.session(), made.evaluation.id)[0]
    results = list_vote_results(db.session(), vote)
    return sorted((reason.words, reason.stakeholder) for row in results for reason in row.reasons)


def speak_for(made: Made, reviewer: int, group: Stakeholder) -> None:
    roles = frozenset({Role.REVIEWER})
    member = member_of(made, reviewer)
    committee.change_member(made.chair, made.slug, member, roles=roles, stakeholder=group)


def test_a_seat_that_is_changed_after_the_closing_tells_nobody_whose_reason_it_is(make: Factory):
    made = opened(make, reviewers=4)
    groups = (Stakeholder.PARENT, Stakeholder.PARENT, Stakeholder.IT, Stakeholder.IT)
    for reviewer, group in enumerate(groups):
        speak_for(made, reviewer, group)
        cast(made, reviewer, "ada", Answer.YES, f"reason {reviewer}")
    service.close_vote(made.chair, made.slug)
    before = [(f"reason {reviewer}", group) for reviewer, group in enumerate(groups)]
    assert reasons_of(made) == before

    speak_for(made, 0, Stakeholder.IT)
    assert reasons_of(made) == before
    committee.remove_member(made.chair, made.slug, member_of(made, 0))
    assert reasons_of(made) == before
    committee.invite_member(
        made.chair,
        made.slug,
        name="Again",
        email=db.session.get_one(User, made.reviewers[0].user_id).email,
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.TEACHER,
    )

    assert reasons_of(made) == before


def test_the_vote_stands_beside_the_must_haves(make: Factory, visit: Visit):
    made = opened(make)
    vote_all(made, {0: "YYN", 1: "YNN"})
    chair = visit(made.chair)
    assert "1 YES" not in chair.get(made.url("rubric/weights/")).text
    assert load_newest_counts(db.session(), made.evaluation.id) == {}

    service.close_vote(made.chair, made.slug)

    text = chair.get(made.url("rubric/weights/")).text
    assert [said in text for said in ("2 YES, 0 NO", "1 YES, 1 NO", "0 YES, 2 NO")] == [True] * 3


def test_a_reviewer_votes_on_the_page_and_gets_a_receipt(make: Factory, visit: Visit):
    made = opened(make)
    reviewer = visit(made.reviewers[0])
    key = made.criterion("ada").id
    address = made.url(f"must-haves/ballot/{key}")

    wrong = reviewer.post(address, {"note": "typed with care", "version": "0"})
    page = parse(wrong.status_code, wrong.text)
    assert page.status == 422
    assert error_of(page, f"criterion-{key}-answer") == "Error: Choose an answer"
    assert "typed with care" in wrong.text
    saved = reviewer.post(address, {"answer": "YES", "version": "0"}, headers=JSON)
    stale = reviewer.post(address, {"answer": "NO", "version": "0"}, headers=JSON)
    other = {"answer": "NO", "version": "1", "wording": "5"}
    reworded = reviewer.post(address, other, headers=JSON)
    assert (saved.json["version"], saved.json["answered"], saved.json["total"]) == (1, 1, 3)
    assert (stale.status_code, stale.json["theirs"]["answer"]) == (409, "YES")
    assert (reworded.status_code, reworded.json["version"]) == (409, 1)
    assert reviewer.post(address, other).status_code == 409

    review = reviewer.get(made.url("must-haves/ballot/submit"))
    assert "2 criteria have no answer" in review.text
    done = reviewer.post(
        made.url("must-haves/ballot/submit"),
        filled_form(parse(200, review.text), made.url("must-haves/ballot/submit")),
    )

    assert done.status_code == 303
    receipt = db.session.scalars(select(SealedVote)).one().receipt
    text = reviewer.get(made.url("must-haves/ballot")).text
    assert receipt[:8] in text
    file = reviewer.get(made.url("must-haves/1/sealed"))
    assert json.loads(file.text)["answers"]["ada"]["answer"] == "YES"
    late = reviewer.post(address, {"answer": "NO", "version": "1"}, headers=JSON)
    assert late.status_code == 409
    reason = reviewer.get(f"/unsent/reason?form={address}", headers=JSON)
    assert "sealed" in reason.json["reason"]


def test_the_chair_settles_on_the_page(make: Factory, visit: Visit):
    made = closed(make, {0: "YYN", 1: "YNN"})
    chair = visit(made.chair)
    address = made.url("must-haves/settle/")
    shown = chair.get(address)
    form = filled_form(parse(200, shown.text), address)
    keys = {code: made.criterion(code).id for code in ("ada", "sis", "teacher")}
    assert form.get(f"c{keys['ada']}-settled") == ["yes"]
    assert f"c{keys['sis']}-settled" not in form  # a tie proposes nothing

    refused = chair.post(address, {**form, f"c{keys['sis']}-settled": "yes"})
    assert (refused.status_code, "say why" in refused.text) == (422, True)
    done = chair.post(
        address, {**form, f"c{keys['sis']}-settled": "yes", f"c{keys['sis']}-reason": "We need it."}
    )

    assert done.status_code == 303
    assert must_haves(made) == {"ada", "sis"}
    text = chair.get(made.url("must-haves/")).text
    assert "We need it." in text
    late = chair.post(address, {**form, f"c{keys['ada']}-settled": "no",
                                f"c{keys['ada']}-reason": "Not any more."})  # fmt: skip
    assert late.status_code == 409
    assert "Not any more." in late.text


def test_what_one_vote_counted_settles_no_newer_one(make: Factory, visit: Visit):
    made = closed(make, {0: "YYY"})
    chair, address = visit(made.chair), made.url("must-haves/settle/")
    form = filled_form(chair.page(address), address)
    service.open_vote(made.chair, made.slug)
    vote_all(made, {1: "YYY"})
    service.close_vote(made.chair, made.slug)

    late = chair.post(address, form)

    assert late.status_code == 409
    assert must_haves(made) == {"ada"}
    assert chair.post(address, filled_form(chair.page(address), address)).status_code == 303
    assert must_haves(made) == {"ada", "sis", "teacher"}


def test_what_was_set_otherwise_after_it_was_settled_is_said(make: Factory, visit: Visit):
    made = closed(make, {0: "YYY"})
    settle(made, sis=(True, ""))

    change(made, "sis", must_have=False)

    text = visit(made.chair).get(made.url("must-haves/")).text
    assert "Set otherwise since then: not a must-have." in " ".join(text.split())


def test_pages_that_say_what_will_happen_are_compared(make: Factory, visit: Visit):
    made = make.evaluation(reviewers=3)
    chair = visit(made.chair)
    address = made.url("must-haves/open")
    form = filled_form(parse(200, chair.get(address).text), address)
    make.reviewer(made.chair, made.slug)
    stale = chair.post(address, form)
    assert stale.status_code == 409
    chair.post(address, filled_form(parse(409, stale.text), address))
    assert chair.get(address).status_code == 404
    close = made.url("must-haves/close")
    form = filled_form(parse(200, chair.get(close).text), close)
    cast(made, 0, "ada", Answer.YES)

    assert chair.post(close, form).status_code == 409
    with pytest.raises(Stale):
        service.close_vote(made.chair, made.slug, seen=form["version"])


@pytest.mark.parametrize("what", ["answer", "reason", "count", "counted", "receipt", "round"])
def test_the_database_refuses_to_change_what_is_sealed(make: Factory, what: str):
    closed(make, {0: "YYN", 1: "YNN"})
    works: dict[str, Any] = {
        "answer": update(CastVote).values(answer=Answer.NO),
        "reason": delete(CastVote),
        "count": update(VoteCount).values(yes=0, no=2),
        "counted": update(SealedVote).values(counted=False),
        "receipt": update(SealedVote).values(receipt="0" * 64),
        "round": update(MustHaveVote).values(closed_at=None, closed_by=""),
    }
    db.session.rollback()

    with pytest.raises((IntegrityError, InternalError), match="sealed"):
        db.session.connection(execution_options=WRITE).execute(works[what])
    db.session.rollback()


def test_the_database_takes_no_answer_into_a_closed_round(make: Factory):
    made = closed(make, {0: "YYN"})
    row = db.session.scalars(select(CastVote).limit(1)).one()
    values = {name: getattr(row, name) for name in (
        "evaluation_id", "vote_id", "criterion_id", "answer", "note", "wording", "version",
        "marked_at")}  # fmt: skip
    member = member_of(made, 2)
    db.session.rollback()

    with pytest.raises((IntegrityError, InternalError), match="sealed"):
        db.session.connection(execution_options=WRITE).execute(
            insert(CastVote).values(**values, member_id=member)
        )
    db.session.rollback()
