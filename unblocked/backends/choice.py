"""Which server there is for an owner: a Valkey of its own, or what `REDIS_URL` names."""

from __future__ import annotations

import os

from unblocked.backends.borrowed import Borrowed
from unblocked.backends.valkey import Valkey


def redis() -> Valkey | Borrowed:
    """Start a Valkey, or borrow an empty database of the server that `REDIS_URL` names.

    Raises:
        Fault: it cannot be had; its message says what mends that.

    """
    url = os.environ.get("REDIS_URL")
    return Borrowed(url) if url else Valkey()
