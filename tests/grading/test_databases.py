"""Answers with a database: a real PostgreSQL for every check, which it fills, looks into, locks and harms."""

from pathlib import Path

import psutil
import pytest

from unblocked.grading import Exercise, grader

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
    verdict = grader().grade(exercise, RIGHT)
    assert verdict.passed, verdict
    assert not [each for each in psutil.Process().children(recursive=True) if each.name() == "postgres"]


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
