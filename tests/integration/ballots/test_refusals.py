"""Why a mark that was typed while away is not taken: said to whoever typed it alone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Answer, CorrectionEffect, EntrySource, Phase, Role
from crrubric.extensions import db
from crrubric.models import Evaluation, Member
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.ballots import entries
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.exchange.import_plans import AS_USUAL, ImportWishes
from crrubric.services.exchange.imports import import_marks
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.setup import assignments, committee, corrections, phases, withdrawals
from crrubric.services.setup.practice import record_practice_mark, show_spread
from tests.factories import Factory, Made, ballot_of, let_chair_score
from tests.integration.conftest import Visit

ASKS = {"Accept": "application/json"}


def ask_why(visit: Visit, made: Made, actor=None, path: str = "") -> tuple[object, object]:
    """(reason, page) that a reviewer's browser is told of a mark that it kept."""
    form = path or made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    person = visit(actor or made.reviewers[0])
    answer = person.send("GET", "/unsent/reason", query_string={"form": form}, headers=ASKS)
    assert answer.status_code == 200, answer.text
    return answer.json["reason"], answer.json["page"]


def seat_of(made: Made) -> Member:
    return db.session.scalars(
        select(Member).where(Member.user_id == made.reviewers[0].user_id)
    ).one()


def close(_make: Factory, made: Made, _path: Path) -> None:
    phases.change_phase(made.chair, made.slug, Phase.MEETING)


def open_again_from_the_start(_make: Factory, made: Made, _path: Path) -> None:
    phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="A vendor is missing.")


def submit(make: Factory, made: Made, _path: Path) -> None:
    make.submit(made, 0, 0, "Ran out of time.")


def fill_from_a_file(
    _make: Factory, made: Made, path: Path, wishes: ImportWishes = AS_USUAL
) -> None:
    company, name = made.vendors[0].company, made.reviewers[0].name
    file = path / "marks.csv"
    file.write_text(f"reviewer,vendor,criterion,mark\n{name},{company},ada,YES\n", "utf-8")
    import_marks(OPERATOR, read_path(file), slug=made.slug, wishes=wishes)


def fill_and_submit(make: Factory, made: Made, path: Path) -> None:
    fill_from_a_file(make, made, path, ImportWishes(leave_open=True))
    submit(make, made, path)


def enter(_make: Factory, made: Made, _path: Path) -> None:
    given = entries.EnteredBallot(
        source=EntrySource.PHONE,
        given_on=now_utc().date() - timedelta(days=1),
        no_conflict=True,
        marks={row.id: MarkText(answer=Answer.YES) for row in made.criteria},
        rest="",
    )
    entries.enter_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, given)


def unseat(_make: Factory, made: Made, _path: Path) -> None:
    committee.remove_member(made.chair, made.slug, seat_of(made).id)


def make_an_observer(_make: Factory, made: Made, _path: Path) -> None:
    seat = seat_of(made)
    committee.change_member(
        made.chair,
        made.slug,
        seat.id,
        roles=frozenset({Role.OBSERVER}),
        stakeholder=seat.stakeholder,
    )


def withdraw(_make: Factory, made: Made, _path: Path) -> None:
    vendor = made.vendors[0].id
    withdrawals.withdraw_vendor(made.chair, made.slug, vendor, reason="It left the market.")


def stay_away(make: Factory, made: Made, _path: Path) -> None:
    make.conflict(made, 0, 0, "My sister works there.")


def leave_the_criterion_out(_make: Factory, made: Made, _path: Path) -> None:
    row = made.criteria[0]
    corrections.correct_criterion(
        made.chair,
        made.slug,
        row.id,
        corrections.Correction(
            title=row.title,
            question=row.question,
            look_for=row.look_for,
            effect=CorrectionEffect.LEAVE_OUT,
            reason="It asks for two things.",
        ),
    )


def assign_elsewhere(_make: Factory, made: Made, _path: Path) -> None:
    wanted = assignments.Assignment(vendors=frozenset({made.vendors[1].id}))
    assignments.assign_reviewer(made.chair, made.slug, seat_of(made).id, wanted)


def end_for_good(_make: Factory, made: Made, _path: Path) -> None:
    row = db.session.get_one(Evaluation, made.evaluation.id)
    row.ends_at = now_utc() - timedelta(minutes=5)
    db.session.commit()


