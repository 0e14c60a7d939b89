"""The task that was lost is known by name, and is lost no more, nor done twice; the others do what they did."""

import ast
import os
import signal
from collections.abc import Sequence

from celery import Celery

from unblocked.grading import Code, Outside, Stack, advice, expect, expect_reply, hints
from unblocked.grading.stack import Hand
from unblocked.outside import Call

LATE = "The section “The worker dies. How often is the customer charged?” "
KEY = "The section “The worker dies. How often is the customer charged?” "
REFUSED = 6
"""So often the mail refuses a letter: more often than Celery tries again by itself."""

KEY_HEADER = "idempotency-key"
GUILTY = "send_letter"
LETTERS = "/mail/letters/*"
SWEEP = "unacked_mutex"
"""Whoever looks for tasks that were not acknowledged holds this lock in the broker."""

BEREAVEMENT = 15.0
"""Seconds in which a worker notices that one of its processes is gone: at once, mostly, and now and then after ten."""

REDELIVERY = 3.0
"""Seconds in which a task that was not acknowledged comes again, and more."""

INNOCENT = {
    "draw_label": "Its label may come twice, which does no harm. None is missing: it is acknowledged when it is done.",
    "charge": "It comes again when its worker is killed, with the same key, so that the bank charges once.",
    "call_courier": "A worker that waits for its time has not acknowledged it: when it is killed, another one has it.",
    "refresh_price": "It is lost now and then, and may be: the next parcel refreshes the price.",
}
WORK = {
    "draw_label": "/printer/labels/",
    "charge": "/bank/charges/",
    "call_courier": "/couriers/parcels/",
    "send_letter": "/mail/letters/",
    "refresh_price": "/prices/",
}
"""Where each task asks."""


@hints(
    "Which of the five counts are too low, and for which of them does that matter?",
    LATE + "says which tasks a worker that was killed still owes, and which nobody does.",
    "Look for what tells the broker that a task is done: after its work, or before it begins.",
)
def check_the_loser_is_named(stack: Stack) -> None:
    """The task that is lost and must not be is named."""
    named = stack.value("GUILTY")
    name = str(named).partition("(")[0].rpartition(".")[2].strip()
    expect(
        name == GUILTY,
        did="read `GUILTY`",
        got=repr(named)[:100],
        expected="the name of the task that is lost, and must not be",
        meaning=INNOCENT.get(name, "`GUILTY` is the name of one of the five tasks, as it stands after its `def`."),
    )


@hints(
    "Nothing has happened to any worker. Which of the five have you changed, and how?",
    LATE + "has the options of a task, one by one.",
    "The route sends what it sent, and every task asks where it asked, once.",
)
def check_a_parcel_has_all_five(stack: Stack, carriers: Outside) -> None:
    """On a good day, a parcel has its label, charge, courier, letter and price, each once."""
    carriers.mend(latency=0)
    taken(stack, 7)
    stack.works(lambda: all(asked(carriers, name, 7) for name in WORK) and stack.finishes())
    for name in WORK:
        times = len(asked(carriers, name, 7))
        expect(
            times == 1,
            did="sent `POST /parcels/7`, and waited until no task was left",
            got=f"`{WORK[name]}7` was asked {times} times{raised(stack)}",
            expected="once",
            meaning="What is done twice on a good day is done twice every day."
            if times
            else f"`{name}` no longer does what it did.",
        )


@hints(
    "When did the broker hear that the letter was done, and where was the letter then?",
    LATE + "shows what is lost with a worker, and what is not.",
    "`acks_late` on the task; and the broker's options stay as they were.",
)
def check_a_letter_outlives_its_worker(stack: Stack, carriers: Outside) -> None:
    """A letter whose worker is killed in its midst is sent by another one, within seconds."""
    letter_at_the_mail(stack, carriers)
    kill(stack, stack.worker)
    carriers.mend(latency=0)
    stack.hire()
    did = "sent `POST /parcels/7`; killed the worker while the mail had the letter; hired another worker"
    expect_again(stack, carriers, did=did, meaning=(
        "The letter is lost: the broker was told that it is done before it was. Nobody is left who could try again."
    ))  # fmt: skip


@hints(
    "The process that had the letter is dead, and its worker lives. What does that tell the broker?",
    LATE + "kills one process of a worker, and has the option that decides.",
    "`acks_late` is one half, `reject_on_worker_lost` the other.",
)
def check_a_letter_outlives_its_process(stack: Stack, carriers: Outside) -> None:
    """A letter whose process alone is killed, as when memory is short, is sent by another one."""
    letter_at_the_mail(stack, carriers)
    stack.broker.client().set(SWEEP, "the check")  # only the worker itself may give the letter back
    os.kill(process_of_the_letter(stack), signal.SIGKILL)
    carriers.mend(latency=0)
    did = "sent `POST /parcels/7`; killed the process that had the letter, not its worker, while the mail had it, too"
    expect_again(stack, carriers, did=did, meaning=(
        "The letter is lost: the worker saw its process die, noted a failure, and told the broker that all is over."
    ), patience=BEREAVEMENT)  # fmt: skip


