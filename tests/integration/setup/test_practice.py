"""The practice round: alone first, the spread for everybody at once, nothing of it ever counts."""

import pytest
from sqlalchemy import select, update

from crrubric.domain.errors import Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Answer, Phase, Role, Stakeholder
from crrubric.extensions import db
from crrubric.models import AssignedCriterion, JournalEntry, Mark, Member, Notice, PracticeMark
from crrubric.queries.people.access import require
from crrubric.queries.record.journal import list_journal_entries
from crrubric.queries.setup.practice import list_practice_spreads
from crrubric.services.setup import committee, phases, rubrics
from crrubric.services.setup import practice as service
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, error_of
from tests.pages import parse, words


def practice(made: Made, reviewer: int, code: str, answer: Answer, note: str = "") -> PracticeMark:
    return service.record_practice_mark(
        made.reviewers[reviewer],
        made.slug,
        made.criterion(code).id,
        answer=answer,
        note=note,
        seen_version=0,
    )


def split(made: Made) -> None:
    """Two reviewers read “sis” differently and “ada” alike."""
    practice(made, 0, "ada", Answer.YES)
    practice(made, 1, "ada", Answer.YES)
    practice(made, 0, "sis", Answer.YES, "it exchanges users")
    practice(made, 1, "sis", Answer.NO, "grades need a file")


