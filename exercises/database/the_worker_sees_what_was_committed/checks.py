"""A label is sent for when its shipment is committed, is drawn whoever dies in between, and is drawn once."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Boolean, Column, ForeignKey, Identity, Integer, MetaData, String, Table, text

from unblocked.grading import Code, Database, Outside, Pending, Reply, Stack, advice, expect, hints
from unblocked.grading.checking import Unmet

NOTHING = "The section “The worker finds nothing” "
LOOP = "The section “An engine in a task” "
CALL = "The section “`delay` is a network call. What if nobody answers?” of the lesson on Celery "
PRINTER = "/printer/labels/{}"

TABLES = MetaData()
Table(
    "shipments",
    TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    Column("parcel", Integer, nullable=False),
    Column("state", String, server_default="new", nullable=False),
)
Table(
    "promises",
    TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    Column("task", String, nullable=False),
    Column("shipment_id", ForeignKey("shipments.id"), nullable=False),
    Column("kept", Boolean, server_default=text("false"), nullable=False),
)

AT_COMMIT = """
CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON shipments DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION at_commit();
"""
"""Has the database do something when somebody commits a new shipment."""

NO_PROMISES = """
CREATE FUNCTION no_promises() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no promise today'; END $$;
CREATE TRIGGER no_promises BEFORE INSERT ON promises FOR EACH ROW EXECUTE FUNCTION no_promises();
"""

UNPRINTED = (
    "The shipment says that it has its label, and the printer was not asked yet: whoever dies in between leaves a "
    "shipment without a label. What is done is noted when it is done."
)

SHORT = 0.3
"""Seconds for what was sent too early, or again, to do its harm."""

LONGER = 3.0
"""Seconds for a worker that has just begun."""

MESSAGE = 150
"""So many letters of an exception are shown."""

MANY = 3
"""So many labels, one after the other, come twice to one of a worker's two processes."""


@hints(
    "Who sends the task, and who draws the label?",
    NOTHING + "has a route for each step.",
    "`POST /shipments/…` writes shipment and promise, `POST /promises/keep` sends the task, and the worker prints.",
)
def check_a_shipment_has_its_label(stack: Stack, carriers: Outside, database: Database) -> None:
    """A shipment is written down, and when promises have been kept, it has its label."""
    begin(carriers, database)
    taken(stack, 7, did="sent `POST /shipments/7`")
    did = "sent `POST /shipments/7` and `POST /promises/keep`"
    expect_kept(stack, did=did)
    expect_label(stack, carriers, database, 7, did=did)


@hints(
    "When does another connection see what your route has written, and what has happened by then?",
    NOTHING + "sends a task for a shipment that has been flushed.",
    "The route sends nothing: it commits. What sends the task reads what was committed.",
)
def check_the_task_sees_the_shipment(stack: Stack, carriers: Outside, database: Database) -> None:
    """A label is drawn, however long the database takes to commit its shipment."""
    begin(carriers, database)
    did = "sent `POST /shipments/7`; the database took its time to commit that"
    with commits_held(database):
        sent = stack.start("/shipments/7", method="POST")
        stack.settles(lambda: database.waiting, patience=SHORT)
        served = stack.answers("/docs")
        early = [*stack.tasks(), *carriers.asked(PRINTER.format("*"))]
        answered = sent.over
        if early:
            stack.works(lambda: all(task.over or task.state == "RETRY" for task in stack.tasks()))
    expect(
        served,
        did=f"{did}; asked for `/docs` meanwhile",
        got="no answer",
        expected="an answer",
        meaning="This line keeps the event loop's only thread until the database answers.",
        line=stack.line,
    )
    reply_to(stack, sent, did=did)
    expect(
        not answered,
        did=did,
        got=str(sent.reply or sent.error),
        expected="no answer yet",
        meaning="The customer has the answer before the shipment is committed: if that fails, nobody says so.",
    )
    expect_kept(stack, did=f"{did}; when it was done, sent `POST /promises/keep`")
    expect_label(
        stack,
        carriers,
        database,
        7,
        did=f"{did}; when it was done, sent `POST /promises/keep`",
        meaning="The task was sent before the commit: the worker was faster, and found no shipment."
        if early
        else "The shipment is committed, and nobody has sent its task.",
    )


