"""Keeping a file that was uploaded until it is taken."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.drafts import KEPT, DraftKind
from crrubric.domain.text import cut_visibly, replace_control_characters
from crrubric.domain.translation import N_
from crrubric.models import ImportDraft
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.services.exchange.kept_sheets import Sheets, pack_sheets, unpack_sheets
from crrubric.services.shared.sent_forms import forget_old_rows


def keep_draft(
    session: Session,
    seat: Seat,
    user_id: int,
    kind: DraftKind,
    *,
    name: str,
    body: bytes,
    sheets: Sheets | None = None,
) -> ImportDraft:
    """Keep a file in place of the one that this person had, and drop what is too old.

    Args: sheets: what was read of a workbook, so that it is not parsed again.
    Raises: Invalid (field "file") for one that is empty or too large.
    """
    if not body:
        raise Invalid(N_("This file is empty. Choose another one."), field="file")
    if len(body) > limits.DRAFT_BYTES:
        raise Invalid(
            N_("This file is larger than %(most)s MB. Divide it, or import it on the server."),
            most=limits.DRAFT_BYTES // limits.MEGABYTE,
            field="file",
        )
    forget_old_rows(session)
    drop_drafts(session, seat, user_id, kind)
    draft = ImportDraft(
        evaluation_id=seat.evaluation.id,
        user_id=user_id,
        kind=kind,
        name=cut_visibly(replace_control_characters(name), limits.FILE_NAME),
        body=body,
        sheets=None if sheets is None else pack_sheets(sheets, body),
    )
    session.add(draft)
    session.flush()
    return draft


def find_draft(
    session: Session, seat: Seat, user_id: int, kind: DraftKind, key: str
) -> ImportDraft:
    """The file of this person. Raises: NotFound if it is another's, was taken, or is too old."""
    draft = session.scalar(
        select(ImportDraft).where(
            ImportDraft.key == key,
            ImportDraft.user_id == user_id,
            ImportDraft.evaluation_id == seat.evaluation.id,
            ImportDraft.kind == kind,
            ImportDraft.made_at >= now_utc() - KEPT,
        )
    )
    if draft is None:
        raise make_not_found()
    return draft


def read_draft_sheets(draft: ImportDraft) -> Sheets | None:
    """What was read of a workbook when it was uploaded; None where it is to be parsed anew."""
    return unpack_sheets(draft.sheets, draft.body)


def drop_drafts(session: Session, seat: Seat, user_id: int, kind: DraftKind) -> None:
    """Forget the file of this kind that this person has here, if there is one."""
    session.execute(
        delete(ImportDraft).where(
            ImportDraft.user_id == user_id,
            ImportDraft.evaluation_id == seat.evaluation.id,
            ImportDraft.kind == kind,
        )
    )
