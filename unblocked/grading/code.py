"""The text of an answer that is right, for advice about its style. Checks look at what it does, never at this."""

from __future__ import annotations

import ast


class Code:
    r"""What stands in an answer.

    Example:
        >>> code = Code("import asyncio\nasync def main(): await asyncio.sleep(1)")
        >>> code.uses("asyncio.sleep"), code.is_async("main")
        (True, True)

    """

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self._names = {ast.unparse(n) for n in ast.walk(self.tree) if isinstance(n, ast.Attribute | ast.Name)}
        self._imported = {a.name for n in ast.walk(self.tree) if isinstance(n, ast.ImportFrom) for a in n.names}

    def uses(self, *names: str) -> bool:
        """Say whether one of these dotted names occurs, whole or imported by its last part."""
        return any(n in self._names or ("." in n and n.rpartition(".")[2] in self._imported) for n in names)

    def is_async(self, function: str) -> bool:
        """Say whether a function of this name is a coroutine function."""
        return any(isinstance(n, ast.AsyncFunctionDef) and n.name == function for n in ast.walk(self.tree))

    def awaits_in(self, function: str) -> bool:
        """Say whether a function of this name awaits anything, `async with` and `async for` included."""
        waits = (ast.Await, ast.AsyncWith, ast.AsyncFor)
        named = [n for n in ast.walk(self.tree) if isinstance(n, ast.AsyncFunctionDef) and n.name == function]
        return any(isinstance(inner, waits) for n in named for inner in ast.walk(n))
