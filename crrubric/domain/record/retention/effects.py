"""What stands against removing a record, and what its removal does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from crrubric.domain.foreseen import Foreseen, Remark, keep_remarks, make_list_remark
from crrubric.domain.record.retention.times import KeepingTimes, KeptEvaluation, find_last_kept_day
from crrubric.domain.translation import N_


def list_obstacles(kept: KeptEvaluation, times: KeepingTimes, today: date) -> list[Remark]:
    """Why the record may not be removed on this day; nothing where it may."""
    last = find_last_kept_day(kept, times)
    return list(
        keep_remarks(
            [
                (
                    times.hold,
                    Remark(N_("A legal hold stops every removal: %(hold)s"), {"hold": times.hold}),
                ),
                (
                    kept.hold,
                    Remark(N_("It is under a legal hold: %(hold)s"), {"hold": kept.hold}),
                ),
                (today <= last, Remark(N_("It is kept through %(day)s."), {"day": last})),
                (
                    kept.renewed_by,
                    make_list_remark(
                        N_("Evaluations that renew it go first, %(count)s:"), kept.renewed_by
                    ),
                ),
            ]
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationCounts:
    """What goes with an evaluation. No mark and no ballot is counted apart: whoever removes it is
    no member of its committee."""

    vendors: tuple[str, ...]
    members: tuple[str, ...]
    files: int
    file_bytes: int
    issues: int
    entries: int
    rows: int

    def serialize(self) -> dict[str, object]:
        """What a certificate tells: numbers, and no name of a person or vendor."""
        return {
            "vendors": len(self.vendors),
            "members": len(self.members),
            "files": self.files,
            "bytes": self.file_bytes,
            "issues": self.issues,
            "entries": self.entries,
            "rows": self.rows,
        }


def tell_files(counts: EvaluationCounts) -> Remark:
    """How many files, and together of which size, rounded up."""
    kilobytes, megabytes = (-(-counts.file_bytes // unit) for unit in (1_000, 1_000_000))
    if kilobytes < 1_000:
        text = N_("Attached files: %(count)s, together %(kilobytes)s KB.")
        return Remark(text, {"count": counts.files, "kilobytes": kilobytes})
    text = N_("Attached files: %(count)s, together %(megabytes)s MB.")
    return Remark(text, {"count": counts.files, "megabytes": megabytes})


def foresee_evaluation_removal(
    counts: EvaluationCounts, *, archived_on: date | None, changed_since: bool
) -> Foreseen:
    """An evaluation goes for good. Args: archived_on: when the last archive file was made of it;
    changed_since: whether its journal tells of more since then."""
    return Foreseen(
        keep_remarks(
            [
                (
                    True,
                    Remark(
                        N_(
                            "Everything of it goes for good: ballots with their marks and notes,"
                            " findings, minutes, memo, plan, questions and journal. Rows in all:"
                            " %(count)s."
                        ),
                        {"count": counts.rows},
                    ),
                ),
                (counts.vendors, make_list_remark(N_("Vendors, %(count)s:"), counts.vendors)),
                (
                    counts.members,
                    make_list_remark(
                        N_("Members of its committee, %(count)s; their accounts stay:"),
                        counts.members,
                    ),
                ),
                (
                    counts.files,
                    tell_files(counts),
                ),
                (counts.issues, Remark(N_("Issued memos: %(count)s."), {"count": counts.issues})),
                (True, Remark(N_("Journal entries: %(count)s."), {"count": counts.entries})),
                (
                    True,
                    Remark(
                        N_(
                            "The journal of the site keeps a certificate: the title, these"
                            " numbers, both people, and the hash of the last journal entry."
                        )
                    ),
                ),
            ]
        ),
        keep_remarks(
            [
                (
                    archived_on is None,
                    Remark(
                        N_(
                            "No archive file was ever made of it. A chair can make one, or whoever"
                            " runs the server with the command crrubric archive."
                        )
                    ),
                ),
                (
                    archived_on is not None and changed_since,
                    Remark(
                        N_(
                            "The last archive file was made on %(day)s; its journal tells of more"
                            " since then."
                        ),
                        {"day": archived_on},
                    ),
                ),
                (
                    True,
                    Remark(
                        N_(
                            "Backups, archive files and papers that somebody downloaded still hold"
                            " it: they are yours to delete."
                        )
                    ),
                ),
            ]
        ),
    )


def foresee_account_removal(names: Iterable[str]) -> Foreseen:
    """Accounts lose name, address and all ways in."""
    people = tuple(names)
    return Foreseen(
        (
            make_list_remark(N_("Accounts that nobody has used for so long, %(count)s:"), people),
            Remark(
                N_(
                    "Name, address, password, second step and sign-ins go; only a number stays. A"
                    " new invitation to the same address makes a new account."
                )
            ),
            Remark(N_("What the journal of the site tells of them stays, with their names.")),
        )
    )


def foresee_mail_removal(count: int) -> Foreseen:
    """What mails said goes."""
    return Foreseen(
        (
            Remark(N_("E-mails that lose text, subject, name and address: %(count)s."),
                   {"count": count}),
            Remark(N_("That a mail of its kind was written stays, and what became of it.")),
        )
    )  # fmt: skip


def foresee_sign_in_removal(*, sessions: int, links: int) -> Foreseen:
    """Traces of signing in go."""
    return Foreseen(
        (
            Remark(N_("Sessions that ended: %(count)s."), {"count": sessions}),
            Remark(N_("One-time links that work no more: %(count)s."), {"count": links}),
            Remark(N_("The last session of each account stays: it tells when it was used.")),
        )
    )
