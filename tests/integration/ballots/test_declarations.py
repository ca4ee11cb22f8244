"""Declarations of interest: before the first mark, recusing at once, waived by another chair."""

import pytest
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import DoneAlready, Invalid, NotFound, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Answer, DeclarationKind, Outcome, Phase, Role
from crrubric.extensions import db
from crrubric.models import Declaration, JournalEntry, Member
from crrubric.queries.exchange.exports import iterate_mark_rows
from crrubric.queries.people.people import Actor
from crrubric.queries.record.verification import verify_record
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.ballots import declarations, seals
from crrubric.services.meeting import decisions
from crrubric.services.setup import phases, vendors
from crrubric.services.setup.vendors import VendorFacts
from tests import in_meeting
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit, error_of
from tests.pages import filled_form, parse, words

REASON = "The product changed owners since."


def declared(made: Made, actor: Actor, vendor: int) -> Declaration | None:
    return db.session.scalar(
        select(Declaration)
        .join(Member, Member.id == Declaration.member_id)
        .where(Member.user_id == actor.user_id, Declaration.vendor_id == made.vendors[vendor].id)
    )


def undeclared(make: Factory) -> Made:
    """Scoring has begun and nobody has declared anything."""
    made = make.evaluation()
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    return made


def conflicted_chair(make: Factory, *, phase: Phase = Phase.SCORING) -> Made:
    """The chair has a conflict with the first vendor; both ballots for it are submitted."""
    made = make.evaluation(
        phase=Phase.SCORING, marks={(r, v): "YNA" for r in (0, 1) for v in (0, 1)}
    )
    make.submit(made, 0, 0)
    make.submit(made, 1, 0)
    own = {"kind": DeclarationKind.CONFLICT, "words": "My brother sells it."}
    declarations.declare_interest(made.chair, made.slug, made.vendors[0].id, **own)
    make.forward(made, phase, {})
    return made


@pytest.mark.parametrize("odd", ["\uffff", "\ufdd0", "\x9f"])
def test_what_documents_cannot_hold_is_refused_in_the_words_of_a_conflict(
    make: Factory, visit: Visit, odd: str
):
    made = undeclared(make)
    form = made.url(f"vendors/{made.vendors[0].id}/declaration")

    answer = visit(made.reviewers[0]).post(
        form, {"kind": "CONFLICT", "words": f"My cousin{odd} sells it."}
    )

    page = parse(answer.status_code, answer.text)
    assert (page.status, declared(made, made.reviewers[0], 0)) == (422, None)
    assert "character" in error_of(page, "words")
    assert page.with_id("words").text == "My cousin\N{REPLACEMENT CHARACTER} sells it."


def test_a_ballot_opens_after_the_declaration(make: Factory, visit: Visit):
    made = undeclared(make)
    person, ballot = visit(made.reviewers[0]), made.url(f"ballots/{made.vendors[0].id}")
    form = made.url(f"vendors/{made.vendors[0].id}/declaration")

    asked = person.get(ballot)
    refused = make_mark(made)
    answer = person.post(form, {"kind": "NONE"})

    assert (asked.status_code, asked.location) == (303, form)
    assert "Say first whether you have a conflict" in refused
    assert (answer.status_code, answer.location) == (303, ballot)
    assert person.get(ballot).status_code == 200


def make_mark(made: Made) -> str:
    """What the refusal of a mark says."""
    from crrubric.services.ballots.ballots import MarkText, record_mark

    with pytest.raises(WrongPhase) as refused:
        record_mark(
            made.reviewers[0],
            made.slug,
            made.vendors[0].id,
            made.criteria[0].id,
            MarkText(answer=Answer.YES),
            seen_version=0,
        )
    return str(refused.value)


def test_a_conflict_needs_a_description_and_keeps_the_input(make: Factory, visit: Visit):
    made = undeclared(make)
    form = made.url(f"vendors/{made.vendors[0].id}/declaration")

    answer = visit(made.reviewers[0]).post(form, {"kind": "CONFLICT", "words": "  "})

    assert answer.status_code == 422
    assert "Say what the conflict of interest is." in answer.text
    assert declared(made, made.reviewers[0], 0) is None


