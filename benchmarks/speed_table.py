"""What was measured, as JSON and as the table of docs/performance.md."""

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.page_steps import Row

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
# between which lines of the page a table stands
SPEED = (
    "<!-- begin: written by benchmarks/measure_speed.py -->",
    "<!-- end: written by benchmarks/measure_speed.py -->",
)
MILLIONS = (
    "<!-- begin: written by benchmarks/measure_speed.py --only millions -->",
    "<!-- end: written by benchmarks/measure_speed.py --only millions -->",
)
PROFILE = (
    "<!-- begin: written by benchmarks/measure_speed.py --profile -->",
    "<!-- end: written by benchmarks/measure_speed.py --profile -->",
)
PACKAGES = ("Flask", "SQLAlchemy", "waitress", "numpy", "pandas")


def describe_machine() -> dict[str, object]:
    """On what it was measured, and when."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": find_processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "load": round(os.getloadavg()[0], 1),
        "system": platform.platform(terse=True),
        "commit": find_commit(),
        "versions": {
            "crrubric": version_of("crrubric"),
            "Python": platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
            **{name: version_of(name) for name in PACKAGES},
        },
    }


def find_processor() -> str:
    """What the system calls its processor."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def find_commit() -> str:
    """The commit of the checkout, with a plus where files differ from it."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout.strip()


def version_of(package: str) -> str:
    """The version of a package that is installed; our own stands in the checkout."""
    if package == "crrubric":
        from crrubric import __version__

        return __version__
    return version(package)


def write_json(path: Path, machine: dict[str, object], rows: Iterable[Row]) -> None:
    """Everything, for whoever compares runs."""
    found = {"machine": machine, "rows": [{**asdict(row), "times": row.times} for row in rows]}
    path.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


def write_number(value: float | None, unit: str = "") -> str:
    """A number with the digits that mean something."""
    if value is None:
        return ""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def tell_machine(machine: dict[str, object]) -> str:
    """When and on what something was measured, as a paragraph."""
    versions = machine["versions"]
    assert isinstance(versions, dict)
    told = ", ".join(f"{name} {number}" for name, number in versions.items())
    return (
        f"{machine['date']}, commit {machine['commit']}; {machine['processor']}, {machine['cores']}"
        f" cores, {machine['memory_gb']} GB, {machine['system']}; load average"
        f" {machine['load']} before. {told}.\n\n"
    )


def draw_tables(machine: dict[str, object], rows: Iterable[Row]) -> dict[tuple[str, str], str]:
    """Each table that has rows, by the lines of the page between which it stands."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault(MILLIONS if row.group.startswith("millions-") else SPEED, []).append(row)
    return {marks: draw_table(machine, own) for marks, own in found.items()}


def draw_table(machine: dict[str, object], rows: Iterable[Row]) -> str:
    """The table in Markdown, with a sentence on where and when."""
    lines = [
        "| step | measured | × floor | goal | floor | beside |",
        "|---|---:|---:|---:|---|---|",
    ]
    for row in rows:
        floor = f"{row.floor_is}, {write_number(row.floor, row.unit)}" if row.floor else ""
        lines.append(
            f"| {row.step} | {write_number(row.value, row.unit)} | {write_number(row.times)} |"
            f" {row.goal} | {floor} | {row.note} |"
        )
    return tell_machine(machine) + "\n".join(lines) + "\n"


def put_into_page(text: str, table: str, marks: tuple[str, str] = SPEED) -> str:
    """The page with this table in the place of the former one. Raises: ValueError without one.

    Args: marks: the lines between which it stands.
    """
    begin, end = marks
    before, rest = text.split(begin, 1)
    _former, after = rest.split(end, 1)
    return f"{before}{begin}\n\n{table}\n{end}{after}"
