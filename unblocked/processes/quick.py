"""A place in memory for files that are many, small and soon removed, such as a database's; gone with its owner.

A disk makes hundreds of files slowly, and ext4 without a journal more slowly the more were removed just before.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path

from unblocked.processes import semaphores

_MEMORY = Path("/dev/shm")  # Linux has it; elsewhere the folder itself is used
_ENOUGH = 256 << 20
"""Bytes that have to be free there: containers have 64 MB of it unless they are told otherwise."""

_LINK = "quick"
"""What leads from an owner's folder to its place in memory."""


def place(folder: Path) -> Path:
    """Give the place that belongs to an owner's folder: in memory where there is room, else the folder itself.

    Example:
        >>> place(Path("/tmp/unblocked-0-k2m4x8qz"))  # doctest: +SKIP
        PosixPath('/dev/shm/unblocked-0-k2m4x8qz')

    """
    wanted = _MEMORY / folder.name
    try:
        room = os.statvfs(_MEMORY)
        if room.f_bavail * room.f_frsize < _ENOUGH:
            return folder
        with contextlib.suppress(FileExistsError):
            (folder / _LINK).symlink_to(wanted)  # first: whoever removes the folder then finds the place
        wanted.mkdir(mode=0o700, exist_ok=True)
        return wanted if _is_only_ours(wanted) else folder
    except OSError:  # there is no such place, or it may not be used
        return folder


def remove(folder: Path) -> None:
    """Remove an owner's folder, and what it has in memory before it."""
    with contextlib.suppress(OSError):  # it has none
        shutil.rmtree((folder / _LINK).readlink(), ignore_errors=True)
    semaphores.remove(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _is_only_ours(path: Path) -> bool:
    told = path.lstat()
    return stat.S_ISDIR(told.st_mode) and told.st_uid == os.getuid() and not told.st_mode & 0o077
