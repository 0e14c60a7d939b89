"""What a grading has found: data, without colour or HTML."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

MEDIA_TYPE = "application/vnd.unblocked.verdict+json"
"""Under this type a verdict travels as data in a notebook's outputs, for programs that run notebooks."""

Rank = Literal["worth changing", "good to know", "well done"]

Ended = Literal["normally", "at the limit", "crashed", "in a fault of the course"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check has found.

    Attributes:
        name: the check's function, such as `check_health_answers`.
        claim: what a right answer does, in a sentence.
        passed: True when proven, False when refuted, None when it was not reached ("not proven").
        did: what was done to find out; `got`: what came back; `expected`: what should have; `meaning`: what that means.
        line: the line of the answer that is to blame, where one is.
        hung: whether the answer did not come back at all.
        hints: three steps towards the answer, each asked for.

    """

    name: str
    claim: str
    passed: bool | None = None
    did: str = ""
    got: str = ""
    expected: str = ""
    meaning: str = ""
    line: int | None = None
    hung: bool = False
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """What could be better in an answer that is right, or what is well done.

    Attributes:
        rank: how much it matters.
        text: the advice, in a sentence or two.

    """

    rank: Rank
    text: str

    @classmethod
    def of(cls, text: str) -> Advice:
        """Take it from "Good to know: …" and the like.

        >>> Advice.of("Good to know: `def` alone would do.")
        Advice(rank='good to know', text='`def` alone would do.')
        """
        rank, _, rest = text.partition(": ")
        if rank.lower() not in get_args(Rank):
            raise ValueError(f"Advice begins with one of {', '.join(get_args(Rank))}, not with `{rank}`.")
        return cls(cast(Rank, rank.lower()), rest)

    def __str__(self) -> str:
        return f"{self.rank.capitalize()}: {self.text}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer does what its exercise asks for, check by check.

    Attributes:
        exercise: its name.
        ended: how the grading ended; a pass is only possible when it ended normally.
        checks: an outcome for every check of the exercise, in order.
        broken: why the answer could not be run at all, in a sentence; empty when it could.
        line: the line of the answer where it broke.
        printed: what the answer printed, as far as the check that leads the verdict saw it.
        seen: for each check, the requests and the recording that can be drawn.
        seconds: how long the grading took.
        code: the answer that was graded.
        proven: what a pass proves, in a sentence.
        advice: what could be better all the same; only after a pass.

    """

    exercise: str
    ended: Ended
    checks: tuple[Outcome, ...]
    broken: str = ""
    line: int | None = None
    printed: str = ""
    seconds: float = 0.0
    code: str = ""
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    proven: str = ""
    advice: tuple[Advice, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every check was proven."""
        return self.ended == "normally" and bool(self.checks) and all(c.passed is True for c in self.checks)

    @property
    def loads(self) -> bool:
        """Whether the answer can be loaded to its end, and nothing of it hung: a notebook may load it, too."""
        return self.ended == "normally" and not self.broken and not any(check.hung for check in self.checks)

    @property
    def afterwards(self) -> tuple[str, ...]:
        """After a pass: what it proves, and what could be better all the same. Empty after a refusal."""
        return tuple(filter(None, (self.proven, *map(str, self.advice)))) if self.passed else ()

    @property
    def failure(self) -> Outcome | None:
        """The first check that was refuted, which leads the verdict."""
        return next((c for c in self.checks if c.passed is False), None)

    def as_json(self) -> dict[str, Any]:
        """Give it as data for other programs."""
        data = dataclasses.asdict(self)
        del data["code"], data["seen"]
        data["checks"] = [{**c, "hints": list(c["hints"])} for c in data["checks"]]
        data["advice"] = list(data["advice"])
        return {"exercise": self.exercise, "passed": self.passed, **data}


def still_checking(claim: str) -> str:
    """Say that a check waits for what comes late.

    >>> still_checking("A charge is made although its worker is killed.")
    'Still checking: “A charge is made although its worker is killed.” What is tried again comes after a while.'
    """
    return f"Still checking: “{claim}” What is tried again comes after a while."


def verdict_of(exercise: str, code: str, messages: list[dict[str, Any]], *, seconds: float) -> Verdict:
    """Make a verdict of what a grading has said, message by message. What no message proves is not proven."""
    said: dict[str, Any] = {key: value for message in messages for key, value in message.items()}
    found = {m["check"]: _outcome(m["outcome"]) for m in messages if "outcome" in m}
    broken: dict[str, Any] = next((m["broken"] for m in messages if "broken" in m), {"message": "", "line": None})
    verdict = Verdict(
        exercise,
        said.get("ended", "crashed"),
        tuple(found.get(c["name"], _outcome(c)) for c in said["plan"]),
        broken["message"],
        broken["line"],
        seconds=seconds,
        code=code,
        proven=said.get("proves", ""),
        advice=tuple(Advice(**each) for each in said.get("advice", ())),
        seen={m["check"]: m["seen"] for m in messages if "seen" in m},
    )
    printed = {m["check"]: m["printed"] for m in messages if "printed" in m}
    leading = verdict.failure or next(iter(verdict.checks))
    return dataclasses.replace(verdict, printed=printed.get(leading.name, ""))


def _outcome(data: dict[str, Any]) -> Outcome:
    return Outcome(**{**data, "hints": tuple(data["hints"])})
