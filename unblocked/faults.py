"""What went wrong, said to the learner: one sentence that names the fault, one that names the mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Fault(Exception):
    """A fault that the reader can mend. A terminal prints it and exits with 2; a notebook shows it without a traceback.

    Args:
        message: what is wrong, then what mends it, with names and commands in backticks.

    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def unknown(what: str, name: str, known: Iterable[str]) -> Fault:
    """Make the fault for a name that nothing has, with the nearest names that exist.

    >>> unknown("lab", "ruotes", ["routes", "start_here"]).message
    'There is no lab `ruotes`. Did you mean `routes`?'
    """
    names = sorted(known)
    if not names:
        return Fault(f"There is no {what} `{name}`, nor any other.")
    near = difflib.get_close_matches(name, names, n=3)
    if near:
        return Fault(f"There is no {what} `{name}`. Did you mean {' or '.join(f'`{n}`' for n in near)}?")
    return Fault(f"There is no {what} `{name}`. There are: {', '.join(f'`{n}`' for n in names)}.")
