"""The headings of a task, fitted into the lesson that includes it."""

from __future__ import annotations

import re

from unblocked.lessons import blocks


def fitted(task: str, *, below: int) -> str:
    """Return a task with its headings moved so that its highest stands one level under a heading of level `below`.

    >>> fitted("# Other customers keep moving", below=2)
    '### Other customers keep moving'
    """
    headings = {index: match for index, line in blocks.outside_fences(task) if (match := re.match(r"(#{1,6}) ", line))}
    if not headings:
        return task
    shift = below + 1 - min(len(match[1]) for match in headings.values())
    lines = task.splitlines()
    for index, match in headings.items():
        level = min(6, max(1, len(match[1]) + shift))
        lines[index] = "#" * level + lines[index][len(match[1]) :]
    return "\n".join(lines)
