"""What the matrix shows is in its address alone: filter, order, folded sections, open cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from crrubric.domain.results.results import Results, Vendor
from crrubric.domain.results.scoring import Criterion
from crrubric.domain.results.views import CriteriaOrder, Show, VendorOrder, View, Wanted, counted
from crrubric.domain.vocabulary import Stakeholder
from crrubric.queries.people.access import not_found
from crrubric.queries.results.matrices import Matrix
from crrubric.queries.setup.wording import worded
from crrubric.web.shared.language import locale

Kind = TypeVar("Kind", bound=StrEnum)
MANY_VENDORS = 8  # with more of them cells have room for a symbol and counts only
DEFAULTS = {"show": Show.ALL, "sort": CriteriaOrder.RUBRIC, "order": VendorOrder.GIVEN}
SINGLE = ("show", "must", "open", "section", "lead", "sort", "order", "dense")
LISTS = ("vendor", "fold")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. pairs: its parameters, without the open cell."""

    wanted: Wanted
    pairs: tuple[tuple[str, str], ...]
    folded: frozenset[str]  # codes of sections
    dense: bool | None  # None: as many vendors have it

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

    def cells(self) -> str:
        """How the address of a cell in this view begins."""
        return "?" + urlencode([*self.pairs, ("cell", "")])

    @property
    def changed(self) -> bool:
        """Whether there is something to clear, open and folded sections apart."""
        return any(key != "fold" for key, _value in self.pairs)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading. code: of the section, empty where rows are sorted otherwise."""

    code: str
    title: str
    criteria: tuple[Criterion, ...]
    folded: bool = False

    def counts(self, results: Results, vendors: Sequence[Vendor]) -> list[str]:
        """What each vendor's cells come to, in words."""
        settled = _("%(met)s of %(cells)s met")
        some_open = _("%(met)s of %(cells)s met, %(open)s unresolved")
        found = (counted(results, vendor.code, self.criteria) for vendor in vendors)
        return [
            (some_open if count.unresolved else settled)
            % {"met": count.met, "cells": count.cells, "open": count.unresolved}
            for count in found
        ]


def asked_for(read: Matrix, args: MultiDict[str, str]) -> Asked:
    """What the address asks for. Raises: NotFound for what isn't there to be asked for."""
    pairs = [(key, args[key]) for key in SINGLE if args.get(key)]
    pairs = [pair for pair in pairs if DEFAULTS.get(pair[0]) != pair[1]]
    pairs += [(key, value) for key in LISTS for value in dict.fromkeys(args.getlist(key)) if value]
    given = dict(pairs)
    sections = {part.section.code: part for part in read.parts}
    by_id = {str(row.id): code for code, row in read.vendors.items()}
    folded = [value for key, value in pairs if key == "fold"]
    wanted = Wanted(
        member(Show, given.get("show", Show.ALL)),
        member(Flag, given.get("must", Flag.NO)) is Flag.YES,
        member(Flag, given.get("open", Flag.NO)) is Flag.YES,
        None,
        member(Stakeholder, given["lead"]) if "lead" in given else None,
        frozenset(known(by_id, value) for key, value in pairs if key == "vendor"),
        member(CriteriaOrder, given.get("sort", CriteriaOrder.RUBRIC)),
        member(VendorOrder, given.get("order", VendorOrder.GIVEN)),
    )
    if "section" in given:
        part = known(sections, given["section"])
        wanted = replace(wanted, section=frozenset(row.code for row in part.criteria))
    for code in folded:
        known(sections, code)
    dense = member(Flag, given["dense"]) is Flag.YES if "dense" in given else None
    return Asked(wanted, tuple(pairs), frozenset(folded), dense)


class Flag(StrEnum):
    """Yes or no in an address."""

    YES = "1"
    NO = "0"


def member(kind: type[Kind], value: str) -> Kind:
    """The choice of this value. Raises: NotFound."""
    try:
        return kind(value)
    except ValueError:
        raise not_found() from None


Thing = TypeVar("Thing")


def known(things: Mapping[str, Thing], key: str) -> Thing:
    """The thing of this key. Raises: NotFound."""
    if key not in things:
        raise not_found()
    return things[key]


def is_dense(asked: Asked, view: View) -> bool:
    """Whether cells are short: as asked for, else where there are many vendors."""
    return len(view.vendors) > MANY_VENDORS if asked.dense is None else asked.dense


def groups(read: Matrix, asked: Asked, view: View) -> list[Group]:
    """The rows under their sections; under must-haves and others, or all in one, when sorted."""
    sort = asked.wanted.sort
    if sort is CriteriaOrder.MUST:
        must = tuple(row for row in view.criteria if row.must_have)
        rest = tuple(row for row in view.criteria if not row.must_have)
        found = [Group("", _("Must-haves"), must), Group("", _("Other criteria"), rest)]
        return [group for group in found if group.criteria]
    if sort is not CriteriaOrder.RUBRIC:
        return [Group("", _(sort.label), view.criteria)] if view.criteria else []
    shown = {row.code: row for row in view.criteria}
    found = [
        Group(
            part.section.code,
            worded(part.section, "title", locale()),
            tuple(shown[row.code] for row in part.criteria if row.code in shown),
            part.section.code in asked.folded,
        )
        for part in read.parts
    ]
    return [group for group in found if group.criteria]


def shown_words(read: Matrix, asked: Asked, view: View) -> str:
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
            what=", ".join(filters_asked(read, asked)),
        )
    )


def vendors_words(read: Matrix, view: View) -> str:
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


def filters_asked(read: Matrix, asked: Asked) -> list[str]:
    """The filters in force, each in a word or two."""
    wanted = asked.wanted
    titles = {part.section.code: worded(part.section, "title", locale()) for part in read.parts}
    found = [] if wanted.show is Show.ALL else [_(wanted.show.label)]
    if wanted.must_have:
        found.append(_("Must-haves"))
    if wanted.not_adopted:
        found.append(_("Not adopted yet"))
    if wanted.section is not None:
        found.append(titles[asked.first("section")])
    if wanted.lead is not None:
        found.append(_("Field: %(who)s", who=_(wanted.lead.label)))
    return found
