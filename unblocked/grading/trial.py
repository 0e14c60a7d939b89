"""One check in a process of its own: sets the stage, runs the check, and tells what it found."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from unblocked import recorder
from unblocked.grading import confinement, imported, probes
from unblocked.grading.app import App
from unblocked.grading.board import Board, Channel
from unblocked.grading.checking import Check, Unmet
from unblocked.grading.imported import Imported
from unblocked.grading.loaded import Loaded, broken_by
from unblocked.grading.verdict import Outcome
from unblocked.outside import Outside
from unblocked.processes import kernel
from unblocked.server.lines import Lines

FAULT = 70
"""The exit code of a check that itself is broken."""

CLOSED = 71
"""The exit code of a check whose answer closed the files and sockets of its process, ours included."""


@dataclass(frozen=True)
class Order:
    """What is to be graded: the answer's code and name, and the seconds it may take to load."""

    code: str
    name: str
    folder: Path
    start_limit: float


class Trial:
    """Runs one check and reports `outcome` and `seen`, or `broken` where the answer cannot be run."""

    def __init__(self, check: Check, order: Order, findings: Lines) -> None:
        self._check, self._order, self._findings = check, order, findings
        self._folder = order.folder / check.name
        self._answer = str(self._folder / f"{order.name}.py")

    def run(self) -> None:
        """Do it. What the answer prints goes where this process prints."""
        self._folder.mkdir()
        Path(self._answer).write_text(self._order.code, encoding="utf-8", errors="surrogateescape")
        os.chdir(self._folder)
        outside = socket.create_server(("127.0.0.1", 0), backlog=2048)
        os.environ["CARRIERS_URL"] = _url(outside)
        if "answer" in self._check.needs:
            self._try_imported(outside)
        else:
            self._try_served(outside)

    def _try_served(self, outside: socket.socket) -> None:
        ours, theirs = socket.socketpair()
        with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
            url = _url(listening)
            pid = self._fork_server(listening, theirs, others=(outside, ours))
        theirs.close()
        self._findings.send(serving=pid)
        channel = Channel(ours)
        app = App(channel, url=url, pid=pid)
        carriers = Outside(listening=outside)  # never closed: this process ends with the check
        channel.wait(lambda: channel.first("ready") or channel.first("failed"), limit=self._order.start_limit)
        if channel.first("ready"):
            self._judge(app, app=app, carriers=carriers)
        else:
            self._findings.send(broken=self._why_not(channel, app))

    def _fork_server(self, listening: socket.socket, owner: socket.socket, *, others: tuple[socket.socket, ...]) -> int:
        """Fork the answer's server, while this process has one thread."""
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.setsid()
            kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
            for other in others:
                other.close()
            self._serve(listening, Lines(owner))
        return pid

    def _serve(self, listening: socket.socket, owner: Lines) -> NoReturn:
        recorder.install()
        probes.install(owner.send, self._answer)
        confinement.confine()
        code = 1
        try:
            process = Loaded(owner, record=True, quiet=True, module=self._order.name)
            code = process.run(listening, module=self._order.name, attribute="app", file=self._answer)
        finally:
            _flush()
            os._exit(code)

    def _try_imported(self, outside: socket.socket) -> None:
        board = Board()
        probes.install(board.post, self._answer)
        confinement.confine()
        loaded: list[Any] = []
        loading = threading.Thread(target=lambda: loaded.append(_attempt(self._answer)), daemon=True)
        loading.start()
        loading.join(self._order.start_limit)
        if not loaded:
            line = imported.where_it_hangs(loading.ident or 0, self._answer)
            self._findings.send(broken=_hangs(self._order.start_limit, line))
        elif isinstance(loaded[0], BaseException):
            self._findings.send(broken=broken_by(loaded[0]))
        else:
            carriers = Outside(listening=outside)
            answer = Imported(board, loaded[0], carriers=carriers)
            self._judge(answer, answer=answer, carriers=carriers)

    def _judge(self, subject: App | Imported, **given: Any) -> None:
        outcome = self._outcome(given)
        self._findings.send(outcome=dataclasses.asdict(outcome), seen=subject.seen())

    def _outcome(self, given: dict[str, Any]) -> Outcome:
        try:
            self._check.run(**{name: given[name] for name in self._check.needs})
        except Unmet as unmet:
            return self._check.outcome(passed=False, **unmet.finding)
        return self._check.outcome(passed=True)

    def _why_not(self, channel: Channel, app: App) -> dict[str, Any]:
        failure = channel.first("failed")
        if failure:
            return {"message": failure["message"], "line": failure["line"]}
        if channel.open:
            return _hangs(self._order.start_limit, app.line)
        return {"message": "Your code ended its own process before it could answer.", "line": None}


def main(check: Check, order: Order, findings: socket.socket, *, output: int, overseer: int) -> NoReturn:
    """Be the process of one check."""
    os.setsid()
    kernel.die_with_parent(parent=overseer, by=signal.SIGKILL)
    log = os.dup(2)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = FAULT
    try:
        Trial(check, order, Lines(findings)).run()
        code = 0
    except BaseException:  # a fault of the course: told in its log and by the exit code
        code = FAULT if _is_open(log) else CLOSED
        if code == FAULT:
            os.write(log, traceback.format_exc().encode())
        raise
    finally:
        _flush()
        os._exit(code)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # closed by the answer: there is nothing to save
            continue


def _attempt(path: str) -> Any:
    try:
        return imported.load(path)
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is the answer's, and is told
        return error


def _hangs(limit: float, line: int | None) -> dict[str, Any]:
    return {"message": f"Your code is still starting after {limit:g} s. Does this line, or a lifespan, never end?",
            "line": line}  # fmt: skip


def _url(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"
