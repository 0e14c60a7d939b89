"""A lease is out while something is written, and at no other time: not while a task waits, and not after a failure."""

import ast

from unblocked.grading import App, Code, Outside, advice, expect, expect_reply, hints

LEASE = "The section “Who still holds a lease when the answer is out?” "
ANSWER = "The section “The customer has an answer. Who sends the letter now?” "
CARRIER, LEDGER = "/carriers/*", "/ledger/*"


@hints(
    "What does your task need that the route had, and where does it come from now?",
    LEASE + "has a task that acquires its own lease.",
    "The route writes and commits the acceptance; the task asks, writes and commits the price.",
)
def check_an_order_is_accepted_and_booked(app: App, carriers: Outside) -> None:
    """An order is answered, and the ledger keeps its acceptance and its price, each once."""
    carriers.mend(latency=0)
    reply = app.post("/orders/8")
    expect_reply(reply, 202, {"order": 8}, did="sent `POST /orders/8`", meaning="The answer stays what it was.")
    right = ["order 8: accepted", f"order 8: {carriers.price('swift', 8)}"]
    app.settles_at_last(lambda: len(kept(carriers)) >= len(right))
    app.settles(lambda: len(kept(carriers)) > len(right), patience=0.2)
    expect(
        kept(carriers) == right,
        did="sent `POST /orders/8`, and looked what the ledger keeps",
        got=f"{', '.join(kept(carriers)) or 'nothing'}{app.nobody_caught()}",
        expected=", ".join(right),
        meaning="The task has raised an exception, of which the customer hears nothing. What `Depends` says is filled "
        "in for routes and dependencies; for a task, nobody does it."
        if app.raised
        else "Both must be committed, the acceptance first, each once.",
    )


@hints(
    "Which of your lines commits the acceptance, and does it run before the answer?",
    ANSWER + "says what has been done when the customer has the answer.",
    "What the customer is told must be true: commit in the route, or before the route returns.",
)
def check_the_acceptance_is_kept_before_the_answer(app: App, carriers: Outside) -> None:
    """The customer's answer waits until the ledger has kept the acceptance."""
    carriers.mend(latency=0)
    carriers.hold(LEDGER)
    asked = app.start("/orders/8", method="POST")
    app.settles(lambda: asked.over)
    expect(
        not asked.over,
        did="sent `POST /orders/8`; the ledger had not kept the acceptance yet",
        got=str(asked.reply or asked.error),
        expected="no answer before that",
        meaning="The customer is told that the order is accepted, and the ledger does not know of it. When the process "
        "ends now, nobody does.",
    )
    carriers.release()
    asked.finish()


@hints(
    "What is the first thing that your task waits for, and who holds a lease at that moment?",
    LEASE + "counts what is out while a task waits, and says when an exit runs.",
    "Two leases, none of them lent: the route's ends before the tasks begin, the task's begins after its wait.",
)
def check_no_lease_is_out_while_the_carrier_thinks(app: App, carriers: Outside) -> None:
    """While the carrier thinks about a price, the customer is answered and no lease is out."""
    waiting(app, carriers, 8)
    app.settles(lambda: out(app) == 0)
    expect(
        out(app) == 0,
        did="sent `POST /orders/8`, which was answered; the carrier kept the question for the price",
        got=f"{out(app)} out, held by {holders(app)}",
        expected="0 leases out",
        meaning="A lease is out while nobody writes. Either the task acquires it before it asks the carrier; or the "
        "route's own is not given back yet, for what comes after a dependency's `yield` runs after the tasks. A larger "
        "pool only makes room for more of these.",
    )


@hints(
    "With whose lease does your task write?",
    LEASE + "has a task that acquires its own lease.",
    "Around the two lines that write and commit, and around nothing else, a lease of the task's own.",
)
def check_the_price_is_written_with_a_lease(app: App, carriers: Outside) -> None:
    """While the price is written, one lease is out."""
    waiting(app, carriers, 8)
    carriers.hold(LEDGER)
    carriers.release(path=CARRIER)
    expect(
        app.settles_at_last(lambda: carriers.waiting(LEDGER)),
        did="sent `POST /orders/8`; the carrier answered with the price",
        got=f"nothing new at the ledger{app.nobody_caught()}",
        expected="the price",
        meaning="The price must be committed when the carrier has answered.",
    )
    expect(
        out(app) == 1,
        did="sent `POST /orders/8`; the carrier answered, and the ledger kept the price waiting",
        got=f"{out(app)} leases out",
        expected="1",
        meaning="The price is written without a lease, or with one that is given back already: nobody counts who "
        "writes in the ledger at the same time."
        if out(app) == 0
        else "One writes, and more leases are out than that.",
    )


