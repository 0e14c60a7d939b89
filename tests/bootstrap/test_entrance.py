"""The whole way, from a bare Python to a command that runs in the environment: installers only pretend."""

import os
import signal
import subprocess
import sys

import pytest

from tests.bootstrap.conftest import bare_python, clean_environment
from tests.waiting import until
from unblocked.bootstrap import entrance
from unblocked.bootstrap.marker import Marker


@pytest.fixture
def command(whole_course, uv):  # noqa: ARG001  # it is on the path
    """Give a function that begins `python3 -m unblocked …` with a bare Python."""

    def command(*argv, python=None, env=None):
        return subprocess.Popen(
            [python or bare_python(), "-m", "unblocked", *argv],
            cwd=whole_course.folder,
            env=clean_environment() | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return command


@pytest.fixture
def run(command):
    def run(*argv, **options):
        process = command(*argv, **options)
        out, err = process.communicate()
        return process.returncode, out, err

    return run


@pytest.fixture
def blocked(uv, tmp_path):
    """Let `uv` wait; give the pipe that it reads."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    uv.does(waits_for=pipe)
    return pipe


def test_files_in_the_course_hide_no_module(run, whole_course):
    """A learner tries `random` in a file of that name: the command does not take it for Python's."""
    for name in ("argparse", "asyncio", "json", "pathlib", "random", "subprocess", "tempfile", "typing"):
        (whole_course.folder / f"{name}.py").write_text("raise RuntimeError('this is not the module that was meant')")
    code, out, err = run("list")
    assert (code, out) == (7, f"ran list with {whole_course.venv}\n"), err


def test_the_first_command_installs_and_runs(run, whole_course, uv):
    code, out, err = run("start", "--port", "8000")
    assert (code, out) == (7, f"ran start --port 8000 with {whole_course.venv}\n"), err
    assert [line.partition(" after")[0] for line in err.splitlines()][1:] == [
        "Installing the packages of `requirements.txt`.",
        "Ready",
    ]
    assert len(uv.installs) == 1


def test_the_second_command_installs_nothing_and_says_nothing(run, uv):
    run("start")
    assert run("start")[2] == ""
    assert len(uv.installs) == 1


def test_inside_the_environment_nothing_is_handed_over(run, whole_course):
    run("start")
    code, out, err = run("start", python=str(whole_course.python))
    assert (code, out, err) == (7, f"ran start with {whole_course.venv}\n", "")


def test_bytecode_is_kept_in_the_environment_where_it_may_not_lie_elsewhere(run, whole_course):
    run("start", env={"PYTHONDONTWRITEBYTECODE": "1"})
    kept = [path.name for path in whole_course.bytecode.rglob("*.pyc")]
    assert any(name.startswith("cli.") for name in kept)
    assert not list((whole_course.folder / "unblocked").rglob("*.pyc"))
    code, _, err = run("start", python=str(whole_course.python), env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert (code, err) == (7, "")


@pytest.fixture
def bytecode(monkeypatch, tmp_path):
    """Give where this Python is told to keep bytecode; afterwards all is as before."""
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lambda: os.environ["PYTHONPYCACHEPREFIX"]


def test_bytecode_of_somebody_elses_course_is_among_the_learners_caches(course, bytecode, monkeypatch, tmp_path):
    course.venv.mkdir()
    entrance._keep_bytecode(course)
    assert bytecode() == ""
    monkeypatch.setattr(os, "access", lambda *_: False)  # not `chmod`: who runs as root may write anywhere
    entrance._keep_bytecode(course)
    assert bytecode() == sys.pycache_prefix == str(tmp_path / "cache" / "unblocked" / "bytecode")


def test_a_place_of_the_learners_choice_stays(course, bytecode, monkeypatch):
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "/mine")
    monkeypatch.setattr(os, "access", lambda *_: False)
    entrance._keep_bytecode(course)
    assert bytecode() == "/mine"


def test_tests_need_the_second_lock_which_has_the_first(run, uv):
    run("test")
    assert uv.installs[0].endswith("-r requirements-dev.txt")
    assert run("start")[2] == ""
    assert len(uv.installs) == 1


def test_a_changed_lock_is_installed(run, whole_course):
    run("start")
    (whole_course.folder / "requirements.txt").write_text("new==1\n")
    code, _, err = run("start", python=str(whole_course.python))
    assert code == 7
    assert err.startswith("The course has changed: bringing `.venv` up to date.\n")


def test_help_on_a_bare_python_installs_nothing(run, whole_course):
    for argv in ((), ("--help",)):
        code, _, err = run(*argv)
        assert code == 0
        assert err.startswith("Usage: python3 -m unblocked COMMAND\n")
    assert not whole_course.venv.exists()


def test_a_failure_is_a_message_and_the_next_command_completes(run, uv):
    uv.does(code=2, says="error: Connection refused (os error 111)")
    code, out, err = run("start")
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("No network: the packages could not be fetched (Connection refused).")
    assert "Traceback" not in err
    uv.does()
    code, _, err = run("start")
    assert code == 7
    assert "`.venv` was left unfinished." in err


@pytest.mark.usefixtures("blocked")
def test_an_interrupt_is_one_line_and_the_next_command_completes(command, run, uv):
    process = command("start")
    until(lambda: uv.begun, "the installer began")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err.endswith("\nStopped. Run the same command again: it goes on where it stopped.\n")
    assert "Traceback" not in err
    uv.does()
    assert run("start")[0] == 7


def test_after_a_kill_the_next_command_waits_for_the_installer_and_completes(command, uv, blocked, whole_course):
    first = command("start")
    until(lambda: uv.begun, "the installer began")
    first.kill()
    first.communicate()
    assert Marker.read(whole_course.venv).locks == {}
    second = command("start")
    assert second.stderr.readline() == "Another command is installing the course at this moment: waiting for it.\n"
    uv.does()
    blocked.write_text("go on\n")
    _, err = second.communicate()
    assert second.returncode == 7
    assert err.startswith("`.venv` was left unfinished.\n")


def test_two_at_once_install_once(command, uv, blocked):
    first = command("start")
    until(lambda: uv.begun, "the installer began")
    second = command("start")
    assert "waiting for it" in second.stderr.readline()
    blocked.write_text("go on\n")
    assert [process.communicate()[1].count("Ready") for process in (first, second)] == [1, 0]
    assert (first.returncode, second.returncode) == (7, 7)
    assert len(uv.installs) == 1


def test_a_python_that_ignores_its_environment_is_no_endless_loop(run, whole_course):
    run("start")
    (whole_course.venv / "pyvenv.cfg").unlink()
    code, _, err = run("start")
    assert code == 2
    assert err.endswith("does not use its own `.venv`. Run `rm -rf .venv` and the same command again.\n")
