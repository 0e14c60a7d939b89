"""Finding the pip that a Python brings along."""

import subprocess
import sys

import pytest

from unblocked.bootstrap import environment, pip
from unblocked.faults import Fault


@pytest.fixture
def made(course):
    environment.prepare(course)
    return course


def test_the_bundled_wheel_runs_in_the_environment(made):
    done = subprocess.run([*pip.command(made), "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("pip ")


def test_an_installed_pip_comes_first(made):
    package = next(made.venv.glob("lib/python*/site-packages")) / "pip"
    package.mkdir()
    (package / "__main__.py").touch()
    assert pip.command(made) == [str(made.python), "-I", "-m", "pip"]


def test_without_ensurepip_the_mend_is_told(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(Fault, match="lacks the modules that make an environment"):
        pip.command(made)


def test_settings_that_aim_elsewhere_are_left_out(monkeypatch):
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    env = pip.environment()
    assert "PIP_TARGET" not in env
    assert env["PIP_USER"] == "0"
    assert env["PIP_INDEX_URL"] == "https://index.example/simple"
