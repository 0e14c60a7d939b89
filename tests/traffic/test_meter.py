"""What is shown while a run lasts: in a notebook, in a terminal, nowhere."""

import os
import pty
import sys
from typing import Any

import nbclient
import nbformat
import pytest

from tests.notebook import kernels
from tests.waiting import until
from unblocked.traffic.meter import Meter, NotebookMeter, meter

HALF = {"sent": 120, "answered": 95, "failed": 3, "elapsed": 1.0}


def test_short_runs_show_nothing(monkeypatch):
    shown = []
    monkeypatch.setattr(Meter, "show", lambda _, line, *, done: shown.append((line, done)))
    with Meter(200) as one:
        one.tell(HALF | {"elapsed": 0.99})
        assert shown == []
        one.tell(HALF)
    assert shown == [("120 of 200 sent, 95 answered, 3 failed", 98)]


def test_silent_without_a_terminal(capfd, monkeypatch):
    monkeypatch.setattr("unblocked.traffic.meter._in_notebook", lambda: False)
    with meter(200) as one:
        one.tell(HALF)
    assert type(one) is Meter
    assert capfd.readouterr() == ("", "")


def test_terminal_shows_a_bar_and_removes_it(monkeypatch):
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "100")
        with meter(200) as one:
            one.tell(HALF)
            one._bar.refresh()
            shown = read_until(ours, "120 of 200 sent, 95 answered, 3 failed")
        screen.write("the end")
    shown += read_until(ours, "the end")
    assert "120 of 200" not in shown.split(ERASED)[-1], "the line is erased at the end"
    os.close(ours)


ERASED = "\x1b[2K"


def read_until(terminal: int, words: str) -> str:
    """Read what is on the screen, until it has these words."""
    shown = ""
    while words not in shown:
        shown += os.read(terminal, 65536).decode()
    return shown


class Notebook(nbclient.NotebookClient):
    """Runs a notebook, and lets the held answers go when something is displayed."""

    office: Any = None
    displayed: list[dict[str, str]]

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] in {"display_data", "update_display_data"}:
            self.displayed.append(msg["content"]["data"])
            self.office.release()
        return super().process_message(msg, cell, cell_index)


def test_notebook_shows_a_bar_that_vanishes(office, tmp_path):
    code = f"from unblocked import load\nprint('kept')\nload({office.url!r}, '/held', n=2)"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    client = Notebook(book, kernel_name="python3", config=kernels.talking_in(tmp_path))
    client.office, client.displayed = office, []
    client.execute()
    first, *_, last = client.displayed
    assert first["text/plain"] == "2 of 2 sent, 0 answered, 0 failed"
    assert first["text/html"].startswith('<progress value="0" max="2" aria-label="2 of 2 sent')
    assert last == {}
    [printed, bar, table] = book.cells[0].outputs
    assert (printed["text"], bar["data"]) == ("kept\n", {})
    assert "2 (100 %)" in table["data"]["text/html"]


def test_notebook_meter_is_quiet_until_it_shows():
    with NotebookMeter(5) as one:
        one.tell({"sent": 5, "answered": 5, "failed": 0, "elapsed": 0.2})
    assert one._handle is None


def test_meter_closes_when_interrupted(monkeypatch):
    closed = []
    monkeypatch.setattr(Meter, "close", lambda _: closed.append(True))
    with pytest.raises(KeyboardInterrupt), Meter(5):
        raise KeyboardInterrupt
    until(lambda: closed == [True], "it is closed")
