"""What an offline workbook would change, against what the portal has now."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from crrubric.domain.ballots.marks import MarkText, serialize_mark
from crrubric.domain.ballots.offline.books import (
    ClosedReason,
    ClosedVendor,
    OfflineBallot,
    OfflineCriterion,
    OwnBallots,
)
from crrubric.domain.ballots.offline.filled import (
    CellProblem,
    FilledBallot,
    FilledBook,
    FilledRow,
    find_column,
)
from crrubric.domain.ballots.offline.stamps import StampedBallot
from crrubric.domain.errors import Invalid, NotReady
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values

CHOOSE_ONE = N_("%(vendor)s, %(title)s: choose which of the two answers counts.")
SAY_WHETHER = N_("%(title)s: say whether your answers still hold.")


class Side(StrEnum):
    """Which of two answers counts."""

    FILE = "file"
    PORTAL = "portal"


class Holding(StrEnum):
    """Whether answers to a criterion that was reworded since still hold."""

    TAKE = "take"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineChange:
    """One answer of the file that is another one than the portal's.

    newer: the portal's was given after the file was made; reworded: the criterion asks something
    else since.
    """

    ballot_id: int
    vendor_id: int
    vendor: str
    criterion: OfflineCriterion
    text: MarkText
    newer: bool
    reworded: bool

    @property
    def key(self) -> str:
        """How controls of a page call it."""
        return f"{self.ballot_id}-{self.criterion.id}"

    @property
    def old(self) -> MarkText | None:
        """What the portal has."""
        return self.criterion.mark


@dataclass(frozen=True, slots=True)
class ShutBallot:
    """A vendor of which nothing is taken, or not everything, and why."""

    vendor: str
    reason: ClosedReason
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflinePreview:
    """All that taking the file would do. same: rows that say what the portal says already."""

    changes: tuple[OfflineChange, ...]
    shut: tuple[ShutBallot, ...]
    same: int
    missing: tuple[str, ...]

    def list_conflicts(self) -> list[OfflineChange]:
        """The changes for which somebody has to choose."""
        return [change for change in self.changes if change.newer]

    def list_reworded(self) -> list[OfflineCriterion]:
        """The criteria that ask something else since, each once, in their order."""
        found = {each.criterion.id: each.criterion for each in self.changes if each.reworded}
        return sorted(found.values(), key=lambda row: row.number)

    def group_by_vendor(self) -> list[tuple[OfflineChange, ...]]:
        """The changes of each vendor that has some."""
        ballots = dict.fromkeys(change.ballot_id for change in self.changes)
        return [tuple(x for x in self.changes if x.ballot_id == ballot) for ballot in ballots]

    def fingerprint(self) -> str:
        """The version of what it says: another one if any mark, wording or ballot is another."""
        told: dict[str, object] = {
            each.key: (each.criterion.version, each.criterion.wording, serialize_mark(each.text))
            for each in self.changes
        }
        told["shut"] = [(each.vendor, each.reason, each.rows) for each in self.shut]
        return fingerprint_values(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineChoices:
    """What somebody chose on the preview. sides: by `OfflineChange.key`; holding: by criterion."""

    sides: Mapping[str, Side]
    holding: Mapping[int, Holding]


def is_sheet_of(stamped: StampedBallot, own: OfflineBallot | ClosedVendor) -> bool:
    """Whether a sheet was made of this ballot of the same reviewer.

    What counts is the vendor: ballots that were taken away and issued again can have each other's
    numbers. A file of an older version tells of the vendor by its name alone.
    """
    if stamped.vendor_id:
        return stamped.vendor_id == own.vendor_id
    return (stamped.ballot_id, stamped.vendor) == (own.ballot_id, own.vendor)


def find_opened_ballot(stamped: StampedBallot, own: OwnBallots) -> OfflineBallot | None:
    """The ballot of a sheet, if it can be filled in."""
    return next((each for each in own.opened if is_sheet_of(stamped, each)), None)


def _explain_shut_ballot(stamped: StampedBallot, own: OwnBallots) -> ClosedReason:
    found = (each.reason for each in own.closed if is_sheet_of(stamped, each))
    return next(found, ClosedReason.GONE)


def compare_with_portal(book: FilledBook, own: OwnBallots) -> OfflinePreview:
    """Row by row: what is new, what is another answer, what can't be taken any more."""
    changes: list[OfflineChange] = []
    shut: list[ShutBallot] = []
    same = 0
    for filled in book.ballots:
        ballot = find_opened_ballot(filled.stamped, own)
        same += len(filled.stamped.rows) - len(filled.rows)
        if ballot is None:
            if filled.rows:
                why = _explain_shut_ballot(filled.stamped, own)
                shut.append(ShutBallot(filled.stamped.vendor, why, len(filled.rows)))
            continue
        found = list(_compare_rows(filled, ballot))
        changes += [change for change in found if change.text != change.old]
        same += sum(change.text == change.old for change in found)
        if lost := len(filled.rows) - len(found):
            shut.append(ShutBallot(ballot.vendor, ClosedReason.NOT_ASKED, lost))
    return OfflinePreview(changes=tuple(changes), shut=tuple(shut), same=same, missing=book.missing)


