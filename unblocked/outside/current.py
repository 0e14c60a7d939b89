"""The one outside world that the notebook's or terminal's services talk to."""

from __future__ import annotations

import os
import threading

from unblocked.outside.carriers import Outside

_world: Outside | None = None
_lock = threading.Lock()


def upstream(*, latency: float | None = None) -> Outside:
    """Give the outside world that Parcel's services ask for prices; it is started when first wanted.

    Args:
        latency: seconds that every answer takes from now on; 0.5 at the start, unchanged if not given.

    Example:
        >>> carriers = upstream(latency=0.5)
        >>> carriers.hold()  # from now on it keeps every request until `carriers.release()`
        >>> carriers.in_flight, carriers.peak
        (0, 0)

    """
    global _world
    with _lock:
        if _world is None or _world.owner != os.getpid() or not _world.open:
            _world = Outside()
        world = _world
    if latency is not None:
        world.mend(latency=latency)
    return world
