"""The run of a built notebook: a fresh kernel, a workspace of its own, a hard limit, nothing left behind."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets.config import Config

from unblocked import faults
from unblocked.course import slug_of
from unblocked.faults import Fault
from unblocked.grading.verdict import MEDIA_TYPE
from unblocked.processes import keeper
from unblocked.workspace import folder

_PATIENCE = 120
"""Seconds after which a kernel that does not start is given up."""

_EXERCISE = re.compile(r"%%exercise\s+(\w+)[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class Run:
    """A notebook that was run. `verdicts` are by exercise, in order; `unjudged` are exercises that showed none."""

    notebook: NotebookNode
    verdicts: Mapping[str, dict[str, Any]]
    unjudged: tuple[str, ...]


def run(notebook: Path, *, solved: bool = False, course: Path | None = None, seconds: float = 120.0) -> Run:
    """Run all cells of a notebook, top to bottom; the file is not changed, nor is the learner's workspace.

    Args:
        notebook: a built notebook, `notebooks/NN_slug.ipynb`.
        solved: put the solutions into the exercises' cells; otherwise they run as they are, with their starters.
        course: the folder that has `solutions/`; without it, this course.
        seconds: for the whole notebook; then it is stopped.

    Raises a `Fault` that names the cell when one raises (unless it is meant to), hangs or ends the kernel.

    >>> run(Path("notebooks/02_routes.ipynb"), solved=True).verdicts  # doctest: +SKIP
    {'other_requests_keep_moving': {'passed': True, …}}

    """
    read: NotebookNode = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    if solved:
        inject(read, slug_of(notebook.stem), course=course)
    with tempfile.TemporaryDirectory(prefix="run-", dir=keeper().folder, ignore_cleanup_errors=True) as private:
        _execute(read, f"notebooks/{notebook.name}", Path(private), seconds)
    shown = {_exercise(cell): _verdict(cell) for cell in read.cells if _exercise(cell)}
    judged = {name: verdict for name, verdict in shown.items() if verdict is not None}
    return Run(read, judged, tuple(name for name in shown if name not in judged))


def inject(notebook: NotebookNode, slug: str, *, course: Path | None = None) -> None:
    """Put the solutions `solutions/SLUG/NAME.py` into the cells `%%exercise NAME` of a notebook in memory.

    Raises a `Fault` for an exercise that has no solution.
    """
    place = (course or folder.course()) / "solutions" / slug
    for cell in notebook.cells:
        if name := _exercise(cell):
            solution = place / f"{name}.py"
            if not solution.is_file():
                raise faults.unknown(f"solution in `solutions/{slug}/`", name, [p.stem for p in place.glob("*.py")])
            cell.source = f"%%exercise {name}\n{solution.read_text(encoding='utf-8').rstrip()}"


@dataclass(slots=True)
class _Watch:
    """Where a run is: its kernel's group of processes, when that began, and the cell that runs now."""

    group: int | None = None
    cell: str = ""
    begun: float = 0.0

    def end(self) -> None:
        """End what the kernel started and left in its group; the kernel itself has ended."""
        if self.group is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)


class _Interruptible(asyncio.SelectorEventLoop):
    """An event loop on which Ctrl-C ends the run.

    nbclient's own handler would take the interrupt for itself, end the kernel, and report that as the notebook's fault.
    """

    def add_signal_handler(self, *_: object) -> None:
        raise RuntimeError("an interrupt is for the runner")  # which nbclient knows from threads


def _execute(notebook: NotebookNode, name: str, private: Path, seconds: float) -> None:
    """Run the cells of `notebook` in a kernel whose folders are all in `private`."""
    workspace = private / "workspace"
    env = os.environ | {"UNBLOCKED_WORKSPACE": str(workspace), "IPYTHONDIR": str(private / "ipython")}
    (workspace / "notebooks").mkdir(parents=True)
    watch = _Watch()
    client = _client(notebook, watch, private, seconds=seconds)
    try:
        with asyncio.Runner(loop_factory=_Interruptible) as runner, (private / "kernel.log").open("wb") as log:
            # What a kernel writes past its notebook, when it is ended for example, is nobody's output.
            runner.run(_all(client, env=env, cwd=str(workspace / "notebooks"), stdout=log, stderr=log))
    except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
        raise Fault(
            f"`{name}`, {f'cell `{watch.cell}`' if watch.cell else 'start'}: {_why(error, seconds)}."
        ) from error
    finally:
        watch.end()
    for cell in notebook.cells:
        if "raises-exception" in cell.metadata.get("tags", []) and not _raised(cell):
            raise Fault(f"`{name}`, cell `{cell.id}` is meant to raise, and does not.")


async def _all(client: NotebookClient, **options: Any) -> None:
    """Run all cells. nbclient takes an interrupt, which cancels this, for the end of the kernel."""
    try:
        await client.async_execute(**options)
    except DeadKernelError:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise asyncio.CancelledError from None
        raise


def _client(notebook: NotebookNode, watch: _Watch, private: Path, *, seconds: float) -> NotebookClient:
    """Return what runs the notebook; all cells together have `seconds`, from when their kernel is ready.

    It talks to the kernel through sockets in the private folder: a free port that Jupyter finds can be somebody
    else's a moment later. Their names are short, because systems limit the whole path to some hundred letters.
    """
    client = NotebookClient(
        notebook,
        config=Config(KernelManager={"transport": "ipc", "connection_file": str(private / "k")}),
        kernel_name="python3",
        startup_timeout=_PATIENCE,
        timeout_func=lambda _: max(0.1, watch.begun + seconds - time.monotonic()),
        record_timing=False,  # a run that shows the same is the same
    )

    def started(notebook: NotebookNode) -> None:  # noqa: ARG001  # both names are nbclient's
        watch.begun = time.monotonic()
        watch.group = getattr(client.km and client.km.provisioner, "pgid", None)

    def next_cell(cell: NotebookNode, cell_index: int) -> None:  # noqa: ARG001
        watch.cell = cell.id

    client.on_notebook_start, client.on_cell_execute = started, next_cell
    return client


def _why(error: Exception, seconds: float) -> str:
    match error:
        case CellExecutionError():
            return f"{error.ename}: {error.evalue}".rstrip(".")
        case CellTimeoutError():
            return f"stopped, because the notebook did not end within {seconds:g} s"
        case DeadKernelError():
            return "the kernel ended"
    return str(error).rstrip(".")


def _exercise(cell: NotebookNode) -> str:
    """Return the name of the exercise that a cell answers, or nothing."""
    match = _EXERCISE.match(cell.source) if cell.cell_type == "code" else None
    return match[1] if match else ""


def _verdict(cell: NotebookNode) -> dict[str, Any] | None:
    verdicts = [output.data[MEDIA_TYPE] for output in cell.outputs if MEDIA_TYPE in output.get("data", {})]
    return verdicts[-1] if verdicts else None


def _raised(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.outputs)
