"""An owner that the tests kill: starts polite, stubborn, warm and copied processes, says who is who, and stays."""

import json
import os
import sys
import time

from unblocked.processes import keeper, quick
from unblocked.processes.starting import method

STUBBORN = "trap '' TERM; setsid sleep 301 & sleep 302"


def main() -> None:
    kept = keeper()
    children = [kept.start(["sleep", "300"], name="polite"), kept.start(["/bin/sh", "-c", STUBBORN], name="stubborn")]
    if method() == "fork":
        warm = kept.start([sys.executable, "-m", "tests.processes.warm", "@copies"], name="warm")
        children += [warm, kept.start(["sleep"], name="copy", of=warm)]
    if "fork" in sys.argv and os.fork() == 0:
        time.sleep(20)  # a copy of the owner that holds its socket; the test kills it
        os._exit(0)
    place = quick.place(kept.folder)
    (place / "one of many").touch()
    said = {"folder": str(kept.folder), "quick": str(place), "warden": kept.guard}
    print(json.dumps({**said, "pids": [child.pid for child in children]}), flush=True)
    if "exit" in sys.argv:
        return
    if "crash" in sys.argv:
        raise RuntimeError("a crash on purpose")
    sys.stdin.read()


main()
