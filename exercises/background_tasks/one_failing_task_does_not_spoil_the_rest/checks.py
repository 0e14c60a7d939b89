"""Whichever piece of work fails after the answer, the others are done, and Parcel hears of each failure once."""

import ast
from collections.abc import Iterable

from unblocked.grading import App, Code, Outside, Pending, advice, expect, expect_reply, hints
from unblocked.outside import Call

ANSWER = "The section “The customer has an answer. Who sends the letter now?” "
FAILS = "The section “One task fails. Who hears of it?” "
ASKS = {"charge": "/carriers/*", "send_invoice": "/mail/*", "call_courier": "/couriers/*"}
"""Whom each piece of work asks first: a pattern that can be held, or made to fail."""

TELLS = {"charge": "/ledger/orders/", "send_invoice": "/mail/invoices/", "call_courier": "/couriers/orders/"}
"""Whom it has told when it is done."""

TOGETHER = ("asyncio.gather", "asyncio.TaskGroup", "asyncio.wait", "anyio.create_task_group")


@hints(
    "Which of the three does your code still do, and how often?",
    ANSWER + "has an order of three tasks, and says when each runs.",
    "Every piece of work is handed over once for each order, and `report` is called for what has failed only.",
)
def check_all_work_is_done_once(app: App, carriers: Outside) -> None:
    """On a good day every piece of an order's work is done once, and no failure is reported."""
    carriers.mend(latency=0)
    reply = app.post("/orders/8")
    meaning = "The answer stays what it was: only what follows it may change."
    expect_reply(reply, 202, {"order": 8}, did="sent `POST /orders/8`", meaning=meaning)
    app.settles_at_last(lambda: done(carriers, 8) >= set(TELLS))
    app.settles(lambda: len(told(carriers, 8)) > len(TELLS) or reports(carriers), patience=0.2)
    expect(
        sorted(told(carriers, 8)) == sorted(TELLS),
        did="sent `POST /orders/8`, and counted what was done for it",
        got=listed(told(carriers, 8)),
        expected="each of the three once",
        meaning="Work that is left out or done twice is not what was ordered.",
    )
    expect(
        not reports(carriers),
        did="sent `POST /orders/8` on a day on which nothing fails",
        got=f"reported: {listed(work for work, _ in reports(carriers))}",
        expected="no report",
        meaning="A report of a failure that was none sends somebody looking for nothing.",
    )


@hints(
    "What does your route await before its `return`?",
    ANSWER + "shows what runs before the answer and what after it.",
    "The route hands the work over and returns; whoever has it awaits it.",
)
def check_the_customer_is_answered_first(app: App, carriers: Outside) -> None:
    """The customer is answered while nobody outside of Parcel has answered anything."""
    carriers.mend(latency=0)
    carriers.hold()
    asked = app.start("/orders/8", method="POST")
    app.settles(lambda: asked.over)
    expect(
        asked.reply and asked.reply.status == 202,
        did="sent `POST /orders/8`; whoever was asked for it kept the question",
        got=str(asked.reply or "no answer"),
        expected='202 {"order":8}',
        meaning="A line of your code keeps the event loop's only thread, so nobody else is served."
        if app.blocked
        else "The customer waits for work that was to follow the answer.",
        line=app.line if app.blocked else None,
    )


@hints(
    "One task raises. Who runs the tasks, and what does that loop do then?",
    FAILS + "shows where a list of tasks ends, and wraps each task.",
    "Nothing that a task raises may leave it: inside of what is handed over, each piece of work has its own `try`.",
)
def check_the_others_are_done_when_one_fails(app: App, carriers: Outside) -> None:
    """Whichever of the three fails, the other two are done."""
    for order, culprit in enumerate(ASKS, 8):
        others = set(TELLS) - {culprit}
        carriers.mend(latency=0)
        for work in others:
            carriers.hold(ASKS[work])
        carriers.fail(ASKS[culprit], status=503)
        asked = app.start(f"/orders/{order}", method="POST")
        app.settles(lambda culprit=culprit, order=order: has_failed(carriers, culprit, order), patience=0.2)
        app.settles(lambda: cancelled(carriers), patience=0.2)
        for work in others:
            carriers.release(path=ASKS[work])
        app.settles_at_last(lambda order=order, others=others: done(carriers, order) >= others or cancelled(carriers))
        missing = others - done(carriers, order)
        expect(
            not missing,
            did=f"sent `POST /orders/{order}`; what `{culprit}` asked for was answered with 503",
            got=f"{listed(others - missing)} done, {listed(missing)} not done{app.nobody_caught()}",
            expected=f"{listed(others)} done",
            meaning=why_not(app, asked, culprit=culprit, gone=cancelled(carriers)),
        )


@hints(
    "Where does an exception go when the customer already has the answer, and who reads it there?",
    FAILS + "looks for the exception: what the customer gets, and what the log says.",
    "After what is caught comes `report`, with the name of the work and the order, once for each failure.",
)
def check_each_failure_is_reported_once(app: App, carriers: Outside) -> None:
    """Each failure is reported, once, by the name of the work and the number of the order."""
    for order, culprits in enumerate((["send_invoice", "call_courier"], ["charge"]), 8):
        carriers.mend(latency=0)
        for culprit in culprits:
            carriers.fail(ASKS[culprit], status=503)
        app.start(f"/orders/{order}", method="POST")
        expect_reports(app, carriers, culprits, order, how="what {} asked for was answered with 503")


