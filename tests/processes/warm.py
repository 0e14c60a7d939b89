"""A warm process for the tests: its copies do what the first word of their command says."""

import json
import os
import signal
import sys
import time
from pathlib import Path

from unblocked.processes import copies


def main() -> None:
    warm = os.getpid()
    match copies.become(int(sys.argv[1])):
        case ["tell", *words]:
            told = {"words": words, "env": dict(os.environ), "folder": str(Path.cwd()), "warm": warm}
            listed = list(Path("/proc/self/fd").iterdir())  # with what lists them, which is closed by now
            told |= {"open": [str(each.readlink()) for each in listed if each.is_symlink()]}
            print(json.dumps(told | {"parent": os.getppid(), "group": os.getpgrp(), "pid": os.getpid()}), flush=True)
        case ["complain"]:
            print("no price", file=sys.stderr)
        case ["clean up"]:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
            print("ready", flush=True)
            time.sleep(300)
        case ["write", descriptor]:
            os.write(int(descriptor), b"from a copy")
        case ["exit", code]:
            sys.exit(int(code))
        case _:
            time.sleep(300)


main()
