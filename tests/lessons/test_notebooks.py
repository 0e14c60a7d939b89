"""Building notebooks."""

import json
import subprocess
import sys

import nbformat
import pytest

from unblocked.faults import Fault
from unblocked.lessons import notebooks

BODY = "# Why?\n\n```python\nx = 1\n```\n\n<!-- exercise: keeps_moving -->\n\n```python raises\n1 / 0\n```\n"


@pytest.fixture
def course(course):
    """A course with one lesson."""
    course.exercise("routes", "keeps_moving")
    course.lesson("02_routes", BODY)
    return course


def build(course, check=False):
    return [path.name for path in notebooks.build(check, course=course.folder)]


def read(course, name="02_routes"):
    return (course.folder / "notebooks" / f"{name}.ipynb").read_bytes()


def test_notebook_is_valid_and_clean(course):
    assert build(course) == ["02_routes.ipynb"]
    built = json.loads(read(course))
    nbformat.validate(nbformat.from_dict(built))
    assert built["metadata"] == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    }
    assert (built["nbformat"], built["nbformat_minor"]) == (4, 5)
    code = [cell for cell in built["cells"] if cell["cell_type"] == "code"]
    assert len(code) == 3
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert [cell["metadata"] for cell in code] == [{}, {}, {"tags": ["raises-exception"]}]


def test_second_build_changes_nothing(course):
    build(course)
    before, written = read(course), (course.folder / "notebooks" / "02_routes.ipynb").stat().st_ino
    assert build(course) == []
    assert read(course) == before
    assert (course.folder / "notebooks" / "02_routes.ipynb").stat().st_ino == written


def test_build_elsewhere_gives_the_same_bytes(course):
    build(course)
    code = (
        "import sys; from pathlib import Path; from unblocked.lessons import notebooks\n"
        "[text] = notebooks.texts(course=Path(sys.argv[1])).values(); sys.stdout.buffer.write(text.encode())"
    )
    again = subprocess.run([sys.executable, "-c", code, course.folder], capture_output=True, check=True)
    assert again.stdout == read(course)


def test_check_reports_and_writes_nothing(course):
    assert build(course, check=True) == ["02_routes.ipynb"]
    assert not (course.folder / "notebooks").exists()
    build(course)
    assert build(course, check=True) == []
    before = read(course)
    course.lesson("02_routes", BODY + "\nMore.\n")
    assert build(course, check=True) == ["02_routes.ipynb"]
    assert read(course) == before


def test_changed_starter_makes_a_notebook_stale(course):
    build(course)
    course.exercise("routes", "keeps_moving", starter="app = None\n")
    assert build(course, check=True) == ["02_routes.ipynb"]


def test_outputs_make_a_notebook_stale(course):
    build(course)
    path = course.folder / "notebooks" / "02_routes.ipynb"
    path.write_bytes(read(course).replace(b'"execution_count": null', b'"execution_count": 7'))
    assert build(course) == ["02_routes.ipynb"]


def test_torn_notebook_is_built_again(course):
    path = course.write("notebooks/02_routes.ipynb", "")
    path.write_bytes(b"\xff<<<<<<< ours")
    assert build(course) == ["02_routes.ipynb"]
    assert build(course) == []


def test_notebook_without_its_lesson_goes(course):
    build(course)
    course.write("notebooks/03_gone.ipynb", "{}")
    course.write("notebooks/README.md", "stays")
    assert build(course, check=True) == ["03_gone.ipynb"]
    assert build(course) == ["03_gone.ipynb"]
    assert sorted(path.name for path in (course.folder / "notebooks").iterdir()) == ["02_routes.ipynb", "README.md"]


def test_fault_in_one_lesson_touches_no_notebook(course):
    course.lesson("03_limits", "# Why?\n\n<!-- exercise: missing -->\n")
    with pytest.raises(Fault, match="There is no exercise `missing`"):
        build(course)
    assert not (course.folder / "notebooks").exists()


def test_notebooks_come_in_order(course):
    course.lesson("00_start_here", "# Start\n")
    assert build(course) == ["00_start_here.ipynb", "02_routes.ipynb"]
