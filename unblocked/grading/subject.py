"""An answer that runs, whatever its kind: which call blocks its event loop, and whether it has come to rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic  # kept: an answer may replace what is in `time`
from typing import Any

from unblocked.grading.board import Board
from unblocked.grading.whereabouts import Whereabouts
from unblocked.outside import Outside

BEATS = 10
PATIENCE = 1.0
"""What must not happen is given this many turns of the loop *and* this many seconds to happen all the same."""


LOOKS = 5
LOOKS_WHERE_SLEEP_IS_UNKNOWN = 50
_LOOK = 0.01
"""A reported call holds the loop when it is still the same one in so many looks in a row, 10 ms apart, in each of which
the loop's thread sleeps. A call that is short, but whose thread waits for a busy processor, is runnable, not asleep;
where the system does not tell, more looks make up for it."""

QUIET_LOOKS_WHERE_SLEEP_IS_UNKNOWN = 20
"""A blocked answer is given up when all its threads and processes sleep in so many looks: nothing more will come."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A call on the thread of the event loop: what was called, from which line of the answer, since when."""

    number: int
    call: str
    line: int | None
    since: float


class Subject(ABC):
    """What all kinds of running answers have in common.

    Attributes:
        limit: seconds after which a check gives up what hangs.
        blocked: the call that was found to hold the event loop's thread, or None.

    """

    def __init__(self, board: Board, carriers: Outside, *, limit: float) -> None:
        self.board = board
        self.carriers = carriers
        self.limit = limit
        self.blocked: Blocked | None = None

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
            self.board.wait(lambda: self._under_way() != call, limit=_LOOK)
        return False

    def comes(self, event: Callable[[], object]) -> bool:
        """Wait for something that only a free event loop brings; False when a call holds it, or after the limit."""
        end = monotonic() + self.limit
        while not event() and monotonic() < end and self.board.open:
            self.board.wait(lambda: event() or self._under_way(), limit=end - monotonic())
            if not event() and self._is_held():
                return False
        return bool(event())

    @property
    def line(self) -> int | None:
        """The line of the answer on which its event loop stands: that of the blocking call, where there is one."""
        return self.blocked.line if self.blocked else self.stands_on()

    @property
    def deadlines(self) -> list[float]:
        """The seconds after which the answer asked to be woken or timed out: what it asked, not what it took."""
        return [m["deadline"] for m in self.board.all("deadline")]

    def settles(self, holds: Callable[[], Any], *, beats: int = BEATS, patience: float = PATIENCE) -> bool:
        """Wait until something holds that needs the answer's next steps; say whether it came.

        True at once when it holds. False when the event loop has made so many turns *and* a generous while has gone by,
        or when a call holds the loop and it has not come all the same.
        """
        end, turns = monotonic() + patience, 0
        while not holds():
            if turns >= beats and monotonic() > end:
                return False
            if turns >= beats:
                self.board.wait(holds, limit=_LOOK)
            elif self.beats():
                turns += 1
            elif self.blocked:
                return self._comes_all_the_same(holds, patience=patience)
            else:  # neither a turn nor a reason: it hangs
                return bool(holds())
        return True

    def _comes_all_the_same(self, holds: Callable[[], Any], *, patience: float) -> bool:
        """Wait for what a blocked answer had begun before, in threads or processes or on the way to the carriers."""
        end, looks = monotonic() + patience, 0
        while not holds() and monotonic() < end:
            asleep = self.is_quiet()
            looks = 0 if asleep is False else looks + 1
            if looks >= (LOOKS if asleep else QUIET_LOOKS_WHERE_SLEEP_IS_UNKNOWN):
                break
            self.board.wait(holds, limit=_LOOK)
        self.carriers.catch_up()
        return bool(holds())

    def stays(self, holds: Callable[[], Any], *, beats: int = BEATS, patience: float = 0.2) -> bool:
        """Say whether something still holds after the loop has made many more turns, in which it could have changed."""
        return not self.settles(lambda: not holds(), beats=beats, patience=patience)

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
    def stands_on(self) -> int | None:
        """Find the line of the answer on which its event loop's thread stands now."""

    @abstractmethod
    def whereabouts(self) -> Whereabouts:
        """Find where the answer's code stands that does not come back."""

    @abstractmethod
    def seen(self) -> dict[str, Any]:
        """Give what is to be drawn: requests, recording, and the guilty stretch, if there are any."""
