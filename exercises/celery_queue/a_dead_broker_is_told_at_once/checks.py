"""A label is in the broker's hands or the customer is told soon, and meanwhile nobody else waits."""

import ast
from email.utils import parsedate
from time import perf_counter

from unblocked.grading import Code, Outside, Pending, Reply, Stack, advice, expect, hints
from unblocked.grading.checking import Unmet

CALL = "The section “`delay` is a network call. What if nobody answers?” "
PRINTER = "/printer/labels/{}"
TRIES = 5
"""So often a label is sent anew to a broker that is back."""


CROWD = 10
"""So many customers come at once: as many as Celery has connections in its pool."""


@hints(
    "Who draws the label, and how does it get there from your route?",
    CALL + "hands a task over and has its id.",
    "`delay` or `apply_async` of the task, and the `id` of what they return.",
)
def check_a_label_is_taken_and_drawn(stack: Stack, carriers: Outside) -> None:
    """A label is answered with 202 and the id of a task that a worker does."""
    carriers.mend(latency=0)
    carriers.hold(PRINTER.format(7))
    did = "sent `POST /labels/7`; the broker was well, and the printer kept the label"
    expect_taken(stack, 7, did=did, no_answer=WORK, refused=WELL)
    stack.works(lambda: drawn(carriers, 7))
    expect_drawn(stack, carriers, 7, did="sent `POST /labels/7`, which was answered with 202")


@hints(
    "How often does Celery try to reach a broker that is dead, for the task and for its result?",
    CALL + "counts the tries, has a table of the settings behind them, and names the exceptions.",
    "No second try, no result that nobody asks for; an `except` around the hand-over, in it `HTTPException(503, …)`.",
)
def check_a_dead_broker_is_told(stack: Stack, carriers: Outside) -> None:
    """When the broker is dead, every customer is told with 503 and `Retry-After`, soon."""
    carriers.mend(latency=0)
    expect_drawn_first(stack, carriers)
    stack.broker.kill()
    for parcel in (8, 9):  # the second one finds no connection that is left over
        did = f"killed the broker, and sent `POST /labels/{parcel}`"
        expect_told(stack, answered(stack, parcel, did=did, no_answer=RETRIES), did=did)


@hints(
    "On which thread does your route stand while the broker does not answer?",
    CALL + "shows what the scans do meanwhile.",
    "A `def` route, or the hand-over in a worker thread which the route awaits. `/health` asks nobody.",
)
def check_others_are_served_while_the_broker_is_silent(stack: Stack) -> None:
    """While a hand-over waits for a broker that is silent, everybody else is served."""
    stack.broker.pause()
    before = len(stack.board.all("blocks"))
    label = stack.start("/labels/7", method="POST")
    stack.settles(lambda: label.over or waits_on_the_loop(stack, before), patience=0.3)
    health = stack.start("/health")
    came = not waits_on_the_loop(stack, before) and stack.comes(lambda: health.over)
    blocked = waits_on_the_loop(stack, before)
    did = "stopped the broker, so that it said nothing; asked for `/health` while `POST /labels/7` was under way"
    expect(
        came and health.reply,
        did=did,
        got="no answer" if health.reply is None else "no answer before the hand-over was over",
        expected="an answer at once",
        meaning="`delay` is a call over the network, and this line keeps the event loop's only thread until the broker "
        "answers: `async def` makes no call shorter."
        if blocked
        else "The process of your app has ended."
        if health.error
        else "`/health` waits for the broker as well.",
        line=blocked,
    )
    expect(
        health.reply and (health.reply.status, health.reply.json) == (200, {"ok": True}),
        did=did,
        got=str(health.reply),
        expected='200 {"ok":true}',
        meaning="`/health` says whether this app can answer. When it asks the broker, an orchestrator restarts every "
        "app that is well, because of a broker that is not.",
    )


@hints(
    "A broker that is silent refuses nothing. What ends the wait for its answer?",
    CALL + "says which setting limits the wait for an answer, and which only that for a connection.",
    "A limit for the socket's answers, in what you set for the connection; a deadline around a thread ends no thread.",
)
def check_a_silent_broker_is_told(stack: Stack, carriers: Outside) -> None:
    """When the broker is connected and silent, customers are told with 503 while it still is."""
    carriers.mend(latency=0)
    expect_drawn_first(stack, carriers)
    stack.broker.pause()
    did = "stopped the broker, so that it said nothing, and sent `POST /labels/8` and `POST /labels/9` at once"
    labels = [stack.start(f"/labels/{parcel}", method="POST") for parcel in (8, 9)]  # on an old and a new connection
    for label in labels:
        expect_told(stack, reply_to(stack, label, did=did, no_answer=SILENCE), did=did)
    expect_nobody_queues(stack)


