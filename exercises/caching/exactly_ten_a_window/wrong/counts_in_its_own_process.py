"""Believes that a module's variable is there for all: each worker has its own.

Says: each process
"""

from collections import defaultdict, deque

import redis.asyncio as redis

LIMIT, WINDOW = 10, 60

admitted: defaultdict[str, deque[float]] = defaultdict(deque)


async def admit(store: redis.Redis, customer: str, now: float) -> float:  # noqa: ARG001
    times = admitted[customer]
    while times and times[0] <= now - WINDOW:
        times.popleft()
    if len(times) >= LIMIT:
        return times[0] + WINDOW - now
    times.append(now)  # wrong: check_two_workers_admit_ten_together
    return 0.0
