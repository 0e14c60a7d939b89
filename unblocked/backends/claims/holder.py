"""Who holds what was claimed: a process of a machine, which can be seen to have ended by whoever comes next there."""

from __future__ import annotations

import json
import os
import socket

import psutil


def me() -> str:
    """Give the words that name this process."""
    began = psutil.Process().create_time()
    return json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "began": began})


def is_abandoned(words: str) -> bool:
    """Say whether they name a process of this machine that has ended."""
    try:
        told = json.loads(words)
        if told["host"] != socket.gethostname():
            return False
        return bool(abs(psutil.Process(told["pid"]).create_time() - told["began"]) > 1)
    except psutil.NoSuchProcess:
        return True
    except (ValueError, KeyError, TypeError):  # none of ours wrote that
        return False
