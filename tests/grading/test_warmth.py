"""A forked check finds everything imported; a kernel and a command import nothing of it."""

import importlib
import pkgutil
import subprocess
import sys
import types
from itertools import groupby

import pytest

from unblocked import grading
from unblocked.grading import Exercise

CLIENTS = ["aiohttp", "asyncpg", "celery", "fastapi", "httpx", "psycopg", "redis", "sqlalchemy", "uvicorn"]

LOAD_CHECKS = """
import sys
from unblocked.exercises import Exercise
from unblocked.grading.checking import load
from unblocked.grading.warmth import warm_up

uses, names = map(str.split, sys.argv[1:])
for _ in warm_up(*uses):
    pass
warm = set(sys.modules)
for name in names:
    load(str(Exercise.find(name).checks))
print(sorted(set(sys.modules) - warm - {"checks"}))
"""


def by_uses():
    """Give the names of all exercises, by what their answers use."""
    every = sorted(Exercise.all().values(), key=lambda each: each.uses)
    return {uses: [each.name for each in alike] for uses, alike in groupby(every, key=lambda each: each.uses)}


def printed(code, *words):
    run = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.mark.parametrize("uses", by_uses(), ids=" and ".join)
def test_no_check_has_to_import_anything(uses):
    assert printed(LOAD_CHECKS, " ".join(uses), " ".join(by_uses()[uses])) == "[]"


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
