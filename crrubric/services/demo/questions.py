"""The questions to vendors of the demo's evaluations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.vocabulary import NoticeKind, Phase
from crrubric.models import Asking, Criterion, Evaluation, Member, Question, User, Vendor
from crrubric.queries.people.people import Actor, actor_of
from crrubric.services.mail.notices import notify_members
from crrubric.services.questions.answers import serialize_answer
from crrubric.services.questions.askings import draw_id
from crrubric.services.shared.journal import ROW, EntryReferences, note_event


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEvaluation:
    """One evaluation of the demo with what its file names; `ago` counts days back from now."""

    session: Session
    evaluation: Evaluation
    users: Mapping[str, User]
    members: Mapping[str, Member]
    vendors: Mapping[str, Vendor]
    criteria: Mapping[str, Criterion]
    ago: Callable[[float], datetime]

    @property
    def chair(self) -> Actor:
        """Who writes the questions."""
        return actor_of(self.users["dana"])

    def note(
        self,
        actor: Actor,
        event: Event,
        row: Mapping[str, Any],
        days: float,
        *,
        after: Mapping[str, Any],
        member_id: int | None = None,
    ) -> None:
        """The journal entry of a step."""
        vendor, criterion = self.vendors[row["vendor"]], self.criteria[row["criterion"]]
        note_event(
            self.session,
            actor,
            event,
            evaluation_id=self.evaluation.id,
            subject=vendor.name,
            about=EntryReferences(vendor.id, criterion.id, member_id),
            after=after,
            at=self.ago(days),
        )


def add_questions(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    """What reviewers asked, the questions made of it, and the answers."""
    for entry in row.get("asking", ()):
        add_asking(cast, entry, entry["person"], entry["days_ago"])
    for entry in row.get("question", ()):
        asked = [
            add_asking(cast, entry, person, entry["sent_days_ago"] + 1)
            for person in entry["asked_by"]
        ]
        question = add_question(cast, entry, [asking.id for asking in asked])
        for asking in asked:
            asking.question_id = question.id
        if question.answered_on and cast.evaluation.phase is Phase.SCORING:
            members = [cast.members[person].id for person in entry["asked_by"]]
            facts = {"vendor": cast.vendors[entry["vendor"]].name, "question": question.words}
            kind, vendor = NoticeKind.QUESTION_ANSWERED, question.vendor_id
            notify_members(cast.session, members, kind, facts, vendor_id=vendor)


def add_asking(cast: DemoEvaluation, row: Mapping[str, Any], person: str, days: float) -> Asking:
    """Something that one person asked."""
    asking = Asking(
        id=draw_id(),
        member_id=cast.members[person].id,
        vendor_id=cast.vendors[row["vendor"]].id,
        criterion_id=cast.criteria[row["criterion"]].id,
        words=row["words"],
        asked_at=cast.ago(days),
    )
    cast.session.add(asking)
    after = {"words": row["words"], ROW: {"asking": asking.id}}
    who = actor_of(cast.users[person])
    member = asking.member_id
    cast.note(who, Event.QUESTION_ASKED, row, days, after=after, member_id=member)
    return asking


def add_question(cast: DemoEvaluation, row: Mapping[str, Any], asked: Sequence[int]) -> Question:
    """A question that was sent, perhaps with its answer. `asked`: ids of what it was made of."""
    sent, answered = row["sent_days_ago"], row.get("answered_days_ago")
    question = Question(
        vendor_id=cast.vendors[row["vendor"]].id,
        criterion_id=cast.criteria[row["criterion"]].id,
        words=row["words"],
        recorded_by=cast.chair.name,
        recorded_at=cast.ago(sent),
        sent_on=cast.ago(sent).date(),
    )
    cast.session.add(question)
    cast.session.flush()
    key = {"question": question.id}
    written = {"words": row["words"], "askings": len(asked), ROW: {**key, "askings": asked}}
    cast.note(cast.chair, Event.QUESTION_WRITTEN, row, sent, after=written)
    day = cast.ago(sent).date().isoformat()
    told = {"questions": 1, "sent on": day, ROW: {"questions": [question.id]}}
    cast.note(cast.chair, Event.QUESTIONS_SENT, row, sent, after=told)
    if answered is not None:
        question.answer, question.answered_on = row["answer"], cast.ago(answered).date()
        question.answer_recorded_by = cast.chair.name
        question.answer_recorded_at = cast.ago(answered)
        question.version = 2
        after = {**serialize_answer(question), ROW: key}
        cast.note(cast.chair, Event.QUESTION_ANSWERED, row, answered, after=after)
    cast.session.flush()
    return question
