"""A forked check finds everything imported; a kernel and a command import nothing of it."""

import importlib
import pkgutil
import subprocess
import sys
import types

import pytest

from unblocked import grading

CLIENTS = ["aiohttp", "asyncpg", "celery", "fastapi", "httpx", "psycopg", "redis", "sqlalchemy", "uvicorn"]

LOAD_ALL_CHECKS = """
import sys
from unblocked.exercises import Exercise
from unblocked.grading.checking import load
from unblocked.grading.warmth import warm_up

for _ in warm_up():
    pass
warm = set(sys.modules)
checks = [check for exercise in Exercise.all().values() for check in load(str(exercise.checks))]
assert len(checks) > 100, checks
print(sorted(set(sys.modules) - warm - {"checks"}))
"""


def printed(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_no_check_has_to_import_anything():
    assert printed(LOAD_ALL_CHECKS) == "[]"


@pytest.mark.parametrize("begins_with", ["unblocked.notebook.wiring", "unblocked.coaching", "unblocked.stack"])
def test_neither_kernel_nor_command_waits_for_clients(begins_with):
    assert printed(f"import sys, {begins_with}; print([c for c in {CLIENTS} if c in sys.modules])") == "[]"


@pytest.mark.parametrize("name", grading.__all__)
def test_what_is_given_survives_importing_every_module(name):
    for module in pkgutil.iter_modules(grading.__path__, prefix="unblocked.grading."):
        if module.name != "unblocked.grading.zygote":
            importlib.import_module(module.name)
    assert not isinstance(getattr(grading, name), types.ModuleType)


def test_unknown_name_is_named():
    with pytest.raises(AttributeError, match=r"module `unblocked\.grading` has no attribute `exepct`"):
        grading.exepct  # noqa: B018
