"""Forms around scoring: practice marks, assignment, ballots on behalf, corrections."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.typed import parse_id
from crrubric.domain.vocabulary import (
    Answer,
    CorrectionEffect,
    DeclarationKind,
    EntrySource,
    EvidenceKind,
)
from crrubric.web.setup.forms import TRANSLATIONS
from crrubric.web.shared.forms import (
    DayField,
    Form,
    LeftOpen,
    ListChoiceField,
    OneChosen,
    RadioChoiceField,
    SometimesNeeded,
    VersionedForm,
    ask_to_choose,
    coerce_optional,
    limit_length,
    list_choices,
)
from crrubric.web.shared.versions import EditForm

EVERYTHING, SOME = "everything", "some"


class WordedForm(VersionedForm):
    """An answer to words that may change: `version` and `wording` are what was seen."""

    wording = HiddenField()

    def seen_wording(self) -> int | None:
        """The wording that the page asked; None from a page that said nothing of it."""
        return parse_id(self.wording.data or "")


class MarkForm(WordedForm):
    """One mark: an answer with its note and evidence."""

    answer = RadioChoiceField(_("Does the vendor meet this criterion?"), coerce=Answer,
                        choices=list_choices(Answer),
                        validators=[InputRequired(_("Choose an answer"))])  # fmt: skip
    note = TextAreaField(_("Why? What did you see?"), [Optional(), limit_length(limits.NOTE)])
    evidence_kind = ListChoiceField(_("Kind of evidence"), coerce=coerce_optional(EvidenceKind),
                                choices=list_choices(EvidenceKind, empty=_("Not said")),
                                validators=[Optional()])  # fmt: skip
    evidence_place = StringField(
        _("Where: page, time, lesson, link"), [Optional(), limit_length(limits.SHORT_TEXT)]
    )
    evidence_on = DayField(_("Seen on"), [Optional()])
    evidence_until = DayField(_("Valid until"), [Optional()])


class DeclarationForm(Form):
    """A declaration of interest for one vendor."""

    kind = RadioChoiceField(
        _("Your declaration"),
        coerce=DeclarationKind,
        choices=list_choices(DeclarationKind),
        validators=[OneChosen()],
    )
    words = TextAreaField(
        _("What is the conflict?"), [SometimesNeeded(), limit_length(limits.NOTE)]
    )


class ConflictWordsForm(EditForm):
    """Other words for one's own conflict of interest."""

    words = TextAreaField(
        _("What is the conflict?"),
        [InputRequired(_("Say what the conflict of interest is.")), limit_length(limits.NOTE)],
    )
    reason = TextAreaField(
        _("Why do you correct it?"), [InputRequired(_("Say why.")), limit_length(limits.NOTE)]
    )