@hints(
    "All is done, and a lease is missing. Who had it last, and which line should have given it back?",
    LEASE + "uses a lease after it was given back: no error, and one is out for good.",
    "`async with` gives back whatever happens. A lease that has left its block must not be used again.",
)
def check_no_lease_is_missing_at_the_end(app: App, carriers: Outside) -> None:
    """When three orders are booked, no lease is out."""
    orders = (8, 9, 10)
    carriers.mend(latency=0)
    carriers.hold(CARRIER)
    for order in orders:
        accepted(app, order)
    app.settles(lambda: len(carriers.waiting(CARRIER)) == len(orders), patience=0.2)
    carriers.release()
    app.settles_at_last(lambda: len(kept(carriers)) >= 2 * len(orders))
    expect_none_out(app, did=f"sent {len(orders)} orders, and waited until each was booked")


@hints(
    "The carrier breaks the connection, and your task raises. Which of its lines still run?",
    LEASE + "acquires in an `async with`, which ends as well when something raises.",
    "`async with` gives back whatever happens.",
)
def check_no_lease_is_missing_when_the_carrier_has_failed(app: App, carriers: Outside) -> None:
    """When the carrier fails, no lease stays out."""
    waiting(app, carriers, 8)
    carriers.break_off(CARRIER)
    expect_none_out(app, did="sent `POST /orders/8`; the carrier broke the connection")


@hints(
    "The ledger refuses, and `commit` raises. Which of the lines after it still run?",
    LEASE + "acquires in an `async with`, which ends as well when something raises.",
    "`async with` gives back whatever happens.",
)
def check_no_lease_is_missing_when_the_ledger_has_refused(app: App, carriers: Outside) -> None:
    """When the ledger refuses to keep a price, or an acceptance, no lease stays out."""
    waiting(app, carriers, 8)
    carriers.fail(LEDGER)
    carriers.release(path=CARRIER)
    app.settles(lambda: len(carriers.asked(LEDGER)) >= 2)
    expect_none_out(app, did="sent `POST /orders/8`; the ledger kept the acceptance, and refused to keep the price")
    refused = app.start("/orders/9", method="POST")
    app.settles_at_last(lambda: refused.over)
    expect_none_out(app, did="sent `POST /orders/9`; the ledger refused to keep the acceptance")


@advice
def the_scope_says_when(code: Code) -> bool:
    """Well done: `scope="function"` gives the route's lease back before the answer is sent."""
    return "scope='function'" in ast.unparse(code.tree)


@advice
def a_block_in_the_route(code: Code) -> bool:
    """Good to know: `Depends(get_lease, scope="function")` gives back before the answer, too; tests can override it."""
    return not the_scope_says_when(code)


def waiting(app: App, carriers: Outside, order: int) -> None:
    """Send an order; see that it is answered while the carrier, who is asked for the price, keeps the question."""
    carriers.mend(latency=0)
    carriers.hold(CARRIER)
    accepted(app, order)
    came = app.settles_at_last(lambda: carriers.waiting(CARRIER))
    expect(
        came,
        did=f"sent `POST /orders/{order}`, which was answered",
        got=f"no question at the carrier{app.nobody_caught()}",
        expected="one",
        meaning="Every order needs its price; the task must ask for it.",
    )


def accepted(app: App, order: int) -> None:
    """Send an order, and see that it is answered."""
    sent = app.start(f"/orders/{order}", method="POST")
    app.settles_at_last(lambda: sent.over)
    expect(
        sent.reply and sent.reply.status == 202,
        did=f"sent `POST /orders/{order}`; the carrier kept every question for a price",
        got=str(sent.reply or sent.error or "no answer"),
        expected=f'202 {{"order":{order}}}',
        meaning="The customer waits for the carrier, or for a lease that somebody holds who waits for the carrier.",
    )


def expect_none_out(app: App, *, did: str) -> None:
    """See that every lease has been given back."""
    app.settles_at_last(lambda: out(app) == 0)
    expect(
        out(app) == 0,
        did=did,
        got=f"{out(app)} out, held by {holders(app)}",
        expected="0 leases out",
        meaning="It is out for ever. A lease that is used after it was given back is taken again, without an error, "
        "and nobody gives it back a second time; or what gives it back stands behind a line that raised.",
    )


def out(app: App) -> int:
    """Count the leases that are out."""
    return int(app.value("app.state.pool.out"))


def holders(app: App) -> str:
    """Name who holds a lease."""
    return ", ".join(f"“{holder}”" for holder in app.value("app.state.pool.holders")) or "nobody"


def kept(carriers: Outside) -> list[str]:
    """Give every entry that the ledger was asked to keep, in order."""
    return [entry for call in carriers.asked("/ledger/commits*") for entry in call.query.get("entry", [])]
