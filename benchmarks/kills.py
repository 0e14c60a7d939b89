"""What is left, and what is lost, when a part of a running lesson is killed at a random moment?

python -m benchmarks.kills [--times 100] [--lessons 0 5 6 7] [--seed 1]

A learner goes through a lesson in JupyterLab, which saves the notebook after every cell; one process of theirs, any,
gets a `kill -9`. Then the kernel is ended, by that or by us, and the notebooks, the answers and the history are read.
"""

import argparse
import ast
import contextlib
import http.client
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import websocket
from rich.console import Console
from rich.table import Table

from benchmarks.heading import heading
from benchmarks.learners import PARTS, Learner, homes
from benchmarks.processes import left, until
from unblocked.course import slug_of
from unblocked.exercises import Exercise
from unblocked.lessons import running, source
from unblocked.processes import runtime

COURSE = Path(__file__).resolve().parents[1]
SPAN = 20.0
"""Seconds of a lesson in which the moment lies."""

PATIENCE = 180.0
"""Seconds after which a cell is said to hang: what has lost a part that it needs waits for it, and gives up."""


@dataclass
class Found:
    """What was found after all kills of one part."""

    kills: int = 0
    processes: int = 0
    hung: int = 0
    lost: list[str] = field(default_factory=list)
    gone_after: list[float] = field(default_factory=list)


def read(notebook: Path) -> nbformat.NotebookNode:
    whole: nbformat.NotebookNode = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    return whole


class Walk(threading.Thread):
    """A learner goes through a lesson, cell after cell, and JupyterLab saves the notebook after each."""

    def __init__(self, learner: Learner, name: str, *, solved: bool) -> None:
        super().__init__(daemon=True)
        self.learner, self.stopped = learner, threading.Event()
        self.notebook = read(COURSE / "notebooks" / f"{name}.ipynb")
        if solved:
            running.inject(self.notebook, slug_of(name))
        self.place = f"contents/notebooks/{name}.ipynb"
        self.start()

    def run(self) -> None:
        """Go on until the end, or until there is nobody any more who answers."""
        with contextlib.suppress(OSError, websocket.WebSocketException, http.client.HTTPException):
            for cell in self.notebook.cells:
                if self.stopped.is_set():
                    return
                if cell.cell_type == "code":
                    text = self.learner.run(cell.source)
                    cell.outputs = [nbformat.v4.new_output("stream", text=text)]  # type: ignore[no-untyped-call]
                    self.learner.ask("PUT", self.place, {"type": "notebook", "content": self.notebook})

    def end(self, *, dead: bool) -> bool:
        """Let the cell that runs come to its end, and have the kernel ended; say whether the cell hung."""
        self.stopped.set()
        if dead:  # JupyterLab starts another kernel, which knows nothing of the cell
            self.learner.leave()
        self.join(PATIENCE)
        hung = self.is_alive()
        self.learner.leave()
        with contextlib.suppress(OSError, http.client.HTTPException):  # JupyterLab is gone, or going
            self.learner.ask("DELETE", f"kernels/{self.learner.number}")
        self.join()
        return hung


