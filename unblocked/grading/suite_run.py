"""One run of an answer's tests, with pytest, in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

import pytest

from unblocked.grading import confinement, trial
from unblocked.grading.order import Order
from unblocked.grading.patience import Patience
from unblocked.grading.whereabouts import whereabouts
from unblocked.processes import kernel
from unblocked.processes.lines import Lines

Report = pytest.CollectReport | pytest.TestReport

_OPTIONS = (
    "-q", "--no-header", "--tb=short", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "anyio.pytest_plugin",
    "-o", "anyio_mode=auto", "-c", os.devnull, "--color=no",
)  # fmt: skip


class Findings:
    """A plugin of pytest's that keeps what becomes of each test."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._errors: dict[str, dict[str, Any]] = {}
        self._passed: list[str] = []
        self._failed: dict[str, pytest.TestReport] = {}
        self._uncollected: list[pytest.CollectReport] = []
        self._interrupted: dict[str, Any] | None = None

    @pytest.fixture(scope="session")
    def anyio_backend(self) -> str:
        """Run `async def` tests on asyncio, as FastAPI does."""
        return "asyncio"

    def pytest_exception_interact(self, call: pytest.CallInfo[Any], report: Report) -> None:
        """Note an exception, which pytest tells after the report, with the innermost line of the answer."""
        if call.excinfo is not None:
            error = call.excinfo.value
            if isinstance(report, pytest.CollectReport):  # pytest's own words, with the cause behind them
                error = error.__cause__ or error
            self._errors[report.nodeid] = self._told(error)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the tests ended pytest itself."""
        self._interrupted = self._told(excinfo.value)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what keeps the tests from being collected."""
        if report.failed:
            self._uncollected.append(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that failed, also while it cleaned up, or that came to its end."""
        if report.failed:
            self._failed.setdefault(_name(report), report)
        elif report.when == "call" and report.passed:
            self._passed.append(_name(report))

    def result(self) -> dict[str, Any]:
        """Give what was found."""
        if broken := next(map(self._error, self._uncollected), self._interrupted):
            return {"broken": broken}
        passed = [name for name in self._passed if name not in self._failed]
        return {"passed": passed, "failed": [{"name": n, **self._error(r)} for n, r in self._failed.items()]}

    def _error(self, report: Report) -> dict[str, Any]:
        unknown = {"message": str(report.longrepr).strip().splitlines()[-1], "line": None}
        return self._errors.get(report.nodeid, unknown)

    def _told(self, error: BaseException) -> dict[str, Any]:
        return {"message": _words(error), "line": _line(error, self._file)}


def _name(report: pytest.TestReport) -> str:
    return report.nodeid.rpartition("::")[2]


def _words(error: BaseException) -> str:
    kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
    return (kind + (getattr(error, "msg", None) or str(error)).split("\n")[0])[:300]


def _line(error: BaseException, file: str) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return lines[-1] if lines else None


def main(order: Order, parent: int, result: int) -> NoReturn:
    """Be the process of one run."""
    os.setsid()
    kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
    lines = Lines(socket.socket(fileno=result))
    try:
        lines.send(**_run(order, lines))
    finally:
        trial.flush()
        os._exit(0)


def _run(order: Order, lines: Lines) -> dict[str, Any]:
    place = tempfile.mkdtemp(prefix="run-", dir=order.place)
    for name, file in order.modules.items():
        shutil.copy(file, Path(place) / f"{name}.py")
    file = str(shutil.copy(order.copy, place))
    os.chdir(place)
    sys.path.insert(0, place)
    sys.dont_write_bytecode = True
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    confinement.confine()
    args = [lines, order, file, threading.get_ident()]
    threading.Thread(target=_say_when_it_hangs, args=args, daemon=True).start()
    findings = Findings(file)
    # Else pytest looks through the folders above as well, `/tmp` with all that lies there, and runs a `conftest.py`.
    alone = ["--rootdir", place, "--confcutdir", place]
    pytest.main([file, *alone, *_OPTIONS], plugins=[findings])
    return findings.result()


def _say_when_it_hangs(lines: Lines, order: Order, file: str, thread: int) -> None:
    never = threading.Event()
    Patience.with_process(os.getpid(), order.answer_limit).wait(never.is_set, lambda _, *, limit: never.wait(limit))
    where = whereabouts(thread, None, file=file)
    meaning = "A test stands on this line and does not come back."
    lines.send(
        broken={
            "message": f"no end within {order.answer_limit:g} s",
            "line": where.line,
            "meaning": meaning,
            "hung": True,
        }
    )
    os._exit(1)
