"""What the matrix shows is in its address alone: filter, order, folded sections, open cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from crrubric.domain.results.results import Results, ScoredVendor
from crrubric.domain.results.scoring import ScoredCriterion
from crrubric.domain.results.views import (
    CellFilter,
    CriteriaOrder,
    MatrixView,
    VendorOrder,
    ViewRequest,
    count_findings,
)
from crrubric.domain.vocabulary import Stakeholder
from crrubric.queries.people.access import make_not_found
from crrubric.queries.results.matrices import Matrix
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.web.results.in_parts import PART, VENDORS_AT_ONCE, read_part_begin
from crrubric.web.results.sorting import SortLink
from crrubric.web.shared.language import current_language

Kind = TypeVar("Kind", bound=StrEnum)
FEW_VENDORS = 5  # that many columns fit a phone
MANY_VENDORS = 8  # with more of them cells have room for a symbol and counts only
DEFAULTS = {
    "show": CellFilter.ALL,
    "sort": CriteriaOrder.RUBRIC,
    "order": VendorOrder.GIVEN,
    PART: "1",
}
SINGLE = (PART, "view", "show", "must", "open", "section", "lead", "sort", "by", "order", "dense")
KEPT_BY_CLEARING = {"fold", "view", PART}  # what narrows or orders nothing
LISTS = ("vendor", "fold")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRequest:
    """What the address asks for. pairs: its parameters, without the open cell."""

    wanted: ViewRequest
    pairs: tuple[tuple[str, str], ...]
    folded: frozenset[str]  # codes of sections
    dense: bool | None  # None: as many vendors have it
    glance: bool  # everything on one screen, without menus

    def first(self, name: str) -> str:
        """The value of a parameter; empty if there is none."""
        return next((value for key, value in self.pairs if key == name), "")

    def address(self, *, fold: str = "") -> str:
        """The query of this view, with one section folded or unfolded."""
        pairs = list(self.pairs)
        if fold:
            pair = ("fold", fold)
            pairs = [p for p in pairs if p != pair] if pair in pairs else [*pairs, pair]
        return "?" + urlencode(pairs)

    def address_with(self, **changed: str | int) -> str:
        """The query of this view with other values; an empty one leaves its parameter out."""
        kept = [pair for pair in self.pairs if pair[0] not in changed]
        return "?" + urlencode([*kept, *(pair for pair in changed.items() if pair[1])])

    def cells(self) -> str:
        """How the address of a cell in this view begins."""
        return "?" + urlencode([*self.pairs, ("cell", "")])

    @property
    def changed(self) -> bool:
        """Whether there is something to clear, folded sections and the kind of view apart."""
        return any(key not in KEPT_BY_CLEARING for key, _value in self.pairs)


@dataclass(frozen=True, slots=True)
class MatrixGroup:
    """Rows under one heading. code: of the section, empty where rows are sorted otherwise."""

    code: str
    title: str
    criteria: tuple[ScoredCriterion, ...]
    folded: bool = False

    def counts(self, results: Results, vendors: Sequence[ScoredVendor]) -> list[str]:
        """What each vendor's cells come to, in words."""
        settled = _("%(met)s of %(cells)s met")
        some_open = _("%(met)s of %(cells)s met, %(open)s unresolved")
        found = (count_findings(results, vendor.code, self.criteria) for vendor in vendors)
        return [
            (some_open if count.unresolved else settled)
            % {"met": count.met, "cells": count.cells, "open": count.unresolved}
            for count in found
        ]


def read_matrix_request(read: Matrix, args: MultiDict[str, str]) -> MatrixRequest:
    """What the address asks for. Raises: NotFound for what isn't there to be asked for."""
    pairs = [(key, args[key]) for key in SINGLE if args.get(key)]
    pairs = [pair for pair in pairs if DEFAULTS.get(pair[0]) != pair[1]]
    pairs += [(key, value) for key in LISTS for value in dict.fromkeys(args.getlist(key)) if value]
    given = dict(pairs)
    sections = {part.section.code: part for part in read.parts}
    by_id = {str(row.id): code for code, row in read.vendors.items()}
    if "view" in given:
        parse_choice(MatrixScreen, given["view"])
    folded = [value for key, value in pairs if key == "fold"]
    wanted = ViewRequest(
        show=parse_choice(CellFilter, given.get("show", CellFilter.ALL)),
        must_have=parse_choice(YesNo, given.get("must", YesNo.NO)) is YesNo.YES,
        not_adopted=parse_choice(YesNo, given.get("open", YesNo.NO)) is YesNo.YES,
        section=None,
        lead=parse_choice(Stakeholder, given["lead"]) if "lead" in given else None,
        vendors=frozenset(require_key(by_id, value) for key, value in pairs if key == "vendor"),
        sort=parse_choice(CriteriaOrder, given.get("sort", CriteriaOrder.RUBRIC)),
        by=require_key(by_id, given["by"]) if "by" in given else None,
        order=parse_choice(VendorOrder, given.get("order", VendorOrder.GIVEN)),
    )
    if "section" in given:
        part = require_key(sections, given["section"])
        wanted = replace(wanted, section=frozenset(row.code for row in part.criteria))
    begin = read_part_begin(args, len(wanted.vendors or read.results.vendors), VENDORS_AT_ONCE)
    wanted = replace(wanted, begin=begin, at_once=VENDORS_AT_ONCE)
    for code in folded:
        require_key(sections, code)
    dense = parse_choice(YesNo, given["dense"]) is YesNo.YES if "dense" in given else None
    return MatrixRequest(
        wanted=wanted,
        pairs=tuple(pairs),
        folded=frozenset(folded),
        dense=dense,
        glance="view" in given,
    )