def part_of(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    return next((name for word, name in PARTS.items() if word in words), "others")


def victim(learner: Learner, chance: random.Random) -> tuple[psutil.Process, str]:
    """Choose a part that runs now, and one of its processes."""
    parts: dict[str, list[psutil.Process]] = {}
    for process in learner.family():
        with contextlib.suppress(psutil.NoSuchProcess):
            parts.setdefault(part_of(process), []).append(process)
    part = chance.choice(sorted(parts))
    return chance.choice(parts[part]), part


def stay(learner: Learner) -> set[int]:
    """Give the processes that all kernels of a learner have: when one of them is killed, everything ends."""
    command = psutil.Process(learner.popen.pid)
    [warden] = command.children()
    [supervisor] = warden.children()
    return {command.pid, warden.pid, supervisor.pid, *(each.pid for each in supervisor.children())}


def lost(workspace: Path) -> list[str]:
    """Read all that the learner has; name what is not whole."""
    found = []
    for copy in workspace.glob("notebooks/*.ipynb"):
        try:
            read(copy)
        except (ValueError, nbformat.reader.NotJSONError):
            found.append(copy.name)
    for answer in workspace.glob("answers/*/*.py"):
        exercise = Exercise.find(answer.stem)
        whole = {ast.dump(ast.parse(text)) for text in (exercise.starter, exercise.solution.read_text())}
        try:
            if ast.dump(ast.parse(answer.read_text())) not in whole:
                found.append(answer.name)
        except SyntaxError:
            found.append(answer.name)
    history = workspace / "progress.jsonl"
    for line in history.read_bytes().splitlines() if history.exists() else ():
        try:
            json.loads(line)
        except ValueError:
            found.append(f"progress.jsonl: {line[:60]!r}")
    return found


class Trial:
    """Kills one after the other, each of a lesson that has begun anew."""

    def __init__(self, folder: Path, lessons: list[str], chance: random.Random) -> None:
        self.folder, self.lessons, self.chance = folder, lessons, chance
        self.at_the_end, self.homes = contextlib.ExitStack(), 0
        self.learner: Learner | None = None
        self.found: dict[str, Found] = {}

    def once(self, number: int) -> str:
        """Walk, kill at a moment, and look; say what was killed, when and in which lesson."""
        learner = self.learner = self.learner or self._arrives()
        name = self.lessons[number % len(self.lessons)]
        walk = Walk(learner, name, solved=self.chance.random() < 0.5)
        moment = self.chance.uniform(0, SPAN)
        walk.join(moment)
        process, part = victim(learner, self.chance)
        family, for_all = learner.family(), stay(learner)
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
        found = self.found.setdefault(part, Found())
        found.kills += 1
        found.hung += walk.end(dead=part == "kernel")
        if process.pid in for_all:
            learner.end(signal.SIGKILL)
            self.learner = None
        self._look(found, [each for each in family if self.learner is None or each.pid not in for_all])
        found.lost += lost(learner.workspace)
        if self.learner is not None:
            learner.begin()
        return f"{number + 1}: {part} of lesson {name}, after {moment:.1f} s; {found.gone_after[-1]:.1f} s"

    def _arrives(self) -> Learner:
        self.homes += 1
        return Learner(self.folder / str(self.homes), self.at_the_end)

    def _look(self, found: Found, processes: list[psutil.Process]) -> None:
        """Wait until they are gone, and count what stays; then what lies about without an owner."""
        begun = time.perf_counter()
        until(lambda: not left(processes), limit=30)
        found.gone_after.append(time.perf_counter() - begun)
        found.processes += left(processes)

    def close(self) -> list[Path]:
        """End the learner who is left; give the folders of owners that stay."""
        if self.learner is not None:
            self.learner.end(signal.SIGINT)
        self.at_the_end.close()
        temporary = self.folder / "tmp"
        until(lambda: not list(temporary.glob("unblocked-*")), limit=60)
        return list(temporary.glob("unblocked-*"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=100, help="kills (default: 100)")
    parser.add_argument("--lessons", type=int, nargs="+", default=[0, 5, 6, 7], help="numbers (default: 0 5 6 7)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments and of what is killed (default: 1)")
    options = parser.parse_args()
    console, names = Console(width=130), [each.name for each in source.lessons() if each.number in options.lessons]
    with homes() as folder:
        before = set(Path("/dev/shm").iterdir()) if Path("/dev/shm").exists() else set()
        trial = Trial(folder, names, random.Random(options.seed))
        try:
            for number in range(options.times):
                print(trial.once(number), flush=True)
        finally:
            folders = trial.close()
        mine = f"unblocked-{os.getuid()}-"
        memory = {each for each in set(Path("/dev/shm").iterdir()) - before if each.name.startswith(mine)}
        show(console, trial.found)
        told = f"{len(folders)} folders of owners left, of which the next start removes {len(runtime.sweep())}"
        console.print(f"In the end: {told}; {len(memory)} places in memory.")


def show(console: Console, found: dict[str, Found]) -> None:
    console.print(f"{heading('jupyterlab', 'ipykernel')}\n")
    made = Table("killed", title="kill -9 of one process at a random moment of a lesson", title_justify="left")
    for column in (
        "times",
        "processes left after 30 s",
        "cells that hung",
        "not whole",
        "the rest gone after, at most",
    ):
        made.add_column(column, justify="right")
    for part, each in sorted(found.items()):
        last = f"{max(each.gone_after):.1f} s"
        made.add_row(part, *map(str, (each.kills, each.processes, each.hung, len(each.lost))), last)
    console.print(made)
    for thing, times in Counter(name for each in found.values() for name in each.lost).items():
        console.print(f"not whole: {thing} ({times} times)")


if __name__ == "__main__":
    main()
