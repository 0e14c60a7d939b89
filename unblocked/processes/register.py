"""What the owners of this user keep, written down where others can read it: one file a process, in its owner's folder.

So a terminal can say what a notebook has started. An owner's folder goes with the owner, and the files with it.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unblocked.processes import runtime

if TYPE_CHECKING:
    import psutil

_ENDING = ".kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """A process that runs for somebody.

    Attributes:
        name: what it is, such as `valkey` or the name of a lab.
        where: how it is reached, such as `http://127.0.0.1:40123`.
        pid: its process id.
        owner: the process id of whoever started it.
        since: when, in seconds since the epoch.

    """

    name: str
    where: str
    pid: int
    owner: int
    since: float

    @property
    def memory(self) -> int | None:
        """Bytes of memory that it uses, its own child processes included; None when it has just ended.

        What several processes share counts once where the system tells (PSS, on Linux); elsewhere as often as it is
        used.
        """
        import psutil  # late: it takes a while, and few ask

        try:
            process = psutil.Process(self.pid)
            return _used(process) + sum(map(_used_still, process.children(recursive=True)))
        except psutil.NoSuchProcess:
            return None


def _used(process: psutil.Process) -> int:
    import psutil

    try:
        info: Any = process.memory_full_info()
    except psutil.AccessDenied:  # macOS tells it to nobody but root
        info = process.memory_info()
    return int(getattr(info, "pss", 0) or info.rss)


def _used_still(child: psutil.Process) -> int:
    """Give what a child process uses; nothing where it has just ended, which many do while their parent works."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        return _used(child)
    return 0


def note(folder: Path, name: str, where: str, *, pid: int, owner: int) -> Kept:
    """Write down what was started, in its owner's folder."""
    kept = Kept(name, where, pid, owner, time.time())
    new = folder / f"{pid}{_ENDING}.new"
    new.write_text(json.dumps(asdict(kept)))
    new.replace(folder / f"{pid}{_ENDING}")  # nobody reads half of it
    return kept


def strike(folder: Path, pid: int) -> None:
    """Forget a process that has ended; nothing if it was never written down."""
    with contextlib.suppress(OSError):  # nor if the folder is gone already
        (folder / f"{pid}{_ENDING}").unlink()


def every() -> list[Kept]:
    """Give what runs for this user, whoever started it, oldest first."""
    found = [_read(path) for folder in runtime.held() for path in folder.glob(f"*{_ENDING}")]
    return sorted(filter(None, found), key=lambda kept: kept.since)


def _read(path: Path) -> Kept | None:
    try:
        return Kept(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:  # it has ended meanwhile
        return None
