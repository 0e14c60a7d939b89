"""Repeats all gradings that are known, under load, and keeps a tally: not one verdict may be false."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from unblocked.course import course
from unblocked.exercises import Exercise
from unblocked.grading.cases import Case, cases
from unblocked.grading.grader import grader
from unblocked.processes import keeper

_ENGINE = ("unblocked/grading/", "unblocked/outside/", "unblocked/server/", "unblocked/recorder/", "labs/")


@dataclass
class Tally:
    """How often each case was graded, and every false verdict. Kept in a file, so that it can be gone on with.

    A case is counted as it is now: what an earlier version of an answer or of its checks got does not count.
    """

    path: Path
    right: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, path: Path) -> Tally:
        """Read what was tallied before; a line that was cut off counts as not graded."""
        tally = cls(path)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if text and not text.endswith("\n"):  # so that it does not swallow the next
            path.write_text(text + "\n", encoding="utf-8")
        for line in text.splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            tally._count(entry["key"], entry["false"])
        return tally

    def add(self, case: Case, falsehood: str) -> None:
        """Count a verdict, here and in the file."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": _key(case), "false": falsehood}) + "\n")
        self._count(_key(case), falsehood)

    def missing(self, case: Case, times: int) -> int:
        """Say how many times a case is still to be graded."""
        return max(0, times - self.right[_key(case)])

    def of(self, known: Iterable[Case]) -> tuple[int, int]:
        """Give the numbers of true and of false verdicts on these cases."""
        keys = {_key(case) for case in known}
        right, false = (sum(n for key, n in each.items() if key in keys) for each in (self.right, self.false))
        return right, false

    def _count(self, key: str, falsehood: str) -> None:
        (self.false if falsehood else self.right)[key] += 1


def _key(case: Case) -> str:
    return f"{case.id} {case.fingerprint}"


def soak(
    exercises: Iterable[Exercise], *, times: int, jobs: int, burners: int, tally: Tally, tell: Callable[[str], None]
) -> tuple[int, int]:
    """Grade every kept answer so many times, and tell what is false.

    Args:
        exercises: whose answers.
        times: how often each.
        jobs: how many gradings run at once.
        burners: processes that keep a core busy meanwhile.
        tally: what was done before is not done again.
        tell: is given a line for each false verdict.

    Returns:
        How many verdicts were true, and how many false, those of earlier runs included.

    """
    known = [case for exercise in exercises for case in cases(exercise)]
    rounds = [case for n in range(times) for case in known if tally.missing(case, times) > n]
    with burning(burners), ThreadPoolExecutor(jobs) as pool:
        for case, falsehood in pool.map(_graded, rounds):
            tally.add(case, falsehood)
            if falsehood:
                tell(f"{case.id}: {falsehood}")
    return tally.of(known)


def changed() -> list[Exercise]:
    """Give the exercises that differ from what is committed; all of them when the grader itself does."""
    listed = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=course(), capture_output=True, text=True, check=True
    )
    paths = [line[3:] for line in listed.stdout.splitlines()]
    every = Exercise.all()
    if any(path.startswith(_ENGINE) for path in paths):
        return list(every.values())
    return [e for e in every.values() if any(f"/{e.name}/" in p or p.endswith(f"/{e.name}.py") for p in paths)]


def _graded(case: Case) -> tuple[Case, str]:
    return case, case.falsehood(grader().grade(case.exercise, case.code, up_to=case.up_to))


@contextmanager
def burning(n: int) -> Iterator[None]:
    """Keep n cores busy meanwhile."""
    spin = [sys.executable, "-c", "while True: pass"]
    burners = [keeper().start(spin, name="burner", env=dict(os.environ)) for _ in range(n)]
    try:
        yield
    finally:
        for burner in burners:
            burner.stop()
