"""Notes who waits for a connection of a SQLAlchemy pool, who has one, and who waits for the database's answer.

SQLAlchemy runs the calls of its async engine in greenlets that have the context of the task that awaits them, so the
context variable tells whose they are, as it does in threads.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from unblocked.recorder.tape import TAPE, current

_HELD = "unblocked_held"

_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+\"?(\w+)", re.IGNORECASE)


def note_connections() -> None:
    """Note them from now on in this process; nothing where the app has not imported SQLAlchemy."""
    if "sqlalchemy" not in sys.modules:
        return
    from sqlalchemy import event
    from sqlalchemy.engine.default import DefaultDialect
    from sqlalchemy.pool import Pool

    _wrap(Pool, "connect", "connection", lambda *_: "")
    for method in ("do_execute", "do_executemany", "do_execute_no_params"):
        _wrap(DefaultDialect, method, "database", lambda _self, _cursor, statement, *_: _shortened(statement))
    for method, word in (("do_commit", "COMMIT"), ("do_rollback", "ROLLBACK")):
        _wrap(DefaultDialect, method, "database", lambda *_, word=word: word)
    event.listen(Pool, "checkout", _lent)
    event.listen(Pool, "checkin", _given_back)


def _wrap(owner: Any, method: str, kind: Any, label: Callable[..., str]) -> None:
    call = getattr(owner, method)

    @functools.wraps(call)
    def recorded(*args: Any, **options: Any) -> Any:
        with TAPE.stretch(current.get(), kind, label(*args)):
            return call(*args, **options)

    setattr(owner, method, recorded)


def _lent(_connection: Any, record: Any, _proxy: Any) -> None:
    held: AbstractContextManager[None] = TAPE.stretch(current.get(), "held")
    held.__enter__()
    record.info[_HELD] = held


def _given_back(_connection: Any, record: Any) -> None:
    held = record.info.pop(_HELD, None)
    if held is not None:  # it was lent before anybody noted it
        held.__exit__(None, None, None)


def _shortened(statement: str) -> str:
    """Say what a statement does, and to which table.

    >>> _shortened("SELECT shipments.id, shipments.price FROM shipments WHERE id = $1")
    'SELECT shipments'
    """
    verb = statement.split(None, 1)[0].upper() if statement.strip() else ""
    table = _TABLE.search(statement)
    return f"{verb} {table[1]}" if table else verb
