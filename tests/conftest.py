"""What every test starts from: the folder of the course, and a workspace that is not the learner's."""

import os
import signal
from pathlib import Path

import pytest

COURSE = Path(__file__).resolve().parents[1]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's `&` and `nohup` ignore interrupts for all that they start, and what the tests start inherits it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def in_the_course(monkeypatch, tmp_path):
    monkeypatch.chdir(COURSE)
    if "UNBLOCKED_WORKSPACE" not in os.environ:
        monkeypatch.setenv("UNBLOCKED_WORKSPACE", str(tmp_path / "workspace"))
