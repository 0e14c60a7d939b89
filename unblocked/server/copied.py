"""The warm process of an owner, and what each copy of it does to be like a fresh Python: of an app, or of a worker."""

from __future__ import annotations

import gc
import importlib
import socket
import sys
from collections.abc import Iterator, Sequence

from unblocked.processes import copies
from unblocked.processes.lines import Lines
from unblocked.server import warmth
from unblocked.server.warm import Use


def main(owner: int, orders: int) -> int:
    """Get warm, say so, and make copies; in each copy, run the module that its first word names; give the exit code.

    Args:
        owner: the inherited socket on which it says what it is warm for.
        orders: that on which the supervisor asks for copies.

    """
    gc.disable()  # imports leave little for the collector, which would look through all of it again and again
    warmth.import_all()
    warmth.rehearse()
    gc.collect()
    gc.freeze()  # what the copies share stays shared: the collector does not touch it
    with socket.socket(fileno=owner) as connection:
        lines = Lines(connection)
        lines.send(warm="app")
        module, *words = copies.become(orders, meanwhile=_warmer(lines))
    gc.enable()
    code: int = importlib.import_module(module).run(words)
    return code


def _warmer(lines: Lines) -> Iterator[None]:
    """Import what workers and databases' clients use: fewer want that, so an app alone does not wait for it."""
    further: dict[Use, Sequence[str]] = {"database": warmth.OF_DATABASES, "worker": warmth.OF_CELERY}
    for use, modules in further.items():
        for name in modules:
            warmth.import_all(name)
            yield
        gc.collect()
        gc.freeze()
        lines.send(warm=use)
        yield


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
