"""The ZIP file of an archive, whose comment holds a hash over every byte before it.

docs/archive-format.md says what it must be, so that a changed byte shows even where it changes no
file.
"""

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.translation import N_

HEADING = b"crrubric-archive-1 "
HASH_LENGTH = 64
COMMENT = len(HEADING) + HASH_LENGTH
PATH = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[a-z0-9._-]+(?:/[a-z0-9._-]+)*")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
PACKED = (".pdf", ".docx", ".xlsx", ".png", ".jpg", ".jpeg")  # packed already: stored as they are
CHUNK = 1 << 16
LARGEST = 1 << 31  # bytes of one file: more than an evaluation makes, or a plain ZIP file takes
NO_OBJECT = N_("%(path)s: it can’t be read as what it should be.")
# What reading an object of JSON raises that has another form.
UNREADABLE = (
    LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError,
    CrrubricError,
)  # fmt: skip
# What reading a ZIP file raises that is none, or is broken.
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


@contextmanager
def refuse_unreadable(path: str) -> Iterator[None]:
    """Name the file of an archive in which what is read has another form. Raises: Invalid."""
    try:
        yield
    except UNREADABLE as error:
        raise Invalid(NO_OBJECT, path=path) from error


def read_json(text: bytes) -> Any:
    """What a text of JSON tells. Raises: ValueError for none, or for a NaN; RecursionError."""
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of an archive: its path, its size in bytes and its SHA-256."""

    path: str
    size: int
    sha256: str


class ContainerWriter:
    """Writes the files of an archive one by one into `file`, which must be empty and seekable."""

    def __init__(self, file: IO[bytes], moment: tuple[int, int, int, int, int, int]) -> None:
        self._file, self._moment = file, moment
        self._zip = zipfile.ZipFile(file, "w")

    def write_file(self, path: str, chunks: Iterable[bytes]) -> PackedFile:
        """Add a file, a chunk at a time. Raises: ValueError for a path that is none."""
        if not PATH.fullmatch(path):
            raise ValueError(f"no path of an archive: {path}")
        entry = zipfile.ZipInfo(path, self._moment)
        stored = path.endswith(PACKED)
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        digest, size = sha256(), 0
        with self._zip.open(entry, "w") as out:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
        return PackedFile(path, size, digest.hexdigest())

    def abandon(self) -> None:
        """Write no more: what is in the file is no archive."""
        self._zip.close()

    def close(self) -> str:
        """End the file with the hash over everything before its comment, which is given back."""
        self._zip.comment = bytes(COMMENT)
        self._zip.close()
        self._file.seek(0, 2)
        found = hash_beginning(self._file, self._file.tell() - COMMENT)
        self._file.write(HEADING + found.encode())
        self._file.flush()
        return found


def hash_beginning(file: IO[bytes], size: int) -> str:
    """The SHA-256 over the first bytes of a file, which stands behind them afterwards."""
    file.seek(0)
    digest, left = sha256(), size
    while left and (chunk := file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def find_container_fault(file: IO[bytes]) -> Invalid | None:
    """What is wrong with the comment of an archive, or with a byte that it covers."""
    file.seek(0, 2)
    size = file.tell() - COMMENT
    if size < 0:
        return Invalid(N_("This is no archive: it does not end as one does."))
    file.seek(size)
    comment = file.read(COMMENT)
    if not comment.startswith(HEADING):
        return Invalid(N_("This is no archive: it does not end as one does."))
    if comment[len(HEADING) :] != hash_beginning(file, size).encode():
        return Invalid(N_("The archive is not as it was written: its bytes have another hash."))
    return None


@contextmanager
def open_container(file: IO[bytes]) -> Iterator["Container"]:
    """The files of an archive. Raises: Invalid for what is no ZIP file, or one of another form."""
    try:
        found = zipfile.ZipFile(file)
    except BROKEN as error:
        raise Invalid(N_("This is no archive: it can’t be read as a ZIP file.")) from error
    with found:
        yield Container(found)


class Container:
    """The files of an archive that is open for reading."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._zip = opened
        self.entries = opened.infolist()

    @property
    def paths(self) -> list[str]:
        """The paths as they stand there, doubled ones twice."""
        return [entry.filename for entry in self.entries]

    def list_faults(self) -> Iterator[Invalid]:
        """Files that no archive of ours has."""
        seen = set()
        for entry in self.entries:
            if entry.filename in seen:
                yield Invalid(N_("%(path)s: it is there twice."), path=entry.filename)
            elif (
                not PATH.fullmatch(entry.filename)
                or entry.compress_type not in METHODS
                or entry.flag_bits & 1
                or entry.file_size > LARGEST
            ):
                yield Invalid(N_("%(path)s: no archive has such a file."), path=entry.filename)
            seen.add(entry.filename)

    def iterate_chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a file, some at a time. Raises: one of BROKEN, or KeyError."""
        with self._zip.open(path) as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def iterate_lines(self, path: str, longest: int) -> Iterator[bytes]:
        """The lines of a file; of one that is longer than `longest` no more than that.

        Raises: one of BROKEN, or KeyError.
        """
        with self._zip.open(path) as file:
            while line := file.readline(longest):
                yield line

    def read_bytes(self, path: str, largest: int) -> bytes:
        """A whole file. Raises: one of BROKEN, or KeyError; ValueError if it is larger."""
        with self._zip.open(path) as file:
            found = file.read(largest + 1)
        if len(found) > largest:
            raise ValueError(f"{path} is too large")
        return found

    def measure_file(self, path: str) -> PackedFile:
        """Size and hash of a file. Raises: one of BROKEN, or KeyError."""
        digest, size = sha256(), 0
        for chunk in self.iterate_chunks(path):
            digest.update(chunk)
            size += len(chunk)
        return PackedFile(path, size, digest.hexdigest())
