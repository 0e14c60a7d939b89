"""A learner's copy when the course's notebook has changed."""

import errno
import fcntl
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from tests.waiting import FAR
from unblocked.faults import Fault
from unblocked.workspace import merging, notebooks, updates

NAME = "02_routes"


def notebook(*texts, **metadata):
    """Make a notebook of the course: `%%exercise` or code."""
    cells = [
        {"id": f"s-{n}", "cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        for n, text in enumerate(texts, 1)
    ]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


class Course:
    """A course of one notebook, and the learner's copy of it."""

    def __init__(self, folder, workspace):
        self.folder, self.copies = folder, workspace / "notebooks"
        (folder / "notebooks").mkdir(parents=True)
        self.told = []

    @property
    def copy(self):
        return self.copies / f"{NAME}.ipynb"

    def has(self, *texts, name=NAME):
        (self.folder / "notebooks" / f"{name}.ipynb").write_text(json.dumps(notebook(*texts)))

    def given(self):
        """Start the course; give the learner's copies by their names."""
        self.told.clear()
        notebooks.prepare(course=self.folder, tell=self.told.append)
        return self.shown()

    def shown(self):
        return {
            path.stem: [merging.source(cell) for cell in json.loads(path.read_text())["cells"]]
            for path in sorted(self.copies.glob("*.ipynb"))
        }

    def learner_writes(self, number, text):
        mine = nbformat.read(self.copy, as_version=4)
        mine.cells[number]["source"] = text
        mine.metadata["kernelspec"] = {"name": "mine", "display_name": "Mine"}
        nbformat.write(mine, self.copy)


@pytest.fixture
def course(tmp_path, mine):
    made = Course(tmp_path / "course", mine)
    made.has("one", "two")
    made.given()
    return made


def test_copy_that_was_not_touched_becomes_the_new_one(course):
    course.has("one", "new", "two")
    assert course.given() == {NAME: ["one", "new", "two"]}
    assert course.told == [f"`{NAME}.ipynb` has the course's corrections."]
    assert course.given() == {NAME: ["one", "new", "two"]}
    assert course.told == []


def test_copy_that_was_run_and_saved_by_others_takes_the_correction(course):
    mine = nbformat.read(course.copy, as_version=4)
    mine.cells[0]["outputs"] = [nbformat.v4.new_output("stream", text="seen")]
    nbformat.write(mine, course.copy)
    course.has("one", "two, corrected")
    assert course.given() == {NAME: ["one", "two, corrected"]}
    assert nbformat.read(course.copy, as_version=4).cells[0]["outputs"][0]["text"] == "seen"


def test_what_was_there_lies_beside_what_the_learner_has_changed(course):
    course.learner_writes(0, "mine")
    before = course.copy.read_bytes()
    course.has("one", "two, corrected")
    assert course.given() == {NAME: ["mine", "two, corrected"], f"{NAME}.1": ["mine", "two"]}
    assert course.told == [
        f"`{NAME}.ipynb` has the course's corrections. What you had is in `{NAME}.1.ipynb`, beside it."
    ]
    assert (course.copies / f"{NAME}.1.ipynb").read_bytes() == before
    assert json.loads(course.copy.read_text())["metadata"]["kernelspec"]["name"] == "mine"
    nbformat.validate(nbformat.read(course.copy, as_version=4))


def test_correction_that_leaves_the_copy_as_it_is_needs_no_backup(course):
    course.has("%%exercise lend\nTODO")
    course.given()
    course.learner_writes(0, "%%exercise lend\nmine")
    course.has("%%exercise lend\nTODO, said better")
    assert course.given() == {NAME: ["%%exercise lend\nmine"]}
    assert course.told == []


def test_nothing_is_written_where_the_course_has_not_changed(course):
    course.learner_writes(0, "mine")
    before = course.copy.stat()
    course.given()
    assert (course.copy.stat().st_ino, course.copy.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    "torn", [b"", b"<<<<<<< mine", b"\xff\xfe", b"[]", b'{"cells": 3}', b'{"cells": [{"source": "old format"}]}']
)
def test_copy_that_cannot_be_read_is_left_alone_and_told(course, torn):
    course.copy.write_bytes(torn)
    course.has("one", "two, corrected")
    notebooks.prepare(course=course.folder, tell=course.told.append)
    assert course.copy.read_bytes() == torn
    assert f"`python3 -m unblocked reset {NAME}` gives a fresh one" in course.told[0]
    assert notebooks.reset("routes", course=course.folder) == (course.copy, course.copies / f"{NAME}.1.ipynb")
    assert (course.copies / f"{NAME}.1.ipynb").read_bytes() == torn
    assert [cell["source"] for cell in json.loads(course.copy.read_text())["cells"]] == ["one", "two, corrected"]


def test_copy_that_does_not_know_what_it_was_made_of_loses_nothing(course):
    mine = json.loads(course.copy.read_text())
    mine["cells"][0]["source"], mine["metadata"] = "mine", {}
    course.copy.write_text(json.dumps(mine))
    course.has("one, corrected", "two")
    found = course.given()
    assert [found[NAME][n] for n in (0, 2)] == ["mine", "two"]
    assert found[NAME][1].endswith("one, corrected")
    assert course.given() == found


def test_copy_that_was_deleted_is_made_again(course):
    course.copy.unlink()
    assert course.given() == {NAME: ["one", "two"]}


def test_lesson_with_another_number_is_the_same_lesson(course):
    course.learner_writes(0, "mine")
    (course.folder / "notebooks" / f"{NAME}.ipynb").unlink()
    course.has("one", "two, corrected", name="03_routes")
    assert course.given()["03_routes"] == ["mine", "two, corrected"]
    assert not course.copy.exists()
    assert course.told[0] == f"`{NAME}.ipynb` is `03_routes.ipynb` now, as in the course."


def test_lesson_that_was_removed_stays_with_the_learner(course):
    course.learner_writes(0, "mine")
    (course.folder / "notebooks" / f"{NAME}.ipynb").unlink()
    course.has("other", name="03_depends")
    assert course.given() == {NAME: ["mine", "two"], "03_depends": ["other"]}


def test_folder_that_is_read_only_is_told_where_something_has_to_be_written(course, monkeypatch):
    def locked(path, flags, *mode, **options):
        if flags & os.O_CREAT:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, flags, *mode, **options)

    real = os.open
    monkeypatch.setattr(os, "open", locked)
    assert course.given() == {NAME: ["one", "two"]}
    with monkeypatch.context() as writable:
        writable.setattr(os, "open", real)
        course.has("one", "two, corrected")
    with pytest.raises(Fault, match="cannot be written to"):
        course.given()
    assert course.shown() == {NAME: ["one", "two"]}


