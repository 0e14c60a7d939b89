"""From a fresh clone to a JupyterLab that answers: with cold caches, with warm ones, and the second start.

python -m benchmarks.install [--times 3] [--uv]

A clone of this repository in a temporary folder, a home and caches of its own. It needs a network, and downloads
everything once each time, and once more to count what is downloaded: then all connections go through a proxy on this
machine, which would slow down what is timed.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.heading import heading

COURSE = Path(__file__).resolve().parents[1]
START = ["-m", "unblocked", "start", "--no-browser"]
CACHES = {"HOME": "home", "XDG_CACHE_HOME": "cache", "UV_CACHE_DIR": "cache/uv", "PIP_CACHE_DIR": "cache/pip"}
COLD, WARM, SECOND = "fresh clone, cold caches", "fresh clone, warm caches", "second start"


class Proxy:
    """Passes connections on and counts what comes back."""

    def __init__(self) -> None:
        self.received = 0
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join()

    def _stop(self) -> None:
        """Hang up where a connection is still open, and end when that is done."""
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.call_soon(self._loop.stop)

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _serve(self, ours: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):  # one side has hung up
            head = (await ours.readuntil(b"\r\n\r\n")).split()
            host, _, port = head[1].decode().rpartition(":")
            theirs, requests = await asyncio.open_connection(host, int(port))
            answers.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(self._pass(ours, requests), self._pass(theirs, answers, count=True))

    async def _pass(self, source: asyncio.StreamReader, goal: asyncio.StreamWriter, *, count: bool = False) -> None:
        with contextlib.closing(goal):
            while data := await source.read(1 << 16):
                self.received += len(data) if count else 0
                goal.write(data)
                await goal.drain()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="From a fresh clone to a JupyterLab that answers.")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--uv", action="store_true", help="let it find the `uv` of this machine")
    options = parser.parse_args()
    runs = [run(uv=options.uv) for _ in range(options.times)]
    megabytes = counted(uv=options.uv)
    console = Console()
    console.print(heading("jupyterlab"))
    console.print(f"Python of the environment: {python()}; `uv` {'is there' if options.uv else 'is fetched'}")
    console.print(table(runs, megabytes))


def run(*, uv: bool, proxy: Proxy | None = None) -> dict[str, float]:
    """Clone twice, start three times, leave nothing behind; give the seconds, or the megabytes that a proxy counted."""
    with tempfile.TemporaryDirectory(prefix="unblocked-benchmark-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        env = environment(folder, uv=uv) | (through(proxy) if proxy else {})
        first, second = clone(folder / "first"), clone(folder / "second")
        cold = start(first, env=env, proxy=proxy)
        shutil.rmtree(first)
        return {COLD: cold, WARM: start(second, env=env, proxy=proxy), SECOND: start(second, env=env, proxy=proxy)}


def counted(*, uv: bool) -> dict[str, float]:
    """Count what is downloaded."""
    with Proxy() as proxy:
        return run(uv=uv, proxy=proxy)


def environment(folder: Path, *, uv: bool) -> dict[str, str]:
    """Give an environment with a home and caches of its own."""
    own = {name: str(folder / place) for name, place in CACHES.items()}
    for place in own.values():
        Path(place).mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    path = [place for place in os.get_exec_path() if uv or not (Path(place) / "uv").exists()]
    return kept | own | {"PATH": os.pathsep.join(path)}


def through(proxy: Proxy) -> dict[str, str]:
    """Give the variables that send every connection through the proxy."""
    return dict.fromkeys(("HTTPS_PROXY", "https_proxy"), f"http://127.0.0.1:{proxy.port}")


def clone(goal: Path) -> Path:
    """Make a fresh clone of what is committed."""
    subprocess.run(["git", "clone", "--quiet", "--no-local", str(COURSE), str(goal)], check=True)
    return goal


def start(course: Path, *, env: dict[str, str], proxy: Proxy | None) -> float:
    """Start it, wait for the line that is printed when JupyterLab answers, and end it."""
    received, begun = proxy.received if proxy else 0, time.perf_counter()
    process = subprocess.Popen([python(), *START], cwd=course, env=env, stdout=subprocess.PIPE, text=True)
    with ending(process):
        assert process.stdout
        line = process.stdout.readline()
        seconds = time.perf_counter() - begun
    if not line.startswith("JupyterLab: "):
        raise SystemExit("JupyterLab was not started; the lines above say why.")
    return (proxy.received - received) / 1e6 if proxy else seconds


@contextlib.contextmanager
def ending(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def python() -> str:
    """Give the bare Python that this environment was made from."""
    return str(getattr(sys, "_base_executable", sys.executable))


def table(runs: list[dict[str, float]], megabytes: dict[str, float]) -> Table:
    """Put the medians of all runs into a table."""
    made = Table("from the command to the answer of JupyterLab", "median s", "slowest s", "downloaded MB")
    for what in (COLD, WARM, SECOND):
        seconds = [run[what] for run in runs]
        made.add_row(what, f"{statistics.median(seconds):.1f}", f"{max(seconds):.1f}", f"{megabytes[what]:.1f}")
    return made


if __name__ == "__main__":
    main()
