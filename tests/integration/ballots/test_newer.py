"""A page learns which of its marks were saved elsewhere: one's own, and nobody else's."""

from typing import Any

import pytest

from crrubric.domain.vocabulary import Answer, CorrectionEffect, Phase
from crrubric.services.setup import corrections
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor


def newer(visitor: Visitor, made: Made, *known: str) -> list[dict[str, Any]]:
    """What the page is told of these marks: “vendor-criterion-version”."""
    answer = visitor.get(made.url("ballots/newer?known=") + ",".join(known))
    assert answer.status_code == 200
    return list(answer.json["newer"])


def cell(made: Made, vendor: int, code: str, version: int) -> str:
    return f"{made.vendors[vendor].id}-{made.criterion(code).id}-{version}"


def test_a_mark_that_has_another_version_by_now_is_told_whole(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    make.mark(made, 0, 0, "ada", Answer.NO, note="No captions.")
    person = visit(made.reviewers[0])

    told = newer(person, made, cell(made, 0, "ada", 0), cell(made, 0, "sis", 0))

    saved_at = told[0].pop("saved_at")
    assert told == [
        {
            "action": made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}"),
            "version": 1,
            "answer": "NO",
            "note": "No captions.",
            "evidence_kind": "",
            "evidence_place": "",
            "evidence_on": "",
            "evidence_until": "",
        }
    ]
    assert saved_at in person.get(made.url(f"ballots/{made.vendors[0].id}")).text
    assert newer(person, made, cell(made, 0, "ada", 1)) == []


def test_a_mark_of_somebody_else_is_not_told(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})

    assert newer(visit(made.reviewers[1]), made, cell(made, 0, "ada", 0)) == []


def test_a_mark_that_was_set_aside_is_told_as_none(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})
    again = corrections.Correction(
        title="Accessible",
        question="Can each person use it?",
        look_for="",
        effect=CorrectionEffect.AGAIN,
        reason="It was not clear.",
    )
    corrections.correct_criterion(made.chair, made.slug, made.criterion("ada").id, again)

    (told,) = newer(visit(made.reviewers[0]), made, cell(made, 0, "ada", 1))

    assert (told["version"], told["answer"], told["saved_at"]) == (0, "", "")


@pytest.mark.parametrize("known", ["", "x", "1-2", "1-2-x", "9-9-0", ",,", "-1-2-3"])
def test_what_can_not_be_read_is_left_out(make: Factory, visit: Visit, known: str):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})

    assert newer(visit(made.reviewers[0]), made, known) == []
