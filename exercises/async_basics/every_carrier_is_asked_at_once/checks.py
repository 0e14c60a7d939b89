"""Several carriers are asked in the time of one, and no price ends up under another carrier's name."""

from unblocked.grading import Code, Imported, Outside, advice, expect, hints

NAMES = ["swift", "turtle", "owl", "heron"]
ANOTHER = "wren"
LONG = 1.5
"""Seconds: carriers may think so long, so a shorter deadline is waited for, to see what comes of it."""

THREADS_ON_THEIR_WAY = 1.0
"""Seconds for threads that a blocked event loop has started to ask their carriers, on a busy machine too."""

TO_ITS_END = 2.0
"""Seconds in which what can go on goes on, on a busy machine too."""


def check_each_carrier_s_price_is_returned(answer: Imported, carriers: Outside) -> None:
    """Every carrier's price comes back, and each is asked once."""
    carriers.mend(latency=0)
    prices = answer.run("quotes", NAMES, 7)
    right = {name: carriers.price(name, 7) for name in NAMES}
    expect(
        prices == right or is_shuffled(prices, right),  # to that, another check has something to say
        did=f"awaited `quotes({NAMES}, 7)`",
        got=told(prices),
        expected=repr(right),
        meaning="The result must be a dictionary of prices, as before: awaited, complete, and under the right names.",
    )
    asked = sorted(call.path.split("/")[2] for call in carriers.calls if call.path.startswith("/carriers/"))
    expect(
        asked == sorted(NAMES),
        did="counted the questions",
        got=f"{len(asked)}",
        expected=f"{len(NAMES)}, one for each carrier",
        meaning="A carrier that is asked twice is paid twice."
        if len(asked) > len(NAMES)
        else "Every carrier must be asked, at `CARRIERS_URL`, for each of its prices.",
    )


@hints(
    "What does your function do between asking the first carrier and having its answer?",
    "The section “Three carriers one after another, then together” starts all questions before it waits for any.",
    "One call takes several coroutines, runs them all, and gives their results in the order in which you gave them.",
)
def check_all_carriers_are_asked_at_once(answer: Imported, carriers: Outside) -> None:
    """While no carrier has answered yet, all of them have been asked, and nobody is given up."""
    carriers.hold()
    quotes = answer.start("quotes", NAMES, 7)
    asked = answer.settles(lambda: carriers.in_flight == len(NAMES) or quotes.over)
    if answer.blocked:  # threads of the answer may still be on their way
        asked = carriers.wait_for(len(NAMES), timeout=THREADS_ON_THEIR_WAY)
    expect(
        asked and carriers.in_flight == len(NAMES),
        did=f"awaited `quotes({NAMES}, 7)`; the carriers kept every question",
        got=f"{carriers.in_flight} of {len(NAMES)} carriers had been asked",
        expected=f"{len(NAMES)}",
        meaning="This line keeps the event loop's only thread until the carrier answers: the others are asked only "
        "then, so their times add up."
        if answer.blocked
        else "The others are asked only when one has answered, so their times add up.",
        line=answer.line or quotes.line,
    )
    expect(
        not answer.outlasts(lambda: quotes.over, deadlines=LONG),
        did=f"awaited `quotes({NAMES}, 7)`; the carriers kept every question",
        got="it ended all the same: it asked to be woken before they answer",
        expected="that it waits until every carrier has answered",
        meaning="However long a carrier thinks, its price belongs in the result. Wait for the answers, not for a time.",
    )
    carriers.release()
    quotes.finish()


def check_a_price_stays_with_its_carrier(answer: Imported, carriers: Outside) -> None:
    """A price is its carrier's, whoever answers first."""
    carriers.hold()
    quotes = answer.start("quotes", NAMES, 7)
    answer.settles(lambda: carriers.in_flight == len(NAMES))
    for left, name in reversed(list(enumerate(NAMES))):
        carriers.release(path=f"/carriers/{name}/*")
        answer.settles(lambda left=left: carriers.in_flight <= left)
    carriers.release()
    prices = quotes.finish()
    right = {name: carriers.price(name, 7) for name in NAMES}
    expect(
        prices == right,
        did="let the carriers answer in reverse order",
        got=told(prices),
        expected=repr(right),
        meaning="Answers are taken in the order in which they come, and put under the names in another order."
        if is_shuffled(prices, right)
        else "Prices are missing or wrong when the carriers answer one after the other.",
    )


@hints(
    "Your function waits for its carriers. Who else could use the event loop's thread in the meantime, and can they?",
    "The section “Three carriers one after another, then together” waits with `await`, and with nothing else.",
    "Threads are allowed, but their results are awaited; and no event loop is run inside the event loop.",
)
def check_other_customers_go_on(answer: Imported, carriers: Outside) -> None:
    """While one customer waits, another one is served."""
    carriers.hold()
    first = answer.start("quotes", NAMES, 7)
    answer.settles(lambda: carriers.in_flight == len(NAMES))
    second = answer.start("quotes", [ANOTHER], 8)
    expect(
        answer.settles(lambda: any(f"/{ANOTHER}/" in call.path for call in carriers.calls)),
        did=f"awaited `quotes([{ANOTHER!r}], 8)` for a second customer; the first one's carriers kept its questions",
        got="no question for the second customer",
        expected="1",
        meaning="This line keeps the event loop's only thread until the carriers answer, so nobody else is served."
        if answer.line
        else "The second customer waits for the first one's carriers.",
        line=answer.line or second.line,
    )
    for name in NAMES:
        carriers.release(path=f"/carriers/{name}/*")
    expect(
        answer.settles(lambda: first.over, patience=TO_ITS_END),
        did="let the first customer's carriers answer, and kept the second one's",
        got="the first customer still waits",
        expected="the first customer's prices",
        meaning="The first customer waits for the second one's carrier: an event loop that is run inside the event "
        "loop (`nest_asyncio`) goes on only when everything that began later has ended.",
        line=answer.line or first.line,
    )
    carriers.release()
    second.finish()


@advice
def one_failure_ends_the_others(code: Code) -> bool:
    """Well done: when one question fails, the task group cancels the others and waits for their end."""
    return code.uses("asyncio.TaskGroup", "anyio.create_task_group")


@advice
def a_thread_for_each_is_not_needed(code: Code) -> bool:
    """Good to know: here every question that waits has a thread. One event loop waits for all of them without any."""
    return code.uses("concurrent.futures.ThreadPoolExecutor")


def is_shuffled(prices: object, right: dict[str, float]) -> bool:
    """Say whether these are the right prices, under each other's names."""
    if not isinstance(prices, dict) or prices.keys() != right.keys() or prices == right:
        return False
    return all(isinstance(p, int | float) for p in prices.values()) and sorted(prices.values()) == sorted(
        right.values()
    )


def told(prices: object) -> str:
    """Say what came back, and what stands where a price should, without its address in memory."""
    if isinstance(prices, dict):
        for name, price in prices.items():
            if isinstance(price, BaseException):
                return f"an exception in place of the price of {name!r}: {price!r}"
            if not isinstance(price, int | float):
                return f"a `{type(price).__name__}` in place of the price of {name!r}"
    return repr(prices)[:200]
