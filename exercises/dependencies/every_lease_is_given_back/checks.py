"""A lease is lent for one request and comes back, however that ends; an order is kept whole, or not at all."""

import ast

from unblocked.grading import App, Code, Outside, Pending, advice, expect, hints

LEASES = 2
CROWD = 3 * LEASES

SHARED = "Orders that are under way at the same time share a lease: what one writes, the other keeps or undoes."


@hints(
    "How many commits does an order take, and what does the ledger have between the first and the second?",
    "The section about `yield` has a commit at the end of the work, and says what becomes of entries without one.",
    "Write what belongs together, and commit it once, when nothing of it can fail any more.",
)
def check_an_order_is_kept_whole(app: App, carriers: Outside) -> None:
    """An order that succeeds is answered, and kept whole, in one commit."""
    carriers.mend(latency=0)
    for parcel in (8, 9):
        before = len(commits(carriers))
        succeeds(app, carriers, parcel, order(app, parcel), did=f"sent `POST /orders/{parcel}`")
        app.rests()
        kept = commits(carriers)[before:]
        expect(
            kept == [whole(carriers, parcel)],
            did=f"sent `POST /orders/{parcel}`, and looked what the ledger was asked to keep",
            got=told(kept),
            expected=told([whole(carriers, parcel)]),
            meaning=why_not_whole(kept, carriers, parcel),
        )


@hints(
    "The route has returned. Which line of yours gives the lease back, and when did it run?",
    "The section about `yield` shows which lines run before the route, and which after it.",
    "A block that is left before the route begins cannot give back what the route takes: `yield` inside of it.",
)
def check_a_success_gives_its_lease_back(app: App, carriers: Outside) -> None:
    """After orders that succeed, no lease is out."""
    carriers.mend(latency=0)
    did = "sent `POST /orders/8`; the carrier and the ledger said yes"
    succeeds(app, carriers, 8, order(app, 8), did=did)
    app.rests()
    nothing_is_out(app, did=did)


@hints(
    "The route raises an `HTTPException`. Which of your lines see it, and what do they do with it?",
    "The section about `yield` has an exception that comes out of the `yield`, and one that is swallowed.",
    "What comes out of the `yield` must go on; what stands after it must not run as if all were well.",
)
def check_a_refused_order_leaves_nothing(app: App, carriers: Outside) -> None:
    """After an `HTTPException`, the customer has its status, nothing is kept, and no lease is out."""
    carriers.mend(latency=0)
    carriers.fail("/carriers/*", status=404)
    fails(app, carriers, 7, 404, did="sent `POST /orders/7`; the carrier did not know the parcel")
    recovers(app, carriers, did="sent an order that the carrier refused, and then one that it did not")


@hints(
    "An exception leaves the route that nobody expects. Which way does it take through your dependency?",
    "The section about `yield` has an exception that comes out of the `yield`, and one that is swallowed.",
    "No list of exceptions: a `with` block around the `yield` ends in every case.",
)
def check_a_failed_order_leaves_nothing(app: App, carriers: Outside) -> None:
    """After any other exception, of the route or of the commit, nothing is kept and no lease is out."""
    carriers.mend(latency=0)
    carriers.fail("/carriers/*", status=500)
    fails(app, carriers, 7, 500, did="sent `POST /orders/7`; the carrier failed")
    recovers(app, carriers, did="sent an order for which the carrier failed, and then one that succeeds")
    carriers.fail("/ledger/*")
    did = "sent `POST /orders/7`; the ledger refused to keep it"
    ends(app, order(app, 7), did=did)
    app.rests()
    nothing_is_out(app, did=did)
    recovers(app, carriers, did="sent an order that the ledger refused, and then one that it keeps")


@hints(
    "A customer hangs up. Which of your lines learns of it, and which goes on as before?",
    "The section about `yield` says when the exit of a dependency runs, whoever is there to see it.",
    "Nothing has to be done for it: a lease that comes back at the end of each request comes back here, too.",
)
def check_who_hangs_up_leaves_nothing(app: App, carriers: Outside) -> None:
    """After a customer has hung up, no lease is out, and the order is kept whole or not at all."""
    carriers.mend(latency=0)
    carriers.hold("/carriers/*")
    left = is_under_way(app, carriers, 7)
    left.leave()
    app.settles(lambda: left.over)
    carriers.release()
    app.rests()
    did = "sent `POST /orders/7`, hung up while the carrier was thinking, and then let it answer"
    nothing_is_out(app, did=did)
    kept = commits(carriers)
    expect(
        kept in ([], [whole(carriers, 7)]),
        did=f"{did}; then looked what the ledger was asked to keep",
        got=told(kept),
        expected="the whole order, or nothing of it",
        meaning="The ledger keeps one half of an order of which nobody knows any more.",
    )
    recovers(app, carriers, did=f"{did}; then sent another order")


