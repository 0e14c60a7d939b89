"""A forked check finds everything imported; a kernel and a command import nothing of it."""

import importlib
import pkgutil
import subprocess
import sys
import types

import pytest

from unblocked import grading
from unblocked.grading import Exercise

CLIENTS = ["aiohttp", "asyncpg", "celery", "fastapi", "httpx", "psycopg", "redis", "sqlalchemy", "uvicorn"]

LOAD_CHECKS = """
import os
import sys
from itertools import groupby

from unblocked.exercises import Exercise
from unblocked.grading.checking import load
from unblocked.grading.warmth import warm_up

by_uses = sorted(Exercise.all().values(), key=lambda each: each.uses)
for _ in warm_up():
    pass
for uses, alike in groupby(by_uses, key=lambda each: each.uses):
    if os.fork():
        os.wait()
        continue
    for _ in warm_up(*uses):
        pass
    for exercise in alike:
        warm = set(sys.modules)
        load(str(exercise.checks))
        print(exercise.name, *sorted(set(sys.modules) - warm - {"checks"}), flush=True)
    os._exit(0)
"""


def printed(code):
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_no_check_has_to_import_anything():
    assert sorted(printed(LOAD_CHECKS).splitlines()) == sorted(Exercise.all())


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
