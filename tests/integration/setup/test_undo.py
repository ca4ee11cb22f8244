"""The line that says that an act is done offers the opposite act, which is one like any other."""

import pytest

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Criterion
from crrubric.queries.record.verification import verify_record
from crrubric.queries.setup.assignments import assignment_of
from crrubric.services.setup.committee import find_member
from crrubric.services.setup.rubrics import serialize_rubric
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit, Visitor
from tests.integration.meeting.test_meeting import opened, place
from tests.pages import Page, filled_form, list_values, words

Fields = dict[str, list[str] | str]


def find_undo(page: Page) -> tuple[str, dict[str, list[str]]] | None:
    """(address, fields) of the form that takes back what was just done; None without."""
    forms = [form for form in page.all("form") if "Undo" in words(form)]
    sent: dict[str, list[str]] = {}
    for name, value in list_values(forms[0]) if forms else ():
        if name != "csrf_token":
            sent.setdefault(name, []).append(value)
    return (forms[0].get("action") or "", sent) if forms else None


def save(chair: Visitor, url: str, typed: Fields) -> Page:
    """What is shown after a form was saved with something else in some controls."""
    form = {**filled_form(chair.page(url), url), **typed}
    return chair.page(chair.post(url, {k: v for k, v in form.items() if v}).location)


def state_of(made: Made) -> tuple[object, ...]:
    """Rubric and assignments as they are stored."""
    db.session.rollback()
    db.session.expire_all()
    member = find_member(db.session(), made.evaluation, member_of(made))
    rubric = serialize_rubric(db.session(), made.evaluation)
    return rubric, assignment_of(db.session(), member)


def member_of(made: Made) -> int:
    person = made.reviewers[0].user_id
    return next(row.id for row in made.evaluation.members if row.user_id == person)


def edits(made: Made) -> dict[str, tuple[str, Fields]]:
    first = made.criteria[0].id
    return {
        "weights": ("rubric/weights/", {f"c{first}-weight": "4.5", f"c{first}-must_have": ""}),
        "left out": (f"rubric/criteria/{first}", {"left_out": "y", "es-title": "Accesible"}),
        "assignment": (
            f"assignment/{member_of(made)}",
            {"criteria": "some", "criterion": [str(first)]},
        ),
    }


@pytest.mark.parametrize("name", ["weights", "left out", "assignment"])
def test_undo_saves_what_was_there_before(make: Factory, visit: Visit, name: str):
    made = make.evaluation()
    chair, before = visit(made.chair), state_of(made)
    path, typed = edits(made)[name]

    undo = find_undo(save(chair, made.url(path), typed))
    changed = state_of(made)
    assert undo is not None
    done = chair.post(*undo)

    assert done.status_code == 303
    assert changed != before
    assert state_of(made) == before
    assert verify_record(db.session()).problems == ()
    assert find_undo(chair.page(made.url())) is not None  # and this can be taken back, too
    assert find_undo(chair.page(made.url())) is None  # it stands on one page


@pytest.mark.parametrize("name", ["weights", "left out", "assignment"])
def test_what_was_saved_as_it_was_has_nothing_to_undo(make: Factory, visit: Visit, name: str):
    made = make.evaluation()

    assert find_undo(save(visit(made.chair), made.url(edits(made)[name][0]), {})) is None


@pytest.mark.parametrize("name", ["weights", "left out", "assignment"])
def test_undo_overwrites_nothing_that_came_meanwhile(make: Factory, visit: Visit, name: str):
    made = make.evaluation()
    chair, other = visit(made.chair), visit(made.chair)
    path, typed = edits(made)[name]
    undo = find_undo(save(chair, made.url(path), typed))
    key = str(made.criteria[1].id)
    theirs: Fields = {
        "weights": {f"c{made.criteria[0].id}-weight": "7"},
        "left out": {"title": "Another"},
        "assignment": {"criterion": [key]},
    }[name]
    save(other, made.url(path), theirs)
    stored = state_of(made)

    assert undo is not None
    answer = chair.post(*undo)

    assert (answer.status_code, state_of(made) == stored) == (409, True)


def test_a_criterion_with_long_words_is_saved_without_a_way_back(make: Factory, visit: Visit):
    made = make.evaluation()
    url = made.url(f"rubric/criteria/{made.criteria[0].id}")
    chair = visit(made.chair)
    save(chair, url, {"look_for": "All of it. " * 300})

    page = save(chair, url, {"left_out": "y"})

    assert (find_undo(page), "Saved." in words(page.with_id("main"))) == (None, True)
    assert db.session.get_one(Criterion, made.criteria[0].id).left_out


def leads_to(page: Page) -> list[tuple[str, str | None]]:
    """What the links below what was done say, and where they lead."""
    done = [node for node in page.all("div") if "undoable" in (node.get("class") or "")]
    return [(words(link), link.get("href")) for node in done for link in node.iter("a")]


def test_a_vendor_that_was_taken_out_leads_back_to_taking_it_in(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    chair, url = visit(made.chair), made.url(f"vendors/{made.vendors[0].id}/selection")

    taken_out = chair.page(chair.act(url, {"reason": "It withdrew."}).location)
    back = chair.page(chair.act(url, {"reason": "A mistake."}).location)

    assert leads_to(taken_out) == [("Take it back in…", url)]
    assert leads_to(back) == [("Take it out again…", url)]
    assert ballot_of(made, 0, 0).vendor.withdrawn_at is None


def is_fold_open(page: Page, name: str) -> bool:
    """Whether the fold around a control is open as the page comes."""
    control = page.with_id(name)
    fold = next(node for node in page.all("details") if control in list(node.iter()))
    return fold.get("open") is not None


def test_a_first_finding_leads_to_its_withdrawal_and_a_later_one_does_not(
    make: Factory, visit: Visit
):
    made = opened(make)
    vendor, criterion = place(made, 1, "ada")
    chair, url = visit(made.chair), made.url(f"cells/{vendor}/{criterion}")

    first = save(chair, url, {"value": "MET", "reason": "We looked."})
    second = save(chair, url, {"value": "NOT_MET", "reason": "We looked again."})

    back = f"{url}?open=withdrawal#withdraw-reason"
    assert leads_to(first) == [("Back to it, or withdraw it…", back)]
    assert leads_to(second) == []
    assert second.with_id("withdraw-reason").tag == "textarea"
    assert not is_fold_open(second, "withdraw-reason")
    assert is_fold_open(chair.page(back.partition("#")[0]), "withdraw-reason")
