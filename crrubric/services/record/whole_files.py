"""Writing a file whole or not at all, whatever happens meanwhile."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_

PARTIAL = ".partial"
STAMP = "%Y-%m-%d-%H%M%S"  # UTC, in the names of files
BESIDE = ("-journal", "-wal", "-shm")  # what SQLite may keep beside a file that it writes
THERE = N_("%(file)s is there already: name another file, or say --replace to overwrite it.")


def lock_file(handle: int) -> None:
    """Take a file alone, or raise OSError at once; the system lets go when the process ends."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def write_whole_file(target: Path, *, replace: bool) -> Iterator[Path]:
    """A file beside the target to write to, only for its owner: it becomes the target at the end.

    Until then nobody sees it under that name, and what was there stays. It is on disk when it gets
    the name. After an error nothing is left; what a killed process left is deleted by the next one.

    Raises: Invalid if there is a file already that is not to be replaced.
    """
    refuse_existing_file(target, replace)
    try:
        delete_leftovers(target)
        draft, handle = make_locked_draft(target)
    except OSError as error:  # of the file that was named, not of the one that becomes it
        raise OSError(error.errno, error.strerror, str(target)) from None
    try:
        yield draft
        os.fsync(handle)
        publish_draft(draft, target, replace)
    finally:
        os.close(handle)
        for suffix in ("", *BESIDE):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def make_locked_draft(target: Path) -> tuple[Path, int]:
    """A new file beside the target that is locked, and its descriptor.

    Who deletes leftovers at that moment can take it before it is locked: then another one is made.
    """
    while True:
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}{PARTIAL}")
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if sys.platform == "win32":  # there, a lock would keep SQLite itself from writing
            return draft, handle
        try:
            with suppress(BlockingIOError):
                lock_file(handle)
                if os.fstat(handle).st_nlink:
                    return draft, handle
        except BaseException:
            os.close(handle)
            draft.unlink(missing_ok=True)
            raise
        os.close(handle)


def refuse_existing_file(target: Path, replace: bool) -> None:
    """Raise Invalid if the file is there and not to be replaced, or is none at all."""
    if target.is_dir():
        raise Invalid(N_("%(file)s is a folder: name a file."), file=target)
    if target.exists() and not target.is_file():  # it would be replaced: /dev/stdout, for instance
        raise Invalid(N_("%(file)s is no file: name one."), file=target)
    if not replace and (target.exists() or target.is_symlink()):
        raise Invalid(THERE, file=target)


def name_dated_file(stem: str, at: datetime, ending: str) -> str:
    """A file name that sorts by time: crrubric-2027-03-02-140501.db, in UTC."""
    return f"{stem}-{at.astimezone(UTC):{STAMP}}{ending}"


def find_free_name(path: Path) -> Path:
    """The path, or one with a number behind its name if it is taken."""
    number, free = 1, path
    while free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def publish_draft(draft: Path, target: Path, replace: bool) -> None:
    """Give a finished file its name, on disk as well. Raises: Invalid if somebody was quicker."""
    if replace:
        draft.replace(target)
    else:
        try:
            os.link(draft, target)  # fails where the name is taken, in the same moment
        except FileExistsError:
            raise Invalid(THERE, file=target) from None
        except OSError:  # a file system without links
            refuse_existing_file(target, replace)
            draft.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be on disk, where the system has a way to say so."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # some file systems of networks know no such thing
        return
    finally:
        os.close(handle)


def delete_leftovers(target: Path) -> None:
    """Delete drafts of this file that nobody writes any more: their process was killed."""
    if sys.platform == "win32":
        return
    for draft in target.parent.iterdir():
        if draft.name.startswith(f".{target.name}.") and draft.name.endswith(PARTIAL):
            with suppress(OSError), draft.open("r+b") as file:
                lock_file(file.fileno())
                for suffix in ("", *BESIDE):
                    draft.with_name(draft.name + suffix).unlink(missing_ok=True)
