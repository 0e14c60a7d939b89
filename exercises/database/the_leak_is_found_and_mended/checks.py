"""Whatever becomes of a request, its connection is back when it is over, and the customers are told what they were."""

import ast
import json
import socket
import textwrap
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import CheckConstraint, Column, Identity, Integer, MetaData, Numeric, Table, Text

from unblocked.grading import App, Code, Database, advice, expect, hints

TABLES = MetaData()
Table(
    "customers",
    TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("balance", Numeric(12, 2), CheckConstraint("balance >= 0"), nullable=False),
)
Table(
    "shipments",
    TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    Column("customer_id", Integer, nullable=False),
    Column("price", Numeric(10, 2), nullable=False),
    Column("state", Text, nullable=False),
)

BETWEEN = "The section “Twenty-five customers, five connections” "
BEHIND = "The section “What does a request that fails leave behind?” of lesson 03 "
GUILTY = "/payments/{shipment}"
INNOCENT = {
    "/states/{shipment}": "Its session is opened in a block of the dependency. An exception of the route is raised at "
    "the `yield`, so it leaves that block, which closes the session.",
    "/exports/{customer}": "When a customer leaves, the generator is closed, and with it the block in which it stands. "
    "And what it asks the database is not what the operators have seen.",
    "/cancellations/{shipment}": "An exception that leaves the block of a transaction ends it: what was written is "
    "undone, and the connection is given back.",
}

POOL = 5
TIMES = POOL + 1
IN_THE_MIDST = 1000
"""Bytes: more than the headers of an answer, and far less than an export that does not fit on the way."""

RICH, POOR, REFUSED = 1, 2, 3
"""Shipments of three customers: one can pay, one cannot, and the database refuses to change the third."""
NOBODY = 99
REASON = "this customer is being moved"
FOUND = "The garbage collector is trying to clean up"
TOO_FEW = "QueuePool limit of size"
NONE_LEFT = (
    "It waits for a connection, and the pool has none left: on some way out of a route nobody closes the session."
)
NO_SHIPMENT = {"detail": "There is no such shipment."}
TOO_LOW = {"detail": "The balance is too low."}
TOLD = {RICH: (200, {"balance": "90.00"}), POOR: (409, TOO_LOW), NOBODY: (404, NO_SHIPMENT), REFUSED: (500, None)}
"""What a payment of each shipment is answered."""


@hints(
    "Which of the routes ask for one shipment by its number? And on which ways can a request leave each of them?",
    BETWEEN + "says when a session takes a connection, and when it gives it back.",
    "Give the path as it stands in the decorator, braces included; one of the four.",
)
def check_the_leak_is_named(app: App, database: Database) -> None:  # noqa: ARG001  # the answer needs it to start
    """The route that loses connections is named."""
    named = app.value("GUILTY")
    expect(
        route(named) == GUILTY,
        did="read `GUILTY`",
        got=repr(named)[:100],
        expected="the path of the route that loses connections, as it stands in the decorator",
        meaning=INNOCENT.get(
            route(named), "`GUILTY` is one path: that of one of the four routes, such as `/states/…`."
        ),
    )


@hints(
    "What does `find` raise, and which of your lines still run then?",
    BEHIND + "has a block that ends, whatever happens in it.",
    "A block around all that uses the session: it closes it on every way out.",
)
def check_a_payment_for_no_shipment_gives_its_connection_back(app: App, database: Database) -> None:
    """When there is no such shipment, the payment's connection is back."""
    fill(database)
    takes_payments(app)
    pay(app, database, NOBODY, did="there is no such shipment")
    none_was_lost(app, did=f"sent `POST {path(NOBODY)}` {TIMES} times; there is no such shipment")


@hints(
    "Which exceptions does your route catch, and which others are there?",
    BEHIND + "has a block that ends, whatever happens in it.",
    "Not one `except` for each that you know of: a block, or a `finally`.",
)
def check_every_other_payment_gives_its_connection_back(app: App, database: Database) -> None:
    """After a payment that is made, refused by balance or database, or left by its customer, the connection is back."""
    fill(database)
    takes_payments(app)
    pay(app, database, RICH, did="the balance was high enough")
    pay(app, database, POOR, did="the balance was too low")
    pay(app, database, REFUSED, did=f"the database answered with an error, “{REASON}”")
    none_was_lost(
        app, did="sent payments that were made, that the balance was too low for, and that the database refused"
    )
    with database.transaction() as other:
        other.execute("SELECT * FROM customers FOR UPDATE")
        asked = [app.start(path(RICH), method="POST") for _ in range(POOL)]
        app.settles(lambda: database.waiting)
        for each in asked:
            each.leave()
        app.settles(lambda: all(each.over for each in asked))
        other.rollback()
    left = f"sent `POST {path(RICH)}` {POOL} times; each customer hung up before the answer"
    none_is_open(app, database, did=left)
    expect(
        is_answered(app, path(RICH), "POST"), did=left, got="no answer to the next", expected="one", meaning=NONE_LEFT
    )


