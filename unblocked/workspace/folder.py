"""The two folders that everything else starts from, the course's and the learner's, and how a file is written there."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from unblocked.course import course
from unblocked.faults import Fault

__all__ = ["course", "make_folder", "unsaved", "workspace", "workspace_place", "write_all", "write_atomically"]

_FULL = {errno.ENOSPC, errno.EDQUOT}
_LOCKED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST}


def workspace() -> Path:
    """Return the learner's folder, made if it is not there. Raises a `Fault` where it cannot be made."""
    place = workspace_place()
    make_folder(place)
    return place


def workspace_place() -> Path:
    """Return where the learner's folder is, or would be made: `$UNBLOCKED_WORKSPACE`, or `workspace` in the course.

    A relative `$UNBLOCKED_WORKSPACE` counts from the course, so that it is one folder from wherever it is asked for.
    """
    return course() / os.path.expanduser(os.environ.get("UNBLOCKED_WORKSPACE") or "workspace")  # noqa: PTH111


def make_folder(place: Path) -> None:
    """Make the folder `place` and those above it; a `Fault` says why it cannot be made."""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unsaved(place, error) from error


def write_atomically(path: Path, content: str | bytes) -> None:
    r"""Write `content` to `path`, text as UTF-8, wholly or not at all: whoever reads sees the old file or the new one.

    The folder is made if need be. Raises a `Fault` when the disk is full or the folder read-only; the old file stays.

    >>> write_atomically(workspace() / "answer.py", "app = FastAPI()\n")  # doctest: +SKIP
    """
    target = Path(os.path.realpath(path))  # a link stays a link, and what it points to is replaced
    make_folder(target.parent)
    draft = target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.tmp")
    try:
        _write(draft, content.encode() if isinstance(content, str) else content, mode=_mode(target))
        os.replace(draft, target)  # noqa: PTH105  # `Path.replace` says the same; tests break this one
    except OSError as error:
        raise unsaved(path, error) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def write_all(file: int, data: bytes) -> None:
    """Write all of `data` to the open `file`: a disk that is nearly full takes a part of it first."""
    while data:
        data = data[os.write(file, data) :]


def unsaved(path: Path, error: OSError) -> Fault:
    """Make the fault for a file that could not be written: what is wrong, that nothing is lost, what to do."""
    what = f"`{path.name}` was not written, and what was there before is unchanged, so nothing is lost"
    if error.errno in _FULL:
        return Fault(f"The disk is full: {what}. Free some space and do it again.")
    if error.errno in _LOCKED:
        place = next(each for each in path.parents if os.access(each, os.F_OK))
        return Fault(f"`{place}` cannot be written to: {what}. {_opened(place, error)}")
    if error.errno in _NO_FOLDER:
        mend = "Move that file away, or set `UNBLOCKED_WORKSPACE` to another folder."
        return Fault(f"There is a file where a folder is needed, in the way of `{path}`: {what}. {mend}")
    return Fault(f"`{path}` cannot be written ({error.strerror}): {what}. Mend that and do it again.")


def _opened(place: Path, error: OSError) -> str:
    """Say how to get a folder to write to: only the owner of this one can open it, and nobody on a read-only disk."""
    if error.errno == errno.EROFS or place.stat().st_uid != os.geteuid():
        return "Set `UNBLOCKED_WORKSPACE` to a folder of your own: `export UNBLOCKED_WORKSPACE=~/unblocked-workspace`."
    return f"Make it writable (`chmod u+w '{place}'`), or set `UNBLOCKED_WORKSPACE` to a folder that is."


def _write(draft: Path, data: bytes, *, mode: int) -> None:
    """Write `data` to the new file `draft`, and see that it has reached the disk."""
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        write_all(file, data)
        os.fsync(file)
    finally:
        os.close(file)


def _mode(target: Path) -> int:
    """Return the permissions for `target`: those it has, or what the system gives a new file."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        return 0o666
