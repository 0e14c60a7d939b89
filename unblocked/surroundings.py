"""What of a learner's environment does not reach what the course runs: it would be obeyed before the code is."""

from __future__ import annotations

import os
from collections.abc import Mapping

HERE = ("127.0.0.1", "localhost")
"""How the course's servers are addressed."""

_OF_LIBPQ = "PG"
"""How the variables begin that clients of PostgreSQL obey: `PGSERVICE`, `PGOPTIONS`, `PGPORT`, …"""

_OF_TOOLS = ("CELERY_", "PYTEST_")
"""How the variables begin that change what answers do: `CELERY_BROKER_URL`, whatever broker an app names, …"""

_NOT_FOR_ANSWERS = {"DATABASE_URL", "REDIS_URL", "FORCE_COLOR"}
"""What names the servers that labs use in place of their own; and what has Python and others print for a terminal."""


def clean(env: Mapping[str, str]) -> dict[str, str]:
    """Give an environment in which clients find the servers that the course runs, and text is UTF-8.

    A proxy, as offices have one, is for other machines. What is said to clients of PostgreSQL stays only where
    `DATABASE_URL` names a server, for which it may be meant.

    >>> clean({"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "intranet", "PGSERVICE": "prod"})["NO_PROXY"]
    'intranet,127.0.0.1,localhost'
    >>> sorted(clean({"PGSERVICE": "prod"}))
    ['NO_PROXY', 'PYTHONUTF8', 'no_proxy']
    """
    meant = "DATABASE_URL" in env
    kept = {name: value for name, value in env.items() if meant or not name.startswith(_OF_LIBPQ)}
    direct = _direct(env.get("NO_PROXY") or env.get("no_proxy") or "")
    return kept | {"NO_PROXY": direct, "no_proxy": direct, "PYTHONUTF8": "1"}


def tidy() -> None:
    """Make the environment of this very process a clean one, as a kernel does, whose cells ask the course's servers."""
    cleaned = clean(os.environ)
    for name in set(os.environ) - set(cleaned):
        del os.environ[name]
    os.environ.update(cleaned)


def for_answers(env: Mapping[str, str]) -> dict[str, str]:
    """Give the environment in which answers are graded: every check has servers of its own, and runs tests its own way.

    >>> sorted(for_answers({"CELERY_BROKER_URL": "amqp://", "REDIS_URL": "redis://", "HOME": "/home/zoe"}))
    ['HOME', 'NO_PROXY', 'PYTHONUTF8', 'no_proxy']
    """
    kept = {name: value for name, value in env.items() if not (name in _NOT_FOR_ANSWERS or name.startswith(_OF_TOOLS))}
    return clean(kept)


def _direct(hosts: str) -> str:
    """Add this machine to the hosts that are asked without a proxy; `*` alone is all of them.

    >>> _direct("*"), _direct("localhost, 127.0.0.1")
    ('*', 'localhost, 127.0.0.1')
    """
    there = [host.strip() for host in hosts.split(",") if host.strip()]
    if there == ["*"]:
        return hosts
    return ",".join([hosts] * bool(there) + [host for host in HERE if host not in there])