@hints(
    "Two requests for one letter: how does the mail know that it is one?",
    KEY + "has a key that is the same however often a task comes.",
    "What is known before the task begins makes the key: its id, or what the route gave it.",
)
def check_a_letter_that_comes_again_has_its_key(stack: Stack, carriers: Outside) -> None:
    """A letter that comes again has the key that it had; another letter has another one."""
    letter_at_the_mail(stack, carriers)
    kill(stack, stack.worker)
    carriers.mend(latency=0)
    stack.hire()
    stack.works(lambda: len(asked(carriers, GUILTY, 7)) > 1, patience=REDELIVERY)
    taken(stack, 8)
    stack.works(lambda: asked(carriers, GUILTY, 8))
    keys = [call.headers.get(KEY_HEADER, "") for call in asked(carriers, GUILTY, 7)]
    other = [call.headers.get(KEY_HEADER, "") for call in asked(carriers, GUILTY, 8)]
    did = "killed the worker while the mail had a letter; hired another worker, which sent it"
    expect(
        len(set(keys)) == 1 and keys[0],
        did=did,
        got=f"`Idempotency-Key` of one letter: {listed(keys)}",
        expected="one key, every time the same",
        meaning="The mail had the letter when the worker was killed, and takes the second one for another letter: the "
        "customer has two.",
    )
    expect(
        keys[0] not in other,
        did=f"{did}; took another parcel",
        got=f"the key `{keys[0]}` for its letter as well",
        expected="a key of its own",
        meaning="The mail takes two letters for one: the second customer has none.",
    )


@hints(
    "What did the task do when the mail answered 503, before you mended it?",
    LATE + "says who tries again, and who delivers again: they are two things.",
    "Keep `autoretry_for`, or call `retry` yourself; the key stays the same.",
)
def check_a_letter_is_still_tried_again(stack: Stack, carriers: Outside) -> None:
    """A mail that answers 503 is asked again until it takes the letter, each time with the same key."""
    carriers.mend(latency=0)
    carriers.fail(LETTERS)
    taken(stack, 7)
    for tries in range(2, REFUSED + 1):  # each has a patience of its own: between two, all rests
        if not stack.works(lambda n=tries: len(asked(carriers, GUILTY, 7)) >= n, patience=REDELIVERY):
            break
    refused = len(asked(carriers, GUILTY, 7))
    carriers.mend(latency=0)
    expect(
        refused >= REFUSED and stack.works(lambda: len(asked(carriers, GUILTY, 7)) > refused, patience=REDELIVERY),
        did="took a parcel while the mail answered 503",
        got=f"the mail was asked {refused} times, and not again",
        expected="that it is asked again until it takes the letter",
        meaning="The letters were tried again when the mail was down for a moment, and are no more.",
    )
    keys = {call.headers.get(KEY_HEADER, "") for call in asked(carriers, GUILTY, 7)}
    expect(
        len(keys) == 1,
        did="took a parcel while the mail answered 503, and then let it take the letter",
        got=f"`Idempotency-Key`: {listed(sorted(keys))}",
        expected="one key, every time the same",
        meaning="Each try has a key of its own, and the mail takes each for another letter: the customer has two.",
    )


@hints(
    "Which of the four others have you changed, and what do they share with the guilty one?",
    LATE + "has the options of a task, one by one.",
    "Leave the innocent tasks, the broker's options and the route as they were.",
)
def check_the_others_do_what_they_did(stack: Stack, carriers: Outside) -> None:
    """A label, a charge and a call for a courier still outlive their worker, and the charge keeps its key."""
    kill(stack, stack.worker)
    carriers.hold()
    second = stack.hire(concurrency=6)
    taken(stack, 7)
    stack.works(lambda: len(carriers.waiting()) >= len(WORK))
    kill(stack, second)
    owed = {name: len(asked(carriers, name, 7)) for name in ("draw_label", "charge", "call_courier")}
    carriers.mend(latency=0)
    stack.hire()
    came = stack.works(lambda: all(len(asked(carriers, n, 7)) > m for n, m in owed.items()), patience=REDELIVERY)
    lost = [name for name, before in owed.items() if len(asked(carriers, name, 7)) <= before]
    did = "took a parcel; killed the worker while all five tasks were under way; hired another worker"
    expect(
        came,
        did=did,
        got=f"{' and '.join(f'`{name}`' for name in lost)} did not come again",
        expected="the label, the charge and the courier, again",
        meaning="These were not lost before: what they share with the letter must stay as it was.",
    )
    keys = [call.headers.get(KEY_HEADER, "") for call in asked(carriers, "charge", 7)]
    expect(
        len(set(keys)) == 1 and keys[0],
        did=did,
        got=f"`Idempotency-Key` of one charge: {listed(keys)}",
        expected="one key, every time the same",
        meaning="The bank takes the second one for another charge, and the customer pays twice.",
    )


