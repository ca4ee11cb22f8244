"""The folders of further districts: one server serves several, each with a site of its own.

The first site lies in the instance folder, each further one in `districts/NAME` within it, with a
database, a secret and a `settings.toml` of its own. Where the instance folder has no `districts`,
there is one site, and nobody is told of others.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from crrubric.settings.file import settings_file

DISTRICTS = "districts"
FOLDER_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def find_first_folder(folder: Path) -> Path | None:
    """The instance folder in which this one is a further district's; None if it is none.

    A folder of that name elsewhere is none: the instance folder has a `settings.toml`.
    """
    first = folder.parent.parent
    if folder.parent.name != DISTRICTS or not settings_file(first).is_file():
        return None
    return first


def list_district_folders(first: Path) -> Iterator[Path]:
    """The folders of further districts, by name."""
    if not settings_file(first).is_file():
        return
    for path in sorted((first / DISTRICTS).glob("*")):
        if FOLDER_NAME.fullmatch(path.name) and settings_file(path).is_file():
            yield path