@hints(
    "What does your code keep from the failure, and who looks at it when the next label comes?",
    CALL + "brings the broker back, and sends another invoice.",
    "Nothing that a failure sets must stay set: Celery connects anew by itself.",
)
def check_the_next_label_is_taken_when_the_broker_is_back(stack: Stack, carriers: Outside) -> None:
    """When the broker answers again, or another one stands in its place, the next label is taken."""
    carriers.mend(latency=0)
    expect_drawn_first(stack, carriers)
    stack.broker.pause()
    did = "stopped the broker and sent a label"
    answered(stack, 8, did=did, no_answer=SILENCE)
    stack.broker.go_on()
    did = f"{did}; let the broker go on, and sent `POST /labels/9`"
    expect_taken(stack, 9, did=did, no_answer=LEFT, refused=LEFT)
    stack.works(lambda: drawn(carriers, 9))
    expect_drawn(stack, carriers, 9, did=did)
    stack.broker.kill()
    did = "killed the broker and sent a label"
    answered(stack, 10, did=did, no_answer=RETRIES)
    stack.broker.again()
    did = f"{did}; started a broker in its place, and sent `POST /labels/11`"
    expect_taken(stack, 11, did=did, no_answer=LEFT, refused=LEFT)


@advice
def what_was_on_its_way_may_still_be_drawn(_: Code) -> bool:
    """Good to know: 503 from a silent broker says that nobody knows. What was on its way is read when it goes on."""
    return True


@advice
def the_wait_ends_and_the_thread_does_not(code: Code) -> bool:
    """Worth changing: your limit ends the wait only. The thread stays until the broker speaks; so will its tries."""
    return ends_waits(code) and "socket_timeout" not in ast.unparse(code.tree)


RETRIES = (
    "The hand-over tries again and again, for the task as the publish policy says, and for its result, to which it "
    "subscribes first: 19 s by default. The customer must be told before."
)
WORK = "The customer waits for the label itself. To hand it over takes some milliseconds, and a worker draws it."
WELL = "The broker is well, and your code says that it is not."
LEFT = "The broker is back, and your code does not hand labels over any more: a failure has left something behind."
SILENCE = (
    "The broker is connected and says nothing, so nothing fails, and nothing ends this wait: each answer needs a limit "
    "that ends the call itself."
)


def answered(stack: Stack, parcel: int, *, did: str, no_answer: str) -> Reply:
    """Send a label, and give the reply."""
    return reply_to(stack, stack.start(f"/labels/{parcel}", method="POST"), did=did, no_answer=no_answer)


def reply_to(stack: Stack, label: Pending, *, did: str, no_answer: str) -> Reply:
    """Give the reply to a label; say what it means that there is none."""
    stack.ends(lambda: label.over)
    if label.reply is None and not label.error:
        raise Unmet(
            did=did,
            got=f"no answer within {stack.limit:g} s",
            expected="503, after 2 s at the latest" if no_answer in {RETRIES, SILENCE} else "202",
            meaning=no_answer,
            line=stack.whereabouts().line,
            hung=True,
        )
    return label.finish()


def expect_nobody_queues(stack: Stack) -> None:
    """See that of many who come to a silent broker at once, the last is told hardly later than the first."""
    begun = perf_counter()
    crowd = [stack.start(f"/labels/{parcel}", method="POST") for parcel in range(10, 10 + CROWD)]
    did = f"stopped the broker, so that it said nothing, and sent {CROWD} labels at once"
    stack.ends(lambda: any(label.over for label in crowd))
    end = begun + 3 * (perf_counter() - begun) + 1
    while perf_counter() < end and not all(label.over for label in crowd):
        stack.settles(lambda: all(label.over for label in crowd), patience=0.1)
    told = sum(label.over for label in crowd)
    expect(
        told == CROWD,
        did=did,
        got=f"{told} answers after three times as long as the first customer waited",
        expected=f"{CROWD}",
        meaning="Each customer waits until the one before has been told, and the last of them for all: your limit is "
        "for one, and they stand in a queue. A lock, or a pool with few threads, makes one.",
    )
    for label in crowd:
        expect_told(stack, reply_to(stack, label, did=did, no_answer=SILENCE), did=did)


