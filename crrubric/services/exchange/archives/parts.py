"""The files of an archive, one after the other; slow work is done while nothing is held."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from sqlalchemy.orm import Session

from crrubric.catalogue import load_translations
from crrubric.config import folder
from crrubric.domain import limits
from crrubric.domain.archive.checks import BASIS, JOURNAL, RESULTS
from crrubric.domain.archive.manifest import LeftOut
from crrubric.domain.documents.tree import Document
from crrubric.domain.exchange import files
from crrubric.domain.exchange.files import WORKBOOK
from crrubric.domain.meeting.minutes_paper import MinutesFacts, compose_minutes
from crrubric.domain.meeting.ranking import AdoptedRanking
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.procurement.binder import CheckedLine
from crrubric.domain.procurement.order import OrderedPair
from crrubric.domain.record.chain import ChainLink
from crrubric.domain.record.copies import write_copy
from crrubric.domain.setup.rubric_papers import compose_blank_ballot, compose_rubric_paper
from crrubric.domain.translation import N_
from crrubric.models import Evaluation
from crrubric.queries.exchange.archives import (
    describe_plan,
    iterate_sealed_ballots,
    iterate_sealed_votes,
    list_issue_files,
    list_kept_files,
    read_kept_bytes,
)
from crrubric.queries.exchange.exports import load_results_facts
from crrubric.queries.meeting.minutes_papers import load_minutes_paper
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.people.access import Seat
from crrubric.queries.procurement.purchases import read_purchase
from crrubric.queries.record.copied import iterate_copied_links
from crrubric.queries.results.bases import load_basis_object
from crrubric.queries.results.matrices import analyze_results, read_matrix
from crrubric.queries.setup.rubric_papers import load_rubric_paper
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.documents.formats import RENDERERS
from crrubric.reports.exchange import results_json
from crrubric.reports.exchange.csv_files import Row, iterate_csv
from crrubric.services.exchange.data_files import READERS, ExportWords, write_workbook
from crrubric.services.shared.days import today_in_district

FILE_COLUMNS = ("path", "name", "bytes", "sha256", "vendor", "criterion", "reviewer", "state")
CHECKLIST_COLUMNS = (
    "code", "title", "state", "note", "kept_at", "done_on", "done_by", "level",
)  # fmt: skip
ORDER_COLUMNS = ("earlier", "ended", "later", "began", "verdict")
# where the tables that can be downloaded lie
TABLES = {
    "results/tallies.csv": files.TALLIES,
    "results/scores.csv": files.SCORES,
    "results/findings.csv": files.FINDINGS,
    "ballots/marks.csv": files.MARKS,
    "ballots/abstentions.csv": files.ABSTENTIONS,
    "meeting/motions.csv": files.MOTIONS,
    "evidence/evidence.csv": files.EVIDENCE,
    "questions/questions.csv": files.QUESTIONS,
    "vendors/vendors.csv": files.VENDORS,
}
VERIFIERS = ("verify.py", "verify.html")
OWN = Path(__file__).parents[3] / "data" / "archive"


@dataclass(frozen=True, slots=True)
class Part:
    """A file of an archive: where it lies, a sentence about it, its bytes some at a time."""

    path: str
    about: str
    chunks: Iterable[bytes]


class ArchiveParts:
    """The files of the archive of one evaluation, for a seat that may read all of it.

    language: of the documents, and of the sentences about files; reference: what the evaluation is
    called in files and in their names.
    """

    names_people = True

    def __init__(self, session: Session, seat: Seat, language: str) -> None:
        self.session, self.seat, self.language = session, seat, language
        self.evaluation: Evaluation = seat.evaluation
        self.reference = seat.evaluation.slug
        self.translate: Callable[[str], str] = load_translations(language).gettext
        self.say_in_papers: Callable[[str], str] = self.translate
        self.left_out: list[LeftOut] = []

    def iterate_parts(self) -> Iterator[Part]:
        """Every part; each is written before the next one is asked for."""
        yield from self.result_parts()
        yield from self.table_parts()
        yield from self.book_parts()
        yield from self.sealed_parts()
        yield from self.paper_parts()
        yield from self.memo_parts()
        yield from self.evidence_parts()
        yield self.plan_part()
        yield from self.purchase_parts()
        yield self.make_part(
            JOURNAL,
            N_("The journal: who did what, when; docs/journal.md of crrubric describes it."),
            self.journal_lines(),
        )
        for name in VERIFIERS:
            about = N_("Verifies this archive without crrubric: see readme.txt.")
            yield self.make_part(name, about, [(OWN / name).read_bytes()])

    def make_part(self, path: str, about: str, chunks: Iterable[bytes]) -> Part:
        """A part, with the sentence about it in the language of the documents."""
        return Part(path, self.translate(about), chunks)

    def result_parts(self) -> Iterator[Part]:
        """What the result rests on, and the result."""
        read = read_matrix(self.session, self.evaluation)
        basis = load_basis_object(self.session, self.evaluation, read)
        facts, adopted, late = load_results_facts(self.session, self.seat)
        end_reading(self.session)
        yield self.make_part(
            BASIS,
            N_("What the result is computed from: criteria, rule, marks, findings."),
            format_json_file(basis),
        )
        computed = analyze_results(read, with_names=self.names_people)
        facts["title"] = self.hide_title(self.evaluation.title)
        facts["slug"] = self.reference
        body = results_json.results_object(computed, facts, self.hide_in_results(adopted), late)
        yield self.make_part(
            RESULTS,
            N_("Everything that is computed; docs/results-json.md of crrubric describes it."),
            (text.encode() for text in results_json.format_results_json(body)),
        )

    def hide_in_results(self, adopted: AdoptedRanking | None) -> AdoptedRanking | None:
        """The order that was adopted, as the archive has it."""
        return adopted

    def hide_title(self, title: str) -> str:
        """The title of the evaluation, as the archive has it."""
        return title

    def table_parts(self) -> Iterator[Part]:
        """The tables that can be downloaded one by one as well."""
        for path, file in TABLES.items():
            read = READERS[file](self.session, self.seat)
            rows = self.order_rows(self.make_row(row) for row in read)
            yield self.make_part(path, file.about, iterate_csv(file.columns, rows))
            end_reading(self.session)

    def make_row(self, row: Row) -> Row:
        """A row of a table as the archive has it."""
        return row

    def order_rows(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows of a table in the order in which the archive has them."""
        return rows

    def book_parts(self) -> Iterator[Part]:
        """The Excel workbook."""
        with SpooledTemporaryFile(max_size=limits.MEGABYTE) as file:
            words = ExportWords(language=self.language, say=self.translate)
            write_workbook(self.session, self.seat, cast("IO[bytes]", file), words)
            file.seek(0)
            yield self.make_part("results/results.xlsx", WORKBOOK.about, _read_chunks(file))

    def sealed_parts(self) -> Iterator[Part]:
        """Every sealed text."""
        about = N_("A ballot as it was sealed; its SHA-256 is the receipt.")
        for path, text in iterate_sealed_ballots(self.session, self.evaluation):
            yield self.make_part(path, about, [text.encode()])
        about = N_("A reviewer’s answers in a vote on must-haves, as they were sealed.")
        for path, text in iterate_sealed_votes(self.session, self.evaluation):
            yield self.make_part(path, about, [text.encode()])

    def plan_part(self) -> Part:
        """The workbook."""
        plan = self.make_plan(describe_plan(self.session, self.evaluation))
        end_reading(self.session)
        return self.make_part(
            "plan/workbook.json",
            N_("The planning workbook: every version of every section."),
            format_json_file(plan),
        )

    def purchase_parts(self) -> Iterator[Part]:
        """The checklist of the purchase, and the order of its steps."""
        if self.evaluation.in_place:
            return
        purchase = read_purchase(self.session, self.evaluation, self.language)
        end_reading(self.session)
        yield self.make_part(
            "purchase/checklist.csv",
            N_("The checklist of the purchase: what was asked, what shows that it was done."),
            iterate_csv(
                CHECKLIST_COLUMNS, map(self.make_row, map(list_line_cells, purchase.binder.lines))
            ),
        )
        pairs = (*purchase.order.pairs, *purchase.other_days)
        yield self.make_part(
            "purchase/order.csv",
            N_("Steps of the purchase that follow each other, and whether they are in order."),
            iterate_csv(ORDER_COLUMNS, map(list_pair_cells, pairs)),
        )

    def make_plan(self, plan: dict[str, Any]) -> Any:
        """The workbook as the archive has it."""
        return plan

    def paper_parts(self) -> Iterator[Part]:
        """The rubric, a blank ballot and the minutes, as documents."""
        on = today_in_district(self.evaluation)
        facts = load_rubric_paper(self.session, self.evaluation, self.language, on=on)
        minutes = load_minutes_paper(
            self.session, self.evaluation, self.language, on=on, shut_out=self.seat.shut_out
        )
        end_reading(self.session)
        yield self.make_paper(
            "rubric/rubric.pdf",
            N_("The rubric as it was scored."),
            compose_rubric_paper(facts, self.say_in_papers),
        )
        yield self.make_paper(
            "rubric/ballot.pdf",
            N_("A blank ballot."),
            compose_blank_ballot(facts, self.say_in_papers, large_type=False),
        )
        yield self.make_paper(
            "meeting/minutes.pdf",
            N_("The minutes of the meetings."),
            compose_minutes(self.hide_in_minutes(minutes), self.say_in_papers),
        )

    def hide_in_minutes(self, facts: MinutesFacts) -> MinutesFacts:
        """What the minutes are made from, as the archive has it."""
        return facts

    def make_paper(self, path: str, about: str, paper: Document) -> Part:
        """A document as PDF."""
        paper = self.make_document(paper)
        folders = Path(folder("templates")), Path(folder("static"))
        return self.make_part(path, about, [RENDERERS[".pdf"](paper, *folders)])

    def make_document(self, paper: Document) -> Document:
        """A paper as the archive has it."""
        return paper

    def memo_parts(self) -> Iterator[Part]:
        """The memo as it was issued, every time; if it never was, as it would be."""
        issued = list_issue_files(self.session, self.evaluation)
        end_reading(self.session)
        for path, file in issued:
            about = N_("The selection memo, as it was issued.")
            yield self.make_part(path, about, [read_kept_bytes(self.session, file.content_id)])
        if not issued:
            facts = load_memo_facts(self.session, self.evaluation, self.language)
            end_reading(self.session)
            yield self.make_paper(
                "memo/draft.pdf",
                N_("The selection memo, which was not issued yet: a draft."),
                compose_memo(facts, self.translate),
            )

    def evidence_parts(self) -> Iterator[Part]:
        """Every file that was attached, and a list of them."""
        kept = list_kept_files(self.session, self.evaluation)
        end_reading(self.session)
        if self.evaluation.hides_prices:  # even the name of a vendor's file can tell one
            self.left_out += [
                LeftOut(
                    path=file.path,
                    size=file.size,
                    sha256=file.sha256,
                    reason=self.translate(
                        N_("Prices are still sealed: a vendor’s file can tell one.")
                    ),
                )
                for file in kept
                if file.is_of_vendor
            ]
            kept = [file for file in kept if not file.is_of_vendor]
        rows = [
            {
                "path": file.path,
                "name": file.name,
                "bytes": file.size,
                "sha256": file.sha256,
                "vendor": file.vendor,
                "criterion": file.criterion,
                "reviewer": file.reviewer,
                "state": file.state,
            }
            for file in kept
        ]
        yield self.make_part(
            "evidence/files.csv",
            N_("The attached files: their names, and what they are attached to."),
            iterate_csv(FILE_COLUMNS, rows),
        )
        for file in kept:
            about = N_("An attached file: evidence/files.csv says which.")
            yield self.make_part(file.path, about, [read_kept_bytes(self.session, file.content_id)])

    def journal_lines(self) -> Iterator[bytes]:
        """The copy of the journal. While it is written, one transaction reads it."""
        links = iterate_copied_links(self.session, self.evaluation, frozenset())
        for line in write_copy(self.evaluation.id, map(self.make_link, links)):
            yield f"{line}\n".encode()
        end_reading(self.session)

    def make_link(self, link: ChainLink) -> ChainLink:
        """An entry of the journal as the archive has it."""
        return link


def list_line_cells(row: CheckedLine) -> Row:
    """A line of the checklist, by column."""
    record = row.record
    return {
        "code": row.line.code,
        "title": record.title or row.line.title,
        "state": row.state.value,
        "note": record.note,
        "kept_at": record.kept_at,
        "done_on": record.done_on.isoformat() if record.done_on else "",
        "done_by": record.done_by,
        "level": record.level.value if record.level else "",
    }


def list_pair_cells(pair: OrderedPair) -> Row:
    """Two steps that follow each other, by column."""
    return {
        "earlier": pair.earlier.value,
        "ended": pair.ended.isoformat(),
        "later": pair.later.value,
        "began": pair.began.isoformat(),
        "verdict": pair.verdict.value,
    }


def format_json_file(value: Any) -> list[bytes]:
    """A value as JSON for people as well."""
    return [json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"]


def _read_chunks(file: Any) -> Iterator[bytes]:
    """A file some at a time."""
    while chunk := file.read(1 << 16):
        yield chunk
