"""Deleting attached files with their bytes, where nothing of them is to stay."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from crrubric.models import AttachedFile, Ballot, MarkFile


def delete_file(session: Session, file: AttachedFile) -> None:
    """Delete one file, in the caller's transaction."""
    content = file.content
    session.delete(file)
    session.flush()
    session.delete(content)


def delete_ballot_files(session: Session, ballots: ColumnElement[bool]) -> None:
    """Delete what corrections took off these ballots, which are about to go themselves."""
    on_them = select(MarkFile).join(Ballot, Ballot.id == MarkFile.ballot_id).where(ballots)
    for file in session.scalars(on_them):
        delete_file(session, file)
    session.flush()
