"""The tree of dependencies: what is called how often, and who holds a thread meanwhile."""

import asyncio
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, FastAPI

from tests.claims.dependencies.apps import calling, get


def counted():
    """Make a dependency that gives how often it has been called."""
    calls = []

    async def load():
        calls.append(1)
        return len(calls)

    return load


def test_dependency_is_called_once_for_a_request_unless_told_otherwise():
    load, app = counted(), FastAPI()
    Loaded = Annotated[int, Depends(load)]  # noqa: N806

    async def credit(account: Loaded):
        return account

    @app.get("/")
    async def offer(
        account: Loaded,
        credit: Annotated[int, Depends(credit)],
        again: Annotated[int, Depends(load, use_cache=False)],
    ):
        return [account, credit, again]

    assert [answer.json() for answer in get(app, "/", "/")] == [[1, 1, 2], [3, 3, 4]]


def test_functions_that_are_made_alike_are_not_the_same():
    calls, app = [], FastAPI()

    def office_of(name):
        async def ask():
            calls.append(name)

        return ask

    credit = office_of("credit")

    @app.get("/made", dependencies=[Depends(office_of("credit")), Depends(office_of("credit"))])
    @app.get("/named", dependencies=[Depends(credit), Depends(credit)])
    async def offer():
        pass

    get(app, "/named")
    assert calls == ["credit"]
    get(app, "/made")
    assert calls == ["credit"] * 3


def test_who_awaits_a_stamp_has_no_token():
    stamps, peak, app = asyncio.Semaphore(5), [], FastAPI()

    async def take_stamp():
        async with stamps:
            yield

    @app.get("/", dependencies=[Depends(take_stamp)])
    def paper():
        peak.append(1)

    async def ask():
        limiter, most = to_thread.current_default_thread_limiter(), 0
        async with calling(app) as client:
            asked = [asyncio.create_task(client.get("/")) for _ in range(60)]
            while not all(one.done() for one in asked):
                most = max(most, limiter.borrowed_tokens)
                await asyncio.sleep(0)
            return {one.result().status_code for one in asked}, most

    statuses, most = asyncio.run(ask())
    assert statuses == {200}
    assert 1 <= most <= 5
    assert len(peak) == 60
