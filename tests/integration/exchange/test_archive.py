"""An archive holds everything that the memo rests on, and every change of it is named."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

import crrubric
from crrubric.clock import now_utc
from crrubric.domain.archive.checks import BASIS, JOURNAL, RESULTS, verify_archive
from crrubric.domain.archive.manifest import MANIFEST
from crrubric.domain.ballots.receipts import receipt_of
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.record.chain import to_canonical_json
from crrubric.domain.vocabulary import DeclarationKind, Phase
from crrubric.extensions import db
from crrubric.models import Evaluation, FileContent, JournalEntry, MemoFile, SealedBallot
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.exchange.archives import archives as service
from crrubric.services.exchange.archives import parts as made_parts
from crrubric.services.memo.issues import IssueText, issue_memo
from tests.factories import Factory, Made
from tests.integration.exchange.archive_files import (
    Change,
    Parts,
    change_object,
    pack_parts,
    read_parts,
)
from tests.integration.record.test_every_column import seals_off
from tests.integration.record.whole import make_whole_record

MARKS = {(0, 0): "YYA", (0, 1): "YNY", (1, 0): "YYA", (1, 1): "NYY"}


def make_archive_of(made: Made) -> bytes:
    file = BytesIO()
    service.make_archive(made.chair, made.slug, file)
    return file.getvalue()


def find_problems(archive: bytes) -> list[str]:
    """What our verifier says; the one that lies in archives must find something if ours does."""
    found = [str(problem) for problem in verify_archive(BytesIO(archive)).problems]
    status, said = verify_independently(archive)
    assert status == bool(found), (found, said)
    return found


def verify_independently(archive: bytes) -> tuple[int, str]:
    """Exit status and words of verify.py, loaded once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "archive.zip"
        path.write_bytes(archive)
        out = StringIO()
        with redirect_stdout(out):
            status = load_verifier().main([str(path)])
    return status, out.getvalue()


@cache
def load_verifier() -> Any:
    """The module that lies in archives."""
    path = Path(crrubric.__file__).parent / "data" / "archive" / "verify.py"
    spec = spec_from_file_location("verify", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_small(make: Factory) -> Made:
    """A small evaluation whose decision is final and whose memo is issued."""
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    for reviewer, vendor in MARKS:
        make.submit(made, reviewer, vendor)
    make.forward(made, Phase.DECIDED, {})
    issue_memo(made.chair, made.slug, IssueText(language="en"))
    return made


@pytest.fixture
def made(make: Factory) -> Made:
    return make_small(make)


KEPT: list[bytes] = []  # making one takes a second: most tests only change the same one


@pytest.fixture
def archive(make: Factory) -> bytes:
    """The archive of such an evaluation, made once."""
    if not KEPT:
        KEPT.append(make_archive_of(make_small(make)))
    return KEPT[0]


@pytest.fixture
def parts(archive: bytes) -> Parts:
    return read_parts(archive)


def test_an_archive_of_everything_fits_together(make: Factory, tmp_path: Path):
    made = make_whole_record(make, tmp_path)

    archive = make_archive_of(made)

    assert find_problems(archive) == []
    sealed = db.session.scalars(select(SealedBallot.content)).all()
    held = [body.decode() for path, body in read_parts(archive).items() if "/sealed/m" in path]
    assert sorted(held) == sorted(sealed)
    assert [str(problem) for problem in verify_record(db.session()).problems] == []


def test_it_holds_what_the_memo_lists(made: Made):
    parts = read_parts(make_archive_of(made))

    assert {path.split("/")[0] for path in parts} == {
        "readme.txt", "results", "ballots", "rubric", "meeting", "memo", "evidence", "plan",
        "journal", "questions", "vendors", "purchase", "verify.py", "verify.html", MANIFEST,
    }  # fmt: skip
    issued = db.session.execute(
        select(MemoFile.sha256, FileContent.body).join(FileContent, MemoFile.content)
    ).all()
    assert {row.body for row in issued} == {
        body for path, body in parts.items() if path.startswith("memo/")
    }
    for path, body in parts.items():
        if path.startswith("ballots/sealed/"):
            assert receipt_of(body.decode()) in parts[JOURNAL].decode()


def test_its_tables_give_the_same_tallies(parts: Parts):
    marks = pd.read_csv(BytesIO(parts["ballots/marks.csv"]))
    tallies = pd.read_csv(BytesIO(parts["results/tallies.csv"]))

    counted = marks.groupby(["vendor", "criterion"])["mark"].agg(lambda s: (s == "YES").sum())
    told = tallies.set_index(["vendor", "criterion"])["yes"]

    assert counted.sort_index().to_dict() == told[told.index.isin(counted.index)].to_dict()


def test_making_one_is_told_by_the_journal(made: Made):
    archive = BytesIO()

    found = service.make_archive(OPERATOR, made.slug, archive)

    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.ARCHIVE_MADE)
    ).one()
    assert entry.after == {
        "sha256": found.sha256,
        "language": "en",
        "copy": "whole",
        "names_people": True,
    }
    assert archive.getvalue().endswith(found.sha256.encode())


