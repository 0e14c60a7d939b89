"""The tree is formatted, linted and typed; nothing in it speaks of the machine that it was written on."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "format", "--check", "--quiet", "."],
        ["ruff", "check", "--quiet", "."],
        pytest.param(["mypy"], marks=pytest.mark.long),  # in a fresh clone, where it has no cache
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_tree_is_clean(command):
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_package_registry_is_named():
    hosts = "|".join(f"{name}[.]{domain}" for name, domain in (("pypi", "org"), ("npmjs", "org"), ("npmjs", "com")))
    files = "python" + "hosted"  # apart, so that this file does not find itself
    found = subprocess.run(["git", "grep", "-lE", f"{hosts}|{files}"], capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stdout + found.stderr
