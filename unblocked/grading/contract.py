"""What a worker is hired for: written down by the check, read by the worker's process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from unblocked.backends.worker import Pool
from unblocked.grading.order import Order


@dataclass(frozen=True, slots=True)
class Contract:
    """A worker's name, the pool that its tasks run in, how many at once, and the queues that it serves."""

    name: str
    pool: Pool
    concurrency: int
    queues: tuple[str, ...]

    def sign(self, order: Order, number: int) -> None:
        """Write it down for the worker of this number."""
        _file(order, number).write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, order: Order, number: int) -> Self:
        """Read that of the worker of this number."""
        told = json.loads(_file(order, number).read_text(encoding="utf-8"))
        return cls(**{**told, "queues": tuple(told["queues"])})


def _file(order: Order, number: int) -> Path:
    return order.place / f"contract-{number}.json"