def test_before_the_decision_there_is_no_archive(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)

    with pytest.raises(WrongPhase):
        make_archive_of(made)


def test_who_stays_away_from_a_vendor_makes_none(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    vendor = made.vendors[0].id
    kind = DeclarationKind.CONFLICT
    declare_interest(made.chair, made.slug, vendor, kind=kind, words="My son works there.")
    db.session.execute(update(Evaluation).values(phase=Phase.DECIDED, decided_at=now_utc()))
    db.session.commit()

    with pytest.raises(Invalid, match="another chair can make it"):
        make_archive_of(made)


def test_none_is_made_of_a_record_that_changes_meanwhile(
    made: Made, monkeypatch: pytest.MonkeyPatch
):
    read = made_parts.describe_plan

    def read_and_change(*arguments: Any) -> Any:
        issue_memo(made.chair, made.slug, IssueText(language="en", reason="A date was wrong."))
        return read(*arguments)

    monkeypatch.setattr(made_parts, "describe_plan", read_and_change)

    with pytest.raises(Stale):
        make_archive_of(made)


def test_a_changed_byte_is_named(archive: bytes):
    for place in range(0, len(archive), len(archive) // 60):
        changed = bytearray(archive)
        changed[place] ^= 1
        assert find_problems(bytes(changed)), f"byte {place}"


def test_a_changed_file_is_named(parts: Parts):
    body = bytearray(parts["ballots/marks.csv"])
    body[-3] ^= 1

    found = find_problems(pack_parts({**parts, "ballots/marks.csv": bytes(body)}, anew=False))

    assert found == ["ballots/marks.csv: it was changed after the archive was made."]


def test_files_that_are_missing_or_unknown_are_named(parts: Parts):
    missing = {path: body for path, body in parts.items() if path != "meeting/minutes.pdf"}

    assert find_problems(pack_parts(missing, anew=False)) == ["meeting/minutes.pdf: it is missing."]
    assert find_problems(pack_parts({**parts, "plan/more.txt": b""}, anew=False)) == [
        "plan/more.txt: the manifest does not name it."
    ]


def turn_mark(told: Any) -> None:
    turned = {"Y": "N", "N": "Y"}
    letters = told["answers"][0]
    place = next(place for place, letter in enumerate(letters) if letter in turned)
    told["answers"][0] = letters[:place] + turned[letters[place]] + letters[place + 1 :]


def turn_weight(told: Any) -> None:
    told["criteria"][0]["weight"] = "7/2"


def turn_rule(told: Any) -> None:
    told["rule"]["kind"] = "UNANIMITY"


def add_finding(told: Any) -> None:
    told["findings"] = [
        *told["findings"][1:],
        {
            "vendor": told["vendors"][0]["code"],
            "criterion": told["criteria"][0]["code"],
            "finding": "NOT_MET",
            "as_computed": False,
        },
    ]


def lift_must_have(told: Any) -> None:
    told["lifted"].append(
        {"vendor": told["vendors"][0]["code"], "criterion": told["criteria"][0]["code"]}
    )


def forget_vendor(told: Any) -> None:
    size = len(told["criteria"])
    gone = told["vendors"].pop()["code"]
    told["answers"] = [text[:-size] for text in told["answers"]]
    told["findings"] = [row for row in told["findings"] if row["vendor"] != gone]
    told["current"] = [name for name in told["current"] if f"-v{told['vendors'][0]['id']}-" in name]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (turn_mark, "the journal tells another mark"),
        (turn_mark, "is not that of basis.json"),
        (turn_mark, "is not what the ballots and findings give"),
        (turn_weight, "the criteria are not those of the journal"),
        (turn_rule, "the decision rule is not that of the journal"),
        (add_finding, "the journal tells another finding"),
        (lift_must_have, "the lifted must-haves are not those of the journal"),
        (forget_vendor, "the vendors are not those of the journal"),
    ],
)
def test_what_the_result_rests_on_is_held_against_the_journal(
    parts: Parts, change: Callable[[Any], None], said: str
):
    found = find_problems(pack_parts(change_object(parts, BASIS, change)))

    assert any(said in problem for problem in found), found


