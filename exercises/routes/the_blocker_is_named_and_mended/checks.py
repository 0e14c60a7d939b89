"""The route that stops the service is known by name and stops nobody any more; the others are what they were."""

from collections.abc import Callable

from unblocked.grading import App, Code, Outside, Pending, Reply, advice, expect, hints

GUILTY = "/invoices/{parcel}"
DUTY = "/carriers/heron/*"
LOOKS, MOST_ROUNDS = 5, 10
"""An app whose threads sleep in so many looks does no more; one that never sleeps is given up after so many rounds."""
TOGETHER = 5
"""`asyncio.to_thread` has no more threads than that on a machine with one core."""

INNOCENT = {
    "/quotes/{parcel}": "It calls a blocking library, but in a `def` route: FastAPI runs it in a worker thread.",
    "/labels/{parcel}": "It is the slowest, but awaits a worker thread that draws: slow is not the same as blocking.",
    "/tracking/{parcel}": "Its iterator blocks, but it is a sync one: Starlette runs it in a worker thread.",
    "/addresses/{parcel}": "It awaits an async client from the first line to the last.",
    "/health": "It waits for nothing. It is late because somebody else holds the loop: it is a victim.",
}
OTHERS = (
    ("/quotes/9", "/carriers/swift/*"),
    ("/labels/9", "/printer/*"),
    ("/tracking/9", "/carriers/turtle/*"),
    ("/addresses/9", "/addresses/*"),
)
"""Each innocent route that waits for something, and what it waits for."""


@hints(
    "Send five customers to one route at a time. In which picture are the bars red, and one after the other?",
    "The section about finding the blocker reads a timeline: which colour is time on the event loop?",
    "Give the path as it stands in the decorator, braces included; one of the six.",
)
def check_the_blocker_is_named(app: App) -> None:
    """The route that blocks the event loop is named."""
    named = app.value("GUILTY")
    expect(
        route(named) == GUILTY,
        did="read `GUILTY`",
        got=repr(named)[:100],
        expected="the path of the route that blocks the event loop, as it stands in the decorator",
        meaning=INNOCENT.get(route(named), "`GUILTY` is one path: that of one of the six routes, such as `/health`."),
    )


def check_every_route_answers_what_it_answered(app: App, carriers: Outside) -> None:
    """Every route answers what it answered before."""
    carriers.mend(latency=0)
    for path, right in answers(carriers, 8).items():
        reply = app.get(path)
        got = reply.text if isinstance(right, str) else reply.json
        expect(
            reply.status == 200 and got == right,
            did=f"asked for `{path}`",
            got=str(reply),
            expected=f"200 {right!r}",
            meaning="The route raised an exception; your code printed which."
            if reply.status == 500
            else "Where a route's work is done may change, what it answers may not.",
        )
    asked = len(carriers.asked(DUTY))
    expect(
        asked == 1,
        did="counted how often heron was asked, for `/invoices/8` and for `/invoices/8?country=home`",
        got=str(asked),
        expected="1: for the parcel that goes abroad",
        meaning="heron must be asked for the duty on every parcel that goes abroad, once, and on no other.",
    )


@hints(
    "Which function of your code asks heron, who calls it, and on which thread?",
    "The sections about finding the blocker and about choosing: what an `async def` dependency calls runs on the loop.",
    "Follow the invoice from its dependency down to the call that blocks. Somewhere on that way a thread is "
    "awaited, or FastAPI is left to take one, or the question itself is awaited.",
)
def check_the_others_are_answered_while_an_invoice_waits(app: App, carriers: Outside) -> None:
    """While an invoice waits for its duty, every other route is answered."""
    carriers.mend(latency=0)
    carriers.hold(DUTY)
    begun(app, carriers, "/invoices/8", DUTY)
    for path, right in answers(carriers, 9).items():
        if path.startswith("/invoices"):
            continue
        other = app.start(path)
        came = app.comes(lambda other=other: other.over)
        expect(
            is_right(other.reply, right),
            did=f"asked for `{path}` while heron kept the question for the duty on parcel 8",
            got=str(other.reply or other.error or "no answer"),
            expected=f"200 {right!r}",
            meaning="The route must answer what it answered before."
            if came
            else "This line keeps the event loop's only thread until heron answers, so nobody else is served.",
            line=None if came else app.line,
        )


