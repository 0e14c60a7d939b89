"""The folder of one owner's sockets and logs, and the sweeping of folders whose owners are gone."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unblocked.faults import Fault
from unblocked.processes import quick

LONGEST_SOCKET = 103
"""Bytes of a unix socket's path on macOS, which has the fewest."""

_ROOM = 34
"""Bytes of the end of such a path that `multiprocessing` makes: `/pymp-12345678/listener-12345678`."""

_PREFIX = f"unblocked-{os.getuid()}-"

LEAST_ROOM = 5_000_000
"""Bytes that have to be free before anything is started."""

_LONG_AGO = 3600.0
"""Seconds after which nobody is still making a folder, or removing it."""


def make() -> tuple[Path, int]:
    """Make a folder that only this user can enter, short enough for the path of a unix socket.

    Returns:
        The folder, such as `/tmp/unblocked-1000-k2m4x8qz`, and an open file that holds its lock: while any process
        has that file open, no sweep touches the folder.

    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:  # else a sweep came between the two lines above, and has removed it
            return folder, lock
        os.close(lock)


def see_room(folder: Path) -> None:
    """See that what runs can write its files where an owner's folder is.

    Raises:
        Fault: the disk is full. Said beforehand, for what fails half-way looks like a fault of whoever failed.

    """
    free = shutil.disk_usage(folder).free
    if free < LEAST_ROOM:
        raise Fault(
            f"The disk is full: `{folder.parent}`, where services and gradings have their files, has {free // 1000} kB "
            "left. Free some space there, or set `TMPDIR` to a folder that has some; then do it again."
        )


@contextmanager
def shared(name: str) -> Iterator[Path | None]:
    """Give a folder that all processes of this user share for as long as one of them uses it; the last removes it.

    None where somebody else has taken its name.
    """
    folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{name}"
    try:
        lock = _joined(folder)
    except PermissionError:
        yield None
        return
    try:
        yield folder
    finally:
        os.close(lock)
        _removed(folder)


def _joined(folder: Path) -> int:
    """Guard a folder together with others, and make it if need be; give the open file that does."""
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        except FileNotFoundError:  # removed between the two lines above
            continue
        fcntl.flock(lock, fcntl.LOCK_SH)
        if os.fstat(lock).st_nlink:
            return lock
        os.close(lock)


def temporary(folder: Path) -> dict[str, str]:
    """Give the setting by which a process has its temporary files below a folder, where they go with it.

    Who is killed removes nothing. Nothing is set where the path would leave no room for a socket's name, as
    `multiprocessing` makes one.
    """
    place = folder / "tmp"
    if len(os.fsencode(place)) + _ROOM > LONGEST_SOCKET:
        return {}
    place.mkdir(exist_ok=True)
    return {"TMPDIR": str(place)}


def sweep() -> list[Path]:
    """Remove the folders that nobody guards any more, and say which."""
    folders = Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")
    return [folder for folder in folders if _removed(folder)]


def held() -> list[Path]:
    """Give the folders of this user whose owners live; what others have left behind is swept."""
    folders = Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")
    return [folder for folder in folders if not _removed(folder) and _is_ours(folder)]


def _is_ours(folder: Path) -> bool:
    try:
        return folder.stat().st_uid == os.getuid()
    except OSError:  # gone meanwhile
        return False


def _removed(folder: Path) -> bool:
    """Remove a folder if nobody holds its lock; hold it meanwhile, so that who is making it notices."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:  # being made at this moment, or being removed; or killed while it was
        return _removed_empty(folder)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # somebody guards it
        return False
    else:
        quick.remove(folder)
        return not folder.exists()
    finally:
        os.close(lock)


def _removed_empty(folder: Path) -> bool:
    """Remove a folder that has been without a lock, and empty, for long: its maker was killed between two lines."""
    try:
        if time.time() - folder.stat().st_mtime < _LONG_AGO:
            return False
        folder.rmdir()
    except OSError:  # it is not empty, or gone
        return False
    return True