@hints(
    "Which of the other routes have you changed, and what do they share with the guilty one?",
    BEHIND + "says what comes back by itself.",
    "Leave the innocent routes as they were, and what they share as well.",
)
def check_the_other_routes_give_theirs_back(app: App, database: Database) -> None:
    """States and cancellations of no shipment, and exports that are left in the midst, give their connections back."""
    fill(database)
    for asked, method in ((f"/states/{NOBODY}", "GET"), (f"/cancellations/{NOBODY}", "POST")):
        again_and_again(app, database, lambda a=asked, m=method: is_answered(app, a, m), did=f"sent `{method} {asked}`")
    database.insert("shipments", *({"customer_id": 4, "price": 10, "state": "x" * 4_000_000} for _ in range(2)))
    did = "asked for `/exports/4`, and hung up in the midst of it"
    again_and_again(app, database, lambda: leave_an_export(app), did=did)
    none_was_lost(app, did="asked for states, cancellations and exports again and again")


@hints(
    "What had the customer before you mended it, and what is written by then?",
    BEHIND + "says what a block does with what was not committed.",
    "The same statuses, bodies and rows as before: only the connection's way back is another one.",
)
def check_everybody_is_told_what_they_were(app: App, database: Database) -> None:
    """Every route answers, writes and refuses as before, and `/refusals` lists what was refused."""
    fill(database)
    for shipment, (status, body) in TOLD.items():
        expect_told(app, path(shipment), "POST", status, body)
    expect_told(app, f"/states/{RICH}", "GET", 200, {"state": "new"})
    expect_told(app, f"/states/{NOBODY}", "GET", 404, NO_SHIPMENT)
    expect_told(app, f"/cancellations/{RICH}", "POST", 204, None)
    expect_told(app, f"/cancellations/{NOBODY}", "POST", 404, NO_SHIPMENT)
    exported = app.get("/exports/1")
    expect(
        (exported.status, exported.text) == (200, "1,cancelled\n"),
        did="sent `GET /exports/1`",
        got=str(exported),
        expected="200 1,cancelled",
        meaning="The route must answer what it answered before.",
    )
    details = [each["detail"] for each in (TOO_LOW, NO_SHIPMENT, NO_SHIPMENT, NO_SHIPMENT)]
    expect_told(app, "/refusals", "GET", 200, details)
    balances = [str(each["balance"]) for each in database.rows("SELECT balance FROM customers ORDER BY id")]
    expect(
        balances == ["90.00", "0.00", "100.00"],
        did="sent payments for three shipments, and looked at the balances of their customers",
        got=", ".join(balances),
        expected="90.00, 0.00, 100.00",
        meaning="What the customer was told is not what was written: without a commit, nothing was taken.",
    )


@advice
def the_block_ends_the_transaction(code: Code) -> bool:
    """Well done: `Session.begin()` commits, rolls back and closes: the route has no line that one could forget."""
    return not closes_by_hand(code)


@advice
def a_block_cannot_forget(code: Code) -> bool:
    """Good to know: `async with Session.begin()` does the same, and there is no line that the next change can skip."""
    return closes_by_hand(code)


@advice
def who_remembers_an_exception(code: Code) -> bool:
    """Good to know: a remembered exception keeps every local variable on its way. `refusals` could keep the details."""
    return "refusals.append(refusal)" in ast.unparse(code.tree)


def closes_by_hand(code: Code) -> bool:
    """Say whether somewhere a session is closed by a call."""
    calls = (n.func for n in ast.walk(code.tree) if isinstance(n, ast.Call))
    return any(isinstance(called, ast.Attribute) and called.attr == "close" for called in calls)


def fill(database: Database) -> None:
    """Make the tables, three customers, and a shipment of each; the database refuses to change the third customer."""
    database.make(TABLES)
    for number, balance in ((RICH, 100), (POOR, 0), (REFUSED, 100)):
        database.insert("customers", {"name": f"customer {number}", "balance": balance})
        database.insert("shipments", {"customer_id": number, "price": 10, "state": "new"})
    database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '" + REASON + "'; END $$"
    )
    database.execute(
        f"CREATE TRIGGER refuse BEFORE UPDATE ON customers FOR EACH ROW WHEN (OLD.id = {REFUSED}) "
        "EXECUTE FUNCTION refuse()"
    )


def path(shipment: int) -> str:
    """Give the path of a shipment's payment."""
    return f"/payments/{shipment}"


