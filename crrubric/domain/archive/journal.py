"""What the journal of an archive tells: the marks, and the evaluation made again from it."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from crrubric.domain.archive.basis import ReadBasis
from crrubric.domain.archive.marks import ToldMarks
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.events import Event
from crrubric.domain.record.chain import TIMED, UNCOVERED, ChainLink
from crrubric.domain.record.entries import Near, ToldEntry
from crrubric.domain.record.replay import replay_entry
from crrubric.domain.record.state import State
from crrubric.domain.record.texts import mark_withheld
from crrubric.domain.translation import N_

MISFIT = N_("Journal, chain %(chain)s: entry %(number)s does not fit what was told before it.")
RULE = ("kind", "over", "under", "quorum", "pass_mark", "mode")
# parts of a state that a basis is held against
COMPARED = frozenset({"rule", "criteria", "vendors", "findings", "reinstated"})


class JournalReader:
    """Takes in the entries of a journal, oldest first: their marks, and the state they tell.

    Args: redacted: it is of a copy that may withhold any entry.
    """

    def __init__(self, *, redacted: bool = False) -> None:
        self.marks, self.state = ToldMarks(), State()
        self._redacted = redacted
        self.ended = False  # all of it could be read
        self._misfits: list[int] = []

    def take_link(self, link: ChainLink) -> None:
        """Take in the next entry."""
        if link.content is None and self._redacted:  # it may have told of anything
            self.state.untold |= COMPARED
        try:
            self.marks.take_entry(link.content)
            fits = link.content is None or replay_entry(self.state, tell_link(link))
        except (*UNCOVERED, ArithmeticError):
            fits = False
        if not fits:
            self._misfits.append(link.number)

    def list_misfits(self, chain: int) -> Iterator[CrrubricError]:
        """Entries that do not fit what was told before them."""
        for number in self._misfits:
            yield Invalid(MISFIT, chain=chain, number=number)


def tell_link(link: ChainLink) -> ToldEntry:
    """What an entry tells, as plain values.

    Raises: one of UNCOVERED for what is withheld, or no entry of ours.
    """
    if link.content is None or link.at is None:
        raise ValueError("the entry is withheld")
    content = dict(mark_withheld(link.content, link.salts, link.withheld))
    event = Event(content.pop("event"))
    at = link.at if link.version >= TIMED else Near(link.at)
    return ToldEntry(number=link.number, at=at, event=event, **content)


def find_basis_faults(state: State, read: ReadBasis) -> Iterator[CrrubricError]:
    """Where rule, rubric, vendors, findings or lifted must-haves are not as the journal tells.

    What entries of older versions tell too little of is not compared, and nothing of it where an
    entry was withheld.
    """
    basis, ids = read.basis, read.ids
    criteria = dict(zip((row.code for row in basis.criteria), ids.criteria, strict=True))
    vendors = dict(zip((row.code for row in basis.vendors), ids.vendors, strict=True))
    rule: list[Any] = [
        basis.rule.kind.value, basis.rule.threshold.numerator, basis.rule.threshold.denominator,
        basis.rule.quorum, int(basis.pass_mark * 100), basis.mode.value,
    ]  # fmt: skip
    if "rule" not in state.untold and [state.rule.get(name) for name in RULE] != rule:
        yield Invalid(N_("results/basis.json: the decision rule is not that of the journal."))
    if "criteria" not in state.untold and _describe_told_criteria(state) != _describe_criteria(
        read
    ):
        yield Invalid(N_("results/basis.json: the criteria are not those of the journal."))
    present = {key for key, row in state.vendors.items() if row["withdrawn"] is None}
    if "vendors" not in state.untold and present != set(ids.vendors):
        yield Invalid(N_("results/basis.json: the vendors are not those of the journal."))
    told = {
        key: (row["value"], row["as_computed"])
        for key, row in state.findings.items()
        if key[0] in present and key[1] in ids.criteria
    }
    adopted = {
        (vendors.get(vendor), criteria.get(criterion)): (found.value.value, found.as_computed)
        for (vendor, criterion), found in basis.adopted.items()
    }
    if "findings" not in state.untold:
        for vendor, criterion in sorted(
            (key for key in {**told, **adopted} if told.get(key) != adopted.get(key)), key=repr
        ):
            yield Invalid(
                N_(
                    "results/basis.json: the journal tells another finding of vendor %(vendor)s,"
                    " criterion %(criterion)s."
                ),
                vendor=vendor,
                criterion=criterion,
            )
    lifted = {(vendors.get(vendor), criteria.get(code)) for vendor, code in basis.lifted}
    if "reinstated" not in state.untold and lifted != {
        key for key in state.reinstated if key[0] in present
    }:
        yield Invalid(N_("results/basis.json: the lifted must-haves are not those of the journal."))


def _describe_told_criteria(state: State) -> dict[int, tuple[Any, ...]]:
    return {
        key: (row["code"], Fraction(row["weight"]), row["must_have"], row["may_not_apply"])
        for key, row in state.criteria.items()
        if not row["left_out"]
    }


def _describe_criteria(read: ReadBasis) -> dict[int, tuple[Any, ...]]:
    return {
        key: (row.code, row.weight, row.must_have, row.may_not_apply)
        for key, row in zip(read.ids.criteria, read.basis.criteria, strict=True)
    }
