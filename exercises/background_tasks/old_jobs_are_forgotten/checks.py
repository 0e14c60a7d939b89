"""A registry of jobs stays small for ever: it forgets what is done, in time and in order, and never what still runs."""

import gc
import inspect
import weakref
from collections.abc import Callable
from typing import Any

from unblocked.grading import Code, Imported, advice, expect, hints
from unblocked.grading.imported import Started
from unblocked.server.failure import Failure

FOLLOWS = "The section “How does a customer follow a file of labels?” "
FORGETS = "The part “Who forgets old jobs?” "
KEEP = 60.0
MOST = 3


@hints(
    "What does each of the four methods give, step by step, for one job?",
    FOLLOWS + "has a job from its beginning to its end.",
    "Change when something is forgotten, not what is noted and given.",
)
def check_a_job_can_be_followed(answer: Imported) -> None:
    """A job can be followed from its beginning to its end, and one that never began is unknown."""
    jobs = Registry(answer)
    jobs.expect("get", "7", gives=None, means="A job that never began is unknown.")
    jobs.begins("7")
    jobs.expect("get", "7", gives={"state": "running"}, means="A job that has begun and not ended is running.")
    jobs.expect("len", gives=1, means="A running job counts.")
    jobs.passes(5)
    jobs.ends("7", "label 7")
    jobs.expect(
        "get", "7", gives={"state": "done", "result": "label 7"}, means="What came of a job is given when it is done."
    )
    jobs.expect("len", gives=1, means="A job that is done counts until it is forgotten.")


@hints(
    "From which moment on does the time of keeping run, and who says what time it is?",
    FORGETS + "compares the clock with the time at which a job has ended.",
    "Note the time of the end beside the result, and compare it with what `clock()` gives whenever anybody asks.",
)
def check_what_is_done_is_forgotten_in_time(answer: Imported) -> None:
    """A job that is done is given for as long as it is to be kept after its end, and then no more."""
    jobs = Registry(answer)
    jobs.begins("7")
    jobs.passes(7 * KEEP)
    jobs.ends("7", "label 7")
    jobs.passes(KEEP - 1)
    jobs.expect(
        "len",
        gives=1,
        means="It is forgotten too early. The time of keeping runs from the end of a job, not from its beginning: the "
        "result of a long job would be gone before anybody could ask for it.",
    )
    jobs.passes(2)
    jobs.expect("get", "7", gives=None, means=KEPT_TOO_LONG)
    jobs.expect("len", gives=0, means="A job that is forgotten does not count.")


@hints(
    "What does your code change when somebody only asks?",
    FORGETS + "compares the clock with the time at which a job has ended.",
    "`get` reads. The time that counts is the one that `end` has noted.",
)
def check_asking_keeps_nothing_alive(answer: Imported) -> None:
    """A job is forgotten in time also when somebody asks for it all the while."""
    jobs = Registry(answer)
    jobs.begins("7")
    jobs.ends("7", "label 7")
    for _ in range(4):
        jobs.passes(KEEP / 4 - 1)
        jobs.expect(
            "get",
            "7",
            gives={"state": "done", "result": "label 7"},
            means="It is forgotten too early: asking ends nothing.",
        )
    jobs.passes(6)
    jobs.expect("get", "7", gives=None, means=KEPT_TOO_LONG)


@hints(
    "Which jobs may your code drop, and how does it know that one of them still runs?",
    FORGETS + "says which jobs stay, however old they are.",
    "Only a job with an end can be old. Running ones need a place of their own, or a mark that the search respects.",
)
def check_a_running_job_is_never_forgotten(answer: Imported) -> None:
    """A job that runs for long is known all the time, however many others come and go."""
    jobs = Registry(answer)
    jobs.begins("long")
    for number in range(3 * MOST):
        jobs.passes(KEEP / 2)
        jobs.begins(str(number), means="There is room: only two jobs are running.")
        jobs.expect(
            "get",
            "long",
            gives={"state": "running"},
            means="A running job was forgotten, because of its age or to make room. Its customer is told that it is "
            "unknown, and orders again.",
        )
        jobs.ends(str(number), f"label {number}")
    jobs.ends("long", "label 7")
    jobs.expect("get", "long", gives={"state": "done", "result": "label 7"}, means="What came of it must be given.")


@hints(
    "When one has to go, which is it, and when does it go: before the new one is noted, or after?",
    FORGETS + "says which job goes when there is no room.",
    "At the beginning of a job, make room first. Who ended first goes first, whenever it had begun.",
)
def check_the_first_that_ended_makes_room(answer: Imported) -> None:
    """There are never more jobs than there may be: the one that ended first makes room."""
    jobs = Registry(answer)
    for job in ("a", "b", "c"):
        jobs.begins(job)
        jobs.passes(1)
    for job in ("b", "c", "a"):
        jobs.ends(job, f"label {job}")
        jobs.passes(1)
    jobs.expect("len", gives=MOST, means="As many jobs as there may be are kept until their time is over.")
    for new, gone, kept in (("d", "b", ["c", "a"]), ("e", "c", ["a"])):
        jobs.begins(new, means="There is room: a job that is done can be forgotten for it.")
        jobs.expect("len", gives=MOST, means=f"One job makes room for one: {MOST} may be kept, and {MOST} are.")
        jobs.expect("get", gone, gives=None, means="The one that ended first must go first, whenever it had begun.")
        for job in kept:
            jobs.expect(
                "get",
                job,
                gives={"state": "done", "result": f"label {job}"},
                means="One job makes room for one: the one that ended first, whenever it had begun.",
            )
        jobs.expect("get", new, gives={"state": "running"}, means="The new job is what the room was made for.")


