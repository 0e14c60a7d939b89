"""Where the course has its public address: `repo_url` in `mkdocs.yml`, where one is set.

It belongs under `extra`: with a `repo_url` of its own, the theme asks GitHub for stars on every page.
"""

from __future__ import annotations

import re
from pathlib import Path

_SET = re.compile(r"^\s*repo_url:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)


def of(course: Path) -> str:
    """Give the address of the repository, or nothing.

    The file is read as text: it may have tags that only the builder of the site knows.
    """
    path = course / "mkdocs.yml"
    found = _SET.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found[1].rstrip("/") if found else ""
