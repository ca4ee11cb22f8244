"""Roles instead of names: every field of the facts is on a list, every member has one label."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime

import pytest

from crrubric.domain.ballots.blindness import LateChange
from crrubric.domain.documents.tree import Bullets, Document, DocumentStatus, Heading, Table
from crrubric.domain.meeting import minutes_paper
from crrubric.domain.memo import facts, meeting_facts, plan_facts
from crrubric.domain.memo.issuing import issues
from crrubric.domain.memo.issuing.issues import IssueState, find_issue_states
from crrubric.domain.memo.issuing.roles import (
    OWNERS,
    PERSONS,
    NamedMember,
    NameFinder,
    RoleBook,
    find_names,
    hide_people,
    label_members,
)
from crrubric.domain.memo.meeting_facts import MemoPosition, MemoSitting
from crrubric.domain.procurement import binder, purchase, rules, thresholds
from crrubric.domain.vocabulary import PositionKind, Stakeholder

# texts of the facts that hold no person: typed words, names of vendors, codes, our own words
NO_PERSON = """
IssueStamp.basis IssueStamp.digest IssueStamp.logo
IssueStamp.head IssueStamp.language IssueStamp.nonce IssueStamp.reason LateChange.vendor
MemoAppointment.reason MemoBlindness.away MemoChangedConflict.now MemoChangedConflict.reason
MemoChangedConflict.vendor MemoChangedConflict.words MemoCommitment.vendor MemoCommitment.words
MemoDeparture.name MemoDeparture.reason MemoEarlierDecision.reason MemoEarlierDecision.vendor
MemoEntries.vendor MemoFacts.district MemoFacts.documents MemoFacts.fund
MemoFacts.journal_head MemoFacts.basis_hash
MemoFacts.language MemoFacts.purpose MemoFacts.reference MemoFacts.rubric_name
MemoFacts.rubric_version MemoFacts.seats_note MemoFacts.title MemoHint.reason MemoImport.file
MemoItem.vendor MemoItem.words
MemoMeasure.baseline MemoMeasure.last MemoMeasure.target MemoMeasure.words
MemoMotionCorrection.reason MemoMotionText.words MemoNote.criterion MemoNote.evidence
MemoNote.note MemoNote.vendor MemoOpening.codes MemoOpening.vendors MemoPerson.roles
MemoPosition.words MemoPrices.returned MemoQuestion.answer MemoQuestion.criterion
MemoQuestion.title MemoQuestion.vendor MemoQuestion.words MemoRecommendation.conditions
MemoRecommendation.cost_ceiling MemoRecommendation.reason MemoRecommendation.term
MemoRecommendation.vendor MemoRecusal.reason MemoRecusal.vendor MemoRecusal.waiver
MemoReinstatement.lifted MemoReinstatement.reason MemoReinstatement.vendor MemoRenewal.broken
MemoRenewal.kept MemoRenewal.left MemoRenewal.name MemoRenewal.title MemoRenewal.unmet
MemoRenewal.vendor MemoReturn.reason MemoRevision.changed MemoRevision.reason MemoRevision.title
MemoSitting.place MemoVendor.code MemoVendor.name MemoVendor.product MemoVendor.version
MemoVoteLine.reason MemoVoteLine.title MemoFacts.kept_back
MinutesFacts.district MinutesFacts.language MinutesFacts.title
SettledItem.agreed SettledItem.criterion SettledItem.evidence SettledItem.reason SettledItem.vendor
AppliedLimit.source BinderLine.code BinderLine.evidence BinderLine.source BinderLine.title
BinderLine.why FederalThreshold.source FundShare.name LineRecord.kept_at LineRecord.note
LineRecord.title OwnLimit.source PurchaseDays.board_motion PurchaseFacts.estimate_note
PurchaseFacts.method_reason PurchaseFacts.solicitation
"""

MEMBERS = (
    NamedMember(stakeholder=Stakeholder.TEACHER, names=("Ana Ruiz", "Ana Soto")),
    NamedMember(stakeholder=Stakeholder.PARENT, names=("Bo Li",)),
    NamedMember(stakeholder=Stakeholder.TEACHER, names=("Mark O’Neil",), present=False),
)


def test_every_text_of_the_facts_is_on_a_list():
    """A new one would print a name where roles were chosen."""
    found = set()
    told_by = (
        facts, meeting_facts, plan_facts, minutes_paper, issues, binder, purchase, rules,
        thresholds,
    )  # fmt: skip
    for module in told_by:
        for _name, kind in inspect.getmembers(module, inspect.isclass):
            if kind is LateChange or kind.__module__ == module.__name__:
                told = getattr(kind, "__dataclass_fields__", {}).values()
                found |= {
                    f"{kind.__name__}.{field.name}"
                    for field in told
                    if "str" in str(field.type) and "Mapping" not in str(field.type)
                }
    persons = {
        f"{kind.__name__}.{name}" for table in (PERSONS, OWNERS) for kind, names in table.items()
        for name in names
    }  # fmt: skip
    of_paper = {name for name in found if name.startswith("IssuePlan.")}

    assert sorted(found - of_paper - persons - set(NO_PERSON.split())) == []
    assert sorted((set(NO_PERSON.split()) | persons) - found) == []
    assert persons & set(NO_PERSON.split()) == set()
    for kind, names in (*PERSONS.items(), *OWNERS.items()):
        assert names <= {field.name for field in fields(kind)}


def test_members_of_one_kind_are_counted_and_one_alone_is_not():
    assert label_members(MEMBERS, str) == ["Teacher 1", "Parent", "Teacher 2"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ana Ruiz", "Teacher 1"),
        ("ana  soto", "Teacher 1"),
        ("Bo Li", "Parent"),
        ("Somebody Else", "A member of the committee"),
        ("Site Admin", "An administrator"),
        ("operator", "operator"),
        ("", ""),
    ],
)
def test_a_person_is_found_by_every_name_that_they_had(typed: str, shown: str):
    book = RoleBook(MEMBERS, ["Site Admin", "operator"], str)

    assert book.hide_person(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Bo Li", "Parent"),
        ("IT department", "IT department"),
        ("Ruiz, for IT", "A member of the committee"),
        ("Site Admin or deputy", "An administrator"),
    ],
)
def test_an_office_that_watches_over_a_promise_stays(typed: str, shown: str):
    assert RoleBook(MEMBERS, ["Site Admin"], str).hide_owner(typed) == shown


def test_two_members_of_one_name_are_not_taken_for_one():
    twins = [
        NamedMember(stakeholder=kind, names=("Ana Ruiz",))
        for kind in (Stakeholder.TEACHER, Stakeholder.PARENT)
    ]

    assert RoleBook(twins, [], str).hide_person("Ana Ruiz") == "Teacher / Parent"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("As BO LI said", "BO LI"),
        ("Ruiz was against it", "Ruiz"),
        ("Mark it well", "Mark"),  # one too many is read, one too few is printed
        ("We mark it well", None),
        ("Until Mark 30, 2027", None),  # a month that is a name as well
        ("Ruizian", None),
        ("Bo", None),  # two letters are too often a word
    ],
)
def test_names_are_found_in_texts(text: str, name: str | None):
    match = NameFinder(MEMBERS).find(text)

    assert (match.group() if match else None) == name


def test_what_is_found_says_where_each_text_once():
    paper = Document(
        title="Memo",
        subtitle="District",
        status=DocumentStatus.DRAFT,
        stamp="DRAFT",
        organization="District",
        language="en",
        on=datetime(2027, 1, 1, tzinfo=UTC).date(),
        page_label="",
        blocks=(
            Heading(1, "1. Recommendation"),
            Bullets(("Bo Li is against it.", "Nothing.")),
            Heading(1, "2. Dissent"),
            Heading(2, "More"),
            Table("Votes", ("Who", "What"), (("1", "Bo Li is against it."), ("2", "Ruiz"))),
        ),
    )

    found = [(row.section, row.name, row.excerpt) for row in find_names(paper, MEMBERS)]

    assert found == [
        ("1. Recommendation", "Bo Li", "Bo Li is against it."),
        ("2. Dissent", "Ruiz", "Ruiz"),
    ]


THEN = datetime(2027, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "make",
    [
        lambda name: LateChange(name, "Vendor", THEN),
        lambda name: facts.MemoLateBallot(LateChange(name, "Vendor", THEN), date(2027, 3, 12)),
        lambda name: facts.MemoRecusal(name=name, vendor="Vendor", reason="I own shares."),
        lambda name: facts.MemoEntries(name, "Vendor", 1),
        lambda name: MemoPosition(
            name=name,
            stakeholder=Stakeholder.TEACHER,
            kind=PositionKind.SUPPORT,
            words="",
        ),
    ],
)
def test_rows_by_name_stand_in_the_order_of_roles(make: Callable[[str], object]):
    book = RoleBook(MEMBERS, [], str)

    told = [
        hide_people(tuple(map(make, names)), book)
        for names in (["Bo Li", "Ana Ruiz"], ["Ana Ruiz", "Bo Li"])
    ]

    assert told[0] == told[1]
    assert told[0][0] == make("Teacher 1")


def test_names_in_a_row_stand_in_the_order_of_roles():
    sitting = MemoSitting(
        opened_at=THEN, closed_at=None, place="", present=("Bo Li", "Ana Ruiz"), motions=()
    )

    assert hide_people(sitting, RoleBook(MEMBERS, [], str)).present == ("Teacher 1", "Parent")


def test_which_issue_is_in_force_follows_from_the_decision_that_it_tells_of():
    first, second = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)

    assert find_issue_states([], first) == []
    assert find_issue_states([first, first], first) == [IssueState.REPLACED, IssueState.STANDS]
    assert find_issue_states([first], second) == [IssueState.TAKEN_BACK]
    assert find_issue_states([first], None) == [IssueState.TAKEN_BACK]