def _compare_rows(filled: FilledBallot, ballot: OfflineBallot) -> Iterator[OfflineChange]:
    """The rows of criteria that are still asked, whether they change something or not."""
    asked = {row.id: row for row in ballot.iterate_criteria()}
    for row in filled.rows:
        criterion = asked.get(row.stamped.criterion_id)
        if criterion is None:
            continue
        text = row.text
        if row.silent and criterion.mark:  # an empty answer leaves the answer as it is
            text = replace(text, answer=criterion.mark.answer)
        yield OfflineChange(
            ballot_id=ballot.ballot_id,
            vendor_id=ballot.vendor_id,
            vendor=ballot.vendor,
            criterion=criterion,
            text=text,
            newer=criterion.version != row.stamped.version and criterion.mark is not None,
            reworded=criterion.wording != row.stamped.wording,
        )


def check_filled_rows(
    book: FilledBook, own: OwnBallots, check: Callable[[OfflineCriterion, MarkText], None]
) -> Iterator[CellProblem]:
    """What is wrong with a row for a reason that the file does not know.

    Args: check: raises Invalid for a mark that the criterion can't have.
    """
    for filled, row, criterion in _match_rows(book, own):
        try:
            check(criterion, row.text)
        except Invalid as error:
            cell = row.find_cell(find_column(error))
            yield CellProblem(filled.stamped.sheet, cell, error)


def _match_rows(
    book: FilledBook, own: OwnBallots
) -> Iterable[tuple[FilledBallot, FilledRow, OfflineCriterion]]:
    """Every filled row of an open ballot with its criterion."""
    for filled in book.ballots:
        ballot = find_opened_ballot(filled.stamped, own)
        asked = {row.id: row for row in ballot.iterate_criteria()} if ballot else {}
        for row in filled.rows:
            if row.stamped.criterion_id in asked:
                yield filled, row, asked[row.stamped.criterion_id]


def choose_changes(preview: OfflinePreview, choices: OfflineChoices) -> list[OfflineChange]:
    """The changes that are taken, as somebody chose.

    Raises: NotReady naming each choice that is missing by the control for it.
    """
    problems = [
        Invalid(SAY_WHETHER, title=row.title, field=f"holding-{row.id}")
        for row in preview.list_reworded()
        if row.id not in choices.holding
    ]
    problems += [
        Invalid(
            CHOOSE_ONE,
            vendor=each.vendor,
            title=each.criterion.title,
            field=f"side-{each.key}",
        )
        for each in preview.list_conflicts()
        if each.key not in choices.sides and not _stays_out(each, choices)
    ]
    if problems:
        raise NotReady(N_("Something is still to be chosen."), problems)
    return [each for each in preview.changes if _is_chosen(each, choices)]


def _is_chosen(change: OfflineChange, choices: OfflineChoices) -> bool:
    if _stays_out(change, choices):
        return False
    return not change.newer or choices.sides[change.key] is Side.FILE


def _stays_out(change: OfflineChange, choices: OfflineChoices) -> bool:
    """Whether somebody said that answers to the old words don't hold."""
    held = choices.holding.get(change.criterion.id)
    return change.reworded and held is Holding.LEAVE
