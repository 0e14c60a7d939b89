"""A customer who waits for the carrier must not keep the others waiting."""

from unblocked.grading import App, Outside, expect, hints

EVERYBODY = 5


def check_a_customer_gets_the_price(app: App, carriers: Outside) -> None:
    """A customer who asks for a quote gets the carrier's price."""
    carriers.mend(latency=0)
    reply = app.get("/quotes/7")
    expect(
        reply.status == 200 and reply.json == {"price": 14.88},
        did="asked for `/quotes/7`; the carrier's price for parcel 7 is 14.88",
        got=str(reply),
        expected='200 {"price":14.88}',
        meaning="The route must still ask the carrier and return its price.",
    )


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
    expect(
        app.answers("/health"),
        did="asked for `/health` while the carrier kept the question for parcel 7",
        got="no answer",
        expected='200 {"ok":true}',
        meaning="This line keeps the event loop's only thread until the carrier answers, so nobody else is served.",
        line=app.line,
    )
    carriers.release()
    quote.finish()


def check_five_customers_are_served_together(app: App, carriers: Outside) -> None:
    """Five customers' quotes are fetched at the same time."""
    carriers.hold()
    quotes = [app.start(f"/quotes/{parcel}") for parcel in range(EVERYBODY)]
    together = app.settles(lambda: carriers.in_flight == EVERYBODY)
    expect(
        together,
        did="asked for five quotes at once; the carrier kept every question",
        got=f"{carriers.in_flight} of 5 questions arrived at the carrier",
        expected="5",
        meaning="The customers are let in one by one: by a call that blocks the event loop, a lock, or a pool of one.",
        line=app.blocked.line if app.blocked else None,
    )
    carriers.release()
    for quote in quotes:
        quote.finish()
