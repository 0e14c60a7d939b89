"""What processes print is kept, and does not fill the disk."""

import sys

from tests.waiting import until
from unblocked.processes import logs


def test_output_is_in_a_log_of_its_own(kept):
    first = kept.start(["echo", "one"], name="echo")
    second = kept.start(["echo", "two"], name="echo")
    assert (first.wait(60), second.wait(60)) == (0, 0)
    assert (first.log.read_text(), second.log.read_text()) == ("one\n", "two\n")


def test_log_of_a_process_that_prints_without_end_is_cut(kept):
    floods = f"""
import os, time
for _ in range({logs.MOST // 4000}):
    os.write(1, b"flooded\\n" * 512)  # a page of a file, so that no line is cut where the log is
while os.fstat(1).st_size > {logs.MOST}:
    pass
os.write(1, b"over\\n")
time.sleep(300)
"""
    child = kept.start([sys.executable, "-c", floods], name="flood")
    until(lambda: child.printed.endswith("over\n"), "it is cut")
    assert child.printed.startswith(logs.NOTE)
    assert set(child.printed.removeprefix(logs.NOTE).split()) == {"flooded", "over"}


def test_cut_log_keeps_its_end_from_the_beginning_of_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "MOST", 100)
    monkeypatch.setattr(logs, "KEPT", 20)
    log = tmp_path / "log"
    log.write_text("first\n" * 16)
    logs.shorten(log)
    assert log.read_text() == "first\n" * 16
    with log.open("a") as writer:
        writer.write("second line\nthird\n")
        writer.flush()
        logs.shorten(log)
        writer.write("fourth\n")
    assert log.read_text() == logs.NOTE + "second line\nthird\nfourth\n"
    logs.shorten(tmp_path / "none")


def test_what_was_printed_can_be_read_whatever_it_is(kept):
    child = kept.start(["/bin/sh", "-c", r"printf 'price \342\202\254\377'"], name="bytes")
    child.wait(60)
    assert child.printed == "price €\N{REPLACEMENT CHARACTER}"
    kept.close()
    assert child.printed == ""
