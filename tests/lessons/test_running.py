"""Running a notebook in a kernel of its own."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from tests.waiting import until
from unblocked.faults import Fault
from unblocked.grading.verdict import MEDIA_TYPE
from unblocked.lessons import running

# Stands in for the real magic: its verdict says what it was given.
MAGIC = f"""
from IPython.core.magic import register_cell_magic
from IPython.display import display

@register_cell_magic
def exercise(line, cell):
    if "silent" not in cell:
        display({{"{MEDIA_TYPE}": {{"exercise": line, "passed": "solved" in cell}}}}, raw=True)
"""


@pytest.fixture
def notebook(course):
    """Write a notebook with these code cells; a cell may come with its tags."""

    def write(*cells):
        made = [each if isinstance(each, tuple) else (each, []) for each in cells]
        parts = [
            nbformat.v4.new_code_cell(source, id=f"cell-{n}", metadata={"tags": tags} if tags else {})
            for n, (source, tags) in enumerate(made)
        ]
        return course.write("notebooks/02_routes.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=parts)))

    return write


def printed(run, cell=-1):
    return "".join(output.text for output in run.notebook.cells[cell].outputs if output.output_type == "stream")


def test_starters_and_solutions_give_verdicts(course, notebook):
    path = notebook(MAGIC, "%%exercise keeps_moving\nstarter", "%%exercise second\nsilent")
    before = path.read_bytes()
    run = running.run(path)
    assert run.verdicts == {"keeps_moving": {"exercise": "keeps_moving", "passed": False}}
    assert run.unjudged == ("second",)
    course.write("solutions/routes/keeps_moving.py", '"""Why."""\n\nsolved = True\n')
    course.write("solutions/routes/second.py", "solved = True\n")
    run = running.run(path, solved=True, course=course.folder)
    assert [verdict["passed"] for verdict in run.verdicts.values()] == [True, True]
    assert run.notebook.cells[1].source == '%%exercise keeps_moving\n"""Why."""\n\nsolved = True'
    assert path.read_bytes() == before


def test_missing_solution_is_named(course, notebook):
    course.write("solutions/routes/keeps_moving.py", "solved = True\n")
    with pytest.raises(
        Fault, match=r"no solution in `solutions/routes/` `keep_moving`\. Did you mean `keeps_moving`\?"
    ):
        running.run(notebook("%%exercise keep_moving\n"), solved=True, course=course.folder)


def test_workspace_is_private_and_goes(notebook, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    monkeypatch.setenv("UNBLOCKED_WORKSPACE", str(mine))
    run = running.run(
        notebook(
            "from unblocked import predict\npredict('last of five', seconds=0.5)",
            "import os\nmine = os.environ['UNBLOCKED_WORKSPACE']\nprint(mine, os.path.samefile('..', mine))",
            "print(*sorted(os.listdir('..')))",
        )
    )
    workspace, inside = printed(run, 1).split()
    assert inside == "True"
    assert printed(run) == "notebooks progress.jsonl\n"
    assert not Path(workspace).exists()
    assert not mine.exists()


def test_cell_that_raises_is_named(notebook):
    with pytest.raises(
        Fault, match=r"^`notebooks/02_routes\.ipynb`, cell `cell-1`: ZeroDivisionError: division by zero\.$"
    ):
        running.run(notebook("x = 1", "x / 0", "never"))


def test_cell_that_is_meant_to_raise_does(notebook):
    run = running.run(notebook(("1 / 0", ["raises-exception"]), "print('goes on')"))
    assert printed(run) == "goes on\n"
    with pytest.raises(Fault, match=r"cell `cell-0` is meant to raise, and does not\."):
        running.run(notebook(("1 / 1", ["raises-exception"])))


def test_kernel_that_ends_is_named_and_leaves_nothing(notebook, tmp_path):
    with pytest.raises(Fault, match=r"cell `cell-1`: the kernel ended\."):
        running.run(notebook(start_a_child(tmp_path / "pids"), "os._exit(3)"))
    all_are_gone(tmp_path / "pids")


def test_run_that_hangs_is_stopped_with_all_it_started(notebook, tmp_path):
    with pytest.raises(Fault, match=r"cell `cell-1`: stopped, because the notebook did not end within 3 s\."):
        running.run(notebook(start_a_child(tmp_path / "pids"), "while True: pass"), seconds=3)
    all_are_gone(tmp_path / "pids")


def test_process_left_by_a_good_run_goes(notebook, tmp_path):
    running.run(notebook(start_a_child(tmp_path / "pids")))
    all_are_gone(tmp_path / "pids")


def test_run_that_is_killed_leaves_nothing(notebook, tmp_path):
    path = notebook(start_a_child(tmp_path / "pids"), "while True: pass")
    code = f"from pathlib import Path\nfrom unblocked.lessons import running\nrunning.run(Path({str(path)!r}))"
    with tempfile.TemporaryDirectory(prefix="r", dir="/tmp") as place:  # short, for the names of sockets in it
        killed = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"TMPDIR": place})
        until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(), "the first cell has run")
        assert any(Path(place).iterdir())
        killed.kill()
        killed.wait()
        until(lambda: not any(Path(place).iterdir()), "its folders are gone")
    kernel, child = map(int, (tmp_path / "pids").read_text().split())
    os.kill(child, signal.SIGKILL)
    until(lambda: gone(kernel), "the kernel has noticed")


def start_a_child(pids):
    """A cell that starts a process and writes down its own number and the child's."""
    return (
        "import os, pathlib, subprocess\n"
        "child = subprocess.Popen(['sleep', '300'])\n"
        f"pathlib.Path({str(pids)!r}).write_text(f'{{os.getpid()}} {{child.pid}}')"
    )


def all_are_gone(pids):
    for pid in map(int, pids.read_text().split()):
        until(lambda pid=pid: gone(pid), f"process {pid} is gone")


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
