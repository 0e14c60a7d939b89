"""Names for what is made in a folder where others of its kind may be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator


def numbered(stem: str, suffix: str = "") -> Iterator[str]:
    """Give a name, and then the same with a number, without end.

    >>> names = numbered("valkey", ".sock")
    >>> next(names), next(names), next(names)
    ('valkey.sock', 'valkey-2.sock', 'valkey-3.sock')
    """
    yield f"{stem}{suffix}"
    yield from (f"{stem}-{number}{suffix}" for number in itertools.count(2))
