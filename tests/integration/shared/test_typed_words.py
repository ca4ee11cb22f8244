"""Nothing that people typed is lost: each form is refused, and its words stand in the answer."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.errors import Busy
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import (
    Answer,
    EntrySource,
    Outcome,
    Phase,
    Role,
    Stakeholder,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, User
from crrubric.queries.exchange.redactions import TextFilter, list_texts
from crrubric.queries.people.access import require
from crrubric.queries.people.people import Actor
from crrubric.services.ballots.attachments import attach_vendor_file
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.ballots.entries import EnteredBallot, enter_ballot, fingerprint_ballot
from crrubric.services.ballots.entry_books import upload_entry_book
from crrubric.services.exchange.mark_drafts import upload_marks
from crrubric.services.meeting import decisions, meetings, positions, reinstatements
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.planning import votes
from crrubric.services.planning.items import ItemText, add_action_item
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.services.questions.askings import ask_vendor
from crrubric.services.questions.questions import write_question
from crrubric.services.setup import vendors
from crrubric.services.setup.committee import invite_member
from crrubric.services.setup.phases import change_phase
from tests import in_meeting
from tests.conftest import set_settings
from tests.factories import PASSWORD, Factory, Made, ballot_of
from tests.integration.ballots.offline_books import write_entry_book
from tests.integration.conftest import Visit, Visitor
from tests.integration.shared.test_access import SHORTLY, addresses, follow_one_measure
from tests.pages import Page, filled_form, list_values, parse, words
from tests.typed_views import list_form_views
from tests.uploads import pdf

Walks = tuple[Made, dict[Actor, list[str]]]  # who looks at which pages besides those of all

TODAY = now_utc().date()
FILES = re.compile(r"/export/|/memo|\.json|/aside|/where")  # no pages with forms, and slow ones
SPLIT = {(0, 0): "YNY", (1, 0): "YYY", (0, 1): "NNN", (1, 1): "NYN"}
WRITTEN = {"text", "email", "date", "time", "url", "search", "tel", "number"}
BELL = "\x07"  # no text takes it, no number and no day
SHOWN = "\ufffd"  # what stands in its place, so that one sees where it was
SITE = (
    "/evaluations/new", "/account", "/account/address", "/district", "/forgotten-password",
    "/accounts/new", "/site/mail", "/site/records/times",
)  # fmt: skip


def list_written(form: Element) -> list[str]:
    """The names of the controls in which people write."""
    return [
        node.get("name") or ""
        for node in form.iter()
        if node.get("name")
        and node.get("readonly") is None
        and node.get("autocomplete") != "one-time-code"  # as secret as a password
        and (
            node.tag == "textarea"
            or (node.tag == "input" and (node.get("type") or "text") in WRITTEN)
        )
    ]


def list_forms(page: Page, url: str) -> Iterator[tuple[str, Element, list[str]]]:
    """(address, form, controls) of each form of a page in which people write."""
    for form in page.all("form"):
        written = list_written(form)
        if form.get("method", "").lower() == "post" and written:
            yield (form.get("action") or url).partition("?")[0], form, written


def fill_wrongly(form: Element, written: list[str]) -> dict[str, Any]:
    """The form with words of their own in each control, which can't be stored."""
    sent: dict[str, Any] = {}
    for name, value in list_values(form):
        if name != "csrf_token":
            sent.setdefault(name, []).append(value)
    return {**sent, **{name: f"my {name}{BELL}" for name in written}}


def lose(answer: TestResponse, written: list[str]) -> list[str]:
    """The controls whose words the answer has lost; a page elsewhere has lost all of them."""
    if answer.status_code not in {400, 409, 422}:
        return [f"{answer.status_code}", *written]
    return [name for name in written if f"my {name}{SHOWN}" not in answer.text]


