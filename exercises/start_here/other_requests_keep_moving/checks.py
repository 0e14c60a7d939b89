"""A customer who waits for the carrier must not keep the others waiting."""

from unblocked.grading import App, Code, Outside, Pending, Reply, advice, expect, hints

EVERYBODY = 5
LONG = 1.0
"""Seconds: a carrier may think so long, so a shorter deadline is waited for, to see what comes of it."""

TO_THEIR_END = 2.0
"""Seconds in which what can be answered is answered, on a busy machine too."""


def check_a_customer_gets_the_price(app: App, carriers: Outside) -> None:
    """A customer who asks for a quote gets the carrier's price."""
    carriers.mend(latency=0)
    for parcel, did in ((7, "asked for `/quotes/7`"), (8, "then for `/quotes/8`"), (7, "then for `/quotes/7` again")):
        price = carriers.price("swift", parcel)
        is_their_price(app.get(f"/quotes/{parcel}"), price, did=f"{did}; the carrier's price for it is {price}")


@hints(
    "Five red bars, never two at a time: which thread do they all need?",
    "The section “Which word gives the thread back?” names the two places where FastAPI runs a route.",
    "One keyword of the route decides where FastAPI runs it. The other way is a client that can be awaited.",
)
def check_health_answers_while_a_quote_is_fetched(app: App, carriers: Outside) -> None:
    """`/health` answers while a customer waits for the carrier."""
    carriers.hold()
    quote = app.start("/quotes/7")
    expect(
        app.settles(lambda: carriers.in_flight == 1),
        did="asked for `/quotes/7`",
        got="the carrier was never asked",
        expected="one question to the carrier",
        meaning="The route must ask the carrier at `CARRIERS_URL` for every quote.",
    )
    health = app.start("/health")
    answered = app.settles(lambda: health.over, patience=TO_THEIR_END)
    expect(
        answered and health.reply,
        did="asked for `/health` while the carrier kept the question for parcel 7",
        got="no answer",
        expected='200 {"ok":true}',
        meaning=why_nobody_is_served(app),
        line=app.line,
    )
    expect(
        health.reply and health.reply.status == 200 and health.reply.json == {"ok": True},
        did="asked for `/health` while the carrier kept the question for parcel 7",
        got=str(health.reply),
        expected='200 {"ok":true}',
        meaning="`/health` must still be there, and answer as before.",
    )
    carriers.release()
    quote.finish()


@hints(
    "Five customers are in your route, or want to be. What do all of them need, of which there are fewer than five?",
    "The section “Which word gives the thread back?” names the two places where FastAPI runs a route.",
    "No lock and no pool of your own is needed: FastAPI has threads for `def` routes, and any number of awaited ones.",
)
def check_five_customers_are_served_together(app: App, carriers: Outside) -> None:
    """Five customers' quotes are fetched at the same time, and each is answered when its carrier has answered."""
    carriers.hold()
    quotes = [app.start(f"/quotes/{parcel}") for parcel in range(EVERYBODY)]
    together = app.settles(lambda: carriers.in_flight == EVERYBODY)
    hold_as_long_as_anybody_waits(app, quotes)
    expect(
        together,
        did="asked for five quotes at once; the carrier kept every question",
        got=f"{carriers.in_flight} of 5 questions arrived at the carrier",
        expected="5",
        meaning="This line keeps the event loop's only thread until the carrier answers, so nobody else is served."
        if app.blocked
        else "The event loop is free, but the customers are not let in together, perhaps one by one: by a lock, a "
        "semaphore, or a pool that has too few threads.",
        line=app.blocked.line if app.blocked else None,
    )
    carriers.release(EVERYBODY - 1)
    answered = app.settles(lambda: sum(quote.over for quote in quotes) >= EVERYBODY - 1, patience=TO_THEIR_END)
    expect(
        answered,
        did="asked for five quotes at once; the carrier answered four of them, and kept the fifth",
        got=f"{sum(quote.over for quote in quotes)} of the four customers had their price",
        expected="4",
        meaning="Customers whose price is there wait for another customer's: by an event loop inside the event loop "
        "(`nest_asyncio`, `run_until_complete`), or by something that collects answers.",
    )
    carriers.slow(latency=0)  # from now on; the fifth stays held
    sixth = app.start(f"/quotes/{EVERYBODY}")
    quotes.append(sixth)
    expect(
        app.settles(lambda: sixth.over, patience=TO_THEIR_END),
        did="asked for a sixth quote, which the carrier answered at once; it still kept the fifth",
        got="no answer",
        expected=f'200 {{"price":{carriers.price("swift", EVERYBODY)}}}',
        meaning="A customer whose price is there waits for another customer's.",
    )
    carriers.release()
    for parcel, quote in enumerate(quotes):
        price = carriers.price("swift", parcel)
        is_their_price(quote.finish(), price, did=f"asked for five quotes at once, one of them `{quote.path}`")


@advice
def nobody_needs_a_thread(code: Code) -> bool:
    """Well done: while a carrier is awaited, a customer has no thread at all, so no number of threads is a limit."""
    return code.uses("httpx.AsyncClient", "httpx2.AsyncClient", "aiohttp.ClientSession")


@advice
def fastapi_gives_threads_of_its_own_accord(code: Code) -> bool:
    """Good to know: FastAPI gives a `def` route a thread by itself; `to_thread` is for one call of a longer route."""
    return code.uses("asyncio.to_thread", "anyio.to_thread.run_sync", "fastapi.concurrency.run_in_threadpool")


def is_their_price(reply: Reply, price: float, *, did: str) -> None:
    """Expect a price in a reply; whatever else stands beside it is not looked at."""
    right = reply.status == 200 and isinstance(reply.json, dict) and reply.json.get("price") == price
    expect(
        right,
        did=did,
        got=str(reply),
        expected=f'200 {{"price":{price}}}',
        meaning="Your code raised an exception: the last lines of what it printed say which, and where."
        if reply.status == 500
        else "The route must still ask the carrier, for the parcel that the customer names, and return its price under "
        "`price`.",
    )


def why_nobody_is_served(app: App) -> str:
    """Say what keeps `/health` waiting: the loop itself, or something on the way to the route."""
    if app.line is not None:
        return "This line keeps the event loop's only thread until the carrier answers, so nobody else is served."
    return (
        "The event loop is free, but `/health` waits for the quote all the same: in a lock, or in a middleware or a "
        "dependency that lets one request in at a time."
    )


def hold_as_long_as_anybody_waits(app: App, quotes: list[Pending]) -> None:
    """Keep the questions until the answer's own deadlines are over, where it asked for short ones."""

    def given_up() -> int:
        """Count the questions that were given up, and the customers who were told so before a question had begun."""
        return max(sum(call.gone for call in app.carriers.calls), sum(quote.over for quote in quotes))

    gave_up = app.outlasts(given_up, deadlines=LONG)
    expect(
        not gave_up,
        did="asked for five quotes at once; the carrier kept every question",
        got=f"your code gave up {given_up()} of 5 questions",
        expected="that it waits for the carrier",
        meaning="A carrier thinks for half a second, and often longer. A customer whose question is given up gets no "
        "price of the carrier's: give it more time.",
    )
