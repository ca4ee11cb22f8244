"""An evaluation as files: one page that lists them, and the files themselves."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from tempfile import SpooledTemporaryFile

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.exchange import files
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import JournalEntry
from crrubric.queries.exchange.exports import iterate_mark_rows, load_results_facts
from crrubric.queries.exchange.journal_rows import Difference, iterate_journal_rows
from crrubric.queries.people.access import Seat, find_evaluation, require
from crrubric.queries.results.matrices import analyze_results, read_matrix, read_matrix_for_seat
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.exchange import results_json, tables
from crrubric.reports.exchange.csv_files import BOM, Row
from crrubric.services.ballots.attachments import LARGE, take_download_turn
from crrubric.services.exchange.data_files import (
    READERS,
    ExportWords,
    ReadRows,
    write_workbook,
)
from crrubric.web.record.journal_words import describe_journal_entry, list_entry_differences
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import (
    CSV,
    make_download,
    render_page,
    send_file_in_pieces,
    stream_csv,
    take_turns,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDPOINTS = {
    files.WORKBOOK: "exports.download_workbook",
    files.TALLIES: "exports.download_tallies",
    files.SCORES: "exports.download_scores",
    files.RESULTS: "exports.download_results",
    files.MARKS: "exports.download_marks",
    files.ABSTENTIONS: "exports.download_abstentions",
    files.FINDINGS: "exports.download_findings",
    files.MOTIONS: "exports.download_motions",
    files.VENDORS: "exports.download_vendor_list",
    files.EVIDENCE: "exports.download_evidence",
    files.QUESTIONS: "exports.download_questions_and_answers",
    files.JOURNAL: "exports.download_journal",
}
# what each is called, who may have it, and its formats
PAPERS = (
    (
        N_("Selection memo"),
        Action.VIEW_MEMO,
        (
            ("PDF", "memo.download_memo_pdf"),
            ("Word", "memo.download_memo_word"),
            ("HTML", "memo.download_memo_html"),
            ("Markdown", "memo.download_memo_markdown"),
        ),
    ),
    (
        N_("Minutes"),
        Action.FOLLOW_MEETING,
        (
            ("PDF", "minutes_papers.download_minutes_pdf"),
            ("Word", "minutes_papers.download_minutes_word"),
        ),
    ),
    (N_("Rubric"), Action.VIEW_EVALUATION, (("PDF", "rubric_papers.download_rubric_pdf"),)),
    (
        N_("Blank ballot"),
        Action.VIEW_EVALUATION,
        (("PDF", "rubric_papers.download_blank_ballot"),),
    ),
)

bp = Blueprint("exports", __name__, url_prefix="/evaluations/<slug>/export")


@bp.get("/")
@require_permission(Action.VIEW_EVALUATION)
def show_downloads(seat: Seat) -> ResponseReturnValue:
    """Every file that the person may have now."""
    return render_page(
        "exchange/downloads.html",
        seat,
        under="memo.show_memo",
        files=list_data_files(seat),
        papers=list_papers(seat),
    )


def list_data_files(seat: Seat) -> list[tuple[str, str, str]]:
    """(what it is called, what it holds, address) of the tables that the person may have now."""
    slug = seat.evaluation.slug
    return [
        (f"{_(file.label)} ({file.kind})", _(file.about), url_for(ENDPOINTS[file], slug=slug))
        for file in files.FILES
        if seat.may(file.action)
    ]


def list_papers(seat: Seat) -> list[tuple[str, list[tuple[str, str]]]]:
    """(which paper, (format, address) of each file) of the papers that the person may have now."""
    slug = seat.evaluation.slug
    return [
        (_(label), [(kind, url_for(endpoint, slug=slug)) for kind, endpoint in kinds])
        for label, action, kinds in PAPERS
        if seat.may(action)
    ]


def name_file_of(seat: Seat, file: files.DataFile) -> str:
    """What the file is called once it is saved."""
    return f"{seat.evaluation.slug}-{file.name}"


def send_table(seat: Seat, file: files.DataFile) -> Response:
    """A table whose rows are read at once."""
    rows = list(READERS[file](db.session(), seat))
    end_reading(db.session())
    return stream_csv(file.columns, rows, name_file_of(seat, file))


def send_rows_while_read(seat: Seat, file: files.DataFile, read: ReadRows) -> Response:
    """A table that is sent while its rows are read, by a session that begins with the sending.

    It waits for its turn, as large files do: many at once would hold all threads.
    """

    def iterate_rows() -> Iterator[Row]:
        session = db.session()
        evaluation = find_evaluation(session, slug)
        yield from read(session, require(seat.actor, file.action, evaluation, session))

    slug = seat.evaluation.slug
    end_reading(db.session())
    with ExitStack() as turn:
        turn.enter_context(take_download_turn(LARGE))
        response = stream_csv(file.columns, iterate_rows(), name_file_of(seat, file))
        response.call_on_close(turn.pop_all().close)
    return response


@bp.get("/tallies.csv")
@require_permission(Action.EXPORT_RESULTS)
def download_tallies(seat: Seat) -> ResponseReturnValue:
    """One row a cell."""
    read = read_matrix(db.session(), seat.evaluation)
    end_reading(db.session())
    text = BOM + tables.results_csv(read.results)
    return make_download(text, CSV, name_file_of(seat, files.TALLIES))


@bp.get("/scores.csv")
@require_permission(Action.EXPORT_RESULTS)
def download_scores(seat: Seat) -> ResponseReturnValue:
    """One row a vendor."""
    read = read_matrix(db.session(), seat.evaluation)
    end_reading(db.session())
    text = BOM + tables.scores_csv(read.results)
    return make_download(text, CSV, name_file_of(seat, files.SCORES))


@bp.get("/results.json")
@require_permission(Action.EXPORT_RESULTS)
@take_turns
def download_results(seat: Seat) -> ResponseReturnValue:
    """Everything computed, as the documented object."""
    read = read_matrix_for_seat(db.session(), seat)
    names = seat.may(Action.VIEW_REVIEWERS)
    withheld = [vendor.code for vendor in read.withheld]
    facts, adopted, late = load_results_facts(db.session(), seat, withheld)
    end_reading(db.session())
    computed = analyze_results(read, with_names=names)
    body = results_json.results_object(computed, facts, adopted, late)
    text = "".join(results_json.format_results_json(body))
    return make_download(text, "application/json", name_file_of(seat, files.RESULTS))


@bp.get("/workbook.xlsx")
@require_permission(Action.EXPORT_RESULTS)
@take_turns
def download_workbook(seat: Seat) -> ResponseReturnValue:
    """Everything that the person may see on sheets, in their language; made on disk."""
    words = ExportWords(language=current_language(), say=_, tell=tell_journal_entry)
    with ExitStack() as opened:
        file = opened.enter_context(SpooledTemporaryFile(max_size=limits.MEGABYTE))
        if request.method != "HEAD":
            write_workbook(db.session(), seat, file, words)
        opened.pop_all()  # from here on its reader closes it
    return send_file_in_pieces(file, XLSX, name_file_of(seat, files.WORKBOOK))


@bp.get("/marks.csv")
@require_permission(Action.EXPORT_MARKS)
def download_marks(seat: Seat) -> ResponseReturnValue:
    """One row a mark, with its reviewer: for the chair."""
    return send_rows_while_read(seat, files.MARKS, iterate_mark_rows)


@bp.get("/abstentions.csv")
@require_permission(Action.EXPORT_MARKS)
def download_abstentions(seat: Seat) -> ResponseReturnValue:
    """One row an abstention, with its reviewer: for the chair."""
    return send_table(seat, files.ABSTENTIONS)


@bp.get("/findings.csv")
@require_permission(Action.EXPORT_RESULTS)
def download_findings(seat: Seat) -> ResponseReturnValue:
    """One row a finding that was adopted."""
    return send_table(seat, files.FINDINGS)


@bp.get("/motions.csv")
@require_permission(Action.FOLLOW_MEETING)
def download_motions(seat: Seat) -> ResponseReturnValue:
    """One row a motion."""
    return send_table(seat, files.MOTIONS)


@bp.get("/vendors.csv")
@require_permission(Action.VIEW_EVALUATION)
def download_vendor_list(seat: Seat) -> ResponseReturnValue:
    """One row a vendor."""
    return send_table(seat, files.VENDORS)


@bp.get("/evidence.csv")
@require_permission(Action.VIEW_EVIDENCE)
def download_evidence(seat: Seat) -> ResponseReturnValue:
    """One row a mark that points to something."""
    return send_rows_while_read(seat, files.EVIDENCE, READERS[files.EVIDENCE])


@bp.get("/questions.csv")
@require_permission(Action.VIEW_QUESTIONS)
def download_questions_and_answers(seat: Seat) -> ResponseReturnValue:
    """One row a question to a vendor."""
    return send_table(seat, files.QUESTIONS)


@bp.get("/journal.csv")
@require_permission(Action.VIEW_JOURNAL)
def download_journal(seat: Seat) -> ResponseReturnValue:
    """One row an entry of the journal, the newest first."""
    read = partial(iterate_journal_rows, tell=tell_journal_entry)
    return send_rows_while_read(seat, files.JOURNAL, read)


def tell_journal_entry(entry: JournalEntry, hides_prices: bool) -> tuple[str, list[Difference]]:
    """An entry as the page of the journal says it, in the reader's language."""
    changes = list_entry_differences(entry, hides_prices=hides_prices)
    return describe_journal_entry(entry), changes
