"""Who and what the names in a file are: one seat, one vendor, one criterion, or a refusal."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.marks.mapping import NEW
from crrubric.domain.text import find_nearest_name, key_of
from crrubric.domain.translation import N_

MOST_UNKNOWN = 50  # names of a file that nobody has for which the nearest is looked up, and asked
Reference = int | str  # the id of a row, or the key of a name that is new


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWords:
    """What is said of a name that can't be used; each sentence may name %(name)s."""

    unknown: str
    misspelt: str  # with the %(nearest)s that there is
    ambiguous: str  # with %(others)s, by which they are told apart


REVIEWER_WORDS = NameWords(
    unknown=N_("there is no reviewer “%(name)s” in this evaluation"),
    misspelt=N_("there is no reviewer “%(name)s” in this evaluation: is it “%(nearest)s”?"),
    ambiguous=N_("“%(name)s” fits several reviewers: write one of %(others)s"),
)
VENDOR_WORDS = NameWords(
    unknown=N_("there is no vendor “%(name)s” in this evaluation"),
    misspelt=N_("there is no vendor “%(name)s” in this evaluation: is it “%(nearest)s”?"),
    ambiguous=N_("“%(name)s” fits several vendors: write one of %(others)s"),
)
CRITERION_WORDS = NameWords(
    unknown=N_("“%(name)s” is not in the rubric of this evaluation"),
    misspelt=N_("“%(name)s” is not in the rubric of this evaluation: is it “%(nearest)s”?"),
    ambiguous=N_("“%(name)s” fits several criteria: write one of %(others)s"),
)


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that nobody has, as it was written first, with the name that was probably meant."""

    name: str
    nearest: str


@dataclass(slots=True, kw_only=True)
class NameBook:
    """Every name that a row goes by -> its id. Two spellings of a name are one (`key_of`)."""

    words: NameWords
    longest: int  # characters of a new name
    may_grow: bool = False  # a name that is not known is a new one, and no mistake
    ids: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    codes: dict[str, int] = field(default_factory=dict)  # as they are, not as keys
    names: dict[int, tuple[str, ...]] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)  # key -> the name that is meant, or NEW
    unknown: dict[str, UnknownName] = field(default_factory=dict)  # by key, the first of them
    new: dict[str, str] = field(default_factory=dict)  # key -> the first spelling
    new_ids: dict[str, int] = field(default_factory=dict)  # what became of them, by key
    refused: dict[str, Invalid] = field(default_factory=dict)  # key -> why it can't be used
    found: dict[str, Reference | Invalid] = field(default_factory=dict)  # what `resolve` said

    def add(self, id_: int, *names: str, code: str | None = None) -> None:
        """A row with all that it is called, the clearest first; only this row can have `code`."""
        spellings = tuple(name for name in (*names, code) if name)
        for name in spellings:
            self.ids[key_of(name)].add(id_)
        if code:
            self.codes[code] = id_
        self.names[id_] = spellings
        self.found.clear()

    def refuse(self, name: str, why: Invalid) -> None:
        """A name that is somebody's, but of no use here."""
        self.refused.setdefault(key_of(name), why)

    def understand(self, meant: Mapping[str, str]) -> None:
        """Take names as somebody said that they are meant: name -> one that is known, or NEW."""
        self.meant |= {key_of(name): to for name, to in meant.items()}
        self.found.clear()

    def read_grounds(self) -> list[object]:
        """By what names are resolved: while it is the same, each is what it was."""
        refused = {key: (why.message, why.values) for key, why in self.refused.items()}
        return [dict(self.ids), self.codes, self.names, self.meant, refused, self.may_grow]

    def is_known(self, text: str) -> bool:
        """Whether exactly one row is called this."""
        return len(self._list_fitting(text)) == 1

    def list_names(self) -> list[str]:
        """What each row is told apart by, in the order in which they were added."""
        return [self._tell_apart(id_) for id_ in self.names]

    def name(self, reference: Reference) -> str:
        """What a row is told apart by; of a new one, its name as it was written first."""
        return self._tell_apart(reference) if isinstance(reference, int) else self.new[reference]

    def resolve(self, text: str) -> Reference:
        """The id of the one row that is called this; the key of a new name.

        Raises: Invalid for a name that is unknown, or fits several rows.
        """
        answer = self.found.get(text)
        if answer is None:
            answer = self.found[text] = self._look_up(text)
        if isinstance(answer, Invalid):
            raise answer.anew()
        return answer

    def _look_up(self, text: str) -> Reference | Invalid:
        key = key_of(text)
        meant = self.meant.get(key, "")
        fitting = self._list_fitting(meant if meant not in ("", NEW) else text)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            others = ", ".join(f"“{self._tell_apart(id_)}”" for id_ in fitting)
            return Invalid(self.words.ambiguous, name=text, others=others)
        if key in self.refused:
            return self.refused[key]
        grows = self.may_grow or meant == NEW
        if grows and len(text) > self.longest:
            return Invalid(
                N_("Shorten this to %(limit)s characters; it has %(length)s."),
                limit=self.longest,
                length=len(text),
            )
        if grows:
            self.new.setdefault(key, text)
            return key
        nearest = self._ask(key, text)
        if not nearest:
            return Invalid(self.words.unknown, name=text)
        return Invalid(self.words.misspelt, name=text, nearest=nearest)

    def _ask(self, key: str, text: str) -> str:
        """Keep a name that nobody has, to be asked for; the known name that was probably meant.

        Looking for that takes a hundredth of a second, and a wrong column is full of other names.
        """
        if key not in self.unknown and len(self.unknown) < MOST_UNKNOWN:
            known = (name for row in self.names.values() for name in row)
            self.unknown[key] = UnknownName(text, find_nearest_name(text, known) or "")
        return self.unknown[key].nearest if key in self.unknown else ""

    def _list_fitting(self, text: str) -> list[int]:
        """The rows that go by this; a code that is written exactly means its row alone."""
        fitting = sorted(self.ids.get(key_of(text), ()))
        own = self.codes.get(text)
        if own is not None and [id_ for id_ in fitting if text in self.names[id_]] == [own]:
            return [own]
        return fitting

    def _tell_apart(self, id_: int) -> str:
        """The first thing that a row is called and no other is; else the first at all."""
        names = self.names[id_]
        return next((name for name in names if self._list_fitting(name) == [id_]), names[0])

    def keep(self, key: str, id_: int) -> None:
        """From now on the new name of this key has a row."""
        self.add(id_, self.new.pop(key))
        self.new_ids[key] = id_
