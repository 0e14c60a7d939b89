"""How kernels are started: no file beside a notebook hides what Jupyter itself imports."""

from __future__ import annotations

from typing import Any

from jupyter_client.kernelspec import KernelSpec


class Spec(KernelSpec):
    """A kernel's command, with `-P` where it runs a module of Python's.

    With `-m` alone, Python would look into the notebook's folder first: beside a learner's `types.py` or `re.py`, a
    kernel ends before it reads any setting. The course adds that folder when the kernel has started.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        if self.argv[1:2] == ["-m"]:
            self.argv = [self.argv[0], "-P", *self.argv[1:]]
