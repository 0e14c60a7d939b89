"""What is done to `.venv` in every state that it can be in."""

import os
import subprocess
import sys

import pytest

from tests.bootstrap.conftest import installed, python_of_this_environment
from unblocked.bootstrap import environment
from unblocked.bootstrap.course import DEV, PLAIN, Course
from unblocked.bootstrap.marker import Marker
from unblocked.faults import Fault

HERE = python_of_this_environment()


@pytest.fixture
def made(course):
    environment.prepare(course)
    return course


def said(capsys) -> list[str]:
    return capsys.readouterr().err.splitlines()


def installed_before(course, capsys) -> None:
    environment.prepare(course)
    installed(course)
    capsys.readouterr()


def test_an_environment_is_made(course, capsys):
    marker, untrusted = environment.prepare(course)
    assert marker == Marker.read(course.venv) == Marker(ours=True, folder=str(course.folder), python=HERE)
    assert not untrusted
    assert said(capsys) == [f"Making `.venv` with Python {HERE}."]
    prefix = subprocess.run(
        [course.python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    assert prefix.stdout.strip() == str(course.venv)


def test_an_empty_environment_is_not_current(made):
    assert not environment.current(made, lock=PLAIN)


def test_a_whole_environment_is_current(made):
    installed(made)
    assert environment.current(made, lock=PLAIN)
    assert environment.current(made, lock=DEV)


def test_the_plain_lock_is_not_the_whole(made):
    installed(made, locks={PLAIN: made.fingerprint(PLAIN)})
    assert environment.current(made, lock=PLAIN)
    assert not environment.current(made, lock=DEV)


def test_a_changed_lock_is_noticed_and_installed_on_top(made, capsys):
    installed(made)
    (made.venv / "kept").touch()
    (made.folder / PLAIN).write_text("new==1\n")
    assert not environment.current(made, lock=PLAIN)
    marker, untrusted = environment.prepare(made)
    assert (marker.locks, untrusted) == ({}, False)
    assert (made.venv / "kept").exists()
    assert said(capsys)[-1] == "The course has changed: bringing `.venv` up to date."


def test_only_what_tests_need_is_missing(made, capsys):
    installed(made, locks={PLAIN: made.fingerprint(PLAIN)})
    environment.prepare(made)
    assert said(capsys)[-1] == "The tests need some more packages."


@pytest.mark.parametrize("whole", [True, False])
def test_nothing_is_announced_where_nothing_may_be_written(course, whole, capsys, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    if whole:
        installed_before(course, capsys)
        (course.folder / PLAIN).write_text("new==1\n")
    monkeypatch.setattr("pathlib.Path.write_text", refuse)  # not `chmod`: who runs as root may write anywhere
    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    with pytest.raises(PermissionError):
        environment.prepare(course)
    assert said(capsys) == []


def test_an_unfinished_one_is_made_anew(made, capsys):
    (made.venv / "half").touch()
    environment.prepare(made)
    assert not (made.venv / "half").exists()
    assert said(capsys)[-2:] == ["`.venv` was left unfinished.", f"Making `.venv` with Python {HERE}."]


def test_a_moved_course_is_noticed(made, tmp_path, capsys):
    installed(made)
    moved = Course(made.folder.rename(tmp_path / "moved"))
    assert not environment.current(moved, lock=PLAIN)
    marker, _ = environment.prepare(moved)
    assert marker.folder == str(moved.folder)
    assert f"The course was moved here from `{made.folder}`, and `.venv` cannot move along." in said(capsys)


def test_another_python_makes_its_own(made, capsys):
    installed(made, python="3.99")
    assert not environment.current(made, lock=PLAIN)
    environment.prepare(made)
    assert f"`.venv` is of Python 3.99, this is Python {HERE}." in said(capsys)


def test_a_python_that_is_gone_is_noticed(made, capsys):
    installed(made)
    for link in (made.venv / "bin").glob("python*"):
        link.unlink()
        link.symlink_to("/nowhere/python")
    assert not environment.current(made, lock=PLAIN)
    environment.prepare(made)
    assert "The Python of `.venv` is gone." in said(capsys)
    assert os.access(made.python, os.X_OK)


def test_an_environment_of_the_learner_is_used(made, capsys):
    (made.venv / "unblocked.json").unlink()
    (made.venv / "theirs").touch()
    marker, untrusted = environment.prepare(made)
    assert (marker.ours, marker.python, untrusted) == (False, HERE, False)
    assert (made.venv / "theirs").exists()
    assert said(capsys)[-1] == f"Using the `.venv` that is here (Python {HERE})."


def test_an_interrupted_one_of_the_learner_is_not_trusted(made):
    installed(made, ours=False, locks={})
    assert environment.prepare(made) == (Marker(ours=False, folder=str(made.folder), python=HERE), True)


def test_a_broken_one_of_the_learner_is_not_touched(course):
    (course.venv / "bin").mkdir(parents=True)
    with pytest.raises(Fault) as caught:
        environment.prepare(course)
    assert caught.value.message == (
        f"`{course.venv}` is broken: its Python does not start, and the course did not make it, so it does not touch "
        "it. If you do not need it, delete it with `rm -rf .venv` and run the same command again."
    )


def test_an_old_one_of_the_learner_is_not_touched(course):
    course.python.parent.mkdir(parents=True)
    course.python.write_text("#!/bin/sh\necho 3.9\n")
    course.python.chmod(0o755)
    with pytest.raises(Fault, match=r"is of Python 3\.9, which is too old, and the course did not make it"):
        environment.prepare(course)


def test_an_empty_folder_is_nobodys(course):
    course.venv.mkdir()
    marker, _ = environment.prepare(course)
    assert marker.ours


def test_a_full_disk_is_cleared_before_anything_is_written(made, monkeypatch):
    (made.venv / "big").touch()
    monkeypatch.setattr(Marker, "write", lambda *_: fail_if((made.venv / "big").exists()))
    environment.prepare(made)


def fail_if(condition: bool) -> None:
    if condition:
        raise OSError(28, "No space left on device")


def test_a_python_without_venv_is_told(course, monkeypatch, bin_folder):
    monkeypatch.setitem(sys.modules, "venv", None)
    (bin_folder / "apt-get").symlink_to("/bin/sh")
    with pytest.raises(Fault, match=r"lacks the modules that make an environment .*Run `sudo apt install python3"):
        environment.prepare(course)
    assert not course.venv.exists()


def test_a_link_to_somebody_s_environment_is_not_touched(course, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "bin").mkdir(parents=True)
    Marker(ours=True, folder="/another/course", python=HERE).write(elsewhere)
    course.venv.symlink_to(elsewhere)
    before = sorted(path.name for path in elsewhere.iterdir())
    with pytest.raises(Fault, match=r"is a link to `.*elsewhere`.*`rm \.venv`"):
        environment.prepare(course)
    assert sorted(path.name for path in elsewhere.iterdir()) == before
