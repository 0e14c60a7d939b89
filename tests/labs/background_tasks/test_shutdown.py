"""The end of the service: what it waits for, and what it gives up."""

import asyncio
import os
import signal

from labs.background_tasks.promises import Promises
from tests.server.asking import post
from tests.waiting import FAR, until


def end(parcel):
    """Ask it to end, as a deployment does, without the limit that `stop` has."""
    os.kill(parcel.pid, signal.SIGTERM)


def test_shutdown_waits_for_no_dropped_task(lab, carriers):
    parcel = lab(fresh=True)
    carriers.hold("/mail/*")
    assert post(f"{parcel.url}/invoices/dropped/7").ok
    assert carriers.wait_for(1)
    end(parcel)
    until(lambda: not parcel.running, "it has ended")
    assert carriers.wait_until_idle()
    assert carriers.calls[0].gone


def test_shutdown_waits_for_what_was_promised(lab, carriers):
    parcel = lab(fresh=True, GRACE=FAR)
    carriers.hold("/mail/*")
    assert post(f"{parcel.url}/invoices/promised/7").ok
    assert carriers.wait_for(1)
    end(parcel)
    until(lambda: "Waiting for application shutdown" in parcel.log, "it is about to end")
    assert parcel.running
    carriers.release()
    until(lambda: not parcel.running, "it has ended")
    assert not carriers.calls[0].gone


def test_shutdown_gives_up_what_takes_too_long(lab, carriers):
    parcel = lab(fresh=True, GRACE=0)
    carriers.hold("/mail/*")
    assert post(f"{parcel.url}/invoices/promised/7").ok
    assert carriers.wait_for(1)
    end(parcel)
    until(lambda: not parcel.running, "it has ended")
    assert carriers.wait_until_idle()
    assert carriers.calls[0].gone


def test_promise_that_is_kept_is_not_waited_for():
    async def promise():
        promises, ended = Promises(), []

        async def work():
            ended.append(True)

        promises.make(work())
        await promises.keep(within=FAR)
        await promises.keep(within=FAR)
        return ended

    assert asyncio.run(promise()) == [True]


def test_late_promise_is_cancelled_in_order():
    async def promise():
        promises, seen = Promises(), []

        async def work():
            try:
                await asyncio.Event().wait()
            finally:
                seen.append("cleaned up")

        promises.make(work())
        await promises.keep(within=0.01)
        return seen

    assert asyncio.run(promise()) == ["cleaned up"]
