"""A hundred questions, ten at a time: a limit that is kept, and used to the full."""

import sys
import threading

from unblocked.grading import Code, Imported, Outside, advice, expect, hints
from unblocked.grading.checking import Unmet
from unblocked.grading.imported import Started

MOST = 10
PARCELS = list(range(1, 101))
FEW = PARCELS[:30]
"""Enough for what is awaited to its end."""

MOST_CONNECTIONS = 2 * MOST
"""A client that keeps its connections needs ten; one may close while the next is asked for."""

LONG = 1.0
"""Seconds: a carrier may think so long, so a shorter deadline is waited for, to see what comes of it."""

TO_ITS_END = 2.0
"""Seconds in which an answer takes its next step, on a busy machine too: as long again while its thread is at work."""

RESTING = 0.2
MOST_WAITS = 5
"""An event loop whose thread sleeps for so many seconds rests. One that never does is waited for so often."""


@hints(
    "Which price belongs to which parcel when the answers come in another order than the questions?",
    "The section about limits and deadlines says in which order `gather` and `as_completed` give their results.",
    "Keep the parcel with its price, or take the results from something that keeps the order of the questions.",
)
def check_a_price_stays_with_its_parcel(answer: Imported, carriers: Outside) -> None:
    """Each parcel's price comes back, whichever is answered first, and each is asked for once."""
    quotes = asked(answer, carriers, FEW)
    answer.outlasts(lambda: any(call.gone for call in carriers.calls), deadlines=LONG)
    carriers.slow("/carriers/*", latency=0)  # from now on; those that are held stay so
    carriers.release(1)
    while (now := carriers.total) < len(FEW) and answer.settles(lambda now=now: carriers.total > now or quotes.over):
        if quotes.over:
            break
    carriers.release()
    comes_to_its_end(answer, carriers, quotes)
    prices = quotes.finish()
    right = {parcel: carriers.price("swift", parcel) for parcel in FEW}
    gone = len([call for call in carriers.calls if call.gone])
    expect(
        prices == right,
        did="awaited `quotes([1, …, 30])`; the carrier answered the questions 2 to 10 last",
        got=f"{difference(prices, right)}; your code gave up {gone} questions" if gone else difference(prices, right),
        expected="30 prices, each under its parcel",
        meaning="A question that is given up brings no price: give the carrier the time that it takes."
        if gone
        else "The prices are taken in the order in which they come, and put under the parcels in another order."
        if is_shuffled(prices, right)
        else "The result must be a dictionary: for every parcel, its number and the price that the carrier named.",
    )
    expect(
        carriers.total == len(FEW),
        did="counted the questions",
        got=f"{carriers.total}, of which your code gave up {gone}" if gone else f"{carriers.total}",
        expected=f"{len(FEW)}, one for each parcel",
        meaning="The carrier must be asked, at `CARRIERS_URL`, for every price."
        if carriers.total < len(FEW)
        else "A carrier that is asked twice is paid twice: give it the time that it takes."
        if gone
        else "A carrier that is asked twice is paid twice.",
    )


@hints(
    "Who counts the questions that are on their way, and do all questions ask the same one?",
    "The section about limits and deadlines has the class that lets a given number in.",
    "One object with ten places, made before the first question; each question takes a place while it is on its way.",
)
def check_an_eleventh_question_waits(answer: Imported, carriers: Outside) -> None:
    """An eleventh question waits until one of ten is answered."""
    asked(answer, carriers)
    begun = carriers.total
    carriers.release(1)
    answer.settles(lambda: carriers.total > begun or carriers.peak > MOST)
    kept = answer.stays(lambda: carriers.peak <= MOST)
    expect(
        kept,
        did="awaited `quotes([1, …, 100])`; the carrier kept every question, and then answered one",
        got=f"{carriers.peak} questions were on their way at the same time",
        expected=f"{MOST}",
        meaning="The limit is not kept: all questions must share it, and each must hold a place of its own for as long "
        "as it is on its way.",
    )


