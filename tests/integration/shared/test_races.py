"""Two things at once: one effect, a refusal in words for the other, nothing lost, no traceback.

Each test runs its works on threads with connections of their own, on both databases.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import NotFound
from crrubric.domain.events import Event
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import (
    Answer,
    DeclarationKind,
    Outcome,
    Phase,
    PositionKind,
    RecordKind,
    Role,
    Stakeholder,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import (
    CastVote,
    Criterion,
    Decision,
    Declaration,
    District,
    Evaluation,
    FileContent,
    Finding,
    ImportDraft,
    Invite,
    JournalEntry,
    Mark,
    MarkFile,
    Meeting,
    Member,
    Motion,
    MustHaveVote,
    PracticeMark,
    SealedBallot,
    SealedVote,
    User,
    VendorFile,
    VoteCount,
)
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.queries.planning.votes import (
    list_vote_results,
    list_votes,
    read_settled_values,
)
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import attachments, ballots, declarations, offline, seals
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.meeting import decisions, meetings, positions
from crrubric.services.meeting.decisions import FindingText
from crrubric.services.people import accounts, administration, links
from crrubric.services.people.district import set_district
from crrubric.services.planning import settlements, votes
from crrubric.services.record.removing import remove_due_rows
from crrubric.services.setup import (
    committee,
    earlier,
    evaluations,
    phases,
    practice,
    rubrics,
)
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_mark
from tests.factories import (
    Factory,
    Made,
    ballot_of,
    foresee,
    shown_undisputed,
    small_rubric,
    stored_marks,
)
from tests.integration.ballots.offline_books import download
from tests.integration.conftest import Visit, Visitor
from tests.integration.meeting.test_meeting import VOTE, opened
from tests.integration.record.test_record import said
from tests.pages import filled_form
from tests.uploads import pdf

Work = Callable[[], object]


class ScalarsRead(list[Any]):
    """Rows that were read already, where what is still to be read is expected."""

    def all(self) -> list[Any]:
        return self


def together(app: Flask, made: Made | None, *works: Callable[[], object]) -> list[object]:
    """Run the works at once, each on a connection of its own; what each gave or raised."""
    rows = (made.evaluation, *made.criteria, *made.vendors) if made else ()
    for row in rows:
        db.session.refresh(row)  # the threads read them without a session
    db.session.expunge_all()
    db.session.remove()
    start, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        with app.app_context():
            start.wait(10)
            try:
                found[place] = work()
            except Exception as error:
                found[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def names(found: list[object]) -> list[str]:
    """What each work gave or was refused with, by kind."""
    return sorted(type(one).__name__ for one in found)


def count(model: Any, *conditions: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def told(event: Event) -> int:
    """How many journal entries of this kind there are."""
    return count(JournalEntry, JournalEntry.event == event)


def saving(made: Made, note: str, *, version: int = 0) -> Work:
    """The first reviewer saves one mark with this note."""
    return lambda: ballots.record_mark(
        made.reviewers[0],
        made.slug,
        made.vendors[0].id,
        made.criteria[0].id,
        MarkText(answer=Answer.YES, note=note),
        seen_version=version,
    )


def closing(made: Made) -> Work:
    return lambda: phases.change_phase(made.chair, made.slug, Phase.MEETING)


def second_chair(make: Factory, made: Made) -> Actor:
    return make.member(made.chair, made.slug, frozenset({Role.CHAIR}))


def test_of_two_tabs_that_save_one_mark_the_later_gets_a_conflict(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING)

    found = together(app, made, saving(made, "one"), saving(made, "other"))

    assert names(found) == ["Mark", "Stale"]
    winner = "one" if isinstance(found[0], Mark) else "other"
    assert stored_marks() == [(Answer.YES, winner)]
    assert told(Event.MARK_RECORDED) == 1


def test_an_identical_save_twice_at_once_is_one_save(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING)

    found = together(app, made, *[saving(made, "same")] * 3)

    assert names(found) == ["Mark"] * 3
    assert (count(Mark), told(Event.MARK_RECORDED)) == (1, 1)


def test_closing_against_a_submit_seals_it_or_refuses_it(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})

    sealed, closed = together(app, made, lambda: make.submit(made, 0, 0), closing(made))

    assert type(closed).__name__ == "Evaluation"
    assert (type(sealed).__name__, ballot_of(made, 0, 0).seals) in {
        ("SealedBallot", 1),
        ("WrongPhase", 0),
    }
    assert said() == []


def test_closing_against_a_reopening_leaves_no_ballot_half_open(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})
    make.submit(made, 0, 0)
    ballot = ballot_of(made, 0, 0).id

    reopened, closed = together(
        app,
        made,
        lambda: seals.reopen_ballot(made.chair, made.slug, ballot, reason="A slip"),
        closing(made),
    )

    assert type(closed).__name__ == "Evaluation"
    assert (type(reopened).__name__, told(Event.BALLOT_REOPENED)) in {
        ("Ballot", 1),
        ("WrongPhase", 0),
    }
    assert said() == []


def test_two_chairs_open_the_meeting_phase_once(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    second = second_chair(make, made)

    found = together(
        app,
        made,
        closing(made),
        lambda: phases.change_phase(second, made.slug, Phase.MEETING),
    )

    assert names(found) == ["Evaluation", "Invalid"]
    moves = count(JournalEntry, JournalEntry.event == Event.PHASE_CHANGED)
    assert moves == 2  # to scoring, to the meeting


def test_two_recommendations_at_once_leave_one(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.MEETING)

    def decide(vendor: int) -> Work:
        text = decisions.DecisionText(vendor_id=made.vendors[vendor].id, reason="It fits.")
        return lambda: decisions.record_decision(made.chair, made.slug, text)

    found = together(app, made, decide(0), decide(1))

    assert names(found) == ["Decision", "Decision"]
    assert (count(Decision), told(Event.DECISION_RECORDED)) == (1, 2)
    last = db.session.scalars(select(JournalEntry).order_by(JournalEntry.number.desc())).first()
    assert last is not None
    assert (last.after or {})["vendor_id"] == db.session.scalar(select(Decision.vendor_id))


def test_a_position_stated_twice_at_once_is_one_position(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.MEETING)
    decisions.record_decision(
        made.chair, made.slug, decisions.DecisionText(vendor_id=None, reason="None fits.")
    )

    found = together(
        app,
        made,
        *[lambda: positions.state_position(made.reviewers[0], made.slug, kind=PositionKind.SUPPORT)]
        * 2,
    )

    assert names(found) == ["Position", "Position"]


def test_a_conflict_against_a_save_recuses_from_then_on(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING)

    saved, declared = together(
        app, made, saving(made, "late"), lambda: make.conflict(made, 0, 0, "My sister works there")
    )

    assert type(declared).__name__ == "Declaration"
    assert (type(saved).__name__, count(Mark)) in {("Mark", 1), ("WrongPhase", 0)}
    order = list(
        db.session.scalars(
            select(JournalEntry.event)
            .where(JournalEntry.event.in_([Event.MARK_RECORDED, Event.CONFLICT_DECLARED]))
            .order_by(JournalEntry.number)
        )
    )
    assert order[-1] is Event.CONFLICT_DECLARED


def test_a_declaration_twice_at_once_is_one_declaration(app: Flask, make: Factory):
    made = make.evaluation()

    found = together(
        app,
        made,
        *[
            lambda: declarations.declare_interest(
                made.reviewers[0], made.slug, made.vendors[0].id, kind=DeclarationKind.NONE
            )
        ]
        * 3,
    )

    assert names(found) == ["Declaration"] * 3
    assert (count(Declaration), told(Event.NO_CONFLICT_DECLARED)) == (1, 1)


def test_removing_a_member_against_their_save_counts_it_or_refuses_it(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    member = db.session.scalars(
        select(Member.id).where(Member.user_id == made.reviewers[0].user_id)
    ).one()

    saved, removed = together(
        app,
        made,
        saving(made, "last"),
        lambda: committee.remove_member(made.chair, made.slug, member),
    )

    assert removed is None
    assert (type(saved).__name__, count(Mark)) in {("Mark", 1), ("NotFound", 0)}
    last = db.session.scalars(select(JournalEntry.event).order_by(JournalEntry.id.desc())).first()
    assert last is Event.MEMBER_REMOVED


def test_two_chairs_who_remove_each_other_leave_one_chair(app: Flask, make: Factory):
    made = make.evaluation()
    second = second_chair(make, made)
    seats = {
        row.user_id: row.id for row in db.session.scalars(select(Member).where(Member.is_chair))
    }

    found = together(
        app,
        made,
        lambda: committee.remove_member(made.chair, made.slug, seats[second.user_id]),
        lambda: committee.remove_member(second, made.slug, seats[made.chair.user_id]),
    )

    assert names(found) == ["NoneType", "NotFound"]
    assert count(Member, Member.is_chair, Member.removed_at.is_(None)) == 1


def inviting(made: Made, email: str) -> Work:
    return lambda: committee.invite_member(
        made.chair,
        made.slug,
        name="Ana Ruiz",
        email=email,
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.TEACHER,
    )


def test_one_address_invited_thrice_at_once_is_one_seat_and_one_account(app: Flask, make: Factory):
    made = make.evaluation(reviewers=0)
    before = count(User)

    found = together(
        app,
        made,
        inviting(made, "ana@school.example"),
        inviting(made, "ana@school.example"),
        inviting(made, " ANA@School.Example "),
    )

    assert names(found) == ["Invitation"] * 3
    assert count(User) == before + 1
    assert count(Member, Member.is_reviewer) == 1
    assert count(Invite, Invite.used_at.is_(None)) == 1  # only the newest link works


def test_one_address_invited_to_two_evaluations_at_once_is_one_account(app: Flask, make: Factory):
    made, other = make.evaluation(reviewers=0), make.evaluation(title="Other", reviewers=0)
    before = count(User)
    db.session.refresh(other.evaluation)

    found = together(
        app, made, inviting(made, "ana@school.example"), inviting(other, "ana@school.example")
    )

    assert names(found) == ["Invitation"] * 2
    assert count(User) == before + 1
    assert count(Invite, Invite.used_at.is_(None)) == 0  # no chair of two hands out a link


def test_one_account_added_twice_at_once_is_one_account(app: Flask, make: Factory):
    made = make.evaluation()

    found = together(app, made, *[lambda: make_user("ana@school.example")] * 2)

    assert names(found) == ["Invalid", "User"]


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)  # SQLite has one writer
def test_an_account_that_is_invited_while_unused_ones_are_removed_stays(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    made, unused = make.evaluation(), make.user("Una Unused")
    key, address, later = unused.id, unused.email, now_utc() + timedelta(days=1)
    db.session.remove()
    work = inviting(made, address)

    def invite() -> None:
        with app.app_context():
            work()
            db.session.remove()

    with unit_of_work() as session:
        look = session.scalars

        def look_and_invite(wanted: Any) -> Any:
            """What is due, and then somebody gives one of them a seat."""
            monkeypatch.setattr(session, "scalars", look)
            found = list(look(wanted))
            thread = threading.Thread(target=invite)
            thread.start()
            thread.join(30)
            return found

        monkeypatch.setattr(session, "scalars", look_and_invite)
        removed = remove_due_rows(session, RecordKind.ACCOUNT, later, later)

    user = db.session.get_one(User, key)
    assert (user.removed_at, user.name) == (None, "Una Unused")
    assert count(Member, Member.user_id == key) == 1
    assert removed == count(User, User.removed_at.is_not(None))


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)  # SQLite has one writer
def test_an_evaluation_is_started_from_an_earlier_one_as_it_was_at_one_moment(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation()
    chair, slug = made.chair, made.slug
    db.session.remove()

    def add_part() -> None:
        with app.app_context():
            part = rubrics.add_section(chair, slug, title="Added meanwhile")
            rubrics.add_criterion(chair, slug, part.id, rubrics.CriterionText(title="Added"))
            db.session.remove()

    thread = threading.Thread(target=add_part)
    look = Session.scalars

    def look_and_add(session: Session, wanted: Any, *args: Any, **options: Any) -> Any:
        """The sections of the rubric, and then somebody adds one, with a criterion."""
        found = look(session, wanted, *args, **options)
        if thread.ident is None and str(wanted).startswith("SELECT section."):
            monkeypatch.undo()
            found = found.all()
            thread.start()
            thread.join(2)
            return ScalarsRead(found)
        return found

    monkeypatch.setattr(Session, "scalars", look_and_add)
    new = earlier.start_from_earlier(chair, slug, title="The next one")
    thread.join(30)

    titles = select(Criterion.title).where(Criterion.evaluation_id == new.id)
    assert "Added" not in db.session.scalars(titles).all()
    assert verified() == []


def make_user(email: str) -> User:
    from crrubric.domain.vocabulary import Standing

    return accounts.add_user(OPERATOR, name="Ana Ruiz", email=email, standing=Standing.MEMBER)


def test_an_invitation_accepted_twice_at_once_is_spent_once(app: Flask, make: Factory):
    made = make.evaluation(reviewers=0)
    invitation: Any = inviting(made, "ana@school.example")()

    def accept(password: str) -> Work:
        return lambda: links.accept_invite(invitation.token, password=password)

    found = together(app, made, accept("first long password"), accept("second long password"))

    assert names(found) == ["NotFound", "SignIn"]
    assert told(Event.INVITE_ACCEPTED) == 1


def test_no_link_is_left_if_the_owner_signs_up_while_a_chair_renews(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(reviewers=0)
    invitation: Any = inviting(made, "ana@school.example")()
    issue = committee.issue_invite

    def accept() -> None:
        with app.app_context():
            with suppress(NotFound):
                links.accept_invite(invitation.token, password="first long password")
            db.session.remove()

    def issue_late(*values: Any, **named: Any) -> str:
        owner.start()
        owner.join(1)  # it is done by now, unless it has to wait for us
        return issue(*values, **named)

    owner = threading.Thread(target=accept)
    monkeypatch.setattr(committee, "issue_invite", issue_late)
    committee.renew_invite(made.chair, made.slug, invitation.member.id)
    owner.join(10)

    db.session.rollback()
    used = count(User, User.email == "ana@school.example", User.password_hash.is_not(None))
    assert used + count(Invite, Invite.used_at.is_(None)) == 1  # in use, or a link to it


def test_two_people_take_one_address_at_once_and_one_is_told(app: Flask, make: Factory):
    one, two = make.user(), make.user()
    ids = [one.id, two.id]

    def moving(user_id: int) -> Work:
        return lambda: administration.change_address(OPERATOR, user_id, "ana@school.example")

    found = together(app, None, *[moving(user_id) for user_id in ids])

    assert names(found) == ["Invalid", "User"]


@pytest.mark.parametrize("act", ["disable", "demote"])
def test_two_administrators_who_take_the_site_from_each_other_leave_one(
    app: Flask, make: Factory, act: str
):
    people = [make.actor(standing=Standing.ADMINISTRATOR) for _ in range(2)]
    ids = [int(person.user_id or 0) for person in people]

    def taking(who: int, whom: int) -> Work:
        if act == "disable":
            return lambda: administration.set_account_disabled(
                people[who], ids[whom], disabled=True
            )
        return lambda: administration.change_standing(people[who], ids[whom], Standing.MEMBER)

    found = together(app, None, taking(0, 1), taking(1, 0))

    left = count(User, User.disabled_at.is_(None), User.standing == Standing.ADMINISTRATOR)
    assert names(found) == ["NotFound", "User"]
    assert left == 1


def test_two_chairs_who_make_the_decision_final_at_once_do_it_once(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    second = second_chair(make, made)
    closing(made)()
    decisions.record_decision(
        made.chair, made.slug, decisions.DecisionText(vendor_id=None, reason="None fits.")
    )

    found = together(
        app,
        made,
        *[
            lambda who=who: phases.change_phase(who, made.slug, Phase.DECIDED)
            for who in (made.chair, second)
        ],
    )

    assert names(found) == ["Evaluation", "Invalid"]
    assert count(JournalEntry, JournalEntry.event == Event.PHASE_CHANGED) == 3
    assert said() == []


def test_a_ballot_submitted_and_reopened_at_once_is_one_or_the_other(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})
    ballot = ballot_of(made, 0, 0).id

    found = together(
        app,
        made,
        lambda: make.submit(made, 0, 0),
        lambda: seals.reopen_ballot(made.chair, made.slug, ballot, reason="A slip"),
    )

    assert names(found) in (["Ballot", "SealedBallot"], ["SealedBallot", "WrongPhase"])
    assert told(Event.BALLOT_REOPENED) == names(found).count("Ballot")
    assert ballot_of(made, 0, 0).seals == 1
    assert said() == []


def test_a_double_click_on_new_evaluation_makes_one(app: Flask, make: Factory):
    made = make.evaluation()

    found = together(
        app,
        made,
        *[lambda: evaluations.create_evaluation(made.chair, title="Twice", rubric=small_rubric())]
        * 2,
    )

    assert names(found) == ["Evaluation", "Invalid"]
    assert count(Evaluation, Evaluation.title == "Twice") == 1


def test_two_first_evaluations_at_once_are_of_one_district(app: Flask, make: Factory):
    chair = make.actor(standing=Standing.ORGANIZER)

    def starting(title: str) -> Work:
        rubric = small_rubric()
        return lambda: evaluations.create_evaluation(chair, title=title, rubric=rubric)

    found = together(app, None, *[starting(f"Number {number}") for number in range(4)])

    assert names(found) == ["Evaluation"] * 4
    assert count(District) == 1


def test_two_administrators_name_the_district_at_once_and_the_later_is_told(
    app: Flask, make: Factory
):
    people = [make.actor(standing=Standing.ADMINISTRATOR) for _ in range(2)]

    def naming(actor: Actor, name: str) -> Work:
        return lambda: set_district(actor, name=name, time_zone="America/Chicago", seen_version=0)

    found = together(app, None, naming(people[0], "Lakeside"), naming(people[1], "Hillside"))

    assert names(found) == ["District", "Stale"]
    winner = "Lakeside" if isinstance(found[0], District) else "Hillside"
    assert db.session.scalars(select(District.name)).all() == [winner]
    assert told(Event.DISTRICT_CHANGED) == 1


def test_a_section_added_twice_at_once_has_two_codes(app: Flask, make: Factory):
    made = make.evaluation()

    found = together(
        app,
        made,
        *[lambda: rubrics.add_section(made.chair, made.slug, title="Support")] * 2,
    )

    assert names(found) == ["Section", "Section"]


def test_a_meeting_started_twice_at_once_is_one_meeting(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.MEETING)

    found = together(app, made, *[lambda: meetings.start_meeting(made.chair, made.slug)] * 2)

    assert names(found) == ["Meeting", "WrongPhase"]
    assert (count(Meeting), told(Event.MEETING_STARTED)) == (1, 1)


# through the web


def both(app: Flask, made: Made, *posts: Callable[[], TestResponse]) -> list[Any]:
    return sorted(together(app, made, *posts), key=lambda answer: getattr(answer, "status_code", 0))


def posting(visitor: Visitor, url: str, form: dict[str, str]) -> Callable[[], TestResponse]:
    """A form with its token, ready to be sent from a thread."""
    sent = {"csrf_token": visitor.csrf(), **form}
    client = visitor.client
    return lambda: Context().run(client.open, url, method="POST", data=sent)


def test_two_tabs_that_save_at_once_show_both_texts(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    tabs = [visit(made.reviewers[0]) for _tab in range(2)]
    notes = ["a note of the first tab", "a note of the second tab"]

    saved, stale = both(
        app,
        made,
        *[
            posting(tab, url, {"answer": "YES", "note": note, "version": "0"})
            for tab, note in zip(tabs, notes, strict=True)
        ],
    )

    assert (saved.status_code, stale.status_code) == (303, 409)
    assert [note in stale.text for note in notes] == [True, True]
    assert len(stored_marks()) == 1


def test_a_save_during_closing_returns_the_typed_text(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    note = "a long thought that came at the last moment"
    person, chair = visit(made.reviewers[0]), visit(made.chair)
    closing = {"to": "MEETING", "version": foresee(made, Phase.MEETING)}

    saved, closed = together(
        app,
        made,
        posting(person, url, {"answer": "NO", "note": note, "version": "0"}),
        posting(chair, made.url("phase"), closing),
    )

    assert isinstance(saved, TestResponse)
    assert isinstance(closed, TestResponse)
    assert closed.status_code == 303
    assert (saved.status_code, len(stored_marks())) in {(303, 1), (409, 0)}
    assert saved.status_code == 303 or note in saved.text
    late = person.post(url, {"answer": "NO", "note": note + " again", "version": "1"})
    assert (late.status_code, note + " again" in late.text) == (409, True)


def test_a_form_submitted_twice_at_once_seals_once(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})
    url = made.url(f"ballots/{made.vendors[0].id}/submit")
    tabs = [visit(made.reviewers[0]) for _tab in range(2)]

    form = filled_form(tabs[0].page(url), url)

    first, second = both(app, made, *[posting(tab, url, form) for tab in tabs])

    assert (first.status_code, second.status_code) == (303, 409)
    assert ballot_of(made, 0, 0).seals == 1
    assert said() == []


def test_many_saves_at_once_make_one_unbroken_chain(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING, reviewers=4)
    people = range(4)

    def marks(reviewer: int) -> Callable[[], object]:
        return lambda: make.marks(made, reviewer, 0, "YNA")

    found = together(app, made, *(marks(person) for person in people))

    assert found == [None] * 4
    assert db.session.scalar(select(func.count()).select_from(Mark)) == 12
    assert said() == []


def test_submitting_twice_at_once_seals_once(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})

    found = together(app, made, *[lambda: make.submit(made, 0, 0)] * 3)

    assert sorted(type(one).__name__ for one in found) == [
        "SealedBallot",
        "WrongPhase",
        "WrongPhase",
    ]
    assert ballot_of(made, 0, 0).seals == 1


def test_a_save_against_a_submit_is_sealed_or_refused_never_lost(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YN-"})

    saved, _sealed = together(
        app,
        made,
        lambda: make.mark(made, 0, 0, "teacher", Answer.YES),
        lambda: make.submit(made, 0, 0, "Not seen."),
    )

    ballot = ballot_of(made, 0, 0)
    assert type(saved).__name__ in {"Mark", "WrongPhase"}
    assert len(ballot.marks) == (3 if type(saved).__name__ == "Mark" else 2)
    assert said() == []


def test_closing_against_a_save_counts_it_or_refuses_it(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING)

    saved, closed = together(
        app,
        made,
        lambda: make.mark(made, 0, 0, "ada", Answer.YES),
        lambda: phases.change_phase(made.chair, made.slug, Phase.MEETING),
    )

    marks = db.session.scalar(select(func.count()).select_from(Mark))
    assert type(closed).__name__ == "Evaluation"
    assert (type(saved).__name__, marks) in {("Mark", 1), ("WrongPhase", 0)}
    assert said() == []


def test_of_two_chairs_who_adopt_one_cell_the_later_gets_a_conflict(app: Flask, make: Factory):
    made = opened(make)
    cell = made.vendors[1].id, made.criterion("ada").id

    def adopt(value: Outcome):
        return lambda: decisions.record_finding(
            made.chair, made.slug, *cell, FindingText(value, "Seen."), seen_version=0
        )

    found = together(app, made, adopt(Outcome.MET), adopt(Outcome.NOT_MET))

    assert sorted(type(one).__name__ for one in found) == ["Finding", "Stale"]
    assert db.session.scalars(select(Finding.version)).all() == [1]


def test_two_motions_at_once_adopt_once(app: Flask, make: Factory):
    made = opened(make)
    shown = shown_undisputed(made, made.chair)

    found = together(
        app,
        made,
        *[lambda: meetings.adopt_undisputed_cells(made.chair, made.slug, VOTE, shown=shown)] * 2,
    )

    assert sorted(type(one).__name__ for one in found) == ["Motion", "Stale"]
    assert len(db.session.scalars(select(Motion)).all()) == 1


def attaching(made: Made, words: str, *, vendor: int = 0) -> Work:
    """The first reviewer attaches a file to their mark of a vendor."""
    return lambda: attachments.attach_mark_file(
        made.reviewers[0],
        made.slug,
        made.vendors[vendor].id,
        made.criteria[0].id,
        name="a.pdf",
        data=pdf(words),
    )


def test_two_files_at_once_can_not_exceed_the_limit_of_a_mark(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "FILES_ON_MARK", 2)
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    attaching(made, "first")()

    found = together(app, made, *[attaching(made, words) for words in ("a", "b", "c")])

    assert names(found) == ["Invalid", "Invalid", "MarkFile"]
    assert (count(MarkFile), count(FileContent), told(Event.MARK_FILE_ATTACHED)) == (2, 2, 2)


def test_two_files_at_once_can_not_exceed_the_bytes_of_a_reviewer(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "FILES_OF_REVIEWER_BYTES", len(pdf("a")) + 10)
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y", (0, 1): "Y"})

    found = together(app, made, attaching(made, "a"), attaching(made, "b", vendor=1))

    assert names(found) == ["Invalid", "MarkFile"]
    assert count(FileContent) == 1


def test_one_file_attached_twice_at_once_is_one_file(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    of_vendor = [made.chair, made.slug, made.vendors[0].id]

    def to_vendor() -> object:
        return attachments.attach_vendor_file(*of_vendor, name="a.pdf", data=pdf("a"))

    found = together(app, made, *[attaching(made, "a")] * 2, to_vendor, to_vendor)

    assert names(found) == ["MarkFile", "MarkFile", "VendorFile", "VendorFile"]
    assert (count(MarkFile), count(VendorFile), count(FileContent)) == (1, 1, 2)


def test_a_file_attached_during_sealing_is_in_the_seal_or_refused(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY"})

    def sealing() -> object:
        person, vendor = made.reviewers[0], made.vendors[0].id
        return seals.submit_ballot(person, made.slug, vendor, reasons={})

    found = together(app, made, attaching(made, "a"), sealing)

    assert names(found) in (["MarkFile", "SealedBallot"], ["SealedBallot", "WrongPhase"])
    sealed = db.session.scalars(select(SealedBallot.content)).one()
    digests = list(db.session.scalars(select(MarkFile.sha256)))
    assert [digest in sealed for digest in digests] == [True] * len(digests)


def voting(made: Made, reviewer: int, answer: Answer, *, version: int = 0) -> Work:
    key = made.criteria[1].id
    return lambda: votes.record_vote(
        made.reviewers[reviewer], made.slug, key, answer=answer, seen_version=version
    )


def open_with_answer(make: Factory) -> Made:
    """A vote on must-haves in which one reviewer has answered one criterion."""
    made = make.evaluation()
    votes.open_vote(made.chair, made.slug)
    votes.record_vote(
        made.reviewers[0], made.slug, made.criteria[0].id, answer=Answer.YES, seen_version=0
    )
    return made


WINDOWS = ("a", "b", "c", "d", "e", "f")


@pytest.mark.parametrize("before", [0, 1], ids=["nothing", "an answer"])
def test_of_windows_that_save_one_vote_the_later_ones_get_a_conflict(
    app: Flask, make: Factory, before: int
):
    made = make.evaluation()
    votes.open_vote(made.chair, made.slug)
    if before:
        voting(made, 0, Answer.NO)()
    vote = made.reviewers[0], made.slug, made.criteria[1].id

    def saving_vote(note: str) -> Work:
        return lambda: votes.record_vote(*vote, answer=Answer.YES, note=note, seen_version=before)

    found = together(app, made, *map(saving_vote, WINDOWS))

    assert names(found) == ["CastVote"] + ["Stale"] * 5
    assert db.session.scalars(select(CastVote.version)).all() == [before + 1]


@pytest.mark.parametrize("before", [0, 1], ids=["nothing", "an answer"])
def test_of_windows_that_save_one_practice_mark_the_later_ones_get_a_conflict(
    app: Flask, make: Factory, before: int
):
    made = make.evaluation(phase=Phase.PRACTICE)
    cell = made.reviewers[0], made.slug, made.criteria[0].id
    if before:
        practice.record_practice_mark(*cell, answer=Answer.NO, seen_version=0)

    def practicing(note: str) -> Work:
        return lambda: practice.record_practice_mark(
            *cell, answer=Answer.YES, note=note, seen_version=before
        )

    found = together(app, made, *map(practicing, WINDOWS))

    assert names(found) == ["PracticeMark"] + ["Stale"] * 5
    assert db.session.scalars(select(PracticeMark.version)).all() == [before + 1]


def test_who_is_done_with_practice_in_several_windows_is_done_once(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    who = made.reviewers[0], made.slug
    practice.record_practice_mark(*who, made.criteria[0].id, answer=Answer.NO, seen_version=0)

    found = together(app, made, *[lambda: practice.finish_practice(*who)] * 4)

    assert (names(found), told(Event.PRACTICE_FINISHED)) == (["Member"] * 4, 1)


def test_a_workbook_that_is_uploaded_in_several_windows_at_once_waits_once(
    app: Flask, make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    data = download(visit(made.reviewers[0]), made.url()).write(1, answer="No").save()
    who = made.reviewers[0], made.slug

    found = together(
        app, made, *[lambda: offline.upload_offline_book(*who, name="a.xlsx", data=data)] * 4
    )

    assert (names(found), count(ImportDraft)) == (["str"] * 4, 1)


def test_a_vote_that_is_opened_twice_at_once_is_one_round(app: Flask, make: Factory):
    made = make.evaluation()

    found = together(app, made, *[lambda: votes.open_vote(made.chair, made.slug)] * 2)

    assert names(found) == ["MustHaveVote", "WrongPhase"]
    assert (count(MustHaveVote), told(Event.VOTE_OPENED)) == (1, 1)


def test_an_answer_that_comes_as_the_vote_is_closed_is_counted_or_refused(
    app: Flask, make: Factory
):
    made = open_with_answer(make)

    found = together(
        app,
        made,
        voting(made, 0, Answer.YES),
        voting(made, 1, Answer.NO),
        lambda: votes.close_vote(made.chair, made.slug),
    )

    taken = names(found).count("CastVote")
    assert sorted(set(names(found)) - {"CastVote", "WrongPhase"}) == ["MustHaveVote"]
    counted = db.session.execute(select(func.sum(VoteCount.yes + VoteCount.no))).scalar()
    assert counted == 1 + taken == count(CastVote)
    assert verified() == []


def test_who_submits_as_the_vote_is_closed_is_counted_once(app: Flask, make: Factory):
    made = open_with_answer(make)

    found = together(
        app,
        made,
        lambda: votes.submit_vote(made.reviewers[0], made.slug),
        lambda: votes.close_vote(made.chair, made.slug),
    )

    assert names(found) in (["MustHaveVote", "SealedVote"], ["MustHaveVote", "WrongPhase"])
    assert count(SealedVote) == 1
    assert verified() == []


def test_an_answer_saved_during_sealing_is_in_the_seal_or_refused(app: Flask, make: Factory):
    made = open_with_answer(make)

    found = together(
        app,
        made,
        voting(made, 0, Answer.NO),
        lambda: votes.submit_vote(made.reviewers[0], made.slug),
    )

    assert names(found) in (["CastVote", "SealedVote"], ["SealedVote", "WrongPhase"])
    assert verified() == []


def meet_before_writing(monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    """Let two saves look at what is stored at the same moment, wherever nothing keeps them from
    it."""
    meeting, look = threading.Barrier(2), refuse_unseen_mark

    def wait(stored: Any, seen_version: int) -> None:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(1)
        look(stored, seen_version)

    monkeypatch.setattr(module, "refuse_unseen_mark", wait)


@pytest.mark.parametrize("version", [0, 1])
def test_of_two_tabs_that_save_one_vote_the_later_gets_a_conflict(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, version: int
):
    made = open_with_answer(make)
    if version:
        voting(made, 0, Answer.YES)()
    meet_before_writing(monkeypatch, votes)
    key = made.criteria[1].id

    def saving_note(note: str) -> Work:
        return lambda: votes.record_vote(
            made.reviewers[0],
            made.slug,
            key,
            answer=Answer.NO,
            note=note,
            seen_version=version,
        )

    found = together(app, made, saving_note("one"), saving_note("other"))

    assert names(found) == ["CastVote", "Stale"]
    stored = db.session.scalars(select(CastVote).where(CastVote.criterion_id == key)).one()
    assert stored.version == version + 1
    assert stored.note == ("one" if isinstance(found[0], CastVote) else "other")


@pytest.mark.parametrize("version", [0, 1])
def test_of_two_tabs_that_save_one_practice_mark_the_later_gets_a_conflict(
    app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, version: int
):
    made = make.evaluation(phase=Phase.PRACTICE)
    key = made.criteria[0].id

    def saving_note(note: str, seen: int) -> Work:
        return lambda: practice.record_practice_mark(
            made.reviewers[0], made.slug, key, answer=Answer.NO, note=note, seen_version=seen
        )

    if version:
        saving_note("first", 0)()
    meet_before_writing(monkeypatch, practice)

    found = together(app, made, saving_note("one", version), saving_note("other", version))

    assert names(found) == ["PracticeMark", "Stale"]
    stored = db.session.scalars(select(PracticeMark)).one()
    assert stored.version == version + 1
    assert stored.note == ("one" if isinstance(found[0], PracticeMark) else "other")


def test_a_must_have_that_two_chairs_settle_at_once_is_settled_once(app: Flask, make: Factory):
    made = open_with_answer(make)
    votes.close_vote(made.chair, made.slug)
    second = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    vote = list_votes(db.session(), made.evaluation.id)[0]
    seen = fingerprint_values(read_settled_values(list_vote_results(db.session(), vote)))
    key = made.criteria[0].id

    def settling(who: Actor, must_have: bool) -> Work:
        settled = settlements.SettledMustHave(must_have=must_have, reason="So.")
        return lambda: settlements.settle_must_haves(who, made.slug, 1, {key: settled}, seen=seen)

    found = together(app, made, settling(made.chair, True), settling(second, False))

    assert names(found) == ["Stale", "int"]
    assert told(Event.VOTE_ADOPTED) == 1


def verified() -> list[str]:
    """What verification finds wrong."""
    db.session.rollback()
    return [str(problem) for problem in verify_record(db.session()).problems]
