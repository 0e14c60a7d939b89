"""One run of an answer's tests, with pytest, in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, NoReturn

import pytest

from unblocked.grading import confinement, trial
from unblocked.grading.order import Order
from unblocked.grading.subject import LIMIT
from unblocked.grading.whereabouts import whereabouts
from unblocked.processes import kernel
from unblocked.server.lines import Lines

_OPTIONS = (
    "-q", "--no-header", "--tb=short", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "anyio.pytest_plugin",
    "-o", "anyio_mode=auto", "-c", os.devnull,
)  # fmt: skip


class Findings:
    """A plugin of pytest's that keeps what becomes of each test."""

    def __init__(self, file: str) -> None:
        self._file = Path(file).name
        self.passed: list[str] = []
        self.failed: list[dict[str, Any]] = []
        self.broken: dict[str, Any] | None = None

    @pytest.fixture(scope="session")
    def anyio_backend(self) -> str:
        """Run `async def` tests on asyncio, as FastAPI does."""
        return "asyncio"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what keeps the tests from being collected."""
        if report.failed and self.broken is None:
            self.broken = {"message": self._last_words(report), "line": self._line(report)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that failed, or that came to its end."""
        name = report.nodeid.rpartition("::")[2]
        if report.failed:
            self.failed.append({"name": name, "message": self._last_words(report), "line": self._line(report)})
        elif report.when == "call" and report.passed:
            self.passed.append(name)

    def result(self) -> dict[str, Any]:
        """Give what was found."""
        failed = {each["name"] for each in self.failed}  # a test can pass, and fail while it cleans up
        passed = [name for name in self.passed if name not in failed]
        return {"broken": self.broken} if self.broken else {"passed": passed, "failed": self.failed}

    @staticmethod
    def _last_words(report: pytest.CollectReport | pytest.TestReport) -> str:
        crash = getattr(report.longrepr, "reprcrash", None)
        text = crash.message if crash else str(report.longrepr)
        lines = [line.removeprefix("E ").strip() for line in text.strip().splitlines() if line.strip()]
        return (lines[0] if crash else lines[-1])[:300]

    def _line(self, report: pytest.CollectReport | pytest.TestReport) -> int | None:
        """Find the innermost line of the answer in a traceback."""
        entries = getattr(getattr(report.longrepr, "reprtraceback", None), "reprentries", [])
        places = [entry.reprfileloc for entry in entries if getattr(entry, "reprfileloc", None)]
        lines = [place.lineno for place in places if Path(place.path).name == self._file]
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
    watch = threading.Timer(LIMIT, _say_that_it_hangs, [lines, file, threading.get_ident()])
    watch.daemon = True
    watch.start()
    findings = Findings(file)
    pytest.main([file, "--rootdir", place, *_OPTIONS], plugins=[findings])
    return findings.result()


def _say_that_it_hangs(lines: Lines, file: str, thread: int) -> None:
    where = whereabouts(thread, None, file=file)
    meaning = "A test stands on this line and does not come back."
    lines.send(broken={"message": f"no end within {LIMIT:.0f} s", "line": where.line, "meaning": meaning, "hung": True})
    os._exit(1)