def refuse_all(app: Flask, person: Visitor, pages: list[str]) -> dict[str, list[str]]:
    """endpoint -> what was lost of it, of every form on these pages."""
    found: dict[str, list[str]] = {}
    adapter = app.url_map.bind("localhost")
    for url in pages:
        answer = person.get(url, **SHORTLY)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for to, form, written in list_forms(parse(200, answer.text), url):
            endpoint = adapter.match(to, method="POST")[0]
            if endpoint not in found:
                found[endpoint] = lose(person.post(to, fill_wrongly(form, written)), written)
    return found


def pages_of(app: Flask, made: Made, *more: str) -> list[str]:
    """The pages of an evaluation, with the ids of what is in it, and some more of them."""
    routes = addresses(app, made, {"reviewer": made.reviewers[0]})
    pages = [url for method, url, _action in routes if method == "GET"]
    first = [path if path.startswith("/") else made.url(path) for path in more]
    return first + [url for url in pages if not FILES.search(url)]


def set_up(make: Factory) -> Walks:
    """Setup: a vendor with a file, an item, somebody who is invited and has no account yet."""
    made = make.evaluation()
    attach_vendor_file(made.chair, made.slug, made.vendors[0].id, name="a.pdf", data=pdf())
    invitation = invite_member(
        made.chair, made.slug, name="Ana Nueva", email="ana@school.example",
        roles=frozenset({Role.REVIEWER}), stakeholder=Stakeholder.TEACHER,
    )  # fmt: skip
    add_action_item(made.chair, made.slug, ItemText(words="Order headsets"))
    follow_one_measure(made)
    save_plan_answers(made.chair, made.slug, "learners", {"iep_504": "14.8"})
    several = ["vendors/several", "committee/several", "rubric/library"]
    person = f"committee/{invitation.member.id}/address"
    return made, {made.chair: [person, "vendors/new", *several]}


def vote(make: Factory) -> Walks:
    """A vote on must-haves: one reviewer votes, the other has submitted."""
    made = make.evaluation()
    first, second = made.reviewers
    votes.open_vote(made.chair, made.slug)
    for criterion in made.criteria:
        votes.record_vote(
            second, made.slug, criterion.id, answer=Answer.YES, note="", seen_version=0
        )
    member = votes.submit_vote(second, made.slug).member_id
    return made, {
        made.chair: [f"must-haves/reopen/{member}"],
        first: ["must-haves/ballot"],
    }


def settle(make: Factory) -> Walks:
    """A vote on must-haves that is closed: the chair says which ones there are."""
    made, _walks = vote(make)
    votes.close_vote(made.chair, made.slug)
    return made, {made.chair: ["must-haves/settle/"]}


def practice(make: Factory) -> Walks:
    """The practice round."""
    made = make.evaluation(phase=Phase.PRACTICE)
    return made, {made.reviewers[0]: []}


def score(make: Factory) -> Walks:
    """Scoring: a conflict, a ballot that was entered, one that was submitted, what was asked."""
    made = make.evaluation(reviewers=3)
    second, third = made.reviewers[1:]
    make.forward(made, Phase.SCORING, {(1, 0): "Y--"})
    vendor, other = (row.id for row in made.vendors)
    conflict = make.conflict(made, 2, 1, "My brother works there.")
    make.submit(made, 1, 0, "Not seen")
    asking = ask_vendor(second, made.slug, vendor, made.criteria[0].id, words="How long?")
    write_question(made.chair, made.slug, vendor, words="Since when?")
    marks = {made.criteria[0].id: MarkText(answer=Answer.YES)}
    entered = EnteredBallot(
        source=EntrySource.PAPER, given_on=TODAY, no_conflict=True, marks=marks, rest="Late"
    )
    enter_ballot(made.chair, made.slug, ballot_of(made, 0, 1).id, entered)
    line = f"{made.reviewers[0].name},{made.vendors[0].code},{made.criteria[0].code},yes"
    file = f"reviewer,vendor,criterion,mark\n{line}\n".encode()
    waiting = upload_marks(made.chair, made.slug, name="marks.csv", data=file)
    book = write_entry_book(made, 2).write(1, answer="Yes").save()
    member = ballot_of(made, 2, 0).member_id
    given = upload_entry_book(made.chair, made.slug, member, name="theirs.xlsx", data=book)
    # who has entered a ballot does not choose whose ballots count
    apart = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    return made, {
        apart: [f"conflicts/{conflict.id}"],
        made.chair: [
            f"import/{waiting}",
            f"progress/workbook/{member}/{given}",
            f"progress/{ballot_of(made, 1, 0).id}/reopen",
            f"questions/askings/{asking.id}",
        ],
        made.reviewers[0]: [f"ballots/{other}/submit"],
        third: [f"vendors/{other}/declaration"],
    }


