"""A lab that the tests of a file share, and what they see of it while it works."""

from contextlib import contextmanager

from tests.waiting import until
from unblocked import serve
from unblocked.records import Trace


@contextmanager
def served(name, carriers):
    """Give a function that serves the lab of this name: `lab(LEASES=1)`.

    The same settings, the same service, unless it has ended or is to be `fresh`; other settings end the one before.
    """
    known = {}

    def lab(*, fresh=False, **env):
        if fresh or known.get("env") != env or not known["parcel"].running:
            known.update(env=env, parcel=serve(name, carriers=carriers, env=env))
        return known["parcel"]

    yield lab
    if "parcel" in known:
        known["parcel"].stop()


def running_on_the_loop(parcel) -> Trace:
    """Give the request that keeps the loop at this moment."""
    return next(t for t in parcel.recording().traces if any(s.label == "still running" for s in t.stretches))


def wait_until_arrived(parcel, prefix, number=1):
    """Wait until so many requests whose names begin so have arrived."""
    until(lambda: len(parcel.recording(prefix).traces) == number, f"all of {prefix} have arrived")


def wait_until_over(parcel, prefix):
    """Wait until nothing is left to do for the requests whose names begin so, background tasks included."""
    until(lambda: all(trace.end for trace in parcel.recording(prefix).traces), f"{prefix} is over")


def paths(carriers):
    """Give the paths that the outside world was asked for."""
    return [call.path for call in carriers.asked()]


def printing(carriers):
    """Say how many labels are being drawn."""
    return len(carriers.waiting("/printer/*"))
