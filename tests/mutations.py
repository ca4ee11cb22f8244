"""Ten faults, planted one after another in a copy of the checkout: does a test notice each?

    python3 run.py test --mutations

A spot check of the tests themselves: a fault that nobody notices is a test that is missing.
`tests/contract/test_mutations.py` shows in every run that the places are still there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLINDNESS = "tests/integration/shared/test_blindness.py"


@dataclass(frozen=True)
class Mutation:
    """A fault: in `file`, `old` becomes `new`; `tests` are those that should notice."""

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "domain: a tie carries the motion",
        "crrubric/domain/results/outcome.py",
        "return 2 * votes > decisive",
        "return 2 * votes >= decisive",
        ("tests/unit/results/test_outcome.py",),
    ),
    Mutation(
        "domain: a reviewer may read the journal",
        "crrubric/domain/policy.py",
        "        Action.STATE_POSITION: MEETING,\n",
        "        Action.STATE_POSITION: MEETING,\n        Action.VIEW_JOURNAL: EVER,\n",
        ("tests/unit/shared/test_policy.py",),
    ),
    Mutation(
        "domain: an entry of the journal is not chained to the one before",
        "crrubric/domain/record/chain.py",
        '        "previous": previous,\n',
        "",
        ("tests/unit/record/test_chain.py",),
    ),
    Mutation(
        "models: two marks of one reviewer for one criterion",
        "crrubric/models/ballots.py",
        '        UniqueConstraint("ballot_id", "criterion_id"),\n',
        "",
        ("tests/integration/shared/test_migrations.py",),
    ),
    Mutation(
        "queries: the chair reads notes before the meeting",
        "crrubric/queries/ballots/ballots.py",
        "        return []\n    wanted = select_disclosed_marks(evaluation)\n",
        "        pass\n    wanted = select_disclosed_marks(evaluation)\n",
        (f"{BLINDNESS}::test_the_queries_return_no_marks_before_the_meeting",),
    ),
    Mutation(
        "services: anybody changes the decision rule",
        "crrubric/services/setup/rules.py",
        "evaluation = require_locked_evaluation(session, actor, Action.EDIT_SETUP, slug)\n"
        "        stored = asdict",
        "evaluation = session.query(Evaluation).filter_by(slug=slug).one()\n"
        "        stored = asdict",
        ("tests/integration/setup/test_setup.py::test_rubric_and_rule_freeze_when_ballots_open",),
    ),
    Mutation(
        "services: a transaction forgets its journal entries",
        "crrubric/services/shared/unit.py",
        "        write_entries(session)\n        session.commit()\n",
        "        session.commit()\n",
        ("tests/integration/record/test_journal.py",),
    ),
    Mutation(
        "reports: two columns of the scores are swapped",
        "crrubric/reports/exchange/tables.py",
        '"low": share_to_float(score.low),\n        "high": share_to_float(score.high),',
        '"low": share_to_float(score.high),\n        "high": share_to_float(score.low),',
        ("tests/unit/exchange/test_tables.py",),
    ),
    Mutation(
        "web: whoever is signed in downloads the results",
        "crrubric/web/exchange/exports.py",
        "@require_permission(Action.EXPORT_RESULTS)\ndef download_scores",
        "@require_permission(Action.VIEW_EVALUATION)\ndef download_scores",
        ("tests/contract/test_routes.py",),
    ),
    Mutation(
        "templates: a title on the ballot is not translated",
        "templates/ballots/ballot.html",
        '<legend><h3>{{ criterion | translated("title") }}</h3>',
        "<legend><h3>{{ criterion.title }}</h3>",
        ("tests/integration/setup/test_rubric_languages.py",),
    ),
)


def copy_checkout(target: Path) -> None:
    """Copy what the next commit would hold, and what is not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def run_tests(folder: Path, tests: Sequence[str]) -> int:
    """pytest's exit code: 0 if all pass, 1 if one fails, another if they could not be run."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1}:
        print(done.stdout[-3000:], done.stderr[-3000:])  # noqa: T201  # says why
    return done.returncode


def is_noticed(folder: Path, mutation: Mutation) -> bool:
    """Whether the tests fail with the fault. The copy is afterwards what it was."""
    file = folder / mutation.file
    text = file.read_text(encoding="utf-8")
    try:
        file.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        return run_tests(folder, mutation.tests) == 1
    finally:
        file.write_text(text, encoding="utf-8")


def main() -> int:
    """Plant each fault; 1 if one of them goes unnoticed or the tests don't pass without it."""
    with tempfile.TemporaryDirectory(prefix="crrubric-mutations-") as name:
        folder = Path(name)
        copy_checkout(folder)
        tests = sorted({test for mutation in MUTATIONS for test in mutation.tests})
        if run_tests(folder, tests) != 0:
            print("The tests fail without any planted fault: mend that first.")  # noqa: T201
            return 1
        missed = []
        for number, mutation in enumerate(MUTATIONS, start=1):
            noticed = is_noticed(folder, mutation)
            word = "noticed" if noticed else "NOT NOTICED"
            print(f"{number:2} {word:12} {mutation.what}", flush=True)  # noqa: T201
            missed += [] if noticed else [mutation.what]
    print(f"{len(MUTATIONS) - len(missed)} of {len(MUTATIONS)} planted faults noticed")  # noqa: T201
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
