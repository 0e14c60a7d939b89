"""What routes a lab has, as its app itself says; asked in a process of its own, which imports the app."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fastapi.routing import RouteContext, iter_route_contexts

from unblocked.faults import Fault


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `kind` is how its function begins, `says` its docstring's first line, `file` and `line` its place."""

    method: str
    path: str
    kind: str
    name: str
    says: str
    file: str
    line: int


def routes(labs: Sequence[str], *, course: Path) -> dict[str, list[Route]]:
    """Ask every lab's app for its routes.

    Raises:
        Fault: an app cannot be imported; the error's last line is in the message.

    """
    done = subprocess.run(
        [sys.executable, "-m", __name__, *labs], cwd=course, capture_output=True, text=True, check=False
    )
    if done.returncode:
        why = done.stderr.strip().rpartition("\n")[2]
        raise Fault(f"The routes of the labs {', '.join(f'`{lab}`' for lab in labs)} cannot be read: {why}.")
    return {lab: [Route(**each) for each in found] for lab, found in json.loads(done.stdout.splitlines()[-1]).items()}


def _of(app: Any) -> Iterable[Route]:
    for route in iter_route_contexts(app.routes):  # those of included routers as well
        shown = getattr(route, "include_in_schema", True)  # FastAPI's own pages are not
        if shown and route.endpoint is not None:
            yield _described(route, route.endpoint)


def _described(route: RouteContext, endpoint: Callable[..., Any]) -> Route:
    function = inspect.unwrap(endpoint)
    is_async = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
    return Route(
        method=", ".join(sorted(route.methods or ["WebSocket"])),
        path=route.path or "",
        kind="async def" if is_async else "def",
        name=function.__name__,
        says=(inspect.getdoc(function) or "").partition("\n")[0],
        file=str(Path(inspect.getsourcefile(function) or "").relative_to(Path.cwd())),
        line=function.__code__.co_firstlineno,
    )


if __name__ == "__main__":
    every = {
        lab: [asdict(each) for each in _of(importlib.import_module(f"labs.{lab}.app").app)] for lab in sys.argv[1:]
    }
    print(json.dumps(every))
