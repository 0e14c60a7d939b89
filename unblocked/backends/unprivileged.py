"""Runs a command of PostgreSQL apart from others: for root as nobody, and with shared memory that goes with it.

PostgreSQL refuses root. Two ways, for one of them may be forbidden where containers run: a user namespace, in which
root is nobody; or nobody's own number, with the one right that root has over files, so that it reaches what only root
may reach. No user is made, nothing is opened up for anybody.

A server also has a piece of System V shared memory, which outlives a server that is killed, and there is room for a
few thousand in all. In an IPC namespace it is gone with the server's last process, and a file is made that says so.
Where there is none, `cluster.disown_memory` sees to that.

It also refuses a user without an account, as some containers have: in a namespace, that user is nobody, too.

Run by a bare Python, standard library only, as `unprivileged.py DATA FILE COMMAND…`; it becomes that command.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path

NOBODY = 65534

WAY = "UNBLOCKED_UNPRIVILEGED"
"""The variable that keeps from using namespaces, when it is `capability`."""

# Linux: <sched.h>, <linux/prctl.h>, <linux/securebits.h>, <linux/capability.h>
_CLONE_NEWUSER, _CLONE_NEWIPC = 0x10000000, 0x08000000
_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 8, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3, _CAP_DAC_OVERRIDE = 0x20080522, 1


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def main(data: str, apart: str, *command: str) -> None:
    """Become a command that works with a folder of data; make a file where its shared memory is its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not _in_namespaces(libc, Path(apart)) and os.geteuid() == 0:
        _with_one_capability(libc, Path(data))
    _ask(libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))  # cleared by all of that
    os.execv(command[0], command)


def _in_namespaces(libc: ctypes.CDLL, apart: Path) -> bool:
    """Go where root is nobody, any other user the same as before, and shared memory goes with its processes."""
    if os.environ.get(WAY) == "capability":
        return False
    ways = [_CLONE_NEWUSER | _CLONE_NEWIPC] + [_CLONE_NEWUSER] * (os.getuid() == 0)
    way = next((each for each in ways if _may_enter(libc, each)), None)
    if way is None:
        return False
    _enter(libc, way)
    if way & _CLONE_NEWIPC:  # only now: before, no file can be made
        apart.touch()
    return True


def _may_enter(libc: ctypes.CDLL, way: int) -> bool:
    """Try it in a fork, for there is no way back: AppArmor may give a namespace and then refuse its users' names."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    failed = 1
    try:
        _enter(libc, way)
        failed = 0
    finally:
        os._exit(failed)


def _enter(libc: ctypes.CDLL, way: int) -> None:
    user, group = os.getuid(), os.getgid()
    _ask(libc.unshare(way))
    mine, ours = (user, group) if user and _has_account(user) else (NOBODY, NOBODY)
    for name, words in (("setgroups", "deny"), ("uid_map", f"{mine} {user} 1"), ("gid_map", f"{ours} {group} 1")):
        Path("/proc/self", name).write_text(words, encoding="utf-8")


def _has_account(user: int) -> bool:
    """Tell whether a user has a name, without which PostgreSQL makes no data; some containers run as a number."""
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _with_one_capability(libc: ctypes.CDLL, data: Path) -> None:
    for path in (data, *data.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    _ask(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))
    # Without this, the kernel would leave the capability out of account in `access`, by which PostgreSQL finds itself.
    _ask(libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    one = 1 << _CAP_DAC_OVERRIDE
    sets = (_Sets * 2)(_Sets(one, one, one), _Sets(0, 0, 0))
    _ask(libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), sets))
    _ask(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0))


def _ask(failed: int) -> None:
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, f"PostgreSQL cannot be run by root here: {os.strerror(number)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
