"""An answer that is made of tests, as a check sees it: a suite that is run against what it is to accept or to catch."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unblocked.grading.checking import Unmet
from unblocked.grading.order import Order
from unblocked.processes.lines import Lines


@dataclass(frozen=True, slots=True)
class Failed:
    """One of the learner's tests that failed: its name, why, and the line of the answer where it did."""

    name: str
    message: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """What became of the learner's tests in one run.

    Attributes:
        passed: the names of those that passed.
        failed: those that failed.

    """

    passed: tuple[str, ...]
    failed: tuple[Failed, ...]

    def __str__(self) -> str:
        """Say it in a few words."""
        return f"{len(self.passed)} passed, {len(self.failed)} failed"


class Tests:
    """The learner's tests. Each run is in a process of its own, with pytest."""

    def __init__(self, runner: Lines, order: Order) -> None:
        self._runner, self._order = runner, order
        self._planted = Path(order.checks).parent / "planted"

    def run(self, **modules: str) -> Run:
        """Run all tests, with modules of the answer's imports replaced.

        Args:
            modules: `shop="forgets_to_close"` lets `import shop` give the exercise's `planted/forgets_to_close.py`.

        Raises:
            Unmet: there was no test, they could not be collected, or one did not end.

        """
        files = {name: str(self._planted / f"{file}.py") for name, file in modules.items()}
        self._runner.send(run=dataclasses.asdict(dataclasses.replace(self._order, modules=files)))
        result = self._runner.receive() or {"broken": {"message": "The run of your tests was ended.", "line": None}}
        if broken := result.get("broken"):
            finding = {"meaning": "Tests that cannot be run to their end find nothing.", **broken}
            raise Unmet(did="ran your tests", got=finding.pop("message"), expected="that they end", **finding)
        run = Run(tuple(result["passed"]), tuple(Failed(**each) for each in result["failed"]))
        if not run.passed and not run.failed:
            raise Unmet(did="ran your tests", got="no test", expected="at least one function `test_…`", line=None,
                        meaning="pytest runs functions whose names begin with `test_`.")  # fmt: skip
        return run

    def seen(self) -> dict[str, Any]:
        """Give what is to be drawn: nothing, here."""
        return {"requests": [], "recording": None, "mark": None}
