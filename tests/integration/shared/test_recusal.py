"""Whoever stays away from a vendor sees the same whatever others said and found of it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.impartiality import OF_ONESELF, RESTRAINTS
from crrubric.domain.meeting.agenda import fingerprint_cells
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.procurement.purchase import PurchaseDays, PurchaseFacts
from crrubric.domain.results.priced_seats import SeatFacts
from crrubric.domain.vocabulary import Answer, DeclarationKind, EntrySource, Outcome, Phase, Role
from crrubric.extensions import db
from crrubric.models import Evaluation, JournalEntry, OutgoingMail, Vendor
from crrubric.queries.people.access import find_evaluation, require, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.ballots import attachments, entries
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.mail import reminders
from crrubric.services.meeting import decisions, meetings, positions
from crrubric.services.memo.letters import LetterWords, set_letter_words
from crrubric.services.memo.naming import set_memo_names
from crrubric.services.memo.narratives import write_narratives
from crrubric.services.planning import seats
from crrubric.services.procurement import purchases
from crrubric.services.questions import questions
from crrubric.services.setup import evaluations, vendors
from crrubric.services.setup.vendors import VendorFacts
from crrubric.services.setup.withdrawals import withdraw_vendor
from crrubric.services.shared.journal import EntryReferences, forget_entries, note_event
from crrubric.services.shared.unit import unit_of_work
from tests import in_meeting
from tests.databases import wipe
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit
from tests.integration.shared.test_blindness import Seen, all_sign_in, seen, seen_by
from tests.pages import words
from tests.uploads import pdf

HASH = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{8}(?: [0-9a-f]{8}){7})\b")
Act = Callable[[Made, Factory, Actor], None]
Answers = tuple[dict[str, Seen], list[Seen]]


class Stopped(datetime):
    """A clock that stands, so that two meetings are at the same hour."""

    @classmethod
    def now(cls, tz=None):
        return datetime(2026, 3, 2, 15, 30, tzinfo=tz or UTC)


def begin_scoring(app: Flask, marks: dict[tuple[int, int], str]) -> tuple[Made, Factory]:
    """An evaluation, as if it were the first, whose chair stays away from the first vendor."""
    db.session.remove()
    wipe()
    make = Factory(app, changed=lambda: True)
    made = make.evaluation(phase=Phase.SCORING, vendors=3, marks=marks)
    declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="Mine."
    )
    return made, make


def hold_meeting(app: Flask, letters: tuple[str, str], found: Outcome) -> tuple[Made, Actor]:
    """The other chair meets, finds, puts off and adopts."""
    marks = {(0, 0): letters[0], (1, 0): letters[1], (0, 1): "YYN", (1, 1): "YNN"}
    made, make = begin_scoring(app, marks)
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    make.forward(made, Phase.MEETING, {})
    meetings.start_meeting(other, made.slug)
    cell = made.slug, made.vendors[0].id, made.criteria[0].id
    reason = decisions.FindingText(found, reason=f"We found it {found}.")
    in_meeting.record_finding(other, *cell, reason, seen_version=0)
    in_meeting.defer_cell(
        other, made.slug, made.vendors[0].id, made.criteria[1].id, reason=f"Ask, as {found}."
    )
    evaluation = find_evaluation(db.session(), made.slug)
    seat = require(other, Action.RECORD_FINDING, evaluation, db.session())
    read = read_matrix(db.session(), evaluation)
    shown = fingerprint_cells(meetings.list_undisputed_for_seat(read, seat))
    meetings.adopt_undisputed_cells(
        other, made.slug, meetings.MotionText(words="Adopt them", in_favor=2), shown=shown
    )
    return made, other


# What the whole committee reads, the result by vendor, is read by whoever stays away as well.
PUBLIC = {
    "compare", "decision/", "decision/commitments", "decision/commitments/1/withdraw",
    "export/scores.csv", "export/tallies.csv", "matrix", "memo/", "memo/memo.docx", "memo/memo.pdf",
    "memo/memo.html", "memo/memo.md", "scores",
}  # fmt: skip


def answers_after(app: Flask, visit: Visit, letters: tuple[str, str], found: Outcome) -> Answers:
    """What the chair who stays away is answered, by address; and two pages of the other chair."""
    made, other = hold_meeting(app, letters, found)
    away = {url: mask(answer) for url, answer in seen_by(visit, made.chair, made).items()}
    whole = visit(other)
    return away, [mask(seen(whole.get(made.url(path)))) for path in ("matrix", "cells/1/1")]


def mask(answer: Seen) -> Seen:
    """Without fingerprints, which cover everything and tell nothing."""
    return replace(answer, text=HASH.sub("", answer.text))


def path_of(url: str) -> str:
    """The part of an address below its evaluation, without what it asks for."""
    return url.split("?")[0].rpartition("credit-recovery/")[2]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_stays_away_from_a_vendor_learns_no_more_than_the_result(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("crrubric.clock.datetime", Stopped)

    one, other_one = answers_after(app, visit, ("YYY", "YYY"), Outcome.MET)
    two, other_two = answers_after(app, visit, ("NYN", "?YN"), Outcome.NOT_MET)

    assert one.keys() == two.keys()
    assert {path_of(url) for url in one if one[url] != two[url]} == PUBLIC
    assert all(before != after for before, after in zip(other_one, other_two, strict=True))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_figures_of_agreement_leave_out_the_vendor_from_which_one_stays_away(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("crrubric.clock.datetime", Stopped)
    found = []
    for letters in (("YYY", "YYY"), ("NYN", "YNY")):
        made, _other = hold_meeting(app, letters, Outcome.NOT_MET)
        page = visit(made.chair).page(made.url("agreement"))
        found.append(words(page.root.find(".//dl")))

    assert found[0] == found[1]
    assert "67 %" in found[0]
    assert "Unresolved" in found[0]


def submit_the_last(made: Made, make: Factory, _other: Actor) -> None:
    for reviewer in range(2):
        make.submit(made, reviewer, 0, "Not shown")


def enter_and_dispute(made: Made, make: Factory, other: Actor) -> None:
    given = entries.EnteredBallot(
        source=EntrySource.PAPER, given_on=date(2026, 3, 1), no_conflict=True,
        marks={made.criteria[0].id: MarkText(answer=Answer.YES)}, rest="Not asked",
    )  # fmt: skip
    entries.enter_ballot(other, made.slug, ballot_of(made, 1, 0).id, given)
    entries.dispute_ballot(
        made.reviewers[1], made.slug, made.vendors[0].id, words="I said something else"
    )


def remind(made: Made, make: Factory, other: Actor) -> None:
    assert reminders.remind_late_reviewers(other, made.slug) == 2


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("act", [submit_the_last, enter_and_dispute, remind])
def test_who_stays_away_from_a_vendor_learns_nothing_of_its_ballots_before_the_meeting(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch, mailing: None, act: Act
):
    monkeypatch.setattr("crrubric.clock.datetime", Stopped)
    found, told = [], []
    for done in (False, True):
        made, make = begin_scoring(app, {(0, 1): "YYY"})
        other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
        for reviewer, vendor in ((0, 1), (1, 1), (0, 2), (1, 2)):
            make.submit(made, reviewer, vendor, "Not shown")
        if done:
            act(made, make, other)
        all_sign_in(visit, made)
        visit(other)
        found.append({url: mask(one) for url, one in seen_by(visit, made.chair, made).items()})
        own = OutgoingMail.user_id == made.chair.user_id
        told.append(list(db.session.scalars(select(OutgoingMail.subject).where(own))))

    assert [url for url in found[0] if found[0][url] != found[1][url]] == []
    assert told[0] == told[1]
    assert "All ballots that you may know of are in" in told[0][-1]


# Acts of a chair who stays away from the first vendor

CHAIR = frozenset({Role.CHAIR})
SOON, LATER = date(2034, 6, 30), date(2036, 6, 30)
FACTS, DAYS = PurchaseFacts(solicitation="RFP 7"), PurchaseDays(published_on=date(2026, 3, 1))


def describe(vendor: Vendor) -> VendorFacts:
    return VendorFacts(company=vendor.company, product="Another")


# An act, in which phases it could be done, and what it is answered
BARRED: dict[str, tuple[tuple[Phase, ...], type[Exception], Callable[[Made], object]]] = {
    "the end of letters": (
        (Phase.DECIDED,),
        Invalid,
        lambda it: set_letter_words(it.chair, it.slug, LetterWords(closing="You nearly won.")),
    ),
    "facts of the purchase": (
        (Phase.MEETING, Phase.DECIDED),
        Invalid,
        lambda it: purchases.set_purchase_facts(it.chair, it.slug, FACTS),
    ),
    "days of the purchase": (
        (Phase.MEETING, Phase.DECIDED),
        Invalid,
        lambda it: purchases.set_purchase_days(it.chair, it.slug, DAYS),
    ),
    "how many learners are priced": (
        (Phase.MEETING,),
        Invalid,
        lambda it: seats.set_seats(it.chair, it.slug, SeatFacts(low=40, high=60)),
    ),
    "to keep the record less long": (
        (Phase.DECIDED,),
        Invalid,
        lambda it: evaluations.set_retention(it.chair, it.slug, until=SOON, reason="Tidy up"),
    ),
    "to end a legal hold": (
        (Phase.DECIDED, Phase.ARCHIVED),
        Invalid,
        lambda it: evaluations.set_retention(it.chair, it.slug, until=LATER, reason="Over"),
    ),
    "who is named in the memo": (
        (Phase.MEETING, Phase.DECIDED),
        Invalid,
        lambda it: set_memo_names(it.chair, it.slug, names_people=False),
    ),
    "the recommendation": (
        (Phase.MEETING,),
        Invalid,
        lambda it: decisions.record_decision(
            it.chair, it.slug, decisions.DecisionText(vendor_id=it.vendors[1].id, reason="Best.")
        ),
    ),
    "what the memo says of the vendor": (
        (Phase.MEETING, Phase.DECIDED),
        NotFound,
        lambda it: write_narratives(
            it.chair, it.slug, it.vendors[0].id, {NarrativePart.STRENGTHS: "All."}
        ),
    ),
    "a file of the vendor": (
        (Phase.SETUP, Phase.SCORING, Phase.DECIDED),
        NotFound,
        lambda it: attachments.attach_vendor_file(
            it.chair, it.slug, it.vendors[0].id, name="a.pdf", data=pdf("a")
        ),
    ),
    "the facts of the vendor": (
        (Phase.SETUP,),
        NotFound,
        lambda it: vendors.change_vendor(
            it.chair, it.slug, it.vendors[0].id, describe(it.vendors[0])
        ),
    ),
    "that the vendor is off the list": (
        (Phase.SETUP,),
        NotFound,
        lambda it: vendors.remove_vendor(it.chair, it.slug, it.vendors[0].id),
    ),
    "that the vendor is out": (
        (Phase.SCORING, Phase.MEETING),
        NotFound,
        lambda it: withdraw_vendor(it.chair, it.slug, it.vendors[0].id, reason="Gone"),
    ),
    "a question to the vendor": (
        (Phase.SCORING, Phase.MEETING),
        NotFound,
        lambda it: questions.write_question(it.chair, it.slug, it.vendors[0].id, words="How?"),
    ),
    "what the vendor promises": (
        (Phase.MEETING, Phase.DECIDED),
        NotFound,
        lambda it: positions.record_commitment(
            it.chair,
            it.slug,
            it.vendors[0].id,
            positions.CommitmentText(words="Mend it", owner="Them", due_on=SOON),
        ),
    ),
    "a finding on the vendor": (
        (Phase.MEETING,),
        NotFound,
        lambda it: decisions.record_finding(
            it.chair,
            it.slug,
            it.vendors[0].id,
            it.criteria[0].id,
            decisions.FindingText(Outcome.MET, "So."),
            seen_version=0,
        ),
    ),
}
CASES = [(name, phase) for name, (phases, *_rest) in BARRED.items() for phase in phases]


def stay_away(make: Factory, phase: Phase) -> Made:
    """The chair declares a conflict; another leads on to the phase, in which a hold is set."""
    made = make.evaluation(phase=Phase.SETUP, vendors=3)
    other = make.member(made.chair, made.slug, CHAIR)
    declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="Mine."
    )
    away, made.chair = made.chair, other
    make.forward(made, phase, {(0, 1): "YYY", (1, 1): "YYY"})
    if phase in (Phase.DECIDED, Phase.ARCHIVED):
        evaluations.set_retention(other, made.slug, until=LATER, hold="A suit")
    made.chair = away
    return made


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "phase"), CASES)
def test_a_chair_does_nothing_for_a_vendor_from_which_they_stay_away(
    app: Flask, make: Factory, name: str, phase: Phase
):
    made = stay_away(make, phase)
    before = list(db.session.scalars(select(JournalEntry.id)))
    _phases, refused, act = BARRED[name]

    with pytest.raises(refused) as error:
        act(made)

    db.session.rollback()
    assert "conflict of interest with" in str(error.value) or refused is NotFound
    assert list(db.session.scalars(select(JournalEntry.id))) == before


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_has_a_conflict_may_keep_the_record_longer(app: Flask, make: Factory):
    made = stay_away(make, Phase.ARCHIVED)

    evaluations.set_retention(
        made.chair, made.slug, until=LATER + timedelta(365), hold="A suit", reason=""
    )

    assert db.session.get_one(Evaluation, made.evaluation.id).legal_hold == "A suit"


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_whatever_is_told_of_a_vendor_was_not_done_by_who_stays_away(app: Flask, make: Factory):
    """The gate behind all acts: one that is new and asks for nothing is refused all the same."""
    made = make.evaluation(vendors=2)
    first = made.vendors[0].id
    declare_interest(made.chair, made.slug, first, kind=DeclarationKind.CONFLICT, words="Mine.")

    with unit_of_work() as session:
        seat = require_locked_seat(session, made.chair, Action.EDIT_SETUP, made.slug)

        def tell(event: Event, vendor: int) -> bool:
            about, of = EntryReferences(vendor_id=vendor), seat.evaluation.id
            try:
                note_event(session, made.chair, event, evaluation_id=of, about=about)
            except NotFound:
                return False
            return True

        assert {event for event in Event if tell(event, made.vendors[1].id)} == {*Event}
        assert {event for event in Event if tell(event, first)} == OF_ONESELF
        forget_entries(session)


def test_every_action_says_what_a_conflict_keeps_from():
    assert RESTRAINTS.keys() == {*Action}
