"""The learner's copies of the notebooks."""

import json

import pytest

from unblocked.faults import Fault
from unblocked.workspace import notebooks


@pytest.fixture
def course(tmp_path):
    """A course with three notebooks, and files beside them that are none."""
    place = tmp_path / "course" / "notebooks"
    place.mkdir(parents=True)
    for name in ["02_routes", "00_start_here", "10_limits"]:
        (place / f"{name}.ipynb").write_text(json.dumps({"cells": [], "metadata": {"of": name}}))
    (place / "README.md").write_text("no notebook")
    (place / "scratch.ipynb").write_text("no lesson")
    return tmp_path / "course"


def test_copies_come_in_order(course, mine):
    copies = notebooks.prepare(course=course)
    assert copies == [mine / "notebooks" / f"{name}.ipynb" for name in ["00_start_here", "02_routes", "10_limits"]]
    assert [json.loads(copy.read_text())["metadata"]["of"] for copy in copies] == [copy.stem for copy in copies]


def test_existing_copy_is_never_overwritten(course, mine):
    notebooks.prepare(course=course)
    (mine / "notebooks" / "02_routes.ipynb").write_text("my work, torn")
    (course / "notebooks" / "02_routes.ipynb").write_text(json.dumps({"cells": [], "metadata": {"new": True}}))
    assert len(notebooks.prepare(course=course)) == 3
    assert (mine / "notebooks" / "02_routes.ipynb").read_text() == "my work, torn"


def test_missing_copy_is_made_again(course, mine):
    notebooks.prepare(course=course)
    (mine / "notebooks" / "10_limits.ipynb").unlink()
    notebooks.prepare(course=course)
    assert (mine / "notebooks" / "10_limits.ipynb").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<<<<<<< ours", r"it is not JSON \(line 1: Expecting value\)"),
        (b"[]", "it has no cells"),
        (b'{"cells": 3}', "it has no cells"),
        (b"\xff\xfe", "it is not text in UTF-8"),
    ],
)
def test_broken_notebook_is_named(course, mine, content, why):
    (course / "notebooks" / "02_routes.ipynb").write_bytes(content)
    with pytest.raises(Fault, match=rf"`notebooks/02_routes\.ipynb` is not a notebook: {why}\.") as caught:
        notebooks.prepare(course=course)
    assert "`git checkout notebooks/02_routes.ipynb` brings it back" in caught.value.message
    assert sorted(copy.name for copy in (mine / "notebooks").iterdir()) == ["00_start_here.ipynb", "10_limits.ipynb"]


def test_broken_notebook_does_not_matter_to_a_copy(course):
    notebooks.prepare(course=course)
    (course / "notebooks" / "02_routes.ipynb").write_text("<<<<<<< ours")
    assert len(notebooks.prepare(course=course)) == 3


@pytest.mark.parametrize("asked", ["routes", "02_routes", "02", "2", 2, "02_routes.ipynb", " routes "])
def test_copy_is_found_by_slug_or_number(course, mine, asked):
    copy = notebooks.copy_of(asked, course=course)
    assert copy == mine / "notebooks" / "02_routes.ipynb"
    assert copy.exists()


def test_copy_of_number_zero(course):
    assert notebooks.copy_of(0, course=course).stem == "00_start_here"


def test_unknown_lesson_suggests_the_nearest(course):
    with pytest.raises(Fault, match=r"There is no lesson `ruotes`\. Did you mean `routes`\?"):
        notebooks.copy_of("ruotes", course=course)
    with pytest.raises(Fault, match=r"There is no lesson `77`\. There are: `limits`, `routes`, `start_here`"):
        notebooks.copy_of(77, course=course)


def test_course_without_notebooks_says_what_makes_them(tmp_path):
    assert notebooks.prepare(course=tmp_path) == []
    with pytest.raises(Fault, match=r"no notebooks yet\. `python3 -m unblocked build` makes them"):
        notebooks.copy_of("routes", course=tmp_path)


def test_this_course_can_be_prepared():
    assert [copy.suffix for copy in notebooks.prepare()] == [".ipynb"] * len(notebooks.prepare())
