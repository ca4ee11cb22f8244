"""Whether the folder of the site, its files and its disk are as they should be."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from crrubric.cli.doctor.diagnosis import Diagnosis, tell_fault, tell_fine, tell_oddity
from crrubric.config import FORMER_KEY_FILE, KEY_FILE, name_account
from crrubric.domain.limits import MEGABYTE
from crrubric.queries.operations.health import LEAST_FREE

NETWORK_DISKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afpfs"})
MOUNTS = Path("/proc/mounts")


def examine_folder(folder: Path, file: Path | None) -> Iterator[Diagnosis]:
    """Who may read the files, and how much room there is."""
    if not os.access(folder, os.W_OK):
        yield tell_fault(f"{folder} can’t be written: let the account that runs crrubric own it.")
    former = folder / FORMER_KEY_FILE
    if former.exists():
        yield tell_oddity(
            f"A renewal of the secret was interrupted ({former} is there): stop the server and"
            " give “crrubric settings renew-secret” again."
        )
    named = [folder / KEY_FILE, former, folder / "settings.toml", *([file] if file else [])]
    open_files = [path for path in named if path.exists() and is_open_to_others(path)]
    for path in open_files:
        yield tell_fault(f"Other accounts of this machine may read {path}: {describe_repair(path)}")
    if not open_files:
        yield tell_fine(f"No other account of this machine can read what lies in {folder}.")
    free = shutil.disk_usage(folder).free
    room = f"{free // MEGABYTE:,} MB are free where {folder} lies"
    if free >= LEAST_FREE:
        yield tell_fine(f"{room}.")
    else:
        yield tell_fault(f"{room}: make room, or saves will fail.")
    kind = find_disk_kind(file) if file else None
    if kind in NETWORK_DISKS:
        yield tell_fault(
            f"{file} lies on a network disk ({kind}), where SQLite can lose data: put it on a disk"
            " of this machine, or use PostgreSQL."
        )


def is_open_to_others(path: Path) -> bool:
    """Whether accounts but the owner's may read or write it."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def describe_repair(path: Path) -> str:
    """What makes a file its account's alone, which is the one that runs this."""
    account = "" if path.stat().st_uid == os.geteuid() else name_account(os.geteuid())
    return (f"chown {account} {path} && " if account else "") + f"chmod 600 {path}"


def find_disk_kind(path: Path) -> str | None:
    """The kind of file system on which a path lies, where the system tells."""
    if not MOUNTS.exists():
        return None
    mounts = (line.split()[1:3] for line in MOUNTS.read_text("utf-8", "replace").splitlines())
    here = path.resolve()
    found = [(len(at), kind) for at, kind in mounts if here.is_relative_to(at)]
    return max(found)[1] if found else None
