"""One grading, in a process of its own: starts the servers, runs the checks one after the other, reports each."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from unblocked import recorder
from unblocked.grading import probes
from unblocked.grading.app import App
from unblocked.grading.channel import Channel
from unblocked.grading.checking import Check, Unmet, load
from unblocked.outside import Outside
from unblocked.processes import kernel
from unblocked.server.lines import Lines
from unblocked.server.process import Process


@dataclass
class _Stage:
    """What one check runs on: a server of its own, and an outside world of its own."""

    check: Check
    listening: socket.socket
    outside: socket.socket
    ours: socket.socket
    theirs: socket.socket
    url: str


class Job:
    """Grades one answer and sends each finding as it comes."""

    def __init__(self, order: dict[str, Any], results: Lines) -> None:
        self._answer = order["answer"]
        self._folder = Path(self._answer).parent
        self._checks = load(Path(order["checks"]))
        self._results = results
        self._start_limit: float = order["start_limit"]

    def run(self) -> None:
        """Fork every server first, while this process has one thread; then check."""
        os.chdir(self._folder)
        self._results.send(plan=[dataclasses.asdict(c.outcome()) for c in self._checks])
        stages = [_stage(check) for check in self._checks]
        for stage in stages:
            self._fork_server(stage, others=stages)
        for stage in stages:
            stage.listening.close()
            stage.theirs.close()
        for stage in stages:
            if not self._check(stage):
                return

    def _fork_server(self, stage: _Stage, *, others: list[_Stage]) -> None:
        parent = os.getpid()
        if os.fork() == 0:
            kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
            for other in others:
                other.ours.close()
                if other is not stage:
                    other.theirs.close()
                    other.listening.close()
                    other.outside.close()
            self._serve(stage)

    def _serve(self, stage: _Stage) -> NoReturn:
        """Be the server of one check."""
        os.setsid()
        printed = os.open(self._folder / "printed.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        os.environ["CARRIERS_URL"] = _url(stage.outside)
        stage.outside.close()
        owner = Lines(stage.theirs)
        recorder.install()
        probes.install(owner, self._answer)
        process = Process(owner, record=True, quiet=True)
        code = process.run(stage.listening, module="answer", attribute="app", file=self._answer)
        sys.stdout.flush()
        os._exit(code)

    def _check(self, stage: _Stage) -> bool:
        """Run one check; say whether the next one makes sense."""
        self._results.send(began=stage.check.name)
        channel = Channel(stage.ours)
        app = App(channel, url=stage.url)
        with Outside(listening=stage.outside) as carriers:
            if not channel.wait(lambda: _known(channel), limit=self._start_limit) or channel.first("failed"):
                self._results.send(broken=self._why_not(channel, app))
                return False
            self._results.send(outcome=dataclasses.asdict(_judge(stage.check, app=app, carriers=carriers)))
        return True

    def _why_not(self, channel: Channel, app: App) -> dict[str, Any]:
        """Say why there is no service."""
        failure = channel.first("failed")
        if failure:
            return {"message": failure["message"], "line": failure["line"]}
        if channel.open:
            waited = f"The app is still starting after {self._start_limit:g} s."
            return {"message": f"{waited} Does this line, or its lifespan, never end?", "line": app.line}
        return {"message": "The app's process ended before it could answer.", "line": None}


def _stage(check: Check) -> _Stage:
    listening, outside = (socket.create_server(("127.0.0.1", 0), backlog=2048) for _ in range(2))
    ours, theirs = socket.socketpair()
    return _Stage(check, listening, outside, ours, theirs, _url(listening))


def _url(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def _judge(check: Check, **given: Any) -> Any:
    try:
        check.run(**{name: given[name] for name in check.needs})
    except Unmet as unmet:
        return check.outcome(passed=False, **unmet.finding)
    return check.outcome(passed=True)


def _known(channel: Channel) -> bool:
    return bool(channel.first("ready") or channel.first("failed"))