class MatrixScreen(StrEnum):
    """Which view an address asks for; without it, the one with filter, panel and menus."""

    GLANCE = "glance"


class CellDisplay(StrEnum):
    """How much a cell says where it is seen; to the ear it says everything in each of them."""

    FULL = "full"  # reason, signs in words, a square for each reviewer
    LINE = "line"  # outcome, votes as numbers, signs: one line
    SHORT = "short"  # a symbol and the numbers, for many vendors


class YesNo(StrEnum):
    """Yes or no in an address."""

    YES = "1"
    NO = "0"


def parse_choice(kind: type[Kind], value: str) -> Kind:
    """The choice of this value. Raises: NotFound."""
    try:
        return kind(value)
    except ValueError:
        raise make_not_found() from None


Thing = TypeVar("Thing")


def require_key(things: Mapping[str, Thing], key: str) -> Thing:
    """The thing of this key. Raises: NotFound."""
    if key not in things:
        raise make_not_found()
    return things[key]


def choose_display(asked: MatrixRequest, view: MatrixView) -> CellDisplay:
    """As asked for; else one line, and short where there are many vendors."""
    if asked.dense or (asked.dense is None and len(view.vendors) > MANY_VENDORS):
        return CellDisplay.SHORT
    return CellDisplay.LINE if asked.dense is None or asked.glance else CellDisplay.FULL


def choose_scrolling(view: MatrixView, display: CellDisplay) -> str:
    """How the table scrolls, see `table_scroll`: few short columns fit, many have a box."""
    count = len(view.vendors)
    if count > MANY_VENDORS:
        return "tall"
    return "fits" if count <= FEW_VENDORS and display is not CellDisplay.FULL else "wide"


def make_title_link(asked: MatrixRequest) -> SortLink:
    """The heading of the criteria: by name, and back to the order of the rubric."""
    if asked.wanted.by is None and asked.wanted.sort is CriteriaOrder.NAME:
        return SortLink(
            asked.address_with(sort="", by=""), "ascending", _("Back to the order of the rubric")
        )
    if asked.wanted.by is None and asked.wanted.sort is CriteriaOrder.RUBRIC:
        return SortLink(asked.address_with(sort=CriteriaOrder.NAME), "", _("Sort by name"))
    return SortLink(asked.address_with(sort="", by=""), "", _("Back to the order of the rubric"))


def make_vendor_link(asked: MatrixRequest, code: str, vendor_id: int) -> SortLink:
    """The heading of a vendor: what is open or not met first, and back to the rubric."""
    if asked.wanted.by == code:
        return SortLink(
            asked.address_with(by=""), "descending", _("Back to the order of the rubric")
        )
    return SortLink(
        asked.address_with(sort="", by=vendor_id), "", _("Sort: open and not met first")
    )


def group_criteria(read: Matrix, asked: MatrixRequest, view: MatrixView) -> list[MatrixGroup]:
    """The rows under their sections; under must-haves and others, or all in one, when sorted."""
    sort, by = asked.wanted.sort, asked.wanted.by
    if by is not None:
        name = next(vendor.name for vendor in read.results.vendors if vendor.code == by)
        title = _("Sorted by %(vendor)s: open, not met, met", vendor=name)
        return [MatrixGroup("", title, view.criteria)] if view.criteria else []
    if sort is CriteriaOrder.MUST:
        must = tuple(row for row in view.criteria if row.must_have)
        rest = tuple(row for row in view.criteria if not row.must_have)
        found = [MatrixGroup("", _("Must-haves"), must), MatrixGroup("", _("Other criteria"), rest)]
        return [group for group in found if group.criteria]
    if sort is not CriteriaOrder.RUBRIC:
        return [MatrixGroup("", _(sort.label), view.criteria)] if view.criteria else []
    shown = {row.code: row for row in view.criteria}
    found = [
        MatrixGroup(
            part.section.code,
            translate_rubric_text(part.section, "title", current_language()),
            tuple(shown[row.code] for row in part.criteria if row.code in shown),
            part.section.code in asked.folded,
        )
        for part in read.parts
    ]
    return [group for group in found if group.criteria]


def describe_shown_criteria(read: Matrix, asked: MatrixRequest, view: MatrixView) -> str:
    """What is shown, in a sentence."""
    kept, whole = len(view.criteria), len(read.results.criteria)
    if asked.wanted.whole:
        return str(ngettext("Showing the one criterion.", "Showing all %(num)s criteria.", whole))
    return str(
        ngettext(
            "Showing %(kept)s of one criterion: %(what)s.",
            "Showing %(kept)s of %(num)s criteria: %(what)s.",
            whole,
            kept=kept,
            what=", ".join(list_active_filters(read, asked)),
        )
    )


def describe_shown_vendors(read: Matrix, view: MatrixView) -> str:
    """How many vendors are shown, where some are not."""
    kept, whole = len(view.vendors), len(read.results.vendors)
    if kept == whole:
        return ""
    return str(
        ngettext(
            "Showing one of %(whole)s vendors.",
            "Showing %(num)s of %(whole)s vendors.",
            kept,
            whole=whole,
        )
    )


def list_active_filters(read: Matrix, asked: MatrixRequest) -> list[str]:
    """The filters in force, each in a word or two."""
    wanted = asked.wanted
    titles = {
        part.section.code: translate_rubric_text(part.section, "title", current_language())
        for part in read.parts
    }
    found = [] if wanted.show is CellFilter.ALL else [_(wanted.show.label)]
    if wanted.must_have:
        found.append(_("Must-haves"))
    if wanted.not_adopted:
        found.append(_("Not adopted yet"))
    if wanted.section is not None:
        found.append(titles[asked.first("section")])
    if wanted.lead is not None:
        found.append(_("Field: %(who)s", who=_(wanted.lead.label)))
    return found