@hints(
    "What lets a second question begin while the first is on its way?",
    "The section “Three carriers one after another, then together” starts all questions before it waits for any.",
    "Start every question as if there were no limit, or ten workers; the limit only makes them wait.",
)
def check_ten_questions_are_on_their_way(answer: Imported, carriers: Outside) -> None:
    """Ten questions are on their way at the same time."""
    quotes = asked(answer, carriers)
    expect(
        carriers.in_flight >= MOST,
        did="awaited `quotes([1, …, 100])`; the carrier kept every question",
        got=f"{carriers.in_flight} on their way",
        expected=f"{MOST}",
        meaning=why_so_few(answer, carriers),
        line=answer.line or quotes.line,
    )
    expect(
        answer.beats(),
        did="looked whether other coroutines go on while ten questions are on their way",
        got="they do not",
        expected="that they do",
        meaning="This line keeps the event loop's only thread until the carrier answers, so nothing else can go on.",
        line=answer.line,
    )


@hints(
    "One of the ten is answered. What does your code wait for before it asks the next?",
    "The section about limits and deadlines compares batches with a limit.",
    "No groups: every question waits for a place of its own, and whoever is answered gives its place to the next.",
)
def check_the_next_question_follows_at_once(answer: Imported, carriers: Outside) -> None:
    """As soon as one question is answered, the next one is asked, whichever it is."""
    quotes = asked(answer, carriers, FEW)
    begun = carriers.total
    carriers.release(1)
    expect(
        answer.settles(lambda: carriers.total > begun),
        did="awaited `quotes([1, …, 30])`; the carrier answered one of the first ten, and kept the others",
        got=f"{carriers.in_flight} on their way",
        expected=f"{MOST}: the next question takes the place of the one that is answered",
        meaning="Your code waits for the whole batch, so the slowest carrier of each ten holds up all the others.",
        line=answer.line or quotes.line,
    )
    carriers.slow("/carriers/*", latency=0)  # from now on; those that are held stay so
    carriers.release(1)
    while (now := carriers.total) < len(FEW) and answer.settles(lambda now=now: carriers.total > now):
        pass
    expect(
        carriers.total == len(FEW),
        did="awaited `quotes([1, …, 30])`; the carrier kept nine questions, and answered all others at once",
        got=f"{carriers.total} questions asked, and no more",
        expected=f"{len(FEW)}: there is always a place for the next",
        meaning="Places are free, but some questions wait for one particular answer: they are dealt out beforehand, or "
        "asked in strict order. Whoever is free must take the next, whichever it is.",
    )


@hints(
    "How many clients does your code make for a hundred questions, and what does each of them open?",
    "The section about limits and deadlines makes one client, around all questions.",
    "`async with` the client once, outside; give it to whoever asks.",
)
def check_the_questions_share_their_connections(answer: Imported, carriers: Outside) -> None:
    """Thirty questions share ten connections."""
    carriers.mend(latency=0)
    port, opened = int(carriers.url.rpartition(":")[2]), []
    sys.addaudithook(lambda event, given: opened.append(event) if _is_opened(event, given, port) else None)
    quotes = answer.start("quotes", FEW)
    comes_to_its_end(answer, carriers, quotes)
    quotes.finish()
    expect(
        opened,
        did="awaited `quotes([1, …, 30])`",
        got="no connection to the carrier",
        expected="questions to the carrier at `CARRIERS_URL`",
        meaning="The carrier must be asked for every price.",
    )
    expect(
        len(opened) <= MOST_CONNECTIONS,
        did="counted the connections that were opened for `quotes([1, …, 30])`",
        got=f"{len(opened)}",
        expected=f"{MOST}, used again and again",
        meaning="Each client opens connections of its own and closes them when it ends: make one for all questions.",
    )


@advice
def the_pool_has_a_patience_of_its_own(code: Code) -> bool:
    """Good to know: with the client's own limit, who waits for a connection waits under its `pool` timeout as well."""
    return code.uses("httpx.Limits", "httpx2.Limits")


@advice
def ten_workers_are_ten_tasks(code: Code) -> bool:
    """Well done: however many parcels there are, ten tasks are enough."""
    return code.uses("asyncio.Queue", "anyio.create_memory_object_stream")


def asked(answer: Imported, carriers: Outside, parcels: list[int] = PARCELS) -> Started:
    """Ask for parcels, and wait until ten questions are held, or until no more come."""
    carriers.hold("/carriers/*")
    quotes = answer.start("quotes", parcels)
    waited = 0
    while (now := carriers.in_flight) < MOST and not quotes.over:
        gives_the_loop_back(answer)
        if not answer.settles(lambda now=now: carriers.in_flight > now or quotes.over):
            waited += 1
            if rests(answer) or waited == MOST_WAITS:
                break
    gives_the_loop_back(answer)
    return quotes


