"""A probe that can be believed: it says how late the loop was, forgets it in time, costs next to nothing, and ends."""

import math
import sys
import threading
from collections.abc import Callable
from typing import Any

import httpx
from uvicorn import Config
from uvicorn.lifespan.on import LifespanOn

from unblocked.grading import Code, Imported, advice, expect, hints
from unblocked.grading.checking import Unmet
from unblocked.grading.clock import MOST_TURNS, DrivenClock
from unblocked.grading.imported import Started, load
from unblocked.grading.whereabouts import line_of

INTERVAL = 0.1
"""The longest time between two looks that the task allows: a stall may go on so long before the probe is due."""

MOST_LOOKS = 110
"""In a second, with some of the app's own."""

NOTHING = 0.001
"""Seconds that a rounded figure may differ."""


@hints(
    "What does your app do before its `yield`, and what does `/lag` say when nothing has been measured yet?",
    "The section about finding the blocker starts its watcher beside the app, and does not wait for it.",
    "A task that is started before the `yield`; a figure that is there from the beginning.",
)
def check_the_app_starts_and_answers(answer: Imported) -> None:
    """The app starts, and `/lag` is answered at once, also when nothing has been measured yet."""
    parcel = Parcel(answer)
    for when in ("as soon as the app had started", "a second later"):
        reply = parcel.get("/lag")
        expect(
            reply.status_code == 200 and is_figure(reply),
            did=f"asked for `/lag` {when}",
            got=f"{reply.status_code} {reply.text[:200]}",
            expected='200 {"worst":0.0}',
            meaning="The route raised an exception; your code printed which. Is there a figure before the first look?"
            if reply.status_code == 500
            else "The answer must be an object with the key `worst`, and a number of seconds.",
        )
        parcel.passes(1)


@hints(
    "How often does the loop have to turn to your probe in a second, and how many threads does it need?",
    "The section about finding the blocker says how often its watcher looks, and from where.",
    "A coroutine that sleeps for a tenth of a second or less, on the loop, and looks at the clock when it wakes.",
)
def check_the_probe_leaves_the_loop_free(answer: Imported) -> None:
    """The probe looks at the clock at most a hundred times a second, on the loop, and needs no thread."""
    before = {thread.ident for thread in threading.enumerate()}
    parcel = Parcel(answer)
    others = [t for t in threading.enumerate() if t.ident not in before and t is not parcel.subject.thread]
    expect(
        not others,
        did="counted the threads that the app had started",
        got=f"{len(others)}, such as “{others[0].name}”" if others else "none",
        expected="none",
        meaning="A thread of its own is on time while the loop stands still, so what it measures by itself is not the "
        "loop's lag. The probe must run on the loop that it watches.",
        line=line_in_thread(others[0].ident, answer.file) if others else None,
    )
    parcel.worst()
    expect(
        not (held := answer.board.all("blocks")),
        did="let the app run",
        got="a call that blocks, on the event loop",
        expected="a probe that gives the loop back while it waits",
        meaning="The probe itself keeps the event loop's only thread: it makes the lag that it measures.",
        line=held[0]["line"] if held else None,
    )
    looks = parcel.idles(1)
    expect(
        looks <= MOST_LOOKS,
        did="let the app run for a second without any request, and counted how often the loop was woken",
        got=f"{looks} times",
        expected="at most 100 times",
        meaning="The probe costs more than it is worth: the loop is at work all the time for nobody.",
    )


@hints(
    "A timer is due in a tenth of a second, and the loop comes to it on time. How late is it?",
    "The section about finding the blocker has the watcher's sum: when it woke, and when it had wanted to.",
    "Note when you want to be woken before you sleep. Late is what the clock shows beyond that when you wake.",
)
def check_a_free_loop_is_not_late(answer: Imported) -> None:
    """A loop that nothing holds is not late."""
    parcel = Parcel(answer)
    parcel.idles(12.34)
    worst = parcel.worst()
    expect(
        abs(worst) <= NOTHING,
        did="let the app run for twelve seconds in which nothing held the loop, and asked for `/lag`",
        got=seconds(worst),
        expected="0.0",
        meaning="Nobody was late. The figure contains the time that the probe itself meant to sleep."
        if worst > 0
        else "Nobody was late, and nobody can be early: the moment at which the probe is due goes wrong.",
    )


