"""The command as a whole."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.bootstrap.conftest import bare_python, clean_environment
from tests.conftest import COURSE
from unblocked.bootstrap.course import Course
from unblocked.doctor import examination, working
from unblocked.doctor.finding import Finding, State, fault
from unblocked.faults import Fault


@pytest.fixture
def bare(tmp_path):
    """A copy of the course in which nothing is installed."""
    folder = tmp_path / "a course"
    folder.mkdir()
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(COURSE / name, folder)
    shutil.copytree(COURSE / "unblocked", folder / "unblocked", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def doctor(folder, *words, python=None, **env):
    command = [python or sys.executable, "-m", "unblocked", "doctor", *words]
    return subprocess.run(
        command, cwd=folder, env=clean_environment() | env, capture_output=True, text=True, check=False
    )


def test_bare_python_is_told_to_start_and_nothing_is_installed(bare):
    done = doctor(bare, python=bare_python())
    assert done.stderr == ""
    assert (
        "✗ Environment   the course is not installed yet\n" + " " * 16 + "Run `python3 -m unblocked start`.\n"
        in done.stdout
    )
    assert done.returncode == 1
    assert not (bare / ".venv").exists()


def test_course_that_works_is_tried_for_real():
    done = doctor(COURSE)
    assert done.stderr == ""
    for line in (
        "✓ Server        the lab of lesson 00 answers at http://127.0.0.1:",
        "✓ Broker        Valkey ",
        "✓ Database      PostgreSQL ",
        "✓ Grader        proves our own solution of `other_requests_keep_moving`",
    ):
        assert line in done.stdout
    assert done.returncode == ("✗" in done.stdout)


def test_report_has_no_name_in_it(bare, tmp_path):
    home = tmp_path / "home" / "zoe"
    home.mkdir(parents=True)
    done = doctor(bare, "--report", python=bare_python(), HOME=str(home), REDIS_URL="redis://:secret@somewhere")
    assert "NOTE  Settings: `REDIS_URL`" in done.stdout
    assert "FAULT Environment: the course is not installed yet" in done.stdout
    for private in (str(bare), str(home), "secret", "somewhere"):
        assert private not in done.stdout
    assert done.returncode == 1


def test_database_that_is_not_there_is_a_finding_and_the_others_are_tried():
    done = doctor(COURSE, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert "✗ Database" in done.stdout
    assert "✓ Grader" in done.stdout
    assert done.returncode == 1


def test_python_that_fails_in_any_way_is_a_finding(tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'ImportError: no jupyterlab' >&2\nexit 3\n")
    broken.chmod(0o755)
    (found,) = examination._working(broken, COURSE)
    assert (found.state, found.said) == ("fault", "not all could be tried (ImportError: no jupyterlab)")


def test_services_that_hang_are_ended(tmp_path, monkeypatch):
    hanging = tmp_path / "python"
    hanging.write_text('#!/bin/sh\nexec cat /dev/fd/9 9<>"$0.pipe"\n')
    hanging.chmod(0o755)
    os.mkfifo(f"{hanging}.pipe")
    monkeypatch.setattr(examination, "_LONGEST", 0.1)
    (found,) = examination._working(hanging, COURSE)
    assert found.state is State.FAULT
    assert found.said.startswith("not all could be tried within 0 s")
    assert found.mend == "Close other programs, and run the command again."


def test_fault_that_tells_what_was_printed_is_one_line():
    def fails():
        raise Fault("Valkey did not start. It printed:\n\nready\nsocket path too long\n")

    found = working._found("Broker", fails)
    assert (found.said, found.mend) == ("Valkey did not start (socket path too long)", working.ASK)


def test_exit_code_and_last_line_say_whether_something_is_to_be_mended(monkeypatch, capsys):
    monkeypatch.setattr(examination, "_findings", lambda _: [Finding("Disk", "much")])
    assert examination.main([]) == 0
    assert "Nothing to mend." in capsys.readouterr().out
    monkeypatch.setattr(examination, "_findings", lambda _: [fault("Disk", "little", "Free some.")])
    assert examination.main([]) == 1
    assert capsys.readouterr().out == (
        "✗ Disk          little\n                Free some.\n\n"
        "1 thing to mend: do what stands below each ✗, then run `doctor` again.\n"
    )


def test_settings_are_told_without_their_values():
    (found,) = examination._settings(
        {"REDIS_URL": "secret", "https_proxy": "secret", "UNBLOCKED_WORKSPACE": "x", "A": ""}
    )
    assert found.said == "`REDIS_URL`, `UNBLOCKED_WORKSPACE`, `https_proxy` are set"
    assert list(examination._settings({"PATH": ""})) == []


def test_course_is_the_one_that_the_command_is_run_in():
    assert Course.here().folder == COURSE
