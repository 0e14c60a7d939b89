"""A verdict in a terminal: with colours where there are any, and the same words without."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from unblocked.grading import Outcome, Verdict

_MARKS = {True: ("✓", "green", "proven"), False: ("✗", "red", "not so"), None: ("·", "yellow", "not proven")}


def show(verdict: Verdict, *, console: Console) -> None:
    """Print a verdict."""
    console.print(written(verdict))


def written(verdict: Verdict) -> RenderableType:
    """Give a verdict for rich to print."""
    return Group(_heading(verdict), *_lead(verdict), *(_line(check) for check in verdict.checks), *_printed(verdict))


def _heading(verdict: Verdict) -> Text:
    if verdict.passed:
        words = f"Passed. {verdict.exercise}: all {len(verdict.checks)} checks proven in {verdict.seconds:.1f} s."
        return Text(words, style="bold green")
    if verdict.broken:
        return Text(f"{verdict.exercise}: your code could not be run.", style="bold red")
    proven = sum(check.passed is True for check in verdict.checks)
    return Text(f"Not yet. {verdict.exercise}: {proven} of {len(verdict.checks)} checks proven.", style="bold red")


def _lead(verdict: Verdict) -> Iterator[RenderableType]:
    failure = verdict.failure
    if verdict.broken:
        yield Padding(_rich(verdict.broken), (1, 0, 0, 2), expand=False)
        yield from _excerpt(verdict.code, verdict.line)
    elif failure is not None:
        yield Padding(_rich(failure.claim + " Not so:").append(""), (1, 0, 0, 2), expand=False)
        yield Padding(_facts(failure), (0, 0, 0, 4), expand=False)
        yield Padding(_rich(failure.meaning), (0, 0, 0, 2), expand=False)
        yield from _excerpt(verdict.code, failure.line)
    elif verdict.passed:
        for text in verdict.afterwards:
            yield Padding(_rich(text), (1, 0, 0, 2), expand=False)
    else:
        yield Padding(Text(f"The grading ended {verdict.ended}."), (1, 0, 0, 2), expand=False)
    yield Text()


def _facts(failure: Outcome) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, text in (("we", failure.did), ("came back", failure.got), ("expected", failure.expected)):
        table.add_row(Text(name, style="dim"), _rich(text))
    return table


def _line(check: Outcome) -> Text:
    mark, colour, words = _MARKS[check.passed]
    return Text("  ").append(f"{mark} ", style=colour).append_text(_rich(check.claim)).append(f"  {words}", style="dim")


def _printed(verdict: Verdict) -> Iterator[RenderableType]:
    if verdict.printed.strip():
        yield Text("\n  Your code printed:", style="dim")
        yield Padding(Text(verdict.printed.strip()), (0, 0, 0, 4), expand=False)


def _excerpt(code: str, line: int | None, *, around: int = 2) -> Iterator[RenderableType]:
    """Show a line of the answer between its neighbours."""
    if line is None or not 0 < line <= code.count("\n") + 1:
        return
    shown = Syntax(
        code, "python", line_numbers=True, line_range=(max(1, line - around), line + around), highlight_lines={line},
        theme="ansi_dark", background_color="default",
    )  # fmt: skip
    yield Padding(shown, (0, 0, 0, 2), expand=False)


def _rich(text: str) -> Text:
    """Set what stands in backticks as code."""
    made = Text()
    for n, part in enumerate(re.split(r"`([^`]+)`", text)):
        made.append(part, style="cyan" if n % 2 else "")
    return made
