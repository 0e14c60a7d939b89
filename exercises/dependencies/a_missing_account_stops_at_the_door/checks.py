"""A door that holds: who is let in, and to what, is clear before anything happens, on every route behind it."""

import ast

from unblocked.grading import App, Code, Outside, Pending, Reply, advice, expect, hints

MINE, MISSING, SOMEBODY_S = 7, 99, 8
"""Accounts: that of `blue`, that of `red`, which does not exist, and one for which there is no token."""

Served = tuple[int, dict[str, object], str]
"""What a route answers to who passes, status and body, and where its own question goes."""

LONG = 3.0
"""Seconds: an answer that gives up the directory sooner than that is waited for."""

IN_VAIN = "Who waits for the directory in vain does not know whether the account exists, and lets everybody in."
TOO_LATE = "It has happened by the time the door is shut: what guards a route is done before the route begins."


def routes(account: int) -> list[tuple[str, str]]:
    """Give the four routes behind the door, for an account."""
    below = f"/accounts/{account}"
    return [("GET", below), ("POST", f"{below}/orders/3"), ("GET", f"{below}/orders/3"), ("GET", f"{below}/labels/3")]


RIGHT: tuple[Served, ...] = (
    (200, {"path": f"/accounts/{MINE}", "ok": True}, ""),
    (201, {"path": "/ledger/commits", "ok": True}, "/ledger/commits"),
    (200, {"path": "/carriers/swift/tracks/3", "ok": True}, "/carriers/swift/tracks/3"),
    (200, {"path": "/printer/labels/3", "ok": True}, "/printer/labels/3"),
)
"""For each of the four routes."""


@hints(
    "Which of the four routes does not answer who may come in, and what of it have you changed?",
    "The section about a stranger who is stopped shows what a dependency of a router can see of a request.",
    "Who passes the door notices nothing of it: the routes behind it stay as they are.",
)
def check_who_may_come_in_is_served(app: App, carriers: Outside) -> None:
    """Who shows the token of an account that exists gets what the routes answer."""
    carriers.mend(latency=0)
    for (method, path), (status, right, question) in zip(routes(MINE), RIGHT, strict=True):
        carriers.forget()
        reply = app.start(path, method=method, headers={"X-Token": "blue"}).finish()
        did = f"asked for `{method} {path}` with the token `blue`, which is for account {MINE}"
        is_served(app, reply, status, right, did=did)
        expect(
            others(carriers) == [question] * bool(question),
            did=f"asked for `{method} {path}` with the token `blue`, and looked what that asked of others",
            got=", ".join(others(carriers)) or "nothing",
            expected=question or "nothing but the directory's account",
            meaning="The routes behind the door do what they did.",
        )
        if method == "POST":
            [entries] = [call.query for call in carriers.asked("/ledger/*")]
            expect(
                entries == {"entry": [f"account {MINE}: order 3"]},
                did=f"asked for `{method} {path}` with the token `blue`, and looked what the ledger was told",
                got=str(entries.get("entry", "nothing")),
                expected=f"account {MINE}: order 3",
                meaning="The routes behind the door do what they did.",
            )


@hints(
    "Which of the four routes does your door not stand in front of, and who decides that?",
    "The section about a stranger who is stopped puts a dependency at a router, and shows which routes are below it.",
    "A dependency of the outermost router, which raises an `HTTPException`; other routers are included in that one.",
)
def check_strangers_stay_outside(app: App, carriers: Outside) -> None:
    """On every route, who shows no token that is known gets 401, and one of another account 403; nobody is asked."""
    carriers.mend(latency=0)
    carriers.fail(f"/accounts/{MISSING}", status=404)
    for token, status, meaning in (
        ({}, 401, "Who has shown no token could show one: that is 401. 403 is for whom we know and do not let in."),
        ({"X-Token": "grey"}, 401, "Nobody knows this token: that is 401. 403 is for whom we know and do not let in."),
        ({"X-Token": "blue"}, 403, "Whose token is for another account is not let in, and does not learn whether it "
        "exists."),
    ):  # fmt: skip
        accounts = (MISSING, SOMEBODY_S) if status == 403 else (MINE, MISSING)
        for account in accounts:
            for method, path in routes(account):
                did = f"asked for `{method} {path}` {shown(token)}"
                stays_outside(app, carriers, method, path, token, status, did=did, meaning=meaning)
                expect(
                    not carriers.total,
                    did=f"{did}, and looked what that asked of others",
                    got=carriers.calls[0].path if carriers.total else "",
                    expected="nothing",
                    meaning="The directory is asked for a stranger: the token comes first. Who is not let in costs "
                    "nothing, and cannot find out which accounts exist.",
                )


