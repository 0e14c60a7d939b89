"""What lesson 06 says of engines, pools and connections."""

import asyncio
import subprocess
import sys
import textwrap
import threading

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool


def test_defaults(url):
    pool = create_async_engine(url).pool
    assert isinstance(pool, AsyncAdaptedQueuePool)
    assert (pool.size(), pool._max_overflow, pool.timeout()) == (5, 10, 30)


def test_pool_s_own_numbers(url):
    async def main():
        engine = create_async_engine(url)
        fresh = engine.pool.size(), engine.pool.overflow(), engine.pool.checkedin(), engine.pool.checkedout()
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            lent = engine.pool.checkedin(), engine.pool.checkedout()
        back = engine.pool.checkedin(), engine.pool.checkedout()
        await engine.dispose()
        return fresh, lent, back

    assert asyncio.run(main()) == ((5, -5, 0, 0), (0, 1), (1, 0))


def test_overflow_is_closed_when_it_comes_back(url):
    async def main():
        engine = create_async_engine(url, pool_size=1, max_overflow=1)
        async with engine.connect(), engine.connect():
            both = engine.pool.checkedout()
        left = engine.pool.checkedin()
        await engine.dispose()
        return both, left

    assert asyncio.run(main()) == (2, 1)


def test_session_takes_a_connection_with_its_first_statement(url):
    async def main():
        engine = create_async_engine(url)
        seen = []
        async with AsyncSession(engine) as session:
            seen.append(engine.pool.checkedout())
            await session.execute(text("SELECT 1"))
            seen.append(engine.pool.checkedout())
            await session.commit()
            seen.append(engine.pool.checkedout())
            await session.execute(text("SELECT 1"))
            seen.append(engine.pool.checkedout())
        seen.append(engine.pool.checkedout())
        await engine.dispose()
        return seen

    assert asyncio.run(main()) == [0, 1, 0, 1, 0]


def test_each_connection_is_a_process_of_the_server(direct):
    pids = {direct().execute("SELECT pg_backend_pid()").fetchone()[0] for _ in range(3)}
    assert len(pids) == 3


def test_server_s_limit(direct):
    assert direct().execute("SHOW max_connections").fetchone() == ("100",)
    with pytest.raises(psycopg.OperationalError, match="sorry, too many clients already"):
        [direct() for _ in range(100)]


def test_plain_address_means_psycopg():
    assert create_engine("postgresql://localhost/parcel").driver == "psycopg"


def test_sync_engine_cannot_use_asyncpg(url):
    code = "import sys, sqlalchemy as sa; sa.create_engine(sys.argv[1]).connect()"
    address = url.render_as_string(hide_password=False)
    ran = subprocess.run([sys.executable, "-c", code, address], capture_output=True, text=True, check=False)
    assert "MissingGreenlet: greenlet_spawn has not been called" in ran.stderr


def test_psycopg_serves_both(url):
    async def main():
        engine = create_async_engine(url.set(drivername="postgresql+psycopg"))
        async with engine.connect() as connection:
            found = await connection.scalar(text("SELECT 7"))
        await engine.dispose()
        return found

    assert asyncio.run(main()) == 7


def test_aiosqlite_has_a_thread_for_each_connection(tmp_path):
    async def main():
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/parcel.db")
        before = threading.active_count()
        async with engine.connect(), engine.connect():
            more = threading.active_count() - before
        await engine.dispose()
        return more

    assert asyncio.run(main()) == 2


def test_connection_belongs_to_the_loop_that_opened_it(url):
    code = """
        async def ask(engine):
            async with engine.connect() as connection:
                return await connection.scalar(text("SELECT 7"))

        engine = create_async_engine(sys.argv[1])
        print(asyncio.run(ask(engine)))
        try:
            asyncio.run(ask(engine))
        except (RuntimeError, InterfaceError):
            print("not in another loop")
        unpooled = create_async_engine(sys.argv[1], poolclass=NullPool)
        print(*[asyncio.run(ask(unpooled)) for _ in range(2)])
    """
    assert run(url, code).stdout.splitlines() == ["7", "not in another loop", "7 7"]


def run(url, code):
    """Run some code in a process of its own: what it leaves behind is not found by the collector in another test."""
    wanted = """
        import asyncio, gc, sys
        from sqlalchemy import NullPool, text
        from sqlalchemy.exc import InterfaceError
        from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
    """
    program = textwrap.dedent(wanted) + textwrap.dedent(code)
    command = [sys.executable, "-c", program, url.render_as_string(hide_password=False)]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_connection_that_nobody_refers_to_is_ended_and_told_in_the_log(url):
    code = """
        async def main():
            engine = create_async_engine(sys.argv[1])
            session = AsyncSession(engine)
            await session.execute(text("SELECT 1"))
            print(engine.pool.checkedout())
            del session
            gc.collect()
            print(engine.pool.checkedout())
            await engine.dispose()

        asyncio.run(main())
    """
    ran = run(url, code)
    assert ran.stdout.split() == ["1", "0"]
    assert "The garbage collector is trying to clean up non-checked-in connection" in ran.stderr
