"""A page has its customers and all of their shipments, takes two queries, and says what is in the database now."""

import ast
import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, DateTime, ForeignKey, Identity, Integer, MetaData, Numeric, String, Table, func

from unblocked.grading import App, Code, Database, Pending, Reply, advice, expect, hints

SIZE = 20
MOST = 2
"""So many queries may a page take."""

CUSTOMERS = range(10, 100, 3)
"""Their ids: thirty, with gaps between them."""

TABLES = MetaData()
Table(
    "customers",
    TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", String, nullable=False),
    Column("balance", Numeric(12, 2), nullable=False, server_default="0"),
)
Table(
    "shipments",
    TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Column("parcel", Integer, nullable=False),
    Column("price", Numeric(10, 2)),
    Column("state", String, nullable=False, server_default="new"),
    Column("created_at", DateTime, nullable=False, server_default=func.now()),
)

ATTRIBUTE = "The section “An attribute can be a query” "
COUNT = "The section “How many queries is one page?” "


@hints(
    "Which attribute does the answer look at, and which query has asked for it?",
    ATTRIBUTE + "has a route that asks for what it will look at.",
    "An option of the query names the relationship; the limit then still counts customers.",
)
def check_a_page_has_its_customers_and_their_shipments(app: App, database: Database) -> None:
    """A page has the next 20 customers by id, also those without shipments, each with its shipments by id."""
    fill(database)
    for after in (0, CUSTOMERS[SIZE - 1], CUSTOMERS[-1]):
        expect_page(app, database, after)


@hints(
    "How many queries does your route send for one customer, and how many for twenty?",
    COUNT + "counts them, with two ways to load a list.",
    "One query for the customers of the page, and one for the shipments of all of them; or one for both.",
)
def check_a_page_takes_two_queries(app: App, database: Database) -> None:
    """A page takes at most two queries, whether it has twenty customers, one, or none."""
    fill(database)
    for after in (0, CUSTOMERS[-2], CUSTOMERS[-1], 0):
        before = len(queries(database))
        customers = expect_page(app, database, after)
        expect_few(queries(database)[before:], MOST, customers, did=f"asked for `{path(after)}` and counted queries")


@hints(
    "What does `session.get` load, and what does the answer look at?",
    ATTRIBUTE + "has the same for one customer.",
    "`get` takes options, as a query does.",
)
def check_one_customer_has_all_shipments(app: App, database: Database) -> None:
    """One customer comes with all shipments, or with an empty list; whom nobody knows is answered 404."""
    fill(database)
    for number in CUSTOMERS[:4]:
        expect_customer(app, database, number)
    unknown = f"/customers/{CUSTOMERS[0] + 1}"
    reply = app.get(unknown)
    expect(
        reply.status == 404,
        did=f"asked for `{unknown}`, and there is no such customer",
        got=str(reply),
        expected="status 404",
        meaning="Who asks for a customer that does not exist must learn that.",
    )


@hints(
    "Your route looks at the shipment after the commit. What does the session know of it then?",
    ATTRIBUTE + "has a route that reads after the commit, and an option of the session.",
    "Keep what is known over the commit, or look before it, when the row has its id.",
)
def check_a_new_shipment_is_answered_as_it_is(app: App, database: Database) -> None:
    """A new shipment is committed, and answered with its id and its state."""
    fill(database)
    for number, parcel in ((CUSTOMERS[0], 7), (CUSTOMERS[1], 8)):
        asked = f"POST /customers/{number}/shipments"
        reply = app.post(asked.removeprefix("POST "), json={"parcel": parcel})
        did = f"sent `{asked}` with parcel {parcel}"
        expect(
            reply.status == 201,
            did=did,
            got=str(reply),
            expected="status 201",
            meaning="A commit makes the session forget the values of its objects; looking at one is a query again."
            if "MissingGreenlet" in raised(app, reply) and added(database, number)
            else meaning_of_failure(app, reply),
        )
        app.settles(lambda number=number: added(database, number))
        rows = added(database, number)
        expect(
            [row["parcel"] for row in rows] == [parcel],
            did=f"{did}, had 201, and looked into the database",
            got=json.dumps(rows) if rows else "no new shipment",
            expected=f"one new shipment of customer {number}",
            meaning="What is not committed is not there: the customer was told something that is not true."
            if not rows
            else "One parcel is one shipment.",
        )
        expect(
            shipment_in(reply.json) == rows[0],
            did=f"{did}, and looked into the database",
            got=str(reply),
            expected=f"201 {json.dumps(rows[0])}",
            meaning="The answer is the shipment as it is kept, with the id that the database has given it.",
        )