@hints(
    "To which event loop does a connection belong, and which loop does the second task run on?",
    LOOP + "runs three tasks in a row, in two ways.",
    "A sync engine; or `NullPool`; or one loop for all tasks of a process.",
)
def check_a_worker_draws_label_after_label(stack: Stack, carriers: Outside, database: Database) -> None:
    """The processes of a worker draw one label after the other."""
    begin(carriers, database)
    for parcel in range(1, MANY + 1):
        taken(stack, parcel, did=f"sent `POST /shipments/{parcel}`")
        did = f"sent {parcel} shipments, each when the one before had its label"
        expect_kept(stack, did=did)
        expect_label(
            stack,
            carriers,
            database,
            parcel,
            did=did,
            meaning="A task that comes second to a process does not what the first one did. A connection of asyncpg "
            "belongs to the event loop that opened it, and `asyncio.run` ends that with its task: the next task finds "
            "a connection of a loop that is no more.",
        )


@hints(
    "How many commits are there between a customer's shipment and its promise?",
    NOTHING + "commits both together.",
    "Shipment and promise in one session, in one `begin()`; `flush` gives the shipment its id before.",
)
def check_shipment_and_promise_are_one(stack: Stack, carriers: Outside, database: Database) -> None:
    """Where a shipment or its promise cannot be committed, neither is, and no label is drawn for it."""
    begin(carriers, database)
    did = "sent `POST /shipments/7`, and the database refused to commit it"
    database.execute(AT_COMMIT.format(body="RAISE EXCEPTION 'no shipment today'"))
    reply = reply_to(stack, stack.start("/shipments/7", method="POST"), did=did)
    kept = reply_to(stack, stack.start("/promises/keep", method="POST"), did=f"{did}; sent `POST /promises/keep`")
    stack.works(lambda: drawn(carriers, 7), patience=SHORT)
    expect(
        not drawn(carriers, 7),
        did=f"{did}; sent `POST /promises/keep`",
        got="a label for parcel 7",
        expected="none",
        meaning="A label is drawn for a shipment that does not exist. A task reads what was committed; what it is "
        "handed may have been undone.",
    )
    expect(
        reply.status >= 500,
        did=did,
        got=str(reply),
        expected="a status of 500 or more",
        meaning="The customer is told that the shipment is taken, and it is nowhere.",
    )
    expect(
        kept.status == 200,
        did=f"{did}; sent `POST /promises/keep`",
        got=str(kept),
        expected="200",
        meaning="There is no promise to be kept, which is no failure.",
    )
    database.execute("DROP TRIGGER at_commit ON shipments")
    database.execute(NO_PROMISES)
    did = "sent `POST /shipments/8` while the database took no promises"
    reply_to(stack, stack.start("/shipments/8", method="POST"), did=did)
    database.execute("DROP TRIGGER no_promises ON promises")
    if database.value("SELECT count(*) FROM shipments"):
        did = f"{did}; sent `POST /promises/keep` when it did"
        expect_kept(stack, did=did)
        expect_label(
            stack,
            carriers,
            database,
            8,
            did=did,
            meaning="The shipment is there and its promise is not, for they are committed one after the other: "
            "whoever dies in between leaves a shipment without a label.",
        )


@hints(
    "The broker is down, or the app dies. Where does it stand that a label is still to be drawn?",
    NOTHING + "says what is written first, and what is noted only when it is done.",
    "The promise in the database; `kept` is committed after the task was sent, never before.",
)
def check_a_dead_broker_costs_no_label(stack: Stack, carriers: Outside, database: Database) -> None:
    """While the broker is dead, shipments are taken, and when all is well again, they have their labels."""
    begin(carriers, database)
    stack.worker.kill()
    stack.broker.kill()
    did = "killed the broker, and sent `POST /shipments/7`"
    reply = reply_to(stack, stack.start("/shipments/7", method="POST"), did=did)
    there = database.value("SELECT count(*) FROM shipments WHERE parcel = 7")
    expect(
        reply.status == 202 and there == 1,
        did=did,
        got=f"{reply}; {there} shipment(s) in the database",
        expected="202, and one shipment",
        meaning="The shipment is there, and the customer is told that it failed."
        if there and reply.status != 202
        else "Customers need no broker to send a parcel: what could not be sent must not undo the shipment.",
    )
    keeping = stack.start("/promises/keep", method="POST")
    stack.settles(lambda: keeping.over, patience=LONGER)  # whatever is answered, and whether
    stack.renew()
    stack.broker.again()
    stack.hire()
    did = (
        "killed the broker, sent `POST /shipments/7` and `POST /promises/keep`, killed the app, started all of them "
        "anew, and sent `POST /promises/keep` again"
    )
    expect_kept(stack, did=did)
    expect_label(
        stack,
        carriers,
        database,
        7,
        did=did,
        meaning="Nobody knows any more that a label is to be drawn: what only a process remembers dies with it, what "
        "was never written down is not tried again, and what was noted as kept before it was sent is not either.",
    )


