"""One client for all requests: made once, whoever comes first, used again and again, closed with the app."""

import ast
import asyncio
import socket
import sys
import threading
import weakref
from collections.abc import Iterable
from typing import Any

import aiohttp
import httpx
import httpx2
import requests

from unblocked.grading import Code, Imported, Outside, Pending, advice, expect, hints
from unblocked.grading.hosted import AS_BEFORE, Hosted

IN_A_ROW = 6
MOST_IN_A_ROW = 3
"""A connection may be lost between two requests; whoever opens one for each needs as many as there are requests."""

AT_ONCE = 5

TRIES = 2
"""A client closes what was not used for some seconds, and on a busy machine so much may go by."""

TO_EACH_ITS_OWN = "Every request makes a client of its own, with a connection of its own, and throws both away."

CLIENTS = (
    (httpx, "AsyncClient"),
    (httpx, "Client"),
    (httpx2, "AsyncClient"),
    (httpx2, "Client"),
    (aiohttp, "ClientSession"),
    (requests, "Session"),
)


def check_both_routes_answer(answer: Imported, carriers: Outside) -> None:
    """Both routes answer what their carrier says, and ask it for every request."""
    carriers.mend(latency=0)
    parcel = Parcel(answer, carriers)
    for number in (8, 9, 8):
        for path, right in replies(carriers, number).items():
            before = carriers.total
            parcel.gives(path, right)
            expect(
                carriers.total > before,
                did=f"asked for `{path}`",
                got="an answer, and no question to the carrier",
                expected="one question to the carrier",
                meaning="Requests share the client, not what the carrier has answered: that may have changed.",
            )


@hints(
    "How often does the body of your dependency run, and what of it need not run again?",
    "The section about a client for each request counts the clients and the connections.",
    "What lives as long as the app is made in its lifespan; the dependency only hands it on.",
)
def check_requests_share_a_connection(answer: Imported, carriers: Outside) -> None:
    """Requests that come one after another share a connection."""
    carriers.mend(latency=0)
    parcel = Parcel(answer, carriers)
    for route in ("/quotes", "/tracks"):
        opened, made = parcel.opened, parcel.made
        for number in range(1, IN_A_ROW + 1):
            path = f"{route}/{number}"
            parcel.gives(path, replies(carriers, number)[path])
        opened, made = parcel.opened - opened, parcel.made - made
        expect(
            opened <= MOST_IN_A_ROW,
            did=f"asked {IN_A_ROW} times for `{route}/…`, one after the other, and counted the connections",
            got=f"{opened} connections, and {made} clients made meanwhile",
            expected="one connection, used again and again",
            meaning=TO_EACH_ITS_OWN
            if made > MOST_IN_A_ROW
            else "The client is made once, but every request opens a connection to the carrier all the same: what is "
            "read to its end, and not closed, can be used again.",
        )


@hints(
    "Five requests are the first, and none of them finds a client. What does each of them do?",
    "The section about a client for each request says why a singleton is not the mend.",
    "Nobody has to look whether the client is there if it is made before the first request can come.",
)
def check_the_first_five_share_one_client(answer: Imported, carriers: Outside) -> None:
    """Five customers who are the first, and come at once, share one client."""
    parcel = Parcel(answer, carriers)
    carriers.hold("/carriers/*")
    opened, made = parcel.opened, parcel.made
    parcel.keep_makers()
    first = parcel.quotes_at_once(range(1, AT_ONCE + 1))
    answer.settles(lambda: parcel.made - made >= AT_ONCE or len(carriers.waiting()) >= AT_ONCE)
    parcel.let_makers_go()
    are_held(carriers, parcel, first)
    opened, made = parcel.opened - opened, parcel.made - made
    are_answered(carriers, parcel, first)
    more, later = comes_again(carriers, parcel)
    expect(
        made <= 1,
        did=f"asked for {AT_ONCE} quotes at once, the first that the app got, and counted the clients",
        got=f"{made} clients made",
        expected="one client, for all of them",
        meaning=TO_EACH_ITS_OWN
        if later >= AT_ONCE
        else "Each of the first customers looks for the client, finds none, and makes one: there are as many clients "
        "as have come at once.",
    )
    for _ in range(TRIES):
        if more > AT_ONCE // 2:
            more, _ = comes_again(carriers, parcel)
    expect(
        more <= AT_ONCE // 2,
        did=f"asked for {AT_ONCE} quotes at once, and then for {AT_ONCE} more, and counted the connections",
        got=f"{opened}, and then {more} more",
        expected=f"{AT_ONCE}, and then none",
        meaning="The client does not keep its connections, or there are several of them: those who come later open "
        "connections anew.",
    )


