"""An evaluation that renews an earlier one: what is taken over, and that it anchors no mark."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid
from crrubric.domain.planning.followup.measures import MeasureUnit
from crrubric.domain.vocabulary import (
    CommitmentState,
    DeclarationKind,
    EvidenceKind,
    Outcome,
    Phase,
    Role,
)
from crrubric.extensions import db
from crrubric.models import (
    Ballot,
    Commitment,
    Criterion,
    Evaluation,
    Mark,
    Measure,
    Member,
    User,
    Vendor,
)
from crrubric.queries.people.people import Actor
from crrubric.services.ballots import declarations, seals
from crrubric.services.meeting import decisions, positions, promises
from crrubric.services.planning import actuals, measures
from crrubric.services.setup import phases
from crrubric.services.setup.committee import remove_member
from crrubric.services.setup.earlier import start_from_earlier
from crrubric.services.shared.unit import unit_of_work
from tests import in_meeting
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit
from tests.pages import parse, words

CANARY = "Zanzibarmeadow"


@dataclass(frozen=True)
class Renewed:
    """The earlier evaluation, and the one that renews it."""

    earlier: Made
    new: Made
    observer: Actor

    @property
    def page(self) -> str:
        return self.new.url(f"vendors/{self.new.vendors[0].id}/earlier")


@pytest.fixture
def renewed(make: Factory) -> Renewed:
    """Renewed, and not in scoring yet: all that is told of last time has the canary in it."""
    made = make.evaluation(reviewers=2, vendors=2)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    make.forward(made, Phase.SCORING, {(0, 0): "YNY", (0, 1): "YYY", (1, 0): "YNY"})
    slug, vendor = made.slug, made.vendors[0].id
    with unit_of_work() as session:
        mark = session.scalars(select(Mark).join(Ballot).where(Ballot.vendor_id == vendor)).first()
        assert mark is not None
        mark.evidence_kind, mark.evidence_place = EvidenceKind.DEMO, f"minute 12 {CANARY}"
        mark.evidence_until = date(2026, 1, 1)
    make.forward(made, Phase.MEETING, {})
    finding = decisions.FindingText(value=Outcome.NOT_MET, reason=f"No captions. {CANARY}")
    cell = vendor, made.criteria[1].id
    in_meeting.record_finding(made.chair, slug, *cell, finding, seen_version=0)
    promise = positions.CommitmentText(f"Captions {CANARY}", "Dana", date(2027, 6, 1))
    own = positions.record_commitment(made.chair, slug, vendor, promise)
    make.forward(made, Phase.DECIDED, {})
    broken = CommitmentState.BROKEN
    promises.settle_commitment(made.chair, slug, own.id, broken, reason="Half of them.")
    text = measures.MeasureText(words=f"Size {CANARY}", unit=MeasureUnit.PERSONS)
    size = measures.add_measure(made.chair, slug, text)
    for period, value in (("2022-23", "412"), ("2023-24", "7")):
        told = actuals.ActualText(period=period, value=value)
        actuals.record_actual(made.chair, slug, size.id, told)
    return Renewed(made, renew(made), observer)


def renew(made: Made) -> Made:
    """The next evaluation, with its rows by short names; nothing is marked yet."""
    started = start_from_earlier(
        made.chair, made.slug, title="Once more", with_vendors=True, with_committee=True,
        with_record=True,
    )  # fmt: skip
    session = db.session()
    vendors = select(Vendor).where(Vendor.evaluation_id == started.id).order_by(Vendor.id)
    criteria = select(Criterion).where(Criterion.evaluation_id == started.id)
    return Made(
        session.get_one(Evaluation, started.id),
        made.chair,
        made.reviewers,
        list(session.scalars(vendors)),
        list(session.scalars(criteria.order_by(Criterion.id))),
    )


def test_nobody_reads_it_who_still_marks_the_vendor(make: Factory, renewed: Renewed, visit: Visit):
    new, page = renewed.new, renewed.page
    make.forward(new, Phase.SCORING, {(0, 0): "YYY", (1, 1): "YYY"})
    first, second = new.reviewers
    for who in (first, second, new.chair, renewed.observer):
        assert visit(who).get(page).status_code == 404

    make.submit(new, 0, 0)
    make.submit(new, 1, 1)  # the other vendor

    assert CANARY in visit(first).get(page).text
    for who in (second, new.chair, renewed.observer):
        person = visit(who)
        assert person.get(page).status_code == 404
        for path in ("vendors/", f"ballots/{new.vendors[0].id}", "journal/", ""):
            assert CANARY not in person.get(new.url(path)).text
    for path in ("vendors/", "ballots/"):
        assert page in visit(first).get(new.url(path)).text
        assert page not in visit(second).get(new.url(path)).text


def test_a_ballot_that_is_opened_again_closes_it(make: Factory, renewed: Renewed, visit: Visit):
    new = renewed.new
    make.forward(new, Phase.SCORING, {(0, 0): "YYY"})
    make.submit(new, 0, 0)

    seals.reopen_ballot(new.chair, new.slug, ballot_of(new, 0, 0).id, reason="A wrong file.")

    assert visit(new.reviewers[0]).get(renewed.page).status_code == 404


def test_once_ballots_are_shown_everybody_reads_it(make: Factory, renewed: Renewed, visit: Visit):
    new = renewed.new
    make.forward(new, Phase.MEETING, {(0, 0): "YYY", (0, 1): "YYY"})

    for who in (new.chair, new.reviewers[1], renewed.observer):
        said = words(visit(who).page(renewed.page).root)
        assert f"broken: Captions {CANARY}" in said
        assert "Half of them." in said
        assert f"No captions. {CANARY}" in said
        assert f"minute 12 {CANARY}" in said
        assert "school year 2022–23: 412" in said
        assert "school year 2023–24: fewer than 10" in said
    chair = visit(new.chair)
    cell = new.url(f"cells/{new.vendors[0].id}/{new.criteria[1].id}")
    assert f"No captions. {CANARY}" in words(chair.page(cell).root)
    other = words(chair.page(new.url(f"vendors/{new.vendors[1].id}/earlier")).root)
    assert "It was not recommended then." in other
    assert "412" not in other


def test_criteria_are_read_in_the_language_of_the_reader(
    make: Factory, renewed: Renewed, visit: Visit
):
    with unit_of_work() as session:
        for row in session.scalars(select(Criterion)):
            row.translations = {"es": {"title": f"{row.title} (en español)"}}
        title = renewed.earlier.criteria[0].title
    make.forward(renewed.new, Phase.MEETING, {(0, 0): "YYY", (0, 1): "YYY"})

    answer = visit(renewed.new.chair).get(renewed.page, headers={"Accept-Language": "es"})

    said = words(parse(200, answer.text).root)
    assert said.count(f"{title} (en español)") == 2  # as a finding, and as expired evidence
    assert f"{title}: " not in said


def test_the_memo_tells_what_came_of_it_and_a_final_one_stays(
    make: Factory, renewed: Renewed, visit: Visit
):
    new, old = renewed.new, renewed.earlier
    make.forward(new, Phase.MEETING, {(0, 0): "YYY", (0, 1): "YYY"})

    memo = words(visit(new.chair).page(new.url("memo/")).root)

    assert f"did not meet: 1 ({old.criteria[1].title}). Commitments kept: 0; broken: 1" in memo
    assert f"Size {CANARY}: fewer than 10 (2023–24)" in memo
    make.forward(new, Phase.DECIDED, {})
    promise = db.session.scalars(select(Commitment.id)).one()
    db.session.rollback()
    promises.settle_commitment(
        old.chair, old.slug, promise, CommitmentState.KEPT, reason="All of them."
    )
    size = db.session.scalars(select(Measure.id)).one()
    db.session.rollback()
    told = actuals.ActualText(period="2024-25", value="100")
    actuals.record_actual(old.chair, old.slug, size, told)
    final = words(visit(new.chair).page(new.url("memo/")).root)
    assert "Commitments kept: 0; broken: 1" in final
    assert f"Size {CANARY}: fewer than 10 (2023–24)" in final


def test_who_stays_away_from_the_vendor_reads_nothing(
    make: Factory, renewed: Renewed, visit: Visit
):
    new = renewed.new
    phases.change_phase(new.chair, new.slug, Phase.SCORING)
    declarations.declare_interest(
        new.reviewers[0], new.slug, new.vendors[0].id, kind=DeclarationKind.CONFLICT,
        words="A cousin.",
    )  # fmt: skip
    make.no_conflicts(new)
    make.mark_all(new, {(1, 0): "YYY", (1, 1): "YYY"})
    phases.change_phase(new.chair, new.slug, Phase.MEETING)

    assert visit(new.reviewers[0]).get(renewed.page).status_code == 404
    assert CANARY not in visit(new.reviewers[0]).get(new.url("vendors/")).text


def test_only_what_is_decided_is_renewed(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YYY"})

    with pytest.raises(Invalid):
        start_from_earlier(made.chair, made.slug, title="Too early", with_record=True)


def test_what_is_taken_over_is_named_before(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.DECIDED, vendors=2, marks={(0, 0): "YYY"})
    chair, page = visit(made.chair), made.url("renew")
    gone = made.reviewers[1]
    with unit_of_work() as session:
        session.get_one(User, gone.user_id).disabled_at = now_utc()
    assert page in chair.get(made.url("")).text
    said = words(chair.page(page).root).partition("What it takes over")[2]
    assert made.vendors[1].name in said
    assert made.reviewers[0].name in said
    assert [name in said for name in (gone.name, made.chair.name)] == [False, False]

    assert chair.post(page, {"title": ""}).status_code == 422
    answer = chair.post(page, {"title": "Once more"})

    assert answer.status_code == 303
    assert visit(made.reviewers[0]).get(page).status_code == 404
    assert made.vendors[1].company in chair.get(f"{answer.location}vendors/").text
    newest = select(Member.user_id).where(Member.evaluation_id != made.evaluation.id)
    others = {row.user_id for row in made.reviewers} - {gone.user_id}
    assert set(db.session.scalars(newest)) == {made.chair.user_id, *others}


def test_who_stayed_away_from_the_vendor_then_reads_nothing_now(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY", (1, 1): "YYY"})
    make.conflict(made, 1, 0, "My sister works there.")
    make.forward(made, Phase.DECIDED, {})
    new = renew(made)
    make.forward(new, Phase.SCORING, {(0, 0): "YYY", (1, 0): "YYY", (1, 1): "YYY"})
    make.forward(new, Phase.MEETING, {})
    paths = [new.url(f"vendors/{vendor.id}/earlier") for vendor in new.vendors]

    assert [visit(new.reviewers[0]).get(path).status_code for path in paths] == [200, 200]
    assert [visit(new.reviewers[1]).get(path).status_code for path in paths] == [404, 200]
    said = f" in “{made.evaluation.title}”:"
    drafts = [words(visit(who).page(new.url("memo/")).root) for who in new.reviewers]
    assert [draft.count(said) for draft in drafts] == [2, 1]
    make.forward(new, Phase.DECIDED, {})
    assert words(visit(new.reviewers[1]).page(new.url("memo/")).root).count(said) == 2


def test_evidence_of_a_mark_that_does_not_count_is_not_told(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY", (1, 0): "YYY"})
    with unit_of_work() as session:
        for mark in session.scalars(select(Mark)):
            mark.evidence_kind, mark.evidence_until = EvidenceKind.DEMO, date(2026, 1, 1)
            mark.evidence_place = f"seen by {mark.ballot.member.name}"
    gone = db.session.scalars(
        select(Member).where(Member.user_id == made.reviewers[1].user_id)
    ).one()
    remove_member(made.chair, made.slug, gone.id)
    make.forward(made, Phase.DECIDED, {})
    new = renew(made)
    make.forward(new, Phase.SCORING, {(0, 0): "YYY"})
    make.forward(new, Phase.MEETING, {})

    said = visit(new.chair).get(new.url(f"vendors/{new.vendors[0].id}/earlier")).text

    assert f"seen by {made.reviewers[0].name}" in said
    assert f"seen by {made.reviewers[1].name}" not in said