@hints(
    "A task comes for a shipment that has its label. Where could it see that?",
    NOTHING + "says how often a promise is kept at least.",
    "A look at the state before it prints; and `kept`, committed, for each promise that was sent.",
)
def check_a_label_is_drawn_once(stack: Stack, carriers: Outside, database: Database) -> None:
    """A task that comes twice draws one label, also where a worker died over it; a kept promise is not sent again."""
    begin(carriers, database)
    stack.worker.kill()
    taken(stack, 7, did="sent `POST /shipments/7`")
    expect_kept(stack, did="sent `POST /shipments/7` and `POST /promises/keep`")
    messages = stack.take()
    stack.give(messages * 2)
    worker = stack.hire(concurrency=1)
    did = "sent `POST /shipments/7` and `POST /promises/keep`, and the broker gave the task to a worker twice"
    expect_label(stack, carriers, database, 7, did=did)
    stack.works(lambda: drawn(carriers, 7) > 1, patience=SHORT)
    expect(
        messages and drawn(carriers, 7) == 1,
        did=did
        if messages
        else "sent `POST /shipments/7` and `POST /promises/keep`, and looked for a task at the broker",
        got=f"{drawn(carriers, 7)} labels for parcel 7" if messages else "no task",
        expected="one",
        meaning="Whoever sends and then notes that it was sent may send twice: the task has to see that there is "
        "nothing left to do."
        if messages
        else "What was promised is sent to the broker.",
    )
    before = len(stack.tasks())
    did = "sent `POST /shipments/7`, and `POST /promises/keep` once more when the label was drawn"
    expect_kept(stack, did=did)
    stack.settles(lambda: len(stack.tasks()) > before, patience=SHORT)
    expect(
        len(stack.tasks()) == before,
        did=did,
        got=f"{len(stack.tasks()) - before} more task(s)",
        expected="none",
        meaning="A promise that was kept is kept again, every second, for ever: it has to be noted, and committed.",
    )
    worker.kill()
    taken(stack, 8, did="sent `POST /shipments/8`")
    expect_kept(stack, did="sent `POST /shipments/8` and `POST /promises/keep`")
    messages = stack.take()
    stack.give(messages)
    carriers.hold(PRINTER.format(8))
    worker = stack.hire(concurrency=1)
    stack.works(lambda: carriers.waiting(PRINTER.format(8)), patience=LONGER)
    worker.kill()
    carriers.mend(latency=0)
    stack.give(messages)
    stack.hire(concurrency=1)
    expect_label(
        stack,
        carriers,
        database,
        8,
        did="killed the worker while it waited for the printer, and gave the task to another one",
        meaning="The first worker has noted and committed that it draws, and died over it: whoever comes after it "
        "finds nothing left to do, and there is never a label.",
    )


@hints(
    "On which thread is a task sent, and who else needs that one?",
    CALL + "shows what the others do meanwhile.",
    "`run_in_threadpool` around what sends, or a `def` route.",
)
def check_nobody_waits_for_a_silent_broker(stack: Stack, carriers: Outside, database: Database) -> None:
    """While a silent broker keeps whoever sends a task, everybody else is served."""
    begin(carriers, database)
    stack.broker.pause()
    under_way: list[Pending] = []
    for path in ("/shipments/7", "/promises/keep"):
        under_way.append(stack.start(path, method="POST"))
        stack.settles(lambda: under_way[-1].over, patience=SHORT)
        came = stack.answers("/docs")
        expect(
            came,
            did=f"stopped the broker, so that it said nothing, and sent `POST {path}`; asked for `/docs` meanwhile",
            got="no answer",
            expected="an answer",
            meaning="A task is sent over the network, and this line keeps the event loop's only thread until the "
            "broker answers."
            if stack.blocked
            else "Everybody waits for the broker.",
            line=stack.line if stack.blocked else None,
        )
    if under_way[0].over:  # else each customer may wait for the broker, and for nobody else
        under_way.append(stack.start("/shipments/8", method="POST"))
        stack.settles_at_last(lambda: under_way[-1].over)
        expect(
            under_way[-1].over,
            did="stopped the broker, so that it said nothing, sent `POST /promises/keep`, and meanwhile "
            "`POST /shipments/8`",
            got="no answer",
            expected="an answer",
            meaning="Who keeps promises holds something while the broker says nothing, and customers wait for it: a "
            "lock, or the only connection.",
        )
    stack.broker.go_on()
    for each in under_way:
        reply_to(stack, each, did="let the broker go on")
    did = "sent `POST /shipments/7` and `POST /promises/keep` to a silent broker, and let it go on"
    expect_kept(stack, did=f"{did}; sent `POST /promises/keep` again")
    expect_label(stack, carriers, database, 7, did=did)