@hints(
    "Which exceptions can a client raise when nobody answers at all, and which of them does your `except` name?",
    FAILS + "has a wrapper, and says what it catches and what it must not.",
    "Nobody stands above a task to catch what it lets through, so it catches every `Exception`.",
)
def check_a_broken_connection_is_reported(app: App, carriers: Outside) -> None:
    """A connection that breaks is a failure like another: it is reported, and the rest is done."""
    carriers.mend(latency=0)
    carriers.hold("/mail/*")
    app.start("/orders/8", method="POST")
    came = app.settles_at_last(lambda: carriers.asked("/mail/*"))
    expect(
        came,
        did="sent `POST /orders/8`",
        got="no invoice at the mail",
        expected="one",
        meaning="`send_invoice` must be called for every order.",
    )
    carriers.break_off("/mail/*")
    expect_reports(app, carriers, ["send_invoice"], 8, how="the mail broke the connection of {}")
    app.settles_at_last(lambda: done(carriers, 8) >= {"charge", "call_courier"})
    expect(
        done(carriers, 8) >= {"charge", "call_courier"},
        did="sent `POST /orders/8`; the mail broke the connection",
        got=f"{listed(done(carriers, 8) - {'send_invoice'})} done{app.nobody_caught()}",
        expected="`charge` and `call_courier` done",
        meaning="One failure has ended the work that comes after it.",
    )


@advice
def keep_what_you_start(code: Code) -> bool:
    """Worth changing: keep each task that you create in a set until it is done; the event loop does not keep it."""
    return drops_a_task(code)


@advice
def a_wait_of_its_own(code: Code) -> bool:
    """Good to know: tasks of one answer run one after the other: a mail that never answers still delays the courier."""
    return code.uses("fastapi.BackgroundTasks") and not code.uses(*TOGETHER)


@advice
def they_run_together(code: Code) -> bool:
    """Well done: the three run together, so a mail that thinks for long does not delay the courier."""
    return code.uses(*TOGETHER)


@advice
def a_report_can_fail(code: Code) -> bool:
    """Good to know: a report can fail, too. `logging.exception` writes the traceback, and needs no network."""
    return not code.uses("logging.exception", "logging.getLogger")


def expect_reports(app: App, carriers: Outside, culprits: list[str], order: int, *, how: str) -> None:
    """See that these, and no others, are reported for this order."""
    right: list[tuple[str, int | str]] = sorted((culprit, order) for culprit in culprits)
    app.settles_at_last(lambda: of(order, reports(carriers)) >= right)
    app.settles(lambda: len(of(order, reports(carriers))) > len(right), patience=0.2)
    got = of(order, reports(carriers))
    expect(
        got == right,
        did=f"sent `POST /orders/{order}`; {how.format(listed(culprits))}",
        got=f"reported: {listed(work for work, _ in got)}{app.nobody_caught()}",
        expected=f"reported: {listed(culprits)}",
        meaning="A failure that only stands in the log, or nowhere, is heard by nobody: the customer has the answer, "
        "and no caller is left."
        if len(got) < len(right)
        else "Each failure must be reported once, by the name of the function that failed, and nothing else must be.",
    )


def why_not(app: App, asked: Pending, *, culprit: str, gone: bool) -> str:
    """Say what it means that not all of the others were done."""
    if not asked.over or (asked.reply and asked.reply.status != 202):
        return "The failure reaches the customer, whose answer must not depend on it."
    if gone:
        return (
            f"`{culprit}` failed, and what had begun by then was cancelled in the middle. A task group does that with "
            "the others when one of them raises."
        )
    if app.raised and "response already started" in app.raised["message"]:
        return "An `HTTPException` is an answer, and the answer is out. It ends the tasks like any other exception."
    if app.raised:
        return (
            "The exception of one task leaves the loop that runs them all, so those that stand after it never run. No "
            "handler and no `try` around that loop, or in the route, brings them back."
        )
    return "What stands after the failure is skipped: each piece of work needs a `try` of its own."


def told(carriers: Outside, order: int) -> list[str]:
    """Give what was done for an order, as often as it was."""
    return [work for work, place in TELLS.items() for _ in carriers.asked(f"{place}{order}")]


def done(carriers: Outside, order: int) -> set[str]:
    """Give what was done for an order to the end: whoever was told has taken notice."""
    return {work for work, place in TELLS.items() if any(call.answered for call in carriers.asked(f"{place}{order}"))}


def reports(carriers: Outside) -> list[tuple[str, int | str]]:
    """Give each report that has come: the name of the work, and the order."""
    return [reported(call) for call in carriers.asked("/failures*") if call.place.rstrip("/") == "/failures"]


def reported(call: Call) -> tuple[str, int | str]:
    """Read a report."""
    order = call.query.get("order", [""])[0]
    return call.query.get("work", ["?"])[0], int(order) if order.isdecimal() else order


def of(order: int, them: list[tuple[str, int | str]]) -> list[tuple[str, int | str]]:
    """Give the reports of one order, and those of none."""
    return sorted(each for each in them if each[1] == order or not isinstance(each[1], int))


def has_failed(carriers: Outside, work: str, order: int) -> bool:
    """Say whether somebody has answered what this piece of work asked for."""
    return any(str(order) in call.path and call.left is not None for call in carriers.asked(ASKS[work]))


def cancelled(carriers: Outside) -> bool:
    """Say whether a question was given up before it had an answer."""
    return any(call.gone for call in carriers.asked())


def listed(works: Iterable[str]) -> str:
    """Name them in a sentence."""
    return " and ".join(f"`{work}`" for work in sorted(works)) or "nothing"


def drops_a_task(code: Code) -> bool:
    """Say whether the result of `create_task` is thrown away."""
    return any(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).endswith("create_task")
        and ast.unparse(node.value.func).split(".")[0] in {"asyncio", "loop", "create_task"}
        for node in ast.walk(code.tree)
    )
