"""Nothing is held while a carrier thinks, and whoever looks into the database meanwhile sees what is going on."""

import ast
import textwrap
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Identity, Integer, MetaData, Numeric, Table, Text

from unblocked.grading import App, Code, Database, Outside, Pending, advice, expect, hints

TABLES = MetaData()
Table(
    "shipments",
    TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    Column("parcel", Integer, nullable=False),
    Column("price", Numeric(10, 2)),
    Column("state", Text, nullable=False),
)

BETWEEN = "The section “Twenty-five customers, five connections” "
QUOTE = "/carriers/*"
CUSTOMERS = 25
ONE_BY_ONE = 3
POOL = 5
"""As many connections does the starter's pool have."""


@hints(
    "Which of your lines writes the price, and is it committed?",
    BETWEEN + "has a route with two transactions.",
    "The row, the question, the price, the answer: each shipment has one row.",
)
def check_a_shipment_has_its_price(app: App, database: Database, carriers: Outside) -> None:
    """A shipment is answered with its number and its price, and is in the database once, with that price."""
    database.make(TABLES)
    carriers.mend(latency=0)
    asked, right = booking(app, 8), [row(8, "new", carriers)]
    app.settles_at_last(lambda: asked.over and shipments(database) == right)
    number = database.value("SELECT max(id) FROM shipments")
    did = "sent `POST /shipments/8`; the carrier answered at once"
    expect_booked(app, carriers, asked, 8, number, did=did)
    rows = shipments(database)
    expect(
        rows == right,
        did=f"{did}, and we looked into the table",
        got=told(rows),
        expected=told(right),
        meaning="One shipment is one row: what is written twice is sent twice."
        if len(rows) > 1
        else "The customer was told a price that is not in the table: nobody has committed it.",
    )


@hints(
    "Which of your lines takes a connection, and which gives it back? Where between them is the carrier asked?",
    BETWEEN + "says from when to when a session has a connection.",
    "A block that ends, the question, a second block. Nothing of the first session is used between them.",
)
def check_no_connection_is_held_while_the_carrier_thinks(app: App, database: Database, carriers: Outside) -> None:
    """While the carrier thinks about the parcels of three customers, nobody has a connection."""
    database.make(TABLES)
    carriers.mend(latency=0)
    carriers.hold(QUOTE)
    first = 0
    for parcel in range(1, ONE_BY_ONE + 1):
        did = f"sent `POST /shipments/{parcel}`; the carrier kept the question for the price"
        at_the_carrier(app, database, carriers, [booking(app, parcel)], parcel, did=did)
        expect(
            app.settles(lambda: not database.transactions),
            did=did,
            got=f"a transaction is open; last asked in it: `{last(database)}`",
            expected="no open transaction",
            meaning="The row is committed, and then somebody has asked again, in this session or another: whatever a "
            "session reads, with a SELECT or a refresh, begins a new transaction, and that keeps a connection until it "
            "ends."
            if len(shipments(database)) >= parcel or not database.asked("INSERT")
            else "The transaction that has written the row goes on, and keeps its connection, which waits for the "
            "carrier with the customer. A flush or a savepoint ends nothing; a pool with more connections has room for "
            "more customers who wait like this, until the next one comes.",
        )
        first = database.connections if parcel == 1 else first
    more = ONE_BY_ONE - 1
    expect(
        app.settles(lambda: database.connections < first + more),
        did=f"sent {ONE_BY_ONE} shipments, each when the one before was at the carrier",
        got=f"{database.connections} connections",
        expected="as many as with the first one, for each needs one for a moment only",
        meaning="Each has kept its own, although no transaction is open. What `engine.connect()` gives is yours until "
        "its block ends; a commit does not give it back, nor does `AUTOCOMMIT`. And an engine for each request has a "
        "pool for each.",
    )


