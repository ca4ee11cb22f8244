"""The form engine of the workbook: a form for each section, made from its prompts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Self, cast

from flask_babel import gettext as _
from wtforms import Field, HiddenField
from wtforms.utils import unset_value
from wtforms.widgets import DateInput, TextArea, TextInput

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.planning.answers import (
    NO,
    YES,
    PlanAnswer,
    PlanRow,
    digest_answer,
    list_row_numbers,
    list_row_places,
    read_answer,
    write_answer,
)
from crrubric.domain.planning.prompts import NUMBERS, ROWS, Prompt, PromptColumn, PromptKind
from crrubric.domain.planning.rows import PASTE, apply_row_act, spread_pasted_rows
from crrubric.domain.planning.section_files import find_workbook_section
from crrubric.domain.text import replace_control_characters
from crrubric.web.shared.forms import Form
from crrubric.web.shared.words import translate_error

PREFIX = "plan-"  # of the name of every control, so that none is like one of another form
UNDECIDED = "undecided"  # the radio button of no answer
DECIDED = frozenset({PromptKind.YES_NO, PromptKind.CHOICE})
DEFAULT = "default"  # the button that fills an empty grid
BLANK_ROWS = {PromptKind.TABLE: 2, PromptKind.GRID: 1}  # to write into, without a script
ROOM = {PromptKind.TEXT: limits.SHORT_TEXT, PromptKind.LONG_TEXT: limits.NOTE}
_WIDGETS: Mapping[PromptKind, Any] = {
    PromptKind.LONG_TEXT: TextArea(),
    PromptKind.DATE: DateInput(),
    **dict.fromkeys((PromptKind.TEXT, *NUMBERS), TextInput()),
}


@dataclass(frozen=True, slots=True)
class NewerAnswer:
    """What somebody else has saved for a prompt since the page was opened."""

    words: str
    by: str
    at: datetime


class PlanField(Field):
    """One prompt with all of its controls: `data` is the answer, `typed` what the controls say.

    `cell_errors` are by the name of the control behind the prompt's own, "" for the only one.
    """

    newer_answer: NewerAnswer | None = None

    def __init__(self, prompt: Prompt, **options: Any) -> None:
        super().__init__(prompt.label, **options)
        self.prompt = prompt
        self.widget = _WIDGETS.get(prompt.kind)
        self.typed: dict[str, str] = {}
        self.cell_errors: dict[str, str] = {}

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take over what is stored, or what was sent."""
        self.errors: list[str] = []
        self.process_errors: list[str] = []
        self.cell_errors = {}
        self.object_data = None if data is unset_value else data
        if formdata is None:
            self.show_answer(self.object_data)
        else:
            self._read_sent(formdata)

    def show_answer(self, answer: PlanAnswer | None) -> None:
        """Make the controls say what is stored."""
        self.data, self.typed = answer, write_answer(self.prompt, answer)

    def _read_sent(self, formdata: Any) -> None:
        own = self.name + "-"
        sent = {name.removeprefix(own): name for name in formdata if name.startswith(own)}
        if self.name in formdata:
            sent[""] = self.name
        typed = {short: str(formdata.getlist(name)[0]) for short, name in sent.items()}
        if self.prompt.kind in DECIDED and typed.get("") == UNDECIDED:
            typed[""] = ""
        self.data, self.typed = None, dict(typed)
        try:
            if self.prompt.kind is PromptKind.TABLE:
                self.typed = spread_pasted_rows(self.prompt, typed, {YES: _("Yes"), NO: _("No")})
            for act in formdata.getlist("do"):
                if self.prompt.kind in ROWS and act.startswith(own):
                    self._do_act(act.removeprefix(own))
            self.data = read_answer(self.prompt, self.typed)
        except Invalid as error:
            for each in (error, *error.more):
                self.cell_errors.setdefault(each.field or "", translate_error(each))
            self.typed = {key: replace_control_characters(x) for key, x in self.typed.items()}

    def _do_act(self, act: str) -> None:
        """What a button among the rows does before the section is saved."""
        if act == DEFAULT:
            self._fill_empty_places()
            return
        self.typed = apply_row_act(self.prompt, self.typed, act)

    def _fill_empty_places(self) -> None:
        """The rows of the default plan where nothing stands yet; what was typed stays."""
        empty = self.empty_places
        rows = [
            dict(row)
            for row in self.prompt.default
            if any(place.items() <= row.items() for place in empty)
        ]
        self.typed |= write_answer(self.prompt, rows)

    def validate(self, form: Any, extra_validators: Iterable[Any] = ()) -> bool:
        """Whether every control could be read."""
        if "" in self.cell_errors:
            self.errors = [self.cell_errors[""]]
        return not self.cell_errors

    def _value(self) -> str:
        return self.typed.get("", "")

    # for the template

    def control(self, short: str) -> str:
        """The name of one of the controls, which is its id as well."""
        return f"{self.name}-{short}" if short else self.name

    def places(self) -> list[tuple[Mapping[str, str], str]]:
        """Where rows stand, with the prefix of their controls: one place for a table."""
        return [(dict(place), prefix) for place, prefix in list_row_places(self.prompt)]

    def row_numbers(self, prefix: str = "") -> list[int]:
        """The rows of one place, and blank ones after them."""
        numbers = list_row_numbers(self.prompt, self.typed, prefix)
        after = max(numbers, default=-1) + 1
        blank = min(BLANK_ROWS[self.prompt.kind], max(limits.PLAN_ROWS - len(numbers), 0))
        return [*numbers, *range(after, after + blank)]

    def is_filled(self, row: str) -> bool:
        """Whether anything stands in a row, such as "year1-early-0"."""
        return any(self.typed.get(f"{row}-{column.code}") for column in self.prompt.columns)

    @property
    def empty_places(self) -> list[PlanRow]:
        """The places of a grid in which nothing stands."""
        return [
            place
            for place, prefix in list_row_places(self.prompt)
            if not any(
                self.is_filled(f"{prefix}{number}")
                for number in list_row_numbers(self.prompt, self.typed, prefix)
            )
        ]

    @property
    def paste_name(self) -> str:
        """The name of the control to paste rows into."""
        return self.control(PASTE)

    def name_cell(self, short: str) -> str:
        """What one of several controls is called where it is spoken of: column and row, option."""
        place, _dash, code = short.rpartition("-")
        number = place.rpartition("-")[2]
        columns = {column.code: column.label for column in self.prompt.columns}
        if code in columns and number.isdecimal():
            row = _("row %(number)s", number=int(number) + 1)
            return f"{columns[code]}, {row}"
        options = {option.code: option.label for option in self.prompt.options}
        return options.get(place, self.prompt.label)

    def room_of(self, column: PromptColumn) -> int | None:
        """How many characters a control takes, where it is a text."""
        return ROOM.get(column.kind)


