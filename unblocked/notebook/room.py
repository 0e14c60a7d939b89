"""The course room: JupyterLab at a lesson, from the command `start` until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from unblocked.faults import Fault
from unblocked.notebook import jupyterlab, ports
from unblocked.notebook.jupyterlab import Address
from unblocked.processes import Child, keeper
from unblocked.workspace.folder import course, workspace
from unblocked.workspace.notebooks import copy_of, prepare

_TRIES = 3
"""Free ports that are tried: between looking for one and taking it, another program may."""


def stay(*, port: int | None = None, lesson: str | None = None, browser: bool = True) -> int:
    """Open the room, print its address, and stay until Ctrl-C or until it is shut down from inside.

    Args:
        port: where to listen; a free port if not given.
        lesson: slug or number of the lesson to open; the first if not given.
        browser: open the address in the learner's browser.

    Raises:
        Fault: no such lesson, the port is taken, or JupyterLab ends by itself.

    """
    address = _address(port=port, lesson=lesson)
    with _told_to_end() as ending:
        try:
            child, address = _opened(address, ending, tries=_TRIES if port is None else 1)
            if not ending.is_set():
                _welcome(address, browser=browser)
                _wait(child, ending)
        finally:
            keeper().close()
    _say_goodbye()
    return 0


def _opened(address: Address, ending: threading.Event, *, tries: int) -> tuple[Child, Address]:
    """Start JupyterLab and watch until it answers; at another port if a program has taken the free one meanwhile."""
    child = jupyterlab.start(address)
    try:
        jupyterlab.wait_for(child, address, ending)
    except Fault:
        if tries == 1 or not ports.is_taken(address.port):
            raise
        return _opened(replace(address, port=ports.free(None)), ending, tries=tries - 1)
    return child, address


def _address(*, port: int | None, lesson: str | None) -> Address:
    copies = prepare(tell=lambda words: print(words, file=sys.stderr))
    notebook = copies[0] if copies and lesson is None else copy_of(lesson or 0)
    root = course() if notebook.is_relative_to(course()) else workspace()
    return Address(root=root, notebook=notebook, port=ports.free(port), token=secrets.token_hex(24))


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """Give the event that Ctrl-C, a closed terminal or a polite `kill` sets."""
    ending = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: ending.set()) for number in numbers}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _welcome(address: Address, *, browser: bool) -> None:
    print(f"JupyterLab: {address.url}", flush=True)
    if browser and (sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"} & set(os.environ)):
        threading.Thread(target=webbrowser.open, args=(address.url,), daemon=True).start()


def _wait(child: Child, ending: threading.Event) -> None:
    while not ending.is_set():
        code = child.wait(0.2)
        if code == 0:  # File → Shut Down
            return
        if code is not None:
            raise jupyterlab.failed(child)


def _say_goodbye() -> None:
    with suppress(OSError):  # the terminal was closed, and that ended us
        where = workspace().relative_to(course()) if workspace().is_relative_to(course()) else workspace()
        said = f"JupyterLab has ended, and everything that it started. Your work is in `{where}`."
        print(f"\n{said}" if sys.stderr.isatty() else said, file=sys.stderr)  # a terminal has written `^C`