@hints(
    "What do your customers share, and how many can have it at once?",
    BETWEEN + "shows who waits for what.",
    "Each request has sessions of its own, and nothing of them is held at the carrier.",
)
def check_twenty_five_are_at_the_carrier_at_once(app: App, database: Database, carriers: Outside) -> None:
    """The parcels of twenty-five customers are at the carrier at once, and each customer has an answer."""
    database.make(TABLES)
    carriers.mend(latency=0)
    carriers.hold(QUOTE)
    parcels = range(1, CUSTOMERS + 1)
    asked = [booking(app, parcel) for parcel in parcels]
    did = f"sent {CUSTOMERS} shipments at once; the carrier kept every question"
    at_the_carrier(app, database, carriers, asked, CUSTOMERS, did=did)
    carriers.release()
    app.settles_at_last(lambda: all(each.over for each in asked))
    numbers = {each["parcel"]: each["id"] for each in database.rows("SELECT id, parcel FROM shipments")}
    for parcel, each in zip(parcels, asked, strict=True):
        expect_booked(app, carriers, each, parcel, numbers.get(parcel), did=f"{did} until all were there")
    right = [row(parcel, "new", carriers) for parcel in parcels]
    app.settles_at_last(lambda: by_parcel(database) == right)
    rows = by_parcel(database)
    expect(
        rows == right,
        did=f"{did} until all were there, and looked into the table",
        got=f"{len(rows)} shipments; not right: {told([each for each in rows if each not in right])}",
        expected=f"{CUSTOMERS}, each with its price",
        meaning="Requests have met in what they share, and one has written what belongs to another.",
    )


@hints(
    "The process dies while the carrier thinks. Who knows then what the customer wanted?",
    BETWEEN + "names the state between the two halves.",
    "The first transaction ends before the question: with a commit, not with a flush.",
)
def check_it_is_written_down_before_the_carrier_is_asked(app: App, database: Database, carriers: Outside) -> None:
    """While the carrier thinks, the shipment is in the database, without a price, in state `asking`."""
    database.make(TABLES)
    carriers.mend(latency=0)
    carriers.hold(QUOTE)
    lost = "Nobody else knows of the shipment yet: if the process dies now, it is lost, and no one will miss it."
    with database.transaction() as other:
        other.execute("LOCK TABLE shipments IN SHARE MODE")
        asked = booking(app, 8)
        app.settles_at_last(lambda: database.waiting or carriers.waiting(QUOTE) or asked.over)
        app.settles(lambda: carriers.waiting(QUOTE), patience=0.2)
        expect(
            not carriers.waiting(QUOTE),
            did="sent `POST /shipments/8`, while another transaction kept everybody from writing into the table",
            got="that the carrier is asked",
            expected="that the carrier is asked when the shipment is written down",
            meaning=lost,
        )
        other.rollback()
    did = "sent `POST /shipments/8`, and looked into the table while the carrier kept the question"
    at_the_carrier(app, database, carriers, [asked], 1, did=did)
    rows = shipments(database)
    expect(
        rows == [row(8, "asking", carriers)],
        did=did,
        got=told(rows),
        expected=told([row(8, "asking", carriers)]),
        meaning=lost
        if not rows
        else "Whoever looks now, or after a crash, must see that the price is still being asked for.",
    )


@hints(
    "The carrier fails. Which of your lines still run, and what becomes of what they have written?",
    BETWEEN + "says which exception undoes what.",
    "Catch what the question raises, note it in a transaction that is committed, and raise after that.",
)
def check_a_carrier_who_fails_is_noted(app: App, database: Database, carriers: Outside) -> None:
    """When the carrier fails, the customer gets 502, the shipment has state `failed`, and no connection is missing."""
    database.make(TABLES)
    carriers.mend(latency=0)
    carriers.fail(QUOTE)
    for parcel in range(1, POOL + 2):
        expect_refused(app, booking(app, parcel), parcel, did="the carrier answered 503")
    expect_failed(
        app, database, carriers, range(1, POOL + 2), did=f"sent {POOL + 1} shipments; the carrier answered 503"
    )
    carriers.mend()
    carriers.hold(QUOTE)
    asked = booking(app, 8)
    did = "sent `POST /shipments/8`; the carrier kept the question for the price"
    at_the_carrier(app, database, carriers, [asked], 1, did=did)
    carriers.break_off(QUOTE)
    expect_refused(app, asked, 8, did="the carrier broke the connection")
    expect_failed(app, database, carriers, [8], did="sent `POST /shipments/8`; the carrier broke the connection")
    expect(
        app.settles_at_last(lambda: not database.transactions),
        did=f"sent {POOL + 2} shipments, whose carrier failed",
        got=f"{database.transactions} open transactions; last asked in one: `{last(database)}`",
        expected="no open transaction",
        meaning="The answer is out, and a connection is not back: nobody has ended this transaction.",
    )


