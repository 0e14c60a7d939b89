"""The route that loses invoices is known by name and loses none any more; the others do what they did."""

import ast
from collections import Counter

from unblocked.grading import App, Code, Outside, advice, expect, expect_reply, hints

FAILS = "The section “One task fails. Who hears of it?” "
ANSWER = "The section “The customer has an answer. Who sends the letter now?” "
GUILTY = "/express/{order}"
TONIGHT = "?when=tonight"

INNOCENT = {
    "/letters/{order}": "Its response has no `background` of its own, so FastAPI gives it the tasks of the request.",
    "/parcels/{order}": "Its first task catches what the depot does, so the second one runs; and a response that is "
    "given the request's own tasks loses none of them.",
    "/pallets/{order}": "Its task is kept in a set until it is done, so nobody forgets it.",
    "/returns/{order}": "It reads the body before it answers, and its response has the one task that there is.",
}
WORK = {
    "letters": {"/mail/invoices/"},
    "parcels": {"/mail/invoices/", "/depots/orders/"},
    "express": {"/mail/invoices/"},
    f"express{TONIGHT}": {"/mail/invoices/", "/couriers/orders/"},
    "pallets": {"/mail/invoices/"},
    "returns": {"/mail/invoices/"},
}
"""What is done for an order of each kind."""


@hints(
    "Order five of each kind, and count the invoices. For which kind can some be missing and others not?",
    FAILS + "has a table of what becomes of the tasks of a request.",
    "Give the path as it stands in the decorator, braces included; one of the five.",
)
def check_the_loser_is_named(app: App) -> None:
    """The route that loses invoices is named."""
    named = app.value("GUILTY")
    expect(
        route(named) == GUILTY,
        did="read `GUILTY`",
        got=repr(named)[:100],
        expected="the path of the route that loses invoices, as it stands in the decorator",
        meaning=INNOCENT.get(
            route(named), "`GUILTY` is one path: that of one of the five routes, such as `/letters/…`."
        ),
    )


@hints(
    "Which of the tasks that you add are run, and which list do they stand in?",
    FAILS + "has a response that replaces the list, and says what of.",
    "An express order for tonight has two things to do. Both belong in the one list that is run.",
)
def check_an_order_for_tonight_has_both(app: App, carriers: Outside) -> None:
    """An express order for tonight has its invoice and its courier, each once."""
    carriers.mend(latency=0)
    expect_done(app, carriers, f"express{TONIGHT}", 8)
    expect_done(app, carriers, "express", 9)


@hints(
    "Which of the other routes have you changed, and what do they share with the guilty one?",
    FAILS + "has a table of what becomes of the tasks of a request.",
    "Leave the innocent routes as they were, and what they share as well.",
)
def check_the_other_routes_do_what_they_did(app: App, carriers: Outside) -> None:
    """The four other routes do all that they did, also on a day when the depot is down."""
    carriers.mend(latency=0)
    for number, kind in enumerate(WORK):
        if not kind.startswith("express"):
            expect_done(app, carriers, kind, 10 + number)
    carriers.fail("/depots/*")
    expect_done(app, carriers, "parcels", 20, but="; the depot answered 503")


@hints(
    "A courier who answers 503 makes `call_courier` raise. What stands after it, and is it run?",
    FAILS + "shows where a list of tasks ends.",
    "The invoice first; or a `try` around what may fail, as `tell_depot` has one.",
)
def check_a_courier_who_fails_costs_no_invoice(app: App, carriers: Outside) -> None:
    """When the courier's line is dead, the invoice is sent all the same."""
    carriers.mend(latency=0)
    carriers.fail("/couriers/*")
    expect_done(app, carriers, f"express{TONIGHT}", 8, but="; the courier answered 503")


