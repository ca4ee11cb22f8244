#!/usr/bin/env python3
"""Run crrubric from a checkout: sets up .venv when needed, then runs what you ask for.

    python3 run.py demo          serve an invented district to try everything with
    python3 run.py test [...]    run every test; further words go to pytest
        --quick                  a minute or two: the rooms that you changed, one database
        --long                   what takes long, and nothing else
        --coverage               every test, and how much of the code they reach
        --mutations              plant faults and see that tests notice them
    python3 run.py audit         whether a known fault is in a locked package (asks the network)
    python3 run.py sbom [FILE]   the packages of the site as CycloneDX: versions, hashes, licences
    python3 run.py WORDS...      anything else goes to crrubric; run.py --help lists it
    python3 run.py lock [...]    remake requirements/*.txt (for developers; needs uv)

On Windows: py run.py demo. Needs Python 3.11 or newer and, the first time, a package registry.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

OLDEST = (3, 11)
if sys.version_info < OLDEST:  # before anything that an older Python can't read
    sys.exit("run.py: Python 3.11 or newer is needed; this is {}.{}".format(*sys.version_info[:2]))

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
VENV_UV = PYTHON.with_name("uv.exe" if WINDOWS else "uv")
WITH_UV = ("pip", "install", "--quiet", "--python", str(PYTHON))
STAMP = VENV / "crrubric-stamp"
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
# The Python below any virtual environment that runs this: .venv itself may have to be remade.
SYSTEM = getattr(sys, "_base_executable", sys.executable)
# Trust the certificates of the machine; as variables, for an older uv doesn't know the option.
UV = {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}
LOCKS = {
    "test": ("--all-extras", "--group", "test"),
    "all": ("--all-extras",),
    "base": (),
    "uv": ("--group", f"{ROOT / 'pyproject.toml'}:uv"),
    "audit": ("--group", f"{ROOT / 'pyproject.toml'}:audit"),
}
ALONE_LOCKED = {"uv", "audit"}  # nothing of the project is in them
NOT_ASKED = 2  # how an audit ends that could not ask
UNREACHABLE = "run.py: the advisory service could not be reached, so no package was looked up"
# Our words for pytest's; the others go through as they are (tests/runs/selection.py).
OPTIONS = {"--coverage": ("--cov=crrubric", "--cov-branch", "--cov-report=term:skip-covered")}
# Servers that tests start: what the program may be called, the packages that may have it, and
# which tests do without.
PROGRAMS = {
    "nginx": (("nginx",), ("nginx-light", "nginx"), "the tests behind a proxy"),
    "Redis": (
        ("redis-server", "valkey-server"),
        ("redis-server", "valkey-server"),
        "the tests with Redis",
    ),
}
ALONE = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "no:xdist", "-pno:xdist")


def stop(sentence: str) -> NoReturn:
    """End with a sentence that says what is missing."""
    sys.exit(f"run.py: {sentence}")


def run(*words: str | Path) -> bool:
    """Whether the command could be started and succeeded; what it says is shown."""
    try:
        return subprocess.call([str(word) for word in words], env={**os.environ, **UV}) == 0
    except OSError:
        return False


def output(*words: str | Path) -> str | None:
    """What the command wrote to stdout; None if it could not be started or failed."""
    try:
        done = subprocess.run([str(word) for word in words], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode(errors="replace").strip()


def requirements(name: str) -> Path:
    """The hash-locked requirements file: base, all or test."""
    return ROOT / "requirements" / f"{name}.txt"


def stamp_of(name: str) -> str:
    """What is noted in .venv once this file is installed for this version of Python."""
    return f"{VERSION} {name} {hashlib.sha256(requirements(name).read_bytes()).hexdigest()}\n"


def is_ready(name: str) -> bool:
    """Whether .venv holds what is asked for; the tests' file holds the others, too."""
    if not (PYTHON.exists() and STAMP.is_file()):
        return False
    return STAMP.read_text(encoding="utf-8") in {stamp_of(name), stamp_of("test")}


def make_venv() -> None:
    """Put an empty .venv in the place of one that is missing, broken or of another version."""
    try:
        if VENV.exists():
            shutil.rmtree(VENV)
    except OSError as error:
        stop(f"{VENV} is in the way ({error}): end what uses it, or delete it")
    if output("uv", "--version") and run("uv", "venv", "--quiet", "--python", SYSTEM, VENV):
        return
    if not run(SYSTEM, "-m", "venv", "--clear", "--without-pip", VENV):
        stop("this Python can't make .venv: install python3-venv (Debian, Ubuntu) or uv")


