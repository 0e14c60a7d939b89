"""A small course to build from, in a folder of its own."""

from pathlib import Path

import pytest
import yaml

from unblocked.lessons import source

FRONT = {
    "title": "Sync and async routes",
    "question": "Why does one slow customer stop everyone?",
    "you will": ["tell where a request waited", "choose `def` or `async def`"],
    "needs": [],
    "minutes": 40,
    "left out": "several worker processes",
}

TASK = """---
kind: app
minutes: 12
core: true
---
# Other customers keep moving

Change the app.

```python
# not a heading, not a cell
```

## For example
"""

STARTER = """from fastapi import FastAPI

app = FastAPI()  # TODO: Write it.
"""


class Course:
    """Writes the files of a course into a folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def write(self, path: str, text: str) -> Path:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def lesson(self, name: str, body: str, **front: object) -> source.Lesson:
        """Write `lessons/NAME.md` and read it. Front matter that is None is left out."""
        keys = FRONT | {key.replace("_", " "): value for key, value in front.items()}
        kept = {key: value for key, value in keys.items() if value is not None}
        return source.read(self.write(f"lessons/{name}.md", f"---\n{yaml.safe_dump(kept)}---\n{body}"))

    def exercise(self, slug: str, name: str, *, task: str = TASK, starter: str = STARTER) -> None:
        self.write(f"exercises/{slug}/{name}/task.md", task)
        self.write(f"exercises/{slug}/{name}/starter.py", starter)


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path / "course")
