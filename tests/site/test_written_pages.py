"""What the pages written by hand say of commands, messages and figures is what the course does."""

import errno
import inspect
import re
import shlex
import sys
import typing
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer.main
import yaml

from tests.conftest import COURSE
from unblocked import __main__ as door
from unblocked import cli
from unblocked.bootstrap import trouble
from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.lessons import source
from unblocked.pythons import LOWEST

PAGES = {name: (COURSE / "docs" / f"{name}.md").read_text() for name in ("index", "setup", "studying", "teaching")}
FOLDER = Path("/home/you/unblocked")
README = (COURSE / "README.md").read_text()


def plain(text):
    """The words without line breaks and marks of a quote."""
    return " ".join(re.sub(r"(?m)^\s*>", "", text).split())


def console_lines():
    fences = re.findall(r"(?ms)^ *```console\n(.*?)^ *```", "\n".join(PAGES.values()))
    return [line.strip().removeprefix("$ ") for fence in fences for line in fence.splitlines() if line.strip()]


def commands():
    inline = re.findall(r"`(python3 -m unblocked [^`]+)`", "\n".join(PAGES.values()))
    return sorted(
        {found[0] for line in [*inline, *console_lines()] if (found := re.findall("python3 -m unblocked .*", line))}
    )


@pytest.fixture
def faults(monkeypatch):
    """Every fault that a set-up can end with, by the function that makes it."""
    monkeypatch.setattr(trouble.shutil, "disk_usage", lambda _: SimpleNamespace(free=120_500_000))
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    monkeypatch.setattr(sys, "executable", "/opt/python3.12")
    made = {
        "network": [trouble.network(why="Connection refused")],
        "_certificate": [trouble.said("CERTIFICATE_VERIFY_FAILED", course=FOLDER)],
        "full": [trouble.full(FOLDER)],
        "locked": [trouble.locked(FOLDER, why="Permission denied")],
        "operating_system": [
            trouble.operating_system(OSError(errno.EEXIST, "File exists"), course=FOLDER),
            trouble.operating_system(OSError(errno.EIO, "Input/output error"), course=FOLDER),
        ],
        "no_venv": [_no_venv(monkeypatch, there) for there in ("/usr/bin/apt-get", None)],
        "theirs": [trouble.theirs(FOLDER / ".venv", version=None)],
        "linked": [trouble.linked(_Link(FOLDER / ".venv"))],
        "unknown": [trouble.unknown()],
    }
    return {name: [fault.message for fault in each] for name, each in made.items()}


class _Link(type(FOLDER)):
    """A path that leads somewhere else."""

    def resolve(self):
        return Path("/home/you/other")


def _no_venv(monkeypatch, there):
    monkeypatch.setattr(trouble.shutil, "which", lambda _: there)
    return trouble.no_venv()


def test_every_fault_of_a_set_up_is_quoted(faults):
    page = plain(PAGES["setup"])
    assert [message for each in faults.values() for message in each if plain(message) not in page] == []


def test_no_fault_of_a_set_up_is_forgotten(faults):
    makers = {
        name
        for name, made in inspect.getmembers(trouble, inspect.isfunction)
        if made.__module__ == trouble.__name__
        and inspect.isclass(result := typing.get_type_hints(made).get("return"))
        and issubclass(result, Fault)
    }
    assert makers == set(faults)


def test_an_interrupted_set_up_is_quoted():
    assert trouble.STOPPED in plain(PAGES["setup"])


def test_unfit_systems_are_quoted():
    page = plain(PAGES["setup"])
    assert door.unfit((3, 10, 13), "linux").splitlines()[0] in page
    assert plain(door.WINDOWS) in page


def test_the_lowest_python_is_named():
    lowest = "Python {}.{} or newer".format(*LOWEST)
    assert lowest in plain(PAGES["index"])
    assert lowest in plain(PAGES["setup"])


def test_steps_of_a_start_are_those_of_the_code():
    said = "".join(
        (COURSE / "unblocked" / name).read_text()
        for name in (
            "bootstrap/environment.py",
            "bootstrap/uv.py",
            "bootstrap/installer.py",
            "bootstrap/entrance.py",
            "notebook/room.py",
        )
    )
    shown = re.search(r"```text\n(Making.*?)```", PAGES["setup"], re.DOTALL)[1]
    for words in (
        "Making `.venv` with Python ",
        "Fetching `uv`, which installs the rest.",
        "Installing the packages of `",
        "Ready after ",
        "JupyterLab: ",
        "JupyterLab has ended, and everything that it started. Your work is in `",
    ):
        assert words in shown
        assert words in said