@hints(
    "The loop was held between two looks. Which difference of which two times shows for how long?",
    "The section about finding the blocker has the watcher's sum: when it woke, and when it had wanted to.",
    "Each look gives one lateness; keep the greatest as it is. What the probe does in between, it must do by awaiting.",
)
def check_a_stall_is_reported(answer: Imported) -> None:
    """A stall is reported as long as it was."""
    parcel = Parcel(answer)
    looks = parcel.idles(3.03)
    parcel.stalls(stall := 0.6)
    figures = [parcel.worst()]
    for _ in range(4):  # one that counts up its figures once a second may
        parcel.idles(0.25)
        figures.append(parcel.worst())
    worst = max(figures)
    expect(
        about(worst, stall),
        did=f"held the loop for {stall:g} s, and asked for `/lag` in the second after it",
        got=seconds(worst),
        expected=f"{stall - INTERVAL:g} to {stall:g}",
        meaning=why_not(worst, stall, looks=looks / 3),
    )


@hints(
    "One stall, and nothing after it. What does each later look measure, and when does a look forget?",
    "The section about finding the blocker says why a watcher that adds up its due times reports one stall for ever.",
    "Each look begins anew from the time that it is now. Keep what you saw together with when, for ten seconds.",
)
def check_a_stall_is_forgotten_after_ten_seconds(answer: Imported) -> None:
    """A stall is reported for ten seconds, and then no more."""
    parcel = Parcel(answer)
    parcel.idles(3.03)
    parcel.stalls(stall := 0.6)
    parcel.idles(9)
    worst = parcel.worst()
    expect(
        about(worst, stall),
        did=f"held the loop for {stall:g} s, let it run for nine seconds, and asked for `/lag`",
        got=seconds(worst),
        expected=f"{stall - INTERVAL:g} to {stall:g}",
        meaning="The stall is forgotten too early: whoever asks every ten seconds does not hear of it. What was seen "
        "is kept for ten seconds from then on; the window moves along with the time and never begins anew.",
    )
    parcel.idles(3)
    worst = parcel.worst()
    expect(
        abs(worst) <= NOTHING,
        did=f"held the loop for {stall:g} s, let it run for twelve seconds, and asked for `/lag`",
        got=seconds(worst),
        expected="0.0",
        meaning="A figure that keeps one stall for too long, or for ever, says nothing about now. Either every look is "
        "measured from a due time that was missed once and never caught up, or nothing is forgotten in time.",
    )


@hints(
    "Two stalls are in the window, and the greater one leaves it. What do you know of the other?",
    "The section about finding the blocker keeps its looks with their times.",
    "Keep all looks of the last ten seconds; whoever asks gets their maximum, and changes nothing.",
)
def check_the_worst_of_several_is_reported(answer: Imported) -> None:
    """Of several stalls the worst is reported, to everybody who asks; when it has gone, the next."""
    parcel = Parcel(answer)
    parcel.idles(2.22)
    parcel.stalls(great := 0.8)
    parcel.idles(6)
    parcel.stalls(small := 0.3)
    parcel.idles(2)
    for who in ("asked for `/lag`", "asked a second time"):
        worst = parcel.worst()
        expect(
            about(worst, great),
            did=f"held the loop for {great:g} s, six seconds later for {small:g} s, and {who} two seconds after that",
            got=seconds(worst),
            expected=f"{great - INTERVAL:g} to {great:g}",
            meaning="The second stall has taken the place of the first, which was worse and is eight seconds ago."
            if who == "asked for `/lag`"
            else "Asking has changed the figure: of two who watch the service, only one hears of the stall.",
        )
    parcel.idles(3.2)
    worst = parcel.worst()
    expect(
        about(worst, small),
        did=f"held the loop for {great:g} s, six seconds later for {small:g} s, and asked for `/lag` when the first "
        "was eleven seconds ago and the second five",
        got=seconds(worst),
        expected=f"{small - INTERVAL:.1f} to {small:g}",
        meaning="When the worst is too old to count, the next one does: it is in the last ten seconds still. Whoever "
        "keeps one figure only has lost it."
        if worst < small
        else "The first stall is more than ten seconds ago. What happens later must not keep it alive.",
    )


