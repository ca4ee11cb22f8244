"""The cells of a row of the matrix as HTML, written once for each distinct value of a page."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import pgettext
from markupsafe import Markup, escape

from crrubric.domain.results.results import Cell, Key, Results
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Outcome
from crrubric.models import Vendor
from crrubric.web.results.cell_parts import (
    SYMBOLS,
    format_vote_numbers,
    format_votes,
    outcome_class_of,
    render_outcome,
    render_votes,
)
from crrubric.web.results.matrix_view import CellDisplay

FLAG = Markup(' <span class="flag"><span aria-hidden="true">%s</span> %s</span>')
MUTE = Markup(' <span class="flag"><span aria-hidden="true">%s</span><span class="unseen">%s</span></span>')  # fmt: skip # noqa: E501
SHORT = Markup('<span aria-hidden="true">%s <small>%s</small>%s</span><span class="unseen">%s</span>')  # fmt: skip # noqa: E501
LINE = Markup('<span class="outcome %s"><span aria-hidden="true">%s</span>&#160;<span>%s</span></span> <span aria-hidden="true"><span>%s</span>%s</span><span class="unseen">%s</span>')  # fmt: skip # noqa: E501
ABBREVIATED = Markup('<span aria-hidden="true">%s</span><span class="unseen">%s</span>')
EXPERT, DIVIDED, ADOPTED = "⚑", "≠", "✎"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRowSettings:
    """How the cells of a page are written.

    begin, between, end: the address of a cell is begin, vendor id, between, criterion id, end.
    experts: cells in which who speaks for the field says otherwise. away: ids of vendors whose
    cells are not for the reader: they have no address. current: (vendor id, criterion id).
    """

    results: Results
    vendors: Sequence[tuple[str, Vendor]]
    begin: str
    between: str
    end: str
    experts: Collection[Key] = ()
    away: Collection[int] = ()
    display: CellDisplay = CellDisplay.FULL
    current: tuple[int, int] | None = None


def make_row_writer(rows: MatrixRowSettings) -> Callable[[str, int], Markup]:
    """A function that writes one `td` for each vendor, given code and id of the criterion."""
    between, end = escape(rows.between), escape(rows.end)
    vendors = [
        (code, vendor.id, f'<a href="{escape(rows.begin)}{vendor.id}{between}')
        for code, vendor in rows.vendors
    ]
    inside = WRITERS[rows.display]
    told = TranslationCache()
    parts: dict[tuple[object, ...], tuple[str, str]] = {}

    def write(code: str, id_: int) -> Markup:
        written = []
        for vendor, vendor_id, start in vendors:
            cell = rows.results.cells[vendor, code]
            expert = (vendor, code) in rows.experts
            key = (cell.tally, cell.resolution.reason, cell.finding, cell.adopted is None, expert)
            if key not in parts:
                opening = f'<td class="cell {outcome_class_of(cell.finding)}">'
                parts[key] = opening, f"{inside(cell, expert, told)}</a></td>"
            opening, closing = parts[key]
            if vendor_id in rows.away:
                written.append(f"{opening}<a>{closing}")
                continue
            here = ' aria-current="true"' if (vendor_id, id_) == rows.current else ""
            written.append(f'{opening}{start}{id_}{end}"{here}>{closing}')
        return Markup("".join(written))  # noqa: S704  # each part is escaped above

    return write


class TranslationCache(dict[str, str]):
    """Words in the reader's language, looked up once a page: a matrix has thousands of cells.

    short: outcomes where a column has little room, in a language in which they are long.
    """

    def __init__(self) -> None:
        super().__init__()
        self.short = {
            Outcome.MET: pgettext("in a narrow column", "Met"),
            Outcome.NOT_MET: pgettext("in a narrow column", "Not met"),
            Outcome.UNRESOLVED: pgettext("in a narrow column", "Unresolved"),
            Outcome.NOT_APPLICABLE: pgettext("in a narrow column", "N/A"),
        }

    def __missing__(self, text: str) -> str:
        found = self[text] = str(_(text))
        return found


def _write_full_cell(cell: Cell, expert: bool, told: TranslationCache) -> Markup:
    reason = None if cell.adopted else cell.resolution.reason
    return Markup("%s%s %s") % (
        render_outcome(cell.finding, reason),
        Markup("").join(
            (FLAG if sign == ADOPTED else MUTE) % (sign, told[words])
            for sign, words in list_cell_signs(cell, expert)
        ),
        render_votes(cell.tally),
    )


def _write_line_cell(cell: Cell, expert: bool, told: TranslationCache) -> Markup:
    applies = cell.finding is not Outcome.NOT_APPLICABLE
    word = told.short[cell.finding]
    return LINE % (
        outcome_class_of(cell.finding),
        SYMBOLS[cell.finding],
        word if applies else ABBREVIATED % (word, told[cell.finding.label]),
        format_vote_numbers(cell.tally),
        _draw_signs(cell, expert),
        ", ".join(_say_rest(cell, expert, told)),
    )


def _write_short_cell(cell: Cell, expert: bool, told: TranslationCache) -> Markup:
    tally = cell.tally
    return SHORT % (
        SYMBOLS[cell.finding],
        f"{tally.yes}–{tally.no}" if tally.decisive else "",
        _draw_signs(cell, expert),
        ", ".join([told[cell.finding.label], *_say_rest(cell, expert, told)]),
    )


def _draw_signs(cell: Cell, expert: bool) -> Markup:
    drawn = "".join(sign for sign, _words in list_cell_signs(cell, expert))
    return Markup(' <span class="flag">%s</span>') % drawn if drawn else Markup("")


def _say_rest(cell: Cell, expert: bool, told: TranslationCache) -> list[str]:
    """In words, what a short cell says by numbers and signs: the reason, the votes, the signs."""
    reason = None if cell.adopted else cell.resolution.reason
    return [
        *([told[reason.label]] if reason else []),
        format_votes(cell.tally),
        *(told[words] for _sign, words in list_cell_signs(cell, expert)),
    ]


WRITERS = {
    CellDisplay.FULL: _write_full_cell,
    CellDisplay.LINE: _write_line_cell,
    CellDisplay.SHORT: _write_short_cell,
}


def list_cell_signs(cell: Cell, expert: bool) -> list[tuple[str, str]]:
    """What there is to see in a cell beside outcome and votes: sign and words."""
    found = []
    if cell.adopted:
        found.append((ADOPTED, N_("adopted")))
    if expert:
        found.append((EXPERT, N_("the reviewer for this field disagrees")))
    if cell.divided and cell.resolution.outcome is not Outcome.UNRESOLVED:
        found.append((DIVIDED, N_("strongly split")))
    return found
