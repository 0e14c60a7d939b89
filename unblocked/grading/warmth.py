"""What answers and checks use, imported and used once beforehand, so that the forks of this process need not.

What only some exercises use comes when one of them is graded, or when it is known that one will be: each further
megabyte makes every fork slower.
"""

from __future__ import annotations

import functools
import gc
import importlib.metadata
import ssl
from collections.abc import Iterator, Mapping

from unblocked.server import warmth


def _ours(*names: str) -> tuple[str, ...]:
    return tuple(f"unblocked.grading.{name}" for name in names)


_ALL = ""
_OF_ANSWERS = (*warmth.MODULES, "fastapi.testclient", "unblocked.outside.listener")
_MODULES: Mapping[str, tuple[str, ...]] = {
    _ALL: (*_OF_ANSWERS, *_ours("clock", "code", "disk", "hosted", "loaded", "overseer", "trial")),
    "test": ("anyio.pytest_plugin", "httpx2", "pytest", "unittest", *_ours("suite", "suite_run", "suite_runner")),
    "queue": (*warmth.OF_CELERY, *_ours("crew", "hand", "stack")),
    "database": (*warmth.OF_DATABASES, *_ours("database")),
    "store": ("redis.asyncio", *_ours("store")),
}
"""By what an exercise uses (`Exercise.uses`); what is not here uses nothing of its own."""

_warm: set[str] = set()


def import_all() -> None:
    """Import what an answer may use; where that was done, it costs nothing."""
    warmth.import_all(*_OF_ANSWERS)


def warm_up(*uses: str) -> Iterator[None]:
    """Do it in steps: what all answers need, then what these uses need. After each there is no thread and no loop.

    What was done before is not done again: a step that is left out here is taken where another asks for it.
    """
    for use in (_ALL, *uses):
        if use in _warm:
            continue
        for module in _modules(use):
            warmth.import_all(module)
            yield
        if use in _warm:  # an order came in between
            continue
        if use == _ALL:
            _keep_certificates()
            _keep_packages()
        # Also after others: what registers with an abstract class as it is imported clears what all of these remember.
        warmth.rehearse()
        gc.collect()
        gc.freeze()  # what is shared with the forks stays shared: the collector must not touch it any more
        _warm.add(use)
        yield


def _modules(use: str) -> Iterator[str]:
    yield from _MODULES.get(use, ())
    if use == "test":
        yield from _of_pytest()


def _of_pytest() -> Iterator[str]:
    """Give the parts that pytest imports whenever it runs."""
    from _pytest.config import default_plugins

    yield from (f"_pytest.{each}" for each in default_plugins)


def _keep_certificates() -> None:
    """Have clients of one process share what they trust: reading it takes some 16 ms of processor time for each client.

    No answer speaks TLS: everything that it may ask is on this machine.
    """
    ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]


def _keep_packages() -> None:
    """Have processes share what is known of installed packages, so that each need not read hundreds of files.

    Celery looks for the place of an app's results among them, and redis-py for its own version at every connection.
    """
    importlib.metadata.entry_points = functools.cache(importlib.metadata.entry_points)  # type: ignore[assignment]
    importlib.metadata.version = functools.cache(importlib.metadata.version)
    importlib.metadata.version("redis")
    importlib.metadata.entry_points(group="celery.result_backends")
