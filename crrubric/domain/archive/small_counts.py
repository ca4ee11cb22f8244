"""Numbers that could tell of a learner: copies for the public show none of an answer that has one.

The memo hides the same. What the record itself has of them stays in it, and in whole archives.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from crrubric.domain.archive.redaction import TextPlace
from crrubric.domain.event_fields import find_text_kinds
from crrubric.domain.events import Event
from crrubric.domain.planning.answers import PlanAnswer, is_rows
from crrubric.domain.planning.disclosure import is_small, tells_of_a_learner
from crrubric.domain.planning.followup.measures import MeasureUnit
from crrubric.domain.planning.progress import CHECK
from crrubric.domain.record.chain import ChainLink
from crrubric.domain.record.entries import ROW
from crrubric.domain.record.texts import iterate_strings

ANSWERED = (Event.PLAN_ANSWERED, Event.PLAN_RESTORED)
MEASURED = (
    Event.MEASURE_RECORDED, Event.MEASURE_CHANGED, Event.ACTUAL_RECORDED, Event.ACTUAL_CORRECTED,
)  # fmt: skip
TOLD_OF_LEARNERS = (*ANSWERED, *MEASURED, Event.COHORT_CHANGED)  # what can tell of a learner
NUMBERS = ("baseline", "measured")  # of a measure; what is aimed at tells of nobody


def hide_small_answers(
    section: str, answers: Mapping[str, PlanAnswer], mask: str
) -> dict[str, PlanAnswer]:
    """The answers of a section without the numbers of those that tell of a learner: without one
    alone, who knows the sum could work it out."""
    return {
        prompt: _hide_numbers(answer, mask)
        if tells_of_a_learner(section, prompt, answer)
        else answer
        for prompt, answer in answers.items()
    }


def hide_goal_wording(answers: Mapping[str, PlanAnswer], mask: str) -> dict[str, PlanAnswer]:
    """The answers of a section without the digest of the goal that one holds: hidden words of the
    goal could be tried against it."""
    said = answers.get(CHECK)
    if said is None or not is_rows(said):
        return dict(answers)
    return {**answers, CHECK: [{**row, "wording": mask} for row in said]}


def find_goal_checks(link: ChainLink) -> frozenset[str]:
    """The texts of an entry of the journal that have that digest."""
    content = link.content or {}
    if content.get("event") not in ANSWERED:
        return frozenset()
    told = [part for part in (content.get("before"), content.get("after")) if part]
    rows = [each for part in told for each in part.get("answers", ())]
    return frozenset(row["words"] for row in rows if row["prompt"] == CHECK and row["words"])


def _hide_numbers(answer: PlanAnswer, mask: str) -> PlanAnswer:
    if not is_rows(answer):
        return mask
    return [{**row, "count": mask} if "count" in row else row for row in answer]


def find_small_texts(link: ChainLink, of_persons: Collection[int]) -> frozenset[str]:
    """The texts of an entry of the journal that tell of a learner.

    Args: of_persons: ids of the measures that count people.
    """
    content = link.content or {}
    told = [part for part in (content.get("before"), content.get("after")) if part]
    if content.get("event") in ANSWERED:
        section = str(content.get("subject"))
        return frozenset(text for part in told for text in _iterate_small_answers(section, part))
    if content.get("event") in MEASURED and any(_counts_people(part, of_persons) for part in told):
        found = (part.get(name) for part in told for name in NUMBERS)
        return frozenset(text for text in found if isinstance(text, str) and is_small(text))
    return frozenset()


def tells_of_past_learners(link: ChainLink) -> bool:
    """Whether an entry tells numbers of a past cohort, which are no texts that could be withheld
    one by one: of twenty learners one may have graduated, and two versions differ by a few."""
    content = link.content or {}
    if content.get("event") != Event.COHORT_CHANGED:
        return False
    told = (part for part in (content.get("before"), content.get("after")) if part)
    return any(learners is not None for part in told for *_pace, learners, _done in part["groups"])


def find_small_places(link: ChainLink, of_persons: Collection[int]) -> Iterator[TextPlace]:
    """Where an entry of the journal has texts that tell of a learner, all of it if numbers do.

    Args: as `find_small_texts`.
    Raises: ValueError for the content of an entry that nobody can read.
    """
    if tells_of_past_learners(link):
        yield TextPlace(link.number, "")
    small = find_small_texts(link, of_persons)
    event = Event((link.content or {})["event"]) if small else None
    for pointer, name, text in iterate_strings(link.content or {}):
        if event is not None and text in small and find_text_kinds(event, name):
            yield TextPlace(link.number, pointer)


def _iterate_small_answers(section: str, part: Mapping[str, Any]) -> Iterator[str]:
    for each in part.get("answers", ()):
        text = each["words"]
        if text and tells_of_a_learner(section, each["prompt"], json.loads(text)):
            yield text


def _counts_people(part: Mapping[str, Any], of_persons: Collection[int]) -> bool:
    of = (part.get(ROW) or {}).get("measure")
    return part.get("unit") == MeasureUnit.PERSONS.value or of in of_persons
