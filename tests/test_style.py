"""The tree is formatted, linted and typed; nothing in it speaks of the machine that it was written on."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = sorted(str(path) for path in Path("exercises").glob("*/*/checks.py"))


def run(*command):
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("command", [["format", "--check"], ["check"]], ids=" ".join)
def test_tree_is_clean(command):
    run("ruff", *command, "--quiet", ".")


@pytest.mark.long
def test_tree_is_typed():
    """In turn: what the first has found out the second need not, and a fresh clone has nothing yet."""
    run("mypy")
    run("mypy", "--explicit-package-bases", *CHECKS)


def test_no_package_registry_is_named():
    hosts = "|".join(f"{name}[.]{domain}" for name, domain in (("pypi", "org"), ("npmjs", "org"), ("npmjs", "com")))
    files = "python" + "hosted"  # apart, so that this file does not find itself
    found = subprocess.run(["git", "grep", "-lE", f"{hosts}|{files}"], capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stdout + found.stderr