VENDOR = "{vendor}"
REASONS: list[tuple[Callable[[Factory, Made, Path], None], str]] = [
    (close, "Scoring has closed."),
    (open_again_from_the_start, "Scoring is not open now."),
    (submit, f"Your ballot for {VENDOR} is submitted; it is sealed."),
    (fill_from_a_file, f"Your ballot for {VENDOR} was filled from a file meanwhile; it is sealed."),
    (fill_and_submit, f"Your ballot for {VENDOR} is submitted; it is sealed."),
    (enter, f"The chair entered your ballot for {VENDOR} meanwhile; it is sealed."),
    (unseat, "You are not on this committee any more."),
    (make_an_observer, "You do not score in this evaluation any more."),
    (withdraw, f"{VENDOR} is out of the selection and is no longer marked."),
    (stay_away, "You declared a conflict of interest here: there is no ballot."),
    (leave_the_criterion_out, "This criterion is not part of your ballot any more."),
    (assign_elsewhere, "You are not asked to score this vendor any more."),
]


@pytest.mark.parametrize(("happen", "reason"), REASONS, ids=[row[0].__name__ for row in REASONS])
def test_the_reason_is_what_happened_meanwhile(
    make: Factory, visit: Visit, tmp_path: Path, happen, reason: str
):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    before = ask_why(visit, made)

    happen(make, made, tmp_path)

    page = made.url(f"ballots/{made.vendors[0].id}#criterion-{made.criteria[0].id}")
    assert before == (None, page)
    company = made.vendors[0].company
    found, where = ask_why(visit, made)
    assert (str(found).replace("\u2068", "").replace("\u2069", ""), where) == (
        reason.format(vendor=company),
        None,
    )


def test_after_the_hard_end_the_reason_names_the_hour(make: Factory, visit: Visit, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING)

    end_for_good(make, made, tmp_path)

    found, _page = ask_why(visit, made)
    assert str(found).startswith("Scoring ended ")


def test_whoever_has_seen_anothers_ballot_is_not_asked_for_that_vendor(
    make: Factory, visit: Visit, tmp_path: Path
):
    made = make.evaluation(phase=Phase.SCORING)
    enter(make, made, tmp_path)
    let_chair_score(made)

    found = ask_why(visit, made, made.chair)

    assert found == ("You are not asked to score this vendor any more.", None)


def test_a_practice_mark_has_a_reason_too(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    criterion = made.criteria[0].id
    path = made.url(f"practice/marks/{criterion}")
    record_practice_mark(made.reviewers[0], made.slug, criterion, answer=Answer.YES, seen_version=0)
    before = ask_why(visit, made, path=path)

    show_spread(made.chair, made.slug)

    assert before == (None, made.url(f"practice/#criterion-{criterion}"))
    assert ask_why(visit, made, path=path) == (
        "The practice round is over: its marks stay as they are.",
        None,
    )


def test_what_is_stored_comes_along_for_its_own_reviewer(
    make: Factory, visit: Visit, tmp_path: Path
):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2, marks={(0, 0): "N"})
    form = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")

    def stored(person: Actor) -> dict[str, str] | None:
        answer = visit(person).send(
            "GET", "/unsent/reason", query_string={"form": form}, headers=ASKS
        )
        return answer.json["stored"]

    own = stored(made.reviewers[0])
    others = [stored(made.reviewers[1]), stored(made.chair)]
    unseat(make, made, tmp_path)

    assert own is not None
    assert (own["answer"], set(own)) == (
        "NO",
        {"answer", "note", "evidence_kind", "evidence_place", "evidence_on", "evidence_until",
         "saved_at"},
    )  # fmt: skip
    assert others == [None, None]
    assert stored(made.reviewers[0]) is None


def test_strangers_and_odd_addresses_are_told_nothing(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    stranger = make.evaluation(title="Another").reviewers[0]
    nothing = ("This page does not exist, or you may not see it.", None)

    assert ask_why(visit, made, stranger) == nothing
    for odd in (
        "/evaluations/no-such/ballots/1/marks/1",
        "/sign-out",
        "//x.example/",
        "\x00",
        "{}",
    ):
        assert ask_why(visit, made, path=odd) == nothing
    signed_out = visit().send("GET", "/unsent/reason", headers=ASKS)
    assert signed_out.status_code == 401


def test_the_page_of_what_was_not_taken_holds_nothing_of_anybody(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    page = visit(made.reviewers[0]).page("/unsent/")

    assert page.heading == "Not saved"
    assert page.all("ol")[0].get("data-left-over") == "/unsent/reason"
