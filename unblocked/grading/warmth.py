"""What answers and checks use, imported and used once beforehand, so that the forks of this process need not."""

from __future__ import annotations

import functools
import gc
import importlib.metadata
import ssl
from collections.abc import Iterator

from unblocked.server import warmth

_FOR_ALL = (*warmth.MODULES, "unblocked.outside.listener")
_FOR_SOME = ("anyio.pytest_plugin", "fastapi.testclient", "httpx2", "pytest", "unittest")

_ROLES = ("loaded", "overseer", "trial")
_ROLES_FOR_SOME = ("suite_run", "suite_runner", "crew", "hand")
_GIVEN_TO_SOME = ("clock", "code", "database", "disk", "hosted", "stack", "store", "suite")
"""What some checks are given, or use."""


def import_all() -> None:
    """Import what an answer may use; where that was done, it costs nothing."""
    warmth.import_all(*_FOR_ALL)


def warm_up() -> Iterator[None]:
    """Do it in steps, what most answers need first. After each step there is no thread and no loop."""
    warmth.import_all(*_FOR_ALL, *(f"unblocked.grading.{role}" for role in _ROLES))
    _keep_certificates()
    _keep_packages()
    warmth.rehearse()
    yield from _shared()
    for module in (
        *_FOR_SOME,
        *warmth.OF_CELERY,
        *warmth.OF_DATABASES,
        *_of_pytest(),
        *(f"unblocked.grading.{each}" for each in (*_ROLES_FOR_SOME, *_GIVEN_TO_SOME)),
    ):
        warmth.import_all(module)
        yield
    warmth.rehearse()  # once more: imports that register with an abstract class clear what all of these remember
    yield from _shared()


def _of_pytest() -> Iterator[str]:
    """Give the parts that pytest imports whenever it runs."""
    from _pytest.config import default_plugins

    yield from (f"_pytest.{each}" for each in default_plugins)


def _shared() -> Iterator[None]:
    """Keep what is shared with the forks shared: the collector must not touch it any more."""
    gc.collect()
    gc.freeze()
    yield


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
