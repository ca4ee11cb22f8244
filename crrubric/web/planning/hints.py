"""What the workbook suggests for criteria of the rubric, and the page on which the chair takes each
hint or declines it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.planning.differences import write_hint_reason
from crrubric.domain.planning.progress import list_shown_hints
from crrubric.domain.planning.prompts import (
    HintKey,
    HintKind,
    HintMismatch,
    WorkbookSection,
    find_hint_mismatch,
)
from crrubric.domain.planning.section_files import load_workbook_sections
from crrubric.domain.versions import fingerprint_values
from crrubric.extensions import db
from crrubric.models import Criterion, HintDecision, KnownNeed
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.planning.needs import load_needs
from crrubric.queries.planning.workbook import (
    load_hint_decisions,
    load_plan_rights,
    load_workbook,
)
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.services.planning.hints import SettledHint, read_settled_hint, settle_hint
from crrubric.web.planning.forms import NO, YES, HintForm
from crrubric.web.planning.plan_words import make_answer_formatter
from crrubric.web.planning.workbook import HOME
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("hints", __name__, url_prefix="/evaluations/<slug>/plan/hints")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHint:
    """A hint with its reason in words, and the section that it comes from.

    readable: whether the section is one that the reader of the hint may open. decision: what the
    chair made of it; None on the voting page: whoever votes decides alone.
    """

    kind: HintKind
    reason: str
    section: WorkbookSection
    readable: bool = True
    decision: HintDecision | None = None

    def compare_with_rubric(self, must_have: bool | None) -> HintMismatch | None:
        """What is to be pointed out beside a criterion; None for nothing, or for no criterion."""
        if self.decision is None or must_have is None:
            return None
        return find_hint_mismatch(self.kind, taken=self.decision.taken, must_have=must_have)


def find_criterion_hints(seat: Seat, *, voting: bool = False) -> Mapping[str, Sequence[ShownHint]]:
    """By code of the criterion, what those sections suggest that the seat may read.

    Args: voting: all sections: whoever votes on must-haves is told why one is suggested.
    """
    rights = load_plan_rights(db.session(), seat)
    workbook = load_workbook(db.session(), seat.evaluation.id)
    decisions = {} if voting else load_hint_decisions(db.session(), seat.evaluation.id)
    words = make_answer_formatter()
    found: dict[str, list[ShownHint]] = {}
    for section in load_workbook_sections(current_language()):
        readable = rights.may_read(section.code)
        if readable or voting:
            answers = workbook.answers(section.code)
            for hint in list_shown_hints(section, answers):
                reason = write_hint_reason(hint, section, answers, words)
                key = HintKey(section.code, hint.criterion, hint.kind)
                shown = ShownHint(
                    kind=hint.kind,
                    reason=reason,
                    section=section,
                    readable=readable,
                    decision=decisions.get(key),
                )
                found.setdefault(hint.criterion, []).append(shown)
    return found


@dataclass(frozen=True, slots=True)
class HintLine:
    """A hint with its criterion and its form."""

    criterion: Criterion
    hint: ShownHint
    key: HintKey
    form: HintForm

    @property
    def anchor(self) -> str:
        """The id of the hint on the page."""
        return name_hint(self.key)


@bp.get("")
@require_permission(Action.EDIT_SETUP)
def show_hints(seat: Seat) -> ResponseReturnValue:
    """Every hint that the answers give, in the order of the rubric."""
    return render_hints(seat, list_hint_lines(seat))


def list_hint_lines(seat: Seat) -> list[HintLine]:
    """The hints for criteria of this rubric, with what is settled in their forms."""
    hints = find_criterion_hints(seat)
    parts = list_rubric_parts(db.session(), seat.evaluation.id)
    return [
        HintLine(row, hint, key, make_hint_form(key, hint))
        for part in parts
        for row in part.criteria
        for hint in hints.get(row.code, ())
        for key in (HintKey(hint.section.code, row.code, hint.kind),)
    ]


def make_hint_form(key: HintKey, hint: ShownHint) -> HintForm:
    """The form with what is settled."""
    form = HintForm(formdata=None).named(name_hint(key))
    if hint.decision is not None:
        form.settled.data = YES if hint.decision.taken else NO
        form.reason.data = hint.decision.reason
    form.version.data = fingerprint_values(read_settled_hint(hint.decision))
    return form


def name_hint(key: HintKey) -> str:
    """What the ids of its controls begin with."""
    return f"{key.section}-{key.criterion}-{key.kind.value}-"


def render_hints(seat: Seat, lines: Sequence[HintLine], problems: Sequence[str] = ()) -> str:
    """The page. Args: problems: why one was not saved."""
    linked = [
        (
            field.id,
            f"{translate_rubric_text(line.criterion, 'title', current_language())}:"
            f" {field.errors[0]}",
        )
        for line in lines
        for field in line.form
        if field.errors
    ]
    return render_page(
        "planning/hints.html",
        seat,
        under=HOME,
        lines=lines,
        needs=list_needs_by_criterion(seat),
        linked=linked,
        problems=problems,
    )


def list_needs_by_criterion(seat: Seat) -> list[tuple[Criterion, KnownNeed]]:
    """What the curriculum in place was found to lack, in the order of the rubric."""
    needs = load_needs(db.session(), seat.evaluation.id)
    parts = list_rubric_parts(db.session(), seat.evaluation.id) if needs else ()
    return [(row, needs[row.id]) for part in parts for row in part.criteria if row.id in needs]


@bp.post("/<string:section>/<string:criterion>/<string:kind>")
@require_permission(Action.EDIT_SETUP)
def save_hint(seat: Seat, section: str, criterion: str, kind: str) -> ResponseReturnValue:
    """Take one hint, or decline it."""
    if kind not in set(HintKind):
        raise make_not_found()
    key = HintKey(section, criterion, HintKind(kind))
    form, problems, status = HintForm().named(name_hint(key)), [], 422
    if form.validate():
        settled = SettledHint(taken=form.settled.data == YES, reason=form.reason.data or "")
        try:
            settle_hint(
                current_actor(), seat.evaluation.slug, key, settled, seen=form.version.data or ""
            )
            flash(_("Saved. The rubric is as it was."), "done")
            return redirect_to("hints.show_hints", seat, _anchor=name_hint(key))
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            problems, status = [translate_error(error)], 409
    lines = list_hint_lines(seat)
    for place, line in enumerate(lines):
        if line.key == key:  # what was typed stays; what is stored stands above it
            form.version.data = line.form.version.data
            lines[place] = replace(line, form=form)
    return render_hints(seat, lines, problems), status
