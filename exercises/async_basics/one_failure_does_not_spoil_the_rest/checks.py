"""One carrier's failure is reported and costs no other price, while bugs and cancellations still reach the caller."""

import ast
import asyncio
from typing import NoReturn

from unblocked.grading import Code, Imported, Outside, advice, expect, hints
from unblocked.grading.imported import Started
from unblocked.server.failure import Failure

NAMES = ["swift", "turtle", "owl", "heron"]
LONG = 2.0
"""Seconds: an answer that gives up a carrier sooner than that is waited for."""


class Unwritable:
    """A parcel that cannot be written into a question: whoever tries has called `quotes` wrongly, which is a bug."""

    def __str__(self) -> NoReturn:
        raise TypeError("this parcel has no number")

    __repr__ = __int__ = __index__ = __float__ = __str__

    def __format__(self, _: str) -> NoReturn:
        raise TypeError("this parcel has no number")


def check_prices_come_back_when_nobody_fails(answer: Imported, carriers: Outside) -> None:
    """When no carrier fails, every price comes back, and each carrier is asked once."""
    carriers.mend(latency=0)
    result = outcome(answer, answer.start("quotes", NAMES, 8), did=f"awaited `quotes({NAMES}, 8)`")
    expect(
        is_right(result, carriers, parcel=8, failed=[]),
        did=f"awaited `quotes({NAMES}, 8)`; every carrier answered with a price",
        got=repr(result)[:300],
        expected=repr(right(carriers, parcel=8, failed=[])),
        meaning="The result must be a dictionary with `prices`, each under its carrier's name, and an empty `failed`.",
    )
    expect(
        carriers.total == len(NAMES),
        did="counted the questions",
        got=f"{carriers.total}",
        expected=f"{len(NAMES)}, one for each carrier",
        meaning="A carrier that is asked twice is paid twice.",
    )


@hints(
    "What does your function do between asking the first carrier and having its answer?",
    "The section “Three carriers one after another, then together” starts all questions before it waits for any.",
    "Handle a failure inside of what runs for each carrier, and start all of these at once, as before.",
)
def check_all_carriers_are_asked_at_once(answer: Imported, carriers: Outside) -> None:
    """While no carrier has answered yet, all of them have been asked."""
    quotes = asked(answer, carriers)
    carriers.release()
    outcome(answer, quotes, did=f"awaited `quotes({NAMES}, 8)`; every carrier answered after a while")


@hints(
    "Where does the exception of one carrier go when nobody catches it on its way?",
    "The section about what happens when one of several fails shows who hears of the exception, and when.",
    "Each carrier's question either gives a price or is noted as failed; the results are sorted when all are there.",
)
def check_a_carrier_that_answers_with_an_error_is_reported(answer: Imported, carriers: Outside) -> None:
    """A carrier that answers 503 or 404 is reported as failed, and the other prices come back."""
    did = f"awaited `quotes({NAMES}, 8)`; turtle answered 503, heron 404"
    carriers.mend(latency=0)
    carriers.fail("/carriers/turtle/*", status=503)
    carriers.fail("/carriers/heron/*", status=404)
    result = outcome(answer, answer.start("quotes", NAMES, 8), did=did)
    expect(
        is_right(result, carriers, parcel=8, failed=["turtle", "heron"]),
        did=did,
        got=repr(result)[:300],
        expected=repr(right(carriers, parcel=8, failed=["turtle", "heron"])),
        meaning=meaning_of(result, failed=["turtle", "heron"]),
    )


@hints(
    "Which exceptions can your client raise when the other side goes away?",
    "The section about what happens when one of several fails names the exceptions of the client.",
    "A client's exceptions have one parent class: catch that one, not only the one for a status.",
)
def check_a_broken_connection_is_reported(answer: Imported, carriers: Outside) -> None:
    """A carrier whose connection breaks is reported as failed, and the other prices come back."""
    did = f"awaited `quotes({NAMES}, 8)`; the others answered, then turtle broke the connection"
    quotes = asked(answer, carriers)
    for name in ("swift", "owl", "heron"):
        carriers.release(path=f"/carriers/{name}/*")
    answer.settles_at_last(lambda: carriers.in_flight <= 1)
    carriers.break_off("/carriers/turtle/*")
    result = outcome(answer, quotes, did=did)
    expect(
        is_right(result, carriers, parcel=8, failed=["turtle"]),
        did=did,
        got=repr(result)[:300],
        expected=repr(right(carriers, parcel=8, failed=["turtle"])),
        meaning=meaning_of(result, failed=["turtle"]),
    )


