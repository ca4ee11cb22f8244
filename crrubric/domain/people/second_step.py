"""The second step of signing in: who needs one, and what its codes look like."""

from typing import Literal

from crrubric.domain.text import normalize_text
from crrubric.domain.vocabulary import Standing

# Of whom the site asks two steps; everybody else may choose them.
TwoStepRule = Literal["nobody", "administrators", "chairs", "everybody"]

PERIOD = 30  # seconds for which an authenticator app shows a code (RFC 6238)
DIGITS = 6
NEIGHBOURS = (0, -1, 1)  # periods that are taken: a clock may be half a minute off
RECOVERY_CODES = 10
RECOVERY_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0 and O, no 1 and I: 5 bits each
RECOVERY_LENGTH = 28  # 140 bits: nobody finds one from its hash, however fast hashes become
FORMER_LENGTH = 16  # of codes that were made before; they lie in drawers and go on counting
GROUP = 4  # letters between two hyphens


def needs_two_steps(rule: TwoStepRule, standing: Standing, *, chairs: bool) -> bool:
    """Whether the site asks this person for two steps.

    Args: chairs: they chair an evaluation that is not over.
    """
    if rule == "nobody":
        return False
    if rule == "everybody" or standing is Standing.ADMINISTRATOR:
        return True
    return rule == "chairs" and (chairs or standing is Standing.ORGANIZER)


def tidy_code(typed: str) -> str:
    """A code without the blanks and hyphens that people put into it, in capitals."""
    folded = normalize_text("NFKC", typed).upper()
    return "".join(letter for letter in folded if letter.isalnum())


def is_app_code(tidy: str) -> bool:
    """Whether a tidy code is one of an authenticator app."""
    return len(tidy) == DIGITS and tidy.isascii() and tidy.isdecimal()


def is_recovery_code(tidy: str) -> bool:
    """Whether a tidy code looks like one on paper."""
    return len(tidy) in {RECOVERY_LENGTH, FORMER_LENGTH} and set(tidy) <= set(RECOVERY_LETTERS)


def write_recovery_code(tidy: str) -> str:
    """A code as it is shown: in groups that can be read out."""
    return "-".join(tidy[at : at + GROUP] for at in range(0, len(tidy), GROUP))
