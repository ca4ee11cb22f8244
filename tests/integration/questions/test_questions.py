"""Questions to vendors: asked blind, merged by the chair, answered, told, and in the memo."""

import re
from datetime import date

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from crrubric.domain.errors import Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.people.tasks import TaskKind
from crrubric.domain.vocabulary import (
    Answer,
    DeclarationKind,
    NoticeKind,
    Phase,
    Role,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import Asking, JournalEntry, Notice, Question
from crrubric.queries.people.people import Actor
from crrubric.queries.people.waiting import load_tasks
from crrubric.services.ballots import declarations
from crrubric.services.questions.answers import record_answer, send_questions, withdraw_question
from crrubric.services.questions.askings import ask_vendor
from crrubric.services.questions.questions import (
    join_question,
    merge_askings,
    reword_question,
    set_aside_asking,
    write_question,
)
from crrubric.services.setup import phases, vendors
from crrubric.services.setup.withdrawals import restore_vendor, withdraw_vendor
from crrubric.services.shared.unit import unit_of_work
from tests.factories import Factory, Made
from tests.integration.conftest import TOKEN, Visit, Visitor, error_of
from tests.integration.shared.test_queries import statements
from tests.pages import filled_form, parse

CANARY = "Can a screen reader follow the graphing tool"
MERGED = "Please show the graphing tool with a screen reader"
ANSWER = "From release 2027.2 on, in every lesson"
SENT, ANSWERED = date(2026, 3, 1), date(2026, 3, 3)


def scoring(make: Factory, title: str = "Credit recovery") -> Made:
    return make.evaluation(title=title, phase=Phase.SCORING, reviewers=3)


def asked(made: Made, reviewer: int = 0, code: str = "ada", words: str = CANARY) -> Asking:
    vendor, criterion = made.vendors[0].id, made.criterion(code).id
    return ask_vendor(made.reviewers[reviewer], made.slug, vendor, criterion, words=words)


def merged(made: Made, *askings: Asking) -> Question:
    ids = [row.id for row in askings]
    return merge_askings(made.chair, made.slug, made.vendors[0].id, ids, words=MERGED)


def answered(made: Made, question: Question, words: str = ANSWER) -> Question:
    send_questions(made.chair, made.slug, question.vendor_id, day=SENT)
    return answer(made, question, words)


def answer(made: Made, question: Question, words: str = ANSWER, *, seen: int = 1) -> Question:
    return record_answer(
        made.chair, made.slug, question.id, answer=words, day=ANSWERED, seen_version=seen
    )


def ballot_url(made: Made) -> str:
    return made.url(f"ballots/{made.vendors[0].id}")


def ask_url(made: Made, code: str = "ada") -> str:
    return made.url(f"ballots/{made.vendors[0].id}/ask/{made.criterion(code).id}")


def told(made: Made, reviewer: int) -> list[str]:
    rows = db.session.scalars(select(Notice).order_by(Notice.id))
    own = [row for row in rows if row.member.user_id == made.reviewers[reviewer].user_id]
    return [row.kind for row in own if row.kind is not NoticeKind.PHASE_CHANGED]


def test_a_question_goes_from_the_reviewer_to_the_vendor_to_the_memo(make: Factory, visit: Visit):
    made = scoring(make)
    vendor, reviewer, chair = made.vendors[0].id, visit(made.reviewers[0]), visit(made.chair)

    sent = reviewer.post(ask_url(made), {"words": CANARY})
    assert (sent.status_code, sent.location.endswith(f"#criterion-{made.criterion('ada').id}")) == (
        303,
        True,
    )
    assert "The chair has not acted on it yet." in reviewer.get(ballot_url(made)).text
    asking = db.session.scalars(select(Asking)).one()
    assert CANARY in chair.get(made.url("questions/")).text
    made_of = {"asking": str(asking.id), "words": MERGED}
    assert (
        chair.post(made.url(f"questions/vendors/{vendor}/merge"), made_of).status_code,
        send(chair, made).status_code,
    ) == (303, 303)
    assert "Sent on March 1, 2026; no answer yet." in reviewer.get(ballot_url(made)).text
    question = db.session.scalars(select(Question)).one()
    form = {"answer": ANSWER, "answered_on": "2026-03-03", "version": "1"}
    assert chair.post(made.url(f"questions/{question.id}/answer"), form).status_code == 303

    mine, other = (visit(who).get(ballot_url(made)).text for who in made.reviewers[:2])
    assert [ANSWER in page for page in (mine, other)] == [True, True]
    assert "The vendor answered on March 3, 2026:" in other
    assert (CANARY in mine, CANARY in other) == (True, False)
    assert "answered what you asked" in visit(made.reviewers[0]).get("/").text
    make.forward(made, Phase.MEETING, {})
    memo = visit(made.reviewers[2]).get(made.url("memo/")).text
    assert MERGED in memo
    assert f"Answered March 3, 2026: “{ANSWER}”" in memo
    assert CANARY not in memo


def ids(model: type[Question] | type[Asking], made: Made) -> list[int]:
    own = model.vendor_id.in_([vendor.id for vendor in made.vendors])
    return list(db.session.scalars(select(model.id).where(own).order_by(model.words, model.id)))


def everything(visit: Visit, actor: Actor, made: Made) -> str:
    """All that a person can read of the evaluation where a question could show."""
    vendor, ada = made.vendors[0].id, made.criterion("ada").id
    paths = (
        "", "questions/", "journal", "progress", "committee/", "vendors/", f"ballots/{vendor}",
        f"ballots/{vendor}/submit", "matrix", f"cells/{vendor}/{ada}", "memo/",
        f"questions/vendors/{vendor}/copy", f"questions/vendors/{vendor}/questions.txt",
        *(f"questions/{number}" for number in ids(Question, made)),
        *(f"questions/askings/{number}" for number in ids(Asking, made)),
    )  # fmt: skip
    person = visit(actor)
    return "".join(TOKEN.sub("", person.get(made.url(path)).text) for path in paths)


def test_before_the_meeting_only_the_chair_reads_unanswered_questions(make: Factory, visit: Visit):
    made = scoring(make)
    merged(made, asked(made))
    asked(made, 0, "sis", "Which grade books does it write to?")
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    others = [
        made.reviewers[1],
        observer,
        make.actor(standing=Standing.ADMINISTRATOR),
        make.evaluation(title="Another", phase=Phase.SCORING).chair,
    ]

    read = [everything(visit, actor, made) for actor in others]
    chair = everything(visit, made.chair, made)

    words = (CANARY, MERGED, "Which grade books")
    assert [word in page for page in read for word in words] == [False] * 12
    assert [word in chair for word in words] == [True] * 3


def test_the_overview_shows_waiting_questions_to_the_chair_only(make: Factory, visit: Visit):
    made = scoring(make)
    asked(made)

    pages = [visit(who).get(made.url("")).text for who in (made.chair, *made.reviewers[:2])]

    assert ["needs your attention" in page for page in pages] == [True, False, False]


def test_reviewers_read_the_answer_and_observers_only_from_the_meeting_on(
    make: Factory, visit: Visit
):
    made = scoring(make)
    answered(made, merged(made, asked(made)))
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    people = [made.chair, made.reviewers[1], observer]

    before = [ANSWER in everything(visit, actor, made) for actor in people]
    make.forward(made, Phase.MEETING, {})
    after = [ANSWER in everything(visit, actor, made) for actor in people]

    assert (before, after) == ([True, True, False], [True, True, True])


def test_only_the_asker_can_see_who_asked(make: Factory, visit: Visit):
    made = scoring(make)
    asker = made.reviewers[0].name
    quiet = everything(visit, made.chair, made).count(asker)

    merged(made, asked(made))

    assert everything(visit, made.chair, made).count(asker) == quiet
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == "QUESTION_ASKED")
    ).one()
    assert entry.actor_name == asker
    for phase in (Phase.MEETING, Phase.DECIDED, Phase.ARCHIVED):
        make.forward(made, phase, {})
        journal = visit(made.chair).get(made.url("journal")).text
        assert "through the chair" not in journal
        assert asker not in re.findall(r"<option[^>]*>([^<]*)</option>", journal)


