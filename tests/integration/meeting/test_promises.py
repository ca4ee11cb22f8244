"""Whether commitments were kept: said with what shows it, by a chair who may know the vendor."""

from datetime import date

import pytest

from crrubric.domain.errors import DoneAlready, Invalid, NotFound, Stale
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import CommitmentState, DeclarationKind, Phase, Role
from crrubric.extensions import db
from crrubric.models import Commitment
from crrubric.services.ballots import declarations
from crrubric.services.meeting import decisions, positions, promises
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import words

KEPT, BROKEN, OPEN = CommitmentState.KEPT, CommitmentState.BROKEN, CommitmentState.OPEN


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.MEETING, vendors=2, marks={(0, 0): "YYY", (0, 1): "YYY"})


def promise(made: Made) -> Commitment:
    text = positions.CommitmentText(words="Captions", owner="Dana", due_on=date(2027, 6, 1))
    return positions.record_commitment(made.chair, made.slug, made.vendors[0].id, text)


def state_of(commitment_id: int) -> tuple[CommitmentState, str]:
    db.session.expire_all()
    found = db.session.get_one(Commitment, commitment_id)
    return found.state, found.settled.reason if found.settled else ""


def test_a_commitment_is_open_until_somebody_says_what_shows_more(made: Made):
    own = promise(made).id
    assert state_of(own) == (OPEN, "")
    db.session.rollback()

    with pytest.raises(Invalid):
        promises.settle_commitment(made.chair, made.slug, own, KEPT, reason=" ")
    promises.settle_commitment(made.chair, made.slug, own, KEPT, reason="The report.")
    promises.settle_commitment(made.chair, made.slug, own, KEPT, reason="The report.")
    with pytest.raises(DoneAlready):
        promises.settle_commitment(made.chair, made.slug, own, KEPT, reason="Another.")
    promises.settle_commitment(made.chair, made.slug, own, BROKEN, reason="Half of it.")

    assert state_of(own) == (BROKEN, "Half of it.")


def test_nobody_overwrites_what_they_have_not_seen(made: Made):
    own = promise(made).id
    seen = fingerprint_values(promises.read_commitment_state(None))
    promises.settle_commitment(made.chair, made.slug, own, KEPT, reason="The report.")

    with pytest.raises(Stale):
        promises.settle_commitment(
            made.chair, made.slug, own, BROKEN, reason="Nothing came.", seen=seen
        )


def test_what_was_withdrawn_is_neither_kept_nor_broken(made: Made):
    own = promise(made).id
    positions.withdraw_commitment(made.chair, made.slug, own, reason="Not agreed.")

    with pytest.raises(NotFound):
        promises.settle_commitment(made.chair, made.slug, own, KEPT, reason="The report.")


def test_a_chair_with_a_conflict_and_a_reviewer_say_nothing(make: Factory):
    made = make.evaluation(title="Another", phase=Phase.SCORING, vendors=2)
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    declarations.declare_interest(
        other, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="A cousin."
    )
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (0, 1): "YYY"})
    own = promise(made).id

    for who in (other, made.reviewers[0]):
        with pytest.raises(NotFound):
            promises.settle_commitment(who, made.slug, own, KEPT, reason="The report.")


def test_it_is_said_and_read_on_the_page_of_the_decision(made: Made, visit: Visit):
    text = decisions.DecisionText(vendor_id=made.vendors[0].id, reason="It fits.")
    decisions.record_decision(made.chair, made.slug, text)
    own, chair = promise(made).id, visit(made.chair)
    page = made.url(f"decision/commitments/{own}")

    assert chair.edit(page, {"state": "KEPT", "reason": ""}).status_code == 422
    assert chair.edit(page, {"state": "KEPT", "reason": "The report."}).status_code == 303

    assert "kept: The report." in words(chair.page(made.url("decision/")).root)
