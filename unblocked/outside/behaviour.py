"""How the outside world answers: after a while, with an error, never, or when it is told to."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from unblocked.faults import Fault

MOST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What happens to requests whose path matches a pattern such as `/carriers/turtle/*`."""

    pattern: str = "*"
    latency: float = 0.5
    status: int = 200
    held: bool = False
    hangs: bool = False
    price: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.latency, bool) or not isinstance(self.latency, int | float):
            raise Fault(f"A latency is a number of seconds, not {self.latency!r}.")
        if not 0 <= self.latency <= MOST_SECONDS:  # nor is NaN
            raise Fault(f"A latency of {self.latency} s is not possible: choose 0 to {MOST_SECONDS:.0f} seconds.")
        if not (isinstance(self.status, int) and 200 <= self.status <= 599):
            raise Fault(f"`{self.status}` is no status that a server answers with: choose 200 to 599.")

    def concerns(self, path: str) -> bool:
        """Say whether a request to this path is treated so."""
        return fnmatchcase(path, self.pattern)