def test_the_pages_of_the_chair_are_identical_whoever_asked(make: Factory, visit: Visit):
    made = scoring(make)
    first, second = asked(made, 0), asked(made, 1, "sis", "Which grade books?")
    set_aside_asking(
        made.chair, made.slug, asked(made, 0, "sis", "Why?").id, reason="It is in the offer."
    )
    merged(made, asked(made, 0, words="And the tables?"))
    before = everything(visit, made.chair, made)

    mine, theirs = first.member_id, second.member_id
    with unit_of_work() as session:
        for row in session.scalars(select(Asking)).all():
            row.member_id = theirs if row.member_id == mine else mine

    assert everything(visit, made.chair, made) == before


def test_the_order_of_asking_is_not_revealed(make: Factory, visit: Visit):
    pages = []
    for title, order in (("Courses one", (0, 1)), ("Courses two", (1, 0))):
        made = scoring(make, title)
        for reviewer in order:
            asked(made, reviewer, ("ada", "sis")[reviewer], f"Words {'xy'[reviewer]}?")
        page = everything(visit, made.chair, made).replace(made.slug, "slug")
        pages.append(re.sub(r"\d+", "#", page.replace(title, "title")))

    assert pages[0] == pages[1]


def test_asking_depends_on_no_mark_and_changes_none(make: Factory, visit: Visit):
    made = scoring(make)
    for code, mark in (("ada", Answer.CANNOT_TELL), ("sis", Answer.YES)):
        make.mark(made, 0, 0, code, mark)
    before = everything(visit, made.chair, made)

    for code in ("ada", "sis", "teacher"):  # the last is not marked at all
        asked(made, 0, code, f"About {code}?")
    asked(made, 1, "ada", "About ada?")

    assert everything(visit, made.chair, made) != before
    rows = db.session.scalars(select(Asking).order_by(Asking.asked_at)).all()
    assert [(row.words, row.question_id, row.set_aside_reason) for row in rows] == [
        ("About ada?", None, ""),
        ("About sis?", None, ""),
        ("About teacher?", None, ""),
        ("About ada?", None, ""),
    ]


