"""After half a second the prices that have come are there, no question is left, and the place is free in every case."""

import asyncio
from collections.abc import Callable

from unblocked.grading import Code, Imported, Outside, advice, expect, hints
from unblocked.grading.clock import StoppedClock
from unblocked.grading.imported import Started
from unblocked.server.failure import Failure

NAMES = ["swift", "turtle", "owl", "heron"]
DEADLINE = 0.5
STEP = 0.05


def check_all_prices_come_back_at_once(answer: Imported, carriers: Outside) -> None:
    """When every carrier answers in time, all prices come back before the half second is over."""
    did = f"awaited `quotes({NAMES}, 8)`; every carrier answered within a tenth of a second"
    carriers.mend(latency=0)
    clock = StoppedClock(answer)
    quotes = answer.start("quotes", NAMES, 8)
    answer.settles_at_last(lambda: quotes.over or questions(carriers) >= len(NAMES))
    for _ in range(8):  # less than the deadline, in steps in which an answer may look what has come
        if not answer.settles(lambda: quotes.over, patience=0.2):
            clock.move(STEP)
    answer.settles_at_last(lambda: quotes.over)
    expect_prices(answer, quotes, {name: carriers.price(name, 8) for name in NAMES}, did=did)
    expect(
        questions(carriers) == len(NAMES),
        did="counted the questions",
        got=f"{questions(carriers)}",
        expected=f"{len(NAMES)}, one for each carrier",
        meaning="A carrier that is asked twice is paid twice.",
    )


@hints(
    "When the time is over, where are the prices that have come?",
    "The section about limits and deadlines shows what a deadline does to the block under it.",
    "Put each price where it outlives the block as soon as it comes; around the block, a deadline whose end you catch.",
)
def check_what_has_come_is_returned_after_half_a_second(answer: Imported, carriers: Outside) -> None:
    """After half a second, the prices that have come are returned, and no others."""
    did = f"awaited `quotes({NAMES}, 8)`; turtle and heron answered, the others did not in half a second"
    clock, quotes = asked(answer, carriers)
    for name in ("turtle", "heron"):
        carriers.release(path=f"/carriers/{name}/*")
    carriers.catch_up()
    answer.stays(lambda: not quotes.over, beats=30, patience=0.5)
    time_is_over(answer, clock, quotes)
    expect_prices(answer, quotes, {name: carriers.price(name, 8) for name in ("turtle", "heron")}, did=did)


@hints(
    "What unit does your number have, and from when on does it count?",
    "The section about limits and deadlines has its number in seconds, around all questions together.",
    "One deadline of half a second around all that the customer waits for.",
)
def check_the_wait_is_not_given_up_early(answer: Imported, carriers: Outside) -> None:
    """A price that comes shortly before the half second is over still counts."""
    did = f"awaited `quotes({NAMES}, 8)`; all carriers answered after 0.4 s"
    clock, quotes = asked(answer, carriers)
    for _ in range(8):
        clock.move(STEP)
        answer.stays(lambda: not quotes.over, patience=0.05)
    early = quotes.over or carriers.in_flight < len(NAMES)
    carriers.release()
    for _ in range(2):
        answer.settles(lambda: quotes.over)
        clock.move(STEP)
    answer.settles_at_last(lambda: quotes.over)
    expect(
        not early,
        did=did,
        got=f"{quotes}, before that",
        expected="that your code waits for half a second",
        meaning="The carriers get less time than they should.",
    )
    expect_prices(answer, quotes, {name: carriers.price(name, 8) for name in NAMES}, did=did)


@hints(
    "The customer has the prices. What does a carrier that is late know of that?",
    "The section about limits and deadlines says what still runs after a deadline.",
    "Whoever has not answered is cancelled, and has ended before you return.",
)
def check_no_question_is_left_at_a_carrier(answer: Imported, carriers: Outside) -> None:
    """When the time is over, the questions that are late end."""
    clock, quotes = asked(answer, carriers)
    carriers.release(path="/carriers/owl/*")
    carriers.catch_up()
    answer.stays(lambda: not quotes.over, patience=0.3)
    time_is_over(answer, clock, quotes)
    expect_nothing_left(answer, carriers, did=f"awaited `quotes({NAMES}, 8)`; three carriers were late")


@hints(
    "Which line gives the place back, and on which ways out of your function is it run?",
    "The section about limits and deadlines shows what is run after a deadline, and what is not.",
    "A `finally` around everything else, outside of what the deadline cancels; in it, `await` the release.",
)
def check_the_place_is_given_back_when_the_time_is_over(answer: Imported, carriers: Outside) -> None:
    """When the time is over, the place is given back once, and the call waits until that is done."""
    clock, quotes = asked(answer, carriers)
    carriers.hold("/warehouse/*")
    time_is_over(answer, clock, quotes, until=lambda: quotes.over or releases(carriers))
    expect_waits_for_the_release(answer, carriers, quotes, when="no carrier had answered after half a second")


