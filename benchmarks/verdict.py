"""From running the cell to its verdict, in a real kernel: the solution, the starter, and the first of a fresh kernel.

python benchmarks/verdict.py [--times 30] [--burners 2]
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from rich.console import Console
from rich.table import Table

from benchmarks.heading import heading
from unblocked.grading import Exercise
from unblocked.grading.verdict import MEDIA_TYPE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--burners", type=int, default=0, help="processes that keep a core busy meanwhile")
    parser.add_argument("--exercise", default="other_requests_keep_moving")
    options = parser.parse_args()
    exercise = Exercise.find(options.exercise)
    answers = {"solution": exercise.solution.read_text(), "starter": exercise.starter}
    table = Table("answer", "runs", "first", "median", "95th percentile", "slowest", title="Cell to verdict")
    with burning(options.burners), tempfile.TemporaryDirectory() as folder:
        for name, code in answers.items():
            os.environ["UNBLOCKED_WORKSPACE"] = f"{folder}/{name}"
            first, *others = measured(f"%%exercise {exercise.name}\n{code}", passes=name == "solution", n=options.times)
            table.add_row(name, str(len(others)), *(f"{1000 * s:.0f} ms" for s in (first, *figures(others))))
    Console(width=100).print(f"{heading('fastapi', 'uvicorn')}, {options.burners} CPU burners", table, sep="\n")


def figures(seconds: list[float]) -> tuple[float, float, float]:
    ranked = sorted(seconds)
    return statistics.median(ranked), ranked[int(0.95 * (len(ranked) - 1) + 0.5)], ranked[-1]


def measured(cell: str, *, passes: bool, n: int) -> list[float]:
    """Run the cell n + 1 times in a fresh kernel; the first right after its start."""
    manager, client = start_new_kernel()
    try:
        return [run(client, cell, passes=passes) for _ in range(n + 1)]
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def run(client: BlockingKernelClient, cell: str, *, passes: bool) -> float:
    verdicts = []
    begun = time.perf_counter()

    def see(message: dict[str, Any]) -> None:
        if MEDIA_TYPE in message["content"].get("data", {}):
            verdicts.append((time.perf_counter() - begun, message["content"]["data"][MEDIA_TYPE]))

    client.execute_interactive(cell, timeout=120, output_hook=see)
    [(seconds, verdict)] = verdicts
    if verdict["passed"] is not passes:
        sys.exit(f"A false verdict: {verdict}")
    return seconds


@contextlib.contextmanager
def burning(n: int) -> Iterator[None]:
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(n)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


if __name__ == "__main__":
    main()
