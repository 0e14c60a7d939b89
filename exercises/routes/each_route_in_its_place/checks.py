"""Every kind of work in its place: on the loop what is short or awaited, in a thread what blocks, and nothing else."""

from unblocked.grading import App, Code, Outside, Pending, Reply, advice, expect, expect_reply, hints

PRINTER = "/printer/*"
TOKENS = 40
CROWD = 50

SLOWEST_START = 20.0
"""Seconds that the first label may take on a busy machine, where processes draw: they may have to start first."""

NO_LABEL = "The route must call `draw_label` for each request; if it raised an exception, your code printed which."

OWN_PRICE = (
    "Every shipment must wait until its carrier has answered, and take the price from that answer; if the route raised "
    "an exception, your code printed which."
)


def check_every_route_answers(app: App, carriers: Outside) -> None:
    """Every route gives what it gave before."""
    carriers.mend(latency=0)
    shipment = {"carrier": "swift", "parcel": "8", "price": carriers.price("swift", 8), "label": "label 8"}
    for path, right in (("/labels/8", {"label": "label 8"}), ("/shipments/8", shipment), ("/health", {"ok": True})):
        reply = reply_of(app, path)
        meaning = "Where a route's work is done may change, what it answers may not."
        expect_reply(reply, 200, right, did=f"asked for `{path}`", meaning=meaning)


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
    "Forty labels are asked for. What does each of them need that another has, and what does `/health`?",
    "The section with the 40 tokens shows what happens to the forty-first request of a `def` route.",
    "A route that neither waits nor computes is done sooner on the loop than a thread is found for it; one that blocks "
    "gets a thread, and no lock.",
)
def check_health_answers_while_forty_labels_are_drawn(app: App, carriers: Outside) -> None:
    """Labels are drawn side by side, and `/health` answers meanwhile, even while forty are."""
    carriers.hold(PRINTER)
    labels = [app.start(f"/labels/{parcel}") for parcel in range(TOKENS)]
    app.settles(lambda: carriers.total or labels[0].over, patience=SLOWEST_START)
    expect(
        carriers.total,
        did=f"asked for {TOKENS} labels",
        got=f"{labels[0].reply or 'no reply'}, and no label was drawn",
        expected="that the labels are drawn",
        meaning=NO_LABEL,
    )
    # Other pools than FastAPI's may have fewer threads, and other processes may have to start.
    in_fastapis_threads = carriers.calls[0].headers["x-parcel-thread"].startswith("AnyIO")
    elsewhere = carriers.calls[0].headers["x-parcel-process"] != str(app.pid)
    drawn = most_held(
        app, carriers, PRINTER, TOKENS if in_fastapis_threads else 2, patience=SLOWEST_START if elsewhere else 1.0
    )
    expect(
        drawn > 1,
        did=f"asked for {TOKENS} labels at once; the printer kept every one",
        got="1 being drawn",
        expected="several at the same time",
        meaning="A line of the label's route keeps the event loop's only thread, so nobody else is served."
        if app.blocked
        else "Every label waits for the one before it: because of a lock, or of a pool with a single thread. A label "
        "that blocks its own worker thread is in nobody's way.",
        line=app.line if app.blocked else None,
    )
    health = app.start("/health")
    app.settles(lambda: health.over)
    expect(
        health.reply and health.reply.json == {"ok": True},
        did=f"asked for `/health` while labels were being drawn, {len(carriers.waiting(PRINTER))} of {TOKENS}",
        got=str(health.reply or "no answer"),
        expected='200 {"ok":true}',
        meaning="A line of the label's route keeps the event loop's only thread, so nobody else is served."
        if app.blocked
        else "`/health` waits for what the labels have, although it has nothing to wait for. Either it needs a worker "
        "thread, too: for a `def` route, and for each `def` dependency, FastAPI takes one of 40 tokens. Or it stands "
        "in one line with the labels, as in a middleware that lets in only so many.",
        line=app.line if app.blocked else None,
    )


