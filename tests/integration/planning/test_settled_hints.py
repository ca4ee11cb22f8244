"""The chair takes a hint of the workbook or declines it; the rubric stays as it is."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crrubric.domain.errors import Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.planning.prompts import HintKey, HintKind
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import HintDecision
from crrubric.queries.record.replays import check_journals
from crrubric.services.planning import votes
from crrubric.services.planning.hints import SettledHint, read_settled_hint, settle_hint
from crrubric.services.planning.workbook import save_plan_answers
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.planning.test_plan_pages import count_queries
from tests.integration.planning.test_workbook import told
from tests.pages import filled_form, words

ADA = HintKey("learners", "ada", HintKind.MUST_HAVE)
PAGE, SAVE = "plan/hints", "plan/hints/learners/ada/must_have"
TAKEN = SettledHint(taken=True, reason="It is the law.")
DECLINED = SettledHint(taken=False, reason="We have other means.")


@pytest.fixture
def made(make: Factory) -> Made:
    made = make.evaluation(phase=Phase.SETUP, reviewers=1)  # with a criterion “ada”
    save_plan_answers(made.chair, made.slug, "learners", {"iep_504": "14.8"})
    return made


def stored() -> list[tuple[bool, str]]:
    db.session.rollback()
    return [(row.taken, row.reason) for row in db.session.scalars(select(HintDecision))]


def test_a_hint_is_taken_then_declined_and_the_journal_tells_both(made: Made, visit: Visit):
    for settled in (TAKEN, TAKEN, DECLINED):
        settle_hint(made.chair, made.slug, ADA, settled)

    assert stored() == [(False, "We have other means.")]
    assert [row.reason for row in told(Event.PLAN_HINT_SETTLED)] == [TAKEN.reason, DECLINED.reason]
    assert check_journals(db.session()).problems == []
    text = words(visit(made.chair).page(made.url("journal")).root)
    assert "took or declined a hint of “Learners” in the planning workbook" in text


@pytest.mark.parametrize(
    "hint",
    [
        HintKey("learners", "ell", HintKind.MUST_HAVE),  # no such criterion
        HintKey("learners", "ada", HintKind.WEIGHT),
        HintKey("technology", "sis", HintKind.MUST_HAVE),  # nothing is answered
        HintKey("triage", "ada", HintKind.MUST_HAVE),
    ],
)
def test_a_hint_that_no_answer_gives_is_not_found(made: Made, hint: HintKey):
    with pytest.raises(NotFound):
        settle_hint(made.chair, made.slug, hint, TAKEN)


def test_without_a_reason_and_over_another_decision_nothing_is_stored(made: Made):
    with pytest.raises(Invalid):
        settle_hint(made.chair, made.slug, ADA, SettledHint(taken=True, reason=" "))
    seen = fingerprint_values(read_settled_hint(None))
    settle_hint(made.chair, made.slug, ADA, TAKEN, seen=seen)
    with pytest.raises(Stale):
        settle_hint(made.chair, made.slug, ADA, DECLINED, seen=seen)

    assert stored() == [(True, "It is the law.")]


def test_only_the_chair_settles_hints_and_only_while_the_rubric_can_change(
    make: Factory, made: Made, visit: Visit
):
    with pytest.raises(NotFound):
        settle_hint(made.reviewers[0], made.slug, ADA, TAKEN)
    assert visit(made.reviewers[0]).get(made.url(PAGE)).status_code == 404

    make.forward(made, Phase.SCORING, {})

    with pytest.raises(WrongPhase):
        settle_hint(made.chair, made.slug, ADA, TAKEN)


def test_the_chair_settles_on_the_page(made: Made, visit: Visit):
    chair = visit(made.chair)
    ada = made.criterion("ada")
    form = filled_form(chair.page(made.url(PAGE)), made.url(SAVE))

    refused = chair.post(made.url(SAVE), {**form, "reason": "Because"})
    assert refused.status_code == 422
    assert "Choose one: What do you make of it?" in refused.text
    assert "Because" in refused.text
    typed = {"settled": "no", "reason": "Because"}
    assert chair.post(made.url(SAVE), {**form, **typed}).status_code == 303
    stale = chair.post(made.url(SAVE), {**form, **typed, "settled": "yes"})
    assert stale.status_code == 409

    assert stored() == [(False, "Because")]
    assert f"Declined by {made.chair.name}: Because" in words(
        chair.page(made.url("rubric/")).with_id(f"criterion-{ada.id}")
    )


def test_who_votes_does_not_read_what_the_chair_made_of_a_hint(made: Made, visit: Visit):
    settle_hint(made.chair, made.slug, ADA, TAKEN)
    votes.open_vote(made.chair, made.slug)

    ballot = visit(made.reviewers[0]).page(made.url("must-haves/ballot"))

    assert "14.8 % of your learners" in words(ballot.root)
    assert TAKEN.reason not in words(ballot.root)


def test_the_page_takes_the_same_queries_however_many_hints_there_are(made: Made, visit: Visit):
    chair = visit(made.chair)
    chair.get(made.url(PAGE))
    before = count_queries(lambda: chair.get(made.url(PAGE)))
    save_plan_answers(made.chair, made.slug, "technology", {"sis": "Ours"})
    settle_hint(made.chair, made.slug, ADA, TAKEN)

    assert count_queries(lambda: chair.get(made.url(PAGE))) == before


def test_the_database_asks_for_a_reason(made: Made):
    row = HintDecision(
        evaluation_id=made.evaluation.id, section="learners", criterion="ada",
        kind=HintKind.MUST_HAVE, taken=True, reason="", decided_by="Dana",
    )  # fmt: skip
    db.session.add(row)
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


NOT_FOLLOWED = "The hint was taken, but this criterion is not a must-have."
FOLLOWED = "The hint was declined, but this criterion is a must-have."


@pytest.mark.parametrize(
    ("settled", "must_have", "said"),
    [
        (TAKEN, False, {NOT_FOLLOWED}),
        (TAKEN, True, set()),
        (DECLINED, True, {FOLLOWED}),
        (DECLINED, False, set()),
    ],
)
def test_a_rubric_that_is_not_as_the_hint_was_settled_is_pointed_out(
    made: Made, visit: Visit, settled: SettledHint, must_have: bool, said: set[str]
):
    settle_hint(made.chair, made.slug, ADA, settled)
    ada = made.criterion("ada")
    ada.must_have = must_have
    db.session.commit()
    chair = visit(made.chair)

    shown = [
        words(chair.page(made.url("rubric/")).with_id(f"criterion-{ada.id}")),
        words(chair.page(made.url(f"rubric/criteria/{ada.id}")).with_id("main")),
        words(chair.page(made.url(PAGE)).with_id("learners-ada-must_have-")),
        words(chair.page(made.url("plan/print")).with_id("main")),
    ]

    for text in shown:
        assert {each for each in (NOT_FOLLOWED, FOLLOWED) if each in text} == said