def turn_rank(told: Any) -> None:
    told["vendors"][0]["rank"] = 2


def turn_score(told: Any) -> None:
    told["vendors"][0]["score"] = 0.5001


def turn_tally(told: Any) -> None:
    told["tallies"][0]["yes"] += 1


@pytest.mark.parametrize("change", [turn_rank, turn_score, turn_tally])
def test_the_result_is_computed_again(parts: Parts, change: Callable[[Any], None]):
    found = find_problems(pack_parts(change_object(parts, RESULTS, change)))

    assert len(found) == 1
    assert found[0].startswith("results/results.json: ")


def test_a_sealed_ballot_is_held_against_its_receipt(parts: Parts):
    path = next(path for path in parts if path.startswith("ballots/sealed/"))

    def turn(told: Any) -> None:
        next(iter(told["marks"].values()))["answer"] = "CANNOT_TELL"

    gone = {name: body for name, body in parts.items() if name != path}

    changed = find_problems(pack_parts(change_object(parts, path, turn)))
    assert f"{path}: the journal tells another hash of it." in changed
    assert find_problems(pack_parts(gone)) == [
        f"{path}: the journal tells of it, and it is missing."
    ]
    assert find_problems(pack_parts({**parts, "ballots/sealed/m1-v1-9.json": b"{}"})) == [
        "ballots/sealed/m1-v1-9.json: the journal tells of no such file."
    ]


def test_a_journal_without_an_entry_is_named(parts: Parts):
    lines = parts[JOURNAL].splitlines(keepends=True)

    found = find_problems(pack_parts({**parts, JOURNAL: b"".join(lines[:5] + lines[6:])}))

    assert any("entry 5 is missing" in problem for problem in found)


def test_a_journal_that_tells_a_criterion_without_its_weight_is_named(parts: Parts):
    lines = parts[JOURNAL].decode().splitlines()
    told = json.loads(lines[1])
    del told["content"]["after"]["row"]["criteria"][0]["weight"]
    lines[1] = to_canonical_json(told)

    found = find_problems(pack_parts({**parts, JOURNAL: "\n".join([*lines, ""]).encode()}))

    assert f"{JOURNAL}: it can’t be read as what it should be." in found


@pytest.mark.parametrize("value", [None, [1], {}, 7], ids=str)
@pytest.mark.parametrize("kind", ["criteria", "vendors"])
def test_a_code_that_is_no_text_is_named(parts: Parts, kind: str, value: object):
    def turn_code(told: Any) -> None:
        told[kind][0]["code"] = value

    found = find_problems(pack_parts(change_object(parts, BASIS, turn_code)))

    assert f"{BASIS}: it can’t be read as what it should be." in found


@pytest.mark.parametrize("value", [True, float("nan"), "1"], ids=str)
def test_a_share_that_is_no_number_is_named(parts: Parts, value: object):
    def turn_share(told: Any) -> None:
        told["vendors"][0]["high"] = value

    assert find_problems(pack_parts(change_object(parts, RESULTS, turn_share))) != []


def leave_out_twice(told: Any) -> None:
    row = told["files"][0]
    told["left_out"].append({**row, "reason": "Why not."})


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(made_at="x"),
        lambda told: told.update(made_at="2027-03-12"),
        lambda told: told["evaluation"].pop("slug"),
        lambda told: told["evaluation"].update(title=None),
        lambda told: told["evaluation"].pop("phase"),
        lambda told: told["evaluation"].update(chain="1"),
        lambda told: told["files"][0].update(about=None),
        lambda told: told["files"][0].update(bytes=float("inf")),
        lambda told: told["files"][0].update(bytes=-1),
        lambda told: told["files"][0].update(bytes="7"),
        lambda told: told["files"][0].update(sha256="x"),
        lambda told: told["journal"].update(entries=None),
        lambda told: told.update(left_out={}),
        lambda told: told.update(files=[]),
        leave_out_twice,
    ],
)
def test_a_manifest_of_another_form_is_named(parts: Parts, change: Change):
    found = find_problems(pack_parts(change_object(parts, MANIFEST, change), anew=False))

    assert found != []


