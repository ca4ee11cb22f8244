"""What the project says of itself in more than one place is the same everywhere."""

import re
import tomllib
from pathlib import Path

from crrubric import __version__

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_version_is_written_in_one_place():
    project = tomllib.loads(read("pyproject.toml"))

    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "crrubric/__init__.py"


def test_the_newest_release_in_the_list_of_changes_is_this_version():
    sections = re.findall(r"^## (\S+)", read("CHANGELOG.md"), re.M)
    releases = [name for name in sections if name != "Unreleased"]

    assert releases[0] == __version__
    assert sections.index(__version__) <= 1  # only what is not released stands above it
    assert len(releases) == len(set(releases))


def test_the_hooks_before_a_commit_use_the_versions_of_the_locked_tools():
    hooks = dict(re.findall(r'"([\w-]+)==([\w.]+)"', read(".pre-commit-config.yaml")))
    locked = dict(re.findall(r"^([\w-]+)==([\w.]+)", read("requirements/test.txt"), re.M))

    assert set(hooks) == {"ruff", "djlint"}
    assert hooks == {name: locked[name] for name in hooks}


def test_the_hosted_gate_runs_the_two_commands_of_the_readme():
    commands = re.findall(r"python3 run\.py (\w+)", read("README.md"))
    workflow = read(".github/workflows/test.yml")

    assert {"demo", "test"} <= set(commands)
    assert [word for word in ("demo", "test") if f"python3 run.py {word}" not in workflow] == []


def test_every_place_that_the_architecture_names_is_there():
    text = read("docs/architecture.md")
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", text)) - {
        "web/ROOM/",
        "templates/ROOM/",
        "services/ROOM/",
    }
    roots = (ROOT, ROOT / "crrubric")

    assert len(named) > 40
    assert sorted(name for name in named if not any((root / name).exists() for root in roots)) == []


def test_every_function_that_the_architecture_names_is_there():
    text = read("docs/architecture.md")
    code = "\n".join(file.read_text("utf-8") for file in (ROOT / "crrubric").rglob("*.py"))
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)(?:\(\))?`", text))
    defined = set(re.findall(r"def (\w+)", code)) | {
        file.stem for file in (ROOT / "crrubric").rglob("*.py")
    }

    assert {"record_mark", "read_matrix", "note_event"} <= named
    assert sorted(named - defined) == []


def test_what_commands_say_goes_through_one_gate():
    """But for tables that programs read, which are printed as they are."""
    folder = ROOT / "crrubric" / "cli"
    found = {
        f"{path.name}: {line.strip()}"
        for path in folder.glob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"click\.(echo|secho)\(|(?<![\w.])print\(", line)
    }

    assert found == {
        "running.py: click.echo(keep_to_one_line(text), err=err)",
        "results.py: click.echo(line, nl=False)",
        "results.py: click.echo(tables.results_csv(read.results), nl=False)",
        "results.py: click.echo(tables.results_text(read.results, evaluation.title,"
        " said.sentences()))",
        "settings.py: click.echo(write_document(), nl=False)",
    }
