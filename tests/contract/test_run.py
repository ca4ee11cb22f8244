"""The two commands: run.py, the locked requirements, and the rule on skipped tests."""

import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import run
from tests.browser import browser

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==([^ ]+)(?: ; [^\\]+)? \\")
HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}(?: \\)?")
# Stands in for crrubric and for pytest: says how it was started, then ends with 7.
ECHO = """
import os, sys
print("|".join([*sys.argv[1:], os.getcwd()]))
sys.exit(7)
"""
SUCCEEDS = [sys.executable, "-c", ""]
FAILS = [sys.executable, "-c", "raise SystemExit(1)"]


class Checkout:
    """A copy of run.py beside a stand-in for crrubric and pytest."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copy(ROOT / "run.py", root)
        shutil.copytree(ROOT / "requirements", root / "requirements")
        compiled = shutil.ignore_patterns("__pycache__")  # of the tests that run now
        shutil.copytree(ROOT / "tests" / "browser", root / "tests" / "browser", ignore=compiled)
        for name in ("crrubric", "pytest"):
            (root / name).mkdir()
            (root / name / "__main__.py").write_text(ECHO, encoding="utf-8")

    def set_up(self, name: str, folder: str = ".venv") -> None:
        """Make an environment that is stamped as if this file had been installed."""
        venv.create(self.root / folder, with_pip=False)
        locked = (self.root / "requirements" / f"{name}.txt").read_bytes()
        stamp = f"{run.VERSION} {name} {hashlib.sha256(locked).hexdigest()}\n"
        (self.root / folder / "crrubric-stamp").write_text(stamp, encoding="utf-8")

    def run(self, *words: str, current: Path) -> subprocess.CompletedProcess[str]:
        """Run run.py with these words from the folder `current`."""
        return subprocess.run(
            [sys.executable, str(self.root / "run.py"), *words],
            cwd=current,
            env={**os.environ, "PYTHONPATH": "", "CRRUBRIC_BROWSER": sys.executable},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "check out"  # a space: paths are never split
    root.mkdir()
    return Checkout(root)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A current folder whose modules must not be taken for ours."""
    folder = tmp_path / "elsewhere"
    (folder / "crrubric").mkdir(parents=True)
    (folder / "crrubric" / "__main__.py").write_text("raise SystemExit(99)", encoding="utf-8")
    return folder


@pytest.fixture
def empty_venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """run.py as imported here works on an empty .venv in a temporary folder."""
    folder = tmp_path / ".venv"
    venv.create(folder, with_pip=False)
    monkeypatch.setattr(run, "VENV", folder)
    monkeypatch.setattr(run, "PYTHON", folder / run.PYTHON.relative_to(ROOT / ".venv"))
    monkeypatch.setattr(run, "STAMP", folder / "crrubric-stamp")
    return folder


# What run.py says and hands on


@pytest.mark.parametrize("words", [[], ["-h"]])
def test_without_arguments_run_shows_its_help_and_installs_nothing(checkout, elsewhere, words):
    done = checkout.run(*words, current=elsewhere)

    assert (done.returncode, done.stdout) == (0, f"{run.__doc__}\n")
    assert not (checkout.root / ".venv").exists()


def test_arguments_are_passed_to_crrubric_from_any_folder_and_its_exit_code_is_returned(
    checkout, elsewhere
):
    checkout.set_up("all")

    done = checkout.run("memo", "two words", "--help", current=elsewhere)

    assert done.stderr == ""
    assert done.stdout == f"memo|two words|--help|{elsewhere}\n"
    assert done.returncode == 7


def test_the_packages_of_the_tests_are_enough_for_every_other_command(checkout, elsewhere):
    checkout.set_up("test")

    assert checkout.run("demo", current=elsewhere).returncode == 7


def test_test_runs_pytest_in_the_checkout_spread_over_processes(checkout, elsewhere):
    checkout.set_up("test")

    done = checkout.run("test", "-k", "memo", current=elsewhere)

    assert done.stderr == ""
    assert done.stdout == f"-n|3|--dist|loadgroup|-k|memo|{checkout.root}\n"
    assert done.returncode == 7