def waits_on_the_loop(stack: Stack, before: int) -> int | None:
    """Give the line of the answer that waits for the network on the event loop's thread, or has, but for some calls."""
    calls = [each for each in stack.board.all("blocks")[before:] if each["call"] in {"connect", "recv", "recv_into"}]
    return calls[0]["line"] if calls else stack.line if stack.blocked else None


def expect_drawn_first(stack: Stack, carriers: Outside) -> None:
    """Send a label while all is well, so that there is a connection."""
    did = "sent `POST /labels/7`; the broker was well"
    expect_taken(stack, 7, did=did, no_answer=WORK, refused=WELL)
    stack.works(lambda: drawn(carriers, 7))
    expect_drawn(stack, carriers, 7, did=did)


def expect_taken(stack: Stack, parcel: int, *, did: str, no_answer: str, refused: str) -> None:
    """Send a label, and see that it is answered with 202 and the id of a task that the broker has.

    A machine that is busy may need longer than the answer's own limit, so it may be refused some times.
    """
    reply = answered(stack, parcel, did=did, no_answer=no_answer)
    for _ in range(TRIES):
        if reply.status == 503:
            stack.rests()
            reply = answered(stack, parcel, did=did, no_answer=no_answer)
    task = reply.json.get("task") if isinstance(reply.json, dict) else None
    expect(
        reply.status == 202 and isinstance(task, str),
        did=did,
        got=str(reply),
        expected='202 {"task":"…"}',
        meaning=refused
        if reply.status == 503
        else "A label that the broker has is answered with 202, and the task's id under `task`.",
    )
    stack.settles(lambda: task in sent(stack), patience=0.2)
    expect(
        task in sent(stack),
        did=f"{did}; looked for its task at the broker",
        got=f"no task with the id `{task}`" if sent(stack) else "no task",
        expected="the task whose id the customer has",
        meaning="202 says that the broker has the label, and it has none with this id.",
    )


def expect_drawn(stack: Stack, carriers: Outside, parcel: int, *, did: str) -> None:
    """See that a label has come to the printer, by a worker."""
    failures = stack.failures
    expect(
        drawn(carriers, parcel),
        did=did,
        got=f"a task that raised `{failures[0]['message']}`" if failures else "no label at the printer",
        expected="one",
        meaning="A worker has to draw what was handed over.",
        line=failures[0]["line"] if failures else None,
    )


def expect_told(stack: Stack, reply: Reply, *, did: str) -> None:
    """See that a customer is told that the label was not taken, and when to come again."""
    expect(
        reply.status == 503,
        did=did,
        got=str(reply),
        expected="503 and a header `Retry-After`",
        meaning="The customer is told that the label is taken. Nobody has it, but for this process, perhaps, which "
        "forgets it when it ends."
        if reply.status < 300
        else f"The customer must hear that it is worth to come again.{why(stack, reply)}",
        line=raised_at(stack, reply),
    )
    later = reply.headers.get("retry-after", "").strip()
    expect(
        later.isdigit() or parsedate(later),
        did=did,
        got=f"503, and `Retry-After: {later}`" if later else "503 without `Retry-After`",
        expected="503 and `Retry-After: 5`, or another number of seconds",
        meaning="Whoever is not told when to come again comes at once, and again: a header `Retry-After` says it.",
    )


def why(stack: Stack, reply: Reply) -> str:
    """Say which exception your code lets through."""
    if "RuntimeError" in stack.behind(reply):
        return (
            " Your code raised a `RuntimeError`, which is no `OperationalError`: a hand-over subscribes to the task's "
            "result, and this is what comes when the results are out of reach."
        )
    return stack.behind(reply)


def raised_at(stack: Stack, reply: Reply) -> int | None:
    """Give the line of the answer that let an exception through."""
    return stack.raised["line"] if reply.status == 500 and stack.raised else None


def sent(stack: Stack) -> list[str]:
    """Give the ids of the tasks that the broker was given."""
    return [task.id for task in stack.tasks()]


def drawn(carriers: Outside, parcel: int) -> int:
    """Count how often the printer was asked for a label."""
    return len(carriers.asked(PRINTER.format(parcel)))


def ends_waits(code: Code) -> bool:
    """Say whether a deadline of the event loop stands around a wait."""
    names = {"wait_for", "timeout", "timeout_at", "fail_after", "move_on_after", "wait"}
    calls = (node.func for node in ast.walk(code.tree) if isinstance(node, ast.Call))
    return any(getattr(call, "attr", getattr(call, "id", "")) in names for call in calls)
