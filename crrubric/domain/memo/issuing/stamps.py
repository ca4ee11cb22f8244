"""What a memo says of itself: draft or issued, which issue, and which one it replaces."""

from collections.abc import Iterable
from dataclasses import replace

from crrubric.domain.documents.tree import DocumentStatus
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.translation import N_


def find_memo_status(facts: MemoFacts) -> DocumentStatus:
    """Final once it is issued; whatever else is made of the evaluation is a draft."""
    return DocumentStatus.DRAFT if facts.issue is None else DocumentStatus.FINAL


def write_stamp(facts: MemoFacts, words: ValueFormatter) -> str:
    """What stands on every page."""
    if facts.issue is not None:
        return words(N_("FINAL – issue %(number)s"), number=facts.issue.number)
    if not facts.final:
        return words(N_("DRAFT – not a decision"))
    if facts.latest_issue is not None:
        return words(N_("DRAFT – not the issued memo"))
    return words(N_("DRAFT – not issued yet"))


def write_subtitle(facts: MemoFacts, words: ValueFormatter) -> str:
    """The line under the title, on the first page: district, day, and which issue this is."""
    parts = [facts.district, words.day(facts.on)]
    issue = facts.issue
    if issue is not None and issue.number > 1:
        text = N_("Issue %(number)s: replaces issue %(before)s")
        parts.append(words(text, number=issue.number, before=issue.number - 1))
    elif issue is not None:
        parts.append(words(N_("Issue %(number)s"), number=issue.number))
    return " · ".join(parts)


def describe_status(facts: MemoFacts, words: ValueFormatter) -> str:
    """In plain words, whether this is the memo that the board gets."""
    if facts.issue is not None:
        return words(N_("FINAL"))
    if not facts.final:
        return words(N_("DRAFT"))
    if facts.latest_issue is not None:
        text = N_(
            "DRAFT. The memo was issued as issue %(number)s; this is what it would say if it were"
            " made anew, and not that issue."
        )
        return words(text, number=facts.latest_issue.number)
    return words(N_("DRAFT. The decision is recorded, but the memo has not been issued yet."))


def list_issue_rows(facts: MemoFacts, words: ValueFormatter) -> Iterable[tuple[str, str]]:
    """Rows of the header table: status, issue, and what it replaces, why."""
    yield words(N_("Status")), describe_status(facts, words)
    issue = facts.issue
    if issue is None:
        return
    told = N_("%(number)s, issued %(when)s by %(name)s")
    yield (
        words(N_("Issue")),
        words(told, number=issue.number, when=words.moment(issue.at), name=issue.by),
    )
    if issue.number > 1:
        text = N_("Issue %(before)s. Reason of the correction: %(why)s")
        yield words(N_("Replaces")), words(text, before=issue.number - 1, why=issue.reason)


def make_issued_facts(facts: MemoFacts) -> MemoFacts | None:
    """The facts of now under the stamp of the issue that stands, to compare the two; None if none
    does, or if it is in another language."""
    issue = facts.latest_issue
    if issue is None or issue.language != facts.language:
        return None
    basis = facts.basis_hash if issue.basis else ""  # older versions printed none
    return replace(facts, issue=issue, journal_head=issue.head, basis_hash=basis)
