"""Is anything left when an owner has died? Each way to die, many times: what remains, and how soon it is gone.

python -m benchmarks.processes [--times 20]

It needs some six minutes, most of them for starting Jupyter kernels. As root it measures as a normal user too.
"""

import argparse
import contextlib
import functools
import json
import os
import pwd
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from rich.console import Console
from rich.table import Table

from benchmarks.heading import heading

COURSE = Path(__file__).resolve().parents[1]
LOOK_AFTER, GIVE_UP_AFTER = 2.0, 20.0
AT_LEAST = 5
"""A warden, a supervisor, a polite and a stubborn process, and the grandchild of the stubborn one."""


OWNER = """
import json, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # what `nohup` and a shell's `&` ignore, this would inherit
from unblocked.processes import keeper
kept = keeper()
kept.start(["sleep", "300"], name="polite")
kept.start(["/bin/sh", "-c", "trap '' TERM; setsid sleep 301 & sleep 302"], name="stubborn")
print(json.dumps({"folder": str(kept.folder), "warden": kept.guard}), flush=True)
if sys.stdin.readline():
    raise RuntimeError("a crash on purpose")
"""


@dataclass
class Found:
    """What was left of one run two seconds after its end, and when all was gone."""

    processes: int
    folders: int
    gone_after: float | None


@dataclass
class Way:
    """One way to end, and what was found each time. `note` is said instead of figures when it could not be run."""

    name: str
    found: list[Found] = field(default_factory=list)
    note: str = ""

    def cells(self) -> list[str]:
        if self.note:
            return [self.name, self.note, "", "", "", ""]
        times = [one.gone_after for one in self.found if one.gone_after is not None]
        median, most = (f"{how(times):.2f} s" if times else "-" for how in (statistics.median, max))
        left = (str(sum(getattr(one, kind) for one in self.found)) for kind in ("processes", "folders"))
        return [self.name, str(len(self.found)), *left, median, most]


class Owner:
    """An owner with its two guards and what they keep."""

    def __init__(self, python: str, user: int | None) -> None:
        identity: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        self.popen = subprocess.Popen(
            [python, "-c", OWNER], cwd=COURSE, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, **identity,
        )  # fmt: skip
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        self.line = self.popen.stdin
        said = json.loads(self.popen.stdout.readline())
        self.folder = Path(said["folder"])
        self.warden = psutil.Process(said["warden"])
        until(lambda: len(self.warden.children(recursive=True)) + 1 >= AT_LEAST)
        self.supervisor = self.warden.children()[0]
        self.processes = [self.warden, *self.warden.children(recursive=True)]

    def close(self) -> None:
        self.popen.kill()
        with self.popen:
            pass


def kill(*processes: subprocess.Popen[bytes] | psutil.Process) -> None:
    for process in processes:
        process.kill()


ENDS: dict[str, Callable[[Owner], object]] = {
    "kill -9 of the owner": lambda o: o.popen.kill(),
    "kill -9 of the supervisor": lambda o: o.supervisor.kill(),
    "kill -9 of the warden": lambda o: o.warden.kill(),
    "kill -9 of owner and supervisor": lambda o: kill(o.popen, o.supervisor),
    "kill -9 of owner and warden": lambda o: kill(o.popen, o.warden),
    "interrupt (SIGINT to its group)": lambda o: os.killpg(o.popen.pid, signal.SIGINT),
    "SIGTERM": lambda o: o.popen.terminate(),
    "normal exit": lambda o: o.line.close(),
    "crash": lambda o: o.popen.communicate(b"crash\n"),
}


def until(holds: Callable[[], object], *, limit: float = GIVE_UP_AFTER) -> float | None:
    """Wait until it holds; give the seconds that took, or None when it never did."""
    start = time.perf_counter()
    while not holds():
        if time.perf_counter() - start > limit:
            return None
        time.sleep(0.005)
    return time.perf_counter() - start


def left(processes: list[psutil.Process]) -> int:
    """Count those that still run; one that nobody has collected yet does not."""
    count = 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            count += process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return count


def look(processes: list[psutil.Process], folder: Path, end: Callable[[], object]) -> Found:
    """End it, and look until all is gone."""
    start = time.perf_counter()
    end()
    gone = until(lambda: not left(processes) and not folder.exists(), limit=LOOK_AFTER)
    if gone is not None:
        return Found(0, 0, time.perf_counter() - start)
    found = Found(left(processes), int(folder.exists()), None)
    if until(lambda: not left(processes) and not folder.exists()) is not None:
        found.gone_after = time.perf_counter() - start
    return found


def owners(python: str, user: int | None, times: int) -> Iterator[Way]:
    """Let owners die in every way."""
    for name, end in ENDS.items():
        way = Way(name)
        for _ in range(times):
            with contextlib.closing(Owner(python, user)) as owner:
                way.found.append(look(owner.processes, owner.folder, functools.partial(end, owner)))
        yield way


