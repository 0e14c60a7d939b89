"""Answers with a database: a real PostgreSQL for every check, which it fills, looks into, locks and harms."""

import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.family import family_of, joined_since
from tests.waiting import until
from unblocked.grading import Exercise, grader
from unblocked.grading.app import App
from unblocked.grading.board import Channel
from unblocked.grading.database import Database

PLACE = Path(__file__).parent / "course"
RIGHT = """
import os
import httpx
from fastapi import FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
app = FastAPI()

async def execute(statement, **values):
    try:
        async with engine.begin() as connection:
            await connection.execute(text(statement), values)
    except (DBAPIError, OSError) as error:
        raise HTTPException(503, "no database") from error

@app.post("/parcels/{parcel}")
async def keep(parcel: int):
    await execute("INSERT INTO parcels VALUES (:id, 2)", id=parcel)

@app.post("/asked/{parcel}")
async def ask(parcel: int):
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as client:
        await client.get("/quote")
    await keep(parcel)

@app.post("/heavier/{parcel}")
async def heavier(parcel: int):
    await execute("UPDATE parcels SET weight = weight + 1 WHERE id = :id", id=parcel)
"""


@pytest.fixture
def exercise():
    return Exercise.find("rows_are_kept", place=PLACE)


def refusal(exercise, before, after):
    assert before in RIGHT
    verdict = grader().grade(exercise, RIGHT.replace(before, after))
    assert not verdict.passed
    return verdict.failure


def test_right_answer_passes_and_leaves_nothing(exercise):
    before = family_of()
    verdict = grader().grade(exercise, RIGHT)
    assert verdict.passed, verdict
    assert not joined_since(before, "postgres")


def test_what_is_not_committed_is_not_there(exercise):
    failure = refusal(exercise, "engine.begin()", "engine.connect()")
    assert (failure.name, failure.got) == ("check_a_parcel_is_written_down", "200 null; []")


def test_open_transaction_is_seen(exercise):
    lazy = "await client.get("
    held = "await client.get("
    failure = refusal(
        exercise,
        f"        {lazy}",
        f'        async with engine.begin() as c:\n            await c.execute(text("SELECT 1")); {held}',
    )
    assert failure.name == "check_nothing_is_held_while_the_carrier_thinks"
    assert failure.got == "1 open transaction(s) of 1 connection(s)"


def test_statements_are_counted(exercise):
    twice = 'await execute("SELECT weight FROM parcels")\n    await execute("INSERT INTO parcels VALUES (:id, 2)"'
    failure = refusal(exercise, 'await execute("INSERT INTO parcels VALUES (:id, 2)"', twice)
    assert failure.name == "check_one_statement_is_enough"
    assert failure.got == "['SELECT weight FROM parcels', 'INSERT INTO parcels VALUES ($1, 2)']"


def test_statement_of_several_lines_counts_once(exercise):
    named = 'connect_args={"server_settings": {"application_name": "the answer"}}'
    streams = f"""other = create_async_engine(os.environ["DATABASE_URL"], {named})
    async with other.connect() as connection:
        rows = await connection.stream(text("SELECT weight\\n\\n\\tFROM parcels, generate_series(1, 99)"))
        print([row async for row in rows])
    await execute("INSERT INTO parcels VALUES (:id, 2)\""""
    failure = refusal(exercise, 'await execute("INSERT INTO parcels VALUES (:id, 2)"', streams)
    whole = "SELECT weight FROM parcels, generate_series(1, 99)"
    assert failure.got == f"['{whole}', 'INSERT INTO parcels VALUES ($1, 2)']"


def test_lock_shows_who_has_read_before_it(exercise):
    reads = """async with engine.begin() as connection:
        weight = await connection.scalar(text("SELECT weight FROM parcels WHERE id = :id"), {"id": parcel})
    await execute("UPDATE parcels SET weight = :weight WHERE id = :id", weight=weight + 1, id=parcel)"""
    failure = refusal(
        exercise, 'await execute("UPDATE parcels SET weight = weight + 1 WHERE id = :id", id=parcel)', reads
    )
    assert (failure.name, failure.got) == ("check_a_lock_is_waited_for", "2 kg")


