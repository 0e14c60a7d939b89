"""The lab's code as its lesson shows it."""

import re
from pathlib import Path


def test_code_that_the_lesson_shows_and_does_not_run_stands_in_the_lab():
    lesson = Path("lessons/03_dependencies.md").read_text()
    shown = re.findall(r"^```python static\n(.*?)\n```$", lesson, re.MULTILINE | re.DOTALL)
    lab = "".join(path.read_text() for path in Path("labs/dependencies").glob("*.py"))
    prose = re.findall(r"(?:stands for|is) `(Annotated\[[^`]*\])`", " ".join(lesson.split()))
    printed = re.findall(r'^print\("(\w+ = Annotated\[.*\])', lesson, re.MULTILINE)
    quoted = [*shown, *prose, *printed]
    assert (len(shown), len(prose), len(printed)) == (1, 4, 2)
    for code in quoted:
        assert code in lab