@hints(
    "The app ends. Who closes what it had opened when it started?",
    "The section about a client for each request has a lifespan with two halves, before and after its `yield`.",
    "Open the client in a `with` block that has the lifespan's `yield` in it.",
)
def check_no_connection_outlives_the_app(answer: Imported, carriers: Outside) -> None:
    """When the app has ended, all of its connections are closed."""
    carriers.mend(latency=0)
    parcel = Parcel(answer, carriers)
    for number in (1, 2):
        for path, right in replies(carriers, number).items():
            parcel.gives(path, right)
    parcel.shut_down()
    closed = answer.settles(lambda: not parcel.open)
    expect(
        closed,
        did="asked for some quotes, then had the app end, and looked for its connections",
        got=f"{parcel.open} open",
        expected="none",
        meaning="Nobody has closed the client. What is opened for the app is closed when the app ends: after the "
        "`yield` of its lifespan.",
    )


@hints(
    "Your app starts a second time. Which of its lines run again, and which ran when it was imported?",
    "The section about a client for each request makes it in the lifespan, which runs at every start.",
    "Make the client where the app starts, not where the module is imported: a closed client cannot be used again.",
)
def check_the_app_starts_again(answer: Imported, carriers: Outside) -> None:
    """An app that has ended starts again, and works as before."""
    carriers.mend(latency=0)
    for did, meaning in (
        ("started the app", AS_BEFORE),
        (
            "started the app, had it end, and started it again",
            "What is made when the module is imported is made once in a process, and after the app's first end it is "
            "closed for good.",
        ),
    ):
        parcel = Parcel(answer, carriers, did=did, meaning=meaning)
        for path, right in replies(carriers, 8).items():
            parcel.gives(path, right, did=f"{did}; then asked for `{path}`", meaning=meaning)
        parcel.shut_down()


@advice
def nobody_has_to_be_the_first(code: Code) -> bool:
    """Good to know: with a client that the lifespan makes, nobody is the first, so no lock is needed."""
    return code.uses("threading.Lock", "asyncio.Lock")


@advice
def events_are_of_yesterday(code: Code) -> bool:
    """Worth changing: `on_event` is deprecated, and where a lifespan is given, what it has is never run."""
    return code.uses("app.on_event")


@advice
def it_is_made_where_it_is_closed(code: Code) -> bool:
    """Well done: one block makes the client and closes it, also when the app ends with an error."""
    blocks = [node for node in ast.walk(code.tree) if isinstance(node, ast.With | ast.AsyncWith)]
    return any(isinstance(inner, ast.Yield) for block in blocks for inner in ast.walk(block))


@advice
def a_thread_waits_as_long(code: Code) -> bool:
    """Good to know: while it waits, a `def` route keeps one of the 40 tokens; a route that awaits needs none."""
    return code.uses("requests.Session", "httpx.Client", "httpx2.Client")


def replies(carriers: Outside, number: int) -> dict[str, dict[str, Any]]:
    """Give what each route answers for a parcel."""
    return {
        f"/quotes/{number}": {"price": carriers.price("swift", number)},
        f"/tracks/{number}": {"path": f"/carriers/turtle/tracks/{number}", "ok": True},
    }


