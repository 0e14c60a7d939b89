"""One client for all requests: made once, whoever comes first, used again and again, closed with the app."""

import ast
import asyncio
import http.client
import json
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
import uvicorn

from unblocked.grading import Code, Imported, Outside, advice, expect, hints
from unblocked.grading.checking import Unmet
from unblocked.grading.imported import Started
from unblocked.grading.patience import LOOK
from unblocked.server.failure import Failure

IN_A_ROW = 6
MOST_IN_A_ROW = 3
"""A connection may be lost between two requests; whoever opens one for each needs as many as there are requests."""

AT_ONCE = 5

TRIES = 2
"""A client closes what was not used for some seconds, and on a busy machine so much may go by."""

AS_BEFORE = "The routes must answer as before."

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
    first = parcel.ask_at_once(range(1, AT_ONCE + 1))
    answer.settles(lambda: parcel.made - made >= AT_ONCE or len(carriers.waiting()) >= AT_ONCE)
    parcel.let_makers_go()
    are_held(answer, carriers, first)
    opened, made = parcel.opened - opened, parcel.made - made
    are_answered(carriers, first)
    more, later = comes_again(answer, carriers, parcel)
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
            more, _ = comes_again(answer, carriers, parcel)
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
    parcel.ends()
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
        parcel.ends()


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


def are_held(answer: Imported, carriers: Outside, customers: list["Customer"]) -> None:
    """Expect that the questions of all these customers are at the carrier at the same time."""
    answer.settles(lambda: len(carriers.waiting()) >= AT_ONCE or any(each.over for each in customers))
    answer.settles(lambda: len(carriers.waiting()) >= AT_ONCE)
    now = len(carriers.waiting())
    over = [each for each in customers if each.over]
    for each in over:
        each.parcel.gives(each.path, {"an answer": "when the carrier has answered"}, each)
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


def are_answered(carriers: Outside, customers: list["Customer"]) -> None:
    """Have the carrier answer, and expect that every customer has an answer."""
    carriers.release(AT_ONCE)
    for each in customers:
        each.parcel.gives(each.path, replies(carriers, each.number)[each.path], each)


def comes_again(answer: Imported, carriers: Outside, parcel: "Parcel") -> tuple[int, int]:
    """Have five more customers at once; give how many connections and clients that took."""
    carriers.hold("/carriers/*")
    opened, made = parcel.opened, parcel.made
    customers = parcel.ask_at_once(range(AT_ONCE + 1, 2 * AT_ONCE + 1))
    are_held(answer, carriers, customers)
    opened, made = parcel.opened - opened, parcel.made - made
    are_answered(carriers, customers)
    return opened, made


class Customer:
    """A request on its way."""

    def __init__(self, parcel: "Parcel", path: str, number: int) -> None:
        self.parcel, self.path, self.number = parcel, path, number
        self.status, self.text, self.sent, self.over = 0, "", False, False
        threading.Thread(target=self._send, daemon=True).start()

    def __str__(self) -> str:
        return f"{self.status} {self.text[:200]}" if self.status else self.text or "no answer"

    def _send(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.parcel.port)
        try:
            connection.request("GET", self.path, headers={"connection": "close"})
            self.sent = True
            got = connection.getresponse()
            self.text, self.status = got.read().decode(errors="replace"), got.status
        except (OSError, http.client.HTTPException) as error:
            self.text = f"no answer: {error or type(error).__name__}"
        finally:
            self.sent = self.over = True
            connection.close()
            self.parcel.answer.board.touch()


