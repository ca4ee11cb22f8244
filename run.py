#!/usr/bin/env python3
"""Run crrubric from a checkout: sets up .venv when needed, then runs what you ask for.

    python3 run.py demo          serve an invented district to try everything with
    python3 run.py test [...]    run every test (further words go to pytest)
    python3 run.py WORDS...      anything else goes to crrubric: try  run.py --help
    python3 run.py lock          remake requirements/*.txt (for developers; needs uv)

Windows: py run.py demo. Needs Python 3.11 or newer and, the first time, a package registry.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "crrubric-stamp"
OLDEST = (3, 11)
CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
           "msedge", "microsoft-edge")  # fmt: skip
LOCKS = {"test": ("--all-extras", "--group", "test"), "all": ("--all-extras",), "base": ()}


def stop(sentence: str) -> None:
    """End with a sentence that says what is missing."""
    sys.exit(f"run.py: {sentence}")


def run(*words: object, failure: str) -> None:
    """Run a command; if it fails, end with `failure`."""
    try:
        subprocess.run([str(word) for word in words], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        stop(f"{failure} ({error})")


def requirements(name: str) -> Path:
    """The hash-locked requirements file."""
    return ROOT / "requirements" / f"{name}.txt"


def stamp_of(name: str) -> str:
    """What .venv holds when it was set up with this file by this Python."""
    locked = hashlib.sha256(requirements(name).read_bytes()).hexdigest()
    return f"{sys.version_info[0]}.{sys.version_info[1]} {name} {locked}\n"


def is_ready(name: str) -> bool:
    """Whether .venv holds what is asked for; the tests' file holds all of the demo's."""
    if not PYTHON.exists() or not STAMP.is_file():
        return False
    found = STAMP.read_text(encoding="utf-8")
    return found in {stamp_of(name), stamp_of("test")}


def make_venv() -> None:
    """An empty .venv; with uv where it is there, with or without ensurepip else."""
    if VENV.exists():
        shutil.rmtree(VENV)
    print("Setting up .venv (the first time only) ...", flush=True)
    if shutil.which("uv"):
        run("uv", "venv", "--quiet", "--python", sys.executable, VENV,
            failure="uv could not make .venv")  # fmt: skip
        return
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True)
    if made.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    run(sys.executable, "-m", "venv", "--without-pip", VENV,
        failure="this Python can't make virtual environments: install python3-venv")  # fmt: skip


def installer() -> list[str]:
    """The command that installs into .venv: uv, its own pip, or this Python's pip."""
    if shutil.which("uv"):
        return ["uv", "pip", "install", "--quiet", "--system-certs", "--compile-bytecode",
                "--python", str(PYTHON)]  # fmt: skip
    quiet = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if not subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode:
        return [str(PYTHON), "-m", "pip", *quiet]
    if not subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True
    ).returncode:
        return [sys.executable, "-m", "pip", "--python", str(PYTHON), *quiet]
    stop("there is neither uv nor pip: install python3-venv (Debian, Ubuntu) or uv")
    return []


def set_up(name: str) -> None:
    """Make .venv hold exactly what the locked file says, unless it does already."""
    if is_ready(name):
        return
    STAMP.unlink(missing_ok=True)  # an interrupted install must not look finished
    known = VENV / "pyvenv.cfg"
    version = f"{sys.version_info[0]}.{sys.version_info[1]}."
    if not (PYTHON.exists() and known.is_file() and version in known.read_text(encoding="utf-8")):
        make_venv()
    print(f"Installing requirements/{name}.txt ...", flush=True)
    run(*installer(), "--require-hashes", "-r", requirements(name),
        failure="the packages could not be installed: is the package registry reachable?")  # fmt: skip
    STAMP.write_text(stamp_of(name), encoding="utf-8")


def browser() -> str | None:
    """A browser that is there: named by CRRUBRIC_BROWSER, installed, or Playwright's own."""
    if named := os.environ.get("CRRUBRIC_BROWSER"):
        if not Path(named).exists():
            stop(f"CRRUBRIC_BROWSER names {named}, which is not there")
        return named
    if found := next(filter(None, map(shutil.which, CHROMES)), None):
        return found
    folders = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
               "C:/Program Files/Google/Chrome/Application/chrome.exe",
               "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe"]  # fmt: skip
    if found := next((path for path in folders if Path(path).exists()), None):
        return found
    own = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as playwright: print(playwright.chromium.executable_path)"
    )
    asked = subprocess.run([PYTHON, "-c", own], capture_output=True, text=True)
    path = asked.stdout.strip()
    return path if path and Path(path).exists() else None


def set_up_browser() -> str:
    """A browser for the tests; installed if there is none."""
    if found := browser():
        return found
    print("Installing a browser for the tests ...", flush=True)
    attempts = [[str(PYTHON), "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        attempts += [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]
    for command in attempts:
        subprocess.run(command, capture_output=True)
        if found := browser():
            return found
    stop("the tests need a browser: install Chromium, or name one in CRRUBRIC_BROWSER")
    return ""


def hand_over(*words: str, **variables: str) -> None:
    """Become the command, with the checkout on Python's path; its exit code is ours."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": path, **variables}
    command = [str(PYTHON), *words]
    if WINDOWS:
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    os.execve(command[0], command, environment)  # noqa: S606  # no shell is wanted


def lock() -> None:
    """Remake the locks: the tests' first, the others from the versions it chose."""
    for name, extras in LOCKS.items():
        held = [] if name == "test" else ["--constraint", requirements("test")]
        run("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
            "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header",
            "--no-annotate", "--system-certs", *extras, *held, "-o", requirements(name),
            ROOT / "pyproject.toml", failure="uv could not resolve the requirements")  # fmt: skip


def main(words: list[str]) -> None:
    """Do what the words say."""
    if sys.version_info < OLDEST:
        stop(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}")
    if not words or words == ["-h"]:
        print(__doc__)
    elif words == ["lock"]:
        lock()
    elif words[0] == "test":
        set_up("test")
        found = set_up_browser()
        os.chdir(ROOT)
        parallel = [] if any(w.startswith(("-n", "-p")) for w in words) else ["-n", "2"]
        hand_over("-m", "pytest", *parallel, *words[1:], CRRUBRIC_BROWSER=found)
    else:
        set_up("all")
        hand_over("-m", "crrubric", *words)


if __name__ == "__main__":
    main(sys.argv[1:])
