"""Sentences about a run: what to try when it failed, and whether its figures can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unblocked.records import Request

LATE = 0.05
"""Seconds after which a request that was due has left too late."""
MANY = 0.01
"""The share of late requests from which on the figures are doubted."""

NO_FILES = "too many open files"
NO_PORTS = "no free port"


def doubt(requests: Sequence[Request]) -> str:
    """Say why the figures cannot be trusted; empty if they can.

    A request that leaves late makes the server look slow. It counts when that is a tenth of its time or more: what is
    late by 60 ms and then takes two seconds tells the truth.
    """
    late = sum(request.sent - request.due > max(LATE, request.seconds / 10) for request in requests)
    if late > MANY * len(requests):
        return (
            f"Do not trust these times: {late} of {len(requests)} requests left more than {LATE * 1000:.0f} ms after "
            "they were due: the sender could not keep up. Send fewer, or end other programs."
        )
    ours = [cause for cause in (NO_FILES, NO_PORTS) if any(request.cause == cause for request in requests)]
    if ours:
        return f"Do not trust these figures: the sender itself ran short ({', '.join(ours)}). Send fewer."
    return ""


def hint(causes: Mapping[str, int], *, url: str) -> str:
    """Say what to look at when nobody listens; empty otherwise."""
    if "refused" not in causes:
        return ""
    return f"Refused: nothing listens at `{url}`. Is the service started, and does it still run?"
