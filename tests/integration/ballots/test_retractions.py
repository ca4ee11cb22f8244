"""A conflict of interest that was declared by mistake, or in the wrong words, by whoever did it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crrubric.clock import now_utc
from crrubric.domain.errors import DoneAlready, Invalid, NotFound, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Answer, DeclarationKind, EntrySource, Phase
from crrubric.extensions import db
from crrubric.models import Declaration, Evaluation, JournalEntry, Member
from crrubric.queries.people.people import Actor
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import declarations, entries
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.setup import phases
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit, error_of
from tests.pages import parse, words

OLD = "My sister works there."
NEW = "My sister worked there until 2019."
WHY = "I took them for another company."


def conflicted(make: Factory, *, phase: Phase = Phase.SCORING) -> Made:
    """The first reviewer marked the first vendor, and then declared a conflict with it."""
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY"})
    make.conflict(made, 0, 0, OLD)
    make.forward(made, phase, {})
    return made


def declaration_of(made: Made, actor: Actor) -> tuple[DeclarationKind, str]:
    db.session.rollback()
    found = db.session.scalars(
        select(Declaration)
        .join(Member, Member.id == Declaration.member_id)
        .where(Member.user_id == actor.user_id, Declaration.vendor_id == made.vendors[0].id)
    ).one()
    return found.kind, found.words


def retract(made: Made, why: str = WHY, *, actor: Actor | None = None) -> None:
    who = actor or made.reviewers[0]
    declarations.retract_conflict(who, made.slug, made.vendors[0].id, reason=why)


def reword(made: Made, text: str = NEW, why: str = WHY, *, seen: str | None = None) -> None:
    person, vendor = made.reviewers[0], made.vendors[0].id
    declarations.reword_conflict(person, made.slug, vendor, words=text, reason=why, seen=seen)


def told(event: Event) -> JournalEntry:
    return db.session.scalars(select(JournalEntry).where(JournalEntry.event == event)).one()


@pytest.mark.both_databases
def test_a_conflict_declared_by_mistake_is_taken_back_and_stays_on_record(make: Factory):
    made = conflicted(make)

    retract(made)

    assert declaration_of(made, made.reviewers[0]) == (DeclarationKind.NONE, "")
    assert not ballot_of(made, 0, 0).recused
    entry = told(Event.CONFLICT_RETRACTED)
    assert (entry.before, entry.reason) == ({"words": OLD}, WHY)
    make.mark_again(made, 0, 0, made.criteria[0].code, Answer.NO)
    assert verify_record(db.session()).problems == ()


@pytest.mark.both_databases
def test_other_words_leave_it_a_conflict_declared_when_it_was(make: Factory):
    made = conflicted(make, phase=Phase.MEETING)  # words may be corrected whoever saw what
    before = db.session.scalars(select(Declaration.declared_at)).all()

    reword(made)

    assert declaration_of(made, made.reviewers[0]) == (DeclarationKind.CONFLICT, NEW)
    assert db.session.scalars(select(Declaration.declared_at)).all() == before
    entry = told(Event.CONFLICT_REWORDED)
    assert (entry.before, entry.after) == ({"words": OLD}, {"words": NEW})
    assert verify_record(db.session()).problems == ()


def test_both_need_a_reason_and_a_conflict_of_ones_own(make: Factory):
    made = conflicted(make)

    with pytest.raises(Invalid, match="Say why"):
        retract(made, " ")
    with pytest.raises(Invalid) as refused:
        reword(made, " ", " ")
    assert [one.field for one in (refused.value, *refused.value.more)] == ["words", "reason"]
    for nobody in (made.reviewers[1], made.chair):
        with pytest.raises((NotFound, DoneAlready)):
            retract(made, actor=nobody)
    assert declaration_of(made, made.reviewers[0]) == (DeclarationKind.CONFLICT, OLD)


def test_the_same_once_more_is_done_once_and_another_reason_is_not_dropped(make: Factory):
    made = conflicted(make)

    retract(made)
    retract(made)

    told(Event.CONFLICT_RETRACTED)
    with pytest.raises(DoneAlready, match="did this already"):
        retract(made, "Another reason.")
    with pytest.raises(NotFound):
        reword(made)


@pytest.mark.parametrize("back", [False, True])
def test_once_the_committee_has_seen_the_ballots_nothing_is_taken_back(
    make: Factory, visit: Visit, back: bool
):
    made = conflicted(make, phase=Phase.MEETING)
    if back:
        phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Closed too early.")

    with pytest.raises(Invalid, match="an administrator can appoint an acting one"):
        retract(made)
    page = words(visit(made.reviewers[0]).page(address(made)).root)
    assert "a conflict of interest is not taken back any more" in page
    assert "take it back" not in page.replace("taken back", "")


def test_nor_is_it_in_a_meeting_for_which_nobody_had_marked(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    declarations.declare_interest(
        made.chair,
        made.slug,
        made.vendors[0].id,
        kind=DeclarationKind.CONFLICT,
        words="My sister sells it.",
    )
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    with pytest.raises(Invalid, match="an administrator can appoint an acting one"):
        declarations.retract_conflict(
            made.chair, made.slug, made.vendors[0].id, reason="A mistake."
        )
    page = words(visit(made.chair).page(address(made)).root)
    assert "The meeting has begun: a conflict of interest is not taken back any more" in page
    assert "take it back" not in page.replace("taken back", "")


def test_nothing_is_taken_back_after_the_hard_end(make: Factory):
    made = conflicted(make)
    with unit_of_work() as session:
        past = now_utc() - timedelta(hours=1)
        session.execute(update(Evaluation).values(ends_at=past))

    with pytest.raises(WrongPhase, match="Nothing is taken after that"):
        retract(made)


def test_who_saw_a_ballot_by_entering_it_takes_nothing_back(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    declarations.declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words=OLD
    )
    said = entries.EnteredBallot(
        source=EntrySource.PHONE,
        given_on=now_utc().date() - timedelta(days=1),
        no_conflict=True,
        marks={row.id: MarkText(answer=Answer.YES) for row in made.criteria},
    )
    entries.enter_ballot(made.chair, made.slug, ballot_of(made, 1, 1).id, said)

    with pytest.raises(Invalid, match="Another chair can"):
        retract(made, actor=made.chair)


def test_a_waived_conflict_is_not_taken_back_and_can_be_reworded(make: Factory, visit: Visit):
    made = conflicted(make)
    found = db.session.scalars(
        select(Declaration).where(Declaration.kind == DeclarationKind.CONFLICT)
    ).one()
    declarations.waive_conflict(made.chair, made.slug, found.id, reason="It is long ago.")

    with pytest.raises(Invalid, match="A chair has waived this conflict"):
        retract(made)
    reword(made)

    assert declaration_of(made, made.reviewers[0]) == (DeclarationKind.CONFLICT, NEW)
    assert not ballot_of(made, 0, 0).recused
    assert verify_record(db.session()).problems == ()


def address(made: Made) -> str:
    return made.url(f"vendors/{made.vendors[0].id}/declaration")


def test_the_page_takes_a_conflict_back_and_the_chair_and_the_memo_tell_of_it(
    make: Factory, visit: Visit
):
    made = conflicted(make)
    person = visit(made.reviewers[0])
    person.get(address(made))

    answer = person.post(f"{address(made)}/retraction", {"reason": WHY})

    assert answer.status_code == 303
    assert "is taken back" in person.get(answer.location).text
    progress = words(visit(made.chair).page(made.url("progress")).root)
    assert OLD in progress
    assert f": {WHY}" in progress
    make.forward(made, Phase.MEETING, {})
    memo = words(visit(made.chair).page(made.url("memo/")).root)
    assert f"“{OLD}”, taken back by them" in memo
    assert WHY in memo


def test_what_was_typed_stays_in_a_form_that_is_refused(make: Factory, visit: Visit):
    made = conflicted(make)
    person = visit(made.reviewers[0])
    person.get(address(made))

    empty = person.post(f"{address(made)}/retraction", {"reason": " "})
    assert empty.status_code == 422
    assert "Say why" in empty.text

    half = person.edit(f"{address(made)}/words", {"words": NEW, "reason": ""}, page=address(made))
    assert half.status_code == 422
    page = parse(half.status_code, half.text)
    assert error_of(page, "reason") == "Error: Say why."
    assert NEW in half.text


def test_two_windows_do_not_overwrite_each_others_words(make: Factory, visit: Visit):
    made = conflicted(make)
    person = visit(made.reviewers[0])
    sent = {"words": NEW, "reason": WHY}
    stale = dict(sent, version="0", seen="")

    answer = person.post(f"{address(made)}/words", stale)

    assert answer.status_code == 409
    assert NEW in answer.text
    assert declaration_of(made, made.reviewers[0]) == (DeclarationKind.CONFLICT, OLD)
