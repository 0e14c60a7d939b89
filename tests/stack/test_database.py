"""An app with its database: prepared before it starts, harmed, back with what was committed, gone with the app."""

import textwrap

import psycopg
import pytest

from tests.family import family_of, joined_since
from unblocked import load, serve, services
from unblocked.backends.postgres import Postgres
from unblocked.faults import Fault
from unblocked.outside import Outside

APP = """
    import os
    from fastapi import FastAPI
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
    app = FastAPI()

    @app.post("/parcels/{parcel}")
    async def keep(parcel: int):
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO parcels VALUES (:parcel)"), {"parcel": parcel})

    @app.get("/parcels")
    async def count():
        async with engine.connect() as connection:
            return {"parcels": await connection.scalar(text("SELECT count(*) FROM parcels"))}
"""
PREPARE = """
    import os
    from sqlalchemy import create_engine, make_url, text

    def main():
        url = make_url(os.environ["DATABASE_URL"])
        driver = {"postgresql": "postgresql+psycopg"}.get(url.get_backend_name(), "sqlite")
        with create_engine(url.set(drivername=driver)).begin() as connection:
            connection.execute(text("CREATE TABLE parcels (id integer primary key)"))
        print("made", driver)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "depot.py").write_text(textwrap.dedent(APP))
    (tmp_path / "tables.py").write_text(textwrap.dedent(PREPARE))
    (tmp_path / "services.toml").write_text('database = true\nprepare = "tables"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def carriers():
    with Outside(latency=0) as world:
        yield world


def depot(carriers):
    return serve("depot.py", carriers=carriers)


@pytest.mark.usefixtures("place")
def test_database_is_prepared_before_the_app_starts(carriers):
    with depot(carriers) as service:
        assert load(service, "/parcels/{n}", n=3, method="POST").answered == 3
        database = service.parts["database"]
        assert "postgres" in [row[0] for row in services().rows]
        with psycopg.connect(database.url) as connection:
            assert connection.execute("SELECT count(*) FROM parcels").fetchone() == (3,)
    assert not database.running


def test_lifespan_begins_when_all_is_prepared(place, carriers):
    """The app is imported first, and the tables are made then; its lifespan finds them all the same."""
    lifespan = """
        from contextlib import asynccontextmanager
        from pathlib import Path

        @asynccontextmanager
        async def lifespan(app):
            print("begins with", await count())
            yield

        app.router.lifespan_context = lifespan
        Path("imported").touch()
    """
    (place / "depot.py").write_text(textwrap.dedent(APP) + textwrap.dedent(lifespan))
    waits = """
        import pathlib, time
        make = main
        def main():
            while not pathlib.Path("imported").exists():
                time.sleep(0.01)
            make()
    """
    (place / "tables.py").write_text(textwrap.dedent(PREPARE) + textwrap.dedent(waits))
    with depot(carriers) as service:
        assert "begins with {'parcels': 0}" in service.log


@pytest.mark.usefixtures("place")
def test_killed_database_comes_back_with_what_was_committed(carriers):
    with depot(carriers) as service:
        load(service, "/parcels/7", n=1, method="POST")
        service.kill("database")
        assert load(service, "/parcels", n=1).answered == 0
        service.again("database")
        assert load(service, "/parcels/7", n=1, method="POST").answered == 0  # it is there
        assert load(service, "/parcels/8", n=1, method="POST").answered == 1


@pytest.mark.usefixtures("place")
def test_app_that_starts_anew_finds_the_same_database(carriers):
    with depot(carriers) as service:
        load(service, "/parcels/7", n=1, method="POST")
        service.kill()
        service.again()
        assert load(service, "/parcels/7", n=1, method="POST").answered == 0


@pytest.mark.usefixtures("place")
def test_served_again_it_begins_with_nothing(carriers):
    with depot(carriers) as service:
        load(service, "/parcels/7", n=1, method="POST")
    with depot(carriers) as service:
        assert load(service, "/parcels/7", n=1, method="POST").answered == 1


@pytest.mark.usefixtures("place")
def test_named_server_is_used_and_left_as_it_was(carriers, monkeypatch):
    with Postgres() as theirs:
        monkeypatch.setenv("DATABASE_URL", theirs.url)
        with depot(carriers) as service:
            assert load(service, "/parcels/7", n=1, method="POST").answered == 1
            assert service.parts["database"].name.endswith(", borrowed")
        with psycopg.connect(theirs.url) as connection:
            left = connection.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'unblocked%'").fetchone()
            assert left == (0,)


@pytest.mark.usefixtures("place")
def test_sqlite_is_a_file_of_the_owner(carriers, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///mine.db")
    for _ in range(2):
        with depot(carriers) as service:
            assert load(service, "/parcels/7", n=1, method="POST").answered == 1
            assert service.parts == {}
    assert not (tmp_path / "mine.db").exists()


def test_failing_preparation_is_told_and_leaves_nothing(place, carriers):
    (place / "tables.py").write_text("def main():\n    raise RuntimeError('no such tables')\n")
    before = family_of()
    with pytest.raises(Fault, match=r"`tables`, which prepares the app, ended with code 1(.|\n)*no such tables"):
        depot(carriers)
    assert not joined_since(before, "postgres")


def test_preparation_that_does_not_end_is_given_up(place, carriers, monkeypatch):
    (place / "tables.py").write_text("import time\ndef main():\n    time.sleep(3600)\n")
    monkeypatch.setattr("unblocked.stack.preparation._LIMIT", 0.2)
    with pytest.raises(Fault, match="`tables`, which prepares the app, did not end"):
        depot(carriers)
