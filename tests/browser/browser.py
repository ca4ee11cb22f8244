"""Find a browser for the tests: the one place that knows the order.

`python -m tests.browser.browser` prints the path; it exits with 1 if there is none.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = (
    "chromium-headless-shell",  # the same engine without windows: half the work
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
MAC_NAMES = ("Chromium", "Google Chrome", "Microsoft Edge")
WINDOWS_PLACES = (
    "Chromium/Application/chrome.exe",
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")


def find_browser() -> str | None:
    """The path of a browser: CRRUBRIC_BROWSER, else an installed one, else Playwright's own.

    Returns None if there is none. Raises FileNotFoundError if CRRUBRIC_BROWSER names nothing:
    who names a browser does not want another one.
    """
    if named := os.environ.get("CRRUBRIC_BROWSER"):
        if not Path(named).is_file():
            raise FileNotFoundError(f"CRRUBRIC_BROWSER names {named}, which is not there")
        return named
    return next(filter(starts, candidates()), None)


def candidates() -> Iterator[str]:
    """Where a browser may be, the best place first."""
    yield from filter(None, map(shutil.which, NAMES))
    for name in MAC_NAMES:
        yield f"/Applications/{name}.app/Contents/MacOS/{name}"
    for root in filter(None, map(os.environ.get, WINDOWS_ROOTS)):
        for place in WINDOWS_PLACES:
            yield str(Path(root) / place)
    from playwright.sync_api import sync_playwright  # slow, and seldom reached

    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def starts(path: str) -> bool:
    """Whether the browser is there and, on Linux, starts.

    On Linux a command of the right name may be a stub that only says what to install, and a
    browser may lack libraries; on Windows, asking for the version would open a window.
    """
    if not Path(path).is_file():
        return False
    if not sys.platform.startswith("linux"):
        return True
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def main() -> int:
    """Print the path; 1 if there is no browser, 2 if CRRUBRIC_BROWSER is wrong."""
    try:
        found = find_browser()
    except FileNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{found or ''}\n")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
