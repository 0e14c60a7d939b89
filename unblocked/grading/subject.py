"""An answer that runs, whatever its kind: which call blocks its event loop, and whether it has come to rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, perf_counter  # kept: an answer may replace what is in `time`
from typing import Any, Protocol

from unblocked.grading.board import Board
from unblocked.grading.patience import LOOK, LOOKS, Patience
from unblocked.grading.whereabouts import Whereabouts
from unblocked.outside import Outside
from unblocked.processes import kernel

BEATS = 10
PATIENCE = 1.0
"""What must not happen is given this many turns of the loop *and* this many seconds to happen all the same."""

AFTERWARDS = 0.2
"""Seconds for what comes at once or not at all: what follows a reply, or what was told not to happen."""

ROUNDS = 3
"""So often that is waited for, until what should come sooner will not come."""


LOOKS_WHERE_SLEEP_IS_UNKNOWN = 50
"""A reported call holds the loop when it is still the same one in so many looks in a row, in each of which the loop's
thread sleeps. A call that is short, but whose thread waits for a busy processor, is runnable, not asleep; where the
system does not tell, more looks make up for it."""


STUCK_LOOKS = 20
_STUCK_AFTER = 0.2
"""Seconds without an event, after which it is looked whether the loop's thread stands in a call that nobody reports."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A call on the thread of the event loop: what was called, from which line of the answer, since when."""

    number: int
    call: str
    line: int | None
    since: float


class Server(Protocol):
    """A server of the check's: its process id, which is another one when it has been started again."""

    pid: int


