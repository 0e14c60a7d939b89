"""The first price is returned as soon as it comes, failures do not win, and no other question is left behind."""

import asyncio
import threading

from unblocked.grading import Code, Imported, Outside, advice, expect, hints
from unblocked.grading.imported import Started
from unblocked.server.failure import Failure

NAMES = ["swift", "turtle", "owl", "heron"]
LONG = 2.0
"""Seconds: an answer that gives up a carrier sooner than that is waited for."""


def check_a_price_comes_back_with_its_carrier(answer: Imported, carriers: Outside) -> None:
    """When all carriers answer at the same moment, one of the prices comes back, with its own carrier's name."""
    did = f"awaited `first_price({NAMES}, 8)`; every carrier answered, all at the same moment"
    price = asked(answer, carriers, at_once=False)
    going_on = threading.Event()
    answer.loop.call_soon_threadsafe(going_on.wait)  # meanwhile, all answers arrive
    carriers.mend(latency=0)
    carriers.catch_up()
    going_on.set()
    result = outcome(answer, price, did=did)
    expect(
        result in [(name, carriers.price(name, 8)) for name in NAMES],
        did=did,
        got=repr(result)[:300],
        expected=f"a carrier's name and its price, such as {('swift', carriers.price('swift', 8))}",
        meaning="The result must be a tuple of a carrier's name and of what this carrier has answered for this parcel.",
    )
    expect(
        len({call.path for call in carriers.calls}) == carriers.total <= len(NAMES),
        did="looked at the questions",
        got=f"{carriers.total}: {', '.join(call.path for call in carriers.calls)}"[:300],
        expected=f"{len(NAMES)}, one for each carrier",
        meaning="A carrier that is asked twice is paid twice.",
    )


@hints(
    "What does your function wait for before it asks the second carrier?",
    "The section “Three carriers one after another, then together” starts all questions before it waits for any.",
    "Start a task for each carrier first; afterwards wait for the tasks.",
)
def check_all_carriers_are_asked_at_once(answer: Imported, carriers: Outside) -> None:
    """While no carrier has answered yet, all of them have been asked."""
    price = asked(answer, carriers)
    carriers.release()
    outcome(answer, price, did=f"awaited `first_price({NAMES}, 8)`; every carrier answered after a while")


@hints(
    "How many answers does your function wait for?",
    "The section about what happens when one of several fails compares waiting for all with waiting for the first.",
    "Something that hands you the tasks as they end, the earliest first.",
)
def check_the_first_price_is_returned_at_once(answer: Imported, carriers: Outside) -> None:
    """The first price is returned while the other carriers still think, whoever they are."""
    did = f"awaited `first_price({NAMES}, 8)`; owl answered, the others did not"
    price = asked(answer, carriers)
    carriers.release(path="/carriers/owl/*")
    expect_price(answer, price, ("owl", carriers.price("owl", 8)), did=did)


@hints(
    "What comes first here, an answer or a price? What does your code do with an answer that is no price?",
    "The section about what happens when one of several fails shows where a failed task keeps its exception.",
    "A loop: as long as there are tasks, wait for the next that ends; one that has failed is left out.",
)
def check_a_failure_does_not_win(answer: Imported, carriers: Outside) -> None:
    """Carriers that fail first, with a status or a broken connection, are left out, and the next price wins."""
    did = f"awaited `first_price({NAMES}, 8)`; turtle answered 503 at once, swift broke the connection"
    price = asked(answer, carriers, at_once=False, failing="turtle")
    carriers.break_off("/carriers/swift/*")
    waits = answer.stays(lambda: not price.over and carriers.in_flight >= 2, patience=0.5)
    if waits:
        waits = not answer.outlasts(lambda: price.over or carriers.in_flight < 2, deadlines=LONG)
    if not waits:
        answer.settles(lambda: price.over)
    failure = Failure.of(price.error) if price.error else None
    expect(
        waits,
        did=did,
        got=str(price) if price.over else f"{carriers.in_flight} of the 2 other questions went on",
        expected="that owl and heron are waited for",
        meaning="A carrier that takes its time has not failed: the next price is waited for, however late it comes."
        if any(seconds <= LONG for seconds in answer.deadlines)
        else "The first answer is a failure, and your code takes it for the end. "
        "The first price wins, not the first answer.",
        line=failure.line if failure else None,
    )
    carriers.release(path="/carriers/heron/*")
    expect_price(answer, price, ("heron", carriers.price("heron", 8)), did=did + ", then heron answered")


@hints(
    "A price is there. Who tells the other tasks that nobody needs them?",
    "The section about what happens when one of several fails says which tasks go on afterwards, and how one is ended.",
    "Before you return, cancel what has not ended; leave the function when that has ended, too.",
)
def check_no_question_is_left_behind(answer: Imported, carriers: Outside) -> None:
    """When the price is there, the other questions end."""
    did = f"awaited `first_price({NAMES}, 8)`; owl answered, the others did not"
    price = asked(answer, carriers)
    carriers.release(path="/carriers/owl/*")
    expect_price(answer, price, ("owl", carriers.price("owl", 8)), did=did)
    expect_nothing_left(answer, carriers, did=did)