@hints(
    "One carrier has failed, three are still thinking. What does your code do to the three?",
    "The section about what happens when one of several fails compares `gather` with a task group.",
    "Catch a carrier's failure before it reaches whatever waits for all of them.",
)
def check_the_others_are_still_asked_when_one_fails_first(answer: Imported, carriers: Outside) -> None:
    """When the first answer is a failure, the carriers that still think are waited for."""
    did = f"awaited `quotes({NAMES}, 8)`; turtle broke the connection at once, the others answered later"
    quotes = asked(answer, carriers)
    carriers.break_off("/carriers/turtle/*")
    answer.settles(lambda: quotes.over or carriers.in_flight < len(NAMES) - 1)
    if quotes.over:
        answer.settles(lambda: carriers.in_flight < len(NAMES) - 1)
    answer.outlasts(lambda: carriers.in_flight < len(NAMES) - 1, deadlines=LONG)
    expect(
        carriers.in_flight == len(NAMES) - 1,
        did=did,
        got=f"{carriers.in_flight} of the {len(NAMES) - 1} other questions went on; {quotes}",
        expected=f"{len(NAMES) - 1}",
        meaning="A carrier that takes its time has not failed: it is waited for until it answers, or the connection "
        "to it breaks."
        if any(seconds <= LONG for seconds in answer.deadlines)
        else "Your code gives up the other carriers because one has failed.",
    )
    carriers.release()
    result = outcome(answer, quotes, did=did)
    expect(
        is_right(result, carriers, parcel=8, failed=["turtle"]),
        did=did,
        got=repr(result)[:300],
        expected=repr(right(carriers, parcel=8, failed=["turtle"])),
        meaning=meaning_of(result, failed=["turtle"]),
    )


@hints(
    "Which exceptions does your `except` catch, and which of them can a carrier cause?",
    "The section about what happens when one of several fails names the exceptions of the client.",
    "Name the client's own class of exceptions after `except`; let all others pass.",
)
def check_a_bug_reaches_the_caller(answer: Imported, carriers: Outside) -> None:
    """An exception that is no carrier's failure is raised."""
    carriers.mend(latency=0)
    quotes = answer.start("quotes", NAMES, Unwritable())
    answer.settles_at_last(lambda: quotes.over)
    expect(
        quotes.over and isinstance(quotes.error, Exception),
        did=f"awaited `quotes({NAMES}, parcel)` with a parcel that raises `TypeError` when it is put into a question",
        got=str(quotes),
        expected="`TypeError`, alone or in a group",
        meaning="Your code takes every exception for a carrier's failure. A bug in Parcel is then reported as the "
        "carriers' bad day, and nobody looks for it.",
    )


@hints(
    "Which exception arrives in your function when its caller is cancelled, and who catches it?",
    "The section about what happens when one of several fails says what a cancellation is, and what may catch it.",
    "Let `CancelledError` pass; it is no `Exception`. Wait for the questions in a way that ends them with the wait.",
)
def check_a_cancelled_caller_is_cancelled(answer: Imported, carriers: Outside) -> None:
    """When the caller is cancelled, the call is cancelled, and so are its questions."""
    did = f"cancelled `quotes({NAMES}, 8)` while all carriers were thinking"
    quotes = asked(answer, carriers)
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


@hints(
    "Who ends the tasks that your function has started?",
    "The section about what happens when one of several fails says which tasks go on afterwards.",
    "Leave the function only when every task that it started has ended.",
)
def check_nothing_goes_on_afterwards(answer: Imported, carriers: Outside) -> None:
    """When the result is there, no question and no task goes on."""
    quotes = asked(answer, carriers)
    carriers.break_off("/carriers/turtle/*")
    answer.settles(lambda: quotes.over)  # one that does not wait for the others ends here
    if not quotes.over:
        carriers.release()
    did = f"awaited `quotes({NAMES}, 8)`; turtle broke the connection"
    outcome(answer, quotes, did=did)
    expect_nothing_left(answer, carriers, did=did)


@advice
def one_except_is_enough(code: Code) -> bool:
    """Good to know: `httpx.HTTPError` is the parent of `HTTPStatusError` and of `RequestError`, so one name will do."""
    return code.uses("httpx.HTTPStatusError") and code.uses("httpx.RequestError", "httpx.TransportError")


