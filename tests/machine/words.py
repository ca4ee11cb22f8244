"""What else the random people of the state machine do: they write for the memo and for letters."""

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.limits import LONG_TEXT
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.services.memo.letters import LetterWords, set_letter_words
from crrubric.services.memo.narratives import write_narratives
from tests.machine.frame import NUMBER, Frame, act

TEXTS = ["", "", "Nobody waited.", "- One\n- Two", "x" * (LONG_TEXT + 1)]
ENDS = ["", "Purchasing", "Thank you."]


class Writing(Frame):
    """One action a service."""

    @act(Action.WRITE_MEMO, often=3, vendor=NUMBER, text=TEXTS, other=TEXTS)
    def write_narratives(self, who, vendor, text, other):
        name, key = self.person(who, Action.WRITE_MEMO), self.picked("vendors", vendor)
        texts = {NarrativePart.STRENGTHS: text, NarrativePart.QUESTIONS: other}
        wanted = {(key, part.value): texts.get(part, "") for part in NarrativePart}
        stored = self.model.narratives
        new = {
            pair: {"words": words}
            for pair, words in wanted.items()
            if words != stored.get(pair, {"words": ""})["words"]
        }
        done = self.tried(
            (any(len(words) > LONG_TEXT for words in texts.values()) and Invalid)
            or self.refused(name, Action.WRITE_MEMO)
            or ((self.shut_out(name, key) or not self.runs(key)) and NotFound),
            lambda: write_narratives(self.people[name], self.slug, key, texts),
            idle=not new,
        )
        if done:
            stored.update(new)

    @act(Action.WRITE_LETTERS, contact=ENDS, closing=ENDS)
    def write_end_of_letters(self, who, contact, closing):
        name = self.person(who, Action.WRITE_LETTERS)
        new = {"letter_contact": contact, "letter_closing": closing}
        same = all(self.model.facts[column] == value for column, value in new.items())
        words = LetterWords(contact=contact, closing=closing)
        done = self.tried(
            self.refused(name, Action.WRITE_LETTERS) or (self.partial(name) and Invalid),
            lambda: set_letter_words(self.people[name], self.slug, words),
            idle=same,
        )
        if done:
            self.model.facts.update(new)
