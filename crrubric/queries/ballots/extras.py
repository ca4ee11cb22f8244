"""What there is around a ballot at all. Most ballots have none of it, and each is a query."""

from dataclasses import dataclass

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from crrubric.models import (
    Asking,
    Ballot,
    EntryOnBehalf,
    MarkFile,
    Question,
    RubricRevision,
    VendorFile,
)
from crrubric.queries.ballots.on_behalf import SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotExtras:
    """Whether there is any of it, whoever may read it: what is loaded then decides that."""

    corrections: bool  # of the rubric, after ballots were opened
    askings: bool  # of the vendor, by the reviewer
    questions: bool  # to the vendor
    vendor_files: bool
    mark_files: bool  # on this ballot
    entered: bool  # somebody entered this ballot for its reviewer
    seen: bool  # the reviewer has seen another's ballot for the vendor


# Made once: every ballot asks it. The names are those of the fields.
_ASKED = {
    "corrections": exists().where(RubricRevision.evaluation_id == bindparam("evaluation")),
    "askings": exists().where(
        Asking.member_id == bindparam("member"), Asking.vendor_id == bindparam("vendor")
    ),
    "questions": exists().where(Question.vendor_id == bindparam("vendor")),
    "vendor_files": exists().where(VendorFile.vendor_id == bindparam("vendor")),
    "mark_files": exists().where(MarkFile.ballot_id == bindparam("ballot")),
    "entered": exists().where(EntryOnBehalf.ballot_id == bindparam("ballot")),
    "seen": SEEN.exists(),
}
EXTRAS = select(*(there.label(name) for name, there in _ASKED.items()))


def find_ballot_extras(session: Session, ballot: Ballot) -> BallotExtras:
    """What there is around a ballot, in one query."""
    row = session.execute(
        EXTRAS,
        {
            "evaluation": ballot.evaluation_id,
            "member": ballot.member_id,
            "vendor": ballot.vendor_id,
            "ballot": ballot.id,
        },
    ).one()
    return BallotExtras(**{name: bool(there) for name, there in row._mapping.items()})
