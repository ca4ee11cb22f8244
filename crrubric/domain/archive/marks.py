"""The marks, sealed texts and issued memos that a journal tells of, to be held against those of an
archive."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crrubric.domain.archive.basis import LETTER_OF, CellKey
from crrubric.domain.events import Event
from crrubric.domain.memo.issuing.issues import ENDINGS
from crrubric.domain.record.entries import BY_BALLOT, ROW

FINAL = ("DECIDED", "ARCHIVED")
UNKNOWN = "?"  # what a withheld entry tells: any letter fits


@dataclass(kw_only=True, slots=True)
class ToldMarks:
    """What the entries of a journal tell of marks, oldest first, and the hashes of kept files.

    partial: some marks came out of a file and are not told one by one.
    """

    letters: dict[CellKey, str] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)  # path -> SHA-256
    memos: dict[str, str] = field(default_factory=dict)  # path -> SHA-256
    basis: str = ""  # the hash of what the result rests on, by the memo that stands
    partial: bool = False
    hidden: bool = False  # an entry is withheld as a whole: it may tell of any mark

    def take_entry(self, content: Mapping[str, Any] | None) -> None:
        """Take in the next entry. Raises: LookupError, TypeError or ValueError for another form."""
        if content is None:
            self.hidden = True
            return
        self._take_mark(content)
        self._take_memo(content)
        self.sealed.update(_list_sealed_texts(content))

    def _take_mark(self, content: Mapping[str, Any]) -> None:
        """Take in what an entry tells of marks."""
        event, after = content["event"], content["after"]
        cell = (content["member_id"], content["vendor_id"], content["criterion_id"])
        if event == Event.MARK_RECORDED:
            self.letters[cell] = _find_letter(after)
        elif event == Event.MARK_SET_ASIDE:
            self.letters.pop(cell, None)
        elif event == Event.BALLOT_IMPORTED:
            for criterion, mark in after[ROW]["marks"]:
                self.letters[cell[0], cell[1], criterion] = _find_letter(mark)
        elif event == Event.MARKS_IMPORTED and not (after.get(ROW) or {}).get(BY_BALLOT):
            self.partial = True

    def _take_memo(self, content: Mapping[str, Any]) -> None:
        """Take in an issued memo; if the decision is taken back, it says no longer what is so."""
        if content["event"] == Event.MEMO_ISSUED:
            self.memos.update(_list_memo_files(content))
            self.basis = content["after"].get("basis", "")
        elif content["event"] == Event.PHASE_CHANGED and content["after"]["phase"] not in FINAL:
            self.basis = ""

    def fits(self, cell: CellKey, letter: str) -> bool:
        """Whether a cell of the basis can have this letter."""
        told = self.letters.get(cell)
        if told is None:
            return letter in "MS" or self.partial or self.hidden
        return told in (letter, UNKNOWN)


def _find_letter(mark: Mapping[str, Any]) -> str:
    answer = mark["answer"]
    return UNKNOWN if answer is None else LETTER_OF[answer]


def _list_memo_files(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, SHA-256) of the files of an issued memo."""
    number = int(content["subject"])
    for form, ending in ENDINGS.items():
        yield f"memo/issue-{number}{ending}", content["after"][form.value.lower()]


def _list_sealed_texts(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, SHA-256) of the sealed texts of which an entry tells."""
    event = content["event"]
    told = content["after"] or content["before"] or {}
    member = content["member_id"]
    if event == Event.VOTE_CLOSED:
        for row in (told.get(ROW) or {}).get("sealed", ()):
            yield name_sealed_vote(told["vote"], row["member"], row["number"]), row["receipt"]
    elif not isinstance(told.get("receipt"), str):
        return
    elif event.startswith("BALLOT_"):
        path = name_sealed_ballot(member, content["vendor_id"], told["number"])
        yield path, told["receipt"]
    elif event.startswith("VOTE_"):
        yield name_sealed_vote(told["vote"], member, told["number"]), told["receipt"]


def name_sealed_ballot(member: int, vendor: int, number: int) -> str:
    """Where a sealed ballot lies in an archive, by ids and the number of the seal."""
    return f"ballots/sealed/m{member}-v{vendor}-{number}.json"


def name_sealed_vote(vote: int, member: int, number: int) -> str:
    """Where sealed answers in a vote on must-haves lie in an archive."""
    return f"votes/sealed/n{vote}-m{member}-{number}.json"