@hints(
    "The prices are there, the place is being given back, and half a second is over. What does your deadline end?",
    "The section about limits and deadlines says what a deadline cancels: all that is awaited under it.",
    "The deadline is for the carriers: give the place back outside of its block.",
)
def check_the_deadline_does_not_stop_the_release(answer: Imported, carriers: Outside) -> None:
    """When the prices came in time, the place is given back, however long that takes."""
    clock, quotes = asked(answer, carriers)
    carriers.hold("/warehouse/*")
    carriers.release(path="/carriers/*")
    for _ in range(8):
        if answer.settles(lambda: quotes.over or releases(carriers), patience=0.2):
            break
        clock.move(STEP)
    answer.settles_at_last(lambda: quotes.over or releases(carriers))
    clock.move(2 * DEADLINE)
    when = "every carrier answered; then the warehouse took longer than half a second"
    expect_waits_for_the_release(answer, carriers, quotes, when=when)


@hints(
    "What is raised in your function when its caller is cancelled, and which of your lines are run then?",
    "The section about what happens when one of several fails says what a cancellation is, and what it reaches.",
    "`finally` is run after a cancellation as well; let `CancelledError` go on to the caller.",
)
def check_a_cancelled_caller_leaves_nothing_behind(answer: Imported, carriers: Outside) -> None:
    """When the caller is cancelled, the call is cancelled, its questions end, and the place is given back once."""
    did = f"cancelled `quotes({NAMES}, 8)` while the carriers were thinking"
    _, quotes = asked(answer, carriers)
    quotes.cancel()
    answer.settles_at_last(lambda: quotes.over)
    expect(
        quotes.over and isinstance(quotes.error, asyncio.CancelledError),
        did=did,
        got=str(quotes),
        expected="`CancelledError`",
        meaning="The cancellation is swallowed: whoever wants to stop this call cannot.",
    )
    expect_nothing_left(answer, carriers, did=did)
    expect_released_once(carriers, did=did)


@hints(
    "A carrier answers 503. Which of your lines are run after the one that raises?",
    "The section about what happens when one of several fails shows where the exception of a task appears.",
    "`finally` is run after every exception.",
)
def check_a_failing_carrier_leaves_nothing_behind(answer: Imported, carriers: Outside) -> None:
    """When a carrier fails, the place is given back once, and no question is left."""
    did = f"awaited `quotes({NAMES}, 8)`; swift answered 503, the others did not answer in time"
    carriers.hold("/carriers/*")
    carriers.fail("/carriers/swift/*", status=503)
    clock = StoppedClock(answer)
    quotes = answer.start("quotes", NAMES, 8)
    answer.settles_at_last(lambda: quotes.over or questions(carriers) == len(NAMES))
    if not answer.settles(lambda: quotes.over, patience=0.3):
        time_is_over(answer, clock, quotes)
    expect(
        quotes.over,
        did=did,
        got="no end",
        expected="an end after half a second",
        meaning="The call waits for something that does not come.",
        line=answer.line or quotes.line,
    )
    expect_nothing_left(answer, carriers, did=did)
    expect_released_once(carriers, did=did)


@advice
def the_deadline_is_a_block(code: Code) -> bool:
    """Well done: a deadline as a block ends all that is awaited in it, and says in one place how long it may take."""
    return code.uses("asyncio.timeout", "anyio.move_on_after", "anyio.fail_after")


@advice
def waits_leave_their_tasks(code: Code) -> bool:
    """Good to know: `asyncio.wait` cancels nothing; `asyncio.timeout` around a task group ends all tasks for you."""
    return code.uses("asyncio.wait") and not code.uses("asyncio.timeout")


def asked(answer: Imported, carriers: Outside) -> tuple[StoppedClock, Started]:
    """Ask for prices while the clock stands still, and see that all carriers, who keep their questions, are asked."""
    carriers.hold("/carriers/*")
    clock = StoppedClock(answer)
    quotes = answer.start("quotes", NAMES, 8)
    while (now := carriers.in_flight) < len(NAMES) and not quotes.over:
        if not answer.settles_at_last(lambda now=now: carriers.in_flight > now or quotes.over):
            break
    expect(
        carriers.in_flight == len(NAMES),
        did=f"awaited `quotes({NAMES}, 8)`; the carriers kept every question",
        got=f"{carriers.in_flight} of {len(NAMES)} carriers had been asked" + (f"; {quotes}" if quotes.over else ""),
        expected=f"{len(NAMES)}",
        meaning="This line keeps the event loop's only thread, so no other carrier is asked and no deadline is kept."
        if answer.line
        else "All carriers must be asked at the same moment, as before.",
        line=answer.line or quotes.line,
    )
    return clock, quotes


