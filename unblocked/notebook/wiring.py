"""What a kernel gets from the course when it starts."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Any

import unblocked
from unblocked import surroundings
from unblocked.course import slug_of
from unblocked.faults import Fault
from unblocked.notebook import cards, jupyter
from unblocked.notebook.exercise import exercise, raise_magic
from unblocked.notebook.next_cell import NextCell

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def connect(shell: InteractiveShell) -> None:
    """Put verbs, magic and the display of faults into a kernel, and warm up what it will want first."""
    jupyter.connect()
    surroundings.tidy()
    shell.user_ns.update({verb: _Verb(verb) for verb in unblocked.__all__})
    shell.user_ns_hidden.update(dict.fromkeys(unblocked.__all__))
    shell.register_magic_function(exercise, "cell", "exercise")  # type: ignore[arg-type]
    shell.input_transformers_cleanup.append(raise_magic)
    shell.events.register("post_run_cell", NextCell().after)
    shell.set_custom_exc((Fault,), _show_fault)  # type: ignore[no-untyped-call]
    threading.Thread(target=_warm_up, name="unblocked-warm-up", daemon=True).start()


class _Verb:
    """A verb that imports its room when it is called, so that a kernel starts as fast as without it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: Any, **options: Any) -> Any:
        return getattr(unblocked, self._name)(*args, **options)

    @property
    def __wrapped__(self) -> Any:
        return getattr(unblocked, self._name)

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return str(getattr(unblocked, self._name).__doc__)

    def __repr__(self) -> str:
        return f"`{self._name}`, a verb of the course; `{self._name}?` says what it does"


def _show_fault(_shell: object, _kind: object, fault: BaseException, _where: object, **_: object) -> list[str]:
    """Show a fault as its sentence: its traceback goes through the course's code, which is not the learner's."""
    from IPython.display import display

    display(cards.Fault(str(fault)))  # type: ignore[no-untyped-call]
    return [str(fault)]


def _warm_up() -> None:
    from unblocked.grading import Exercise, grader
    from unblocked.notebook import predictions

    predictions.connect()
    lesson = slug_of(jupyter.notebook())  # none outside of JupyterLab: warm for what all answers use
    grader().warm_up(*{use for each in Exercise.all().values() if each.lesson == lesson for use in each.uses})
    importlib.import_module("unblocked.grading.imported")  # loads an answer that passed: its first time would be felt