def test_a_practice_mark_is_saved_and_never_counted(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    practice(made, 0, "ada", Answer.NO, "no keyboard")

    stored = db.session.scalars(select(PracticeMark)).one()
    assert (stored.answer, stored.note, stored.version) == (Answer.NO, "no keyboard", 1)
    assert db.session.scalars(select(Mark)).all() == []
    make.forward(made, Phase.MEETING, {})
    from crrubric.queries.results.matrices import read_matrix

    db.session.expire_all()
    cells = read_matrix(db.session(), made.evaluation).results.cells.values()
    assert {cell.tally.marks for cell in cells} == {0}


def test_a_reviewer_practices_on_the_made_up_vendor(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    reviewer = visit(made.reviewers[0])
    address = made.url(f"practice/marks/{made.criterion('ada').id}")

    answer = reviewer.post(address, {"answer": "YES", "note": "seen", "version": "0"})

    assert answer.status_code == 303
    text = reviewer.get(made.url("practice/")).text
    assert "Paperwing Learning" in text
    assert "drag-and-drop items have no keyboard way" in text
    assert "1 of 3 answered" in text


def test_the_script_gets_version_and_progress(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    reviewer = visit(made.reviewers[0])
    address = made.url(f"practice/marks/{made.criterion('ada').id}")
    json = {"Accept": "application/json"}

    saved = reviewer.post(address, {"answer": "YES", "version": "0"}, headers=json)
    stale = reviewer.post(address, {"answer": "NO", "version": "0"}, headers=json)
    wrong = reviewer.post(address, {"version": "1"}, headers=json)

    assert (saved.json["version"], saved.json["answered"], saved.json["total"]) == (1, 1, 3)
    assert (stale.status_code, stale.json["theirs"]["answer"]) == (409, "YES")
    assert (wrong.status_code, wrong.json["message"]) == (422, "Choose an answer")


def test_an_invalid_practice_mark_keeps_its_input(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    criterion = made.criterion("ada").id
    reviewer = visit(made.reviewers[0])
    address = made.url(f"practice/marks/{criterion}")

    answer = reviewer.post(address, {"note": "typed with care", "version": "0"})
    page = parse(answer.status_code, answer.text)

    assert page.status == 422
    assert error_of(page, f"criterion-{criterion}-answer") == "Error: Choose an answer"
    assert "typed with care" in answer.text
    reviewer.post(address, {"answer": "YES", "version": "0"})
    late = reviewer.post(address, {"answer": "NO", "note": "second tab", "version": "0"})
    assert (late.status_code, "second tab" in late.text) == (409, True)


def test_nobody_sees_the_spread_before_the_round_is_over(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    split(made)

    assert list_practice_spreads(db.session(), made.evaluation) == []
    for actor in (made.chair, made.reviewers[0]):
        text = visit(actor).get(made.url("practice/")).text
        assert ("grades need a file" in text, "understood differently" in text) == (False, False)


def test_the_practice_answers_are_shown_without_names(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    split(made)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))

    service.show_spread(made.chair, made.slug)

    found = list_practice_spreads(db.session(), made.evaluation)
    apart = [(row.criterion.code, row.read_differently) for row in found]
    assert apart == [("sis", True), ("ada", False), ("teacher", False)]
    for actor in (made.chair, made.reviewers[0], observer):
        text = visit(actor).get(made.url("practice/")).text
        assert "Reviewers understand one criterion differently." in text
        assert "grades need a file" in text
        assert "Person" not in text.split("<main", 1)[1]


def test_the_group_of_a_note_is_named_only_where_two_reviewers_speak_for_it(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.PRACTICE, reviewers=5)
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
    practice(made, 0, "sis", Answer.YES, "rosters arrive overnight")
    practice(made, 1, "ada", Answer.YES)
    practice(made, 2, "sis", Answer.NO, "no single sign-on at all")
    practice(made, 3, "sis", Answer.YES, "it was fast")
    practice(made, 4, "ada", Answer.YES)

    service.show_spread(made.chair, made.slug)

    page = visit(made.reviewers[1]).page(made.url("practice/"))
    notes = [words(node) for node in page.all("p")]
    assert any("Parent" in text and "rosters arrive overnight" in text for text in notes)
    for note in ("no single sign-on at all", "it was fast"):
        (alone,) = [text for text in notes if note in text]
        assert not any(group.label in alone for group in Stakeholder)


def test_the_group_of_a_note_is_not_named_where_one_of_it_practiced(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    practice(made, 0, "sis", Answer.YES, "rosters arrive overnight")

    service.show_spread(made.chair, made.slug)

    assert notes_of(made) == [("rosters arrive overnight", None)]  # the journal says who practiced


def notes_of(made: Made) -> list[tuple[str, Stakeholder | None]]:
    db.session.expire_all()
    spreads = list_practice_spreads(db.session(), made.evaluation)
    return sorted((note.words, note.stakeholder) for row in spreads for note in row.notes)


def change_seat(made: Made, reviewer: int, stakeholder: Stakeholder, role: Role) -> None:
    wanted = select(Member.id).where(Member.user_id == made.reviewers[reviewer].user_id)
    member = db.session.scalars(wanted).one()
    db.session.rollback()
    committee.change_member(
        made.chair, made.slug, member, roles=frozenset({role}), stakeholder=stakeholder
    )


def test_a_seat_that_is_changed_after_the_round_tells_nobody_whose_note_it_is(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE, reviewers=4)
    groups = (Stakeholder.PARENT, Stakeholder.PARENT, Stakeholder.IT, Stakeholder.IT)
    for reviewer, group in enumerate(groups):
        change_seat(made, reviewer, group, Role.REVIEWER)
        practice(made, reviewer, "sis", Answer.YES, f"note {reviewer}")
    service.show_spread(made.chair, made.slug)
    before = [(f"note {reviewer}", group) for reviewer, group in enumerate(groups)]
    assert notes_of(made) == before

    change_seat(made, 0, Stakeholder.IT, Role.REVIEWER)
    assert notes_of(made) == before
    change_seat(made, 1, Stakeholder.PARENT, Role.OBSERVER)
    assert notes_of(made) == before
    make.member(made.chair, made.slug, frozenset({Role.REVIEWER}))

    assert notes_of(made) == before
    spreads = list_practice_spreads(db.session(), made.evaluation)
    assert [row.tally.yes for row in spreads if row.criterion.code == "sis"] == [4]


def test_everybody_else_is_told_once_that_the_round_is_over(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    split(made)
    service.show_spread(made.chair, made.slug)
    service.show_spread(made.chair, made.slug)

    told = db.session.scalars(select(Notice.kind).where(Notice.kind == "PRACTICE_SHOWN")).all()
    assert len(told) == 2


def test_practice_marks_are_locked_once_the_answers_are_shown(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    split(made)
    service.show_spread(made.chair, made.slug)

    with pytest.raises(WrongPhase, match="is over"):
        practice(made, 0, "teacher", Answer.YES)
    address = made.url(f"practice/marks/{made.criterion('teacher').id}")
    form = {"answer": "YES", "note": "a sentence that was typed too late", "version": "0"}
    answer = visit(made.reviewers[0]).post(address, form)
    assert answer.status_code == 409
    assert "a sentence that was typed too late" in answer.text


def test_a_round_without_practice_marks_can_not_be_shown_or_finished(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)

    with pytest.raises(Invalid, match="Nobody has practiced"):
        service.show_spread(made.chair, made.slug)
    with pytest.raises(Invalid, match="at least one criterion"):
        service.finish_practice(made.reviewers[0], made.slug)


def test_the_chair_sees_how_many_are_done_and_can_still_reword(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    split(made)
    service.finish_practice(made.reviewers[0], made.slug)
    chair = visit(made.chair)

    assert (
        "0 of 2 reviewers have answered everything; 1 have said that they are done"
        in chair.get(made.url("practice/")).text
    )
    service.show_spread(made.chair, made.slug)
    text = rubrics.CriterionText(
        title="Works with our system", question="Do grades come back by themselves?"
    )
    rubrics.change_criterion(made.chair, made.slug, made.criterion("sis").id, text)
    assert "Do grades come back by themselves?" in chair.get(made.url("practice/")).text


def test_the_practice_round_can_be_restarted(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    split(made)
    with pytest.raises(WrongPhase, match="still under way"):
        service.restart_practice(made.chair, made.slug)
    service.show_spread(made.chair, made.slug)

    service.restart_practice(made.chair, made.slug)

    assert db.session.scalars(select(PracticeMark)).all() == []
    assert practice(made, 0, "ada", Answer.NO).version == 1


def test_the_journal_records_the_practice_round_without_marks(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    split(made)
    service.finish_practice(made.reviewers[0], made.slug)
    service.show_spread(made.chair, made.slug)

    seat = require(made.chair, service.Action.VIEW_JOURNAL, made.evaluation, db.session())
    told = [
        row.event for row in list_journal_entries(db.session(), seat) if "PRACTICE" in row.event
    ]
    assert told == [Event.PRACTICE_SHOWN, Event.PRACTICE_FINISHED]
    everything = db.session.scalars(select(JournalEntry.after)).all()
    assert "it exchanges users" not in str(everything)


def test_a_practice_save_based_on_an_older_version_overwrites_nothing(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    practice(made, 0, "ada", Answer.YES)

    with pytest.raises(Stale):
        practice(made, 0, "ada", Answer.NO)
    assert practice(made, 0, "ada", Answer.YES).version == 1


def test_only_reviewers_practice(make: Factory):
    made, other = make.evaluation(phase=Phase.PRACTICE), make.evaluation(title="Another")

    with pytest.raises(NotFound):
        service.record_practice_mark(
            made.chair, made.slug, made.criteria[0].id, answer=Answer.YES, seen_version=0
        )
    with pytest.raises(NotFound):
        service.record_practice_mark(
            made.reviewers[0], made.slug, other.criteria[0].id, answer=Answer.YES, seen_version=0
        )
    with pytest.raises(NotFound):
        service.show_spread(made.reviewers[0], made.slug)


def test_practice_goes_back_to_set_up_with_a_reason_and_on_to_scoring(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    with pytest.raises(Invalid, match="Say why"):
        phases.change_phase(made.chair, made.slug, Phase.SETUP)
    phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="one vendor more")
    phases.change_phase(made.chair, made.slug, Phase.PRACTICE)
    assert "Practice" in visit(made.chair).get(made.url()).text

    phases.change_phase(made.chair, made.slug, Phase.SCORING)

    assert visit(made.reviewers[0]).get(made.url("practice/")).status_code == 404


def test_the_chair_is_asked_to_end_the_round_once_everybody_has_answered_everything(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.PRACTICE)
    chair, waits = visit(made.chair), "Every reviewer has answered everything"
    split(made)
    before = words(chair.page("/").with_id("main"))

    for reviewer in (0, 1):
        (last,) = [row.code for row in made.criteria if row.code not in ("ada", "sis")]
        practice(made, reviewer, last, Answer.YES)

    assert (waits in before, waits in words(chair.page("/").with_id("main"))) == (False, True)
    said = words(chair.page(made.url("practice/")).with_id("main"))
    assert "2 of 2 reviewers have answered everything; 0 have said that they are done" in said


def test_what_one_reviewer_has_answered_is_never_counted_as_answered_by_another(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.PRACTICE)
    for criterion in made.criteria:
        practice(made, 0, criterion.code, Answer.YES)

    chair = visit(made.chair)
    said = words(chair.page(made.url("practice/")).with_id("main"))

    assert "1 of 2 reviewers have answered everything" in said
    assert "answered everything" not in words(chair.page("/").with_id("main"))


def test_a_reviewer_answers_everything_with_the_criteria_that_are_theirs(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.PRACTICE)
    ids = select(Member.id).where(Member.user_id == made.reviewers[0].user_id)
    first = db.session.scalars(ids).one()
    db.session.execute(update(Member).where(Member.id == first).values(every_criterion=False))
    db.session.add(AssignedCriterion(member_id=first, criterion_id=made.criterion("ada").id))
    db.session.commit()
    practice(made, 0, "ada", Answer.YES)

    said = words(visit(made.chair).page(made.url("practice/")).with_id("main"))

    assert "1 of 2 reviewers have answered everything" in said


def test_whom_an_invited_person_represents_is_never_chosen_by_itself(make: Factory, visit: Visit):
    made = make.evaluation()
    url = made.url("committee/")
    chair = visit(made.chair)
    person = {"name": "Ana", "email": "ana@district.example", "roles": "reviewer"}

    page = chair.page(url)
    answer = chair.post(made.url("committee/"), {**person, "stakeholder": ""})

    (first, *_rest) = page.with_id("stakeholder").iter("option")
    assert (first.get("value"), answer.status_code) == ("", 422)
    assert error_of(parse(422, answer.text), "stakeholder") == (
        "Error: Choose whom the person represents."
    )


def test_who_is_done_is_told_how_many_criteria_are_left_open(make: Factory, visit: Visit):
    made = make.evaluation()
    make.forward(made, Phase.PRACTICE, {})
    person, url = visit(made.reviewers[0]), made.url("practice/")
    first, *others = made.criteria

    def finish() -> str:
        person.post(f"{url}finish")
        return person.page(url).text

    person.post(f"{url}marks/{first.id}", {"answer": "YES", "version": "0"})
    assert f"{len(others)} criteria have no answer of yours" in finish()
    for row in others:
        person.post(f"{url}marks/{row.id}", {"answer": "YES", "version": "0"})
    assert "no answer of yours" not in finish()