@hints(
    "Two customers order at once. Whose entries are in the lease with which one of them commits?",
    "The section about `yield` lends each request a lease of its own.",
    "One lease for each request, made by the same dependency wherever it is asked for.",
)
def check_one_order_does_not_harm_the_other(app: App, carriers: Outside) -> None:
    """An order that fails does not harm one that is under way, and the other way round."""
    carriers.mend(latency=0)
    carriers.hold("/carriers/*")
    first = is_under_way(app, carriers, 8)
    carriers.fail("/carriers/*", status=404)  # from now on; what is held stays so
    fails(app, carriers, 9, 404, did="sent `POST /orders/9` while order 8 was under way; the carrier refused 9", out=1)
    carriers.release()
    did = "sent two orders at once; the carrier refused 9, and then had a price for 8"
    succeeds(app, carriers, 8, first, did=did, meaning=SHARED)
    app.rests()
    kept = commits(carriers)
    expect(
        kept == [whole(carriers, 8)],
        did=f"{did}; then looked what the ledger was asked to keep",
        got=told(kept),
        expected=told([whole(carriers, 8)]),
        meaning=SHARED,
    )
    carriers.hold("/carriers/*")
    first = is_under_way(app, carriers, 10)
    carriers.slow("/carriers/*", latency=0)
    did = "sent two orders at once; the carrier had a price for 11, and then broke off the connection for 10"
    succeeds(app, carriers, 11, order(app, 11), did=did, meaning=SHARED)
    carriers.break_off("/carriers/*")
    ends(app, first, did=did)
    app.rests()
    kept = commits(carriers)[1:]
    expect(
        kept == [whole(carriers, 11)],
        did=f"{did}; then looked what the ledger was asked to keep",
        got=told(kept),
        expected=told([whole(carriers, 11)]),
        meaning=SHARED,
    )


@hints(
    "How many leases does one request take, and what does it wait for while it has the first?",
    "The section about an account that is named three times says when a dependency that is asked for twice runs once.",
    "One lease for each request; whoever finds none waits until another request is done.",
)
def check_a_crowd_finds_two_leases_in_turn(app: App, carriers: Outside) -> None:
    """Six customers who come at once find two leases in turn, and all are served."""
    carriers.mend(latency=0)
    carriers.hold("/carriers/*")
    orders = [order(app, parcel) for parcel in range(1, CROWD + 1)]
    app.settles(lambda: carriers.in_flight >= LEASES or any(each.over for each in orders))
    carriers.release()
    did = f"sent {CROWD} orders at once, and let the carrier answer after a while"
    while (done := sum(each.over for each in orders)) < CROWD:
        if not app.settles(lambda done=done: sum(each.over for each in orders) > done):
            break
    for parcel, asked in enumerate(orders, 1):
        meaning = (
            "Who finds no lease free waits until another order gives one back, and is not turned away."
            if asked.over
            else "It waits for a lease, and no other order can give one back: does an order take two of them?"
        )
        succeeds(app, carriers, parcel, asked, did=did, meaning=meaning)
    app.rests()
    nothing_is_out(app, did=did)


@advice
def the_sooner_it_is_back(code: Code) -> bool:
    """Good to know: an order that asks the carrier first, and then for a lease, keeps it for a moment only."""
    return any(_lends(node) for node in ast.walk(code.tree))


@advice
def the_answer_is_out_by_then(code: Code) -> bool:
    """Worth changing: a commit after the `yield` runs when the customer has the answer: too late for a refusal."""
    return any(_commits_after_its_yield(node) for node in ast.walk(code.tree)) and not _has_scope(code.tree)


def _lends(node: ast.AST) -> bool:
    """Say whether a function has a block with a `yield` in it, but the lifespan."""
    return isinstance(node, ast.AsyncFunctionDef) and node.name != "lifespan" and _has(node, ast.Yield)


def _commits_after_its_yield(node: ast.AST) -> bool:
    return isinstance(node, ast.AsyncFunctionDef) and _has(node, ast.Yield) and "commit" in ast.unparse(node)


def _has_scope(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.keyword) and node.arg == "scope" for node in ast.walk(tree))


def _has(node: ast.AST, kind: type[ast.AST]) -> bool:
    return any(isinstance(inner, kind) for inner in ast.walk(node))


def order(app: App, parcel: int) -> Pending:
    """Send a customer's order."""
    return app.start(f"/orders/{parcel}", method="POST")


def is_under_way(app: App, carriers: Outside, parcel: int) -> Pending:
    """Send an order of which the carrier keeps the question."""
    asked = order(app, parcel)
    is_asked(app, carriers, asked, did=f"sent `POST /orders/{parcel}`")
    return asked


