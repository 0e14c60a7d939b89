"""Sets a prediction that is about the next cell beside what that cell gives."""

from __future__ import annotations

import sys
from numbers import Real
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult

    from unblocked.workspace.guesses import Prediction


class NextCell:
    """What is predicted in one cell is answered after the next. Until somebody predicts, nothing is imported."""

    def __init__(self) -> None:
        self._waiting: list[Prediction] = []

    def after(self, cell: ExecutionResult) -> None:
        """Answer what was predicted before this cell; what was predicted in it waits for the next."""
        from IPython.display import display

        predictions: Any = sys.modules.get("unblocked.workspace.predictions")
        if predictions is None:
            return
        value: Any = cell.result
        number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else None
        for each in self._waiting:
            display(each.against(number, "number"))  # type: ignore[no-untyped-call]
        self._waiting = predictions.take_pending(of_cell=True)
