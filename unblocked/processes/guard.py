"""Two processes that own all others: a warden that outlives accidents, and a supervisor that does the work.

Run as a file by a bare Python (`python -I -S guard.py`), so that it starts in some 20 ms; standard library only.

    owner ──socket── warden (adopts orphans, removes the runtime folder)
                       └── supervisor (starts, stops and reports processes)
                             ├── a server, in a session of its own
                             └── …

- The owner dies: the supervisor reads the end of the socket (or the warden sees another parent, where a forked copy of
  the owner still holds the socket), ends all processes and itself; the warden removes the folder.
- The supervisor is killed: the warden ends what is left and removes the folder.
- The warden is killed: the supervisor is told by the system (Linux) or sees it (macOS) and does the same.
- Owner and supervisor are killed: the warden remains, and does it. All three: Linux kills the processes, but not what
  those have started, and the folder is swept by the next owner (`runtime.sweep`).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # a bare Python has no site-packages

from unblocked.processes import kernel, quick
from unblocked.processes.supervisor import Supervisor

_TURN = 0.1
"""Seconds between two looks at what nobody announces: a parent that is gone."""


def main() -> None:
    """Read the owner's socket from standard input and serve it until one side is gone."""
    folder, owner = Path(sys.argv[1]), int(sys.argv[2])
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    kernel.adopt_orphans()
    told, tell = os.pipe()
    warden = os.getpid()
    supervisor = os.fork()
    if supervisor == 0:
        os.close(told)
        _supervise(folder, warden=warden, groups=tell)
    os.close(tell)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)  # only the supervisor may hold the owner's socket
    _watch(folder, owner=owner, supervisor=supervisor, told=told)


def _supervise(folder: Path, *, warden: int, groups: int) -> None:
    kernel.adopt_orphans()
    kernel.die_with_parent(parent=warden, by=signal.SIGTERM)
    supervisor = Supervisor(socket.socket(fileno=0), groups=groups)
    signal.signal(signal.SIGTERM, lambda *_: supervisor.finish())
    while not supervisor.finished and os.getppid() == warden:
        supervisor.turn(_TURN)
    supervisor.end_all()
    quick.remove(folder)
    os._exit(0)


def _watch(folder: Path, *, owner: int, supervisor: int, told: int) -> None:
    """Be the warden: wait for the supervisor's end, or the owner's."""
    groups: set[int] = set()
    signal.signal(signal.SIGTERM, lambda *_: _forward(supervisor))
    while not _ended(supervisor):
        if os.getppid() != owner:
            _forward(supervisor)
        if select.select([told], [], [], _TURN)[0]:
            groups = _heard(told, groups)
    _clear(groups)
    quick.remove(folder)
    os._exit(0)


def _ended(supervisor: int) -> bool:
    return any(pid == supervisor for pid, _ in kernel.reap())


def _forward(supervisor: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(supervisor, signal.SIGTERM)


def _heard(told: int, groups: set[int]) -> set[int]:
    """Take over what the supervisor says of its process groups: `+17` begun, `-17` ended."""
    for word in os.read(told, 65536).decode().split():
        groups = groups | {int(word[1:])} if word[0] == "+" else groups - {int(word[1:])}
    return groups


def _clear(groups: set[int]) -> None:
    for group in groups:
        kernel.signal_group(group, signal.SIGKILL)
    Supervisor.end_orphans()


if __name__ == "__main__":
    main()
