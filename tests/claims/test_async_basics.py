"""What lesson 01 says about asyncio and its clients."""

import asyncio
import contextlib
import gc
import subprocess
import sys
import threading
import time

import httpx
import pytest

from tests.waiting import FAR
from unblocked.outside import Outside

NAMES = ["swift", "turtle", "owl"]


class Carriers:
    """Carriers in the same event loop: each answers when it is told to, and counts who waits."""

    def __init__(self):
        self.asked, self.answered, self.given_up = [], [], []
        self.in_flight = self.peak = 0
        self._may_answer = {}

    async def ask(self, name):
        self.asked.append(name)
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            await self._gate(name).wait()
        except asyncio.CancelledError:
            self.given_up.append(name)
            raise
        finally:
            self.in_flight -= 1
        self.answered.append(name)
        return f"{name}'s price"

    async def fail(self, name):
        self.asked.append(name)
        raise LookupError(name)

    def answer(self, *names):
        for name in names:
            self._gate(name).set()

    def _gate(self, name):
        return self._may_answer.setdefault(name, asyncio.Event())


async def turns():
    """Give everybody more turns than they need."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def carriers():
    return Carriers()


# Three carriers one after another, then together


def test_await_in_a_comprehension_asks_one_by_one(carriers):
    async def main():
        quotes = asyncio.create_task(one_by_one())
        for asked in range(1, 4):
            await turns()
            assert carriers.asked == NAMES[:asked]
            carriers.answer(NAMES[asked - 1])
        await quotes

    async def one_by_one():
        return [await carriers.ask(name) for name in NAMES]

    asyncio.run(main())
    assert carriers.peak == 1


def test_coroutines_made_first_are_still_run_one_by_one(carriers):
    async def main():
        questions = [carriers.ask(name) for name in NAMES]
        await turns()
        assert carriers.asked == []
        carriers.answer(*NAMES)
        for question in questions:
            await question

    asyncio.run(main())
    assert carriers.peak == 1


def test_gather_asks_all_and_keeps_the_order_of_the_questions(carriers):
    async def main():
        quotes = asyncio.gather(*(carriers.ask(name) for name in NAMES))
        await turns()
        assert carriers.in_flight == 3
        for name in reversed(NAMES):
            carriers.answer(name)
            await turns()
        return await quotes

    assert asyncio.run(main()) == [f"{name}'s price" for name in NAMES]
    assert carriers.answered == NAMES[::-1]


def test_created_tasks_run_before_they_are_awaited(carriers):
    async def main():
        questions = [asyncio.create_task(carriers.ask(name)) for name in NAMES]
        await turns()
        assert carriers.in_flight == 3
        carriers.answer(*NAMES)
        return [await question for question in questions]

    assert asyncio.run(main()) == [f"{name}'s price" for name in NAMES]


def test_tasks_share_one_thread():
    async def main():
        async def who():
            return threading.get_ident()

        return {threading.get_ident(), *await asyncio.gather(who(), who(), who())}

    assert len(asyncio.run(main())) == 1


# When one fails, what becomes of the others?


def test_gather_raises_the_first_error_and_lets_the_others_go_on(carriers):
    async def main():
        with pytest.raises(LookupError, match="owl"):
            await asyncio.gather(carriers.ask("swift"), carriers.ask("turtle"), carriers.fail("owl"))
        await turns()
        assert carriers.in_flight == 2
        carriers.answer("swift", "turtle")
        await turns()

    asyncio.run(main())
    assert carriers.answered == ["swift", "turtle"]


def test_group_cancels_the_others_waits_for_them_and_raises(carriers):
    async def compare():
        async with asyncio.TaskGroup() as group:
            group.create_task(carriers.ask("swift"))
            group.create_task(carriers.ask("turtle"))
            group.create_task(carriers.fail("owl"))

    async def main():
        with pytest.raises(ExceptionGroup) as caught:
            await compare()
        assert sorted(carriers.given_up) == ["swift", "turtle"]
        assert carriers.in_flight == 0
        return caught.value

    error = asyncio.run(main())
    assert repr(error).startswith("ExceptionGroup('unhandled errors in a TaskGroup', [LookupError(")


def test_group_ends_when_every_task_has_ended(carriers):
    async def main():
        group = asyncio.create_task(compare())
        await turns()
        carriers.answer("swift")
        await turns()
        assert not group.done()
        carriers.answer("turtle")
        await group

    async def compare():
        async with asyncio.TaskGroup() as group:
            group.create_task(carriers.ask("swift"))
            group.create_task(carriers.ask("turtle"))

    asyncio.run(main())


def test_only_except_star_looks_into_a_group(carriers):
    async def compare():
        async with asyncio.TaskGroup() as group:
            group.create_task(carriers.fail("owl"))

    async def main():
        caught = []
        try:
            await compare()
        except LookupError:
            caught.append("except")
        except Exception as error:  # noqa: BLE001  # to see what it is
            caught.append(type(error).__name__)
        try:
            await compare()
        except* LookupError as errors:
            caught.append(str(errors.exceptions[0]))
        return caught

    assert asyncio.run(main()) == ["ExceptionGroup", "owl"]


def test_return_exceptions_waits_for_all_and_raises_nothing(carriers):
    async def main():
        quotes = asyncio.gather(carriers.ask("swift"), carriers.fail("owl"), return_exceptions=True)
        await turns()
        assert not quotes.done()
        carriers.answer("swift")
        return await quotes

    price, error = asyncio.run(main())
    assert price == "swift's price"
    assert isinstance(error, LookupError)


def test_cancelled_result_is_no_exception(carriers):
    async def main():
        question = asyncio.create_task(carriers.ask("swift"))
        question.cancel()
        return await asyncio.gather(question, return_exceptions=True)

    [result] = asyncio.run(main())
    assert isinstance(result, asyncio.CancelledError)
    assert not isinstance(result, Exception)


# Limits and deadlines


@pytest.mark.parametrize(("shared", "peak"), [(True, 2), (False, 4)])
def test_semaphore_limits_only_who_shares_it(shared, peak, carriers):
    async def main():
        places = asyncio.Semaphore(2)

        async def ask_in_turn(name):
            async with places if shared else asyncio.Semaphore(2):
                return await carriers.ask(name)

        quotes = asyncio.gather(*(ask_in_turn(name) for name in "abcd"))
        await turns()
        if shared:
            assert carriers.asked == ["a", "b"]
            carriers.answer("b")
            await turns()
            assert carriers.asked == ["a", "b", "c"]  # whoever is answered makes room for the next
        carriers.answer(*"abcd")
        return await quotes

    assert asyncio.run(main()) == [f"{name}'s price" for name in "abcd"]
    assert carriers.peak == peak


def test_semaphore_starts_nothing(carriers):
    async def main():
        places = asyncio.Semaphore(2)
        carriers.answer(*NAMES)
        for name in NAMES:
            async with places:
                await carriers.ask(name)

    asyncio.run(main())
    assert carriers.peak == 1


def test_batch_waits_for_its_slowest(carriers):
    async def main():
        quotes = asyncio.create_task(in_batches())
        await turns()
        carriers.answer("swift")
        await turns()
        assert carriers.asked == ["turtle", "swift"]
        carriers.answer("turtle", "owl", "heron")
        await quotes

    async def in_batches():
        for batch in (["turtle", "swift"], ["owl", "heron"]):
            await asyncio.gather(*(carriers.ask(name) for name in batch))

    asyncio.run(main())


def test_as_completed_gives_the_order_of_the_answers(carriers):
    async def main():
        prices = asyncio.create_task(as_they_come())
        await turns()
        for name in reversed(NAMES):
            carriers.answer(name)
            await turns()
        return await prices

    async def as_they_come():
        return [await price for price in asyncio.as_completed([carriers.ask(name) for name in NAMES])]

    assert asyncio.run(main()) == [f"{name}'s price" for name in reversed(NAMES)]


def test_client_keeps_its_connection():
    opened = {"one client": 0, "a client for each": 0}

    async def main(url):
        async def count(event, _):
            opened[which] += event == "connection.connect_tcp.complete"

        which = "one client"
        async with httpx.AsyncClient(base_url=url) as one:
            for name in NAMES:
                await one.get(f"/carriers/{name}/quote", extensions={"trace": count})
        which = "a client for each"
        for name in NAMES:
            async with httpx.AsyncClient(base_url=url) as own:
                await own.get(f"/carriers/{name}/quote", extensions={"trace": count})

    with Outside(latency=0) as world:
        asyncio.run(main(world.url))
    assert opened == {"one client": 1, "a client for each": 3}


def test_deadline_around_all_loses_what_was_answered(carriers):
    async def main():
        async with asyncio.timeout(None) as deadline:
            quotes = asyncio.gather(carriers.ask("swift"), carriers.ask("owl"))
            carriers.answer("swift")
            await turns()
            deadline.reschedule(0)
            await quotes

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert (carriers.answered, carriers.given_up) == (["swift"], ["owl"])


def test_deadline_of_each_keeps_what_was_answered(carriers):
    async def ask_in_time(name):
        async with asyncio.timeout(0 if name == "owl" else None):
            return await carriers.ask(name)

    async def main():
        carriers.answer("swift")
        return await asyncio.gather(ask_in_time("swift"), ask_in_time("owl"), return_exceptions=True)

    price, error = asyncio.run(main())
    assert price == "swift's price"
    assert isinstance(error, TimeoutError)


def test_inside_a_deadline_there_is_no_timeout_error(carriers):
    seen = []

    async def main():
        async with asyncio.timeout(0):
            try:
                await carriers.ask("owl")
            except BaseException as error:
                seen.append(type(error))
                raise

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert seen == [asyncio.CancelledError]


def test_who_swallows_the_cancellation_goes_on(carriers):
    async def main():
        async with asyncio.timeout(0):
            with contextlib.suppress(asyncio.CancelledError):
                await carriers.ask("owl")
            await turns()
            return "goes on"

    assert asyncio.run(main()) == "goes on"


@pytest.mark.parametrize(("around", "asked"), [(True, 2), (False, 4)])
def test_deadline_around_the_places_counts_the_wait_for_one(around, asked, carriers):
    async def main():
        places, due = asyncio.Semaphore(2), asyncio.get_running_loop().time()

        async def patient(name):
            deadline = asyncio.timeout_at(due)
            outer, inner = (deadline, places) if around else (places, deadline)
            async with outer, inner:
                return await carriers.ask(name)

        return await asyncio.gather(*(patient(name) for name in "abcd"), return_exceptions=True)

    assert [type(result) for result in asyncio.run(main())] == [TimeoutError] * 4
    assert len(carriers.asked) == asked


# What does `await` give away?


def test_coroutine_that_is_not_awaited_warns_when_deleted(carriers):
    with pytest.warns(RuntimeWarning, match="coroutine 'Carriers.ask' was never awaited"):
        repr(carriers.ask("swift"))
    assert carriers.asked == []


def test_task_begins_when_somebody_has_to_wait(carriers):
    async def stamp():
        return "stamped"

    async def main():
        question = asyncio.create_task(carriers.ask("swift"))
        for _ in range(3):
            await stamp()
        assert carriers.asked == []
        await asyncio.sleep(0)
        assert carriers.asked == ["swift"]
        carriers.answer("swift")
        await question

    asyncio.run(main())


def test_task_that_nobody_holds_is_destroyed():
    said = []

    async def wait_for_a_call():
        await asyncio.get_running_loop().create_future()

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context["message"]))
        asyncio.create_task(wait_for_a_call())  # noqa: RUF006
        await asyncio.sleep(0)
        gc.collect()

    asyncio.run(main())
    assert said == ["Task was destroyed but it is pending!"]


def test_sleeping_task_is_held_by_its_timer():
    async def main():
        woke = asyncio.Event()

        async def sleep():
            await asyncio.sleep(0.01)
            woke.set()

        asyncio.create_task(sleep())  # noqa: RUF006
        await asyncio.sleep(0)
        gc.collect()
        async with asyncio.timeout(FAR):
            await woke.wait()

    asyncio.run(main())


def test_error_of_a_task_that_nobody_awaits_is_logged(carriers):
    said = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context["message"]))
        asyncio.create_task(carriers.fail("owl"))  # noqa: RUF006
        await turns()
        gc.collect()

    asyncio.run(main())
    assert said == ["Task exception was never retrieved"]


# What stops everybody?


def test_blocking_call_stops_everybody_and_a_thread_does_not():
    beats = []

    async def beat():
        while True:
            beats.append("beat")
            await asyncio.sleep(0)

    async def main():
        loop, goes_on = asyncio.get_running_loop(), threading.Event()
        heart = asyncio.create_task(beat())
        await turns()
        before = len(beats)
        time.sleep(0.01)  # noqa: ASYNC251  # the fault that is shown
        assert len(beats) == before
        loop.call_later(0, goes_on.set)  # only a loop that is free comes to this
        assert await asyncio.to_thread(goes_on.wait, FAR)
        assert len(beats) > before
        heart.cancel()

    asyncio.run(main())


# When the first answer is enough, who ends the others?


def test_first_answer_leaves_the_others_until_they_are_cancelled(carriers):
    async def main():
        questions = [asyncio.create_task(carriers.ask(name)) for name in NAMES]
        carriers.answer("swift")
        done, pending = await asyncio.wait(questions, return_when=asyncio.FIRST_COMPLETED)
        assert [question.result() for question in done] == ["swift's price"]
        assert carriers.in_flight == len(pending) == 2
        for question in pending:
            question.cancel()
        assert not any(question.done() for question in pending)  # asked to end, and not yet ended
        await asyncio.gather(*pending, return_exceptions=True)

    asyncio.run(main())
    assert sorted(carriers.given_up) == ["owl", "turtle"]
    assert carriers.in_flight == 0


def test_cancelled_question_closes_its_connection():
    async def main(world):
        async with httpx.AsyncClient(base_url=world.url, timeout=FAR) as client:
            question = asyncio.create_task(client.get("/carriers/turtle/quote"))
            assert await asyncio.to_thread(world.wait_for, 1)
            question.cancel()
            await asyncio.gather(question, return_exceptions=True)
            assert await asyncio.to_thread(world.wait_until_idle)

    with Outside(latency=0) as world:
        world.hang()
        asyncio.run(main(world))
        assert [call.gone for call in world.calls] == [True]


def test_deadline_does_not_stop_a_thread():
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def draw_label():
        begun.set()
        assert may_end.wait(FAR)
        ended.set()

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await asyncio.to_thread(draw_label)
        assert begun.wait(FAR)
        assert not ended.is_set()
        may_end.set()
        assert ended.wait(FAR)

    asyncio.run(main())


# One thread, and still a race?


def count_of_ten(quote_and_count):
    """Let ten tasks count, and give what they counted."""
    counter = {"count": 0}

    async def main():
        lock = asyncio.Lock()
        await asyncio.gather(*(quote_and_count(counter, lock) for _ in range(10)))

    asyncio.run(main())
    return counter["count"]


async def waits_in_between(counter, _):
    before = counter["count"]
    await asyncio.sleep(0)
    counter["count"] = before + 1


async def waits_before(counter, _):
    await asyncio.sleep(0)
    counter["count"] += 1


async def locks_the_write(counter, lock):
    before = counter["count"]
    async with lock:
        await asyncio.sleep(0)
        counter["count"] = before + 1


async def locks_both(counter, lock):
    async with lock:
        await waits_in_between(counter, lock)


async def locks_alone(counter, _):
    async with asyncio.Lock():
        await waits_in_between(counter, _)


@pytest.mark.parametrize(
    ("quote_and_count", "count"),
    [(waits_in_between, 1), (waits_before, 10), (locks_the_write, 1), (locks_both, 10), (locks_alone, 1)],
)
def test_update_is_lost_across_an_await(quote_and_count, count):
    assert count_of_ten(quote_and_count) == count


def test_look_and_act_draws_the_label_twice():
    labels, drawn = {}, []

    async def draw(parcel):
        drawn.append(parcel)
        await asyncio.sleep(0)
        return f"label {parcel}"

    async def label(parcel):
        if parcel not in labels:
            labels[parcel] = await draw(parcel)

    async def main():
        await asyncio.gather(label(7), label(7))

    asyncio.run(main())
    assert drawn == [7, 7]


# Why does `asyncio.run` fail in a notebook?

NESTED = """
import asyncio, anyio.to_thread, {patch}
{patch}.apply()