class Kernel:
    """A Jupyter kernel that serves a lab."""

    def __init__(self) -> None:
        self.manager = KernelManager()
        self.manager.start_kernel(cwd=str(COURSE), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.run('from unblocked import serve; parcel = serve("routes")')
        seen = self.run("", me="__import__('os').getpid()",
                        warden="__import__('unblocked.processes').processes.keeper().guard",
                        folder="str(__import__('unblocked.processes').processes.keeper().folder)")  # fmt: skip
        warden = psutil.Process(int(seen["warden"]))
        self.number, self.folder = int(seen["me"]), Path(seen["folder"].strip("'"))
        self.processes = [warden, *warden.children(recursive=True)]

    def run(self, code: str, **asked: str) -> dict[str, str]:
        reply = self.client.execute_interactive(
            code, user_expressions=asked, timeout=60, output_hook=lambda _: None, allow_stdin=False
        )["content"]
        assert reply["status"] == "ok", reply
        return {name: value["data"]["text/plain"] for name, value in reply["user_expressions"].items()}

    def kill(self) -> None:
        os.kill(self.number, signal.SIGKILL)

    def interrupt(self) -> tuple[float, bool]:
        """Interrupt a running cell; give how soon it stopped, and whether all that it serves went on."""
        sent = self.client.execute("import time; print('begun', flush=True); time.sleep(60)")
        while self.client.get_iopub_msg(timeout=60)["msg_type"] != "stream":
            pass  # a kernel ignores an interrupt that comes before the cell's first line
        start = time.perf_counter()
        self.manager.interrupt_kernel()
        while self.client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != sent:
            pass
        took = time.perf_counter() - start
        answered = self.run("import requests", ok="requests.get(parcel.url + '/health', timeout=60).ok")["ok"]
        whole = left(self.processes) == len(self.processes) and self.folder.exists()
        return took, answered == "True" and whole

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


KERNEL_ENDS: dict[str, Callable[[Kernel], None]] = {
    "kernel: kill -9": Kernel.kill,
    "kernel: restart": lambda kernel: kernel.manager.restart_kernel(now=False),
    "kernel: shut down": lambda kernel: kernel.manager.shutdown_kernel(now=False),
}


def kernels(times: int) -> Iterator[Way]:
    """Let kernels die in every way."""
    for name, end in KERNEL_ENDS.items():
        way = Way(name)
        for _ in range(times):
            with contextlib.closing(Kernel()) as kernel:
                way.found.append(look(kernel.processes, kernel.folder, functools.partial(end, kernel)))
        yield way


def interrupts(times: int) -> str:
    """Interrupt a kernel's running cell again and again: it ends the cell, and nothing else."""
    with contextlib.closing(Kernel()) as kernel:
        seen = [kernel.interrupt() for _ in range(times)]
    took = [seconds for seconds, _ in seen]
    spared = sum(whole for _, whole in seen)
    return (
        f"kernel: interrupt of a running cell, {times} times: the cell ended after {statistics.median(took):.2f} s "
        f"(median), {max(took):.2f} s (most); {spared} times the lab answered afterwards with all its processes"
    )


def python_for(user: int) -> tuple[str | None, str]:
    """Find a Python that a user may run: the environment's, or the system's, which is enough for the guard."""
    try_it = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import unblocked.processes'], check=True)"
    for python in (sys.executable, shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        if python and _runs([python, "-c", try_it], user):
            own = python == sys.executable
            return python, "" if own else f"{python}, since it may not read the environment's"
    return None, "not run: no Python that this user may read"


def _runs(argv: list[str], user: int) -> bool:
    try:
        done = subprocess.run(
            argv, user=user, group=user, extra_groups=[], cwd=COURSE, capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def table(title: str) -> Table:
    columns = (
        "how it ends",
        "runs",
        "processes left after 2 s",
        "folders left after 2 s",
        "all gone: median",
        "maximum",
    )
    made = Table(title=title, title_justify="left")
    for column in columns:
        made.add_column(column, justify="left" if column == columns[0] else "right")
    return made


def show(console: Console, title: str, ways: Iterator[Way]) -> None:
    made = table(title)
    for way in ways:
        made.add_row(*way.cells())
        print(f"  {way.name}: done", file=sys.stderr, flush=True)
    console.print(made)


def as_normal_user(console: Console, times: int) -> None:
    user = pwd.getpwnam("nobody")
    python, note = python_for(user.pw_uid)
    if python is None:
        show(console, f"Owner: a Python process of `{user.pw_name}`", iter([Way("all", note=note)]))
        return
    show(console, f"Owner: a Python process of `{user.pw_name}` ({note or python})", owners(python, user.pw_uid, times))
    if python != sys.executable:
        console.print(f"Jupyter kernels of `{user.pw_name}`: not run, it may not read the environment.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="how often each (default: 20)")
    times = parser.parse_args().times
    me = pwd.getpwuid(os.getuid()).pw_name
    console = Console(width=130)
    console.print(f"{heading('ipykernel', 'jupyter_client')}\n")
    show(console, f"Owner: a Python process of `{me}`", owners(sys.executable, None, times))
    show(console, f"Owner: a Jupyter kernel of `{me}`", kernels(times))
    console.print(interrupts(times), "\n")
    if os.getuid() == 0:
        as_normal_user(console, times)


if __name__ == "__main__":
    main()