def test_dead_database_is_noticed(exercise):
    failure = refusal(exercise, "HTTPException(503", "HTTPException(500")
    assert failure.name == "check_a_dead_database_is_told"
    assert failure.got == '500 {"detail":"no database"}; 1 row(s) afterwards'


@pytest.fixture
def process():
    """Starts processes of Python with some code; they are ended with the test, however that ends."""
    with ExitStack() as stack:

        def start(code):
            started = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
            stack.enter_context(started)
            stack.callback(started.kill)
            return started

        yield start


def test_answer_does_not_rest_while_its_server_works(process):
    rests, works = process("input()"), process("while True: pass")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        app = App(Channel(ours), carriers=None, limit=1, url="http://app", pid=rests.pid, file="")
        until(app.is_quiet, "it waits for a line")
        app.beside.append(works)
        until(lambda: app.is_quiet() is False, "the other one is at work")  # at first it is starting, and reads files


def test_server_that_has_ended_keeps_nobody_from_resting(process):
    rests, ends = process("input()"), process("")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        app = App(Channel(ours), carriers=None, limit=1, url="http://app", pid=rests.pid, file="")
        app.beside.append(ends)
        ends.wait()
        until(app.is_quiet, "one rests, and the other is gone")


def test_answer_rests_while_its_server_works_for_the_check():
    server = "import os; child = os.fork()\nwhile not child: pass\nprint(child, flush=True); os.wait()"
    ours, theirs = socket.socketpair()
    with (
        ours,
        theirs,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as rests,
        subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE) as serves,
    ):
        works = int(serves.stdout.readline())
        try:
            app = App(Channel(ours), carriers=None, limit=1, url="http://app", pid=rests.pid, file="")
            app.beside.append(serves)
            until(lambda: app.is_quiet() is False, "it works")
            app.looker = lambda: works
            until(app.is_quiet, "what works for the check does not count")
        finally:
            psutil.Process(works).kill()
            rests.kill()


def test_looks_begin_no_process_each():
    with tempfile.TemporaryDirectory() as folder:
        database = Database(folder)
        database.wait_until_ready()
        looked = {database.value("SELECT pg_backend_pid()") for _ in range(3)}
        assert looked == {row["pid"] for row in database.rows("SELECT pg_backend_pid() AS pid")} == {database.looker}
        assert len(looked) == 1
        database.kill()
        database.again()
        assert database.value("SELECT pg_backend_pid()") not in looked
        assert (database.connections, database.transactions, database.waiting) == (0, 0, 0)
        database.kill()


def test_looks_see_a_changed_table():
    with tempfile.TemporaryDirectory() as folder:
        database = Database(folder)
        database.wait_until_ready()
        database.execute("CREATE TABLE parcels (id int)")
        database.insert("parcels", {"id": 7})
        assert [database.rows("SELECT * FROM parcels") for _ in range(9)] == [[{"id": 7}]] * 9
        database.execute("ALTER TABLE parcels ADD weight int")
        assert database.rows("SELECT * FROM parcels") == [{"id": 7, "weight": None}]
        database.kill()


def test_check_that_asks_for_no_database_has_none(exercise, tmp_path):
    folder = tmp_path / "exercises" / "shops" / "rows_are_kept"
    folder.mkdir(parents=True)
    for file in exercise.folder.iterdir():
        (folder / file.name).write_text(file.read_text())
    checks = '''"""No database."""
def check_it_answers(app):
    """It answers."""
    assert app.get("/docs").status == 200
'''
    (folder / "checks.py").write_text(checks)
    verdict = grader().grade(Exercise.find("rows_are_kept", place=tmp_path), RIGHT)
    assert "KeyError: 'DATABASE_URL'" in verdict.broken