def finds_room(course):
    try:
        notebooks.prepare(course=course.folder)
    except Fault as fault:
        return "The disk is full" not in fault.message
    return True


def test_full_disk_leaves_the_old_copy_and_the_next_update_is_whole(course, full_disk):
    course.learner_writes(0, "mine")
    course.has("one", "two, corrected")
    room = 0
    full_disk(room)
    while not finds_room(course):
        assert course.shown()[NAME] == ["mine", "two"]
        room += 400
        full_disk(room)
    assert room > 800
    assert course.shown()[NAME] == ["mine", "two, corrected"]


STOPPED = """
import os, sys
from pathlib import Path
from unblocked.workspace import notebooks

course, left = Path(sys.argv[1]), int(sys.argv[2])

def counted(real):
    def do(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return real(*args, **kwargs)
    return do

for name in ("open", "write", "fsync", "replace"):
    setattr(os, name, counted(getattr(os, name)))
notebooks.prepare(course=course)
"""
"""An update that is gone before it does anything more to files than so many steps."""


def stopped_at(course, steps):
    return subprocess.run([sys.executable, "-c", STOPPED, course.folder, str(steps)], check=False).returncode


def test_update_that_is_killed_at_any_step_leaves_old_or_new(course):
    course.learner_writes(0, "mine")
    old = course.copy.read_bytes()
    course.has("one", "two, corrected")
    steps = 0
    while stopped_at(course, steps) == 9:
        steps += 1
        assert course.shown()[NAME] in (["mine", "two"], ["mine", "two, corrected"])
        assert course.given()[NAME] == ["mine", "two, corrected"]
        for left in course.copies.glob(f"{NAME}.*.ipynb"):
            left.unlink()
        course.copy.write_bytes(old)
    assert steps > 6


UPDATE = """
import sys
from pathlib import Path
from unblocked.workspace import notebooks

print("ready", flush=True)
sys.stdin.read()
notebooks.prepare(course=Path(sys.argv[1]))
"""


def test_update_waits_for_another_and_does_not_repeat_it(course, monkeypatch):
    course.learner_writes(0, "mine")
    course.has("one", "corrected")
    found_taken, lock = threading.Event(), fcntl.flock

    def tells(file, how):
        try:
            lock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            found_taken.set()
            lock(file, how)

    monkeypatch.setattr("unblocked.workspace.updates.fcntl.flock", tells)
    with ThreadPoolExecutor() as pool, updates._alone(course.copy):
        other = pool.submit(course.given)
        assert found_taken.wait(FAR)
        updates._merge(course.copy, notebook("one", "corrected"))
    assert other.result() == {NAME: ["mine", "corrected"], f"{NAME}.1": ["mine", "two"]}
    assert course.told == []


def test_several_updates_at_once_are_one(course):
    course.learner_writes(0, "mine")
    course.has("one", "two, corrected")
    command = [sys.executable, "-c", UPDATE, course.folder]
    several = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)]
    for each in several:
        assert each.stdout.readline() == b"ready\n"
    for each in several:
        each.stdin.close()
    for each in several:
        with each:
            assert each.wait(FAR) == 0
    assert course.shown() == {NAME: ["mine", "two, corrected"], f"{NAME}.1": ["mine", "two"]}