@hints(
    "The app ends. Who tells the probe, and what does awaiting a cancelled task raise?",
    "The section on the lifespan has two halves: what is started before the `yield` is ended after it.",
    "Keep the task, cancel it after the `yield`, and expect what a cancelled task raises when it is awaited.",
)
def check_the_probe_ends_with_the_app(answer: Imported) -> None:
    """The probe ends with the app, and lets it end."""
    parcel = Parcel(answer)
    parcel.idles(1.5)
    parcel.worst()
    ended = parcel.ends(patience=2)
    expect(
        ended,
        did="asked the app to shut down",
        got="it has not come to an end two seconds later",
        expected="that it ends",
        meaning="After the `yield`, the app waits for something that nobody ends: the probe goes on until it is told.",
        line=answer_line(parcel.subject),
    )
    expect(
        not parcel.life.shutdown_failed and not parcel.life.error_occurred,
        did="asked the app to shut down",
        got="an exception; your code printed which",
        expected="an orderly end",
        meaning="What comes after the `yield` raises. A task that was cancelled raises `CancelledError` in whoever "
        "awaits it, and uvicorn says “Application shutdown failed”.",
    )
    looks = parcel.idles(1)
    expect(
        looks == 0 and parcel.subject.tasks == 0,
        did="asked the app to shut down, and looked what was left on the event loop",
        got=f"{parcel.subject.tasks} task{'s' * (parcel.subject.tasks != 1)}, and the loop is woken {looks} times a "
        "second",
        expected="nothing",
        meaning="The app has ended and its probe goes on: in a test with many apps there are as many probes. What is "
        "started before the `yield` must be ended after it.",
    )


@advice
def the_wall_clock_can_be_set(code: Code) -> bool:
    """Worth changing: the wall clock is set by hand and by the network, and jumps. `loop.time()` only goes forward."""
    return code.uses("time.time", "time.time_ns", "datetime.now", "datetime.datetime.now", "datetime.utcnow")


@advice
def the_loop_cannot_answer_while_it_is_held(_: Code) -> bool:
    """Good to know: while the loop is held, `/lag` is not answered either. That it stands is seen from outside."""
    return True


