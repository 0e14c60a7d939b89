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
