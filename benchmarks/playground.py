"""Runs the playground's presets for real, and keeps their times for the page, where they stand beside the model's.

python -m benchmarks.playground
"""

import argparse
import json
import os
import re
import statistics
from collections.abc import Callable
from pathlib import Path

from benchmarks.heading import heading
from unblocked import load, serve, upstream
from unblocked.drawing.lanes import Lane, exclusive, thinned
from unblocked.drawing.palette import FILLERS
from unblocked.drawing.view import View
from unblocked.outside import Outside
from unblocked.traffic import Result

PLACE = Path(__file__).parents[1] / "docs" / "assets" / "playground"
HEAD = "/** Written by `python -m benchmarks.playground`: the presets, run for real. Times in ms. */\n"
MOST = 12
"""Pieces of a lane that are kept."""


def presets() -> list[dict]:
    """Read the runs that the page offers."""
    return json.loads(re.search(r"presets = (\[.*\]);", (PLACE / "presets.js").read_text(), re.DOTALL)[1])


def prepare(carriers: Outside, settings: dict) -> None:
    """Let carriers and printer take as long as a preset says; the warehouse only takes notice."""
    carriers.mend(latency=settings["waits"] / 1000)
    carriers.slow("/printer/*", latency=settings.get("computes", 0) / 1000)


def sender(parcel, preset: dict) -> Callable[[], Result]:
    settings = preset["settings"]
    many, every = settings["requests"], settings.get("every", 0)
    plan = {"rate": 1000 / every, "seconds": many * every / 1000} if every else {"n": many}
    return lambda: load(parcel, preset["path"], **plan)


def measured(parcel, carriers: Outside, preset: dict, *, times: int) -> dict:
    """Run a preset several times; give the run whose slowest request is the median."""
    prepare(carriers, preset["settings"])
    load(parcel, preset["path"], n=2)  # the first requests open connections and start processes
    found = (
        {} if "computes" in preset["settings"] or preset["settings"]["waits"] else alone(parcel, preset, times=times)
    )
    runs = sorted((sender(parcel, preset)() for _ in range(times)), key=lambda run: run.slowest)
    return {"settings": found, **kept(View(runs[times // 2]))}


def alone(parcel, preset: dict, *, times: int) -> dict:
    """Measure what one request computes when nobody else does."""
    seconds = [load(parcel, preset["path"], n=1).slowest for _ in range(times)]
    return {"computes": round(statistics.median(seconds) * 1000)}


def kept(view: View) -> dict:
    lag = [[ms(when - late), ms(when)] for when, late in view.lag if late >= max(0.005, view.span / 100)]
    return {"late": lag, "lanes": [lane_of(lane, view.span) for lane in view.lanes]}


def lane_of(lane: Lane, span: float) -> dict:
    pieces = thinned(tuple(exclusive(lane.pieces)), most=MOST)
    seen = [p for p in pieces if p.place not in FILLERS or p.end - p.start >= span / 600]
    return {"due": ms(lane.due), "done": ms(lane.done), "pieces": [[p.place, ms(p.start), ms(p.end)] for p in seen]}


def ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each preset (default: 5)")
    times = parser.parse_args().runs
    carriers = upstream(latency=0)
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    with serve("routes") as parcel:
        runs = {one["name"]: measured(parcel, carriers, one, times=times) for one in presets()}
    note = "The machine had other work." if busy > 0.5 else ""
    where = heading("fastapi", "uvicorn", "anyio")
    body = json.dumps({"where": where, "note": note, "of": times, "runs": runs}).replace('}, "', '},\n"')
    (PLACE / "recorded.js").write_text(f"{HEAD}globalThis.UnblockedPlayground.recorded = {body};\n")
    for name, run in runs.items():
        took = sorted(lane["done"] - lane["due"] for lane in run["lanes"])
        print(f"{name}: median {statistics.median_low(took):.0f} ms, slowest {took[-1]:.0f} ms {run['settings'] or ''}")
    print(f"{where}; {busy:.1f} busy processes a core")


if __name__ == "__main__":
    main()
