"""Why a request failed, in plain words."""

from __future__ import annotations

import errno

import aiohttp

from unblocked.traffic.remarks import NO_FILES, NO_PORTS

_BY_NUMBER = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EMFILE: NO_FILES,
    errno.ENFILE: NO_FILES,
    errno.EADDRNOTAVAIL: NO_PORTS,
}

_BY_TYPE: list[tuple[type[Exception], str]] = [
    (TimeoutError, "timeout"),
    (aiohttp.ClientConnectorDNSError, "unknown host"),
    (aiohttp.ClientSSLError, "TLS failed"),
    (ConnectionResetError, "reset"),
    (aiohttp.ServerDisconnectedError, "disconnected"),
    (aiohttp.ClientPayloadError, "cut short"),
    (aiohttp.ClientResponseError, "not HTTP"),
    (aiohttp.InvalidURL, "not a URL"),
]


class Once(aiohttp.ClientError):
    """A failure that the client must not answer by sending the request again. Its cause is the failure itself."""


async def only_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request once (a middleware).

    On its own, aiohttp repeats a GET whose connection broke, in silence: the server would see more than was offered.
    """
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Once from error


def cause_of(error: BaseException) -> str:
    """Say in two words what an exception of the client means.

    >>> cause_of(TimeoutError())
    'timeout'
    """
    if isinstance(error, Once) and error.__cause__ is not None:
        error = error.__cause__
    number = getattr(error, "errno", None)
    if number in _BY_NUMBER:
        return _BY_NUMBER[number]
    return next((words for kind, words in _BY_TYPE if isinstance(error, kind)), type(error).__name__)
