"""What is to be sent: every request of a run, with the moment at which it is due. Read by owner and sender alike."""

from __future__ import annotations

import json as text
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from unblocked.faults import Fault, unknown
from unblocked.traffic import bounds
from unblocked.traffic.bounds import shown

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
MOST_BODY = 1_000_000
"""Bytes of a request's body."""

_TIMES = "\N{MULTIPLICATION SIGN}"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a header's name is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run. Requests are numbered from 1; `rate` is in requests a second (None: all at once), `timeout` in seconds."""

    run: str
    base: str
    paths: tuple[str, ...]
    method: str
    count: int
    rate: float | None
    timeout: float
    headers: dict[str, str]
    body: str | None

    def id(self, n: int) -> str:
        """Name request `n`: the run, then its number."""
        return f"{self.run}-{n}"

    def path(self, n: int) -> str:
        """Give the path of request `n`: the paths take turns, and `{n}` becomes its number."""
        return self.paths[(n - 1) % len(self.paths)].replace("{n}", str(n))

    def due(self, n: int) -> float:
        """Give the seconds between the first request and request `n`."""
        return 0.0 if self.rate is None else (n - 1) / self.rate

    @property
    def title(self) -> str:
        """A few words for it.

        >>> planned("http://127.0.0.1", "/health", rate=50, seconds=4).title
        '50/s for 4 s GET /health'
        """
        where = ", ".join(self.paths[:3]) + (f" and {len(self.paths) - 3} more" if len(self.paths) > 3 else "")
        if self.rate is None:
            return f"{self.count} {_TIMES} {self.method} {where}"
        return f"{self.rate:g}/s for {self.count / self.rate:.3g} s {self.method} {where}"

    def packed(self) -> bytes:
        """Write it as one line, for the sender."""
        return text.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def unpacked(cls, line: bytes) -> Plan:
        """Read what `packed` wrote."""
        fields = text.loads(line)
        return cls(**fields | {"paths": tuple(fields["paths"])})


def planned(
    base: str,
    path: object = "/",
    *,
    n: object = None,
    rate: object = None,
    seconds: object = None,
    method: object = "GET",
    json: Any = None,
    headers: object = None,
    timeout: object = 30.0,
) -> Plan:
    """Make a plan of what `load` was given.

    Raises:
        Fault: something is out of its bounds, or does not go together.

    """
    count, pace = bounds.schedule(n=n, rate=rate, seconds=seconds)
    body = None if json is None else _body(json)
    return Plan(
        run=secrets.token_hex(4),
        base=base,
        paths=_paths(path),
        method=_method(method),
        count=count,
        rate=pace,
        timeout=bounds.number("timeout", timeout, most=bounds.MOST_SECONDS, unit="seconds"),
        headers=_headers(headers, is_json=body is not None),
        body=body,
    )


def _paths(path: object) -> tuple[str, ...]:
    paths = [path] if isinstance(path, str) else list(path) if isinstance(path, list | tuple) else []
    wrong = [one for one in paths if not (isinstance(one, str) and one.startswith("/") and one.isprintable())]
    if wrong or not paths:
        given = wrong[0] if wrong else path
        raise Fault(f"`path` is a path such as `/quotes/7`, or a list of them, not {shown(given)}.")
    return tuple(paths)


def _method(method: object) -> str:
    name = method.upper() if isinstance(method, str) else shown(method).strip("`")
    if name not in METHODS:
        raise unknown("method", name, METHODS)
    return name


def _body(json: Any) -> str:
    try:
        body = text.dumps(json, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Fault(f"`json` cannot be written as JSON: {error}.") from error
    if len(body) > MOST_BODY:
        raise Fault(f"`json` makes a body of {len(body)} bytes; at most {MOST_BODY} are possible.")
    return body


def _headers(headers: object, *, is_json: bool) -> dict[str, str]:
    if not (headers is None or isinstance(headers, Mapping)):
        raise Fault(f'`headers` is a dictionary such as `{{"x-api-key": "secret"}}`, not {shown(headers)}.')
    given = dict(headers or {})
    for name, value in given.items():
        if not (isinstance(name, str) and _TOKEN.fullmatch(name) and isinstance(value, str) and value.isprintable()):
            raise Fault(f"`headers` are names and values as text on one line; {shown({name: value})} is not.")
    default = {"content-type": "application/json"} if is_json else {}
    return default | {name.lower(): value for name, value in given.items()}
