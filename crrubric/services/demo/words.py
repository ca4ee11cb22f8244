"""What the chair of the demo wrote for the memo, and at the end of letters to vendors."""

import tomllib
from importlib import resources

from crrubric.domain.events import Event
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.services.demo.questions import DemoEvaluation
from crrubric.services.memo.letters import read_letter_words
from crrubric.services.memo.narratives import (
    note_narratives,
    store_narratives,
    tell_narratives,
)
from crrubric.services.shared.journal import find_changes, note_evaluation_change


def add_memo_words(cast: DemoEvaluation, key: str) -> None:
    """The texts about vendors of one evaluation, then the end of its letters."""
    file = resources.files("crrubric.data") / "demo_words.toml"
    data = tomllib.loads(file.read_text("utf-8"))
    for row in data["text"]:
        if row["evaluation"] == key:
            when, vendor = cast.ago(row["days_ago"]), cast.vendors[row["vendor"]]
            texts = {part: row[part.value.lower()] for part in NarrativePart}
            store_narratives(cast.session, cast.chair, vendor, {}, texts, at=when)
            before, after = find_changes(tell_narratives({}), tell_narratives(texts))
            note_narratives(cast.session, cast.chair, vendor, before, after, at=when)
    for row in data["end"]:
        if row["evaluation"] == key:
            old = read_letter_words(cast.evaluation)
            cast.evaluation.letter_contact = row["contact"]
            cast.evaluation.letter_closing = row["closing"]
            note_evaluation_change(
                cast.session,
                cast.chair,
                Event.LETTER_WORDS_SET,
                cast.evaluation,
                old=old,
                new=read_letter_words(cast.evaluation),
                at=cast.ago(row["days_ago"]),
            )
