"""What an import of marks would do: everything is read, nothing is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crrubric.domain.ballots.marks import MarkText
from crrubric.domain.errors import Stale
from crrubric.domain.exchange.drafts import DraftKind
from crrubric.domain.exchange.import_steps import ImportStep
from crrubric.domain.exchange.marks.guess import Known, guess_mapping
from crrubric.domain.exchange.marks.mapping import Layout, MarkMapping, read_mapping, write_mapping
from crrubric.domain.exchange.sheets import (
    SheetHead,
    find_header_cells,
    hash_headers,
    label_columns,
)
from crrubric.domain.record.chain import hash_text
from crrubric.domain.translation import N_
from crrubric.domain.versions import fingerprint_values
from crrubric.models import ColumnMapping, Evaluation
from crrubric.queries.people.access import Seat
from crrubric.queries.shared.reading import end_reading
from crrubric.services.exchange.field_tables import store_columns
from crrubric.services.exchange.filled_ballots import GivenBallots
from crrubric.services.exchange.mark_lines import MarkTable, read_heads
from crrubric.services.exchange.rosters import load_marked_cells, load_roster
from crrubric.services.exchange.scanning import (
    Cell,
    ImportSummary,
    MarkedCells,
    Roster,
    forget_mark,
    read_grounds,
    scan_marks,
)
from crrubric.services.exchange.table_sources import TableSource
from crrubric.services.shared.progress import SILENT, StepWatch


@dataclass(frozen=True, slots=True)
class ImportWishes:
    """What an import into an evaluation may do beside adding marks.

    add_new: reviewers and vendors that the evaluation doesn't have are added, and no mistakes;
    leave_open: ballots stay open for their reviewers to go on with; given: when the ballots were
    given to a chair who imports them, and that their reviewers have no conflict of interest.
    """

    add_new: bool = False
    leave_open: bool = False
    given: GivenBallots | None = None


AS_USUAL = ImportWishes()
LABEL = 16  # hex digits that stand for the label of a column
OTHER_PLAN = N_("Something changed since you looked: look again at what would be imported.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadParts:
    """What of a file is not read: sheets, and columns by their labels."""

    sheets: Sequence[str]
    columns: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What was read of a file, and what would be done with it."""

    table: MarkTable
    heads: Sequence[SheetHead]
    roster: Roster
    found: ImportSummary
    wishes: ImportWishes
    grounds: Sequence[object]

    def fingerprint(self) -> str:
        """What tells this plan from one that does something else."""
        rows = self.found.marked.rows
        return fingerprint_values(
            {
                "mapping": write_mapping(self.table.mapping),
                "wishes": [self.wishes.add_new, self.wishes.leave_open],
                "marks": self.found.marks,
                "bad": self.found.count_bad(),
                "ballots": sorted([str(who), str(of), row] for (who, of), row in rows.items()),
                "words": sorted(
                    [word, answer.value, count]
                    for (word, answer), count in self.found.words.items()
                ),
            }
        )

    def list_unread(self) -> UnreadParts:
        """What is not read; a column without a header only if something stands in it."""
        return list_unread_parts(self.heads, self.table.mapping)


def list_unread_parts(heads: Sequence[SheetHead], mapping: MarkMapping) -> UnreadParts:
    """What of a file is not read, as far as its first rows tell."""
    columns: dict[str, None] = {}
    for head in heads:
        if head.name in mapping.sheets:
            columns |= dict.fromkeys(
                label
                for label, _examples in list_filled_columns(head, mapping.header)
                if not mapping.columns.get(label)
            )
    unread = [head.name for head in heads if head.name not in mapping.sheets and head.rows]
    return UnreadParts(sheets=unread, columns=list(columns))


def list_filled_columns(head: SheetHead, header: int) -> list[tuple[str, list[str]]]:
    """Each column that has a header or something below it: its label, and what stands there."""
    cells = find_header_cells(head, header)
    below = [row for number, row in head.rows if number > header]
    found = []
    for place, label in enumerate(label_columns(cells)):
        filled = [row[place].strip() for row in below if place < len(row) and row[place].strip()]
        if cells[place].strip() or filled:
            found.append((label, list(dict.fromkeys(filled))))
    return found