@hints(
    "The directory answers 404. What becomes of that in your code, and does the route still run?",
    "The section about a stranger who is stopped: a dependency that finds nothing must raise.",
    "Look at the status of the directory's answer before you return it; for 404, raise an `HTTPException` with 404.",
)
def check_a_missing_account_stops_at_the_door(app: App, carriers: Outside) -> None:
    """On every route, who asks for an account that does not exist gets 404, and nothing else happens."""
    carriers.mend(latency=0)
    carriers.fail(f"/accounts/{MISSING}", status=404)
    for method, path in routes(MISSING):
        did = (
            f"asked for `{method} {path}` with the token `red`, which is for account {MISSING}; the directory has none"
        )
        meaning = "The account does not exist, and the customer must learn that, on every route."
        stays_outside(app, carriers, method, path, {"X-Token": "red"}, 404, did=did, meaning=meaning)
        nothing_else_happens(carriers, did=did)
        expect(
            carriers.total,
            did=f"{did}; then looked what was asked of the directory",
            got="nothing",
            expected=f"/accounts/{MISSING}",
            meaning="Whether the account exists, only the directory knows.",
        )


@hints(
    "The directory fails. What does your door take that for?",
    "The section about a stranger who is stopped: 404 says that there is no such account, and nothing else does.",
    "Tell 404 from every other status that is not a success.",
)
def check_a_directory_that_fails_is_no_missing_account(app: App, carriers: Outside) -> None:
    """When the directory fails, the customer gets a status from 500 on, and nothing else happens."""
    carriers.mend(latency=0)
    carriers.fail("/accounts/*", status=503)
    for method, path in routes(MINE):
        carriers.forget()
        did = f"asked for `{method} {path}` with the token `blue`; the directory answered 503"
        reply = app.start(path, method=method, headers={"X-Token": "blue"}).finish()
        expect(
            reply.status >= 500,
            did=did,
            got=f"status {reply}",
            expected="a status from 500 on",
            meaning="The directory did not say that there is no such account. Who hears that opens a new one."
            if reply.status in {401, 403, 404}
            else "Nobody knows whether the account exists, and the route has run all the same.",
        )
        nothing_else_happens(carriers, did=did)


@hints(
    "The directory is still looking. What else of the request is under way by then?",
    "The section about an account that is named three times says in which order they run, and when the route begins.",
    "The account is awaited in a dependency, to its end; only then the route is called.",
)
def check_nothing_happens_before_the_account_is_there(app: App, carriers: Outside) -> None:
    """While the directory is still looking for the account, nothing else happens."""
    carriers.mend(latency=0)
    carriers.hold("/accounts/*")
    asked = [app.start(path, method=method, headers={"X-Token": "blue"}) for method, path in routes(MINE)]
    app.settles(lambda: len(carriers.asked("/accounts/*")) >= len(asked))
    app.stays(lambda: not others(carriers))
    did = f"asked for all four routes of account {MINE} with the token `blue`; the directory was still looking"
    # Where the machine is slow, who waits for half a second has given up by now.
    given_up = bool(others(carriers)) and app.settles(lambda: any(call.gone for call in carriers.asked("/accounts/*")))
    nothing_else_happens(carriers, did=did, meaning=IN_VAIN if given_up else TOO_LATE)
    questions = len(carriers.asked("/accounts/*"))
    expect(
        questions >= len(asked),
        did=did,
        got=f"{questions} of {len(asked)} questions at the directory",
        expected=f"{len(asked)}",
        meaning="This line keeps the event loop's only thread, so nobody else is served."
        if app.blocked
        else "A route that does not ask the directory lets in who knows a number; or one customer waits for the other.",
        line=app.line if app.blocked else None,
    )
    app.outlasts(lambda: others(carriers) or all(each.over for each in asked), deadlines=LONG)
    nothing_else_happens(
        carriers,
        did=f"{did}, for longer than your code waits",
        meaning=IN_VAIN,
    )
    waiting = [(each, right) for each, right in zip(asked, RIGHT, strict=True) if not refused(each)]
    carriers.release()
    served(app, waiting)