def meet(make: Factory) -> Walks:
    """The meeting under way, with something of everything that is recorded in it."""
    made = make.evaluation(phase=Phase.MEETING, marks=SPLIT)
    slug, vendor, first = made.slug, made.vendors[0].id, made.criteria[0].id
    meetings.start_meeting(made.chair, slug)
    meetings.record_motion(made.chair, slug, meetings.MotionText(words="To go on", in_favor=0))
    finding = decisions.FindingText(Outcome.MET, "Shown to all.")
    in_meeting.record_finding(made.chair, slug, vendor, first, finding, seen_version=0)
    text = decisions.DecisionText(vendor_id=vendor, reason="It fits us.")
    decisions.record_decision(made.chair, slug, text)
    promise = positions.CommitmentText("To train", "IT", TODAY + timedelta(days=30))
    positions.record_commitment(made.chair, slug, vendor, promise)
    return made, {
        made.chair: [f"cells/{vendor}/{made.criteria[1].id}", "phase?to=SCORING"],
        made.reviewers[0]: [],
    }


def gather(make: Factory) -> Walks:
    """The meeting before it is opened; a vendor that failed a must-have is reinstated."""
    made = make.evaluation(phase=Phase.MEETING, marks=SPLIT)
    reinstatements.reinstate_vendor(made.chair, made.slug, made.vendors[1].id, reason="Fixed.")
    administrator = make.actor(standing=Standing.ADMINISTRATOR)
    hold = f"/site/records/evaluations/{made.evaluation.id}/hold"
    return made, {made.chair: [], administrator: [*SITE, f"/chairs/{made.slug}", hold]}


def decide(make: Factory) -> Walks:
    """The decision is final, and the memo issued once."""
    made = make.evaluation(phase=Phase.DECIDED)
    issue_memo(made.chair, made.slug, IssueText(language="en"))
    return made, {made.chair: ["memo/issue", find_written_text(made)]}


def find_written_text(made: Made) -> str:
    """The page of one text that somebody wrote."""
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)
    seat = require(made.chair, Action.MAKE_ARCHIVE, evaluation, db.session())
    place = list_texts(db.session(), seat, TextFilter())[0].place
    return f"archive/texts/{place.entry}{place.pointer}"