def make_import_plan(
    session: Session,
    seat: Seat,
    source: TableSource,
    *,
    mapping: MarkMapping | None,
    wishes: ImportWishes,
    watch: StepWatch = SILENT,
    keep: Callable[[Cell, MarkText], None] = forget_mark,
    patience: int | None = None,
) -> ImportPlan:
    """Read the whole file, while nothing is held.

    Args: keep, patience: as `scan_marks` has them. Raises: InvalidPlaces for a header that can't be
    used; Invalid; RuntimeError inside a unit of work.
    """
    evaluation = seat.evaluation
    heads = read_heads(source)
    if mapping is None:
        roster = load_roster(session, seat, add_new=wishes.add_new)
        mapping = propose_mapping(session, evaluation, heads, roster)
    roster, stored = load_import_ground(session, seat, mapping, wishes)
    table = MarkTable(source, mapping)
    watch.begin_step(ImportStep.CHECK, table.count_lines())
    end_reading(session)  # a file can have a hundred thousand lines
    found = scan_marks(table, roster, stored, watch.advance, keep, patience=patience)
    return ImportPlan(
        table=table,
        heads=heads,
        roster=roster,
        found=found,
        wishes=wishes,
        grounds=read_grounds(roster, stored, found),
    )


def load_import_ground(
    session: Session, seat: Seat, mapping: MarkMapping, wishes: ImportWishes
) -> tuple[Roster, MarkedCells]:
    """Who and what the evaluation has, as the mapping understands names, and what is marked."""
    roster = load_roster(session, seat, add_new=wishes.add_new)
    roster.reviewers.understand(mapping.reviewers)
    roster.vendors.understand(mapping.vendors)
    stored = load_marked_cells(session, seat.evaluation)
    roster.begun |= {(who, of) for who, of in stored.rows if isinstance(who, int)}
    return roster, stored


def refuse_other_grounds(session: Session, seat: Seat, plan: ImportPlan) -> None:
    """Raise Stale if the file would be read otherwise by now; the file is not read again."""
    roster, stored = load_import_ground(session, seat, plan.table.mapping, plan.wishes)
    if read_grounds(roster, stored, plan.found) != plan.grounds:
        raise Stale(OTHER_PLAN)


def propose_mapping(
    session: Session,
    evaluation: Evaluation,
    heads: Sequence[SheetHead],
    roster: Roster,
    *,
    layout: Layout | None = None,
    header: int | None = None,
) -> MarkMapping:
    """As it was the last time with these headers; else as it is guessed.

    Args: layout, header: what somebody has said already. Raises: RuntimeError inside a unit of
    work: a workbook can have many columns on many sheets.
    """
    end_reading(session)
    guessed = guess_mapping(heads, make_known(roster), layout=layout, header=header)
    if layout is None and header is None:
        kept = session.get(
            ColumnMapping, (evaluation.district_id, DraftKind.MARKS, hash_mapping(heads, guessed))
        )
        if kept is not None:
            return _fit_to_file(
                read_mapping(kept.mapping), guessed, list_column_labels(heads, guessed)
            )
    return guessed


def _fit_to_file(kept: MarkMapping, guessed: MarkMapping, labels: Sequence[str]) -> MarkMapping:
    """Columns and words as they were; sheets, header and names are those of this file.

    Args: labels: of its columns, for each of which something else is remembered.
    """
    columns = {
        label: kept.columns[hide_label(label)]
        for label in labels
        if hide_label(label) in kept.columns
    }
    return MarkMapping(
        layout=kept.layout,
        columns={**guessed.columns, **columns},
        header=guessed.header,
        sheets=guessed.sheets,
        words=kept.words,
        keep_latest=kept.keep_latest,
    )


def hash_mapping(heads: Sequence[SheetHead], mapping: MarkMapping) -> str:
    """By what a file is known again: the headers of the first sheet that is read."""
    return hash_headers(list_column_labels(heads, mapping))


def list_column_labels(heads: Sequence[SheetHead], mapping: MarkMapping) -> list[str]:
    """The labels of the columns of the first sheet that is read."""
    head = next((head for head in heads if head.name in mapping.sheets), None)
    return label_columns(find_header_cells(head, mapping.header)) if head else []


def hide_label(label: str) -> str:
    """What stands for a label that is remembered: it can be the name of a reviewer."""
    return hash_text(label)[:LABEL]


def make_known(roster: Roster) -> Known:
    """What the evaluation has, for whoever guesses."""
    return Known(roster.find_criterion_code, roster.reviewers.is_known, roster.vendors.is_known)


def remember_mapping(session: Session, evaluation: Evaluation, plan: ImportPlan) -> None:
    """Propose these columns and words when such a file comes again in this district.

    Nobody's name is remembered, and no vendor's: it would outlive the evaluation.
    """
    mapping = plan.table.mapping
    key = (evaluation.district_id, DraftKind.MARKS, hash_mapping(plan.heads, mapping))
    kept = MarkMapping(
        layout=mapping.layout,
        columns={hide_label(label): role for label, role in mapping.columns.items()},
        words=mapping.words,
        keep_latest=mapping.keep_latest,
    )
    store_columns(session, key, write_mapping(kept))