def installers(name: str) -> Iterator[list[str]]:
    """The commands that can install into .venv, the best first.

    None of them compiles all modules: Python does it when one is first imported, and most of them
    (of plotly above all) never are. Where there is only pip, it fetches uv for the tests' many
    packages: on an idle machine uv needs a second of work for them, pip twenty.
    """
    if output("uv", "--version"):
        yield ["uv", *WITH_UV]
    for pip in pips():
        if name == "test" and run(*pip, "--require-hashes", "-r", requirements("uv")):
            yield [str(VENV_UV), *WITH_UV]
        yield pip


def pips() -> Iterator[list[str]]:
    """The command of the pip that can install into .venv, if there is one."""
    options = ["install", "--disable-pip-version-check", "--no-input", "--no-compile", "--quiet"]
    if output(PYTHON, "-m", "pip", "--version") or output(PYTHON, "-m", "ensurepip"):
        yield [str(PYTHON), "-m", "pip", *options]
    elif output(SYSTEM, "-m", "pip", "--python", PYTHON, "--version"):
        yield [SYSTEM, "-m", "pip", "--python", str(PYTHON), *options]


def install(name: str) -> None:
    """Install the locked file with the first installer that can; each says itself why it can't."""
    reason = "there is neither uv nor pip: install python3-venv (Debian, Ubuntu), pip or uv"
    for installer in installers(name):
        print(f"Installing requirements/{name}.txt; this can take a minute ...", flush=True)
        if run(*installer, "--require-hashes", "-r", requirements(name)):
            return
        reason = "the packages could not be installed: is the package registry reachable?"
    stop(reason)


def set_up(name: str) -> None:
    """Make .venv hold what the locked file says, unless it does already."""
    if is_ready(name):
        return
    STAMP.unlink(missing_ok=True)  # an interrupted install must not look finished
    if output(PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])") != VERSION:
        print("Making .venv ...", flush=True)
        make_venv()
    install(name)
    STAMP.write_text(stamp_of(name), encoding="utf-8")


def environment() -> dict[str, str]:
    """The variables of what we run: the checkout is on Python's path and text is UTF-8.

    Where nothing compiled may lie beside the sources, it lies in .venv: otherwise every process
    would compile all that it imports, which takes longer than most of what they do.
    """
    variables = dict(os.environ)
    if variables.pop("PYTHONDONTWRITEBYTECODE", ""):
        variables.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "compiled"))
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**variables, "PYTHONPATH": path, "PYTHONUTF8": "1"}


def find_browser() -> str | None:
    """The browser that the tests will find; None if there is none."""
    command = [str(PYTHON), "-m", "tests.browser.browser"]
    found = subprocess.run(command, env=environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if found.returncode == 2:  # CRRUBRIC_BROWSER is wrong, and it has said so
        sys.exit(2)
    return found.stdout.strip() or None


def set_up_browser() -> str:
    """The browser for the tests; if there is none, Playwright's is installed, or the system's."""
    found = find_browser()
    if found is None:
        print("Installing a browser for the tests ...", flush=True)
        run(PYTHON, "-m", "playwright", "install", "chromium")
        found = find_browser()
    if found is None and shutil.which("apt-get") and is_root() and run("apt-get", "update", "-qq"):
        for package in ("chromium-headless-shell", "chromium"):  # without windows: half the work
            if found is None and run("apt-get", "install", "-y", "-qq", package):
                found = find_browser()
    if found is None:
        stop("the tests need a browser: install Chromium, or name one in CRRUBRIC_BROWSER")
    return found


def find_program(*names: str) -> str | None:
    """The first of these programs that is there, in a folder of the system as well."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    return next((found for name in names if (found := shutil.which(name, path=places))), None)


def set_up_program(name: str) -> None:
    """Install a server of PROGRAMS; where that can't be done its tests are skipped."""
    programs, packages, tests = PROGRAMS[name]
    if find_program(*programs):
        return
    print(f"Installing {name} for {tests} ...", flush=True)
    if shutil.which("apt-get") and is_root() and run("apt-get", "update", "-qq"):
        for package in packages:
            if not find_program(*programs):
                run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package)
    if found := find_program(*programs):  # its package starts a service, which nobody asked for
        service = Path(found).name
        output("systemctl", "disable", "--now", service) or output("service", service, "stop")
    else:
        print(f"run.py: there is no {name}, {tests} are skipped", flush=True)