@hints(
    "Where does your answer come from when nobody has changed anything, and where when somebody has?",
    "The section “A session is one conversation” says what a session keeps, and for how long.",
    "Each request has a session of its own, and asks the database.",
)
def check_a_page_says_what_is_there_now(app: App, database: Database) -> None:
    """What others have changed since the last request is on the page, and so is a shipment that has come by the app."""
    fill(database)
    first = CUSTOMERS[0]
    expect_page(app, database, 0)
    expect_customer(app, database, first)
    app.post(f"/customers/{first}/shipments", json={"parcel": 7})
    app.settles(lambda: added(database, first))
    database.execute("UPDATE shipments SET state = 'lost'")
    database.insert("shipments", {"customer_id": first, "parcel": 8})
    database.insert("customers", {"id": first + 1, "name": "New"})
    since = " once more, after others have changed all shipments, and added one and a customer"
    old = (
        "The answer is as old as the request before: somebody keeps it, in a variable or in a session that never ends."
    )
    expect_page(app, database, 0, since=since, otherwise=old)
    expect_customer(app, database, first, since=since, otherwise=old)
    app.settles(lambda: database.transactions == 0)
    expect(
        database.transactions == 0,
        did="looked at the database when all requests had their answers",
        got=f"{database.transactions} open transaction(s)",
        expected="none",
        meaning="A session that is never closed keeps a connection and a transaction, also when all requests share it.",
    )


@hints(
    "Three customers ask at once. Which session, and which connection, has each of them?",
    "The section “A session is one conversation” has two tasks in one session.",
    "Each request has a session of its own, and awaits what it asks.",
)
def check_requests_at_once_all_have_their_page(app: App, database: Database) -> None:
    """Three customers who ask while the tables are locked all have their page when they are free again."""
    fill(database)
    pages = (0, CUSTOMERS[5], CUSTOMERS[-3])
    with database.transaction() as other:
        other.execute("LOCK TABLE customers, shipments IN ACCESS EXCLUSIVE MODE")
        asked = [app.start(path(after)) for after in pages]
        app.comes(lambda: database.waiting)
        app.rests()
    expect(
        not app.blocked,
        did=f"asked for {len(pages)} pages at once, while the tables were locked",
        got="one request waits, and no other one is taken up",
        expected="that all of them wait for the database",
        meaning="This line keeps the event loop's only thread, so nobody else is served.",
        line=app.line if app.blocked else None,
    )
    since = f", one of {len(pages)} pages at once"
    customers = sum(
        expect_page(app, database, after, request, since=since) for after, request in zip(pages, asked, strict=True)
    )
    expect_few(queries(database), MOST * len(pages), customers, did=f"asked for {len(pages)} pages at once")


@advice
def forgotten_loads_raise(code: Code) -> bool:
    """Well done: an attribute that nobody has loaded raises at once, before it becomes a query for each customer."""
    return "raise" in lazy(code) or "raise_on_sql" in lazy(code)


@advice
def loads_can_raise(code: Code) -> bool:
    """Good to know: with `lazy="raise"` on a relationship, the next forgotten load raises, also where it is a query."""
    return bool(calls(code, "relationship")) and not any(each.startswith("raise") for each in lazy(code))