@hints(
    "All of them run, and one more wants to begin. What can be forgotten for it?",
    FORGETS + "says what the next customer gets when nothing is over.",
    "Look at the running jobs before anything is noted or forgotten. When one of them has ended, there is room again.",
)
def check_a_full_registry_refuses(answer: Imported) -> None:
    """While as many jobs run as there may be, no other begins; when one has ended, one can."""
    jobs = Registry(answer)
    for job in ("a", "b", "c"):
        jobs.begins(job)
    for _ in range(2):
        jobs.expect(
            "begin", "d", gives=False, means=f"{MOST} jobs are running, so nothing can be forgotten for another."
        )
        jobs.expect("get", "d", gives=None, means="A job that could not begin must not be noted.")
        jobs.expect("len", gives=MOST, means="A job that could not begin must not be noted, and no other be forgotten.")
        jobs.passes(2 * KEEP)
    for job in ("a", "b", "c"):
        jobs.expect("get", job, gives={"state": "running"}, means="A job that could not begin must not cost another.")
    jobs.ends("b", "label b")
    jobs.begins("d", means="There is room: a job that is done can be forgotten for it.")
    jobs.expect("len", gives=MOST, means=f"There may be {MOST} jobs, and as many are running.")


@hints(
    "Nobody ever asks for this job again. Who looks whether its time is over?",
    FORGETS + "sweeps whenever anybody begins a job or asks for one.",
    "Whoever calls any method can sweep first: with the ends in order, that costs next to nothing.",
)
def check_nothing_of_it_is_left(answer: Imported) -> None:
    """Of a job that is forgotten nothing is left, also when nobody ever asked for it."""
    jobs = Registry(answer)
    results = [Label(), Label()]
    held = [weakref.ref(result) for result in results]
    for number in range(2):
        jobs.begins(str(number))
        jobs.ends(str(number), results.pop())
    jobs.passes(KEEP + 1)
    jobs.expect("len", gives=0, means="Two jobs are forgotten, and still count: only who is asked for is looked at.")
    jobs.begins("2")
    gc.collect()
    left = sum(each() is not None for each in held)
    expect(
        not left,
        did="let the time of two jobs go by, asked for neither, began another, and looked for the two results",
        got=f"{left} of them in memory",
        expected="none",
        meaning="Something still holds them. What is looked at only when somebody asks for it, or stands in a second "
        "place, is never given back, and the registry still grows.",
    )


@advice
def the_order_is_there_already(code: Code) -> bool:
    """Good to know: a `dict` keeps the order in which keys come; entered at their ends, jobs need no search."""
    return code.uses("min", "sorted", "heapq.heappush", "bisect.insort")


@advice
def the_front_is_enough(code: Code) -> bool:
    """Well done: what is done stands in the order of its ends, so only the front has to be looked at."""
    return code.uses("next", "collections.deque", "collections.OrderedDict") and not code.uses("min", "sorted")


KEPT_TOO_LONG = (
    "It is kept for too long, or for ever. Its time is over when `clock()` shows `keep` seconds more than at its end, "
    "whatever any other clock shows, and whoever has asked for it since."
)


class Label:
    """A result that can be watched without being kept."""


class Registry:
    """The answer's `Jobs`, and a clock that only the check moves."""

    def __init__(self, answer: Imported) -> None:
        self._answer, self._now = answer, 1000.0
        self._told: list[str | float] = []
        make = answer["Jobs"]
        self._jobs = self._do("Jobs(…)", lambda: make(most=MOST, keep=KEEP, clock=lambda: self._now))

    def passes(self, seconds: float) -> None:
        """Move the clock."""
        self._now += seconds
        before = self._told.pop() if self._told and isinstance(self._told[-1], float) else 0.0
        self._told.append(float(before) + seconds)

    def begins(self, job: str, *, means: str = "There is room, so it must begin.") -> None:
        """Begin a job that must have room."""
        self.expect("begin", job, gives=True, means=means)

    def ends(self, job: str, result: Any) -> None:
        """End a job."""
        self._do(f'end("{job}", …)', lambda: self._jobs.end(job, result))

    def expect(self, method: str, *given: str, gives: Any, means: str) -> None:
        """Call something and compare what it gives."""
        story = self._story()
        call = "len(jobs)" if method == "len" else f'{method}("{given[0]}")'
        got = self._do(call, lambda: len(self._jobs) if method == "len" else getattr(self._jobs, method)(*given))
        right = got is gives if isinstance(gives, bool) or gives is None else got == gives
        did = f"{story}`{call}`, with `most={MOST}` and `keep={KEEP:g}`"
        expect(right, did=did, got=repr(got)[:200], expected=repr(gives), meaning=means)

    def _story(self) -> str:
        """Say what was done before."""
        steps = ", ".join(f"{step:g} s" if isinstance(step, float) else step for step in self._told[-8:])
        return f"did {'…, ' if len(self._told) > 8 else ''}{steps}, then called " if steps else "called "

    def _do(self, call: str, action: Callable[[], Any]) -> Any:
        """Do it on the event loop, where a registry of an app lives; an exception, or no end, is a finding."""

        async def run() -> Any:
            given = action()
            return await given if inspect.isawaitable(given) else given

        started = Started(self._answer, run, (), {}).wait()
        failure = Failure.of(started.error) if started.error else None
        expect(
            failure is None,
            did=f"{self._story()}`{call}`",
            got=failure.message if failure else "",
            expected="no exception",
            meaning="Your code raised an exception on this line."
            if failure and failure.line
            else "It raised an exception.",
            line=failure.line if failure else None,
        )
        if call.startswith(("begin", "end")):
            self._told.append(f"`{call}`")
        return started.value
