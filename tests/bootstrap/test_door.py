"""The door is read by Pythons that are too old, and tells what is wrong with them."""

import ast
import sys
from pathlib import Path

import pytest

import unblocked.__main__ as door
from unblocked import bootstrap
from unblocked.faults import Fault

PACKAGE = Path(door.__file__).parent
TOO_NEW = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Nonlocal, ast.Match)


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py", "pythons.py"])
def test_old_pythons_can_read_it(name):
    source = (PACKAGE / name).read_bytes()
    assert source.isascii()  # Python 2 wants to be told otherwise
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, TOO_NEW), ast.unparse(node)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None, node.name
            assert not node.args.kwonlyargs, node.name
            assert not node.args.posonlyargs, node.name
            assert all(argument.annotation is None for argument in node.args.args), node.name


def test_nothing_new_is_imported_before_the_look_at_the_python():
    tree = ast.parse((PACKAGE / "__main__.py").read_text())
    imported = [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    assert imported == ["io", "os", "sys", "subprocess"]
    assert [node.module for node in tree.body if isinstance(node, ast.ImportFrom)] == ["unblocked.pythons"]


@pytest.mark.usefixtures("bin_folder")
def test_an_old_python_is_told_what_to_install():
    assert door.unfit((3, 10, 13, "final", 0), "linux") == (
        "Python 3.10.13 is too old: this course needs Python 3.11 or newer.\n"
        "Install one, then run this command with it:\n"
        "  macOS             `brew install python`\n"
        "  Debian, Ubuntu    `sudo apt install python3 python3-venv`\n"
        "  all others        https://www.python.org/downloads/"
    )


def test_an_old_python_names_a_newer_one_that_starts(bin_folder, monkeypatch):
    for name, code in (("python3.14", 127), ("python3.12", 0)):
        (bin_folder / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (bin_folder / name).chmod(0o755)
    monkeypatch.setattr(sys, "argv", ["unblocked", "test", "-k", "routes"])
    assert door.unfit((2, 7, 18), "darwin").splitlines() == [
        "Python 2.7.18 is too old: this course needs Python 3.11 or newer.",
        "A newer one is on this computer: `python3.12 -m unblocked test -k routes`.",
    ]


def test_windows_is_sent_to_its_linux():
    message = door.unfit((3, 13, 0), "win32")
    assert message.startswith("On Windows this course runs inside WSL2")
    assert "`wsl --install`" in message


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_linux_and_macos_pass(platform):
    assert door.unfit((3, 11, 0), platform) is None
    assert door.unfit((3, 15, 0), platform) is None


def test_an_unfit_python_ends_with_two(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "win32")
    assert door.main() == 2
    assert "WSL2" in capsys.readouterr().err


def test_a_fault_is_a_message_and_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "enter", raising(Fault("It is broken. Mend it.")))
    assert door.main() == 2
    assert capsys.readouterr().err == "It is broken. Mend it.\n"


def test_an_interrupt_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "enter", raising(KeyboardInterrupt()))
    assert door.main() == 130
    assert capsys.readouterr().err == "\nStopped.\n"


def raising(error):
    def enter(_argv):
        raise error

    return enter
