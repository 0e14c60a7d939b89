"""What a customer is told is true: the ledger is asked first, and what it did not keep is nobody's order."""

import ast
from dataclasses import dataclass

from unblocked.grading import App, Code, Outside, Pending, advice, expect, hints

LEASES = 5
"""As many does the starter's pool have."""

CUSTOMERS = 3

LONG = 2.0
"""Seconds: an answer that gives the ledger up sooner is waited for, to see what it tells the customer."""


@dataclass(frozen=True)
class Wish:
    """What a customer wants: a request, the right reply, and the entry that the ledger is to keep."""

    method: str
    path: str
    status: int
    reply: dict[str, int]
    entry: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def start(self, app: App) -> Pending:
        """Send it."""
        return app.start(self.path, method=self.method)

    def is_fulfilled(self, asked: Pending) -> bool:
        """Say whether the reply is the right one."""
        return asked.reply is not None and asked.reply.status == self.status and asked.reply.json == self.reply


def order(parcel: int) -> Wish:
    """Give a customer's order."""
    return Wish("POST", f"/orders/{parcel}", 201, {"ordered": parcel}, f"order {parcel}")


def cancel(parcel: int) -> Wish:
    """Give a customer's wish not to have ordered."""
    return Wish("DELETE", f"/orders/{parcel}", 200, {"cancelled": parcel}, f"order {parcel} cancelled")


@hints(
    "What does a commit keep that comes before anything was written, or that another lease makes?",
    "The section about `yield` shows in which order route, commit and answer come.",
    "One lease, in this order: acquire, write, commit, answer.",
)
def check_what_was_written_is_kept(app: App, carriers: Outside) -> None:
    """An order and a cancelled order are answered, and the ledger keeps each of them once."""
    carriers.mend(latency=0)
    for wish in (order(8), cancel(8)):
        before = len(commits(carriers))
        answered(app, wish, did=f"sent `{wish}`; the ledger keeps everything")
        app.settles(lambda before=before: len(commits(carriers)) > before)
        app.stays(lambda before=before: len(commits(carriers)) == before + 1)
        kept = [entry for entries in commits(carriers)[before:] for entry in entries]
        expect(
            kept == [wish.entry],
            did=f"sent `{wish}`, and looked what the ledger was asked to keep",
            got=told(kept),
            expected=f"“{wish.entry}”, once",
            meaning="Nothing that the customer was told is kept. A commit keeps what was written before it, with the "
            "same lease."
            if not kept
            else "The ledger keeps what it is given, once more each time.",
        )


@hints(
    "Which of your lines sends the answer, and which have run by then?",
    "The section about `yield` shows when the lines after it run, and which argument of `Depends` moves them.",
    "Either the exit of the dependency comes before the answer, or the commit moves to where no answer is out yet.",
)
def check_nobody_has_an_answer_while_the_ledger_is_asked(app: App, carriers: Outside) -> None:
    """A customer has no answer before the ledger has kept what was written."""
    for wish in (order(8), cancel(9)):
        carriers.mend(latency=0)
        carriers.hold("/ledger/*")
        before = carriers.total
        asked = wish.start(app)
        app.settles(lambda before=before: carriers.total > before)
        expect(
            carriers.total > before,
            did=f"sent `{wish}`",
            got=f"{asked.reply or 'no answer'}, and nothing was asked of the ledger",
            expected="that the ledger is asked to keep it",
            meaning="No commit has come to the ledger: what was written is lost.",
            line=app.line if app.blocked else None,
        )
        app.stays(lambda asked=asked: not asked.over)
        app.outlasts(lambda asked=asked: asked.over, deadlines=LONG)
        gave_up = asked.reply is not None and asked.reply.status >= 500
        expect(
            not asked.over or gave_up,
            did=f"sent `{wish}`; the ledger was still thinking whether it keeps that",
            got=str(asked.reply or asked.error),
            expected="no answer yet",
            meaning="The customer is told before the ledger has answered. Whatever it says then, the customer does not "
            "hear it.",
        )
        carriers.release()
        if gave_up:  # and said so: that is no promise
            continue
        answered(app, wish, asked, did=f"sent `{wish}`; the ledger thought for a while, and kept it")


@hints(
    "The ledger refuses. Which exception says so, who hears of it, and what does the customer get?",
    "The section about `yield` has a commit that fails, and shows who still has a say then.",
    "Where no answer is out yet, turn the `LedgerError` into an `HTTPException` with status 503.",
)
def check_what_is_not_kept_is_answered_503(app: App, carriers: Outside) -> None:
    """A customer whose order the ledger does not keep gets 503 and a detail."""
    carriers.fail("/ledger/*")
    for wish in (order(8), cancel(9)):
        before = carriers.total
        asked = wish.start(app)
        reply = asked.finish()
        expect(
            reply.status == 503 and isinstance(reply.json, dict) and reply.json.get("detail"),
            did=f"sent `{wish}`; the ledger did not keep it",
            got=f"status {reply}",
            expected='503 {"detail":…}',
            meaning="The customer believes in an order that is nowhere: the ledger's refusal was lost on its way."
            if reply.status < 400
            else "The customer must learn whose fault it is and what became of the order: status 503, and a `detail`."
            + app.behind(reply),
        )
        app.stays(lambda before=before: carriers.total == before + 1)
        expect(
            carriers.total == before + 1,
            did=f"sent `{wish}`; the ledger did not keep it, and we counted how often it was asked",
            got=f"{carriers.total - before} times",
            expected="once",
            meaning="The customer is told that nothing was kept, and a second try may keep it all the same.",
        )


