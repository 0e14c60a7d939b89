"""The signs of mistakes: what is seen from outside, the words of verdicts that belong to it, where it is explained.

They stand in `signs.yaml`. A kept wrong answer says in its docstring what its refusal says (`Says: …`), and stands
under the sign that has these words.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("signs.yaml")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign.

    Attributes:
        seen: what somebody sees who has not found the mistake yet; a heading.
        read: the sections that explain it, each a lesson's slug and a heading.
        says: the words of verdicts that belong to it.

    """

    seen: str
    read: tuple[tuple[str, str], ...]
    says: frozenset[str]


def _sign(seen: str, says: list[str], read: list[dict[str, str]]) -> Sign:
    return Sign(seen, tuple(section for each in read for section in each.items()), frozenset(says))


SIGNS = tuple(_sign(**entry) for entry in yaml.safe_load(_FILE.read_text(encoding="utf-8")))
"""All signs, in the order in which they are shown."""