@hints(
    "Which of your lines commits the price, and has the customer an answer by then?",
    "The section “When does the code after `yield` run?” of lesson 03 says in which order answer and exit come.",
    "Commit before the route returns.",
)
def check_the_answer_comes_after_the_commit(app: App, database: Database, carriers: Outside) -> None:
    """The customer has no answer before the price is written; the others are answered meanwhile."""
    database.make(TABLES)
    carriers.mend(latency=0)
    carriers.hold(QUOTE)
    asked = booking(app, 8)
    did = "sent `POST /shipments/8`; the carrier kept the question for the price"
    at_the_carrier(app, database, carriers, [asked], 1, did=did)
    with database.transaction() as other:
        other.execute("SELECT * FROM shipments FOR UPDATE")
        carriers.release()
        app.settles_at_last(lambda: database.waiting or asked.over)
        app.settles(lambda: asked.over, patience=0.2)
        expect(
            not asked.over,
            did="sent `POST /shipments/8`; the carrier answered, and the price could not be written yet, because "
            "another transaction had locked the row",
            got=str(asked.reply or asked.error),
            expected="no answer yet",
            meaning="The customer is told a price before it is committed. If that fails, nobody hears of it.",
        )
        expect(
            not app.blocked,
            did="let a shipment wait for a lock in the database",
            got="that the app answers nobody",
            expected="that only this customer waits",
            meaning="This line waits for the database on the event loop's only thread: a sync session belongs into a "
            "`def` route.",
            line=app.line if app.blocked else None,
        )
        other.rollback()
    expect_booked(app, carriers, asked, 8, 1, did="sent `POST /shipments/8`, and let its price be written")


@advice
def one_place_says_what_failed(code: Code) -> bool:
    """Well done: the shipment's state is written in one place, whatever comes of the question."""
    return _begun(code) <= 1


@advice
def who_asks_again(code: Code) -> bool:  # noqa: ARG001  # it is good to know for everybody
    """Good to know: a process that dies meanwhile leaves a row in state `asking`. Somebody has to look for old ones."""
    return True


@advice
def a_pool_keeps_connections(code: Code) -> bool:
    """Good to know: with `NullPool` each transaction makes a connection of its own, which takes some milliseconds."""
    return code.uses("sqlalchemy.NullPool", "sqlalchemy.pool.NullPool")


def _begun(code: Code) -> int:
    names = {"begin", "commit"}
    calls = (n.func.attr for n in ast.walk(code.tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute))
    return sum(name in names for name in calls)


def booking(app: App, parcel: int) -> Pending:
    """Send a shipment."""
    return app.start(f"/shipments/{parcel}", method="POST")


def at_the_carrier(
    app: App, database: Database, carriers: Outside, asked: list[Pending], many: int, *, did: str
) -> None:
    """Expect that so many questions are at the carrier, and that no customer has an answer yet."""
    app.settles_at_last(lambda: len(carriers.waiting(QUOTE)) >= many or any(each.over for each in asked))
    early = next((each for each in asked if each.over), None)
    expect(
        early is None,
        did=did,
        got=str(early and (early.reply or early.error)),
        expected="no answer before the carrier's",
        meaning="The customer must learn the price, so the answer comes after the carrier's."
        if early and early.reply and early.reply.status < 400
        else "The route has raised an exception before the carrier has answered.",
    )
    there = len(carriers.waiting(QUOTE))
    expect(
        there >= many,
        did=did,
        got=f"{there} at the carrier",
        expected=f"{many}",
        meaning="The event loop's only thread is held by this line, so nobody else is served."
        if app.blocked
        else "The others wait for a connection, and those who have one wait for the carrier."
        if database.transactions
        else "Nobody has a connection, and yet the others wait: something lets in a few at once, a semaphore, a "
        "lock, or a client with few connections."
        if there
        else "Nobody has asked the carrier for the price.",
        line=app.line if app.blocked else None,
    )


