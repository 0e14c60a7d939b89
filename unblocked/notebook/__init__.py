"""The notebook's face of the course: loaded into every kernel of the environment (see `environment/`)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Give a kernel the verbs, the magic `%%exercise`, faults without a traceback, and a grader that is warm."""
    # Last, not between Python's modules and the packages: a learner's `redis.py` is not taken for the package.
    sys.path[:] = [*filter(None, sys.path), ""]

    from unblocked.notebook import wiring

    wiring.connect(shell)