def test_a_word_of_ours_becomes_what_pytest_calls_it(checkout, elsewhere):
    checkout.set_up("test")

    done = checkout.run("test", "--coverage", "--quick", current=elsewhere)

    coverage = "--cov=crrubric|--cov-branch|--cov-report=term:skip-covered"
    assert done.stdout == f"-n|2|--dist|loadgroup|{coverage}|--quick|{checkout.root}\n"


@pytest.mark.parametrize(
    "words",
    [["-n", "4"], ["-n0"], ["--numprocesses=3"], ["--dist", "each"], ["-p", "no:xdist"], ["--pdb"]],
)
def test_a_given_number_of_test_processes_is_respected(words):
    assert run.spread(["-x", *words]) == []


def test_an_argument_that_only_resembles_the_option_is_not_the_option():
    assert run.spread(["--no-header", "-q", "tests/unit"]) == ["-n", "3", "--dist", "loadgroup"]


def test_a_python_that_is_too_old_is_told_so_in_a_sentence(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "run.py"), run_name="__main__")

    assert ended.value.code == "run.py: Python 3.11 or newer is needed; this is 3.9"


# Setting up .venv


def test_a_finished_installation_is_noted(empty_venv, monkeypatch):
    monkeypatch.setattr(run, "installers", lambda _name: iter([SUCCEEDS]))

    run.set_up("all")

    assert [run.is_ready(name) for name in ("all", "test")] == [True, False]


def test_a_failed_installation_says_what_is_missing_and_is_not_noted(empty_venv, monkeypatch):
    run.STAMP.write_text("3.11 all of yesterday\n", encoding="utf-8")
    monkeypatch.setattr(run, "installers", lambda _name: iter([FAILS, FAILS]))

    with pytest.raises(SystemExit) as ended:
        run.set_up("all")

    assert ended.value.code == (
        "run.py: the packages could not be installed: is the package registry reachable?"
    )
    assert not run.STAMP.exists()


def test_an_interrupted_installation_is_not_noted(empty_venv, monkeypatch):
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    run.STAMP.write_text("3.11 all of yesterday\n", encoding="utf-8")
    monkeypatch.setattr(run, "install", interrupted)

    with pytest.raises(KeyboardInterrupt):
        run.set_up("all")

    assert not run.STAMP.exists()


def test_when_one_installer_fails_the_next_one_is_tried(empty_venv, monkeypatch):
    monkeypatch.setattr(run, "installers", lambda _name: iter([FAILS, SUCCEEDS]))

    run.set_up("base")

    assert run.is_ready("base")


@pytest.mark.parametrize(
    ("name", "is_fetched", "expected"),
    [("test", True, ["uv", "pip"]), ("test", False, ["pip"]), ("all", True, ["pip"])],
)
def test_where_there_is_only_pip_it_fetches_uv_for_the_packages_of_the_tests(
    monkeypatch, name: str, is_fetched: bool, expected: list[str]
):
    monkeypatch.setattr(run, "output", lambda *words: None if words[0] == "uv" else "26.0")
    monkeypatch.setattr(run, "run", lambda *words: is_fetched)

    found = [installer[0] for installer in run.installers(name)]

    names = {str(run.VENV_UV): "uv", str(run.PYTHON): "pip"}
    assert [names[command] for command in found] == expected


def test_without_any_installer_the_message_names_the_package_to_install(empty_venv, monkeypatch):
    monkeypatch.setattr(run, "output", lambda *words: None)

    with pytest.raises(SystemExit) as ended:
        run.install("all")

    assert ended.value.code == (
        "run.py: there is neither uv nor pip: install python3-venv (Debian, Ubuntu), pip or uv"
    )


def test_a_python_without_venv_gets_a_message_what_to_install(empty_venv, monkeypatch):
    monkeypatch.setattr(run, "run", lambda *words: False)

    with pytest.raises(SystemExit) as ended:
        run.make_venv()

    assert ended.value.code == (
        "run.py: this Python can't make .venv: install python3-venv (Debian, Ubuntu) or uv"
    )


def test_a_changed_lock_is_installed_again(empty_venv, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "installers", lambda _name: iter([SUCCEEDS]))
    run.set_up("all")
    changed = tmp_path / "all.txt"
    changed.write_text("another==1.0\n", encoding="utf-8")

    monkeypatch.setattr(run, "requirements", lambda name: changed)

    assert not run.is_ready("all")


