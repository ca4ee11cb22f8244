"""What the workbook suggests for criteria of the rubric, for a seat that may read why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crrubric.domain.planning.answers import PlanAnswer
from crrubric.domain.planning.progress import list_shown_hints
from crrubric.domain.planning.prompts import CriterionHint, HintKind, WorkbookSection
from crrubric.domain.planning.section_files import load_workbook_sections
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.workbook import load_plan_rights, load_workbook
from crrubric.web.planning.plan_words import write_answer_in_words
from crrubric.web.shared.language import current_language


@dataclass(frozen=True, slots=True)
class ShownHint:
    """A hint with its reason in words, and the section that it comes from.

    readable: whether the section is one that the reader of the hint may open.
    """

    kind: HintKind
    reason: str
    section: WorkbookSection
    readable: bool = True


def find_criterion_hints(seat: Seat, *, whole: bool = False) -> Mapping[str, Sequence[ShownHint]]:
    """By code of the criterion, what those sections suggest that the seat may read.

    Args: whole: all sections: whoever votes on must-haves is told why one is suggested.
    """
    rights = load_plan_rights(db.session(), seat)
    workbook = load_workbook(db.session(), seat.evaluation.id)
    found: dict[str, list[ShownHint]] = {}
    for section in load_workbook_sections(current_language()):
        readable = rights.may_read(section.code)
        if readable or whole:
            answers = workbook.answers(section.code)
            for hint in list_shown_hints(section, answers):
                reason = write_reason(hint, section, answers)
                shown = ShownHint(hint.kind, reason, section, readable)
                found.setdefault(hint.criterion, []).append(shown)
    return found


def write_reason(
    hint: CriterionHint, section: WorkbookSection, answers: Mapping[str, PlanAnswer]
) -> str:
    """Why, with the answer that it is about."""
    prompt = section.find_prompt(hint.conditions[0].prompt)
    answer = write_answer_in_words(prompt, answers.get(prompt.code)) if prompt else ""
    return hint.text.replace("{answer}", answer)
