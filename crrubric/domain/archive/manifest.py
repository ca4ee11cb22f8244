"""The list of what an archive holds, and of what a redacted copy does not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from crrubric.domain.archive.container import PackedFile
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_

SCHEMA = "crrubric.archive/1"
MANIFEST = "manifest.json"
LARGEST = 1 << 26  # bytes of a manifest
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


class CopyKind(StrEnum):
    """Whether an archive is whole."""

    WHOLE = "whole"
    REDACTED = "redacted"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that a redacted copy does not have, and why."""

    file: PackedFile
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself. `files` has, by path, each file with a sentence about it.

    evaluation: slug, title, phase and chain; entries, head: of its journal.
    """

    copy: CopyKind
    made_at: datetime
    program: str
    language: str
    evaluation: Mapping[str, Any]
    entries: int
    head: str
    files: Mapping[str, tuple[PackedFile, str]]
    left_out: Sequence[LeftOut] = ()

    def text(self) -> str:
        """The manifest as it stands in the archive."""
        told = {
            "schema": SCHEMA,
            "copy": self.copy.value,
            "made_at": self.made_at.astimezone(UTC).isoformat(timespec="seconds"),
            "program": self.program,
            "language": self.language,
            "evaluation": dict(self.evaluation),
            "journal": {"entries": self.entries, "head": self.head},
            "files": [{**_tell_file(file), "about": about} for file, about in self.files.values()],
            "left_out": [{**_tell_file(row.file), "reason": row.reason} for row in self.left_out],
        }
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _tell_file(file: PackedFile) -> dict[str, Any]:
    return {"path": file.path, "bytes": file.size, "sha256": file.sha256}


def read_manifest(text: bytes) -> Manifest:
    """The manifest of an archive. Raises: Invalid for what is none."""
    try:
        return _read_manifest(json.loads(text))
    except UNREADABLE as error:
        raise Invalid(
            N_("%(path)s: it can’t be read as what it should be."), path=MANIFEST
        ) from error


def _read_manifest(told: Mapping[str, Any]) -> Manifest:
    if told["schema"] != SCHEMA:
        raise ValueError("another schema")
    rows = [(_read_file(row), row["about"]) for row in told["files"]]
    files = {file.path: (file, about) for file, about in rows}
    if len(files) != len(rows):
        raise ValueError("a file is there twice")
    journal = told["journal"]
    return Manifest(
        copy=CopyKind(told["copy"]),
        made_at=datetime.fromisoformat(told["made_at"]),
        program=_require_text(told["program"]),
        language=_require_text(told["language"]),
        evaluation=dict(told["evaluation"]),
        entries=int(journal["entries"]),
        head=_require_text(journal["head"]),
        files=files,
        left_out=[
            LeftOut(file=_read_file(row), reason=_require_text(row["reason"]))
            for row in told["left_out"]
        ],
    )


def _read_file(row: Mapping[str, Any]) -> PackedFile:
    return PackedFile(_require_text(row["path"]), int(row["bytes"]), _require_text(row["sha256"]))


def _require_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
