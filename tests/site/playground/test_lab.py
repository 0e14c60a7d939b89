"""The playground's model does what the lab does, step by step.

The lab's outside world holds its answers, so that what is compared is counted, and never timed.
"""

import selectors
import socket
from contextlib import ExitStack
from itertools import accumulate
from urllib.parse import urlsplit

import pytest

from tests.server.asking import get
from tests.waiting import FAR, until
from unblocked.outside import Outside
from unblocked.records import REQUEST_HEADER
from unblocked.server import Served
from unblocked.server.serving import listen, start
from unblocked.server.target import Target

KINDS = {
    "blocking": "/quotes/blocking/{n}",
    "awaiting": "/quotes/awaiting/{n}",
    "def": "/quotes/def/{n}",
    "processes": "/plans/processes/{n}",
}
"""The lab's route for each kind of the model's. Of the plans, it is their computing that the outside world holds."""


@pytest.fixture(scope="module")
def outside():
    with Outside(latency=0) as world:
        yield world


class Workers:
    """Servers of the lab, which stand for the workers of one service: requests are dealt to them in turn."""

    def __init__(self, servers, run):
        self.servers, self.run = servers, run
        self.asked = {}
        self.answers = selectors.DefaultSelector()

    def ask(self, number, path):
        """Send a request and leave it; the next one is sent later, so it comes later."""
        server = urlsplit(self.servers[(number - 1) % len(self.servers)].url)
        connection = socket.create_connection((server.hostname, server.port), timeout=FAR)
        head = f"GET {path.format(n=number)} HTTP/1.1\r\nHost: parcel\r\nConnection: close\r\n"
        connection.sendall(f"{head}{REQUEST_HEADER}: {self.run}-{number}\r\n\r\n".encode())
        self.answers.register(connection, selectors.EVENT_READ, number)

    def answered(self, many):
        """Wait until so many are answered, and give the numbers of their requests."""
        numbers = []
        while len(numbers) < many:
            ready = self.answers.select(FAR)
            assert ready, "nobody was answered"
            for key, _ in ready:
                said = key.fileobj.recv(1000)
                assert said.startswith(b"HTTP/1.1 200"), "\n".join(server.log for server in self.servers)
                self.answers.unregister(key.fileobj)
                key.fileobj.close()
                numbers.append(key.data)
        return sorted(numbers)

    def traces(self):
        return [trace for server in self.servers for trace in server.recording(f"{self.run}-").traces]

    def there(self):
        """Count the requests that are on a loop, in a thread and in the queue for one at this moment."""
        kept = [{s.kind for s in trace.stretches if s.label == "still running"} for trace in self.traces()]
        return {kind: sum(kind in one for one in kept) for kind in ("loop", "thread", "token")}

    def close(self):
        for key in list(self.answers.get_map().values()):
            key.fileobj.close()
        self.answers.close()


@pytest.fixture
def workers(outside):
    with ExitStack() as stack:

        def get_workers(number=1, **env):
            lab = Target.of("routes")
            servers = []
            for _ in range(number):
                with listen() as listening:
                    servers.append(stack.enter_context(start(lab, listening, carriers=outside, env=env, make=Served)))
            for server in servers:
                server.wait_until_ready()
            made = Workers(servers, "compared")
            stack.callback(made.close)
            return made

        outside.mend()
        assert outside.wait_until_idle()
        outside.forget()
        outside.hold()
        yield get_workers
        outside.mend()


def held(lane):
    """When a lane's request is at the outside world, in the model."""
    return lane["asked"] or lane["apart"]


def steps(lanes):
    """Give all that happens from outside: who comes, and who is let go, in the model's order of time."""
    comes = [(lane["due"], "comes", lane["number"]) for lane in lanes]
    goes = [(held(lane)[1], "goes", lane["number"]) for lane in lanes]
    return sorted(comes + goes)


def at(lanes, moment):
    """Count who is where, in the model, as soon as all that happens at a moment has happened.

    And who has ever been away: one goes and the next one comes, and as many are away as before.
    """

    def there(place):
        return sum(any(p["place"] == place and p["start"] <= moment < p["end"] for p in one["pieces"]) for one in lanes)

    went = [held(lane) for lane in lanes if held(lane)[0] <= moment]
    away = {"upstream": sum(moment < end for _, end in went), "ever": len(went)}
    return {kind: there(kind) for kind in ("loop", "thread", "token")} | away


def settings_of(kind, *, workers=1, **given):
    waits, computes = (0, 433) if kind == "processes" else (433, 0)
    return {"route": kind, "cores": 8, "workers": workers, "waits": waits, "computes": computes} | given


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("blocking", 1),
        ("awaiting", 1),
        ("processes", 1),
        ("def", 2),
        pytest.param("blocking", 2, marks=pytest.mark.at_length),
        pytest.param("def", 1, marks=pytest.mark.at_length),
    ],
)
def test_lab_and_model_agree_after_every_step(kind, number, model, workers, outside):
    run = model("run", settings_of(kind, workers=number, requests=9, every=100, tokens=3, processes=2))
    service, order, seen = workers(number, TOKENS="3"), [], []
    for moment, what, who in steps(run["lanes"]):
        if what == "comes":
            service.ask(who, KINDS[kind])
            if kind != "blocking":  # it has its place in the queue before the next one comes, or somebody goes
                until(lambda who=who: len(service.traces()) == who, f"{who} has arrived")
        else:
            assert outside.release(1) == 1
        order += service.answered(sum(lane["done"] == moment for lane in run["lanes"]))
        expected = at(run["lanes"], moment)
        until(lambda expected=expected: where(service, outside) == expected, f"{what} {who}: {expected}")
        seen.append(expected)
    assert order == run["order"]
    outside.catch_up()
    assert outside.peak == (run["peaks"]["upstream"] or run["peaks"]["process"])
    assert [max(one[place] for one in seen) for place in ("loop", "thread")] == [
        run["peaks"]["loop"],
        run["peaks"]["thread"],
    ]


def where(service, outside):
    return service.there() | {"upstream": outside.in_flight, "ever": outside.total}


@pytest.mark.parametrize(
    ("kind", "many", "waves"),
    [
        ("blocking", 5, [1, 1, 1, 1, 1]),
        ("awaiting", 45, [45]),
        ("def", 45, [40, 5]),
        ("def", 41, [40, 1]),
        ("processes", 5, [2, 2, 1]),
    ],
)
def test_burst_comes_in_as_many_waves(kind, many, waves, model, workers, outside):
    run = model("run", settings_of(kind, requests=many))
    assert run["waves"] == waves
    service = workers()
    for number in range(1, many + 1):
        service.ask(number, KINDS[kind])
    if kind != "blocking":  # all have arrived, and had every chance to go on
        until(lambda: len(service.traces()) == many, "all have arrived")
        assert get(f"{service.servers[0].url}/health").ok
    for size, arrived in zip(waves, accumulate(waves), strict=True):
        until(lambda: (outside.total, outside.in_flight) == (arrived, size), f"{arrived} in all, {size} of them now")  # noqa: B023
        assert outside.release(size) == size
    assert service.answered(many) == sorted(run["order"])
    assert (outside.peak, outside.total) == (max(waves), many)
