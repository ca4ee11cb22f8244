"""The list of what an archive holds, and of what a redacted copy does not."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from crrubric.domain.archive.container import PackedFile, read_json, refuse_unreadable

SCHEMA = "crrubric.archive/1"
MANIFEST = "manifest.json"
LARGEST = 1 << 26  # bytes of a manifest
HASH = re.compile(r"[0-9a-f]{64}")


class CopyKind(StrEnum):
    """Whether an archive is whole."""

    WHOLE = "whole"
    REDACTED = "redacted"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that a copy does not have, and why.

    size: None where it would tell how long a hidden text is, or a hidden name.
    """

    path: str
    size: int | None
    sha256: str
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
            "left_out": [_tell_left_out(row) for row in self.left_out],
        }
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _tell_file(file: PackedFile) -> dict[str, Any]:
    return {"path": file.path, "bytes": file.size, "sha256": file.sha256}


def _tell_left_out(row: LeftOut) -> dict[str, Any]:
    return {"path": row.path, "bytes": row.size, "sha256": row.sha256, "reason": row.reason}


def read_manifest(text: bytes) -> Manifest:
    """The manifest of an archive. Raises: Invalid for what is none."""
    with refuse_unreadable(MANIFEST):
        return _read_manifest(read_json(text))


def _read_manifest(told: Mapping[str, Any]) -> Manifest:
    if told["schema"] != SCHEMA:
        raise ValueError("another schema")
    rows = [(_read_file(row), _require_text(row["about"])) for row in _require_list(told["files"])]
    files = {file.path: (file, about) for file, about in rows}
    left_out = [_read_left_out(row) for row in _require_list(told["left_out"])]
    if len(files.keys() | {row.path for row in left_out}) != len(rows) + len(left_out):
        raise ValueError("a file is there twice")
    journal, evaluation = told["journal"], dict(told["evaluation"])
    for name in ("slug", "title", "phase"):
        _require_text(evaluation[name])
    _require_number(evaluation["chain"])
    return Manifest(
        copy=CopyKind(told["copy"]),
        made_at=_parse_made_at(told["made_at"]),
        program=_require_text(told["program"]),
        language=_require_text(told["language"]),
        evaluation=evaluation,
        entries=_require_number(journal["entries"]),
        head=_require_text(journal["head"]),
        files=files,
        left_out=left_out,
    )


def _read_file(row: Mapping[str, Any]) -> PackedFile:
    size, digest = _require_number(row["bytes"]), _require_hash(row["sha256"])
    return PackedFile(_require_text(row["path"]), size, digest)


def _read_left_out(row: Mapping[str, Any]) -> LeftOut:
    return LeftOut(
        path=_require_text(row["path"]),
        size=None if row["bytes"] is None else _require_number(row["bytes"]),
        sha256=_require_hash(row["sha256"]),
        reason=_require_text(row["reason"]),
    )


def _require_hash(value: object) -> str:
    digest = _require_text(value)
    if not HASH.fullmatch(digest):
        raise ValueError("no SHA-256")
    return digest


def _parse_made_at(value: object) -> datetime:
    """A moment as Manifest.text() writes it."""
    moment = datetime.fromisoformat(_require_text(value))
    if moment.astimezone(UTC).isoformat(timespec="seconds") != value:
        raise ValueError("no moment in UTC")
    return moment


def _require_list(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def _require_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("no whole number")
    return value


def _require_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