@advice
def only_the_guilty_one_has_changed(code: Code) -> bool:
    """Well done: what may be lost is still acknowledged early, and costs the broker nothing when it has begun."""
    return not is_for_all(code)


@advice
def all_tasks_are_late(code: Code) -> bool:
    """Good to know: every task may come twice now, `refresh_price` too, and every task that is added."""
    return is_for_all(code)


def is_for_all(code: Code) -> bool:
    """Say whether late acknowledgement is set for the whole queue."""
    named = (
        getattr(node, "arg", None) or getattr(node, "attr", None) or getattr(node, "value", None)
        for node in ast.walk(code.tree)
        if isinstance(node, ast.keyword | ast.Attribute | ast.Constant)
    )
    return "task_acks_late" in named


def taken(stack: Stack, parcel: int) -> None:
    """Take a parcel."""
    meaning = "The route must answer what it answered before."
    expect_reply(stack.post(f"/parcels/{parcel}"), 202, {"parcel": parcel}, did=f"sent `POST /parcels/{parcel}`",
                 meaning=meaning)  # fmt: skip


def letter_at_the_mail(stack: Stack, carriers: Outside) -> None:
    """Take a parcel, and return when the mail has its letter, and keeps it."""
    carriers.mend(latency=0)
    carriers.hold(LETTERS)
    taken(stack, 7)
    expect(
        stack.works(lambda: asked(carriers, GUILTY, 7)),
        did="sent `POST /parcels/7`",
        got=f"no letter at the mail{raised(stack)}",
        expected="one, at `/mail/letters/7`",
        meaning="`send_letter` no longer does what it did.",
        line=stack.failures[-1]["line"] if stack.failures else None,
    )


def kill(stack: Stack, hand: Hand) -> None:
    """Kill a worker; the broker's lock goes with it.

    A worker that is killed while it looks for what was not acknowledged leaves that lock, and for five minutes nobody
    else looks.
    """
    hand.kill()
    stack.broker.client().delete(SWEEP)


def process_of_the_letter(stack: Stack) -> int:
    """Wait until the worker knows which of its processes has the letter; give that one's id."""
    worker = Celery("check").control.inspect([f"{stack.worker.name}@grading"], timeout=30, limit=1)
    found: list[int] = []

    def known() -> bool:
        active = [task for tasks in (worker.active() or {}).values() for task in tasks]
        found.extend(task["worker_pid"] for task in active if task["name"].endswith(GUILTY) and task["worker_pid"])
        return bool(found)

    expect(
        stack.works(known),
        did="asked the worker which of its processes has the letter",
        got="none",
        expected="one of them",
        meaning="The letter is sent by a task `send_letter`, in a process of a worker.",
    )
    return found[0]


def expect_again(stack: Stack, carriers: Outside, *, did: str, meaning: str, patience: float = REDELIVERY) -> None:
    """See that the letter comes to the mail again, and that the mail's answer is waited for."""

    def is_decided() -> bool:
        return len(asked(carriers, GUILTY, 7)) > 1 or any(task.state == "FAILURE" for task in stack.tasks(GUILTY))

    stack.works(is_decided, patience=patience)
    expect(
        len(asked(carriers, GUILTY, 7)) > 1
        and stack.works(lambda: any(call.answered for call in asked(carriers, GUILTY, 7))),
        did=did,
        got=f"the mail was asked {len(asked(carriers, GUILTY, 7))} times, and has not answered{raised(stack)}",
        expected="that the letter comes again, and is taken",
        meaning=meaning,
    )


def asked(carriers: Outside, name: str, parcel: int) -> Sequence[Call]:
    """Give what a task has asked for a parcel."""
    return carriers.asked(f"{WORK[name]}{parcel}")


def raised(stack: Stack) -> str:
    """Say what a task raised last, to go on with after what came back; nothing where none did."""
    return f"; a task raised `{stack.failures[-1]['message'].splitlines()[0]}`" if stack.failures else ""


def listed(keys: Sequence[str]) -> str:
    """Name the keys."""
    return ", ".join(f"`{key}`" if key else "none" for key in keys)
