"""Runs to draw, made by hand, so that every number in a picture is known."""

from dataclasses import dataclass, field

from unblocked.records import Kind, Recording, Request, Stretch, Trace

ZERO = 5000.0
"""The clock's reading when a run begins: pictures must not depend on it."""

Place = tuple[Kind, float, float] | tuple[Kind, float, float, str]


@dataclass
class Run:
    requests: list[Request] = field(default_factory=list)
    recording: Recording | None = field(default_factory=Recording)
    title: str = "A run"

    def add(self, path, done, *places: Place, due=0.0, cause="", status=200, zero=ZERO, method="GET"):
        """Add a request; times count from the run's beginning, and without places it has no trace."""
        name = f"id-{len(self.requests)}"
        self.requests.append(Request(name, method, path, zero + due, zero + due, zero + done, status, cause))
        if places and self.recording:
            stretches = [Stretch(kind, zero + start, zero + end, *label) for kind, start, end, *label in places]
            self.recording.traces.append(Trace(name, method, path, zero + places[0][1], stretches=stretches))
        return self


def blocking(many=5, *, zero=ZERO):
    """Requests that hold the event loop for half a second each, one after another."""
    run = Run(title="blocking")
    for n in range(many):
        run.add("/quotes/7", n / 2 + 0.5, ("loop", n / 2, n / 2 + 0.5, "requests.get"), zero=zero)
    if run.recording:
        run.recording.lag = [(zero + n / 2 + 0.5, 0.49) for n in range(many)]
    return run


def threaded(many=5, *, tokens=40, title="threaded"):
    """Requests that take half a second in one of `tokens` threads; the others wait for a thread."""
    run = Run(recording=Recording(tokens=tokens), title=title)
    for n in range(many):
        start = n // tokens / 2
        waits: list[Place] = [("token", 0.001, start)] if start else []
        run.add("/quotes/def", start + 0.5, *waits, ("thread", max(0.001, start), start + 0.5))
    return run


def busy(many, *, rate=500.0):
    """Requests that come at a rate and wait for another service, every hundredth of them in vain."""
    run = Run(title="busy")
    for n in range(many):
        due, wait = n / rate, 0.02 + (n * 7919 % 100) / 1000
        cause = "status 503" if n % 100 == 50 else ""
        places: tuple[Place, ...] = (("loop", due, due + 0.0005), ("upstream", due + 0.0005, due + wait))
        run.add(f"/quotes/{n}", due + wait, *places, due=due, cause=cause)
    return run
