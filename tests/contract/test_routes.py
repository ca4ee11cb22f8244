"""Every route declares who may pass, and the table below says the same."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType

import pytest
from flask import Flask
from werkzeug.routing import Rule

from crrubric.app import create_app
from crrubric.domain.actions import Action, SiteAction
from crrubric.web.shared.access import PUBLIC, SIGNED_IN, check_route_access

# endpoint -> who may pass: anybody, whoever is signed in, or whom the policy allows the action
TABLE = """
account.judge_invited_password public
account.save_new_password public
account.show_session public
account.submit_sign_in public
account.show_invitation public
account.show_sign_in public
account.submit_sign_out signed in
accounts.make_account_link MANAGE_ACCOUNTS
account_acts.save_account_act MANAGE_ACCOUNTS
account_acts.show_account_act MANAGE_ACCOUNTS
accounts.save_new_account MANAGE_ACCOUNTS
accounts.show_new_account_form MANAGE_ACCOUNTS
accounts.send_account_link MANAGE_ACCOUNTS
accounts.show_account MANAGE_ACCOUNTS
accounts.show_accounts MANAGE_ACCOUNTS
across.show_criterion_across_ballots RECORD_MARK
agreement.show_agreement VIEW_RESULTS
answers.show_set_aside_form MANAGE_QUESTIONS
answers.show_question MANAGE_QUESTIONS
answers.save_question_words MANAGE_QUESTIONS
answers.save_answer MANAGE_QUESTIONS
answers.save_set_aside_reason MANAGE_QUESTIONS
answers.save_question_withdrawal MANAGE_QUESTIONS
askings.save_asking ASK_VENDOR
askings.show_ask_form ASK_VENDOR
assets.serve_plotly_script public
assets.serve_script public
assets.serve_style public
assignment.save_assignments_by_lead MANAGE_COMMITTEE
assignment.show_assignment_form MANAGE_COMMITTEE
assignment.show_assignments_by_lead MANAGE_COMMITTEE
assignment.show_assignments MANAGE_COMMITTEE
assignment.save_assignment MANAGE_COMMITTEE
ballots.show_own_ballot VIEW_OWN_BALLOTS
ballots.show_own_ballots VIEW_OWN_BALLOTS
ballots.show_ballot_review VIEW_OWN_BALLOTS
ballots.save_mark RECORD_MARK
ballots.download_sealed_ballot VIEW_OWN_BALLOTS
ballots.submit_ballot_form RECORD_MARK
cell.show_cell_panel VIEW_RESULTS
cell.save_finding RECORD_FINDING
cell.show_cell VIEW_RESULTS
cell.save_finding_withdrawal RECORD_FINDING
closing.show_closing_form MOVE_CLOSING_DAY
chairs.save_appointment APPOINT_CHAIR
chairs.show_appointment_form APPOINT_CHAIR
chairs.show_chairs APPOINT_CHAIR
closing.save_closing_day MOVE_CLOSING_DAY
committee.save_invited_person MANAGE_COMMITTEE
committee.show_invited_person_form MANAGE_COMMITTEE
committee.save_seat MANAGE_COMMITTEE
committee.show_seat_form MANAGE_COMMITTEE
committee.show_committee VIEW_EVALUATION
committee.save_invitation MANAGE_COMMITTEE
committee.renew_invitation_link MANAGE_COMMITTEE
committee.save_seat_removal MANAGE_COMMITTEE
committee.show_invitation_link MANAGE_COMMITTEE
corrections.save_correction CORRECT_RUBRIC
corrections.show_correction_form CORRECT_RUBRIC
corrections.show_vendor_selection WITHDRAW_VENDOR
corrections.save_vendor_selection WITHDRAW_VENDOR
decision.save_commitment MANAGE_COMMITMENTS
decision.show_decision VIEW_RESULTS
decision.save_decision RECORD_DECISION
decision.save_position STATE_POSITION
decision.save_commitment_withdrawal MANAGE_COMMITMENTS
declarations.show_declaration_form DECLARE
declarations.show_conflict WAIVE_CONFLICT
declarations.save_all_declarations DECLARE
declarations.save_conflict_retraction DECLARE
declarations.save_conflict_words DECLARE
declarations.save_declaration DECLARE
declarations.show_all_declarations DECLARE
declarations.save_waiver WAIVE_CONFLICT
district.save_district CHANGE_DISTRICT
district.save_logo CHANGE_DISTRICT
district.save_logo_removal CHANGE_DISTRICT
district.show_district CHANGE_DISTRICT
district.show_logo public
entries.download_paper_ballot ENTER_ON_BEHALF
entries.save_confirmation CONFIRM_BALLOT
entries.save_dispute RECORD_MARK
entries.save_entry ENTER_ON_BEHALF
entries.show_entry_form ENTER_ON_BEHALF
entries.show_paper_ballot ENTER_ON_BEHALF
entry_books.discard_entry_workbook ENTER_ON_BEHALF
entry_books.download_entry_workbook ENTER_ON_BEHALF
entry_books.show_entry_book_page ENTER_ON_BEHALF
entry_books.show_entry_book_preview ENTER_ON_BEHALF
entry_books.take_entry_workbook ENTER_ON_BEHALF
entry_books.upload_entry_workbook ENTER_ON_BEHALF
deletion.save_deletion DELETE_EVALUATION
deletion.show_deletion DELETE_EVALUATION
evaluations.show_facts_form EDIT_SETUP
evaluations.show_overview VIEW_EVALUATION
evaluations.save_phase CHANGE_PHASE
evaluations.show_phase_change CHANGE_PHASE
evaluations.show_progress VIEW_PROGRESS
evaluations.save_reopening REOPEN_BALLOT
evaluations.show_reopen_form REOPEN_BALLOT
evaluations.show_retention_form SET_RETENTION
evaluations.show_rule VIEW_EVALUATION
evaluations.save_facts EDIT_SETUP
evaluations.save_retention SET_RETENTION
evaluations.save_rule EDIT_SETUP
evidence.download_mark_file VIEW_EVIDENCE
evidence.show_evidence_register VIEW_EVIDENCE
exports.download_abstentions EXPORT_MARKS
exports.download_evidence VIEW_EVIDENCE
exports.download_findings EXPORT_RESULTS
exports.download_journal VIEW_JOURNAL
exports.download_marks EXPORT_MARKS
exports.download_motions FOLLOW_MEETING
exports.download_questions_and_answers VIEW_QUESTIONS
exports.download_vendor_list VIEW_EVALUATION
exports.show_downloads VIEW_EVALUATION
exports.download_workbook EXPORT_RESULTS
exports.download_results EXPORT_RESULTS
exports.download_scores EXPORT_RESULTS
exports.download_tallies EXPORT_RESULTS
files.upload_mark_file ATTACH_TO_MARK
files.upload_vendor_file ATTACH_TO_VENDOR
files.show_mark_files VIEW_OWN_BALLOTS
files.show_vendor_files VIEW_EVALUATION
files.download_own_file VIEW_OWN_BALLOTS
files.save_file_removal ATTACH_TO_MARK
files.download_vendor_file VIEW_EVALUATION
files.save_file_prices ATTACH_TO_VENDOR
files.save_file_withdrawal ATTACH_TO_VENDOR
help.show_help public
home.show_accessibility_statement public
home.save_new_evaluation signed in
monitoring.show_health public
site.show_site MANAGE_SITE
site.show_site_mail MANAGE_SITE
site.show_site_settings MANAGE_SITE
site.submit_test_mail MANAGE_SITE
monitoring.show_liveness public
monitoring.show_metrics public
home.show_home signed in
home.show_terms public
home.show_new_evaluation_form signed in
imports.discard_mark_file IMPORT_MARKS
imports.save_columns IMPORT_MARKS
imports.show_columns IMPORT_MARKS
imports.show_import_page IMPORT_MARKS
imports.show_import_preview IMPORT_MARKS
imports.show_import_progress IMPORT_MARKS
imports.take_mark_file IMPORT_MARKS
imports.upload_import_file IMPORT_MARKS
journal.show_journal VIEW_JOURNAL
language.save_language public
meeting.save_price_opening OPEN_PRICES
needs.show_needs VIEW_RESULTS
meeting.save_undisputed_motion RECORD_FINDING
meeting.save_attendance RUN_MEETING
meeting.save_deferral RECORD_FINDING
meeting.save_meeting_end RUN_MEETING
motions.save_motion_correction RECORD_FINDING
motions.show_motion_correction RECORD_FINDING
meeting.show_price_opening OPEN_PRICES
committee.show_seat_removal MANAGE_COMMITTEE
vendors.show_vendor_removal EDIT_SETUP
library.download_library_version USE_LIBRARY
library.save_kept_rubric EXPORT_RUBRIC
library.show_keeping_form EXPORT_RUBRIC
library.show_library USE_LIBRARY
library.show_library_rubric USE_LIBRARY
links.save_links_renewal MANAGE_COMMITTEE
links.show_invitation_links MANAGE_COMMITTEE
links.show_links_renewal MANAGE_COMMITTEE
practice.show_practice_round_end RUN_PRACTICE
practice.show_practice_round_restart RUN_PRACTICE
search.show_search VIEW_EVALUATION
sections.show_section_form EDIT_SETUP
sections.show_section_removal EDIT_SETUP
sections.save_section EDIT_SETUP
several.save_several_invitations MANAGE_COMMITTEE
several.save_several_vendors EDIT_SETUP
several.show_several_people MANAGE_COMMITTEE
several.show_several_vendors EDIT_SETUP
sections.save_section_removal EDIT_SETUP
weights.show_weights EDIT_SETUP
weights.save_weights EDIT_SETUP
meeting.show_agenda FOLLOW_MEETING
meeting.save_motion RUN_MEETING
meeting.show_current_cell FOLLOW_MEETING
meeting.show_minutes FOLLOW_MEETING
minutes_papers.download_minutes_pdf FOLLOW_MEETING
minutes_papers.download_minutes_word FOLLOW_MEETING
meeting.put_cell_on_screen RUN_MEETING
meeting.save_meeting_start RUN_MEETING
meeting.show_screen_step FOLLOW_MEETING
projector.show_projected_cell FOLLOW_MEETING
projector.show_projected_screen FOLLOW_MEETING
memo.download_memo_html VIEW_MEMO
memo.download_memo_markdown VIEW_MEMO
memo.show_memo VIEW_MEMO
archives.download_archive MAKE_ARCHIVE
archives.save_redaction MAKE_ARCHIVE
archives.save_redaction_withdrawal MAKE_ARCHIVE
archives.show_archive MAKE_ARCHIVE
archives.show_redaction_form MAKE_ARCHIVE
archives.show_texts MAKE_ARCHIVE
issues.download_issue VIEW_MEMO
issues.save_issue ISSUE_MEMO
issues.show_issue_form ISSUE_MEMO
naming.save_names SET_MEMO_NAMES
naming.show_names_form SET_MEMO_NAMES
forgotten.send_forgotten_password_link public
forgotten.show_forgotten_password public
unsent.show_refusal_reason signed in
unsent.show_unsent_words signed in
own_sign_in.save_app_begin signed in
own_sign_in.save_app_code signed in
own_sign_in.save_end_of_other_sessions signed in
own_sign_in.save_recovery_codes signed in
own_sign_in.save_session_end signed in
own_sign_in.save_two_steps_off signed in
own_sign_in.show_app_set_up signed in
own_sign_in.show_own_sign_in signed in
own_sign_in.show_recovery_codes signed in
own_sign_in.show_two_steps_off_form signed in
own_sign_in.save_identity_end signed in
provider_sign_in.begin_provider_sign_in public
provider_sign_in.finish_provider_sign_in public
provider_sign_in.save_connection public
provider_sign_in.show_connect_form public
confirming.begin_provider_confirmation signed in
confirming.issue_confirmation_challenge signed in
confirming.save_link_confirmation signed in
confirming.send_own_confirmation_link signed in
confirming.show_confirmation_link signed in
confirming.save_password_confirmation signed in
confirming.save_key_confirmation signed in
confirming.show_confirmation_form signed in
key_sign_in.issue_required_challenge public
key_sign_in.issue_sign_in_challenge public
key_sign_in.issue_step_challenge public
key_sign_in.save_required_key public
key_sign_in.submit_key_sign_in public
key_sign_in.submit_key_step public
mailed_sign_in.save_acceptance_without_password public
mailed_sign_in.send_sign_in_link public
mailed_sign_in.show_link_request public
mailed_sign_in.show_sign_in_link public
mailed_sign_in.submit_sign_in_link public
own_passkeys.issue_new_challenge signed in
own_passkeys.save_app_end signed in
own_passkeys.save_new_passkey signed in
own_passkeys.save_passkey_end signed in
own_passkeys.show_app_end signed in
own_passkeys.show_new_passkey_form signed in
own_passkeys.show_passkey_end signed in
second_step.save_required_set_up public
second_step.show_required_set_up public
second_step.show_second_step public
second_step.submit_second_step public
own.judge_own_password signed in
own.save_news_dismissal signed in
own.save_new_address signed in
own.save_own_address signed in
own.save_own_name signed in
own.save_own_password signed in
own.show_new_address signed in
own.save_own_reminders signed in
own.show_own_account signed in
own.show_own_address_form signed in
own.show_own_password_form signed in
memo.download_memo_pdf VIEW_MEMO
purchase.save_own_line MANAGE_PURCHASE
purchase.show_purchase VIEW_PURCHASE
purchase_facts.save_purchase_days MANAGE_PURCHASE
purchase_facts.save_purchase_facts MANAGE_PURCHASE
purchase_facts.show_purchase_days MANAGE_PURCHASE
purchase_facts.show_purchase_facts MANAGE_PURCHASE
purchase_lines.save_purchase_line MANAGE_PURCHASE
purchase_lines.show_purchase_line MANAGE_PURCHASE
narratives.show_narratives WRITE_MEMO
narratives.show_vendor_narratives WRITE_MEMO
narratives.save_narratives WRITE_MEMO
keeping.save_hold REMOVE_RECORDS
keeping.save_keeping_times REMOVE_RECORDS
keeping.save_other_proposal REMOVE_RECORDS
keeping.save_proposal REMOVE_RECORDS
keeping.save_removal REMOVE_RECORDS
keeping.save_removal_withdrawal REMOVE_RECORDS
keeping.show_certificate REMOVE_RECORDS
keeping.show_hold_form REMOVE_RECORDS
keeping.show_keeping_times REMOVE_RECORDS
keeping.show_other_proposal REMOVE_RECORDS
keeping.show_proposal REMOVE_RECORDS
keeping.show_records REMOVE_RECORDS
keeping.show_removal REMOVE_RECORDS
letters.show_letters VIEW_LETTERS
letters.save_letter_words WRITE_LETTERS
letters.show_letter VIEW_LETTERS
letters.download_letter_html VIEW_LETTERS
letters.download_letter_pdf VIEW_LETTERS
letters.download_letter_word VIEW_LETTERS
memo.download_memo_word VIEW_MEMO
newer.show_newer_marks VIEW_OWN_BALLOTS
offline.discard_offline_workbook RECORD_MARK
offline.download_offline_workbook RECORD_MARK
offline.show_offline_page RECORD_MARK
offline.show_offline_preview RECORD_MARK
offline.take_offline_workbook RECORD_MARK
offline.upload_offline_workbook RECORD_MARK
notices.save_notice_dismissal VIEW_EVALUATION
notices.save_notice_dismissals VIEW_EVALUATION
practice.save_practice_round_restart RUN_PRACTICE
practice.save_own_practice_finish PRACTICE
practice.show_practice VIEW_PRACTICE
settlements.save_settlement RUN_VOTE
settlements.show_settlement_form RUN_VOTE
votes.download_sealed_vote VIEW_VOTE
votes.save_vote VOTE
vote_rounds.save_vote_closing RUN_VOTE
vote_rounds.save_vote_opening RUN_VOTE
vote_rounds.save_vote_reopening RUN_VOTE
votes.show_closed_vote VIEW_VOTE
votes.show_vote VIEW_VOTE
votes.show_vote_ballot VOTE
vote_rounds.show_vote_closing RUN_VOTE
vote_rounds.show_vote_opening RUN_VOTE
vote_rounds.show_vote_reopening RUN_VOTE
votes.show_vote_review VOTE
votes.submit_own_vote VOTE
practice.save_practice_mark PRACTICE
practice.save_practice_round_end RUN_PRACTICE
questions.show_questions_to_copy MANAGE_QUESTIONS
questions.show_questions VIEW_QUESTIONS
questions.save_merged_question MANAGE_QUESTIONS
questions.show_new_question_form MANAGE_QUESTIONS
questions.save_questions_sent MANAGE_QUESTIONS
questions.download_questions MANAGE_QUESTIONS
questions.save_new_question MANAGE_QUESTIONS
reinstatements.save_reinstatement REINSTATE_VENDOR
reinstatements.save_reinstatement_withdrawal REINSTATE_VENDOR
reminders.show_reminder_form REMIND
reminders.submit_reminders REMIND
results.show_comparison VIEW_RESULTS
results.show_matrix VIEW_RESULTS
results.show_scores VIEW_RESULTS
rubric.save_new_criterion EDIT_SETUP
rubric.save_new_section EDIT_SETUP
rubric.save_criterion EDIT_SETUP
rubric.move_criterion_down EDIT_SETUP
rubric.show_criterion_form EDIT_SETUP
rubric.show_rubric VIEW_EVALUATION
rubric_files.download_case_rubric EXPORT_RUBRIC
rubric_files.download_rubric_csv EXPORT_RUBRIC
rubric_files.download_rubric_toml EXPORT_RUBRIC
rubric_files.download_rubric_workbook EXPORT_RUBRIC
rubric_files.save_rubric_file EDIT_SETUP
rubric_files.show_rubric_file EXPORT_RUBRIC
rubric_papers.download_blank_ballot VIEW_EVALUATION
rubric_papers.download_rubric_pdf VIEW_EVALUATION
rubric.show_new_criterion_form EDIT_SETUP
rubric.move_criterion_up EDIT_SETUP
style.show_style_guide public
costs.show_vendor_cost VIEW_EVALUATION
further_prices.save_further_prices EDIT_SETUP
further_prices.show_further_prices EDIT_SETUP
seats.save_seats SET_SEATS
seats.show_seats VIEW_PLAN
vendors.save_new_vendor EDIT_SETUP
vendors.save_vendor EDIT_SETUP
vendors.show_vendor_form EDIT_SETUP
vendor_table.download_vendor_table EDIT_SETUP
vendors.show_vendors VIEW_EVALUATION
vendors.show_new_vendor_form EDIT_SETUP
vendors.save_vendor_removal EDIT_SETUP
rosters.place_whole_roster VIEW_PLAN
calendar_link.save_calendar_link signed in
calendar_link.save_calendar_link_end signed in
calendar_link.show_own_calendar signed in
calendars.download_evaluation_dates VIEW_EVALUATION
calendars.download_own_dates signed in
calendars.show_calendar_feed public
cohorts.read_pasted_cohort SET_TRIAGE
cohorts.save_adoption SET_TRIAGE
cohorts.save_cohort SET_TRIAGE
cohorts.show_adoption SET_TRIAGE
cohorts.show_cohort SET_TRIAGE
kept.save_counts SET_TRIAGE
kept.save_venues SET_TRIAGE
kept.show_counts_form SET_TRIAGE
kept.show_kept_counts VIEW_PLAN
lines.restore_guide_line SET_TRIAGE
lines.save_points SET_TRIAGE
lines.show_line VIEW_PLAN
rosters.download_sample_roster VIEW_PLAN
item_board.show_item_board VIEW_ITEMS
item_edits.save_item MANAGE_ITEMS
item_edits.save_item_state MOVE_ITEM
item_edits.save_new_item MANAGE_ITEMS
item_edits.show_item_form MANAGE_ITEMS
item_edits.show_item_state MOVE_ITEM
item_edits.show_new_item_form MANAGE_ITEMS
items.save_taken_items MANAGE_ITEMS
items.show_action_items VIEW_ITEMS
items.show_item_proposals MANAGE_ITEMS
promises.save_commitment_state MANAGE_COMMITMENTS
promises.show_commitment_state MANAGE_COMMITMENTS
renewals.save_renewal RENEW_EVALUATION
renewals.show_earlier_record VIEW_EVALUATION
renewals.show_renewal RENEW_EVALUATION
measure_edits.save_actual_correction ANSWER_PLAN
measure_edits.save_measure ANSWER_PLAN
measure_edits.save_new_actual ANSWER_PLAN
measure_edits.save_new_measure ANSWER_PLAN
measure_edits.show_actual_correction ANSWER_PLAN
measure_edits.show_measure_form ANSWER_PLAN
measure_edits.show_new_actual_form ANSWER_PLAN
measure_edits.show_new_measure_form ANSWER_PLAN
measures.download_actuals VIEW_PLAN
measures.save_taken_measures ANSWER_PLAN
measures.show_measure_proposals ANSWER_PLAN
measures.show_measures VIEW_PLAN
reviews.save_new_review ANSWER_PLAN
reviews.save_review ANSWER_PLAN
reviews.show_new_review_form ANSWER_PLAN
reviews.show_review_form ANSWER_PLAN
plan_answers.save_plan_answer ANSWER_PLAN
plan_answers.show_newer_answers VIEW_PLAN
hints.save_hint EDIT_SETUP
hints.show_hints EDIT_SETUP
plan_people.save_plan_people MANAGE_PLAN
plan_people.show_plan_people MANAGE_PLAN
plan_sections.save_goal_check ANSWER_PLAN
plan_sections.save_plan_section ANSWER_PLAN
plan_sections.show_plan_section VIEW_PLAN
plan_versions.save_restored_version ANSWER_PLAN
plan_versions.show_plan_versions VIEW_PLAN
workbook.show_plan VIEW_PLAN
printed_plan.show_printed_plan VIEW_PLAN
triage.place_one_learner VIEW_PLAN
triage.show_triage VIEW_PLAN
what_if.show_what_if TRY_WHAT_IF
"""
HEAVY = {
    "pandas",
    "plotly",
    "openpyxl",
    "docx",
    "xlsxwriter",
    "typst",
    "pypdf",
    "fontTools",
    "authlib",
    "alembic",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app({"INSTANCE": str(tmp_path_factory.mktemp("routes")), "TESTING": True})


def test_every_route_has_the_access_that_the_table_says(app: Flask):
    declared = {
        rule.endpoint: app.view_functions[rule.endpoint].access
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    }

    assert declared == dict(line.split(maxsplit=1) for line in TABLE.strip().splitlines())


def test_every_declared_access_exists(app: Flask):
    known = {PUBLIC, SIGNED_IN, *SiteAction, *Action}

    assert {line.split(maxsplit=1)[1] for line in TABLE.strip().splitlines()} <= known


def test_the_app_does_not_start_with_a_route_without_declared_access(tmp_path: Path):
    app = create_app({"INSTANCE": str(tmp_path), "TESTING": True})
    app.add_url_rule("/open-door", "open_door", lambda: "come in")

    with pytest.raises(RuntimeError, match="open_door"):
        check_route_access(app)


def test_creating_the_app_imports_no_heavy_package(tmp_path: Path):
    script = (
        "import sys\n"
        "from crrubric.app import create_app\n"
        f"create_app({{'INSTANCE': {str(tmp_path)!r}}})\n"
        "print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert HEAVY & set(done.stdout.split()) == set()


def test_addresses_are_compiled_when_somebody_asks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    compiled: list[str] = []
    compile_one = Rule._get_func_code

    def note(code: CodeType, name: str) -> Callable[..., tuple[str, str]]:
        compiled.append(name)
        return compile_one(code, name)

    monkeypatch.setattr(Rule, "_get_func_code", staticmethod(note))
    app = create_app({"INSTANCE": str(tmp_path), "TESTING": True})
    own = [name for name in compiled if "static" not in name]

    with app.test_request_context():
        twice = [app.url_for("results.show_matrix", slug="a b") for _ in range(2)]

    assert own == []
    assert twice == ["/evaluations/a%20b/matrix"] * 2
    assert len(compiled) == 2 + 1
