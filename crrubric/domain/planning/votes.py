"""The vote on must-haves: the words that are asked, the counts, and what they propose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crrubric.domain.record.chain import hash_text, to_canonical_json
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum

SCHEMA = "crrubric.must-have-vote/1"
DIGITS = 7  # hex digits: any number made of them is one that a hidden field can carry


def number_wording(title: str, question: str) -> int:
    """A number that stands for the words in which a criterion asks."""
    return int(hash_text(to_canonical_json([title, question]))[:DIGITS], 16)


class VoteState(LabelledEnum):
    """How far the vote is: of the last round, what everybody on the committee may know."""

    NONE = "NONE", N_("no vote held")
    OPEN = "OPEN", N_("vote open")
    UNSETTLED = "UNSETTLED", N_("voted, not all settled")
    SETTLED = "SETTLED", N_("voted and settled")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedAnswer:
    """One answer that is counted: whether it says YES, and to which words."""

    yes: bool
    wording: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteTally:
    """The counts of one criterion; `reworded` of them were given to other words than its last."""

    yes: int = 0
    no: int = 0
    reworded: int = 0

    @property
    def voters(self) -> int:
        """How many reviewers answered for this criterion."""
        return self.yes + self.no

    @property
    def proposal(self) -> bool | None:
        """What the majority of those who answered wants; None for a tie, or if nobody answered."""
        if self.yes == self.no:
            return None
        return self.yes > self.no


def tally_answers(answers: Iterable[CountedAnswer], wording: int) -> VoteTally:
    """The counts of one criterion, which is asked in `wording` now."""
    rows = list(answers)
    yes = sum(row.yes for row in rows)
    reworded = sum(row.wording != wording for row in rows)
    return VoteTally(yes=yes, no=len(rows) - yes, reworded=reworded)


def needs_reason(proposal: bool | None, must_have: bool) -> bool:
    """Whether the chair says why: where the vote says otherwise, or nothing."""
    return proposal is not must_have


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAnswers:
    """What is sealed of one reviewer; `answers` by criterion code. `nonce` makes the receipt
    unguessable: without it, a few YES and NO could be found by trying them all.

    by_closing: the round was closed before its reviewer submitted.
    """

    evaluation: str
    vote: int
    reviewer: str
    number: int
    at: datetime
    by_closing: bool
    nonce: str
    answers: Mapping[str, Mapping[str, Any]]

    def text(self) -> str:
        """The canonical text: what is stored, what a reviewer can download."""
        return to_canonical_json(
            {
                "schema": SCHEMA,
                "evaluation": self.evaluation,
                "vote": self.vote,
                "reviewer": self.reviewer,
                "number": self.number,
                "sealed_at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "sealed_by_closing": self.by_closing,
                "nonce": self.nonce,
                "answers": self.answers,
            }
        )