def test_who_submitted_the_ballot_may_still_ask(make: Factory, visit: Visit):
    made = scoring(make)
    make.submit(made, 0, 0, "not seen")

    assert visit(made.reviewers[0]).post(ask_url(made), {"words": CANARY}).status_code == 303
    assert "Ask the vendor" in visit(made.reviewers[0]).get(ballot_url(made)).text


def test_asking_the_same_question_twice_stores_it_once(make: Factory):
    made = scoring(make)

    assert asked(made).id == asked(made).id
    assert len(db.session.scalars(select(Asking)).all()) == 1


def test_everybody_who_asked_is_told_once_and_nobody_else(make: Factory):
    made = scoring(make)
    askings = asked(made, 0), asked(made, 0, "ada", "And the tables?"), asked(made, 1)
    question = merged(made, *askings)

    answered(made, question)
    answer(made, question, "Corrected: from 2027.3 on", seen=2)

    assert [told(made, reviewer) for reviewer in range(3)] == [
        ["QUESTION_ANSWERED"],
        ["QUESTION_ANSWERED"],
        [],
    ]


def test_an_asker_with_a_later_conflict_is_not_informed_but_the_asking_is_kept(make: Factory):
    made = scoring(make)
    question = merged(made, asked(made))
    asked(made, 0, "sis", "Which grade books?")
    make.conflict(made, 0, 0, "My cousin works there.")

    answered(made, question)

    assert told(made, 0) == []
    assert len(db.session.scalars(select(Asking).where(Asking.question_id.is_(None))).all()) == 1


def test_a_member_with_a_conflict_reads_and_asks_nothing(make: Factory, visit: Visit):
    made = scoring(make)
    answered(made, merged(made, asked(made)))
    make.conflict(made, 1, 0, "My cousin works there.")
    reviewer = visit(made.reviewers[1])

    assert ANSWER not in everything(visit, made.reviewers[1], made)
    assert reviewer.post(ask_url(made), {"words": CANARY}).status_code == 404


