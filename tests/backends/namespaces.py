"""Whether this system gives PostgreSQL namespaces of its own: many containers do not, nor does a `chroot`."""

import functools
import subprocess
import sys

TRY = """
import ctypes
from unblocked.backends import unprivileged
libc = ctypes.CDLL(None, use_errno=True)
unprivileged._enter(libc, unprivileged._CLONE_NEWUSER | unprivileged._CLONE_NEWIPC)
"""


@functools.cache
def can_be_had() -> bool:
    return subprocess.run([sys.executable, "-c", TRY], stderr=subprocess.DEVNULL, check=False).returncode == 0
