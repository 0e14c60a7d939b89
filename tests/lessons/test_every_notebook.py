"""Every notebook, as it is committed, from a fresh kernel: with its starters, and with the solutions."""

from pathlib import Path

import nbformat
import pytest

from unblocked.course import slug_of
from unblocked.grading.verdict import MEDIA_TYPE
from unblocked.lessons import running, source

FAR = 900.0
"""Seconds after which a notebook hangs, on a machine with other work too."""

GOES_ON_WITH_ANSWERS = {"00_start_here"}
"""Notebooks with cells that use what an answer gives, a name or its file: they run once with each kind of answer."""

NOTEBOOKS = [pytest.param(Path("notebooks") / f"{lesson.name}.ipynb", id=lesson.name) for lesson in source.lessons()]
TWICE = [notebook for notebook in NOTEBOOKS if notebook.id in GOES_ON_WITH_ANSWERS]
ONCE = [notebook for notebook in NOTEBOOKS if notebook.id not in GOES_ON_WITH_ANSWERS]

PASSED, REFUSED = (True, "normally", ""), (False, "normally", "")
"""A starter is wrong, and runs."""

HELPER = "__import__('tests.lessons.forgetting', fromlist=['it'])"  # leaves no name in the notebook


@pytest.mark.long
@pytest.mark.parametrize("notebook", ONCE)
def test_starter_is_refused_and_solution_passes(notebook, tmp_path):
    """Each exercise gets both answers, one after the other, and the cells after it have nothing of either.

    So they need neither, and run with both.
    """
    script, right = in_turn(notebook)
    path = tmp_path / notebook.name
    nbformat.write(script, path)
    assert {} != judged(running.run(path, seconds=FAR).notebook) == right


def in_turn(notebook):
    """Give a notebook whose exercises are answered by starter and solution, and by cell, what each is to get."""
    starters, solutions = nbformat.read(notebook, as_version=4), nbformat.read(notebook, as_version=4)
    running.inject(solutions, slug_of(notebook.stem))
    cells, right = [], {}
    for starter, solution in zip(starters.cells, solutions.cells, strict=True):
        if starter.source == solution.source:
            cells.append(starter)
            continue
        solution.id = f"{starter.id}-solved"
        before, after = (
            nbformat.v4.new_code_cell(f"{HELPER}.{what}(globals())", id=f"{starter.id}-{what}")
            for what in ("remember", "forget")
        )
        cells += [before, starter, solution, after]
        right |= {starter.id: REFUSED, solution.id: PASSED}
    starters.cells = cells
    return starters, right


def judged(notebook):
    """Give the facts of each verdict that is shown, by its cell."""
    shown = [(cell.id, output.get("data", {})) for cell in notebook.cells for output in cell.get("outputs", [])]
    return {cell: facts(data[MEDIA_TYPE]) for cell, data in shown if MEDIA_TYPE in data}


def facts(verdict):
    """Say whether it is a pass, how the answer ended, and why it could not be loaded, if so."""
    return verdict["passed"], verdict["ended"], verdict["broken"]


@pytest.mark.long
@pytest.mark.parametrize("notebook", TWICE)
def test_starters_are_refused(notebook):
    run = running.run(notebook, seconds=FAR)
    assert not run.unjudged
    assert {facts(verdict) for verdict in run.verdicts.values()} == {REFUSED}


@pytest.mark.long
@pytest.mark.parametrize("notebook", TWICE)
def test_solutions_pass(notebook):
    run = running.run(notebook, solved=True, seconds=FAR)
    assert not run.unjudged
    assert {facts(verdict) for verdict in run.verdicts.values()} == {PASSED}
