"""What is done once before an app starts, such as applying the migrations of its database."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from unblocked.faults import Fault
from unblocked.processes import keeper
from unblocked.processes.lines import Lines
from unblocked.processes.starting import fresh
from unblocked.server.warm import warm

_MODULE = "unblocked.stack.preparing"

_LIMIT = 60.0
"""Seconds after which it is given up."""


class Preparation:
    """A process that imports a module at once, and runs its `main()` when it is told to.

    Importing takes longer than the work, so it is done while the database starts.
    """

    def __init__(self, module: str, env: Mapping[str, str]) -> None:
        self._module = module
        of = warm().process(env)
        words = ["@0", module]
        self._child, line = keeper().start_with_line(
            [_MODULE, *words] if of else fresh(_MODULE, *words),
            name="prepare",
            env=env,
            cwd=Path.cwd(),
            of=of,
        )
        self._lines = Lines(line)

    def begin(self) -> None:
        """Have it do its work."""
        with contextlib.suppress(OSError):  # it has ended: its code says how
            self._lines.send(begin=True)

    def wait(self) -> None:
        """Return when its work is done.

        Raises:
            Fault: it fails, or is not done after a minute; with what it has printed.

        """
        try:
            code = self._child.wait(_LIMIT)
        finally:
            self.stop()
        if code != 0:
            how = "did not end" if code is None else f"ended with code {code}"
            printed = self._child.printed
            raise Fault(f"`{self._module}`, which prepares the app, {how}. It printed:\n\n{printed}".rstrip())

    def stop(self) -> None:
        """End it, wherever it is."""
        self._child.stop()
        self._lines.close()
