"""What the learner sees while something is installed: our lines, and the progress that the installer draws."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import selectors
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 65536
_KEPT = 100_000
_COLOUR = rb"(?:\x1b\[[0-9;?]*[a-zA-Z])*"
_ENOUGH = re.compile(rb"(?m)Installed .*\n()|^()" + _COLOUR + rb"(?:error|ERROR|Installing collected)")
"""Then both installers list all packages; an error is said in our own words."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    text: str


def say(line: str) -> None:
    """Print a line of our own: on standard error, since what a command prints belongs to the command."""
    print(line, file=sys.stderr, flush=True)


def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], held: int, progress: str = "stderr") -> Outcome:
    """Run an installer, show what it draws until it has said enough, and keep all that it says.

    Args:
        argv: the command.
        cwd: its folder.
        env: its environment.
        held: a descriptor that it inherits, so that the turn is held as long as it runs.
        progress: the stream on which it draws its progress; on a terminal it is given a terminal there.

    """
    other = "stdout" if progress == "stderr" else "stderr"
    with _terminal() as (shown, theirs), _pipe() as (hidden, hers):
        with open(theirs, "wb"), open(hers, "wb"):  # noqa: PTH123  # closed here once the child has them
            try:
                with _late_interrupts() as interrupts:
                    child = subprocess.Popen(
                        argv,
                        cwd=cwd,
                        env=env,
                        stdin=subprocess.DEVNULL,
                        pass_fds=(held,),
                        **{progress: theirs, other: hers},  # type: ignore[call-overload]
                    )
            except OSError as error:
                return Outcome(code=127, text=f"{argv[0]}: {error.strerror}")
        return _follow(child, shown, hidden, interrupts=interrupts)


@contextlib.contextmanager
def _late_interrupts() -> Iterator[list[int]]:
    """Keep interrupts for later: one that comes while a child is started would lose sight of the child."""
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)


def _follow(child: subprocess.Popen[bytes], shown: int, hidden: int, *, interrupts: list[int]) -> Outcome:
    try:
        if interrupts:
            raise KeyboardInterrupt
        text = _relay(shown, hidden)
        return Outcome(code=child.wait(), text=text)
    finally:
        _end(child)


def _relay(shown: int, hidden: int) -> str:
    """Read both streams to their ends; show the one of them."""
    said = {shown: b"", hidden: b""}
    enough = False
    for stream, chunk in _chunks(shown, hidden):
        before, said[stream] = said[stream][-200:], (said[stream] + chunk)[-_KEPT:]
        if stream == shown and not enough:
            chunk, enough = _cut(before, chunk)
            os.write(sys.stderr.fileno(), chunk)
    return (said[hidden] + said[shown]).decode(errors="replace")


def _cut(before: bytes, chunk: bytes) -> tuple[bytes, bool]:
    """Cut the chunk where enough was said, and tell whether it was."""
    found = _ENOUGH.search(before + chunk)
    if found is None:
        return chunk, False
    place = found.end(1) if found.group(1) is not None else found.start(2)
    return chunk[: max(0, place - len(before))], True


def _chunks(*streams: int) -> Iterator[tuple[int, bytes]]:
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                chunk = _read(key.fd)
                if not chunk:
                    selector.unregister(key.fd)
                yield key.fd, chunk


def _read(stream: int) -> bytes:
    try:
        return os.read(stream, _CHUNK)
    except OSError:  # Linux says so when the other side of a terminal is closed
        return b""


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, int]]:
    """Give both ends of a stream: a terminal of the same size if we have one, so that progress is drawn."""
    ends = os.openpty() if sys.stderr.isatty() else os.pipe()
    if sys.stderr.isatty():
        size = fcntl.ioctl(sys.stderr.fileno(), termios.TIOCGWINSZ, b"\0" * 8)
        fcntl.ioctl(ends[1], termios.TIOCSWINSZ, size)
    try:
        yield ends
    finally:
        os.close(ends[0])


@contextlib.contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        os.close(ends[0])


def _end(child: subprocess.Popen[bytes]) -> None:
    """See that it is gone, also when we were interrupted; then the cursor that it had hidden is shown again."""
    if child.poll() is None:
        child.terminate()
        child.wait()
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), b"\x1b[?25h")
