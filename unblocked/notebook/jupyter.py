"""The Jupyter server that has started this kernel, if one has: links in the notebook lead through it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from unblocked.server.browser import SETTING


def connect() -> None:
    """Say where that server is for the browser, unless somebody has said it before."""
    base = _base_url()
    if base is not None:
        os.environ.setdefault(SETTING, base)


def notebook() -> str:
    """Give the name of the notebook that this kernel was started for, without its ending; empty where nobody says it.

    It is the name at that time: somebody may have renamed the notebook since.
    """
    return Path(os.environ.get("JPY_SESSION_NAME", "")).stem


def _base_url() -> str | None:
    """Read it from what the server has written down about itself; other editors start kernels without one."""
    from jupyter_core.paths import jupyter_runtime_dir

    written = Path(jupyter_runtime_dir()) / f"jpserver-{os.environ.get('JPY_PARENT_PID')}.json"
    try:
        return str(json.loads(written.read_text(encoding="utf-8"))["base_url"])
    except (OSError, ValueError, KeyError):
        return None
