"""What a check saw of an answer, made ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unblocked.grading.verdict import Verdict
from unblocked.records import Recording, Request, Stretch, Trace


@dataclass(frozen=True, slots=True)
class Sight:
    """The requests of one check and what was recorded of them; `timeline` draws it as it draws any run.

    Attributes:
        check: the check's name.
        title: its claim.
        guilty: the stretch in which a call held the event loop, as `timeline` wants to be told; empty if none did.

    """

    check: str
    title: str
    requests: list[Request]
    recording: Recording | None
    guilty: tuple[tuple[str, float, float, str], ...] = ()

    @classmethod
    def of(cls, verdict: Verdict, check: str) -> Sight | None:
        """Take what a check saw out of a verdict; None where it saw no request."""
        seen = verdict.seen.get(check)
        if not seen or not seen["requests"]:
            return None
        requests = [Request(**request) for request in seen["requests"]]
        recording = _recording(seen["recording"])
        [claim] = [outcome.claim for outcome in verdict.checks if outcome.name == check]
        return cls(check, claim, requests, recording, _guilty(seen["mark"], recording))


def _recording(data: dict[str, Any] | None) -> Recording | None:
    if data is None:
        return None
    traces = [Trace(**{**trace, "stretches": [Stretch(**s) for s in trace["stretches"]]}) for trace in data["traces"]]
    return Recording(traces, [(when, late) for when, late in data["lag"]], data["tokens"], data["dropped"])


def _guilty(mark: list[Any] | None, recording: Recording | None) -> tuple[tuple[str, float, float, str], ...]:
    """Find the request on whose behalf the loop was held at that time."""
    if mark is None or recording is None:
        return ()
    start, end, line = mark
    for trace in recording.traces:
        if any(s.kind == "loop" and s.start <= start <= s.end for s in trace.stretches):
            return ((trace.id, start, end, f"line {line} holds the event loop" if line else "holds the event loop"),)
    return ()