@advice
def who_keeps_promises_in_turn(code: Code) -> bool:
    """Well done: with `skip_locked`, several who keep promises at the same time send each of them once."""
    return "skip_locked" in ast.unparse(code.tree)


@advice
def two_who_keep_the_same_promise(code: Code) -> bool:
    """Good to know: two who keep promises at the same time find the same ones. `skip_locked` deals them out."""
    return "skip_locked" not in ast.unparse(code.tree)


def begin(carriers: Outside, database: Database) -> None:
    """Make the tables; nobody outside takes any time."""
    carriers.mend(latency=0)
    database.make(TABLES)


@contextmanager
def commits_held(database: Database) -> Iterator[None]:
    """Have everybody wait who commits a new shipment."""
    database.execute(AT_COMMIT.format(body="PERFORM pg_advisory_xact_lock(6)"))
    with database.transaction() as slow:
        slow.execute("SELECT pg_advisory_xact_lock(6)")
        yield


def reply_to(stack: Stack, sent: Pending, *, did: str) -> Reply:
    """Give the reply to a request."""
    stack.ends(lambda: sent.over)
    if sent.reply is None and not sent.error:
        where = stack.whereabouts()
        raise Unmet(
            did=did,
            got=f"no answer to `{sent.path}` within {stack.limit:g} s",
            expected="an answer",
            meaning=f"Nobody answers the caller. {where.meaning}",
            line=where.line,
            hung=True,
        )
    return sent.finish()


def taken(stack: Stack, parcel: int, *, did: str) -> None:
    """Send a shipment, and see that it is taken."""
    reply = reply_to(stack, stack.start(f"/shipments/{parcel}", method="POST"), did=did)
    expect(
        reply.status == 202 and isinstance(reply.json, dict) and isinstance(reply.json.get("shipment"), int),
        did=did,
        got=str(reply),
        expected='202 {"shipment":1}',
        meaning="A shipment is answered with 202 and its id.",
    )


def expect_kept(stack: Stack, *, did: str) -> None:
    """Have promises kept while all is well."""
    reply = reply_to(stack, stack.start("/promises/keep", method="POST"), did=did)
    expect(
        reply.status == 200,
        did=did,
        got=str(reply),
        expected="200",
        meaning="The broker is well, and what was promised can be sent.",
    )


def expect_label(
    stack: Stack, carriers: Outside, database: Database, parcel: int, *, did: str, meaning: str = ""
) -> None:
    """See that a label is drawn, and that its shipment says so."""
    stack.works(lambda: state(database, parcel) == "labelled", patience=LONGER)
    unprinted = state(database, parcel) == "labelled" and not drawn(carriers, parcel)
    failures = stack.failures
    raised = f"; a task raised `{shortened(failures[-1]['message'])}`" if failures else ""
    sent = "" if stack.tasks() or drawn(carriers, parcel) else "; no task was sent"
    got = f"{drawn(carriers, parcel)} label(s) for parcel {parcel}, state `{state(database, parcel)}`{sent}{raised}"
    expect(
        drawn(carriers, parcel) and state(database, parcel) == "labelled",
        did=did,
        got=got,
        expected=f"a label for parcel {parcel}, state `labelled`",
        meaning=(UNPRINTED if unprinted else meaning)
        or (
            "The label is drawn, and its shipment does not say so: that has to be committed, too."
            if drawn(carriers, parcel)
            else "Nobody has sent the task: `POST /promises/keep` sends what is committed and promised."
            if sent
            else "The task has ended without a failure, and drew nothing. Celery awaits no `async def`."
            if any(task.state == "SUCCESS" for task in stack.tasks())
            else "The worker has to draw the label."
        ),
        line=failures[-1]["line"] if failures else None,
    )


def shortened(message: str) -> str:
    """Give the beginning and the end of what an exception says."""
    return message if len(message) < MESSAGE else f"{message[: MESSAGE // 3]} … {message[-MESSAGE // 2 :]}"


def state(database: Database, parcel: int) -> str | None:
    """Give the state of a parcel's shipment; None where there is none."""
    found: str | None = database.value("SELECT state FROM shipments WHERE parcel = %s", parcel)
    return found


def drawn(carriers: Outside, parcel: int) -> int:
    """Count how often the printer was asked for a parcel's label."""
    return len(carriers.asked(PRINTER.format(parcel)))