class OneDeclarationForm(Form):
    """A declaration for one vendor among others, which can be left open. The form around it has
    the token."""

    class Meta(Form.Meta):
        """A part of a form that has a token."""

        csrf = False

    kind = RadioChoiceField(
        _("Your declaration"),
        [LeftOpen()],
        coerce=DeclarationKind,
        choices=list_choices(DeclarationKind),
    )
    words = TextAreaField(
        _("What is the conflict?"), [SometimesNeeded(), limit_length(limits.NOTE)]
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it can be used: words alone declare nothing."""
        good = super().validate(extra_validators)
        if self.words.data and not self.kind.data and not self.kind.errors:
            self.kind.errors = [ask_to_choose(self.kind)]
            good = False
        return good


class PracticeForm(VersionedForm):
    """One mark of the practice round."""

    answer = RadioChoiceField(_("Does the vendor meet this criterion?"), coerce=Answer,
                     choices=list_choices(Answer),
                     validators=[InputRequired(_("Choose an answer"))])  # fmt: skip
    note = TextAreaField(_("Why? What did you see?"), [Optional(), limit_length(limits.NOTE)])


class VoteForm(WordedForm):
    """One answer in the vote on must-haves."""

    answer = RadioChoiceField(
        _("Is it a must-have for us?"),
        coerce=Answer,
        choices=[SelectChoice(one.value, _(one.label)) for one in Answer if one.decisive],
        validators=[InputRequired(_("Choose an answer"))],
    )
    note = TextAreaField(_("Why?"), [Optional(), limit_length(limits.NOTE)])


class AssignmentForm(EditForm):
    """What a reviewer is to mark; the ticks stand in the page and are read by the view."""

    vendors = RadioChoiceField(
        _("Vendors"),
        choices=[
            SelectChoice(EVERYTHING, _("Every vendor, those added later as well")),
            SelectChoice(SOME, _("Only those selected")),
        ],
        validators=[OneChosen()],
    )
    criteria = RadioChoiceField(
        _("Criteria"),
        choices=[
            SelectChoice(EVERYTHING, _("Every criterion, those added later as well")),
            SelectChoice(SOME, _("Only those selected")),
        ],
        validators=[OneChosen()],
    )


class EntryForm(Form):
    """How a ballot was given; its answers stand in the page and are read by the view.

    whose: of whom and for which vendor the ballot is that the page was opened for.
    """

    whose = HiddenField()
    source = RadioChoiceField(
        _("How was it given?"),
        coerce=EntrySource,
        choices=list_choices(EntrySource),
        validators=[OneChosen()],
    )
    given_on = DayField(
        _("On which day?"), [InputRequired(_("Enter the day on which the ballot was given."))]
    )
    no_conflict = BooleanField(_("The reviewer says that they have no conflict of interest"))
    rest = StringField(
        _("Why do the others have no mark?"), [SometimesNeeded(), limit_length(limits.SHORT_TEXT)]
    )


class OfflineFileForm(Form):
    """A workbook with one's own ballots that was filled in."""

    file = FileField(_("Your filled-in workbook (.xlsx)"), [FileRequired(_("Choose a file."))])


class EntryBookFileForm(Form):
    """A workbook with another's ballots that they filled in."""

    file = FileField(
        _("The workbook as you got it back (.xlsx)"), [FileRequired(_("Choose a file."))]
    )


class OfflinePreviewForm(Form):
    """The button below what a workbook would change; its choices stand in the page and are read by
    the view. `version` is of what the page showed."""

    version = HiddenField()


class EntryBookForm(Form):
    """How a workbook was given; the choices beside it stand in the page and are read by the view.
    `version` is of what the page showed."""

    version = HiddenField()
    given_on = DayField(
        _("On which day was it given to you?"),
        [InputRequired(_("Enter the day on which the ballots were given."))],
    )
    no_conflict = BooleanField(
        _("The reviewer says that they have no conflict of interest with these vendors")
    )
    rest = StringField(
        _("Why do the others have no mark?"), [SometimesNeeded(), limit_length(limits.SHORT_TEXT)]
    )


class CorrectionForm(EditForm):
    """A criterion corrected after ballots opened."""

    told_as = TRANSLATIONS

    title = StringField(
        _("Title"),
        [InputRequired(_("Enter a title for the criterion.")), limit_length(limits.TITLE)],
    )
    question = TextAreaField(_("Question, to be answered YES or NO"), [limit_length(limits.NOTE)])
    look_for = TextAreaField(_("What to look for"), [Optional(), limit_length(limits.NOTE)])
    effect = RadioChoiceField(
        _("Marks that were given already"),
        coerce=CorrectionEffect,
        choices=list_choices(CorrectionEffect),
        validators=[InputRequired(_("Say what happens to marks already given."))],
    )
    reason = TextAreaField(_("Why?"), [InputRequired(_("Say why.")), limit_length(limits.NOTE)])

    def offer(self, *, after_shown: bool) -> None:
        """Offer what is possible: marks stay once the committee has seen the ballots."""
        if after_shown:
            kept = CorrectionEffect.KEEP
            self.effect.choices = [SelectChoice(kept.value, _(kept.label))]