def expect_booked(app: App, carriers: Outside, asked: Pending, parcel: int, number: int | None, *, did: str) -> None:
    """Expect the answer that a customer gets whose shipment has its price."""
    app.settles_at_last(lambda: asked.over)
    price = carriers.price("swift", parcel)
    reply = asked.reply
    expect(
        reply and reply.status == 201 and is_booked(reply.json, number, price),
        did=did,
        got=str(reply or asked.error or "no answer"),
        expected=f'201 {{"shipment":{number or 1},"price":"{price:.2f}"}}',
        meaning="The customer must have the number of the shipment, and its price.",
    )


def is_booked(body: Any, number: int | None, price: float) -> bool:
    """Say whether this is the answer with a shipment's number and its price, be that a text or a number."""
    if not isinstance(body, dict) or set(body) != {"shipment", "price"}:
        return False
    try:
        return body["shipment"] == number and Decimal(str(body["price"])) == Decimal(str(price))
    except ArithmeticError:
        return False


def expect_refused(app: App, asked: Pending, parcel: int, *, did: str) -> None:
    """Expect the answer that a customer gets whose carrier has failed."""
    app.settles_at_last(lambda: asked.over)
    expect(
        asked.reply and asked.reply.status == 502,
        did=f"sent `POST /shipments/{parcel}`; {did}",
        got=str(asked.reply or asked.error or "no answer"),
        expected="502",
        meaning="The customer must learn that the carrier has failed, however it did."
        if asked.over
        else "The customer waits for a connection: shipments that have failed did not give theirs back.",
    )


def expect_failed(app: App, database: Database, carriers: Outside, parcels: Iterable[int], *, did: str) -> None:
    """Expect what is written down of parcels whose carrier has failed."""
    right = [row(parcel, "failed", carriers) for parcel in parcels]
    app.settles_at_last(lambda: [each for each in by_parcel(database) if each["parcel"] in parcels] == right)
    rows = [each for each in by_parcel(database) if each["parcel"] in parcels]
    states = {each["state"] for each in rows}
    expect(
        rows == right,
        did=f"{did}, and looked into the table",
        got=told(rows),
        expected=told(right),
        meaning="What the customer wanted is gone with the failure: a shipment that has failed is still a shipment."
        if not rows
        else "The shipment says for ever that its price is being asked for: nobody has noted the failure, or the note "
        "was undone with its transaction, because an exception left its block."
        if "asking" in states
        else "A carrier who has failed has named no price."
        if any(each["price"] is not None for each in rows)
        else "Whoever looks for shipments that have failed must find it, once.",
    )


def row(parcel: int, state: str, carriers: Outside) -> dict[str, Any]:
    """Give the right row of a parcel."""
    price = Decimal(str(carriers.price("swift", parcel))) if state == "new" else None
    return {"parcel": parcel, "price": price, "state": state}


def shipments(database: Database) -> list[dict[str, Any]]:
    """Give all rows that are committed."""
    return database.rows("SELECT parcel, price, state FROM shipments ORDER BY id")


def by_parcel(database: Database) -> list[dict[str, Any]]:
    """Give all rows that are committed, in the order of the parcels."""
    return sorted(shipments(database), key=lambda each: int(each["parcel"]))


def told(rows: list[dict[str, Any]]) -> str:
    """Name rows."""
    return "; ".join(f"parcel {r['parcel']}, price {r['price']}, state `{r['state']}`" for r in rows[:3]) or "no row"


def last(database: Database) -> str:
    """Give what was asked last in a transaction that is open."""
    idle = (
        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%%'"
    )
    return textwrap.shorten(database.value(idle) or "", 80, placeholder=" …")