@hints(
    "What does a shipment hold on to while it waits for its price?",
    "The section with the 40 tokens counts what a blocking client needs for each request that waits.",
    "Wait for the price with a client that can be awaited, in a route that runs on the loop.",
)
def check_fifty_shipments_wait_for_their_price_together(app: App, carriers: Outside) -> None:
    """Fifty shipments wait for their price at the same time, and none of them keeps a worker thread."""
    carriers.mend(latency=0)
    carriers.hold("/carriers/*")
    shipments = [app.start(f"/shipments/{parcel}") for parcel in range(CROWD)]
    waiting = most_held(app, carriers, "/carriers/*", CROWD)
    over = [str(shipment.reply or shipment.error) for shipment in shipments if shipment.over]
    expect(
        not over,
        did=f"asked for {CROWD} shipments at once; the carrier kept every question",
        got="".join(over[:1]),
        expected="no answer yet",
        meaning=OWN_PRICE,
    )
    stuck = waiting < CROWD and (app.blocked is not None or not app.beats())
    expect(
        waiting == CROWD,
        did=f"asked for {CROWD} shipments at once; the carrier kept every question",
        got=f"{waiting} of {CROWD} questions at the carrier",
        expected=f"{CROWD}",
        meaning=why_so_few(waiting, stuck=stuck),
        line=app.line if stuck else None,
    )
    kept = app.in_threads("/shipments/")
    expect(
        not kept,
        did=f"asked for {CROWD} shipments at once, and looked where they wait for their price",
        got=f"{kept} of them in a worker thread",
        expected="none",
        meaning="More threads only move the limit: each shipment keeps a worker thread while it waits for its price. "
        "Who waits on the event loop needs none.",
    )
    prices_arrive(app, carriers, shipments)


@advice
def the_label_is_drawn_meanwhile(code: Code) -> bool:
    """Well done: a label is drawn while the carrier thinks, so a shipment takes as long as the slower of the two."""
    return code.uses("asyncio.gather", "asyncio.TaskGroup", "anyio.create_task_group")


@advice
def a_process_waits_no_better(code: Code) -> bool:
    """Good to know: a label is waited for, not computed; a thread waits as well as a process, and starts sooner."""
    return code.uses("concurrent.futures.ProcessPoolExecutor", "anyio.to_process.run_sync")


def why_so_few(waiting: int, *, stuck: bool) -> str:
    """Say what it means that not all shipments wait for their price at once."""
    if stuck:
        return "This line keeps the event loop's only thread while one shipment waits, so nobody else is served."
    if waiting == TOKENS:
        return (
            "Each shipment keeps a worker thread while it waits for its price. With all 40 tokens taken, the next "
            "customer's carrier is not even asked, and every other `def` route waits, too."
        )
    return (
        "The other shipments wait in a line before their carrier is even asked: for a lock, a semaphore, a thread of "
        "a pool, or one of the connections to which a client was limited."
    )


def prices_arrive(app: App, carriers: Outside, shipments: list[Pending]) -> None:
    """Let the carrier answer, and see that every shipment has its own price."""
    carriers.mend(latency=0)
    for parcel, shipment in enumerate(shipments):
        app.settles(lambda shipment=shipment: shipment.over, patience=SLOWEST_START)
        price = carriers.price("swift", parcel)
        expect(
            shipment.reply and isinstance(shipment.reply.json, dict) and shipment.reply.json.get("price") == price,
            did=f"asked for {CROWD} shipments at once; the carrier kept every question for a while, and then answered",
            got=f"for `/shipments/{parcel}`, {shipment.reply or 'no answer'}",
            expected=f"its price, {price}",
            meaning=OWN_PRICE,
        )


def health_answers_during(app: App, carriers: Outside, path: str) -> None:
    """Hold the label that this path needs, and ask for `/health` meanwhile."""
    carriers.hold(PRINTER)
    asked = app.start(path)
    app.settles(lambda: carriers.waiting(PRINTER) or asked.over, patience=SLOWEST_START)
    expect(
        len(carriers.waiting(PRINTER)) == 1,
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


def reply_of(app: App, path: str) -> Reply:
    """Ask for a path, and give a process that has to start time to do so."""
    asked = app.start(path)
    app.settles(lambda: asked.over, patience=SLOWEST_START)
    return asked.finish()


def most_held(app: App, carriers: Outside, path: str, most: int, *, patience: float = 1.0) -> int:
    """Wait until so many requests to this path are held, or until no more come; give how many are."""
    while (now := len(carriers.waiting(path))) < most:
        if not app.settles(lambda now=now: len(carriers.waiting(path)) > now, patience=patience):
            break
    return len(carriers.waiting(path))
