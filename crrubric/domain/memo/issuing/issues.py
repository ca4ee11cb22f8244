"""Issues of a memo: what is kept of one, and whether it still stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from crrubric.domain.foreseen import Foreseen, Remark, keep_remarks, make_list_remark
from crrubric.domain.people.zones import UNNAMED
from crrubric.domain.places import MendingPlace
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum


class MemoFormat(LabelledEnum):
    """In which file formats a memo is issued."""

    PDF = "PDF", N_("PDF")
    WORD = "WORD", N_("Word document")
    HTML = "HTML", N_("Web page")


ENDINGS: Mapping[MemoFormat, str] = {
    MemoFormat.PDF: ".pdf",
    MemoFormat.WORD: ".docx",
    MemoFormat.HTML: ".html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueStamp:
    """What a memo prints of its own issue: number, moment, by whom, and of a correction why.

    head: the newest hash of the journal that it covers; digest: SHA-256 of its web page, where it
    has been issued; basis: the hash of what its result rests on; nonce: drawn at random, so that
    nobody finds a word of it by trying what has its SHA-256. Both are empty if an older version
    issued it. logo: the SHA-256 of the district's logo in it; empty: it has none.
    """

    number: int
    at: datetime
    by: str
    language: str
    reason: str = ""
    head: str = ""
    digest: str = ""
    basis: str = ""
    nonce: str = ""
    logo: str = ""


class IssueState(Enum):
    """Whether an issue is the memo now."""

    STANDS = auto()
    REPLACED = auto()  # by the next one
    TAKEN_BACK = auto()  # with the decision that it tells of


def find_issue_states(
    decisions: Sequence[datetime], decided_at: datetime | None
) -> list[IssueState]:
    """What became of each issue.

    Args: decisions: of each, when the decision was made that it tells of, by number; decided_at:
    of the decision that stands, None if none does.
    """
    states = [IssueState.REPLACED] * len(decisions)
    if decisions:
        stands = decided_at is not None and decisions[-1] == decided_at
        states[-1] = IssueState.STANDS if stands else IssueState.TAKEN_BACK
    return states


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePlan:
    """What issuing is told by.

    number: of the issue that it would make; stands: whether the one before is of the decision that
    stands. head: the newest hash of the journal. without_position: how many of the reviewers
    stated none; doubts: of the decision; kept: whether it is set how long the record is kept;
    unconfirmed: whose ballot was entered for them and not confirmed; district_named: whether
    somebody said what the district is called.
    """

    number: int
    stands: bool
    recommended: str
    names_people: bool
    head: str
    reviewers: int
    without_position: int
    doubts: tuple[Remark, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    kept: bool = True
    district_named: bool = True


def foresee_issue(plan: IssuePlan) -> Foreseen:
    """What issuing the memo does, and what whoever does it should know before."""
    first = plan.number == 1
    effects = keep_remarks(
        [
            (
                True,
                Remark(
                    N_(
                        "Issue %(number)s is made as PDF, Word document and web page. The three"
                        " files and their SHA-256 are kept for good and never change."
                    ),
                    {"number": plan.number},
                ),
            ),
            (
                plan.recommended,
                Remark(N_("It recommends %(vendor)s to the board."), {"vendor": plan.recommended}),
            ),
            (not plan.recommended, Remark(N_("It recommends no vendor to the board."))),
            (
                not first,
                Remark(
                    N_(
                        "It replaces issue %(before)s and says so on its first page, with your"
                        " reason. Issue %(before)s can still be downloaded."
                    ),
                    {"before": plan.number - 1},
                ),
            ),
            (
                plan.names_people,
                Remark(N_("It names the members of the committee.")),
            ),
            (
                not plan.names_people,
                Remark(N_("It gives the roles of the members only, not their names.")),
            ),
            (True, Remark(N_("What is wrong in it later can be corrected by a new issue only."))),
            (
                plan.head,
                Remark(
                    N_("It covers the record up to the journal entry %(head)s."),
                    {"head": plan.head[:16]},
                ),
            ),
        ]
    )
    return Foreseen(effects, (*plan.doubts, *list_missing_parts(plan)))


def list_missing_parts(plan: IssuePlan) -> tuple[Remark, ...]:
    """What is still missing, and can or can't be made up for."""
    return keep_remarks(
        [
            (
                plan.number > 1 and not plan.stands,
                Remark(
                    N_("Issue %(before)s tells of a decision that was taken back."),
                    {"before": plan.number - 1},
                ),
            ),
            (
                plan.without_position,
                Remark(
                    N_("Reviewers who have stated no position: %(count)s of %(all)s."),
                    {"count": plan.without_position, "all": plan.reviewers},
                ),
            ),
            (
                plan.unconfirmed,
                make_list_remark(
                    N_("Ballots that were entered for these reviewers are not confirmed:"),
                    plan.unconfirmed,
                ),
            ),
            (
                not plan.district_named,
                Remark(
                    N_(
                        "Nobody has said what the district is called: the memo says “%(name)s”. An"
                        " administrator names it on the page District."
                    ),
                    {"name": UNNAMED},
                ),
            ),
            (
                not plan.kept,
                Remark(
                    N_("It is not set yet how long the record is kept."),
                    mended_at=MendingPlace.RETENTION,
                ),
            ),
        ]
    )
