"""Shows a function of a file as it stands there."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unblocked.faults import unknown


@dataclass(frozen=True, slots=True)
class Source:
    """Python source that shows itself with colours in a notebook."""

    text: str

    @classmethod
    def of(cls, paths: Sequence[Path], name: str) -> Source:
        """Cut a function or class out of the first of these files that has it, decorators included."""
        known: list[str] = []
        for path in paths:
            text = path.read_text(encoding="utf-8")
            found = {n.name: n for n in ast.walk(ast.parse(text)) if isinstance(n, _NAMED)}
            if name in found:
                node = found[name]
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                return cls("\n".join(text.splitlines()[first - 1 : node.end_lineno]))
            known += found
        raise unknown("function", name, known)

    def _repr_markdown_(self) -> str:
        return f"```python\n{self.text}\n```"

    def __repr__(self) -> str:
        return self.text


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
