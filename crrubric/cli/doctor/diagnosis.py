"""What was looked at in an installation, and what to do about it."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How bad it is."""

    FINE = "ok   "
    LOOK = "look "
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, and what to do about it."""

    verdict: Verdict
    words: str


def tell_fine(words: str) -> Diagnosis:
    """Nothing to do."""
    return Diagnosis(Verdict.FINE, words)


def tell_oddity(words: str) -> Diagnosis:
    """Works, and should be looked at."""
    return Diagnosis(Verdict.LOOK, words)


def tell_fault(words: str) -> Diagnosis:
    """Does not work, or is not safe."""
    return Diagnosis(Verdict.WRONG, words)