def is_root() -> bool:
    """Whether we may install system packages."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def spread(words: list[str]) -> list[str]:
    """Options for pytest that spread the tests over processes, unless the words say how.

    Three, one more than the gate's two cores: while a test waits for a browser or a process,
    another runs. A quick run waits for little, and each process takes its time to begin.
    """
    chosen = any(w.split("=")[0] in ALONE or (w[:2] == "-n" and w[2:].isdigit()) for w in words)
    count = "2" if "--quick" in words else "3"
    return [] if chosen else ["-n", count, "--dist", "loadgroup"]


def hand_over(*words: str) -> NoReturn:
    """Become Python in .venv with these words; its exit code is ours."""
    command = [str(PYTHON), *words]
    if not WINDOWS:
        os.execve(command[0], command, environment())  # noqa: S606  # no shell is wanted
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the command; wait for its end
    sys.exit(subprocess.call(command, env=environment()))


def test(words: list[str]) -> NoReturn:
    """Run the tests, with everything that they need."""
    set_up("test")
    os.environ["CRRUBRIC_BROWSER"] = set_up_browser()
    for name in PROGRAMS:
        set_up_program(name)
    os.chdir(ROOT)
    if words == ["--mutations"]:
        hand_over("-m", "tests.mutations")
    words = [option for word in words for option in OPTIONS.get(word, (word,))]
    hand_over("-m", "pytest", *spread(words), *words)


def use_own_place(name: str) -> None:
    """Install what this command needs beside what the site runs with, and not into it."""
    global VENV, PYTHON, VENV_UV, WITH_UV, STAMP  # noqa: PLW0603  # for the rest of this process
    inside = PYTHON.relative_to(VENV)
    VENV = VENV.with_name(f".venv-{name}")
    PYTHON = VENV / inside
    VENV_UV = PYTHON.with_name(VENV_UV.name)
    WITH_UV = (*WITH_UV[:-1], str(PYTHON))
    STAMP = VENV / STAMP.name


def audit() -> NoReturn:
    """Ask the advisory service about each locked package.

    Ends with 1 if one has a known fault, and with 2 if about one nothing could be learned: what
    nobody looked up is not without fault.
    """
    use_own_place("audit")
    set_up("audit")
    rows = {row["name"]: row for name in ("test", *sorted(ALONE_LOCKED)) for row in look_up(name)}
    unknown = sorted(name for name, row in rows.items() if "skip_reason" in row)
    if not rows or len(unknown) == len(rows):
        print(UNREACHABLE, file=sys.stderr)
        sys.exit(NOT_ASKED)
    faults = list(describe_faults([row for row in rows.values() if "vulns" in row]))
    looked_up = len(rows) - len(unknown)
    print(*faults, f"{looked_up} packages looked up, {len(faults)} known faults.", sep="\n")
    if unknown:
        print(f"run.py: not known to the advisory service: {', '.join(unknown)}", file=sys.stderr)
    sys.exit(1 if faults else NOT_ASKED if unknown else 0)


def look_up(name: str) -> list[dict[str, Any]]:
    """What the advisory service knows of each package of a lock; nothing if it can't be reached."""
    command = [str(PYTHON), "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--disable-pip", "--require-hashes", "-r", str(requirements(name))]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment(), text=True)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(UNREACHABLE, file=sys.stderr)
        sys.exit(NOT_ASKED)
    return found


def describe_faults(asked: list[dict[str, Any]]) -> Iterator[str]:
    """One line for each known fault: package, number, what mends it, whether the site has it."""
    of_site = {line.split("==")[0] for line in requirements("all").read_text("utf-8").splitlines()}
    for row in asked:
        where = "in the site" if row["name"] in of_site else "in tests and tools alone"
        for fault in row["vulns"]:
            mended = ", ".join(fault["fix_versions"]) or "nothing yet"
            yield f"{row['name']} {row['version']}: {fault['id']}, mended by {mended} ({where})"


def lock(words: list[str]) -> None:
    """Remake the locks: the tests' first, the others with the versions that it chose."""
    project = ROOT / "pyproject.toml"
    for name, parts in LOCKS.items():
        held = () if name in {"test", *ALONE_LOCKED} else ("--constraint", requirements("test"))
        asked = () if name in ALONE_LOCKED else (project,)
        made = run("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
                   "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links",
                   "--no-header", "--no-annotate", *parts, *held, *words,
                   "--output-file", requirements(name), *asked)  # fmt: skip
        if not made:
            stop("the requirements could not be resolved with uv")


def main(words: list[str]) -> None:
    """Do what the words say."""
    if words in ([], ["-h"]):
        print(__doc__)
    elif words[0] == "lock":
        lock(words[1:])
    elif words[0] == "test":
        test(words[1:])
    elif words == ["audit"]:
        audit()
    elif words[0] == "sbom":
        set_up("all")
        hand_over(str(ROOT / "requirements" / "sbom.py"), *words[1:])
    else:
        set_up("all")
        hand_over("-P", "-m", "crrubric", *words)  # -P: no module of the current folder is meant


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