def test_the_journal_is_that_which_the_manifest_names(parts: Parts):
    told = json.loads(parts[MANIFEST])
    told["journal"]["entries"] += 1

    found = find_problems(pack_parts({**parts, MANIFEST: json.dumps(told).encode()}))

    assert found == ["The journal does not end where the manifest says."]


@pytest.mark.parametrize("path", [BASIS, RESULTS, MANIFEST, JOURNAL])
@pytest.mark.parametrize("body", [b"", b"[]", b'{"schema":1}', b"\xff", b"[" * 100_000, b"null"])
def test_nonsense_is_named_and_not_stumbled_over(parts: Parts, path: str, body: bytes):
    changed = {**parts, path: body}
    packed = pack_raw(changed) if path == MANIFEST else pack_parts(changed)

    assert find_problems(packed)


def pack_raw(parts: Parts) -> bytes:
    """As `pack_parts`, whatever the manifest is."""
    from crrubric.domain.archive.container import ContainerWriter
    from tests.integration.exchange.archive_files import MOMENT

    file = BytesIO()
    writer = ContainerWriter(file, MOMENT)
    for path, body in parts.items():
        writer.write_file(path, [body])
    writer.close()
    return file.getvalue()


def run(app: Flask, *words: str) -> Result:
    from crrubric.cli import root_group

    db.session.remove()
    return app.test_cli_runner().invoke(root_group, words, obj=lambda _settings: app)


def test_the_operator_makes_and_verifies_one(app: Flask, made: Made, tmp_path: Path):
    path = tmp_path / "a.zip"

    written = run(app, "archive", made.slug, str(path))
    again = run(app, "archive", made.slug, str(path))
    verified = run(app, "verify", str(path))

    assert (written.exit_code, verified.exit_code) == (0, 0), (written.output, verified.output)
    assert "12 marks fit together" in verified.output
    assert again.exit_code == 1
    assert "is there already" in again.output


@pytest.mark.parametrize("version", [1, 3, 4])
def test_the_operator_reads_what_can_not_be_hidden_in_entries_of_older_versions(
    app: Flask, made: Made, tmp_path: Path, version: int
):
    said, guessed = "numbers of accounts that no copy can hide", "without a random number"
    with seals_off() as connection:
        connection.execute(
            update(JournalEntry).where(JournalEntry.number == 1).values(version=version)
        )

    done = run(app, "archive", made.slug, str(tmp_path / "a.zip"), "--redacted")
    named = run(app, "archive", made.slug, str(tmp_path / "b.zip"), "--redacted", "--names")

    assert done.exit_code == 0, done.output
    assert (said in done.output, said in named.output) == (version < 4, False)
    assert (guessed in done.output, guessed in named.output) == (version == 1, version == 1)


def test_a_fingerprint_is_looked_up_in_it(app: Flask, made: Made, tmp_path: Path):
    path = tmp_path / "a.zip"
    path.write_bytes(make_archive_of(made))
    receipt = db.session.scalars(select(SealedBallot.receipt)).first()
    assert receipt is not None

    found = run(app, "verify", str(path), "--hash", receipt[:16])
    lost = run(app, "verify", str(path), "--hash", "0" * 64)

    assert "The fingerprint is that of entry" in found.output
    assert lost.exit_code == 1
    assert "stands nowhere in the record" in lost.output


def test_what_is_no_archive_is_refused(app: Flask, tmp_path: Path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(200))

    found = run(app, "verify", str(path))

    assert found.exit_code == 1
    assert "This is no archive" in found.output


def test_the_verifier_in_it_runs_alone(parts: Parts, archive: bytes, tmp_path: Path):
    path, script = tmp_path / "a.zip", tmp_path / "verify.py"
    path.write_bytes(archive)
    script.write_bytes(parts["verify.py"])

    run_alone = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run_alone.returncode == 0, run_alone.stdout
    assert "was held against the issued memo" in run_alone.stdout
    assert run_alone.stderr == ""


def test_another_basis_than_that_of_the_memo_is_named(parts: Parts):
    """Rule and result fit together, but not to the memo: the rule of the journal is not asked."""
    changed = change_object(parts, BASIS, turn_rule)

    found = find_problems(pack_parts(changed))

    assert "results/basis.json: the issued memo rests on another one." in found


def test_a_memo_that_is_not_the_issued_one_is_named(parts: Parts):
    found = find_problems(pack_parts({**parts, "memo/issue-1.pdf": b"%PDF-1.7 another"}))

    assert found == ["memo/issue-1.pdf: the journal tells another hash of it."]