def test_a_chair_with_a_conflict_sees_no_questions_to_that_vendor(make: Factory, visit: Visit):
    made = scoring(make)
    question, waiting = merged(made, asked(made)), asked(made, 1, "sis", "Which grade books?")
    declarations.declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="My cousin."
    )
    chair, vendor = visit(made.chair), made.vendors[0].id

    page = everything(visit, made.chair, made)
    forms = {
        f"questions/vendors/{vendor}/merge": {"asking": str(waiting.id), "words": MERGED},
        f"questions/vendors/{vendor}/new": {"words": MERGED},
        f"questions/vendors/{vendor}/send": {"sent_on": "2026-03-01"},
        f"questions/{question.id}/reword": {"words": "Other", "version": "1"},
        f"questions/{question.id}/answer": {
            "answer": ANSWER,
            "answered_on": "2026-03-03",
            "version": "1",
        },
        f"questions/{question.id}/withdraw": {"reason": "Never mind"},
        f"questions/askings/{waiting.id}": {"reason": "Never mind"},
    }

    assert [word in page for word in (CANARY, MERGED, "Which grade books")] == [False] * 3
    assert chair.get(made.url(f"questions/vendors/{vendor}/questions.txt")).status_code == 404
    assert [chair.post(made.url(path), form).status_code for path, form in forms.items()] == [
        404
    ] * 7


def test_vendors_questions_and_askings_of_another_evaluation_are_not_found(make: Factory):
    made, other = scoring(make), make.evaluation(title="Another", phase=Phase.SCORING)
    foreign = asked(other)
    question = merged(other, foreign)
    chair, slug, vendor = made.chair, made.slug, made.vendors[0].id

    for attempt in (
        lambda: write_question(chair, slug, other.vendors[0].id, words=MERGED),
        lambda: merge_askings(chair, slug, vendor, [foreign.id], words=MERGED),
        lambda: join_question(chair, slug, vendor, [asked(made).id], question_id=question.id),
        lambda: answer(made, question),
        lambda: withdraw_question(chair, slug, question.id, reason="not mine"),
        lambda: set_aside_asking(chair, slug, foreign.id, reason="not mine"),
        lambda: write_question(
            chair, slug, vendor, words=MERGED, criterion_id=other.criterion("ada").id
        ),
        lambda: ask_vendor(
            made.reviewers[0], slug, vendor, other.criterion("ada").id, words=CANARY
        ),
    ):
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.parametrize(
    ("typed", "kept", "error"),
    [
        ("", "", "Error: Say what you want to know."),
        ("x" * 1001, "x" * 1001, "Error: Shorten this to 1000 characters"),
        ("a\x07b", "a\N{REPLACEMENT CHARACTER}b", "Error: Remove the control character at pos"),
    ],
)
def test_a_refused_asking_keeps_its_text(
    make: Factory, visit: Visit, typed: str, kept: str, error: str
):
    made = scoring(make)

    answer = visit(made.reviewers[0]).post(ask_url(made, "sis"), {"words": typed})
    page = parse(answer.status_code, answer.text)
    field = "words"

    assert page.status == 422
    assert (page.with_id(field).text or "") == kept
    assert error_of(page, field).startswith(error)
    assert db.session.scalars(select(Asking)).all() == []


def test_a_refused_question_keeps_the_text_and_selection_of_the_chair(make: Factory, visit: Visit):
    made = scoring(make)
    asking, vendor = asked(made), made.vendors[0].id
    url = made.url(f"questions/vendors/{vendor}/merge")
    chair = visit(made.chair)

    unticked = chair.post(url, {"words": MERGED})
    wordless = chair.post(url, {"words": " ", "asking": str(asking.id)})
    page = parse(unticked.status_code, unticked.text)

    assert (unticked.status_code, wordless.status_code) == (422, 422)
    assert "Select what you want to turn into a question." in unticked.text
    assert page.with_id(f"words-{vendor}").text == MERGED
    ticked = parse(422, wordless.text).with_id(f"asking-{asking.id}")
    assert ticked.get("checked") is not None
    assert db.session.scalars(select(Question)).all() == []


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"answer": "", "answered_on": "2026-03-03"}, "Enter what the vendor answered."),
        ({"answer": ANSWER, "answered_on": ""}, "Enter the day of the answer."),
        ({"answer": ANSWER, "answered_on": "2026-02-27"}, "It was sent only after that day."),
        ({"answer": ANSWER, "answered_on": "2199-01-01"}, "This day is still to come."),
        ({"answer": ANSWER + "\x00", "answered_on": "2026-03-03"}, "Remove the control character"),
        ({"answer": ANSWER, "answered_on": "2026-03-03", "version": "odd"}, "Open the page again"),
    ],
)
def test_an_answer_needs_words_and_a_day_after_it_was_sent(
    make: Factory, visit: Visit, form: dict[str, str], message: str
):
    made = scoring(make)
    question = merged(made, asked(made))
    send_questions(made.chair, made.slug, made.vendors[0].id, day=SENT)

    refused = visit(made.chair).post(
        made.url(f"questions/{question.id}/answer"), {"version": "1", **form}
    )

    assert refused.status_code == 422
    assert message in refused.text
    assert (form["answer"][:10] in refused.text, told(made, 0)) == (True, [])


