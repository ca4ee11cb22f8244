"""After ballots opened: a criterion is corrected, a vendor leaves; nothing given is lost."""

import pytest
from sqlalchemy import select

from crrubric.domain.errors import Invalid, NotFound, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.setup.assignment import Assignment
from crrubric.domain.vocabulary import (
    Answer,
    BallotState,
    CorrectionEffect,
    DeclarationKind,
    Phase,
    Role,
)
from crrubric.extensions import db
from crrubric.models import JournalEntry, Mark, Member, Notice, RubricRevision, SealedBallot
from crrubric.queries.record.verification import verify_record
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import decisions
from crrubric.services.setup import corrections, phases, withdrawals
from crrubric.services.setup.assignments import assign_reviewer
from crrubric.services.setup.committee import remove_member
from crrubric.services.setup.practice import finish_practice, record_practice_mark
from crrubric.services.setup.rubrics import CriterionText, change_criterion
from tests import in_meeting
from tests.factories import Factory, Made, ballot_of, stored_marks
from tests.integration.conftest import Visit, error_of
from tests.pages import filled_form, parse
from tests.pages import words as read_words

KEEP, AGAIN, OUT = CorrectionEffect.KEEP, CorrectionEffect.AGAIN, CorrectionEffect.LEAVE_OUT


def correct(
    made: Made, effect: CorrectionEffect, *, question: str = "Grades, by themselves?"
) -> RubricRevision:
    words = corrections.Correction(
        title="Works with our system",
        question=question,
        look_for="",
        effect=effect,
        reason="“exchange” was read in two ways",
    )
    criterion = made.criterion("sis").id
    return corrections.correct_criterion(made.chair, made.slug, criterion, words)


def scene(make: Factory) -> Made:
    """One ballot submitted, one open; both have marks."""
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY", (1, 0): "NN-"})
    make.submit(made, 0, 0)
    return made


def notices(kind: str) -> int:
    return len(db.session.scalars(select(Notice.id).where(Notice.kind == kind)).all())


def test_a_correction_makes_a_new_revision_and_can_keep_marks(make: Factory):
    made = scene(make)

    first, second = correct(made, KEEP), correct(made, KEEP, question="And back again?")

    assert (first.number, second.number) == (1, 2)
    assert first.after == {"question": "Grades, by themselves?"}
    assert len(stored_marks()) == 5
    assert ballot_of(made, 0, 0).state is BallotState.SUBMITTED
    assert notices("MARKS_STAY") == 4  # two corrections, two reviewers, each told once
    assert verify_record(db.session()).problems == ()


def test_a_criterion_that_is_back_since_set_up_is_counted_once(make: Factory, visit: Visit):
    """Left out before anybody had marked it, and taken back in a second set-up."""
    made = make.evaluation(phase=Phase.SCORING)
    correct(made, OUT)
    phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="The rubric is wrong.")
    key = made.criterion("sis").id
    change_criterion(made.chair, made.slug, key, CriterionText(title="Works with our system"))
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    make.mark(made, 0, 0, "ada", Answer.YES)

    page = visit(made.chair).get(made.url("progress")).text

    assert "marks: 1 of 3" in page


def begin_again(made: Made) -> None:
    """Back to set-up, where nothing is marked, and ballots open anew."""
    phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="The rubric is wrong.")
    phases.change_phase(made.chair, made.slug, Phase.SCORING)


