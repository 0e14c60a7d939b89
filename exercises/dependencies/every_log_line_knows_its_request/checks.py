"""A log that can be read while many are served: each line says for which request it was written, whoever wrote it."""

import re
from collections.abc import Sequence

from unblocked.grading import App, Code, Outside, Pending, Reply, advice, expect, hints

NO_IDS = re.compile(r"[^\w-]+")

DEPENDENCIES = ("customer found", "credit checked")
BACKGROUND = ("archived", "customer notified")
LOST = "--- Logging error ---"

NOT_KNOWN = (
    "The line does not know its request. What is set before the route begins, in the request's own task, all that runs "
    "for the request has, threads too; what a worker thread sets is gone when it is done."
)

OF_ITS_OWN = (
    "The line and the answer must have the same id. For a request that comes without one, an id is made once and kept: "
    "one that is made anew for each line, or for the answer, leads nowhere."
)


@hints(
    "Which of your changes can stop a line from being written, or change what a route answers?",
    "The section about a log line that knows its request adds the id to the lines; it takes nothing away.",
    "The log calls and the routes stay as they are; what is added stands around them.",
)
def check_routes_and_log_are_as_before(app: App, carriers: Outside) -> None:
    """The routes answer as before, and every line is still written, also one that belongs to no request."""
    carriers.mend(latency=0)
    replies_rightly(app, carriers, "/quotes/8", app.get("/quotes/8"))
    replies_rightly(app, carriers, "/labels/9", app.get("/labels/9"))
    app.rests()
    is_written(app, "Parcel is open", did="started the app")
    for text in ("customer found", "credit checked", "price asked", "price given", *BACKGROUND):
        is_written(app, f"parcel 8: {text}", did="asked for `/quotes/8`")
    for text in ("customer found", "credit checked", "label asked", "label drawn", *BACKGROUND):
        is_written(app, f"parcel 9: {text}", did="asked for `/labels/9`")


@hints(
    "Who sees every answer before it goes out, whichever route made it?",
    "The section about a log line that knows its request has a pure ASGI middleware that sees the answer's headers.",
    "Take the id from the request's header, or make one; keep it; put it into the headers of the answer.",
)
def check_the_answer_carries_the_id(app: App, carriers: Outside) -> None:
    """The answer carries the request's own id, or a new one if it had none."""
    carriers.mend(latency=0)
    for path in ("/quotes/8", "/labels/9"):
        for given in ("morning-1", "evening-2"):
            reply = app.get(path, headers={"X-Request-ID": given})
            has_id(reply, given, did=f"asked for `{path}` with `X-Request-ID: {given}`")
    made = [app.get(path).headers.get("x-request-id", "") for path in ("/quotes/8", "/quotes/8", "/labels/9")]
    expect(
        all(made) and len(set(made)) == len(made),
        did="asked three times without an `X-Request-ID`",
        got=", ".join(f"`X-Request-ID: {each}`" if each else "no `X-Request-ID`" for each in made),
        expected="three ids, each of them new",
        meaning="A request that comes without an id gets one of its own: what is made once, when the module is "
        "imported, is the same for all."
        if all(made)
        else "The answer does not tell its id, so the customer cannot name it when asking what went wrong.",
    )


@hints(
    "Which task or thread runs this route, and who has set the id where it can see it?",
    "The section about a log line that knows its request has a table: who sees what whom has set.",
    "Set a context variable before the route begins, on the event loop, in the request's own task.",
)
def check_lines_of_routes_know_their_request(app: App, carriers: Outside) -> None:
    """Lines of an `async def` route and of a `def` route carry the request's id."""
    carriers.mend(latency=0)
    know_their_request(app, "/quotes/8", "morning-1", [f"parcel 8: price {what}" for what in ("asked", "given")])
    know_their_request(app, "/labels/9", "evening-2", [f"parcel 9: label {what}" for what in ("asked", "drawn")])


