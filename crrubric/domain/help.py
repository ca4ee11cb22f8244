"""What a page is for, in a few sentences for whoever opens it the first time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpTopic:
    """Some pages that serve one purpose; `anchor` is the topic's place on the page of help.

    everybody: for all readers alike; else chair, reviewer: for each of them, "" where the page is
    not theirs. pages: endpoints.
    """

    anchor: str
    title: str
    pages: tuple[str, ...]
    everybody: str = ""
    chair: str = ""
    reviewer: str = ""
