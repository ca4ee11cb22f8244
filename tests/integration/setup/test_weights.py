"""Weights and must-haves of all criteria in one form, told criterion by criterion."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from crrubric.domain.errors import Invalid, NotFound, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Criterion, JournalEntry
from crrubric.queries.record.verification import verify_record
from crrubric.services.setup import rubrics
from crrubric.services.setup.weights import CriterionWeight, change_weights
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor, error_of
from tests.pages import filled_form, parse, words


def stored(made: Made) -> dict[str, tuple[str, bool, bool]]:
    """Code -> weight, must-have, may not apply."""
    db.session.expire_all()
    rows = db.session.scalars(select(Criterion).order_by(Criterion.id))
    return {
        row.code: (f"{row.weight.normalize():f}", row.must_have, row.may_not_apply) for row in rows
    }


def changes() -> list[tuple[str, object, object]]:
    """(criterion, before, after) of every change of a criterion in the journal."""
    rows = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.event == Event.CRITERION_CHANGED)
        .order_by(JournalEntry.id)
    )
    return [(row.subject, row.before, row.after) for row in rows]


def shown(visitor: Visitor, made: Made) -> tuple[str, dict[str, list[str]]]:
    """The address of the table, and its form as it stands."""
    url = made.url("rubric/weights/")
    return url, filled_form(visitor.page(url), url)


@pytest.mark.both_databases
def test_one_press_changes_all_rows_and_tells_of_those_that_changed(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    ada, sis, teacher = (made.criterion(code).id for code in ("ada", "sis", "teacher"))
    before = stored(made)
    url, form = shown(chair, made)
    form.pop(f"c{ada}-must_have")

    done = chair.post(url, {**form, f"c{sis}-weight": "2.5", f"c{sis}-may_not_apply": "y"})

    assert done.status_code == 303
    assert before["ada"][1]
    assert stored(made) == {
        **before,
        "ada": (before["ada"][0], False, before["ada"][2]),
        "sis": ("2.5", before["sis"][1], True),
    }
    assert [after for _subject, _before, after in changes()] == [
        {"must_have": False},
        {"weight": "2.5", "may_not_apply": True},
    ]
    assert teacher
    assert verify_record(db.session()).problems == ()


def test_every_wrong_weight_is_told_with_its_criterion_and_nothing_is_saved(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    chair = visit(made.chair)
    before = stored(made)
    ada, sis, teacher = (made.criterion(code) for code in ("ada", "sis", "teacher"))
    url, form = shown(chair, made)
    typed = {f"c{ada.id}-weight": "", f"c{sis.id}-weight": "1,5", f"c{teacher.id}-weight": "7"}

    answer = chair.post(url, {**form, **typed})

    page = parse(answer.status_code, answer.text)
    summary = words(page.with_id("error-summary"))
    assert answer.status_code == 422
    assert error_of(page, f"c{ada.id}-weight") == "Error: Enter a weight, 1 by default."
    assert "“1,5” is not clear" in error_of(page, f"c{sis.id}-weight")
    assert f"Weight: {ada.title}. Enter a weight" in summary
    assert f"Weight: {sis.title}. “1,5”" in summary
    kept = filled_form(page, url)
    assert {key: kept[key] for key in typed} == {key: [value] for key, value in typed.items()}
    assert stored(made) == before


def test_a_criterion_that_came_meanwhile_is_shown_before_anything_is_saved(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    chair = visit(made.chair)
    sis = made.criterion("sis").id
    url, form = shown(chair, made)
    section = made.criteria[0].section_id
    text = rubrics.CriterionText(title="Brand new", weight=Decimal(4))
    new = rubrics.add_criterion(made.chair, made.slug, section, text)

    answer = chair.post(url, {**form, f"c{sis}-weight": "9"})
    page = parse(answer.status_code, answer.text)
    again = chair.post(url, filled_form(page, url))

    assert answer.status_code == 409
    assert filled_form(page, url)[f"c{new.id}-weight"] == ["4"]
    assert again.status_code == 303
    assert stored(made)["sis"][0] == "9"
    assert stored(made)[new.code][0] == "4"


def test_weights_are_refused_out_of_bounds_of_others_and_once_ballots_are_open(make: Factory):
    made, other = make.evaluation(), make.evaluation(title="Another")
    good, bad = (CriterionWeight(Decimal(n), must_have=False, may_not_apply=False) for n in (1, -1))
    first, second, _third = (row.id for row in made.criteria)

    with pytest.raises(Invalid) as refused:
        change_weights(made.chair, made.slug, {first: bad, second: bad})
    with pytest.raises(NotFound):
        change_weights(made.chair, made.slug, {other.criteria[0].id: good})
    make.forward(made, Phase.SCORING, {})
    with pytest.raises(WrongPhase):
        change_weights(made.chair, made.slug, {first: good})

    assert [refused.value.field, *(error.field for error in refused.value.more)] == [
        f"{first}-weight",
        f"{second}-weight",
    ]
