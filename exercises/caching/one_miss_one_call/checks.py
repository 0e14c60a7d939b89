"""However many want the same rate at once, the carrier is asked once, and what becomes of one harms no other."""

import asyncio
import traceback
from collections.abc import Iterable

from unblocked.grading import Code, Imported, Outside, advice, expect, hints
from unblocked.grading.imported import Started
from unblocked.grading.whereabouts import raised_on

CROWD = 50
FREE = 10
FIFTY = "The section “Fifty customers, one rate” "
BLOCKS = "This line keeps the event loop's only thread, so no other caller is served."
SAME = (asyncio.CancelledError, asyncio.InvalidStateError, LookupError, TypeError, AttributeError)
"""What a carrier's failure never raises, but code that has lost sight of it does."""


@hints(
    "Where is a rate kept, and who looks there?",
    FIFTY + "keeps what the carrier has said.",
    "What is kept is a number, found by its zone, before anybody is asked.",
)
def check_a_rate_that_is_known_is_not_asked_for_again(answer: Imported, carriers: Outside) -> None:
    """A rate that the carrier has named is given again without a question, and each zone has its own."""
    carriers.mend(latency=0)
    for count, zone in enumerate((7, 8, 7, 8, 7), 1):
        did = f"awaited `get_rate({zone})`" + (", which had been awaited before" if count > 2 else "")
        [call] = started(answer, zone)
        expect_rate(answer, carriers, call, zone, did=did)
        asked = carriers.total
        expect(
            asked == min(count, 2),
            did=did,
            got=f"{asked} questions to the carrier for {min(count, 2)} zones",
            expected="one for each zone",
            meaning="The rate was known already: the carrier had named it, and nobody has kept it.",
        )
    carriers.charge(price=0.0)
    for _ in range(2):
        [call] = started(answer, FREE)
        answer.settles_at_last(lambda call=call: call.over)
        did = f"awaited `get_rate({FREE})` twice, for which the carrier names 0.0"
        told_and_asked = call.value, zones_asked(carriers).count(FREE)
        expect(
            told_and_asked == (0, 1),
            did=did,
            got=f"{call}, after {told_and_asked[1]} questions",
            expected="0.0, after one question",
            meaning="Zero is a rate as any other. `if rate` takes it for one that is not known.",
            line=line_of(answer, call),
        )


@hints(
    "Fifty callers look, and nothing is kept yet. What could the second find that the first has left there?",
    FIFTY + "has a route that remembers, and one with flights.",
    "Before the first `await`, the first caller leaves something under the zone for which the others can wait.",
)
def check_fifty_at_once_ask_once(answer: Imported, carriers: Outside) -> None:
    """Fifty callers who come while the rate is not known get it from one question."""
    carriers.mend(latency=0)
    carriers.hold()
    did = f"awaited `get_rate(7)` {CROWD} times before the carrier answered, the last when it had been asked"
    calls = at_the_carrier(answer, carriers, 7, count=CROWD - 1)
    calls += started(answer, 7)
    answer.settles(lambda: carriers.total > 1)
    together = carriers.total
    carriers.release()
    answer.settles_at_last(lambda: all(call.over for call in calls))
    for call in calls:
        expect_rate(answer, carriers, call, 7, did=did)
    expect(
        carriers.total == 1,
        did=did,
        got=f"{carriers.total} questions to the carrier, {together} of them before the first was answered",
        expected="1",
        meaning="Others look between the look and the keeping, find nothing, and ask as well."
        if together > 1
        else "They ask one after the other: each has looked before it waited, and the rate has come since.",
    )


@hints(
    "Who waits for whom in your code: callers of the same zone, or all callers?",
    FIFTY + "keeps each flight under a key.",
    "Something of its own for each zone, found by the zone.",
)
def check_other_zones_do_not_wait(answer: Imported, carriers: Outside) -> None:
    """While the carrier thinks about one zone, it is asked for the others, too."""
    carriers.mend(latency=0)
    carriers.hold()
    calls = at_the_carrier(answer, carriers, 7, count=3)
    did = "awaited `get_rate` for zones 8 and 9 while the carrier thought about zone 7"
    others = {zone: started(answer, zone, count=2) for zone in (8, 9)}
    answer.settles_at_last(lambda: carriers.total >= 3)
    expect(
        carriers.total == 3,
        did=did,
        got=f"asked for: {told(zones_asked(carriers))}",
        expected="asked for: 7, 8, 9",
        meaning=BLOCKS
        if answer.line
        else "One question at a time goes out, for whatever zone: callers wait for a rate that they do not want."
        if carriers.total < 3
        else "One question for each zone is enough.",
        line=answer.line or others[8][0].line,
    )
    carriers.release()
    for zone, waiting in {7: calls, **others}.items():
        for call in waiting:
            expect_rate(answer, carriers, call, zone, did=did + ", and let the carrier answer")


