"""Every notebook, as it is committed, from a fresh kernel: with its starters, and with the solutions."""

from pathlib import Path

import pytest

from unblocked.lessons import running, source

FAR = 900.0
"""Seconds after which a notebook hangs, on a machine with other work too."""

NOTEBOOKS = [pytest.param(Path("notebooks") / f"{lesson.name}.ipynb", id=lesson.name) for lesson in source.lessons()]


@pytest.mark.long
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_starters_are_refused(notebook):
    run = running.run(notebook, seconds=FAR)
    assert not run.unjudged
    assert [name for name, verdict in run.verdicts.items() if verdict["passed"]] == []


@pytest.mark.long
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_solutions_pass(notebook):
    run = running.run(notebook, solved=True, seconds=FAR)
    assert not run.unjudged
    assert [name for name, verdict in run.verdicts.items() if not verdict["passed"]] == []
