"""`watch`: shows the current exercise, grades it on every save, and goes on when it is passed."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from unblocked.coaching.advice import hint, solution
from unblocked.coaching.standing import order, standing
from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.grading import grader
from unblocked.server.saves import Saves
from unblocked.terminal import checks, verdicts
from unblocked.terminal.keys import END, Keys
from unblocked.workspace import answers, folder

_HELP = "[b]c[/b]heck  [b]h[/b]int  [b]s[/b]olution  [b]l[/b]ist  [b]n[/b]ext  [b]r[/b]eset  [b]e[/b]dit  [b]q[/b]uit"


class Watch:
    """The loop. It survives whatever an answer, an editor or a full disk does, and says what happened."""

    def __init__(self, *, keys: Keys, saves: Saves, console: Console, first: str | None = None) -> None:
        self._keys, self._saves, self._console = keys, saves, console
        self._exercises = order()
        self._at = self._begin_with(first)
        self._insists = False
        self._begun = ""  # what we have put into the file ourselves, which is no save of the learner's
        self._goes_on = True
        self._doing: dict[str, Callable[[], None]] = {
            "c": self._check, "\n": self._check, "h": self._hint, "s": self._solution, "l": self._list,
            "n": self._next, "r": self._reset, "e": self._edit, "q": self._quit, END: self._quit, "?": self._show,
        }  # fmt: skip

    def stay(self) -> int:
        """Look at saves and keys until told to quit; give the exit code."""
        grader().warm_up(*self._exercise.uses)
        self._safely(self._show)
        while self._goes_on:
            saved = self._saves.wait()
            if self._path in saved and self._path.exists() and self._path.read_text(errors="replace") != self._begun:
                self._safely(self._check)
            key = self._keys.pressed()
            if key:
                self._safely(self._doing.get(key.lower(), self._unknown))
            self._say_trouble()
        return 0

    @property
    def _exercise(self) -> Exercise:
        return self._exercises[self._at]

    @property
    def _path(self) -> Path:
        return answers.place(self._exercise.lesson, self._exercise.name).resolve()

    def _begin_with(self, name: str | None) -> int:
        names = [exercise.name for exercise in self._exercises]
        if name is not None:
            return names.index(Exercise.find(name).name)
        return next((n for n, each in enumerate(names) if not standing(each).passed), 0)

    def _safely(self, do: Callable[[], None]) -> None:
        """Do it; a fault is said and anything else shown whole, and the loop goes on."""
        try:
            do()
        except Fault as fault:
            self._console.print(fault.message, style="red", markup=False)
        except Exception:  # noqa: BLE001  # shown, not hidden: the learner's session must survive it
            self._console.print_exception()

    def _show(self) -> None:
        self._begun = "" if self._path.exists() else self._exercise.starter
        checks.own_answer(self._exercise)
        self._insists = False
        self._console.rule(f"{self._at + 1} of {len(self._exercises)}  ·  {self._exercise.name}")
        self._console.print(Markdown(self._exercise.task))
        self._console.print(
            f"\nYour file: [b]{os.path.relpath(self._path)}[/b], checked on every save.", highlight=False
        )
        self._console.print(_HELP)

    def _check(self) -> None:
        self._begun = ""
        verdict = checks.graded(self._exercise)
        verdicts.show(verdict, console=self._console)
        if verdict.passed:
            self._go_on()
        else:
            self._console.print(_HELP)

    def _go_on(self) -> None:
        left = [n for n, each in enumerate(self._exercises) if not standing(each.name).passed]
        if not left:
            self._console.print("\nThat was the last one: every exercise is passed.", style="bold green")
            return
        self._at = next((n for n in left if n > self._at), left[0])
        self._show()

    def _hint(self) -> None:
        self._console.print(Markdown(hint(self._exercise.name).text))

    def _solution(self) -> None:
        """Show it after a pass; otherwise ask to press the key again."""
        told = solution(self._exercise.name, anyway=self._insists)
        if not self._insists and not standing(self._exercise.name).passed:
            self._console.print("You have not passed it yet. [b]h[/b] gives a hint; [b]s[/b] again shows it anyway.")
            self._insists = True
            return
        self._console.print(Markdown(told.text))

    def _list(self) -> None:
        for n, exercise in enumerate(self._exercises):
            here = ">" if n == self._at else " "
            self._console.print(f"{here} {standing(exercise.name).state:7} {exercise.name}", highlight=False)

    def _next(self) -> None:
        self._at = (self._at + 1) % len(self._exercises)
        self._show()

    def _reset(self) -> None:
        self._begun = self._exercise.starter
        aside = answers.replace(self._exercise.lesson, self._exercise.name, self._exercise.starter)
        kept = f" What you had is in `{aside.name}`." if aside else ""
        self._console.print(f"It begins anew.{kept}", markup=False)

    def _edit(self) -> None:
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
        if not editor:
            self._console.print(f"Set EDITOR, or open this file in your editor: {self._path}", markup=False)
            return
        with self._keys.lent():
            subprocess.run([*shlex.split(editor), str(self._path)], check=False)

    def _quit(self) -> None:
        self._goes_on = False

    def _unknown(self) -> None:
        self._console.print(_HELP)

    def _say_trouble(self) -> None:
        if self._saves.trouble:
            self._console.print(
                f"Saves cannot be noticed here ({self._saves.trouble}): press c to check.", markup=False
            )
            self._saves = Saves(None)


def run(*, manual: bool, first: str | None) -> int:
    """Watch until told to quit.

    Args:
        manual: check only when asked to, where saves cannot be noticed.
        first: the exercise to begin with; the first that is not passed if not given.

    Raises:
        Fault: there is no such exercise.

    """
    place = folder.workspace() / "answers"
    folder.make_folder(place)
    with Keys() as keys:
        saves = Saves(None if manual else place)
        try:
            return Watch(keys=keys, saves=saves, console=Console(), first=first).stay()
        except KeyboardInterrupt:
            return 0