@hints(
    "Five invoices wait for their duty. What do they share that only one of them can have?",
    "The section about choosing says how many calls each place can hold at once.",
    "No lock, and no pool of one: each invoice waits by itself.",
)
def check_five_invoices_wait_together(app: App, carriers: Outside) -> None:
    """Five invoices wait for their duty at the same time."""
    carriers.mend(latency=0)
    carriers.hold(DUTY)
    for parcel in range(TOGETHER):
        app.start(f"/invoices/{parcel}")

    def held() -> int:
        return len(carriers.waiting(DUTY))

    while (now := held()) < TOGETHER and comes(app, lambda now=now: held() > now):
        pass
    expect(
        held() == TOGETHER,
        did=f"asked for {TOGETHER} invoices at once; heron kept every question",
        got=f"{held()} questions arrived at heron",
        expected=str(TOGETHER),
        meaning="This line keeps the event loop's only thread until heron answers."
        if app.blocked
        else "The invoices are let in one by one: by a lock, or by a pool of one.",
        line=app.line if app.blocked else None,
    )


@hints(
    "Which of the other routes have you changed, and on which thread does each of their calls wait now?",
    "The section about choosing: a call that blocks needs a thread; the word `async` gives it none.",
    "Leave the innocent routes as they were. What they share with the invoices may be called on either side.",
)
def check_no_other_route_blocks(app: App, carriers: Outside) -> None:
    """While any of the other routes waits, `/health` is answered."""
    carriers.mend(latency=0)
    for path, keeper in OTHERS:
        carriers.hold(keeper)
        waiting = begun(app, carriers, path, keeper)
        health = app.start("/health")
        came = app.comes(lambda health=health: health.over)
        expect(
            is_right(health.reply, {"ok": True}),
            did=f"asked for `/health` while `{path}` waited",
            got=str(health.reply or "no answer"),
            expected='200 {"ok":true}',
            meaning="`/health` must answer what it answered before."
            if came
            else "This route was innocent. Now this line keeps the event loop's only thread, so nobody else is served.",
            line=None if came else app.line,
        )
        carriers.release(path=keeper)
        waiting.finish()


@advice
def a_def_route_was_right(code: Code) -> bool:
    """Good to know: `/quotes/{parcel}` was right as a `def` route; the smallest mend changes the invoices only."""
    return code.is_async("quote")


@advice
def the_dependency_needs_one_word_less(code: Code) -> bool:
    """Well done: `customs` awaits nothing. As a `def` dependency it gets a worker thread from FastAPI."""
    return code.uses("customs") and not code.is_async("customs") and not code.is_async("duty_on")


def answers(carriers: Outside, parcel: int) -> dict[str, object]:
    """Give every path of the service for a parcel, and what it answers."""
    prices = {name: carriers.price(name, parcel) for name in ("swift", "turtle", "owl", "heron")}
    return {
        "/health": {"ok": True},
        f"/quotes/{parcel}": {"price": prices["swift"]},
        f"/labels/{parcel}": {"label": f"label {parcel}"},
        f"/tracking/{parcel}": f"parcel {parcel}\ninsured for {prices['turtle']}\n",
        f"/invoices/{parcel}": {"total": round(prices["owl"] + prices["heron"], 2)},
        f"/invoices/{parcel}?country=home": {"total": prices["owl"]},
        f"/addresses/{parcel}": {"address": f"{parcel} Harbour Road", "known": True},
    }


def is_right(reply: Reply | None, right: object) -> bool:
    """Say whether a reply is this text or this JSON."""
    return reply is not None and reply.status == 200 and right == (reply.text if isinstance(right, str) else reply.json)


def begun(app: App, carriers: Outside, path: str, question: str) -> Pending:
    """Ask for a path, and wait until its question is held."""
    asked = app.start(path)
    comes(app, lambda: carriers.waiting(question) or asked.over)
    expect(
        carriers.waiting(question),
        did=f"asked for `{path}`",
        got=f"{asked.reply or asked.error or 'no reply'}, and nobody was asked below `{question.rstrip('*')}`",
        expected="one question",
        meaning="The route must ask for every request, as it did before; if it raised an exception, your code printed "
        "which.",
    )
    return asked


def comes(app: App, event: Callable[[], object]) -> bool:
    """Wait for a question to arrive, as long as the app is at work: a client takes a while to be made."""
    rounds = 0
    while not app.settles(event):
        rounds += 1
        if app.blocked or rounds == MOST_ROUNDS or all(app.is_quiet() is not False for _ in range(LOOKS)):
            return bool(event())
    return True


def route(named: object) -> str:
    """Give the path that is meant, also with its method before it, a number in it, or a slash after it."""
    words = str(named).split()
    first = words[-1].strip("/").split("/")[0] if words else ""
    return next((path for path in (GUILTY, *INNOCENT) if path.split("/")[1] == first), "")
