"""What the doctor sees of an installation, and of what the learner has."""

import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from unblocked.bootstrap import environment
from unblocked.bootstrap.course import PLAIN
from unblocked.bootstrap.marker import Marker
from unblocked.doctor import installation
from unblocked.doctor.finding import State


def made(course, **changes):
    """Make an environment that is in order, but for the changes."""
    marker = Marker(
        ours=True, folder=str(course.folder), python=environment.version(), locks={PLAIN: course.fingerprint(PLAIN)}
    )
    course.python.parent.mkdir(parents=True)
    course.python.symlink_to(sys.executable)
    replace(marker, **changes).write(course.venv)


def test_course_that_is_not_installed_is_to_be_started(course):
    found = installation.installed(course)
    assert (found.state, found.said) == ("fault", "the course is not installed yet")
    assert found.mend == "Run `python3 -m unblocked start`."
    assert installation.python_of(course) is None


def test_environment_in_order_is_fine(course):
    made(course)
    assert installation.installed(course).state is State.FINE
    assert installation.python_of(course) == course.python


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"locks": {}}, "`.venv` was left unfinished"),
        ({"folder": "/elsewhere"}, "The course was moved here from `/elsewhere`"),
        ({"python": "3.9"}, "`.venv` is of Python 3.9, this is Python"),
        ({"locks": {PLAIN: "another"}}, "the course has changed since it was installed"),
    ],
)
def test_environment_that_cannot_be_used_says_why(course, changes, said):
    made(course, **changes)
    found = installation.installed(course)
    assert found.state is State.FAULT
    assert found.said.startswith(said)
    assert installation.python_of(course) is None


def test_environment_of_somebody_else_is_told(course):
    course.venv.mkdir()
    assert installation.installed(course).said == "the `.venv` that is here was not made by the course"


@pytest.fixture
def packed(course):
    """A course whose list has two packages, one of them only for another system; both are installed."""
    (course.folder / PLAIN).write_text("-e .\nParcel_Post==1.2\nmac-only==3.0 ; sys_platform == 'nowhere'\n")
    site = course.venv / "lib" / f"python{environment.version()}" / "site-packages"
    info = site / "parcel_post-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: parcel-post\nVersion: 1.2\n")
    (info / "RECORD").write_text("parcel/__init__.py,,\nparcel/__pycache__/x.pyc,,\n")
    (site / "parcel").mkdir()
    (site / "parcel" / "__init__.py").touch()
    return site


def looked(course, site):
    return installation.packages(course, sites=[str(site)])


def test_packages_that_are_whole_are_fine(course, packed):
    found = looked(course, packed)
    assert (found.state, found.said) == ("fine", "1 are there, with all their files")


def test_lost_file_is_noticed(course, packed):
    (packed / "parcel" / "__init__.py").unlink()
    found = looked(course, packed)
    assert (found.state, found.said) == ("fault", "`parcel-post` lacks 1 of its files")
    assert found.mend == "Run `rm -rf .venv`, then `python3 -m unblocked start`."


def test_other_version_and_missing_packages_are_noticed(course, packed):
    (course.folder / PLAIN).write_text("parcel-post==1.3\na==1\nb==1\nc==1\n")
    said = "`parcel-post` is 1.2, and should be 1.3; `a` is missing; `b` is missing, and 1 more"
    assert looked(course, packed).said == said


@pytest.fixture
def clone(course):
    git(course, "init", "-q")
    git(course, "add", ".")
    git(course, "commit", "-qm", "handed out")
    return course


def git(course, *words):
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=course.folder, check=False, capture_output=True)


def test_folder_without_git_is_not_judged(course):
    assert list(installation.changed(course)) == []


def test_changed_course_is_worth_a_note(clone):
    (untouched,) = installation.changed(clone)
    assert (untouched.state, untouched.said) == ("fine", "its files are as they were handed out")
    (clone.folder / "pyproject.toml").write_text("mine")
    (found,) = installation.changed(clone)
    assert (found.state, found.said) == (
        "note", "1 file is not as handed out: `git diff` shows what is different"
    )  # fmt: skip


def test_merge_that_was_left_is_a_fault(clone):
    for branch in ("theirs", "ours"):
        git(clone, "checkout", "-qb", branch, "HEAD~0" if branch == "theirs" else "theirs~1")
        (clone.folder / "pyproject.toml").write_text(branch)
        git(clone, "commit", "-qam", branch)
    git(clone, "merge", "theirs")
    (found,) = installation.changed(clone)
    assert (found.state, found.said) == ("fault", "1 file is not merged: `pyproject.toml`")
    assert "`git add pyproject.toml`" in found.mend


def test_notebook_that_cannot_be_read_is_to_be_reset(mine):
    copies = mine / "notebooks"
    copies.mkdir(parents=True)
    (copies / "02_routes.ipynb").write_text('{"cells": [')
    (copies / "notes.txt").write_text("mine")
    (found,) = installation.workspace()
    assert (found.state, found.said) == ("fault", "`02_routes.ipynb` is not a notebook that can be read")
    assert "`python3 -m unblocked reset 02_routes`" in found.mend
    (copies / "02_routes.ipynb").unlink()
    (found,) = installation.workspace()
    assert found.state is State.FINE
    assert {path.name for path in mine.iterdir()} == {"notebooks"}


def test_workspace_that_cannot_be_written_says_what_helps(mine):
    shutil.rmtree(mine, ignore_errors=True)
    mine.touch()
    (found,) = installation.workspace()
    assert found.state is State.FAULT
    assert "There is a file where a folder is needed" in found.said
    assert "`UNBLOCKED_WORKSPACE`" in found.mend
