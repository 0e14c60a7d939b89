"""Grades an answer by what it does: in processes of its own, with a limit; the verdict says what was seen."""

from unblocked.exercises import Exercise
from unblocked.grading.app import App, Reply
from unblocked.grading.checking import advice, expect, hints
from unblocked.grading.grader import Grader, grade, grader
from unblocked.grading.imported import Imported
from unblocked.grading.verdict import Outcome, Verdict
from unblocked.outside import Outside

__all__ = [
    "App",
    "Exercise",
    "Grader",
    "Imported",
    "Outcome",
    "Outside",
    "Reply",
    "Verdict",
    "advice",
    "expect",
    "grade",
    "grader",
    "hints",
]
