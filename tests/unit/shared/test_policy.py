"""The policy table, enumerated completely: role x action -> the phases in which it is allowed."""

from itertools import product

import pytest

from crrubric.domain.actions import Action, SiteAction
from crrubric.domain.policy import POLICY, is_allowed, is_allowed_on_site, phases_of
from crrubric.domain.vocabulary import Phase, Role, Standing

# u set-up, p practice, s scoring, m meeting, d decided, a archived; in the order of the roles
TABLE = """
action            CHAIR   REVIEWER OBSERVER OPERATOR
VIEW_EVALUATION   upsmda  upsmda   upsmda   upsmda
VIEW_PLAN         upsmda  upsmda   upsmda   upsmda
SET_TRIAGE        upsmd   -        -        -
VIEW_WHOLE_PLAN   upsmda  -        -        -
ANSWER_PLAN       upsmd   upsmd    upsmd    -
SET_SEATS         upsm    -        -        -
MANAGE_PLAN       upsmd   -        -        -
VIEW_ITEMS        upsmda  upsmda   upsmda   -
MOVE_ITEM         upsmd   upsmd    upsmd    -
MANAGE_ITEMS      upsmd   -        -        -
EDIT_SETUP        up      -        -        up
DELETE_EVALUATION u       -        -        -
MANAGE_COMMITTEE  ups     -        -        ups
PRACTICE          -       p        -        -
VIEW_PRACTICE     p       p        p        -
RUN_PRACTICE      p       -        -        -
VIEW_VOTE         upsmda  upsmda   upsmda   -
VOTE              -       up       -        -
RUN_VOTE          up      -        -        -
CORRECT_RUBRIC    s       -        -        -
WITHDRAW_VENDOR   sm      -        -        -
ENTER_ON_BEHALF   s       -        -        -
CONFIRM_BALLOT    -       sm       -        -
CHANGE_PHASE      upsmda  -        -        ups
DECLARE           upsm    upsm     upsm     -
WAIVE_CONFLICT    upsm    -        -        -
VIEW_OWN_BALLOTS  -       smda     -        -
RECORD_MARK       -       s        -        -
ATTACH_TO_MARK    -       s        -        -
ATTACH_TO_VENDOR  upsmd   -        -        -
VIEW_WITHDRAWN_FILES upsmda -      -        -
VIEW_EVIDENCE     smda    smda     smda     -
ASK_VENDOR        -       s        -        -
VIEW_QUESTIONS    smda    smda     mda      mda
MANAGE_QUESTIONS  sm      -        -        -
VIEW_PROGRESS     smda    -        -        -
REOPEN_BALLOT     s       -        -        -
REMIND            s       -        -        s
MOVE_CLOSING_DAY  s       -        -        -
VIEW_RESULTS      mda     mda      mda      mda
VIEW_REVIEWERS    mda     -        -        mda
TRY_WHAT_IF       mda     -        -        mda
EXPORT_RESULTS    mda     mda      mda      mda
EXPORT_MARKS      mda     -        -        mda
FOLLOW_MEETING    mda     mda      mda      mda
RUN_MEETING       m       -        -        -
VIEW_PURCHASE     upsmda  mda      mda      mda
MANAGE_PURCHASE   upsmd   -        -        -
WRITE_MEMO        md      -        -        -
VIEW_LETTERS      da      -        -        -
WRITE_LETTERS     d       -        -        -
RECORD_FINDING    m       -        -        -
REINSTATE_VENDOR  m       -        -        -
OPEN_PRICES       md      -        -        -
RECORD_DECISION   m       -        -        -
STATE_POSITION    -       m        -        -
MANAGE_COMMITMENTS md     -        -        -
RENEW_EVALUATION  da      -        -        -
SET_RETENTION     da      -        -        -
SET_MEMO_NAMES    upsmd   -        -        -
ISSUE_MEMO        d       -        -        -
MAKE_ARCHIVE      da      -        -        da
VIEW_MEMO         mda     mda      mda      mda
EXPORT_RUBRIC     upsmda  -        -        upsmda
VIEW_JOURNAL      upsmda  -        -        upsmda
IMPORT_MARKS      s       -        -        sm
"""
LETTERS = dict(zip("upsmda", Phase, strict=True))


def expected() -> dict[tuple[Role, Action], set[Phase]]:
    header, *lines = TABLE.strip().splitlines()
    roles = [Role(name) for name in header.split()[1:]]
    table = {}
    for line in lines:
        action, *cells = line.split()
        for role, cell in zip(roles, cells, strict=True):
            table[role, Action(action)] = {LETTERS[letter] for letter in cell if letter != "-"}
    return table


def test_the_table_above_names_every_role_and_action():
    assert set(expected()) == set(product(Role, Action))


@pytest.mark.parametrize(("role", "action"), list(product(Role, Action)))
def test_a_role_may_act_exactly_when_the_table_says(role: Role, action: Action):
    allowed = {phase for phase in Phase if is_allowed([role], phase, action)}

    assert allowed == expected()[role, action]
    assert phases_of([role], action) == allowed


def test_nobody_may_do_anything_without_a_role():
    assert [a for a in Action for phase in Phase if is_allowed([], phase, a)] == []


def test_two_roles_may_do_what_either_may():
    both = [Role.CHAIR, Role.REVIEWER]

    for phase, action in product(Phase, Action):
        assert is_allowed(both, phase, action) == any(
            is_allowed([role], phase, action) for role in both
        )


def test_no_action_that_depends_on_marks_is_allowed_before_the_meeting():
    closed = {Phase.SETUP, Phase.PRACTICE, Phase.SCORING}
    about_marks = {
        Action.VIEW_RESULTS,
        Action.EXPORT_RESULTS,
        Action.EXPORT_MARKS,
        Action.VIEW_MEMO,
        Action.FOLLOW_MEETING,
        Action.RUN_MEETING,
        Action.RECORD_FINDING,
        Action.REINSTATE_VENDOR,
        Action.RECORD_DECISION,
    }

    assert [
        (role, action)
        for role in POLICY
        for action in about_marks
        if phases_of([role], action) & closed
    ] == []


def test_administrators_alone_change_the_site_and_organizers_use_the_library():
    allowed = {
        (standing, action)
        for standing, action in product(Standing, SiteAction)
        if is_allowed_on_site(standing, action)
    }

    assert allowed == {
        (Standing.ORGANIZER, SiteAction.USE_LIBRARY),
        *((Standing.ADMINISTRATOR, action) for action in SiteAction),
    }
