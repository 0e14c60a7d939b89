"""The process of a served answer: the process of any served app, and what only answers are asked and told."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from typing import Any

from unblocked.grading.probes import RunWhileLoading, is_asleep
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
            case "asleep":
                return {"asleep": is_asleep(os.getpid())}  # the main thread; after a fork `native_id` is the old one
            case _:
                return super()._answer(question)

    def fail(self, failure: Failure) -> int:
        """Say why there is no service, in the words of `explained`."""
        return super().fail(dataclasses.replace(failure, message=explained(failure.message)))


def broken_by(error: BaseException) -> dict[str, Any]:
    """Say why an answer could not be loaded."""
    if isinstance(error, SystemExit):
        return {"message": "Your code calls `sys.exit()` while it is loaded.", "line": Failure.of(error).line}
    failure = Failure.of(error)
    return {"message": explained(failure.message), "line": failure.line}


def explained(message: str) -> str:
    """Put an error that a beginner of async meets while loading into words that say what to do."""
    if "'await' outside function" in message or "'async with' outside" in message or "'async for' outside" in message:
        return (
            f"{message}. A notebook lets a cell await at its top level; a module cannot. "
            "Put the `await` into an `async def`, and let us call that."
        )
    if RunWhileLoading.__name__ in message:
        return (
            "`asyncio.run` at the top level: a notebook and a server have an event loop that is running already, and "
            "`asyncio.run` wants to start one. Define the `async def` only; we await it."
        )
    return message


def _plain(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return repr(value)
