"""The owner's side of grading: keeps the warm process, sends an answer, and makes the verdict of what comes back."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unblocked import surroundings
from unblocked.course import course
from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.grading.order import Order
from unblocked.grading.patience import LOOK, stretch
from unblocked.grading.turns import turn
from unblocked.grading.verdict import Verdict, verdict_of
from unblocked.processes import Child, Keeper, keeper, quick, runtime
from unblocked.processes.lines import Lines
from unblocked.processes.starting import fresh

LIMIT = 30.0
"""Seconds after which a grading is ended, whatever the answer does; more on a machine that is busy."""

START_LIMIT = 5.0
"""Seconds after which an answer that is still being loaded is said to hang."""


ANSWER_LIMIT = 5.0
"""Seconds after which a check gives up what hangs. Right answers never come near it."""


_LAST_WORDS = 10.0
"""Seconds after which a folder is left to the keeper's end, which removes all of them."""


class Grader:
    """Grades answers in processes of their own. Several threads may use it at once."""

    def __init__(self) -> None:
        self._sending = threading.Lock()
        self._keeper: Keeper | None = None
        self._zygote: Child | None = None
        self._orders: socket.socket | None = None

    def warm_up(self, *uses: str) -> None:
        """Start the warm process, if it does not run; the first verdict then comes as fast as the others.

        Args:
            uses: what the exercises use that will be graded first (`Exercise.uses`), where that is known.

        """
        with self._sending:
            self._start(*uses)

    def close(self) -> None:
        """End the warm process."""
        with self._sending:
            if self._orders is not None and self._zygote is not None:
                self._orders.close()
                self._zygote.stop()
            self._orders = self._zygote = None

    def grade(
        self,
        exercise: Exercise,
        code: str,
        *,
        limit: float = LIMIT,
        start_limit: float = START_LIMIT,
        answer_limit: float = ANSWER_LIMIT,
        up_to: str = "",
        on_wait: Callable[[str], object] = lambda _: None,
    ) -> Verdict:
        """Grade an answer.

        Args:
            exercise: what it answers.
            code: the answer.
            limit: seconds after which the grading is ended, on a machine where nobody waits for a core.
            start_limit: seconds after which an answer that is still being loaded is said to hang.
            answer_limit: seconds after which a request, a call or a test of it is said to hang.
            up_to: the name of the last check that is of interest; those after it are not run.
            on_wait: is called with what a check claims, when that check waits for what comes late.

        Returns:
            The verdict, whatever the answer does: a crash or a hang of it is a verdict too.

        Raises:
            Fault: the course itself failed, not the answer.

        """
        runtime.see_room(keeper().folder)
        with turn(), _folder(keeper().folder) as folder, _folder(quick.place(keeper().folder)) as many:
            begun = time.perf_counter()
            order = Order(
                exercise.name,
                str(exercise.checks),
                folder,
                many,
                limit=limit * stretch(),
                start_limit=start_limit,
                answer_limit=answer_limit,
                uses=exercise.uses,
                up_to=up_to,
            )
            order.answer.write_text(code, encoding="utf-8", errors="surrogateescape")
            messages = self._run(order, on_wait)
        self._refuse_fault(exercise, messages)
        verdict = verdict_of(exercise.name, code, messages, seconds=time.perf_counter() - begun)
        if not verdict.passed:
            runtime.see_room(keeper().folder)  # else an answer is blamed for what others have filled meanwhile
        return verdict

    def _refuse_fault(self, exercise: Exercise, messages: list[dict[str, Any]]) -> None:
        """Raise when the answer was not judged: a server was lost, or the checks could not be loaded, or broke."""
        if lost := next((message["lost"] for message in messages if "lost" in message), ""):
            raise Fault(
                f"`{exercise.name}` could not be graded. {lost} That says nothing about your answer: have it graded "
                "again. If it happens again, this computer may have no memory left; `python3 -m unblocked services` "
                "shows how much the course takes."
            )
        if any("plan" in m for m in messages) and messages[-1].get("ended") != "in a fault of the course":
            return
        log = self._zygote.log.read_text(errors="replace") if self._zygote and self._zygote.log.exists() else ""
        last = log[log.rfind("Traceback") :].strip() or "The grader's process ended."
        raise Fault(f"`{exercise.name}` could not be graded: a fault of the course, not of your answer.\n\n{last}")

    def _run(self, order: Order, on_wait: Callable[[str], object]) -> list[dict[str, Any]]:
        ours, theirs = socket.socketpair()
        with theirs:
            self._order(order, theirs)
        lines = Lines(ours)
        try:
            return list(_heard(lines, on_wait))
        finally:  # also when interrupted: the overseer sees that we hung up, and ends the grading
            ours.shutdown(socket.SHUT_RDWR)
            lines.close()

    def _order(self, order: Order, results: socket.socket) -> None:
        with self._sending:
            orders = self._start()
            socket.send_fds(orders, [json.dumps(dataclasses.asdict(order)).encode() + b"\n"], [results.fileno()])

    def _start(self, *uses: str) -> socket.socket:
        kept = keeper()
        if self._orders is None or self._zygote is None or self._zygote.code is not None or self._keeper is not kept:
            if self._orders is not None:
                self._orders.close()
                self._orders = None
            argv = fresh("unblocked.grading.zygote", "@0", *uses)
            env = surroundings.for_answers(os.environ)
            self._zygote, self._orders = kept.start_with_line(argv, name="grader", env=env, cwd=course())
            self._keeper = kept
        return self._orders


def _heard(lines: Iterable[dict[str, Any]], on_wait: Callable[[str], object]) -> Iterator[dict[str, Any]]:
    """Give what a grading says, and tell meanwhile which check waits."""
    claims: dict[str, str] = {}
    for message in lines:
        if "waits" in message:
            on_wait(claims[message["check"]])
            continue
        if "plan" in message:
            claims = {check["name"]: check["claim"] for check in message["plan"]}
        yield message


@contextmanager
def _folder(place: Path) -> Iterator[str]:
    """Give a folder for one grading, and remove it with all that the answer left in it."""
    folder = tempfile.mkdtemp(prefix="grading-", dir=place)
    try:
        yield folder
    finally:
        end = time.monotonic() + _LAST_WORDS
        shutil.rmtree(folder, ignore_errors=True)
        while Path(folder).exists() and time.monotonic() < end:  # a server of an interrupted grading still writes
            time.sleep(LOOK)
            shutil.rmtree(folder, ignore_errors=True)


_grader = Grader()


def grader() -> Grader:
    """Give this process's grader."""
    return _grader


def grade(name: str, code: str) -> Verdict:
    """Grade an answer to the exercise of this name."""
    return _grader.grade(Exercise.find(name), code)
