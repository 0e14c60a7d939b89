"""What a notebook shows at the end of a cell, because it was not the last thing in it."""

from __future__ import annotations

import sys

_waiting: list[object] = []


def at_the_end(thing: object) -> None:
    """See that `thing` is shown when the cell ends, unless it was `done` before. Outside of IPython, do nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if shell:
        _waiting.append(thing)
        shell.events.register("post_run_cell", _show)  # a second time changes nothing


def done(thing: object) -> None:
    """Say that `thing` was shown, or needs no showing any more."""
    _waiting[:] = [other for other in _waiting if other is not thing]


def _show(*_: object) -> None:
    from IPython.display import display

    while _waiting:
        display(_waiting.pop(0))  # type: ignore[no-untyped-call]
