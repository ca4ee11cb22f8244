"""Texts that are withheld: from a copy that is handed out, and from the journal itself."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text

from crrubric.domain.events import Event
from crrubric.domain.record.chain import write_moment
from crrubric.domain.record.texts import SALT_BYTES, commit_text, iterate_strings
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Asking, JournalEntry
from crrubric.queries.record.journal import find_journal_head
from crrubric.services.questions import askings, questions
from tests.factories import Factory, Made
from tests.independent_verifier import verify_copy_independently
from tests.integration.record.test_every_column import problems, seals_off
from tests.integration.record.test_forgeries import chain_anew, tell_beginning_again
from tests.integration.record.whole import make_whole_record

Lines = list[dict[str, Any]]


@pytest.fixture
def made(make: Factory, tmp_path: Path) -> Made:
    """Everything that the journal tells of."""
    return make_whole_record(make, tmp_path)


@pytest.fixture
def told(made: Made) -> Made:
    """The same, without sealed prices, which no copy tells."""
    run_statement("UPDATE evaluation SET prices_sealed = false")
    return made


def run(app: Flask, *words: str) -> Result:
    from crrubric.cli import root_group

    db.session.remove()
    return app.test_cli_runner().invoke(root_group, words, obj=lambda _settings: app)


def verify_file(app: Flask, path: Path, *words: str) -> tuple[int, str]:
    result = run(app, "verify", "--file", str(path), *words)
    return result.exit_code, result.output


def read_lines(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write_lines(path: Path, lines: Lines) -> None:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")


def list_texts(lines: Lines) -> str:
    return json.dumps([line.get("content") for line in lines], ensure_ascii=False)


def copy_journal(app: Flask, made: Made, path: Path, *kinds: str) -> Lines:
    words = [word for kind in kinds for word in ("--withhold", kind)]
    result = run(app, "journal", made.slug, str(path), *words)
    assert result.exit_code == 0, result.output
    return read_lines(path)


def test_a_copy_is_verified_without_a_database_whatever_is_withheld(
    app: Flask, told: Made, tmp_path: Path
):
    path, slug = tmp_path / "copy.jsonl", told.slug
    head = find_journal_head(db.session(), told.evaluation)
    names = [actor.name for actor in told.reviewers]
    kinds = ("people", "words", "vendors", "rubric")
    for chosen in ((), ("people",), ("words",), kinds):
        lines = copy_journal(app, told, path, *chosen)
        texts = list_texts(lines)

        code, said = verify_file(app, path, "--hash", head[:12])

        assert code == 0, said
        assert f"The fingerprint is that of entry {len(lines) - 2}.\n" in said
        assert verify_copy_independently(path.read_text("utf-8")) == head
        assert ("\n1 texts and 3 whole entries are withheld" in said) != bool(chosen)
        assert "texts and 3 whole entries are withheld" in said
        assert (names[0] in texts) == ("people" not in chosen)
        assert ("It fits." in texts) == ("words" not in chosen)
        assert ("Ace" in texts) == ("vendors" not in chosen)
        assert ("Clearer" in texts) == ("rubric" not in chosen)
    assert run(app, "journal", slug, str(path), "--withhold", "nothing").exit_code == 2


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_no_text_that_was_typed_is_left_where_everything_is_withheld(
    app: Flask, told: Made, tmp_path: Path
):
    path = tmp_path / "copy.jsonl"
    typed = {
        text
        for line in copy_journal(app, told, path)[1:-1]
        for pointer, _name, text in iterate_strings(line["content"])
        if pointer in line["salts"] and len(text) > 1
    }

    left = list_texts(copy_journal(app, told, path, "people", "words", "vendors", "rubric"))

    assert len(typed) > 100
    assert sorted(text for text in typed if json.dumps(text, ensure_ascii=False) in left) == []


@pytest.mark.parametrize("kinds", [(), ("people",)])
def test_no_copy_tells_who_asked_a_vendor_what(
    app: Flask, make: Factory, tmp_path: Path, kinds: tuple[str, ...]
):
    made = make.evaluation(phase=Phase.SCORING)
    for words in ("Is it on paper too?", "My own words, not passed on?"):
        askings.ask_vendor(
            made.reviewers[1], made.slug, made.vendors[0].id, made.criteria[0].id, words=words
        )
    own = db.session.scalars(select(Asking.id).order_by(Asking.id.desc()).limit(1)).one()
    questions.set_aside_asking(made.chair, made.slug, own, reason="Answered on page 3.")
    make.forward(made, Phase.DECIDED, {})
    head = find_journal_head(db.session(), made.evaluation)
    path = tmp_path / "copy.jsonl"

    lines = copy_journal(app, made, path, *kinds)

    left = [line["content"] for line in lines[1:-1]]
    assert left.count(None) == 2
    moments = [line["at"] for line in lines[1:-1]]
    assert [at is None for at in moments] == [content is None for content in left]
    told = select(JournalEntry.at).where(JournalEntry.event == Event.QUESTION_ASKED)
    asked = [write_moment(at) for at in db.session.scalars(told)]
    assert len(asked) == 2
    assert [at for at in asked if at in path.read_text("utf-8")] == []
    assert "QUESTION_ASKED" not in list_texts(lines)
    assert "Is it on paper too?" not in list_texts(lines)
    assert "My own words" not in list_texts(lines)
    assert "Answered on page 3." in list_texts(lines)
    assert verify_file(app, path)[0] == 0
    assert verify_copy_independently(path.read_text("utf-8")) == head


def test_a_copy_of_the_first_form_which_tells_when_is_still_verified(
    app: Flask, told: Made, tmp_path: Path
):
    path, head = tmp_path / "copy.jsonl", find_journal_head(db.session(), told.evaluation)
    lines = copy_journal(app, told, path)
    gone = [line for line in lines[1:-1] if line["content"] is None]
    lines[0]["crrubric_journal"] = 1
    for line in gone:
        line["at"] = lines[1]["at"]
    write_lines(path, lines)

    assert len(gone) == 3
    assert verify_file(app, path)[0] == 0
    assert verify_copy_independently(path.read_text("utf-8")) == head


def test_what_is_left_tells_nothing_that_can_be_tried(app: Flask, made: Made, tmp_path: Path):
    path = tmp_path / "copy.jsonl"
    whole = copy_journal(app, made, path)
    salts = {salt for line in whole[1:-1] for salt in line["salts"].values()}

    lines = copy_journal(app, made, path, "people", "words", "vendors", "rubric")

    assert len(salts) == sum(len(line["salts"]) for line in whole[1:-1]) > 300
    assert {len(salt) for salt in salts} == {2 * SALT_BYTES}
    assert [line["salts"] for line in lines[1:-1] if line["salts"]] == []
    assert [salt for salt in salts if salt in path.read_text("utf-8")] == []


def test_a_text_that_was_withheld_can_be_handed_over_later(app: Flask, made: Made, tmp_path: Path):
    path = tmp_path / "copy.jsonl"
    whole = copy_journal(app, made, path)
    lines = copy_journal(app, made, path, "words")
    place, pointer = next(
        (place, pointer)
        for place, line in enumerate(lines[1:-1], start=1)
        for pointer in line["withheld"]
        if pointer == "/reason"
    )
    lines[place]["content"]["reason"] = whole[place]["content"]["reason"]
    lines[place]["salts"][pointer] = whole[place]["salts"][pointer]
    del lines[place]["withheld"][pointer]
    write_lines(path, lines)

    assert verify_file(app, path)[0] == 0

    lines[place]["content"]["reason"] += "!"
    write_lines(path, lines)
    code, said = verify_file(app, path)
    assert (code, f"entry {place} was changed after it was written" in said) == (1, True)


def change_text(lines: Lines) -> None:
    lines[6]["content"]["actor_name"] += "x"


def change_mark(lines: Lines) -> None:
    line = next(line for line in lines[1:-1] if line["content"]["event"] == "MARK_RECORDED")
    line["content"]["after"]["answer"] = "NO"


def change_salt(lines: Lines) -> None:
    lines[6]["salts"]["/actor_name"] = "0" * 32


def drop_salt(lines: Lines) -> None:
    del lines[6]["salts"]["/actor_name"]


def change_commitment(lines: Lines) -> None:
    lines[5]["withheld"]["/subject"] = "0" * 64


def swap_commitments(lines: Lines) -> None:
    withheld = lines[5]["withheld"]
    subject, name = withheld["/subject"], withheld["/actor_name"]
    withheld |= {"/subject": name, "/actor_name": subject}


def drop_commitment(lines: Lines) -> None:
    del lines[5]["withheld"]["/subject"]


def drop_entry(lines: Lines) -> None:
    del lines[5]


def go_back(lines: Lines) -> None:
    lines[5] |= {"version": 1, "salts": {}, "withheld": {}}


def make_up_entry(lines: Lines) -> None:
    lines[5] |= {"content": None, "hash": "0" * 64, "salts": {}, "withheld": {}}


def cut_end(lines: Lines) -> None:
    del lines[-1]


def cut_last_entry(lines: Lines) -> None:
    del lines[-2]


FORGERIES = (
    change_text, change_mark, change_salt, drop_salt, change_commitment, drop_commitment,
    swap_commitments, drop_entry, go_back, make_up_entry, cut_end, cut_last_entry,
)  # fmt: skip


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_forged_copy_is_named_by_both_verifiers(app: Flask, told: Made, tmp_path: Path):
    path = tmp_path / "copy.jsonl"
    sound = copy_journal(app, told, path)
    withhold_by_hand(sound[5], "/subject")
    withhold_by_hand(sound[5], "/actor_name")
    write_lines(path, sound)
    assert verify_file(app, path)[0] == 0
    for forge in FORGERIES:
        lines: Lines = json.loads(json.dumps(sound))
        forge(lines)
        write_lines(path, lines)

        code, said = verify_file(app, path)

        assert (code, "does not match what was written" in said) == (1, True), forge
        with pytest.raises((AssertionError, LookupError, ValueError)):
            verify_copy_independently(path.read_text("utf-8"))


def withhold_by_hand(line: dict[str, Any], pointer: str) -> None:
    """Take a text of the entry itself out of a line, as docs/journal.md says."""
    salt, name = line["salts"].pop(pointer), pointer.removeprefix("/")
    line["withheld"][pointer] = commit_text(salt, line["content"][name])
    line["content"][name] = None


NO_MOMENT = re.compile(r'"at":"[^"]*"')
BROKEN: dict[str, Callable[[str], str]] = {
    "Line 2 is not an entry": lambda text: text.replace('"number":1', '"number":"1"', 1),
    "Line 2 is not an entry of": lambda text: text.replace('+00:00","content"', 'Z","content"', 1),
    "Line 2 is not a line of": lambda text: text.replace('"number":1', '"number":1.0', 1),
    "Line 3 is not a line of a copy": lambda text: "\n".join([*text.split("\n")[:2], "[]"]),
    "This is not a copy of a journal": lambda text: text.split("\n", 1)[1],
    "written by a newer crrubric": lambda text: text.replace('journal":3', 'journal":4', 1),
    "Line 2 is not an entry of a": lambda text: NO_MOMENT.sub('"at":null', text, count=1),
    "there is something behind the end": lambda text: text + text.split("\n")[-2],
    "is not a line of a copy of a journal": lambda text: text.replace('{"', '{"at":1,"at":1,"', 1),
    "a part of it is missing": lambda text: "",
}  # fmt: skip


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_file_that_is_no_copy_is_refused_in_words(app: Flask, make: Factory, tmp_path: Path):
    path = tmp_path / "copy.jsonl"
    made = make.evaluation(phase=Phase.DECIDED)
    copy_journal(app, made, path)
    sound = path.read_text("utf-8")
    for message, change in BROKEN.items():
        path.write_text(change(sound), "utf-8")

        code, said = verify_file(app, path)

        assert (code, message in said) == (1, True), said
    path.write_bytes(b"\xff\xfe")
    assert "Line 1 is not a line of a copy" in verify_file(app, path)[1]
    assert run(app, "verify", "--file", str(path), "--receipt", "1").exit_code == 2


@pytest.mark.parametrize("phase", [Phase.SCORING, Phase.MEETING])
def test_no_copy_is_written_before_the_decision(
    app: Flask, make: Factory, tmp_path: Path, phase: Phase
):
    made = make.evaluation(phase=phase, marks={(0, 0): "Y"})
    path = tmp_path / "copy.jsonl"

    result = run(app, "journal", made.slug, str(path))

    assert (result.exit_code, path.exists()) == (1, False)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_copy_tells_no_price_that_is_sealed(app: Flask, made: Made, tmp_path: Path):
    path = tmp_path / "copy.jsonl"
    price = '"unit_price_cents": 100'
    run_statement("UPDATE evaluation SET prices_sealed = false")
    opened = list_texts(copy_journal(app, made, path))
    run_statement("UPDATE evaluation SET prices_sealed = true")
    sealed = list_texts(copy_journal(app, made, path))

    assert (price in opened, price in sealed) == (True, False)
    assert ("Offer.pdf" in opened, "Offer.pdf" in sealed) == (True, False)
    assert ('"unit_price_cents": 95000' in opened, "95000" in sealed) == (True, False)
    assert "9 whole entries are withheld" in verify_file(app, path)[1]


def take_out(event: Event, name: str, *, keep_salt: bool) -> None:
    """Withhold a text in the newest entry of an event, in the database itself."""
    db.session.rollback()
    wanted = select(JournalEntry).where(JournalEntry.event == event)
    entry = db.session.scalars(wanted.order_by(JournalEntry.id.desc())).first()
    assert entry is not None
    pointer = f"/{name}" if name in {"reason", "subject", "actor_name"} else f"/after/{name}"
    salts = dict(entry.salts or {})
    after = dict(entry.after or {})
    found = after.get(name) if pointer.startswith("/after") else getattr(entry, name)
    withheld = {**(entry.withheld or {}), pointer: commit_text(salts[pointer], str(found))}
    if not keep_salt:
        del salts[pointer]
    column = "after" if pointer.startswith("/after") else name
    value = json.dumps({**after, name: None}) if column == "after" else ""
    values = {"id": entry.id, "s": json.dumps(salts), "w": json.dumps(withheld), "v": value}
    db.session.rollback()
    with seals_off() as connection:
        connection.execute(
            text(
                f"UPDATE journal_entry SET salts = :s, withheld = :w, {column} = :v WHERE id = :id"
            ),
            values,
        )


def run_statement(statement: str) -> None:
    with seals_off() as connection:
        connection.execute(text(statement))


TAKEN = (
    (Event.FINDING_RECORDED, "evidence"), (Event.FINDING_RECORDED, "actor_name"),
    (Event.DECISION_RECORDED, "conditions"), (Event.CELL_DEFERRED, "reason"),
    (Event.EVALUATION_CHANGED, "title"), (Event.CONFLICT_WAIVED, "reason"),
    (Event.COMMITMENT_RECORDED, "words"), (Event.MEETING_STARTED, "place"),
    (Event.CRITERION_CORRECTED, "title"), (Event.MARK_RECORDED, "note"),
    (Event.DISTRICT_CHANGED, "name"),
)  # fmt: skip


@pytest.mark.parametrize("keep_salt", [True, False])
def test_texts_that_were_taken_out_of_the_journal_itself_are_named(made: Made, keep_salt: bool):
    for event, name in TAKEN:
        take_out(event, name, keep_salt=keep_salt)

    told = problems()

    assert len(told) == len({event for event, _name in TAKEN})
    assert all(" is without a text that it told. A copy may be" in row for row in told)


def test_no_words_are_put_in_the_place_of_a_text_that_was_taken_out(made: Made):
    take_out(Event.DECISION_RECORDED, "conditions", keep_salt=False)
    run_statement("UPDATE decision SET conditions = 'None at all.'")

    assert any("is without a text that it told" in row for row in problems())


def test_a_table_is_held_against_a_withheld_text_by_its_commitment(made: Made):
    take_out(Event.FINDING_RECORDED, "evidence", keep_salt=True)
    take_out(Event.CELL_DEFERRED, "reason", keep_salt=True)
    assert len(problems()) == 2

    run_statement("UPDATE finding SET evidence = 'Something else.' WHERE evidence <> ''")
    run_statement("UPDATE deferral SET reason = 'Another.'")

    told = [row for row in problems() if row.startswith("Evaluation")]
    assert [row.split(": ")[1] for row in told] == [
        "differs from the journal in evidence.", "differs from the journal in deferrals.",
    ]  # fmt: skip


def test_a_journal_of_the_first_version_goes_on_in_the_newest(
    app: Flask, make: Factory, tmp_path: Path
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})
    own, path = made.evaluation.id, tmp_path / "copy.jsonl"
    run_statement(f"UPDATE journal_entry SET version = 1, salts = NULL WHERE chain = {own}")
    chain_anew(own)
    tell_beginning_again(own)
    assert problems() == []

    make.forward(made, Phase.DECIDED, {})
    whole = copy_journal(app, made, path)
    lines = copy_journal(app, made, path, "people")
    code, said = verify_file(app, path)

    assert problems() == []
    assert {line["version"] for line in lines[1:-1]} == {1, 4}
    assert [line["content"] is None for line in lines[1:-1]] == [
        line["version"] == 1 for line in whole[1:-1]
    ]
    assert (code, verify_copy_independently(path.read_text("utf-8"))) == (0, whole[-1]["head"])
    assert "whole entries are withheld" in said


def test_a_journal_that_goes_back_to_the_first_version_is_named(make: Factory):
    made = make.evaluation(phase=Phase.MEETING)
    own = made.evaluation.id
    run_statement(
        f"UPDATE journal_entry SET version = 1, salts = NULL WHERE chain = {own} AND number > 4"
    )
    chain_anew(own)

    assert problems()[0] == (
        f"Journal, chain {own}: entry 5 is of an older form than those before it:"
        " it was not written when it says."
    )