# what needs other settings, or a session that has come part of the way
APART = {
    "key_sign_in.save_required_key",
    "mailed_sign_in.send_sign_in_link",
    "own_passkeys.save_new_passkey",
}
# what is refused in each scene; a form that several show is named once
SCENES = {
    set_up: """
        cohorts.read_pasted_cohort committee.save_invitation committee.save_invited_person
        deletion.save_deletion
        evaluations.save_facts item_edits.save_item item_edits.save_item_state
        item_edits.save_new_item hints.save_hint measure_edits.save_actual_correction
        reviews.save_new_review reviews.save_review
        measure_edits.save_measure measure_edits.save_new_actual measure_edits.save_new_measure
        evaluations.save_rule further_prices.save_further_prices seats.save_seats
        files.save_file_withdrawal kept.save_counts rubric.save_criterion
        rubric.save_new_criterion rubric.save_new_section rubric_files.save_rubric_file
        library.save_kept_rubric
        sections.save_section
        several.save_several_invitations several.save_several_vendors triage.place_one_learner
        purchase.save_own_line purchase_facts.save_purchase_days
        purchase_facts.save_purchase_facts purchase_lines.save_purchase_line weights.save_weights
        vendors.save_new_vendor vendors.save_vendor
        """,
    vote: "vote_rounds.save_vote_reopening votes.save_vote",
    settle: "settlements.save_settlement",
    practice: "practice.save_practice_mark",
    score: """
        answers.save_answer answers.save_question_withdrawal answers.save_question_words
        answers.save_set_aside_reason askings.save_asking ballots.save_mark
        ballots.submit_ballot_form closing.save_closing_day corrections.save_correction
        corrections.save_vendor_selection declarations.save_all_declarations
        declarations.save_conflict_retraction declarations.save_conflict_words
        declarations.save_declaration
        declarations.save_waiver
        entries.save_dispute entries.save_entry entry_books.take_entry_workbook
        evaluations.save_reopening
        imports.take_mark_file
        questions.save_merged_question questions.save_new_question questions.save_questions_sent
        reminders.submit_reminders
        """,
    meet: """
        cell.save_finding cell.save_finding_withdrawal decision.save_commitment
        decision.save_commitment_withdrawal promises.save_commitment_state
        decision.save_decision decision.save_position
        evaluations.save_phase meeting.save_deferral meeting.save_motion
        meeting.save_undisputed_motion motions.save_motion_correction narratives.save_narratives
        reinstatements.save_reinstatement
        """,
    gather: """
        account.submit_sign_in accounts.save_new_account chairs.save_appointment
        district.save_district keeping.save_hold keeping.save_keeping_times site.submit_test_mail
        forgotten.send_forgotten_password_link home.save_new_evaluation
        meeting.save_meeting_start own.save_own_address own.save_own_name
        reinstatements.save_reinstatement_withdrawal
        """,
    decide: """
        archives.save_redaction evaluations.save_retention issues.save_issue
        letters.save_letter_words renewals.save_renewal
        """,
}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scene", SCENES)
def test_what_was_typed_stands_in_the_answer_to_every_form_that_is_refused(
    app: Flask, make: Factory, visit: Visit, mailing: None, scene: Callable[[Factory], Walks]
):
    made, walks = scene(make)
    found: dict[str, list[str]] = {}
    for actor, more in walks.items():
        found.update(refuse_all(app, visit(actor), pages_of(app, made, *more)))

    assert {endpoint: lost for endpoint, lost in found.items() if lost} == {}
    assert set(SCENES[scene].split()) - set(found) == set()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_form_in_which_people_write_is_refused_in_one_of_the_scenes(app: Flask):
    views = list_form_views(app)
    written = {name for name, view in views.items() if view.takes_text()}

    scenes = {name for names in SCENES.values() for name in names.split()}
    assert written - scenes - APART == set()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_what_was_typed_stands_in_forms_of_other_ways_in(
    app: Flask, make: Factory, visit: Visit, mailing: None, monkeypatch: pytest.MonkeyPatch
):
    set_settings(app, monkeypatch, SIGN_IN_LINKS=True, TWO_STEPS_FOR="administrators")
    confirmed, waiting = visit(make.actor()), visit()
    confirmed.post("/account/sign-in/confirm", {"password": PASSWORD})
    admin = db.session.get_one(User, make.actor(standing=Standing.ADMINISTRATOR).user_id)
    waiting.post("/sign-in", {"email": admin.email, "password": PASSWORD})

    found = {
        **refuse_all(app, confirmed, ["/account/sign-in/passkeys/new"]),
        **refuse_all(app, waiting, ["/sign-in/set-up"]),
        **refuse_all(app, visit(), ["/sign-in/link"]),
    }

    assert [found.get(name) for name in sorted(APART)] == [[], [], []]


