"""One check in a process of its own: sets the stage, runs the check, and tells what it found."""

from __future__ import annotations

import dataclasses
import errno
import os
import signal
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from unblocked.grading.app import App
from unblocked.grading.checking import Check, Unmet, load
from unblocked.grading.order import Order
from unblocked.grading.patience import LOOK
from unblocked.grading.server import Server
from unblocked.grading.stages import Broken, Stage, stage_for
from unblocked.grading.subject import Subject
from unblocked.grading.verdict import Outcome
from unblocked.outside import Outside
from unblocked.processes import kernel, runtime, semaphores
from unblocked.processes.lines import Lines
from unblocked.stack.beside import database_settings, settings

if TYPE_CHECKING:  # few checks need one
    from unblocked.grading.database import Database
    from unblocked.grading.store import Store

FAULT = 70
"""The exit code of a check that itself is broken."""

CLOSED = 71
"""The exit code of a check whose answer closed the files and sockets of its process, ours included."""

_UNTIL_KNOWN = 1.0
"""Seconds in which the end of a server's process is known, when its connections have ended."""


class Trial:
    """Runs one check and reports `outcome` and `seen`, or `broken` where the answer cannot be run.

    Where a server of the check was lost, that is `lost`, whatever came of it: it says nothing of the answer.
    """

    def __init__(self, check: Check, order: Order, findings: Lines) -> None:
        self._check, self._order, self._findings = check, order, findings
        self._servers: list[Server] = []

    def run(self) -> None:
        """Do it. What the answer prints goes where this process prints."""
        try:
            self._run()
        except Exception:
            # The check's own question may fail before it is known that nobody is there to answer.
            if not self._tell_loss(within=_UNTIL_KNOWN):
                raise

    def _run(self) -> None:
        self._order.place.mkdir()
        self._order.copy.write_bytes(self._order.answer.read_bytes())
        os.chdir(self._order.place)
        os.environ.update(runtime.temporary(Path(tempfile.mkdtemp(prefix="t", dir=self._order.folder))))
        tempfile.tempdir = None  # it is looked up anew
        os.environ.update(semaphores.setting(Path(self._order.folder).parent))
        semaphores.name_after_owner()
        listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
        os.environ["CARRIERS_URL"] = f"http://127.0.0.1:{listening.getsockname()[1]}"
        database = self._database() if "database" in self._check.needs else None
        store = self._store() if "store" in self._check.needs else None
        stage = stage_for(self._check.needs)(self._order, self._findings)
        stage.prepare(listening)  # forks, as long as this process has one thread
        self._servers += stage.servers
        for server in self._servers:
            server.watch(self._end_as_lost)
        carriers = Outside(listening=listening)  # never closed: this process ends with the check
        carriers.catch_up()  # it answers: no check shares the processor with its start
        try:
            stage.open(carriers)
        except Broken as broken:
            if not self._tell_loss():
                self._findings.send(broken={"message": broken.message, "line": broken.line})
        else:
            if isinstance(stage.subject, Subject):
                stage.subject.beside += [each for each in (database, store) if each is not None]
                stage.subject.looker = lambda: None if database is None else database.looker
            self._judge(stage, {"carriers": carriers, "database": database, "store": store})

    def _database(self) -> Database:
        """Start the database of this check; it takes connections before the answer starts."""
        from unblocked.grading.database import Database

        database = Database(self._order.quick)
        self._begun(database, database_settings(database.url))
        return database

    def _store(self) -> Store:
        """Start the store of this check; it answers before the answer starts."""
        from unblocked.grading.store import Store

        store = Store(self._order.folder)
        self._begun(store, settings(store.url))
        return store

    def _begun(self, server: Database | Store, told: dict[str, str]) -> None:
        """Have it ended with the grading, tell the answer where it is, and wait until it is ready."""
        self._servers.append(server)
        self._findings.send(serving=server.pid)
        os.environ.update(told)
        server.wait_until_ready()

    def _judge(self, stage: Stage, beside: dict[str, Any]) -> None:
        outcome = self._outcome(stage, {stage.name: stage.subject, **beside})
        if not outcome.passed and self._tell_loss():
            return
        self._findings.send(outcome=dataclasses.asdict(outcome), seen=stage.subject.seen())

    def _tell_loss(self, *, within: float = 0.0) -> bool:
        """Tell how a server was lost, if it is known within so many seconds that one was."""
        end = time.monotonic() + within
        while not (losses := [server.loss for server in self._servers if server.loss]) and time.monotonic() < end:
            time.sleep(LOOK)
        for loss in losses[:1]:
            self._findings.send(lost=loss)
        return bool(losses)

    def _end_as_lost(self, loss: str) -> NoReturn:
        """Tell it, and end at once: the check could wait for long for what a server was to do."""
        self._findings.send(lost=loss)
        os._exit(0)

    def _outcome(self, stage: Stage, given: dict[str, Any]) -> Outcome:
        try:
            self._check.run(**{name: given[name] for name in self._check.needs})
        except Unmet as unmet:
            return self._check.outcome(passed=False, **_explained(unmet.finding, stage.subject))
        return self._check.outcome(passed=True)


def _explained(finding: dict[str, Any], subject: Any) -> dict[str, Any]:
    """Say which exception stands behind a status of 500, where the check itself knows no line."""
    if not isinstance(subject, App) or finding.get("line") or not finding["got"].startswith("500"):
        return finding
    if not (message := subject.uncaught()) or subject.raised is None:
        return finding
    line = subject.raised["line"]
    where = " on this line" if line else ""
    return {**finding, "meaning": f"{finding['meaning']} Your code raised `{message}`{where}.", "line": line}


def main(order: Order, parent: int, findings: int, output: int) -> NoReturn:
    """Be the process of one check."""
    os.setsid()
    kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
    log = os.dup(2)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = FAULT
    try:
        [check] = [check for check in load(order.checks) if check.name == order.check]
        Trial(check, order, Lines(socket.socket(fileno=findings))).run()
        code = 0
    except BaseException as error:  # a fault of the course: told in its log and by the exit code
        code = CLOSED if _is_of_closing(error) else _told(log)
        raise
    finally:
        flush()
        os._exit(code)


def _is_of_closing(error: BaseException) -> bool:
    """Say whether somebody closed a file or socket of ours while we used it."""
    return isinstance(error, OSError) and error.errno == errno.EBADF


def _told(log: int) -> int:
    """Write the traceback into the log, and give the exit code; without a log, it was the answer that closed it."""
    try:
        os.write(log, traceback.format_exc().encode())
    except OSError:
        return CLOSED
    return FAULT


def flush() -> None:
    """Write out what was printed, where the answer has not closed that."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # closed by the answer: there is nothing to save
            continue
