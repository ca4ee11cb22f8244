"""Ballots on behalf in a workbook: handed out by a chair, entered when it comes back."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import (
    Answer,
    BallotState,
    DeclarationKind,
    EntrySource,
    Phase,
    Role,
)
from crrubric.extensions import db
from crrubric.models import Declaration, EntryOnBehalf, ImportDraft, JournalEntry, Notice
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.setup import phases
from tests.factories import Factory, Made, ballot_of, stored_marks
from tests.integration.ballots.offline_books import FilledIn
from tests.integration.ballots.offline_books import download as download_own
from tests.integration.ballots.offline_books import upload as upload_own
from tests.integration.ballots.test_offline import correct
from tests.integration.conftest import Visit, Visitor
from tests.pages import filled_form

TODAY = now_utc().date() - timedelta(days=1)
GIVEN = {"given_on": TODAY.isoformat(), "no_conflict": "y"}
REST = "They left it empty."


@pytest.fixture
def made(make: Factory) -> Made:
    """Scoring, with nothing declared yet."""
    made = make.evaluation(reviewers=2)
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    return made


@pytest.fixture
def chair(made: Made, visit: Visit) -> Visitor:
    return visit(made.chair)


def address_of(made: Made, place: int = 0) -> str:
    return made.url(f"progress/workbook/{ballot_of(made, place, 0).member_id}")


def hand_out(chair: Visitor, address: str) -> FilledIn:
    answer = chair.get(f"{address}/workbook.xlsx")
    assert answer.status_code == 200, answer.text
    return FilledIn(answer.data)


def place_of(book: FilledIn, made: Made, vendor: int) -> int:
    """Which of the sheets is of this vendor: each reviewer has them in an order of their own."""
    names = [book.sheet(place)["A1"].value for place in range(len(made.vendors))]
    return names.index(made.vendors[vendor].name)


def send(chair: Visitor, address: str, book: FilledIn) -> Any:
    return chair.post(address, {"file": (BytesIO(book.save()), "theirs.xlsx")})


def upload(chair: Visitor, address: str, book: FilledIn) -> str:
    """Upload what must be accepted; the address of the preview."""
    answer = send(chair, address, book)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def take(chair: Visitor, preview: str, **typed: str) -> Any:
    """Press the button of the preview."""
    form = filled_form(chair.page(preview), preview)
    return chair.post(preview, {**form, **GIVEN, "rest": REST, **typed})


def note(event: Event) -> list[JournalEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry).where(JournalEntry.event == event)))


def test_a_chair_enters_what_a_reviewer_filled_in(made: Made, chair: Visitor):
    address = address_of(made)
    book = hand_out(chair, address)
    book.write(1, answer="Yes", note="Works.", evidence_kind="Demo", evidence_place="minute 12")
    book.write(2, answer="No").write(3, answer="Not applicable").write(1, vendor=1, answer="Sí")

    preview = upload(chair, address, book)
    page = chair.get(preview).text
    assert stored_marks() == []
    answer = take(chair, preview)

    assert ("2 ballots would be entered" in page, "Works." in page) == (True, True)
    assert (answer.status_code, answer.headers["Location"]) == (303, made.url("progress"))
    ballots = [ballot_of(made, 0, vendor) for vendor in (0, 1)]
    assert [(each.state, each.seals) for each in ballots] == [(BallotState.SUBMITTED, 1)] * 2
    assert sorted(stored_marks()) == [
        (Answer.NO, ""), (Answer.NOT_APPLICABLE, ""), (Answer.YES, ""), (Answer.YES, "Works."),
    ]  # fmt: skip
    entries = db.session.scalars(select(EntryOnBehalf)).all()
    assert {(row.source, row.given_on, row.entered_by) for row in entries} == {
        (EntrySource.FILE, TODAY, "Dana Chair")
    }
    assert db.session.scalars(select(Declaration.kind)).all() == [DeclarationKind.NONE] * 2
    told = db.session.scalars(select(Notice.kind).where(Notice.member_id == ballots[0].member_id))
    assert [kind for kind in told if kind == "BALLOT_ENTERED"] == ["BALLOT_ENTERED"] * 2
    events = note(Event.BALLOT_ENTERED)
    assert all(len(entry.after["receipt"]) > 10 for entry in events)
    assert [entry.after["source"] for entry in events] == ["FILE", "FILE"]
    assert db.session.scalars(select(ImportDraft)).all() == []
    assert verify_record(db.session()).problems == ()


def test_the_reviewer_confirms_it_and_the_chair_has_seen_it(
    made: Made, make: Factory, visit: Visit
):
    address, chair = address_of(made), visit(made.chair)
    book = hand_out(chair, address)
    book.write(1, vendor=place_of(book, made, 0), answer="Yes")
    take(chair, upload(chair, address, book))
    reviewer, vendor = visit(made.reviewers[0]), made.vendors[0].id

    review = reviewer.get(made.url(f"ballots/{vendor}/submit")).text
    assert ("Dana Chair entered this ballot" in review, REST in review) == (True, True)
    assert reviewer.post(made.url(f"ballots/{vendor}/confirm")).status_code == 303

    assert db.session.scalars(select(EntryOnBehalf.confirmed_at)).one() is not None
    assert "The reviewer has begun this ballot or submitted it" in chair.get(address).text


def test_a_ballot_that_was_begun_meanwhile_is_left_alone_and_nothing_of_it_is_shown(
    made: Made, make: Factory, chair: Visitor
):
    address = address_of(made)
    book = hand_out(chair, address)
    book.write(1, vendor=place_of(book, made, 0), answer="Yes", note="in the file")
    book.write(1, vendor=place_of(book, made, 1), answer="No")
    preview = upload(chair, address, book)
    seen = filled_form(chair.page(preview), preview)
    for vendor in made.vendors:
        declare_interest(made.reviewers[0], made.slug, vendor.id, kind=DeclarationKind.NONE)
    make.mark(made, 0, 0, made.criteria[0].code, Answer.NO, "in the portal")

    late = chair.post(preview, {**seen, **GIVEN, "rest": REST})
    page = chair.get(preview).text
    answer = take(chair, preview)

    assert late.status_code == 409
    assert "The reviewer has begun this ballot" in page
    assert ("in the file" in page, "in the portal" in page) == (False, False)
    assert answer.status_code == 303
    assert sorted(stored_marks()) == [(Answer.NO, ""), (Answer.NO, "in the portal")]


def test_a_workbook_made_with_answers_is_of_a_ballot_that_was_begun(
    made: Made, make: Factory, visit: Visit, chair: Visitor
):
    for vendor in made.vendors:
        declare_interest(made.reviewers[0], made.slug, vendor.id, kind=DeclarationKind.NONE)
    make.mark(made, 0, 0, made.criteria[0].code, Answer.NO, "in the portal")
    book = download_own(visit(made.reviewers[0]), made.url())

    book.write(2, vendor=place_of(book, made, 0), answer="Yes")
    preview = upload(chair, address_of(made), book)

    assert "The reviewer has begun this ballot" in chair.get(preview).text
    assert "Enter and seal" not in chair.get(preview).text
    assert chair.post(preview, GIVEN).status_code == 409
    assert stored_marks() == [(Answer.NO, "in the portal")]


def test_a_chair_who_scores_submits_their_own_ballot_first(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR, Role.REVIEWER}))
    chair, address = visit(other), address_of(made)
    book = hand_out(visit(made.chair), address).write(1, answer="maybe", note="secret")

    page, sent = chair.get(address).text, send(chair, address, book)

    assert "submit your own ballot first" in page
    assert (sent.status_code, "maybe" in sent.text) == (303, False)
    assert "secret" not in chair.get(str(sent.headers["Location"])).text
    assert stored_marks() == []


def test_a_chair_with_a_conflict_of_interest_enters_nothing_of_that_vendor(
    made: Made, make: Factory, visit: Visit
):
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    book = hand_out(visit(made.chair), address_of(made))
    book.write(1, vendor=place_of(book, made, 0), answer="Yes", note="secret")
    book.write(1, vendor=place_of(book, made, 1), answer="No")
    vendor, kind = made.vendors[0].id, DeclarationKind.CONFLICT
    declare_interest(other, made.slug, vendor, kind=kind, words="A friend.")
    chair = visit(other)

    preview = upload(chair, address_of(made), book)
    page = chair.get(preview).text
    assert take(chair, preview).status_code == 303

    assert ("another chair enters its ballots" in page, "secret" in page) == (True, False)
    assert stored_marks() == [(Answer.NO, "")]
    assert ballot_of(made, 0, 0).state is BallotState.OPEN


def test_files_of_others_and_ones_own_ballots_are_refused(
    made: Made, make: Factory, visit: Visit, chair: Visitor
):
    wrong = send(chair, address_of(made, 1), hand_out(chair, address_of(made)))
    own = make.member(made.chair, made.slug, frozenset({Role.CHAIR, Role.REVIEWER}))
    seat = next(row for row in made.evaluation.members if row.user_id == own.user_id)

    assert wrong.status_code == 422
    assert "made for another reviewer than" in wrong.text
    mine = made.url(f"progress/workbook/{seat.id}")
    assert visit(own).get(mine).status_code == 404
    assert visit(made.reviewers[1]).get(address_of(made)).status_code == 404


def test_a_file_to_be_entered_for_another_is_none_of_ones_own(
    made: Made, make: Factory, visit: Visit
):
    both = make.member(made.chair, made.slug, frozenset({Role.CHAIR, Role.REVIEWER}))
    chair, address = visit(both), address_of(made)
    preview = upload(chair, address, hand_out(chair, address))
    key = preview.rsplit("/", 1)[-1]

    assert chair.get(made.url(f"ballots/offline/{key}")).status_code == 404
    upload_own(chair, made.url(), download_own(chair, made.url()))
    assert chair.get(preview).status_code == 404


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"given_on": ""}, "Enter the day on which the ballots were given."),
        ({"rest": ""}, "Say why the others have no mark."),
        ({"no_conflict": ""}, "check the box that there is none"),
    ],
)
def test_what_is_missing_is_told_and_what_was_typed_stays(
    made: Made, chair: Visitor, typed: dict[str, str], told: str
):
    address = address_of(made)
    preview = upload(chair, address, hand_out(chair, address).write(1, answer="Yes"))
    if "no_conflict" in typed:
        form = filled_form(chair.page(preview), preview)
        answer = chair.post(preview, {**form, "given_on": TODAY.isoformat(), "rest": REST})
    else:
        answer = take(chair, preview, **typed)

    assert answer.status_code == 422
    assert told in answer.text
    assert (REST in answer.text) == ("rest" not in typed)
    assert stored_marks() == []


def test_answers_to_other_words_are_entered_only_if_they_hold(made: Made, chair: Visitor):
    address = address_of(made)
    book = hand_out(chair, address).write(1, answer="Yes").write(2, answer="No")
    preview = upload(chair, address, book)
    criterion = made.criteria[0]
    correct(made, criterion.code)

    silent = take(chair, preview)
    answer = take(chair, preview, **{f"holding-{criterion.id}": "leave"})

    assert (silent.status_code, "say whether" in silent.text) == (422, True)
    assert answer.status_code == 303
    assert stored_marks() == [(Answer.NO, "")]


def test_a_discarded_file_is_forgotten(made: Made, chair: Visitor):
    address = address_of(made)
    preview = upload(chair, address, hand_out(chair, address).write(1, answer="Yes"))

    answer = chair.post(f"{preview}/discard")

    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert chair.get(preview).status_code == 404
    assert stored_marks() == []