@dataclass(frozen=True)
class Late:
    """A form of the meeting that comes when its page no longer has it."""

    to: str
    sent: dict[str, Any]
    open: bool  # whether a meeting is under way
    kept: str = "In the library"


LATE = {
    "motion": Late("meeting/minutes", {"words": "In the library", "in_favor": "0"}, open=False),
    "start": Late("meeting/start", {"place": "In the library"}, open=True),
    "attendance": Late("meeting/present", {"present": "1"}, open=False, kept="checked"),
    "deferral": Late("meeting/defer/{cell}", {"reason": "In the library"}, open=True),
}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", LATE)
def test_what_was_typed_stands_where_its_form_has_gone(make: Factory, visit: Visit, name: str):
    made, late = make.evaluation(phase=Phase.MEETING), LATE[name]
    cell = made.vendors[0].id, made.criteria[0].id
    finding = decisions.FindingText(Outcome.MET, "Shown to all.")
    in_meeting.record_finding(made.chair, made.slug, *cell, finding, seen_version=0)
    if not late.open:
        meetings.end_meeting(made.chair, made.slug)

    to = made.url(late.to.format(cell="/".join(map(str, cell))))
    answer = visit(made.chair).post(to, late.sent)

    page = parse(answer.status_code, answer.text)
    assert (page.status in {409, 422}, late.kept in answer.text) == (True, True)
    assert page.with_id("error-summary") is not None


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_ballot_typed_for_somebody_who_began_it_meanwhile_stands_in_the_answer(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y--"})
    ada = made.criteria[0].id
    typed = {f"answer-{ada}": "NO", f"note-{ada}": "By phone", "source": "PHONE"}
    ballot = ballot_of(made, 0, 0)

    answer = visit(made.chair).post(
        made.url(f"progress/{ballot.id}/enter"),
        {
            **typed,
            "whose": fingerprint_ballot(ballot),
            "given_on": TODAY.isoformat(),
            "rest": "No time",
            "no_conflict": "y",
        },
    )

    page = parse(answer.status_code, answer.text)
    chosen = page.with_id(f"criterion-{ada}-answer-no").get("checked") is not None
    assert (page.status, chosen, "By phone" in answer.text) == (409, True, True)
    assert "has begun this ballot" in words(page.with_id("error-summary"))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_page_that_says_what_went_wrong_shows_short_words_too(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    vendor, answer = made.vendors[0].id, "RECUSED"

    late = visit(made.chair).post(
        made.url(f"vendors/{vendor}"), {"company": "Quill", "gap-1": "ill", "kind": answer}
    )

    kept = [words(node) for node in parse(409, late.text).all("textarea")]
    assert (late.status_code, kept) == (409, ["Quill", "ill"])


CHOSEN = {  # a form that comes too late: who sends what to where, and what they read of it
    "mark": (
        "reviewer", "ballots/{vendor}/marks/{ada}", {"answer": "YES", "evidence_kind": ""},
        ["Does the vendor meet this criterion? Yes"],
    ),
    "entry": (
        "chair", "progress/{ballot}/enter",
        {"answer-{ada}": "NO", "answer-{sis}": "CANNOT_TELL", "source": "PHONE",
         "no_conflict": "y"},
        ["Accessible: No", "Works with our system: Can’t tell", "How was it given? By phone",
         "The reviewer says that they have no conflict of interest"],
    ),
    "declarations": (
        "reviewer", "declarations", {"vendor-{vendor}-kind": "NONE"},
        ["{company}: No conflict of interest"],
    ),
    "weights": ("chair", "rubric/weights/", {"c{sis}-weight": "2", "c{sis}-must_have": "y"},
                ["Works with our system: Must-have"]),
    "commitment": ("chair", "decision/commitments", {"vendor": "{vendor}"}, ["Vendor: {company}"]),
}  # fmt: skip


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", CHOSEN)
def test_what_was_chosen_in_a_form_that_comes_too_late_stands_in_the_answer(
    make: Factory, visit: Visit, name: str
):
    made = make.evaluation(phase=Phase.SCORING)
    ids = {
        "vendor": made.vendors[0].id,
        "company": made.vendors[0].company,
        "ballot": ballot_of(made, 0, 0).id,
        **{row.code: row.id for row in made.criteria},
    }
    if name in {"mark", "entry"}:
        change_phase(made.chair, made.slug, Phase.MEETING)
    if name == "declarations":
        make.forward(made, Phase.DECIDED, {})
    who, to, sent, told = CHOSEN[name]
    person = visit(made.chair if who == "chair" else made.reviewers[0])
    values = {key.format(**ids): value.format(**ids) for key, value in sent.items()}

    late = person.post(made.url(to.format(**ids)), values)

    page = parse(409, late.text)
    assert late.status_code == 409
    assert [words(node) for node in page.with_id("chosen-list")] == [x.format(**ids) for x in told]
    assert "It was not saved." in words(page.with_id("main"))


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_what_was_chosen_is_told_in_the_language_of_the_reader(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    db.session.get_one(Criterion, made.criteria[0].id).translations = {"es": {"title": "Accesible"}}
    db.session.commit()
    change_phase(made.chair, made.slug, Phase.MEETING)
    url = made.url(f"progress/{ballot_of(made, 0, 0).id}/enter")
    answer = {f"answer-{made.criteria[0].id}": "NO"}

    late = visit(made.chair).post(url, answer, headers={"Accept-Language": "es"})

    assert [words(x) for x in parse(409, late.text).with_id("chosen-list")] == ["Accesible: No"]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_nobody_reads_the_name_of_a_vendor_from_which_they_stay_away(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    make.conflict(made, 0, 1, "My brother works there.")
    change_phase(made.chair, made.slug, Phase.MEETING)
    own, away = (row.id for row in made.vendors)
    url = made.url(f"ballots/{own}/marks/{made.criteria[0].id}")

    late = visit(made.reviewers[0]).post(url, {"answer": "YES", "vendor": str(away)})

    assert (late.status_code, made.vendors[1].company in late.text) == (409, False)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_form_that_met_a_fault_that_passes_is_sent_again_as_it_was(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation()
    person, url = visit(made.chair), made.url("vendors/new")
    with monkeypatch.context() as broken:
        broken.setattr(vendors, "add_vendor", refuse_for_now)
        away = person.post(url, {"company": "Quill", "price_unit": "SEAT", "once": "a" * 32})

    form = filled_form(parse(away.status_code, away.text), url)
    assert (away.status_code, form["company"], form["price_unit"]) == (503, ["Quill"], ["SEAT"])
    assert "csrf_token" in away.text
    again = person.post(url, {**form, "once": "a" * 32})
    assert again.status_code == 303, again.text


def refuse_for_now(*_given: object, **_named: object) -> None:
    raise Busy(N_("The server is busy."), seconds=3)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("path", "status"), [("meeting/", 404), ("progress", 200)])
def test_a_head_is_answered_as_the_page_would_be(
    make: Factory, visit: Visit, path: str, status: int
):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.chair)

    found = [person.send(method, made.url(path)).status_code for method in ("GET", "HEAD")]

    assert found == [status, status]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_reason_of_an_act_that_became_impossible_meanwhile_stands_in_the_answer(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y--"})

    answer = visit(made.chair).post(
        made.url("phase"), {"to": "SETUP", "reason": "A vendor is missing", "version": "1"}
    )

    kept = [words(node) for node in parse(answer.status_code, answer.text).all("textarea")]
    assert (answer.status_code, kept) == (422, ["A vendor is missing"])