@advice
def a_group_ends_what_it_started(code: Code) -> bool:
    """Well done: a task group ends all its tasks before it is left, also when a bug in one of them is raised."""
    return code.uses("asyncio.TaskGroup", "anyio.create_task_group")


@advice
def a_bug_leaves_the_others_running(code: Code) -> bool:
    """Good to know: when a bug is raised through `gather`, the other questions go on; a task group would end them."""
    grouped = code.uses("asyncio.TaskGroup", "anyio.create_task_group")
    return code.uses("asyncio.gather") and not grouped and "return_exceptions" not in ast.unparse(code.tree)


def asked(answer: Imported, carriers: Outside) -> Started:
    """Ask for prices, and see that all carriers, who keep their questions, are asked at the same time."""
    carriers.hold("/carriers/*")
    quotes = answer.start("quotes", NAMES, 8)
    while (now := carriers.in_flight) < len(NAMES) and not quotes.over:
        if not answer.settles_at_last(lambda now=now: carriers.in_flight > now or quotes.over):
            break
    expect(
        carriers.in_flight == len(NAMES),
        did=f"awaited `quotes({NAMES}, 8)`; the carriers kept every question",
        got=f"{carriers.in_flight} of {len(NAMES)} carriers had been asked" + (f"; {quotes}" if quotes.over else ""),
        expected=f"{len(NAMES)}",
        meaning="This line keeps the event loop's only thread, so no other carrier can be asked."
        if answer.line
        else "All carriers must be asked before the first answer is waited for, or their times add up.",
        line=answer.line or quotes.line,
    )
    return quotes


def outcome(answer: Imported, quotes: Started, *, did: str) -> object:
    """Wait for the result; say what it means when there is none."""
    answer.settles_at_last(lambda: quotes.over)
    failure = Failure.of(quotes.error) if quotes.error else None
    expect(
        quotes.over and failure is None,
        did=did,
        got=str(quotes),
        expected="a dictionary",
        meaning="A failure of one carrier ends the whole call, and the prices of the others are lost."
        if isinstance(quotes.error, Exception)
        else "A cancellation that nobody asked for ends the call."
        if quotes.over
        else "This line keeps the event loop's only thread, so nothing else can go on."
        if answer.line
        else "The call waits for something that does not come.",
        line=failure.line if failure else answer.line or quotes.line,
    )
    return quotes.value


def meaning_of(result: object, *, failed: list[str]) -> str:
    """Say in what a result is not right."""
    if not isinstance(result, dict) or not isinstance(result.get("prices"), dict):
        return "The result must be a dictionary with two parts: `prices`, a dictionary, and `failed`, a list."
    prices = result["prices"]
    if any(name in prices for name in failed):
        return "There is an entry in `prices` for a carrier that has failed: its answer was not a price."
    if any(name not in prices for name in NAMES if name not in failed):
        return "The price of a carrier that has answered is lost: one failure has ended the wait for the others."
    return (
        "Each price belongs under its own carrier's name, and `failed` must be a list of the names of all carriers "
        "that answered with a status of 400 or more or did not answer at all, and of no other."
    )


def expect_nothing_left(answer: Imported, carriers: Outside, *, did: str) -> None:
    """See that the carriers have no question any more, and the loop no task."""
    answer.settles(lambda: not carriers.in_flight and not answer.tasks)
    expect(
        not carriers.in_flight and not answer.tasks,
        did=did + ", and looked what still goes on",
        got=f"{carriers.in_flight} questions at the carriers, {answer.tasks} tasks on the event loop",
        expected="none",
        meaning="Your function ends and leaves its questions behind: nobody takes their answers or stops them.",
    )


def right(carriers: Outside, *, parcel: int, failed: list[str]) -> dict[str, object]:
    """Give the right result."""
    prices = {name: carriers.price(name, parcel) for name in NAMES if name not in failed}
    return {"prices": prices, "failed": failed}


def is_right(result: object, carriers: Outside, *, parcel: int, failed: list[str]) -> bool:
    """Compare with the right result; the order in `failed` is free."""
    if not isinstance(result, dict) or not isinstance(named := result.get("failed"), list):
        return False
    wanted = right(carriers, parcel=parcel, failed=failed)
    return result == {**wanted, "failed": named} and sorted(map(str, named)) == sorted(failed)
