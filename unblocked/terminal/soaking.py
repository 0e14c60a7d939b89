"""`soak`: repeats every known grading under load, and shows the tally."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from unblocked.coaching.standing import order
from unblocked.grading import Exercise
from unblocked.grading.soak import Tally, soak
from unblocked.grading.soak import changed as changed_exercises
from unblocked.workspace import folder


def run(names: Sequence[str], *, times: int, jobs: int, burners: int, changed: bool, anew: bool) -> int:
    """Soak the exercises of these names, or those that changed, or all; give the exit code.

    The tally is kept in the workspace: a run that was interrupted goes on where it stopped.
    """
    path = folder.workspace() / "soak.jsonl"
    if anew:
        path.unlink(missing_ok=True)
    exercises = [Exercise.find(name) for name in names] or (changed_exercises() if changed else order())
    tally = Tally.read(path)
    true, false = soak(exercises, times=times, jobs=jobs, burners=burners, tally=tally, tell=typer.echo)
    typer.echo(f"{true} true verdicts, {false} false ones, in {len(exercises)} exercises.")
    return 1 if false else 0