async def inner():
    await anyio.to_thread.run_sync(print, "inner runs")

async def outer():
    asyncio.run(inner())

asyncio.run(outer())
"""

SERVED = """
import asyncio, uvicorn
{apply}

async def app(scope, receive, send):
    pass

async def cell():
    uvicorn.run(app, port=0)

asyncio.run(cell())
"""


def test_second_loop_in_a_thread_is_refused():
    async def nothing():
        """Do nothing."""

    async def main():
        again = nothing()
        with pytest.raises(RuntimeError) as caught:
            asyncio.run(again)
        again.close()
        return str(caught.value)

    assert asyncio.run(main()) == "asyncio.run() cannot be called from a running event loop"


def test_successor_of_nest_asyncio_ends():
    done = python(NESTED.format(patch="nest_asyncio2"))
    assert (done.returncode, done.stdout) == (0, "inner runs\n")


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the lesson speaks of Python 3.11 to 3.13")
def test_nest_asyncio_does_not_end_after_a_worker_thread():
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        python(NESTED.format(patch="nest_asyncio"), limit=5)
    assert caught.value.stdout in {b"inner runs\n", "inner runs\n"}


@pytest.mark.parametrize("patch", ["", "nest_asyncio", "nest_asyncio2"])
def test_uvicorn_does_not_run_in_a_running_loop(patch):
    done = python(SERVED.format(apply=f"import {patch}; {patch}.apply()" if patch else ""))
    assert done.returncode != 0
    assert "RuntimeError" in done.stderr


def python(program, *, limit=FAR):
    """Run a program in a Python of its own."""
    command = [sys.executable, "-u", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit)