class PlanForm(Form):
    """The answers of one section: `version` is of all, `seen` of what each prompt showed."""

    version = HiddenField()
    seen = HiddenField()

    @property
    def prompts(self) -> list[PlanField]:
        """The fields with answers, in order."""
        return [field for field in self if isinstance(field, PlanField)]

    def showing(self, answers: Mapping[str, PlanAnswer], version: str) -> Self:
        """The form with what is stored."""
        for field in self.prompts:
            field.show_answer(answers.get(field.prompt.code))
        self.version.data = version
        self.seen.data = write_seen(
            {one.prompt.code: digest_answer(answers.get(one.prompt.code)) for one in self.prompts}
        )
        return self

    def answers(self) -> dict[str, PlanAnswer | None]:
        """What was typed, by prompt."""
        return {field.prompt.code: field.data for field in self.prompts}

    def shown(self) -> dict[str, str]:
        """By prompt, the digest of what the page showed."""
        return read_seen(self.seen.data or "")

    def list_linked_errors(self) -> list[tuple[str, str]]:
        """(id, what is wrong) of controls that are not alone, and of what others changed, too."""
        wrong = [
            (field.control(short), f"{field.name_cell(short)}: {error}")
            for field in self.prompts
            for short, error in field.cell_errors.items()
            if short
        ]
        words = _("%(field)s: what you typed is kept, and something else is saved")
        return wrong + [
            (field.name, words % {"field": field.prompt.label})
            for field in self.prompts
            if field.newer_answer
        ]

    def meet_newer(
        self,
        stored: Mapping[str, PlanAnswer],
        version: str,
        newer: Mapping[str, NewerAnswer],
    ) -> None:
        """Set what others saved beside what was typed; sent again, it is meant.

        What was left alone takes over what is stored. Args: newer: by prompt, what was changed
        here and by others.
        """
        shown = self.shown()
        for field in self.prompts:
            code = field.prompt.code
            if code in newer:
                field.newer_answer = newer[code]
                shown[code] = digest_answer(stored.get(code))
            elif digest_answer(field.data) == shown.get(code):
                field.show_answer(stored.get(code))
                shown[code] = digest_answer(stored.get(code))
        self.version.data, self.seen.data = version, write_seen(shown)


def write_seen(digests: Mapping[str, str]) -> str:
    """What each prompt showed, as a hidden field carries it."""
    return " ".join(f"{code}:{digest}" for code, digest in digests.items())


def read_seen(text: str) -> dict[str, str]:
    """By prompt, the digest of what it showed: what `write_seen` wrote."""
    pairs = (pair.partition(":") for pair in text.split())
    return {code: digest for code, _colon, digest in pairs}


def write_controls(prompt: Prompt, answer: PlanAnswer | None) -> dict[str, str]:
    """An answer as the controls on the page say it, by their names."""
    name = PREFIX + prompt.code
    typed = write_answer(prompt, answer)
    if prompt.kind in DECIDED and not typed:
        typed = {"": UNDECIDED}
    return {f"{name}-{short}" if short else name: text for short, text in typed.items()}


@cache
def make_plan_form_class(code: str, language: str, *, only: str | None = None) -> type[PlanForm]:
    """The form of a section in one language; only: of this prompt alone."""
    section = find_workbook_section(code, language)
    prompts: Sequence[Prompt] = section.prompts if section else ()
    if only is not None:
        prompts = [prompt for prompt in prompts if prompt.code == only]
    fields = {PREFIX + prompt.code: PlanField(prompt) for prompt in prompts}
    return cast("type[PlanForm]", type("SectionPlanForm", (PlanForm,), fields))