class Parcel:
    """The answer's app, started: on real uvicorn, in this process, where its clients and connections can be counted."""

    def __init__(
        self,
        answer: Imported,
        carriers: Outside,
        *,
        did: str = "started the app",
        meaning: str = "What comes before the `yield` of the lifespan raises, or does not end.",
    ) -> None:
        self.answer, self.carriers, self._did = answer, carriers, did
        self._sockets: list[weakref.ref[socket.socket]] = []
        self._raised: Failure | None = None
        self._making = threading.Lock()
        self._go = threading.Event()
        self._go.set()
        self.opened = self.made = 0
        self.in_threads = False
        self._count_connections(int(carriers.url.rpartition(":")[2]))
        self._count_clients()
        listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(self._watched(answer["app"]), lifespan="on", log_config=None, timeout_keep_alive=75)
        self._server = uvicorn.Server(config)
        self._serving = Started(answer, self._serve, (listening,), {})
        self._starts(meaning)

    def _starts(self, meaning: str) -> None:
        self.answer.ends(lambda: self._server.started or self._serving.over)
        expect(
            self._server.started and not self._serving.over,
            did=self._did,
            got="an exception; your code printed which" if self._serving.over else "it is still starting",
            expected="that it starts",
            meaning=meaning + self._raised_what,
            line=self._guilty if self._serving.over else self.answer.whereabouts().line,
        )

    async def _serve(self, listening: socket.socket) -> None:
        if task := asyncio.current_task():
            task.add_done_callback(_of_the_root)
        await self._server.serve(sockets=[listening])

    def _watched(self, app: Any) -> Any:
        async def watched(scope: Any, receive: Any, send: Any) -> None:
            try:
                await app(scope, receive, send)
            except Exception as error:
                self._raised = self._raised or Failure.of(error)
                raise

        return watched

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
            on_loop = asyncio._get_running_loop() is not None
            with self._making:
                self.made += 1
                self.in_threads |= not on_loop
            if not on_loop:
                self._go.wait(self.answer.limit)
            original(client, *args, **options)

        return counted

    @property
    def _guilty(self) -> int | None:
        return self._raised.line if self._raised and self._raised.file == self.answer.file else None

    @property
    def _raised_what(self) -> str:
        return f" Your code raised `{self._raised.message}`." if self._raised else ""

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

    def ask(self, path: str, number: int = 0) -> Customer:
        """Ask for a path without waiting for the answer."""
        return Customer(self, path, number)

    def ask_at_once(self, numbers: Iterable[int]) -> list[Customer]:
        """Ask for quotes, all of which are there before the event loop looks at the first of them."""
        go = threading.Event()
        self.answer.loop.call_soon_threadsafe(go.wait, self.answer.limit)
        customers = [self.ask(f"/quotes/{number}", number) for number in numbers]
        while not all(each.sent for each in customers):
            self.answer.board.wait(lambda: False, limit=LOOK)
        go.set()
        return customers

    def gives(
        self,
        path: str,
        right: dict[str, Any],
        customer: Customer | None = None,
        *,
        did: str = "",
        meaning: str = AS_BEFORE,
    ) -> None:
        """Expect this answer for a path."""
        customer = customer or self.ask(path)
        if not self.answer.ends(lambda: customer.over):
            where = self.answer.whereabouts()
            raise Unmet(did=did or f"asked for `{path}`", got="no answer", expected="an answer", hung=True,
                        line=where.line, meaning=where.meaning)  # fmt: skip
        self.answer.settles(lambda: customer.status != 500 or self._raised, patience=0.2)
        expect(
            customer.status == 200 and _data(customer.text) == right,
            did=did or f"asked for `{path}`",
            got=str(customer),
            expected=f"200 {json.dumps(right)}",
            meaning=meaning + (self._raised_what if customer.status == 500 else ""),
            line=self._guilty if customer.status == 500 else None,
        )

    def ends(self) -> None:
        """Have the app end."""
        self._server.should_exit = True
        over = self.answer.ends(lambda: self._serving.over)
        expect(
            over,
            did=f"{self._did}, and had it end",
            got="it does not come to an end",
            expected="that it ends",
            meaning="After the `yield` of its lifespan, the app waits for something that does not come.",
            line=None if over else self.answer.whereabouts().line,
        )
        expect(
            not self._server.lifespan.should_exit,
            did=f"{self._did}, and had it end",
            got="an exception; your code printed which",
            expected="an orderly end",
            meaning="What comes after the `yield` of the lifespan raises." + self._raised_what,
            line=self._guilty,
        )


def _of_the_root(_: Any) -> None:
    """Mark a task as the one that `asyncio.run` would have made: anyio's worker threads end with it, not before."""


_of_the_root.__module__ = "uvloop.loop"  # by which anyio knows it


def _data(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
