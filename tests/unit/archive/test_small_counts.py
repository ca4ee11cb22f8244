"""Which numbers of the workbook tell of a learner: the lists know the prompts that there are."""

from crrubric.domain.planning.disclosure import COUNTED, SHARES, tells_of_a_learner
from crrubric.domain.planning.prompts import PromptKind
from crrubric.domain.planning.section_files import load_workbook_sections

# where mentors come from, learners for each teacher, seats that are used at once: no counts of them
OTHERS = {("support", "mentors"), ("support", "ratio"), ("technology", "learners")}


def test_every_prompt_that_counts_learners_is_listed():
    counted: set[tuple[str, str]] = set()
    shares: set[tuple[str, str]] = set()
    for section in load_workbook_sections("en"):
        for prompt in section.prompts:
            if prompt.counted or getattr(prompt, "unit", "") == "learners":
                counted.add((section.code, prompt.code))
            elif prompt.kind is PromptKind.PERCENT and section.code == "learners":
                shares.add((section.code, prompt.code))

    assert {(key, code) for key, codes in SHARES.items() for code in codes} == shares
    assert {(key, code) for key, codes in COUNTED.items() for code in codes} == counted - OTHERS


def test_one_small_count_hides_an_answer():
    rows = [{"option": "a", "count": "12"}, {"option": "b", "words": "Night shifts"}]

    assert not tells_of_a_learner("reasons", "reasons", rows)
    assert tells_of_a_learner("reasons", "reasons", [*rows, {"option": "c", "count": "0"}])
    assert not tells_of_a_learner("reasons", "learners", "10")
    assert not tells_of_a_learner("policy", "at_a_time", "2")
