"""Forms for questions to vendors: asking, writing, merging, sending, answering."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from crrubric.domain import limits
from crrubric.models import Question
from crrubric.queries.setup.rubrics import RubricPart
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.web.shared.forms import (
    DayField,
    Form,
    ListChoiceField,
    SometimesNeeded,
    VersionedForm,
    limit_length,
)
from crrubric.web.shared.language import current_language

NEW = ""  # the choice that stands for a question that there isn't yet


class AskForm(Form):
    """What a reviewer wants to know from a vendor."""

    words = TextAreaField(
        _("Your question"),
        [InputRequired(_("Say what you want to know.")), limit_length(limits.QUESTION)],
    )


class QuestionForm(Form):
    """A question of the chair's own."""

    words = TextAreaField(
        _("The question"), [InputRequired(_("Write the question.")), limit_length(limits.QUESTION)]
    )
    criterion = ListChoiceField(_("It is about"), [Optional()])

    def offer(self, parts: Iterable[RubricPart]) -> None:
        """The criteria to choose from; the whole offer comes first."""
        self.criterion.choices = [
            SelectChoice("", _("the whole offer")),
            *(
                SelectChoice(str(row.id), translate_rubric_text(row, "title", current_language()))
                for part in parts
                for row in part.criteria
            ),
        ]

    def criterion_id(self) -> int | None:
        """The criterion that was chosen, if any."""
        return int(self.criterion.data) if self.criterion.data else None


class QuestionWordsForm(VersionedForm):
    """Other words for a question; `version` is the one that was seen."""

    words = TextAreaField(
        _("The question"), [InputRequired(_("Write the question.")), limit_length(limits.QUESTION)]
    )


class MergeForm(Form):
    """What is made of the askings that are ticked: a new question, or a part of one there is."""

    into = ListChoiceField(_("Turn the selected questions into"), [Optional()])
    words = TextAreaField(_("The question"), [SometimesNeeded(), limit_length(limits.QUESTION)])

    def offer(self, questions: Iterable[Question]) -> None:
        """The questions that what is ticked can be put to; without any, a new one needs words."""
        there = [SelectChoice(str(row.id), shorten_words(row.words)) for row in questions]
        self.into.choices = [SelectChoice(NEW, _("one new question, worded as below")), *there]
        self.words.flags.required = not there

    def validate_words(self, field: TextAreaField) -> None:
        """A question that there is keeps its words: other ones would be read by nobody."""
        if self.into.data and (field.data or "").strip():
            raise ValidationError(
                _(
                    "The question that you chose keeps its words: delete these, or choose one new"
                    " question."
                )
            )


class SendQuestionsForm(Form):
    """When the questions to a vendor were sent."""

    sent_on = DayField(_("Sent on"), [InputRequired(_("Enter the day on which they were sent."))])
    shown = HiddenField()  # which questions, in which version


class AnswerForm(VersionedForm):
    """What the vendor answered; `version` is the one that was seen."""

    answer = TextAreaField(
        _("The vendor’s answer"),
        [InputRequired(_("Enter what the vendor answered.")), limit_length(limits.LONG_TEXT)],
    )
    answered_on = DayField(_("Answered on"), [InputRequired(_("Enter the day of the answer."))])


class QuestionWithdrawalForm(VersionedForm):
    """Why a question is withdrawn; `version` is the one that was seen."""

    reason = TextAreaField(_("Why?"), [InputRequired(_("Say why.")), limit_length(limits.NOTE)])


def shorten_words(words: str) -> str:
    """Words that fit into a list to choose from."""
    line = " ".join(words.split())
    return line if len(line) <= 80 else line[:79] + "…"


def number_field_ids(form: Form, number: int) -> None:
    """Give the controls ids of their own: the page has one such form for each vendor."""
    for field in form:
        field.id = f"{field.id}-{number}"
