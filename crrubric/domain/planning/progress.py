"""How far a section of the workbook is, what it lacks, what it warns of; and the goal's check."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from crrubric.domain.planning.answers import PlanAnswer, digest_answer, is_rows
from crrubric.domain.planning.prompts import (
    AnswerWarning,
    ConditionTest,
    CriterionHint,
    Prompt,
    WarningCondition,
    WorkbookSection,
)
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum

PlanAnswers = Mapping[str, PlanAnswer]

GOAL = "goal"  # the section with the goal
LETTERS = ("specific", "measurable", "attainable", "realistic", "time_bound")  # its five cells
LETTER_LABELS = dict(
    zip(
        LETTERS,
        (
            N_("Specific"), N_("Measurable"), N_("Attainable"), N_("Realistic"), N_("Time-bound"),
        ),
        strict=True,
    )
)  # fmt: skip
# which cell a check is about, where it has another name there
CELL_OF_LETTER = {"relevant": "realistic"}
CHECK = "goal_check"  # among the answers of a section: whether the goal holds, of which wording
HOLDS, AMEND = "holds", "amend"


class SectionState(LabelledEnum):
    """How far a section is."""

    EMPTY = "EMPTY", N_("empty")
    STARTED = "STARTED", N_("started")
    COMPLETE = "COMPLETE", N_("complete")


def digest_goal(goal: PlanAnswers) -> str:
    """The wording of the goal in short; "" while nothing of it is written."""
    words = [goal.get(letter) for letter in LETTERS]
    if not any(words):
        return ""
    return digest_answer([{"words": str(text or "")} for text in words])


def make_goal_check(verdict: str, wording: str) -> list[dict[str, str]]:
    """The answer to “does the goal still hold?”, with the wording that was asked about."""
    return [{"verdict": verdict, "wording": wording}]


def read_goal_check(answers: PlanAnswers, wording: str) -> str:
    """What was said of the present wording of the goal: HOLDS, AMEND, or "" for nothing yet."""
    row = answers.get(CHECK)
    if not is_rows(row) or not row or row[0].get("wording") != wording:
        return ""
    return row[0].get("verdict", "")


def is_wording_checked(wording: str, sections: Iterable[PlanAnswers]) -> bool:
    """Whether any of these sections was held against this wording of the goal."""
    return bool(wording) and any(read_goal_check(answers, wording) for answers in sections)


def list_missing_prompts(section: WorkbookSection, answers: PlanAnswers) -> list[Prompt]:
    """The prompts without which the section is not complete: without an answer, or with a row that
    does not say what it is about, such as a step with an owner and no words."""
    return [
        one for one in section.prompts if one.needed and _is_unfinished(one, answers.get(one.code))
    ]


def _is_unfinished(prompt: Prompt, answer: PlanAnswer | None) -> bool:
    wanted = [column.code for column in prompt.columns if column.needed]
    if is_rows(answer) and wanted:
        return not answer or not all(row.get(code) for row in answer for code in wanted)
    return not answer


def is_check_missing(section: WorkbookSection, answers: PlanAnswers, wording: str) -> bool:
    """Whether it is still to be said that the present goal holds; not while there is none."""
    return bool(section.check and wording) and read_goal_check(answers, wording) != HOLDS


def find_section_state(
    section: WorkbookSection, answers: PlanAnswers, wording: str
) -> SectionState:
    """How far it is. Args: wording: of the present goal, as `digest_goal` has it."""
    known = {prompt.code for prompt in section.prompts}
    if not any(answers.get(code) for code in known):
        return SectionState.EMPTY
    if list_missing_prompts(section, answers) or is_check_missing(section, answers, wording):
        return SectionState.STARTED
    return SectionState.COMPLETE


def list_shown_warnings(section: WorkbookSection, answers: PlanAnswers) -> list[AnswerWarning]:
    """The warnings all of whose conditions hold; they forbid nothing."""
    return [each for each in section.warnings if _hold_all(each.conditions, answers)]


def list_shown_hints(section: WorkbookSection, answers: PlanAnswers) -> list[CriterionHint]:
    """The hints all of whose conditions hold; nothing follows from them by itself."""
    return [each for each in section.hints if _hold_all(each.conditions, answers)]


def _hold_all(conditions: Iterable[WarningCondition], answers: PlanAnswers) -> bool:
    return all(_holds(each, answers.get(each.prompt)) for each in conditions)


def _holds(condition: WarningCondition, answer: PlanAnswer | None) -> bool:
    if condition.test is ConditionTest.EMPTY:
        return not answer
    if condition.test is ConditionTest.OTHER_THAN:
        return not _says(answer, condition.value)
    if not answer:
        return False
    if condition.test is ConditionTest.GIVEN:
        return True
    if condition.test is ConditionTest.EQUAL:
        return _says(answer, condition.value)
    if not isinstance(answer, str):
        return False
    try:
        number, bound = Decimal(answer), Decimal(condition.value)
    except InvalidOperation:
        return False
    return number < bound if condition.test is ConditionTest.BELOW else number > bound


def _says(answer: PlanAnswer | None, value: str) -> bool:
    """Whether the answer is this value, or has it among what was chosen."""
    if is_rows(answer):
        return any(row.get("option") == value for row in answer)
    return answer == value


def find_goal_lines(versions: Sequence[PlanAnswers]) -> list[int]:
    """Which of the versions of the goal, oldest first, have another wording than the one before."""
    found, before = [], ""
    for place, answers in enumerate(versions):
        wording = digest_goal(answers)
        if wording and wording != before:
            found.append(place)
        before = wording
    return found
