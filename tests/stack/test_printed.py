"""Logs of several processes in one place."""

import io

from unblocked.stack.printed import Printed


def test_lines_of_a_part_have_its_name_and_come_whole(tmp_path):
    web, worker, out = tmp_path / "web.log", tmp_path / "worker.log", io.StringIO()
    web.write_text("begins")
    worker.write_text("ready\nTask dr")
    printed = Printed(out, {"": web, "worker": worker})
    printed.copy()
    assert out.getvalue() == "beginsworker | ready\n"
    with worker.open("a") as more:
        more.write("aw received\n")
    printed.copy()
    printed.close()
    assert out.getvalue() == "beginsworker | ready\nworker | Task draw received\n"


def test_log_that_was_cut_is_read_from_its_beginning(tmp_path):
    web, out = tmp_path / "web.log", io.StringIO()
    web.write_text("a long line\n")
    printed = Printed(out, {"": web})
    printed.copy()
    web.write_text("cut\n")
    printed.copy()
    printed.close()
    assert out.getvalue() == "a long line\ncut\n"