def is_asked(app: App, carriers: Outside, asked: Pending, *, did: str) -> None:
    """Expect that the carrier is asked for an order's price."""
    app.settles(lambda: carriers.in_flight or asked.over)
    expect(
        carriers.in_flight,
        did=did,
        got=f"{asked.reply or 'no answer'}, and no question to the carrier",
        expected="that the carrier is asked for a price",
        meaning="It waits for a lease, and they are all out." if not asked.over else "An order needs a price.",
        line=app.line if app.blocked else None,
    )


def ends(app: App, asked: Pending, *, did: str) -> None:
    """Expect that a request has an end."""
    app.settles(lambda: asked.over)
    out = 0 if asked.over else app.value("app.state.pool.out")
    expect(
        asked.over,
        did=did,
        got=f"no answer; {leases(app, out)}",
        expected="an answer",
        meaning="This line keeps the event loop's only thread, so nobody is served."
        if app.blocked
        else "It waits for a lease, and they are all out: one to an order that is over, or two to one order."
        if out >= LEASES
        else "It waits for its turn, although a lease is free.",
        line=app.line if app.blocked else None,
    )


def succeeds(
    app: App, carriers: Outside, parcel: int, asked: Pending, *, did: str, meaning: str = "The route answers as before."
) -> None:
    """Expect that an order is answered with its price."""
    app.settles(lambda: asked.over)
    price = carriers.price("swift", parcel)
    reply = asked.reply
    expect(
        reply and reply.status == 201 and reply.json == {"price": price},
        did=did,
        got=f"status {reply}" if reply else asked.error or "no answer",
        expected=f'201 {{"price":{price}}}',
        meaning=meaning + app.behind(asked.reply),
        line=app.line if app.blocked else None,
    )


def fails(app: App, carriers: Outside, parcel: int, status: int, *, did: str, out: int = 0) -> None:
    """Expect that an order is refused with this status, or any from 500, and that nothing of it is left."""
    before, asked = len(commits(carriers)), order(app, parcel)
    ends(app, asked, did=did)
    reply = asked.reply
    expect(
        reply and (reply.status == status or (status >= 500 and reply.status >= 500)),
        did=did,
        got=f"status {reply}" if reply else f"no answer: {asked.error}",
        expected=f"status {status}",
        meaning="What the route raised did not come to whoever makes an answer of it: it was caught on its way, or "
        "replaced." + app.behind(asked.reply),
    )
    app.rests()
    kept = commits(carriers)[before:]
    expect(
        not kept,
        did=f"{did}, and looked what the ledger was asked to keep",
        got=told(kept),
        expected="nothing",
        meaning="The order has failed, and the ledger keeps what it had written by then.",
    )
    nothing_is_out(app, did=did, out=out)


def recovers(app: App, carriers: Outside, *, did: str) -> None:
    """Expect that after orders that failed the next one is kept whole, and nothing else."""
    carriers.mend(latency=0)
    before = len(commits(carriers))
    succeeds(app, carriers, 8, order(app, 8), did=did)
    app.rests()
    kept = commits(carriers)[before:]
    expect(
        kept == [whole(carriers, 8)],
        did=f"{did}; then looked what the ledger was asked to keep",
        got=told(kept),
        expected=told([whole(carriers, 8)]),
        meaning="What orders had written that failed is kept together with the next one.",
    )


def nothing_is_out(app: App, *, did: str, out: int = 0) -> None:
    """Expect that no lease is out, or so many."""
    now = app.value("app.state.pool.out")
    expect(
        now <= out,
        did=f"{did}; then counted the leases",
        got=leases(app, now),
        expected=f"{out} out",
        meaning="The request is over, and nobody gives its lease back: after two such requests the next one waits for "
        "a lease until it is told that there is none.",
    )


def leases(app: App, out: int) -> str:
    """Say how many leases are out, and who has them."""
    holders = ", ".join(f"“{holder}”" for holder in app.value("app.state.pool.holders"))
    return f"{out} out, lent to {holders}" if out else "no lease is out"


def whole(carriers: Outside, parcel: int) -> list[str]:
    """Give the entries of an order."""
    return [f"order {parcel}", f"order {parcel} costs {carriers.price('swift', parcel)}"]


def commits(carriers: Outside) -> list[list[str]]:
    """Give the entries of each commit that has come to the ledger with some."""
    return [call.query["entry"] for call in carriers.asked("/ledger/*") if "entry" in call.query]


def told(kept: list[list[str]]) -> str:
    """Name the entries of each commit."""
    return "; then ".join(" and ".join(f"“{entry}”" for entry in entries) for entries in kept) or "nothing"


def why_not_whole(kept: list[list[str]], carriers: Outside, parcel: int) -> str:
    """Say what it means that an order is not kept in one piece."""
    if not kept:
        return "Nothing is kept: a commit keeps what was written before it, with the same lease."
    if [entry for entries in kept for entry in entries] == whole(carriers, parcel):
        return "It is kept in two parts: whoever fails between them leaves one half, and nothing takes it back."
    return "The ledger keeps what it is given: an order is its two entries, once each."
