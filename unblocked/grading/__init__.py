"""Grades an answer by what it does: in processes of its own, with a limit; the verdict says what was seen."""

from unblocked.exercises import Exercise
from unblocked.grading.app import App
from unblocked.grading.asking import Pending, Reply, expect_reply
from unblocked.grading.checking import advice, expect, hints
from unblocked.grading.code import Code
from unblocked.grading.database import Database
from unblocked.grading.grader import Grader, grade, grader
from unblocked.grading.imported import Imported
from unblocked.grading.stack import Stack
from unblocked.grading.store import Store
from unblocked.grading.suite import Tests
from unblocked.grading.verdict import Advice, Outcome, Verdict
from unblocked.outside import Outside

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