@hints(
    "What does your route await before it returns?",
    ANSWER + "shows what runs before the answer and what after it.",
    "The invoice is handed over, not awaited.",
)
def check_the_customer_is_answered_first(app: App, carriers: Outside) -> None:
    """Every customer is answered while nobody outside of Parcel has answered anything."""
    carriers.mend(latency=0)
    carriers.hold()
    for number, kind in enumerate(WORK):
        path = path_of(kind, number)
        asked = app.start(path, method="POST", body=b"too heavy")
        app.settles(lambda asked=asked: asked.over)
        expect(
            asked.reply and (asked.reply.status, asked.reply.json) == (202, {"order": number}),
            did=f"sent `POST {path}`; whoever was asked for it kept the question",
            got=str(asked.reply or "no answer"),
            expected=f'202 {{"order":{number}}}',
            meaning="The route must answer what it answered before."
            if asked.reply
            else "The customer waits for work that was to follow the answer.",
        )


@advice
def one_list_is_enough(code: Code) -> bool:
    """Well done: all that an express order has to do stands in the request's own tasks, and nothing replaces them."""
    return not makes_another_list(code)


@advice
def the_request_has_a_list_already(code: Code) -> bool:
    """Good to know: `tasks.add_task(call_courier, order)` puts the courier into the request's own list: one line."""
    return makes_another_list(code)


def makes_another_list(code: Code) -> bool:
    """Say whether the route for express orders makes tasks beside those of its request."""
    bodies = (
        n.body
        for n in ast.walk(code.tree)
        if isinstance(n, ast.AsyncFunctionDef | ast.FunctionDef) and n.name == "express"
    )
    made = ("BackgroundTask(", "BackgroundTasks(", "create_task(")
    return any(name in ast.unparse(statement) for body in bodies for statement in body for name in made)


def expect_done(app: App, carriers: Outside, kind: str, order: int, *, but: str = "") -> None:
    """Send an order, and see that what belongs to it is done, each once."""
    path = path_of(kind, order)
    reply = app.post(path, body=b"too heavy")
    meaning = "The route must answer what it answered before."
    expect_reply(reply, 202, {"order": order}, did=f"sent `POST {path}`", meaning=meaning)
    right = Counter(f"{place}{order}" for place in WORK[kind])
    app.settles_at_last(lambda: done(carriers, order) >= right)
    app.settles(lambda: done(carriers, order) > right, patience=0.2)
    got = done(carriers, order)
    expect(
        got == right,
        did=f"sent `POST {path}`, which was answered{but}",
        got=f"{listed(got)} asked for{app.nobody_caught()}",
        expected=listed(right),
        meaning=meaning_of(got, right, order, tonight=kind.endswith(TONIGHT), raised=bool(app.raised)),
    )


def meaning_of(got: Counter[str], right: Counter[str], order: int, *, tonight: bool, raised: bool) -> str:
    """Say what it means that not what belongs to an order was done."""
    lost = right - got
    if not lost:
        return "What is done twice is paid twice."
    if raised:
        return "A task that raised has ended those that stand after it, and what is missing here was among them."
    if not got:
        return "None of its tasks is run: the list in which they stand is not the request's, and no response has it."
    if f"/couriers/orders/{order}" in lost:
        return "The courier is no longer called: the invoice must come back, and nothing else must go."
    if tonight:
        return (
            "The invoice is lost: a response that is made with a `background` of its own keeps that, and the tasks of "
            "the request are never run."
        )
    return "What was done for this order is lost: the response of this route had the task, and has it no more."


def path_of(kind: str, order: int) -> str:
    """Give the path that an order of some kind is sent to."""
    name, mark, query = kind.partition("?")
    return f"/{name}/{order}{mark}{query}"


def done(carriers: Outside, order: int) -> Counter[str]:
    """Count what was asked of anybody for an order."""
    return Counter(call.place for call in carriers.asked(f"*/{order}"))


def listed(paths: Counter[str]) -> str:
    """Name what was asked for."""
    return " and ".join(f"`{path}`" for path in sorted(paths.elements())) or "nothing"


def route(named: object) -> str:
    """Give the path that is meant, also with its method before it, a number in it, or a slash after it."""
    words = str(named).split()
    first = words[-1].strip("/").split("/")[0].split("?")[0] if words else ""
    return next((path for path in (GUILTY, *INNOCENT) if path.split("/")[1] == first), "")
