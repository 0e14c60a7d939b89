"""Shows a function of a file as it stands there."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from unblocked.faults import unknown


@dataclass(frozen=True, slots=True)
class Source:
    """Python source that shows itself with colours in a notebook."""

    text: str

    @classmethod
    def of(cls, path: Path, name: str) -> Source:
        """Cut a function or class out of a file, decorators included."""
        text = path.read_text()
        found = {n.name: n for n in ast.walk(ast.parse(text)) if isinstance(n, _NAMED)}
        if name not in found:
            raise unknown("function", name, found)
        node = found[name]
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        return cls("\n".join(text.splitlines()[first - 1 : node.end_lineno]))

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"

    def __repr__(self) -> str:
        return self.text


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
