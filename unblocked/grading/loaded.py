"""The process of a served answer: the process of any served app, and what only answers are asked and told."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import socket
import sys
from typing import Any, NoReturn

from unblocked import recorder
from unblocked.grading import confinement, probes, trial, warmth
from unblocked.grading.loading import explained
from unblocked.grading.order import Order
from unblocked.grading.whereabouts import whereabouts
from unblocked.processes import kernel
from unblocked.server.failure import Failure
from unblocked.server.lines import Lines
from unblocked.server.process import Process


class Loaded(Process):
    """Serves an answer. It also gives values of the answer's module, and explains what a notebook allows."""

    def __init__(self, owner: Lines, *, module: str, record: bool, quiet: bool) -> None:
        super().__init__(owner, record=record, quiet=quiet)
        self._module = module

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        match question["ask"]:
            case "value":
                module = sys.modules.get(self._module)
                there = hasattr(module, question["name"])
                return {"value": {"there": there, "value": _plain(getattr(module, question["name"], None))}}
            case "whereabouts":
                where = whereabouts(self._main, self._loop, file=question["file"])
                return {"whereabouts": dataclasses.asdict(where)}
            case _:
                return super()._answer(question)

    def fail(self, failure: Failure) -> int:
        """Say why there is no service, in words for somebody who came from a notebook."""
        return super().fail(dataclasses.replace(failure, message=explained(failure.message)))


def _plain(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return repr(value)


def main(order: Order, parent: int, listening: int, owner: int) -> NoReturn:
    """Be the process of a served answer."""
    os.setsid()
    kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
    warmth.import_all()
    lines = Lines(socket.socket(fileno=owner))
    lines.send(begun=True)
    recorder.install()
    probes.install(lines.send, str(order.copy))
    confinement.confine()
    code = 1
    try:
        process = Loaded(lines, record=True, quiet=True, module=order.name)
        code = process.run(socket.socket(fileno=listening), module=order.name, attribute="app", file=str(order.copy))
    finally:
        trial.flush()
        os._exit(code)