class Parcel:
    """The answer's app, started on an event loop whose time is the check's."""

    def __init__(self, answer: Imported) -> None:
        self.clock = DrivenClock(answer.board.touch)
        self.clock.replace_all()
        module = load(answer.file)  # once more: what it imports from `time` is ours now
        selector = self.clock.selector()
        self.subject = Imported(answer.board, module, carriers=answer.carriers, limit=answer.limit, selector=selector)
        self._app = self.subject["app"]
        self.life = LifespanOn(Config(self._app, lifespan="on", log_config=None))
        self._start()

    def _start(self) -> None:
        startup = Started(self.subject, self.life.startup, (), {})
        self._do(lambda: None, 0)
        if not startup.over:
            self.passes(5)
        expect(
            startup.over,
            did="started the app",
            got="it has not started five seconds later",
            expected="that it starts",
            meaning="Before the `yield`, the app waits for something that does not end. The probe must be started "
            "there, and not waited for.",
            line=answer_line(self.subject),
        )
        expect(
            not self.life.startup_failed and not self.life.error_occurred,
            did="started the app",
            got="an exception; your code printed which",
            expected="that it starts",
            meaning="What comes before the `yield` raises.",
        )

    def idles(self, duration: float) -> int:
        """Let the loop run while nothing else happens; give how often it was woken."""
        before = self.clock.looks
        self.passes(duration)
        expect(
            not self.clock.spins,
            did="let the app run without any request",
            got=f"the loop made {MOST_TURNS} turns and never came to rest",
            expected="a loop that sleeps until the probe is due",
            meaning="The probe keeps the loop busy: `sleep(0)`, or a wait that is over at once, in a loop without end. "
            "A processor works all the time for nobody.",
            line=answer_line(self.subject),
        )
        return self.clock.looks - before

    def stalls(self, duration: float) -> None:
        """Hold the loop for so long, and let it come to what is due by then."""

        def stall() -> None:
            self.clock.now += duration

        self._do(stall, 0)

    def ends(self, *, patience: float) -> bool:
        """Ask it to shut down, and say whether it does."""
        shutdown = Started(self.subject, self.life.shutdown, (), {})
        self.passes(patience)
        return shutdown.over

    def get(self, path: str) -> httpx.Response:
        """Ask for a path, and wait for the answer while time stands still."""
        asked = Started(self.subject, self._ask, (path,), {})
        expect(
            self.subject.comes(lambda: asked.over),
            did=f"asked for `{path}`",
            got="no answer",
            expected="an answer at once",
            meaning="The probe keeps the event loop's only thread, so nobody is served."
            if self.subject.blocked
            else "The route waits before it answers: for a stall that is over it comes too late. It must tell what the "
            "probe has seen before.",
            line=self.subject.line or asked.line,
        )
        if isinstance(asked.error, Exception):
            return httpx.Response(500, text=f"{type(asked.error).__name__}: {asked.error}")
        reply: httpx.Response = asked.finish()
        return reply

    def worst(self) -> float:
        """Ask for the probe's figure."""
        reply = self.get("/lag")
        expect(
            reply.status_code == 200 and is_figure(reply),
            did="asked for `/lag`",
            got=f"{reply.status_code} {reply.text[:200]}",
            expected='200 {"worst":…}, a number of seconds',
            meaning="The route must answer with the figure whenever it is asked.",
        )
        return float(reply.json()["worst"])

    async def _ask(self, path: str) -> httpx.Response:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await self._app(scope | {"state": dict(self.life.state)}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://parcel") as client:
            return await client.get(path)

    def passes(self, duration: float) -> None:
        """Let time pass. Second by second: what a busy machine may take for each does not grow with the whole."""
        while duration > 0:
            self._do(lambda: None, min(duration, 1))
            duration -= 1

    def _do(self, action: Callable[[], None], duration: float) -> None:
        """Do something on the loop, then let so much time pass, and wait until the loop rests."""
        order = self.clock.asked + 1

        def do() -> None:
            action()
            self.clock.until = self.clock.now + duration
            self.clock.turns, self.clock.asked = 0, order

        self.subject.loop.call_soon_threadsafe(do)
        rests = self.subject.comes(
            lambda: self.clock.rested == order or (self.clock.asked == order and self.clock.spins)
        )
        if not rests:
            where = self.subject.whereabouts()
            raise Unmet(
                did="let the app run", got="a loop that does not come back", expected="a loop that turns",
                line=self.subject.blocked.line if self.subject.blocked else where.line,
                meaning="The probe keeps the event loop's only thread, so nobody is served. It makes the lag that it "
                "measures: it must wait by awaiting.",
            )  # fmt: skip


def is_figure(reply: httpx.Response) -> bool:
    """Say whether a reply is an object with the figure."""
    try:
        worst = reply.json()["worst"]
    except (ValueError, TypeError, KeyError):
        return False
    return isinstance(worst, int | float) and not isinstance(worst, bool) and math.isfinite(worst)


def about(worst: float, stall: float) -> bool:
    """Say whether a figure is right for a stall that began at most an interval before the probe was due."""
    return stall - INTERVAL - NOTHING <= worst <= stall + NOTHING


def why_not(worst: float, stall: float, *, looks: float) -> str:
    """Say what it means that a stall was reported in another length."""
    if worst >= 100 * stall:
        return "The figure is in seconds, not in milliseconds."
    if worst > stall:
        return "More than the loop was held: the figure contains the time that the probe itself meant to sleep."
    if looks == 0:
        return (
            "The stall was not seen: while nobody asks for anything, nothing looks at the clock. Is the probe started?"
        )
    if looks < 1 / INTERVAL - 1:
        return f"The probe looks {looks:.1g} times a second: what ends before it is due, it does not see."
    if worst <= NOTHING:
        return (
            "The probe has not seen the stall, or has forgotten it within a second. It must compare the time at which "
            "it wakes with the time at which it had wanted to, and keep what it sees."
        )
    return "Less than the loop was held: one late look among many on time disappears in an average. Keep the greatest."


def seconds(worst: float) -> str:
    """Write a figure as the app gave it, without digits that nobody needs."""
    return f'{{"worst":{round(worst, 6)}}}'


def answer_line(subject: Imported) -> int | None:
    """Find the line of the answer that is blocked, or waits."""
    return subject.blocked.line if subject.blocked else subject.whereabouts().line


def line_in_thread(thread: int | None, file: str) -> int | None:
    """Find the line of the answer on which a thread stands."""
    return line_of(sys._current_frames().get(thread or 0), file)
