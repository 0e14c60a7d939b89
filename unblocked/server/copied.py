"""The warm process of an owner, and what each copy of it does to be like a fresh Python: of an app, or of a worker."""

from __future__ import annotations

import gc
import importlib
import socket
import sys
from collections.abc import Iterator, Sequence
from typing import cast

from unblocked.processes import copies
from unblocked.processes.lines import Lines
from unblocked.server import warmth
from unblocked.server.warm import USES, Use


def main(owner: int, orders: int, last: Use) -> int:
    """Get warm, say so, and make copies; in each copy, run the module that its first word names; give the exit code.

    Args:
        owner: the inherited socket on which it says what it is warm for.
        orders: that on which the supervisor asks for copies.
        last: for which use it gets warm in the end.

    """
    gc.disable()  # imports leave little for the collector, which would look through all of it again and again
    warmth.import_all()
    warmth.rehearse()
    gc.collect()
    gc.freeze()  # what the copies share stays shared: the collector does not touch it
    with socket.socket(fileno=owner) as connection:
        lines = Lines(connection)
        lines.send(warm="app")
        module, *words = copies.become(orders, meanwhile=_warmer(lines, last))
    gc.enable()
    code: int = importlib.import_module(module).run(words)
    return code


def _warmer(lines: Lines, last: Use) -> Iterator[None]:
    """Import what workers and databases' clients use, as far as it is wanted: an app alone does not wait for it."""
    further: dict[Use, Sequence[str]] = {"database": warmth.OF_DATABASES, "worker": warmth.OF_CELERY}
    for use in USES[1 : USES.index(last) + 1]:
        for name in further[use]:
            warmth.import_all(name)
            yield
        gc.collect()
        gc.freeze()
        lines.send(warm=use)
        yield


if __name__ == "__main__":
    _owner, _orders, _last = sys.argv[1:]
    sys.exit(main(int(_owner), int(_orders), cast("Use", _last)))
