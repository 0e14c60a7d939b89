"""Whoever waits for another service stops after a while: the customer is told, and the question ends with the wait."""

from unblocked.grading import App, Code, Outside, Pending, Reply, advice, expect, hints

DEADLINE = 0.5
ROUNDS = 2
"""So often the loop's next turns and a second are waited for, until a reply that should come sooner will not come."""

TRIES, TRIES_WITHOUT_A_QUESTION = 20, 5
"""So often a busy machine may need more than half a second for what takes some milliseconds."""

CUSTOMERS = 3


def check_a_price_in_time_is_passed_on(app: App, carriers: Outside) -> None:
    """A carrier's price that comes in time is passed on."""
    carriers.mend(latency=0)
    (quote, reply), tried = answered(app), 1
    while reply.status == 504 and tried < (TRIES if carriers.total else TRIES_WITHOUT_A_QUESTION):
        (quote, reply), tried = answered(app), tried + 1
    asleep = sleeps(app)
    expect(
        reply.status == 200 and reply.json == {"price": carriers.price("swift", 8)},
        did="asked for `/quotes/8`; the carrier answered at once",
        got=f"{reply}, {tried} times" if tried > 1 else str(reply),
        expected=f'200 {{"price":{carriers.price("swift", 8)}}}',
        meaning=why_no_price(reply, asked=carriers.total > 0, asleep=asleep),
        line=asleep,
    )
    tried = 1
    while took(quote) >= DEADLINE and tried < TRIES_WITHOUT_A_QUESTION:
        (quote, _), tried = answered(app), tried + 1
    expect(
        took(quote) < DEADLINE,
        did=f"asked for `/quotes/8`, {tried} times; the carrier answered at once",
        got=f"an answer after {took(quote):.2f} s, and never sooner than after half a second",
        expected="the price as soon as the carrier has answered",
        meaning="Half a second is the longest that a customer waits, not the shortest: who has the price is done.",
    )


@hints(
    "Who notices that half a second is over, and on which thread?",
    "The section about a deadline that answers 504 says what a deadline can interrupt.",
    "A deadline ends an `await`. So the call under it must be one that can be awaited, or have a deadline of its own.",
)
def check_health_answers_while_the_carrier_is_stuck(app: App, carriers: Outside) -> None:
    """`/health` answers while a customer waits for a carrier that is stuck."""
    quote = ask(app, carriers)
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
    any(app.settles(lambda: quote.over) for _ in range(ROUNDS))
    asleep = sleeps(app)
    expect(
        asleep is None,
        did="asked for `/quotes/8`; the carrier kept the question, and we looked what your code did when it gave up",
        got="`time.sleep` on the thread of the event loop",
        expected="that everybody is served all the while",
        meaning="This line keeps the event loop's only thread while it sleeps, so nobody else is served.",
        line=asleep,
    )


