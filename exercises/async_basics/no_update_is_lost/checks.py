"""However many customers take boxes at once, the stock stays right, and nobody waits for customers of other sizes."""

import asyncio

from unblocked.grading import Code, Imported, Outside, advice, expect, hints
from unblocked.grading.imported import Started
from unblocked.server.failure import Failure

FULL = {"small": 10, "medium": 10, "large": 10}


def check_boxes_are_taken_one_call_after_the_other(answer: Imported, carriers: Outside) -> None:
    """Calls that come one after the other take what there is, and no more."""
    for count, packed, left in ((3, True, 7), (8, False, 7), (7, True, 0), (1, False, 0)):
        did = f'awaited `take("small", {count})` with {left + count if packed else left} small boxes in stock'
        call = answer.start("take", "small", count)
        expect_value(answer, call, value=packed, did=did)
        expect_stock(answer, {**FULL, "small": left}, did=did)
    expect(
        packed_boxes(carriers) == [3, 7],
        did="looked what the warehouse has packed for `take` of 3, 8, 7 and 1 of 10 small boxes",
        got=repr(packed_boxes(carriers)),
        expected="[3, 7]",
        meaning="The warehouse must pack the boxes once for each call that gives True, and for no other.",
    )


@hints(
    "Two calls stand at `await pack(…)`. Which number has each of them read, and what will each of them write?",
    "The section “One thread and still a race” follows two coroutines through a read, an `await` and a write.",
    "Nobody else may come between looking and writing: either one call at a time goes from the one to the other, or "
    "there is no `await` between the two.",
)
def check_calls_at_once_lose_no_update(answer: Imported, carriers: Outside) -> None:
    """Four calls at the same moment take as many boxes as if they came one after the other."""
    did = 'awaited `take("small", …)` for 1, 2, 3 and 4 of 10 small boxes, all at the same moment'
    calls = taking(answer, carriers, "small", [1, 2, 3, 4])
    for call in calls:
        expect_value(answer, call, value=True, did=did)
    expect_stock(answer, {**FULL, "small": 0}, did=did)


@hints(
    "Between which two lines of your code must no other call of the same size look at the stock?",
    "The section “One thread and still a race” follows two coroutines through a check, an `await` and an act.",
    "What counts as taken must be taken before the warehouse packs, or nobody else may look until it has packed.",
)
def check_no_more_is_packed_than_there_is(answer: Imported, carriers: Outside) -> None:
    """Three calls at the same moment for 4 of 10 boxes: two get them, and the warehouse packs 8."""
    did = 'awaited `take("small", 4)` three times at the same moment, with 10 small boxes in stock'
    calls = taking(answer, carriers, "small", [4, 4, 4])
    answer.settles_at_last(lambda: over(calls) == len(calls))
    for call in calls:
        expect_end(answer, call, did=did)
    values = sorted(bool(call.value) for call in calls)
    packed, left = sum(packed_boxes(carriers)), answer["stock"].get("small")
    expect(
        (values, packed, left) == ([False, True, True], 8, 2),
        did=did,
        got=f"{', '.join(str(call.value) for call in calls)}; {packed} boxes packed, {left} left in stock",
        expected="True, True, False in any order; 8 boxes packed, 2 left",
        meaning="Boxes are sold that are not there: all calls have looked before the first has taken."
        if packed > 8
        else "What is packed, what the callers are told and what is left in stock do not fit together.",
    )


@hints(
    "Who waits for whom in your code: calls of the same size, or all calls?",
    "The section “One thread and still a race” says what must not happen at the same time, and what may.",
    "One lock for each size, made once and found again by the size; or no wait between looking and writing.",
)
def check_other_sizes_do_not_wait(answer: Imported, carriers: Outside) -> None:
    """Large boxes are taken while small ones are being packed."""
    carriers.hold("/warehouse/small/*")
    small = [answer.start("take", "small", 1) for _ in range(2)]
    answer.settles_at_last(lambda: carriers.in_flight)
    answer.settles(lambda: carriers.in_flight == len(small), patience=0.2)
    large = answer.start("take", "large", 4)
    answer.settles_at_last(lambda: large.over)
    expect(
        large.over,
        did='awaited `take("large", 4)` while the warehouse was packing two orders of small boxes',
        got="no end",
        expected="True",
        meaning="This line keeps the event loop's only thread, so nobody else is served."
        if answer.line
        else "Your code lets in one call at a time, of whatever size. Only calls that change the same number must wait "
        "for each other.",
        line=answer.line or large.line,
    )
    expect_value(answer, large, value=True, did='awaited `take("large", 4)` while small boxes were being packed')
    carriers.release()
    for call in small:
        expect_value(answer, call, value=True, did='awaited `take("small", 1)` twice, and once `take("large", 4)`')
    expect_stock(answer, {**FULL, "small": 8, "large": 6}, did="let all calls of `take` end: 1 and 1 small, 4 large")


@hints(
    "The warehouse fails in the middle of your function. Which of its lines are still run?",
    "The section “One thread and still a race” shows a block that is left in order, whatever happens inside.",
    "What is held is given back in every case: `async with` for a lock, `except` and `raise` for boxes.",
)
def check_a_failed_call_takes_nothing(answer: Imported, carriers: Outside) -> None:
    """When the warehouse fails, the boxes stay, the caller hears of it, and the next call takes them."""
    carriers.fail("/warehouse/small/*", status=503)
    call = answer.start("take", "small", 10)
    answer.settles_at_last(lambda: call.over)
    did = 'awaited `take("small", 10)`; the warehouse answered 503'
    expect(
        call.over and isinstance(call.error, Exception),
        did=did,
        got=str(call),
        expected="the exception",
        meaning="The caller must hear that the warehouse has failed.",
        line=None if call.over else answer.line or call.line,
    )
    expect_stock(answer, FULL, did=did)
    carriers.mend(latency=0)
    expect_next_takes_all(answer, did='awaited `take("small", 10)` again; the warehouse worked again')


