"""Answers with a key-value store: a real Valkey for every check, which knows what it was asked, and which is harmed."""

import tempfile
from pathlib import Path

import pytest
import redis

from tests.family import family_of, joined_since
from unblocked.grading import Exercise, grader
from unblocked.grading.store import Store

PLACE = Path(__file__).parent / "course"
RIGHT = """
import os
from contextlib import suppress
import httpx
from fastapi import FastAPI
from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.asyncio.retry import Retry
from redis.exceptions import RedisError

once = Retry(NoBackoff(), 0)
store = Redis.from_url(os.environ["REDIS_URL"], socket_timeout=0.2, retry=once)
app = FastAPI()

@app.get("/rates/{zone}")
async def rate(zone: int):
    with suppress(RedisError):
        if (kept := await store.get(f"rate:{zone}")) is not None:
            return kept
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as client:
        found = (await client.get(f"/rate/{zone}")).text
    with suppress(RedisError):
        await store.set(f"rate:{zone}", found, ex=60)
    return found
"""


@pytest.fixture
def exercise():
    return Exercise.find("rates_are_kept", place=PLACE)


@pytest.fixture
def store():
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        try:
            store.wait_until_ready()
            yield store
        finally:
            store.kill()


def refusal(exercise, before, after):
    assert before in RIGHT
    verdict = grader().grade(exercise, RIGHT.replace(before, after))
    assert not verdict.passed
    return verdict.failure


def test_right_answer_passes_and_leaves_nothing(exercise):
    before = family_of()
    verdict = grader().grade(exercise, RIGHT)
    assert verdict.passed, verdict
    assert not joined_since(before, "valkey-server")


def test_what_was_asked_is_seen(exercise):
    failure = refusal(exercise, "is not None", "is None and kept")
    assert failure.name == "check_a_rate_is_asked_for_once"
    assert failure.got.startswith("2 question(s) to the carrier; [['GET', 'rate:7'], ['SET', 'rate:7', ")
    assert failure.got.endswith("keys ['rate:7']")


def test_how_long_it_is_kept_is_seen(exercise):
    failure = refusal(exercise, ", ex=60", "")
    assert failure.name == "check_a_rate_is_kept_for_a_minute"
    assert failure.got.startswith("-1; [['SET', 'rate:7', ")


@pytest.mark.parametrize(
    ("before", "after", "check"),
    [
        ("with suppress(RedisError):\n        if", "if True:\n        if", "check_a_dead_store_harms_nobody"),
        ("socket_timeout=0.2", "socket_timeout=None", "check_a_silent_store_harms_nobody"),
    ],
)
def test_harm_is_seen(exercise, before, after, check):
    assert refusal(exercise, before, after).name == check


def test_check_s_own_questions_do_not_count(store):
    with store.client() as client:
        client.set("rate:7", b"\xff and more words")
    assert store.keys == ["rate:7"]
    assert (store.commands, store.connections) == ([], 0)


def test_what_a_script_does_is_told_before_it(store):
    with redis.Redis.from_url(store.url) as client:
        client.eval("return redis.call('INCR', KEYS[1])", 1, "asked by ada")
        client.pipeline().set("a", b"\xff").get("a").execute()
        assert store.connections == 1
    assert store.asked("INCR", "get") == [["INCR", "asked by ada"], ["GET", "a"]]
    assert [words[0] for words in store.commands] == ["INCR", "EVAL", "MULTI", "SET", "GET"]
    assert store.asked("SET") == [["SET", "a", "\N{REPLACEMENT CHARACTER}"]]
