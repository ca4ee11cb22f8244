"""Ballots that were taken away are issued again: what was written for one is of no other."""

import pytest
from sqlalchemy import select

from crrubric.domain.errors import Stale
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Ballot, EntryOnBehalf, Mark, Vendor
from crrubric.services.ballots.entries import enter_ballot
from crrubric.services.setup import phases
from crrubric.services.setup.vendors import VendorFacts, add_vendor, remove_vendor
from tests.factories import Factory, Made, ballot_of
from tests.integration.ballots.offline_books import download, upload
from tests.integration.ballots.test_entries import entry, scene
from tests.integration.conftest import Visit
from tests.pages import filled_form, parse


def issue_again(made: Made) -> None:
    """Go back to set-up, take another vendor instead of the first, and open ballots again."""
    phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Another vendor.")
    remove_vendor(made.chair, made.slug, made.vendors[0].id)
    add_vendor(made.chair, made.slug, VendorFacts(company="Newcomer"))
    phases.change_phase(made.chair, made.slug, Phase.SCORING)


def test_a_ballot_that_was_taken_away_is_entered_for_nobody_else(make: Factory, visit: Visit):
    made = scene(make)
    chair, meant = visit(made.chair), ballot_of(made, 0, 1)
    path = made.url(f"progress/{meant.id}/enter")
    form = filled_form(chair.page(path), path)
    issue_again(made)

    typed = {"source": "PAPER", "given_on": "2026-03-02", "no_conflict": "y", "rest": "Left empty"}
    answer = chair.post(path, {**form, **typed, f"answer-{made.criteria[0].id}": "YES"})

    assert answer.status_code == 404
    assert "Left empty" in answer.text
    assert db.session.scalars(select(EntryOnBehalf.id)).all() == []


def test_whoever_enters_a_ballot_says_whose_it_is(make: Factory):
    made = scene(make)
    ballot = ballot_of(made, 0, 1)
    other = fingerprint_values({"member": ballot.member_id, "vendor": made.vendors[0].id})

    with pytest.raises(Stale):
        enter_ballot(made.chair, made.slug, ballot.id, entry(made), seen=other)


@pytest.mark.both_databases
def test_answers_of_a_workbook_stay_with_their_vendor(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    reviewer = visit(made.reviewers[0])
    book = download(reviewer, made.url())
    names = [book.sheet(place)["A1"].value for place in (0, 1)]
    for place in (0, 1):
        book.write(1, place, answer="Yes", note=f"About {names[place]}")
    issue_again(made)
    make.no_conflicts(made)

    preview = upload(reviewer, made.url(), book).headers["Location"]
    page = reviewer.get(preview)
    reviewer.post(preview, filled_form(parse(200, page.text), preview))

    told = select(Vendor.company, Mark.note).join(Ballot, Ballot.vendor_id == Vendor.id)
    marks = db.session.execute(told.join(Mark, Mark.ballot_id == Ballot.id)).all()
    assert [tuple(row) for row in marks] == [
        (made.vendors[1].company, f"About {made.vendors[1].name}")
    ]
