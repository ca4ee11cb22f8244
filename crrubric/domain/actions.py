"""What a person may be allowed to do; `policy.py` says who is, and when."""

from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum


class SiteAction(LabelledEnum):
    """What somebody may want to do that belongs to no evaluation."""

    CHANGE_DISTRICT = (
        "CHANGE_DISTRICT",
        N_("change name, time zone, language and logo of the district"),
    )
    APPOINT_CHAIR = "APPOINT_CHAIR", N_("make a committee member acting chair, with a reason")
    USE_LIBRARY = "USE_LIBRARY", N_("read the library of rubrics, begin with one, keep one there")
    MANAGE_ACCOUNTS = (
        "MANAGE_ACCOUNTS",
        N_("add and disable accounts, change their roles, start new passwords"),
    )
    MANAGE_SITE = "MANAGE_SITE", N_("read how the site does, its settings and its outbox")
    REMOVE_RECORDS = (
        "REMOVE_RECORDS",
        N_("set how long records are kept, hold one, propose and confirm its removal"),
    )


class Action(LabelledEnum):
    """What somebody may want to do in an evaluation; `policy.py` says who may, and when."""

    VIEW_EVALUATION = "VIEW_EVALUATION", N_("read the overview, rubric, vendors and committee")
    VIEW_PLAN = "VIEW_PLAN", N_("read the plan, try what triage says of a learner")
    SET_TRIAGE = "SET_TRIAGE", N_("set how triage reads a chance, keep what a roster came to")
    SET_SEATS = "SET_SEATS", N_("say how many learners are priced, and out of which fund")
    VIEW_WHOLE_PLAN = "VIEW_WHOLE_PLAN", N_("read every section of the planning workbook")
    ANSWER_PLAN = "ANSWER_PLAN", N_("fill in the sections of the workbook that are one’s own")
    MANAGE_PLAN = "MANAGE_PLAN", N_("fill in every section, ask others to fill or read one")
    VIEW_ITEMS = "VIEW_ITEMS", N_("read the action items")
    MOVE_ITEM = "MOVE_ITEM", N_("update the status of one’s own action items")
    MANAGE_ITEMS = "MANAGE_ITEMS", N_("add and change action items, and their status")
    VIEW_PURCHASE = "VIEW_PURCHASE", N_("read the purchase: its facts, its order, its checklist")
    MANAGE_PURCHASE = (
        "MANAGE_PURCHASE",
        N_("record the purchase: facts, days, what shows each line"),
    )
    EDIT_SETUP = "EDIT_SETUP", N_("change rubric, vendors, decision rule and dates")
    DELETE_EVALUATION = "DELETE_EVALUATION", N_("delete the evaluation before anybody scored")
    MANAGE_COMMITTEE = "MANAGE_COMMITTEE", N_("invite members, set who marks what")
    PRACTICE = "PRACTICE", N_("mark the made-up vendor of the practice round")
    VIEW_PRACTICE = "VIEW_PRACTICE", N_("read the practice round and, once it is over, all answers")
    RUN_PRACTICE = "RUN_PRACTICE", N_("end the practice round, or start it again")
    VIEW_VOTE = (
        "VIEW_VOTE",
        N_("read the vote on must-haves and, once it is closed, its counts"),
    )
    VOTE = "VOTE", N_("vote on must-haves")
    RUN_VOTE = "RUN_VOTE", N_("open and close the vote on must-haves, adopt what it proposes")
    CORRECT_RUBRIC = "CORRECT_RUBRIC", N_("correct a criterion after ballots opened")
    WITHDRAW_VENDOR = "WITHDRAW_VENDOR", N_("take a vendor out of the selection, or back in")
    ENTER_ON_BEHALF = "ENTER_ON_BEHALF", N_("enter a ballot given on paper or by phone")
    CONFIRM_BALLOT = "CONFIRM_BALLOT", N_("confirm one’s own ballot that somebody entered")
    CHANGE_PHASE = "CHANGE_PHASE", N_("move to the next phase, or one back")
    DECLARE = "DECLARE", N_("declare a conflict of interest, or that there is none")
    WAIVE_CONFLICT = "WAIVE_CONFLICT", N_("waive another member’s conflict of interest")
    VIEW_OWN_BALLOTS = "VIEW_OWN_BALLOTS", N_("read one’s own ballots")
    RECORD_MARK = "RECORD_MARK", N_("mark and submit one’s own ballots")
    ATTACH_TO_MARK = "ATTACH_TO_MARK", N_("attach files to one’s own marks")
    ATTACH_TO_VENDOR = "ATTACH_TO_VENDOR", N_("attach files to a vendor, or withdraw them")
    VIEW_WITHDRAWN_FILES = "VIEW_WITHDRAWN_FILES", N_("read files of vendors that were withdrawn")
    VIEW_EVIDENCE = "VIEW_EVIDENCE", N_("read the list of evidence")
    ASK_VENDOR = "ASK_VENDOR", N_("ask a vendor something, through the chair")
    VIEW_QUESTIONS = "VIEW_QUESTIONS", N_("read questions to vendors and their answers")
    MANAGE_QUESTIONS = "MANAGE_QUESTIONS", N_("write questions to vendors, record the answers")
    VIEW_PROGRESS = "VIEW_PROGRESS", N_("see how many marks and ballots are done")
    REOPEN_BALLOT = "REOPEN_BALLOT", N_("reopen a submitted ballot, with a reason")
    REMIND = "REMIND", N_("remind reviewers with open ballots")
    MOVE_CLOSING_DAY = "MOVE_CLOSING_DAY", N_("move the day on which scoring closes")
    VIEW_RESULTS = "VIEW_RESULTS", N_("read matrix, items, scores, agreement and comparison")
    VIEW_REVIEWERS = "VIEW_REVIEWERS", N_("compare one reviewer with another")
    TRY_WHAT_IF = "TRY_WHAT_IF", N_("try other weights, rules and committees on the result")
    EXPORT_RESULTS = "EXPORT_RESULTS", N_("download tallies and scores")
    EXPORT_MARKS = "EXPORT_MARKS", N_("download every mark with its reviewer")
    MAKE_ARCHIVE = (
        "MAKE_ARCHIVE",
        N_("make an archive of everything, and choose what a copy for the public leaves out"),
    )
    FOLLOW_MEETING = "FOLLOW_MEETING", N_("read the agenda and the minutes, follow the meeting")
    RUN_MEETING = "RUN_MEETING", N_("open and close the meeting, lead it through the agenda")
    RECORD_FINDING = (
        "RECORD_FINDING",
        N_("record what the committee finds on a criterion of a vendor"),
    )
    REINSTATE_VENDOR = "REINSTATE_VENDOR", N_("reinstate a vendor that is not eligible")
    OPEN_PRICES = "OPEN_PRICES", N_("open the sealed prices, once every item has a finding")
    RECORD_DECISION = "RECORD_DECISION", N_("record the recommendation")
    STATE_POSITION = "STATE_POSITION", N_("state one’s own position on the recommendation")
    MANAGE_COMMITMENTS = "MANAGE_COMMITMENTS", N_("record what the vendor promises, by when")
    RENEW_EVALUATION = "RENEW_EVALUATION", N_("start the next evaluation from this one")
    SET_RETENTION = "SET_RETENTION", N_("set the retention date and a legal hold")
    VIEW_MEMO = "VIEW_MEMO", N_("read and download the selection memo")
    ISSUE_MEMO = "ISSUE_MEMO", N_("issue the memo, or a correction of it")
    SET_MEMO_NAMES = (
        "SET_MEMO_NAMES",
        N_("choose whether the memo names people or gives their roles only"),
    )
    WRITE_MEMO = "WRITE_MEMO", N_("write the words of the memo about each vendor")
    VIEW_LETTERS = "VIEW_LETTERS", N_("read the letters to vendors that were not chosen")
    WRITE_LETTERS = "WRITE_LETTERS", N_("write what stands at the end of these letters")
    EXPORT_RUBRIC = "EXPORT_RUBRIC", N_("download the rubric, with what is left out of it")
    VIEW_JOURNAL = "VIEW_JOURNAL", N_("read the journal")
    IMPORT_MARKS = "IMPORT_MARKS", N_("import marks from a file")