@hints(
    "Which of your objects do all customers share, and what does one customer do to it while the carrier is stuck?",
    "The section about a deadline gives each request its own deadline, around its own question.",
    "No lock around the wait, and a client that lives as long as the app: giving up ends one question, nothing else.",
)
def check_each_customer_has_a_wait_of_their_own(app: App, carriers: Outside) -> None:
    """Customers of a stuck carrier do not wait for each other, and the next one gets a price when it answers again."""
    carriers.hold("/carriers/*")
    for _ in range(TRIES_WITHOUT_A_QUESTION):
        quotes = asked_together(app, carriers)
        if carriers.peak >= CUSTOMERS or app.blocked or not quotes[0].over:
            break
    expect(
        carriers.peak >= CUSTOMERS,
        did=f"asked for {CUSTOMERS} quotes at once; the carrier kept every question",
        got=f"{carriers.peak} of {CUSTOMERS} questions at the carrier at the same time",
        expected=f"{CUSTOMERS}",
        meaning="This line keeps the event loop's only thread, so nobody else is served."
        if app.blocked
        else "A customer must wait until the one before has given up: the third waits three times half a second.",
        line=app.line if app.blocked else None,
    )
    any(app.settles(lambda: all(quote.over for quote in quotes)) for _ in range(ROUNDS))
    carriers.mend(latency=0)
    (_, reply), tried = answered(app), 1
    while reply.status == 504 and tried < TRIES:
        (_, reply), tried = answered(app), tried + 1
    expect(
        reply.status == 200 and reply.json == {"price": carriers.price("swift", 8)},
        did="kept the questions of some customers until your code gave up, then let the carrier answer `/quotes/8`",
        got=str(reply),
        expected=f'200 {{"price":{carriers.price("swift", 8)}}}',
        meaning="One customer's giving up must not harm the next: the client, and whatever else all of them share, "
        "must still work. If the route raised an exception, your code printed which.",
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
    seconds = took(quote)
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
    questions = sum(call.arrived >= quote.sent for call in list(carriers.calls))
    expect(
        questions <= 1,
        did="asked for `/quotes/8`; the carrier kept every question",
        got=f"{questions} questions to the carrier for one customer",
        expected="one, which has half a second",
        meaning="Who asks again and again either gives the carrier less than half a second each time, or has the "
        "customer wait for the sum of it.",
    )


@hints(
    "The customer has an answer. What does the carrier know of that?",
    "The section about a deadline says what still runs after it, and why a thread does.",
    "Cancel what is awaited, or let the client itself give up: both close the connection to the carrier.",
)
def check_no_question_is_left_at_the_carrier(app: App, carriers: Outside) -> None:
    """When the customer is told, no question is left at the carrier."""
    quote = given_up(app, carriers)
    ended = quote.over and app.settles(lambda: carriers.in_flight == 0) and app.stays(lambda: carriers.in_flight == 0)
    expect(
        ended,
        did="asked for `/quotes/8`; the carrier kept the question, also after the customer had been told",
        got="a question is there still",
        expected="that the carrier sees the connection closed",
        meaning="Only the waiting has ended; the question goes on: in a thread, which cannot be cancelled, or in a "
        "task that nobody has cancelled. With every stuck carrier one more of them is left behind.",
    )


@advice
def a_thread_waits_as_long(code: Code) -> bool:
    """Good to know: while it waits, a `def` route keeps one of the 40 tokens; a route that awaits needs none."""
    return code.uses("requests.get") and not code.is_async("quote")


@advice
def the_deadline_is_a_block(code: Code) -> bool:
    """Well done: the deadline is for the whole question, whatever happens in it, and ends it when it is over."""
    return code.uses("asyncio.timeout", "asyncio.wait_for", "anyio.move_on_after", "anyio.fail_after")


def asked_together(app: App, carriers: Outside) -> list[Pending]:
    """Ask for some quotes at once, until all of their questions are held, or have not been at the same time."""
    quotes = [app.start(f"/quotes/{parcel}") for parcel in range(CUSTOMERS)]
    app.settles(lambda: carriers.peak >= CUSTOMERS or quotes[0].over)
    if carriers.peak < CUSTOMERS and quotes[0].over:
        app.settles(lambda: all(quote.over for quote in quotes), patience=ROUNDS)
    return quotes


def answered(app: App) -> tuple[Pending, Reply]:
    """Ask for a quote, and wait for the reply."""
    quote = app.start("/quotes/8")
    return quote, quote.finish()


def took(quote: Pending) -> float:
    """Give the seconds after which the customer had an answer."""
    return (quote.done or 0.0) - quote.sent


def sleeps(app: App) -> int | None:
    """Give the line on which the answer has put the thread of its event loop to sleep, if it has."""
    return next((m["line"] for m in app.board.all("blocks") if m["call"] == "sleep"), None)


def why_no_price(reply: Reply, *, asked: bool, asleep: int | None) -> str:
    """Say what it means that a carrier answers in time and the customer has no price."""
    if reply.status == 500:
        return "The route raised an exception; your code printed which."
    if asleep:
        return (
            "This line keeps the event loop's only thread while it sleeps: meanwhile nobody is served, and the "
            "carrier's answer cannot be received."
        )
    if reply.status == 504 and asked:
        return "The carrier answers at once, and your code gives up all the same: how long does it wait?"
    return "The route must ask the carrier for every quote, and return the price that it answers."


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
    if quote.reply is None and asked_for(app):
        return "The deadline comes too late. It is a number of seconds, and half a second is 0.5."
    if quote.reply is None:
        return (
            "Nothing has ended the wait for the carrier's answer. A deadline around something else, such as the "
            "connecting, or what is done with the answer, does not end it."
        )
    if quote.reply.status == 500:
        return (
            "The route raised an exception that it does not catch; your code printed which. If it is a timeout: every "
            "library has its own, and what a deadline raises appears outside its block: inside, it is a cancellation "
            "still. If it is not: a wait that was given up has left no answer to read."
        )
    return "The customer must learn that the carrier did not answer: status 504, and a `detail` that says so."