def pay(app: App, database: Database, shipment: int, *, did: str) -> None:
    """Send payments of a shipment, and expect all connections back."""
    did = f"sent `POST {path(shipment)}`; {did}"
    again_and_again(app, database, lambda: is_answered(app, path(shipment), "POST"), did=did)


def is_answered(app: App, asked: str, method: str) -> bool:
    """Send a request; say whether it was answered, in whatever way."""
    sent = app.start(asked, method=method)
    return app.settles_at_last(lambda: sent.over)


def takes_payments(app: App) -> None:
    """Expect that a payment is made; without that, there is no connection to be given back."""
    reply = app.post(path(RICH))
    expect(
        reply.status == 200,
        did=f"sent `POST {path(RICH)}`; the balance was high enough",
        got=str(reply),
        expected="200",
        meaning="A payment that can be made is made, as before.",
    )


def leave_an_export(app: App) -> bool:
    """Ask for an export that is larger than what fits on the way, and hang up; say whether it had begun."""
    host, port = app.host.split(":")
    came = b""
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=app.limit) as customer:
        customer.sendall(f"GET /exports/4 HTTP/1.1\r\nHost: {app.host}\r\n\r\n".encode())
        while len(came) < IN_THE_MIDST and (piece := customer.recv(IN_THE_MIDST)):
            came += piece
    return came.startswith(b"HTTP/1.1 200") and len(came) >= IN_THE_MIDST


def again_and_again(app: App, database: Database, ask: Callable[[], bool], *, did: str) -> None:
    """Ask more often than the pool has places, each when the one before is over; expect all connections back."""
    first = database.connections
    for number in range(1, TIMES + 1):
        did_so_far = f"{did} ({number} times)" if number > 1 else did
        expect(ask(), did=did_so_far, got="no answer", expected="an answer each time", meaning=NONE_LEFT)
        none_is_open(app, database, did=did_so_far)
    none_was_found(app, did=f"{did} ({TIMES} times)")
    expect(
        database.connections < first + POOL - 1,
        did=f"{did} ({TIMES} times)",
        got=f"{database.connections} connections, and {first} before",
        expected="hardly more than before, for one after the other needs one only",
        meaning="No transaction is open, and yet the connections are not back: nobody closes the session.",
    )


def none_is_open(app: App, database: Database, *, did: str) -> None:
    """Expect that no transaction is open any more."""
    expect(
        app.settles(lambda: not database.transactions),
        did=did,
        got=f"a transaction is still open; last asked in it: `{last(database)}`",
        expected="that none is open, for the request is over",
        meaning="On this way out of the route nobody closes the session, and it keeps its connection. A larger pool, "
        "another pool or a new one only lasts longer, and a collector does not find what somebody still remembers.",
    )


def none_was_lost(app: App, *, did: str) -> None:
    """Expect that no connection was found by the garbage collector, and that nobody has waited for one in vain."""
    app.settles(lambda: any(words in app.printed for words in (FOUND, TOO_FEW)), patience=0.2)
    none_was_found(app, did=did)
    expect(
        TOO_FEW not in app.printed,
        did=did,
        got=f"in the log: “{TOO_FEW} …”",
        expected="no such line",
        meaning=NONE_LEFT,
    )


def none_was_found(app: App, *, did: str) -> None:
    """Expect that no connection was found by the garbage collector by now."""
    expect(
        FOUND not in app.printed,
        did=did,
        got=f"in the log: “{FOUND} non-checked-in connection …”",
        expected="that each connection is given back",
        meaning="On this way out of the route nobody closes the session. Python came across it by chance and ended its "
        "connection; whatever remembers the session, or an exception on its way, makes a leak of it again.",
    )


def expect_told(app: App, asked: str, method: str, status: int, body: Any) -> None:
    """Expect what a route has always answered."""
    reply = app.start(asked, method=method).finish()
    right = reply.status == status and (body is None or reply.json == body)
    expect(
        right,
        did=f"sent `{method} {asked}`",
        got=str(reply),
        expected=f"{status} {json.dumps(body, separators=(',', ':')) if body else ''}".strip(),
        meaning="The customer is told something else than before: the way back of a connection changes no answer.",
    )


def last(database: Database) -> str:
    """Give what was asked last in a transaction that is open."""
    idle = (
        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%%'"
    )
    return textwrap.shorten(database.value(idle) or "", 80, placeholder=" …")


def route(named: object) -> str:
    """Give the path that is meant, also with its method before it, a number in it, or a slash after it."""
    words = str(named).split()
    first = words[-1].strip("/").split("/")[0].split("?")[0] if words else ""
    return next((each for each in (GUILTY, *INNOCENT) if each.split("/")[1] == first), "")
