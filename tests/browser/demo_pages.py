"""The pages of the demo: their addresses, and who may open them."""

from collections.abc import Collection, Iterator

from flask import Flask
from sqlalchemy import ColumnElement, select

from crrubric.domain.vocabulary import BallotState, DeclarationKind
from crrubric.extensions import db
from crrubric.models import (
    ActionItem,
    Actual,
    Asking,
    Ballot,
    Commitment,
    Criterion,
    Declaration,
    Evaluation,
    HeldReview,
    Mark,
    Measure,
    Member,
    Question,
    Section,
    User,
    Vendor,
)
from tests.browser.looks import structure_of
from tests.browser.sites import sign_in

CHAIR, REVIEWER = "dana@cedarbend.example", "keisha@cedarbend.example"
ADMINISTRATOR = "tom@cedarbend.example"
PEOPLE = {CHAIR: "chair", REVIEWER: "reviewer", ADMINISTRATOR: "administrator", "": "stranger"}
# Answers that are no pages: files and data.
FILES = {
    "account.show_session",
    "assets.serve_plotly_script",
    "assets.serve_script",
    "assets.serve_style",
    "ballots.download_sealed_ballot",
    "calendars.download_evaluation_dates",
    "calendars.download_own_dates",
    "calendars.show_calendar_feed",
    "cell.show_cell_panel",
    "evidence.download_mark_file",
    "exports.download_abstentions",
    "exports.download_evidence",
    "exports.download_findings",
    "exports.download_journal",
    "exports.download_marks",
    "exports.download_motions",
    "exports.download_questions_and_answers",
    "exports.download_results",
    "exports.download_scores",
    "exports.download_tallies",
    "exports.download_vendor_list",
    "exports.download_workbook",
    "files.download_own_file",
    "files.download_vendor_file",
    "monitoring.show_health",
    "monitoring.show_liveness",
    "monitoring.show_metrics",
    "district.show_logo",
    "library.download_library_version",
    "meeting.show_screen_step",
    "letters.download_letter_html",
    "letters.download_letter_pdf",
    "letters.download_letter_word",
    "measures.download_actuals",
    "issues.download_issue",
    "memo.download_memo_html",
    "memo.download_memo_markdown",
    "minutes_papers.download_minutes_pdf",
    "minutes_papers.download_minutes_word",
    "memo.download_memo_word",
    "memo.download_memo_pdf",
    "confirming.begin_provider_confirmation",
    "provider_sign_in.begin_provider_sign_in",
    "provider_sign_in.finish_provider_sign_in",
    "questions.download_questions",
    "rosters.download_sample_roster",
    "rubric_files.download_case_rubric",
    "rubric_files.download_rubric_csv",
    "rubric_files.download_rubric_toml",
    "rubric_files.download_rubric_workbook",
    "entries.download_paper_ballot",
    "entry_books.download_entry_workbook",
    "offline.download_offline_workbook",
    "rubric_papers.download_blank_ballot",
    "rubric_papers.download_rubric_pdf",
    "imports.show_import_progress",
    "newer.show_newer_marks",
    "plan_answers.show_newer_answers",
    "static",
    "unsent.show_refusal_reason",
    "vendor_table.download_vendor_table",
    "votes.download_sealed_vote",
}
# Pages that the demo has no address for; a test of its own looks at each.
ELSEWHERE = {
    "archives.show_redaction_form",
    "account.show_invitation",
    "committee.show_invitation_link",
    "committee.show_invited_person_form",
    "entry_books.show_entry_book_preview",
    "imports.show_columns",
    "imports.show_import_preview",
    "keeping.show_removal",
    "keeping.show_certificate",
    "letters.show_letter",
    "links.show_invitation_links",
    "motions.show_motion_correction",
    "needs.show_needs",
    "offline.show_offline_preview",
    "confirming.show_confirmation_form",
    "confirming.show_confirmation_link",
    "mailed_sign_in.show_link_request",
    "mailed_sign_in.show_sign_in_link",
    "own.show_new_address",
    "own_passkeys.show_app_end",
    "own_passkeys.show_new_passkey_form",
    "own_passkeys.show_passkey_end",
    "practice.show_practice_round_restart",
    "provider_sign_in.show_connect_form",
    "second_step.show_required_set_up",
    "second_step.show_second_step",
    "settlements.show_settlement_form",
    "vote_rounds.show_vote_reopening",
}
ALL, NEW = "all", "new"
OPEN = ("account.show_sign_in", "home.show_accessibility_statement")
SITE = (
    "home.show_home",
    "district.show_district",
    "library.show_library",
    "library.show_library_rubric",
    "accounts.show_accounts",
    "accounts.show_account",
    "accounts.show_new_account_form",
    "account_acts.show_account_act",
    "site.show_site",
    "site.show_site_mail",
    "site.show_site_settings",
    "keeping.show_records",
    "keeping.show_keeping_times",
    "keeping.show_hold_form",
    "keeping.show_proposal",
    "keeping.show_other_proposal",
    "chairs.show_chairs",
    "chairs.show_appointment_form",
)
ONLY = {ADMINISTRATOR: SITE, "": OPEN}  # what nobody else sees; the rest is looked at already
BALLOTS = ("ballots.show_own_ballot", "ballots.show_ballot_review")
CHOSEN = (
    "evaluations.show_overview",
    "results.show_matrix",
    "cell.show_cell",
    "results.show_scores",
)


