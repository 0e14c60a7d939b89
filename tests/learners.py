"""Learners of one machine: each a user with a home of their own, at work in a Python process of the course."""

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import COURSE

AT_WORK = """
import json, os, sys
from unblocked import serve, upstream
from unblocked.backends.roll import services
from unblocked.processes import keeper
from unblocked.terminal.checks import graded
from unblocked.exercises import Exercise

lab, exercise = sys.argv[1:]
parcel = serve(lab, carriers=upstream(latency=0))
verdict = graded(Exercise.find(exercise))
said = {"user": os.getuid(), "url": parcel.url, "folder": str(keeper().folder), "passed": verdict.passed}
said |= {"store": str(parcel.parts["broker"].path), "seen": [row[1] for row in services().rows]}
print(json.dumps(said), flush=True)
for line in sys.stdin:
    print(json.dumps(eval(line)), flush=True)
"""
"""Serves a lab, grades the kept answer to an exercise, tells about both, and then evaluates what it is sent."""


class Learner:
    """A user of this machine who has a lab served and an answer graded."""

    def __init__(self, user: int, home: Path) -> None:
        self.user, self.home = user, home
        self.workspace = home / "workspace"
        self._process: subprocess.Popen[str] | None = None

    def answer(self, lesson: str, name: str, code: str) -> None:
        place = self.workspace / "answers" / lesson / f"{name}.py"
        place.parent.mkdir(parents=True)
        place.write_text(code)
        for path in (self.workspace, *self.workspace.rglob("*")):
            os.chown(path, self.user, self.user)

    def begin(self, lab: str, exercise: str) -> None:
        env = {"HOME": str(self.home), "UNBLOCKED_WORKSPACE": str(self.workspace), "PATH": os.environ["PATH"]}
        env |= {"PYTHONPATH": str(COURSE), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [*as_user(self.user), sys.executable, "-c", AT_WORK, lab, exercise]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, cwd=self.home, env=env, **pipes)

    def ask(self, expression: str):
        print(expression, file=self._process.stdin, flush=True)
        return self.said()

    def said(self):
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()


@contextlib.contextmanager
def learners(*users: int):
    """Make a home for each, which nobody else can enter."""
    with tempfile.TemporaryDirectory(prefix="homes-") as folder, contextlib.ExitStack() as stack:
        Path(folder).chmod(0o755)
        made = []
        for user in users:
            home = Path(folder) / str(user)
            home.mkdir(mode=0o700)
            os.chown(home, user, user)
            made.append(stack.enter_context(contextlib.closing(Learner(user, home))))
        yield made


@functools.cache
def trouble() -> str:
    """Say why nobody can be another user here; nothing, if one can."""
    if not sys.platform.startswith("linux") or os.getuid() != 0:
        return "needs Linux, and root, to be several users"
    if not all(map(shutil.which, ("unshare", "mount", "setpriv"))):
        return "needs `unshare`, `mount` and `setpriv`"
    tried = subprocess.run([*as_user(20001), sys.executable, "-c", "import unblocked"], cwd=COURSE, check=False,
                           capture_output=True, text=True)  # fmt: skip
    return f"another user cannot run this Python: {tried.stderr}" if tried.returncode else ""


def as_user(user: int) -> list[str]:
    """Give what becomes another user and runs a command. Where only root can reach this Python, that is opened for it.

    It is opened in a mount namespace, which is the command's own and ends with it: nothing changes for others.
    """
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    base = Path(sys.base_prefix).resolve()
    shut = next((above for above in reversed(base.parents) if not above.stat().st_mode & 0o001), None)
    if shut is None:
        return become
    opening = """
        exec 3<"$1" && mount -t tmpfs -o mode=755 none "$2" && mkdir -p "$1" && mount -c --bind /proc/self/fd/3 "$1" &&
        exec 3<&- && shift 2 && exec "$@"
    """
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", opening, "sh", str(base), str(shut), *become]
