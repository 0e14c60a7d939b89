"""Which runs of notebooks are kept, and which are made anew."""

import pytest

from unblocked.faults import Fault
from unblocked.grading.verdict import MEDIA_TYPE
from unblocked.lessons import running, source
from unblocked.site import runs

BODY = """# Why?

Prose.

```python
serve("routes")
```

<!-- exercise: keeps_moving -->
"""


@pytest.fixture
def ran(course, monkeypatch):
    """Write a course of one lesson; give what was run, in place of running it. `solved` is in the solution alone."""
    course.lesson("02_routes", BODY)
    course.exercise("routes", "keeps_moving")
    course.write("exercises/routes/keeps_moving/checks.py", '"""Proof."""')
    course.write("solutions/routes/keeps_moving.py", '"""Why."""\n\nsolved = True\n')
    for path in ("labs/routes/app.py", "labs/parcel_sdk.py", "labs/other/app.py", "unblocked/verbs.py"):
        course.write(path, "app = 1\n")
    executed = []

    def run(path, **_):
        from nbformat import read

        notebook = read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [_output(cell.source)]
        executed.append(path.stem)
        return running.Run(notebook, {}, ())

    monkeypatch.setattr(running, "run", run)
    return executed


def _output(code):
    from nbformat.v4 import new_output

    data = {"text/plain": f"shown by {code.splitlines()[0]}", MEDIA_TYPE: {"passed": "solved" in code}}
    return new_output("display_data", data=data)


def shown(course):
    lesson = source.lesson("routes", course=course.folder)
    return runs.of(lesson, others={"routes": lesson}, course=course.folder)


def kept(course):
    [path] = (course.folder / ".cache/site").iterdir()
    return path


def test_starter_runs_before_solution(course, ran):
    found = shown(course)
    assert [cell.source for cell in found.cells] == ['serve("routes")']
    assert "TODO" in found.starters["keeps_moving"].source
    assert found.solutions["keeps_moving"].source.endswith("solved = True")
    assert ran == ["02_routes"]


def test_kept_run_is_used(course, ran):
    first = shown(course)
    assert shown(course) == first
    assert ran == ["02_routes"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("exercises/routes/keeps_moving/task.md", "---\nkind: app\nminutes: 1\ncore: true\n---\n# Other words\n"),
        ("exercises/routes/keeps_moving/wrong/sleeps.py", "sleep = 1"),
        ("labs/other/app.py", "app = 2"),
        ("unblocked/site/pages.py", "pages = 1"),
        ("unblocked/__pycache__/verbs.pyc", "pages = 1"),
    ],
)
def test_prose_runs_nothing_anew(course, ran, path, text):
    first = shown(course)
    course.write(path, text)
    course.lesson("02_routes", BODY.replace("Prose", "Other prose"))
    assert shown(course).cells == first.cells
    assert ran == ["02_routes"]


@pytest.mark.parametrize(
    "path",
    [
        "labs/routes/app.py",
        "labs/parcel_sdk.py",
        "exercises/routes/keeps_moving/starter.py",
        "exercises/routes/keeps_moving/checks.py",
        "exercises/routes/keeps_moving/planted/shop.py",
        "solutions/routes/keeps_moving.py",
        "unblocked/verbs.py",
        "unblocked/drawing/look.py",
        "requirements.txt",
    ],
)
def test_code_is_run_anew(course, ran, path):
    shown(course)
    course.write(path, "new = 'solved'\n" if path.startswith("solutions") else "new = 1\n")
    shown(course)
    assert ran == ["02_routes"] * 2
    kept(course)  # the old one is gone


def test_changed_cell_is_run_anew(course, ran):
    shown(course)
    course.lesson("02_routes", BODY.replace('serve("routes")', 'serve("routes")  # again'))
    shown(course)
    assert ran == ["02_routes"] * 2


@pytest.mark.parametrize("spoil", [lambda b: b[: len(b) // 2], lambda _: b"", lambda b: b.replace(b"shown", b"shewn")])
def test_corrupt_file_is_made_anew(course, ran, spoil):
    first = shown(course)
    kept(course).write_bytes(spoil(kept(course).read_bytes()))
    assert shown(course) == first
    assert shown(course) == first
    assert ran == ["02_routes"] * 2


def test_bytes_that_are_no_text_are_made_anew(course, ran):
    first = shown(course)
    kept(course).write_bytes(b"\xff\xfe\x00")
    assert shown(course) == first
    assert ran == ["02_routes"] * 2


def test_forgotten_run_is_made_anew(course, ran):
    shown(course)
    runs.forget(course.folder)
    runs.forget(course.folder)
    shown(course)
    assert ran == ["02_routes"] * 2


@pytest.mark.usefixtures("ran")
def test_wrong_verdict_is_not_kept(course):
    course.write("solutions/routes/keeps_moving.py", "wrong = True\n")
    with pytest.raises(Fault, match=r"^The solution of `keeps_moving` is refused, so the page would show"):
        shown(course)
    course.exercise("routes", "keeps_moving", starter="solved = True  # TODO: Nothing.")
    with pytest.raises(Fault, match=r"^The starter of `keeps_moving` passes"):
        shown(course)
    assert not (course.folder / ".cache").exists()


def test_real_notebook_is_run(course):
    course.lesson("02_routes", "# Why?\n\n```python\nprint(6 * 7)\n```\n")
    assert [cell.outputs[0].text for cell in shown(course).cells] == ["42\n"]