class Subject(ABC):
    """What all kinds of running answers have in common.

    Attributes:
        limit: seconds after which a check gives up what hangs.
        blocked: the call that was found to hold the event loop's thread, or None.
        beside: the servers that work for it: as long as one of them is busy, something may still come.
        looker: gives the id of a process below those that works for the check only, if there is one.

    """

    def __init__(self, board: Board, carriers: Outside, *, limit: float) -> None:
        self.board = board
        self.carriers = carriers
        self.limit = limit
        self.blocked: Blocked | None = None
        self.beside: list[Server] = []
        self.looker: Callable[[], int | None] = lambda: None

    def _all_sleep(self, asleep: list[bool | None]) -> bool | None:
        """Say whether the servers beside sleep as well as the processes that were looked at."""
        beside = [kernel.are_asleep(server.pid, but=self.looker()) for server in self.beside]
        asleep += [each for each in beside if each is not None]  # one that has ended does nothing more
        return False if False in asleep else None if None in asleep else True

    def _under_way(self) -> Blocked | None:
        """Give the reported call that has not come back."""
        begun: dict[int, Blocked] = {}
        for message in list(self.board.messages):
            if "blocks" in message:
                number = message["blocks"]
                begun[number] = Blocked(number, message["call"], message["line"], message["at"])
            elif "unblocks" in message:
                begun.pop(message["unblocks"], None)
        return next(iter(begun.values()), None)

    def _is_held(self) -> bool:
        """Look whether one and the same call holds the loop's thread, and not only for a moment."""
        call, looks = self._under_way(), 0
        while call is not None and self._under_way() == call:
            asleep = self.is_asleep()
            looks = 0 if asleep is False else looks + 1
            if looks >= (LOOKS if asleep else LOOKS_WHERE_SLEEP_IS_UNKNOWN):
                self.blocked = call
                return True
            self.board.wait(lambda: self._under_way() != call, limit=LOOK)
        return False

    def _is_stuck(self) -> bool:
        """Look whether the loop's thread sleeps on one and the same line of the answer, though nobody reports a call.

        So it is with a bare lock, or with a short sleep again and again.
        """
        since, line, looks = perf_counter(), self.stands_on(), 0
        while line is not None and self.stands_on() == line and self.is_asleep():
            if (looks := looks + 1) >= STUCK_LOOKS:
                self.blocked = Blocked(0, "", line, since)
                return True
            self.board.wait(lambda: False, limit=LOOK)
        return False

    def comes(self, event: Callable[[], object]) -> bool:
        """Wait for something that only a free event loop brings; False when a call holds it, or when nothing comes."""
        patience, look_at = self._patience(self.limit), monotonic() + _STUCK_AFTER
        while not event() and self.board.open and not patience.over:
            self.board.wait(lambda: event() or self._under_way(), limit=LOOK)
            if event():
                return True
            if self._is_held():
                return False
            if monotonic() > look_at:
                look_at = monotonic() + _STUCK_AFTER
                if self._is_stuck():
                    return bool(event())
        return bool(event())

    def ends(self, event: Callable[[], object]) -> bool:
        """Wait for something that the answer brings in whatever way; False when it rests, or works on and on."""
        self._patience(self.limit).wait(lambda: event() or not self.board.open, self.board.wait)
        return bool(event())

    def _patience(self, least: float) -> Patience:
        return Patience(least=least, most=self.limit, is_quiet=self.is_quiet, spent=self.spent)

    @property
    def line(self) -> int | None:
        """The line of the answer on which its event loop stands: that of the blocking call, where there is one."""
        return self.blocked.line if self.blocked else self.stands_on()

    @property
    def deadlines(self) -> list[float]:
        """The seconds after which the answer asked to be woken or timed out: what it asked, not what it took."""
        return [m["deadline"] for m in self.board.all("deadline")]

    def outlasts(self, holds: Callable[[], Any], *, deadlines: float) -> bool:
        """Wait until something holds, or until the answer's own deadlines of at most so many seconds are over.

        So what comes of a short deadline is seen. An answer without one is not waited for, and nothing is said of it.
        """
        short = [seconds for seconds in self.deadlines if seconds <= deadlines]
        return bool(short) and self.settles(holds, patience=max(short) + 0.2)

    def settles(self, holds: Callable[[], Any], *, beats: int = BEATS, patience: float = PATIENCE) -> bool:
        """Wait until something holds that needs the answer's next steps; say whether it came.

        True at once when it holds. False when the event loop has made so many turns, a generous while has gone by,
        *and* all that the answer runs rests; or when a call holds the loop, and it does not come all the same.
        """
        waiting, turns = self._patience(patience), 0
        while not holds():
            if turns < beats and self.beats():
                turns += 1
            elif turns < beats and not self.blocked:  # neither a turn nor a reason: it hangs
                break
            elif turns < beats:  # what it had begun before, in threads or processes, may still come
                waiting, turns = self._patience(0), beats
            elif waiting.over:
                break
            else:
                self.board.wait(holds, limit=LOOK)
        self.carriers.catch_up()
        return bool(holds())

    def settles_at_last(self, holds: Callable[[], Any]) -> bool:
        """Wait longer than `settles` for something that a right answer brings sooner or later; say whether it came."""
        for _ in range(ROUNDS):
            if self.settles(holds):
                return True
            if not self.beats():
                break
        return bool(holds())

    def stays(self, holds: Callable[[], Any], *, beats: int = BEATS, patience: float = AFTERWARDS) -> bool:
        """Say whether something still holds after the loop has made many more turns, in which it could have changed."""
        return not self.settles(lambda: not holds(), beats=beats, patience=patience)

    def rests(self) -> None:
        """Let the answer do all that it does by itself, after its replies too; return when it has come to rest."""
        self.settles(lambda: False, patience=AFTERWARDS)

    @abstractmethod
    def beats(self) -> bool:
        """Let the event loop make a turn; False when a call holds it."""

    @abstractmethod
    def is_asleep(self) -> bool | None:
        """Say whether the loop's thread sleeps in the system, or could run; None where that cannot be known."""

    @abstractmethod
    def is_quiet(self) -> bool | None:
        """Say whether all that the answer runs sleeps, other threads and processes too; None where nobody knows."""

    @abstractmethod
    def spent(self) -> float | None:
        """Give the seconds of processor time that all of it has used; None where nobody knows."""

    @abstractmethod
    def stands_on(self) -> int | None:
        """Find the line of the answer on which its event loop's thread stands now."""

    @abstractmethod
    def whereabouts(self) -> Whereabouts:
        """Find where the answer's code stands that does not come back."""

    @abstractmethod
    def seen(self) -> dict[str, Any]:
        """Give what is to be drawn: requests, recording, and the guilty stretch, if there are any."""
