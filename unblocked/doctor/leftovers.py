"""What runs that were killed have left behind; what can safely be removed is removed."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from unblocked.doctor.finding import Finding, fault, note
from unblocked.processes import runtime
from unblocked.workspace import folder

_PROCESSES = Path("/proc")
_OWNER = re.compile(rb"(?<![^=\0])(/[^\0]*?/unblocked-\d+-[a-z0-9_]+)(?=[/\0])")
"""The folder of an owner, where a setting or a word of a command begins with it."""
_HOUR = 3600.0


def findings() -> Iterator[Finding]:
    """Remove folders and drafts that belong to nobody; tell of processes."""
    swept = runtime.sweep() + _drafts()
    for lost in swept:
        yield note("Leftovers", f"`{lost}` of a run that was killed: removed")
    strays = list(_strays())
    for pid, command in strays:
        yield fault("Leftovers", f"process {pid} has outlived its owner: `{command}`", f"Run `kill -9 {pid}`.")
    if not swept and not strays:
        yield Finding("Leftovers", "none of crashed runs")


def _drafts() -> list[Path]:
    """Remove files that were never written to their ends, and are too old for anybody to be writing them."""
    old = [path for path in folder.workspace_place().rglob(".*.tmp") if time.time() - path.stat().st_mtime > _HOUR]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _strays() -> Iterator[tuple[int, str]]:
    """Find processes of this user that were started for an owner whose folder is gone; only Linux shows them."""
    for process in _PROCESSES.glob("[0-9]*"):
        try:
            mine, settings = process.stat().st_uid == os.getuid(), (process / "environ").read_bytes()
            words = (process / "cmdline").read_bytes()
        except OSError:  # it has ended, or is somebody else's
            continue
        owners = {Path(os.fsdecode(found)) for found in _OWNER.findall(settings + b"\0" + words)}
        if mine and owners and not any(owner.exists() for owner in owners):
            yield int(process.name), words.replace(b"\0", b" ").decode(errors="replace").strip()[:80]