def test_a_second_chair_overwrites_nothing(make: Factory, visit: Visit):
    made = scoring(make)
    question = merged(made, asked(made))
    answered(made, question)

    late = visit(made.chair).post(
        made.url(f"questions/{question.id}/answer"),
        {"answer": "No plans for it", "answered_on": "2026-03-04", "version": "1"},
    )

    assert late.status_code == 409
    assert [text in late.text for text in (ANSWER, "No plans for it", "Nothing was overwritten")]
    assert db.session.scalars(select(Question.answer)).one() == ANSWER
    with pytest.raises(Stale):
        answer(made, question, "No plans for it", seen=1)


def test_an_asking_handled_by_another_chair_is_not_merged_again(make: Factory, visit: Visit):
    made = scoring(make)
    asking = asked(made)
    merged(made, asking)

    late = visit(made.chair).post(
        made.url(f"questions/vendors/{made.vendors[0].id}/merge"),
        {"asking": str(asking.id), "words": "In other words?"},
    )

    assert late.status_code == 409
    assert "Somebody else has dealt with some of this in the meantime" in late.text
    assert "In other words?" in late.text
    assert db.session.scalars(select(Question.words)).all() == [MERGED]


def test_a_merged_question_has_a_criterion_if_all_askings_share_it(make: Factory):
    made = scoring(make)

    one = merged(made, asked(made, 0), asked(made, 1, "ada", "And the tables?"))
    both = merged(made, asked(made, 0, "sis", "A?"), asked(made, 1, "ada", "B?"))

    assert (one.criterion_id, both.criterion_id) == (made.criterion("ada").id, None)


def test_a_later_asking_can_join_an_unanswered_question(make: Factory):
    made = scoring(make)
    question = merged(made, asked(made))
    later = asked(made, 1)

    join_question(made.chair, made.slug, made.vendors[0].id, [later.id], question_id=question.id)
    answered(made, question)
    last = asked(made, 2)

    assert [told(made, reviewer) for reviewer in (0, 1)] == [["QUESTION_ANSWERED"]] * 2
    with pytest.raises(WrongPhase, match="already answered or withdrawn"):
        join_question(made.chair, made.slug, made.vendors[0].id, [last.id], question_id=question.id)


def test_new_words_for_a_question_that_keeps_its_own_are_not_dropped(make: Factory, visit: Visit):
    made = scoring(make)
    question = merged(made, asked(made))
    later, vendor = asked(made, 1), made.vendors[0].id

    answer = visit(made.chair).post(
        made.url(f"questions/vendors/{vendor}/merge"),
        {"asking": str(later.id), "into": str(question.id), "words": "In better words?"},
    )

    assert "keeps its words" in error_of(parse(422, answer.text), f"words-{vendor}")
    assert "In better words?" in answer.text
    db.session.expire_all()
    assert later.question_id is None


def test_the_text_can_be_changed_until_the_question_is_sent(make: Factory):
    made = scoring(make)
    question = merged(made, asked(made))

    reword_question(made.chair, made.slug, question.id, words="Shorter?", seen_version=1)
    assert send_questions(made.chair, made.slug, made.vendors[0].id, day=SENT) == 1

    assert db.session.scalars(select(Question.words)).one() == "Shorter?"
    with pytest.raises(WrongPhase, match="was sent"):
        reword_question(made.chair, made.slug, question.id, words="Longer?", seen_version=2)