def rests(answer: Imported) -> bool:
    """Say whether the event loop's thread has nothing to do, as opposed to something that takes its time."""
    return not answer.settles(lambda: answer.is_asleep() is False, beats=0, patience=RESTING)


def gives_the_loop_back(answer: Imported) -> None:
    """Expect that no line loops on the event loop's thread; a call that blocks it is left to the check."""
    if not answer.beats() and not answer.blocked and answer.line:
        raise Unmet(
            did="awaited `quotes`, and looked whether other coroutines go on",
            got="the event loop stands on this line",
            expected="that it goes on while your code waits",
            meaning="This line keeps the event loop's only thread. What it waits for can only come from the event "
            "loop, which never gets its thread back: wait with `await`.",
            line=answer.line,
            hung=True,
        )


def comes_to_its_end(answer: Imported, carriers: Outside, quotes: Started) -> None:
    """Wait until the answer has its prices; when it takes no more steps, say at what it stands."""
    waited = 0
    while not quotes.over:
        gives_the_loop_back(answer)
        now = carriers.total
        if not answer.settles(lambda now=now: carriers.total > now or quotes.over, patience=TO_ITS_END):
            waited += 1
            if rests(answer) or waited == MOST_WAITS:
                break
    if not quotes.over and not carriers.in_flight and rests(answer) and not answer.line:
        raise Unmet(
            did="awaited `quotes([1, …, 30])`; the carrier answered every question",
            got=f"{carriers.total} of 30 questions were asked and answered, and `quotes` does not end",
            expected="an end, with 30 prices",
            meaning="All prices are there, but this line waits for something else: for workers that never end, or for "
            "a queue of which nobody says `task_done`."
            if carriers.total >= len(FEW)
            else "This line waits for something that does not come: for a place that nobody gives back, or that its "
            "own holder wants a second time, or for room in a queue from which nobody takes.",
            line=quotes.innermost,
            hung=True,
        )


def why_so_few(answer: Imported, carriers: Outside) -> str:
    """Say why fewer than ten questions are on their way."""
    if answer.blocked:
        return "This line keeps the event loop's only thread until the carrier answers, so nothing else can begin."
    threads = len([thread for thread in threading.enumerate() if thread.name.startswith("asyncio_")])
    if threads and threads <= carriers.in_flight:
        return (
            f"The threads are used up: `asyncio.to_thread` and `run_in_executor(None, …)` have {threads} on this "
            "machine, some more than it has processors. Give `run_in_executor` a pool of ten, or await an async client."
        )
    if carriers.in_flight > 1:
        return "The limit is too small, or not used to the full: fewer questions are begun than the carrier allows."
    return "The limit is not used: fewer questions are begun than it allows. A limit starts nothing by itself."


def is_shuffled(prices: object, right: dict[int, float]) -> bool:
    """Say whether these are the right prices, under each other's parcels."""
    if not isinstance(prices, dict) or prices.keys() != right.keys() or prices == right:
        return False
    return all(isinstance(p, int | float) for p in prices.values()) and sorted(prices.values()) == sorted(
        right.values()
    )


def difference(prices: object, right: dict[int, float]) -> str:
    """Say in what way the prices are not right."""
    if not isinstance(prices, dict):
        return f"a `{type(prices).__name__}`, not a dictionary"
    for parcel, price in prices.items():
        if parcel not in right:
            return f"{len(prices)} prices, one of them under {parcel!r}, which is not one of the parcels"
        if not isinstance(price, int | float):
            return f"a `{type(price).__name__}` in place of the price of parcel {parcel}"
    wrong = [parcel for parcel in right if parcel in prices and prices[parcel] != right[parcel]]
    if wrong:
        first = wrong[0]
        return f"{len(wrong)} wrong prices, such as {prices[first]!r} for parcel {first}, which is {right[first]}"
    return f"{len(prices)} prices"


def _is_opened(event: str, given: tuple[object, ...], port: int) -> bool:
    return event == "socket.connect" and isinstance(given[1], tuple) and given[1][1] == port
