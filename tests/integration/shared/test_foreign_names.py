"""Names in other scripts: they read right, and can't turn the words around them."""

import re

from crrubric.domain.text import isolate_direction
from crrubric.domain.vocabulary import Phase, Role, Stakeholder
from crrubric.services.setup import committee
from tests.factories import Factory
from tests.integration.conftest import Visit

ARABIC = "شركة التعلم (2027)"
TRICK = "Dana \u202eevil"  # an override: what follows would run backwards
FIRST, LAST = "\u2068", "\u2069"


def test_a_name_in_a_sentence_is_isolated_only_if_its_direction_differs():
    assert isolate_direction("Wrenfold Online") == "Wrenfold Online"
    assert isolate_direction("Niño Åse") == "Niño Åse"
    assert isolate_direction(ARABIC) == f"{FIRST}{ARABIC}{LAST}"
    assert isolate_direction(TRICK) == "Dana evil"
    assert isolate_direction(f"{ARABIC}{LAST}") == f"{FIRST}{ARABIC}{LAST}"


def test_a_company_in_arabic_does_not_reorder_its_row(make: Factory, visit: Visit):
    made = make.evaluation()
    made.vendors.append(make.vendor(made.chair, made.slug, ARABIC))
    make.forward(made, Phase.MEETING, {})
    chair = visit(made.chair)

    pages = [chair.get(made.url(path)).text for path in ("vendors/", "matrix", "decision/")]
    question = chair.get(made.url(f"questions/vendors/{made.vendors[-1].id}/new"))

    for page in (*pages, question.text):
        shown = re.sub(r"<title>.*?</title>", "", page, flags=re.DOTALL)
        assert ARABIC in shown
        assert loose(shown, ARABIC) == []


def test_an_override_in_a_name_ends_with_the_name(make: Factory, visit: Visit):
    made = make.evaluation()
    committee.invite_member(
        made.chair, made.slug, name=TRICK, email="trick@school.example",
        roles=frozenset({Role.REVIEWER}), stakeholder=Stakeholder.TEACHER,
    )  # fmt: skip

    page = visit(made.chair).get(made.url("committee/")).text

    assert TRICK in page  # shown as it was typed
    assert loose(page, TRICK) == []


def loose(page: str, name: str) -> list[str]:
    """Where a name stands with nothing around it that keeps its direction to itself."""
    kept = re.compile(r'(<bdi>|dir="auto"[^<]*>(?:<(?:b|a|span)[^>]*>)?|\u2068|class="unseen">:? ?'
                      r'|"unseen">[^<]*|<(?:option|label)[^>]*>|<b>|value=")$')  # fmt: skip
    return [
        page[max(0, found.start() - 60) : found.end()]
        for found in re.finditer(re.escape(name), page)
        if not kept.search(page[: found.start()])
    ]