def test_what_was_asked_of_a_vendor_that_left_waits_for_nobody(make: Factory, visit: Visit):
    made = scoring(make)
    asked(made, 0)
    chair, page = visit(made.chair), made.url("questions/")

    def waits() -> tuple[bool, bool]:
        told = load_tasks(db.session(), made.chair)[made.evaluation.id]
        told_of = TaskKind.SORT_ASKINGS in [task.kind for task in told]
        return told_of, CANARY in chair.get(page).text

    assert waits() == (True, True)
    withdraw_vendor(made.chair, made.slug, made.vendors[0].id, reason="It left.")
    assert waits() == (False, False)
    restore_vendor(made.chair, made.slug, made.vendors[0].id, reason="It is back.")
    assert waits() == (True, True)


def test_the_asker_reads_why_a_question_was_set_aside_or_withdrawn(make: Factory, visit: Visit):
    made = scoring(make)
    aside, question = asked(made, 0), merged(made, asked(made, 1))

    for empty in (
        lambda: set_aside_asking(made.chair, made.slug, aside.id, reason=" "),
        lambda: withdraw_question(made.chair, made.slug, question.id, reason=" "),
    ):
        with pytest.raises(Invalid):
            empty()
    set_aside_asking(made.chair, made.slug, aside.id, reason="Page 3 of the offer says so.")
    withdraw_question(made.chair, made.slug, question.id, reason="They showed it in the demo.")

    first, second = (visit(who).get(ballot_url(made)).text for who in made.reviewers[:2])
    assert "Page 3 of the offer says so." in first
    assert "They showed it in the demo." in second
    assert "Page 3" not in second
    assert [told(made, 0), told(made, 1)] == [["ASKING_SET_ASIDE"], ["QUESTION_WITHDRAWN"]]


def test_a_question_that_was_reworded_meanwhile_is_not_withdrawn_unseen(
    make: Factory, visit: Visit
):
    made = scoring(make)
    question = merged(made, asked(made))
    chair, address = visit(made.chair), made.url(f"questions/{question.id}")
    late = {"reason": "We know that.", "version": str(question.version)}
    reword_question(
        made.chair, made.slug, question.id, words="What else?", seen_version=question.version
    )

    answer = chair.post(f"{address}/withdraw", late)

    assert answer.status_code == 409
    assert ("What else?" in answer.text, "We know that." in answer.text) == (True, True)
    shown = filled_form(parse(409, answer.text), f"{address}/withdraw")
    assert chair.post(f"{address}/withdraw", shown).status_code == 303


def test_an_answered_question_can_not_be_withdrawn(make: Factory):
    made = scoring(make)
    question = merged(made, asked(made))
    answered(made, question)

    with pytest.raises(WrongPhase, match="stays in the record"):
        withdraw_question(made.chair, made.slug, question.id, reason="Oops")


def test_the_text_to_copy_contains_only_the_questions(make: Factory, visit: Visit):
    made = scoring(make)
    merged(made, asked(made))
    write_question(made.chair, made.slug, made.vendors[0].id, words="What does it cost?")
    gone = write_question(made.chair, made.slug, made.vendors[0].id, words="Withdrawn?")
    withdraw_question(made.chair, made.slug, gone.id, reason="Never mind")

    url = made.url(f"questions/vendors/{made.vendors[0].id}/questions.txt")
    text = visit(made.chair).get(url).text

    assert text.splitlines() == [
        "Credit recovery",
        f"Questions to {made.vendors[0].company} – Courses",
        "",
        "1. Accessible",
        f"   {MERGED}",
        "",
        "2. The whole offer",
        "   What does it cost?",
    ]


