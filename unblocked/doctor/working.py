"""Tries what a lesson uses, for real: a server, Valkey, PostgreSQL, the grader. Runs in the course's environment.

`python -m unblocked.doctor.working` prints one finding a line, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from unblocked.doctor.finding import Finding, fault
from unblocked.faults import Fault

ASK = "Run the command again; if it stays so, ask, with what `--report` prints."

_LAB, _EXERCISE = "start_here", "other_requests_keep_moving"


def main() -> None:
    """Try everything, one after the other; what fails does not keep the others from being tried."""
    for about, tried in (("Server", _server), ("Broker", _broker), ("Database", _database), ("Grader", _grader)):
        print(json.dumps(asdict(_found(about, tried))), flush=True)


def _found(about: str, tried: Callable[[], str]) -> Finding:
    try:
        return Finding(about, tried())
    except Fault as found:
        said, _, mend = found.message.partition(". ")
        *printed, last = mend.strip().splitlines() or [""]
        return fault(about, f"{said} ({last})", ASK) if printed else fault(about, said, mend or ASK)


def _server() -> str:
    import httpx

    from unblocked import serve, upstream

    with upstream(latency=0) as carriers, serve(_LAB, carriers=carriers) as lab:
        httpx.get(f"{lab.url}/health", timeout=30, trust_env=False).raise_for_status()
        return f"the lab of lesson 00 answers at {lab.url}"


def _broker() -> str:
    import redis

    from unblocked.backends import choice

    with choice.redis() as server:
        if not server.url.startswith(("redis", "unix", "valkey")):
            return "`REDIS_URL` names another kind of broker, which was not tried"
        with redis.Redis.from_url(server.url) as client:
            about = client.info("server")
        name = "valkey" if "valkey_version" in about else "redis"
        return f"{name.title()} {about[f'{name}_version']} answers"


def _database() -> str:
    import psycopg

    from unblocked.backends import choice
    from unblocked.backends.postgres import Postgres

    with choice.database() as server:
        if isinstance(server, Postgres):
            server.wait_until_ready()
        if not server.url.startswith("postgres"):
            return "`DATABASE_URL` names another kind of database, which was not tried"
        with psycopg.connect(server.url) as connection:
            return f"PostgreSQL {connection.info.server_version // 10_000} answers"


def _grader() -> str:
    from unblocked.exercises import Exercise
    from unblocked.grading.grader import grader

    exercise = Exercise.all()[_EXERCISE]
    verdict = grader().grade(exercise, exercise.solution.read_text(encoding="utf-8"))
    if not verdict.passed:
        raise Fault(f"our own solution of `{_EXERCISE}` is refused")
    return f"proves our own solution of `{_EXERCISE}`"


if __name__ == "__main__":
    main()
