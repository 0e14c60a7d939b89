"""Front matter: the YAML between two lines of `---` at the top of a Markdown file."""

from __future__ import annotations

import re
from typing import Any

import yaml

from unblocked.faults import Fault


def split(text: str, *, name: str) -> tuple[dict[str, Any], str, int]:
    """Split a Markdown file into its front matter, its body, and the number of the line where the body begins.

    Raises a `Fault` that calls the file `name` if there is no front matter or it is not YAML.
    """
    match = re.match(r"---[ \t]*\n(.*?\n)?---[ \t]*(\n|$)", text, re.DOTALL)
    if not match:
        raise Fault(f"`{name}` has no front matter: it begins with `---`, keys and values, and another `---`.")
    try:
        front = yaml.safe_load(match[1] or "")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 2})" if mark else ""
        raise Fault(f"`{name}`: the front matter is not YAML{where}: {getattr(error, 'problem', error)}.") from error
    if not isinstance(front, dict | None):
        raise Fault(f"`{name}`: the front matter is not a list of `key: value`.")
    return front or {}, text[match.end() :], match[0].count("\n") + 1