def test_figures_are_those_of_the_readme():
    start = re.search(r"\| first start, nothing cached \| (\d+ s .*), half of it for downloading (\d+ MB) ", README)
    later = re.search(r"\| every later start \| (.* s) ", README)
    disk = re.search(r"\| an environment on disk \| (\d+ MB)", README)
    page = plain(PAGES["setup"])
    first, megabytes = start.groups()
    assert f"downloads {megabytes}. With nothing cached it took {first}, half of it for downloading." in page
    assert f"Every later start took {later[1]}." in page
    assert f"takes {disk[1]} on disk" in page
    assert f"One first start downloads {megabytes}, so twenty download {20 * int(megabytes[:-3]):,} MB" in plain(
        PAGES["teaching"]
    )


def test_home_promises_what_the_readme_promises():
    promised = re.search(r"you will be able to\n\n((?:- .*\n(?:  .*\n)*)+)", README)[1]
    assert promised in PAGES["index"]


def test_home_says_how_long_lesson_00_takes():
    assert f"lesson 00, which takes {source.lesson(0, course=COURSE).minutes} minutes" in plain(PAGES["index"])


@pytest.mark.parametrize("command", commands())
def test_commands_exist(command):
    group = typer.main.get_command(cli.app)
    name, *words = shlex.split(command.removeprefix("python3 -m unblocked "), comments=True)
    if name == "--help":
        return
    options = {option for each in group.commands[name].params for option in [*each.opts, *each.secondary_opts]}
    assert {word for word in words if word.startswith("-")} <= options
    known = {*Exercise.all(), *(lesson.slug for lesson in source.lessons(course=COURSE))}
    for word in words:
        assert word.startswith("-") or word in known or (COURSE / word).is_file()


def test_paths_on_the_pages_exist():
    named = re.findall(r"(?:^|[\s`])((?:exercises|docs|labs|lessons)/[\w./]+)", "\n".join(PAGES.values()))
    assert named
    assert [path for path in named if not (COURSE / path).exists()] == []


def test_other_programs_of_the_pages_are_known():
    known = {"git", "cp", "tar", "ls", "cd", "python3", "UV_CACHE_DIR=", "PATH="}
    first = {re.match(r"\w+=?", line)[0] for line in console_lines()}
    assert first <= known


def test_the_verdict_shown_is_the_checks_own():
    shown = re.search(r"```text\n(Not yet.*?)```", PAGES["studying"], re.DOTALL)[1]
    checks = Exercise.find("other_requests_keep_moving").checks.read_text().replace('"\n        "', "")
    for words in (
        "/health answers while a customer waits for the carrier.",
        "while the carrier kept the question for parcel 7",
        "no answer",
        '200 {"ok":true}',
        "This line keeps the event loop's only thread until the carrier answers, so nobody else is served.",
    ):
        assert words in shown
        assert words in checks.replace("`", "")
    assert f"of {checks.count('def check_')} checks proven" in shown


def test_every_page_has_one_title():
    for text in PAGES.values():
        body = re.sub(r"(?ms)^ *```.*?^ *```", "", text)
        assert len(re.findall(r"(?m)^# ", body)) == 1
        assert yaml.safe_load(text.split("---\n")[1])["title"]


def test_links_to_anchors_lead_somewhere():
    for goal, anchor in re.findall(r"\]\((\w+)\.md#([\w-]+)\)", "\n".join(PAGES.values())):
        headings = re.findall(r"(?m)^#+ (.*)", PAGES[goal])
        assert anchor in {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", each).strip().lower()) for each in headings}


def test_readme_lists_the_lessons():
    rows = re.findall(r"^\| \[(\d+) (.+)\]\((.+)\) \| (.+) \| (\d+) \|$", README, re.MULTILINE)
    wanted = [
        (f"{each.number:02}", each.title, f"lessons/{each.name}.md", each.question, str(each.minutes))
        for each in source.lessons()
    ]
    assert rows == wanted