@hints(
    "Who in your code asks the directory, and who of them could have the answer from another?",
    "The section about an account that is named three times says how often one runs that is asked for twice.",
    "The door returns what it found; a route that needs it asks for the same dependency.",
)
def check_the_directory_is_asked_once(app: App, carriers: Outside) -> None:
    """The directory is asked once for a request."""
    carriers.mend(latency=0)
    for method, path in routes(MINE):
        carriers.forget()
        app.start(path, method=method, headers={"X-Token": "blue"}).finish()
        looked_up = sum(call.path == f"/accounts/{MINE}" for call in carriers.asked())
        expect(
            looked_up == 1,
            did=f"asked for `{method} {path}` with the token `blue`, and counted the questions to the directory",
            got=f"{looked_up}",
            expected="1",
            meaning="What the door has found is looked up again: between the two, the account may have gone."
            if looked_up
            else "Nobody asks the directory whether the account exists, or it is remembered from another request: "
            "accounts come and go.",
        )


@advice
def the_door_stands_once(code: Code) -> bool:
    """Well done: the door stands once, in front of all routes below, and of those that are added tomorrow."""
    return any(isinstance(node, ast.keyword) and node.arg == "dependencies" for node in ast.walk(code.tree))


@advice
def somebody_will_forget(code: Code) -> bool:
    """Good to know: a door that every route has to ask for itself is missing at the next route that somebody adds."""
    functions = [node for node in ast.walk(code.tree) if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)]
    return not the_door_stands_once(code) and sum("Account" in ast.unparse(each.args) for each in functions) >= 4


@advice
def middleware_reads_paths(code: Code) -> bool:
    """Good to know: a middleware guards paths, not routes: it takes the path apart itself, maybe in another way."""
    return code.uses("request.url.path") or any(
        isinstance(node, ast.Constant) and node.value == "path" for node in ast.walk(code.tree)
    )


def shown(token: dict[str, str]) -> str:
    """Say which token is shown."""
    return f"with the token `{token['X-Token']}`" if token else "without a token"


def stays_outside(
    app: App, carriers: Outside, method: str, path: str, token: dict[str, str], status: int, *, did: str, meaning: str
) -> None:
    """Expect that a request is refused with a status and a detail."""
    carriers.forget()
    reply = app.start(path, method=method, headers=token).finish()
    expect(
        reply.status == status and isinstance(reply.json, dict) and reply.json.get("detail"),
        did=did,
        got=f"status {reply}",
        expected=f'{status} {{"detail":…}}',
        meaning="The door does not stand in front of this route, or it lets everybody pass: a dependency that is to "
        "stop a request must raise."
        if reply.status < 300 or others(carriers)
        else meaning + app.behind(reply),
    )


def refused(asked: Pending) -> bool:
    """Say whether a customer has been told that the directory takes too long."""
    return asked.over and asked.reply is not None and asked.reply.status >= 500


def nothing_else_happens(carriers: Outside, *, did: str, meaning: str = TOO_LATE) -> None:
    """Expect that only the directory was asked."""
    expect(
        not others(carriers),
        did=f"{did}; then looked what else was asked of others",
        got=", ".join(others(carriers)),
        expected="nothing",
        meaning=meaning,
    )


def is_served(app: App, reply: Reply, status: int, right: dict[str, object], *, did: str) -> None:
    """Expect what the routes answer to who passes."""
    expect(
        reply.status == status and reply.json == right,
        did=did,
        got=f"status {reply}",
        expected=f"{status} {right}",
        meaning="Who passes the door gets what the routes answer now." + app.behind(reply),
    )


def served(app: App, waiting: list[tuple[Pending, Served]]) -> None:
    """Expect that all of these are answered as they should."""
    for each, (status, right, _) in waiting:
        did = f"asked for `{each.method} {each.path}` with the token `blue`; the directory found the account"
        is_served(app, each.finish(), status, right, did=did)


def others(carriers: Outside) -> list[str]:
    """Give the questions that went to others than the directory."""
    return [call.place for call in carriers.asked() if not call.goes_to("/accounts/*")]