def test_corrections_from_before_ballots_opened_anew_are_on_no_ballot(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    correct(made, KEEP)
    begin_again(made)
    make.no_conflicts(made)
    reviewer, ballot = visit(made.reviewers[0]), made.url(f"ballots/{made.vendors[0].id}")
    assert "“exchange” was read in two ways" not in reviewer.get(ballot).text

    assert correct(made, KEEP, question="And back again?").number == 2

    assert reviewer.get(ballot).text.count("“exchange” was read in two ways") == 1
    assert verify_record(db.session()).problems == ()


def test_a_mark_set_aside_before_ballots_opened_anew_is_none_of_the_new_ballot(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    make.no_conflicts(made)
    make.mark(made, 0, 0, "sis", Answer.YES)
    correct(made, AGAIN)
    begin_again(made)

    page = visit(made.chair).get(made.url("progress")).text

    assert "marks: 1 of 3" not in page


def test_a_criterion_left_out_before_ballots_opened_anew_is_counted_for_nobody(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    correct(made, OUT)
    begin_again(made)
    make.no_conflicts(made)
    make.mark(made, 0, 0, "ada", Answer.YES)

    page = visit(made.chair).get(made.url("progress")).text

    assert "marks: 1 of 2" in page


def test_a_note_without_an_answer_to_what_is_asked_no_longer_comes_back(
    make: Factory, visit: Visit
):
    """The page has no form for it any more."""
    made = scene(make)
    correct(made, OUT)
    cell = f"ballots/{made.vendors[1].id}/marks/{made.criterion('sis').id}"

    answer = visit(made.reviewers[0]).post(
        made.url(cell), {"note": "They showed it to us.", "version": "0"}
    )

    assert (answer.status_code, "They showed it to us." in answer.text) == (422, True)


def test_reasons_for_which_the_page_has_no_field_any_more_come_back(make: Factory, visit: Visit):
    """One criterion is left out, and another marked in a second window."""
    made = make.evaluation(phase=Phase.SCORING)
    reviewer, url = visit(made.reviewers[0]), made.url(f"ballots/{made.vendors[0].id}/submit")
    form = filled_form(reviewer.page(url), url)
    own = f"gap-{made.criterion('sis').id}"
    correct(made, OUT)

    left_out = reviewer.post(url, {**form, own: "They did not say."})
    make.mark(made, 0, 0, "ada", Answer.YES)
    marked = reviewer.post(url, {**form, "gap-rest": "I had no time."})

    assert (left_out.status_code, marked.status_code) == (422, 409)
    assert "They did not say." in left_out.text
    assert "I had no time." in marked.text


def test_a_practice_note_without_an_answer_to_what_is_left_out_comes_back(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.PRACTICE)
    key, text = made.criterion("sis").id, CriterionText(title="Systems", left_out=True)
    change_criterion(made.chair, made.slug, key, text)

    answer = visit(made.reviewers[0]).post(
        made.url(f"practice/marks/{key}"), {"note": "They showed it to us.", "version": "0"}
    )

    assert (answer.status_code, "They showed it to us." in answer.text) == (422, True)


@pytest.mark.parametrize("effect", CorrectionEffect)
def test_nothing_brings_back_a_criterion_that_was_left_out(make: Factory, effect: CorrectionEffect):
    """Two chairs correct it at once: the form of the second was open before it was left out."""
    made = scene(make)
    correct(made, OUT)

    with pytest.raises(Invalid, match="left out: nothing of it is corrected"):
        correct(made, effect, question="And back again?")

    assert len(db.session.scalars(select(RubricRevision.id)).all()) == 1


def test_a_correction_that_asks_again_discounts_marks_and_reopens_ballots(make: Factory):
    made = scene(make)

    correct(made, AGAIN)

    codes = db.session.scalars(select(Mark.criterion_id)).all()
    assert made.criterion("sis").id not in codes
    assert len(codes) == 3
    ballot = ballot_of(made, 0, 0)
    assert (ballot.state, ballot.seals) == (BallotState.OPEN, 1)
    sealed = db.session.scalars(select(SealedBallot)).one()
    assert '"sis"' in sealed.content
    assert sealed.reopen_reason == "“exchange” was read in two ways"
    aside = db.session.scalars(
        select(JournalEntry.before)
        .where(JournalEntry.event == Event.MARK_SET_ASIDE)
        .order_by(JournalEntry.id)
    ).all()
    assert [row["answer"] for row in aside if row] == ["YES", "NO"]
    assert (notices("MARK_AGAIN"), notices("BALLOT_REOPENED")) == (2, 1)
    assert verify_record(db.session()).problems == ()


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("gone", [False, True])
def test_who_stays_away_from_a_vendor_learns_not_whether_it_was_marked(
    make: Factory, marked: bool, gone: bool
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY"} if marked else {})
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    vendor = made.vendors[0]
    declare_interest(made.chair, made.slug, vendor.id, kind=DeclarationKind.CONFLICT, words="Mine.")
    if gone:
        withdrawals.withdraw_vendor(other, made.slug, vendor.id, reason="Gone")

    with pytest.raises(Invalid) as refusal:
        correct(made, AGAIN)

    assert refusal.value.field == "effect"
    assert refusal.value.values["vendor"] == vendor.name
    assert correct(made, OUT).effect is OUT  # asks nobody again


def test_a_reviewer_can_mark_a_corrected_criterion_again_and_submit(make: Factory):
    made = scene(make)
    correct(made, AGAIN)

    make.mark(made, 0, 0, "sis", Answer.NO)
    sealed = make.submit(made, 0, 0)

    assert sealed.number == 2


def test_an_answer_to_what_was_asked_before_is_not_stored_unread(make: Factory, visit: Visit):
    """Two windows: one was opened before the correction, and nothing was marked in it yet."""
    made = scene(make)
    reviewer = visit(made.reviewers[1])
    ballot = made.url(f"ballots/{made.vendors[0].id}")
    url = f"{ballot}/marks/{made.criterion('sis').id}"
    before = filled_form(reviewer.page(ballot), url) | {"answer": "YES", "note": "Typed before."}
    correct(made, AGAIN)

    refused = reviewer.post(url, before)
    told = reviewer.post(url, before, headers={"Accept": "application/json"})
    unread = len(stored_marks())
    page = parse(refused.status_code, refused.text)
    read = filled_form(page, url)
    done = reviewer.post(url, read)

    said = "Now it reads: “Works with our system: Grades, by themselves?”"
    assert (refused.status_code, said in read_words(page.root), unread) == (409, True, 3)
    assert (told.status_code, said in told.json["message"]) == (409, True)
    assert (told.json["wording"], told.json["version"]) == (1, 0)
    assert (read["answer"], read["note"], read["wording"]) == (["YES"], ["Typed before."], ["1"])
    assert (done.status_code, len(stored_marks())) == (303, 4)


def test_a_correction_of_words_alone_asks_nobody_to_save_again(make: Factory, visit: Visit):
    made = scene(make)
    reviewer = visit(made.reviewers[1])
    ballot = made.url(f"ballots/{made.vendors[0].id}")
    url = f"{ballot}/marks/{made.criterion('sis').id}"
    before = filled_form(reviewer.page(ballot), url) | {"answer": "YES"}

    correct(made, KEEP)

    assert reviewer.post(url, before).status_code == 303


def test_marks_on_a_left_out_criterion_are_kept_and_no_longer_count(make: Factory, visit: Visit):
    made = scene(make)
    correct(made, OUT)

    assert len(stored_marks()) == 5
    assert (
        "1 of 2 answered"
        in visit(made.reviewers[1]).get(made.url(f"ballots/{made.vendors[0].id}")).text
    )
    make.forward(made, Phase.MEETING, {})
    db.session.expire_all()
    read = read_matrix(db.session(), made.evaluation)
    assert [criterion.code for criterion in read.results.criteria] == ["ada", "teacher"]


def test_marks_set_aside_are_hidden_in_the_journal_until_the_meeting(make: Factory, visit: Visit):
    made = scene(make)
    correct(made, AGAIN)

    assert "removed a mark from the count" not in visit(made.chair).get(made.url("journal")).text
    make.forward(made, Phase.MEETING, {})
    assert "removed a mark from the count" in visit(made.chair).get(made.url("journal")).text


def test_corrections_are_shown_on_ballots_and_in_the_rubric(make: Factory, visit: Visit):
    made = scene(make)
    correct(made, KEEP)

    ballot = visit(made.reviewers[1]).get(made.url(f"ballots/{made.vendors[0].id}")).text
    rubric = visit(made.reviewers[0]).get(made.url("rubric/")).text

    assert "“exchange” was read in two ways" in ballot
    assert ("Corrected once since" in rubric, "Does it exchange grades?" in rubric) == (True, True)


def test_weights_and_must_haves_stay_frozen(make: Factory):
    made = scene(make)
    before = [(c.weight, c.must_have, c.may_not_apply) for c in made.criteria]
    correct(made, KEEP)

    db.session.expire_all()
    assert [(c.weight, c.must_have, c.may_not_apply) for c in made.criteria] == before


def test_an_invalid_correction_is_refused_with_the_reason(make: Factory, visit: Visit):
    made = scene(make)
    address = made.url(f"rubric/criteria/{made.criterion('sis').id}/correct")
    chair = visit(made.chair)
    form = {
        "title": "Works with our system",
        "question": "Another question?",
        "look_for": "",
        "effect": "KEEP",
    }

    answer = chair.edit(address, form)
    assert answer.status_code == 422
    assert error_of(parse(422, answer.text), "reason") == "Error: Say why."
    assert "Another question?" in answer.text
    same = chair.edit(address, {**form, "question": "Does it exchange grades?", "reason": "x"})
    assert (same.status_code, "Nothing is different" in same.text) == (422, True)
    assert db.session.scalars(select(RubricRevision)).all() == []
    assert chair.edit(address, {**form, "reason": "clearer"}).status_code == 303


def test_the_last_counting_criterion_can_not_be_left_out(make: Factory):
    made = scene(make)
    for code in ("sis", "teacher"):
        words = corrections.Correction(
            title=made.criterion(code).title,
            question="",
            look_for="",
            effect=OUT,
            reason="not asked",
        )
        corrections.correct_criterion(made.chair, made.slug, made.criterion(code).id, words)

    words = corrections.Correction(
        title="Accessible", question="", look_for="", effect=OUT, reason="not asked either"
    )
    with pytest.raises(Invalid, match="at least one with a weight"):
        corrections.correct_criterion(made.chair, made.slug, made.criterion("ada").id, words)


def test_only_the_chair_corrects_and_only_while_scoring(make: Factory):
    made, other = scene(make), make.evaluation(title="Another")

    words = corrections.Correction(
        title="New", question="", look_for="", effect=KEEP, reason="why not"
    )
    with pytest.raises(NotFound):
        corrections.correct_criterion(made.reviewers[0], made.slug, made.criterion("sis").id, words)
    with pytest.raises(NotFound):
        corrections.correct_criterion(made.chair, made.slug, other.criterion("sis").id, words)
    make.forward(made, Phase.MEETING, {})
    with pytest.raises(WrongPhase):
        correct(made, KEEP)


def test_a_vendor_taken_out_is_no_longer_marked_or_counted(make: Factory, visit: Visit):
    made = scene(make)
    vendor = made.vendors[0]

    withdrawals.withdraw_vendor(made.chair, made.slug, vendor.id, reason="It sold the product")

    with pytest.raises(WrongPhase, match="out of the selection"):
        make.mark(made, 1, 0, "teacher", Answer.YES)
    mine = visit(made.reviewers[1]).get(made.url("ballots/")).text
    assert "It sold the product" in mine
    assert "1 ballot waits" not in visit(made.reviewers[0]).get("/").text
    assert notices("VENDOR_WITHDRAWN") == 2
    make.forward(made, Phase.MEETING, {})
    db.session.expire_all()
    read = read_matrix(db.session(), made.evaluation)
    assert list(read.vendors) == [made.vendors[1].code]
    cell = made.url(f"cells/{vendor.id}/{made.criterion('ada').id}")
    assert visit(made.chair).get(cell).status_code == 404
    with pytest.raises(NotFound):
        in_meeting.record_finding(
            made.chair,
            made.slug,
            vendor.id,
            made.criterion("ada").id,
            decisions.FindingText(decisions.Outcome.MET, "x"),
            seen_version=0,
        )


def test_a_vendor_that_returns_keeps_all_earlier_marks(make: Factory, visit: Visit):
    made = scene(make)
    chair, address = visit(made.chair), made.url(f"vendors/{made.vendors[0].id}/selection")

    shown = filled_form(chair.page(address), address)
    out = {**shown, "reason": "It sold the product"}
    assert chair.post(address, {**out, "reason": ""}).status_code == 422
    assert [chair.post(address, out).status_code for _twice in range(2)] == [303, 303]
    assert "Out of the selection since" in chair.get(made.url("vendors/")).text
    assert chair.act(address, {"reason": "It was a rumour"}).status_code == 303

    assert db.session.get_one(type(made.vendors[0]), made.vendors[0].id).withdrawn_at is None
    assert len(stored_marks()) == 5
    events = db.session.scalars(
        select(JournalEntry.event)
        .where(JournalEntry.vendor_id == made.vendors[0].id)
        .order_by(JournalEntry.id)
    ).all()
    assert events[-2:] == [Event.VENDOR_WITHDRAWN, Event.VENDOR_RESTORED]


def test_the_only_and_the_recommended_vendor_can_not_be_taken_out(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, vendors=2)
    first, second = made.vendors
    text = decisions.DecisionText(vendor_id=first.id, reason="It fits.")
    decisions.record_decision(made.chair, made.slug, text)

    with pytest.raises(Invalid, match="recommendation names this vendor"):
        withdrawals.withdraw_vendor(made.chair, made.slug, first.id, reason="gone")
    decisions.record_decision(
        made.chair, made.slug, decisions.DecisionText(vendor_id=None, reason="Nobody.")
    )
    withdrawals.withdraw_vendor(made.chair, made.slug, first.id, reason="gone")
    with pytest.raises(Invalid, match="only vendor left"):
        withdrawals.withdraw_vendor(made.chair, made.slug, second.id, reason="gone, too")


def test_only_a_chair_without_a_conflict_takes_a_vendor_out(make: Factory, visit: Visit):
    made, other = scene(make), make.evaluation(title="Another")
    vendor = made.vendors[0].id

    with pytest.raises(NotFound):
        withdrawals.withdraw_vendor(made.reviewers[0], made.slug, vendor, reason="x")
    with pytest.raises(NotFound):
        withdrawals.withdraw_vendor(made.chair, made.slug, other.vendors[0].id, reason="x")
    declare_interest(
        made.chair, made.slug, vendor, kind=DeclarationKind.CONFLICT, words="I own shares"
    )
    with pytest.raises(NotFound):
        withdrawals.withdraw_vendor(made.chair, made.slug, vendor, reason="x")
    assert visit(made.chair).get(made.url(f"vendors/{vendor}/selection")).status_code == 404


def test_the_memo_reports_changes_made_after_ballots_opened(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE, vendors=3, reviewers=3)
    record_practice_mark(
        made.reviewers[0], made.slug, made.criteria[0].id, answer=Answer.YES, seen_version=0
    )
    finish_practice(made.reviewers[0], made.slug)
    only_ada = Assignment(None, frozenset({made.criterion("ada").id}))
    seats = {row.name: row.id for row in db.session.scalars(select(Member))}
    assign_reviewer(made.chair, made.slug, seats[made.reviewers[0].name], only_ada)
    make.forward(made, Phase.SCORING, {(0, 0): "Y"})
    correct(made, KEEP)
    withdrawals.withdraw_vendor(made.chair, made.slug, made.vendors[2].id, reason="It was sold")
    remove_member(made.chair, made.slug, seats[made.reviewers[2].name])
    make.forward(made, Phase.MEETING, {})

    text = visit(made.chair).get(made.url("memo/")).text

    for words in (
        "Reviewers who finished it: 1. Marks given in it never counted.",
        "Revision 1, ",
        "“exchange” was read in two ways (Marks already given stay valid: the meaning is the same)",
        "It was sold",
        "1 of 3 criteria",
        "every criterion",
        "Members who left the committee",
        made.reviewers[2].name,
    ):
        assert words in text, words


def test_memo_and_form_print_the_words_before_and_after_a_correction(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY"})
    row = made.criterion("sis")
    old, url = row.title, made.url(f"rubric/criteria/{row.id}/correct")
    words = corrections.Correction(
        title="Costs less", question=row.question, look_for="", effect=KEEP, reason="Clearer."
    )
    corrections.correct_criterion(made.chair, made.slug, row.id, words)

    page = read_words(visit(made.chair).page(url).root)
    make.forward(made, Phase.MEETING, {})
    memo = read_words(visit(made.chair).page(made.url("memo/")).root)

    assert f"{old} → Costs less" in page
    assert f"(Marks already given stay valid: the meaning is the same) Before: “{old}”." in memo
    assert "Now: “Costs less”." in memo
