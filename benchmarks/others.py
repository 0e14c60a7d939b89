"""The same three checks in other graders: pytest in a process of its own, and nbgrader's validate.

python -m benchmarks.others [--times 10] [--nbgrader PYTHON] [--burners 2]

PYTHON is of an environment with `nbgrader fastapi uvicorn requests aiohttp pyyaml`; without it its row is missing.
Both load the answer into the process of its checks, and tell no more than that an assertion failed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from rich.console import Console
from rich.table import Table

from benchmarks.heading import heading
from benchmarks.verdict import burning, figures
from unblocked.grading import Exercise

COURSE = Path(__file__).resolve().parents[1]
EXERCISE = Exercise.find("other_requests_keep_moving")

SERVE = """
import http.client, os, threading, time
import uvicorn
from unblocked.outside import Outside

carriers = Outside(latency=0)
os.environ["CARRIERS_URL"] = carriers.url
"""

HELPERS = """
server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
threading.Thread(target=server.run, daemon=True).start()
while not server.started:
    time.sleep(0.005)
port = server.servers[0].sockets[0].getsockname()[1]


def get(path, timeout=30):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    connection.request("GET", path)
    return connection.getresponse().read()


def start(path):
    thread = threading.Thread(target=get, args=[path])
    thread.start()
    return thread
"""

CHECKS = """
def test_a_customer_gets_the_price():
    carriers.mend(latency=0)
    assert b"14.88" in get("/quotes/7")


def test_health_answers_while_a_quote_is_fetched():
    carriers.hold()
    quote = start("/quotes/7")
    assert carriers.wait_for(1)
    try:
        assert b"true" in get("/health", timeout=2)
    finally:
        carriers.release()
        quote.join()


def test_five_customers_are_served_together():
    carriers.hold()
    quotes = [start(f"/quotes/{parcel}") for parcel in range(5)]
    try:
        assert carriers.wait_for(5, timeout=2)
    finally:
        carriers.release()
        [quote.join() for quote in quotes]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--burners", type=int, default=0, help="processes that keep a core busy meanwhile")
    parser.add_argument("--nbgrader", metavar="PYTHON", help="the Python of an environment that has it")
    options = parser.parse_args()
    table = Table("grader", "answer", "runs", "median", "95th percentile", "slowest", title="The same three checks")
    answers = {"solution": EXERCISE.solution.read_text(), "starter": EXERCISE.starter}
    with burning(options.burners), tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PYTHONPATH": str(COURSE), "JUPYTER_CONFIG_DIR": folder, "IPYTHONDIR": folder}
        for name, code in answers.items():
            ways = {"pytest, in a process of its own": with_pytest(Path(folder), code)}
            if options.nbgrader:
                ways["nbgrader validate"] = with_nbgrader(Path(folder), code, options.nbgrader)
            for grader, argv in ways.items():
                seconds = [timed(argv, folder, passes=name == "solution") for _ in range(options.times)]
                table.add_row(grader, name, str(len(seconds)), *(f"{s:.2f} s" for s in figures(seconds)))
    Console(width=110).print(f"{heading('fastapi', 'pytest')}, {options.burners} CPU burners", table, sep="\n")


def with_pytest(folder: Path, code: str) -> list[str]:
    file = folder / "test_answer.py"
    file.write_text(SERVE + code + HELPERS + CHECKS)
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(file)]


def with_nbgrader(folder: Path, code: str, python: str) -> list[str]:
    *tests, last = CHECKS.strip().split("\n\n\n")
    called = [f"{test}\n\n\n{test.split('(')[0].removeprefix('def ')}()" for test in (*tests, last)]
    cells = [
        _cell("setup", SERVE, locked=True),
        _cell("answer", code, locked=False),
        _cell("helpers", HELPERS, locked=True),
    ]
    cells += [_cell(f"check_{n}", source, locked=True, points=1) for n, source in enumerate(called)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    file = folder / "answer.ipynb"
    made = nbformat.v4.new_notebook(cells=cells, metadata=kernel)  # type: ignore[no-untyped-call]
    nbformat.write(made, file)  # type: ignore[no-untyped-call]
    return [python, "-m", "nbgrader", "validate", str(file)]


def _cell(name: str, source: str, *, locked: bool, points: int | None = None) -> nbformat.NotebookNode:
    about = {"grade_id": name, "grade": points is not None, "solution": not locked, "locked": locked, "task": False}
    about |= {"schema_version": 3} | ({} if points is None else {"points": points})
    made: nbformat.NotebookNode = nbformat.v4.new_code_cell(  # type: ignore[no-untyped-call]
        source.strip(), metadata={"nbgrader": about}
    )
    return made


def timed(argv: list[str], folder: str, *, passes: bool) -> float:
    begun = time.perf_counter()
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    passed = "Success! Your notebook passes" in done.stdout or (
        " passed in " in done.stdout and "failed" not in done.stdout
    )
    if passed is not passes:
        sys.exit(f"A false verdict of {argv}:\n{done.stdout}\n{done.stderr}")
    return seconds


if __name__ == "__main__":
    main()