@hints(
    "An order has failed. What does it still hold, and what has it written that nobody has taken back?",
    "The section about `yield` says what the pool does at the end of a lease's block.",
    "Lend each order a lease of its own, in an `async with` block that ends with the order, in whatever way.",
)
def check_nothing_is_left_of_what_was_not_kept(app: App, carriers: Outside) -> None:
    """After orders that the ledger did not keep, the next one finds a lease, and keeps nothing but itself."""
    carriers.fail("/ledger/*")
    for parcel in range(LEASES + 1):
        wish = order(parcel)
        asked = wish.start(app)
        app.settles(lambda asked=asked: asked.over)
        expect(
            asked.over,
            did=f"sent {parcel + 1} orders, one after the other; the ledger kept none",
            got=f"no answer to `{wish}`",
            expected="503, to each of them",
            meaning="It waits for a lease, and they are all out: orders that have failed did not give theirs back.",
        )
    carriers.mend(latency=0)
    before = len(commits(carriers))
    answered(app, order(8), did=f"sent {LEASES + 1} orders that the ledger did not keep, and then `{order(8)}`")
    app.settles(lambda: len(commits(carriers)) > before)
    kept = [entry for entries in commits(carriers)[before:] for entry in entries]
    expect(
        kept == [order(8).entry],
        did=f"sent {LEASES + 1} orders that the ledger did not keep, and then `{order(8)}`, which it did",
        got=told(kept),
        expected=f"“{order(8).entry}”, and nothing else",
        meaning="Entries of orders that have failed are kept together with the next one.",
    )


@hints(
    "Three customers order at once. What does the second one wait for?",
    "The section about `yield` lends each request a lease of its own.",
    "Await the commit, with the request's own lease, and without a lock around it.",
)
def check_customers_do_not_wait_for_each_other(app: App, carriers: Outside) -> None:
    """Three customers' orders are at the ledger at the same time."""
    carriers.hold("/ledger/*")
    orders = [order(parcel).start(app) for parcel in range(CUSTOMERS)]
    app.settles(lambda: carriers.in_flight >= CUSTOMERS)
    expect(
        carriers.in_flight >= CUSTOMERS,
        did=f"sent {CUSTOMERS} orders at once; the ledger was still thinking",
        got=f"{carriers.in_flight} at the ledger",
        expected=f"{CUSTOMERS}",
        meaning="This line keeps the event loop's only thread, so nobody else is served."
        if app.blocked
        else "One customer waits for the other, although each could have a lease: because of a lock, or of a lease "
        "that all share.",
        line=app.line if app.blocked else None,
    )
    kept = sorted(entry for entries in commits(carriers) for entry in entries)
    expect(
        kept == sorted(order(parcel).entry for parcel in range(CUSTOMERS)),
        did=f"sent {CUSTOMERS} orders at once, and looked what the ledger was asked to keep",
        got=told(kept),
        expected="each of them once",
        meaning="The orders share a lease: whoever commits first commits what the others have written, too.",
    )
    carriers.release()
    for parcel, asked in enumerate(orders):
        answered(app, order(parcel), asked, did=f"sent {CUSTOMERS} orders at once, and let the ledger keep them")


@advice
def the_scope_says_when(code: Code) -> bool:
    """Well done: the scope says when the exit runs, so every route that asks for a lease has its commit in time."""
    keywords = [node for node in ast.walk(code.tree) if isinstance(node, ast.keyword) and node.arg == "scope"]
    return any(isinstance(each.value, ast.Constant) and each.value.value == "function" for each in keywords)


@advice
def somebody_will_forget(code: Code) -> bool:
    """Good to know: what every route has to do itself, one will forget; its entries are undone without a word."""
    return sum(_is_commit(node) for node in ast.walk(code.tree)) > 1


def _is_commit(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"


def answered(app: App, wish: Wish, asked: Pending | None = None, *, did: str) -> None:
    """Expect the right reply to a customer's wish."""
    asked = asked or wish.start(app)
    app.settles(lambda: asked.over)
    expect(
        wish.is_fulfilled(asked),
        did=did,
        got=str(asked.reply or asked.error or "no answer"),
        expected=f"{wish.status} {wish.reply}",
        meaning="The event loop's only thread is held by this line."
        if app.blocked
        else "What the ledger keeps is answered as before.",
        line=app.line if app.blocked else None,
    )


def commits(carriers: Outside) -> list[list[str]]:
    """Give the entries of each commit that has come to the ledger."""
    return [call.query.get("entry", []) for call in carriers.asked("/ledger/*")]


def told(entries: list[str]) -> str:
    """Name entries."""
    return ", ".join(f"“{entry}”" for entry in entries) or "nothing"