@hints(
    "Dependencies run before the route. Is the id there by then?",
    "The section about a log line that knows its request has a table: who sees what whom has set.",
    "What sets the id runs before all dependencies: in a middleware, or in the app's first `async def` dependency.",
)
def check_lines_of_dependencies_know_their_request(app: App, carriers: Outside) -> None:
    """Lines of dependencies carry the request's id, of `def` ones and of other loggers, too."""
    carriers.mend(latency=0)
    meaning = (
        "The line does not know its request. Dependencies run one after the other, in the order in which they are "
        "asked for, and this one ran before what sets the id, or does not ask for it."
    )
    know_their_request(app, "/quotes/8", "morning-1", [f"parcel 8: {what}" for what in DEPENDENCIES], meaning=meaning)
    know_their_request(app, "/labels/9", "evening-2", [f"parcel 9: {what}" for what in DEPENDENCIES], meaning=meaning)


@hints(
    "The answer is out. What have you taken back by then?",
    "The section about `yield` says what runs before the background work and what after it.",
    "What ends with the request may end; the id may stay as long as the request's own task.",
)
def check_lines_of_background_work_know_their_request(app: App, carriers: Outside) -> None:
    """Lines of background work, after the answer, carry the request's id."""
    carriers.mend(latency=0)
    meaning = (
        "The line does not know its request any more. Either the id was taken back before the work began, or the work "
        "runs outside of the request's context: in a thread that was started for it, or one of `run_in_executor`."
    )
    know_their_request(app, "/quotes/8", "morning-1", [f"parcel 8: {what}" for what in BACKGROUND], meaning=meaning)
    know_their_request(app, "/labels/9", "evening-2", [f"parcel 9: {what}" for what in BACKGROUND], meaning=meaning)


@hints(
    "Three requests are under way. How many places do you have for an id?",
    "The section about a log line that knows its request says what a context variable has that a global has not.",
    "One value for each task: a `ContextVar`, or the request's own `state`, handed along.",
)
def check_requests_at_once_do_not_mix(app: App, carriers: Outside) -> None:
    """Lines of requests that are under way at the same time carry each its own id."""
    carriers.mend(latency=0)
    carriers.hold("/carriers/*")
    carriers.hold("/printer/*")
    wanted = {"/quotes/1": "morning-1", "/labels/2": "evening-2", "/quotes/3": "night-3", "/labels/4": "noon-4"}
    asked: list[Pending] = []
    for path, given in wanted.items():
        asked.append(app.start(path, headers={"X-Request-ID": given}))
        app.settles(lambda: carriers.in_flight >= len(asked) or any(each.over for each in asked))
    expect(
        carriers.in_flight >= len(asked),
        did=f"asked for {', '.join(f'`{path}`' for path in wanted)} at once; carrier and printer were thinking",
        got=f"{carriers.in_flight} of {len(asked)} under way",
        expected=f"{len(asked)}",
        meaning="This line keeps the event loop's only thread, so nobody else is served."
        if app.blocked
        else "One request waits for the other: an id of its own needs no lock.",
        line=app.line if app.blocked else None,
    )
    carriers.mend(latency=0)
    for each in asked:
        replies_rightly(app, carriers, each.path, each.finish())
        has_id(each.reply, wanted[each.path], did=f"asked for `{each.path}` beside others")
    app.rests()
    printed = app.printed
    for path, given in wanted.items():
        number = path.rpartition("/")[2]
        texts = [f"parcel {number}: {what}" for what in (*DEPENDENCIES, *kinds(path), *BACKGROUND)]
        for text in texts:
            carries(printed, text, given, did=f"asked for `{path}` with `X-Request-ID: {given}`, beside others")


@hints(
    "The route raises an `HTTPException`. Whose headers does that answer have?",
    "The section about a log line that knows its request has a middleware, which every answer passes.",
    "Put the header on where every answer comes by, not on the answer of one route.",
)
def check_an_error_carries_the_id_too(app: App, carriers: Outside) -> None:
    """An answer with status 404 carries the id, and so do the lines before it."""
    carriers.mend(latency=0)
    carriers.fail("/carriers/*", status=404)
    did = "asked for `/quotes/8` with `X-Request-ID: morning-1`; the carrier did not know the parcel"
    reply = app.get("/quotes/8", headers={"X-Request-ID": "morning-1"})
    expect(reply.status == 404, did=did, got=f"status {reply}", expected="status 404",
           meaning="What the routes answer stays as it is.")  # fmt: skip
    has_id(reply, "morning-1", did=did)
    app.rests()
    carries(app.printed, "parcel 8: price asked", "morning-1", did=did)


