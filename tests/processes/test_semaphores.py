"""Semaphores that a killed pool of processes leaves behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from unblocked.processes import semaphores

POOL = """
import multiprocessing, os, signal
from unblocked.processes import semaphores
semaphores.name_after_owner()
lock = multiprocessing.get_context("spawn").Lock()
print(flush=True)
os.killpg(os.getpid(), signal.SIGKILL)
"""
"""Makes a named semaphore, and is killed together with what would have removed it."""

MEMORY = Path("/dev/shm")


@pytest.mark.skipif(not MEMORY.exists(), reason="this system does not list semaphores")
def test_they_go_with_their_owner():
    folder = Path(f"/tmp/unblocked-test-{id(POOL)}")
    others = MEMORY / f"sem.{folder.name}x-12345678"
    others.touch()
    try:
        done = subprocess.run([sys.executable, "-c", POOL], env={"PATH": "", **semaphores.setting(folder)},
                              stdout=subprocess.PIPE, start_new_session=True, check=False)  # fmt: skip
        assert (done.returncode, done.stdout) == (-9, b"\n")
        assert len(list(MEMORY.glob(f"sem.{folder.name}-*"))) == 1
        semaphores.remove(folder)
        assert list(MEMORY.glob(f"sem.{folder.name}*")) == [others]
    finally:
        others.unlink()
