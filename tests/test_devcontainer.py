"""The container for a browser elsewhere: what can be known of it without making one."""

import json
import re

import pytest
from typer.testing import CliRunner

from tests.conftest import COURSE
from unblocked.cli import app
from unblocked.pythons import LOWEST

SAID = json.loads((COURSE / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
MADE = (COURSE / ".devcontainer" / SAID["build"]["dockerfile"]).read_text(encoding="utf-8")
COMMANDS = [word for key, word in SAID.items() if key.endswith("Command")]


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_are_there(command):
    words = command.removeprefix("python3 -m unblocked ").split()
    assert command.startswith("python3 -m unblocked ")
    assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0


def test_it_installs_the_course_and_then_opens_it():
    assert COMMANDS == ["python3 -m unblocked progress", "python3 -m unblocked start --port 8888"]


def test_only_jupyterlab_is_forwarded():
    assert SAID["forwardPorts"] == [8888]
    assert [*SAID["portsAttributes"]] == ["8888"]
    assert SAID["otherPortsAttributes"] == {"onAutoForward": "ignore"}


def test_its_python_is_new_enough():
    image = re.match(r"FROM python:(\d+)\.(\d+)\n", MADE)
    assert tuple(map(int, image.groups())) >= LOWEST


def test_its_user_is_not_root():
    assert f"useradd --create-home --shell /bin/bash {SAID['remoteUser']}\nUSER {SAID['remoteUser']}\n" in MADE
