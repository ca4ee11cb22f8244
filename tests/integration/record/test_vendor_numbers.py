"""A vendor never gets the number of one that was removed, of which the record tells for good."""

import pytest
from sqlalchemy import select

from crrubric.domain.vocabulary import DeclarationKind, Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry, Vendor
from crrubric.queries.ballots.declarations import list_changed_conflicts
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots.declarations import declare_interest, retract_conflict
from crrubric.services.setup.phases import change_phase
from crrubric.services.setup.vendors import VendorFacts, add_vendor, remove_vendor
from crrubric.services.setup.withdrawals import withdraw_vendor
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import words


def replace_last_vendor(made: Made) -> Vendor:
    """Another vendor, which nobody has said anything of, in the place of the last."""
    remove_vendor(made.chair, made.slug, made.vendors[-1].id)
    made.vendors[-1] = add_vendor(made.chair, made.slug, VendorFacts(company="Newcomer"))
    return made.vendors[-1]


def test_what_was_said_of_a_vendor_that_was_removed_is_said_of_no_other(
    make: Factory, visit: Visit
):
    made = make.evaluation(reviewers=1)
    reviewer, gone = made.reviewers[0], made.vendors[-1]
    declare_interest(
        reviewer, made.slug, gone.id, kind=DeclarationKind.CONFLICT, words="My sister sells it."
    )
    retract_conflict(reviewer, made.slug, gone.id, reason="It was another company.")
    change_phase(made.chair, made.slug, Phase.SCORING)
    withdraw_vendor(made.chair, made.slug, gone.id, reason="It stopped answering.")
    change_phase(made.chair, made.slug, Phase.SETUP, reason="One more vendor.")

    added = replace_last_vendor(made)
    make.forward(made, Phase.MEETING, {(0, 0): "YYY"})

    memo = words(visit(made.chair).page(made.url("memo/")).root)
    entries = select(JournalEntry.subject).where(JournalEntry.vendor_id == added.id).distinct()
    assert list_changed_conflicts(db.session(), made.evaluation.id) == []
    assert "It stopped answering." not in memo
    assert db.session.scalars(entries).all() == ["Newcomer"]
    assert verify_record(db.session()).problems == ()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # a sequence gives none twice
def test_nor_does_one_of_another_evaluation(make: Factory):
    made, other = make.evaluation(reviewers=1), make.evaluation(title="Other", vendors=0)
    reviewer, gone = made.reviewers[0], made.vendors[-1].id
    declare_interest(
        reviewer, made.slug, gone, kind=DeclarationKind.CONFLICT, words="My sister sells it."
    )
    retract_conflict(reviewer, made.slug, gone, reason="It was another company.")
    remove_vendor(made.chair, made.slug, gone)

    added = [
        add_vendor(other.chair, other.slug, VendorFacts(company=name)).id for name in ("A", "B")
    ]

    assert added == [gone + 1, gone + 2]
    assert list_changed_conflicts(db.session(), made.evaluation.id) == []


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # a sequence gives none twice
def test_numbers_go_on_where_no_vendor_was_removed(make: Factory):
    made = make.evaluation()

    added = add_vendor(made.chair, made.slug, VendorFacts(company="Newcomer"))

    assert added.id == made.vendors[-1].id + 1
