"""The practice round and the assignments of the demo's evaluations."""

from collections.abc import Mapping
from typing import Any

from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Answer
from crrubric.models import AssignedCriterion, PracticeMark
from crrubric.queries.people.people import actor_of
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.shared.journal import EntryReferences, note_event

ANSWERS = {
    "Y": Answer.YES,
    "N": Answer.NO,
    "?": Answer.CANNOT_TELL,
    "A": Answer.NOT_APPLICABLE,
}


def add_practice_marks(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    """Practice marks, a letter a criterion, of those who are done; with their notes."""
    notes = {(note["person"], note["criterion"]): note["note"] for note in row.get("said", ())}
    for person, letters in row.get("practice", {}).items():
        member, when = cast.members[person], cast.ago(row["practice_days_ago"] - 1)
        member.practiced_at = when
        for criterion, letter in zip(cast.criteria.values(), letters, strict=True):
            if letter != "-":
                mark = PracticeMark(
                    member_id=member.id,
                    criterion_id=criterion.id,
                    answer=ANSWERS[letter],
                    note=notes.get((person, criterion.code), ""),
                    marked_at=when,
                )
                cast.session.add(mark)
        note_event(
            cast.session,
            actor_of(cast.users[person]),
            Event.PRACTICE_FINISHED,
            evaluation_id=cast.evaluation.id,
            about=EntryReferences(member_id=member.id),
            at=when,
        )


def add_assignments(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    """Who is limited to some sections of the rubric."""
    for person, sections in row.get("assigned", {}).items():
        member = cast.members[person]
        own = [row for row in cast.criteria.values() if row.section.code in sections]
        member.every_criterion = False
        cast.session.add_all(
            AssignedCriterion(member_id=member.id, criterion_id=criterion.id) for criterion in own
        )
        note_event(
            cast.session,
            cast.chair,
            Event.MEMBER_ASSIGNED,
            evaluation_id=cast.evaluation.id,
            subject=member.name,
            about=EntryReferences(member_id=member.id),
            before={"vendors": "everything", "criteria": "everything"},
            after={"vendors": "everything", "criteria": [criterion.code for criterion in own]},
            at=cast.evaluation.created_at,
        )
