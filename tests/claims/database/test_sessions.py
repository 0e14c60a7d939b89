"""What lesson 06 says of sessions and of attributes that are queries."""

import asyncio

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import InvalidRequestError, MissingGreenlet, StatementError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import selectinload

from tests.claims.database.conftest import Customer, Shipment

ASKED = "SELECT 1"


def run(url, work, **options):
    """Give what some work with an engine gives; no connection is left, not even one that its session has lost."""

    async def main():
        engine = create_async_engine(url, **options)
        opened = []
        event.listen(engine.sync_engine, "connect", lambda connection, _: opened.append(connection.driver_connection))
        try:
            return await work(engine)
        finally:
            await engine.dispose()
            for each in opened:
                each.terminate()
            await asyncio.sleep(0)  # a transport is closed by its loop

    return asyncio.run(main())


async def at_once(session):
    questions = (session.execute(text(ASKED)) for _ in range(3))
    return await asyncio.gather(*questions, return_exceptions=True)


def test_shared_session_is_refused_where_a_connection_has_to_be_made(url):
    async def work(engine):
        session = AsyncSession(engine)
        answers = await at_once(session)
        await session.close()
        return [type(each) for each in answers]

    assert InvalidRequestError in run(url, work)


def test_shared_session_is_not_noticed_where_the_pool_has_one(url):
    async def work(engine):
        async with engine.connect() as connection:
            await connection.execute(text(ASKED))
        async with AsyncSession(engine) as session:
            return [each.scalar_one() for each in await at_once(session)]

    assert run(url, work) == [1, 1, 1]


def test_one_task_s_rollback_undoes_what_the_other_has_done(url):
    async def work(engine):
        async with AsyncSession(engine) as session:
            await session.execute(text("UPDATE customers SET balance = 5 WHERE id = 1"))
            await asyncio.create_task(session.rollback())
            await session.commit()
            return await session.scalar(select(Customer.balance).where(Customer.id == 1))

    assert run(url, work) == 100


async def look(engine, attribute, **options):
    async with AsyncSession(engine) as session:
        customer = await session.get(Customer, 1, **options)
        try:
            return getattr(customer, attribute)
        except (MissingGreenlet, StatementError, InvalidRequestError) as error:
            return error


def test_lazy_attribute_is_missing_greenlet_or_has_it_in_orig(url):
    error = run(url, lambda engine: look(engine, "shipments"))
    assert "greenlet_spawn has not been called" in str(error)
    assert isinstance(error, MissingGreenlet) or isinstance(error.orig, MissingGreenlet)


def test_lazy_attribute_is_there_when_it_was_asked_for(url):
    assert run(url, lambda engine: look(engine, "shipments", options=[selectinload(Customer.shipments)])) == []


def test_raise_raises_at_once(url):
    assert "is not available due to lazy='raise'" in str(run(url, lambda engine: look(engine, "strict")))


@pytest.mark.parametrize(("expire", "known"), [(True, False), (False, True)])
def test_commit_forgets_unless_told_otherwise(expire, known, url):
    async def work(engine):
        async with async_sessionmaker(engine, expire_on_commit=expire)() as session:
            customer = await session.get(Customer, 1)
            await session.commit()
            return "balance" in vars(customer)

    assert run(url, work) is known


def test_to_forget_is_the_default(url):
    assert AsyncSession(create_async_engine(url)).sync_session.expire_on_commit is True


@pytest.mark.parametrize("customers", [2, 50])
def test_selectinload_is_two_queries_however_many_there_are(customers, url):
    async def work(engine):
        asked = []
        async with AsyncSession(engine) as session, session.begin():
            session.add_all(Customer(id=n, shipments=[Shipment()]) for n in range(3, customers + 1))
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
        async with AsyncSession(engine) as session:
            found = await session.scalars(select(Customer).options(selectinload(Customer.shipments)))
            assert len(found.all()) == customers
        return len(asked)

    assert run(url, work) == 2


def test_flushed_is_not_committed(url, direct):
    async def work(engine):
        async with AsyncSession(engine) as session:
            session.add(Shipment(customer_id=1))
            await session.flush()
            return direct().execute("SELECT count(*) FROM shipments").fetchone()[0]

    assert run(url, work) == 0
