"""A library that allows two calls at once gets two, and whoever waits for it takes nothing from the others."""

from unblocked.grading import App, Code, Outside, Pending, Reply, advice, expect, hints
from unblocked.grading.subject import PATIENCE

LANE = 2
CROWD = 45
"""More than there are tokens for worker threads: 40."""

LONG = 2.0
"""Seconds: an answer that turns somebody away sooner than that is waited for."""

SLOWEST_START = 20.0
"""Seconds that the first label may take on a busy machine, where processes draw: they may have to start first."""

BLOCKED = "This line keeps the event loop's only thread, so nobody else is served, and nobody can leave the lane."


def check_a_label_and_an_address_are_given(app: App, carriers: Outside) -> None:
    """A customer gets a label, and an address."""
    carriers.mend(latency=0)
    for path, right in (("/labels/8", {"label": "label 8"}), ("/addresses/8", {"address": "8 Harbour Road"})):
        reply = reply_of(app, path)
        expect(
            reply.status == 200 and reply.json == right,
            did=f"asked for `{path}`",
            got=str(reply),
            expected=f"200 {right}",
            meaning="The route raised an exception; your code printed which."
            if reply.status == 500
            else "The routes must answer what they answered before.",
        )


@hints(
    "On which thread does your code draw, and how many customers does it let in?",
    "The section about a slow SDK has the class that this lane is made of.",
    "Let two in, and have each of the two draw in a worker thread, not on the loop.",
)
def check_two_labels_are_drawn_at_once(app: App, carriers: Outside) -> None:
    """Two labels are drawn at the same time."""
    labels = ask_for_labels(app, carriers, 5)
    answered = [label.reply for label in labels if label.reply and label.reply.status == 200]
    expect(
        not answered,
        did="asked for five labels; the printer kept every one",
        got=f"{answered[0]}, and that label was not drawn yet" if answered else "",
        expected="an answer when the label is drawn",
        meaning="The route must call `draw_label` for every customer, and answer what that returns.",
    )
    stuck = carriers.in_flight < LANE and (app.blocked is not None or not app.beats())
    expect(
        carriers.in_flight >= LANE,
        did="asked for five labels; the printer kept every one",
        got=f"{carriers.in_flight} being drawn",
        expected=f"{LANE}",
        meaning="This line keeps the event loop's only thread until the label is drawn, so nobody else is served."
        if stuck
        else "The customers are let in one by one: the lane is narrower than the licence allows."
        if carriers.in_flight
        else "Nobody's label is drawn: does your code wait for something that does not come?",
        line=app.line if stuck else None,
    )


@hints(
    "What becomes of the third customer while two labels are drawn, and what of the forty-third?",
    "The section about a slow SDK has the class that this lane is made of: it keeps the others waiting, and in order.",
    "Whoever finds the lane full waits where waiting costs nothing: in an `await`, without a limit of its own.",
)
def check_every_label_is_drawn_in_the_end(app: App, carriers: Outside) -> None:
    """All 45 customers get their labels."""
    labels = ask_for_labels(app, carriers, CROWD)
    app.outlasts(lambda: over(labels), deadlines=LONG)
    carriers.mend(latency=0)
    while (done := over(labels)) < CROWD and app.settles(lambda done=done: over(labels) > done):
        pass
    replies = [label.reply for label in labels]
    drawn = sum(reply is not None and reply.json == {"label": f"label {n}"} for n, reply in enumerate(replies))
    others = [f", and {reply or 'no answer'}" for reply in replies if reply is None or reply.status != 200]
    stuck = drawn < CROWD and None in replies and (app.blocked is not None or not app.beats())
    expect(
        drawn == CROWD,
        did=f"asked for {CROWD} labels at once, and let the printer draw",
        got="".join([f"{drawn} labels", *others[:1]]),
        expected=f"{CROWD} labels",
        meaning=BLOCKED
        if stuck
        else "Nobody is turned away and nobody is forgotten: those who find the lane full wait their turn.",
        line=app.line if stuck else None,
    )


