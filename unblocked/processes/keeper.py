"""The owner's side: starts the guard when the first process is wanted, and hands out the processes it keeps."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unblocked.faults import Fault
from unblocked.processes import register, runtime
from unblocked.processes.names import numbered

_GUARD = Path(__file__).with_name("guard.py")


class Child:
    """A process that the guard keeps for us.

    Attributes:
        pid: its process id, which is also the id of its process group.
        log: the file that has what it printed.
        code: its exit code (negative: the signal that ended it), or None while it runs.

    """

    def __init__(self, keeper: Keeper, *, pid: int, log: Path) -> None:
        self._keeper = keeper
        self._ended = threading.Event()
        self.pid, self.log = pid, log
        self.code: int | None = None

    @property
    def printed(self) -> str:
        """What it has printed so far; nothing where the log is gone, as it is when its owner or guard has ended."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end, at most so many seconds; give its exit code, or None if it still runs."""
        self._ended.wait(timeout)
        return self.code

    def stop(self) -> None:
        """End it: its polite signal, its grace, then kill; return when it is gone."""
        self._keeper.stop(self)
        self._ended.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to what it has started; nothing if it has ended."""
        self._keeper.signal(self, number)

    def announce(self, name: str, where: str) -> register.Kept:
        """Write down what it is and how it is reached, so that others of this user can see it while it runs."""
        kept = register.note(self._keeper.folder, name, where, pid=self.pid, owner=self._keeper.owner)
        if self.code is not None:  # it ended meanwhile
            register.strike(self._keeper.folder, self.pid)
        return kept

    def _end(self, code: int) -> None:
        self.code = code
        register.strike(self._keeper.folder, self.pid)
        self._ended.set()


class Keeper:
    """Keeps processes for one owner: they are gone when it is closed, and when this process ends, however it ends.

    Example:
        >>> keeper = Keeper()
        >>> child = keeper.start(["sleep", "60"], name="nap")
        >>> child.stop()
        >>> child.code
        -15
        >>> keeper.close()

    """

    def __init__(self) -> None:
        runtime.sweep()
        self.owner = os.getpid()
        self.folder, lock = runtime.make()
        self._children: dict[int, Child] = {}
        self._order = threading.Lock()
        self._sending = threading.Lock()
        self._replied = threading.Condition()
        self._replies: dict[int, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._wanted: set[int] = set()
        self._unclaimed: dict[int, int] = {}  # ended before their `start` had returned
        self._socket, theirs = socket.socketpair()
        self._guard = self._begin(theirs, lock)
        self.alive = True
        threading.Thread(target=self._listen, name="unblocked-keeper", daemon=True).start()

    def _begin(self, theirs: socket.socket, lock: int) -> subprocess.Popen[bytes]:
        try:
            with theirs, (self.folder / "guard.log").open("wb") as log:
                return subprocess.Popen(
                    [sys.executable, "-I", "-S", str(_GUARD), str(self.folder), str(os.getpid())],
                    stdin=theirs.fileno(),
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    pass_fds=[lock],  # the guard keeps it open, and so the folder locked
                    start_new_session=True,  # an interrupt of the notebook or terminal must not reach it
                )
        finally:
            os.close(lock)

    @property
    def guard(self) -> int:
        """The process id of the warden."""
        return self._guard.pid

    def start(
        self,
        argv: Sequence[str],
        *,
        name: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | str | None = None,
        descriptors: Sequence[int] = (),
        polite: signal.Signals = signal.SIGTERM,
        grace: float = 0.5,
        of: Child | None = None,
    ) -> Child:
        """Start a process in a session of its own, with its output in a log file.

        Args:
            argv: the command; `@0` in it becomes the number of the first of `descriptors` in the new process, and
                `@copies` that of the socket by which a warm process is asked for copies (`copies.become`).
            name: what its log is called.
            env: its environment; ours if not given.
            cwd: its working folder; ours if not given.
            descriptors: open files and sockets that it inherits.
            polite: the signal that asks it to end.
            grace: seconds it then has before it is killed.
            of: a warm process, of which it is to be a copy; then `argv` is what `copies.become` returns in it.

        Raises:
            Fault: the command does not exist or may not be run, the disk is full, or the guard is gone.

        """
        with self._order:
            if self.folder.exists():  # else the guard is gone, which is told below
                runtime.see_room(self.folder)
            log = self._new_log(name)
            order: dict[str, Any] = {"do": "start", "argv": list(argv)}
            order |= {"of": None if of is None else of.pid}
            order |= {"env": dict(os.environ if env is None else env)}
            order |= {"cwd": str(cwd or Path.cwd()), "log": str(log), "polite": int(polite), "grace": grace}
            reply = self._ask(order, descriptors)
            if "error" in reply:
                raise Fault(f"`{name}` could not be started: {reply['error']}.")
            return self._adopt(Child(self, pid=reply["pid"], log=log))

    def start_with_line(
        self, argv: Sequence[str], *, descriptors: Sequence[int] = (), **options: Any
    ) -> tuple[Child, socket.socket]:
        """Start a process as `start` does, with a line to it: it has one end as the last of its descriptors.

        Returns:
            The process, and our end; it is closed if the process cannot be started.

        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                return self.start(argv, descriptors=[*descriptors, theirs.fileno()], **options), ours
        except BaseException:
            ours.close()
            raise

    def stop(self, child: Child) -> None:
        """Ask for the end of a process; `Child.wait` tells when it is gone."""
        self._stop(child.pid)

    def signal(self, child: Child, number: signal.Signals) -> None:
        """Send a signal to a process and its group. The guard does that, who knows whether the process still is."""
        with contextlib.suppress(Fault):
            self._send({"do": "signal", "pid": child.pid, "signal": int(number)}, ())

    def _stop(self, pid: int) -> None:
        with contextlib.suppress(Fault):  # the guard is gone, and with it the process
            self._send({"do": "stop", "pid": pid}, ())

    def close(self) -> None:
        """End every process, remove the runtime folder, and return when that is done."""
        if os.getpid() != self.owner:  # a forked copy owns nothing
            return
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._guard.wait()

    def _adopt(self, child: Child) -> Child:
        with self._replied:
            if child.pid in self._unclaimed:
                child._end(self._unclaimed.pop(child.pid))
            else:
                self._children[child.pid] = child
        return child

    def _new_log(self, name: str) -> Path:
        logs = (self.folder / each for each in numbered(name, ".log"))
        return next(log for log in logs if not log.exists())

    def _ask(self, order: dict[str, Any], descriptors: Sequence[int]) -> dict[str, Any]:
        number = next(self._numbers)
        self._wanted.add(number)
        try:
            self._send({**order, "number": number}, descriptors)
            with self._replied:
                self._replied.wait_for(lambda: number in self._replies or not self.alive)
                if number not in self._replies:
                    raise _gone()
                return self._replies.pop(number)
        finally:  # interrupted: what is started all the same is ended, now or when the reply comes
            with self._replied:
                self._wanted.discard(number)
                if number in self._replies:
                    self._take(self._replies.pop(number))

    def _send(self, order: dict[str, Any], descriptors: Sequence[int]) -> None:
        data = json.dumps(order).encode() + b"\n"
        try:
            with self._sending:
                self._write(data, descriptors)
        except OSError as error:
            raise _gone() from error

    def _write(self, data: bytes, descriptors: Sequence[int]) -> None:
        sent = socket.send_fds(self._socket, [data], list(descriptors)) if descriptors else 0
        self._socket.sendall(data[sent:])

    def _listen(self) -> None:
        with contextlib.suppress(OSError), self._socket.makefile("rb") as lines:
            for line in lines:
                self._hear(json.loads(line))
        with self._replied:
            self.alive = False
            for child in self._children.values():
                child._end(-signal.SIGKILL)
            self._children.clear()
            self._replied.notify_all()
        self._socket.close()
        self._guard.wait()

    def _hear(self, message: dict[str, Any]) -> None:
        with self._replied:
            if "ended" not in message:
                self._take(message)
            elif child := self._children.pop(message["ended"], None):
                child._end(message["code"])
            else:
                self._unclaimed[message["ended"]] = message["code"]

    def _take(self, reply: dict[str, Any]) -> None:
        if reply["number"] in self._wanted:
            self._replies[reply["number"]] = reply
            self._replied.notify_all()
        elif "pid" in reply:
            self._stop(reply["pid"])


def _gone() -> Fault:
    return Fault("The process that keeps the course's servers was ended from outside. Run the cell or command again.")


_current: Keeper | None = None
_lock = threading.Lock()


def keeper() -> Keeper:
    """Give this process's keeper: made on first use, made anew after a fork or when its guard was killed."""
    global _current
    with _lock:
        if _current is None or _current.owner != os.getpid() or not _current.alive:
            _current = Keeper()
        return _current


@atexit.register
def _close() -> None:
    if _current is not None:
        _current.close()
