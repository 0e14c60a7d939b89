"""What is to be graded: plain data, on its way from the owner down to the process of each check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Order:
    """One answer, what it is checked by, and how long that may take.

    Attributes:
        name: the exercise's.
        checks: the file of its checks.
        folder: where the answer lies as `{name}.py`, and every process of the grading has a folder for itself.
        quick: a folder for a database's files, of which there are many.
        limit: seconds after which the grading is ended.
        start_limit: seconds after which an answer that is still being loaded is said to hang.
        answer_limit: seconds after which a request, a call or a test is said to hang.
        uses: what its answers use (`Exercise.uses`).
        check: the name of one check, in the process of that check and below.
        up_to: the name of the last check that is run; empty for all of them.
        modules: files that stand in for modules which the answer imports, by the modules' names.

    """

    name: str
    checks: str
    folder: str
    quick: str
    limit: float
    start_limit: float
    answer_limit: float
    uses: Sequence[str] = ()
    check: str = ""
    up_to: str = ""
    modules: Mapping[str, str] = field(default_factory=dict)

    @property
    def answer(self) -> Path:
        """The answer, as it was handed in."""
        return Path(self.folder) / f"{self.name}.py"

    @property
    def place(self) -> Path:
        """The folder of one check."""
        return Path(self.folder) / self.check

    @property
    def copy(self) -> Path:
        """The answer's copy for one check: what one check's run of it does to its file, the others do not see."""
        return self.place / f"{self.name}.py"
