"""Ballots on behalf: given on paper or by phone, entered once, confirmed by the reviewer."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, InvalidPlaces, NotFound, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import (
    Answer,
    BallotState,
    CorrectionEffect,
    DeclarationKind,
    EntrySource,
    Phase,
    Role,
    Stakeholder,
)
from crrubric.extensions import db
from crrubric.models import Declaration, EntryOnBehalf, JournalEntry, Mark, Member, Notice
from crrubric.queries.memo.blindness import count_ballots_by_origin
from crrubric.queries.people.people import Actor
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import declarations, seals
from crrubric.services.ballots import entries as service
from crrubric.services.ballots.ballots import MarkText, record_mark
from crrubric.services.exchange.filled_ballots import GivenBallots
from crrubric.services.exchange.import_plans import ImportWishes
from crrubric.services.exchange.imports import import_marks
from crrubric.services.exchange.table_sources import read_data
from crrubric.services.setup import committee, phases
from crrubric.services.setup.committee import change_member
from crrubric.services.setup.corrections import Correction, correct_criterion
from tests.factories import Factory, Made, ballot_of, let_chair_score, stored_marks
from tests.integration.conftest import Visit, error_of
from tests.pages import parse, words

TODAY = now_utc().date() - timedelta(days=1)


def scene(make: Factory) -> Made:
    """Scoring, with nothing declared yet."""
    made = make.evaluation(reviewers=2)

    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    return made


def entry(made: Made, *, said: str = "YN", no_conflict: bool = True, rest: str = "left it empty",
          on: date | None = TODAY) -> service.EnteredBallot:  # fmt: skip
    letters = {"Y": Answer.YES, "N": Answer.NO, "A": Answer.NOT_APPLICABLE}
    marks = {
        criterion.id: MarkText(answer=letters[letter], note="said so")
        for criterion, letter in zip(made.criteria, said, strict=False)
    }
    return service.EnteredBallot(
        source=EntrySource.PAPER, given_on=on, no_conflict=no_conflict, marks=marks, rest=rest
    )


def enter(made: Made, text: service.EnteredBallot, *, actor: Actor | None = None) -> EntryOnBehalf:
    ballot = ballot_of(made, 0, 0)
    return service.enter_ballot(actor or made.chair, made.slug, ballot.id, text)


def test_a_ballot_entered_by_the_chair_is_sealed_and_labeled_as_entered(make: Factory):
    made = scene(make)

    found = enter(made, entry(made))

    ballot = ballot_of(made, 0, 0)
    assert (ballot.state, ballot.seals) == (BallotState.SUBMITTED, 1)
    assert stored_marks() == [(Answer.YES, "said so"), (Answer.NO, "said so")]
    assert (found.source, found.given_on, found.entered_by, found.confirmed_at) == (
        EntrySource.PAPER,
        TODAY,
        "Dana Chair",
        None,
    )
    assert db.session.scalars(select(Declaration.kind)).all() == [DeclarationKind.NONE]
    told = db.session.scalars(select(Notice.kind).where(Notice.member_id == ballot.member_id))
    assert "BALLOT_ENTERED" in told.all()
    assert verify_record(db.session()).problems == ()


def test_the_chair_can_not_read_an_entered_ballot_again(make: Factory, visit: Visit):
    made = scene(make)
    enter(made, entry(made))
    chair = visit(made.chair)

    progress = chair.get(made.url("progress")).text
    assert "entered by the chair, not confirmed yet" in progress
    ballot = ballot_of(made, 0, 0)
    assert chair.get(made.url(f"progress/{ballot.id}/enter")).status_code == 303
    for path in ("", "progress", "journal"):
        text = chair.get(made.url(path)).text
        assert ("said so" in text, "marked Vendor" in text) == (False, False)


def test_the_reviewer_reads_and_confirms_the_entered_ballot(make: Factory, visit: Visit):
    made = scene(make)
    enter(made, entry(made))
    reviewer, vendor = visit(made.reviewers[0]), made.vendors[0].id

    assert "Read and confirm it" in reviewer.get(made.url("ballots/")).text
    review = reviewer.get(made.url(f"ballots/{vendor}/submit")).text
    assert ("Dana Chair entered this ballot" in review, "said so" in review) == (True, True)
    assert reviewer.post(made.url(f"ballots/{vendor}/confirm")).status_code == 303

    stored = db.session.scalars(select(EntryOnBehalf)).one()
    assert stored.confirmed_at is not None
    assert reviewer.post(made.url(f"ballots/{vendor}/confirm")).status_code == 303  # a second click
    confirmed = select(JournalEntry.id).where(JournalEntry.event == Event.BALLOT_CONFIRMED)
    assert len(db.session.scalars(confirmed).all()) == 1
    late = reviewer.post(made.url(f"ballots/{vendor}/dispute"), {"reason": "I said NO twice"})
    assert (late.status_code, "You confirmed this ballot already" in late.text) == (409, True)
    assert "I said NO twice" in late.text
    assert "entered by the chair, confirmed" in visit(made.chair).get(made.url("progress")).text


def test_it_can_still_be_confirmed_in_the_meeting(make: Factory, visit: Visit):
    made = scene(make)
    enter(made, entry(made))
    make.forward(made, Phase.MEETING, {})
    cell = made.url(f"cells/{made.vendors[0].id}/{made.criterion('ada').id}")
    assert "entered by the chair, not confirmed" in visit(made.chair).get(cell).text

    memo = visit(made.chair).get(made.url("memo/")).text
    assert "entered and sealed by somebody else" in memo
    assert "entered on their behalf: 1, not confirmed: 1" in memo
    service.confirm_ballot(made.reviewers[0], made.slug, made.vendors[0].id)

    assert "entered by the chair, confirmed" in visit(made.chair).get(cell).text


def test_a_disputed_entry_reopens_for_the_reviewer_and_keeps_both_versions(
    make: Factory, visit: Visit
):
    made = scene(make)
    enter(made, entry(made))
    reviewer, vendor = visit(made.reviewers[0]), made.vendors[0].id

    silent = reviewer.post(made.url(f"ballots/{vendor}/dispute"), {"reason": ""})
    assert silent.status_code == 422
    assert ballot_of(made, 0, 0).state is BallotState.SUBMITTED
    answer = reviewer.post(made.url(f"ballots/{vendor}/dispute"), {"reason": "I said NO twice"})

    assert answer.status_code == 303
    db.session.expire_all()
    assert ballot_of(made, 0, 0).state is BallotState.OPEN
    told = db.session.scalars(select(Notice).where(Notice.kind == "BALLOT_DISPUTED")).all()
    assert [row.member.name for row in told] == ["Dana Chair"]
    assert "Read and confirm it" not in reviewer.get(made.url("ballots/")).text
    make.mark_again(made, 0, 0, "ada", Answer.NO)
    make.submit(made, 0, 0, "left it empty")
    sealed = ballot_of(made, 0, 0)
    assert sealed.seals == 2
    assert "entered by the chair" not in visit(made.chair).get(made.url("progress")).text
    make.forward(made, Phase.MEETING, {})
    # whoever entered it has seen it all the same, as the sentences on blindness count it
    memo = visit(made.chair).get(made.url("memo/")).text
    assert "entered on their behalf: 1, not confirmed: 0, disputed: 1" in memo
    assert verify_record(db.session()).problems == ()


def test_news_of_a_vendor_is_kept_from_who_declares_a_conflict_with_it_afterwards(
    make: Factory, visit: Visit
):
    made = make.evaluation(reviewers=2)
    other, third = (make.member(made.chair, made.slug, frozenset({Role.CHAIR})) for _ in range(2))
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    enter(made, entry(made))
    service.dispute_ballot(made.reviewers[0], made.slug, made.vendors[0].id, words="I said NO")
    said = f"entered for {made.vendors[0].name} does not match"
    places = ("/", made.url())
    assert [said in visit(other).get(place).text for place in places] == [True, True]

    declarations.declare_interest(
        other, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="My sister."
    )

    assert [said in visit(other).get(place).text for place in places] == [False, False]
    assert [said in visit(made.chair).get(place).text for place in places] == [True, True]
    own = db.session.scalars(select(Declaration).where(Declaration.words == "My sister.")).one()
    declarations.waive_conflict(third, made.slug, own.id, reason="She left.")
    declarations.end_waiver(third, made.slug, own.id, reason="She is back.")
    page = visit(other).get(made.url()).text
    assert (said in page, "She is back." in page) == (False, True)


def test_the_journal_shows_entered_marks_only_from_the_meeting_on(make: Factory):
    made = scene(make)
    enter(made, entry(made))

    events = db.session.scalars(select(JournalEntry.event).order_by(JournalEntry.id)).all()
    assert [event for event in events if "MARK" in event or "BALLOT" in event] == [
        Event.MARK_RECORDED,
        Event.MARK_RECORDED,
        Event.BALLOT_ENTERED,
    ]
    marked = db.session.scalars(
        select(JournalEntry.after).where(JournalEntry.event == Event.MARK_RECORDED)
    ).first()
    assert marked is not None
    assert marked["on behalf of"].startswith("Person")


def test_a_chair_who_scores_must_submit_before_entering_for_others(make: Factory):
    made = scene(make)
    both = make.member(made.chair, made.slug, frozenset({Role.CHAIR, Role.REVIEWER}))

    with pytest.raises(WrongPhase, match="Submit your own ballot"):
        enter(made, entry(made), actor=both)


def test_only_the_chair_enters_ballots_and_never_their_own(make: Factory):
    made = scene(make)
    both = make.member(made.chair, made.slug, frozenset({Role.CHAIR, Role.REVIEWER}))
    made.reviewers.append(both)
    own = ballot_of(made, 2, 0)

    with pytest.raises(NotFound):
        service.enter_ballot(both, made.slug, own.id, entry(made))
    with pytest.raises(NotFound):
        enter(made, entry(made), actor=made.reviewers[1])


def test_no_ballot_is_entered_for_a_member_who_no_longer_scores(make: Factory):
    made = scene(make)
    ballot = ballot_of(made, 0, 0)
    change_member(
        made.chair,
        made.slug,
        ballot.member_id,
        roles=frozenset({Role.OBSERVER}),
        stakeholder=ballot.member.stakeholder,
    )

    with pytest.raises(NotFound):
        enter(made, entry(made))


def test_a_ballot_that_the_reviewer_began_can_not_be_entered_by_the_chair(make: Factory):
    made = scene(make)
    make.no_conflicts(made)
    make.mark(made, 0, 0, "ada", Answer.YES)

    with pytest.raises(WrongPhase, match="has begun this ballot"):
        enter(made, entry(made))


def reopen(made: Made) -> None:
    """The chair gives the ballot back that was entered."""
    seals.reopen_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, reason="A page was lost.")


def test_an_entered_ballot_that_was_opened_again_is_entered_again(make: Factory, visit: Visit):
    """Who has no account could never submit it."""
    made = scene(make)
    enter(made, entry(made))
    reopen(made)
    offered = visit(made.chair).get(made.url("progress")).text

    found = enter(made, entry(made, said="NNA", rest=""))

    ballot = ballot_of(made, 0, 0)
    assert "Enter it again" in offered
    assert (ballot.state, ballot.seals, found.number) == (BallotState.SUBMITTED, 2, 2)
    assert stored_marks() == [
        (Answer.NO, "said so"), (Answer.NO, "said so"), (Answer.NOT_APPLICABLE, "said so")
    ]  # fmt: skip
    assert verify_record(db.session()).problems == ()
    assert "Read and confirm it" in visit(made.reviewers[0]).get(made.url("ballots/")).text


def test_who_goes_on_with_an_entered_ballot_is_told_who_has_seen_it(make: Factory, visit: Visit):
    made = scene(make)
    enter(made, entry(made))
    reopen(made)

    page = words(visit(made.reviewers[0]).page(made.url(f"ballots/{made.vendors[0].id}")).root)

    assert "Whoever entered this ballot for you has seen its answers." in page
    assert "nobody else sees them" not in page


def test_a_file_of_marks_for_an_entered_ballot_says_where_it_is_entered_again(make: Factory):
    made = scene(make)
    enter(made, entry(made))
    reopen(made)
    reviewer, vendor, criterion = made.reviewers[0].name, made.vendors[0].company, made.criteria[2]
    lines = ["reviewer,vendor,criterion,mark", f"{reviewer},{vendor},{criterion.code},NO"]
    wishes = ImportWishes(given=GivenBallots(on=TODAY, no_conflict=True))

    with pytest.raises(InvalidPlaces) as refused:
        import_marks(
            made.chair,
            read_data("\n".join(lines).encode(), "marks.csv"),
            slug=made.slug,
            wishes=wishes,
        )

    ((_place, why),) = refused.value.places
    assert "was entered already: enter it again on the page “Progress”" in str(why)


def test_a_criterion_that_is_asked_again_can_be_answered_on_paper_again(make: Factory):
    made = scene(make)
    enter(made, entry(made))
    second = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    criterion = made.criteria[0]
    again = Correction(
        title=criterion.title, question="Really?", look_for="", reason="Unclear",
        effect=CorrectionEffect.AGAIN,
    )  # fmt: skip
    correct_criterion(second, made.slug, criterion.id, again)

    enter(made, entry(made, said="NN"))

    assert ballot_of(made, 0, 0).seals == 2
    assert sorted(stored_marks()) == [(Answer.NO, "said so"), (Answer.NO, "said so")]
    assert verify_record(db.session()).problems == ()


def test_an_entered_ballot_that_its_reviewer_goes_on_with_is_theirs(make: Factory):
    made = scene(make)
    enter(made, entry(made))
    reopen(made)
    make.mark_again(made, 0, 0, made.criteria[0].code, Answer.NO)

    with pytest.raises(WrongPhase, match="has begun this ballot"):
        enter(made, entry(made))


def test_an_answer_that_was_entered_is_not_dropped_by_entering_again(make: Factory):
    made = scene(make)
    enter(made, entry(made))
    reopen(made)

    with pytest.raises(Invalid, match="there was one, and it stays"):
        enter(made, entry(made, said="Y"))

    assert len(stored_marks()) == 2


def test_a_chair_with_a_conflict_enters_no_ballot_for_that_vendor(make: Factory, visit: Visit):
    made = scene(make)
    from crrubric.services.ballots.declarations import declare_interest

    vendor = made.vendors[0].id
    declare_interest(
        made.chair, made.slug, vendor, kind=DeclarationKind.CONFLICT, words="I worked there"
    )

    with pytest.raises(NotFound):
        enter(made, entry(made))
    address = made.url(f"progress/{ballot_of(made, 0, 0).id}/enter")
    assert visit(made.chair).get(address).status_code == 404


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"no_conflict": False}, "check the box that there is none"),
        ({"rest": ""}, "Say why the others have no mark"),
        ({"on": None}, "Enter the day"),
        ({"on": now_utc().date() + timedelta(days=2)}, "still to come"),
        ({"said": ""}, "at least one answer"),
        ({"said": "AY"}, "always applies"),
        ({"said": "Y" * 30}, "delete this reason"),
    ],
)
def test_an_incomplete_entry_names_what_is_missing_and_stores_nothing(make: Factory, change, says):
    made = scene(make)

    with pytest.raises(Invalid, match=says):
        enter(made, entry(made, **change))

    assert stored_marks() == []
    assert db.session.scalars(select(Declaration.id)).all() == []


def test_an_entry_with_criteria_of_another_evaluation_is_not_found(make: Factory):
    made, other = scene(make), make.evaluation(title="Another")
    foreign = entry(other)

    with pytest.raises(NotFound):
        enter(made, foreign)
    assert stored_marks() == []


def test_a_refused_form_keeps_every_answer(make: Factory, visit: Visit):
    made = scene(make)
    ada, sis = made.criterion("ada").id, made.criterion("sis").id
    address = made.url(f"progress/{ballot_of(made, 0, 0).id}/enter")
    form = {
        "whose": service.fingerprint_ballot(ballot_of(made, 0, 0)),
        f"answer-{ada}": "YES",
        f"note-{ada}": "read from the sheet",
        f"answer-{sis}": "NO",
        f"note-{sis}": "x" * 6000,
        "source": "PAPER",
        "given_on": TODAY.isoformat(),
        "no_conflict": "y",
        "rest": "left empty",
    }
    chair = visit(made.chair)

    late = chair.post(address, {**form, "given_on": "", f"note-{sis}": ""})
    long = chair.post(address, form)

    assert late.status_code == 422
    assert error_of(parse(422, late.text), "given_on").startswith("Error: Enter the day")
    page = parse(422, late.text)
    assert page.with_id(f"criterion-{ada}-answer-yes").get("checked") is not None
    assert "read from the sheet" in late.text
    wrong = error_of(parse(422, long.text), f"note-{sis}")
    assert wrong == "Error: Shorten this to 5000 characters; it has 6000."
    assert "x" * 6000 in long.text
    assert stored_marks() == []
    done = chair.post(address, {**form, f"note-{sis}": ""})
    assert (done.status_code, len(db.session.scalars(select(Mark)).all())) == (303, 2)


def test_a_note_without_an_answer_is_not_dropped(make: Factory, visit: Visit):
    made = scene(make)
    ada, sis = made.criterion("ada").id, made.criterion("sis").id
    address = made.url(f"progress/{ballot_of(made, 0, 0).id}/enter")
    form = {
        "whose": service.fingerprint_ballot(ballot_of(made, 0, 0)),
        f"answer-{ada}": "YES", f"note-{sis}": "dictated by phone", "source": "PHONE",
        "given_on": TODAY.isoformat(), "no_conflict": "y", "rest": "left empty",
    }  # fmt: skip

    answer = visit(made.chair).post(address, form)

    page = parse(422, answer.text)
    assert "Choose an answer for this note" in error_of(page, f"note-{sis}")
    assert "dictated by phone" in answer.text
    assert page.with_id(f"criterion-{ada}-answer-yes").get("checked") is not None
    assert stored_marks() == []


@pytest.mark.parametrize("marked", [False, True])
def test_a_chair_who_has_ceased_to_score_enters_ballots_of_others(
    make: Factory, visit: Visit, marked: bool
):
    made = make.evaluation(reviewers=2)
    chair = let_chair_score(made)
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    make.no_conflicts(made)
    if marked:
        key, text = made.criteria[0].id, MarkText(answer=Answer.YES)
        record_mark(made.chair, made.slug, made.vendors[0].id, key, text, seen_version=0)
    first, second = ballot_of(made, 0, 0), ballot_of(made, 1, 0)
    with pytest.raises(WrongPhase, match="Submit your own ballot"):
        enter(made, entry(made))
    change_member(
        made.chair,
        made.slug,
        chair.id,
        roles=frozenset({Role.CHAIR}),
        stakeholder=chair.stakeholder,
    )
    workbook = visit(made.chair).get(made.url(f"progress/workbook/{second.member_id}")).text

    enter(made, entry(made))

    assert first.state is BallotState.SUBMITTED
    assert "submit your own ballot first" not in workbook


def test_an_answer_to_what_is_asked_no_longer_comes_back_with_its_note(make: Factory, visit: Visit):
    made = scene(make)
    ada, sis = made.criterion("ada").id, made.criterion("sis").id
    url = made.url(f"progress/{ballot_of(made, 0, 0).id}/enter")
    form = {
        "whose": service.fingerprint_ballot(ballot_of(made, 0, 0)),
        f"answer-{ada}": "YES", f"note-{ada}": "dictated by phone", f"answer-{sis}": "NO",
        "source": "PHONE", "given_on": TODAY.isoformat(), "no_conflict": "y", "rest": "left empty",
    }  # fmt: skip
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    correct(made, other, CorrectionEffect.LEAVE_OUT)

    undated = visit(made.chair).post(url, {**form, "given_on": ""})
    answer = visit(made.chair).post(url, form)

    assert (undated.status_code, "dictated by phone" in undated.text) == (422, True)
    assert answer.status_code == 422
    assert "is not asked of" in answer.text
    assert "Another: dictated by phone" in answer.text
    page = parse(422, answer.text)
    assert page.with_id(f"criterion-{sis}-answer-no").get("checked") is not None
    left = {name: text for name, text in form.items() if not name.endswith(f"-{ada}")}
    assert visit(made.chair).post(url, left).status_code == 303


def test_an_entered_ballot_that_was_reopened_can_not_be_confirmed(make: Factory):
    made = scene(make)
    enter(made, entry(made))
    seals.reopen_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, reason="A second call")
    who, vendor = made.reviewers[0], made.vendors[0].id

    with pytest.raises(NotFound):
        service.confirm_ballot(who, made.slug, vendor)
    with pytest.raises(NotFound):
        service.dispute_ballot(who, made.slug, vendor, words="I said no.")

    assert ballot_of(made, 0, 0).state is BallotState.OPEN


@pytest.mark.parametrize("undone", ["disputed", "reopened"])
def test_a_ballot_that_was_ever_entered_does_not_count_as_filled_in_alone(
    make: Factory, undone: str
):
    made = make.evaluation(phase=Phase.SCORING, vendors=1, marks={(1, 0): "YYY"})
    make.submit(made, 1, 0)
    enter(made, entry(made, said="YNA", rest=""))
    if undone == "disputed":
        service.dispute_ballot(
            made.reviewers[0], made.slug, made.vendors[0].id, words="I said yes."
        )
    else:
        seals.reopen_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, reason="Look again.")
    make.submit(made, 0, 0)

    assert count_ballots_by_origin(db.session(), made.evaluation) == (1, 0)


# whoever has entered a ballot has seen it, before the committee did


def seat_of(made: Made, reviewer: int) -> Member:
    return ballot_of(made, reviewer, 0).member


def remove(made: Made, actor: Actor, reviewer: int) -> None:
    committee.remove_member(actor, made.slug, seat_of(made, reviewer).id)


def let_observe(made: Made, actor: Actor, reviewer: int) -> None:
    roles, member = frozenset({Role.OBSERVER}), seat_of(made, reviewer).id
    change_member(actor, made.slug, member, roles=roles, stakeholder=Stakeholder.TEACHER)


def end_waiver(made: Made, actor: Actor, reviewer: int) -> None:
    own = select(Declaration.id).where(
        Declaration.member_id == seat_of(made, reviewer).id,
        Declaration.kind == DeclarationKind.CONFLICT,
    )
    key = db.session.scalars(own).one()
    declarations.end_waiver(actor, made.slug, key, reason="Not so small.")


def correct(made: Made, actor: Actor, effect: CorrectionEffect) -> None:
    words = Correction(title="Another", question="", look_for="", effect=effect, reason="Why not.")
    correct_criterion(actor, made.slug, made.criteria[0].id, words)


def waived_and_entered(make: Factory) -> Made:
    """Two reviewers with waived conflicts; the chair enters a ballot of the first."""
    made = make.evaluation(reviewers=3)
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    for reviewer in (0, 1):
        found = make.conflict(made, reviewer, 0, "A few shares.")
        declarations.waive_conflict(made.chair, made.slug, found.id, reason="Very few.")
    enter(made, entry(made))
    return made


@pytest.mark.parametrize("reviewer", [0, 1])
@pytest.mark.parametrize("act", [remove, let_observe, end_waiver])
def test_whoever_entered_a_ballot_chooses_no_longer_whose_marks_count(
    make: Factory, act: Callable[[Made, Actor, int], None], reviewer: int
):
    made = waived_and_entered(make)

    with pytest.raises(Invalid, match="You entered a ballot on behalf of a reviewer"):
        act(made, made.chair, reviewer)


@pytest.mark.parametrize("act", [remove, let_observe, end_waiver])
def test_another_chair_chooses_all_but_the_ballot_that_was_seen(
    make: Factory, act: Callable[[Made, Actor, int], None]
):
    made = waived_and_entered(make)
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))

    with pytest.raises(Invalid, match="Somebody entered this reviewer’s ballot on their behalf"):
        act(made, other, 0)
    act(made, other, 1)


def test_whoever_entered_a_ballot_corrects_words_and_another_chair_more(
    make: Factory, visit: Visit
):
    made = waived_and_entered(make)
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    url = made.url(f"rubric/criteria/{made.criteria[0].id}/correct")

    with pytest.raises(Invalid, match="You entered a ballot") as refused:
        correct(made, made.chair, CorrectionEffect.LEAVE_OUT)
    pages = [visit(who).get(url).text for who in (made.chair, other)]

    assert refused.value.field == "effect"
    assert ["LEAVE_OUT" in page for page in pages] == [False, True]
    correct(made, made.chair, CorrectionEffect.KEEP)
    correct(made, other, CorrectionEffect.LEAVE_OUT)


def test_the_page_of_a_ballot_that_was_entered_says_by_whom_and_leads_to_its_confirmation(
    make: Factory, visit: Visit
):
    made = scene(make)
    enter(made, entry(made, said="Y", rest="the paper was blank there"))
    reviewer, vendor = visit(made.reviewers[0]), made.vendors[0].id
    address = made.url(f"ballots/{vendor}")

    page = reviewer.get(address)
    said = words(parse(page.status_code, page.text).root)

    assert "Dana Chair entered this ballot" in said
    assert "You submitted this ballot" not in said
    assert ("Abstained" in said, "the paper was blank there" in said) == (True, True)
    assert "Unscored" not in said
    assert f'<a href="{address}/submit">Read and confirm it</a>' in page.text


def test_the_page_of_a_sealed_ballot_leads_to_its_receipt(make: Factory, visit: Visit):
    made = scene(make)
    enter(made, entry(made))
    reviewer, vendor = made.reviewers[0], made.vendors[0].id
    service.confirm_ballot(reviewer, made.slug, vendor)

    page = visit(reviewer).get(made.url(f"ballots/{vendor}"))

    assert f'<a href="{made.url(f"ballots/{vendor}/submit")}">Receipt</a>' in page.text


def test_an_error_at_the_head_of_the_page_says_what_is_to_be_chosen(make: Factory, visit: Visit):
    made = scene(make)
    ballot = ballot_of(made, 0, 0)
    form = {"whose": service.fingerprint_ballot(ballot), "given_on": TODAY.isoformat()}

    refused = visit(made.chair).post(made.url(f"progress/{ballot.id}/enter"), form)

    summary = parse(refused.status_code, refused.text).with_id("error-summary")
    assert "Choose one: How was it given?" in words(summary)


def test_who_has_seen_a_ballot_is_not_asked_why_a_conflict_is_waived(make: Factory, visit: Visit):
    made = waived_and_entered(make)
    conflicts = select(Declaration.id).where(Declaration.kind == DeclarationKind.CONFLICT)
    found = db.session.scalars(conflicts).first()

    page = parse(200, visit(made.chair).get(made.url(f"conflicts/{found}")).text)

    assert "You entered a ballot on behalf of a reviewer, and saw it" in words(page.root)
    main = page.with_id("main")
    assert [node.get("name") for node in main.iter("textarea")] == []
