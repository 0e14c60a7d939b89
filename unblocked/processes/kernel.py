"""What only the operating system's kernel can do for us: die with a parent, adopt orphans. Standard library only."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time

_LINUX = sys.platform.startswith("linux")
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_LIBC = ctypes.CDLL(None, use_errno=True) if _LINUX else None  # loaded before any fork: a child must not load

_STOPPED = (b"T", b"t", b"Z", b"X")  # proc(5): stopped, traced, or ended


def die_with_parent(*, parent: int, by: signal.Signals) -> None:
    """Ask for a signal when the parent is gone. Linux only; elsewhere whoever calls this also watches its parent.

    A change of user clears it, so it is called last; and it fires when the parent's *thread* ends, so parents
    fork from their main thread.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, by, 0, 0, 0)
    if os.getppid() != parent:  # gone between the fork and the line above
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies. Linux only."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> list[int]:
    """Give the process ids of this process's children, adopted ones included. Empty where the system does not tell."""
    try:
        return _children(os.getpid())
    except OSError:  # no /proc: macOS
        return []


def is_asleep(pid: int, thread: int) -> bool | None:
    """Say whether a thread sleeps, or runs or could run; None where the system does not tell.

    Args:
        pid: its process.
        thread: its native id; that of a process's main thread is the process's.

    """
    try:
        state = _stat(f"/proc/{pid}/task/{thread}/stat")[0]
    except OSError:  # it has ended, or there is no /proc: macOS
        return None
    return state != b"R"


def processor_time(pid: int) -> float | None:
    """Give the seconds of processor time that a process and its descendants have used; None if nobody tells."""
    try:
        fields, below = _stat(f"/proc/{pid}/stat"), _children(pid)
    except OSError:
        return None
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # user and system, those of its dead children too
    return own + sum(processor_time(child) or 0.0 for child in below)


def crowding() -> float:
    """Say how many want each core of this machine, now or in the last minute, whichever is more; at least 1.0."""
    wanting = os.getloadavg()[0]
    with contextlib.suppress(OSError):  # no /proc: macOS
        wanting = max(wanting, int(_read("/proc/loadavg").split()[3].partition(b"/")[0]))
    return max(1.0, wanting / (os.cpu_count() or 1))


def are_asleep(pid: int, *, but: int | None = None) -> bool | None:
    """Say whether every thread of a process and of its descendants sleeps; None where the system does not tell.

    Args:
        pid: the process.
        but: a thread of any of them that does not count, by its native id; a process's id is its main thread's.

    """
    try:
        threads, below = _threads(pid), _children(pid)
    except OSError:
        return None
    if any(is_asleep(pid, thread) is False for thread in threads if thread != but):
        return False
    return all(are_asleep(child, but=but) is not False for child in below)


def await_stop(pid: int) -> None:
    """Return when a process that was sent `SIGSTOP` has stopped, or has ended. At once where the system does not tell.

    The signal takes its time: what was asked just after it may still be answered.
    """
    with contextlib.suppress(OSError):  # it has ended, or there is no /proc: macOS
        while not all(_stat(f"/proc/{pid}/task/{thread}/stat")[0] in _STOPPED for thread in _threads(pid)):
            time.sleep(0.001)


def _threads(pid: int) -> list[int]:
    """List a process's threads by their native ids."""
    with os.scandir(f"/proc/{pid}/task") as folder:
        return [int(entry.name) for entry in folder]


def _children(pid: int) -> list[int]:
    """Read the processes that a process's threads have started."""
    return [int(c) for thread in _threads(pid) for c in _read(f"/proc/{pid}/task/{thread}/children").split()]


def _stat(path: str) -> list[bytes]:
    """Read the fields behind the name, which may contain anything; the first is the state."""
    return _read(path).rpartition(b")")[2].split()


def _read(path: str) -> bytes:
    """Read a file of the system without what a text file needs: gradings look some hundred times a second.

    To its end: the system gives at most a page at a time.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return b"".join(iter(lambda: os.read(descriptor, 1 << 16), b""))
    finally:
        os.close(descriptor)


def signal_group(group: int, number: int) -> None:
    """Send a signal to a process group; a group that is gone already is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError for a zombie
        os.killpg(group, number)


def reap() -> list[tuple[int, int]]:
    """Collect every child that has ended: its id and its exit code (negative: the signal that ended it).

    What it leaves behind in a process group of its own is ended first, while the dead child still holds the group's
    number: afterwards that number may be somebody else's.
    """
    ended: list[tuple[int, int]] = []
    with contextlib.suppress(ChildProcessError):  # no child is left
        while dead := _collect():
            ended.append(dead)
    return ended


def _collect() -> tuple[int, int] | None:
    """Collect one child that has ended; None when none has."""
    if hasattr(os, "waitid"):
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return None
        signal_group(found.si_pid, signal.SIGKILL)
        pid, status = os.waitpid(found.si_pid, 0)
    else:  # macOS before Python 3.13: the number is free for a moment
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return None
        signal_group(pid, signal.SIGKILL)
    return pid, os.waitstatus_to_exitcode(status)
