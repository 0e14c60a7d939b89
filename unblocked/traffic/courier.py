"""The owner's side: keeps one sender process warm, hands it a plan, and waits for what came of it."""

from __future__ import annotations

import atexit
import json
import threading
from collections.abc import Callable
from typing import Any

from unblocked.course import course
from unblocked.faults import Fault
from unblocked.processes import Keeper, keeper
from unblocked.processes.starting import fresh
from unblocked.records import Request
from unblocked.traffic.plan import Plan

Tell = Callable[[dict[str, Any]], None]


class GoneError(Exception):
    """The sender is not there any more; `begun` says whether it had taken the plan."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__(begun)
        self.begun = begun


class Courier:
    """A sender process and the socket to it."""

    def __init__(self, kept: Keeper) -> None:
        self.kept = kept
        argv = fresh("unblocked.traffic.sender", "@0")
        self.child, self._socket = kept.start_with_line(argv, name="sender", cwd=course())
        self._lines = self._socket.makefile("rb")

    def carry(self, plan: Plan, *, tell: Tell) -> dict[str, Any]:
        """Hand over a plan, pass on every word on how far it is, and give the last word.

        Raises:
            GoneError: the process has ended.

        """
        begun = False
        try:
            self._socket.sendall(plan.packed())
            while line := self._lines.readline():
                words: dict[str, Any] = json.loads(line)
                begun = True
                if "requests" in words:
                    return words
                tell(words)
        except OSError:  # the end of a process shows as an error as well
            pass
        raise GoneError(begun=begun)

    def close(self) -> None:
        """Close our side: a sender that has nothing to do ends."""
        self._lines.close()
        self._socket.close()

    def end(self) -> None:
        """End the process at once, and with it whatever it was sending."""
        self.close()
        self.child.stop()

    def last_line(self) -> str:
        """Give the last line of its log: why it ended, if it had something to say."""
        self.child.wait(5)  # a crash closes the socket before it is written down
        try:
            return next(reversed(self.child.log.read_text(errors="replace").splitlines()), "")
        except OSError:
            return ""


_current: Courier | None = None
_lock = threading.Lock()


def delivered(plan: Plan, *, tell: Tell) -> tuple[list[Request], str]:
    """Send what is planned, from the warm process; give every request, and what the first failed answer said.

    Two callers do not disturb each other: the second one waits. Whatever ends the waiting, an interrupt above all, ends
    the sending too.

    Raises:
        Fault: the sender was ended while it was at work.

    """
    with _lock:
        try:
            words = _carried(plan, tell=tell)
        except BaseException:
            _discard()
            raise
    numbered = enumerate(words["requests"], start=1)
    return [Request(plan.id(n), plan.method, plan.path(n), *fields) for n, fields in numbered], str(words["said"])


def _carried(plan: Plan, *, tell: Tell) -> dict[str, Any]:
    try:
        return _courier().carry(plan, tell=tell)
    except GoneError as gone:
        if gone.begun:
            raise _ended() from gone
    _discard()  # it had ended while it had nothing to do: nothing was sent
    try:
        return _courier().carry(plan, tell=tell)
    except GoneError as gone:
        raise _ended() from gone


def _courier() -> Courier:
    """Give the keeper's sender; a new one after a fork, or when the keeper is another."""
    global _current
    kept = keeper()
    if _current is not None and _current.kept is not kept:
        _current.close()
        _current = None
    _current = _current or Courier(kept)
    return _current


def _discard() -> None:
    global _current
    if _current is not None:
        ended, _current = _current, None
        ended.end()


def _ended() -> Fault:
    why = _current.last_line() if _current is not None else ""
    return Fault(
        f"The process that sends the load has ended{f' ({why})' if why else ''}. Run the cell or command again."
    )


@atexit.register
def _close() -> None:
    if _current is not None:
        _current.close()
