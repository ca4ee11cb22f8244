"""The controls of the matrix' filter: what can be chosen, and what is."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from crrubric.domain.results.views import CellFilter, CriteriaOrder, VendorOrder
from crrubric.domain.vocabulary import LabelledEnum, Stakeholder
from crrubric.queries.results.matrices import Matrix
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.web.results.matrix_view import DEFAULTS, MatrixRequest
from crrubric.web.shared.language import current_language


@dataclass(frozen=True, slots=True)
class FilterControl:
    """A list to choose one thing from: name, label, (value, words) of each choice, the chosen."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str


def make_filter_controls(read: Matrix, asked: MatrixRequest) -> list[FilterControl]:
    """The lists of the form, in order."""
    sections = [
        (part.section.code, translate_rubric_text(part.section, "title", current_language()))
        for part in read.parts
    ]
    orders = [
        row for row in CriteriaOrder if row is not CriteriaOrder.MUST or can_sort_by_need(read)
    ]
    there = {row.lead for row in read.results.criteria}
    leads = list_value_labels(who for who in Stakeholder if who in there)
    lists: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("show", _("Items to show"), list_value_labels(CellFilter)),
        ("section", _("Section"), [("", _("All sections")), *sections]),
        ("lead", _("Field of expertise"), [("", _("Everybody")), *leads]),
        ("sort", _("Order of criteria"), list_value_labels(orders)),
        ("order", _("Order of vendors"), list_value_labels(VendorOrder)),
        (
            "dense",
            _("Display"),
            [("", _("Automatic")), ("0", _("Full words")), ("1", _("Short"))],
        ),
    ]
    return [
        FilterControl(name, label, options, asked.first(name) or str(DEFAULTS.get(name, "")))
        for name, label, options in lists
    ]


def can_sort_by_need(read: Matrix) -> bool:
    """Whether there is a must-have that could come first."""
    return read.results.must_haves


def list_value_labels(members: Iterable[LabelledEnum]) -> list[tuple[str, str]]:
    """(value, words) of each member."""
    return [(member.value, str(_(member.label))) for member in members]
