"""Runs in a notebook's kernel around an exercise: what answers give the notebook is taken away again."""

import builtins
import os
import shutil
from pathlib import Path

_names: set[str] = set()
_environment: dict[str, str] = {}


def remember(notebook: dict) -> None:
    """Note what a notebook has before an exercise is answered."""
    _names.clear()
    _names.update(notebook)
    _environment.clear()
    _environment.update(os.environ)


def forget(notebook: dict) -> None:
    """Leave a notebook as if nobody had answered the exercise. It is a fault when that makes a difference elsewhere.

    An answer that goes by the name of a builtin would change cells that do not know of it. `CARRIERS_URL` changes
    none: each `serve` sets it anew.
    """
    given = notebook.keys() - _names
    builtin = given & set(dir(builtins))
    assert not builtin, f"an answer gives the notebook {builtin}, which cells know as builtins"
    changed = {name for name, _ in os.environ.items() ^ _environment.items()} - {"CARRIERS_URL"}
    assert not changed, f"an answer leaves {changed} in the environment"
    for name in given:
        del notebook[name]
    os.environ.clear()
    os.environ.update(_environment)
    shutil.rmtree(Path("..") / "answers")
