"""The process that starts, watches and ends all others on behalf of one owner. Standard library only."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from unblocked.processes import kernel, logs

_CHUNK = 65536
_MOST_DESCRIPTORS = 16
_PATIENCE = 10.0
"""Seconds after which a warm process that makes no copy is given up: meanwhile nobody else's orders are obeyed."""


@dataclass
class _Process:
    polite: int
    grace: float
    log: Path
    popen: subprocess.Popen[bytes] | None = None  # a copy has none
    copies: socket.socket | None = None  # of a warm process: where it is asked for copies of itself
    kill_at: float | None = None


class Supervisor:
    """Obeys JSON lines of its owner's socket, reports every end, and ends everything when the owner is gone.

    Orders: `{"do": "start", "number", "argv", "env", "cwd", "log", "polite", "grace"}`, answered by `{"number", "pid"}`
    or `{"number", "error"}`; `{"do": "stop", "pid"}`; `{"do": "signal", "pid", "signal"}`.

    Reports: `{"ended": pid, "code"}`.

    An `@0` in argv becomes the number of the first descriptor that came with the order, `@copies` that of a socket on
    which we ask for copies. An order with `"of": pid` starts a copy of that warm process (`copies.py`), and argv is
    what it is told.
    """

    def __init__(self, owner: socket.socket, *, groups: int) -> None:
        self._owner = owner
        self._groups = groups
        self._processes: dict[int, _Process] = {}
        self._heard = b""
        self._woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)  # the end of a process ends the waiting below
        self._descriptors: list[int] = []
        self.finished = False

    def finish(self) -> None:
        """Leave the loop at the next turn."""
        self.finished = True

    def turn(self, seconds: float) -> None:
        """Wait at most so long for an order, obey it, and look after the processes."""
        ready = select.select([self._owner.fileno(), self._woken], [], [], self._patience(seconds))[0]
        if self._woken in ready:
            os.read(self._woken, _CHUNK)
        if self._owner.fileno() in ready:
            self._listen()
        self._kill_overdue()
        for process in self._processes.values():
            logs.shorten(process.log)
        for pid, code in kernel.reap():
            self._report(pid, code)

    def end_all(self) -> None:
        """End every process: its polite signal, its grace, then the signal that nothing survives."""
        self.finished = True
        for pid in self._processes:
            self._stop(pid)
        while self._processes:
            self._kill_overdue()
            for pid, code in kernel.reap():
                self._report(pid, code)
            time.sleep(0.005)
        self.end_orphans()

    @staticmethod
    def end_orphans() -> None:
        """End descendants that left their process group and were adopted, and theirs in turn, until none is left."""
        while orphans := kernel.children():
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)
            kernel.reap()

    def _patience(self, seconds: float) -> float:
        deadlines = [p.kill_at for p in self._processes.values() if p.kill_at is not None]
        return min([seconds, *(max(0.0, at - time.monotonic()) for at in deadlines)])

    def _listen(self) -> None:
        data, descriptors, _, _ = socket.recv_fds(self._owner, _CHUNK, _MOST_DESCRIPTORS)
        self._descriptors += descriptors
        if not data:  # the owner is gone, however that happened
            self.finish()
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, order: dict[str, Any]) -> None:
        if order["do"] == "stop":
            self._stop(order["pid"])
            return
        if order["do"] == "signal":
            if order["pid"] in self._processes:  # else its number may be somebody else's by now
                kernel.signal_group(order["pid"], order["signal"])
            return
        descriptors, self._descriptors = self._descriptors, []
        try:
            self._say({"number": order["number"], "pid": self._start(order, descriptors)})
        except OSError as error:
            where = error.filename or order["argv"][0]
            self._say({"number": order["number"], "error": f"{error.strerror}: {where}"})
        except (TypeError, ValueError) as error:  # a NUL in the environment, a number in the command
            self._say({"number": order["number"], "error": str(error)})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _start(self, order: dict[str, Any], descriptors: list[int]) -> int:
        process = _Process(polite=order["polite"], grace=order["grace"], log=Path(order["log"]))
        with process.log.open("ab") as log:
            if order.get("of") is None:
                pid = self._begin(process, order, descriptors, log)
            else:
                pid = self._copy(order, [*descriptors, log.fileno()])
        self._processes[pid] = process
        self._note(f"+{pid} ")
        return pid

    def _begin(self, process: _Process, order: dict[str, Any], descriptors: list[int], log: BinaryIO) -> int:
        names = {f"@{place}": str(number) for place, number in enumerate(descriptors)}
        me = os.getpid()
        theirs, passed = None, descriptors
        if "@copies" in order["argv"]:
            process.copies, theirs = socket.socketpair()
            process.copies.settimeout(_PATIENCE)
            names["@copies"] = str(theirs.fileno())
            passed = [*descriptors, theirs.fileno()]
        try:
            process.popen = subprocess.Popen(
                [names.get(word, word) for word in order["argv"]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=order["env"],
                cwd=order["cwd"],
                pass_fds=passed,
                start_new_session=True,
                # Safe: this process has one thread.
                preexec_fn=lambda: kernel.die_with_parent(parent=me, by=signal.SIGKILL),
            )
        finally:
            if theirs is not None:
                theirs.close()
        return process.popen.pid

    def _copy(self, order: dict[str, Any], descriptors: list[int]) -> int:
        """Have a warm process make a copy of itself, which is ours from then on."""
        warm = self._processes.get(order["of"])
        if warm is None or warm.copies is None:
            raise ValueError("the warm process has ended")
        data = json.dumps(order).encode() + b"\n"
        try:
            sent = socket.send_fds(warm.copies, [data], descriptors)
            warm.copies.sendall(data[sent:])
            reply = warm.copies.recv(_CHUNK)
        except OSError as error:  # it is ended: what it says later must not be taken for the answer to another order
            warm.copies.close()
            warm.copies = None
            kernel.signal_group(order["of"], signal.SIGKILL)
            raise ValueError("the warm process does not answer") from error
        told = json.loads(reply or '{"error": "the warm process has ended"}')
        if "error" in told:
            raise ValueError(told["error"])
        return int(told["pid"])

    def _stop(self, pid: int) -> None:
        process = self._processes.get(pid)
        if process is not None and process.kill_at is None:
            kernel.signal_group(pid, process.polite)
            process.kill_at = time.monotonic() + process.grace

    def _kill_overdue(self) -> None:
        for pid, process in self._processes.items():
            if process.kill_at is not None and time.monotonic() >= process.kill_at:
                kernel.signal_group(pid, signal.SIGKILL)

    def _report(self, pid: int, code: int) -> None:
        process = self._processes.pop(pid, None)
        if process is None:  # an adopted orphan
            return
        if process.popen is not None:
            process.popen.returncode = code  # collected here, so that Popen never waits for it
        if process.copies is not None:
            process.copies.close()
        self._note(f"-{pid} ")
        self._say({"ended": pid, "code": code})

    def _note(self, word: str) -> None:
        with contextlib.suppress(OSError):  # the warden is gone: the loop in guard.py sees that
            os.write(self._groups, word.encode())

    def _say(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the owner is gone: the next turn sees that
            self._owner.sendall(json.dumps(message).encode() + b"\n")
