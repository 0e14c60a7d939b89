"""Runs the playground's presets for real, and keeps their times for the page, where they stand beside the model's.

python -m benchmarks.playground
"""

import argparse
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.heading import heading
from unblocked import load, serve, upstream
from unblocked.drawing.lanes import Lane, Piece, exclusive
from unblocked.drawing.view import View
from unblocked.outside import Outside
from unblocked.percentiles import percentile
from unblocked.stack import Service
from unblocked.traffic import Result

PLACE = Path(__file__).parents[1] / "docs" / "assets" / "playground"
HEAD = "/** Written by `python -m benchmarks.playground`: the presets, run for real. Times in ms. */\n"
SLIVER = 1 / 500
"""The share of a run below which a piece of a lane is left out."""

Preset = dict[str, Any]
"""A run that the page offers, as `presets.js` has it."""


def presets() -> list[Preset]:
    """Read the runs that the page offers."""
    said = re.search(r"presets = (\[.*\]);", (PLACE / "presets.js").read_text(), re.DOTALL)
    assert said is not None
    return list(json.loads(said[1]))


def prepare(carriers: Outside, settings: dict[str, Any]) -> None:
    """Let carriers and printer take as long as a preset says; the warehouse only takes notice."""
    carriers.mend(latency=settings["waits"] / 1000)
    carriers.slow("/printer/*", latency=settings.get("computes", 0) / 1000)


def sender(parcel: Service, preset: Preset) -> Callable[[], Result]:
    settings = preset["settings"]
    many, every = settings["requests"], settings.get("every", 0)
    plan = {"rate": 1000 / every, "seconds": many * every / 1000} if every else {"n": many}
    return lambda: load(parcel, preset["path"], **plan)


def measured(parcel: Service, carriers: Outside, preset: Preset, *, times: int) -> dict[str, Any]:
    """Run a preset several times; give the fastest run: the one that other work on the machine disturbed least."""
    prepare(carriers, preset["settings"])
    load(parcel, preset["path"], n=2)  # the first requests open connections and start processes
    computes = not preset["settings"]["waits"]
    times *= 4 if computes else 1  # other work disturbs who computes more than who waits
    found = alone(parcel, preset, times=times) if computes else {}
    runs = [sender(parcel, preset)() for _ in range(times)]
    return {"of": times, "settings": found, **kept(View(min(runs, key=lambda run: run.slowest)))}


def alone(parcel: Service, preset: Preset, *, times: int) -> dict[str, Any]:
    """Measure what one request computes when nobody else does."""
    fastest = min(load(parcel, preset["path"], n=1).slowest for _ in range(times))
    return {"computes": round(fastest * 1000)}


def kept(view: View) -> dict[str, Any]:
    lag = [[ms(when - late), ms(when)] for when, late in view.lag if late >= max(0.005, view.span / 100)]
    return {"late": lag, "lanes": [lane_of(lane, view.span) for lane in view.lanes]}


def lane_of(lane: Lane, span: float) -> dict[str, Any]:
    seen = joined([p for p in exclusive(lane.pieces) if p.end - p.start >= span * SLIVER], gap=span * SLIVER * 2)
    return {"due": ms(lane.due), "done": ms(lane.done), "pieces": [[p.place, ms(p.start), ms(p.end)] for p in seen]}


def joined(pieces: list[Piece], *, gap: float) -> list[Piece]:
    """Make one piece of two at the same place between which only a sliver was left out."""
    whole: list[Piece] = []
    for piece in pieces:
        if whole and whole[-1].place == piece.place and piece.start - whole[-1].end <= gap:
            whole.append(replace(whole.pop(), end=piece.end))
        else:
            whole.append(piece)
    return whole


def ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9, help="runs of each preset (default: 9)")
    times = parser.parse_args().runs
    carriers = upstream(latency=0)
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    with serve("routes") as parcel:
        runs = {one["name"]: measured(parcel, carriers, one, times=times) for one in presets()}
    note = "The machine had other work." if busy > 0.5 else ""
    where = heading("fastapi", "uvicorn", "anyio")
    body = json.dumps({"where": where, "note": note, "runs": runs}).replace('}, "', '},\n"')
    (PLACE / "recorded.js").write_text(f"{HEAD}globalThis.UnblockedPlayground.recorded = {body};\n")
    for name, run in runs.items():
        took = sorted(lane["done"] - lane["due"] for lane in run["lanes"])
        print(f"{name}: median {percentile(took, 50):.0f} ms, slowest {took[-1]:.0f} ms {run['settings'] or ''}")
    print(f"{where}; {busy:.1f} busy processes a core")


if __name__ == "__main__":
    main()
