"""Archives for tests: read as parts, changed, and packed again."""

import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any

from crrubric.domain.archive.container import ContainerWriter
from crrubric.domain.archive.manifest import MANIFEST

MOMENT = (2027, 3, 12, 23, 0, 0)
Parts = dict[str, bytes]
Change = Callable[[Any], None]


def read_parts(archive: bytes) -> Parts:
    """Every file of an archive, by path."""
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        return {path: opened.read(path) for path in opened.namelist()}


def pack_parts(parts: Parts, *, anew: bool = True) -> bytes:
    """An archive of these files; `anew`: with sizes and hashes of what they are now."""
    told = json.loads(parts[MANIFEST])
    if anew:
        about = {row["path"]: row["about"] for row in told["files"]}
        told["files"] = [
            {
                "path": path,
                "bytes": len(body),
                "sha256": sha256(body).hexdigest(),
                "about": about.get(path, ""),
            }
            for path, body in parts.items()
            if path != MANIFEST
        ]
    file = BytesIO()
    writer = ContainerWriter(file, MOMENT)
    for path, body in parts.items():
        if path != MANIFEST:
            writer.write_file(path, [body])
    writer.write_file(MANIFEST, [json.dumps(told).encode()])
    writer.close()
    return file.getvalue()


def change_object(parts: Parts, path: str, change: Change) -> Parts:
    """The parts with another object in one file."""
    told = json.loads(parts[path])
    change(told)
    return {**parts, path: json.dumps(told).encode()}
