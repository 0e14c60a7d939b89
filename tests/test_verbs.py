"""The verbs are reached by `from unblocked import …`, and nothing else of the package has their names."""

import ast
import importlib
import pkgutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

import unblocked

PACKAGE = Path(unblocked.__file__).parent
LEFT_OUT = {
    "unblocked.__main__",  # runs when it is imported as a program
    "unblocked.processes.guard",  # a program of its own
}


def modules():
    found = pkgutil.walk_packages([str(PACKAGE)], prefix="unblocked.")
    return [one.name for one in found if one.name not in LEFT_OUT]


@pytest.mark.parametrize("verb", unblocked.__all__)
def test_verb_survives_importing_every_module(verb):
    for module in modules():
        importlib.import_module(module)
    thing = getattr(unblocked, verb)
    assert callable(thing)
    assert not isinstance(thing, types.ModuleType)


def test_no_module_has_a_verbs_name():
    assert [m for m in modules() if m.rpartition(".")[2] in unblocked.__all__] == []


def test_verbs_are_listed():
    assert set(unblocked.__all__) <= set(dir(unblocked))
    assert {"load", "predict", "serve", "timeline", "upstream"} <= set(unblocked.__all__)


def test_unknown_verb_is_named():
    with pytest.raises(AttributeError, match=r"module `unblocked` has no verb `sevre`; it has: .*serve"):
        unblocked.sevre  # noqa: B018


def test_importing_the_package_imports_no_room():
    code = "import sys, unblocked; print([m for m in sys.modules if m.startswith('unblocked')])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert seen.stdout.strip() == "['unblocked']"


@pytest.mark.parametrize("file", ["__init__.py", "__main__.py"])
def test_old_python_can_read_the_door(file):
    tree = ast.parse((PACKAGE / file).read_text(), feature_version=(3, 6))
    newer = (ast.NamedExpr, ast.JoinedStr, ast.AnnAssign, ast.Match, ast.TryStar)
    assert [ast.dump(node) for node in ast.walk(tree) if isinstance(node, newer)] == []
