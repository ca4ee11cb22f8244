"""The files of a redacted copy: chosen texts hidden, and names behind roles."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import groupby
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.archive.manifest import LeftOut
from crrubric.domain.archive.redaction import mark_as_ours
from crrubric.domain.archive.small_counts import (
    find_goal_checks,
    find_small_texts,
    hide_goal_wording,
    hide_small_answers,
    tells_of_past_learners,
)
from crrubric.domain.documents.tree import Document
from crrubric.domain.meeting.minutes_paper import MinutesFacts
from crrubric.domain.meeting.ranking import AdoptedRanking
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.issuing.issues import MemoFormat
from crrubric.domain.memo.issuing.roles import hide_names, hide_people
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.planning.answers import PlanAnswer
from crrubric.domain.planning.differences import make_share_pattern
from crrubric.domain.planning.followup.measures import MeasureUnit
from crrubric.domain.record.chain import ChainLink
from crrubric.domain.record.copies import withhold_entry
from crrubric.domain.translation import N_
from crrubric.models import Measure, MemoFile
from crrubric.queries.exchange.archives import (
    iterate_sealed_ballots,
    iterate_sealed_votes,
    list_issue_files,
    list_kept_files,
    read_kept_bytes,
)
from crrubric.queries.exchange.redactions import list_small_places, load_redactor
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.memo.roles import load_role_book
from crrubric.queries.people.access import Seat
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.exchange.csv_files import Row, iterate_csv
from crrubric.services.exchange.archives.parts import ArchiveParts, Part

LOG_COLUMNS = ("entry", "text_at", "reason", "chosen_at")
# columns of tables, and members of the workbook, that name a person
PEOPLE = ("reviewer", "recorded_by", "moved_by", "seconded_by", "saved_by", "done_by")


class RedactedParts(ArchiveParts):
    """As `ArchiveParts`, of a copy for the public. Args: roles: whether names are hidden."""

    def __init__(self, session: Session, seat: Seat, language: str, *, roles: bool) -> None:
        super().__init__(session, seat, language)
        self.names_people = not roles
        counted = select(Measure.id).where(
            Measure.evaluation_id == self.evaluation.id, Measure.unit == MeasureUnit.PERSONS
        )
        self.of_persons = frozenset(session.scalars(counted))
        self.redactor, self.chosen = load_redactor(
            session, self.evaluation, language, self.translate, roles=roles
        )
        self.say_in_papers = mark_as_ours(self.translate)
        # roles as words of ours: somebody may be called Parent
        self.book = (
            load_role_book(session, self.evaluation, language, self.say_in_papers)
            if roles
            else None
        )
        if self.redactor.slug:
            self.reference = f"evaluation-{self.evaluation.id}"

    def iterate_parts(self) -> Iterator[Part]:
        """Every part, first what was hidden."""
        rows = [
            {
                "entry": row.place.entry,
                "text_at": row.place.pointer,
                "reason": self.redactor.hide_text(row.reason),
                "chosen_at": row.chosen_at.isoformat(),
            }
            for row in self.chosen
        ]
        reason = self.translate(
            N_("It could tell of a learner: every copy for the public hides it.")
        )
        places = list_small_places(self.session, self.evaluation, self.of_persons)
        small = [
            {"entry": place.entry, "text_at": place.pointer, "reason": reason, "chosen_at": ""}
            for place in places
        ]
        yield self.make_part(
            "redactions/log.csv",
            N_("Which texts were blacked out, by where the journal tells them, and why."),
            iterate_csv(LOG_COLUMNS, [*rows, *small]),
        )
        yield from super().iterate_parts()

    def make_row(self, row: Row) -> Row:
        """A row of a table, with people by role; names of files are none of the copy's."""
        hidden = self.redactor.hide_row(row, people=PEOPLE)
        if row.get("files"):
            hidden["files"] = self.redactor.mask
        return hidden

    def order_rows(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Reviewers of one item by role: in the order of their names, it would tell who is who."""
        book = self.redactor.book
        if book is None:
            return rows
        return (
            row
            for _item, own in groupby(
                rows, key=lambda row: (row.get("vendor"), row.get("criterion"))
            )
            for row in sorted(own, key=lambda row: book.find_place(str(row.get("reviewer"))))
        )

    def hide_in_results(self, adopted: AdoptedRanking | None) -> AdoptedRanking | None:
        """The order that was adopted, whose reason somebody typed."""
        if adopted is None:
            return None
        return replace(adopted, reason=self.redactor.hide_text(adopted.reason))

    def hide_title(self, title: str) -> str:
        """The title of the evaluation, in which a name can stand."""
        return self.redactor.hide_text(title)

    def book_parts(self) -> Iterator[Part]:
        """None: the tables have all of it."""
        yield from ()

    def sealed_parts(self) -> Iterator[Part]:
        """None: a receipt is over the whole text. Their hashes stand among what is left out."""
        reason = self.translate(
            N_("A sealed text can’t be redacted: its receipt is over all of it.")
        )
        for sealed in (
            iterate_sealed_ballots(self.session, self.evaluation),
            iterate_sealed_votes(self.session, self.evaluation),
        ):
            for path, text in sealed:
                self.leave_out(path, text.encode(), reason)
        yield from ()

    def leave_out(self, path: str, body: bytes, reason: str) -> None:
        """Note a file that the copy does not have, without its size: what is hidden in it is as
        long as that is longer than the rest, which the copy tells."""
        digest = sha256(body).hexdigest()
        self.left_out.append(LeftOut(path=path, size=None, sha256=digest, reason=reason))

    def make_plan(self, plan: dict[str, Any]) -> Any:
        """The workbook, with who saved what by role, and without what tells of a learner."""
        return {
            section: [
                self.redactor.hide_row(
                    {**row, "answers": self.hide_answers(section, row["answers"])},
                    people=PEOPLE,
                )
                for row in versions
            ]
            for section, versions in plan.items()
        }

    def hide_answers(self, section: str, answers: dict[str, PlanAnswer]) -> dict[str, PlanAnswer]:
        """The answers of a section, without what tells of a learner or of hidden words."""
        mask = self.redactor.mask
        return hide_goal_wording(hide_small_answers(section, answers, mask), mask)

    def hide_in_minutes(self, facts: MinutesFacts) -> MinutesFacts:
        """What the minutes are made from, with people by role."""
        book = self.book
        return facts if book is None else cast("MinutesFacts", hide_people(facts, book))

    def make_document(self, paper: Document) -> Document:
        """A paper without what is hidden."""
        return self.redactor.hide_in_document(paper)

    def memo_parts(self) -> Iterator[Part]:
        """The memo as it was issued, if nothing in it is hidden; else as it would be, redacted."""
        files = list_issue_files(self.session, self.evaluation)
        end_reading(self.session)
        tells = {
            file.issue_id: self.tells_hidden(file)
            for _path, file in files
            if file.form is MemoFormat.HTML
        }
        for path, file in files:
            body = read_kept_bytes(self.session, file.content_id)
            if tells[file.issue_id]:
                reason = N_("It holds names or texts that this copy hides: see memo/redacted.pdf.")
                self.leave_out(path, body, self.translate(reason))
            else:
                yield self.make_part(path, N_("The selection memo, as it was issued."), [body])
        if not files or any(tells.values()):
            facts = load_memo_facts(
                self.session, self.evaluation, self.language, say=self.say_in_papers
            )
            end_reading(self.session)
            if self.book is not None and facts.names_people:
                facts = hide_names(facts, self.book)
            facts = replace(self.hide_numbers(facts), reference=self.reference)
            yield self.make_paper(
                "memo/redacted.pdf",
                N_("The selection memo, made for this copy: names and texts are hidden in it."),
                compose_memo(facts, self.say_in_papers),
            )

    def hide_numbers(self, facts: MemoFacts) -> MemoFacts:
        """The facts without numbers of measures that are hidden: in a sentence, none is found."""
        hide = self.redactor.hide_number
        measures = tuple(
            replace(
                row,
                baseline=hide(row.baseline),
                target=hide(row.target),
                last=hide(row.last),
            )
            for row in facts.plan.measures
        )
        return replace(facts, plan=replace(facts.plan, measures=measures))

    def tells_hidden(self, file: MemoFile) -> bool:
        """Whether an issue, by its web page, holds what is hidden."""
        if not self.names_people and file.issue.names_people:
            return True
        text = read_kept_bytes(self.session, file.content_id).decode()
        shares = make_share_pattern(file.issue.language)
        return self.redactor.stands_in_page(text, also=shares)

    def evidence_parts(self) -> Iterator[Part]:
        """None: what is in a file can't be hidden. They can be asked for one by one."""
        reason = N_("Attached files are no part of a redacted copy: ask for them one by one.")
        files = list_kept_files(self.session, self.evaluation)
        end_reading(self.session)
        self.left_out += [
            LeftOut(
                path=file.path,
                size=file.size,
                sha256=file.sha256,
                reason=self.translate(reason),
            )
            for file in files
        ]
        yield from ()

    def make_link(self, link: ChainLink) -> ChainLink:
        """An entry, without what is hidden."""
        if tells_of_past_learners(link):
            return withhold_entry(link)
        own = find_small_texts(link, self.of_persons) | find_goal_checks(link)
        return self.redactor.withhold(link, own)
