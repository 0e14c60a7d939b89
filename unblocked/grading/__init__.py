"""Grades an answer by what it does: in processes of its own, with a limit; the verdict says what was seen.

What asks for a grading is here at once. What only checks use is imported when one asks for it: it takes clients of all
that answers speak to, and every kernel and every command would wait for them.
"""

import importlib
from typing import TYPE_CHECKING, Any

from unblocked.exercises import Exercise
from unblocked.grading.grader import Grader, grade, grader
from unblocked.grading.verdict import Advice, Outcome, Verdict

if TYPE_CHECKING:
    from unblocked.grading.app import App
    from unblocked.grading.asking import Pending, Reply, expect_reply
    from unblocked.grading.checking import advice, expect, hints
    from unblocked.grading.code import Code
    from unblocked.grading.database import Database
    from unblocked.grading.imported import Imported
    from unblocked.grading.stack import Stack
    from unblocked.grading.store import Store
    from unblocked.grading.suite import Tests
    from unblocked.outside import Outside

# What checks use, and the module that it lives in. No module of this room may have one of these names.
_OF_CHECKS = {
    "App": "unblocked.grading.app",
    "Code": "unblocked.grading.code",
    "Database": "unblocked.grading.database",
    "Imported": "unblocked.grading.imported",
    "Outside": "unblocked.outside",
    "Pending": "unblocked.grading.asking",
    "Reply": "unblocked.grading.asking",
    "Stack": "unblocked.grading.stack",
    "Store": "unblocked.grading.store",
    "Tests": "unblocked.grading.suite",
    "advice": "unblocked.grading.checking",
    "expect": "unblocked.grading.checking",
    "expect_reply": "unblocked.grading.asking",
    "hints": "unblocked.grading.checking",
}

__all__ = [
    "Advice",
    "App",
    "Code",
    "Database",
    "Exercise",
    "Grader",
    "Imported",
    "Outcome",
    "Outside",
    "Pending",
    "Reply",
    "Stack",
    "Store",
    "Tests",
    "Verdict",
    "advice",
    "expect",
    "expect_reply",
    "grade",
    "grader",
    "hints",
]


def __getattr__(name: str) -> Any:
    if name not in _OF_CHECKS:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    return getattr(importlib.import_module(_OF_CHECKS[name]), name)
