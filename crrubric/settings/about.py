"""What is told about a setting: in the documents, and where its value can't be used."""

from dataclasses import dataclass
from enum import Enum


class Taken(Enum):
    """From where a setting is taken."""

    EVERYWHERE = "is taken from settings.toml or the environment"
    ENVIRONMENT = "is taken from the environment alone"
    CODE = "is for tests alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Stands in the type of each setting.

    Args: means: a sentence or two; expects: what can be given, behind “give”; example: as it
    stands in settings.toml; default: in words, where the value itself says too little; secret:
    never shown.
    """

    means: str
    expects: str = "true or false"
    example: str = "true"
    default: str = ""
    secret: bool = False
    taken: Taken = Taken.EVERYWHERE


def for_tests(means: str, expects: str = "true or false") -> About:
    """About a setting that only code sets: tests, benchmarks and the demo."""
    return About(means=means, expects=expects, taken=Taken.CODE)
