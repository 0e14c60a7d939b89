"""Where a process of an app looks for modules: what is installed first, then the folder that it is started in.

A Python that is started with `-m` looks into that folder first, and a learner's `asyncio.py` there would be taken for
Python's own. So these processes are started with `-P`, and add the folder themselves.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def arrange() -> None:
    """Look for modules where `PYTHONPATH` says, then where Python does, then here. A copy does it as a fresh Python."""
    wanted, here = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part], str(Path.cwd())
    sys.path[:] = [*wanted, *(part for part in sys.path if part not in {*wanted, here}), here]
