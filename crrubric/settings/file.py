"""The file `settings.toml` of an instance folder."""

import tomllib
from pathlib import Path
from typing import Any

from crrubric.domain.errors import Invalid


def settings_file(instance: Path) -> Path:
    """Where the file is, or would be."""
    return instance / "settings.toml"


def read_file(instance: Path) -> dict[str, Any]:
    """What the file says; nothing where there is none. Raises: Invalid if it can't be read."""
    path = settings_file(instance)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not UTF-8: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{path} is not TOML ({error}): mend it.") from None
    except OSError as error:
        raise Invalid(f"{path} can’t be read ({error.strerror}): let crrubric read it.") from None
