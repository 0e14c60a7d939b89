"""Notes what becomes of Celery tasks, in whatever process: sent on behalf of which request, begun, ended.

How: a task's message has headers of its own. The id of the request is put there when the task is sent; a task that is
sent by a task, or is tried again, takes the id over.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from unblocked.recorder.notes import SETTING, Notes
from unblocked.recorder.tape import current

_REQUEST, _SENT = "unblocked_request", "unblocked_sent"


def note_tasks(*, worker: str = "") -> None:
    """Note from now on, in this process and its forks, what becomes of tasks; nothing where nobody wants to know.

    Args:
        worker: whose process this is; empty for one that only sends.

    """
    if "celery" not in sys.modules or SETTING not in os.environ:
        return
    from celery import signals

    notes = Notes(Path(os.environ[SETTING]))

    def naming(headers: dict[str, Any], **_: Any) -> None:
        headers |= {_REQUEST: _request(), _SENT: time.perf_counter()}

    def sent(headers: dict[str, Any], **_: Any) -> None:
        notes.add("sent", at=headers[_SENT], id=headers["id"], name=headers["task"], request=headers[_REQUEST])

    def began(task_id: str, task: Any, **_: Any) -> None:
        notes.add("began", id=task_id, name=task.name, request=_of(task), worker=worker, kept=bool(task.acks_late))

    def ended(task_id: str, state: str | None = None, **_: Any) -> None:
        notes.add("ended", id=task_id, state=state or "FAILURE")

    def revoked(request: Any, **_: Any) -> None:
        notes.add("ended", id=request.id, state="REVOKED")

    def lost(task_id: str, exception: BaseException, **_: Any) -> None:
        if type(exception).__name__ in {"WorkerLostError", "TimeLimitExceeded"}:  # its own process cannot say so
            notes.add("ended", id=task_id, state="FAILURE")

    signals.before_task_publish.connect(naming, weak=False)
    signals.after_task_publish.connect(sent, weak=False)
    if worker:  # elsewhere a task runs only where it is called like any function
        signals.task_prerun.connect(began, weak=False)
        signals.task_postrun.connect(ended, weak=False)
        signals.task_revoked.connect(revoked, weak=False)
        signals.task_failure.connect(lost, weak=False)


def _request() -> str:
    """Give the id of the request that is being worked for: by a route, or by a task that was sent for it."""
    from celery import current_task

    trace = current.get()
    return trace.id if trace else _of(current_task) if current_task else ""


def _of(task: Any) -> str:
    return getattr(task.request, _REQUEST, "") or ""
