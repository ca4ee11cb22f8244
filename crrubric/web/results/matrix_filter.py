"""The controls of the matrix' filter: what can be chosen, and what is."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from crrubric.domain.results.views import CriteriaOrder, Show, VendorOrder
from crrubric.domain.vocabulary import Labelled, Stakeholder
from crrubric.queries.results.matrices import Matrix
from crrubric.queries.setup.wording import worded
from crrubric.web.results.matrix_view import DEFAULTS, Asked
from crrubric.web.shared.language import locale


@dataclass(frozen=True, slots=True)
class Control:
    """A list to choose one thing from: name, label, (value, words) of each choice, the chosen."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str


def controls(read: Matrix, asked: Asked) -> list[Control]:
    """The lists of the form, in order."""
    sections = [(part.section.code, worded(part.section, "title", locale())) for part in read.parts]
    there = {row.lead for row in read.results.criteria}
    leads = words_of(who for who in Stakeholder if who in there)
    lists: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("show", _("Cells to look for"), words_of(Show)),
        ("section", _("Section"), [("", _("All sections")), *sections]),
        ("lead", _("Who speaks for the field"), [("", _("Everybody")), *leads]),
        ("sort", _("Order of criteria"), words_of(CriteriaOrder)),
        ("order", _("Order of vendors"), words_of(VendorOrder)),
        (
            "dense",
            _("Cells"),
            [("", _("As there is room")), ("0", _("In words")), ("1", _("In short"))],
        ),
    ]
    return [
        Control(name, label, options, asked.first(name) or str(DEFAULTS.get(name, "")))
        for name, label, options in lists
    ]


def words_of(members: Iterable[Labelled]) -> list[tuple[str, str]]:
    """(value, words) of each member."""
    return [(member.value, str(_(member.label))) for member in members]
