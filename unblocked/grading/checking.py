"""What a check is made of, and how an exercise's checks are found."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from unblocked.grading.code import Code
from unblocked.grading.verdict import Advice, Outcome

F = TypeVar("F", bound=Callable[..., Any])
A = TypeVar("A", bound=Callable[[Code], bool])


class Unmet(Exception):
    """An expectation that was not met: a finding about the answer, not a fault of the check."""

    def __init__(self, **finding: Any) -> None:
        super().__init__(finding["meaning"])
        self.finding = finding


def expect(holds: object, *, did: str, got: str, expected: str, meaning: str, line: int | None = None) -> None:
    """State what a right answer does; when it does not hold, the check is over and says the rest.

    Args:
        holds: whether it does.
        did: what the check did, such as "asked for `/health` while a quote was held".
        got: what came back.
        expected: what should have.
        meaning: what the difference means.
        line: the line of the answer that is to blame, if one is known.

    """
    if not holds:
        raise Unmet(did=did, got=got, expected=expected, meaning=meaning, line=line)


def hints(question: str, pointer: str, shape: str) -> Callable[[F], F]:
    """Give a check its three hints: a question, a pointer to the section, the shape of the answer."""

    def with_hints(check: F) -> F:
        check.__hints__ = (question, pointer, shape)  # type: ignore[attr-defined]
        return check

    return with_hints


def advice(applies: A) -> A:
    """Make a function advice for answers that are right: it gets the `Code` and says whether the advice applies.

    Its docstring is what the learner reads; it begins with how much it matters: "Worth changing: …", "Good to know: …",
    or "Well done: …".
    """
    applies.__advice__ = True  # type: ignore[attr-defined]
    return applies


@dataclass(frozen=True, slots=True)
class Check:
    """A function whose docstring is its claim, and whose parameters name what it needs (`app`, `carriers`)."""

    run: Callable[..., None]

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.run.__name__

    @property
    def needs(self) -> list[str]:
        """The names of its parameters."""
        return list(inspect.signature(self.run).parameters)

    def outcome(self, *, passed: bool | None = None, **finding: Any) -> Outcome:
        """Make its outcome: proven, refuted with a finding, or not proven."""
        claim = inspect.cleandoc(self.run.__doc__ or self.name).splitlines()[0]
        given = getattr(self.run, "__hints__", ())
        return Outcome(name=self.name, claim=claim, passed=passed, hints=given, **finding)


def load(path: str | Path) -> list[Check]:
    """Import an exercise's checks, in the order in which they stand in the file."""
    return [Check(run) for name, run in _names(path).items() if name.startswith("check_")]


def proven(path: str | Path) -> str:
    """Give the one sentence on what a pass proves: the docstring of the checks."""
    return inspect.cleandoc(_names(path)["__doc__"] or "").split("\n\n")[0].replace("\n", " ")


def advise(path: str | Path, code: str) -> list[Advice]:
    """Give the advice that applies to an answer which has passed all checks."""
    answer = Code(code)
    return [Advice.of(inspect.cleandoc(each.__doc__ or "")) for each in advices(path) if each(answer)]


def advices(path: str | Path) -> list[Callable[[Code], bool]]:
    """Give all advice that an exercise has."""
    return [value for value in _names(path).values() if getattr(value, "__advice__", False)]


def _names(path: str | Path) -> dict[str, Any]:
    return _module(str(path), Path(path).stat().st_mtime_ns).__dict__


@lru_cache(maxsize=8)
def _module(path: str, _changed: int) -> ModuleType:
    module = ModuleType("checks")
    module.__file__ = path
    sys.modules["checks"] = module
    exec(compile(Path(path).read_bytes(), path, "exec"), module.__dict__)
    return module
