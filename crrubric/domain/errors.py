"""The few errors of crrubric. Each says, in the user's words, what to do next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from crrubric.domain.places import MendingPlace


class CrrubricError(Exception):
    """A refusal in words: `message` is the translatable source, `values` fill its placeholders.

    Every door (web, command line) translates it in one place; `str(error)` is the English text.
    """

    mended_at: MendingPlace | None = None  # the page on which somebody sees to it, if any does

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def anew(self) -> Self:
        """The same refusal, to be raised: one that is kept is never raised itself.

        An error keeps the frames of each time that it is raised, and all that is in them: a
        request, a form, a session.
        """
        copied = type(self).__new__(type(self), *self.args)
        copied.__dict__.update(self.__dict__)
        return copied

    def mended_on(self, place: MendingPlace | None) -> Self:
        """The same refusal, which names the page on which somebody sees to it."""
        self.mended_at = place
        return self

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


@dataclass(frozen=True, slots=True)
class RubricTitles:
    """Titles of the rubric in a refusal: each by language, as it was written under ""."""

    titles: tuple[Mapping[str, str], ...]

    def __str__(self) -> str:
        return self.join_in("")

    def join_in(self, language: str) -> str:
        """All of them in a language; what was not translated as it was written."""
        return ", ".join(title.get(language) or title[""] for title in self.titles)


@dataclass(frozen=True, slots=True)
class ChoiceLabels:
    """The choices that there are, in a refusal: their labels are translated one by one."""

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return self.join_by(str)

    def join_by(self, translate: Callable[[str], str]) -> str:
        """All of them in a language."""
        return " · ".join(map(translate, self.labels))


class NotFound(CrrubricError):
    """The thing does not exist, or not for this person: the two look the same."""


class NotLetIn(CrrubricError):
    """A provider of single sign-on says who somebody is, and they have no way in here."""


class PageClosed(NotFound):
    """A page that this person may read in another phase of evaluation `slug`; it says when."""


class WrongPhase(CrrubricError):
    """The person may do this, but not in the present phase."""


class NotReady(CrrubricError):
    """A condition for a change is not met; `problems` says which, one sentence each."""

    def __init__(self, message: str, problems: Sequence[CrrubricError] = (), **values: object):
        super().__init__(message, **values)
        self.problems = tuple(problems)


class Invalid(CrrubricError):
    """What was given can't be used; `field` names where it was typed, if anywhere.

    more: what else can't be used of the same form.
    """

    def __init__(self, message: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.field = field
        self.more: tuple[Invalid, ...] = ()


class TooSoon(CrrubricError):
    """Too many tries: the next one is taken after `seconds`."""

    def __init__(self, message: str, *, seconds: int, **values: object) -> None:
        super().__init__(message, seconds=seconds, **values)
        self.seconds = seconds


class InvalidLines(CrrubricError):
    """A file can't be used; `lines` lists every bad line as (line number, reason)."""

    def __init__(self, message: str, lines: Sequence[tuple[int, CrrubricError]], **values: object):
        super().__init__(message, **values)
        self.lines = tuple(lines)


class InvalidPlaces(CrrubricError):
    """A file can't be used; `places` lists every bad place with the reason.

    A place is the number of a line, or a cell as spreadsheets name it: Sheet!C5.
    """

    def __init__(
        self, message: str, places: Sequence[tuple[int | str, CrrubricError]], **values: object
    ):
        super().__init__(message, **values)
        self.places = tuple(places)


class Repeated(CrrubricError):
    """The same form was sent before, and did its work: it is not done twice."""


class Busy(CrrubricError):
    """Too much is asked for at the moment; nothing was done. It can be sent again in `seconds`."""

    def __init__(self, message: str, *, seconds: int, **values: object) -> None:
        super().__init__(message, **values)
        self.seconds = seconds


class Stale(CrrubricError):
    """Somebody (or another tab) changed the thing since it was read; nothing was overwritten."""


class AnsweredMeanwhile(Stale):
    """Prompts of the workbook, by code, were answered since they were read; nothing was saved."""

    def __init__(self, message: str, prompts: Sequence[str]) -> None:
        super().__init__(message)
        self.prompts = tuple(prompts)


class DoneAlready(Stale):
    """Somebody did this first, or in other words: what was typed now is recorded nowhere."""


class Reworded(Stale):
    """What is answered was asked in other words when it was read; nothing was stored.

    `wording` is the number of the present words.
    """

    def __init__(self, message: str, wording: int) -> None:
        super().__init__(message)
        self.wording = wording


def clean_together(**makers: Callable[[], Any]) -> dict[str, Any]:
    """The value of each, or everything that is wrong with them at once.

    Raises: Invalid, the first one with the others behind it.
    """
    made: dict[str, Any] = {}

    def make(name: str) -> None:
        made[name] = makers[name]()

    refuse_together(*(partial(make, name) for name in makers))
    return made


def refuse_together(*checks: Callable[[], object]) -> None:
    """Make every check, so that everything that is wrong is told at once.

    Raises: Invalid, the first one with the others behind it.
    """
    found: list[Invalid] = []
    for check in checks:
        try:
            check()
        except Invalid as error:
            found += (error, *error.more)
    if found:
        found[0].more = tuple(found[1:])
        raise found[0]
