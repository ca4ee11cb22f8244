"""What is told about a setting: in the documents, and where its value can't be used."""

from dataclasses import dataclass
from enum import Enum


class Taken(Enum):
    """From where a setting is taken."""

    EVERYWHERE = "is taken from settings.toml or the environment"
    ENVIRONMENT = "is taken from the environment alone"
    CODE = "is for tests alone"


class Reach(Enum):
    """For whom the value of a setting holds, where one server serves several districts."""

    USUAL = "for every district that sets no other"
    SITE = "for one site; each district sets its own"
    SERVER = "for the whole server"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Stands in the type of each setting.

    Args: means: a sentence or two; expects: what can be given, behind “give”; example: as it
    stands in settings.toml; default: in words, where the value itself says too little; secret:
    never shown; reach: for whom it holds on a server of several districts.
    """

    means: str
    expects: str = "true or false"
    example: str = "true"
    default: str = ""
    secret: bool = False
    taken: Taken = Taken.EVERYWHERE
    reach: Reach = Reach.USUAL


def for_tests(means: str, expects: str = "true or false") -> About:
    """About a setting that only code sets: tests, benchmarks and the demo."""
    return About(means=means, expects=expects, taken=Taken.CODE)