def test_a_sound_venv_is_kept_and_one_of_another_python_is_made_again(empty_venv, monkeypatch):
    witness = empty_venv / "witness"
    witness.touch()
    monkeypatch.setattr(run, "installers", lambda _name: iter([SUCCEEDS]))

    run.set_up("all")
    kept = witness.exists()
    run.STAMP.unlink()
    monkeypatch.setattr(run, "VERSION", "3.99")
    run.set_up("all")

    assert (kept, witness.exists()) == (True, False)


def test_a_broken_venv_is_remade(empty_venv, monkeypatch):
    run.PYTHON.unlink()
    monkeypatch.setattr(run, "installers", lambda _name: iter([SUCCEEDS]))

    run.set_up("all")

    assert run.output(run.PYTHON, "-c", "print(1 + 1)") == "2"


def test_what_is_compiled_is_kept_and_does_not_lie_beside_the_sources(
    checkout: Checkout, elsewhere: Path, monkeypatch
):
    """Otherwise every process would compile all that it imports anew."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    checkout.set_up("all")

    assert checkout.run("users", current=elsewhere).returncode == 7

    compiled = {file.relative_to(checkout.root).parts[:2] for file in checkout.root.rglob("*.pyc")}
    assert compiled == {(".venv", "compiled")}


# Known faults of packages, and their list

CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
FAULTY = {
    "name": "waitress",
    "version": "3.0.2",
    "vulns": [{"id": "ADV-1", "fix_versions": ["3.0.3"]}, {"id": "ADV-2", "fix_versions": []}],
}
OF_TOOLS = {"name": "uv", "version": "1", "vulns": [{"id": "ADV-3", "fix_versions": []}]}
UNKNOWN = {"name": "typst", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("rows", "code", "said", "complaint"),
    [
        ([CLEAN], 0, ["1 packages looked up, 0 known faults."], ""),
        (
            [CLEAN, FAULTY, OF_TOOLS],
            1,
            [
                "waitress 3.0.2: ADV-1, mended by 3.0.3 (in the site)",
                "waitress 3.0.2: ADV-2, mended by nothing yet (in the site)",
                "uv 1: ADV-3, mended by nothing yet (in tests and tools alone)",
                "3 packages looked up, 3 known faults.",
            ],
            "",
        ),
        (
            [CLEAN, UNKNOWN],
            2,
            ["1 packages looked up, 0 known faults."],
            "run.py: not known to the advisory service: typst\n",
        ),
        ([UNKNOWN], 2, [], f"{run.UNREACHABLE}\n"),
        (None, 2, [], f"{run.UNREACHABLE}\n"),
    ],
)
def test_an_audit_tells_faults_and_what_nobody_looked_up(
    checkout: Checkout, elsewhere: Path, rows, code: int, said: list[str], complaint: str
):
    """Where the service says nothing of a package, that is no good news."""
    checkout.set_up("audit", ".venv-audit")
    (checkout.root / "pip_audit").mkdir()
    answer = "" if rows is None else json.dumps({"dependencies": rows})
    (checkout.root / "pip_audit" / "__main__.py").write_text(f"print({answer!r})", encoding="utf-8")

    done = checkout.run("audit", current=elsewhere)

    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (code, said, complaint)
    assert not (checkout.root / ".venv").exists()


def test_the_list_of_packages_names_each_with_version_and_hashes(
    checkout: Checkout, elsewhere: Path
):
    checkout.set_up("all")
    (checkout.root / "crrubric" / "__init__.py").write_text('__version__ = "9.8"\n', "utf-8")

    shown = checkout.run("sbom", current=elsewhere)
    written = checkout.run("sbom", "bill.json", current=elsewhere)

    assert (shown.stderr, written.stderr, written.stdout) == ("", "", "")
    assert (elsewhere / "bill.json").read_text(encoding="utf-8") == shown.stdout  # to the byte
    bill = json.loads(shown.stdout)
    found: dict[str, set[str]] = {}
    for component in bill["components"]:
        found.setdefault(component["name"], set()).add(component["version"])
    hashes = sum(len(component["hashes"]) for component in bill["components"])
    lock = run.requirements("all").read_text(encoding="utf-8")
    assert found == pins("all")
    assert hashes == lock.count("--hash=sha256:")
    assert {c["name"] for c in bill["components"] if c["scope"] == "required"} == {*pins("base")}
    assert len({c["bom-ref"] for c in bill["components"]}) == len(bill["components"])
    assert bill["metadata"]["component"]["version"] == "9.8"
    assert {"timestamp", "serialNumber"}.isdisjoint({*bill, *bill["metadata"]})


def test_the_list_of_packages_names_licences_where_they_are_known():
    names = runpy.run_path(str(ROOT / "requirements" / "sbom.py"))
    installed = version("pypdf")

    assert names["find_licenses"]("pypdf", installed) == [{"expression": "BSD-3-Clause"}]
    assert names["find_licenses"]("pypdf", "0.0.1") == []  # of another version nobody knows
    assert names["find_licenses"]("no-such-package", "1") == []


def test_the_hosted_runs_look_for_known_faults_each_week():
    workflow = (ROOT / ".github" / "workflows" / "audit.yml").read_text(encoding="utf-8")

    assert "schedule:" in workflow
    assert re.findall(r"python3 run\.py (\w+)", workflow) == ["audit", "sbom"]


# The browser


def test_a_browser_named_in_the_environment_is_used_first(monkeypatch):
    monkeypatch.setenv("CRRUBRIC_BROWSER", sys.executable)

    assert browser.find_browser() == sys.executable


def test_a_named_browser_that_does_not_exist_is_an_error(monkeypatch, capsys):
    monkeypatch.setenv("CRRUBRIC_BROWSER", "/no/such/browser")

    assert browser.main() == 2
    assert capsys.readouterr().err == (
        "CRRUBRIC_BROWSER names /no/such/browser, which is not there\n"
    )


def test_a_browser_that_does_not_exist_is_skipped(monkeypatch, tmp_path):
    missing = str(tmp_path / "chromium")
    monkeypatch.delenv("CRRUBRIC_BROWSER", raising=False)
    monkeypatch.setattr(browser, "candidates", lambda: iter([missing, sys.executable]))

    assert browser.find_browser() == sys.executable


def test_on_linux_a_candidate_that_does_not_start_is_passed_over(monkeypatch, tmp_path):
    stub = tmp_path / "chromium-browser"
    stub.touch()
    monkeypatch.delenv("CRRUBRIC_BROWSER", raising=False)
    monkeypatch.setattr(browser.sys, "platform", "linux")
    monkeypatch.setattr(browser, "candidates", lambda: iter([str(stub), sys.executable]))

    assert browser.find_browser() == sys.executable


def test_no_browser_is_found_where_none_is_installed(monkeypatch, capsys):
    monkeypatch.delenv("CRRUBRIC_BROWSER", raising=False)
    monkeypatch.setattr(browser, "candidates", lambda: iter([]))

    assert browser.main() == 1
    assert capsys.readouterr().out == "\n"


@pytest.mark.parametrize("after", ["playwright", "apt-get"])
def test_a_missing_browser_is_installed_by_playwright_or_else_as_root(monkeypatch, after):
    ran: list[str] = []
    monkeypatch.setattr(run, "run", lambda *words: not ran.append(" ".join(map(str, words))))
    monkeypatch.setattr(run, "is_root", lambda: True)
    monkeypatch.setattr(run.shutil, "which", lambda name: name)
    monkeypatch.setattr(
        run, "find_browser", lambda: "found" if any(after in line for line in ran) else None
    )

    assert run.set_up_browser() == "found"
    assert after in ran[-1]


def test_where_no_browser_can_be_installed_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(run, "run", lambda *words: False)
    monkeypatch.setattr(run, "find_browser", lambda: None)

    with pytest.raises(SystemExit) as ended:
        run.set_up_browser()

    assert ended.value.code == (
        "run.py: the tests need a browser: install Chromium, or name one in CRRUBRIC_BROWSER"
    )


# Servers of the system


@pytest.mark.parametrize(
    ("name", "program", "package"),
    [("nginx", "nginx", "nginx-light"), ("Redis", "redis-server", "redis-server")],
)
def test_a_missing_server_is_installed_as_root_and_its_service_stopped(
    monkeypatch, name: str, program: str, package: str
):
    ran: list[str] = []
    monkeypatch.setattr(run, "run", lambda *words: not ran.append(" ".join(map(str, words))))
    monkeypatch.setattr(run, "output", lambda *words: ran.append(" ".join(words)))
    monkeypatch.setattr(run, "is_root", lambda: True)
    monkeypatch.setattr(run.shutil, "which", lambda name, **_where: name)
    monkeypatch.setattr(
        run,
        "find_program",
        lambda *_names: f"/usr/bin/{program}" if any("install" in line for line in ran) else None,
    )

    run.set_up_program(name)

    assert ran == [
        "apt-get update -qq",
        f"apt-get install -y -qq --no-install-recommends {package}",
        f"systemctl disable --now {program}",
        f"service {program} stop",
    ]


@pytest.mark.parametrize(
    ("name", "tests"), [("nginx", "the tests behind a proxy"), ("Redis", "the tests with Redis")]
)
def test_where_a_server_can_not_be_installed_a_sentence_says_what_is_skipped(
    monkeypatch, capsys, name: str, tests: str
):
    monkeypatch.setattr(run, "run", lambda *words: False)
    monkeypatch.setattr(run, "is_root", lambda: False)
    monkeypatch.setattr(run, "find_program", lambda *_names: None)

    run.set_up_program(name)

    assert capsys.readouterr().out.splitlines()[-1] == (
        f"run.py: there is no {name}, {tests} are skipped"
    )


def test_the_tests_have_every_server_that_they_start():
    assert list(run.PROGRAMS) == ["nginx", "Redis"]


# The locks


def lines_of(name: str) -> list[str]:
    return run.requirements(name).read_text(encoding="utf-8").splitlines()


def pins(name: str) -> dict[str, set[str]]:
    """Package -> its versions: more than one where versions of Python differ."""
    found: dict[str, set[str]] = {}
    for line in lines_of(name):
        if pin := PIN.fullmatch(line):
            found.setdefault(pin[1], set()).add(pin[2])
    return found


@pytest.mark.parametrize("name", run.LOCKS)
def test_a_lock_contains_pins_and_hashes_and_no_package_index(name):
    strange = [s for s in lines_of(name) if not (PIN.fullmatch(s) or HASH.fullmatch(s))]

    assert strange == []
    assert len(pins(name)) > 20 or pins(name).keys() == {name}


def test_the_larger_locks_contain_the_smaller_ones_with_the_same_versions():
    base, everything, tests = pins("base"), pins("all"), pins("test")

    assert base.items() <= everything.items() <= tests.items()
    assert everything.keys() - base.keys() == {
        "async-timeout",
        "prometheus-client",
        "psycopg",
        "psycopg-binary",
        "redis",
        # single sign-on, and what its two packages need
        "authlib",
        "certifi",
        "charset-normalizer",
        "idna",
        "joserfc",
        "requests",
        "urllib3",
    }


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("base", PROJECT["project"]["dependencies"]),
        ("all", PROJECT["project"]["optional-dependencies"]["postgresql"]),
        ("all", PROJECT["project"]["optional-dependencies"]["sso"]),
        ("test", PROJECT["dependency-groups"]["test"]),
        ("uv", PROJECT["dependency-groups"]["uv"]),
        ("audit", PROJECT["dependency-groups"]["audit"]),
    ],
)
def test_the_locks_are_as_new_as_the_declared_dependencies(name, wanted):
    locked = pins(name)
    missing = [
        text
        for text in wanted
        for need in [Requirement(text)]
        if not all(map(need.specifier.contains, locked.get(canonicalize_name(need.name), [""])))
    ]

    assert missing == []


# Skipped tests


@pytest.mark.parametrize(
    ("ci", "spread", "code"),
    [("true", "-n0", 1), ("true", "-n1", 1), ("", "-n0", 0)],
)
def test_a_skipped_test_fails_the_run_in_ci_and_only_there(tmp_path, ci, spread, code):
    words = "import pytest\ndef test_it(): pytest.skip('no browser')\ndef test_other(): pass\n"
    (tmp_path / "test_skipping.py").write_text(words, encoding="utf-8")
    (tmp_path / "pytest.ini").touch()

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.runs.no_skips", spread],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    said = "CI: a skipped test is a failure: test_skipping.py::test_it"
    assert (done.returncode, said in done.stdout) == (code, code == 1)


def test_an_expected_failure_is_not_a_skip(tmp_path):
    words = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n"
    (tmp_path / "test_expecting.py").write_text(words, encoding="utf-8")
    (tmp_path / "pytest.ini").touch()

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.runs.no_skips"],
        cwd=tmp_path,
        env={**os.environ, "CI": "true", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