@advice
def who_sees_every_answer(code: Code) -> bool:
    """Well done: a pure ASGI middleware runs in the request's own task, and sees the headers of every answer."""
    return code.uses("starlette.types.Send", "starlette.datastructures.MutableHeaders")


@advice
def a_task_more(code: Code) -> bool:
    """Good to know: `@app.middleware("http")` runs the route in a task of its own; what that sets, it does not see."""
    return code.uses("app.middleware", "starlette.middleware.base.BaseHTTPMiddleware")


@advice
def somebody_else_chooses_the_id(code: Code) -> bool:
    """Good to know: whoever may choose an id may choose a very long one, or somebody else's; a service checks it."""
    return not code.uses("len", "re.fullmatch", "re.match", "uuid.UUID")


def know_their_request(app: App, path: str, given: str, texts: Sequence[str], *, meaning: str = NOT_KNOWN) -> None:
    """Expect that a request's lines carry its id: one that came with it, and one that was made for it."""
    app.get(path, headers={"X-Request-ID": given})
    app.rests()
    for text in texts:
        carries(app.printed, text, given, did=f"asked for `{path}` with `X-Request-ID: {given}`", meaning=meaning)
    before = len(app.printed)
    made = app.get(path).headers.get("x-request-id", "")
    app.rests()
    for text in texts if made else ():
        did = f"asked for `{path}`; its answer had `X-Request-ID: {made}`"
        carries(app.printed[before:], text, made, did=did, meaning=OF_ITS_OWN)


def carries(printed: str, text: str, given: str, *, did: str, meaning: str = NOT_KNOWN) -> None:
    """Expect that a line is written, and has this id wherever it is."""
    lines = [line for line in printed.splitlines() if text in line]
    expect(
        lines,
        did=f"{did}; then looked for its line “{text}”",
        got="no such line",
        expected=f"the line, with `{given}`",
        meaning=why_lost(printed),
    )
    without = [line for line in lines if given not in NO_IDS.split(line)]
    expect(
        not without,
        did=f"{did}; then looked for its line “{text}”",
        got=without[0] if without else "",
        expected=f"the line, with `{given}`",
        meaning="The line carries another request's id: there is one place for all ids, and the last one is in it."
        if without and any(other in without[0] for other in ("morning-1", "evening-2", "night-3", "noon-4"))
        else meaning,
    )


def is_written(app: App, text: str, *, did: str) -> None:
    """Expect that a line is written."""
    printed = app.printed
    expect(
        any(text in line for line in printed.splitlines()),
        did=f"{did}, and looked for the line “{text}”",
        got="no such line",
        expected="the line",
        meaning=why_lost(printed),
    )


def why_lost(printed: str) -> str:
    """Say what it means that a line is missing."""
    if LOST in printed:
        return (
            "The line is lost: its format asks for an id, and the record has none. A filter at one logger does not see "
            "what other loggers write, nor what is written outside of a request; one at the handler does."
        )
    return "The line is lost: nobody writes it any more."


def has_id(reply: Reply | None, given: str, *, did: str) -> None:
    """Expect that an answer carries this id."""
    found = reply.headers.get("x-request-id") if reply else None
    expect(
        found == given,
        did=did,
        got=f"`X-Request-ID: {found}`" if found else f"status {reply}, without an `X-Request-ID`",
        expected=f"`X-Request-ID: {given}`",
        meaning="The request has brought its id along; with another one, nobody can follow it from service to service."
        if found
        else "The answer does not tell its id, so the customer cannot name it when asking what went wrong."
        if reply and reply.status < 400
        else "An error is what customers ask about, and this answer has no id: it is not the one that got the header.",
    )


def replies_rightly(app: App, carriers: Outside, path: str, reply: Reply | None) -> None:
    """Expect that a route answers as before."""
    number = int(path.rpartition("/")[2])
    right = {"price": carriers.price("swift", number)} if "quotes" in path else {"label": f"label {number}"}
    expect(
        reply and reply.status == 200 and reply.json == right,
        did=f"asked for `{path}`",
        got=f"status {reply}" if reply else "no answer",
        expected=f"200 {right}",
        meaning="What the routes answer stays as it is." + app.behind(reply),
    )


def kinds(path: str) -> tuple[str, str]:
    """Give the lines of a route itself."""
    return ("price asked", "price given") if "quotes" in path else ("label asked", "label drawn")
