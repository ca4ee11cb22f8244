"""What the chair wrote about vendors for the memo, and what the record says beside it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric import catalogue
from crrubric.domain.memo.facts import MemoNote
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.memo.sources import Sources, list_sources
from crrubric.domain.memo.words import ValueFormatter
from crrubric.models import Evaluation, Narrative, Vendor
from crrubric.queries.ballots.ballots import iterate_disclosed_marks
from crrubric.queries.memo.notes import make_memo_note, order_memo_notes
from crrubric.queries.memo.questions import list_memo_questions
from crrubric.queries.people.access import Seat, make_not_found, refuse_recused
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.vendors import list_vendors_in_selection


def load_narratives(session: Session, vendor_id: int) -> dict[NarrativePart, Narrative]:
    """What was ever written about one vendor, by part; a text may be empty again."""
    rows = session.scalars(
        select(Narrative)
        .where(Narrative.vendor_id == vendor_id)
        .execution_options(populate_existing=True)
    )
    return {row.part: row for row in rows}


def load_memo_narratives(
    session: Session, evaluation: Evaluation, away: frozenset[int]
) -> dict[tuple[str, NarrativePart], str]:
    """The texts of the memo by the vendor's code. Args: away: vendors that the reader stays away
    from."""
    rows = session.execute(
        select(Vendor.code, Vendor.id, Narrative.part, Narrative.words)
        .join(Vendor, Vendor.id == Narrative.vendor_id)
        .where(Vendor.evaluation_id == evaluation.id, Narrative.words != "")
    )
    return {(row.code, row.part): row.words for row in rows if row.id not in away}


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorNarratives:
    """A vendor with what is written about it; `away`: the reader stays away and is told nothing."""

    vendor: Vendor
    parts: dict[NarrativePart, Narrative]
    away: bool = False


def list_vendor_narratives(session: Session, seat: Seat) -> list[VendorNarratives]:
    """Every vendor in the selection, in two queries."""
    vendors = list_vendors_in_selection(session, seat.evaluation.id)
    shown = [vendor.id for vendor in vendors if vendor.id not in seat.shut_out]
    found: dict[int, dict[NarrativePart, Narrative]] = {}
    rows = select(Narrative).where(Narrative.vendor_id.in_(shown), Narrative.words != "")
    for row in session.scalars(rows):
        found.setdefault(row.vendor_id, {})[row.part] = row
    return [
        VendorNarratives(
            vendor=vendor, parts=found.get(vendor.id, {}), away=vendor.id in seat.shut_out
        )
        for vendor in vendors
    ]


def find_writable_vendor(session: Session, seat: Seat, vendor_id: int) -> Vendor:
    """The vendor, if it is in the selection and the seat does not stay away. Raises: NotFound."""
    refuse_recused(seat, vendor_id)
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or vendor.evaluation_id != seat.evaluation.id or vendor.withdrawn_at:
        raise make_not_found()
    return vendor


def load_sources(session: Session, evaluation: Evaluation, vendor: Vendor) -> Sources:
    """What the record says about a vendor, by part, in the language of the memo."""
    language = evaluation.language
    read = read_matrix(session, evaluation, language)
    words = ValueFormatter(
        catalogue.load_translations(language).gettext, pass_mark=read.results.pass_mark
    )
    notes = _list_own_notes(session, evaluation, vendor, words)
    asked = list_memo_questions(session, evaluation, language)
    return list_sources(read.results, vendor.code, notes, asked, words)


def _list_own_notes(
    session: Session, evaluation: Evaluation, vendor: Vendor, words: ValueFormatter
) -> list[MemoNote]:
    """Marks of one vendor that have a note or evidence; its days are in words."""
    marks = iterate_disclosed_marks(session, evaluation, vendor_id=vendor.id)
    notes = (make_memo_note(row, say=words.translate, write_day=words.day) for row in marks)
    return [note for note in order_memo_notes(notes) if note.note or note.evidence]
