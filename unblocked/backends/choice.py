"""Which server there is for an owner: one of its own, or what `REDIS_URL` or `DATABASE_URL` names."""

from __future__ import annotations

import os

from unblocked.backends.borrowed import Borrowed
from unblocked.backends.postgres import Postgres
from unblocked.backends.valkey import Valkey


def redis() -> Valkey | Borrowed:
    """Start a Valkey, or borrow an empty database of the server that `REDIS_URL` names.

    Raises:
        Fault: it cannot be had; its message says what mends that.

    """
    url = os.environ.get("REDIS_URL")
    return Borrowed(url) if url else Valkey()


def database() -> Postgres | Borrowed:
    """Start a PostgreSQL, or borrow a new database of the server that `DATABASE_URL` names.

    Raises:
        Fault: it cannot be had; its message says what mends that.

    """
    url = os.environ.get("DATABASE_URL")
    return Borrowed(url, variable="DATABASE_URL") if url else Postgres(wait=False)