@hints(
    "How many requests know of your limit, and where is it made?",
    "The section about a slow SDK has the class that this lane is made of.",
    "One object with two places, made once; every request asks the same one for a place.",
)
def check_a_third_label_waits_its_turn(app: App, carriers: Outside) -> None:
    """A third label waits until one of the two is drawn."""
    ask_for_labels(app, carriers, 5)
    begun = carriers.total
    carriers.release(1)
    app.settles(lambda: carriers.total > begun or carriers.peak > LANE)
    within = app.stays(lambda: carriers.peak <= LANE)
    stuck = within and carriers.total == begun and (app.blocked is not None or not app.beats())
    expect(
        within,
        did="asked for five labels; the printer kept every one",
        got=f"{carriers.peak} being drawn at the same time",
        expected=f"{LANE}",
        meaning="The licence is broken: there must be a limit that all requests share.",
    )
    expect(
        carriers.total > begun,
        did="asked for five labels, and let one be drawn",
        got="no other label took its place",
        expected="that the next one is drawn",
        meaning=BLOCKED if stuck else "Whoever is done must leave the lane, so that the next customer gets the place.",
        line=app.line if stuck else None,
    )


@hints(
    "Forty-five customers wait for the printer. Where does each of them wait: on the loop, or in a thread?",
    "The sections about the 40 tokens and about a slow SDK, together: who takes a token, and when?",
    "An `async def` route can wait for its turn without a thread, and take one when its turn has come.",
)
def check_other_routes_still_find_a_thread(app: App, carriers: Outside) -> None:
    """A `def` route is answered while 45 customers wait for labels."""
    ask_for_labels(app, carriers, CROWD)
    address = app.start("/addresses/8")
    app.settles(lambda: address.over)
    expect(
        address.reply and address.reply.json == {"address": "8 Harbour Road"},
        did=f"asked for `/addresses/8` while {CROWD} customers waited for a label",
        got=str(address.reply or "no answer"),
        expected='200 {"address":"8 Harbour Road"}',
        meaning="A line of the label's route keeps the event loop's only thread, so nobody else is served."
        if app.blocked
        else "It finds no worker thread, or has to wait its turn for the printer, too. Those who wait for the printer "
        "have all threads: because they wait in threads, or because the limit on threads was lowered for everybody. Or "
        "the lane is for every route, as in a middleware.",
        line=app.line if app.blocked else None,
    )
    waiting = app.in_threads("/labels/")
    expect(
        waiting <= LANE,
        did=f"looked where {CROWD} customers wait for a label",
        got=f"{waiting} of them in a worker thread",
        expected=f"{LANE}, those whose label is being drawn",
        meaning="Each customer who waits for the printer keeps a worker thread. More threads only move the limit: "
        "however many there are, as many customers take them all.",
    )


@advice
def turn_and_thread_come_together(code: Code) -> bool:
    """Good to know: `to_thread.run_sync(…, limiter=…)` waits for the turn and takes the thread, in one call."""
    return code.uses("asyncio.Semaphore", "asyncio.Queue")


@advice
def a_limiter_has_no_threads_to_end(code: Code) -> bool:
    """Good to know: a `CapacityLimiter` does the same without threads of your own, which must be ended with the app."""
    return code.uses("concurrent.futures.ThreadPoolExecutor")


def reply_of(app: App, path: str) -> Reply:
    """Ask for a path, and give a process that has to start time to do so."""
    asked = app.start(path)
    app.settles(lambda: asked.over, patience=SLOWEST_START)
    return asked.finish()


def ask_for_labels(app: App, carriers: Outside, number: int) -> list[Pending]:
    """Ask for so many labels, all of which the printer keeps, and wait until all have come to the app."""
    carriers.hold("/printer/*")
    labels = [app.start(f"/labels/{parcel}") for parcel in range(number)]
    beats = 0
    while app.arrived < number + beats and app.beats():
        beats += 1
    app.settles(lambda: carriers.in_flight or all(label.over for label in labels), patience=SLOWEST_START)
    elsewhere = carriers.total and carriers.calls[0].headers["x-parcel-process"] != str(app.pid)
    app.settles(
        lambda: carriers.in_flight >= LANE or all(label.over for label in labels),
        patience=SLOWEST_START if elsewhere else PATIENCE,
    )
    return labels


def over(labels: list[Pending]) -> int:
    """Count those that have a reply, or will have none."""
    return sum(label.over for label in labels)
