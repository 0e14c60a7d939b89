"""What is pasted into a question."""

import getpass
import socket
from pathlib import Path

from tests.conftest import COURSE
from unblocked.bootstrap.course import Course
from unblocked.doctor import report
from unblocked.doctor.finding import Finding, fault


def test_nothing_private_is_told(monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "zoe")
    monkeypatch.setattr(socket, "gethostname", lambda: "zoes-laptop")
    monkeypatch.setattr(Path, "home", lambda: Path("/home/zoe"))
    course = Course(Path("/home/zoe/My courses/unblocked"))
    found = [
        Finding("Python", "`/home/zoe/bin/python3` of zoe on zoes-laptop"),
        fault("Broker", f"redis://zoe:secret@10.0.0.1 does not answer {course.folder}/labs", "Mend it."),
    ]
    lines = report.text(found, course).splitlines()
    assert lines[:3] == [
        "```text",
        "fine  Python: `HOME/bin/python3` of USER on HOST",
        "FAULT Broker: redis://PRIVATE@10.0.0.1 does not answer COURSE/labs",
    ]
    assert "zoe" not in "".join(lines)


def test_versions_and_commit_are_told():
    lines = report.text([], Course(COURSE)).splitlines()
    assert lines[1].startswith("versions fastapi 0.")
    assert lines[2].startswith("course ")


def test_user_without_a_name_is_no_fault(monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 20001")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert report.without(report.private(COURSE), "a word of nobody") == "a word of nobody"
