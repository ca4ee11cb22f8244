"""Every route declares who may pass, and the table below says the same."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from crrubric.app import create_app
from crrubric.domain.actions import Action
from crrubric.web.shared.access import PUBLIC, SIGNED_IN, check_declarations

# endpoint -> who may pass: anybody, whoever is signed in, or whom the policy allows the action
TABLE = """
account.accept public
account.alive public
account.enter public
account.invitation public
account.sign_in public
account.sign_out signed in
across.criterion RECORD_MARK
agreement.index VIEW_RESULTS
answers.asking MANAGE_QUESTIONS
answers.question MANAGE_QUESTIONS
answers.reword MANAGE_QUESTIONS
answers.save MANAGE_QUESTIONS
answers.set_aside MANAGE_QUESTIONS
answers.withdraw MANAGE_QUESTIONS
askings.ask ASK_VENDOR
askings.new ASK_VENDOR
assets.plotly public
assignment.by_lead MANAGE_COMMITTEE
assignment.edit MANAGE_COMMITTEE
assignment.index MANAGE_COMMITTEE
assignment.save MANAGE_COMMITTEE
ballots.ballot VIEW_OWN_BALLOTS
ballots.index VIEW_OWN_BALLOTS
ballots.review VIEW_OWN_BALLOTS
ballots.save_mark RECORD_MARK
ballots.sealed VIEW_OWN_BALLOTS
ballots.submit RECORD_MARK
cell.aside VIEW_RESULTS
cell.find RECORD_FINDING
cell.show VIEW_RESULTS
cell.withdraw RECORD_FINDING
closing.ask MOVE_CLOSING_DAY
closing.move MOVE_CLOSING_DAY
committee.change MANAGE_COMMITTEE
committee.edit MANAGE_COMMITTEE
committee.index VIEW_EVALUATION
committee.invite MANAGE_COMMITTEE
committee.link MANAGE_COMMITTEE
committee.remove MANAGE_COMMITTEE
committee.shown MANAGE_COMMITTEE
corrections.correct CORRECT_RUBRIC
corrections.criterion CORRECT_RUBRIC
corrections.selection WITHDRAW_VENDOR
corrections.withdraw WITHDRAW_VENDOR
decision.commit MANAGE_COMMITMENTS
decision.index VIEW_RESULTS
decision.save RECORD_DECISION
decision.state STATE_POSITION
decision.withdraw MANAGE_COMMITMENTS
declarations.ask DECLARE
declarations.conflict WAIVE_CONFLICT
declarations.save DECLARE
declarations.waive WAIVE_CONFLICT
entries.confirm CONFIRM_BALLOT
entries.dispute RECORD_MARK
entries.enter ENTER_ON_BEHALF
entries.new ENTER_ON_BEHALF
evaluations.facts EDIT_SETUP
evaluations.journal VIEW_JOURNAL
evaluations.overview VIEW_EVALUATION
evaluations.phase CHANGE_PHASE
evaluations.progress VIEW_PROGRESS
evaluations.put_away VIEW_EVALUATION
evaluations.reopen REOPEN_BALLOT
evaluations.reopening REOPEN_BALLOT
evaluations.retention SET_RETENTION
evaluations.rule VIEW_EVALUATION
evaluations.save_facts EDIT_SETUP
evaluations.save_retention SET_RETENTION
evaluations.save_rule EDIT_SETUP
evidence.file VIEW_EVIDENCE
evidence.index VIEW_EVIDENCE
exports.marks EXPORT_MARKS
exports.results EXPORT_RESULTS
exports.scores EXPORT_RESULTS
exports.tallies EXPORT_RESULTS
files.attach_to_mark ATTACH_TO_MARK
files.attach_to_vendor ATTACH_TO_VENDOR
files.of_mark VIEW_OWN_BALLOTS
files.of_vendor VIEW_EVALUATION
files.own_file VIEW_OWN_BALLOTS
files.remove ATTACH_TO_MARK
files.vendor_file VIEW_EVALUATION
files.withdraw ATTACH_TO_VENDOR
home.accessibility public
home.create signed in
home.health public
home.index signed in
home.new signed in
language.choose public
meeting.adopt RECORD_FINDING
meeting.attendance RUN_MEETING
meeting.defer RECORD_FINDING
meeting.end RUN_MEETING
meeting.index FOLLOW_MEETING
meeting.move RUN_MEETING
meeting.now FOLLOW_MEETING
meeting.record FOLLOW_MEETING
meeting.show RUN_MEETING
meeting.start RUN_MEETING
meeting.where FOLLOW_MEETING
memo.html VIEW_MEMO
memo.preview VIEW_MEMO
memo.word VIEW_MEMO
practice.again RUN_PRACTICE
practice.finish PRACTICE
practice.index VIEW_PRACTICE
practice.save PRACTICE
practice.show RUN_PRACTICE
questions.copy MANAGE_QUESTIONS
questions.index VIEW_QUESTIONS
questions.merge MANAGE_QUESTIONS
questions.new MANAGE_QUESTIONS
questions.send MANAGE_QUESTIONS
questions.text MANAGE_QUESTIONS
questions.write MANAGE_QUESTIONS
reinstatements.reinstate REINSTATE_VENDOR
reinstatements.withdraw REINSTATE_VENDOR
reminders.preview REMIND
reminders.send REMIND
results.compare VIEW_RESULTS
results.matrix VIEW_RESULTS
results.scores VIEW_RESULTS
rubric.add EDIT_SETUP
rubric.add_section EDIT_SETUP
rubric.change EDIT_SETUP
rubric.down EDIT_SETUP
rubric.edit EDIT_SETUP
rubric.index VIEW_EVALUATION
rubric.new EDIT_SETUP
rubric.up EDIT_SETUP
style.index public
vendors.add EDIT_SETUP
vendors.change EDIT_SETUP
vendors.edit EDIT_SETUP
vendors.index VIEW_EVALUATION
vendors.new EDIT_SETUP
vendors.remove EDIT_SETUP
what_if.index TRY_WHAT_IF
"""
HEAVY = {"pandas", "plotly", "openpyxl", "docx", "xlsxwriter", "typst", "authlib", "alembic"}


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


def test_every_access_is_a_known_one(app: Flask):
    known = {PUBLIC, SIGNED_IN, *Action}

    assert {line.split(maxsplit=1)[1] for line in TABLE.strip().splitlines()} <= known


def test_the_app_does_not_start_with_a_route_that_declares_nothing(tmp_path: Path):
    app = create_app({"INSTANCE": str(tmp_path), "TESTING": True})
    app.add_url_rule("/open-door", "open_door", lambda: "come in")

    with pytest.raises(RuntimeError, match="open_door"):
        check_declarations(app)


def test_creating_the_app_loads_nothing_heavy(tmp_path: Path):
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