@hints(
    "Your caller is cancelled. Where does the exception go, and who else waits for what it ends there?",
    FIFTY + "shows a route that is fragile, and what makes it robust.",
    "The question belongs to nobody who waits: it is a task of its own, and whoever leaves does not take it along.",
)
def check_who_gives_up_ends_nothing_for_the_others(answer: Imported, carriers: Outside) -> None:
    """When a caller is cancelled, be it the first or another one, it hears of it, and the others get the rate."""
    carriers.mend(latency=0)
    carriers.hold()
    give_up(answer, carriers, 7, 2, "third")
    give_up(answer, carriers, 8, 0, "first")
    expect(
        carriers.total <= 4,
        did="cancelled one of five callers, twice",
        got=f"asked for: {told(zones_asked(carriers))}",
        expected="one for each zone, or one more if it had to be asked anew",
        meaning="Those who are left ask for themselves, each of them.",
    )


@hints(
    "The question fails. Who hears of it, and what does the next caller find?",
    FIFTY + "says how a flight lands, also when it fails.",
    "What all wait for can carry a result or an exception, and is taken away when it is there.",
)
def check_a_failure_reaches_all_and_is_not_kept(answer: Imported, carriers: Outside) -> None:
    """When the carrier fails, all who wait get its exception, nobody asks again, and who comes later asks anew."""
    carriers.mend(latency=0)
    carriers.hold()
    did = "awaited `get_rate(7)` ten times; the carrier broke the connection"
    calls = at_the_carrier(answer, carriers, 7)
    calls += started(answer, 7, count=9)
    answer.rests()
    carriers.break_off("*")
    answer.settles_at_last(lambda: all(call.over for call in calls))
    expect(
        carriers.total <= 2,  # a client may ask once more by itself where a connection broke
        did=did + ", and answered 503 from then on",
        got=f"{carriers.total} questions to the carrier",
        expected="1",
        meaning="Nothing is kept after a failure, so each of them asks in turn: the last waits for nine others, and "
        "the carrier, who is in trouble already, hears all ten.",
    )
    kind = type(calls[0].error)
    for call in calls:
        expect_failure(answer, call, kind, did=did)
    carriers.mend()
    did = "awaited `get_rate(7)` again, when the carrier answered once more"
    for again in range(2):
        [call] = started(answer, 7)
        expect_rate(answer, carriers, call, 7, did=did, failed="A failure is kept like a rate, and for as long.")
        carriers.fail()
        did = "awaited `get_rate(7)` once more, which was known by now; the carrier failed again" if not again else did


@hints(
    "Everybody has given up. What lies under the zone then, and what does the next caller make of it?",
    FIFTY + "says when a flight is taken away.",
    "A question that goes on by itself can be joined; one that was ended must be taken away in every case.",
)
def check_the_next_is_served_when_all_have_given_up(answer: Imported, carriers: Outside) -> None:
    """When all who waited have been cancelled, the next caller gets the rate."""
    carriers.mend(latency=0)
    carriers.hold()
    did = "cancelled all three calls of `get_rate(7)` while the carrier thought, and awaited it anew"
    calls = at_the_carrier(answer, carriers, 7)
    calls += started(answer, 7, count=2)
    answer.rests()
    for call in calls:
        call.cancel()
    answer.settles_at_last(lambda: all(call.over for call in calls))
    [call] = started(answer, 7)
    answer.settles_at_last(lambda: call.over or carriers.waiting())
    carriers.release()
    left = "What the cancelled callers had begun has been left behind, and the next one waits for it, or finds its end."
    expect_rate(answer, carriers, call, 7, did=did, failed=left)


@advice
def a_library_does_that(code: Code) -> bool:
    """Good to know: `alru_cache` of `async_lru` does all of this, and can bound and expire what it keeps."""
    return not code.uses("async_lru.alru_cache")


@advice
def a_library_is_enough(code: Code) -> bool:
    """Well done: what is written, tested and kept by others need not be written again."""
    return code.uses("async_lru.alru_cache")


# What callers do.


def started(answer: Imported, zone: int, *, count: int = 1) -> list[Started]:
    """Call `get_rate` so many times at once, be it a coroutine function or what a decorator makes of one."""
    function = answer["get_rate"]

    async def get_rate() -> object:
        return await function(zone)

    return [Started(answer, get_rate, (), {}) for _ in range(count)]


def at_the_carrier(answer: Imported, carriers: Outside, zone: int, *, count: int = 1) -> list[Started]:
    """Call it so many times at once, and wait until the carrier, who keeps every question, has been asked."""
    before = carriers.total
    calls = started(answer, zone, count=count)
    answer.settles_at_last(lambda: carriers.total > before or all(call.over for call in calls))
    over = next((call for call in calls if call.over), None)
    expect(
        carriers.total > before and not over,
        did=f"awaited `get_rate({zone})`; the carrier kept the question",
        got=str(over) if over else "no question to the carrier",
        expected="that the carrier is asked, and waited for",
        meaning="A rate that nobody has asked for cannot be known.",
        line=line_of(answer, over or calls[0]),
    )
    return calls


