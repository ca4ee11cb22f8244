"""What an act will do, said before it is done: what follows from it, and what speaks against it.

The same sentences stand on the page before the act, are compared when the button is pressed, and,
where they say what was left open, in the memo. So they fit before and after: "Not settled: 22 of
63 items".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from crrubric.domain.places import MendingPlace
from crrubric.domain.versions import fingerprint_values


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence; `values` fill its placeholders as it is translated.

    names: who or what it is about, each with a number or nothing; they stand behind the sentence.
    mended_at: the page on which somebody sees to it, if any does.
    """

    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()
    mended_at: MendingPlace | None = None


def make_list_remark(
    message: str,
    names: Iterable[str],
    details: Iterable[str] = (),
    *,
    mended_at: MendingPlace | None = None,
    **values: object,
) -> Remark:
    """A sentence with `%(count)s` and the names that it counts."""
    pairs = tuple(zip_longest(names, details, fillvalue=""))
    return Remark(message, {"count": len(pairs), **values}, pairs, mended_at)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What follows from an act, and what whoever does it should know before."""

    effects: tuple[Remark, ...]
    doubts: tuple[Remark, ...] = ()

    def fingerprint(self) -> str:
        """What stands for all that was said: another one as soon as a name or a number differs."""
        rows = [
            [remark.message, sorted(remark.values.items()), remark.names]
            for remark in (*self.effects, *self.doubts)
        ]
        return fingerprint_values({"foreseen": rows})


def keep_remarks(pairs: Iterable[tuple[object, Remark]]) -> tuple[Remark, ...]:
    """The remarks whose condition holds, in their order."""
    return tuple(remark for condition, remark in pairs if condition)