@pytest.mark.parametrize("all_on_one_page", [False, True])
def test_words_about_a_conflict_are_not_dropped_beside_none(
    make: Factory, visit: Visit, *, all_on_one_page: bool
):
    made = undeclared(make)
    vendor = made.vendors[0].id
    path, start = ("declarations", f"vendor-{vendor}-") if all_on_one_page else (
        f"vendors/{vendor}/declaration", ""
    )  # fmt: skip

    answer = visit(made.reviewers[0]).post(
        made.url(path), {f"{start}kind": "NONE", f"{start}words": "My sister sells for them"}
    )

    assert "choose that you have one" in error_of(parse(422, answer.text), f"{start}words")
    assert "My sister sells for them" in answer.text
    assert declared(made, made.reviewers[0], 0) is None


def test_a_conflict_recuses_at_once_and_only_the_chair_can_waive_it(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY"})
    found = make.conflict(made, 0, 0, "My sister works there.")

    assert ballot_of(made, 0, 0).recused
    with pytest.raises(WrongPhase, match="take it back with a reason"):
        declarations.declare_interest(
            made.reviewers[0], made.slug, made.vendors[0].id, kind=DeclarationKind.NONE
        )
    with pytest.raises(NotFound):
        declarations.waive_conflict(made.reviewers[0], made.slug, found.id, reason=REASON)


def test_a_waiver_needs_a_reason_tells_the_reviewer_and_lets_the_marks_count(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY", (1, 0): "YYY"})
    found = make.conflict(made, 0, 0, "My sister worked there.")
    with pytest.raises(Invalid, match="Say why"):
        declarations.waive_conflict(made.chair, made.slug, found.id, reason=" ")

    declarations.waive_conflict(made.chair, made.slug, found.id, reason=REASON)

    assert REASON in visit(made.reviewers[0]).get("/").text
    make.forward(made, Phase.MEETING, {})
    tally = (
        read_matrix(db.session(), made.evaluation).results.cell(made.vendors[0].code, "ada").tally
    )
    assert (tally.yes, tally.recused) == (2, 0)
    memo = visit(made.chair).get(made.url("memo/")).text
    assert "“My sister worked there.” (waived by the chair: The product changed owners" in memo


def test_a_waiver_can_be_withdrawn(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY"})
    found = make.conflict(made, 0, 0, "My sister worked there.")
    declarations.waive_conflict(made.chair, made.slug, found.id, reason=REASON)

    declarations.end_waiver(made.chair, made.slug, found.id, reason="She works there again.")

    db.session.expire_all()
    assert ballot_of(made, 0, 0).recused
    with pytest.raises(DoneAlready):
        declarations.end_waiver(made.chair, made.slug, found.id, reason="again")


def test_a_second_click_does_not_take_the_waiver_back(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    found = make.conflict(made, 0, 0, "My sister works there.")
    chair, address = visit(made.chair), made.url(f"conflicts/{found.id}")

    for _click in range(2):
        chair.post(address, {"to": "waived", "reason": "She left in 2019."})
    odd = chair.post(address, {"to": "somewhere", "reason": "She left in 2019."})

    db.session.refresh(found)
    assert found.waived_at is not None
    assert (odd.status_code, "open it again" in odd.text) == (422, True)


def test_a_chair_does_not_waive_their_own_conflict(make: Factory, visit: Visit):
    made = conflicted_chair(make)
    own = declared(made, made.chair, 0)
    assert own is not None

    with pytest.raises(NotFound):
        declarations.waive_conflict(made.chair, made.slug, own.id, reason=REASON)
    assert visit(made.chair).get(made.url(f"conflicts/{own.id}")).status_code == 404


def test_another_chair_can_waive_the_conflict_of_a_chair(make: Factory):
    made = conflicted_chair(make)
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    own = declared(made, made.chair, 0)
    assert own is not None

    declarations.waive_conflict(other, made.slug, own.id, reason=REASON)

    assert not own.recuses


def test_a_chair_with_a_conflict_sees_no_progress_and_ballots_of_that_vendor(
    make: Factory, visit: Visit
):
    made = conflicted_chair(make)
    chair = visit(made.chair)
    away, free = ballot_of(made, 0, 0), ballot_of(made, 0, 1)
    make.submit(made, 0, 1)

    progress = parse(200, chair.get(made.url("progress")).text)

    heads = [words(node) for node in progress.all("th") if node.get("scope") == "col"]
    assert heads == ["Reviewer", "Last seen", made.vendors[1].company]
    assert chair.get(made.url(f"progress/{away.id}/reopen")).status_code == 404
    assert chair.get(made.url(f"progress/{free.id}/reopen")).status_code == 200
    with pytest.raises(NotFound):
        seals.reopen_ballot(made.chair, made.slug, away.id, reason="once more")


def test_a_chair_with_a_conflict_sees_no_cells_findings_marks_and_journal_of_that_vendor(
    make: Factory, visit: Visit
):
    made = conflicted_chair(make, phase=Phase.MEETING)
    chair, code = visit(made.chair), made.vendors[0].code
    away, free = (f"cells/{vendor.id}/{made.criteria[0].id}" for vendor in made.vendors)

    assert (chair.get(made.url(away)).status_code, chair.get(made.url(free)).status_code) == (
        404,
        200,
    )
    with pytest.raises(NotFound):
        in_meeting.record_finding(
            made.chair,
            made.slug,
            made.vendors[0].id,
            made.criteria[0].id,
            decisions.FindingText(Outcome.MET, "no"),
            seen_version=0,
        )
    exported = chair.get(made.url("export/marks.csv")).text
    assert (f",{code}," in exported, f",{made.vendors[1].code}," in exported) == (False, True)
    journal = chair.get(made.url("journal")).text
    assert f"submitted the ballot for {made.vendors[0].company}" not in journal
    assert f"marked {made.vendors[1].company}" in journal


def test_a_chair_with_a_conflict_can_not_change_the_vendor(make: Factory, visit: Visit):
    made = make.evaluation()
    own = {"kind": DeclarationKind.CONFLICT, "words": "My brother sells it."}
    declarations.declare_interest(made.chair, made.slug, made.vendors[0].id, **own)

    with pytest.raises(NotFound):
        vendors.change_vendor(
            made.chair, made.slug, made.vendors[0].id, VendorFacts(company="Mine")
        )
    with pytest.raises(NotFound):
        vendors.remove_vendor(made.chair, made.slug, made.vendors[0].id)
    page = visit(made.chair).get(made.url("vendors/")).text
    assert "You declared a conflict of interest and do not score this vendor." in page
    edit = made.url(f"vendors/{made.vendors[0].id}")
    assert visit(made.chair).get(edit).status_code == 404
    assert visit(made.chair).post(edit, {"company": ""}).status_code == 404


def test_a_recused_reviewer_reads_no_marks_of_the_vendor(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(1, 0): "YYY"})
    make.conflict(made, 0, 0, "My sister works there.")
    make.forward(made, Phase.MEETING, {})
    person = visit(made.reviewers[0])

    assert (
        person.get(made.url(f"cells/{made.vendors[0].id}/{made.criteria[0].id}")).status_code == 404
    )
    assert person.get(made.url("matrix")).status_code == 200


def test_exported_marks_leave_out_vendors_with_whom_the_person_has_a_conflict(make: Factory):
    from crrubric.queries.people.access import require

    made = conflicted_chair(make, phase=Phase.MEETING)
    seat = require(made.chair, Action.EXPORT_MARKS, made.evaluation, db.session())

    assert {row["vendor"] for row in iterate_mark_rows(db.session(), seat)} == {
        made.vendors[1].code
    }


def test_ids_of_another_evaluation_are_not_found(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    other = make.evaluation(title="Another", phase=Phase.SCORING)
    foreign = make.conflict(other, 0, 0, "theirs")

    assert visit(made.chair).get(made.url(f"conflicts/{foreign.id}")).status_code == 404
    assert (
        visit(made.reviewers[0])
        .get(made.url(f"vendors/{other.vendors[0].id}/declaration"))
        .status_code
        == 404
    )


def told_declarations() -> list[tuple[Event, str]]:
    """(what, of which vendor) of every declaration in the journal."""
    kinds = (Event.CONFLICT_DECLARED, Event.NO_CONFLICT_DECLARED)
    rows = select(JournalEntry).where(JournalEntry.event.in_(kinds)).order_by(JournalEntry.id)
    return [(row.event, row.subject) for row in db.session.scalars(rows)]


def test_all_vendors_are_declared_for_with_one_press(make: Factory, visit: Visit):
    made = undeclared(make)
    first, second = made.vendors
    person, url = visit(made.reviewers[0]), made.url("declarations")
    assert url in person.get(made.url("ballots/")).text
    form = {
        **filled_form(person.page(url), url),
        f"vendor-{first.id}-kind": "NONE",
        f"vendor-{second.id}-kind": "CONFLICT",
        f"vendor-{second.id}-words": "My cousin sells it.",
        "once": "1",
    }

    done, again = person.post(url, form), person.post(url, form)

    assert (done.location, again.location) == (made.url("ballots/"), made.url("ballots/"))
    assert told_declarations() == [
        (Event.NO_CONFLICT_DECLARED, first.company),
        (Event.CONFLICT_DECLARED, second.company),
    ]
    assert verify_record(db.session()).problems == ()
    later = person.get(url).text
    assert "You declared a conflict of interest and do not score this vendor." in later
    assert person.get(made.url(f"ballots/{first.id}")).status_code == 200
    assert url not in person.get(made.url("ballots/")).text


def test_a_vendor_can_be_left_open_and_nothing_typed_is_lost(make: Factory, visit: Visit):
    made = undeclared(make)
    first, second = made.vendors
    person, url = visit(made.reviewers[0]), made.url("declarations")

    nothing = person.post(url)
    wrong = person.post(
        url, {f"vendor-{first.id}-kind": "CONFLICT", f"vendor-{second.id}-words": "My cousin"}
    )
    empty = person.post(
        url, {f"vendor-{first.id}-kind": "CONFLICT", f"vendor-{second.id}-kind": "NONE"}
    )

    assert "Choose one for at least one vendor." in nothing.text
    page = parse(422, wrong.text)
    assert "Choose one: Your declaration" in error_of(page, f"vendor-{second.id}-kind")
    assert (page.with_id(f"vendor-{second.id}-words").text or "").strip() == "My cousin"
    page = parse(422, empty.text)
    assert "Say what the conflict" in error_of(page, f"vendor-{first.id}-words")
    assert [answer.status_code for answer in (nothing, wrong, empty)] == [422, 422, 422]
    assert told_declarations() == []
    done = person.post(url, {f"vendor-{second.id}-kind": "NONE"})
    assert done.status_code == 303
    assert told_declarations() == [(Event.NO_CONFLICT_DECLARED, second.company)]


def test_an_observer_declares_a_conflict_and_stays_away(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY", (0, 1): "YYY"})
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    page = visit(observer)

    assert "Declare a conflict of interest" in page.get(made.url("vendors/")).text
    declarations.declare_interest(
        observer, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="My aunt."
    )
    make.forward(made, Phase.MEETING, {})

    cell = made.criteria[0].id
    codes = [page.get(made.url(f"cells/{row.id}/{cell}")).status_code for row in made.vendors]
    assert codes == [404, 200]
    assert "“My aunt.” (recused)" in visit(made.chair).get(made.url("memo/")).text


def test_a_vendor_with_a_declared_conflict_is_not_removed_and_entered_anew(make: Factory):
    made = make.evaluation()
    make.conflict(made, 0, 0, "A few shares.")

    with pytest.raises(WrongPhase, match="the record keeps it"):
        vendors.remove_vendor(made.chair, made.slug, made.vendors[0].id)
    vendors.remove_vendor(made.chair, made.slug, made.vendors[1].id)