@advice
def rows_are_repeated(code: Code) -> bool:
    """Good to know: a join sends a customer's columns again with each shipment; `selectinload` sends them once."""
    return bool(calls(code, "joinedload"))


def calls(code: Code, name: str) -> list[ast.Call]:
    """Give the calls of a function."""
    every = (node for node in ast.walk(code.tree) if isinstance(node, ast.Call))
    return [call for call in every if ast.unparse(call.func).split(".")[-1] == name]


def lazy(code: Code) -> list[str]:
    """Give the ways in which relationships are loaded, where they say one."""
    words = [word for call in calls(code, "relationship") for word in call.keywords if word.arg == "lazy"]
    return [str(word.value.value) for word in words if isinstance(word.value, ast.Constant)]


# What is in the database.


def fill(database: Database) -> None:
    """Make the tables, with customers of no, one, two and three shipments in turn, in no order."""
    database.make(TABLES)
    database.insert("customers", *({"id": number, "name": f"Customer {number}"} for number in reversed(CUSTOMERS)))
    owners = [number for place, number in enumerate(CUSTOMERS) for _ in range(place % 4)]
    states = ("new", "asking", "sent")
    rows = [
        {"id": 100 + place * 19 % len(owners), "customer_id": owner, "parcel": place, "state": states[place % 3]}
        for place, owner in enumerate(owners)
    ]
    database.insert("shipments", *rows)
    database.execute("ALTER TABLE shipments ALTER id RESTART WITH 1000")


def customers_of(database: Database, where: str) -> list[dict[str, Any]]:
    """Give customers as they are to be told."""
    found = database.rows(f"SELECT id, name FROM customers WHERE {where}")
    rows = database.rows("SELECT customer_id, id, parcel, state FROM shipments ORDER BY id")
    return [
        {**one, "shipments": [shipment_in(row) for row in rows if row["customer_id"] == one["id"]]} for one in found
    ]


def added(database: Database, number: int) -> list[dict[str, Any]]:
    """Give the shipments that a customer has and had not in the beginning."""
    query = "SELECT id, parcel, state FROM shipments WHERE customer_id = %s AND id >= 1000"
    return database.rows(query, number)


def queries(database: Database) -> list[str]:
    """Give what the answer has asked of the two tables so far."""
    return [each for each in database.statements if re.search(r"\b(customers|shipments)\b", each)]


# What the answer says.


def path(after: int) -> str:
    """Give the path of a page."""
    return f"/customers?after={after}"


def expect_page(
    app: App, database: Database, after: int, request: Pending | None = None, *, since: str = "", otherwise: str = ""
) -> int:
    """Expect a page as the database has it; give how many customers it has."""
    reply = (request or app.start(path(after))).finish()
    right = customers_of(database, f"id > {after} ORDER BY id LIMIT {SIZE}")
    did = f"asked for `{path(after)}`{since}"
    shown = [customer_in(each) for each in reply.json] if isinstance(reply.json, list) else None
    expect(
        reply.status == 200 and shown is not None,
        did=did,
        got=str(reply),
        expected=f"200 and {len(right)} customer(s)",
        meaning=meaning_of_failure(app, reply),
    )
    assert shown is not None
    ids = [each["id"] for each in shown]
    expect(
        ids == [each["id"] for each in right],
        did=did,
        got=listed(ids),
        expected=listed([each["id"] for each in right]),
        meaning=otherwise or meaning_of_customers(ids, right),
    )
    for got, wanted in zip(shown, right, strict=True):
        expect_same(got, wanted, did=did, otherwise=otherwise)
    return len(right)


def expect_customer(app: App, database: Database, number: int, *, since: str = "", otherwise: str = "") -> None:
    """Expect one customer as the database has it."""
    [right] = customers_of(database, f"id = {number}")
    reply = app.get(f"/customers/{number}")
    did = f"asked for `/customers/{number}`{since}"
    expect(
        reply.status == 200,
        did=did,
        got=str(reply),
        expected=f"200 {json.dumps(right)}",
        meaning="There is such a customer." if reply.status == 404 else meaning_of_failure(app, reply),
    )
    expect_same(customer_in(reply.json), right, did=did, otherwise=otherwise)


