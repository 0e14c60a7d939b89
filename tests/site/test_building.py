"""The command that builds and serves the site."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.conftest import COURSE
from tests.waiting import until
from unblocked import cli
from unblocked.lessons import source
from unblocked.site import building, hook, places, runs

STAY = "import sys; from pathlib import Path; from unblocked.site import building; "
STAY += "sys.exit(building.stay(Path(sys.argv[1]), port=int(sys.argv[2]), browser=False))"


@pytest.fixture
def asked(monkeypatch):
    calls = []
    monkeypatch.setattr(building, "once", lambda *_: calls.append("once") or 3)
    monkeypatch.setattr(building, "stay", lambda *_, **options: calls.append(options) or 4)
    monkeypatch.setattr(runs, "forget", lambda _: calls.append("forgotten"))
    return calls


def test_command_is_thin(asked):
    assert cli.main(["site", "--build"]) == 3
    assert cli.main(["site", "--port", "9000", "--no-browser", "--anew"]) == 4
    assert asked == ["once", "forgotten", {"port": 9000, "browser": False}]


def test_navigation_is_the_order_of_the_course():
    text = (COURSE / "mkdocs.yml").read_text()
    named = re.findall(r"^ +- lessons/(\w+)\.md$", text, re.MULTILINE)
    assert named == [lesson.name for lesson in source.lessons()]


def test_generated_folders_are_not_committed():
    ignored = (COURSE / ".gitignore").read_text().splitlines()
    assert {f"/docs/{name}/" for name in places.GENERATED} <= set(ignored)
    assert "/.cache/" in ignored


def test_plain_build_names_the_command(tmp_path):
    shutil.copytree(COURSE / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns(*places.GENERATED))
    shutil.copytree(COURSE / "unblocked/site", tmp_path / "unblocked/site")
    shutil.copy(COURSE / "mkdocs.yml", tmp_path)
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    build = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    done = subprocess.run(build, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "docs/lessons/00_start_here.md" in done.stdout
    assert "Run `python3 -m unblocked site --build`" in done.stdout


def test_hook_lets_other_pages_be(tmp_path):
    hook.on_config({"docs_dir": str(tmp_path), "nav": [{"Home": "index.md"}, {"More": [{"x": "choosing.md"}]}]})


def test_only_labs_link_to_lines(site):
    assert 'href="#__span-2-' in (site / "labs/start_here.html").read_text()
    assert 'id="__span-2-' in (site / "labs/start_here.html").read_text()
    assert "__span" not in (site / "lessons/00_start_here.html").read_text()


@pytest.mark.parametrize("place", ["labs/routes.md", "lessons/02_routes.md"])
def test_code_keeps_its_text_and_what_is_seen(place):
    page = SimpleNamespace(file=SimpleNamespace(src_uri=place))
    line = '<span class="n">a</span><span class="w"> </span><span class="o">=</span> <span class="nb">len</span>\n'
    shown = hook.on_page_content(f'<span id="__span-0-1">{line}</span>', page=page)
    seen = 'a <span class="o">=</span> <span class="nb">len</span>\n'
    assert shown == (f'<span id="__span-0-1">{seen}</span>' if place.startswith("labs/") else seen)


def test_changes_are_told_in_few_lines(tmp_path):
    drawn = [tmp_path / "docs/lessons/drawings" / f"{name}.js" for name in "abc"]
    pages = [tmp_path / "docs/lessons" / name for name in ("01_one.md", "02_two.md")]
    for path in (drawn[0], drawn[1], pages[0]):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert list(building._changes([*pages, *drawn], tmp_path)) == [
        "wrote docs/lessons/01_one.md",
        "wrote 2 drawings of figures",
        "removed docs/lessons/02_two.md",
        "removed 1 drawing of figures",
    ]


@pytest.fixture
def serve(course):
    """Serve a course of one lesson with this text; give the process and the lesson's address."""
    config = (COURSE / "mkdocs.yml").read_text().partition("nav:")[0]
    course.write("mkdocs.yml", config)
    shutil.copytree(COURSE / "unblocked/site", course.folder / "unblocked/site")
    shutil.copytree(COURSE / "docs/assets", course.folder / "docs/assets")
    course.write("docs/index.md", "# Home\n")
    course.write("docs/teaching.md", "# Teaching\n")
    for name in ("exercises", "solutions", "labs"):
        (course.folder / name).mkdir(exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    processes = []

    def begun(body):
        course.lesson("00_start_here", body)
        stay = [sys.executable, "-c", STAY, str(course.folder), str(port)]
        processes.append(subprocess.Popen(stay, stdout=subprocess.PIPE, text=True, cwd=COURSE))
        return processes[0], f"http://127.0.0.1:{port}/lessons/00_start_here.html"

    yield begun
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.long
def test_save_is_followed_until_interrupted(course, serve):
    process, url = serve("# Start\n\nfirst words\n")
    until(lambda: "first words" in page(url), "the page is served")
    course.lesson("00_start_here", "# Start\n\nsecond words\n")
    until(lambda: "second words" in page(url), "the page has what was saved")
    course.write("lessons/00_start_here.md", "no front matter")
    said = iter(process.stdout.readline, "")
    assert any("`lessons/00_start_here.md` has no front matter" in line for line in said)
    assert "second words" in page(url)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert process.stdout.read().endswith("Stopped.\n")


@pytest.mark.long
def test_interrupt_ends_a_run_and_its_kernel(serve, tmp_path):
    pid = tmp_path / "pid"
    cell = f"import os, pathlib, time\npathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\ntime.sleep(300)"
    process, _ = serve(f"# Start\n\n```python\n{cell}\n```\n")
    until(lambda: pid.exists() and pid.read_text(), "the notebook runs")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert process.stdout.read() == "runs 00_start_here: its code is new, or what it uses\nStopped.\n"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def page(url):
    try:
        with urlopen(url, timeout=10) as answer:
            return answer.read().decode()
    except URLError:
        return ""
