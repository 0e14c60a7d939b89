"""The text of an answer that is right, for advice about its style. Checks look at what it does, never at this."""

from __future__ import annotations

import ast
from collections.abc import Iterator


class Code:
    r"""What stands in an answer.

    Example:
        >>> code = Code("import asyncio\nasync def main(): await asyncio.sleep(1)")
        >>> code.uses("asyncio.sleep"), code.is_async("main")
        (True, True)

    """

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self._imported = dict(self._imports())
        named = [n for n in ast.walk(self.tree) if isinstance(n, ast.Attribute | ast.Name)]
        self._names = {self._whole(ast.unparse(each)) for each in named}

    def uses(self, *names: str) -> bool:
        """Say whether one of these names occurs, such as `asyncio.sleep`, however it was imported."""
        return not self._names.isdisjoint(names)

    def _imports(self) -> Iterator[tuple[str, str]]:
        """Give each imported name as it is called here, and as it is called where it comes from."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)
            elif isinstance(node, ast.ImportFrom):
                yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)

    def _whole(self, name: str) -> str:
        first, dot, rest = name.partition(".")
        return self._imported.get(first, first) + dot + rest

    def is_async(self, function: str) -> bool:
        """Say whether a function of this name is a coroutine function."""
        return any(isinstance(n, ast.AsyncFunctionDef) and n.name == function for n in ast.walk(self.tree))

    def awaits_in(self, function: str) -> bool:
        """Say whether a function of this name awaits anything, `async with` and `async for` included."""
        waits = (ast.Await, ast.AsyncWith, ast.AsyncFor)
        named = [n for n in ast.walk(self.tree) if isinstance(n, ast.AsyncFunctionDef) and n.name == function]
        return any(isinstance(inner, waits) for n in named for inner in ast.walk(n))