def time_is_over(
    answer: Imported, clock: StoppedClock, quotes: Started, *, until: Callable[[], object] | None = None
) -> None:
    """Let more than half a second go by, in steps in which an answer may look at the clock."""
    for _ in range(12):
        clock.move(STEP)
        answer.settles(until or (lambda: quotes.over), patience=0.02)
    answer.settles_at_last(until or (lambda: quotes.over))


def questions(carriers: Outside) -> int:
    """Count the questions to carriers."""
    return sum(call.path.startswith("/carriers/") for call in carriers.calls)


def releases(carriers: Outside) -> int:
    """Count how often the place of order 8 was given back."""
    return sum(call.path.startswith("/warehouse/orders/8/release") for call in carriers.calls)


def expect_prices(answer: Imported, quotes: Started, right: dict[str, float], *, did: str) -> None:
    """See that these prices come back."""
    late = ", ".join(f"{seconds:g}" for seconds in sorted(set(answer.deadlines)) if seconds > DEADLINE + STEP)
    failure = Failure.of(quotes.error) if quotes.error else None
    expect(
        quotes.over and quotes.error is None and quotes.value == right,
        did=did,
        got=str(quotes) + (f"; your code set deadlines of {late} s" if late and not quotes.over else ""),
        expected=repr(right),
        meaning=meaning_of(answer, quotes, right),
        line=failure.line if failure else None if quotes.over else answer.line or quotes.line,
    )


def meaning_of(answer: Imported, quotes: Started, right: dict[str, float]) -> str:
    """Say in what the prices are not right."""
    if not quotes.over:
        return (
            "This line keeps the event loop's only thread, so no deadline is kept."
            if answer.line
            else "Your code waits longer than it should: for a carrier that is late, or for a time that need not go by."
        )
    if quotes.error is not None:
        return "Your function raises instead of returning the prices that it has."
    if isinstance(quotes.value, dict) and right.keys() - quotes.value.keys():
        return "Prices that have come are lost: what the deadline ends has them, and nobody else."
    return "The result must be a dictionary of the prices that have come, and of nothing else."


def expect_nothing_left(answer: Imported, carriers: Outside, *, did: str) -> None:
    """See that the carriers have no question any more, and the loop no task."""
    answer.settles(lambda: not carriers.in_flight and not answer.tasks)
    expect(
        not carriers.in_flight and not answer.tasks,
        did=did + "; looked what still goes on",
        got=f"{carriers.in_flight} questions, {answer.tasks} tasks on the event loop",
        expected="none",
        meaning="Only the waiting has ended; the questions go on: in tasks that nobody has cancelled, or in threads, "
        "which cannot be cancelled.",
    )


def expect_released_once(carriers: Outside, *, did: str) -> None:
    """See that the place was given back once."""
    expect(
        releases(carriers) == 1,
        did=did + "; looked how often the place was given back",
        got=f"{releases(carriers)} times",
        expected="once",
        meaning="The place stays taken for ever, though nobody needs it."
        if not releases(carriers)
        else "A place that is given back twice may be somebody else's by then.",
    )


def expect_waits_for_the_release(answer: Imported, carriers: Outside, quotes: Started, *, when: str) -> None:
    """See that the place is given back once, whole, before the call ends."""
    did = f"awaited `quotes({NAMES}, 8)`; {when}"
    waits = answer.stays(lambda: not quotes.over and not given_up(carriers), patience=0.3)
    answer.settles(lambda: releases(carriers))
    expect_released_once(carriers, did=did)
    if not waits:  # the warehouse may hear of it a moment after the caller
        answer.settles(lambda: given_up(carriers))
    expect(
        waits,
        did=did + "; the warehouse took a while to take the place back",
        got="the release was given up" if given_up(carriers) else f"{quotes} before the release was done",
        expected="that the release is waited for",
        meaning="The release is cancelled in the middle: the deadline, or a cancelled scope, reaches it as well."
        if given_up(carriers)
        else "Whoever awaits `quotes` takes the place for free, while the release is still under way.",
    )
    carriers.mend(latency=0)
    answer.settles_at_last(lambda: quotes.over)
    expect(
        quotes.over,
        did=did,
        got="no end",
        expected="an end",
        meaning="The call waits for something that does not come.",
        line=answer.line or quotes.line,
    )
    expect_released_once(carriers, did=did)


def given_up(carriers: Outside) -> bool:
    """Say whether a release was cancelled on its way."""
    return any(call.gone for call in carriers.calls if call.path.startswith("/warehouse/"))
