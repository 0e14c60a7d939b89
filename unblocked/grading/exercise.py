"""An exercise: one folder that has its task, starter and checks, and its reference solution in the tree beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from unblocked.faults import Fault, unknown

COURSE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Exercise:
    """One exercise of one lesson, known by its name alone.

    Attributes:
        name: what a right answer does, such as `other_requests_keep_moving`.
        folder: where its files are.

    """

    name: str
    folder: Path

    @classmethod
    def find(cls, name: str, *, course: Path = COURSE) -> Exercise:
        """Find an exercise by its name.

        Raises:
            Fault: there is none of this name; the nearest names are in the message.

        """
        every = cls.all(course=course)
        if name not in every:
            raise unknown("exercise", name, every)
        return every[name]

    @classmethod
    def all(cls, *, course: Path = COURSE) -> dict[str, Exercise]:
        """Give all exercises by name."""
        folders = sorted(path.parent for path in (course / "exercises").glob("*/*/checks.py"))
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
        return (self.folder / "starter.py").read_text()

    @property
    def solution(self) -> Path:
        """The file of its reference solution."""
        return self.folder.parents[2] / "solutions" / self.lesson / f"{self.name}.py"

    @property
    def task(self) -> str:
        """What the learner is asked, in Markdown."""
        return self._task[1]

    @property
    def facts(self) -> dict[str, Any]:
        """The task's front matter: `kind`, `minutes`, `core`."""
        return self._task[0]

    @cached_property
    def _task(self) -> tuple[dict[str, Any], str]:
        path = self.folder / "task.md"
        parts = path.read_text().split("---\n", 2)
        if len(parts) != 3 or parts[0]:
            raise Fault(f"`{path}` must begin with front matter between two lines of `---`.")
        return yaml.safe_load(parts[1]), parts[2].lstrip()
