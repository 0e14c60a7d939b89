"""What a learner calls to send requests, and what is called when they are done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from unblocked.faults import Fault
from unblocked.records import Recording
from unblocked.traffic.address import Target, base_of
from unblocked.traffic.courier import delivered
from unblocked.traffic.meter import meter
from unblocked.traffic.plan import Plan, planned
from unblocked.traffic.result import Result

on_result: list[Callable[[Result], None]] = []
"""Called with the result after every load, in this order."""


def load(
    target: str | Target,
    path: str | Sequence[str] = "/",
    *,
    n: int | None = None,
    rate: float | None = None,
    seconds: float | None = None,
    method: str = "GET",
    json: Any = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 30.0,
    title: str | None = None,
    elsewhere: bool = False,
) -> Result:
    """Send requests to a service, all at once or at a rate, and keep every one of them.

    At a rate the arrivals never wait for answers, as customers do not wait for each other; and the time of a request
    counts from the moment it was due. So a stall of the service shows in the figures with all that it did.

    Args:
        target: a served lab, or a URL such as `"http://127.0.0.1:8000"`.
        path: the path to ask for, or a list of paths taken in turn. `{n}` in it becomes the request's number, from 1.
        n: how many requests, from 1 to 20000: all at the same moment, or at `rate`.
        rate: requests a second, above 0 and at most 2000.
        seconds: for how long, above 0 and at most 120; `rate` times `seconds` is at most 20000.
        method: the HTTP method.
        json: a body, sent as JSON.
        headers: headers for every request.
        timeout: seconds after which a request is given up, counted from when it was sent; above 0 and at most 120.
        title: a few words to know the run by; made of the other arguments if not given.
        elsewhere: allow a service that is not on this machine. Only load what is yours.

    Returns:
        Every request, with the figures that follow from them, a table, and a picture (`.timeline()`).

    Raises:
        Fault: an argument is out of its bounds, arguments do not go together, or the target is on another machine.

    Example:
        >>> load(parcel, "/quotes/7", n=5)  # doctest: +SKIP
        >>> load("http://127.0.0.1:8000", "/health", rate=50, seconds=4).p95  # doctest: +SKIP
        0.0031

    """
    base = base_of(target, elsewhere=elsewhere)
    plan = planned(
        base, path, n=n, rate=rate, seconds=seconds, method=method, json=json, headers=headers, timeout=timeout
    )
    result = _measured(plan, target, title=_named(plan, target) if title is None else " ".join(str(title).split()))
    for call in tuple(on_result):
        call(result)
    return result


def _named(plan: Plan, target: object) -> str:
    """Name a run; a target's own name tells two runs of the same requests apart."""
    name = getattr(target, "name", "")
    return f"{plan.title} ({name})" if name else plan.title


def _measured(plan: Plan, target: str | Target, *, title: str) -> Result:
    with meter(plan.count) as shown:
        requests, said = delivered(plan, tell=shown.tell)
    ask = partial(_recorded, target, plan.run)
    recording, note = ask()
    return Result(
        requests=requests,
        recording=recording,
        title=title,
        offered=plan.rate,
        url=plan.base,
        said=said,
        note=note,
        ask=ask,
    )


def _recorded(target: object, run: str) -> tuple[Recording | None, str]:
    """Fetch what the server recorded. A server that the load has ended costs its recording, not the result."""
    recording = getattr(target, "recording", None)
    if recording is None:
        return None, ""
    try:
        return recording(f"{run}-"), ""
    except Fault as fault:
        return None, f"There is no recording. {fault.message}"
