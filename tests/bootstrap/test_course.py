"""What an installation depends on."""

import pytest

from unblocked.bootstrap.course import DEV, PLAIN, Course

SETTINGS = "unblocked/notebook/environment/overrides.json"


@pytest.mark.parametrize("file", [PLAIN, "pyproject.toml", SETTINGS])
def test_a_change_of_any_source_is_noticed(course, file):
    before = course.fingerprint(PLAIN)
    (course.folder / file).write_text("another text")
    assert course.fingerprint(PLAIN) != before


def test_the_other_lock_does_not_matter(course):
    before = course.fingerprint(PLAIN)
    (course.folder / DEV).write_text("another text")
    assert course.fingerprint(PLAIN) == before
    assert course.fingerprint(DEV) != before


def test_the_course_finds_itself():
    here = Course.here()
    assert (here.folder / PLAIN).is_file()
    assert here.python == here.folder / ".venv" / "bin" / "python"