def are_held(carriers: Outside, parcel: "Parcel", customers: list[Pending]) -> None:
    """Expect that the questions of all these customers are at the carrier at the same time."""
    answer = parcel.answer
    answer.settles(lambda: len(carriers.waiting()) >= AT_ONCE or any(each.over for each in customers))
    answer.settles(lambda: len(carriers.waiting()) >= AT_ONCE)
    now = len(carriers.waiting())
    over = [each for each in customers if each.over]
    for each in over:
        parcel.gives(each.path, {"an answer": "when the carrier has answered"}, each)
    expect(
        now >= AT_ONCE,
        did=f"asked for {AT_ONCE} quotes at once; the carrier kept every question",
        got=f"{now} of {AT_ONCE} questions at the carrier",
        expected=f"{AT_ONCE}",
        meaning="This line keeps the event loop's only thread, so nobody else is served."
        if answer.blocked
        else "One customer waits for the other: for a lock, or for the only connection that the client may have. To "
        "share a client is not to take turns with it.",
        line=answer.line if answer.blocked else None,
    )


def are_answered(carriers: Outside, parcel: "Parcel", customers: list[Pending]) -> None:
    """Have the carrier answer, and expect that every customer has an answer."""
    carriers.release(AT_ONCE)
    for each in customers:
        number = int(each.path.rpartition("/")[2])
        parcel.gives(each.path, replies(carriers, number)[each.path], each)


def comes_again(carriers: Outside, parcel: "Parcel") -> tuple[int, int]:
    """Have five more customers at once; give how many connections and clients that took."""
    carriers.hold("/carriers/*")
    opened, made = parcel.opened, parcel.made
    customers = parcel.quotes_at_once(range(AT_ONCE + 1, 2 * AT_ONCE + 1))
    are_held(carriers, parcel, customers)
    opened, made = parcel.opened - opened, parcel.made - made
    are_answered(carriers, parcel, customers)
    return opened, made


class Parcel(Hosted):
    """The answer's app, whose clients and connections are counted from before its start.

    Attributes:
        opened: how many connections to the carriers were opened.
        made: how many clients were made.

    """

    def __init__(self, answer: Imported, carriers: Outside, **words: str) -> None:
        self.opened = self.made = 0
        self._sockets: list[weakref.ref[socket.socket]] = []
        self._making = threading.Lock()
        self._go = threading.Event()
        self._go.set()
        self._count_connections(int(carriers.url.rpartition(":")[2]))
        self._count_clients()
        super().__init__(answer, **words)

    def _count_connections(self, port: int) -> None:
        def count(event: str, given: tuple[Any, ...]) -> None:
            if event == "socket.connect" and isinstance(given[1], tuple) and given[1][1] == port:
                self.opened += 1
                self._sockets.append(weakref.ref(given[0]))

        sys.addaudithook(count)

    def _count_clients(self) -> None:
        for library, name in CLIENTS:
            kind = getattr(library, name)
            kind.__init__ = self._counted(kind.__init__)

    def _counted(self, original: Any) -> Any:
        def counted(client: Any, *args: Any, **options: Any) -> None:
            with self._making:
                self.made += 1
            if asyncio._get_running_loop() is None:
                self._go.wait(self.answer.limit)
            original(client, *args, **options)

        return counted

    def keep_makers(self) -> None:
        """Keep whoever makes a client in a thread, as a client that takes its time to make does."""
        self._go.clear()

    def let_makers_go(self) -> None:
        """Let them go."""
        self._go.set()

    @property
    def open(self) -> int:
        """How many connections to the carriers are open."""
        alive = [made() for made in self._sockets]
        return sum(each is not None and each.fileno() != -1 for each in alive)

    def quotes_at_once(self, numbers: Iterable[int]) -> list[Pending]:
        """Ask for quotes, all of which are there before the event loop looks at the first of them."""
        return self.start_at_once(f"/quotes/{number}" for number in numbers)
