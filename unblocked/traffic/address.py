"""Where requests go: a served lab or a URL, on this machine unless it is said otherwise."""

from __future__ import annotations

import ipaddress
import socket
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from unblocked.faults import Fault
from unblocked.records import Recording
from unblocked.traffic.bounds import shown

_EXAMPLE = "`http://127.0.0.1:8000`"


class Target(Protocol):
    """What can be loaded: a served lab. A URL in quotes can be loaded as well."""

    @property
    def url(self) -> str:
        """Its address, such as `http://127.0.0.1:40123`."""

    def recording(self, prefix: str = "", /) -> Recording | None:
        """Give what it recorded of the requests whose id begins with `prefix`, or None."""


def base_of(target: object, *, elsewhere: bool) -> str:
    """Give the address that paths are appended to.

    Args:
        target: a served lab, or a URL as text.
        elsewhere: whether it may be another machine.

    Raises:
        Fault: it is neither; the URL is not one for http; it leads to another machine.

    >>> base_of("http://127.0.0.1:8000/", elsewhere=False)
    'http://127.0.0.1:8000/'

    """
    url = getattr(target, "url", target)
    if not isinstance(url, str):
        raise Fault(f"`load` wants a served lab or a URL such as {_EXAMPLE}, not {shown(target)}.")
    parts = _parts(url)
    if not elsewhere:
        _stay_here(url, parts)
    return url


def joined(base: str, path: str) -> str:
    """Append a path to an address. A base that has a path of its own keeps it when nothing but `/` is appended.

    >>> joined("http://127.0.0.1:8000", "/quotes/7"), joined("http://127.0.0.1:8000/quotes/7", "/")
    ('http://127.0.0.1:8000/quotes/7', 'http://127.0.0.1:8000/quotes/7')
    """
    parts = urlsplit(base)
    start = f"{parts.scheme}://{parts.netloc}"
    own = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return f"{start}{own or '/'}" if path == "/" else f"{start}{parts.path.rstrip('/')}{path}"


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        good = False
    if not good or any(letter.isspace() for letter in url):
        raise Fault(f"{shown(url)} is not a URL that requests can be sent to. Write one such as {_EXAMPLE}.")
    return parts


def _stay_here(url: str, parts: SplitResult) -> None:
    addresses = _addresses(str(parts.hostname), parts.port)
    others = [address for address in addresses if not _is_here(address)]
    if "0.0.0.0" in others or "::" in others:  # a server's "on all interfaces" is no place to go to
        raise Fault(f"{shown(url)} is where a server listens, not where it is found: write `127.0.0.1` instead.")
    if others or not addresses:
        place = f"leads elsewhere ({', '.join(others)})" if others else "is not known to this machine"
        raise Fault(
            f"`load` sends to this machine only, and `{parts.hostname}` {place}. "
            "If that service is yours, and is meant to be loaded: `elsewhere=True`."
        )


def _addresses(host: str, port: int | None) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port or 80, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # no such host; a name that no host can have
        return []
    return sorted({str(entry[4][0]) for entry in found})


def _is_here(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback
