"""How far a run is, while it runs: in a notebook, in a terminal, or nowhere. Gone when the run is done."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self

PATIENCE = 1.0
"""Seconds of a run before it is worth saying how far it is."""


class Meter:
    """Takes the sender's words. This one shows nothing: for output that nobody watches.

    Args:
        count: how many requests there will be.

    """

    def __init__(self, count: int) -> None:
        self.count = count

    def tell(self, words: dict[str, Any]) -> None:
        """Show how far the run is, once it has lasted a second."""
        if words["elapsed"] >= PATIENCE:
            self.show(self.line(words), done=words["answered"] + words["failed"])

    def line(self, words: dict[str, Any]) -> str:
        """Say it in one line.

        >>> Meter(200).line({"sent": 120, "answered": 95, "failed": 3})
        '120 of 200 sent, 95 answered, 3 failed'
        """
        return f"{words['sent']} of {self.count} sent, {words['answered']} answered, {words['failed']} failed"

    def show(self, line: str, *, done: int) -> None:
        """Put the line where it is seen."""

    def close(self) -> None:
        """Take away what was shown."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class NotebookMeter(Meter):
    """Shows a bar in the output of the cell, and empties it."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._handle: Any = None

    def show(self, line: str, *, done: int) -> None:
        """Display, or update what is displayed."""
        from IPython.display import display

        bar = f'<progress value="{done}" max="{self.count}" aria-label="{line}"></progress> <small>{line}</small>'
        words = {"text/html": bar, "text/plain": line}
        if self._handle is None:
            self._handle = display(words, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(words, raw=True)

    def close(self) -> None:
        """Leave an output without content, which a notebook does not draw."""
        if self._handle is not None:
            self._handle.update({}, raw=True)


class TerminalMeter(Meter):
    """Shows a bar on the error output, which a pipe does not carry, and removes it."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._bar: Any = None

    def show(self, line: str, *, done: int) -> None:
        """Draw the bar, or move it."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        if self._bar is None:
            columns = BarColumn(), TextColumn("{task.description}")
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task(line, total=self.count)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, description=line)

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()


def meter(count: int) -> Meter:
    """Give the meter for where we are."""
    if _in_notebook():
        return NotebookMeter(count)
    return TerminalMeter(count) if sys.stderr.isatty() else Meter(count)


def _in_notebook() -> bool:
    if "ipykernel" not in sys.modules or "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and type(shell.display_pub).__module__.startswith("ipykernel")
