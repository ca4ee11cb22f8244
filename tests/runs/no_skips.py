"""A pytest plugin: in CI a skipped test is a failure.

A test that needs a browser or PostgreSQL may be skipped on somebody's laptop; where CI=true is
set, what was not tested must not look as if it had passed.
"""

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Count skips where they come together: in CI, and not in a worker of pytest-xdist."""
    if os.environ.get("CI", "").lower() in {"1", "true"} and not hasattr(config, "workerinput"):
        config.pluginmanager.register(NoSkips(), "crrubric-no-skips")


class NoSkips:
    """Remembers what was skipped and fails the session for it."""

    def __init__(self) -> None:
        self.skipped: dict[str, None] = {}  # in order, each once: every worker collects

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that skips itself."""
        if report.skipped:
            self.skipped[report.nodeid] = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that was skipped; one that is expected to fail is another matter."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped[report.nodeid] = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Turn success into failure."""
        if self.skipped and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why the session failed."""
        if self.skipped:
            names = ", ".join(self.skipped)
            terminalreporter.write_line(f"CI: a skipped test is a failure: {names}", red=True)
