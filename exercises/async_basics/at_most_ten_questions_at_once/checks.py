"""A hundred questions, ten at a time: a limit that is kept, and used to the full."""

import sys

from unblocked.grading import Imported, Outside, expect, hints
from unblocked.grading.imported import Started

MOST = 10
PARCELS = list(range(1, 101))
FEW = PARCELS[:30]
"""Enough for what is awaited to its end."""

MOST_CONNECTIONS = 2 * MOST
"""A client that keeps its connections needs ten; one may close while the next is asked for."""

SLOWEST = 20.0
"""Seconds that thirty questions may take on a busy machine, a client made for each of them."""


@hints(
    "Which price belongs to which parcel when the answers come in another order than the questions?",
    "The section about limits and deadlines says in which order `gather` and `as_completed` give their results.",
    "Keep the parcel with its price, or take the results from something that keeps the order of the questions.",
)
def check_a_price_stays_with_its_parcel(answer: Imported, carriers: Outside) -> None:
    """Each parcel's price comes back, whichever is answered first, and each is asked for once."""
    quotes = asked(answer, carriers, FEW)
    carriers.slow("/carriers/*", latency=0)  # from now on; those that are held stay so
    carriers.release(1)
    answer.settles(lambda: carriers.total == len(FEW))
    carriers.release()
    answer.settles(lambda: quotes.over, patience=SLOWEST)
    prices = quotes.finish()
    right = {parcel: carriers.price("swift", parcel) for parcel in FEW}
    expect(
        prices == right,
        did="awaited `quotes([1, …, 30])`; the carrier answered the questions 2 to 10 last",
        got=difference(prices, right),
        expected="30 prices, each under its parcel",
        meaning="The result must be a dictionary of all prices. If prices stand under wrong parcels: they are taken in "
        "the order in which they come, and put under the parcels in another order.",
    )
    expect(
        carriers.total == len(FEW),
        did="counted the questions",
        got=f"{carriers.total}",
        expected=f"{len(FEW)}, one for each parcel",
        meaning="A carrier that is asked twice is paid twice.",
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
        meaning="This line keeps the event loop's only thread until the carrier answers, so nothing else can begin."
        if answer.blocked
        else "The limit is not used: fewer questions are begun than it allows. A limit starts nothing by itself.",
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
    answer.settles(lambda: quotes.over, patience=SLOWEST)
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


def asked(answer: Imported, carriers: Outside, parcels: list[int] = PARCELS) -> Started:
    """Ask for parcels, and wait until ten questions are held, or until no more come."""
    carriers.hold("/carriers/*")
    quotes = answer.start("quotes", parcels)
    while (now := carriers.in_flight) < MOST and not quotes.over:
        if not answer.settles(lambda now=now: carriers.in_flight > now or quotes.over):
            break
    return quotes


def difference(prices: object, right: dict[int, float]) -> str:
    """Say in what way the prices are not right."""
    if not isinstance(prices, dict):
        return repr(prices)[:200]
    wrong = [parcel for parcel in right if parcel in prices and prices[parcel] != right[parcel]]
    if wrong:
        first = wrong[0]
        return f"{len(wrong)} wrong prices, such as {prices[first]!r} for parcel {first}, which is {right[first]}"
    return f"{len(prices)} prices"


def _is_opened(event: str, given: tuple[object, ...], port: int) -> bool:
    return event == "socket.connect" and isinstance(given[1], tuple) and given[1][1] == port
