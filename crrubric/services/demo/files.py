"""The files of the demo's evaluations: small, made up, and real of their kind."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from crrubric.domain.events import Event
from crrubric.models import Ballot, FileContent, MarkFile, VendorFile
from crrubric.queries.people.people import actor_of
from crrubric.services.ballots.attachments import check_file, serialize_file
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.shared.journal import EntryReferences, note_event


def add_files(cast: DemoEvaluation, row: Mapping[str, Any]) -> None:
    """Attach what the file of the demo lists: to vendors, and to the marks of those it names."""
    for entry in row.get("file", ()):
        name = entry["name"]
        data = (
            make_small_pdf(entry["lines"])
            if name.endswith(".pdf")
            else make_small_csv(entry["lines"])
        )
        add_file(cast, entry, check_file(name, data).facts, data)
    cast.session.flush()


def add_file(
    cast: DemoEvaluation, entry: Mapping[str, Any], facts: Mapping[str, Any], data: bytes
) -> None:
    """One file with its journal entry."""
    vendor, when = cast.vendors[entry["vendor"]], cast.ago(entry["days_ago"])
    file: VendorFile | MarkFile
    more: dict[str, bool]
    if "person" not in entry:
        who, event, about = (
            cast.chair,
            Event.VENDOR_FILE_ATTACHED,
            EntryReferences(vendor_id=vendor.id),
        )
        file = VendorFile(
            vendor_id=vendor.id, added_by=who.name, tells_prices=entry.get("tells_prices", False)
        )
        subject, more = vendor.name, {"tells prices": file.tells_prices}
    else:
        criterion, member = cast.criteria[entry["criterion"]], cast.members[entry["person"]]
        who, event = actor_of(cast.users[entry["person"]]), Event.MARK_FILE_ATTACHED
        about = EntryReferences(vendor.id, criterion.id, member.id)
        own = (Ballot.member_id == member.id) & (Ballot.vendor_id == vendor.id)
        ballot_id = cast.session.scalars(select(Ballot.id).where(own)).one()
        file, more = MarkFile(ballot_id=ballot_id, criterion_id=criterion.id), {}
        subject = f"{vendor.name}: {criterion.title}"
    for key, value in facts.items():
        setattr(file, key, value)
    file.evaluation_id = cast.evaluation.id
    file.content, file.added_at = FileContent(body=data), when
    cast.session.add(file)
    note_event(
        cast.session,
        who,
        event,
        evaluation_id=cast.evaluation.id,
        subject=subject,
        about=about,
        after={**serialize_file(file), **more},
        at=when,
    )


def make_small_csv(lines: Sequence[str]) -> bytes:
    """A table; a line's cells stand between | in the file of the demo."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(line.split("|") for line in lines)
    return out.getvalue().encode("utf-8")


def make_small_pdf(lines: Sequence[str]) -> bytes:
    """One page of plain lines, as the PDF format asks for it (ISO 32000-1, 7.5)."""
    safe = (line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines)
    shown = "\n".join(f"({line}) Tj T*" for line in safe)
    text = f"BT /F1 12 Tf 18 TL 72 720 Td\n{shown}\nET".encode("latin-1", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, inside in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, inside)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n" % (
        size,
        table,
        size,
    )
    return body + end + b"startxref\n%d\n%%%%EOF\n" % len(body)
