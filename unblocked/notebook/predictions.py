"""Shows a prediction beside the measurement as soon as there is one."""

from __future__ import annotations

from unblocked import traffic
from unblocked.workspace.predictions import compare, take_pending


def connect() -> None:
    """See that every load is followed by the predictions that were made for it."""
    if _show not in traffic.on_result:
        traffic.on_result.append(_show)


def _show(result: traffic.Result) -> None:
    from IPython.display import display

    for comparison in compare(take_pending(), result):
        display(comparison)  # type: ignore[no-untyped-call]
