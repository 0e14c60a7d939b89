"""The magic `%%exercise NAME`: keeps the cell's code, has it graded, shows the verdict, and loads the answer."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import unblocked
from unblocked.faults import Fault
from unblocked.grading import Exercise, Verdict, grader
from unblocked.grading.verdict import still_checking
from unblocked.notebook import cards
from unblocked.workspace import answers, attempts

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

MAGIC = "%%exercise"

_ELSEWHERE = frozenset({"test", "queue", "database", "store"})
"""What answers use that is there only where they are graded: modules to test, a broker, servers."""

_given: dict[str, Any] = {}
"""What answers have given the notebook, by name: the next answer may replace it."""

_refused: dict[str, Verdict] = {}
"""The last refusal of each exercise in this kernel, to show beside a pass."""


def exercise(line: str, cell: str) -> None:
    """Grade the cell as the answer to an exercise: `%%exercise other_requests_keep_moving`.

    The code is kept in `workspace/answers/…/NAME.py` and runs in processes of its own. If it can be loaded, the
    notebook loads it afterwards, so that you can call and serve what it defines. Tests are not loaded, nor is an answer
    with a queue, a database or a store: it has these only where it is graded. `serve` starts one that has a queue with
    `worker="queue"`.

    `%%exercise NAME --load` puts the kept answer into the cell instead.
    """
    name, wants_file = _parsed(line)
    wanted = Exercise.find(name)
    if wants_file:
        _put_into_cell(wanted)
        return
    kept = _kept(wanted, cell)
    code = kept.path.read_text(encoding="utf-8")
    place = _Place()
    verdict = grader().grade(wanted, code, on_wait=lambda claim: place.show(cards.Note(still_checking(claim))))
    attempts.remember(name, passed=verdict.passed, failed=verdict.failure.name if verdict.failure else None)
    place.show(cards.Verdict(verdict, wanted, kept, _refused.get(name)))
    if verdict.failure is not None:
        _refused[name] = verdict
    if verdict.loads and not _belongs_elsewhere(wanted):
        _load(kept.path)


def _belongs_elsewhere(wanted: Exercise) -> bool:
    return not _ELSEWHERE.isdisjoint(wanted.uses)


def raise_magic(lines: list[str]) -> list[str]:
    r"""Move the line with the magic to the top of its cell, above comments and blank lines: IPython wants it there.

    An empty cell gets an empty line, because IPython refuses a magic without a body, in words that do not help.

    >>> raise_magic(["# my third try\n", "%%exercise x\n", "app = 1\n"])
    ['%%exercise x\n', '# my third try\n', 'app = 1\n']
    """
    for number, line in enumerate(lines):
        if line.startswith(MAGIC):
            body = [*lines[:number], *lines[number + 1 :]]
            return [line if line.endswith("\n") else f"{line}\n", *(body or ["\n"])]
        if line.strip() and not line.lstrip().startswith("#"):
            return lines
    return lines


def _parsed(line: str) -> tuple[str, bool]:
    names = [word for word in line.split() if word != "--load"]
    if len(names) != 1:
        raise Fault(f"Say which exercise: `{MAGIC} NAME`, on the first line of the cell.")
    return names[0], "--load" in line.split()


def _kept(wanted: Exercise, cell: str) -> answers.Kept:
    """Keep the cell's code; where the cell is still the starter and the file is not, the file is what counts."""
    path = answers.place(wanted.lesson, wanted.name)
    kept = path.read_text(encoding="utf-8").strip() if path.exists() else cell.strip()
    if cell.strip() == wanted.starter.strip() != kept:
        return answers.Kept(path, instead=True)
    return answers.keep(wanted.lesson, wanted.name, cell)


def _put_into_cell(wanted: Exercise) -> None:
    path = answers.place(wanted.lesson, wanted.name)
    if not path.exists():
        raise Fault(f"There is no kept answer to `{wanted.name}` yet.")
    _shell().set_next_input(f"{MAGIC} {wanted.name}\n{path.read_text(encoding='utf-8')}", replace=True)


def _load(path: Path) -> None:
    """Give the notebook what the answer defines. The answer's own name is not `__main__`: nothing is run by that.

    What the notebook had before, from a cell of the lesson or of the learner, stays: later cells go on with that.
    """
    from unblocked.grading.imported import load  # no kernel waits for it when it starts

    os.environ.setdefault("CARRIERS_URL", unblocked.upstream().url)
    with _as_it_is():
        module = load(str(path))
    notebook = _shell().user_ns
    defined = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    others = [name for name, value in defined.items() if not _is_free(name, value, notebook)]
    for name in defined.keys() - set(others):
        notebook[name] = _given[name] = defined[name]
    if others:
        names = ", ".join(f"`{name}`" for name in others)
        _show(cards.Note(f"Not taken over from your answer, because this notebook has its own: {names}."))


@contextmanager
def _as_it_is() -> Iterator[None]:
    """Undo what an answer does for its own process: where modules are found, and what is logged where.

    Without this, one `logging.basicConfig(level=logging.INFO)` has all later cells show the log of every library.
    """
    path, root = list(sys.path), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        sys.path[:], root.handlers[:] = path, handlers
        root.setLevel(level)


def _is_free(name: str, value: object, notebook: dict[str, Any]) -> bool:
    """Whether the notebook has nothing of this name, the same, or what an answer gave it before."""
    return name not in notebook or any(notebook[name] is each for each in (value, _given.get(name, notebook)))


def _shell() -> InteractiveShell:
    from IPython import get_ipython

    shell: InteractiveShell = get_ipython()
    return shell


class _Place:
    """A place below the cell where one thing after the other is shown, the last of which stays."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, card: Any) -> None:
        """Show it in place of what is there."""
        from IPython.display import display

        if self._handle is None:
            self._handle = display(card, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(card)


def _show(card: Any) -> None:
    from IPython.display import display

    display(card)  # type: ignore[no-untyped-call]
