"""Every kind of work in its place: on the loop what is short or awaited, in a thread what blocks, and nothing else."""

from unblocked.grading import App, Outside, expect, hints

TOKENS = 40
CROWD = 50

NO_LABEL = "The route must call `draw_label` for each request; if it raised an exception, your code printed which."


def check_every_route_answers(app: App, carriers: Outside) -> None:
    """Every route gives what it gave before."""
    carriers.mend(latency=0)
    shipment = {"carrier": "swift", "parcel": "8", "price": carriers.price("swift", 8), "label": "label 8"}
    for path, right in (("/labels/8", {"label": "label 8"}), ("/shipments/8", shipment), ("/health", {"ok": True})):
        reply = app.get(path)
        expect(
            reply.status == 200 and reply.json == right,
            did=f"asked for `{path}`",
            got=str(reply),
            expected=f"200 {right}",
            meaning="The route raised an exception; your code printed which."
            if reply.status == 500
            else "Where a route's work is done may change, what it answers may not.",
        )


@hints(
    "On which thread does `draw_label` run, and who else needs that thread?",
    "The section with the 40 tokens shows what FastAPI does with a `def` route.",
    "A route that only blocks needs one word less. A route that also awaits needs a way to hand one call to a thread.",
)
def check_health_answers_while_a_label_is_drawn(app: App, carriers: Outside) -> None:
    """`/health` answers while a label is being drawn."""
    health_answers_during(app, carriers, "/labels/8")


@hints(
    "The price is awaited. Which line of the shipment is not, and on which thread does it run?",
    "The section about choosing has a branch for routes that await one thing and block in another.",
    "Stay `async def`, and await the blocking call in a thread: asyncio, anyio and FastAPI each have a way to.",
)
def check_health_answers_while_a_shipment_s_label_is_drawn(app: App, carriers: Outside) -> None:
    """`/health` answers while the label of a shipment is being drawn."""
    carriers.mend(latency=0)
    health_answers_during(app, carriers, "/shipments/8")


@hints(
    "Forty labels are being drawn. What does `/health` need that they have?",
    "The section with the 40 tokens shows what happens to the forty-first request of a `def` route.",
    "A route that neither waits nor computes is done sooner on the loop than a thread is found for it.",
)
def check_health_answers_while_forty_labels_are_drawn(app: App, carriers: Outside) -> None:
    """`/health` answers while forty labels are being drawn, and needs no thread for it."""
    carriers.hold("/printer/*")
    labels = [app.start(f"/labels/{parcel}") for parcel in range(TOKENS)]
    app.settles(lambda: carriers.total or labels[0].over)
    expect(
        carriers.total,
        did=f"asked for {TOKENS} labels",
        got=f"{labels[0].reply or 'no reply'}, and no label was drawn",
        expected="that the labels are drawn",
        meaning=NO_LABEL,
    )
    if carriers.calls[0].headers["x-parcel-thread"].startswith("AnyIO"):  # other pools may have fewer threads
        most_held(app, carriers, "/printer/", TOKENS)
    health = app.start("/health")
    app.settles(lambda: health.over)
    expect(
        health.reply and health.reply.json == {"ok": True},
        did=f"asked for `/health` while labels were being drawn, {held(carriers, '/printer/')} of {TOKENS}",
        got=str(health.reply or "no answer"),
        expected='200 {"ok":true}',
        meaning="A line of the label's route keeps the event loop's only thread, so nobody else is served."
        if app.blocked
        else "`/health` needs a worker thread, too: for a `def` route FastAPI takes one of 40 tokens, and labels have "
        "them all. It waits for a thread although it has nothing to wait for.",
        line=app.line if app.blocked else None,
    )


@hints(
    "What does a shipment hold on to while it waits for its price?",
    "The section with the 40 tokens counts what a blocking client needs for each request that waits.",
    "Wait for the price with a client that can be awaited, in a route that runs on the loop.",
)
def check_fifty_shipments_wait_for_their_price_together(app: App, carriers: Outside) -> None:
    """Fifty shipments wait for their price at the same time."""
    carriers.mend(latency=0)
    carriers.hold("/carriers/*")
    for parcel in range(CROWD):
        app.start(f"/shipments/{parcel}")
    waiting = most_held(app, carriers, "/carriers/", CROWD)
    expect(
        waiting == CROWD,
        did=f"asked for {CROWD} shipments at once; the carrier kept every question",
        got=f"{waiting} questions arrived at the carrier",
        expected=f"{CROWD}",
        meaning="This line keeps the event loop's only thread until the carrier answers."
        if app.blocked
        else "A shipment keeps a worker thread, or its place in a queue, while it waits for its price. With all 40 "
        "tokens taken, the next customer's carrier is not even asked, and every other `def` route waits, too.",
        line=app.line if app.blocked else None,
    )


def health_answers_during(app: App, carriers: Outside, path: str) -> None:
    """Hold the label that this path needs, and ask for `/health` meanwhile."""
    carriers.hold("/printer/*")
    asked = app.start(path)
    app.settles(lambda: held(carriers, "/printer/") or asked.over)
    expect(
        held(carriers, "/printer/") == 1,
        did=f"asked for `{path}`",
        got=f"{asked.reply or 'no reply'}, and no label was drawn",
        expected="that its label is drawn",
        meaning=NO_LABEL,
    )
    health = app.start("/health")
    answered = app.comes(lambda: health.over)
    expect(
        health.reply and health.reply.json == {"ok": True},
        did=f"asked for `/health` while the label for `{path}` was being drawn",
        got=str(health.reply or "no answer"),
        expected='200 {"ok":true}',
        meaning="`/health` must answer what it answered before."
        if answered
        else "This line keeps the event loop's only thread until the label is drawn, so nobody else is served.",
        line=None if answered else app.line,
    )


def most_held(app: App, carriers: Outside, path: str, most: int) -> int:
    """Wait until so many requests below this path are held, or until no more come; give how many are."""
    while (now := held(carriers, path)) < most:
        if not app.settles(lambda now=now: held(carriers, path) > now):
            break
    return held(carriers, path)


def held(carriers: Outside, path: str) -> int:
    """Count the requests below this path that wait for an answer."""
    return sum(call.left is None and call.path.startswith(path) for call in list(carriers.calls))
