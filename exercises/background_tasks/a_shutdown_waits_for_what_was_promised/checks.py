"""What was answered with 202 is done before the process ends, whatever else fails, and then the process ends."""

from unblocked.grading import App, Code, Outside, advice, expect, expect_reply, hints

ANSWER = "The section “The customer has an answer. Who sends the letter now?” "
SERVER = "The section “What is lost when the server ends?” "
FAILS = "The section “One task fails. Who hears of it?” "
CARRIER, LEDGER = "/carriers/*", "/ledger/*"
ORDERS, LATE = tuple(range(8, 16)), (16, 17)
DEADLINE = 6.0
"""Seconds: a wait that an answer gives up sooner than that is waited for."""

SHORTEST = 0.5
"""Seconds: who looks again and again sleeps for less, and gives up nothing."""

ONE_FOR_ALL = (
    "One failure has ended the wait for all the others: it came out where they were waited for, or their group has "
    "cancelled them."
)
LOST = (
    "What was promised is lost. The server waits for requests, and for the tasks of a response, but knows nothing of "
    "tasks and threads that you start: after the lifespan, SIGTERM ends the process wherever they stand. And what is "
    "closed or cancelled after the `yield` must not be needed any more."
)


@hints(
    "Who runs `book` in your code, and is it run once for each order?",
    ANSWER + "has work that follows an answer.",
    "Accept, hand over, answer; whoever has the order books it once.",
)
def check_an_order_is_booked(app: App, carriers: Outside) -> None:
    """An order is answered and booked, once, at its carrier's price."""
    carriers.mend(latency=0)
    reply = app.post("/orders/8")
    expect_reply(reply, 202, {"order": 8}, did="sent `POST /orders/8`", meaning="The answer stays what it was.")
    app.settles_at_last(lambda: booked(carriers))
    app.settles(lambda: len(carriers.asked(LEDGER)) > 1, patience=0.2)
    right = [f"/ledger/orders/8?price={carriers.price('swift', 8)}"]
    told = [call.path for call in carriers.asked(LEDGER)]
    expect(
        told == right,
        did="sent `POST /orders/8`, and looked what the ledger was told",
        got=", ".join(told) or "nothing",
        expected=right[0],
        meaning="Every order must be booked once, at its own price, also when nobody shuts anything down.",
    )


@hints(
    "Nothing is under way. What does your code after the `yield` wait for?",
    SERVER + "ends a server, and says what it waits for.",
    "What was started before the `yield` is ended after it; and the handler of a signal belongs to the server.",
)
def check_an_idle_app_ends(app: App, carriers: Outside) -> None:
    """A process that has booked what it was sent ends when it is told to."""
    carriers.mend(latency=0)
    app.post("/orders/8")
    app.settles_at_last(lambda: booked(carriers))
    did = "sent `POST /orders/8`, waited until it was booked, and told the process to end"
    expect(
        booked(carriers) == {8},
        did=did,
        got="order 8 is not booked",
        expected="that it is",
        meaning="Every order must be booked, also when nobody shuts anything down.",
    )
    app.shut_down()
    expect_gone(app, did=did)


@hints(
    "What does your route wait for?",
    ANSWER + "shows what runs before the answer and what after it.",
    "The route hands the order over. It is the shutdown that waits, not the customer.",
)
def check_the_customer_is_answered_first(app: App, carriers: Outside) -> None:
    """The customer has the answer while the carrier thinks."""
    carriers.mend(latency=0)
    promised(app, carriers)


@hints(
    "SIGTERM has come, and no request is open. What does the server do next, and what does your app do then?",
    SERVER + "keeps tasks in a set, and has the lifespan wait for the set.",
    "After the `yield`, inside of the block in which the client is still open, wait until nothing is under way.",
)
def check_what_waits_for_its_carrier_is_booked(app: App, carriers: Outside) -> None:
    """Orders that wait for their carrier when the process is told to end are booked before it has ended."""
    carriers.mend(latency=0)
    orders = promised(app, carriers)
    app.shut_down()
    late = {number: app.start(f"/orders/{number}", method="POST") for number in LATE}  # it takes a moment to hear it
    did = f"sent {len(ORDERS)} orders, each answered with 202, and told the process to end while the carrier thought"
    expect_alive(app, carriers, did=did)
    orders += [number for number, each in late.items() if each.reply and each.reply.status == 202]
    for number in orders:  # one by one: what is ready first need not be what was waited for first
        before = len(booked(carriers))
        app.settles_at_last(lambda: carriers.waiting(CARRIER) or app.gone)
        if number == orders[-1]:  # it has the last in hand, and waits for that, too
            app.settles(lambda: app.gone or abandoned(carriers))
        carriers.release(1, path=CARRIER)
        app.settles_at_last(lambda before=before: len(booked(carriers)) > before or app.gone)
    expect_booked(app, carriers, orders, did=f"{did}; then the carrier answered, one order after the other")


