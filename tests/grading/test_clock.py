"""Clocks that a check moves: what an answer sees of them, and what an event loop makes of them."""

import asyncio
import subprocess
import sys
import textwrap

from unblocked.grading.board import Board
from unblocked.grading.clock import DrivenClock
from unblocked.grading.imported import Imported, load
from unblocked.outside import Outside


def seen(code: str) -> list[str]:
    """Run it in a process of its own: these clocks are for the whole process."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_driven_clock_is_every_clock():
    assert seen("""
        import datetime, time
        from unblocked.grading.clock import DrivenClock
        clock = DrivenClock(lambda: None)
        clock.replace_all()
        def shown(): return time.monotonic(), time.perf_counter(), time.time(), datetime.datetime.now().timestamp()
        before = shown()
        clock.now += 5
        print(*(after - then for then, after in zip(before, shown())), time.monotonic_ns() // 10**9)
    """) == ["5.0", "5.0", "5.0", "5.0", "1005"]


def test_driven_clock_passes_only_while_the_loop_rests():
    assert seen("""
        import asyncio
        from unblocked.grading.clock import DrivenClock
        clock = DrivenClock(lambda: None)
        clock.replace_all()
        loop = asyncio.SelectorEventLoop(clock.selector())
        clock.until = clock.now + 3600
        async def main():
            for _ in range(100):
                await asyncio.sleep(0)
            working = loop.time()
            await asyncio.sleep(3000)
            return working - 1000, loop.time() - working
        print(*loop.run_until_complete(main()), clock.looks)
    """) == ["0.0", "3000.0", "1"]


def test_loop_that_never_rests_is_noticed():
    assert seen("""
        import asyncio, os
        from unblocked.grading.clock import MOST_TURNS, DrivenClock
        def noticed():
            print(clock.spins, flush=True)
            os._exit(0)
        clock = DrivenClock(noticed)
        loop = asyncio.SelectorEventLoop(clock.selector())
        async def main():
            while True:
                await asyncio.sleep(0)
        loop.run_until_complete(main())
    """) == ["True"]


def test_stopped_clock_stands_until_it_is_moved(tmp_path):
    answer = tmp_path / "answer.py"
    answer.write_text("from time import monotonic\nfrom asyncio import sleep\nasync def late(): await sleep(60)\n")
    assert seen(f"""
        from unblocked.grading.board import Board
        from unblocked.grading.clock import StoppedClock
        from unblocked.grading.imported import Imported, load
        from unblocked.outside import Outside
        with Outside() as carriers:
            subject = Imported(Board(), load({str(answer)!r}), carriers=carriers, limit=5)
            clock = StoppedClock(subject)
            call = subject.start("late")
            assert subject.beats() and subject.beats()  # in one turn its task is made, in the next it begins
            before = subject["monotonic"]()
            print(call.over, subject["monotonic"]() == before)
            clock.move(61)
            print(call.wait().over, call, subject["monotonic"]() - before)
    """) == ["False", "True", "True", "returned", "None", "61.0"]


def test_stopped_clock_does_not_stop_the_outside_world_s(tmp_path):
    """Else the picture of a refused answer shows questions that take no time."""
    answer = tmp_path / "answer.py"
    answer.write_text("import httpx\nasync def ask(url):\n    async with httpx.AsyncClient() as c: await c.get(url)\n")
    assert seen(f"""
        from unblocked.grading.board import Board
        from unblocked.grading.clock import StoppedClock
        from unblocked.grading.imported import Imported, load
        from unblocked.outside import Outside
        with Outside(latency=0) as carriers:
            subject = Imported(Board(), load({str(answer)!r}), carriers=carriers, limit=5)
            clock = StoppedClock(subject)
            subject.start("ask", carriers.url).wait()
            [asked] = subject.seen()["requests"]
            print(asked["done"] > asked["sent"])
    """) == ["True"]


def test_driven_loop_is_an_answer_s_loop(tmp_path):
    answer = tmp_path / "answer.py"
    answer.write_text("async def value(): return 7\n")
    clock = DrivenClock(lambda: None)
    with Outside() as carriers:
        subject = Imported(Board(), load(str(answer)), carriers=carriers, limit=5, selector=clock.selector())
        assert subject.run("value") == 7
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), subject.loop).result(5)
        subject.loop.call_soon_threadsafe(subject.loop.stop)
        subject.thread.join()
        subject.loop.close()
