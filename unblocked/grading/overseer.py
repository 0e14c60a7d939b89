"""The process above one grading: starts a process for every check, passes on what they find, and ends them all."""

from __future__ import annotations

import dataclasses
import json
import os
import select
import signal
import socket
import traceback
from dataclasses import dataclass
from typing import NoReturn

from unblocked.grading import offspring, trial
from unblocked.grading.checking import Check, advise, load, proven
from unblocked.grading.order import Order
from unblocked.grading.verdict import Ended
from unblocked.processes import kernel
from unblocked.processes.awake import Awake
from unblocked.processes.lines import Lines
from unblocked.processes.supervisor import Supervisor

_TURN = 0.02
_ROUNDS = 1000
"""Reads in one go: an answer that prints without end must not keep its overseer from looking at the clock."""
_MOST_PRINTED = 20_000
_HUNG_UP = select.POLLHUP | select.POLLERR | select.POLLNVAL


@dataclass
class _Running:
    """The process of a check, what it has said that is not passed on yet, and what it has printed."""

    check: Check
    pid: int
    findings: socket.socket
    output: int
    said: bytes = b""
    printed: bytes = b""
    code: int | None = None
    passed: bool = False


class Overseer:
    """Grades one answer: every check at once, each in a process of its own."""

    def __init__(self, order: Order, results: socket.socket) -> None:
        self._order = order
        self._results = results
        self._lines = Lines(results)
        self._trials: list[_Running] = []
        self._groups: set[int] = set()  # of processes, that are to be ended
        self._collected: set[int] = set()
        self._poll = select.poll()

    def run(self) -> Ended:
        """Start the checks, and wait for their end, for the limit, or for the owner to hang up."""
        checks = self._checks()
        plan = [dataclasses.asdict(check.outcome()) for check in checks]
        self._lines.send(plan=plan, proves=proven(self._order.checks))
        for check in checks:
            self._trials.append(self._start(check))
        ended = self._watch()
        self._clear()
        if checks and all(running.passed for running in self._trials):
            self._advise()
        for running in self._trials:
            self._lines.send(printed=running.printed.decode(errors="replace"), check=running.check.name)
        return ended

    def _checks(self) -> list[Check]:
        """Give the checks that are to be run."""
        checks = load(self._order.checks)
        names = [check.name for check in checks]
        return checks[: names.index(self._order.up_to) + 1] if self._order.up_to in names else checks

    def _advise(self) -> None:
        """Look at the code of an answer that is right, and say what could be better."""
        code = self._order.answer.read_text(encoding="utf-8", errors="surrogateescape")
        self._lines.send(advice=[dataclasses.asdict(each) for each in advise(self._order.checks, code)])

    def _start(self, check: Check) -> _Running:
        ours, theirs = socket.socketpair()
        output, end = os.pipe()
        order = dataclasses.replace(self._order, check=check.name)
        pid = offspring.start("trial", order, theirs.fileno(), end, closing=[ours, self._results])
        theirs.close()
        os.close(end)
        for descriptor in (ours.fileno(), output):
            self._poll.register(descriptor, select.POLLIN)
        self._groups.add(pid)
        return _Running(check, pid, ours, output)

    def _watch(self) -> Ended:
        zygote = os.getppid()
        self._poll.register(self._results.fileno(), 0)
        awake = Awake()
        while awake() < self._order.limit:
            if any(d == self._results.fileno() and event & _HUNG_UP for d, event in self._poll.poll(_TURN * 1000)):
                return "crashed"
            self._reap()  # first: what a check said before it ended is heard below
            self._hear_all()
            if all(running.code is not None for running in self._trials):
                return self._ended()
            if os.getppid() != zygote:
                return "crashed"
        return "at the limit"

    def _hear_all(self) -> None:
        """Take all that checks have said and answers have printed. A pipe that fills up would hold its writer.

        Whether more can come is not asked: processes that an answer has left behind may hold the other ends.
        """
        for _ in range(_ROUNDS):
            heard = [d for d, event in self._poll.poll(0) if d != self._results.fileno() and event]
            for descriptor in heard:
                self._hear(descriptor)
            if not heard:
                return

    def _hear(self, descriptor: int) -> None:
        data = os.read(descriptor, 1 << 16)
        if not data:
            self._poll.unregister(descriptor)
        for running in self._trials:
            if descriptor == running.findings.fileno():
                running.said += data
                self._pass_on(running)
            elif descriptor == running.output:
                running.printed = (running.printed + data)[:_MOST_PRINTED]

    def _pass_on(self, running: _Running) -> None:
        *lines, running.said = running.said.split(b"\n")
        for message in map(json.loads, lines):
            if "serving" in message:
                self._groups.add(message["serving"])
            else:
                if "outcome" in message:
                    running.passed = message["outcome"]["passed"] is True
                self._lines.send(**message, check=running.check.name)

    def _reap(self) -> None:
        for pid, code in kernel.reap():
            self._collected.add(pid)
            for running in self._trials:
                if running.pid == pid:
                    running.code = code
                    if code == trial.CLOSED:
                        what = "Your code closed the files and sockets of its own process, the server's among them."
                        self._lines.send(broken={"message": what, "line": None})

    def _ended(self) -> Ended:
        codes = {running.code for running in self._trials}
        if trial.FAULT in codes:
            return "in a fault of the course"
        return "normally" if codes <= {0, trial.CLOSED} else "crashed"

    def _clear(self) -> None:
        """End all processes, groups first: they go at once, however fast they multiply; then hear the last words."""
        self._reap()  # a number that is collected may be somebody else's by now
        checks = {running.pid for running in self._trials}
        for group in sorted(self._groups - self._collected, key=lambda group: group not in checks):
            kernel.signal_group(group, signal.SIGKILL)  # checks first: they would say that a server of theirs was lost
        Supervisor.end_orphans()
        self._hear_all()


def main(order: Order, parent: int, results: int) -> NoReturn:  # noqa: ARG001  # the warm process need not live
    """Be the process of one grading."""
    os.setsid()
    kernel.adopt_orphans()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    connection = socket.socket(fileno=results)
    ended: Ended = "in a fault of the course"
    try:
        ended = Overseer(order, connection).run()
    except BrokenPipeError:  # the owner has hung up; what runs is ended below
        pass
    except BaseException:
        traceback.print_exc()  # to the warm process's log
        raise
    finally:
        Supervisor.end_orphans()
        try:
            Lines(connection).send(ended=ended)
        except OSError:  # nobody listens any more
            os._exit(1)
        os._exit(0)
