"""Whoever waits for another service stops after a while: the customer is told, and the question ends with the wait."""

from unblocked.grading import App, Outside, expect, hints
from unblocked.grading.app import Pending

DEADLINE = 0.5
ROUNDS = 2
"""So often the loop's next turns and a second are waited for, until a reply that should come sooner will not come."""

TRIES, TRIES_WITHOUT_A_QUESTION = 20, 5
"""So often a busy machine may need more than half a second for what takes some milliseconds."""


def check_a_price_in_time_is_passed_on(app: App, carriers: Outside) -> None:
    """A carrier's price that comes in time is passed on."""
    carriers.mend(latency=0)
    reply, tried = app.get("/quotes/8"), 1
    while reply.status == 504 and tried < (TRIES if carriers.total else TRIES_WITHOUT_A_QUESTION):
        reply, tried = app.get("/quotes/8"), tried + 1
    expect(
        reply.status == 200 and reply.json == {"price": carriers.price("swift", 8)},
        did="asked for `/quotes/8`; the carrier answered at once",
        got=f"{reply}, {tried} times" if tried > 1 else str(reply),
        expected=f'200 {{"price":{carriers.price("swift", 8)}}}',
        meaning="The route must still ask the carrier for every quote and return its price.",
    )


@hints(
    "Who notices that half a second is over, and on which thread?",
    "The section about a deadline that answers 504 says what a deadline can interrupt.",
    "A deadline ends an `await`. So the call under it must be one that can be awaited, or have a deadline of its own.",
)
def check_health_answers_while_the_carrier_is_stuck(app: App, carriers: Outside) -> None:
    """`/health` answers while a customer waits for a carrier that is stuck."""
    ask(app, carriers)
    health = app.start("/health")
    answered = app.comes(lambda: health.over)
    expect(
        health.reply and health.reply.json == {"ok": True},
        did="asked for `/health` while the carrier kept the question for parcel 8",
        got=str(health.reply or "no answer"),
        expected='200 {"ok":true}',
        meaning="`/health` must answer what it answered before."
        if answered
        else "This line keeps the event loop's only thread until the carrier answers. A deadline is kept by the event "
        "loop, so it cannot end this call either.",
        line=None if answered else app.line,
    )


@hints(
    "What does your code raise when the time is over, and where does that leave the block that has the deadline?",
    "The section about a deadline that answers 504 shows which exception arrives where.",
    "A deadline around the question; outside of it, an `except` for what it raises; in that, an `HTTPException`.",
)
def check_the_customer_is_told(app: App, carriers: Outside) -> None:
    """A customer whose carrier is stuck gets 504 and a detail."""
    quote = given_up(app, carriers)
    reply = quote.reply
    expect(
        reply and reply.status == 504 and isinstance(reply.json, dict) and reply.json.get("detail"),
        did="asked for `/quotes/8`; the carrier kept the question",
        got=str(reply or quote.error or "no answer") + asked_for(app),
        expected='504 {"detail":…}, after half a second',
        meaning=meaning_of(app, quote),
        line=app.line if app.blocked else None,
    )


@hints(
    "What unit does your number have, and what else in your code waits?",
    "The section about a deadline that answers 504 has its number in seconds.",
    "One deadline of half a second around everything that the customer waits for.",
)
def check_the_deadline_is_half_a_second(app: App, carriers: Outside) -> None:
    """The wait ends after half a second, not earlier and not later."""
    quote = given_up(app, carriers)
    seconds = (quote.done or 0.0) - quote.sent
    # A floor, no limit: however busy the machine is, nothing that waits for half a second is done before.
    early = quote.over and seconds < DEADLINE - 0.01
    right = any(DEADLINE - 0.05 < asked < DEADLINE + 0.05 for asked in app.deadlines)
    late = [asked for asked in app.deadlines if DEADLINE + 0.05 <= asked <= seconds]  # what may have ended the wait
    expect(
        quote.over and not early and (right or not late),
        did="asked for `/quotes/8`; the carrier kept the question",
        got="no answer" if not quote.over else f"an answer after {seconds:.2f} s" + asked_for(app),
        expected="that your code gives up after 0.5 s",
        meaning="The carrier gets less time than it should."
        if early
        else "The customer waits longer than half a second.",
    )


@hints(
    "The customer has an answer. What does the carrier know of that?",
    "The section about a deadline says what still runs after it, and why a thread does.",
    "Cancel what is awaited, or let the client itself give up: both close the connection to the carrier.",
)
def check_no_question_is_left_at_the_carrier(app: App, carriers: Outside) -> None:
    """When the customer is told, no question is left at the carrier."""
    quote = given_up(app, carriers)
    if quote.over:
        app.settles(lambda: carriers.in_flight == 0)
    expect(
        carriers.in_flight == 0,
        did="asked for `/quotes/8`; the carrier kept the question, also after the customer had been told",
        got="the question is still there",
        expected="that the carrier sees the connection closed",
        meaning="Only the waiting has ended; the question goes on: in a thread, which cannot be cancelled, or in a "
        "task that nobody has cancelled. With every stuck carrier one more of them is left behind.",
    )


def ask(app: App, carriers: Outside) -> Pending:
    """Ask for a quote that the carrier keeps, and see that it was asked."""
    carriers.hold("/carriers/*")
    for _ in range(TRIES_WITHOUT_A_QUESTION):
        quote = app.start("/quotes/8")
        app.settles(lambda quote=quote: carriers.total or quote.over)
        if carriers.total or not (quote.reply and quote.reply.status == 504):
            break
    expect(
        carriers.total,
        did="asked for `/quotes/8`",
        got=f"{quote.reply or 'no reply'}, and no question to the carrier",
        expected="one question to the carrier",
        meaning="The route must ask the carrier at `CARRIERS_URL` for every quote.",
    )
    return quote


def given_up(app: App, carriers: Outside) -> Pending:
    """Ask for a quote that the carrier keeps, until the customer has an answer or will have none."""
    quote = ask(app, carriers)
    any(app.settles(lambda: quote.over) for _ in range(ROUNDS))
    return quote


def asked_for(app: App) -> str:
    """Say after which seconds, too late, the code wanted to be woken."""
    late = sorted({round(seconds, 1) for seconds in app.deadlines if seconds > DEADLINE + 0.05})
    return f"; your code set a deadline of {' and of '.join(f'{seconds:g}' for seconds in late)} s" if late else ""


def meaning_of(app: App, quote: Pending) -> str:
    """Say what it means that the customer is not told."""
    if app.blocked:
        return (
            "This line keeps the event loop's only thread, and a deadline is kept by the event loop: it cannot end it."
        )
    if quote.reply is None:
        return "Nothing has ended the wait. A deadline is a number of seconds."
    if quote.reply.status == 500:
        return (
            "The route raised an exception that it does not catch; your code printed which. Every library has its own, "
            "and what a deadline raises appears outside its block: inside, it is a cancellation still."
        )
    return "The customer must learn that the carrier did not answer: status 504, and a `detail` that says so."
