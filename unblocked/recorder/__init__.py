"""Records who ran where in a real server: on the event loop, in a thread, waiting for a thread or another service.

How: an ASGI wrapper puts the request's trace into a context variable. An asyncio callback (`Handle`) runs in the
context of the task that it belongs to, so the variable tells whose callback is running; the same holds in worker
threads, which get a copy of the context. Works with asyncio's own loop; uvloop has no `Handle` to wrap.
"""

from unblocked.recorder.connections import note_connections
from unblocked.recorder.middleware import Recorded
from unblocked.recorder.probes import install, name_outgoing_calls
from unblocked.recorder.stores import note_stores
from unblocked.recorder.tape import TAPE, Tape
from unblocked.recorder.tasks import note_tasks

__all__ = [
    "TAPE",
    "Recorded",
    "Tape",
    "install",
    "name_outgoing_calls",
    "note_connections",
    "note_stores",
    "note_tasks",
]