def pages(app: Flask) -> dict[str, list[str]]:
    """Endpoint -> its addresses in the demo: in every evaluation, on one row of each kind."""
    with app.test_request_context():
        rules = [
            rule
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint not in FILES | ELSEWHERE
        ]
        found = {
            rule.endpoint: sorted(
                {
                    app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
                    for values in samples()
                }
            )
            for rule in rules
        }
        db.session.remove()
    return found


def samples() -> Iterator[dict[str, object]]:
    """What stands in an address: of each evaluation, one row of each kind."""
    for evaluation in db.session.scalars(select(Evaluation)):
        row: dict[str, object] = {
            "slug": evaluation.slug,
            "evaluation_id": evaluation.id,
            "kind": "mails",
            "act": "disable",
            "vendor_id": first(Vendor, evaluation),
            "criterion_id": first(Criterion, evaluation),
            "section_id": first(Section, evaluation),
            "member_id": of_reviewers(evaluation),
            "number": 1,  # of a vote on must-haves
            "user_id": of_anybody(),
            "rubric_id": 1,  # of the library
            "ballot_id": of_members(Ballot, evaluation, Ballot.state == BallotState.SUBMITTED),
            "declaration_id": of_members(
                Declaration, evaluation, Declaration.kind == DeclarationKind.CONFLICT
            ),
            "question_id": of_vendors(Question, evaluation, Question.answered_on.is_(None)),
            "asking_id": of_vendors(Asking, evaluation, Asking.question_id.is_(None)),
            "code": "causes",
            "line": "privacy",  # of the checklist of a purchase
            "item_id": first_of(ActionItem, evaluation),
            "review_id": first_of(HeldReview, evaluation),
            "measure_id": first_of(Measure, evaluation),
            "actual_id": first_of(Actual, evaluation),
            "commitment_id": of_vendors(Commitment, evaluation),
        }
        yield row
        begun = select(Mark.ballot_id)
        untouched = (Ballot.state == BallotState.OPEN) & Ballot.id.not_in(begun)
        other = of_members(Ballot, evaluation, untouched & ~Ballot.recused)
        yield {**row, "ballot_id": other, "code": "support"}
        yield from ({**row, "code": code} for code in ("goal", "rollout"))


def of_reviewers(evaluation: Evaluation) -> int:
    """The id of the first reviewer of an evaluation."""
    wanted = select(Member.id).where(Member.evaluation_id == evaluation.id, Member.is_reviewer)
    return db.session.scalars(wanted.order_by(Member.id)).first() or 0


def of_anybody() -> int:
    """The id of the first account."""
    return db.session.scalars(select(User.id).order_by(User.id)).first() or 0


def of_vendors(
    model: type[Question] | type[Asking] | type[Commitment],
    evaluation: Evaluation,
    *conditions: ColumnElement[bool],
) -> int:
    """The id of the first such row about an evaluation's vendors; 0 where there is none."""
    found = db.session.scalars(
        select(model.id)
        .join(Vendor, Vendor.id == model.vendor_id)
        .where(Vendor.evaluation_id == evaluation.id, *conditions)
        .order_by(model.id)
    ).first()
    return found or 0


def of_members(
    model: type[Ballot] | type[Declaration],
    evaluation: Evaluation,
    condition: ColumnElement[bool],
) -> int:
    """The id of the first such row of an evaluation's members; 0 where there is none."""
    found = db.session.scalars(
        select(model.id)
        .join(Member, Member.id == model.member_id)
        .where(Member.evaluation_id == evaluation.id, condition)
        .order_by(model.id)
    ).first()
    return found or 0


def first(model: type, evaluation: Evaluation) -> int:
    """The id of the first row of an evaluation."""
    found = db.session.scalars(
        select(model.id).where(model.evaluation_id == evaluation.id).order_by(model.id)
    ).first()
    assert found is not None
    return found


def first_of(
    model: type[ActionItem] | type[Measure] | type[Actual] | type[HeldReview],
    evaluation: Evaluation,
) -> int:
    """The id of the first such row of an evaluation; 0 where there is none."""
    wanted = select(model.id).where(model.evaluation_id == evaluation.id)
    return db.session.scalar(wanted.order_by(model.id)) or 0


def only(addresses: dict[str, list[str]], names: Collection[str]) -> list[str]:
    """The addresses of these endpoints."""
    assert set(names) <= addresses.keys()
    return [place for name in names for place in addresses[name]]


def there_for(app: Flask, email: str, places: Collection[str]) -> dict[str, str]:
    """Those of the pages that are there for this person; who may see what is tested elsewhere."""
    client = app.test_client()
    if email:
        sign_in(client, email)
    answers = {place: client.get(place) for place in places}
    assert {answer.status_code for answer in answers.values()} <= {200, 302, 303, 404}
    return {place: answer.text for place, answer in answers.items() if answer.status_code == 200}


def pages_of_everybody(
    app: Flask, addresses: dict[str, list[str]]
) -> dict[str, dict[str, list[str]]]:
    """By the e-mail address of who opens them: ALL pages that are there, and NEW ones of them.

    New is the first page of each name, and what is built of something that none before has.
    """
    everything = [place for places in addresses.values() for place in places]
    names = {place: name for name, places in addresses.items() for place in places}
    found: dict[str, dict[str, list[str]]] = {ALL: {}, NEW: {}}
    known: set[str] = set()
    for email in PEOPLE:
        wanted = only(addresses, ONLY[email]) if email in ONLY else everything
        pages = there_for(app, email, wanted)
        found[ALL][email], found[NEW][email] = list(pages), []
        for place, html in pages.items():
            parts = {names[place], *structure_of(html)}
            if not parts <= known:
                found[NEW][email].append(place)
                known |= parts
    return found