@hints(
    "The price is there, and the ledger is slow. What does your code wait for: for the next step, or for the last one?",
    SERVER + "keeps tasks in a set, and has the lifespan wait for the set.",
    "Wait for the tasks themselves: they end when all of their steps are done.",
)
def check_what_is_half_done_is_booked(app: App, carriers: Outside) -> None:
    """Orders that the ledger has not kept yet when the process is told to end are booked before it has ended."""
    carriers.mend(latency=0)
    carriers.hold(LEDGER)
    for order in ORDERS:
        app.post(f"/orders/{order}")
    app.settles_at_last(lambda: carriers.asked(LEDGER))
    app.shut_down()
    did = f"sent {len(ORDERS)} orders, each answered with 202, and told the process to end while the ledger was slow"
    expect_alive(app, carriers, did=did)
    carriers.mend(latency=0)
    expect_booked(app, carriers, list(ORDERS), did=f"{did}; then the ledger kept what it was told")


@hints(
    "Three are waited for, and one raises. What does your wait do then, and what becomes of the other two?",
    FAILS + "keeps one failure from ending what others have begun.",
    "Wait in a way that does not raise, or let no exception out of an order's own work.",
)
def check_one_that_fails_costs_no_other(app: App, carriers: Outside) -> None:
    """When one order fails while the process ends, the others are booked, and the process ends."""
    carriers.mend(latency=0)
    promised(app, carriers)
    last = ORDERS[-1]
    carriers.fail(LEDGER)
    carriers.hold(f"/ledger/orders/{last}")
    app.shut_down()
    did = f"told the process to end with {len(ORDERS)} orders under way; the ledger refused all but order {last}"
    expect_alive(app, carriers, did=did)
    carriers.release(path=CARRIER)
    app.settles_at_last(lambda: len(carriers.asked(LEDGER)) >= len(ORDERS) or app.gone)
    expect_alive(app, carriers, did=did, meaning=ONE_FOR_ALL)
    carriers.mend(latency=0)
    expect_booked(app, carriers, [last], did=did)


@advice
def an_orchestrator_has_a_limit(_: Code) -> bool:
    """Good to know: whoever ends a process waits for so long and then kills it, with whatever it still has to do."""
    return True


@advice
def the_server_waits_by_itself(code: Code) -> bool:
    """Good to know: uvicorn waits for background tasks itself, as long as `--timeout-graceful-shutdown` says."""
    return code.uses("fastapi.BackgroundTasks", "starlette.background.BackgroundTask")


def promised(app: App, carriers: Outside) -> list[int]:
    """Send orders, and see that each is answered with 202 while the carrier keeps every question."""
    carriers.hold(CARRIER)
    for order in ORDERS:
        asked_for = app.start(f"/orders/{order}", method="POST")
        app.settles(lambda asked_for=asked_for: asked_for.over)
        expect(
            asked_for.reply and asked_for.reply.status == 202,
            did=f"sent `POST /orders/{order}`; the carrier kept the question",
            got=str(asked_for.reply or asked_for.error or "no answer"),
            expected=f'202 {{"order":{order}}}',
            meaning="The customer waits for the carrier: that is no promise, but the work itself.",
        )
    app.settles(lambda: len(carriers.waiting(CARRIER)) == len(ORDERS), patience=0.2)
    return list(ORDERS)


def expect_alive(app: App, carriers: Outside, *, did: str, meaning: str = LOST) -> None:
    """See that nothing is given up: neither by the process, nor for the sake of its end."""

    def lost() -> bool:
        return app.gone or abandoned(carriers) > 0

    if not app.settles(lost):
        app.outlasts(lost, deadlines=DEADLINE)
    patience = [seconds for seconds in app.deadlines if SHORTEST <= seconds <= DEADLINE]
    expect(
        not lost(),
        did=did,
        got=given_up(app, carriers),
        expected="that it waits for them",
        meaning=f"Your code waits, and gives up after {patience[0]:g} s. No carrier has promised to be so fast."
        if patience
        else meaning,
    )


def expect_booked(app: App, carriers: Outside, orders: list[int], *, did: str) -> None:
    """See that these orders are booked and that the process then ends."""
    app.settles_at_last(lambda: booked(carriers) >= set(orders) or app.gone)
    missing = sorted(set(orders) - booked(carriers))
    expect(
        not missing,
        did=did,
        got=f"not booked: {', '.join(f'order {number}' for number in missing)}; the process "
        f"{'has ended' if app.gone else 'still runs'}",
        expected="every order that was answered with 202 is booked",
        meaning="The wait for the others has ended with one of them, or with an empty queue, and the process with it."
        if app.gone
        else "Nobody works on it any more: whoever had it has ended, and the process waits for what cannot come.",
    )
    expect_gone(app, did=did)


def expect_gone(app: App, *, did: str) -> None:
    """See that the process ends."""
    app.ends(lambda: app.gone)
    expect(
        app.gone,
        did=did,
        got="the process still runs",
        expected="that it ends by itself",
        meaning="All is done, and your app waits for something that does not come. In the end somebody kills it, with "
        "whatever it has to do by then.",
    )


def given_up(app: App, carriers: Outside) -> str:
    """Say what was not waited for."""
    if app.gone:
        return "the process has ended"
    number = abandoned(carriers)
    return f"{number} question{'s' * (number != 1)} given up before there was an answer"


def abandoned(carriers: Outside) -> int:
    """Count the questions whose asker went away before the answer."""
    return sum(call.gone for call in carriers.asked())


def booked(carriers: Outside) -> set[int]:
    """Give the orders that the ledger has kept."""
    return {int(call.place.rsplit("/", 1)[-1]) for call in carriers.asked("/ledger/orders/*") if call.answered}
