"""The site, built once for all workers, a server for it, and a browser."""

import fcntl
import functools
import http.server
import shutil
import subprocess
import sys
import threading

import pytest

from tests.conftest import COURSE
from tests.lessons.conftest import course  # noqa: F401  # a fixture


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """The folder of the built site; `tests/site/make.py` says which lessons show outputs in it."""
    mine = tmp_path_factory.getbasetemp()
    folder = (mine if worker_id == "master" else mine.parent) / "site-of-the-tests"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            make = [sys.executable, "-m", "tests.site.make", str(folder)]
            done = subprocess.run(make, cwd=COURSE, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            (folder / "made").write_text(done.stdout)
    print((folder / "made").read_text())
    return folder / "site"


@pytest.fixture(scope="session")
def worker_id(request):
    """As pytest-xdist says it; it is not needed to run these tests."""
    return getattr(request.config, "workerinput", {}).get("workerid", "master")


@pytest.fixture(scope="session")
def pages(site):
    """Every page of the site, by its path."""
    return sorted(str(path.relative_to(site)) for path in site.rglob("*.html"))


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium; `.ci/run` installs it.

    It is closed with the module: as long as it is there, an event loop runs in this thread, and no other can.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no `chromium` on this computer, so no page was opened in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()
