"""The checklist of a purchase: which lines are asked, what is recorded for them, how many are done.

What the record tells by itself is computed and not typed: declarations of interest, the moment when
the rule was fixed, the issued memo. A line that needs an amount is asked while the amount is not
known: it is better to read one line too many than to miss one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, clean_together
from crrubric.domain.foreseen import Remark
from crrubric.domain.procurement.computed_lines import BinderFacts, judge_computed_line
from crrubric.domain.procurement.line_states import EvidenceLevel, LineState
from crrubric.domain.procurement.rules import OWN, BinderLine, Bound
from crrubric.domain.procurement.thresholds import find_strictest
from crrubric.domain.text import clean_line, clean_text, require_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_plausible_day


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRecord:
    """What is recorded for a line. note: what shows it, or why it does not apply.

    title: of an own line alone. kept_at: a link, or the name of a file. vendor_id: whom it is
    about.
    """

    state: LineState = LineState.OPEN
    title: str = ""
    note: str = ""
    kept_at: str = ""
    done_on: date | None = None
    done_by: str = ""
    level: EvidenceLevel | None = None
    vendor_id: int | None = None


NOTHING = LineRecord()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLine:
    """A line with its state. remark: what is to be said of it, if anything.

    withheld: it is about a vendor from which the reader stays away: its record is not shown.
    """

    line: BinderLine
    state: LineState
    record: LineRecord = NOTHING
    remark: Remark | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Binder:
    """The checklist, and how far it is."""

    lines: tuple[CheckedLine, ...] = field(default=())

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(row.state is LineState.DONE for row in self.lines)

    @property
    def asked(self) -> int:
        """How many are asked: without those that do not apply."""
        return sum(row.state is not LineState.NOT_APPLICABLE for row in self.lines)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.done == self.asked


def list_asked_lines(lines: Iterable[BinderLine], facts: BinderFacts) -> list[BinderLine]:
    """The lines that this purchase is asked for, in their order.

    A line for certain methods is asked where one of them was chosen; a line for certain funds where
    one of them pays.
    """
    bounds = find_strictest(facts.limits)
    kinds = facts.purchase.list_fund_kinds()
    return [
        line
        for line in lines
        if (line.funds is None or line.funds & kinds)
        and (line.methods is None or facts.purchase.method in line.methods)
        and _is_above(line, facts, bounds)
    ]


def _is_above(line: BinderLine, facts: BinderFacts, bounds: Mapping[Bound, int]) -> bool:
    """Whether the amount is above that of the line; an amount that is not known may be."""
    above = line.above
    bound = bounds.get(above) if isinstance(above, Bound) else above
    return bound is None or facts.amount is None or facts.amount.cents > bound


def make_binder(
    lines: Iterable[BinderLine],
    facts: BinderFacts,
    records: Mapping[str, LineRecord],
    away: frozenset[int] = frozenset(),
) -> Binder:
    """The checklist of a purchase, the district's own lines last.

    Args: records: by code. away: vendors from which the reader stays away.
    """
    asked = list_asked_lines(lines, facts)
    own = [
        BinderLine(code=code, title=record.title)
        for code, record in records.items()
        if code.startswith(OWN)
    ]
    return Binder(
        tuple(_check_line(line, facts, records.get(line.code, NOTHING), away)
              for line in [*asked, *sorted(own, key=lambda line: number_own_line(line.code))])
    )  # fmt: skip


def number_own_line(code: str) -> int:
    """The number of an own line by its code; 0 of no such code."""
    number = code.removeprefix(OWN)
    return int(number) if code.startswith(OWN) and number.isdigit() else 0


def _check_line(
    line: BinderLine, facts: BinderFacts, record: LineRecord, away: frozenset[int]
) -> CheckedLine:
    if line.computed is not None:
        state, remark = judge_computed_line(line.computed, facts)
        return CheckedLine(line=line, state=state, remark=remark)
    if record.vendor_id is not None and record.vendor_id in away:
        return CheckedLine(line=line, state=record.state, withheld=True)
    chosen = facts.recommended_id
    if record.state is LineState.DONE and record.vendor_id and chosen not in (
        None, record.vendor_id,
    ):  # fmt: skip
        remark = Remark(N_("It was shown for another vendor than the one that is recommended."))
        return CheckedLine(line=line, state=LineState.OPEN, record=record, remark=remark)
    return CheckedLine(line=line, state=record.state, record=record)


def clean_line_record(record: LineRecord, line: BinderLine) -> LineRecord:
    """What was typed for a line, tidied. Raises: Invalid naming everything that is wrong."""
    tidy = clean_together(
        title=lambda: clean_own_title(record.title) if line.is_own else "",
        note=lambda: _clean_note(record, line),
        kept_at=lambda: clean_line(record.kept_at, limit=limits.LINK, field="kept_at"),
        done_by=lambda: clean_line(record.done_by, limit=limits.NAME, field="done_by"),
        done_on=lambda: (
            None if record.done_on is None
            else require_plausible_day(record.done_on, field="done_on")
        ),
        vendor=lambda: _check_vendor(record, line),
        level=lambda: _check_level(record, line),
    )  # fmt: skip
    return LineRecord(
        state=record.state,
        title=tidy["title"],
        note=tidy["note"],
        kept_at=tidy["kept_at"],
        done_on=record.done_on,
        done_by=tidy["done_by"],
        level=record.level if line.levels else None,
        vendor_id=record.vendor_id if line.of_vendor else None,
    )


def clean_own_title(title: str) -> str:
    """What the district asks of itself. Raises: Invalid."""
    text = require_text(
        title, N_("Say what is to be checked."), limit=limits.SHORT_TEXT, field="title"
    )
    return clean_line(text, limit=limits.SHORT_TEXT, field="title")


def _clean_note(record: LineRecord, line: BinderLine) -> str:
    if record.state is LineState.NOT_APPLICABLE:
        missing = N_("Say why it does not apply.")
        return require_text(record.note, missing, limit=limits.NOTE, field="note")
    if record.state is LineState.DONE:
        missing = N_("Say what shows it: whoever asks a year later has only these words.")
        if line.levels:
            missing = N_("Name the study that shows this level.")
        return require_text(record.note, missing, limit=limits.NOTE, field="note")
    return clean_text(record.note, limit=limits.NOTE, field="note")


def _check_vendor(record: LineRecord, line: BinderLine) -> None:
    typed = record.state is LineState.DONE or any((record.note, record.kept_at, record.level))
    if line.of_vendor and typed and record.vendor_id is None:
        raise Invalid(N_("Choose the vendor that it is about."), field="vendor")


def _check_level(record: LineRecord, line: BinderLine) -> None:
    if line.levels and record.state is LineState.DONE and record.level is None:
        raise Invalid(N_("Choose the level of evidence."), field="level")


def name_next_own_line(codes: Sequence[str]) -> str:
    """The code of the next own line. Raises: Invalid if there are as many as there may be."""
    numbers = [number_own_line(code) for code in codes if code.startswith(OWN)]
    if len(numbers) >= limits.PURCHASE_LINES:
        raise Invalid(
            N_("A checklist holds at most %(most)s lines of your own."), most=limits.PURCHASE_LINES
        )
    return f"{OWN}{max(numbers, default=0) + 1}"


def serialize_line(record: LineRecord) -> dict[str, object]:
    """What is recorded, as the journal keeps it and as the form compares it."""
    return {
        "title": record.title,
        "state": record.state.value,
        "note": record.note,
        "kept at": record.kept_at,
        "done on": record.done_on.isoformat() if record.done_on else None,
        "done by": record.done_by,
        "level": record.level.value if record.level else None,
        "vendor_id": record.vendor_id,
    }