def expect_same(got: Any, right: dict[str, Any], *, did: str, otherwise: str) -> None:
    """Expect one customer with all shipments."""
    expect(
        got == right,
        did=f"{did}, and looked at customer {right['id']}",
        got=json.dumps(got)[:300],
        expected=json.dumps(right),
        meaning=otherwise or meaning_of_shipments(got, right["shipments"]),
    )


def expect_few(asked: Sequence[str], most: int, customers: int, *, did: str) -> None:
    """Expect few queries."""
    expect(
        len(asked) <= most,
        did=did,
        got=f"{len(asked)} queries: " + "; ".join(f"{n} x `{brief(each)}`" for each, n in Counter(asked).items()),
        expected=f"at most {most}",
        meaning="One query for the customers, and one more for each of them: that is N+1, and each is a round trip."
        if len(asked) > customers
        else "Each query is a round trip, and two can ask for all that is on a page.",
    )


def customer_in(told: Any) -> Any:
    """Give what was asked for of a customer; what is told beyond that does no harm."""
    if not isinstance(told, dict):
        return {"id": told}
    shipments = told.get("shipments")
    shown = [shipment_in(each) for each in shipments] if isinstance(shipments, list) else shipments
    return {"id": told.get("id"), "name": told.get("name"), "shipments": shown}


def shipment_in(told: Any) -> Any:
    """Give what was asked for of a shipment."""
    return {name: told.get(name) for name in ("id", "parcel", "state")} if isinstance(told, dict) else told


def raised(app: App, reply: Reply) -> str:
    """Give the message of the exception behind a reply of status 500."""
    return app.uncaught() if reply.status == 500 else ""


def meaning_of_failure(app: App, reply: Reply) -> str:
    """Say what it means that there is no right answer at all."""
    message = raised(app, reply)
    if "MissingGreenlet" in message:
        return (
            "Somebody looks at an attribute that no query has loaded. To look is no `await`, so nobody can wait for it."
        )
    if "concurrent operations" in message or "another operation" in message:
        return (
            "Two requests are in one session, or in one connection: that is one conversation, for one task at a time."
        )
    if "DetachedInstanceError" in message:
        return "Somebody looks at an attribute that no query has loaded, and the session that could is closed."
    return "The route raised an exception." if message else "The answer is another one than the task asks for."


def meaning_of_customers(ids: list[Any], right: list[dict[str, Any]]) -> str:
    """Say what it means that other customers came than were asked for."""
    wanted = [each["id"] for each in right]
    if 0 < len(ids) < len(wanted) and ids == wanted[: len(ids)]:
        return "The limit has counted the rows of a join, and a customer has one for each shipment."
    if len(set(ids)) < len(ids):
        return "A customer comes once, not once for each shipment."
    if ids and not {each["id"] for each in right if not each["shipments"]} & set(ids):
        return "A join leaves out customers for whom it finds no shipment; an outer join keeps them."
    return "A page has the next 20 customers by id, whatever they have sent."


def meaning_of_shipments(got: Any, right: list[dict[str, Any]]) -> str:
    """Say what it means that a customer came with other shipments."""
    shown = got["shipments"]
    if right and not shown:
        return "An empty list says that there is nothing: these shipments exist, and were never loaded."
    if isinstance(shown, list) and len(shown) == len(right) and all(each in right for each in shown):
        return "Rows come in any order, unless a query says in which."
    return "All shipments of this customer belong there, and no others."


def brief(query: str) -> str:
    """Shorten a query to what it asks of which table."""
    return re.sub(r"^(\w+) .*?(?= FROM )", r"\1 …", query)[:100]


def listed(ids: list[Any]) -> str:
    """Name customers."""
    return f"{len(ids)} customer(s): {', '.join(map(str, ids))}"