@hints(
    "What is raised at `await pack(…)` when the caller is cancelled, and which `except` lets it pass?",
    "The section “One thread and still a race” shows a block that is left in order, whatever happens inside.",
    "`finally`, `async with`, or an `except BaseException` that raises again: a cancellation is no `Exception`.",
)
def check_a_cancelled_call_takes_nothing(answer: Imported, carriers: Outside) -> None:
    """When the caller is cancelled while boxes are being packed, the boxes stay, and the next call takes them."""
    carriers.hold("/warehouse/*")
    call = answer.start("take", "small", 10)
    answer.settles_at_last(lambda: carriers.in_flight or call.over)
    did = 'cancelled `take("small", 10)` while the warehouse was packing'
    call.cancel()
    answer.settles_at_last(lambda: call.over)
    expect(
        call.over and isinstance(call.error, asyncio.CancelledError),
        did=did,
        got=str(call),
        expected="`CancelledError`",
        meaning="The cancellation is swallowed: whoever wants to stop this call cannot.",
        line=None if call.over else answer.line or call.line,
    )
    expect_stock(answer, FULL, did=did)
    carriers.mend(latency=0)
    expect_next_takes_all(answer, did='cancelled `take("small", 10)`, then awaited it again')


@advice
def boxes_can_be_set_aside_first(code: Code) -> bool:
    """Good to know: boxes that leave `stock` before the `await`, and return if it fails, need no lock at all."""
    return code.uses("asyncio.Lock", "anyio.Lock", "asyncio.Semaphore", "asyncio.Condition")


@advice
def nobody_waits_at_all(code: Code) -> bool:
    """Well done: without a lock, customers of the same size do not wait for each other either."""
    waits = ("asyncio.Lock", "anyio.Lock", "asyncio.Semaphore", "asyncio.Condition", "asyncio.Queue", "asyncio.Event")
    return not code.uses(*waits)


def taking(answer: Imported, carriers: Outside, size: str, counts: list[int]) -> list[Started]:
    """Take boxes in several calls at once: the warehouse keeps them all until no more come, then packs one by one."""
    carriers.hold("/warehouse/*")
    calls = [answer.start("take", size, count) for count in counts]
    if not answer.settles_at_last(lambda: carriers.in_flight or over(calls) == len(calls)):
        return calls
    while (now := carriers.in_flight) < len(calls) and answer.settles(
        lambda now=now: carriers.in_flight > now, patience=0.5
    ):
        pass
    while (done := over(calls)) < len(calls):
        carriers.release(1)
        if not answer.settles_at_last(
            lambda done=done: over(calls) == len(calls) or (over(calls) > done and carriers.in_flight)
        ):
            break
    carriers.release()
    return calls


def over(calls: list[Started]) -> int:
    """Count those that have ended."""
    return sum(call.over for call in calls)


def packed_boxes(carriers: Outside) -> list[int]:
    """Give the numbers of boxes that the warehouse was asked to pack."""
    return [int(call.path.rpartition("count=")[2]) for call in carriers.calls if "/pack" in call.path]


def expect_end(answer: Imported, call: Started, *, did: str) -> None:
    """See that a call returns."""
    answer.settles_at_last(lambda: call.over)
    failure = Failure.of(call.error) if call.error else None
    expect(
        call.over and failure is None,
        did=did,
        got=str(call),
        expected="True or False",
        meaning="Your function raised instead of returning."
        if call.over
        else "This line keeps the event loop's only thread, so no other call can go on."
        if answer.line
        else "A call waits for what does not come, such as a lock that nobody gives back, or that it holds itself.",
        line=failure.line if failure else answer.line or call.line,
    )


def expect_value(answer: Imported, call: Started, *, value: bool, did: str) -> None:
    """See that a call returns this."""
    expect_end(answer, call, did=did)
    expect(
        call.value is value,
        did=did,
        got=str(call),
        expected=str(value),
        meaning="There are enough boxes for all of these calls."
        if value
        else "There are not enough boxes for this call.",
    )


def expect_stock(answer: Imported, right: dict[str, int], *, did: str) -> None:
    """See that so many boxes are left."""
    answer.settles(lambda: answer["stock"] == right, patience=0.2)
    left = answer["stock"]
    lost = any(left.get(size, 0) > right[size] for size in right) if isinstance(left, dict) else False
    expect(
        left == right,
        did=did + ", then looked at `stock`",
        got=repr(left)[:200],
        expected=repr(right),
        meaning="More boxes are in stock than are there: an update was lost. A call has written what it had read "
        "before others wrote."
        if lost
        else "Boxes are missing that nobody has got.",
    )


def expect_next_takes_all(answer: Imported, *, did: str) -> None:
    """See that the next call is served, and takes the boxes that are still there."""
    call = answer.start("take", "small", 10)
    expect_value(answer, call, value=True, did=did)
    expect_stock(answer, {**FULL, "small": 0}, did=did)
