"""What does recording cost? The same trivial routes with and without it, asked by one client as fast as they answer.

python -m benchmarks.recording [--rounds 12]

The four are measured in turns, so that whatever else the machine does falls on all of them alike.
"""

import argparse
import contextlib
import itertools
import socket
import statistics
import time

from fastapi import FastAPI
from rich.console import Console
from rich.table import Table

from benchmarks.heading import heading

REQUESTS = 1000
"""In one turn of one route; as many to warm up."""

app = recorded = plain = FastAPI()


@app.get("/async")
async def in_loop() -> str:
    return "fine"


@app.get("/def")
def in_thread() -> str:
    return "fine"


class Client:
    """A client on one connection that is kept open: bytes out, bytes in, so that hardly more than the server works."""

    def __init__(self, url: str, path: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._question = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        self._length = self._first()

    def seconds(self, n: int = REQUESTS) -> float:
        """Ask so often, each time when the answer is there; give the seconds of one."""
        start = time.perf_counter()
        for _ in range(n):
            self._socket.sendall(self._question)
            missing = self._length
            while missing:
                missing -= len(self._socket.recv(missing))
        return (time.perf_counter() - start) / n

    def close(self) -> None:
        self._socket.close()

    def _first(self) -> int:
        """Ask once, to see how long an answer is: they are all alike."""
        self._socket.sendall(self._question)
        answer = b""
        while not answer.endswith(b'"fine"'):
            answer += self._socket.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        return len(answer)


def measure(clients: dict[tuple[str, bool], Client], rounds: int) -> dict[tuple[str, bool], list[float]]:
    """Take turns; every other round begins at the other end."""
    for client in clients.values():
        client.seconds()
    times: dict[tuple[str, bool], list[float]] = {key: [] for key in clients}
    for n in range(rounds):
        for key in list(clients)[:: 1 if n % 2 else -1]:
            times[key].append(clients[key].seconds())
    return times


def row(path: str, with_it: list[float], without: list[float]) -> list[str]:
    ratios = sorted(a / b for a, b in zip(with_it, without, strict=True))
    fast, slow = statistics.median(without), statistics.median(with_it)
    figures = [f"{1 / fast:.0f}", f"{1 / slow:.0f}", f"{fast * 1e6:.0f} µs", f"{slow * 1e6:.0f} µs"]
    cost = f"{(slow - fast) * 1e6:.0f} µs"
    return [path, *figures, cost, f"{statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})"]


def main() -> None:
    from unblocked import serve

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12, help="turns of each (default: 12)")
    rounds = parser.parse_args().rounds
    with contextlib.ExitStack() as stack:
        servers = {record: stack.enter_context(serve(f"{__file__}:{name}", record=record))
                   for name, record in (("plain", False), ("recorded", True))}  # fmt: skip
        keys = itertools.product(("/async", "/def"), (False, True))
        clients = {key: stack.enter_context(contextlib.closing(Client(servers[key[1]].url, key[0]))) for key in keys}
        times = measure(clients, rounds)
    columns = (
        "route",
        "requests/s plain",
        "recorded",
        "a request, plain",
        "recorded",
        "cost",
        "ratio of times (range)",
    )
    table = Table(*columns, title=f"{rounds} rounds of {REQUESTS} requests each, one client", title_justify="left")
    for path in ("/async", "/def"):
        table.add_row(*row(path, times[path, True], times[path, False]))
    console = Console(width=130)
    console.print(f"{heading('fastapi', 'uvicorn')}\n")
    console.print(table)


if __name__ == "__main__":
    main()
