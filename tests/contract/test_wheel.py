"""The wheel holds everything: it works alone in a folder that knows nothing of the checkout."""

import configparser
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from crrubric import __version__

ROOT = Path(__file__).parents[2]
# What the installed app answers, a line each.
ANSWERS = """
import crrubric
from crrubric.app import create_app
app = create_app({"TESTING": True})
english = app.test_client().get("/sign-in")
spanish = app.test_client().get("/sign-in", headers={"Accept-Language": "es"})
print(crrubric.__file__)
print(english.status_code)
print('<link rel="stylesheet"' in english.text)
print("Iniciar sesión" in spanish.text)
print(app.test_client().get("/static/css/base.css").status_code)
"""

# One worker builds the wheel for all of them.
pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout; nothing is left there."""
    target = tmp_path_factory.mktemp("wheel")
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = target.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what is in the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


class Place:
    """An empty current folder and an empty instance folder beside an installed wheel."""

    def __init__(self, installed: Path, folder: Path) -> None:
        self.instance = folder / "instance"
        self.current = folder / "current"
        self.current.mkdir()
        self.environment = {
            **{name: text for name, text in os.environ.items() if name[:8] != "CRRUBRIC"},
            "PYTHONPATH": str(installed),
            "CRRUBRIC_INSTANCE": str(self.instance),
        }

    def python(self, *words: str) -> str:
        """Run Python on the wheel; return what it wrote to stdout."""
        done = subprocess.run(
            [sys.executable, "-P", *words],
            cwd=self.current,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def place(installed: Path, tmp_path: Path) -> Place:
    return Place(installed, tmp_path)


def files_below(folder: Path) -> set[str]:
    """The files of a folder, as paths relative to it; without what Python compiles."""
    return {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }


@pytest.mark.parametrize(
    ("source", "target", "witness"),
    [
        ("templates", "crrubric/templates", "shared/layout.html"),
        ("static", "crrubric/static", "css/base.css"),
        ("crrubric/data", "crrubric/data", "credit-recovery.toml"),
        ("crrubric/translations", "crrubric/translations", "es/LC_MESSAGES/messages.po"),
        ("crrubric/migrations", "crrubric/migrations", "env.py"),
    ],
)
def test_the_wheel_holds_every_file_of_the_checkout(installed, source, target, witness):
    held = files_below(installed / target)

    assert witness in held
    assert held == files_below(ROOT / source)


def test_the_wheel_contains_only_the_package_and_its_metadata(installed):
    others = {path.name for path in installed.iterdir()} - {"crrubric"}

    assert [name.endswith(".dist-info") for name in others] == [True]


def test_the_wheel_contains_the_license(installed):
    (licence,) = installed.glob("*.dist-info/licenses/LICENSE")

    assert licence.read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_and_the_package_agree_on_the_version(wheel):
    assert wheel.name == f"crrubric-{__version__}-py3-none-any.whl"


def test_the_wheel_names_the_command(installed):
    (listed,) = installed.glob("*.dist-info/entry_points.txt")
    points = configparser.ConfigParser()
    points.read(listed, encoding="utf-8")

    assert dict(points["console_scripts"]) == {"crrubric": "crrubric.__main__:main"}


def test_the_installed_command_shows_its_help(place):
    assert place.python("-m", "crrubric", "--help").startswith("Usage: crrubric")


def test_the_installed_app_makes_its_database_and_shows_pages_in_english_and_spanish(
    place, installed
):
    place.python("-m", "crrubric", "db", "upgrade")

    module, *answers = place.python("-c", ANSWERS).splitlines()

    assert Path(module) == installed / "crrubric" / "__init__.py"
    assert answers == ["200", "True", "True", "200"]
    assert (place.instance / "crrubric.db").stat().st_size > 0
    assert list(place.current.iterdir()) == []
