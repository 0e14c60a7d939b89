"""What Parcel was given by others and may not change: a printer that keeps its caller waiting, a planner that computes.

Neither can be awaited. Both do their work for real, and both are known to the outside world, which can hold them: the
printer draws when it is asked over the network, the planner tells the warehouse where it begins to compute.
"""

from __future__ import annotations

import http.client
import os
import threading
from itertools import permutations
from urllib.parse import urlsplit


def draw_label(parcel: int) -> str:
    """Have the printer draw a parcel's label; return when it is drawn.

    >>> draw_label(7)  # doctest: +SKIP
    'label 7'
    """
    _ask(f"/printer/labels/{parcel}")
    return f"label {parcel}"


def plan_boxes(parcel: int) -> int:
    """Try every order in which nine things fit into a parcel's boxes; return how many boxes the best one takes.

    Pure Python that computes for a tenth of a second or more and waits for nothing.

    >>> plan_boxes(7)  # doctest: +SKIP
    2
    """
    _ask(f"/warehouse/plans/{parcel}")
    things = [(parcel * step) % 7 + 2 for step in range(1, 10)]
    return min(_boxes(order) for order in permutations(things))


def _boxes(order: tuple[int, ...]) -> int:
    """Fill boxes of ten one after the other."""
    boxes, room = 1, 10
    for size in order:
        if size > room:
            boxes, room = boxes + 1, 10
        room -= size
    return boxes


def _ask(path: str) -> None:
    """Tell the outside world who asks, and wait for its answer."""
    connection = http.client.HTTPConnection(urlsplit(os.environ["CARRIERS_URL"]).netloc, timeout=60)
    who = {"x-parcel-process": str(os.getpid()), "x-parcel-thread": threading.current_thread().name}
    try:
        connection.request("GET", path, headers=who)
        connection.getresponse().read()
    finally:
        connection.close()
