"""A database of a server that somebody else runs, claimed for one owner: it was empty before, and is empty after.

A key in it says whose it is. A database that has other keys is never touched. Where an owner and all that it had were
killed at once, the key stays; whoever comes next on that machine sees that nobody holds it, and empties the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import redis

from unblocked.backends.claims import holder
from unblocked.backends.claims.claim import Claim, without_password
from unblocked.backends.client import asks_once
from unblocked.faults import Fault

KEY = "unblocked:claimed"

_DATABASES = 16
"""What a server has unless it is told otherwise."""

_PATIENCE = 5.0
"""Seconds that a server may take for an answer."""

_PROBLEM = "`REDIS_URL` is `{url}`, {what}. Mend or unset it: without it, the course starts a server of its own."


def claim(url: str) -> Claim:
    """Find an empty database and make it ours.

    Args:
        url: a server, or one of its databases (`redis://localhost:6379/3`), which then must be empty itself.

    Raises:
        Fault: nobody answers there, it is no such server, or there is no empty database.

    """
    shown = without_password(url)
    try:
        server = _server(url)
        found = next((each for each in _candidates(url) if _claimed(each)), None)
    except redis.AuthenticationError as error:
        what = f"and the server there wants another name or password ({error})"
        raise Fault(_PROBLEM.format(url=shown, what=what)) from error
    except redis.RedisError as error:
        raise Fault(_PROBLEM.format(url=shown, what=f"and no Redis answers there ({error})")) from error
    except ValueError as error:  # of `from_url`
        raise Fault(_PROBLEM.format(url=shown, what=f"which is no address of a server ({error})")) from error
    if found is None:
        what = "and every database that it may use there has other people's keys"
        raise Fault(_PROBLEM.format(url=shown, what=what))
    return Claim(found, server, lambda: _give_back(found))


def _give_back(url: str) -> None:
    """Empty it, if it is still ours."""
    with _client(url) as client:
        if client.get(KEY) == holder.me():
            client.flushdb()


def _client(url: str) -> redis.Redis:
    # Text, as an address may ask for itself.
    return asks_once(url, within=_PATIENCE, decode_responses=True, encoding_errors="replace")


def _server(url: str) -> str:
    """Say what answers there: something else may, and an answer is no proof."""
    with _client(url) as client:
        told: dict[str, Any] = client.info("server")
    if "valkey_version" in told:
        return f"Valkey {told['valkey_version']}"
    if "redis_version" in told:
        return f"Redis {told['redis_version']}"
    raise redis.ResponseError("it does not say its version")


def _candidates(url: str) -> Iterator[str]:
    parts, (base, _, query) = urlsplit(url), url.partition("?")
    is_unix = parts.scheme == "unix"
    if "db=" in query or (parts.path.strip("/") and not is_unix):
        yield url
        return
    for number in range(_DATABASES):
        if is_unix:
            yield f"{base}?db={number}" + (f"&{query}" if query else "")
        else:
            yield f"{base.rstrip('/')}/{number}" + (f"?{query}" if query else "")


def _claimed(url: str) -> bool:
    """Make a database ours; False where it has keys that are not, or others hold it, or there is none of its number."""
    with _client(url) as client:
        if not _exists(client) or not (client.set(KEY, holder.me(), nx=True) or _taken_over(client)):
            return False
        if client.dbsize() == 1:
            return True
        client.delete(KEY)
        return False


def _exists(client: redis.Redis) -> bool:
    """Whether the server has a database of this number: some have fewer than usual."""
    try:
        return bool(client.ping())
    except redis.ResponseError as error:
        if "out of range" in str(error):
            return False
        raise


def _taken_over(client: redis.Redis) -> bool:
    """Empty a database whose holder has ended, and make it ours; False where it is held, or another was faster."""
    with client.pipeline() as at_once:
        at_once.watch(KEY)  # type: ignore[no-untyped-call]
        if at_once.type(KEY) != "string" or not holder.is_abandoned(str(at_once.get(KEY))):
            return False
        at_once.multi()
        at_once.flushdb()
        at_once.set(KEY, holder.me())
        try:
            at_once.execute()
        except redis.WatchError:
            return False
        return True
