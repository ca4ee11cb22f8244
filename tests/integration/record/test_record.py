"""The record: chained, complete, filterable, verified; and what people are told, once."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import WRITE, db
from crrubric.models import JournalEntry, Notice
from crrubric.queries.record.journal import find_journal_head
from crrubric.queries.record.verification import find_sealed_ballot, verify_record
from crrubric.services.demo.district import make_demo
from crrubric.services.mail.notices import dismiss_notice
from crrubric.services.setup import evaluations, phases
from tests.factories import Factory, ballot_of
from tests.integration.conftest import Visit

MARKS = {(r, v): "YNA" for r in (0, 1) for v in (0, 1)}


def behind_the_seals(*statements: str) -> None:
    """What somebody with the database file in their hands could do: take the triggers off first."""
    db.session.rollback()  # a reader would keep SQLite's writers waiting
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in statements:
                connection.exec_driver_sql(statement)
            return
        seals = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).all()
        for name, _sql in seals:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)
        for _name, sql in seals:
            connection.exec_driver_sql(sql)


def said() -> list[str]:
    db.session.rollback()
    return [str(problem) for problem in verify_record(db.session()).problems]


def test_records_written_by_the_services_verify(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    receipt = make.submit(made, 0, 0).receipt
    make.forward(made, Phase.ARCHIVED, {})

    found = verify_record(db.session())

    assert found.problems == ()
    assert (found.entries > 20, found.seals) == (True, 1)
    sealed = find_sealed_ballot(db.session(), receipt.upper()[:32] + " " + receipt[32:])
    assert sealed is not None
    assert find_sealed_ballot(db.session(), "0" * 64) is None


def test_the_demo_verifies(app: Flask):
    make_demo()

    assert verify_record(db.session()).problems == ()


def test_a_changed_entry_is_named(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.MARK_RECORDED)
    ).first()
    assert entry is not None

    behind_the_seals(f"UPDATE journal_entry SET actor_name = 'nobody' WHERE id = {entry.id}")

    assert said() == [
        f"Journal, chain {made.evaluation.id}: entry {entry.number}"
        " was changed after it was written."
    ]


def test_an_entry_that_cannot_be_read_any_more_is_named_as_changed(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)

    behind_the_seals(
        "UPDATE journal_entry SET event = 'NO_SUCH_EVENT' WHERE number = 2 AND chain > 0"
    )

    assert said()[0] == (
        f"Journal, chain {made.evaluation.id}: entry 2 was changed after it was written."
    )


def test_a_removed_entry_is_named(make: Factory):
    made = make.evaluation()

    behind_the_seals("DELETE FROM journal_entry WHERE number = 2 AND chain > 0")

    assert said()[0] == f"Journal, chain {made.evaluation.id}: entry 2 is missing."


def test_a_mark_that_differs_from_the_seal_is_named(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    make.submit(made, 0, 0)
    ballot = ballot_of(made, 0, 0)

    behind_the_seals(f"UPDATE mark SET answer = 'CANNOT_TELL' WHERE ballot_id = {ballot.id}")

    assert said()[-1] == f"Ballot {ballot.id}: its marks differ from those that were sealed."


def test_a_sealed_text_that_does_not_fit_its_receipt_is_named(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    make.submit(made, 0, 0)
    ballot = ballot_of(made, 0, 0)

    behind_the_seals("UPDATE sealed_ballot SET content = '{}'")

    assert said() == [f"Ballot {ballot.id}, version 1: the receipt does not match."]


def test_a_mark_that_the_criterion_does_not_allow_is_named(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    ada = made.criterion("ada").id

    behind_the_seals(f"UPDATE mark SET answer = 'NOT_APPLICABLE' WHERE criterion_id = {ada}")

    assert said()[-1] == "Marks NOT APPLICABLE on a criterion that always applies: 4."


def test_the_command_says_what_is_wrong_and_fails(app: Flask, make: Factory):
    from crrubric.cli import root_group

    make.evaluation(phase=Phase.SCORING, marks=MARKS)
    db.session.remove()
    runner = app.test_cli_runner()

    good = runner.invoke(root_group, ["verify"], obj=lambda _settings: app)
    behind_the_seals("DELETE FROM journal_entry WHERE number = 2 AND chain > 0")
    bad = runner.invoke(root_group, ["verify"], obj=lambda _settings: app)

    assert (good.exit_code, "are as written" in good.output) == (0, True)
    assert (bad.exit_code, "entry 2 is missing" in bad.output) == (1, True)


def test_the_head_of_the_chain_is_shown_only_once_marks_may_be_known(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    before = find_journal_head(db.session(), made.evaluation)
    make.forward(made, Phase.MEETING, {})

    after = find_journal_head(db.session(), made.evaluation)

    assert (before, len(after)) == ("", 64)
    assert after[:8] in visit(made.chair).get(made.url("journal")).text


def test_the_journal_is_narrowed_by_kind_person_and_vendor(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    chair, first = visit(made.chair), made.vendors[0]

    kinds = chair.get(made.url("journal?kind=phases")).text
    vendor = chair.get(made.url(f"journal?vendor={first.id}")).text
    person = chair.get(made.url(f"journal?who={made.reviewers[0].name}&kind=ballots")).text

    assert ("changed the phase" in kinds, "marked" in kinds) == (True, False)
    assert f"marked {first.company}" in vendor
    assert f"marked {made.vendors[1].company}" not in vendor
    assert f"<b>{made.reviewers[0].name}</b>" in person
    assert f"<b>{made.reviewers[1].name}</b>" not in person


def test_the_journal_shows_words_instead_of_codes(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "?"})

    text = visit(made.chair).get(made.url("journal")).text

    assert "Can’t tell" in text
    assert [code for code in ("CANNOT_TELL", "SCORING", "SETUP") if f">{code}<" in text] == []


def test_members_are_told_once_of_a_new_phase(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.reviewers[0])
    notice = db.session.scalars(select(Notice).order_by(Notice.id)).first()
    assert notice is not None
    sentence = "The evaluation is now in the phase “Scoring”."

    assert sentence in person.get("/").text
    assert sentence in person.get(made.url("")).text
    assert sentence not in visit(made.chair).get("/").text
    assert person.post(made.url(f"notices/{notice.id}")).status_code == 303
    assert sentence not in person.get("/").text


def test_all_notices_of_a_page_are_dismissed_at_once_and_only_ones_own(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Too early")
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    reviewer = visit(made.reviewers[0])
    before = reviewer.page("/")
    last = max(db.session.scalars(select(Notice.id)))

    answer = reviewer.post(made.url("notices"), {"at": str(last)})

    assert ("Dismiss all" in before.text, answer.status_code) == (True, 303)
    assert "Dismiss" not in reviewer.page("/").text
    assert "Dismiss" in visit(made.reviewers[1]).page("/").text


def test_a_notice_can_be_dismissed_only_by_its_own_reader(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    notice = db.session.scalars(select(Notice).order_by(Notice.id)).first()
    assert notice is not None

    with pytest.raises(NotFound):
        dismiss_notice(made.reviewers[1], made.slug, notice.id)


def test_the_record_is_archived_with_a_day_and_can_come_back(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.DECIDED)
    chair = visit(made.chair)

    early = chair.post(made.url("phase"), {"to": "ARCHIVED"})
    kept = chair.edit(made.url("retention"), {"until": "2034-06-30", "hold": "A protest"})
    chair.act(made.url("phase?to=ARCHIVED"))
    page = chair.get(made.url("")).text

    assert early.status_code == 422
    assert "First set the day until which the record is kept" in early.text
    assert kept.status_code == 303
    assert ("June 30, 2034" in page, "A protest" in page) == (True, True)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED, reason="An error in the memo")
    db.session.expire_all()
    assert made.evaluation.archived_at is None


def test_a_record_is_not_kept_until_a_day_that_is_over(make: Factory):
    made = make.evaluation(phase=Phase.DECIDED)

    with pytest.raises(Invalid, match="That day is over") as error:
        evaluations.set_retention(made.chair, made.slug, until=date(2020, 1, 1))

    assert (error.value.field, made.evaluation.retain_until) == ("until", None)


def test_ending_a_legal_hold_or_shortening_retention_needs_a_reason(make: Factory):
    made = make.evaluation(phase=Phase.DECIDED)
    evaluations.set_retention(made.chair, made.slug, until=date(2034, 6, 30), hold="A protest")

    for until, hold in ((date(2034, 6, 30), ""), (date(2030, 1, 1), "A protest")):
        with pytest.raises(Invalid, match="Say why"):
            evaluations.set_retention(made.chair, made.slug, until=until, hold=hold)
    evaluations.set_retention(
        made.chair, made.slug, until=date(2030, 1, 1), reason="The protest was settled."
    )

    assert made.evaluation.legal_hold == ""
