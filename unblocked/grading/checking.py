"""What a check is made of, and how an exercise's checks are found."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from unblocked.grading.verdict import Outcome

F = TypeVar("F", bound=Callable[..., Any])


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


def advice(function: F) -> F:
    """Mark a function that looks at a right answer's code and may have a suggestion: it returns text or None."""
    function.__advice__ = True  # type: ignore[attr-defined]
    return function


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


def load(path: Path) -> list[Check]:
    """Import an exercise's checks, in the order in which they stand in the file."""
    module = ModuleType("checks")
    module.__file__ = str(path)
    sys.modules["checks"] = module
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)
    return [Check(run) for name, run in vars(module).items() if name.startswith("check_")]
