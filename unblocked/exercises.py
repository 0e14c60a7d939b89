"""The exercises: one folder each, with task, starter and checks, and a reference solution in the tree beside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from unblocked import front_matter
from unblocked.course import course
from unblocked.faults import Fault, unknown

_SERVERS = ("database", "store")
"""What a task says that every check gives to the answer."""


@dataclass(frozen=True)
class Exercise:
    """One exercise of one lesson, known in the whole course by its name.

    Attributes:
        name: what a right answer does, such as `other_requests_keep_moving`.
        folder: where its files are.

    """

    name: str
    folder: Path

    @classmethod
    def find(cls, name: str, *, place: Path | None = None) -> Exercise:
        """Find an exercise by its name, in the course or in another folder that is laid out like it.

        Raises:
            Fault: there is none of this name; the nearest names are in the message.

        """
        every = cls.all(place=place)
        if name not in every:
            raise unknown("exercise", name, every)
        return every[name]

    @classmethod
    def of(cls, lesson: str, name: str, *, place: Path | None = None) -> Exercise:
        """Find an exercise of a lesson.

        Raises:
            Fault: the lesson has none of this name; the nearest names are in the message.

        """
        here = (place or course()) / "exercises" / lesson
        names = [each.name for each in here.iterdir() if each.is_dir()] if here.is_dir() else []
        if name in names:
            return cls(name, here / name)
        if names:
            raise unknown(f"exercise in `exercises/{lesson}/`", name, names)
        raise Fault(f"There is no exercise `{name}`: `exercises/{lesson}/` has none.")

    @classmethod
    def all(cls, *, place: Path | None = None) -> dict[str, Exercise]:
        """Give all exercises by name."""
        folders = sorted(path.parent for path in (place or course()).glob("exercises/*/*/checks.py"))
        return {folder.name: cls(folder.name, folder) for folder in folders}

    @property
    def lesson(self) -> str:
        """The slug of the lesson that it belongs to."""
        return self.folder.parent.name

    @property
    def checks(self) -> Path:
        """The file of its checks."""
        return self.folder / "checks.py"

    @property
    def starter(self) -> str:
        """The code that the learner starts from."""
        return self._text("starter.py")

    @property
    def solution(self) -> Path:
        """The file of its reference solution."""
        return self.folder.parents[2] / "solutions" / self.lesson / f"{self.name}.py"

    @property
    def task(self) -> str:
        """What the learner is asked, in Markdown, without front matter."""
        return self._task[1]

    @property
    def facts(self) -> dict[str, Any]:
        """The front matter: `kind`, `minutes`, `core`; `database: true`, `store: true` where every check gives one."""
        return self._task[0]

    @property
    def uses(self) -> tuple[str, ...]:
        """What its answers use: their kind, and the servers that every check gives them."""
        return (self.facts["kind"], *(server for server in _SERVERS if self.facts.get(server)))

    @cached_property
    def _task(self) -> tuple[dict[str, Any], str]:
        facts, body, _ = front_matter.split(self._text("task.md"), name=f"{self._place}/task.md")
        return facts, body.strip("\n")

    @property
    def _place(self) -> str:
        return f"exercises/{self.lesson}/{self.name}"

    def _text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise Fault(f"`{self._place}` has no `{name}`; every exercise needs one.") from None