@hints(
    "What is left to wait for when the last carrier has failed?",
    "The section about what happens when one of several fails shows where a failed task keeps its exception.",
    "Behind the loop over the answers, no price has been found: raise there, outside of any task group.",
)
def check_no_price_is_raised_when_all_fail(answer: Imported, carriers: Outside) -> None:
    """When every carrier fails, `NoPrice` is raised."""
    carriers.fail("/carriers/*", status=503)
    carriers.fail("/carriers/heron/*", status=404)
    price = answer.start("first_price", NAMES, 8)
    answer.settles_at_last(lambda: price.over)
    expect(
        price.over and isinstance(price.error, answer["NoPrice"]),
        did=f"awaited `first_price({NAMES}, 8)`; heron answered 404, the others 503",
        got=str(price),
        expected="`NoPrice`",
        meaning="All carriers have answered, and your code still waits for a price."
        if not price.over
        else "`except NoPrice` does not catch this: the caller must be able to tell that there is no price."
        if price.error
        else "What is returned is taken for a price. That there is none must be raised.",
        line=Failure.of(price.error).line if price.error else answer.line or price.line,
    )


@hints(
    "Which exception arrives in your function when its caller is cancelled, and what do your tasks hear of it?",
    "The section about what happens when one of several fails says what a cancellation is, and what it reaches.",
    "Cancel the tasks in a `finally`, or start them in something that ends them whenever it is left.",
)
def check_a_cancelled_caller_is_cancelled(answer: Imported, carriers: Outside) -> None:
    """When the caller is cancelled, the call is cancelled, and so are its questions."""
    did = f"cancelled `first_price({NAMES}, 8)` while all carriers were thinking"
    price = asked(answer, carriers)
    price.cancel()
    answer.settles_at_last(lambda: price.over)
    expect(
        price.over and isinstance(price.error, asyncio.CancelledError),
        did=did,
        got=str(price),
        expected="`CancelledError`",
        meaning="The cancellation is swallowed: whoever wants to stop this call cannot.",
    )
    expect_nothing_left(answer, carriers, did=did)


@advice
def a_group_ends_what_it_started(code: Code) -> bool:
    """Well done: a task group ends all its tasks before it is left, however it is left."""
    return code.uses("asyncio.TaskGroup", "anyio.create_task_group")


@advice
def the_cancelled_are_waited_for(code: Code) -> bool:
    """Good to know: `cancel()` only asks a task to end; `gather(…, return_exceptions=True)` waits for its end."""
    names = ("asyncio.gather", "asyncio.wait", "asyncio.TaskGroup", "anyio.create_task_group")
    return code.uses("asyncio.create_task", "asyncio.ensure_future") and not code.uses(*names)


def asked(answer: Imported, carriers: Outside, *, at_once: bool = True, failing: str = "") -> Started:
    """Ask for the first price, the carriers keeping every question, and wait until all are asked or no more come."""
    carriers.hold("/carriers/*")
    if failing:
        carriers.fail(f"/carriers/{failing}/*", status=503)
    price = answer.start("first_price", NAMES, 8)
    while (now := carriers.total) < len(NAMES) and not price.over:
        if not answer.settles_at_last(lambda now=now: carriers.total > now or price.over):
            break
    expect(
        not at_once or carriers.in_flight == len(NAMES),
        did=f"awaited `first_price({NAMES}, 8)`; the carriers kept every question",
        got=f"{carriers.in_flight} of {len(NAMES)} carriers had been asked" + (f"; {price}" if price.over else ""),
        expected=f"{len(NAMES)}",
        meaning="This line keeps the event loop's only thread, so no other carrier can be asked."
        if answer.line
        else "All carriers must be asked before the first answer is waited for: the last may be the fastest.",
        line=answer.line or price.line,
    )
    return price


def outcome(answer: Imported, price: Started, *, did: str) -> object:
    """Wait for the result; say what it means when there is none."""
    answer.settles_at_last(lambda: price.over)
    failure = Failure.of(price.error) if price.error else None
    expect(
        price.over and failure is None,
        did=did,
        got=str(price),
        expected="a price",
        meaning="Your function raised instead of returning the price."
        if price.over
        else "This line keeps the event loop's only thread, so no answer can be taken."
        if answer.line
        else "A price is there, and your code waits for more than it needs: for all carriers, for the first of the "
        "list, or for what does not come.",
        line=failure.line if failure else answer.line or price.line,
    )
    return price.value


def expect_price(answer: Imported, price: Started, right: tuple[str, float], *, did: str) -> None:
    """See that this is the price that comes back."""
    result = outcome(answer, price, did=did)
    expect(
        result == right,
        did=did,
        got=repr(result)[:300],
        expected=repr(right),
        meaning="The first price belongs to the carrier that answered first; its name must come back with it.",
    )


def expect_nothing_left(answer: Imported, carriers: Outside, *, did: str) -> None:
    """See that the carriers have no question any more, and the loop no task."""
    answer.settles(lambda: not carriers.in_flight and not answer.tasks)
    expect(
        not carriers.in_flight and not answer.tasks,
        did=did + "; looked what still goes on",
        got=f"{carriers.in_flight} questions at the carriers, {answer.tasks} tasks on the event loop",
        expected="none",
        meaning="Your function ends and leaves its questions behind: nobody takes their answers or stops them.",
    )