def test_the_meeting_shows_answers_in_the_cell_and_where_evidence_is_missing(
    make: Factory, visit: Visit
):
    made = make.evaluation(
        phase=Phase.SCORING, marks={(0, 0): "?Y?", (1, 0): "?YY", (0, 1): "?YY", (1, 1): "YYY"}
    )
    answered(made, merged(made, asked(made)))
    make.forward(made, Phase.MEETING, {})
    vendor, ada = made.vendors[0].id, made.criterion("ada").id

    cell = visit(made.reviewers[1]).get(made.url(f"cells/{vendor}/{ada}")).text
    page = visit(made.chair).page(made.url("questions/"))
    rows = [["".join(part.itertext()).split() for part in row][0::2] for row in page.all("tr")[1:]]

    assert ANSWER in cell
    assert [row[1] for row in rows] == [["1", "of", "2"], ["1", "of", "2"]]
    assert f"new?criterion={made.criterion('teacher').id}" in page.text
    assert f"new?criterion={ada}" in page.text  # of the other vendor, to whom nobody put it


def test_the_number_of_queries_does_not_grow_with_the_questions(make: Factory, visit: Visit):
    few, many = scoring(make, "Few"), scoring(make, "Many")
    for made, count in ((few, 1), (many, 12)):
        for number in range(count):
            asked(made, 0, "sis", f"Waiting {number}?")
            answered(made, merged(made, asked(made, 0, "ada", f"Number {number}?")))
    found = []
    for made in (few, many):
        for actor, path in (
            (made.chair, made.url("questions/")),
            (made.reviewers[0], made.url("questions/")),
            (made.reviewers[1], ballot_url(made)),
        ):
            person = visit(actor)
            with statements() as seen:
                assert person.get(path).status_code == 200
            found.append(len(seen))

    assert found[:3] == found[3:]
    assert max(found) <= 16


def test_verify_finds_an_asking_in_a_question_to_another_vendor(make: Factory):
    from crrubric.queries.record.verification import verify_record

    made = scoring(make)
    asking = asked(made)
    merged(made, asking)
    whole = [str(problem) for problem in verify_record(db.session()).problems]
    with unit_of_work() as session:
        session.execute(update(Question).values(vendor_id=made.vendors[1].id))

    assert whole == []
    said = [str(problem) for problem in verify_record(db.session()).problems]
    assert said[0].endswith("differs from the journal in vendor_id.")
    assert said[1:] == ["Reviewers’ questions that were added to a question to another vendor: 1."]


def test_a_vendor_with_a_recorded_question_can_not_be_removed(make: Factory):
    made = scoring(make)
    asked(made)
    phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="One vendor too many")

    with pytest.raises(WrongPhase):
        vendors.remove_vendor(made.chair, made.slug, made.vendors[0].id)

    assert db.session.scalars(select(Asking.words)).all() == [CANARY]


def send(chair: Visitor, made: Made) -> TestResponse:
    """Record that the questions which the page shows were sent."""
    url = made.url(f"questions/vendors/{made.vendors[0].id}/send")
    form = filled_form(chair.page(made.url("questions/")), url)
    return chair.post(url, {**form, "sent_on": "2026-03-01"})


def test_a_question_that_was_reworded_meanwhile_is_not_recorded_as_sent(
    make: Factory, visit: Visit
):
    made = scoring(make)
    question = merged(made, asked(made))
    chair, url = visit(made.chair), made.url(f"questions/vendors/{made.vendors[0].id}/send")
    form = filled_form(chair.page(made.url("questions/")), url)
    reword_question(made.chair, made.slug, question.id, words="In other words?", seen_version=1)

    answer = chair.post(url, {**form, "sent_on": "2026-03-01"})

    assert answer.status_code == 409
    assert "changed after you opened this page" in answer.text
    assert db.session.get_one(Question, question.id, populate_existing=True).sent_on is None
    assert send(chair, made).status_code == 303


def test_the_words_of_one_reviewer_need_not_be_typed_again(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    first = asked(made)
    chair, url = visit(made.chair), made.url("questions/")
    merge = made.url(f"questions/vendors/{made.vendors[0].id}/merge")
    asked(made, 0, words="And the tables?")

    several = filled_form(chair.page(url), merge)
    refused = chair.post(merge, {**several, "asking": str(first.id)})

    again = filled_form(parse(422, refused.text), merge)
    assert several["words"] == [""]
    assert (again["words"], again["asking"]) == ([first.words], [str(first.id)])