def give_up(answer: Imported, carriers: Outside, zone: int, who: int, which: str) -> None:
    """Have five callers wait for a rate, and one of them give up: it hears of that, and the others get the rate."""
    did = f"awaited `get_rate({zone})` five times, and cancelled the {which} of them while the carrier thought"
    calls = at_the_carrier(answer, carriers, zone)
    calls += started(answer, zone, count=4)
    answer.rests()
    gone = calls.pop(who)
    gone.cancel()
    answer.settles_at_last(lambda: gone.over)
    expect(
        gone.over and isinstance(gone.error, asyncio.CancelledError),
        did=did,
        got=f"it {gone}" if gone.over else "it goes on waiting",
        expected="that it ends with `CancelledError`",
        meaning="The cancellation is swallowed: "
        + ("the call ends as if nobody had cancelled it." if gone.over else "who wants to stop waiting has to go on."),
        line=None if gone.over else gone.line,
    )
    answer.stays(lambda: not any(call.over for call in calls))
    torn = next((call for call in calls if call.over), None)
    expect(
        torn is None,
        did=did,
        got=f"another one {torn}",
        expected="that the others wait for the rate",
        meaning="The cancellation goes on into what is awaited, and all others wait for the same: one customer closes "
        "the tab, and all of them get an error.",
    )
    answer.settles_at_last(lambda: at_work(carriers, zone))
    calls += started(answer, zone)
    answer.settles(lambda: at_work(carriers, zone) > 1, patience=0.2)
    expect(
        at_work(carriers, zone) < 2,
        did=did + ", and another one came",
        got="two questions for this zone at once",
        expected="one",
        meaning="Who has given up has taken the question from where others look for it. It is still under way, and the "
        "next one asks a second time.",
    )
    carriers.release(1)
    answer.settles_at_last(lambda: all(call.over for call in calls))
    for call in calls:
        expect_rate(answer, carriers, call, zone, did=did + "; then the carrier could answer")


def expect_rate(answer: Imported, carriers: Outside, call: Started, zone: int, *, did: str, failed: str = "") -> None:
    """See that a call gives the carrier's rate of this zone."""
    answer.settles_at_last(lambda: call.over)
    right = carriers.price("swift", zone)
    once = isinstance(call.error, RuntimeError) and "await" in str(call.error)
    others = call.value in [carriers.price("swift", other) for other in (7, 8, 9)]
    expect(
        call.over and call.error is None and call.value == right,
        did=did,
        got=str(call),
        expected=f"{right}",
        meaning=BLOCKS
        if not call.over and answer.line
        else failed
        or (
            "It waits for what nobody brings any more: who was to bring it has ended without a word."
            if not call.over
            else "What is kept is a coroutine, not what it gives, and a coroutine can be awaited once."
            if once
            else "Your function raised instead of returning the rate."
            if call.error
            else "That is the rate of another zone: what is shared must be found by the zone."
            if others
            else "That is not the rate that the carrier has named."
        ),
        line=None if call.error is not None and failed else line_of(answer, call),
    )


def expect_failure(answer: Imported, call: Started, kind: type, *, did: str) -> None:
    """See that a call has raised what the question raised."""
    right = isinstance(call.error, Exception) and type(call.error) is kind and not isinstance(call.error, SAME)
    right = right and not is_another(call.error)
    expect(
        call.over and right,
        did=did,
        got=f"one of them {call}" if call.over else "one of them waits on",
        expected="the exception that `ask_rate` has raised, for each of them",
        meaning="It waits for what nobody brings any more: who was to wake it has ended by an exception."
        if not call.over
        else "The customer is told a rate that no carrier has named, and must hear that there is none."
        if call.error is None
        else "That is not what the carrier's failure raised: who catches that does not catch this, and nobody learns "
        "what happened.",
        line=line_of(answer, call),
    )


def is_another(error: BaseException | None) -> bool:
    """Say whether this exception has taken the place of one that `ask_rate` had raised."""
    behind = error and (error.__cause__ or error.__context__)
    if not error or not behind or was_in_ask_rate(error):
        return False
    return was_in_ask_rate(behind) or is_another(behind)


def was_in_ask_rate(error: BaseException) -> bool:
    """Say whether an exception has come through `ask_rate`."""
    return any(frame.f_code.co_name == "ask_rate" for frame, _ in traceback.walk_tb(error.__traceback__))


def line_of(answer: Imported, call: Started) -> int | None:
    """Give the line of the answer at which a call has failed, or stands."""
    if call.error is not None:
        return raised_on(call.error, answer.file)
    return None if call.over else answer.line or call.line


def at_work(carriers: Outside, zone: int) -> int:
    """Count the questions for a zone that the carrier has not answered yet, and that somebody still waits for."""
    return sum(each.query["parcel"] == [str(zone)] for each in carriers.waiting())


def zones_asked(carriers: Outside) -> list[int]:
    """Give the zones for which the carrier was asked, sorted."""
    return sorted(int(each.query["parcel"][0]) for each in carriers.calls)


def told(zones: Iterable[int]) -> str:
    """Tell zones."""
    return ", ".join(map(str, zones)) or "none"
